"""Pipelines in the store: found, listed, shown, canceled, removed.

A pipeline names the one job that is under way: that of the element whose turn it is. When that job
ends well, the same transaction puts the next one into the queue. So where a pipeline stands is
told by that job alone, and no end of a job, not even that of a killed engine, can leave a pipeline
that waits forever. Elements behind one that did not complete have no job: they are skipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    select,
)

from ionworks_engine.call import ORGANIZATION, Call
from ionworks_engine.errors import Problem, invalid, not_found
from ionworks_engine.jobs.system import Jobs
from ionworks_engine.records import cut, find_project
from ionworks_engine.storage import queue
from ionworks_engine.storage.filters import FilterError, narrow
from ionworks_engine.storage.ordering import ordered
from ionworks_engine.storage.tables import (
    element_files,
    jobs,
    pipeline_elements,
    pipeline_inputs,
    pipelines,
    simple_pipelines,
)

PENDING, RUNNING, SKIPPED = "pending", "running", "skipped"
_TERMINAL = queue.TERMINAL | {SKIPPED}
_FAILED = frozenset({queue.FAILED, queue.CANCELED})
_OWN = ("id", "project_id", "name", "description", "created_by_email", "created_at")
_FILTERS = ("id", "name", "description", "created_by_email", "created_at")


def _changed(table: Table) -> ColumnElement[str]:
    later = jobs.c.updated_at > table.c.updated_at
    return case((later, jobs.c.updated_at), else_=table.c.updated_at)


_WORDS = case((jobs.c.status == queue.PROCESSING, RUNNING), else_=jobs.c.status)
STATUS: Mapping[Table, ColumnElement[str]] = {
    pipelines: case(
        (pipelines.c.job_id.is_(None), queue.COMPLETED),
        (and_(jobs.c.status == queue.PENDING, pipelines.c.position > 1), RUNNING),
        else_=_WORDS,
    ),
    simple_pipelines: _WORDS,
}
"""Where a pipeline stands, in a query that is ``joined``."""


@cache
def joined(table: Table) -> Select[Any]:
    """Return pipelines of a kind with where they stand, without what they are to do."""
    heavy = (table.c.config, table.c.inputs)
    own = [column for column in table.c if column not in heavy and column.name != "updated_at"]
    query = select(
        *own,
        STATUS[table].label("status"),
        _changed(table).label("updated_at"),
        jobs.c.status.label("job_status"),
        jobs.c.error,
        jobs.c.error_code,
    ).outerjoin(jobs, jobs.c.id == table.c.job_id)
    if table is not pipelines:
        return query
    mine = pipeline_elements.c.pipeline_id == pipelines.c.id
    turn = and_(mine, pipeline_elements.c.position == pipelines.c.position)
    return query.add_columns(pipeline_elements.c.name.label("element")).outerjoin(
        pipeline_elements, turn
    )


def find(connection: Connection, table: Table, name: str) -> Row[Any]:
    """Return a pipeline of a kind, joined, or refuse with 404."""
    row = connection.execute(_by_id(table), {"wanted": name}).first()
    if row is None:
        raise not_found(_what(table), name)
    return row


@cache
def _by_id(table: Table) -> Select[Any]:
    return joined(table).where(table.c.id == bindparam("wanted"))


def _what(table: Table) -> str:
    return table.name.removesuffix("s").replace("_", " ")


def page(
    call: Call, connection: Connection, table: Table, skipped: int
) -> tuple[Sequence[Row[Any]], int]:
    """Return those pipelines of a project that the request asks for, and how many there are.

    Raises
    ------
    ApiError
        404 for a project that is not there, 422 naming a filter that cannot be understood.
    """
    given = call.query
    project = find_project(connection, given["project_id"]).id
    columns: dict[str, ColumnElement[Any]] = {name: table.c[name] for name in _FILTERS}
    columns |= {"status": STATUS[table], "updated_at": _changed(table)}
    try:
        query = narrow(joined(table).where(table.c.project_id == project), given, columns)
    except FilterError as error:
        raise invalid([Problem(f"query.{error.parameter}", str(error))]) from None
    column = columns[given["order_by"]]
    by_column = ordered(query, given.get("order", "desc"), column, table.c.seq)
    counted = query.with_only_columns(table.c.seq)
    return cut(connection, counted, by_column, given["limit"], skipped)


def shown(row: Row[Any], config: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a pipeline as the API shows it."""
    completed = row.job_status in (None, queue.COMPLETED)
    return {
        **_common(row),
        "error": _error(row),
        "progress": {
            "completed": row.position if completed else row.position - 1,
            "total": row.total,
            "running": row.element if row.job_status == queue.PROCESSING else None,
        },
        "config": config,
    }


