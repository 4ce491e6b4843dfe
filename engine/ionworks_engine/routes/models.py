"""Models: equations without parameter values."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from ionworks_engine import idempotency
from ionworks_engine.call import EMAIL, ORGANIZATION, Call
from ionworks_engine.descriptions import pybamm_version
from ionworks_engine.errors import Problem, conflict, forbidden, invalid
from ionworks_engine.records import (
    MOMENTS,
    change,
    chosen_project,
    create,
    find,
    find_project,
    of_project,
    page,
)
from ionworks_engine.storage.tables import models, parameterized_models

_FIELDS = (
    "id",
    "name",
    "description",
    "project_id",
    "config",
    "simulation_settings",
    "pybamm_version",
    "chemistry",
    "is_custom_model",
    "source_model_id",
    "created_at",
    "updated_at",
    "created_by_email",
)


def list_models(call: Call) -> dict[str, Any]:
    """Return a page of a project's models and those that all projects share."""
    filters = ["name", "created_by_email", *MOMENTS]
    with call.store.reading() as connection:
        rows, total = page(connection, call, models, of_project(models, call), filters)
    return {"items": [_shown(row) for row in rows], "count": len(rows), "total": total}


async def create_model(call: Call) -> dict[str, Any]:
    """Create a model, which must be one that PyBaMM can build."""
    body = call.body
    with call.store.reading() as connection:
        project = chosen_project(connection, body.get("project_id"))
    judged = await call.descriptions.of_model(body["config"])
    if not judged["valid"]:
        raise invalid([Problem("config", judged["error"])])
    values = {
        **body,
        "project_id": project,
        "pybamm_version": body.get("pybamm_version") or pybamm_version(),
        "chemistry": body["config"].get("module") or "lithium_ion",
        "is_custom_model": False,
        "created_by_email": EMAIL,
    }
    with call.store.writing() as connection:
        find_project(connection, project)
        row = create(call, connection, models, values)
        idempotency.creates(connection, row.id)
        return _shown(row)


def get_model(call: Call) -> dict[str, Any]:
    """Return a model."""
    with call.store.reading() as connection:
        return _shown(find(connection, models, call.path["model_id"], "model"))


def update_model(call: Call) -> dict[str, Any]:
    """Change what may change in a model."""
    name = call.path["model_id"]
    with call.store.writing() as connection:
        _own(connection, name)
        change(call, connection, models, name, call.body)
        return _shown(find(connection, models, name, "model"))


def delete_model(call: Call) -> None:
    """Delete a model that no parameterized model needs."""
    name = call.path["model_id"]
    with call.store.writing() as connection:
        _own(connection, name)
        needing = select(func.count()).where(parameterized_models.c.model_id == name)
        if count := connection.scalar(needing):
            needed = "1 parameterized model needs" if count == 1 else f"{count} need"
            raise conflict(f"{needed} this model: delete what needs it first.")
        connection.execute(delete(models).where(models.c.id == name))


def _own(connection: Connection, name: str) -> Row[Any]:
    row = find(connection, models, name, "model")
    if row.project_id is None:
        raise forbidden(f"The model {name!r} is shared by every project and cannot be changed.")
    return row


def _shown(row: Row[Any]) -> dict[str, Any]:
    shown = {field: row._mapping[field] for field in _FIELDS}
    own = row.project_id is not None
    return {**shown, "organization_id": ORGANIZATION if own else None}
