"""From the configuration of a fit to the problem that is minimised."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import near, refuse
from ionworks_engine.pipelines.fits.comparison import Comparison
from ionworks_engine.pipelines.fits.cost_reading import Reader, compares
from ionworks_engine.pipelines.fits.costs import Cost, WeightedSum
from ionworks_engine.pipelines.fits.linked import Algebra, View
from ionworks_engine.pipelines.fits.parameters import FitParameters, read_parameters
from ionworks_engine.pipelines.fits.problem import Problem
from ionworks_engine.pipelines.fits.regularizers import Regularizer
from ionworks_engine.pipelines.names import spelt
from ionworks_engine.pipelines.objectives import build
from ionworks_engine.pipelines.objectives.base import Implying, Objective
from ionworks_engine.pipelines.values import ParameterSet

DEFAULT_COST: Mapping[str, Any] = {"type": "SSE", "normalization": "mean"}
_BARE = ("type", "objective", "data", "options")


@dataclass(frozen=True)
class Assembly:
    """A fit, ready to be minimised.

    Parameters
    ----------
    problem
        What is minimised.
    parameters
        As the configuration has them.
    algebra
        Expressions of the parameters.
    settings
        The configuration of each objective, by label.
    """

    problem: Problem
    parameters: FitParameters
    algebra: Algebra
    settings: Mapping[str, Mapping[str, Any]]

    @property
    def objectives(self) -> Mapping[str, Objective]:
        """The objectives by label."""
        return self.problem.comparison.objectives

    def found(self, free: Mapping[str, float]) -> dict[str, Any]:
        """Return the native values of everything the fit sets, or implies, given the free ones."""
        comparison = self.problem.comparison
        numbers = comparison.all_values(free)
        found = {**numbers, **self.parameters.fixed, **self.algebra.functions}
        for label, objective in self.objectives.items():
            if isinstance(objective, Implying):
                found |= objective.implied(comparison.view(label).values(free))
        return found


def assemble(element: Mapping[str, Any], context: Context) -> Assembly:
    """Build the problem of a fit: objectives compiled, cost bound to data, parameters read.

    Parameters
    ----------
    element
        A data fit, a confidence interval or a sensitivity, as on the wire.
    context
        What the elements before it gave.

    Raises
    ------
    PipelineError
        If the configuration is wrong, or a parameter is used by no objective.
    """
    where = context.where
    parameters = read_parameters(element.get("parameters"), element.get("priors"), where)
    fixed = context.given.updated(parameters.fixed)
    algebra = Algebra(fixed, parameters.space.names, parameters.linked, context.place("parameters"))
    inner = replace(context, given=fixed.updated(algebra.functions))
    start = parameters.space.values(parameters.space.start)
    settings = objective_settings(element.get("objectives"), context.place("objectives"))
    views = {
        label: _view(label, one, fixed, parameters, algebra, context)
        for label, one in settings.items()
    }
    objectives = {
        label: build(label, one, inner, views[label].values(start))
        for label, one in settings.items()
    }
    cost = _cost(element, settings, objectives, context)
    if not compares(cost):
        raise refuse(context.place("cost"), "compares nothing: no variable is left in it")
    _check_noise(cost, views, context)
    regularizers = _regularizers(parameters, settings, algebra, context)
    comparison = Comparison(objectives, algebra.links, cost, regularizers, views)
    if (element.get("options") or {}).get("validate", True) is not False:
        _check_used(parameters, comparison, context)
    return Assembly(Problem(parameters.space, comparison), parameters, algebra, settings)


def objective_settings(objectives: Any, where: str) -> dict[str, Mapping[str, Any]]:
    """Return the configurations of objectives by label; one bare objective by its type."""
    if not isinstance(objectives, Mapping) or not objectives:
        raise refuse(where, "must be a mapping of labels to objectives, one at the least")
    if any(key in objectives for key in _BARE) and not all(
        isinstance(one, Mapping) and "data" in one for one in objectives.values()
    ):
        label = objectives.get("type") or objectives.get("objective") or "CurrentDriven"
        return {str(label): objectives}
    for label, one in objectives.items():
        if not isinstance(one, Mapping):
            raise refuse(f"{where}.{label}", f"must be an objective, not {one!r}")
    return {str(label): one for label, one in objectives.items()}


def deadline(maxtime: float | None) -> Callable[[], bool] | None:
    """Return what tells whether some seconds from now are over; ``None`` for no limit."""
    if maxtime is None:
        return None
    end = time.monotonic() + maxtime
    return lambda: time.monotonic() >= end


def _view(
    label: str,
    settings: Mapping[str, Any],
    fixed: ParameterSet,
    parameters: FitParameters,
    algebra: Algebra,
    context: Context,
) -> View:
    """Return how an objective sees the fit's parameters: with its own, which hold there."""
    where = context.place(f"objectives.{label}.parameters")
    own = ParameterSet.read(settings.get("parameters") or {}, where)
    values = {name: own.get(name) for name in own}
    names = {spelt(name) for name in values}
    free = parameters.space.names
    held = [name for name in (*free, *parameters.linked) if spelt(name) in names]
    for name in held:
        context.assume(
            f"The fit sets {name!r}, but {label!r} has its own value of it, which holds there."
        )
    if not names or not (held or parameters.linked):
        return View(algebra.links)
    followed = [name for name in free if name not in held]
    linked = {name: tree for name, tree in parameters.linked.items() if name not in held}
    local = Algebra(fixed.updated(values), followed, linked, context.place("parameters"))
    return View(local.links, frozenset(held))


