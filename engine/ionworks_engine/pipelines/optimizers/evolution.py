"""Differential evolution, adapting itself by success history (SHADE).

R. Tanabe and A. Fukunaga, "Success-history based parameter adaptation for differential
evolution", IEEE Congress on Evolutionary Computation 2013, pp. 71-78,
doi:10.1109/CEC.2013.6557555. Mutation current-to-pbest/1 with an archive is that of J. Zhang and
A. C. Sanderson, "JADE", IEEE Trans. Evol. Comput. 13(5), 2009, doi:10.1109/TEVC.2009.2014613; the
classic strategies and crossovers are those of R. Storn and K. Price, J. Global Optim. 11, 1997,
doi:10.1023/A:1008202821328.

Beside the paper: the memories start at the settings' ``F`` and ``CR`` (there 0.5 and 0.5), the
share of the best is the setting ``p_best_rate`` for all (there drawn for each), and points that
leave the bounds come back as ``boundary_handling`` says (there halfway from their parent).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ionworks_engine.pipelines.optimizers.base import Floats
from ionworks_engine.pipelines.optimizers.boundaries import returned

_DONORS = {"rand_1": 3, "best_1": 2, "current_to_best_1": 2, "rand_2": 5, "best_2": 4}
_DITHER = (0.5, 1.0)
_SPREAD = 0.1
"""Scale of the Cauchy distribution of F, standard deviation of the normal one of CR."""


class DifferentialEvolution:
    """Differential evolution that is asked and told.

    Parameters
    ----------
    start, lower, upper
        Of the search space; bounds are finite. The start is a member of the first population.
    settings
        ``population_size`` and the schema's algorithm options.
    rng
        Chance.
    """

    is_surrogate = False

    def __init__(
        self,
        start: Floats,
        lower: Floats,
        upper: Floats,
        size: int,
        settings: Mapping[str, Any],
        rng: np.random.Generator,
    ) -> None:
        self._lower, self._upper, self._rng = lower, upper, rng
        self._strategy = settings.get("mutation_strategy", "current_to_pbest_1")
        self._is_exponential = settings.get("crossover_method", "binomial") == "exponential"
        self._boundary = settings.get("boundary_handling", "reflect")
        self._dither = _dither(settings.get("dither", True))
        self._best_share = float(settings.get("p_best_rate", 0.1))
        self._size = max(size, _DONORS.get(self._strategy, 3) + 1)
        self._kept = round(float(settings.get("archive_size_ratio", 1.0)) * self._size)
        memory = int(settings.get("memory_size") or self._size)
        self._scales = np.full(memory, float(settings.get("F", 0.5)))
        self._rates = np.full(memory, float(settings.get("CR", 0.7)))
        self._turn = 0
        self._archive = np.empty((0, len(lower)))
        self._points = _first(start, lower, upper, self._size, rng)
        self._costs: Floats | None = None
        self._used = np.empty((2, self._size))

    @property
    def _adapts(self) -> bool:
        return bool(self._strategy == "current_to_pbest_1")

    def ask(self) -> Floats:
        """Return the first population, then a trial for each of its members."""
        if self._costs is None:
            return self._points
        self._used = self._drawn()
        mutants = self._mutants(self._used[0][:, None])
        trials = np.where(self._crossed(self._used[1]), mutants, self._points)
        return returned(trials, self._lower, self._upper, self._boundary, self._rng)

    def tell(self, points: Floats, costs: Floats) -> None:
        """Let trials replace the members that they are not worse than."""
        if self._costs is None:
            self._points, self._costs = points.copy(), costs.copy()
            return
        gains = np.where(np.isfinite(costs), self._costs - costs, -np.inf)
        better, taken = gains > 0, gains >= 0
        if self._adapts and better.any():
            self._learn(gains[better], *self._used[:, better])
            self._archive_parents(self._points[better])
        self._points[taken], self._costs[taken] = points[taken], costs[taken]

    def population(self) -> tuple[Floats, Floats]:
        """Return its members and their costs."""
        return self._points, self._known_costs()

    def guess(self) -> Floats:
        """Return the best member."""
        return np.asarray(self._points[self._known_costs().argmin()])

    def expected_gain(self) -> float | None:
        """Return nothing: it has no model."""
        return None

    def _known_costs(self) -> Floats:
        return np.full(self._size, np.inf) if self._costs is None else self._costs

    def _drawn(self) -> Floats:
        """Return a scale F and a crossover rate CR for each member."""
        size, rng = self._size, self._rng
        if not self._adapts:
            scale = self._scales[0] if self._dither is None else rng.uniform(*self._dither)
            return np.array([np.full(size, scale), np.full(size, self._rates[0])])
        which = rng.integers(len(self._scales), size=size)
        rates = np.clip(rng.normal(self._rates[which], _SPREAD), 0.0, 1.0)
        scales = self._scales[which] + _SPREAD * rng.standard_cauchy(size)
        while (low := scales <= 0).any():
            scales[low] = self._scales[which[low]] + _SPREAD * rng.standard_cauchy(low.sum())
        return np.array([np.minimum(scales, 1.0), rates])

    def _mutants(self, scale: Floats) -> Floats:
        x, best = self._points, self.guess()
        if self._adapts:
            return self._toward_a_good_one(scale)
        a, b, *more = (x[index] for index in self._donors(_DONORS[self._strategy]))
        if self._strategy == "rand_1":
            return np.asarray(a + scale * (b - more[0]))
        if self._strategy == "best_1":
            return np.asarray(best + scale * (a - b))
        if self._strategy == "current_to_best_1":
            return np.asarray(x + scale * (best - x) + scale * (a - b))
        if self._strategy == "rand_2":
            return np.asarray(a + scale * (b - more[0]) + scale * (more[1] - more[2]))
        return np.asarray(best + scale * (a - b) + scale * (more[0] - more[1]))

    def _toward_a_good_one(self, scale: Floats) -> Floats:
        """Move each member toward one of the best, and by the difference of two others."""
        x, size, rng = self._points, self._size, self._rng
        count = min(size, max(2, round(self._best_share * size)))
        best = np.argsort(self._known_costs(), kind="stable")[:count]
        goals = x[rng.choice(best, size)]
        first = self._donors(1)[0]
        pool = np.vstack([x, self._archive])
        second = rng.integers(len(pool), size=size)
        while (same := (second == first) | (second == np.arange(size))).any():
            second[same] = rng.integers(len(pool), size=same.sum())
        return np.asarray(x + scale * (goals - x) + scale * (x[first] - pool[second]))

    def _donors(self, count: int) -> NDArray[np.int64]:
        """Return ``count`` members for each one, all different from it and from one another."""
        others = self._rng.permuted(np.tile(np.arange(1, self._size), (self._size, 1)), axis=1)[
            :, :count
        ]
        return np.asarray((others + np.arange(self._size)[:, None]) % self._size).T

    def _crossed(self, rates: Floats) -> NDArray[np.bool_]:
        """Return which coordinates come from the mutant: one at least."""
        shape = self._points.shape
        drawn = self._rng.random(shape) < rates[:, None]
        first = self._rng.integers(shape[1], size=shape[0])
        if not self._is_exponential:
            drawn[np.arange(shape[0]), first] = True
            return drawn
        places = (np.asarray(first)[:, np.newaxis] + np.arange(shape[1])) % shape[1]
        drawn[:, 0] = True
        run = np.logical_and.accumulate(drawn, axis=1)
        crossed = np.zeros(shape, bool)
        np.put_along_axis(crossed, places, run, axis=1)
        return np.asarray(crossed)

    def _learn(self, gains: Floats, scales: Floats, rates: Floats) -> None:
        """Remember what was successful, weighted by what it gained."""
        finite = np.where(np.isfinite(gains), gains, 0.0)
        weights = finite / finite.sum() if finite.sum() > 0 else np.full(len(gains), 1 / len(gains))
        self._scales[self._turn] = (weights @ scales**2) / (weights @ scales)
        self._rates[self._turn] = weights @ rates
        self._turn = (self._turn + 1) % len(self._scales)

    def _archive_parents(self, parents: Floats) -> None:
        everyone = np.vstack([self._archive, parents])
        if len(everyone) > self._kept:
            everyone = everyone[self._rng.choice(len(everyone), self._kept, replace=False)]
        self._archive = everyone


def _dither(given: Any) -> tuple[float, float] | None:
    if given is False:
        return None
    return _DITHER if given is True else (float(given[0]), float(given[1]))


def _first(
    start: Floats, lower: Floats, upper: Floats, size: int, rng: np.random.Generator
) -> Floats:
    """Return a first population: the start, and a Latin hypercube between the bounds."""
    cells = rng.permuted(np.tile(np.arange(size), (len(lower), 1)), axis=1).T
    points = lower + (cells + rng.random((size, len(lower)))) / size * (upper - lower)
    points[0] = np.clip(start, lower, upper)
    return np.asarray(points)
