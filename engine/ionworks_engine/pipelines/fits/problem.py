"""The problem that optimizers and samplers work on: a cost over the search space.

Penalties. Where a model has no answer the point costs ten times the worst cost seen so far, and at
least a million times what a model would cost that is zero everywhere: finite, so that optimizers
can go on, and worse than any point that has an answer. Failures are counted; the first one's words
are kept. Samplers are told a likelihood of nought there instead.

Samplers. Densities of priors are in the parameters' own units; the logarithm of the transform's
slope is added to them, so that a chain that walks the search space has the right distribution in
the parameters' own units, whatever the transform.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ionworks_engine.pipelines.errors import refuse
from ionworks_engine.pipelines.fits.comparison import Comparison
from ionworks_engine.pipelines.fits.population import Outcome
from ionworks_engine.pipelines.fits.space import SearchSpace
from ionworks_engine.pipelines.objectives.base import Floats, SolveError

WORST_TIMES = 10.0
"""How much more a point without an answer costs than the worst point seen."""

ZERO_TIMES = 1e6
"""How much more it costs, at the least, than a model that is zero everywhere."""

Spread = Callable[[Floats], "list[Outcome]"]


@dataclass
class Ledger:
    """What happened so far in a fit; problems made of one another share it.

    Parameters
    ----------
    thrift
        Share of the best cost that a point must gain to enter the trace.
    """

    thrift: float = 0.0
    evaluations: int = 0
    failures: int = 0
    first_failure: str = ""
    best_cost: float = math.inf
    best_values: dict[str, float] = field(default_factory=dict)
    worst_cost: float = 0.0
    trace: list[dict[str, Any]] = field(default_factory=list)

    def enter(self, values: dict[str, float], outcome: Outcome) -> None:
        """Count an evaluation; remember it if it is the best."""
        self.evaluations += 1
        if outcome.error:
            self.failures += 1
            self.first_failure = self.first_failure or outcome.error
            return
        self.worst_cost = max(self.worst_cost, abs(outcome.cost))
        if outcome.cost >= self.best_cost:
            return
        gained = self.best_cost - outcome.cost
        self.best_cost, self.best_values = outcome.cost, values
        if not self.trace or gained >= self.thrift * abs(self.trace[-1]["best_cost"]):
            self.trace.append(
                {
                    "best_cost": outcome.cost,
                    "cost": outcome.cost,
                    "inputs_unscaled": dict(values),
                    "iteration": self.evaluations,
                }
            )


class Problem:
    """A cost over the search space, and everything an optimizer may ask of it.

    Parameters
    ----------
    space
        The free parameters.
    comparison
        Models and data.
    held
        Values of parameters that are free in the fit but not in this problem.
    ledger
        Where evaluations are counted; a new one by default.
    spread
        Evaluates the rows of a matrix, with help; by default one after another.
    deadline
        Tells whether time is up.

    Attributes
    ----------
    names
        The free parameters, in the order of the coordinates.
    start, lower, upper
        Coordinates; the bounds may be infinite.
    has_residuals
        Whether the cost is a sum of squares of residuals.
    """

    def __init__(
        self,
        space: SearchSpace,
        comparison: Comparison,
        *,
        held: dict[str, float] | None = None,
        ledger: Ledger | None = None,
        spread: Spread | None = None,
        deadline: Callable[[], bool] | None = None,
    ) -> None:
        self.space = space
        self.comparison = comparison
        self.ledger = ledger or Ledger()
        self.spread = spread
        self.deadline = deadline
        self.names: Sequence[str] = space.names
        self.start = space.start
        self.lower, self.upper = space.lower, space.upper
        self.has_residuals = comparison.has_residuals
        self._held = held or {}
        self._worst: float | None = None

    @property
    def trace(self) -> list[dict[str, Any]]:
        """Each improvement: ``best_cost``, ``cost``, ``inputs_unscaled`` and ``iteration``.

        ``iteration`` is the number of the evaluation, from 1.
        """
        return self.ledger.trace

    @property
    def failures(self) -> int:
        """How many evaluations had no answer."""
        return self.ledger.failures

    def stop(self) -> bool:
        """Whether there is no time left."""
        return self.deadline is not None and self.deadline()

    def values(self, x: Floats) -> dict[str, float]:
        """Return the free parameters at a point, in their own units; held ones too."""
        return {**self._held, **self.space.values(x)}

    def point(self, values: dict[str, float]) -> Floats:
        """Return the point of the search at given values."""
        return self.space.point(values)

    def outcome(self, x: Floats) -> Outcome:
        """Evaluate a point and tell nobody: the bare cost, or the solver's words."""
        try:
            cost = self.comparison.total(self.values(x))
        except SolveError as error:
            return Outcome(math.nan, error.message or "no answer")
        return Outcome(cost) if math.isfinite(cost) else Outcome(math.nan, "the cost is no number")

    def settled(self, x: Floats, outcome: Outcome) -> float:
        """Count an outcome and return what the point costs."""
        self.ledger.enter(self.values(x), outcome)
        return self.penalty() if outcome.error else outcome.cost

    def cost(self, x: Floats) -> float:
        """Return the cost at a point; a penalty where a model has no answer."""
        return self.settled(x, self.outcome(x))

    def costs(self, points: Floats) -> Floats:
        """Return the costs at the rows of a matrix, with the help of idle workers."""
        if self.spread is None:
            return np.array([self.cost(x) for x in points])
        outcomes = self.spread(points)
        pairs = zip(points, outcomes, strict=True)
        return np.array([self.settled(x, outcome) for x, outcome in pairs])

    def residuals(self, x: Floats) -> Floats:
        """Return the residuals, whose squares' sum is the cost.

        Raises
        ------
        PipelineError
            If the cost is no sum of squares.
        """
        free = self.values(x)
        outcome = self.outcome(x)
        cost = self.settled(x, outcome)
        if outcome.error:
            count = self._residual_count(free)
            return np.full(count, math.sqrt(cost / max(count, 1)))
        return self.comparison.residuals(free)

    def jacobian(self, x: Floats) -> Floats | None:
        """Return the residuals' derivatives by the coordinates, where all models offer them."""
        free = self.values(x)
        try:
            rows = self.comparison.jacobian(free)
        except SolveError:
            return None
        if rows is None:
            return None
        columns = [list(free).index(name) for name in self.names]
        return np.asarray(rows[:, columns] * self.space.slopes(x))

    def log_prior(self, x: Floats) -> float:
        """Return the logarithm of the prior density over the search space.

        Without a prior it is uniform in the parameter's own units; ``-inf`` outside the bounds.
        """
        coordinates = np.asarray(x, dtype=float)
        if np.any(coordinates < self.lower) or np.any(coordinates > self.upper):
            return -math.inf
        with np.errstate(divide="ignore"):
            volume = float(np.sum(np.log(np.abs(self.space.slopes(coordinates)))))
        values = self.comparison.all_values(self.values(coordinates))
        return volume + sum(one.log_density(values) for one in self.comparison.regularizers)

    def log_likelihood(self, x: Floats) -> float:
        """Return the logarithm of the likelihood, ``-inf`` where a model has no answer.

        Raises
        ------
        PipelineError
            If the cost is no likelihood.
        """
        share = self.comparison.cost.likelihood
        if math.isnan(share):
            raise refuse(
                "cost",
                "a sampler needs a likelihood: use GaussianLogLikelihood, or "
                "ChiSquare with the standard deviations of the data",
            )
        free = self.values(x)
        try:
            cost = self.comparison.fit_cost(free)
            total = cost + self.comparison.regularization(free)
        except SolveError as error:
            self.ledger.enter(free, Outcome(math.nan, error.message or "no answer"))
            return -math.inf
        self.ledger.enter(free, Outcome(total) if math.isfinite(total) else Outcome(total, "inf"))
        return -share * cost if math.isfinite(cost) else -math.inf

    def restricted(self, names: Sequence[str], fixed: Floats) -> Problem:
        """Return the problem of some parameters, the others held at the values of a point.

        Parameters
        ----------
        names
            Those that stay free.
        fixed
            A whole point of this problem; its entries of `names` are the new start.
        """
        values = self.values(fixed)
        part = Problem(
            self.space.only(names),
            self.comparison,
            held={name: value for name, value in values.items() if name not in names},
            ledger=self.ledger,
            deadline=self.deadline,
        )
        part.start = part.point(values)
        return part

    def penalty(self) -> float:
        """Return what a point costs where a model has no answer."""
        if self._worst is None:
            self._worst = ZERO_TIMES * max(self._cost_of_nothing(), 1e-12)
        return max(self._worst, WORST_TIMES * self.ledger.worst_cost)

    def afresh(self, start: Floats, ledger: Ledger, deadline: Callable[[], bool] | None) -> Problem:
        """Return the same problem from another start, with its own counts and its own time."""
        other = Problem(
            self.space,
            self.comparison,
            held=self._held,
            ledger=ledger,
            spread=self.spread,
            deadline=deadline,
        )
        other.start = start
        return other

    def _nothing(self) -> dict[str, dict[str, Floats]]:
        objectives = self.comparison.objectives.items()
        return {
            label: {name: np.zeros(len(data)) for name, data in one.variables.items()}
            for label, one in objectives
        }

    def _cost_of_nothing(self) -> float:
        values = self.comparison.all_values(self.values(self.start))
        cost = self.comparison.cost.value(self._nothing(), values)
        return abs(cost) if math.isfinite(cost) else 1.0

    def _residual_count(self, free: dict[str, float]) -> int:
        values = self.comparison.all_values(free)
        own = len(self.comparison.regularizers)
        return len(self.comparison.cost.residuals(self._nothing(), values)) + own
