"""Raw data in the store: files as instruments wrote them, and the measurements they belong to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, select

from ionworks_engine.call import ORGANIZATION
from ionworks_engine.records import find
from ionworks_engine.storage.tables import measurement_raw_data, raw_data

_FIELDS = (
    "id",
    "project_id",
    "name",
    "filename",
    "content_type",
    "source",
    "metadata",
    "size_bytes",
    "created_by_email",
    "created_at",
    "updated_at",
)


def find_raw_data(connection: Connection, name: str) -> Row[Any]:
    """Return the row of raw data, or refuse with 404."""
    return find(connection, raw_data, name, "raw data")


def shown(row: Row[Any]) -> dict[str, Any]:
    """Return raw data as the API shows them."""
    return {"organization_id": ORGANIZATION} | {field: row._mapping[field] for field in _FIELDS}


def remove(connection: Connection, which: ColumnElement[bool]) -> list[str]:
    """Delete raw data with their links to measurements; return their files' names.

    The files themselves go once the transaction is committed: ``Store.discard_files``.
    """
    rows = connection.execute(select(raw_data.c.content).where(which)).all()
    links = measurement_raw_data.c.raw_data_id.in_(select(raw_data.c.id).where(which))
    connection.execute(delete(measurement_raw_data).where(links))
    connection.execute(delete(raw_data).where(which))
    return [row.content for row in rows]
