"""When a current or a power passes a threshold that the solver does not see it pass.

The solver looks at magnitudes where its steps end. One that falls below a threshold and rises
again within a step, because the current turns round, is found afterwards, between its steps. So
is a current that runs against the direction of its step, which no compiled model looks at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ionworks_engine.battery.terms import CURRENT, VOLTAGE, Floats, Places
from ionworks_engine.battery.trajectory import Path, Segment
from ionworks_engine.battery.watching import Cause

_PARTS = 4
_HALVINGS = 60


@dataclass(frozen=True)
class Passed:
    """A threshold that was passed: why that ends a step, the segment it was in, the time in s."""

    cause: Cause
    place: int
    time: float


def may_turn(cause: Cause) -> bool:
    """Whether this is a threshold that a magnitude may dip below where its sign changes."""
    return cause.why == "end" and cause.limit in (("Current", "low"), ("Power", "low"))


def is_unseen(cause: Cause) -> bool:
    """Whether the solver may miss this threshold, or does not look at it."""
    return cause.why == "against" or may_turn(cause)


def first_passed(path: Path, causes: Iterable[Cause]) -> Passed | None:
    """Return the first of these thresholds that was passed before the path ended.

    Parameters
    ----------
    path
        What the cell did.
    causes
        Those that :func:`is_unseen` is true of.
    """
    causes = list(causes)
    for place, segment in enumerate(path.segments if causes else []):
        if segment.times.size == 1:
            continue
        times = between(segment.times)
        rows = segment.read(times, ())
        found = [(_moment(segment, cause, times, rows), cause) for cause in causes]
        moments = [(moment, cause) for moment, cause in found if moment is not None]
        if moments:
            moment, cause = min(moments, key=lambda pair: pair[0])
            return Passed(cause, place, moment)
    return None


def between(times: Floats) -> Floats:
    """Divide each interval into a few."""
    shares = np.arange(_PARTS) / _PARTS
    inner = times[:-1, None] + np.diff(times)[:, None] * shares[None, :]
    return np.append(inner.ravel(), times[-1])


def _moment(segment: Segment, cause: Cause, times: Floats, rows: Floats) -> float | None:
    values = _signed(cause, rows)
    if cause.limit[1] == "high":
        signs, level = np.full(values.size, -1.0), -cause.threshold
        hits: Places = np.flatnonzero(values[1:] >= cause.threshold)
    else:
        signs, level = np.sign(values), cause.threshold
        inside = np.abs(values[1:]) <= level
        inside[-1] = False  # the solver has seen the end itself
        hits = np.flatnonzero((signs[:-1] * signs[1:] < 0) | inside)
    if not hits.size:
        return None
    first = int(hits[0])
    low, high = float(times[first]), float(times[first + 1])
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        value = signs[first] * _signed(cause, segment.read(np.array([middle]), ()))[0]
        low, high = (low, middle) if value <= level else (middle, high)
    return high


def _signed(cause: Cause, rows: Floats) -> Floats:
    current = rows[:, CURRENT]
    if cause.limit[0] == "Power":
        return np.asarray(current * rows[:, VOLTAGE])
    return -current if cause.limit[0] == "Charge current" else current
