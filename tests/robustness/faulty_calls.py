"""Call everything over a network that fails all the time; nothing may be lost, doubled or leaked.

    python -m tests.robustness.faulty_calls [calls] [--seed N]

Both colours of the client make calls of many kinds; about every third request fails on its way (see
`faults`). Whatever a call says must be so: what succeeded is there, once; what failed is there once
or not at all; and it fails with nothing but an IonworksError or a TimeoutError. In the end the
engine is asked directly.
"""

import argparse
import itertools
import logging
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from pathlib import Path
from random import Random

from ionworks.assumptions import AssumptionWarning
from ionworks.cache import get_cache_enabled, set_cache_enabled
from ionworks.errors import (
    AuthenticationError,
    IonworksError,
    NotFoundError,
    PermissionDeniedError,
    WaitTimeoutError,
)
from tests.robustness.faults import Faults, faulty
from tests.robustness.in_process import URL, InProcess
from tests.robustness.later_calls import KINDS
from tests.robustness.ledger import Ledger
from tests.unit.stub import client_of

KEY = "iw_secret_of_the_test"
RATE = 0.35


class Leaks(logging.Handler):
    """Hears everything that is logged, and keeps what holds a secret."""

    def __init__(self, secret):
        super().__init__(logging.DEBUG)
        self._secret, self.found = secret, []

    def emit(self, record):
        """Look at one message."""
        if self._secret in (text := record.getMessage()):
            self.found.append(text)


class Calls:
    """Calls of one client to one engine.

    Attributes
    ----------
    problems
        What was wrong, each with the call that shows it.
    outcomes
        How many calls of each kind succeeded, and with what the others failed.
    """

    def __init__(self, client, ledger, faults, seed):
        self._client, self._ledger, self._faults = client, ledger, faults
        self._random = Random(seed)
        self.problems, self.outcomes = [], Counter()

    def make(self, count):
        """Make that many calls, of kinds drawn at random."""
        kinds, weights = zip(*((kind, kind.weight) for kind in KINDS), strict=True)
        numbers = itertools.count()
        while self.outcomes.total() + len(self.problems) < count:
            number = next(numbers)
            [kind] = self._random.choices(kinds, weights)
            call = kind(self._ledger, self._random, f"{kind.__name__} {number}")
            if call.can_be_made():
                self._make(call)

    def _make(self, call):
        self._faults.begin(call.name)
        try:
            answer = call.act(self._client)
        except (IonworksError, WaitTimeoutError) as error:
            self._check_words(call, error)
            self._check_kind(call, error)
            call.failed(error)
            self.outcomes[type(call).__name__, type(error).__name__] += 1
        except Exception as error:
            self.problems.append(f"{call.name} leaked {error!r}:\n{traceback.format_exc()}")
            call.failed(error)
        else:
            if problem := call.succeeded(answer):
                self.problems.append(f"{call.name}: {problem}")
            self.outcomes[type(call).__name__, "done"] += 1
        finally:
            self._faults.begin("")

    def _check_words(self, call, error):
        if KEY in "".join(traceback.format_exception(error)) + repr(vars(error)):
            self.problems.append(f"{call.name} tells the key: {error!r}")

    def _check_kind(self, call, error):
        """Nothing but the API tells what is there or allowed, and here all of it is."""
        is_lost = isinstance(error, NotFoundError) and not call.may_be_gone
        if is_lost or isinstance(error, (AuthenticationError, PermissionDeniedError)):
            self.problems.append(f"{call.name} believes a stranger: {error!r}")


def call_everything(colour, folder, seed, count):
    """Make calls; return them, with what was wrong."""
    leaks, root = Leaks(KEY), logging.getLogger()
    level, cached = root.level, get_cache_enabled()
    set_cache_enabled(False)
    root.addHandler(leaks)
    root.setLevel(logging.DEBUG)
    try:
        with InProcess(Path(folder), api_key=KEY) as engine:
            faults = Faults(engine, seed, RATE, [KEY])
            with faulty(faults):
                calls = _call(colour, engine, faults, seed, count)
    finally:
        set_cache_enabled(cached)
        root.removeHandler(leaks)
        root.setLevel(level)
    calls.problems += [*faults.leaks, *(f"logged: {text}" for text in leaks.found)]
    return calls, faults


def _call(colour, engine, faults, seed, count):
    with client_of(colour, KEY, URL, max_retries=3) as client:
        project = client.project.list()[0].id
    with client_of(colour, KEY, URL, project, max_retries=3) as client:
        ledger = Ledger(client, engine)
        calls = Calls(client, ledger, faults, seed)
        calls.make(count)
        calls.problems += ledger.problems()
    return calls


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_AS_IS)
    parser.add_argument("calls", nargs="?", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked, failed = parser.parse_args(), False
    warnings.simplefilter("ignore", AssumptionWarning)
    for colour in ("sync", "async"):
        with tempfile.TemporaryDirectory() as folder:
            calls, faults = call_everything(colour, folder, asked.seed, asked.calls // 2)
        print(*calls.problems, sep="\n")
        for outcome, count in sorted(calls.outcomes.items()):
            print(f"{colour:6}{count:7}  {': '.join(outcome)}")
        print(f"{calls.outcomes.total()} calls, {faults.seen.total()} faults, --seed {asked.seed}")
        failed = failed or bool(calls.problems)
    sys.exit(failed)


_AS_IS = argparse.RawDescriptionHelpFormatter

if __name__ == "__main__":
    main()
