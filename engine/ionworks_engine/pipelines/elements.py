"""The elements of a pipeline as they are written: their types, older spellings, and references.

No PyBaMM here: the server reads configurations with this module when they are submitted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ELEMENT_TYPES = (
    "entry",
    "calculation",
    "data_fit",
    "array_data_fit",
    "validation",
    "linear_confidence_interval",
    "sobol_sensitivity",
)
LEGACY: Mapping[str, str] = {
    "Direct Entry": "entry",
    "Calculation": "calculation",
    "Data Fit": "data_fit",
    "datafit": "data_fit",
    "Array Data Fit": "array_data_fit",
    "arraydatafit": "array_data_fit",
    "Validation": "validation",
    "Linear Confidence Interval": "linear_confidence_interval",
    "Sobol Sensitivity": "sobol_sensitivity",
}
"""Labels of earlier versions of the platform, and the type each stands for."""

EXPENSIVE = ("data_fit", "array_data_fit", "validation")
"""Types of which a simple pipeline has at most one."""

WITH_OBJECTIVES = ELEMENT_TYPES[2:]
DEFAULT_OBJECTIVE = "CurrentDriven"
MODEL_KEY = "model"
STORED = "db:"


@dataclass(frozen=True)
class Reference:
    """Something outside the configuration that it names.

    Parameters
    ----------
    kind
        What it is.
    id
        Which one.
    path
        Where the configuration names it, such as ``elements.fit.objectives.voltage.data``.
    element
        Name of the element that it stands in.
    mapping
        Of a cell specification: dotted paths in it, by parameter.
    """

    kind: Literal["measurement", "parameterized_model", "pipeline", "cell_specification"]
    id: str
    path: str
    element: str
    mapping: Mapping[str, str] = field(default_factory=dict)


def canonical(elements: Mapping[str, Any]) -> dict[str, Any]:
    """Return elements in the canonical spelling, in their order.

    Legacy labels of types, ``objective`` for the type of an objective, ``calculation`` for that of
    a calculation, a ``model`` beside the options of an objective and a bare objective become what
    the schema writes today. What cannot be understood is left as it is.

    Examples
    --------
    >>> canonical({"fit": {"element_type": "datafit", "objectives": {"v": {"objective": "EIS"}}}})
    {'fit': {'element_type': 'data_fit', 'objectives': {'v': {'type': 'EIS'}}}}
    """
    return {name: _element(element) for name, element in elements.items()}


def type_of(element: Mapping[str, Any]) -> str | None:
    """Return the canonical type of an element; ``None`` for an unknown one."""
    stated = element.get("element_type")
    if not isinstance(stated, str):
        return None
    stated = LEGACY.get(stated, stated)
    return stated if stated in ELEMENT_TYPES else None


def unknown_type(element: Mapping[str, Any]) -> str:
    """Say that the type of an element is unknown, and which are accepted.

    Examples
    --------
    >>> unknown_type({"element_type": "fit"}).partition(";")[0]
    "unknown element_type 'fit'"
    """
    labels = ", ".join(f"{old!r} ({new})" for old, new in LEGACY.items())
    return (
        f"unknown element_type {element.get('element_type')!r}; accepted values are "
        f"{', '.join(map(repr, ELEMENT_TYPES))}, and of earlier versions {labels}"
    )


def is_handle(value: Any) -> bool:
    """Say whether a value of an entry is data, and so no parameter.

    Data is a reference ``"db:<id>"``, or a mapping that is no serialised expression.

    Examples
    --------
    >>> is_handle("db:17"), is_handle({"Time [s]": [0, 1]}), is_handle(3.0)
    (True, True, False)
    """
    if isinstance(value, str):
        return value.startswith(STORED)
    return isinstance(value, Mapping) and "$type" not in value


def references(elements: Mapping[str, Any]) -> Iterator[Reference]:
    """Yield what the elements refer to outside the configuration, each with its key path.

    Examples
    --------
    >>> config = {"start": {"element_type": "entry", "values": {"data": "db:17"}}}
    >>> [(r.kind, r.id, r.path) for r in references(config)]
    [('measurement', '17', 'elements.start.values.data')]
    """
    for name, element in canonical(elements).items():
        if not isinstance(element, Mapping):
            continue
        where, kind = f"elements.{name}", type_of(element)
        if kind == "entry":
            yield from _of_entry(element, where, name)
        elif kind == "calculation":
            yield from _of_data(element.get("data"), f"{where}.data", name)
        elif kind is not None:
            for label, objective in objectives_of(element).items():
                yield from _of_objective(objective, f"{where}.objectives.{label}", name)


def objectives_of(element: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return the objectives of an element that are mappings, by label."""
    objectives = element.get("objectives")
    if not isinstance(objectives, Mapping):
        return {}
    return {label: each for label, each in objectives.items() if isinstance(each, Mapping)}


