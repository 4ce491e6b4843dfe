"""Differential voltage and capacity: slopes within windows, of data and model alike.

The slope at a point is that of the straight line through the points within two percent of
the capacity range on either side, by least squares; through the two neighbours where points are
further apart. Data and model go through the same windows, so that a model that equals the
data has equal slopes however coarse the data are, and noise averages out where they are fine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ionworks_engine.pipelines.objectives.base import Floats

_HALF_WIDTH = 0.02
_FLATTEST = 0.01


@dataclass(frozen=True, eq=False)
class Windows:
    """Which points are near each other.

    Parameters
    ----------
    first, last
        Of each point, the first index of its window and the one after its last.
    """

    first: Any
    last: Any

    @classmethod
    def of(cls, capacity: Floats) -> Windows:
        """Draw the windows of rising capacities."""
        places = np.arange(capacity.size)
        reach = _HALF_WIDTH * (capacity[-1] - capacity[0])
        first = np.minimum(np.searchsorted(capacity, capacity - reach), places - 1)
        last = np.maximum(np.searchsorted(capacity, capacity + reach, side="right"), places + 2)
        return cls(np.maximum(first, 0), np.minimum(last, capacity.size))

    def slopes(self, across: Floats, up: Floats) -> Floats:
        """Return the slope of one quantity over another; NaN in windows that are not whole."""
        return self._parts(across, up)[0]

    def slopes_changing(
        self, across: Floats, up: Floats, change: Floats, *, of_across: bool
    ) -> Floats:
        """Return how the slopes change as one of both quantities does.

        Parameters
        ----------
        across, up
            The quantities.
        change
            Derivatives of one of them, shape (n, m).
        of_across
            Whether it is those of ``across``.

        Returns
        -------
        ndarray
            Shape (n, m).
        """
        slope, variance, across, up = self._parts(across, up)
        other = up if of_across else across
        covariance = self._covariance(change, other[:, None])
        if of_across:
            spread = 2 * self._covariance(change, across[:, None])
            return (covariance - slope[:, None] * spread) / variance[:, None]
        return covariance / variance[:, None]

    def gains(self, capacity: Floats, voltage: Floats, kind: str) -> Floats:
        """Return by how much errors of the voltage are larger in a variable: squares, by point.

        Errors of slopes count as often as windows share a point. Of slopes flatter than a
        hundredth of the whole curve's nothing is known.

        Parameters
        ----------
        capacity, voltage
            The data.
        kind
            ``"voltage"``, ``"capacity"``, ``"slope"`` or ``"capacity slope"``, as variables have
            it.
        """
        slope, variance, *_ = self._parts(capacity, voltage)
        flattest = _FLATTEST * np.ptp(voltage) / np.ptp(capacity)
        squares = np.maximum(np.abs(slope), flattest) ** 2
        gains = {"capacity": 1 / squares, "slope": 1 / variance}
        gains["capacity slope"] = gains["slope"] * gains["capacity"] ** 2
        return np.asarray(gains.get(kind, np.ones(slope.shape)))

    def _parts(self, across: Floats, up: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        across, up = across - np.nanmean(across), up - np.nanmean(up)
        variance = self._covariance(across, across)
        variance[variance <= 0] = np.nan
        return self._covariance(across, up) / variance, variance, across, up

    def _covariance(self, one: Floats, other: Floats) -> Floats:
        return self._mean(one * other) - self._mean(one) * self._mean(other)

    def _mean(self, values: Floats) -> Floats:
        missing = ~np.isfinite(values)
        sums = self._sum(np.where(missing, 0.0, values))
        count = (self.last - self.first).reshape((-1,) + (1,) * (values.ndim - 1))
        means = sums / count
        means[self._sum(missing.astype(float)) > 0] = np.nan
        return np.asarray(means)

    def _sum(self, values: Floats) -> Floats:
        running = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
        return np.asarray(running[self.last] - running[self.first])
