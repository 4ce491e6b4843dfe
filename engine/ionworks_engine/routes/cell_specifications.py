"""Cell specifications say what a kind of cell is: ratings, components and materials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, or_, select

from ionworks_engine import components, units
from ionworks_engine.call import EMAIL, Call
from ionworks_engine.errors import Problem, invalid
from ionworks_engine.hierarchy import SPECIFICATION, find_specification, remove_specifications
from ionworks_engine.records import (
    MOMENTS,
    change,
    create,
    find_project,
    page,
    refuse_same_name,
    shown,
    written,
)
from ionworks_engine.storage.filters import FilterError, condition, few
from ionworks_engine.storage.tables import cell_components, cell_specifications

_FILTERS = ("name", "form_factor", "manufacturer", "notes", "created_by_email", *MOMENTS)
_FIELDS = (
    "id",
    "name",
    "project_id",
    "form_factor",
    "manufacturer",
    "ratings",
    "properties",
    "source",
    "notes",
    "created_by_email",
    *MOMENTS,
)
_FREE_FORM = ("ratings", "properties", "source")


def list_cell_specifications(call: Call) -> dict[str, Any]:
    """Return a page of specifications."""
    with call.store.reading() as connection:
        query = _listed(connection, call.query)
        rows, total = page(connection, call, cell_specifications, query, _FILTERS)
        slots = components.of_specifications(connection, [row.id for row in rows])
    full = call.query["full"]
    items = [_shown(row, slots.get(row.id, {}), full=full) for row in rows]
    return {"items": items, "count": len(items), "total": total}


def create_cell_specification(call: Call) -> dict[str, Any]:
    """Create a specification with its components; its name must be new in the project."""
    _check(call.body)

    def work(connection: Connection) -> dict[str, Any]:
        project = find_project(connection, call.body["project_id"]).id
        _refuse_same_name(connection, project, call.body["name"])
        values = {**_own(call.body), "project_id": project, "created_by_email": EMAIL}
        row = create(call, connection, cell_specifications, values)
        components.store(call, connection, row, call.body)
        return _document(connection, row)

    return written(call, work)


def get_cell_specification(call: Call) -> dict[str, Any]:
    """Return a specification with its components."""
    with call.store.reading() as connection:
        row = find_specification(connection, call.path["cell_spec_id"])
        return _document(connection, row)


def update_cell_specification(call: Call) -> dict[str, Any]:
    """Change what a request states of a specification and of its components."""
    _check(call.body)
    name = call.path["cell_spec_id"]

    def work(connection: Connection) -> dict[str, Any]:
        row = find_specification(connection, name)
        if "name" in call.body:
            _refuse_same_name(connection, row.project_id, call.body["name"], but=name)
        # A change of a component alone is a change of the specification, too.
        values = _own(call.body) or (call.body and {"name": row.name})
        change(call, connection, cell_specifications, name, values)
        components.store(call, connection, row, call.body)
        return _document(connection, find_specification(connection, name))

    return written(call, work)


def delete_cell_specification(call: Call) -> None:
    """Delete a specification with its batches, instances and their measurements."""
    name = call.path["cell_spec_id"]

    def work(connection: Connection) -> list[str]:
        find_specification(connection, name)
        return remove_specifications(call, connection, cell_specifications.c.id == name)

    call.store.discard_files(written(call, work))


def _listed(connection: Connection, query: Mapping[str, Any]) -> Select[Any]:
    """Return what a list may show, by project, materials and exclusion."""
    listed = select(cell_specifications)
    if (project := query.get("project_id")) is not None:
        find_project(connection, project)
        listed = listed.where(cell_specifications.c.project_id == project)
    if (excluded := query.get("exclude_cell_spec_id")) is not None:
        listed = listed.where(cell_specifications.c.id != excluded)
    return listed.where(*_material_conditions(query))


def _material_conditions(query: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Return conditions on materials: those of several slots are alternatives."""
    conditions = []
    if "material_id" in query:
        conditions.append(_has(_asked("material_id", query["material_id"])))
    if "material_ids" in query:
        conditions.append(_has(_one_of(query["material_ids"])))
    slots = [
        (cell_components.c.slot == slot) & _asked(f"{slot}_material_id", asked)
        for slot in components.SLOTS
        if (asked := query.get(f"{slot}_material_id")) is not None
    ]
    if slots:
        conditions.append(_has(or_(*slots)))
    return conditions


def _asked(parameter: str, text: str) -> ColumnElement[bool]:
    try:
        return condition(parameter, text, "material_id", cell_components.c.material_id)
    except FilterError as error:
        raise invalid([Problem(f"query.{error.parameter}", str(error))]) from None


def _one_of(names: list[str]) -> ColumnElement[bool]:
    try:
        return cell_components.c.material_id.in_(few(names))
    except ValueError as error:
        raise invalid([Problem("query.material_ids", str(error))]) from None


def _has(component: ColumnElement[bool]) -> ColumnElement[bool]:
    those = select(cell_components.c.cell_specification_id).where(component)
    return cell_specifications.c.id.in_(those)


def _check(body: Mapping[str, Any]) -> None:
    found = [p for name in _FREE_FORM for p in units.problems(body.get(name), name)]
    found += components.problems(body)
    if found:
        raise invalid(found)


def _own(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in components.SLOTS}


def _refuse_same_name(
    connection: Connection, project: str, name: str, but: str | None = None
) -> None:
    table = cell_specifications
    same = select(table).where(table.c.project_id == project, table.c.name == name)
    refuse_same_name(connection, same, SPECIFICATION, name, but)


def _document(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    slots = components.of_specifications(connection, [row.id]).get(row.id, {})
    return _shown(row, slots, full=True)


def _shown(row: Row[Any], slots: Mapping[str, Row[Any]], *, full: bool) -> dict[str, Any]:
    return shown(row, _FIELDS) | components.shown(slots, full=full)
