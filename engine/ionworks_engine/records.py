"""What handlers do alike: find a row or refuse, list a page, create and change, in one go."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, Table, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ionworks_engine.call import ORGANIZATION, Call
from ionworks_engine.errors import ApiError, Problem, conflict, invalid, not_found
from ionworks_engine.storage import tables
from ionworks_engine.storage.filters import FilterError, narrow
from ionworks_engine.storage.ordering import ordered

MOMENTS = ("created_at", "updated_at")
_ATTEMPTS = 5
T = TypeVar("T")


def written(call: Call, work: Callable[[Connection], T]) -> T:
    """Do some work in one transaction: all of it is stored, or nothing.

    What must be there once (a name, a material) is held by the database. When another request
    was faster to store it, the work is done again and finds it there.

    Parameters
    ----------
    call
        The request.
    work
        Reads and writes by the connection it is given; it may be called more than once.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            with call.store.writing() as connection:
                return work(connection)
        except IntegrityError:
            continue
    with call.store.writing() as connection:
        return work(connection)


def find(connection: Connection, table: Table, name: str, what: str) -> Row[Any]:
    """Return the row of an id.

    Raises
    ------
    ApiError
        404 saying what there is none of.
    """
    row = connection.execute(_by_id(table), {"name": name}).first()
    if row is None:
        raise not_found(what, name)
    return row


@cache
def _by_id(table: Table) -> Select[Any]:
    # Made once: putting a query together takes as long as running it.
    return select(table).where(table.c.id == bindparam("name"))


def find_project(connection: Connection, name: str) -> Row[Any]:
    """Return a project's row, or refuse with 404."""
    return find(connection, tables.projects, name, "project")


def chosen_project(connection: Connection, name: str | None) -> str:
    """Return the project a request names, or refuse with 404; without a name, the oldest one."""
    if name is not None:
        return str(find_project(connection, name).id)
    oldest = select(tables.projects.c.id).order_by(tables.projects.c.seq).limit(1)
    found = connection.execute(oldest).scalar()
    if found is None:
        raise ApiError(404, "NOT_FOUND", "There is no project yet: create one")
    return str(found)


def page(
    connection: Connection,
    call: Call,
    table: Table,
    query: Select[Any],
    filters: Iterable[str],
) -> tuple[Sequence[Row[Any]], int]:
    """Run a list: filter, order and cut as the request asks.

    Parameters
    ----------
    connection, call
        Where, and the request.
    table
        What is listed.
    query
        The rows that may be listed.
    filters
        Columns that the request may filter by.

    Returns
    -------
    rows, total
        Those of the page, and how many there are in all.
    """
    try:
        query = narrow(query, call.query, {name: table.c[name] for name in filters})
    except FilterError as error:
        raise invalid([Problem(f"query.{error.parameter}", str(error))]) from None
    column = table.c[call.query.get("order_by", "created_at")]
    by_column = ordered(query, call.query.get("order", "desc"), column, table.c.seq)
    return cut(connection, query, by_column, call.query["limit"], call.query["offset"])


def cut(
    connection: Connection, query: Select[Any], ordered: Select[Any], limit: int, offset: int
) -> tuple[Sequence[Row[Any]], int]:
    """Return one page of an ordered query, and the total: counted when the page does not tell."""
    rows = connection.execute(ordered.limit(limit).offset(offset)).all()
    if len(rows) < limit and (rows or not offset):
        return rows, offset + len(rows)
    total = connection.scalar(select(func.count()).select_from(query.subquery()))
    return rows, total or 0


def of_project(table: Table, call: Call) -> Select[Any]:
    """Return what a list may show: a project's own and what all share, or everything."""
    query = select(table)
    project = call.query.get("project_id")
    if project is None:
        return query
    return query.where((table.c.project_id == project) | table.c.project_id.is_(None))


def create(call: Call, connection: Connection, table: Table, values: Mapping[str, Any]) -> Row[Any]:
    """Insert a row with a new id and the present time; return it."""
    now, name = call.store.now(), str(uuid.uuid4())
    row = {"id": name, **values, "created_at": now, "updated_at": now}
    connection.execute(insert(table).values(row))
    return connection.execute(select(table).where(table.c.id == name)).one()


def change(
    call: Call, connection: Connection, table: Table, name: str, values: Mapping[str, Any]
) -> None:
    """Change a row as a PATCH says: what is left out stays.

    Raises
    ------
    ApiError
        422 when there is nothing to change.
    """
    if not values:
        raise invalid([Problem("", "Name at least one field to change.")])
    changed = {**values, "updated_at": call.store.now()}
    connection.execute(update(table).where(table.c.id == name).values(changed))


def refuse_same_name(
    connection: Connection, query: Select[Any], what: str, name: str, but: str | None = None
) -> None:
    """Refuse a name that another of ``query`` has; ``but`` is the one that may have it."""
    row = connection.execute(query).first()
    if row is not None and row.id != but:
        raise conflict(f"There is a {what} named {name!r} already.", row.id)


def shown(row: Row[Any], fields: Iterable[str]) -> dict[str, Any]:
    """Return fields of a row that belongs to the organization, as the API shows them."""
    return {**{name: row._mapping[name] for name in fields}, "organization_id": ORGANIZATION}
