"""Models beside data: what the parameters of a fit cost, before any penalty for a failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from ionworks_engine.pipelines.fits.costs import Cost, Outputs
from ionworks_engine.pipelines.fits.linked import Links, View
from ionworks_engine.pipelines.fits.regularizers import Regularizer
from ionworks_engine.pipelines.objectives.base import Floats, Objective

Slopes: TypeAlias = dict[str, dict[str, Floats]]


@dataclass
class Comparison:
    """All objectives of a fit with their cost and what is added to it.

    Parameters
    ----------
    objectives
        By their labels.
    links
        Parameters that are expressions of the free ones.
    cost
        Of the models' numbers beside the data.
    regularizers
        Priors, constraints and penalties: what the parameters cost by themselves.
    views
        By label, how an objective with parameters of its own sees those of the fit.
    """

    objectives: Mapping[str, Objective]
    links: Links
    cost: Cost
    regularizers: Sequence[Regularizer] = ()
    views: Mapping[str, View] = field(default_factory=dict)
    _last: tuple[tuple[tuple[str, float], ...], Outputs] | None = field(default=None, repr=False)

    @property
    def has_residuals(self) -> bool:
        """Whether the cost is the sum of the squares of residuals."""
        return self.cost.has_residuals

    def all_values(self, free: Mapping[str, float]) -> dict[str, float]:
        """Return the free values and those that are linked to them."""
        return {**free, **self.links.values(free)}

    def view(self, label: str) -> View:
        """Return how an objective sees the parameters of the fit."""
        return self.views.get(label) or View(self.links)

    def outputs(self, free: Mapping[str, float]) -> Outputs:
        """Return what every model computes; the last point is remembered.

        Raises
        ------
        SolveError
            If a model has no answer there.
        """
        key = tuple(free.items())
        if self._last is None or self._last[0] != key:
            outputs = {
                label: one.evaluate(self.view(label).values(free))
                for label, one in self.objectives.items()
            }
            self._last = key, outputs
        return self._last[1]

    def fit_cost(self, free: Mapping[str, float]) -> float:
        """Return the cost of the models' numbers alone."""
        return self.cost.value(self.outputs(free), self.all_values(free))

    def regularization(self, free: Mapping[str, float]) -> float:
        """Return what priors, constraints and penalties add."""
        values = self.all_values(free)
        return float(sum(one.cost(values) for one in self.regularizers))

    def total(self, free: Mapping[str, float]) -> float:
        """Return the whole cost."""
        return self.fit_cost(free) + self.regularization(free)

    def residuals(self, free: Mapping[str, float]) -> Floats:
        """Return the residuals, whose squares' sum is the whole cost."""
        values = self.all_values(free)
        parts = [self.cost.residuals(self.outputs(free), values), self._own(values)]
        return np.concatenate(parts)

    def jacobian(self, free: Mapping[str, float]) -> Floats | None:
        """Return the residuals' derivatives by the free values, where all models offer them."""
        known = self.sensitivities(free)
        rows = None if known is None else self.cost.jacobian(*known, len(free))
        return None if rows is None else np.vstack([rows, self.own_slopes(free)])

    def sensitivities(self, free: Mapping[str, float]) -> tuple[Outputs, Slopes] | None:
        """Return the models' numbers and their derivatives by the free values.

        ``None`` where a model does not offer derivatives.
        """
        outputs: Outputs = {}
        slopes: Slopes = {}
        for label, one in self.objectives.items():
            view = self.view(label)
            values = view.values(free)
            known = one.derivatives(values, list(values))
            if known is None:
                return None
            outputs[label], chain = known[0], view.chain(free)
            slopes[label] = {name: array @ chain for name, array in known[1].items()}
        self._last = tuple(free.items()), outputs
        return outputs, slopes

    def _own(self, values: Mapping[str, float]) -> Floats:
        return np.array([one.residual(values) for one in self.regularizers], dtype=float)

    def own_slopes(self, free: Mapping[str, float]) -> Floats:
        """Return the derivatives of the regularizers' residuals, by central differences."""
        columns = []
        for name, value in free.items():
            step = 1e-6 * abs(value) or 1e-9
            above, below = (
                self._own(self.all_values({**free, name: value + sign * step})) for sign in (1, -1)
            )
            columns.append((above - below) / (2 * step))
        return np.array(columns, dtype=float).reshape(len(columns), len(self.regularizers)).T
