"""Measurements of cells are time series, files or values."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select

from ionworks_engine import records as rows
from ionworks_engine.call import Call, JsonText, Redirect
from ionworks_engine.measurements import (
    attachments,
    content,
    intake,
    listing,
    metadata,
    records,
    tags,
)
from ionworks_engine.storage.tables import (
    cell_instances,
    cell_measurements,
    measurement_watches,
)


def list_cell_measurements(call: Call) -> dict[str, Any]:
    """List the measurements of an instance."""
    name = call.path["cell_instance_id"]
    with call.store.reading() as connection:
        rows.find(connection, cell_instances, name, "cell instance")
        return listing.page(call, connection, listing.of_instance(name))


def list_project_measurements(call: Call) -> dict[str, Any]:
    """List the measurements of a project."""
    with call.store.reading() as connection:
        project = rows.find_project(connection, call.query["project_id"])
        return listing.page(call, connection, listing.of_project(project.id))


def initiate_measurement_upload(call: Call) -> dict[str, Any]:
    """Say where to upload the files of a new measurement."""
    return intake.initiate(call)


def confirm_measurement_upload(call: Call) -> dict[str, Any]:
    """Make a measurement of what was uploaded."""
    return intake.confirm(call)


def create_cell_measurement(call: Call) -> dict[str, Any]:
    """Create a measurement of properties."""
    return intake.create(call)


def initiate_measurement_extend(call: Call) -> dict[str, Any]:
    """Say where to upload further rows of a running test."""
    return intake.initiate_extend(call)


def confirm_measurement_extend(call: Call) -> dict[str, Any]:
    """Add the uploaded rows to a measurement."""
    return intake.confirm_extend(call)


async def get_cell_measurement(call: Call) -> dict[str, Any]:
    """Return a measurement; with its steps or its time series when they are asked for."""
    with call.store.reading() as connection:
        row = records.find(connection, call.path["measurement_id"])
        document = records.shown(connection, [row])[0]
    if call.query.get("include_steps"):
        document["steps"] = await content.table_columns(call, content.STEPS)
    if call.query.get("include_time_series"):
        document["time_series"] = await content.inline_series(call, row)
    return document


def update_cell_measurement(call: Call) -> dict[str, Any]:
    """Change what is told about a measurement."""
    name, body = call.path["measurement_id"], call.body
    discarded: list[str] = []
    with call.store.writing() as connection:
        row = records.find(connection, name)
        changed = metadata.columns(connection, row.project_id, body, before=row)
        if "name" in body:
            discarded = records.free_name(
                call, connection, row.cell_instance_id, body["name"], but=name
            )
        if "tags" in body:
            tags.replace(connection, name, row.project_id, body["tags"] or ())
        # All tags of a measurement are no column of its row, but change it, too.
        changed |= {"name": body.get("name", row.name)} if "tags" in body else {}
        rows.change(call, connection, cell_measurements, name, changed)
        document = records.shown_one(connection, name)
    call.store.discard_files(discarded)
    return document


def delete_cell_measurement(call: Call) -> None:
    """Delete a measurement with everything that hangs on it."""
    name = call.path["measurement_id"]
    with call.store.writing() as connection:
        records.find(connection, name)
        files = records.remove(call, connection, cell_measurements.c.id == name)
    call.store.discard_files(files)


def download_measurement_steps(call: Call) -> Redirect:
    """Say where the steps lie as Parquet."""
    return content.table_address(call, content.STEPS)


def download_measurement_time_series(call: Call) -> Redirect:
    """Say where the time series lies as Parquet."""
    return content.table_address(call, content.SERIES)


async def get_measurement_cycles(call: Call) -> dict[str, Any]:
    """Return the cycles as columns."""
    return {"cycles": await content.table_columns(call, content.CYCLES)}


async def get_measurement_steps_and_cycles(call: Call) -> JsonText | dict[str, Any]:
    """Return the steps and the cycles as columns."""
    return await content.tables_text(call)


def list_measurement_files(call: Call) -> dict[str, Any]:
    """List the files of a measurement."""
    return {"filenames": content.filenames(call)}


def download_measurement_file(call: Call) -> Redirect:
    """Say where a file of a measurement lies."""
    return content.file_address(call)


def list_measurement_tags(call: Call) -> dict[str, Any]:
    """List the tags of a project, the most used first."""
    with call.store.reading() as connection:
        project = rows.find_project(connection, call.query["project_id"])
        query = tags.usage(project.id, call.query.get("q"))
        limit, offset = call.query["limit"], call.query.get("offset", 0)
        found, total = rows.cut(connection, query, query, limit, offset)
    items = [{"tag": row.tag, "usage_count": row.usage_count} for row in found]
    return {"items": items, "count": len(items), "total": total}


def change_measurement_tags(call: Call) -> dict[str, Any]:
    """Add tags to measurements and remove tags from them."""
    body = call.body
    add, remove = body.get("add") or (), body.get("remove") or ()
    with call.store.writing() as connection:
        now = call.store.now()
        changed = tags.change(connection, body["measurement_ids"], add, remove, now)
    return {"updated_count": changed}


def attach_raw_data(call: Call) -> dict[str, Any]:
    """Attach raw data to a measurement."""
    name = call.path["measurement_id"]
    with call.store.writing() as connection:
        row = records.find(connection, name)
        attached = attachments.attach(connection, row, call.body["raw_data_ids"], call.store.now())
    return {"attached_count": attached}


def list_measurement_raw_data(call: Call) -> dict[str, Any]:
    """List the raw data of a measurement."""
    with call.store.reading() as connection:
        name = records.find(connection, call.path["measurement_id"]).id
        return attachments.page(connection, name, call.query["limit"], call.query["offset"])


def detach_raw_data(call: Call) -> None:
    """Detach raw data from a measurement."""
    with call.store.writing() as connection:
        name = records.find(connection, call.path["measurement_id"]).id
        attachments.detach(connection, name, call.path["raw_data_id"])


def watch_measurement(call: Call) -> dict[str, Any]:
    """Watch a measurement."""
    name, watches = call.path["measurement_id"], measurement_watches
    with call.store.writing() as connection:
        records.find(connection, name)
        known = select(watches.c.measurement_id).where(watches.c.measurement_id == name)
        if connection.scalar(known) is None:
            connection.execute(
                insert(watches).values(measurement_id=name, created_at=call.store.now())
            )
    return {"measurement_id": name, "watched": True}


def unwatch_measurement(call: Call) -> None:
    """Watch a measurement no longer."""
    name, watches = call.path["measurement_id"], measurement_watches
    with call.store.writing() as connection:
        records.find(connection, name)
        connection.execute(delete(watches).where(watches.c.measurement_id == name))
