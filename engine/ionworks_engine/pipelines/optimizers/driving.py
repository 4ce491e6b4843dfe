"""One loop for all methods that are asked for points and told what these cost.

When it ends. The rules are those of the schema's ask/tell family, all of them looked at after each
generation, from ``min_iterations`` on:

threshold
    The best cost is at most this.
max_unchanged_iterations
    So many generations without an improvement. An improvement is one of more than the smaller of
    ``absolute_tolerance`` and ``relative_tolerance`` times the cost that the last one led to;
    ``max_unchanged_iterations_threshold``, where it is given, stands for the former.
xtol
    The current guess moved, and by less than this in every coordinate, ``convergence_patience``
    times in a row. The guess is the mean of a distribution, else the best point; a generation in
    which it does not move says nothing.
population_convergence_tol
    For ``convergence_patience`` generations: the population's costs differ from their median by
    at most this share of it (the middle half of them), and its points from one another by at most
    this share of the range between the bounds (of the first step where there are none).
flat_fitness_tol
    At least half of the population costs within this of the median.
surrogate_convergence_tol
    For ``convergence_patience`` iterations: what the surrogate expects to gain at its best
    candidate is at most this share of the range of costs seen, both as it models them (the
    logarithms of costs above nought).

``max_iterations``, ``max_evaluations`` and the time are bounds, no convergence. What the schema
leaves open is filled in here: ``max_iterations`` is 300, or 50 for each parameter if that is more
(50 and 20 for surrogates); ``max_unchanged_iterations`` is 75 (half the iterations of surrogates).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ionworks_engine.pipelines.optimizers.base import Floats, Optimum
from ionworks_engine.pipelines.optimizers.watching import Watched


class Method(Protocol):
    """A method that is asked and told."""

    is_surrogate: bool

    def ask(self) -> Floats:
        """Return the points to evaluate next, as rows."""

    def tell(self, points: Floats, costs: Floats) -> None:
        """Take what they cost; ``inf`` outside the bounds."""

    def population(self) -> tuple[Floats, Floats]:
        """Return the points that it goes on from, and their costs."""

    def guess(self) -> Floats:
        """Return where it thinks that the optimum is."""

    def expected_gain(self) -> float | None:
        """Return what it expects to gain at its best candidate, if it has a model to say so.

        As share of the range of costs.
        """


@dataclass(frozen=True)
class Rules:
    """When to end; names and defaults of the schema."""

    max_iterations: int
    max_unchanged_iterations: int
    min_iterations: int = 1
    max_evaluations: int = 1_000_000
    threshold: float | None = None
    absolute_tolerance: float = 1e-5
    relative_tolerance: float = 1e-2
    xtol: float | None = 1e-6
    population_convergence_tol: float | None = 5e-3
    flat_fitness_tol: float | None = None
    convergence_patience: int = 3
    surrogate_convergence_tol: float | None = 1e-3

    @classmethod
    def read(
        cls, settings: Mapping[str, Any], parameters: int, is_surrogate: bool, limit: int | None
    ) -> Rules:
        """Read them from an optimizer's settings, filling in what depends on the problem."""
        given = {k: v for k, v in settings.items() if k in cls.__dataclass_fields__}
        legacy = settings.get("max_unchanged_iterations_threshold")
        if legacy is not None:
            given["absolute_tolerance"] = legacy
        most = max(50, 20 * parameters) if is_surrogate else max(300, 50 * parameters)
        count = given.get("max_iterations") or most
        given["max_iterations"] = count if limit is None else min(count, limit)
        if given.get("max_unchanged_iterations") is None:
            given["max_unchanged_iterations"] = most // 2 if is_surrogate else 75
        optional = {"threshold", "xtol", "population_convergence_tol", "flat_fitness_tol"}
        optional |= {"surrogate_convergence_tol"}
        return cls(**{k: v for k, v in given.items() if v is not None or k in optional})


