"""What is in a study: mappings of simulations and of measurements, each there once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, insert, select

from ionworks_engine.errors import ApiError, not_found
from ionworks_engine.records import find
from ionworks_engine.storage.tables import (
    cell_measurements,
    simulations,
    studies,
    study_measurements,
    study_simulations,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be in a study: its own table, its word, and the table of the mappings."""

    members: Table
    word: str
    table: Table

    @property
    def column(self) -> str:
        """Name of the column, and of the path parameter, that says which one."""
        return f"{self.word}_id"


SIMULATIONS = Kind(simulations, "simulation", study_simulations)
MEASUREMENTS = Kind(cell_measurements, "measurement", study_measurements)


def find_study(connection: Connection, project: str, name: str) -> Row[Any]:
    """Return the row of a study of a project, or refuse with 404."""
    row = find(connection, studies, name, "study")
    if row.project_id != project:
        raise not_found(f"study in project {project!r} called", name)
    return row


def find_member(connection: Connection, study: Row[Any], kind: Kind, name: str) -> str:
    """Return the id of what may come into a study.

    Raises
    ------
    ApiError
        404 if there is none, 400 if it belongs to another project.
    """
    row = find(connection, kind.members, name, kind.word)
    if row.project_id != study.project_id:
        message = (
            f"The {kind.word} {row.name!r} belongs to another project ({row.project_id}) than "
            f"the study {study.name!r}."
        )
        raise ApiError(400, "BAD_REQUEST", message)
    return str(row.id)


def assign(
    connection: Connection, kind: Kind, study: str, members: Sequence[str], now: str
) -> None:
    """Put what is not there yet into a study."""
    table, column = kind.table, kind.table.c[kind.column]
    there = set(connection.scalars(select(column).where(table.c.study_id == study)))
    new = [name for name in dict.fromkeys(members) if name not in there]
    rows = [
        {"id": str(uuid.uuid4()), "study_id": study, kind.column: name, "created_at": now}
        for name in new
    ]
    if rows:
        connection.execute(insert(table), rows)


def record(connection: Connection, kind: Kind, study: str, member: str) -> dict[str, Any]:
    """Return a mapping as the API shows it."""
    table = kind.table
    mine = table.c.study_id == study, table.c[kind.column] == member
    row = connection.execute(select(table).where(*mine)).one()
    return {
        "id": row.id,
        "study_id": study,
        kind.column: member,
        "created_at": row.created_at,
    }
