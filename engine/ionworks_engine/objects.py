"""Storage: files are fetched and sent under signed addresses, without credentials of the API.

``GET`` and ``HEAD`` of a file answer ranges and conditions, and tell the digest of the file, which
is its name; that of a range is told if it is wanted (RFC 9530). ``PUT`` fills the place of an
upload.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse, Response
from starlette.types import Message, Receive, Scope, Send

from ionworks_engine import uploads
from ionworks_engine.call import Services
from ionworks_engine.errors import ApiError
from ionworks_engine.links import Grant
from ionworks_engine.receiving import kept, receive_file
from ionworks_engine.storage import Store

_METHODS = ("GET", "HEAD", "PUT")
_LONGEST_TYPE = 255
_WANTED = re.compile(rb"\bsha-256[ \t]*=[ \t]*[1-9]", re.IGNORECASE)
_RANGE = re.compile(r"bytes (\d+)-(\d+)/", re.ASCII)
_MOST_DIGESTED = 32 << 20
"""Bytes of a range that are read twice, once for their digest, before the first of them is sent."""
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:; *[\w-]+=[\w.-]+)*", re.ASCII)


class Objects:
    """What stands at ``/storage/objects/{key}``.

    Parameters
    ----------
    limit
        How many bytes a file may have.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["method"] not in _METHODS:
            allowed = ", ".join(_METHODS)
            message = f"Storage takes {allowed}, not {scope['method']}."
            raise ApiError(405, "METHOD_NOT_ALLOWED", message, {"allow": allowed})
        services: Services = scope["app"].state.services
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        grant = services.links.opened(scope["method"], scope["path_params"]["key"], query)
        if scope["method"] == "PUT":
            answer = await self._put(services.store, grant, scope, receive)
        else:
            answer = _file(services.store.files.path(grant.key), grant, scope)
        await answer(scope, receive, send)

    async def _put(self, store: Store, grant: Grant, scope: Scope, receive: Receive) -> Response:
        headers = dict(scope["headers"])
        with store.reading() as connection:
            uploads.find_open(connection, grant.key)
        media_type = headers.get(b"content-type", uploads.UNKNOWN.encode())[:_LONGEST_TYPE]
        with store.files.receive() as incoming:
            await receive_file(headers, receive, incoming, self._limit)
            name = await kept(store, incoming)
        come = uploads.Uploaded(name, incoming.size, media_type.decode("latin-1"))
        with store.naming(name):
            uploads.fill(store, grant.key, come)
        return Response(status_code=200, headers={"etag": f'"{name}"'})


def _file(path: Path, grant: Grant, scope: Scope) -> Response:
    """Return a stored file; its content is its name, so that a copy is known to be good."""
    etag = f'"{grant.key}"'
    asked = dict(scope["headers"]).get(b"if-none-match", b"").decode("latin-1")
    if not path.is_file():
        raise ApiError(404, "NOT_FOUND", "This file was deleted since its address was made.")
    if asked == "*" or etag in (each.strip().removeprefix("W/") for each in asked.split(",")):
        return Response(status_code=304, headers={"etag": etag})
    # In the header itself: given as a media type, text would be said to be UTF-8.
    media_type = grant.media_type if _MEDIA_TYPE.fullmatch(grant.media_type) else uploads.UNKNOWN
    headers = {"etag": etag, "content-type": media_type, "x-content-type-options": "nosniff"}
    headers["repr-digest"] = _told(bytes.fromhex(grant.key))
    return _StoredFile(path, headers=headers, filename=_last_part(grant.filename))


class _StoredFile(FileResponse):
    chunk_size = 1 << 20

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the file, and tell the digest of a range to those who want it."""
        wanted = dict(scope["headers"]).get(b"want-content-digest", b"")

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 206:
                await self._tell(MutableHeaders(raw=message["headers"]))
            await send(message)

        await super().__call__(scope, receive, told if _WANTED.search(wanted) else send)

    async def _tell(self, headers: MutableHeaders) -> None:
        found = _RANGE.match(headers.get("content-range", ""))
        if found is None:  # of many ranges, each has one of its own
            return
        start, last = map(int, found.groups())
        if last - start < _MOST_DIGESTED:
            size = last + 1 - start
            digest = await run_in_threadpool(_digest, Path(self.path), start, size)
            headers["content-digest"] = _told(digest)


def _digest(path: Path, start: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return sha256(file.read(size)).digest()


def _told(digest: bytes) -> str:
    return f"sha-256=:{b64encode(digest).decode()}:"


def _last_part(filename: str) -> str | None:
    """Return a name to save under: one that leads into no folder and breaks no header."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in last if char.isprintable()).strip(". ") or None
