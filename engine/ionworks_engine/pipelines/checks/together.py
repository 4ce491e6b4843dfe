"""What is wrong between the parts of a fit: names that lead nowhere, parts that do not suit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ionworks_engine.pipelines.elements import objectives_of
from ionworks_engine.pipelines.errors import near
from ionworks_engine.pipelines.fits.costs import KINDS
from ionworks_engine.pipelines.fits.parameters import FitParameters
from ionworks_engine.pipelines.optimizers import catalogue

Problems = Iterator[tuple[str, str]]
_BY_LABEL = ("objective_weights", "calculation_structure")


def of_parts(element: Mapping[str, Any], where: str, parameters: FitParameters) -> Problems:
    """Yield what does not fit together in a fit whose parts are right by themselves.

    Parameters
    ----------
    element
        In its canonical form.
    where
        Its key path.
    parameters
        As they were read.
    """
    free = parameters.space.names
    known = (*free, *parameters.fixed, *parameters.linked)
    labels = tuple(objectives_of(element))
    costs = {f"{where}.cost": element.get("cost")}
    for label, objective in objectives_of(element).items():
        costs[f"{where}.objectives.{label}.cost"] = objective.get("cost")
    given = {place: cost for place, cost in costs.items() if cost is not None}
    for place, cost in given.items():
        own = labels if place == f"{where}.cost" else None
        yield from _of_names(cost, place, own, known)
    optimizer = element.get("optimizer")
    if isinstance(optimizer, Mapping):
        yield from _of_optimizer(optimizer, f"{where}.optimizer", given, free)


def _of_names(
    cost: Any, where: str, labels: Collection[str] | None, known: Collection[str]
) -> Problems:
    """Yield the objectives and parameters that a cost names and that are not there."""
    if not isinstance(cost, Mapping):
        return
    for key in _BY_LABEL if labels is not None else ():
        named = cost.get(key)
        for label in named if isinstance(named, Mapping) else ():
            if label not in (labels or ()):
                place = f"{where}.{key}.{label}"
                yield place, f"no objective {label!r}{near(str(label), labels or ())}"
    sigma = cost.get("sigma")
    for variable, value in sigma.items() if isinstance(sigma, Mapping) else ():
        if isinstance(value, str) and value not in known:
            yield f"{where}.sigma.{variable}", f"no parameter {value!r}{near(value, known)}"
    for i, part in enumerate(_parts(cost)):
        yield from _of_names(part, f"{where}.costs[{i}].cost", labels, known)


def _parts(cost: Mapping[str, Any]) -> list[Any]:
    """Return the costs that a cost is the sum of."""
    parts = cost.get("costs")
    if not isinstance(parts, list):
        return []
    return [each.get("cost", each) if isinstance(each, Mapping) else each for each in parts]


def _of_optimizer(
    optimizer: Mapping[str, Any], where: str, costs: Mapping[str, Any], free: Collection[str]
) -> Problems:
    if catalogue.needs_residuals(optimizer):
        for place, cost in costs.items():
            if not _has_residuals(cost):
                yield (
                    place,
                    f"{optimizer['type']} minimises residuals, which this cost does not have; "
                    "use SSE or MSE, or another optimizer",
                )
    if catalogue.method_of(optimizer) == "Nested":
        named = optimizer["parameters"]
        for name in named:
            if name not in free:
                yield f"{where}.parameters", f"no free parameter {name!r}{near(name, free)}"
        if set(free) <= set(named):
            yield f"{where}.parameters", "these are all parameters: none is left for 'inner'"


def _has_residuals(cost: Any) -> bool:
    kind = cost if isinstance(cost, str) else cost.get("type")
    if kind == "MultiCost":
        return all(map(_has_residuals, _parts(cost)))
    return kind in KINDS and KINDS[kind].residuals is not None
