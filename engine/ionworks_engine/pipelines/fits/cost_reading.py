"""Costs from configurations: which variables of which objectives, normalised and weighted how."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ionworks_engine.pipelines.errors import CONFIGURATION_ERROR, PipelineError, near, refuse
from ionworks_engine.pipelines.fits.cost_checks import NORMALIZATIONS, check_cost, records
from ionworks_engine.pipelines.fits.costs import (
    KINDS,
    Cost,
    ErrorCost,
    GaussianCost,
    Term,
    WassersteinCost,
    WeightedSum,
)
from ionworks_engine.pipelines.objectives.base import Objective

_GAUSSIAN_FILL = 1e6
"""Stands in for what the model does not get to where nothing else was said, as in the schema."""


class NothingMeasuredError(PipelineError):
    """An objective without a single number to compare."""


@dataclass(frozen=True)
class Reader:
    """Reads costs of some objectives.

    Parameters
    ----------
    objectives
        Those that the cost may be of, by label.
    note
        Takes the sentences that say what was assumed.
    """

    objectives: Mapping[str, Objective]
    note: Callable[[str], None]

    def read(self, config: Any, where: str, within: Collection[str] | None = None) -> Cost:
        """Read a cost.

        Parameters
        ----------
        config
            As on the wire, such as ``{"type": "SSE", "normalization": "mean"}``; a bare name
            stands for a cost with all its defaults.
        where
            Key path for messages.
        within
            Labels of the objectives to compute it of; all by default.

        Raises
        ------
        PipelineError
            If it names no cost, objective or variable that there is, or has a field that this cost
            does not take.
        """
        labels = self.objectives if within is None else within
        scope: dict[str, Sequence[str]] = {
            label: tuple(self.objectives[label].variables) for label in labels
        }
        return self._read(check_cost(config, where), scope, where)

    def _read(
        self, config: Mapping[str, Any], within: Mapping[str, Sequence[str]], where: str
    ) -> Cost:
        scope = self._scope(config, within, where)
        self._check_weights(config, where)
        name = config["type"]
        if name == "MultiCost":
            return self._several(config, scope, where)
        if name == "ChiSquare":
            return self._chi_square(config, scope, where)
        if name == "GaussianLogLikelihood":
            return self._gaussian(config, scope, where)
        if name == "Wasserstein" and config.get("position_variable") is not None:
            return self._clouds(config, scope, where)
        terms = tuple(self._normalised(config, term, where) for term in self._terms(config, scope))
        return (
            WassersteinCost(terms) if name == "Wasserstein" else ErrorCost(name, KINDS[name], terms)
        )

    def _scope(
        self, config: Mapping[str, Any], within: Mapping[str, Sequence[str]], where: str
    ) -> dict[str, Sequence[str]]:
        asked = config.get("calculation_structure")
        key = "calculation_structure"
        if asked is None and config.get("objective_names") is not None:
            asked, key = dict.fromkeys(config["objective_names"]), "objective_names"
        if asked is None:
            return dict(within)
        scope: dict[str, Sequence[str]] = {}
        for label, variables in asked.items():
            _known(label, self.objectives, f"{where}.{key}", "objective")
            if label not in within:
                continue
            for variable in variables or ():
                _known(
                    variable, self.objectives[label].variables, f"{where}.{key}.{label}", "variable"
                )
            scope[label] = within[label] if variables is None else tuple(variables)
        return scope

    def _check_weights(self, config: Mapping[str, Any], where: str) -> None:
        """Refuse weights of what there is not: they would silently weigh nothing."""
        for label in config.get("objective_weights") or {}:
            _known(label, self.objectives, f"{where}.objective_weights", "objective")
        variables = {name for one in self.objectives.values() for name in one.variables}
        for name in config.get("variable_weights") or {}:
            _known(name, variables, f"{where}.variable_weights", "variable")

    def _terms(self, config: Mapping[str, Any], scope: Mapping[str, Sequence[str]]) -> list[Term]:
        objective_weights = config.get("objective_weights") or {}
        variable_weights = config.get("variable_weights") or {}
        fill = config.get("nan_values")
        terms = []
        for label, variables in scope.items():
            one = self.objectives[label]
            check_measured(label, one, variables)
            for variable in variables:
                own = variable_weights.get(variable, one.variable_weights.get(variable, 1.0))
                data = np.asarray(one.variables[variable], dtype=float)
                if not is_measured(one, variable):
                    self.note(f"objective {label!r} has no number of {variable!r}: left out")
                    continue
                weight = float(objective_weights.get(label, 1.0)) * float(own)
                terms.append(
                    Term(label, variable, data, 1.0, weight, "mean" if fill is None else fill)
                )
        return terms

    def _normalised(self, config: Mapping[str, Any], term: Term, where: str) -> Term:
        wanted = config.get("normalization")
        wanted = "mean" if wanted is None else wanted
        if not isinstance(wanted, str):
            return replace(term, scale=float(wanted))
        scale = NORMALIZATIONS[wanted](term.data[term.rows])
        if scale == 0 or not math.isfinite(scale):
            self.note(
                f"{where}: the {wanted} of the data of {term.variable!r} in {term.objective!r} is "
                f"{scale!r}, so differences there are not normalised"
            )
            scale = 1.0
        return replace(term, scale=scale)

    def _chi_square(
        self, config: Mapping[str, Any], scope: Mapping[str, Sequence[str]], where: str
    ) -> Cost:
        deviations = config["variable_standard_deviations"]
        terms = self._with(deviations, "standard deviation", config, scope, where)
        scaled = (replace(t, scale=float(deviations[t.variable]), weight=1.0) for t in terms)
        return ErrorCost("ChiSquare", KINDS["ChiSquare"], tuple(scaled))

    def _gaussian(
        self, config: Mapping[str, Any], scope: Mapping[str, Sequence[str]], where: str
    ) -> Cost:
        sigma = config["sigma"]
        filled = {"nan_values": _GAUSSIAN_FILL} | {k: v for k, v in config.items() if v is not None}
        terms = self._with(sigma, "sigma", filled, scope, where)
        return GaussianCost(tuple(replace(term, weight=1.0) for term in terms), sigma)

    def _with(
        self,
        deviations: Mapping[str, Any],
        what: str,
        config: Mapping[str, Any],
        scope: Mapping[str, Sequence[str]],
        where: str,
    ) -> list[Term]:
        """Return the terms that have a deviation; note those left out."""
        terms = self._terms(config, scope)
        have = {term.variable for term in terms}
        known = {name for one in self.objectives.values() for name in one.variables}
        for variable in deviations:
            _known(variable, known, where, "variable")
        for variable in sorted(have - set(deviations)):
            self.note(
                f"{where}: {config['type']} has no {what} of {variable!r}, which is left out of it"
            )
        return [term for term in terms if term.variable in deviations]

    def _clouds(
        self, config: Mapping[str, Any], scope: Mapping[str, Sequence[str]], where: str
    ) -> Cost:
        places, masses = config["position_variable"], config["weight_variable"]
        objectives = {
            label: (places, masses)
            for label in scope
            if {places, masses} <= set(self.objectives[label].variables)
        }
        if not objectives:
            known = {name for label in scope for name in self.objectives[label].variables}
            lacking = next((name for name in (places, masses) if name not in known), places)
            raise refuse(where, f"no objective has {lacking!r}{near(lacking, known)}")
        for label in objectives:
            for variable in (places, masses):
                check_measured(label, self.objectives[label], [variable])
        terms = self._terms(config, objectives)
        return WassersteinCost(
            tuple(self._normalised(config, t, where) for t in terms if t.variable == places),
            {term.objective: term for term in terms if term.variable == masses},
        )

    def _several(
        self, config: Mapping[str, Any], scope: Mapping[str, Sequence[str]], where: str
    ) -> Cost:
        parts = []
        for place, (part, weight) in enumerate(records(config["costs"])):
            inner = f"{where}.costs.{place}.cost"
            parts.append((self._read(check_cost(part, inner), scope, inner), weight))
        return WeightedSum(tuple(parts))


def is_measured(objective: Objective, variable: str) -> bool:
    """Whether there is any number of a variable to compare with."""
    return bool(np.isfinite(np.asarray(objective.variables[variable], dtype=float)).any())


def check_measured(label: str, objective: Objective, variables: Sequence[str]) -> None:
    """Refuse an objective without a single number: it would seem to agree perfectly.

    Raises
    ------
    NothingMeasuredError
        Naming it and its variables.
    """
    if variables and not any(is_measured(objective, variable) for variable in variables):
        named = ", ".join(map(repr, variables))
        words = f"{named} {'has' if len(variables) == 1 else 'have'} no number to compare"
        raise NothingMeasuredError(CONFIGURATION_ERROR, words, f"objectives.{label}")


def compares(cost: Cost) -> bool:
    """Whether a cost is of anything at all: one that is not is nought whatever the model."""
    if isinstance(cost, WeightedSum):
        return any(compares(part) for part, _ in cost.parts)
    return bool(getattr(cost, "terms", ()))


def _known(name: str, known: Iterable[str], where: str, what: str) -> None:
    if name not in known:
        raise refuse(where, f"no {what} {name!r}{near(name, known)}")
