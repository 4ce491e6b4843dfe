"""What the engine can do, told to programs."""

from __future__ import annotations

from typing import Any

from ionworks import ucp
from ionworks_engine.battery.library import CHEMISTRIES
from ionworks_engine.call import Call
from ionworks_engine.errors import not_found


def get_capabilities(call: Call) -> dict[str, Any]:
    """Return an overview."""
    del call
    return {
        "domain_context": {
            "conventions": [
                "A positive current discharges the cell.",
                "Capacities in a time series start from 0 at each step.",
            ],
            "quick_model_chemistries": {name: c.source for name, c in CHEMISTRIES.items()},
        },
        "schemas": {"protocol": "/discovery/schemas/protocol"},
        "openapi_spec": None,
        "authentication": {"headers": ["X-API-Key", "Authorization: Bearer"]},
    }


def get_schema(call: Call) -> dict[str, Any]:
    """Return the JSON Schema of a document."""
    if call.path["name"] != "protocol":
        raise not_found("schema", call.path["name"])
    return dict(ucp.SCHEMA)


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
