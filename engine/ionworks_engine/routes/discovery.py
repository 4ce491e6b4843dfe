"""What the engine can do, told to programs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from ionworks import ucp
from ionworks_engine.battery.library import CHEMISTRIES
from ionworks_engine.bundle import load_bundle
from ionworks_engine.call import Call
from ionworks_engine.data_schema import data_schema
from ionworks_engine.errors import not_found


@cache
def _data() -> dict[str, Any]:
    return data_schema(load_bundle())


_SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "data": _data,
    "protocol": lambda: dict(ucp.SCHEMA),
}


def get_capabilities(call: Call) -> dict[str, Any]:
    """Return an overview."""
    del call
    return {
        "domain_context": {
            "conventions": [
                "A positive current discharges the cell.",
                "Capacities in a time series start from 0 at each step.",
                "A number with a unit is {value, unit}; mg/cm**2 and mg.cm-2 are the same unit.",
                "Times are ISO 8601; without a time zone they are in UTC.",
            ],
            "key_concepts": {
                "project": "Holds everything below, and models, protocols and simulations.",
                "cell_specification": "A cell type, with components and materials.",
                "cell_batch": "Cells of one specification that were made together.",
                "cell_instance": "One physical cell of a specification.",
                "cell_measurement": (
                    "A test of one cell: a time series with steps and cycles derived from it, "
                    "files, or properties."
                ),
                "raw_data": "A file as an instrument wrote it, attached to measurements.",
                "study": "Simulations and measurements that are looked at together.",
            },
            "quick_model_chemistries": {name: c.source for name, c in CHEMISTRIES.items()},
        },
        "schemas": {name: f"/discovery/schemas/{name}" for name in _SCHEMAS},
        "openapi_spec": None,
        "authentication": {"headers": ["X-API-Key", "Authorization: Bearer"]},
    }


def get_schema(call: Call) -> dict[str, Any]:
    """Return the JSON Schema of a document."""
    name = call.path["name"]
    if name not in _SCHEMAS:
        raise not_found("schema", name)
    return _SCHEMAS[name]()


async def list_pybamm_models(call: Call) -> dict[str, Any]:
    """Return the models that can be named, and their options."""
    found = await call.descriptions.of_models()
    return {
        "pybamm_models": found["models"],
        "ionworks_models": {},
        "options": found["options"],
        "pybamm_version": found["version"],
    }


async def validate_pybamm_model(call: Call) -> dict[str, Any]:
    """Say whether a model can be built."""
    return await call.descriptions.of_model(
        {
            "type": call.body["pybamm_model"],
            "module": call.body.get("module", "lithium_ion"),
            "options": call.body.get("options", {}),
        }
    )
