"""Cell batches are the cells of a specification that were made together."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select, update

from ionworks_engine import batches, units
from ionworks_engine.call import Call
from ionworks_engine.errors import invalid
from ionworks_engine.hierarchy import BATCH, find_specification
from ionworks_engine.records import (
    MOMENTS,
    change,
    find,
    page,
    refuse_same_name,
    shown,
    written,
)
from ionworks_engine.storage.tables import cell_batches, cell_instances

_FILTERS = ("name", "notes", "date_manufactured", "created_by_email", *MOMENTS)
_FIELDS = (
    "id",
    "name",
    "cell_specification_id",
    "project_id",
    "notes",
    "date_manufactured",
    "properties",
    "created_by_email",
    *MOMENTS,
    "instance_count",
)


def list_cell_batches(call: Call) -> dict[str, Any]:
    """Return a page of a specification's batches."""
    specification = call.path["cell_spec_id"]
    with call.store.reading() as connection:
        find_specification(connection, specification)
        query = _counted().where(cell_batches.c.cell_specification_id == specification)
        rows, total = page(connection, call, cell_batches, query, _FILTERS)
    items = [shown(row, _FIELDS) for row in rows]
    return {"items": items, "count": len(items), "total": total}


def create_cell_batch(call: Call) -> dict[str, Any]:
    """Create a batch; its name must be new in the specification, in any case."""
    _check(call)

    def work(connection: Connection) -> dict[str, Any]:
        specification = find_specification(connection, call.path["cell_spec_id"])
        _refuse_same_name(connection, specification.id, call.body["name"])
        row = batches.make(call, connection, specification, call.body)
        return _document(connection, row.id)

    return written(call, work)


def get_cell_batch(call: Call) -> dict[str, Any]:
    """Return a batch."""
    with call.store.reading() as connection:
        find(connection, cell_batches, call.path["batch_id"], BATCH)
        return _document(connection, call.path["batch_id"])


def update_cell_batch(call: Call) -> dict[str, Any]:
    """Change a batch."""
    _check(call)
    name = call.path["batch_id"]

    def work(connection: Connection) -> dict[str, Any]:
        row = find(connection, cell_batches, name, BATCH)
        values = dict(call.body)
        if "name" in values:
            values["name_key"] = batches.key(values["name"])
            _refuse_same_name(connection, row.cell_specification_id, values["name"], but=name)
        change(call, connection, cell_batches, name, values)
        return _document(connection, name)

    return written(call, work)


def delete_cell_batch(call: Call) -> None:
    """Delete a batch; its instances stay, in none."""
    name = call.path["batch_id"]

    def work(connection: Connection) -> None:
        find(connection, cell_batches, name, BATCH)
        members = update(cell_instances).where(cell_instances.c.batch_id == name)
        connection.execute(members.values(batch_id=None, updated_at=call.store.now()))
        connection.execute(delete(cell_batches).where(cell_batches.c.id == name))

    written(call, work)


def _check(call: Call) -> None:
    if found := list(units.problems(call.body.get("properties"), "properties")):
        raise invalid(found)


def _refuse_same_name(
    connection: Connection, specification: str, name: str, but: str | None = None
) -> None:
    refuse_same_name(connection, batches.named(specification, name), BATCH, name, but)


def _counted() -> Select[Any]:
    members = (
        select(func.count())
        .where(cell_instances.c.batch_id == cell_batches.c.id)
        .scalar_subquery()
        .label("instance_count")
    )
    return select(cell_batches, members)


def _document(connection: Connection, name: str) -> dict[str, Any]:
    row: Row[Any] = connection.execute(_counted().where(cell_batches.c.id == name)).one()
    return shown(row, _FIELDS)
