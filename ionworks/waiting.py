"""Waiting for jobs, whatever they compute: when to look, when to stop, what to say.

A `Watch` decides and remembers; it calls nobody. Who waits asks it in turn::

    with Watch(ids, timeout=60) as watch:
        while watch.open:
            watch.saw(...)              # or watch.stumbled(error)
            sleep(watch.pause())
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any

from ionworks.errors import (
    ConnectionFailedError,
    IonworksError,
    JobFailedError,
    RateLimitError,
    ServerError,
    WaitTimeoutError,
)
from ionworks.progress import Reporter, reporter
from ionworks.records import Record
from ionworks.requests import shown

__all__ = ["FAILED", "TERMINAL", "TRANSIENT", "Watch", "job_ids", "raise_for_failures"]

FAILED = frozenset({"failed", "canceled"})
TERMINAL = FAILED | {"completed", "ready"}
TRANSIENT = (ConnectionFailedError, ServerError, RateLimitError)

_FIRST_PAUSE = 0.01
_GROWTH = 1.3
_UNSEEN = "unknown"
_MOST_NAMED = 10


class Watch:
    """The state of waiting for some jobs.

    Parameters
    ----------
    ids
        Of the jobs, in any order, repeated or not.
    timeout
        How long to wait, in s; ``None`` for as long as it takes, 0 for one look.
    poll_interval
        The longest pause between two looks, in s. The first pauses are much shorter.
    verbose
        Whether to show how the jobs come along.
    what
        What is waited for, to name it in messages.
    clock
        A monotonic clock, in s.
    """

    def __init__(
        self,
        ids: Iterable[str],
        timeout: float | None = 60,
        poll_interval: float = 2,
        verbose: bool = False,
        *,
        what: str = "simulation",
        clock: Callable[[], float] = time.monotonic,
        show: Reporter | None = None,
    ) -> None:
        self.states = dict.fromkeys(ids, _UNSEEN)
        self.parts: dict[str, str] = {}
        self._timeout = math.inf if timeout is None else _seconds("timeout", timeout)
        self._longest = max(_FIRST_PAUSE, _seconds("poll_interval", poll_interval))
        self._what, self._clock = what, clock
        self._show = show or reporter(verbose)
        self._began = clock()
        self._deadline = self._began + self._timeout
        self._pause = _FIRST_PAUSE
        self._trouble: IonworksError | None = None

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._show.close()
        if not isinstance(error, Exception) and error is not None and self.open:
            message = f"waiting was stopped; still running: {_named(self.open)}"
            if isinstance(error, KeyboardInterrupt):
                raise KeyboardInterrupt(message) from None
            error.add_note(message)

    @property
    def open(self) -> list[str]:
        """The jobs that are not known to have finished."""
        return [job for job, status in self.states.items() if status not in TERMINAL]

    @property
    def unseen(self) -> list[str]:
        """The jobs that no look has found yet."""
        return [job for job, status in self.states.items() if status == _UNSEEN]

    def time_left(self) -> float:
        """Return how long until the deadline, in s."""
        return max(0.0, self._deadline - self._clock())

    def saw(
        self,
        statuses: Mapping[str, str],
        parts: Mapping[str, str] | None = None,
        note: str = "",
    ) -> None:
        """Take in what a look found, by id.

        Parameters
        ----------
        statuses
            The status of each job.
        parts
            The status of each part of a job, by name: they are shown in its place.
        note
            How what runs comes along.
        """
        self._trouble = None
        self.states.update((job, statuses[job]) for job in self.states if job in statuses)
        self.parts = dict(parts or {})
        self._show.show(self.parts or self.states, note)

    def stumbled(self, error: IonworksError) -> None:
        """Take in that a look found nothing, for a reason that may pass."""
        self._trouble = error

    def pause(self) -> float:
        """Return how long to sleep before the next look, in s; 0 if none is needed.

        Raises
        ------
        WaitTimeoutError
            If the time is up and jobs still run. The last look is made after the deadline.
        """
        unfinished = len(self.open)
        if not unfinished:
            return 0.0
        now = self._clock()
        if now >= self._deadline:
            raise self._out_of_time() from self._trouble
        pause, self._pause = self._pause, min(self._pause * _GROWTH, self._longest)
        pause = max(self._asked(), min(pause, self._to_go(unfinished, now - self._began)))
        return min(pause, self._deadline - now)

    def _asked(self) -> float:
        """Return how long the server asked to be left alone at the last look, in s."""
        return getattr(self._trouble, "retry_after", None) or 0.0

    def _to_go(self, unfinished: int, elapsed: float) -> float:
        """Return how long the rest takes if it goes on as so far; never much less than so far."""
        finished = len(self.states) - unfinished
        if not finished:
            return math.inf
        return max(_FIRST_PAUSE, elapsed / 30, elapsed * unfinished / finished)

    def _out_of_time(self) -> WaitTimeoutError:
        states = [f"{job} ({self.states[job]})" for job in self.open]
        many = f"{len(states)} of {len(self.states)} {self._what}s" if len(self.states) > 1 else ""
        parts = f" [{_named([f'{name}: {state}' for name, state in self.parts.items()])}]"
        trouble = f"; the last look failed: {self._trouble}" if self._trouble else ""
        return WaitTimeoutError(
            f"{many or 'the ' + self._what} not finished after {self._timeout:g} s: "
            f"{_named(states)}{parts if self.parts else ''}{trouble}. "
            "They run on: wait again with a longer timeout",
            {**self.parts, **self.states},
        )


def job_ids(things: Any, name: str) -> tuple[list[str], bool]:
    """Return the ids in what the user gave, and whether it was one thing rather than many.

    Parameters
    ----------
    things
        An id, something that has one (a response, a record), or any number of these.
    name
        What the id is called on responses, such as ``simulation_id``.

    Raises
    ------
    TypeError
        If something among them has no id.
    """
    found = _id_of(things, name)
    if found is not None:
        return [found], True
    if isinstance(things, bytes | Mapping) or not isinstance(things, Iterable):
        raise TypeError(f"{shown(things)} has no {name}: give ids, responses, or a list of these")
    ids = []
    for place, thing in enumerate(things):
        found = _id_of(thing, name)
        if found is None:
            raise TypeError(f"item {place}, {shown(thing)}, has no {name}: give ids or responses")
        ids.append(found)
    return ids, False


def raise_for_failures(records: Mapping[str, Record], what: str = "simulation") -> None:
    """Raise one error for all the records that failed, if any did.

    Raises
    ------
    JobFailedError
        Naming each job that failed, and carrying the records of all.
    """
    failed = {job: record for job, record in records.items() if record.get("status") in FAILED}
    if not failed:
        return
    reasons = [_reason(job, record) for job, record in failed.items()]
    codes = {record.get("error_code") for record in failed.values()}
    head = (
        f"{len(failed)} of {len(records)} {what}s failed:\n  " if len(records) > 1 else f"{what} "
    )
    raise JobFailedError(
        head + _named(reasons, "\n  "),
        error_code=codes.pop() if len(codes) == 1 else None,
        outcomes=records,
    )


def _reason(job: str, record: Record) -> str:
    reason = record.get("error")
    return f"{job} {record['status']}" + (f": {reason}" if reason else "")


def _id_of(thing: Any, name: str) -> str | None:
    if isinstance(thing, str):
        found: Any = thing
    elif isinstance(thing, Mapping):
        found = thing.get(name) or thing.get("id")
    else:
        found = getattr(thing, name, None) or getattr(thing, "id", None)
        if found is None and hasattr(thing, "hex") and hasattr(thing, "urn"):
            found = str(thing)
    if isinstance(found, str) and not found.strip():
        raise ValueError(f"a {name} is empty")
    return None if found is None else str(found)


def _named(names: Sequence[str], separator: str = ", ") -> str:
    more = len(names) - _MOST_NAMED
    shown = [*names[:_MOST_NAMED], *([f"and {more} more"] if more > 0 else [])]
    return separator.join(shown)


def _seconds(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number of seconds, not {value!r}")
    try:
        seconds = float(value)
    except OverflowError:
        raise ValueError(f"{name} is too large to be a number of seconds") from None
    if not seconds >= 0:
        raise ValueError(f"{name} must be 0 s or more, not {value!r}")
    return seconds
