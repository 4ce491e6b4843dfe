"""Uploads: places that are kept open for bytes until a request says what they are.

A client asks for places by name, fills them at storage, and confirms: only then is there a record.
Until then a place is a row that expires; what lies in it goes with it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, union_all, update

from ionworks_engine.call import Call
from ionworks_engine.errors import ApiError, conflict, not_found
from ionworks_engine.links import UPLOAD_LASTS
from ionworks_engine.s3 import access
from ionworks_engine.storage import Store, times
from ionworks_engine.storage.store import doubt
from ionworks_engine.storage.tables import cell_measurements, raw_data, upload_parts, uploads

UNKNOWN = "application/octet-stream"
_OWNERS = {"measurement": cell_measurements, "raw_data": raw_data}


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that has come: its name in the store, its size in bytes, and what it was sent as."""

    content: str
    size_bytes: int
    content_type: str


def open_uploads(
    call: Call, connection: Connection, kind: str, owner_id: str, names: Sequence[str]
) -> list[dict[str, Any]]:
    """Keep places open for files; those that were open for the same owner are closed.

    Parameters
    ----------
    call, connection
        The request, and where to write.
    kind
        What the files are for: ``measurement``, ``extend`` or ``raw_data``.
    owner_id
        Id of what they will belong to; it may be reserved only.
    names
        What the files are called.

    Returns
    -------
    list of dict
        For each name, in its order, where to send the file (``UploadInfo``).
    """
    drop(connection, kind, owner_id)
    now, expires = call.store.now(), expiry(call.store)
    rows: list[dict[str, Any]] = [
        {
            "id": str(uuid.uuid4()),
            "kind": kind,
            "owner_id": owner_id,
            "position": position,
            "filename": name,
            "expires_at": expires,
            "created_at": now,
            "updated_at": now,
        }
        for position, name in enumerate(names)
    ]
    if rows:
        connection.execute(insert(uploads), rows)
    return [_described(call, row["id"], row["filename"]) for row in rows]


def taken(
    connection: Connection, kind: str, owner_id: str, optional: Collection[str] = ()
) -> dict[str, Uploaded]:
    """Close the places of an owner and return what has come, by name.

    The caller names the files in rows of the same transaction; those that it does not name, go.

    Parameters
    ----------
    connection
        Where to write.
    kind, owner_id
        As the places were opened.
    optional
        Names that need not have come.

    Raises
    ------
    ApiError
        404 if there are no such places, or no longer; 409 if they were closed by an earlier
        confirmation, with the id of what came of it; 400 naming what has not come.
    """
    rows = connection.execute(_of(kind, owner_id)).all()
    if not rows:
        raise _nothing_open(connection, kind, owner_id)
    absent = [row.filename for row in rows if row.content is None and row.filename not in optional]
    if absent:
        named = ", ".join(map(repr, absent))
        message = f"Not uploaded yet: {named}. Send each file to its signed_url, then confirm."
        raise ApiError(400, "BAD_REQUEST", message, {"missing": absent})
    drop(connection, kind, owner_id)
    return {
        row.filename: Uploaded(row.content, row.size_bytes, row.content_type or UNKNOWN)
        for row in rows
        if row.content is not None
    }


def drop(connection: Connection, kind: str, owner_id: str) -> None:
    """Close the places of an owner; files that no row names once this is committed, go."""
    mine = (uploads.c.kind == kind, uploads.c.owner_id == owner_id)
    of_mine = upload_parts.c.upload_id.in_(select(uploads.c.id).where(*mine))
    lying = union_all(
        select(uploads.c.content).where(*mine, uploads.c.content.is_not(None)),
        select(upload_parts.c.content).where(of_mine),
    )
    doubt(connection, connection.scalars(lying))
    connection.execute(delete(upload_parts).where(of_mine))
    connection.execute(delete(uploads).where(*mine))


def expiry(store: Store) -> str:
    """Return until when a place stays open that is opened or written to now."""
    return times.stamp(store.clock() + UPLOAD_LASTS)


def find_open(connection: Connection, upload_id: str) -> Row[Any]:
    """Return the row of a place that is open, or refuse with 404."""
    row = connection.execute(select(uploads).where(uploads.c.id == upload_id)).first()
    if row is None:
        message = "This upload was confirmed, replaced or has expired: initiate a new one."
        raise ApiError(404, "NOT_FOUND", message)
    return row


def fill(store: Store, upload_id: str, come: Uploaded) -> None:
    """Put a stored file into a place; what lay there before goes.

    Raises
    ------
    ApiError
        404 if the place was closed meanwhile.
    """
    with store.writing() as connection:
        before = find_open(connection, upload_id).content
        connection.execute(
            update(uploads)
            .where(uploads.c.id == upload_id)
            .values(
                content=come.content,
                size_bytes=come.size_bytes,
                content_type=come.content_type,
                expires_at=expiry(store),
                updated_at=store.now(),
            )
        )
    if before not in (None, come.content):
        store.discard_files([before])


def _of(kind: str, owner_id: str) -> Any:
    mine = select(uploads).where(uploads.c.kind == kind, uploads.c.owner_id == owner_id)
    return mine.order_by(uploads.c.position)


def _nothing_open(connection: Connection, kind: str, owner_id: str) -> ApiError:
    owners = _OWNERS.get(kind)
    if owners is not None:
        known = select(owners.c.id).where(owners.c.id == owner_id)
        if connection.scalar(known) is not None:
            return conflict("This upload was confirmed already.", owner_id)
    return not_found("open upload for", owner_id)


def _described(call: Call, upload_id: str, name: str) -> dict[str, Any]:
    return {
        "filename": name,
        "signed_url": call.links.upload(call.origin, upload_id),
        "token": upload_id,
        "path": upload_id,
        "multipart": access.target(call.links, call.origin, upload_id),
    }
