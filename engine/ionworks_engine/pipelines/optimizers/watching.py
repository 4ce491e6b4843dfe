"""A problem under watch: counts, keeps the best point, tells how far it is, and ends in time.

scipy's tolerances of costs and gradients are absolute numbers, made for costs around 1. Costs here
are squares of small shares, so that the start would pass for the optimum: scipy is shown them in
units of the cost at its start. Only costs below 1 are enlarged. One that no answer stands behind,
or that is dear for another reason, would make the tolerances too wide.
"""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from ionworks_engine.pipelines.optimizers.base import Floats, Minimisable, Optimum, Tell

OUT_OF_TIME = "No time was left; this is the best point so far."

_LEAST = 1e-24
"""A cost that differences cannot be told from rounding at."""


class Stopped(Exception):  # noqa: N818 - it is the way out of a library's loop, no error
    """The search must end now."""


class Watched:
    """A problem whose evaluations are counted, and end when the time is over.

    Parameters
    ----------
    problem
        What is minimised.
    maxtime
        Seconds from now, if they are limited.
    tell
        Who wants to know how far it is.
    """

    def __init__(
        self, problem: Minimisable, maxtime: float | None = None, tell: Tell | None = None
    ) -> None:
        self.problem = problem
        self.names = problem.names
        self.start = np.asarray(problem.start, float)
        self.lower = np.asarray(problem.lower, float)
        self.upper = np.asarray(problem.upper, float)
        self.best = self.start
        self.best_cost = math.inf
        self.evaluations = 0
        self.iterations = 0
        self._until = math.inf if maxtime is None else time.monotonic() + maxtime
        self._tell = tell
        self._unit: float | None = None

    @property
    def bounds(self) -> list[tuple[float, float]]:
        """Lower and upper bound of each coordinate, for scipy."""
        return list(zip(self.lower.tolist(), self.upper.tolist(), strict=True))

    @property
    def is_bounded(self) -> bool:
        """Whether any coordinate has a bound."""
        return bool(np.isfinite(self.lower).any() or np.isfinite(self.upper).any())

    def cost(self, x: Floats) -> float:
        """Evaluate a point.

        Raises
        ------
        Stopped
            If the time is over.
        """
        self.check_time()
        point = np.array(x, float)
        cost = float(self.problem.cost(point))
        self.seen(point, cost)
        return cost

    def costs(self, points: Floats) -> Floats:
        """Evaluate the rows of a matrix; a point outside the bounds is infinitely bad."""
        self.check_time()
        points = np.atleast_2d(np.asarray(points, float))
        costs = np.full(len(points), math.inf)
        inside = ((points >= self.lower) & (points <= self.upper)).all(axis=1)
        if inside.any():
            costs[inside] = self.problem.costs(points[inside])
        for point, cost in zip(points[inside], costs[inside], strict=True):
            self.seen(point, float(cost))
        return costs

    def residuals(self, x: Floats) -> Floats:
        """Evaluate the residuals at a point."""
        self.check_time()
        point = np.array(x, float)
        residuals = np.asarray(self.problem.residuals(point), float)
        self.seen(point, float(residuals @ residuals))
        return residuals

    @property
    def unit(self) -> float:
        """About the cost at the start of scipy's run: what scipy sees is divided by it."""
        if self._unit is None:
            self.relative_cost(np.clip(self.start, self.lower, self.upper))
        return self._unit or 1.0

    def relative_to(self, cost: float) -> None:
        """Let a run begin at a cost: the unit is the power of 4 near it, which rounds nothing."""
        known = math.isfinite(cost) and cost != 0
        size = min(max(abs(cost), _LEAST), 1.0) if known else 1.0
        self._unit = 4.0 ** round(math.log(size, 4.0))

    def relative_cost(self, x: Floats) -> float:
        """Evaluate a point, and return its cost by that of the first, about."""
        cost = self.cost(x)
        if self._unit is None:
            self.relative_to(cost)
        return cost / self.unit

    def relative_residuals(self, x: Floats) -> Floats:
        """Evaluate the residuals at a point, whose squares sum to the relative cost."""
        residuals = self.residuals(x)
        if self._unit is None:
            self.relative_to(float(residuals @ residuals))
        return np.asarray(residuals / math.sqrt(self.unit))

    def step(self, *_: Any, **__: Any) -> None:
        """Count an iteration and tell of it; serves scipy as a callback."""
        self.iterations += 1
        if self._tell is not None:
            self._tell(
                {
                    "best_cost": self.best_cost if math.isfinite(self.best_cost) else None,
                    "iteration": self.iterations,
                    "evaluations": self.evaluations,
                }
            )

    def check_time(self) -> None:
        """Raise `Stopped` if the time is over and there is something to show for it."""
        if self.evaluations and (time.monotonic() > self._until or self.problem.stop()):
            raise Stopped(OUT_OF_TIME)

    def optimum(self, success: bool, message: str, **more: Any) -> Optimum:
        """Return the best point as the answer."""
        known = {
            "cost": self.best_cost,
            "evaluations": self.evaluations,
            "iterations": self.iterations,
        }
        return Optimum(self.best, success=success, message=message, **{**known, **more})

    def seen(self, point: Floats, cost: float) -> None:
        """Count an evaluation; remember the best."""
        self.evaluations += 1
        if cost < self.best_cost or self.evaluations == 1:
            self.best, self.best_cost = point.copy(), cost
