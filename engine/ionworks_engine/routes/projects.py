"""Projects hold models, protocols and simulations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, select

from ionworks_engine.call import ORGANIZATION, Call
from ionworks_engine.errors import conflict
from ionworks_engine.hierarchy import remove_project
from ionworks_engine.records import (
    MOMENTS,
    change,
    create,
    find_project,
    page,
    refuse_same_name,
)
from ionworks_engine.storage.tables import models, parameterized_models, projects


def list_projects(call: Call) -> dict[str, Any]:
    """Return a page of projects."""
    with call.store.reading() as connection:
        rows, total = page(connection, call, projects, select(projects), ["name", *MOMENTS])
    return {"items": [_shown(row) for row in rows], "count": len(rows), "total": total}


def create_project(call: Call) -> dict[str, Any]:
    """Create a project; its name must be new."""
    with call.store.writing() as connection:
        _refuse_same_name(connection, call.body["name"])
        return _shown(create(call, connection, projects, call.body))


def get_project(call: Call) -> dict[str, Any]:
    """Return a project."""
    with call.store.reading() as connection:
        return _shown(find_project(connection, call.path["project_id"]))


def update_project(call: Call) -> dict[str, Any]:
    """Rename or describe a project."""
    name = call.path["project_id"]
    with call.store.writing() as connection:
        find_project(connection, name)
        if "name" in call.body:
            _refuse_same_name(connection, call.body["name"], but=name)
        change(call, connection, projects, name, call.body)
        return _shown(find_project(connection, name))


def delete_project(call: Call) -> None:
    """Delete a project with all that is in it; the last one stays, and one needed elsewhere."""
    name = call.path["project_id"]
    with call.store.writing() as connection:
        find_project(connection, name)
        if connection.scalar(select(func.count()).select_from(projects)) == 1:
            raise conflict("This is the only project: create another one before deleting it.")
        _refuse_needed_elsewhere(connection, name)
        files = remove_project(call, connection, name)
    call.store.discard_files(files)


def _refuse_needed_elsewhere(connection: Connection, project: str) -> None:
    """Keep a project whose models parameterized models of other projects are made of."""
    query = (
        select(parameterized_models.c.name)
        .join(models, models.c.id == parameterized_models.c.model_id)
        .where(models.c.project_id == project, parameterized_models.c.project_id != project)
    )
    if needing := connection.scalars(query.limit(1)).first():
        message = "needs a model of this project from another one: delete it first."
        raise conflict(f"The parameterized model {needing!r} {message}")


def _refuse_same_name(connection: Connection, name: str, but: str | None = None) -> None:
    same = select(projects).where(projects.c.name == name)
    refuse_same_name(connection, same, "project", name, but)


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "organization_id": ORGANIZATION,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
