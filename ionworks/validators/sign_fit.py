"""Which way a voltage answers a current: a bounded least squares fit of each step, of all at once.

In each step the voltage is fitted by ``v0 + slope * fraction + resistance * current``, where
`fraction` is the charge that has flowed, scaled to 0..1 in the step. Three parameters with
bounds have 18 faces; the optimum is the best of what minimises the misfit on each of them, so
that it is found exactly from a few sums for each step, for all steps in one go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from ionworks.validators.segments import Floats, Segments

__all__ = ["Fit", "fit_steps"]

_SMALLEST_REACH_V = 0.01
_SINGULAR = 1e-12
_ON_THE_BOUND = 1e-9


@dataclass(frozen=True)
class Fit:
    """The slope over the fraction of each step, in V, and the sum of the squared misfit in V²."""

    slope: Floats
    misfit: Floats


@dataclass(frozen=True)
class _Problem:
    """The sums of each step, about its means, and the bounds of its offset and slope."""

    rows: Floats
    mean_x: tuple[Floats, Floats]
    xx: tuple[Floats, Floats, Floats]
    xv: tuple[Floats, Floats]
    offset: tuple[Floats, Floats]
    steepest: Floats

    def shift(self, offset: Floats, slope: Floats, gain: Floats) -> Floats:
        """Return how far above the mean voltage the fit is on average."""
        return offset + slope * self.mean_x[0] + gain * self.mean_x[1]

    def misfit(self, offset: Floats, slope: Floats, gain: Floats) -> Floats:
        """Return the sum of the squared misfit less that of a flat line."""
        return (
            self.rows * self.shift(offset, slope, gain) ** 2
            + slope * (slope * self.xx[0] - 2 * self.xv[0])
            + gain * (gain * self.xx[2] - 2 * self.xv[1])
            + 2 * slope * gain * self.xx[1]
        )


def fit_steps(
    steps: Segments, voltage: Floats, fraction: Floats, current: Floats
) -> tuple[Fit, Fit]:
    """Fit every step within its bounds, as a charge and as a discharge.

    In a charge `fraction` and `current` are as they are given, in a discharge the fraction runs
    from 1 to 0 and the current is reversed. The offset stays within the range of the voltages
    and as much again on both sides, the slope between 0 and twice that range, the resistance at
    or above 0.
    """
    rows = steps.lengths.astype(float)
    largest = steps.highest(np.abs(current))
    scaled = current / steps.spread(np.where(largest > 0, largest, 1.0))
    mean_v, mean_f, mean_c = (steps.sums(x) / rows for x in (voltage, fraction, scaled))
    v, f, c = (
        x - steps.spread(mean)
        for x, mean in ((voltage, mean_v), (fraction, mean_f), (scaled, mean_c))
    )
    low, high = steps.lowest(voltage), steps.highest(voltage)
    reach = np.maximum(high - low, _SMALLEST_REACH_V)
    charge = _Problem(
        rows=rows,
        mean_x=(mean_f, mean_c),
        xx=(steps.sums(f * f), steps.sums(f * c), steps.sums(c * c)),
        xv=(steps.sums(f * v), steps.sums(c * v)),
        offset=(low - reach - mean_v, high + reach - mean_v),
        steepest=2 * reach,
    )
    discharge = replace(charge, mean_x=(1.0 - mean_f, -mean_c), xv=(-charge.xv[0], -charge.xv[1]))
    fits = []
    for problem, sign in ((charge, 1.0), (discharge, -1.0)):
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            offset, slope, gain = _optimum(problem, _ON_THE_BOUND * reach)
        missed = v - steps.spread(problem.shift(offset, slope, gain))
        missed -= steps.spread(sign * slope) * f
        missed -= steps.spread(sign * gain) * c
        fits.append(Fit(slope, steps.sums(missed * missed)))
    return fits[0], fits[1]


def _optimum(problem: _Problem, slack: Floats) -> tuple[Floats, Floats, Floats]:
    """Return offset from the mean, slope and gain of the best point within the bounds."""
    best = np.full(problem.rows.size, np.inf)
    found = [np.zeros_like(best) for _ in range(3)]
    bounds = [problem.offset, (np.zeros_like(best), problem.steepest), (np.zeros_like(best), None)]
    for point in _stationary_points(problem):
        inside = np.ones(best.size, dtype=bool)
        for values, (low, high) in zip(point, bounds, strict=True):
            inside &= values >= low - slack
            if high is not None:
                inside &= values <= high + slack
        point = [np.clip(x, low, high) for x, (low, high) in zip(point, bounds, strict=True)]
        misfit = problem.misfit(*point)
        better = inside & (misfit < best)
        best = np.where(better, misfit, best)
        found = [np.where(better, new, old) for new, old in zip(point, found, strict=True)]
    return found[0], found[1], found[2]


def _stationary_points(problem: _Problem) -> Iterator[list[Floats]]:
    """Yield the least misfit on each face: every parameter free or held at one of its bounds.

    Where a face is flat in some direction the point is NaN: the same misfit is found where that
    direction meets a bound.
    """
    zero = np.zeros_like(problem.rows)
    for held, slope, gain in product(
        (None, *problem.offset), (None, zero, problem.steepest), (None, zero)
    ):
        f, c = _along(problem, held, slope, gain)
        offset = -(f * problem.mean_x[0] + c * problem.mean_x[1]) if held is None else held
        yield [offset, f, c]


def _along(
    problem: _Problem, held: Floats | None, slope: Floats | None, gain: Floats | None
) -> tuple[Floats, Floats]:
    """Return the best slope and gain on a face, for a free offset or one held at a value."""
    (ff, fc, cc), (fv, cv) = problem.xx, problem.xv
    if held is not None:
        mean_f, mean_c = problem.mean_x
        weighted_f, weighted_c = problem.rows * mean_f, problem.rows * mean_c
        ff, fc, cc = ff + weighted_f * mean_f, fc + weighted_f * mean_c, cc + weighted_c * mean_c
        fv, cv = fv - weighted_f * held, cv - weighted_c * held
    if slope is None and gain is None:
        determinant = ff * cc - fc * fc
        determinant = np.where(determinant > _SINGULAR * ff * cc, determinant, np.nan)
        return (fv * cc - cv * fc) / determinant, (cv * ff - fv * fc) / determinant
    if slope is None:
        assert gain is not None
        return (fv - fc * gain) / ff, gain
    if gain is None:
        return slope, (cv - fc * slope) / cc
    return slope, gain
