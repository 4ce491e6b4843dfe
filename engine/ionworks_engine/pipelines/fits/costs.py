"""How far models are from data, as one number and as residuals.

Every term compares one variable of one objective: ``e = (model - data) / normalisation`` on the
rows that have data. Weights of objectives and variables multiply; terms are summed.

===============  =======================================  ==========================
cost             one number                               residuals
===============  =======================================  ==========================
SSE              sum of w e**2                            sqrt(w) e
MSE              sum of w mean(e**2)                      sqrt(w / N) e
RMSE             square root of the MSE                   none
MAE              sum of w mean(abs(e))                    sign(e) sqrt(w abs(e) / N)
Max              largest w abs(e)                         its square root
ChiSquare        sum of (e / sigma)**2, not normalised    e / sigma
===============  =======================================  ==========================

`N` counts the rows of one variable. Squares of residuals sum to the one number, so scalar
optimizers and least squares minimise the same. Where a model does not get to a point that has data
(NaN), ``nan_values`` stands in for it: the mean or the least of what the model did compute there,
or a number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from ionworks_engine.pipelines.errors import PipelineError, refuse
from ionworks_engine.pipelines.objectives.base import Floats, SolveError

Outputs: TypeAlias = dict[str, dict[str, Floats]]
Pair: TypeAlias = tuple[Floats, float]


class Cost(Protocol):
    """A measure of how far models are from data."""

    @property
    def has_residuals(self) -> bool:
        """Whether it is the sum of the squares of residuals."""
        ...

    def value(self, outputs: Outputs, values: Mapping[str, float]) -> float:
        """Return the one number; `values` are the parameters, which a noise may be among."""
        ...

    def residuals(self, outputs: Outputs, values: Mapping[str, float]) -> Floats:
        """Return the residuals."""
        ...

    def jacobian(
        self, outputs: Outputs, slopes: Mapping[str, Mapping[str, Floats]], width: int
    ) -> Floats | None:
        """Return the residuals' derivatives, given the models'; ``None`` if they have no such."""
        ...

    @property
    def likelihood(self) -> float:
        """What it is multiplied with to be minus the logarithm of a likelihood."""
        ...

    @property
    def inputs(self) -> frozenset[str]:
        """Parameters that it depends on itself."""
        ...


@dataclass(frozen=True)
class Term:
    """One variable of one objective.

    Parameters
    ----------
    objective, variable
        Whose.
    data
        All measured numbers, NaN where there is none.
    scale
        What differences are divided by.
    weight
        Of this term in the sum.
    fill
        What stands in where the model does not get to: ``"mean"``, ``"min"`` or a number.
    """

    objective: str
    variable: str
    data: Floats
    scale: float = 1.0
    weight: float = 1.0
    fill: str | float = "mean"

    @property
    def rows(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which rows have data."""
        return np.isfinite(self.data)

    def model(self, outputs: Outputs) -> Floats:
        """Return the model's numbers on the rows that have data, none of them NaN.

        Raises
        ------
        SolveError
            If the model got to none of them, and nothing says what to put there.
        """
        model = outputs[self.objective][self.variable]
        if len(model) != len(self.data):
            raise self._unequal(len(model))
        known = model[self.rows]
        lacking = ~np.isfinite(known)
        if not lacking.any():
            return known
        return np.where(lacking, self._stand_in(known[~lacking]), known)

    def errors(self, outputs: Outputs) -> Floats:
        """Return the normalised differences."""
        return (self.model(outputs) - self.data[self.rows]) / self.scale

    def slopes(self, outputs: Outputs, slopes: Mapping[str, Mapping[str, Floats]]) -> Floats:
        """Return the derivatives of the normalised differences."""
        known = outputs[self.objective][self.variable][self.rows]
        lacking = ~np.isfinite(known)
        rows = slopes[self.objective][self.variable][self.rows] / self.scale
        if lacking.any():
            rows = np.array(rows)
            rows[lacking] = self._slope_of_stand_in(known, rows, lacking)
        return rows

    def _stand_in(self, known: Floats) -> float:
        if not isinstance(self.fill, str):
            return self.fill
        if not len(known):
            raise SolveError(
                f"the model of {self.objective!r} gets to no point that has {self.variable!r}"
            )
        return float(known.mean() if self.fill == "mean" else known.min())

    def _slope_of_stand_in(
        self, known: Floats, rows: Floats, lacking: np.ndarray[tuple[int], np.dtype[np.bool_]]
    ) -> Floats:
        if self.fill == "mean":
            return np.asarray(rows[~lacking].mean(axis=0))
        if self.fill == "min":
            return np.asarray(rows[int(np.nanargmin(known))])
        return np.zeros(rows.shape[1])

    def _unequal(self, count: int) -> PipelineError:
        return refuse(
            f"objectives.{self.objective}",
            f"the model has {count} numbers of {self.variable!r}, the data {len(self.data)}: they "
            "cannot be compared one by one; leave the variable out of this cost with "
            "calculation_structure, or compare it by a weighted Wasserstein distance",
        )


