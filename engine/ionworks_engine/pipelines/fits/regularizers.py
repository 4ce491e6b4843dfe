"""What parameters cost by themselves: priors, constraints and penalties.

Each has a residual whose square is its cost, so that least squares and scalar optimizers minimise
the same sum. A prior costs the logarithm of how much likelier its mode is, times its weight: for a
normal distribution ``((x - mean) / std)**2 / 2``. A constraint ``g <= h`` costs
``weight * max(0, g - h)**2``, one that is no inequality ``weight * f**2``, a penalty the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ionworks_engine.pipelines.fits.distributions import Distribution
from ionworks_engine.pipelines.fits.space import Floats


class Regularizer(Protocol):
    """A term of the cost that no data enter."""

    def cost(self, values: Mapping[str, float]) -> float:
        """Return what the values cost; never negative."""
        ...

    def residual(self, values: Mapping[str, float]) -> float:
        """Return the signed square root of the cost."""
        ...

    def log_density(self, values: Mapping[str, float]) -> float:
        """Return what is added to the logarithm of a posterior density."""
        ...


@dataclass(frozen=True)
class Prior:
    """What is believed of some parameters before the data.

    Parameters
    ----------
    names
        The parameters, in the order of the distribution's values.
    distribution
        In the parameters' own units.
    weight
        Multiplies the logarithm of the density.
    """

    names: tuple[str, ...]
    distribution: Distribution
    weight: float = 1.0

    def cost(self, values: Mapping[str, float]) -> float:
        """Return the weighted logarithm of the density at the mode over that at the values."""
        highest = self.distribution.log_density(self.distribution.mode)
        density = self.distribution.log_density(self._values(values))
        return self.weight * max(highest - density, 0.0)

    def residual(self, values: Mapping[str, float]) -> float:
        """Return the signed square root of the cost; positive above the mode."""
        above = float(np.sum(self._values(values) - self.distribution.mode))
        return math.copysign(math.sqrt(self.cost(values)), above)

    def log_density(self, values: Mapping[str, float]) -> float:
        """Return the weighted logarithm of the density."""
        return self.weight * self.distribution.log_density(self._values(values))

    def _values(self, values: Mapping[str, float]) -> Floats:
        return np.array([values[name] for name in self.names])


@dataclass(frozen=True)
class Soft:
    """A constraint or a penalty.

    Parameters
    ----------
    excess
        How far the values are from where they cost nothing.
    weight
        Multiplies its square.
    """

    excess: Callable[[Mapping[str, float]], float]
    weight: float = 1.0

    def cost(self, values: Mapping[str, float]) -> float:
        """Return the weighted square of the excess."""
        return self.weight * self.excess(values) ** 2

    def residual(self, values: Mapping[str, float]) -> float:
        """Return the excess by the root of its weight."""
        return math.sqrt(self.weight) * self.excess(values)

    def log_density(self, values: Mapping[str, float]) -> float:
        """Return minus the cost."""
        return -self.cost(values)
