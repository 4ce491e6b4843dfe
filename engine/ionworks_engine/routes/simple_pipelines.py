"""Simple pipelines are pipelines with one fit or one validation at most, run as one job."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from ionworks_engine.call import Call
from ionworks_engine.parameterization import records, results, submission
from ionworks_engine.records import change
from ionworks_engine.storage.tables import simple_pipelines

_LISTED = 1 << 16
"""Bytes of a result that come along in a list; a longer one is null there."""


def list_simple_pipelines(call: Call) -> dict[str, Any]:
    """List the simple pipelines of a project, with what they found unless it is long."""
    with call.store.reading() as connection:
        rows, total = records.page(call, connection, simple_pipelines, call.query["offset"])
        found = results.of_simple(call, connection, rows, _LISTED)
    items = [records.shown_simple(row, found.get(row.id)) for row in rows]
    return {"items": items, "count": len(items), "total": total}


async def create_simple_pipeline(call: Call) -> dict[str, Any]:
    """Submit a simple pipeline: all of it is checked, then it waits for its turn."""
    return await submission.create_simple(call)


def get_simple_pipeline(call: Call) -> dict[str, Any]:
    """Return a simple pipeline with what it found."""
    with call.store.reading() as connection:
        return _document(call, connection)


def update_simple_pipeline(call: Call) -> dict[str, Any]:
    """Rename or describe a simple pipeline."""
    with call.store.writing() as connection:
        name = _find(connection, call).id
        change(call, connection, simple_pipelines, name, call.body)
        return _document(call, connection)


def delete_simple_pipeline(call: Call) -> None:
    """Delete a simple pipeline with its job and its result; one that runs is stopped."""
    with call.store.writing() as connection:
        name = _find(connection, call).id
        files = records.remove_simple(call.jobs, connection, simple_pipelines.c.id == name)
    call.store.discard_files(files)


def cancel_simple_pipeline(call: Call) -> dict[str, Any]:
    """Cancel a simple pipeline; one that has ended stays as it is."""
    with call.store.writing() as connection:
        call.jobs.cancel(connection, _find(connection, call).job_id)
        return _document(call, connection)


def _find(connection: Connection, call: Call) -> Row[Any]:
    return records.find(connection, simple_pipelines, call.path["simple_pipeline_id"])


def _document(call: Call, connection: Connection) -> dict[str, Any]:
    row = _find(connection, call)
    return records.shown_simple(row, results.of_simple(call, connection, [row]).get(row.id))
