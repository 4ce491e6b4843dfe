"""When the voltage changes as fast, or as slowly, as an end on dV/dt says.

dV/dt is the magnitude of the change of the voltage over the last second, looked at from 1 s
after the step began.
"""

from __future__ import annotations

import numpy as np

from ionworks_engine.battery.passing import between
from ionworks_engine.battery.plans import Slope
from ionworks_engine.battery.terms import VOLTAGE, Floats
from ionworks_engine.battery.trajectory import JUST_BEFORE, Path

_LAST = 1.0
_HALVINGS = 50


def first_moment(path: Path, slope: Slope, since: float) -> float | None:
    """Return the first time in s at which an end on dV/dt holds.

    Parameters
    ----------
    path
        What the cell did since the step began.
    slope
        The end.
    since
        Time in s since which to look.
    """
    first = max(since, path.start + _LAST)
    if first > path.finish:
        return None
    times = _looked_at(path, first, path.finish)
    changes = _changes(path, times)
    distances = _beyond(changes, slope)
    met = distances >= 0
    if not slope.rising:
        continuous = np.diff(times) > 2 * JUST_BEFORE
        met[1:] |= (changes[:-1] * changes[1:] < 0) & continuous
    hits = np.flatnonzero(met)
    if not hits.size:
        return None
    if hits[0] == 0:
        return float(times[0])
    return _between(path, slope, float(times[hits[0] - 1]), float(times[hits[0]]))


def _looked_at(path: Path, first: float, last: float) -> Floats:
    """Return the solver's times, those around kinks and jumps, those a second later, and more."""
    steps = np.concatenate([path.times, path.kinks, path.kinks + JUST_BEFORE])
    later = np.concatenate([steps, steps + _LAST])
    inside = np.union1d(later[(later > first) & (later < last)], [first, last])
    return inside if inside.size == 1 else between(inside)


def _changes(path: Path, times: Floats) -> Floats:
    """Return the change of the voltage over the last second before each time, in V/s."""
    now = path.read(times, ())[:, VOLTAGE]
    before = path.read(np.maximum(times - _LAST, path.start), ())[:, VOLTAGE]
    return (now - before) / _LAST


def _beyond(changes: Floats, slope: Slope) -> Floats:
    distance = np.abs(changes) - slope.threshold
    return distance if slope.rising else -distance


def _between(path: Path, slope: Slope, low: float, high: float) -> float:
    """Halve an interval within which the end comes to hold, or the voltage turns round."""
    sign = np.sign(_changes(path, np.array([low])))
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        change = sign * _changes(path, np.array([middle]))
        turned = not slope.rising and change[0] < 0
        if turned or _beyond(change, slope)[0] >= 0:
            high = middle
        else:
            low = middle
    return high
