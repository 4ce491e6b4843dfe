"""Pipelines turn what is known and what was measured into a parameterised cell model."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Row, select

from ionworks_engine.call import Call, JsonText
from ionworks_engine.parameterization import records, results, submission
from ionworks_engine.records import change
from ionworks_engine.storage.tables import pipelines


def list_pipelines(call: Call) -> dict[str, Any]:
    """List the pipelines of a project, without what they are to do."""
    with call.store.reading() as connection:
        rows, total = records.page(call, connection, pipelines, call.query["skip"])
    shown = [records.shown(row) for row in rows]
    return {"pipelines": shown, "count": len(shown), "total": total}


async def create_pipeline(call: Call) -> dict[str, Any]:
    """Submit a pipeline: all of it is checked, then it waits for its turn."""
    return await submission.create(call)


def get_pipeline(call: Call) -> dict[str, Any]:
    """Return a pipeline with what it is to do."""
    with call.store.reading() as connection:
        return _document(connection, _find(connection, call))


def update_pipeline(call: Call) -> dict[str, Any]:
    """Rename or describe a pipeline."""
    with call.store.writing() as connection:
        name = _find(connection, call).id
        change(call, connection, pipelines, name, call.body)
        return _document(connection, _find(connection, call))


def delete_pipeline(call: Call) -> None:
    """Delete a pipeline with its elements, their jobs and results; one that runs is stopped."""
    with call.store.writing() as connection:
        name = _find(connection, call).id
        files = records.remove(call.jobs, connection, pipelines.c.id == name)
    call.store.discard_files(files)


def cancel_pipeline(call: Call) -> dict[str, Any]:
    """Cancel a pipeline: the element under way is stopped, those after it are skipped."""
    with call.store.writing() as connection:
        row = _find(connection, call)
        if row.job_id is not None:
            call.jobs.cancel(connection, row.job_id)
        return _document(connection, _find(connection, call))


def list_pipeline_elements(call: Call) -> list[dict[str, Any]]:
    """List the elements of a pipeline, in the order in which they run."""
    with call.store.reading() as connection:
        return records.elements(connection, _find(connection, call))


async def get_pipeline_result(call: Call) -> JsonText:
    """Return what the elements found that have finished."""
    return await results.of_pipeline(call)


async def get_plot_data(call: Call) -> dict[str, Any]:
    """Return a plot of an objective."""
    return await results.plot(call)


def _find(connection: Connection, call: Call) -> Row[Any]:
    return records.find(connection, pipelines, call.path["pipeline_id"])


def _document(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    config = connection.scalar(select(pipelines.c.config).where(pipelines.c.id == row.id))
    return records.shown(row, json.loads(config or "{}"))
