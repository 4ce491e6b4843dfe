"""How patient a client is: how long it waits for an answer, and when it asks again."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = [
    "CONNECT_TIMEOUT",
    "TRANSFER_TIMEOUT",
    "RetryPolicy",
    "is_repeatable",
    "patience",
    "read_timeout",
    "seconds_to_wait",
    "within",
]

CONNECT_TIMEOUT = 10.0
TRANSFER_TIMEOUT = 300.0
_READING, _WRITING = 10.0, 60.0

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_NEVER_BETTER = frozenset({501, 505, 507})
"""Not implemented, another version of HTTP, no room left: the same call would fail again."""
_TABLES = ("/download", "/cycles", "/steps_and_cycles")

_time_left: ContextVar[Callable[[], float]] = ContextVar("_time_left", default=lambda: math.inf)


@contextmanager
def within(time_left: Callable[[], float]) -> Iterator[None]:
    """Let no call made in this context pause for longer than is left, in s, to be repeated."""
    token = _time_left.set(time_left)
    try:
        yield
    finally:
        _time_left.reset(token)


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently to repeat a call.

    Parameters
    ----------
    max_retries
        Repetitions after the first attempt.
    first_pause, longest_pause
        Bounds of the growing pause, in s; each pause is drawn between 0 and its bound, so that
        many clients do not come back at once.
    longest_wait
        The longest pause a server may ask for, in s. If it asks for more, the call fails and
        says so, rather than block.
    draw
        Draws from 0 to 1.
    """

    max_retries: int = 5
    first_pause: float = 0.3
    longest_pause: float = 8.0
    longest_wait: float = 60.0
    draw: Callable[[], float] = random.random

    def pause_after_failure(
        self, attempt: int, *, repeatable: bool, sent: bool = True
    ) -> float | None:
        """Return the pause after a dropped call, ``None`` to give up; attempts count from 0."""
        if attempt >= self.max_retries or (sent and not repeatable):
            return None
        bound = min(self.longest_pause, self.first_pause * 2.0**attempt)
        return _in_time(bound * self.draw())

    def pause_after_status(
        self, attempt: int, status: int, *, repeatable: bool, retry_after: str | None
    ) -> float | None:
        """Return the pause after an answer, ``None`` if the answer stands."""
        passing = status in (408, 429) or (status >= 500 and status not in _NEVER_BETTER)
        pause = self.pause_after_failure(attempt, repeatable=repeatable) if passing else None
        asked = seconds_to_wait(retry_after)
        if pause is None or asked is None:
            return pause
        return None if asked > self.longest_wait else _in_time(max(asked, pause))


def _in_time(pause: float) -> float | None:
    return pause if pause < _time_left.get()() else None


def is_repeatable(method: str, idempotency_key: str | None) -> bool:
    """Whether doing it twice is the same as doing it once."""
    return method.upper() in _IDEMPOTENT or bool(idempotency_key)


def read_timeout(method: str, path: str, asked: float | None) -> float:
    """Return how long to wait for an answer, in s: what was asked, or what fits the call.

    Tables and other downloads are never waited for less than they need.

    Examples
    --------
    >>> from ionworks.retry import read_timeout
    >>> read_timeout("GET", "/projects", None), read_timeout("POST", "/projects", None)
    (10.0, 60.0)
    """
    if path.endswith(_TABLES):
        return max(TRANSFER_TIMEOUT, asked or 0.0)
    return asked or (_READING if is_repeatable(method, None) else _WRITING)


def patience(timeout: float | tuple[float, float] | None) -> float:
    """Return how long to wait for a sign of the storage, in s.

    Parameters
    ----------
    timeout
        What was asked: so long, or so long to connect and then so long; ``None`` for 300 s.

    Raises
    ------
    ValueError
        If it is no positive number.

    Examples
    --------
    >>> from ionworks.retry import patience
    >>> patience(None), patience(20), patience((10, 60))
    (300.0, 20.0, 60.0)
    """
    asked = timeout[-1] if isinstance(timeout, tuple) and timeout else timeout
    if asked is None:
        return TRANSFER_TIMEOUT
    is_number = isinstance(asked, int | float) and not isinstance(asked, bool)
    if not is_number or not 0 < asked < math.inf:
        raise ValueError(f"a timeout must be a positive number of seconds, not {timeout!r}")
    return float(asked)


def seconds_to_wait(retry_after: str | None, now: datetime | None = None) -> float | None:
    """Read a ``Retry-After`` header, given in seconds or as a date; ``None`` if it says nothing.

    Examples
    --------
    >>> from ionworks.retry import seconds_to_wait
    >>> seconds_to_wait("1.5")
    1.5
    """
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - (now or datetime.now(UTC))).total_seconds())
