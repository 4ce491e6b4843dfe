"""Pages of measurements, by every filter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, exists, or_, select

from ionworks_engine.call import Call
from ionworks_engine.errors import Problem, invalid
from ionworks_engine.measurements import records, tags
from ionworks_engine.records import cut
from ionworks_engine.storage.filters import FilterError, narrow
from ionworks_engine.storage.ordering import ordered
from ionworks_engine.storage.tables import cell_measurements, measurement_tags
from ionworks_engine.storage.texts import lowered

_FILTERS = (
    "name",
    "measurement_type",
    "cell_specification_id",
    "created_by_email",
    "start_time",
    "end_time",
    "created_at",
    "updated_at",
)
_SEARCHED = ("name", "notes", "protocol_name")


def page(call: Call, connection: Connection, query: Select[Any]) -> dict[str, Any]:
    """Return a page of those measurements of ``query`` that the request asks for.

    Raises
    ------
    ApiError
        422 naming a filter that cannot be understood.
    """
    given = call.query
    columns = {name: cell_measurements.c[name] for name in _FILTERS}
    try:
        query = narrow(query, given, {**columns, "processing_status": records.STATUS})
    except FilterError as error:
        raise invalid([Problem(f"query.{error.parameter}", str(error))]) from None
    query = _tagged(query, given.get("tags_all") or (), given.get("tags_any") or ())
    if given.get("q"):
        query = _searched(query, given["q"])
    column = cell_measurements.c[given.get("order_by", "created_at")]
    by_column = ordered(query, given.get("order", "desc"), column, cell_measurements.c.seq)
    counted = query.with_only_columns(cell_measurements.c.seq)
    rows, total = cut(connection, counted, by_column, given["limit"], given["offset"])
    return {"items": records.shown(connection, rows), "count": len(rows), "total": total}


def _tagged(query: Select[Any], all_of: Sequence[str], any_of: Sequence[str]) -> Select[Any]:
    for tag in all_of:
        query = query.where(_has([tags.key(tag)]))
    return query.where(_has([tags.key(tag) for tag in any_of])) if any_of else query


def _has(keys: Sequence[str]) -> Any:
    mine = measurement_tags.c.measurement_id == cell_measurements.c.id
    return exists().where(mine, measurement_tags.c.tag_key.in_(keys))


def _searched(query: Select[Any], text: str) -> Select[Any]:
    columns = (cell_measurements.c[name] for name in _SEARCHED)
    found = [lowered(column).contains(text.lower(), autoescape=True) for column in columns]
    mine = measurement_tags.c.measurement_id == cell_measurements.c.id
    tag = measurement_tags.c.tag_key.contains(tags.key(text), autoescape=True)
    return query.where(or_(*found, exists().where(mine, tag)))


def of_instance(name: str) -> Select[Any]:
    """Return the measurements of an instance."""
    return select(cell_measurements).where(cell_measurements.c.cell_instance_id == name)


def of_project(name: str) -> Select[Any]:
    """Return the measurements of a project."""
    return select(cell_measurements).where(cell_measurements.c.project_id == name)
