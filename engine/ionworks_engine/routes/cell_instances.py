"""Cell instances are single cells, each of a specification."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, select

from ionworks_engine import batches, units
from ionworks_engine.call import EMAIL, Call
from ionworks_engine.errors import ApiError, Problem, invalid
from ionworks_engine.hierarchy import (
    BATCH,
    INSTANCE,
    find_instance,
    find_specification,
    remove_instances,
)
from ionworks_engine.records import (
    MOMENTS,
    change,
    create,
    find,
    page,
    refuse_same_name,
    shown,
    written,
)
from ionworks_engine.storage.tables import cell_batches, cell_instances

_FILTERS = ("name", "batch_id", "date_manufactured", "notes", "created_by_email", *MOMENTS)
_FIELDS = (
    "id",
    "name",
    "cell_specification_id",
    "project_id",
    "batch_id",
    "batch_name",
    "date_manufactured",
    "measured_properties",
    "notes",
    "created_by_email",
    *MOMENTS,
)


def list_cell_instances(call: Call) -> dict[str, Any]:
    """Return a page of a specification's instances."""
    specification = call.path["cell_spec_id"]
    with call.store.reading() as connection:
        find_specification(connection, specification)
        query = _joined().where(cell_instances.c.cell_specification_id == specification)
        rows, total = page(connection, call, cell_instances, query, _FILTERS)
    return {"items": [_shown(row) for row in rows], "count": len(rows), "total": total}


def create_cell_instance(call: Call) -> dict[str, Any]:
    """Create an instance; its name must be new in the specification."""
    _check(call)

    def work(connection: Connection) -> dict[str, Any]:
        specification = find_specification(connection, call.path["cell_spec_id"])
        _refuse_same_name(connection, specification.id, call.body["name"])
        values = {
            **_with_batch(call, connection, specification),
            "cell_specification_id": specification.id,
            "project_id": specification.project_id,
            "created_by_email": EMAIL,
        }
        row = create(call, connection, cell_instances, values)
        return _document(connection, row.id)

    return written(call, work)


def get_cell_instance(call: Call) -> dict[str, Any]:
    """Return an instance."""
    with call.store.reading() as connection:
        find_instance(connection, call.path["cell_instance_id"])
        return _document(connection, call.path["cell_instance_id"])


def update_cell_instance(call: Call) -> dict[str, Any]:
    """Change an instance; a batch of ``null`` takes it out of its batch."""
    _check(call)
    name = call.path["cell_instance_id"]

    def work(connection: Connection) -> dict[str, Any]:
        row = find_instance(connection, name)
        specification = find_specification(connection, row.cell_specification_id)
        if "name" in call.body:
            _refuse_same_name(connection, specification.id, call.body["name"], but=name)
        values = _with_batch(call, connection, specification)
        change(call, connection, cell_instances, name, values)
        return _document(connection, name)

    return written(call, work)


def delete_cell_instance(call: Call) -> None:
    """Delete an instance and its measurements."""
    name = call.path["cell_instance_id"]

    def work(connection: Connection) -> list[str]:
        find_instance(connection, name)
        return remove_instances(call, connection, cell_instances.c.id == name)

    call.store.discard_files(written(call, work))


def _check(call: Call) -> None:
    if found := list(units.problems(call.body.get("measured_properties"), "measured_properties")):
        raise invalid(found)


def _with_batch(call: Call, connection: Connection, specification: Row[Any]) -> dict[str, Any]:
    """Return a request's fields as columns: its batch found, or made if only its name is known."""
    values = {name: value for name, value in call.body.items() if name != "batch"}
    if values.get("batch_id") is not None:
        _refuse_foreign_batch(connection, specification, values["batch_id"])
    if "batch" not in call.body:
        return values
    found = _batch_named(call, connection, specification)
    if values.setdefault("batch_id", found) != found:
        message = f"This is not the batch {call.body['batch']!r}: give batch or batch_id, not both."
        raise invalid([Problem("batch_id", message)])
    return values


def _batch_named(call: Call, connection: Connection, specification: Row[Any]) -> str | None:
    name = call.body["batch"]
    if name is None:
        return None
    row = connection.execute(batches.named(specification.id, name)).first()
    row = row or batches.make(call, connection, specification, {"name": name})
    return str(row.id)


def _refuse_foreign_batch(connection: Connection, specification: Row[Any], batch: str) -> None:
    row = find(connection, cell_batches, batch, BATCH)
    if row.cell_specification_id != specification.id:
        message = (
            f"batch_id: The batch {row.name!r} belongs to another cell specification "
            f"({row.cell_specification_id}), not to {specification.name!r}."
        )
        raise ApiError(400, "BAD_REQUEST", message)


def _refuse_same_name(
    connection: Connection, specification: str, name: str, but: str | None = None
) -> None:
    table = cell_instances
    same = select(table).where(table.c.cell_specification_id == specification, table.c.name == name)
    refuse_same_name(connection, same, INSTANCE, name, but)


def _joined() -> Select[Any]:
    return select(cell_instances, cell_batches.c.name.label("batch_name")).outerjoin(
        cell_batches, cell_batches.c.id == cell_instances.c.batch_id
    )


def _document(connection: Connection, name: str) -> dict[str, Any]:
    return _shown(connection.execute(_joined().where(cell_instances.c.id == name)).one())


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {**shown(row, _FIELDS), "batch": row.batch_name}
