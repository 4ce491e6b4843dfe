"""Measurements in the store: found, shown, removed with everything that hangs on them.

Where processing stands is told by the job as long as it runs: so no end of a job, not even that of
a killed engine, can leave a measurement that waits forever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, delete, insert, select

from ionworks_engine import records, uploads
from ionworks_engine.call import ORGANIZATION, Call
from ionworks_engine.errors import conflict
from ionworks_engine.measurements import tags
from ionworks_engine.storage import queue
from ionworks_engine.storage.tables import (
    cell_measurements,
    jobs,
    measurement_files,
    measurement_raw_data,
    measurement_tags,
    measurement_watches,
    study_measurements,
)
from ionworks_engine.storage.tables import uploads as places

WHAT = "measurement"
TIME_SERIES, FILE, PROPERTIES = "time_series", "file", "properties"
PENDING, RUNNING, READY, FAILED = "pending", "running", "ready", "failed"
OPEN = (PENDING, RUNNING)
_HANGING = (
    measurement_files,
    measurement_raw_data,
    measurement_tags,
    measurement_watches,
    study_measurements,
)
_FILES = (
    cell_measurements.c.source_file,
    cell_measurements.c.source_steps_file,
    cell_measurements.c.time_series_file,
    cell_measurements.c.steps_file,
    cell_measurements.c.cycles_file,
    cell_measurements.c.tables_file,
)
_OWN = (
    "id",
    "name",
    "cell_instance_id",
    "project_id",
    "measurement_type",
    "notes",
    "protocol",
    "protocol_id",
    "test_setup",
    "start_time",
    "end_time",
    "properties",
    "file_metadata",
    "created_by_email",
    "created_at",
    "updated_at",
)
# There are no channels here, and nothing to estimate an end from.
_NEVER = (
    "channel_id",
    "estimated_end_time",
    "estimated_end_time_note",
    "estimated_end_time_calculated_at",
)


def _of_job(column: ColumnElement[Any]) -> ColumnElement[Any]:
    mine = select(column).where(jobs.c.id == cell_measurements.c.job_id)
    return mine.correlate(cell_measurements).scalar_subquery()


_is_open = cell_measurements.c.processing_status.in_(OPEN)
_job_status = _of_job(jobs.c.status)
STATUS: ColumnElement[str] = case(
    (~_is_open, cell_measurements.c.processing_status),
    (_job_status == queue.PENDING, PENDING),
    (_job_status == queue.PROCESSING, RUNNING),
    # The job ended without a word: canceled, or given up. A series that was there still is.
    (cell_measurements.c.time_series_file.is_not(None), READY),
    else_=FAILED,
)
"""Where the processing of a measurement stands, for queries."""
_ERROR = case(
    (~_is_open, cell_measurements.c.processing_error),
    (_job_status.in_(queue.OPEN), None),
    else_=_of_job(jobs.c.error),
)


def find(connection: Connection, name: str) -> Row[Any]:
    """Return a measurement's row, or refuse with 404."""
    return records.find(connection, cell_measurements, name, WHAT)


def standing(connection: Connection, name: str) -> tuple[str, str | None]:
    """Return where the processing of a measurement stands, and why it failed."""
    query = select(STATUS, _ERROR).where(cell_measurements.c.id == name)
    status, error = connection.execute(query).one()
    return status, error


def shown(connection: Connection, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Return measurements as the API shows them, in the order of ``rows``."""
    names = [row.id for row in rows]
    tagged = tags.of(connection, names)
    unsettled = [row.id for row in rows if row.processing_status in OPEN]
    query = select(cell_measurements.c.id, STATUS, _ERROR)
    found = connection.execute(query.where(cell_measurements.c.id.in_(unsettled)))
    states = {name: (status, error) for name, status, error in found} if unsettled else {}
    return [
        _shown(
            row, tagged[row.id], states.get(row.id, (row.processing_status, row.processing_error))
        )
        for row in rows
    ]


def shown_one(connection: Connection, name: str) -> dict[str, Any]:
    """Return the measurement of an id as the API shows it, or refuse with 404."""
    return shown(connection, [find(connection, name)])[0]


def _shown(row: Row[Any], tagged: list[str], state: tuple[str, str | None]) -> dict[str, Any]:
    status, error = state
    return {
        **{field: row._mapping[field] for field in _OWN},
        **dict.fromkeys(_NEVER),
        "specification_id": row.cell_specification_id,
        "organization_id": ORGANIZATION,
        "tags": tagged,
        "processing_status": status,
        "processing_error": error,
    }


def remove(call: Call, connection: Connection, which: ColumnElement[bool]) -> list[str]:
    """Delete measurements with everything that hangs on them, canceling work on them.

    Parameters
    ----------
    call, connection
        The request, and where to write.
    which
        A condition on the measurements.

    Returns
    -------
    list of str
        Names of their files, to be discarded once the transaction is committed.
    """
    gone = select(cell_measurements.c.id).where(which)
    files = [
        name for row in connection.execute(select(*_FILES).where(which)) for name in row if name
    ]
    contents = select(measurement_files.c.content).where(
        measurement_files.c.measurement_id.in_(gone)
    )
    files += connection.scalars(contents)
    _end_work(call, connection, which)
    for table in _HANGING:
        connection.execute(delete(table).where(table.c.measurement_id.in_(gone)))
    connection.execute(delete(cell_measurements).where(which))
    return files


def _end_work(call: Call, connection: Connection, which: ColumnElement[bool]) -> None:
    """Cancel and forget the jobs of measurements, and close places for further rows."""
    running = select(cell_measurements.c.job_id).where(which, _is_open)
    for job_id in connection.scalars(running).all():
        call.jobs.cancel(connection, job_id)
    theirs = select(cell_measurements.c.job_id).where(which)
    connection.execute(delete(jobs).where(jobs.c.id.in_(theirs)))
    gone = select(cell_measurements.c.id).where(which)
    extended = select(places.c.owner_id).where(
        places.c.kind == "extend", places.c.owner_id.in_(gone)
    )
    for name in connection.scalars(extended).all():
        uploads.drop(connection, "extend", name)


def drop_job(call: Call, connection: Connection, job_id: str | None) -> None:
    """Cancel a job and forget it; without an id there is none."""
    if job_id is not None:
        call.jobs.cancel(connection, job_id)
        connection.execute(delete(jobs).where(jobs.c.id == job_id))


def free_name(
    call: Call, connection: Connection, instance: str, name: str, but: str | None = None
) -> list[str]:
    """Make sure that a measurement of an instance can be called ``name``.

    One whose processing failed does not hold its name: it is deleted.

    Returns
    -------
    list of str
        Names of files to be discarded once the transaction is committed.

    Raises
    ------
    ApiError
        409 with the id of the measurement that has the name; ``but`` may have it.
    """
    query = select(cell_measurements.c.id, STATUS.label("status")).where(
        cell_measurements.c.cell_instance_id == instance, cell_measurements.c.name == name
    )
    row = connection.execute(query).first()
    if row is None or row.id == but:
        return []
    if row.status != FAILED:
        raise conflict(f"There is a {WHAT} named {name!r} of this cell already.", row.id)
    return remove(call, connection, cell_measurements.c.id == row.id)


def keep_files(connection: Connection, name: str, files: Iterable[dict[str, Any]]) -> None:
    """Name the files of a measurement of files, in order."""
    rows = [{"measurement_id": name, "position": at, **file} for at, file in enumerate(files)]
    connection.execute(insert(measurement_files), rows)
