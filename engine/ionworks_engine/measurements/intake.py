"""Uploads become measurements, and further rows of running ones: places first, rows at the end.

Until an upload is confirmed there is no measurement, only places for bytes that expire. Confirming
is one transaction: the row names the files that have come, and the job that will process them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from ionworks_engine import idempotency, uploads
from ionworks_engine.call import EMAIL, Call
from ionworks_engine.errors import ApiError, Problem, conflict, invalid
from ionworks_engine.jobs.measurements import JOB_TYPE
from ionworks_engine.measurements import metadata, records, tags
from ionworks_engine.records import find, written
from ionworks_engine.storage import queue, tables, times
from ionworks_engine.storage.store import doubt
from ionworks_engine.storage.tables import cell_instances, cell_measurements

SERIES, STEPS, MORE = "time_series.parquet", "steps.parquet", "time_series_extend.parquet"
PRIORITY = 8
"""Before simulations: processing takes seconds, and somebody waits for it."""
_REPLACEABLE_AFTER = timedelta(minutes=15)


def initiate(call: Call) -> dict[str, Any]:
    """Reserve an id for a new measurement and keep places open for its files."""
    body, kind = call.body, call.body.get("measurement_type", records.TIME_SERIES)
    names = _names(body, kind)
    told, measurement_id = body["measurement"], str(uuid.uuid4())
    with call.store.writing() as connection:
        instance = _instance(connection, call.path["cell_instance_id"])
        metadata.columns(connection, instance.project_id, told, "measurement.")
        _refuse_taken(connection, instance.id, told["name"])
        places = uploads.open_uploads(call, connection, "measurement", measurement_id, names)
    return {"measurement_id": measurement_id, "uploads": places}


def confirm(call: Call) -> dict[str, Any]:
    """Make a measurement of what was uploaded."""
    document, discarded = written(call, lambda connection: _confirmed(call, connection))
    call.store.discard_files(discarded)
    call.jobs.wake()
    return document


def create(call: Call) -> dict[str, Any]:
    """Create a measurement of properties."""

    def work(connection: Connection) -> tuple[dict[str, Any], list[str]]:
        instance = _instance(connection, call.path["cell_instance_id"])
        row = {"measurement_type": records.PROPERTIES, "processing_status": records.READY}
        return _created(call, connection, instance, str(uuid.uuid4()), call.body, "", row)

    document, discarded = written(call, work)
    call.store.discard_files(discarded)
    return document


def initiate_extend(call: Call) -> dict[str, Any]:
    """Keep a place open for further rows of a running test."""
    name = call.path["measurement_id"]
    with call.store.writing() as connection:
        _refuse_extension(connection, records.find(connection, name))
        _refuse_second_extension(call, connection, name)
        places = uploads.open_uploads(call, connection, "extend", name, [MORE])
    return {"measurement_id": name, "uploads": places}


def confirm_extend(call: Call) -> dict[str, Any]:
    """Have the uploaded rows added to a measurement."""
    name = call.path["measurement_id"]
    with call.store.writing() as connection:
        row = records.find(connection, name)
        _refuse_extension(connection, row)
        come = uploads.taken(connection, "extend", name)
        idempotency.creates(connection, name)
        records.drop_job(call, connection, row.job_id)
        # Of an extension that was canceled or given up.
        doubt(connection, filter(None, [row.source_file]))
        changed = {
            "source_file": come[MORE].content,
            "processing_status": records.PENDING,
            "processing_error": None,
            "job_id": _job(call, connection, name),
            "updated_at": call.store.now(),
        }
        mine = update(cell_measurements).where(cell_measurements.c.id == name)
        connection.execute(mine.values(changed))
        document = _with_count(records.shown_one(connection, name))
    call.jobs.wake()
    return document


def _names(body: Mapping[str, Any], kind: str) -> Sequence[str]:
    if kind == records.FILE:
        return metadata.filenames(body)
    if "filenames" in body:
        message = f"a measurement of type {kind!r} has no files of its own names"
        raise invalid([Problem("filenames", message)])
    return (SERIES, STEPS)


def _confirmed(call: Call, connection: Connection) -> tuple[dict[str, Any], list[str]]:
    body, name = call.body, call.path["measurement_id"]
    kind = body.get("measurement_type", records.TIME_SERIES)
    names = _names(body, kind)
    instance = _instance(connection, body["cell_instance_id"])
    come = uploads.taken(connection, "measurement", name, optional=(STEPS,))
    if kind == records.FILE:
        row, files = {"processing_status": records.READY}, _files(come, names)
    else:
        row, files = _series(call, connection, name, come), []
    row["measurement_type"] = kind
    told = body["measurement"]
    document, discarded = _created(call, connection, instance, name, told, "measurement.", row)
    if files:
        records.keep_files(connection, name, files)
    return _with_count(document), discarded


def _files(come: Mapping[str, uploads.Uploaded], names: Sequence[str]) -> list[dict[str, Any]]:
    if set(come) != set(names):
        message = f"uploaded were {sorted(come)}: confirm exactly these"
        raise invalid([Problem("filenames", message)])
    return [
        {
            "filename": name,
            "content": come[name].content,
            "size_bytes": come[name].size_bytes,
            "content_type": come[name].content_type,
        }
        for name in names
    ]


def _series(
    call: Call, connection: Connection, name: str, come: Mapping[str, uploads.Uploaded]
) -> dict[str, Any]:
    if SERIES not in come:
        message = f"{SERIES!r} is not among what was uploaded ({sorted(come)}): confirm as 'file'"
        raise invalid([Problem("measurement_type", message)])
    return {
        "source_file": come[SERIES].content,
        "source_steps_file": come[STEPS].content if STEPS in come else None,
        "processing_status": records.PENDING,
        "job_id": _job(call, connection, name),
    }


def _created(
    call: Call,
    connection: Connection,
    instance: Row[Any],
    name: str,
    told: Mapping[str, Any],
    path: str,
    row: Mapping[str, Any],
) -> tuple[dict[str, Any], list[str]]:
    """Insert a measurement; return it, and the files of a failed one that it replaces."""
    now = call.store.now()
    columns = metadata.columns(connection, instance.project_id, told, path)
    discarded = records.free_name(call, connection, instance.id, told["name"])
    connection.execute(
        insert(cell_measurements).values(
            id=name,
            cell_instance_id=instance.id,
            cell_specification_id=instance.cell_specification_id,
            project_id=instance.project_id,
            created_by_email=EMAIL,
            created_at=now,
            updated_at=now,
            **columns,
            **row,
        )
    )
    tags.replace(connection, name, instance.project_id, told.get("tags") or ())
    return records.shown_one(connection, name), discarded


def _job(call: Call, connection: Connection, measurement_id: str) -> str:
    job_id, now = str(uuid.uuid4()), call.store.now()
    connection.execute(
        insert(tables.jobs).values(
            id=job_id,
            job_type=JOB_TYPE,
            subject_id=measurement_id,
            affinity="",
            status=queue.PENDING,
            priority=PRIORITY,
            attempts=0,
            created_at=now,
            updated_at=now,
        )
    )
    return job_id


def _instance(connection: Connection, name: str) -> Row[Any]:
    return find(connection, cell_instances, name, "cell instance")


def _refuse_taken(connection: Connection, instance: str, name: str) -> None:
    """Refuse a name before the upload rather than after it."""
    query = select(cell_measurements.c.id).where(
        cell_measurements.c.cell_instance_id == instance,
        cell_measurements.c.name == name,
        records.STATUS != records.FAILED,
    )
    existing = connection.scalar(query)
    if existing is not None:
        raise conflict(f"There is a measurement named {name!r} of this cell already.", existing)


def _refuse_extension(connection: Connection, row: Row[Any]) -> None:
    if row.measurement_type != records.TIME_SERIES:
        message = f"Only a time series can be extended; this is of type {row.measurement_type!r}."
        raise ApiError(400, "BAD_REQUEST", message)
    status, error = records.standing(connection, row.id)
    if status in records.OPEN:
        raise conflict("The measurement is being processed: extend it when it is ready.")
    if status == records.FAILED:
        raise conflict(f"The measurement has no data to extend; its processing failed: {error}")
    if row.end_time is not None:
        raise conflict(f"The test ended at {row.end_time}: only one that runs can be extended.")


def _refuse_second_extension(call: Call, connection: Connection, name: str) -> None:
    """Refuse while another may still be coming; a sender that died does not block for long."""
    open_ones = select(tables.uploads.c.updated_at).where(
        tables.uploads.c.kind == "extend", tables.uploads.c.owner_id == name
    )
    since = connection.scalar(open_ones)
    if since is not None and since >= call.store.served_since:
        free = datetime.fromisoformat(since) + _REPLACEABLE_AFTER
        if free > call.store.clock():
            raise conflict(
                "An extension of this measurement is on its way already; if its sender is gone, it "
                f"can be replaced from {times.stamp(free)} on."
            )


def _with_count(document: dict[str, Any]) -> dict[str, Any]:
    # Steps are derived later, by the job.
    return {**document, "steps_created": 0}
