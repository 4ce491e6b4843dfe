"""Raw data: files as instruments wrote them, kept unchanged beside the measurements."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import insert, select

from ionworks_engine import rawdata
from ionworks_engine.call import EMAIL, Call
from ionworks_engine.errors import ApiError, Problem, invalid
from ionworks_engine.records import MOMENTS, change, cut, find_project, page
from ionworks_engine.storage.tables import measurement_raw_data, raw_data
from ionworks_engine.uploads import Uploaded, open_uploads, taken

_KIND = "raw_data"
_FILTERS = ("name", "filename", "source", "created_by_email", *MOMENTS)


def initiate_raw_data_upload(call: Call) -> dict[str, Any]:
    """Reserve an id and keep a place open for a file."""
    name = str(uuid.uuid4())
    with call.store.writing() as connection:
        find_project(connection, call.body["project_id"])
        places = open_uploads(call, connection, _KIND, name, [call.body["filename"]])
    return {"raw_data_id": name, "uploads": places}


def confirm_raw_data_upload(call: Call) -> dict[str, Any]:
    """Make raw data of the file that came."""
    name, now = call.path["raw_data_id"], call.store.now()
    with call.store.writing() as connection:
        project = find_project(connection, call.body["project_id"]).id
        come = _agreed(call.body, taken(connection, _KIND, name))
        row = {
            "id": name,
            "project_id": project,
            "name": call.body.get("name") or call.body["filename"],
            "filename": call.body["filename"],
            "content_type": call.body.get("content_type") or come.content_type,
            "source": call.body.get("source") or None,
            "metadata": call.body.get("metadata") or {},
            "size_bytes": come.size_bytes,
            "content": come.content,
            "created_by_email": EMAIL,
            "created_at": now,
            "updated_at": now,
        }
        connection.execute(insert(raw_data).values(row))
        return rawdata.shown(rawdata.find_raw_data(connection, name))


def list_raw_data(call: Call) -> dict[str, Any]:
    """Return a page of a project's raw data."""
    with call.store.reading() as connection:
        project = find_project(connection, call.query["project_id"]).id
        query = select(raw_data).where(raw_data.c.project_id == project)
        rows, total = page(connection, call, raw_data, query, _FILTERS)
    return {"items": [rawdata.shown(row) for row in rows], "count": len(rows), "total": total}


def get_raw_data(call: Call) -> dict[str, Any]:
    """Return what is told about raw data."""
    with call.store.reading() as connection:
        return rawdata.shown(rawdata.find_raw_data(connection, call.path["raw_data_id"]))


def get_raw_data_download_url(call: Call) -> dict[str, Any]:
    """Return a signed address of the file."""
    with call.store.reading() as connection:
        row = rawdata.find_raw_data(connection, call.path["raw_data_id"])
    return {"url": call.signed(row.content, row.filename, row.content_type)}


def update_raw_data(call: Call) -> dict[str, Any]:
    """Change what is told about raw data; an empty source clears it."""
    name, values = call.path["raw_data_id"], dict(call.body)
    if values.get("source") == "":
        values["source"] = None
    if "metadata" in values:
        values["metadata"] = values["metadata"] or {}
    with call.store.writing() as connection:
        rawdata.find_raw_data(connection, name)
        change(call, connection, raw_data, name, values)
        return rawdata.shown(rawdata.find_raw_data(connection, name))


def delete_raw_data(call: Call) -> None:
    """Delete raw data; the measurements they are attached to stay."""
    name = call.path["raw_data_id"]
    with call.store.writing() as connection:
        rawdata.find_raw_data(connection, name)
        files = rawdata.remove(connection, raw_data.c.id == name)
    call.store.discard_files(files)


def list_raw_data_measurements(call: Call) -> dict[str, Any]:
    """Return a page of the ids of the measurements that raw data are attached to."""
    name, links = call.path["raw_data_id"], measurement_raw_data
    query = select(links.c.measurement_id).where(links.c.raw_data_id == name)
    ordered = query.order_by(links.c.created_at.desc(), links.c.measurement_id)
    with call.store.reading() as connection:
        rawdata.find_raw_data(connection, name)
        rows, total = cut(connection, query, ordered, call.query["limit"], call.query["offset"])
    return {"items": [row.measurement_id for row in rows], "count": len(rows), "total": total}


def _agreed(body: dict[str, Any], come: dict[str, Uploaded]) -> Uploaded:
    """Return the file that came, if it is the one that is confirmed."""
    (filename, uploaded), *_ = come.items()
    if body["filename"] != filename:
        message = f"{filename!r} was announced and uploaded, not {body['filename']!r}"
        raise invalid([Problem("filename", message)])
    if body["size_bytes"] != uploaded.size_bytes:
        message = (
            f"{uploaded.size_bytes} bytes came, {body['size_bytes']} were sent: upload the file "
            "again, then confirm."
        )
        raise ApiError(400, "BAD_REQUEST", message)
    return uploaded
