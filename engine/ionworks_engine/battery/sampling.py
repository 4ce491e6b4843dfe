"""Which rows of a step's trajectory are stored.

A row every ``time`` seconds from the start of the step, and one at its exact end. With a
``voltage`` or ``current`` resolution also a row whenever the value has moved that far since the
last row. Where nobody asked for a certain resolution and the current is not held, rows are
added until straight lines between them carry the charge that really flowed, to 2e-5. That takes
about 450 rows for a period of a sine. Where a step would have more than 150,000 rows so, none of
its intervals is divided into more parts than give that many, but each into at least 4: a sine
then has 150,000 over its number of periods, and never less than 16 rows a period.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ionworks_engine.battery.terms import CURRENT, VOLTAGE, Floats, Places

DEFAULT_TIME = 60.0
_CHARGE_TOLERANCE = 5e-5
_MOST_ADDED, _LEAST_PARTS = 150_000, 4
_MOST_PARTS = 64
_ROUNDS = 5
_FINER = 8


class Trajectory(Protocol):
    """What is sampled: the solver's own times, and the output columns at any times."""

    @property
    def times(self) -> Floats:
        """The solver's own times in s."""
        ...

    @property
    def kinks(self) -> Floats:
        """Times in s around which straight lines do not follow what is held."""
        ...

    def read(self, times: Floats, extra: tuple[str, ...]) -> Floats:
        """Return one row of output columns for each time."""
        ...


@dataclass(frozen=True)
class Sampling:
    """When to store a row.

    Parameters
    ----------
    time
        Longest time between rows in s.
    voltage, current
        Changes in V and A that call for a row, or ``None``.
    faithful
        Whether to add rows until the stored current carries the charge that flowed.
    """

    time: float = DEFAULT_TIME
    voltage: float | None = None
    current: float | None = None
    faithful: bool = True

    def least_rows(self, duration: float) -> int:
        """Return how many rows a step of this duration has at least."""
        return 2 + int(min(duration / self.time, 1e15))


def sample(
    trajectory: Trajectory, extra: tuple[str, ...], sampling: Sampling
) -> tuple[Floats, Floats]:
    """Return the times of the stored rows in s, and the rows.

    Parameters
    ----------
    trajectory
        One step.
    extra
        Names of columns wanted besides the standard ones.
    sampling
        When to store a row.
    """
    own = trajectory.times
    times = _regular(own[0], own[-1], sampling.time)
    if sampling.faithful:
        kinks = trajectory.kinks
        times = np.union1d(times, kinks[(kinks > own[0]) & (kinks < own[-1])])
    if sampling.voltage is not None or sampling.current is not None:
        times = _at_changes(trajectory, times, sampling)
    rows = trajectory.read(times, extra)
    rounds = _ROUNDS if sampling.faithful and times.size > 1 else 0
    most = max(_MOST_ADDED, _LEAST_PARTS * times.size)
    for _ in range(rounds):
        between = trajectory.read(0.5 * (times[1:] + times[:-1]), ())
        parts = _carrying_the_charge(times, rows[:, CURRENT], between[:, CURRENT])
        if parts.sum() > most:
            parts = np.minimum(parts, max(1, most // parts.size))
        if (parts == 1).all():
            break
        times = _split(times, parts)
        rows = trajectory.read(times, extra)
    return times, rows


def _regular(start: float, end: float, spacing: float) -> Floats:
    if end <= start:
        return np.array([start])
    count = int(np.ceil((end - start) / spacing - 1e-6))
    return np.append(start + spacing * np.arange(max(count, 1)), end)


def _carrying_the_charge(times: Floats, current: Floats, between: Floats) -> Places:
    """Return in how many parts straight lines carry the charge that flowed in each interval.

    ``between`` is the current at the middle of each interval, for Simpson's rule.
    """
    straight = 0.5 * (current[1:] + current[:-1])
    width = np.diff(times)
    charge = np.abs(straight * width)
    allowed = _CHARGE_TOLERANCE * 0.5 * (charge + charge.mean())
    missed = 2 / 3 * width * np.abs(between - straight)
    parts = np.sqrt(np.clip(missed / np.maximum(allowed, 1e-12), 1, _MOST_PARTS**2))
    return np.asarray(np.ceil(parts - 1e-9).astype(int))


def _split(times: Floats, parts: Places) -> Floats:
    """Divide each interval into that many equal parts."""
    if (parts == 1).all():
        return times
    left = np.repeat(times[:-1], parts)
    width = np.repeat(np.diff(times) / parts, parts)
    within = np.arange(left.size) - np.repeat(np.cumsum(parts) - parts, parts)
    return np.append(left + width * within, times[-1])


def _at_changes(trajectory: Trajectory, regular: Floats, sampling: Sampling) -> Floats:
    """Add the times at which voltage or current have moved by their resolutions."""
    times = np.union1d(trajectory.times, regular)
    for _ in range(2):
        moved = np.abs(np.diff(_moves(trajectory.read(times, ()), sampling), axis=0)).max(axis=1)
        parts = np.clip(np.ceil(_FINER * moved), 1, _MOST_PARTS).astype(int)
        times = _split(times, parts)
    moves = _moves(trajectory.read(times, ()), sampling)
    kept, last, wanted = [], moves[0], set(regular.tolist())
    for time, move in zip(times.tolist(), moves, strict=True):
        if time in wanted or np.abs(move - last).max() >= 1 - 0.5 / _FINER:
            kept.append(time)
            last = move
    return np.array(kept)


def _moves(rows: Floats, sampling: Sampling) -> Floats:
    """Return voltage and current in units of their resolutions."""
    columns = [
        rows[:, place] / resolution
        for place, resolution in ((VOLTAGE, sampling.voltage), (CURRENT, sampling.current))
        if resolution is not None
    ]
    return np.stack(columns, axis=1)