@dataclass(frozen=True)
class Kind:
    """A way to sum errors up.

    Parameters
    ----------
    value
        Of all terms' errors and weights, the one number.
    residuals
        Of one term's, if there are such.
    factor
        Of a weight and a count: the residuals by the errors, where they are proportional.
    likelihood
        What it is multiplied with to be minus the logarithm of a likelihood; NaN for no such.
    """

    value: Callable[[Sequence[Pair]], float]
    residuals: Callable[[Sequence[Pair]], Floats] | None = None
    factor: Callable[[float, int], float] | None = None
    likelihood: float = math.nan


def _sum_squares(pairs: Sequence[Pair]) -> float:
    return float(sum(weight * (errors @ errors) for errors, weight in pairs))


def _mean_squares(pairs: Sequence[Pair]) -> float:
    return float(sum(weight * np.mean(errors**2) for errors, weight in pairs))


def _largest(pairs: Sequence[Pair]) -> float:
    return float(max(weight * np.max(np.abs(errors)) for errors, weight in pairs))


def _scaled(factor: Callable[[float, int], float]) -> Callable[[Sequence[Pair]], Floats]:
    return lambda pairs: np.concatenate([factor(w, len(errors)) * errors for errors, w in pairs])


def _signed_roots(pairs: Sequence[Pair]) -> Floats:
    parts = [
        np.copysign(np.sqrt(weight * np.abs(errors) / len(errors)), errors)
        for errors, weight in pairs
    ]
    return np.concatenate(parts)


def _root(weight: float, _: int) -> float:
    return math.sqrt(weight)


def _root_of_share(weight: float, count: int) -> float:
    return math.sqrt(weight / count)


KINDS: dict[str, Kind] = {
    "SSE": Kind(_sum_squares, _scaled(_root), _root),
    "MSE": Kind(_mean_squares, _scaled(_root_of_share), _root_of_share),
    "RMSE": Kind(lambda pairs: math.sqrt(_mean_squares(pairs))),
    "MAE": Kind(
        lambda pairs: float(sum(w * np.mean(np.abs(errors)) for errors, w in pairs)),
        _signed_roots,
    ),
    "Max": Kind(_largest, lambda pairs: np.array([math.sqrt(_largest(pairs))])),
    "ChiSquare": Kind(_sum_squares, _scaled(_root), _root, likelihood=0.5),
}
"""The costs that are made of errors, row by row."""


@dataclass(frozen=True)
class ErrorCost:
    """A cost of errors, row by row.

    Parameters
    ----------
    name, kind
        Which of `KINDS`.
    terms
        What is compared.
    """

    name: str
    kind: Kind
    terms: tuple[Term, ...]
    inputs: frozenset[str] = frozenset()

    @property
    def has_residuals(self) -> bool:
        """Whether there are residuals."""
        return self.kind.residuals is not None

    @property
    def likelihood(self) -> float:
        """What the cost is multiplied with to be minus the logarithm of a likelihood."""
        return self.kind.likelihood

    def value(self, outputs: Outputs, values: Mapping[str, float]) -> float:
        """Return the one number."""
        del values
        return self.kind.value(self._pairs(outputs)) if self.terms else 0.0

    def residuals(self, outputs: Outputs, values: Mapping[str, float]) -> Floats:
        """Return the residuals."""
        del values
        if self.kind.residuals is None:
            raise refuse(
                "cost",
                f"{self.name} is one number and has no residuals; least squares "
                "needs SSE, MSE, MAE, Max or ChiSquare",
            )
        return self.kind.residuals(self._pairs(outputs)) if self.terms else np.zeros(0)

    def jacobian(
        self, outputs: Outputs, slopes: Mapping[str, Mapping[str, Floats]], width: int
    ) -> Floats | None:
        """Return the residuals' derivatives, where residuals are proportional to errors."""
        factor = self.kind.factor
        if factor is None:
            return None
        parts = [
            factor(term.weight, int(term.rows.sum())) * term.slopes(outputs, slopes)
            for term in self.terms
        ]
        return np.vstack([np.zeros((0, width)), *parts])

    def _pairs(self, outputs: Outputs) -> list[Pair]:
        return [(term.errors(outputs), term.weight) for term in self.terms]


