"""Raw data attached to measurements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from ionworks_engine import rawdata
from ionworks_engine.errors import ApiError, not_found
from ionworks_engine.records import cut
from ionworks_engine.storage.tables import measurement_raw_data, raw_data


def attach(connection: Connection, measurement: Row[Any], names: Sequence[str], now: str) -> int:
    """Attach raw data to a measurement: all of them, or on an error none.

    Returns
    -------
    int
        How many were not attached before.

    Raises
    ------
    ApiError
        404 naming raw data that are not there; 400 naming some of another project.
    """
    wanted = list(dict.fromkeys(names))
    query = select(raw_data.c.id, raw_data.c.project_id).where(raw_data.c.id.in_(wanted))
    projects = {row.id: row.project_id for row in connection.execute(query)}
    for name in wanted:
        if name not in projects:
            raise not_found("raw data", name)
        if projects[name] != measurement.project_id:
            message = f"The raw data {name!r} belong to another project than the measurement."
            raise ApiError(400, "BAD_REQUEST", message)
    links = measurement_raw_data
    mine = select(links.c.raw_data_id).where(links.c.measurement_id == measurement.id)
    known = set(connection.scalars(mine))
    rows = [
        {"measurement_id": measurement.id, "raw_data_id": name, "created_at": now}
        for name in wanted
        if name not in known
    ]
    if rows:
        connection.execute(insert(links), rows)
    return len(rows)


def page(connection: Connection, name: str, limit: int, offset: int) -> dict[str, Any]:
    """Return a page of the raw data of a measurement, in the order of attaching."""
    links = measurement_raw_data
    query = (
        select(raw_data)
        .join(links, links.c.raw_data_id == raw_data.c.id)
        .where(links.c.measurement_id == name)
    )
    ordered = query.order_by(links.c.created_at, raw_data.c.seq)
    rows, total = cut(connection, query, ordered, limit, offset)
    return {"items": [rawdata.shown(row) for row in rows], "count": len(rows), "total": total}


def detach(connection: Connection, name: str, raw_data_id: str) -> None:
    """Detach raw data from a measurement, or refuse with 404 what is not attached."""
    links = measurement_raw_data
    mine = (links.c.measurement_id == name, links.c.raw_data_id == raw_data_id)
    if connection.execute(delete(links).where(*mine)).rowcount == 0:
        raise not_found("raw data of this measurement", raw_data_id)
