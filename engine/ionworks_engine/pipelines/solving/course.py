"""A measured current as straight lines between points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ionworks_engine.battery.terms import Floats

ATOL = 1e-6
RTOL = 1e-4
JUMP_TIME = 1e-6
_KINK = 1e-2


@dataclass(frozen=True, eq=False)
class Course:
    """A current that runs straight between points, beginning at time 0.

    Parameters
    ----------
    times
        Of the points in s, rising from 0.
    values
        Currents there in A, positive on discharge.
    """

    times: Floats
    values: Floats

    def at(self, times: Floats) -> Floats:
        """Return the current at some times."""
        return np.interp(times, self.times, self.values)

    @property
    def line(self) -> tuple[float, float] | None:
        """Current at 0 in A and slope in A/s, if it is one straight line."""
        if self.times.size > 2:
            return None
        rise, width = np.diff(self.values), np.diff(self.times)
        return float(self.values[0]), float(rise[0] / width[0])

    @cached_property
    def stops(self) -> Floats:
        """Both ends, and the points where it bends so sharply that a solver must not step over.

        That is by more than a hundredth of the largest current within the shorter of the two lines
        that meet there.
        """
        widths = np.diff(self.times)
        bends = np.abs(np.diff(np.diff(self.values) / widths)) * np.minimum(widths[1:], widths[:-1])
        sharp = bends > _KINK * np.abs(self.values).max(initial=0.0)
        return np.concatenate([self.times[:1], self.times[1:-1][sharp], self.times[-1:]])


def course(
    times: Floats,
    current: Floats,
    *,
    lossless: bool = False,
    atol: float = ATOL,
    rtol: float = RTOL,
    longer: float = 0.0,
) -> Course:
    """Make a course of a measured current.

    Parameters
    ----------
    times
        In s from 0, not falling; between two equal times the current jumps, which takes a
        microsecond here.
    current
        In A, positive on discharge.
    lossless
        Whether every measured point is kept; otherwise those are left out that the straight
        line between their neighbours comes nearer to than ``atol + rtol * |current|``.
    atol
        In A.
    rtol
        As a share of the current.
    longer
        For how many s the last current goes on after the last time.

    Examples
    --------
    >>> import numpy as np
    >>> steady = course(np.arange(100.0), np.full(100, 5.0))
    >>> steady.times.tolist(), steady.values.tolist()
    ([0.0, 99.0], [5.0, 5.0])
    """
    times = rising(times)
    if longer > 0:
        times, current = np.append(times, times[-1] + longer), np.append(current, current[-1])
    if not lossless:
        kept = _corners(times, current, atol + rtol * np.abs(current))
        times, current = times[kept], current[kept]
    if times.size == 1:
        times, current = np.append(times, times[0] + 1.0), np.append(current, current[0])
    return Course(times, current)


def rising(times: Floats) -> Floats:
    """Move each time that repeats the one before it on by a microsecond.

    Examples
    --------
    >>> rising(np.array([0.0, 10.0, 10.0, 20.0])).tolist()
    [0.0, 10.0, 10.000001, 20.0]
    """
    moved = times.copy()
    for place in np.flatnonzero(np.diff(times) < JUMP_TIME) + 1:
        moved[place] = max(moved[place], moved[place - 1] + JUMP_TIME)
    return moved


def _corners(times: Floats, values: Floats, allowed: Floats) -> list[int]:
    """Return the places between which straight lines stay within what is allowed."""
    kept = [0]
    low, high = -np.inf, np.inf
    t, v, room = times.tolist(), values.tolist(), allowed.tolist()
    start = 0
    for place in range(1, len(t)):
        if not low <= (v[place] - v[start]) / (t[place] - t[start]) <= high:
            start = place - 1
            kept.append(start)
            low, high = -np.inf, np.inf
        width = t[place] - t[start]
        low = max(low, (v[place] - room[place] - v[start]) / width)
        high = min(high, (v[place] + room[place] - v[start]) / width)
    if kept[-1] != len(t) - 1:
        kept.append(len(t) - 1)
    return kept
