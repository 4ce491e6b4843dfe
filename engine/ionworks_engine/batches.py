"""Batches: cells of one specification that were made together. A name means one, in any case."""

from __future__ import annotations

from typing import Any
from unicodedata import normalize

from sqlalchemy import Connection, Row, Select, select

from ionworks_engine.call import EMAIL, Call
from ionworks_engine.records import create
from ionworks_engine.storage.tables import cell_batches


def key(name: str) -> str:
    """Return what two names have in common that mean the same batch.

    Examples
    --------
    >>> key("Batch-A") == key("BATCH-a")
    True
    """
    return normalize("NFC", name).casefold()


def named(specification: str, name: str) -> Select[Any]:
    """Return the query for the batch of a name."""
    table = cell_batches
    mine = table.c.cell_specification_id == specification
    return select(table).where(mine, table.c.name_key == key(name))


def make(
    call: Call, connection: Connection, specification: Row[Any], values: dict[str, Any]
) -> Row[Any]:
    """Insert a batch."""
    row = {
        **values,
        "cell_specification_id": specification.id,
        "project_id": specification.project_id,
        "name_key": key(values["name"]),
        "created_by_email": EMAIL,
    }
    return create(call, connection, cell_batches, row)
