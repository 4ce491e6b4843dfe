"""Ask the engine everything that its description allows, and much that it does not.

    python -m tests.robustness.spec_cases [cases] [--seed N]

Schemathesis draws requests for every operation: right ones, wrong ones, and chains in which one
takes up what another has answered. No answer may be a failure of the server, of a status, a type, a
header or a form that the description does not know, or take what the description refuses.
"""

import argparse
import contextlib
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import hypothesis
import requests
import schemathesis
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

from tests.engine.described import BUNDLE
from tests.robustness.in_process import URL, Adapter, InProcess
from tests.robustness.known_things import EXAMPLES, EXPORT, FURNISHING, Things, series

STEPS, SCENARIOS = 12, 25
IN_CHAINS = 0.3
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "use_after_free",
)


def described():
    """Return the description as an engine without a key serves it: any credential will do."""
    paths = {
        path: {
            method: {**operation, "security": []} if isinstance(operation, dict) else operation
            for method, operation in item.items()
        }
        for path, item in BUNDLE["paths"].items()
    }
    return schemathesis.openapi.from_dict({**BUNDLE, "paths": paths, "security": []})


def _makes_least(found):
    """Order operations: those that make things before those that ask for them and that delete."""
    operation = found.ok()
    return operation.method == "delete", operation.method != "post", operation.path.count("{")


class Cases:
    """Cases put to one engine, and what was wrong with the answers.

    Attributes
    ----------
    statuses
        How often each operation answered with each class of statuses.
    failures
        A report of each failure by operation and kind: the first of each.
    """

    def __init__(self, engine, seed):
        load_all_checks()
        self._schema = described()
        self._checks = [schemathesis.checks.CHECKS.get_one(name) for name in CHECKS]
        self._session = requests.Session()
        self._session.mount(URL, Adapter(engine))
        self._seed, self._random = seed, Random(seed)
        self._things = Things(self._random)
        self.statuses, self.failures = Counter(), {}

    def __len__(self):
        return self.statuses.total()

    def put(self, case, recorder=None):
        """Put a case, judge the answer and return it."""
        response = case.call(base_url=URL, session=self._session)
        self.statuses[case.operation.definition.raw["operationId"], response.status_code] += 1
        options = {"session": self._session, "base_url": URL}
        try:
            case.validate_response(
                response, self._checks, transport_kwargs=options, recorder=recorder
            )
        except FailureGroup as group:
            for failure in group.exceptions:
                self.failures.setdefault((case.operation.label, failure.title), str(group))
        if response.status_code in (200, 201):
            self._learn(response)
        return response

    def furnish(self):
        """Make one of each kind, so that there is something to ask for."""
        self._learn(self._session.get(f"{URL}/projects"))
        for name in FURNISHING:
            operation = self._schema.find_operation_by_id(name)
            body = self._things.filled(EXAMPLES[name][0])
            case = operation.Case(path_parameters={}, body=body, media_type="application/json")
            for parameter in operation.path_parameters:
                case.path_parameters[parameter.name] = self._things[parameter.name][0]
            response = self.put(case)
            assert response.status_code < 300, response.text

    def alone(self, each):
        """Put that many right and as many wrong cases to every operation."""
        for found in sorted(self._schema.get_all_operations(), key=_makes_least):
            self._drawn(found.ok(), GenerationMode.POSITIVE, each)
            if found.ok().body or found.ok().query:
                self._drawn(found.ok(), GenerationMode.NEGATIVE, each)

    def _drawn(self, operation, mode, count):
        @hypothesis.seed(self._random.getrandbits(32))
        @_settings(max_examples=count)
        @hypothesis.given(operation.as_strategy(generation_mode=mode))
        def put(case):
            self._things.refer(case)
            if mode is GenerationMode.POSITIVE:
                self._things.exemplify(case)
            self.put(case)

        put()

    def chained(self, count):
        """Put chains of cases, each of which takes up what those before it were answered."""
        cases, wanted = self, len(self) + count

        class Chain(self._schema.as_state_machine()):
            def call(self, case, **_):
                return cases.put(case)

            def validate_response(self, *_, **__):
                """Leave it at what has been said of the answer."""

        settings = _settings(max_examples=SCENARIOS, stateful_step_count=STEPS)
        while len(self) < wanted:
            hypothesis.seed(self._random.getrandbits(32))(Chain)
            # The engine keeps what it was told: a chain that is drawn again goes otherwise.
            with contextlib.suppress(hypothesis.errors.Flaky):
                hypothesis.stateful.run_state_machine_as_test(Chain, settings=settings)

    def _learn(self, response):
        """Remember what was made; send what an upload asks for."""
        path = urlsplit(response.request.url).path
        try:
            told = response.json()
        except ValueError:
            return
        for address in self._things.learn(path, told):
            self._session.put(address, data=EXPORT if "raw_data" in path else series())


def _settings(**options):
    return hypothesis.settings(
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
        **options,
    )


def ask_everything(folder, seed, count):
    """Put about that many cases to a new engine; return them, with what was wrong."""
    with InProcess(Path(folder)) as engine:
        cases = Cases(engine, seed)
        operations = sum(1 for _ in cases._schema.get_all_operations())
        cases.furnish()
        cases.alone(max(1, round((1 - IN_CHAINS) * count / operations / len(GenerationMode))))
        cases.chained(count - len(cases))
    return cases


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_AS_IS)
    parser.add_argument("cases", nargs="?", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cases = ask_everything(folder, asked.seed, asked.cases)
    for (operation, title), report in cases.failures.items():
        print(f"--- {operation}: {title}\n{report}")
    by_status = Counter()
    for (_, status), often in cases.statuses.items():
        by_status[status] += often
    print(f"{len(cases)} cases with --seed {asked.seed}: {dict(sorted(by_status.items()))}")
    sys.exit(bool(cases.failures))


_AS_IS = argparse.RawDescriptionHelpFormatter

if __name__ == "__main__":
    main()
