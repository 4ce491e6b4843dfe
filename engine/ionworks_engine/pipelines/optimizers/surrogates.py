"""Bayesian optimization: a Gaussian process stands for the cost, and says where to look next.

J. Snoek, H. Larochelle and R. P. Adams, "Practical Bayesian optimization of machine learning
algorithms", NeurIPS 2012, arXiv:1206.2944. Matérn kernel (5/2) with a length for each coordinate;
the next point is where the expected improvement is greatest. The process is scikit-learn's.

Costs that are all above nought are modelled by their logarithms, as sums of squares span decades;
others as they are.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np
from scipy.stats import norm, qmc

from ionworks_engine.pipelines.optimizers.base import Floats

_NOISES = {"deterministic": (1e-8, 1e-3), "low": (1e-8, 1e-3), "standard": (1e-8, 1e1)}
_LENGTHS = (5e-3, 2e1)
_CANDIDATES = 2048
_NEAR = 0.05
_JITTER = 1e-6
_MOST = 500
"""Observations above which the process is fitted to the best and the latest of them."""


class Surrogate:
    """A Gaussian process of costs over the unit cube.

    Parameters
    ----------
    noise
        Bounds of the noise, relative to the variance of the costs: the schema's ``noise_floor``.
    seed
        For the restarts of the fit.
    """

    def __init__(self, parameters: int, noise: Any, seed: int) -> None:
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

        low, high = _NOISES[noise] if isinstance(noise, str) else (noise[0], noise[1])
        kernel = ConstantKernel(1.0, (1e-2, 1e2)) * Matern(
            np.full(parameters, 0.5), _LENGTHS, nu=2.5
        )
        kernel += WhiteKernel(float(np.sqrt(low * high)), (low, max(high, low * (1 + 1e-9))))
        self._process = GaussianProcessRegressor(
            kernel, alpha=1e-10, n_restarts_optimizer=1, random_state=seed
        )
        self._best, self._range = 0.0, 1.0

    def learn(self, points: Floats, costs: Floats) -> None:
        """Fit the process; costs far above the others are taken for less."""
        costs = np.log(costs) if (costs > 0).all() else costs
        worst = np.quantile(costs, 0.75) + 3 * float(np.ptp(np.quantile(costs, [0.0, 0.75])))
        costs = np.minimum(costs, worst)
        scale = float(costs.std()) or 1.0
        values = (costs - costs.mean()) / scale
        self._best, self._range = float(values.min()), float(np.ptp(values)) or 1.0
        with _lightly(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # lengths at their bounds: what does not matter
            self._process.fit(points, values)

    def expected_gains(self, points: Floats) -> Floats:
        """Return the expected improvement at each point, as share of the range of costs."""
        with _lightly():
            mean, deviation = self._process.predict(points, return_std=True)
        deviation = np.maximum(deviation, 1e-12)
        ratio = (self._best - mean) / deviation
        gains = (self._best - mean) * norm.cdf(ratio) + deviation * norm.pdf(ratio)
        return np.asarray(gains / self._range)

    def drawn(self, points: Floats, count: int, rng: np.random.Generator) -> Floats:
        """Draw functions of the process, as columns of values at the points."""
        with _lightly():
            mean, covariance = self._process.predict(points, return_cov=True)
            jitter = _JITTER * float(covariance.diagonal().max())
            covariance[np.diag_indices_from(covariance)] += jitter
            root = np.linalg.cholesky(covariance)
        return np.asarray(mean[:, None] + root @ rng.standard_normal((len(points), count)))

    @property
    def lengths(self) -> Floats:
        """How far each coordinate must go to change the cost."""
        return np.atleast_1d(self._process.kernel_.k1.k2.length_scale)


class Observed:
    """All evaluations, over the unit cube between the bounds."""

    def __init__(self, lower: Floats, upper: Floats) -> None:
        self.lower, self.span = lower, np.where(upper > lower, upper - lower, 1.0)
        self.points = np.empty((0, len(lower)))
        self.costs = np.empty(0)

    def add(self, points: Floats, costs: Floats) -> None:
        """Take what points of the search space cost."""
        finite = np.isfinite(costs)
        self.points = np.vstack([self.points, (points[finite] - self.lower) / self.span])
        self.costs = np.concatenate([self.costs, costs[finite]])

    def there(self, unit: Floats) -> Floats:
        """Return the search space's points."""
        return np.asarray(self.lower + np.clip(unit, 0, 1) * self.span)

    def chosen(self, most: int) -> tuple[Floats, Floats]:
        """Return what a process is fitted to: the best half and the latest half of so many."""
        if len(self.costs) <= most:
            return self.points, self.costs
        best = np.argsort(self.costs, kind="stable")[: most // 2]
        latest = np.arange(len(self.costs) - (most - most // 2), len(self.costs))
        which = np.union1d(best, latest)
        return self.points[which], self.costs[which]

    @property
    def best(self) -> Floats:
        """The best point, in the unit cube."""
        return np.asarray(self.points[self.costs.argmin()])


class BayesianOptimization:
    """Bayesian optimization that is asked and told.

    Parameters
    ----------
    start, lower, upper
        Of the search space; bounds are finite.
    batch
        How many points at a time; 1 by default. Those after the first are chosen as if the ones
        before had come to what is expected of them.
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
        self._noise = settings.get("noise_floor", "deterministic")
        self._seen = Observed(lower, upper)
        size = int(settings.get("n_initial") or max(5, 2 * count + 1))
        self._first = first_points(start, lower, upper, size, rng)
        self._gain: float | None = None

    def ask(self) -> Floats:
        """Return the warm-up, then where most is to be gained."""
        if not len(self._seen.costs):
            return self._first
        points, costs = self._seen.chosen(_MOST)
        chosen: list[Floats] = []
        for _ in range(self._batch):
            surrogate = Surrogate(points.shape[1], self._noise, int(self._rng.integers(2**31)))
            surrogate.learn(points, costs)
            unit, gain = self._next(surrogate)
            self._gain = gain if not chosen else self._gain
            chosen.append(unit)
            points, costs = np.vstack([points, unit]), np.append(costs, self._seen.costs.min())
        return self._seen.there(np.array(chosen))

    def tell(self, points: Floats, costs: Floats) -> None:
        """Take what they cost."""
        self._seen.add(points, costs)

    def population(self) -> tuple[Floats, Floats]:
        """Return all evaluations so far."""
        return self._seen.there(self._seen.points), self._seen.costs

    def guess(self) -> Floats:
        """Return the best point."""
        return self._seen.there(self._seen.best)

    def expected_gain(self) -> float | None:
        """Return the greatest expected improvement when the last points were chosen."""
        return self._gain

    def _next(self, surrogate: Surrogate) -> tuple[Floats, float]:
        """Return the candidate with the greatest expected improvement: afar, and near the best."""
        count = self._seen.points.shape[1]
        afar = self._rng.random((_CANDIDATES, count))
        reach = _NEAR * 10.0 ** -self._rng.integers(0, 4, (_CANDIDATES, 1))
        near = self._seen.best + reach * self._rng.standard_normal((_CANDIDATES, count))
        candidates = np.clip(np.vstack([afar, near]), 0, 1)
        gains = surrogate.expected_gains(candidates)
        best = int(gains.argmax())
        return candidates[best], float(gains[best])


def first_points(
    start: Floats, lower: Floats, upper: Floats, size: int, rng: np.random.Generator
) -> Floats:
    """Return a warm-up: the start, and a Latin hypercube between the bounds."""
    cube = qmc.LatinHypercube(len(lower), rng=rng).random(max(size, 2))
    points = lower + cube * (upper - lower)
    points[0] = np.clip(start, lower, upper)
    return np.asarray(points)


def _lightly() -> Any:
    """Keep to one thread: the matrices are small, and many threads only wait for one another."""
    return import_module("threadpoolctl").threadpool_limits(1)