def drive(method: Method, watched: Watched, rules: Rules) -> Optimum:
    """Ask and tell until a rule ends it."""
    judge = _Judge(method, watched, rules)
    while True:
        points = np.atleast_2d(method.ask())
        if watched.evaluations + len(points) > rules.max_evaluations and watched.evaluations:
            return watched.optimum(False, f"max_evaluations ({rules.max_evaluations}) reached")
        method.tell(points, watched.costs(points))
        watched.step()
        reason = judge.reason() if watched.iterations >= rules.min_iterations else None
        if reason is not None:
            return watched.optimum(True, reason)
        if watched.iterations >= rules.max_iterations:
            return watched.optimum(False, f"max_iterations ({rules.max_iterations}) reached")


class _Judge:
    """Looks at a method after each generation."""

    def __init__(self, method: Method, watched: Watched, rules: Rules) -> None:
        self._method = method
        self._watched = watched
        self._rules = rules
        self._reference = np.inf
        self._unchanged = 0
        self._guess: Floats | None = None
        self._streaks = {"xtol": 0, "population_convergence_tol": 0, "surrogate": 0}
        self._span: Floats | None = None

    def reason(self) -> str | None:
        """Return why it should end, or ``None``."""
        rules = self._rules
        if rules.threshold is not None and self._watched.best_cost <= rules.threshold:
            return f"The cost reached the threshold ({rules.threshold:g})."
        points, costs = self._method.population()
        found = {
            "max_unchanged_iterations": self._is_unchanged(),
            "xtol": self._patient("xtol", self._is_at_rest()),
            "population_convergence_tol": self._patient(
                "population_convergence_tol", self._is_one(points, costs)
            ),
            "flat_fitness_tol": self._is_flat(costs),
            "surrogate_convergence_tol": self._patient("surrogate", self._is_spent()),
        }
        met = [name for name, is_met in found.items() if is_met]
        return f"Converged: {met[0]} ({getattr(rules, met[0]):g})." if met else None

    def _patient(self, name: str, verdict: bool | None) -> bool:
        """Count verdicts in a row; ``None`` is none."""
        if verdict is not None:
            self._streaks[name] = self._streaks[name] + 1 if verdict else 0
        return self._streaks[name] >= self._rules.convergence_patience

    def _is_unchanged(self) -> bool:
        best, rules = self._watched.best_cost, self._rules
        gain = self._reference - best
        enough = min(rules.absolute_tolerance, rules.relative_tolerance * abs(self._reference))
        if gain > enough or not np.isfinite(self._reference):
            self._reference, self._unchanged = best, 0
        else:
            self._unchanged += 1
        return self._unchanged >= rules.max_unchanged_iterations

    def _is_at_rest(self) -> bool | None:
        before, self._guess = self._guess, np.array(self._method.guess(), float)
        if before is None or self._rules.xtol is None:
            return None
        moved = float(np.abs(self._guess - before).max())
        return None if moved == 0 else moved < self._rules.xtol

    def _is_one(self, points: Floats, costs: Floats) -> bool:
        tolerance = self._rules.population_convergence_tol
        if tolerance is None or len(points) < 3 or not np.isfinite(costs).all():
            return False
        low, middle, high = np.quantile(costs, [0.25, 0.5, 0.75])
        spread = np.ptp(points, axis=0) / self._range(points)
        return bool(high - low <= tolerance * abs(middle) and (spread <= tolerance).all())

    def _range(self, points: Floats) -> Floats:
        if self._span is None:
            span = self._watched.upper - self._watched.lower
            self._span = np.where(np.isfinite(span), span, np.ptp(points, axis=0))
            self._span[self._span == 0] = 1.0
        return self._span

    def _is_flat(self, costs: Floats) -> bool:
        tolerance = self._rules.flat_fitness_tol
        if tolerance is None or len(costs) < 3:
            return False
        return bool(np.mean(np.abs(costs - np.median(costs)) <= tolerance) >= 0.5)

    def _is_spent(self) -> bool | None:
        tolerance, gain = self._rules.surrogate_convergence_tol, self._method.expected_gain()
        if tolerance is None or gain is None:
            return None
        return gain <= tolerance
