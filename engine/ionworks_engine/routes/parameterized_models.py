"""Parameterized models: a model with parameter values, ready to simulate."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select

from ionworks_engine import cells
from ionworks_engine.call import EMAIL, Call
from ionworks_engine.errors import Problem, forbidden, invalid, not_found
from ionworks_engine.records import (
    change,
    chosen_project,
    create,
    find,
    find_project,
    of_project,
    page,
    refuse_same_name,
)
from ionworks_engine.storage.tables import cell_specifications, models, parameterized_models

_WHAT = "parameterized model"
_SUMMARY = ("id", "name", "description", "project_id", "cell_spec_id", "model_id")
_REST = ("simulation_settings",)
_NO_VALUES = ("citations",)
_TIMES = ("created_at", "updated_at")


def list_parameterized_models(call: Call) -> dict[str, Any]:
    """Return a page of a project's parameterized models and those of the system library."""
    query = of_project(parameterized_models, call)
    if (cell_spec := call.query.get("cell_spec_id")) is not None:
        query = query.where(parameterized_models.c.cell_spec_id == cell_spec)
    with call.store.reading() as connection:
        return _page(connection, call, query)


def list_cell_parameterized_models(call: Call) -> dict[str, Any]:
    """Return a page of the parameterized models of a cell specification."""
    with call.store.reading() as connection:
        specification = _specification(connection, call)
        mine = parameterized_models.c.cell_spec_id == specification.id
        return _page(connection, call, select(parameterized_models).where(mine))


async def create_parameterized_model(call: Call) -> dict[str, Any]:
    """Create a parameterized model, which must be one that can be built."""
    return await _created(call, {**call.body, "cell_spec_id": None})


async def create_cell_parameterized_model(call: Call) -> dict[str, Any]:
    """Create a parameterized model of a cell specification, in its project."""
    with call.store.reading() as connection:
        specification = _specification(connection, call)
    project = call.body.get("project_id") or specification.project_id
    if project != specification.project_id:
        message = f"The cell specification belongs to project {specification.project_id!r}."
        raise invalid([Problem("project_id", message)])
    return await _created(
        call, {**call.body, "project_id": project, "cell_spec_id": specification.id}
    )


async def _created(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    if not body.get("parameters"):
        raise invalid([Problem("parameters", "Give the parameter values: none are assumed.")])
    with call.store.reading() as connection:
        project = chosen_project(connection, body.get("project_id"))
        model = find(connection, models, body["model_id"], "model")
        _refuse_same_name(connection, project, body["name"])
    cell = cells.of_values(model, body["parameters"], body.get("simulation_settings"))
    await call.descriptions.of_cell(cell, "parameters")
    values = {
        **body,
        "project_id": project,
        "parameters": {"values": body["parameters"]},
        "created_by_email": EMAIL,
    }
    with call.store.writing() as connection:
        find_project(connection, project)
        find(connection, models, model.id, "model")
        if body["cell_spec_id"] is not None:
            _specification(connection, call)
        _refuse_same_name(connection, project, body["name"])
        row = create(call, connection, parameterized_models, values)
    return _shown(row, model.name)


def get_parameterized_model(call: Call) -> dict[str, Any]:
    """Return a parameterized model."""
    with call.store.reading() as connection:
        row = find(connection, parameterized_models, call.path["parameterized_model_id"], _WHAT)
        names = _model_names(connection, {row.model_id})
    return _shown(row, names.get(row.model_id))


async def update_parameterized_model(call: Call) -> dict[str, Any]:
    """Change what may change in a parameterized model: never its values."""
    body = call.body
    with call.store.reading() as connection:
        row = _own(connection, call)
        cell = cells.of_parameterized_model(connection, row.id).cell
    if body.get("simulation_settings") is not None:
        changed = {**cell, "simulation_settings": body["simulation_settings"]}
        await call.descriptions.of_cell(changed, "simulation_settings")
    with call.store.writing() as connection:
        row = _own(connection, call)
        if "name" in body:
            _refuse_same_name(connection, row.project_id, body["name"], but=row.id)
        change(call, connection, parameterized_models, row.id, body)
        row = find(connection, parameterized_models, row.id, _WHAT)
        names = _model_names(connection, {row.model_id})
    return _shown(row, names.get(row.model_id))


async def update_cell_parameterized_model(call: Call) -> dict[str, Any]:
    """Change what may change in a parameterized model of a cell specification."""
    return await update_parameterized_model(call)


def delete_cell_parameterized_model(call: Call) -> None:
    """Delete a parameterized model of a cell specification; its simulations stay."""
    delete_parameterized_model(call)


def delete_parameterized_model(call: Call) -> None:
    """Delete a parameterized model; its simulations stay."""
    with call.store.writing() as connection:
        row = _own(connection, call)
        connection.execute(delete(parameterized_models).where(parameterized_models.c.id == row.id))


async def get_parameter_values(call: Call) -> dict[str, Any]:
    """Return all parameter values, by name."""
    described = await _described(call)
    return {
        name: value for name, value in described["parameters"].items() if name not in _NO_VALUES
    }


async def list_variable_names(call: Call) -> list[str]:
    """Return the variables that a simulation can return."""
    described = await _described(call)
    variables: list[str] = described["variables"]
    return variables


async def _described(call: Call) -> dict[str, Any]:
    name = call.path["parameterized_model_id"]
    with call.store.reading() as connection:
        cell = cells.of_parameterized_model(connection, name).cell
    return await call.descriptions.of_cell(cell, "")


def _own(connection: Connection, call: Call) -> Row[Any]:
    name = call.path["parameterized_model_id"]
    row = find(connection, parameterized_models, name, _WHAT)
    if "cell_spec_id" in call.path and row.cell_spec_id != _specification(connection, call).id:
        raise not_found(_WHAT, name)
    if row.project_id is None:
        message = f"{name!r} is part of the system library and cannot be changed; copy it first."
        raise forbidden(message)
    return row


def _specification(connection: Connection, call: Call) -> Row[Any]:
    name = call.path["cell_spec_id"]
    return find(connection, cell_specifications, name, "cell specification")


def _page(connection: Connection, call: Call, query: Select[Any]) -> dict[str, Any]:
    rows, total = page(connection, call, parameterized_models, query, ["name"])
    names = _model_names(connection, {row.model_id for row in rows})
    summary = call.query.get("summary", False)
    items = [_shown(row, names.get(row.model_id), summary=summary) for row in rows]
    return {"items": items, "count": len(items), "total": total}


def _refuse_same_name(
    connection: Connection, project: str, name: str, but: str | None = None
) -> None:
    table = parameterized_models
    same = select(table).where(table.c.project_id == project, table.c.name == name)
    refuse_same_name(connection, same, _WHAT, name, but)


def _model_names(connection: Connection, ids: set[str]) -> dict[str, str]:
    rows = connection.execute(select(models.c.id, models.c.name).where(models.c.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _shown(row: Row[Any], model_name: str | None, *, summary: bool = False) -> dict[str, Any]:
    fields = (*_SUMMARY, *_TIMES) if summary else (*_SUMMARY, *_REST, *_TIMES)
    shown = {field: row._mapping[field] for field in fields}
    if not summary:
        # A published set is known by its name; its values are at parameter-values.
        shown["parameters"] = (row.parameters or {}).get("values")
    return {**shown, "model_name": model_name}
