"""What a cell is made of: a component in each slot of a specification, of a material or of none.

A component belongs to its specification; materials belong to the project, each kept once: the
same name, manufacturer and definition are the same material.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from ionworks_engine import units
from ionworks_engine.call import Call
from ionworks_engine.errors import ApiError, Problem, invalid
from ionworks_engine.storage import content
from ionworks_engine.storage.tables import cell_components, materials

SLOTS = ("anode", "cathode", "electrolyte", "separator", "case")
_OF_MATERIAL = ("name", "manufacturer", "definition")


def problems(body: Mapping[str, Any]) -> Iterator[Problem]:
    """Tell what is wrong with the slots that a request states."""
    for slot in SLOTS:
        stated = body.get(slot)
        if stated is None:
            continue
        material = stated.get("material")
        if material is not None and stated.get("material_id") is not None:
            yield Problem(f"{slot}.material_id", "Give material or material_id, not both.")
        yield from units.problems(stated.get("properties"), f"{slot}.properties")
        if material is not None:
            yield from units.problems(material.get("definition"), f"{slot}.material.definition")


def store(
    call: Call, connection: Connection, specification: Row[Any], body: Mapping[str, Any]
) -> None:
    """Make or change the components that a request states; ``null`` empties a slot.

    What a component leaves out stays. A changed material is another material: those who share the
    old one keep it.

    Raises
    ------
    ApiError
        404 for a material that the project does not have, 422 for one without a name.
    """
    present = of_specifications(connection, [specification.id]).get(specification.id, {})
    for slot in SLOTS:
        if slot not in body:
            continue
        component = present.get(slot)
        if body[slot] is not None:
            values = _values(call, connection, specification.project_id, slot, body, component)
            _upsert(call, connection, specification.id, slot, values, component)
        elif component is not None:
            gone = delete(cell_components).where(cell_components.c.id == component.id)
            connection.execute(gone)


def of_specifications(
    connection: Connection, ids: Collection[str]
) -> dict[str, dict[str, Row[Any]]]:
    """Return the components of specifications, with their materials, by specification and slot."""
    query = (
        select(
            cell_components,
            materials.c.name.label("material_name"),
            materials.c.manufacturer,
            materials.c.definition,
        )
        .outerjoin(materials, materials.c.id == cell_components.c.material_id)
        .where(cell_components.c.cell_specification_id.in_(ids))
    )
    found: dict[str, dict[str, Row[Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.cell_specification_id, {})[row.slot] = row
    return found


def shown(components: Mapping[str, Row[Any]], *, full: bool) -> dict[str, Any]:
    """Return the slots of a specification as the API shows them."""
    document: dict[str, Any] = {}
    for slot in SLOTS:
        component = components.get(slot)
        document[slot] = component and _shown(component, full=full)
        document[f"{slot}_id"] = component and component.id
    return document


def _shown(row: Row[Any], *, full: bool) -> dict[str, Any]:
    document = {"id": row.id, "material_id": row.material_id}
    if not full:
        return document
    material = {
        "id": row.material_id,
        "name": row.material_name,
        "manufacturer": row.manufacturer,
        "definition": row.definition,
    }
    return {
        **document,
        "properties": row.properties,
        "material": material if row.material_id else None,
    }


def _values(
    call: Call,
    connection: Connection,
    project: str,
    slot: str,
    body: Mapping[str, Any],
    component: Row[Any] | None,
) -> dict[str, Any]:
    stated = body[slot]
    values = {name: stated[name] for name in ("properties", "material_id") if name in stated}
    if stated.get("material_id") is not None:
        _find_material(connection, project, stated["material_id"], f"{slot}.material_id")
    elif stated.get("material") is not None:
        values["material_id"] = _keep(call, connection, project, slot, stated, component)
    elif "material" in stated:
        values["material_id"] = None
    return values


def _find_material(connection: Connection, project: str, name: str, path: str) -> None:
    mine = select(materials.c.id).where(materials.c.id == name, materials.c.project_id == project)
    if connection.scalar(mine) is None:
        message = f"{path}: There is no material {name!r} in project {project!r}."
        raise ApiError(404, "NOT_FOUND", message)


def _keep(
    call: Call,
    connection: Connection,
    project: str,
    slot: str,
    stated: Mapping[str, Any],
    component: Row[Any] | None,
) -> str:
    """Return the id of the material that a request describes, made if the project has none."""
    described = dict.fromkeys(_OF_MATERIAL)
    if component is not None and component.material_id:
        described = {
            "name": component.material_name,
            "manufacturer": component.manufacturer,
            "definition": component.definition,
        }
    described |= {
        name: stated["material"][name] for name in _OF_MATERIAL & stated["material"].keys()
    }
    if not described["name"]:
        raise invalid([Problem(f"{slot}.material.name", "'name' is required")])
    name = content.digest(described)
    known = select(materials.c.id).where(
        materials.c.project_id == project, materials.c.content == name
    )
    found: str | None = connection.scalar(known)
    if found is None:
        found, now = str(uuid.uuid4()), call.store.now()
        row = {"id": found, "project_id": project, "content": name, **described}
        connection.execute(insert(materials).values(**row, created_at=now, updated_at=now))
    return found


def _upsert(
    call: Call,
    connection: Connection,
    specification: str,
    slot: str,
    values: Mapping[str, Any],
    component: Row[Any] | None,
) -> None:
    now = call.store.now()
    if component is not None:
        mine = update(cell_components).where(cell_components.c.id == component.id)
        connection.execute(mine.values(**values, updated_at=now))
        return
    row = {"id": str(uuid.uuid4()), "cell_specification_id": specification, "slot": slot, **values}
    connection.execute(insert(cell_components).values(**row, created_at=now, updated_at=now))
