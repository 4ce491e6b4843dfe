"""Bodies that are files: from the wire to the disk, hashed as they come, never whole in memory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive

from ionworks_engine.errors import ApiError
from ionworks_engine.intake import announced
from ionworks_engine.storage import Store
from ionworks_engine.storage.database import is_unavailable, words_of
from ionworks_engine.storage.files import Incoming
from ionworks_engine.storage.room import is_lacking, is_read_only

GATHERED = 1 << 20
"""Bytes that are handed to a thread at once: with less, handing over costs more than writing."""
MAX_UPLOAD = 16 << 30
"""Bytes that one uploaded file may have, unless the engine is told otherwise."""

_log = logging.getLogger(__name__)
_FULL = (
    "The engine's disk is full, or takes no file so large; nothing was changed. Make room, or "
    "delete something, then try again."
)
_READ_ONLY = (
    "The engine may not write where it keeps its data: a disk that failed, or files of another "
    "user; nothing was changed. Look after its disk, its database and whose the files are, then "
    "try again."
)
_UNAVAILABLE = (
    "The engine's database cannot be reached, or is busy; nothing was changed. Wait a moment, then "
    "try again."
)
Write = Callable[[bytes], None]


async def receive_file(
    headers: dict[bytes, bytes], receive: Receive, incoming: Incoming, limit: int
) -> None:
    """Write the body of a request to a file that is open for it.

    Raises
    ------
    ApiError
        413 for more than ``limit`` bytes, 400 for fewer or more than announced.
    """
    expected = announced(headers.get(b"content-length", b""))
    if expected is not None and expected > limit:
        raise too_large(limit)
    await write_all(bounded(body_of(receive), limit), incoming.write)
    if expected is not None and incoming.size != expected:
        message = f"{incoming.size} bytes came, {expected} were announced: send the file again."
        raise ApiError(400, "BAD_REQUEST", message)


async def body_of(receive: Receive) -> AsyncIterator[bytes]:
    """Yield a body as it comes.

    Raises
    ------
    ApiError
        400 if the connection ends before the body does.
    """
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ApiError(400, "BAD_REQUEST", "The connection ended before the body did.")
        if piece := message.get("body", b""):
            yield piece
        if not message.get("more_body"):
            return


async def bounded(pieces: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    """Yield pieces until they are more than ``limit`` bytes, which is refused with 413."""
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > limit:
            raise too_large(limit)
        yield piece


async def write_all(pieces: AsyncIterator[bytes], write: Write) -> None:
    """Write pieces in a thread: while one batch is written and hashed, the next one comes."""
    writing: asyncio.Future[None] | None = None
    gathered: list[bytes] = []
    size = 0
    try:
        async for piece in pieces:
            gathered.append(piece)
            size += len(piece)
            if size >= GATHERED:
                if writing is not None:
                    await writing
                writing = _in_thread(write, b"".join(gathered))
                gathered, size = [], 0
    finally:
        # The file is closed by whoever opened it: not while a thread still writes to it.
        if writing is not None:
            await writing
    if gathered:
        await _in_thread(write, b"".join(gathered))


def _in_thread(write: Write, batch: bytes) -> asyncio.Future[None]:
    return asyncio.get_running_loop().run_in_executor(None, write, batch)


@contextmanager
def failing_in_words() -> Iterator[None]:
    """Refuse with 507 what cannot be stored, on a full disk or a read-only one, and say so.

    What the database cannot do for now is refused with 503.
    """
    try:
        yield
    except (OSError, SQLAlchemyError) as error:
        if is_lacking(error):
            _log.warning("The disk has no room: %s", words_of(error))
            raise ApiError(507, "STORAGE_FULL", _FULL) from None
        if is_read_only(error):
            _log.warning("The store cannot be written: %s", words_of(error))
            raise ApiError(507, "STORAGE_READ_ONLY", _READ_ONLY) from None
        if is_unavailable(error):
            _log.warning("The database cannot be used: %s", words_of(error))
            raise ApiError(503, "DATABASE_UNAVAILABLE", _UNAVAILABLE) from None
        raise


async def kept(store: Store, incoming: Incoming) -> str:
    """Take in a file that has come whole, in a thread, and return its name; it is held."""
    keeping = asyncio.ensure_future(asyncio.to_thread(store.files.keep, incoming))
    try:
        return await asyncio.shield(keeping)
    except asyncio.CancelledError:
        # Nobody will name it: what the thread has begun, it ends all the same.
        name = await keeping
        store.files.release([name])
        store.discard_files([name])
        raise


def too_large(limit: int) -> ApiError:
    """Make the error for a file of more bytes than are taken."""
    message = f"A file may have {limit} bytes here; this one has more."
    return ApiError(413, "PAYLOAD_TOO_LARGE", message, {"limit_bytes": limit})
