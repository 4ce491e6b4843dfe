"""Jobs: the work behind simulations, measurements and pipelines."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from ionworks_engine.call import Call, JsonText
from ionworks_engine.parameterization import results
from ionworks_engine.records import find
from ionworks_engine.storage import queue
from ionworks_engine.storage.tables import jobs

_LISTED = 1000


def list_jobs(call: Call) -> list[dict[str, Any]]:
    """List the newest jobs."""
    query = select(jobs).order_by(jobs.c.seq.desc()).limit(_LISTED)
    with call.store.reading() as connection:
        return [_shown(row) for row in connection.execute(query)]


def get_job(call: Call) -> dict[str, Any]:
    """Return a job."""
    with call.store.reading() as connection:
        return _shown(find(connection, jobs, call.path["job_id"], "job"))


def cancel_job(call: Call) -> dict[str, Any]:
    """Cancel a job; one that has ended stays as it is."""
    name = call.path["job_id"]
    with call.store.writing() as connection:
        find(connection, jobs, name, "job")
        call.jobs.cancel(connection, name)
        return _shown(find(connection, jobs, name, "job"))


async def get_job_metadata(call: Call) -> JsonText:
    """Return what a job tells about its work."""
    return await results.metadata(call)


def list_job_series_channels(call: Call) -> dict[str, Any]:
    """List the channels of the series of a fit or a validation."""
    return results.channels(call)


async def get_job_series(call: Call) -> dict[str, Any]:
    """Return the series of one objective."""
    return await results.series(call)


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {
        "job_id": row.id,
        "status": row.status,
        "job_type": row.job_type,
        "priority": row.priority,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "error": row.error,
        "error_code": row.error_code,
        "result": row.result,
        "is_terminal": row.status in queue.TERMINAL,
        "is_failed": row.status in {queue.FAILED, queue.CANCELED},
    }
