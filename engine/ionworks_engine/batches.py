"""Batches: cells of one specification that were made together. A name means one, in any case."""

from __future__ import annotations

from typing import Any
from unicodedata import normalize

from sqlalchemy import Connection, Row, Select, select

from ionworks_engine.call import EMAIL, Call
from ionworks_engine.errors import Problem, invalid
from ionworks_engine.records import create
from ionworks_engine.storage.tables import cell_batches


def key(name: str) -> str:
    """Return what two names have in common that mean the same batch.

    Examples
    --------
    >>> key("Batch-A ") == key("BATCH-a")
    True
    """
    return normalize("NFC", name.strip()).casefold()


def named(specification: str, name: str) -> Select[Any]:
    """Return the query for the batch of a name."""
    table = cell_batches
    mine = table.c.cell_specification_id == specification
    return select(table).where(mine, table.c.name_key == key(name))


def make(
    call: Call, connection: Connection, specification: Row[Any], values: dict[str, Any]
) -> Row[Any]:
    """Insert a batch.

    Raises
    ------
    ApiError
        422 for a name of blanks.
    """
    row = {
        **values,
        "cell_specification_id": specification.id,
        "project_id": specification.project_id,
        "name_key": checked_key(values["name"], "name"),
        "created_by_email": EMAIL,
    }
    return create(call, connection, cell_batches, row)


def checked_key(name: str, path: str) -> str:
    """Return the key of a name, or refuse one of blanks with 422."""
    if not (found := key(name)):
        raise invalid([Problem(path, "a name is more than blanks")])
    return found
