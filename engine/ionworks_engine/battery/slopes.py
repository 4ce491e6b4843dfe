"""When the voltage changes as fast, or as slowly, as an end on dV/dt says.

dV/dt is the magnitude of the change of the voltage over the last second, looked at from 1 s
after the step began.
"""

from __future__ import annotations

import numpy as np

from ionworks_engine.battery.plans import Slope
from ionworks_engine.battery.terms import VOLTAGE, Floats
from ionworks_engine.battery.trajectory import Path

_LAST = 1.0
_PARTS = 4
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
    times = _looked_at(path.times, first, path.finish)
    met = np.flatnonzero(_beyond(path, slope, times) >= 0)
    if not met.size:
        return None
    if met[0] == 0:
        return float(times[0])
    return _between(path, slope, float(times[met[0] - 1]), float(times[met[0]]))


def _looked_at(steps: Floats, first: float, last: float) -> Floats:
    """Return the solver's times, those a second later, and some between."""
    later = np.concatenate([steps, steps + _LAST])
    inside = np.union1d(later[(later > first) & (later < last)], [first, last])
    if inside.size == 1:
        return inside
    shares = np.arange(_PARTS) / _PARTS
    between = inside[:-1, None] + np.diff(inside)[:, None] * shares[None, :]
    return np.append(between.ravel(), last)


def _beyond(path: Path, slope: Slope, times: Floats) -> Floats:
    now = path.read(times, ())[:, VOLTAGE]
    before = path.read(np.maximum(times - _LAST, path.start), ())[:, VOLTAGE]
    distance = np.abs(now - before) / _LAST - slope.threshold
    return distance if slope.rising else -distance


def _between(path: Path, slope: Slope, low: float, high: float) -> float:
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if _beyond(path, slope, np.array([middle]))[0] >= 0:
            high = middle
        else:
            low = middle
    return high