@dataclass(frozen=True)
class GaussianCost:
    """Minus the logarithm of the likelihood of independent, normal errors.

    ``sum of N/2 ln(2 pi sigma**2) + sum(e**2) / (2 sigma**2)`` over the terms.

    Parameters
    ----------
    terms
        What is compared, not normalised.
    sigma
        Standard deviation by variable: a number, or the name of a parameter.
    """

    terms: tuple[Term, ...]
    sigma: Mapping[str, float | str]
    has_residuals: bool = False
    likelihood: float = 1.0

    @property
    def inputs(self) -> frozenset[str]:
        """Parameters that are a standard deviation."""
        return frozenset(sigma for sigma in self.sigma.values() if isinstance(sigma, str))

    def value(self, outputs: Outputs, values: Mapping[str, float]) -> float:
        """Return minus the logarithm of the likelihood."""
        return float(sum(self._one(term, outputs, values) for term in self.terms))

    def residuals(self, outputs: Outputs, values: Mapping[str, float]) -> Floats:
        """Refuse: a likelihood with its normalisation is no sum of squares."""
        del outputs, values
        raise refuse(
            "cost",
            "GaussianLogLikelihood has no residuals; least squares needs "
            "ChiSquare, which has its maximum at the same place",
        )

    def jacobian(
        self, outputs: Outputs, slopes: Mapping[str, Mapping[str, Floats]], width: int
    ) -> Floats | None:
        """Offer none."""
        del outputs, slopes, width
        return None

    def _one(self, term: Term, outputs: Outputs, values: Mapping[str, float]) -> float:
        sigma = self.sigma[term.variable]
        width = values[sigma] if isinstance(sigma, str) else sigma
        if width <= 0:
            return math.inf
        errors = term.errors(outputs)
        constant = len(errors) * math.log(2 * math.pi * width**2)
        return 0.5 * (constant + float(errors @ errors) / width**2)


@dataclass(frozen=True)
class WassersteinCost:
    """How far one cloud of numbers must be moved to lie on another (Wasserstein-1).

    Parameters
    ----------
    terms
        What is compared: the values themselves, or of weighted clouds the positions.
    masses
        Of weighted clouds, by objective: the term whose magnitudes are the weights.
    """

    terms: tuple[Term, ...]
    masses: Mapping[str, Term] | None = None
    has_residuals: bool = False
    likelihood: float = math.nan
    inputs: frozenset[str] = frozenset()

    def value(self, outputs: Outputs, values: Mapping[str, float]) -> float:
        """Return the weighted sum of the distances."""
        del values
        return float(sum(term.weight * self._one(term, outputs) for term in self.terms))

    def residuals(self, outputs: Outputs, values: Mapping[str, float]) -> Floats:
        """Refuse: a distance of clouds has no rows."""
        del outputs, values
        raise refuse(
            "cost",
            "Wasserstein is one number and has no residuals; use an optimizer "
            "that needs none, such as ScipyMinimize or CMAES",
        )

    def jacobian(
        self, outputs: Outputs, slopes: Mapping[str, Mapping[str, Floats]], width: int
    ) -> Floats | None:
        """Offer none."""
        del outputs, slopes, width
        return None

    def _one(self, term: Term, outputs: Outputs) -> float:
        from scipy.stats import wasserstein_distance

        model = outputs[term.objective][term.variable]
        mass = None if self.masses is None else self.masses[term.objective]
        theirs = None if mass is None else outputs[mass.objective][mass.variable]
        left, u = _cloud(model, theirs)
        right, v = _cloud(term.data, None if mass is None else mass.data)
        if not len(left) or not len(right):
            raise SolveError(f"the model of {term.objective!r} has no {term.variable!r} at all")
        return float(wasserstein_distance(left, right, u, v)) / term.scale


def _cloud(places: Floats, masses: Floats | None) -> tuple[Floats, Floats | None]:
    if masses is None:
        return places[np.isfinite(places)], None
    known = np.isfinite(places) & np.isfinite(masses) & (masses != 0)
    return places[known], np.abs(masses[known])


@dataclass(frozen=True)
class WeightedSum:
    """Several costs of the same models and data, each with its weight."""

    parts: tuple[tuple[Cost, float], ...]

    @property
    def has_residuals(self) -> bool:
        """Whether all of them have residuals."""
        return all(cost.has_residuals and weight >= 0 for cost, weight in self.parts)

    @property
    def likelihood(self) -> float:
        """The factor of all of them, if it is the same and nothing is weighted."""
        factors = {cost.likelihood / weight if weight else math.nan for cost, weight in self.parts}
        return factors.pop() if len(factors) == 1 else math.nan

    @property
    def inputs(self) -> frozenset[str]:
        """Parameters that any of them depends on."""
        return frozenset().union(*(cost.inputs for cost, _ in self.parts))

    def value(self, outputs: Outputs, values: Mapping[str, float]) -> float:
        """Return the weighted sum."""
        return float(sum(weight * cost.value(outputs, values) for cost, weight in self.parts))

    def residuals(self, outputs: Outputs, values: Mapping[str, float]) -> Floats:
        """Return all residuals."""
        parts = [math.sqrt(weight) * cost.residuals(outputs, values) for cost, weight in self.parts]
        return np.concatenate(parts)

    def jacobian(
        self, outputs: Outputs, slopes: Mapping[str, Mapping[str, Floats]], width: int
    ) -> Floats | None:
        """Return all residuals' derivatives."""
        parts = [cost.jacobian(outputs, slopes, width) for cost, _ in self.parts]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        weights = [math.sqrt(weight) for _, weight in self.parts]
        return np.vstack([root * part for root, part in zip(weights, known, strict=True)])
