"""From what a request names to the cell that a worker builds: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from ionworks_engine.battery.library import CHEMISTRIES, chemistry_named
from ionworks_engine.errors import Problem, invalid
from ionworks_engine.records import find
from ionworks_engine.storage.tables import models, parameterized_models


@dataclass(frozen=True, slots=True)
class Choice:
    """A cell, and what it is called.

    ``path`` is where the request names it.
    """

    cell: dict[str, Any]
    model_name: str
    path: str = "parameterized_model"
    parameterized_model_id: str | None = None


def chosen(connection: Connection, reference: str | Mapping[str, Any]) -> Choice:
    """Return the cell that a submission's ``parameterized_model`` means.

    Raises
    ------
    ApiError
        404 if there is no such parameterized model, or no such model; 422 if a quick model is of
        an unknown chemistry.
    """
    if isinstance(reference, str):
        return of_parameterized_model(connection, reference)
    if "quick_model" in reference:
        return _quick(reference["quick_model"])
    model = find(connection, models, reference["model_id"], "model")
    cell = of_values(model, reference["parameters"], None)
    return Choice(cell, model.name, "parameterized_model.parameters")


def of_parameterized_model(connection: Connection, name: str) -> Choice:
    """Return the cell of a parameterized model's id."""
    row = find(connection, parameterized_models, name, "parameterized model")
    model = find(connection, models, row.model_id, "model")
    settings = row.simulation_settings or model.simulation_settings
    cell = _cell(model, row.parameters, settings)
    return Choice(cell, row.name, parameterized_model_id=row.id)


def of_values(
    model: Row[Any], values: Mapping[str, Any], settings: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the cell of a model with values of its own."""
    return _cell(model, {"values": dict(values)}, settings or model.simulation_settings)


def _cell(model: Row[Any], parameters: Any, settings: Any) -> dict[str, Any]:
    return {"model": model.config, "parameters": parameters, "simulation_settings": settings}


def _quick(stated: Mapping[str, Any]) -> Choice:
    config = {
        "capacity": stated.get("capacity", 1.0),
        "chemistry": _chemistry(stated.get("chemistry", "NMC/Graphite")),
    }
    if stated.get("resistance_pct") is not None:
        config["resistance_pct"] = stated["resistance_pct"]
    name = f"{config['chemistry']} {config['capacity']:g} A.h"
    return Choice({"quick_model": config}, name, "parameterized_model.quick_model")


def _chemistry(name: str) -> str:
    known = chemistry_named(name)
    if known is None:
        message = f"there is no chemistry {name!r}; known are {', '.join(CHEMISTRIES)}"
        raise invalid([Problem("parameterized_model.quick_model.chemistry", message)])
    return known
