"""Finding things by their names, and by the beginnings of words in what is written about them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    false,
    not_,
    null,
    or_,
    select,
)

from ionworks_engine.storage.tables import (
    cell_batches,
    cell_instances,
    cell_measurements,
    cell_specifications,
    experiment_templates,
    materials,
    models,
    parameterized_models,
    projects,
    raw_data,
    studies,
)
from ionworks_engine.storage.texts import lowered

SHORTEST = 2
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of thing that can be found.

    Parameters
    ----------
    table
        Where it is stored.
    text
        The column that says more about it, if there is one.
    parent
        The column that says what it belongs to, if there is one.
    everywhere
        Whether it is found whatever project is asked for.
    """

    table: Table
    text: str | None = None
    parent: str | None = None
    everywhere: bool = False


ENTITIES: Mapping[str, Entity] = {
    "project": Entity(projects, "description", everywhere=True),
    "model": Entity(models, "description", everywhere=True),
    "cell_specification": Entity(cell_specifications, "notes"),
    "cell_batch": Entity(cell_batches, "notes", "cell_specification_id"),
    "cell_instance": Entity(cell_instances, "notes", "cell_specification_id"),
    "cell_measurement": Entity(cell_measurements, "notes", "cell_instance_id"),
    "raw_data": Entity(raw_data, "source"),
    "parameterized_model": Entity(parameterized_models, "description", "cell_spec_id"),
    "experiment_template": Entity(experiment_templates, "description"),
    "material": Entity(materials, everywhere=True),
    "study": Entity(studies, "description"),
}
"""What the engine keeps; of the other kinds there are none to find."""


def found(
    connection: Connection,
    text: str,
    *,
    types: Collection[str] | None,
    project: str | None,
    per_type: int,
) -> list[dict[str, Any]]:
    """Return what a text is found in, by kind: first by name, then by text, the newest first.

    Parameters
    ----------
    connection
        Where to search.
    text
        What to search for: a part of a name in any case, or beginnings of words of a description.
    types
        The kinds to search; all of them by default.
    project
        Only what belongs to this project, or to none; projects, models and materials anyway.
    per_type
        The most to return of one kind.
    """
    asked = ENTITIES if types is None else [kind for kind in ENTITIES if kind in types]
    return [hit for kind in asked for hit in _of_kind(connection, kind, text, project, per_type)]


def _of_kind(
    connection: Connection, kind: str, text: str, project: str | None, most: int
) -> list[dict[str, Any]]:
    entity = ENTITIES[kind]
    table = entity.table
    named = lowered(table.c.name).contains(text.lower(), autoescape=True)
    about = and_(_words_begin(table.c[entity.text], text), not_(named)) if entity.text else false()
    hits: list[dict[str, Any]] = []
    for condition in (named, about):
        query = _query(entity, project).where(condition).limit(most - len(hits))
        hits += [_shown(kind, row) for row in connection.execute(query)]
    return hits


def _query(entity: Entity, project: str | None) -> Select[Any]:
    table = entity.table
    query = select(
        table.c.id,
        table.c.name,
        _or_none(table, "project_id").label("project_id"),
        _or_none(table, entity.parent).label("parent_id"),
    ).order_by(table.c.created_at.desc(), table.c.seq.desc())
    if project is not None and not entity.everywhere:
        query = query.where(or_(table.c.project_id == project, table.c.project_id.is_(None)))
    if table is experiment_templates:
        query = query.where(table.c.draft.is_(False))
    return query


def _shown(kind: str, row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "entity_type": kind,
        "name": row.name,
        "project_id": row.project_id,
        "parent_id": row.parent_id,
    }


def _or_none(table: Table, column: str | None) -> ColumnElement[Any]:
    return null() if column is None or column not in table.c else table.c[column]


def _words_begin(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Return whether each word of a text begins some word of the column."""
    words = _WORD.findall(text.lower())
    if max(map(len, words), default=0) < SHORTEST:
        return false()
    # \W is the same to SQLite, which asks Python, and to PostgreSQL.
    return and_(*(lowered(column).regexp_match(rf"(^|\W){word}") for word in words))
