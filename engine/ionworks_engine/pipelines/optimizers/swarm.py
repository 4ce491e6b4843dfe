"""Particle swarm optimization.

J. Kennedy and R. Eberhart, IEEE Int. Conf. on Neural Networks 1995, doi:10.1109/ICNN.1995.488968;
the constriction coefficient is that of M. Clerc and J. Kennedy, IEEE Trans. Evol. Comput. 6(1),
2002, doi:10.1109/4235.985692; the inertia that falls is that of Y. Shi and R. Eberhart, 1998.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ionworks_engine.pipelines.optimizers.base import Floats
from ionworks_engine.pipelines.optimizers.boundaries import returned

_HORIZON = 1000
_NARROWEST = 0.1
"""Share of the velocity limit that is left at the horizon, when it is adaptive."""


class ParticleSwarm:
    """A swarm that is asked and told.

    Parameters
    ----------
    start, lower, upper
        Of the search space; bounds are finite. One particle begins at the start.
    size
        How many particles.
    settings
        The schema's algorithm options. With neither ``inertia_weight`` nor ``constriction`` given
        velocities are constricted; the coefficient needs ``c1 + c2 > 4`` and is 1 below that.
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
        self._own, self._common = (float(settings.get(c, 2.05)) for c in ("c1", "c2"))
        self._inertia = settings.get("inertia_weight")
        is_constricted = settings.get("constriction", self._inertia is None)
        self._factor = _constriction(self._own + self._common) if is_constricted else 1.0
        self._boundary = settings.get("boundary_handling", "reflect")
        self._clamping = settings.get("velocity_clamping", "fraction")
        self._limit = float(settings.get("v_max_fraction", 0.2)) * (upper - lower)
        self._horizon = int(settings.get("max_iterations") or _HORIZON)
        self._points = rng.uniform(lower, upper, (size, len(lower)))
        self._points[0] = np.clip(start, lower, upper)
        self._velocities = rng.uniform(-1, 1, self._points.shape) * self._limit
        self._best = self._points.copy()
        self._best_costs = np.full(size, np.inf)
        self._turn = 0

    def ask(self) -> Floats:
        """Return where the particles are."""
        return self._points

    def tell(self, points: Floats, costs: Floats) -> None:
        """Let the particles remember their best places, and move on."""
        better = costs < self._best_costs
        self._best[better], self._best_costs[better] = points[better], costs[better]
        self._turn += 1
        self._velocities = self._clamped(self._accelerated())
        moved = self._points + self._velocities
        self._points = returned(moved, self._lower, self._upper, self._boundary, self._rng)
        if self._boundary in {"absorb", "random"}:
            self._velocities[self._points != moved] = 0.0
        elif self._boundary == "reflect":
            self._velocities[self._points != moved] *= -1.0

    def population(self) -> tuple[Floats, Floats]:
        """Return the particles' best places and what they cost."""
        return self._best, self._best_costs

    def guess(self) -> Floats:
        """Return the best place of all."""
        return np.asarray(self._best[self._best_costs.argmin()])

    def expected_gain(self) -> float | None:
        """Return nothing: it has no model."""
        return None

    def _accelerated(self) -> Floats:
        shape = self._points.shape
        own = self._own * self._rng.random(shape) * (self._best - self._points)
        common = self._common * self._rng.random(shape) * (self.guess() - self._points)
        kept = self._inertia_now() * self._velocities
        return np.asarray(self._factor * (kept + own + common))

    def _inertia_now(self) -> float:
        if self._inertia is None:
            return 1.0
        first, last = self._inertia
        return float(first + (last - first) * self._progress())

    def _clamped(self, velocities: Floats) -> Floats:
        if self._clamping == "none":
            return velocities
        share = 1.0
        if self._clamping == "adaptive":
            share = 1.0 + (_NARROWEST - 1.0) * self._progress()
        return np.clip(velocities, -share * self._limit, share * self._limit)

    def _progress(self) -> float:
        return min(self._turn / self._horizon, 1.0)


def _constriction(total: float) -> float:
    """Return the coefficient of Clerc and Kennedy for ``c1 + c2``."""
    if total <= 4:
        return 1.0
    return 2.0 / abs(2.0 - total - math.sqrt(total * total - 4.0 * total))
