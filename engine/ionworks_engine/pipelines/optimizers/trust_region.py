"""TuRBO: Bayesian optimization in a region that grows with success and shrinks with failure.

D. Eriksson, M. Pearce, J. R. Gardner, R. Turner and M. Poloczek, "Scalable global optimization via
local Bayesian optimization", NeurIPS 2019, arXiv:1910.01739: TuRBO-1 with Thompson sampling. One
region; when it has shrunk away the search begins anew elsewhere, and keeps the best.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import qmc

from ionworks_engine.pipelines.optimizers.base import Floats
from ionworks_engine.pipelines.optimizers.surrogates import Observed, Surrogate, first_points

_ENOUGH = 1e-3
"""Share of the best cost by which a batch must improve on it to be a success."""


class TrustRegion:
    """TuRBO-1 that is asked and told.

    Parameters
    ----------
    start, lower, upper
        Of the search space; bounds are finite.
    batch
        How many points at a time.
    settings
        The schema's algorithm options.
    rng
        Chance.
    """

    is_surrogate = True

    def __init__(
        self,
        start: Floats,
        lower: Floats,
        upper: Floats,
        batch: int,
        settings: Mapping[str, Any],
        rng: np.random.Generator,
    ) -> None:
        count = len(lower)
        self._rng, self._batch = rng, batch
        self._lower, self._upper = lower, upper
        self._noise = settings.get("noise_floor", "deterministic")
        self._size = int(settings.get("n_initial") or max(5, 2 * count + 1))
        self._candidates = int(settings.get("n_candidates") or min(5000, 200 * count))
        self._first_length = float(settings.get("tr_length_init", 0.8))
        self._shortest = float(settings.get("tr_length_min", 2**-7))
        self._longest = float(settings.get("tr_length_max", 1.6))
        self._lucky = int(settings.get("tr_success_tolerance") or 3)
        failures = settings.get("tr_failure_tolerance")
        self._unlucky = int(failures or math.ceil(max(4, count) / batch))
        self._most = int(settings.get("gp_max_points") or 1000)
        self._all = Observed(lower, upper)
        self._length, self._successes, self._failures = self._first_length, 0, 0
        self._begin(start)

    def ask(self) -> Floats:
        """Return a warm-up, then the bests of functions drawn from the process in the region."""
        if not len(self._here.costs):
            return self._first
        points, costs = self._here.chosen(self._most)
        surrogate = Surrogate(points.shape[1], self._noise, int(self._rng.integers(2**31)))
        surrogate.learn(points, costs)
        candidates = self._drawn(surrogate.lengths)
        values = surrogate.drawn(candidates, self._batch, self._rng)
        return self._here.there(candidates[values.argmin(axis=0)])

    def tell(self, points: Floats, costs: Floats) -> None:
        """Take what they cost, and let the region grow, shrink or move away."""
        self._all.add(points, costs)
        before = self._here.costs
        self._here.add(points, costs)
        if not len(before):
            return
        best = float(before.min())
        succeeded = float(costs.min()) < best - _ENOUGH * abs(best)
        self._successes = self._successes + 1 if succeeded else 0
        self._failures = 0 if succeeded else self._failures + 1
        if self._successes >= self._lucky:
            self._length, self._successes = min(2 * self._length, self._longest), 0
        elif self._failures >= self._unlucky:
            self._length, self._failures = self._length / 2, 0
        if self._length < self._shortest:
            self._begin(self._rng.uniform(self._lower, self._upper))

    def population(self) -> tuple[Floats, Floats]:
        """Return all evaluations so far."""
        return self._all.there(self._all.points), self._all.costs

    def guess(self) -> Floats:
        """Return the best point."""
        return self._all.there(self._all.best)

    def expected_gain(self) -> float | None:
        """Return nothing: Thompson sampling reckons with none."""
        return None

    def _begin(self, start: Floats) -> None:
        self._here = Observed(self._lower, self._upper)
        self._first = first_points(start, self._lower, self._upper, self._size, self._rng)
        self._length = self._first_length
        self._successes = self._failures = 0

    def _drawn(self, lengths: Floats) -> Floats:
        """Return candidates in the region: some coordinates of the best point, moved.

        Its edges are in proportion to the process's lengths, at a constant volume.
        """
        count = len(lengths)
        weights = lengths / np.exp(np.mean(np.log(lengths)))
        half = 0.5 * self._length * weights
        best = self._here.best
        low, high = np.clip(best - half, 0, 1), np.clip(best + half, 0, 1)
        sobol = qmc.Sobol(count, rng=self._rng).random_base2(
            math.ceil(math.log2(self._candidates))
        )[: self._candidates]
        moves = self._rng.random(sobol.shape) <= min(1.0, 20 / count)
        still = ~moves.any(axis=1)
        moves[still, self._rng.integers(count, size=still.sum())] = True
        return np.where(moves, low + sobol * (high - low), best)
