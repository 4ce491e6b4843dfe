"""Names by content: the same thing said twice has one name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, union_all

from ionworks_engine.storage.tables import documents, simulations


def digest(value: Any) -> str:
    """Return the sha256 of a JSON value; key order and the kind of number (1, 1.0) are no part.

    Examples
    --------
    >>> digest({"a": 1, "b": 2}) == digest({"b": 2.0, "a": 1.0})
    True
    """
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def keep_document(connection: Connection, body: Any) -> str:
    """Store a document that many runs share, once, and return its name."""
    content = digest(body)
    known = select(documents.c.content).where(documents.c.content == content)
    if connection.execute(known).first() is None:
        connection.execute(insert(documents).values(content=content, body=body))
    return content


def documents_named(connection: Connection, names: Iterable[str]) -> dict[str, Any]:
    """Return documents by name."""
    query = select(documents).where(documents.c.content.in_(set(names)))
    return {row.content: row.body for row in connection.execute(query)}


def drop_orphans(connection: Connection, table: Table = simulations) -> None:
    """Forget the documents that no run names any more."""
    named = union_all(select(table.c.cell), select(table.c.protocol))
    connection.execute(delete(documents).where(documents.c.content.not_in(named)))