def shown_simple(row: Row[Any], result: Any = None) -> dict[str, Any]:
    """Return a simple pipeline as the API shows it."""
    return {
        **_common(row),
        "error": row.error,
        "job_id": row.job_id,
        "config_path": None,
        "progress": row.progress,
        "result": result,
    }


def _common(row: Row[Any]) -> dict[str, Any]:
    return {
        **{name: row._mapping[name] for name in _OWN},
        "organization_id": ORGANIZATION,
        "user_id": ORGANIZATION,
        "options": row.options or {},
        "status": row.status,
        "error_code": row.error_code,
        "updated_at": row.updated_at,
        **_flags(row.status),
    }


def _flags(status: str) -> dict[str, bool]:
    return {"is_terminal": status in _TERMINAL, "is_failed": status in _FAILED}


def _error(row: Row[Any]) -> str | None:
    """Return why a pipeline failed, naming the element."""
    error, named = row.error, (f"{row.element}: ", f"elements.{row.element}")
    if row.status != queue.FAILED or error.startswith(named):
        return None if error is None else str(error)
    return f"{row.element}: {error}"


def elements(connection: Connection, pipeline: Row[Any]) -> list[dict[str, Any]]:
    """Return the elements of a pipeline, in the order in which they run."""
    table = pipeline_elements
    query = (
        select(table, jobs.c.status, jobs.c.error, jobs.c.error_code, _changed(table).label("last"))
        .outerjoin(jobs, jobs.c.id == table.c.job_id)
        .where(table.c.pipeline_id == pipeline.id)
        .order_by(table.c.position)
    )
    without_job = SKIPPED if pipeline.status in queue.TERMINAL else PENDING
    return [_element(row, without_job) for row in connection.execute(query)]


def _element(row: Row[Any], without_job: str) -> dict[str, Any]:
    words = {None: without_job, queue.PROCESSING: RUNNING}
    status = words.get(row.status, row.status)
    return {
        "id": row.id,
        "pipeline_id": row.pipeline_id,
        "name": row.name,
        "element_type": row.element_type,
        "element_order": row.position,
        "job_id": row.job_id,
        "status": status,
        "error": row.error,
        "error_code": row.error_code,
        "progress": row.progress,
        "assumptions": row.assumptions or [],
        "created_at": row.created_at,
        "updated_at": row.last,
        **_flags(status),
    }


def remove(system: Jobs, connection: Connection, which: ColumnElement[bool]) -> list[str]:
    """Delete pipelines with their elements, jobs and files; those that run are stopped.

    Returns
    -------
    list of str
        Names of files, to be discarded once the transaction is committed.
    """
    gone = select(pipelines.c.id).where(which)
    mine = pipeline_elements.c.pipeline_id.in_(gone)
    files = _remove_work(system, connection, gone, select(pipeline_elements.c.job_id).where(mine))
    connection.execute(delete(pipeline_elements).where(mine))
    connection.execute(delete(pipelines).where(which))
    return files


def remove_simple(system: Jobs, connection: Connection, which: ColumnElement[bool]) -> list[str]:
    """Delete simple pipelines, as `remove` does pipelines."""
    table = simple_pipelines
    gone, worked = select(table.c.id).where(which), select(table.c.job_id).where(which)
    files = _remove_work(system, connection, gone, worked)
    connection.execute(delete(table).where(which))
    return files


def _remove_work(
    system: Jobs, connection: Connection, owners: Select[Any], worked: Select[Any]
) -> list[str]:
    """Delete jobs with what they left, and what their owners were given."""
    running = select(jobs.c.id).where(jobs.c.id.in_(worked), jobs.c.status.in_(queue.OPEN))
    for name in connection.scalars(running).all():
        system.cancel(connection, name)
    files: list[str] = []
    for table, column, those in (
        (element_files, element_files.c.job_id, worked),
        (pipeline_inputs, pipeline_inputs.c.owner_id, owners),
    ):
        files += connection.scalars(select(table.c.content).where(column.in_(those)))
        connection.execute(delete(table).where(column.in_(those)))
    connection.execute(delete(jobs).where(jobs.c.id.in_(worked)))
    return files
