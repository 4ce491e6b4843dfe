"""The JSON Schema of cell data: specification, batch, cell, measurement and its time series.

What the API takes is read from its description, so that the two cannot differ; the columns of a
time series stand here, since the API carries them in Parquet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_COMPONENTS = "#/components/schemas/"
_LEVELS = {
    "cell_specification": "CellSpecificationCreate",
    "cell_batch": "CellBatchCreate",
    "cell_instance": "CellInstanceCreate",
    "cell_measurement": "MeasurementMetadata",
    "properties_measurement": "CellMeasurementCreate",
    "raw_data": "RawDataUpload",
}
_PER_STEP = "from 0 at the start of each step, never falling, positive"
_COLUMNS = {
    "Step count": "Number of the step: from 0, each row the same or one more.",
    "Time [s]": "Elapsed time: from 0, never falling; null in rows of a spectrum only.",
    "Voltage [V]": "Terminal voltage.",
    "Current [A]": "Current; positive discharges the cell.",
    "Power [W]": "Power; positive discharges the cell.",
    "Discharge capacity [A.h]": f"Charge taken out, {_PER_STEP}.",
    "Charge capacity [A.h]": f"Charge put in, {_PER_STEP}.",
    "Discharge energy [W.h]": f"Energy taken out, {_PER_STEP}.",
    "Charge energy [W.h]": f"Energy put in, {_PER_STEP}.",
    "Cycle count": "Number of the cycle, the same throughout a step.",
    "Cycle number": "Number of the cycle as it was given; kept beside the count of cycles.",
    "Step from cycler": "Number of the step in the cycler's program.",
    "Cycle from cycler": "Number of the cycle in the cycler's count.",
    "Temperature [degC]": "Temperature of the cell.",
    "Frequency [Hz]": "Frequency, in rows of an impedance spectrum.",
    "Z_Re [Ohm]": "Real part of the impedance.",
    "Z_Im [Ohm]": "Imaginary part of the impedance: negative on the capacitive arc.",
    "Capacity [A.h]": "Charge, of an open-circuit curve.",
    "Stoichiometry": "Stoichiometry [-], of an open-circuit curve.",
    "SOC": "State of charge [-], of an open-circuit curve.",
}
_KINDS = [
    {"required": ["Step count", "Time [s]", "Voltage [V]", "Current [A]"]},
    {"required": ["Frequency [Hz]", "Z_Re [Ohm]", "Z_Im [Ohm]"]},
    *(
        {"required": ["Step count", "Voltage [V]", axis]}
        for axis in ("Capacity [A.h]", "Stoichiometry", "SOC")
    ),
]


def data_schema(bundle: Mapping[str, Any]) -> dict[str, Any]:
    """Return a JSON Schema, draft 2020-12, of what is told about cells and their data.

    Parameters
    ----------
    bundle
        The API description.

    Examples
    --------
    >>> from ionworks_engine.bundle import load_bundle
    >>> sorted(data_schema(load_bundle())["properties"])[:3]
    ['cell_batch', 'cell_instance', 'cell_measurement']
    """
    schemas = bundle["components"]["schemas"]
    levels = {level: {"$ref": f"#/$defs/{name}"} for level, name in _LEVELS.items()}
    reached = dict.fromkeys(["Quantity", *_LEVELS.values()])
    for name in _reached(schemas, list(reached)):
        reached[name] = None
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Cell data",
        "description": (
            "A project has cell specifications; a specification has batches and cell instances; an "
            "instance has measurements, with a time series, files or properties. An object of "
            "exactly `value` and `unit` is a Quantity wherever properties are free-form."
        ),
        "type": "object",
        "additionalProperties": False,
        "properties": {**levels, "time_series": _time_series()},
        "$defs": {name: _local(schemas[name]) for name in reached},
    }


def _time_series() -> dict[str, Any]:
    return {
        "description": "The columns of a time series; further columns are kept.",
        "type": "object",
        "properties": {
            name: {"description": meaning, "type": "array", "items": {"type": ["number", "null"]}}
            for name, meaning in _COLUMNS.items()
        },
        "additionalProperties": {"type": "array"},
        "anyOf": _KINDS,
    }


def _reached(schemas: Mapping[str, Any], waiting: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name
            waiting += _references(schemas[name])


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [name for child in node for name in _references(child)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"].removeprefix(_COMPONENTS)] if isinstance(node.get("$ref"), str) else []
    return own + _references(list(node.values()))


def _local(node: Any) -> Any:
    """Return a schema with its references into the description made into its own definitions."""
    if isinstance(node, list):
        return [_local(child) for child in node]
    if not isinstance(node, dict):
        return node
    return {
        key: child.replace(_COMPONENTS, "#/$defs/")
        if key == "$ref" and isinstance(child, str)
        else _local(child)
        for key, child in node.items()
    }
