"""The parts of uploads that have come, as rows: what can be resumed after a break."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ionworks_engine import uploads
from ionworks_engine.s3.documents import S3Error
from ionworks_engine.storage import Store
from ionworks_engine.storage.tables import upload_parts
from ionworks_engine.storage.tables import uploads as places

MOST = 10_000


def begin(store: Store, upload_id: str, multipart_id: str, content_type: str) -> None:
    """Begin to take parts for an upload; those of an earlier beginning go."""
    with store.writing() as connection:
        before = uploads.find_open(connection, upload_id).content
        gone = _forget(connection, upload_id)
        fresh = {"content": None, "multipart_id": multipart_id, "content_type": content_type}
        _change(store, connection, upload_id, **fresh)
    store.discard_files([*gone, *([before] if before else [])])


def open_for(connection: Connection, upload_id: str, multipart_id: str) -> None:
    """Refuse as `begun` does, and if the parts were put together already: no more are taken."""
    if begun(connection, upload_id, multipart_id).content is not None:
        raise S3Error(404, "NoSuchUpload", "This upload was completed: it takes no more parts.")


def begun(connection: Connection, upload_id: str, multipart_id: str) -> Row[Any]:
    """Return the row of an upload whose parts go by this id.

    Raises
    ------
    S3Error
        404 ``NoSuchUpload``, otherwise.
    """
    query = select(places).where(places.c.id == upload_id, places.c.multipart_id == multipart_id)
    row = connection.execute(query).first()
    if row is None:
        message = "This upload was completed, aborted, begun anew or has expired."
        raise S3Error(404, "NoSuchUpload", message)
    return row


def come(connection: Connection, upload_id: str) -> Sequence[Row[Any]]:
    """Return the parts that have come, by number."""
    mine = select(upload_parts).where(upload_parts.c.upload_id == upload_id)
    return connection.execute(mine.order_by(upload_parts.c.number)).all()


def size_of_others(connection: Connection, upload_id: str, number: int) -> int:
    """Return how many bytes have come in other parts than this one."""
    others = (upload_parts.c.upload_id == upload_id, upload_parts.c.number != number)
    return int(connection.scalar(select(func.sum(upload_parts.c.size_bytes)).where(*others)) or 0)


def keep(
    store: Store,
    upload_id: str,
    multipart_id: str,
    number: int,
    content: str,
    size: int,
    crc32: str,
) -> None:
    """Name a stored file as a part; the upload stays open for longer, an earlier part goes."""
    mine = (upload_parts.c.upload_id == upload_id, upload_parts.c.number == number)
    with store.writing() as connection:
        open_for(connection, upload_id, multipart_id)
        before = connection.scalar(select(upload_parts.c.content).where(*mine))
        connection.execute(delete(upload_parts).where(*mine))
        row = {"upload_id": upload_id, "number": number, "content": content}
        row |= {"size_bytes": size, "etag": content, "crc32": crc32}
        connection.execute(insert(upload_parts).values(row))
        _change(store, connection, upload_id)
    if before not in (None, content):
        store.discard_files([before])


def complete(store: Store, upload_id: str, multipart_id: str, whole: str, size: int) -> None:
    """Fill an upload with what its parts are together; the parts go."""
    with store.writing() as connection:
        row = begun(connection, upload_id, multipart_id)
        gone = _forget(connection, upload_id)
        _change(store, connection, upload_id, content=whole, size_bytes=size)
    store.discard_files({*gone, *([row.content] if row.content else [])} - {whole})


def abort(store: Store, upload_id: str, multipart_id: str) -> None:
    """Let go of the parts of an upload; its place stays open."""
    with store.writing() as connection:
        begun(connection, upload_id, multipart_id)
        gone = _forget(connection, upload_id)
        _change(store, connection, upload_id, multipart_id=None)
    store.discard_files(gone)


def _forget(connection: Connection, upload_id: str) -> list[str]:
    gone = [row.content for row in come(connection, upload_id)]
    connection.execute(delete(upload_parts).where(upload_parts.c.upload_id == upload_id))
    return gone


def _change(store: Store, connection: Connection, upload_id: str, **values: Any) -> None:
    values |= {"expires_at": uploads.expiry(store), "updated_at": store.now()}
    connection.execute(update(places).where(places.c.id == upload_id).values(values))