def _check_noise(cost: Cost, views: Mapping[str, View], context: Context) -> None:
    """Refuse an objective's own noise: a cost has one for all of them."""
    for label, view in views.items():
        for name in sorted(cost.inputs & view.held):
            raise refuse(
                context.place(f"objectives.{label}.parameters.{name}"),
                "is a noise in the cost, which holds for all objectives; give this objective a "
                "cost of its own",
            )


def _cost(
    element: Mapping[str, Any],
    settings: Mapping[str, Mapping[str, Any]],
    objectives: Mapping[str, Objective],
    context: Context,
) -> Cost:
    """Return the cost of a fit: an objective's own where it has one, else the fit's."""
    common = element.get("cost")
    reader = Reader(objectives, context.assume)
    weights = common.get("objective_weights") or {} if isinstance(common, Mapping) else {}
    own = {
        label: one.get("cost") or (objectives[label].default_cost if common is None else None)
        for label, one in settings.items()
    }
    parts: list[tuple[Cost, float]] = []
    shared = [label for label, config in own.items() if config is None]
    if shared:
        if common is None:
            context.assume(
                "No cost was given: the sum of squared errors (SSE), each variable "
                "divided by the mean of its data."
            )
        config = DEFAULT_COST if common is None else common
        parts.append((reader.read(config, context.place("cost"), shared), 1.0))
    for label, config in own.items():
        if config is not None:
            if not settings[label].get("cost"):
                kind, divided = config["type"], config.get("normalization", "mean")
                context.assume(
                    f"No cost was given for {label!r}: its own, {kind} divided by the {divided}."
                )
            where = context.place(f"objectives.{label}.cost")
            part = reader.read(config, where, (label,))
            parts.append((part, float(weights.get(label, 1.0))))
    alone = len(parts) == 1 and parts[0][1] == 1.0
    return parts[0][0] if alone else WeightedSum(tuple(parts))


def _regularizers(
    parameters: FitParameters,
    settings: Mapping[str, Mapping[str, Any]],
    algebra: Algebra,
    context: Context,
) -> tuple[Regularizer, ...]:
    found: list[Regularizer] = list(parameters.priors)
    for label, one in settings.items():
        for key in ("constraints", "penalties"):
            for place, config in enumerate(one.get(key) or ()):
                where = context.place(f"objectives.{label}.{key}.{place}")
                found.append(algebra.soft(config, where))
    return tuple(found)


def _check_used(parameters: FitParameters, comparison: Comparison, context: Context) -> None:
    """Refuse parameters that change nothing: a misspelt one would seem to fit perfectly."""
    used = set(comparison.cost.inputs)
    for label, one in comparison.objectives.items():
        used |= comparison.view(label).reached(one.inputs)
    held = frozenset().union(*(view.held for view in comparison.views.values()))
    for name in (*parameters.space.names, *comparison.links.linked):
        if name not in used:
            usual = {spelt(one) for one in _usual(context)}
            if name in held:
                reason = "; objectives that would have their own value of it"
            elif spelt(name) in usual:
                reason = ": the models do without it, unless one of their options brings it in"
            else:
                reason = near(name, usual)
            raise refuse(
                context.place(f"parameters.{name}"),
                f"no objective uses it, so it cannot be fitted{reason} (set options.validate to "
                "false to fit all the same)",
            )


def _usual(context: Context) -> set[str]:
    """Return names that a misspelt one may stand for: those given, and PyBaMM's usual ones."""
    return {*context.given, *pybamm.lithium_ion.SPMe().default_parameter_values.keys()}