def _element(element: Any) -> Any:
    if not isinstance(element, Mapping):
        return element
    kind = type_of(element)
    if kind is None:
        return dict(element)
    element = {**element, "element_type": kind}
    if kind == "calculation" and "type" not in element and "calculation" in element:
        element["type"] = element.pop("calculation")
    if kind in WITH_OBJECTIVES and isinstance(element.get("objectives"), Mapping):
        element["objectives"] = _objectives(element["objectives"])
    return element


def _objectives(objectives: Mapping[str, Any]) -> dict[str, Any]:
    if _is_objective(objectives):
        one = _objective(objectives)
        return {one.get("type", DEFAULT_OBJECTIVE): one}
    return {str(label): _objective(each) for label, each in objectives.items()}


def _is_objective(value: Mapping[str, Any]) -> bool:
    """Say whether a mapping of objectives is itself one objective."""
    if any(isinstance(value.get(key), str) for key in ("type", "objective", "data")):
        return True
    data = value.get("data")
    return isinstance(data, Mapping) and not any(
        key in data for key in ("type", "objective", "options", "data")
    )


def _objective(objective: Any) -> Any:
    if not isinstance(objective, Mapping):
        return objective
    objective = dict(objective)
    if "type" not in objective and "objective" in objective:
        objective["type"] = objective.pop("objective")
    if MODEL_KEY in objective and isinstance(objective.get("options") or {}, Mapping):
        model = objective.pop(MODEL_KEY)
        objective["options"] = {MODEL_KEY: model, **(objective.get("options") or {})}
    return objective


def _of_entry(element: Mapping[str, Any], where: str, name: str) -> Iterator[Reference]:
    values = element.get("values")
    for key, value in values.items() if isinstance(values, Mapping) else ():
        if key != MODEL_KEY and is_handle(value):
            yield from _of_data(value, f"{where}.values.{key}", name)
    if isinstance(element.get("pipeline_id"), str):
        yield Reference("pipeline", element["pipeline_id"], f"{where}.pipeline_id", name)
    if isinstance(element.get("cell_spec_id"), str):
        mapping = element.get("mapping")
        paths = mapping if isinstance(mapping, Mapping) else {}
        yield Reference(
            "cell_specification", element["cell_spec_id"], f"{where}.cell_spec_id", name, paths
        )


def _of_objective(objective: Mapping[str, Any], where: str, name: str) -> Iterator[Reference]:
    yield from _of_data(objective.get("data"), f"{where}.data", name)
    options = objective.get("options")
    if not isinstance(options, Mapping):
        return
    model = options.get("parameterized_model_id")
    if isinstance(model, str):
        place = f"{where}.options.parameterized_model_id"
        yield Reference("parameterized_model", model, place, name)
    experiment = options.get("experiment")
    if isinstance(experiment, Mapping):
        place = f"{where}.options.experiment.from data"
        yield from _of_data(experiment.get("from data"), place, name)


def _of_data(data: Any, where: str, name: str) -> Iterator[Reference]:
    """Yield the measurements of data, however deep its forms are wrapped into each other."""
    depth = 0
    while isinstance(data, Mapping) and depth < 8:
        data, where, depth = data.get("data"), f"{where}.data", depth + 1
    if isinstance(data, str) and data.startswith(STORED):
        yield Reference("measurement", data.removeprefix(STORED), where, name)
