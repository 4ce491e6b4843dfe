"""What stands at ``/storage/s3/{bucket}/{key}``: one object, sent whole or in parts."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import Row
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ionworks_engine import uploads
from ionworks_engine.call import Services
from ionworks_engine.errors import ApiError
from ionworks_engine.intake import announced, read_bytes
from ionworks_engine.receiving import failing_in_words, kept, too_large
from ionworks_engine.s3 import access, parts
from ionworks_engine.s3.documents import (
    S3Error,
    document,
    in_words_of_s3,
    read_completion,
    refused,
)
from ionworks_engine.s3.payload import receive_object
from ionworks_engine.storage import Store
from ionworks_engine.storage.files import Incoming

_READ_AT_ONCE = 8 << 20
_LISTED = 1000


@dataclass(frozen=True, slots=True)
class _Request:
    """A request that is let in."""

    store: Store
    upload_id: str
    query: dict[str, str]
    headers: dict[str, str]
    receive: Receive

    @property
    def multipart_id(self) -> str:
        return self.query["uploadId"]

    def number(self, name: str, default: str = "", least: int = 0) -> int:
        """Return a number that stands in the query.

        Raises
        ------
        S3Error
            If it is none, or out of range.
        """
        text = self.query.get(name, default)
        if not (text.isdecimal() and len(text) < 6 and least <= int(text) <= parts.MOST):
            message = f"{name} must be a number from {least} to {parts.MOST}."
            raise S3Error(400, "InvalidArgument", message)
        return int(text)


_Serve = Callable[[_Request], Awaitable[Response]]


class S3Objects:
    """The endpoint.

    Parameters
    ----------
    limit
        How many bytes an object may have.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._joining: dict[str, asyncio.Task[str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            with failing_in_words():
                answer = await self._answer(scope, receive)
        except S3Error as error:
            answer = refused(error, scope["path"])
        except ApiError as error:
            answer = refused(in_words_of_s3(error), scope["path"])
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        services: Services = scope["app"].state.services
        upload_id = scope["path_params"]["key"]
        if scope["path_params"]["bucket"] != access.BUCKET:
            raise S3Error(404, "NoSuchBucket", f"The only bucket is {access.BUCKET!r}.")
        access.admit(services.links, upload_id, scope)
        text = scope["query_string"].decode("latin-1")
        query = dict(parse_qsl(text, keep_blank_values=True))
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        asked = _Request(services.store, upload_id, query, headers, receive)
        return await self._operation(scope["method"], query)(asked)

    def _operation(self, method: str, query: dict[str, str]) -> _Serve:
        """Return what serves a method and the words of its query."""
        words = frozenset(query) & {"uploads", "uploadId", "partNumber"}
        known = {
            ("POST", frozenset({"uploads"})): self._create,
            ("PUT", frozenset({"uploadId", "partNumber"})): self._put_part,
            ("GET", frozenset({"uploadId"})): self._list,
            ("POST", frozenset({"uploadId"})): self._complete,
            ("DELETE", frozenset({"uploadId"})): self._abort,
            ("PUT", frozenset[str]()): self._put_object,
        }
        if (method, words) not in known:
            message = "An upload takes PutObject and the operations of a multipart upload."
            raise S3Error(501, "NotImplemented", message)
        return known[method, words]

    async def _create(self, asked: _Request) -> Response:
        name = str(uuid.uuid4())
        parts.begin(asked.store, asked.upload_id, name, _content_type(asked))
        return document("InitiateMultipartUploadResult", {**_object(asked), "UploadId": name})

    async def _put_object(self, asked: _Request) -> Response:
        with asked.store.reading() as connection:
            uploads.find_open(connection, asked.upload_id)

        def keep(content: str, size: int, _: str) -> None:
            come = uploads.Uploaded(content, size, _content_type(asked))
            uploads.fill(asked.store, asked.upload_id, come)

        return await _stored(asked, self._limit, keep)

    async def _put_part(self, asked: _Request) -> Response:
        number = asked.number("partNumber", least=1)
        place = (asked.upload_id, asked.multipart_id)
        with asked.store.reading() as connection:
            parts.open_for(connection, *place)
            room = self._limit - parts.size_of_others(connection, asked.upload_id, number)

        def keep(content: str, size: int, crc32: str) -> None:
            parts.keep(asked.store, *place, number, content, size, crc32)

        return await _stored(asked, room, keep)

    async def _list(self, asked: _Request) -> Response:
        after = asked.number("part-number-marker", "0")
        most = min(asked.number("max-parts", str(_LISTED)), _LISTED)
        with asked.store.reading() as connection:
            parts.open_for(connection, asked.upload_id, asked.multipart_id)
            rows = [row for row in parts.come(connection, asked.upload_id) if row.number > after]
        shown = rows[:most]
        return document(
            "ListPartsResult",
            {
                **_object(asked),
                "UploadId": asked.multipart_id,
                "PartNumberMarker": after,
                "NextPartNumberMarker": shown[-1].number if shown else after,
                "MaxParts": most,
                "IsTruncated": len(rows) > most,
                "Part": [
                    {
                        "PartNumber": row.number,
                        "ETag": f'"{row.etag}"',
                        "Size": row.size_bytes,
                        "ChecksumCRC32": row.crc32,
                    }
                    for row in shown
                ],
            },
        )

    async def _complete(self, asked: _Request) -> Response:
        headers = {name.encode(): value.encode("latin-1") for name, value in asked.headers.items()}
        listed = read_completion(await read_bytes(headers, asked.receive))
        # A client that heard nothing asks again: it then waits for the same work.
        joining = self._joining.get(asked.multipart_id)
        if joining is None:
            joining = asyncio.create_task(self._join(asked, listed))
            self._joining[asked.multipart_id] = joining
            joining.add_done_callback(lambda _: self._joining.pop(asked.multipart_id))
        content = await asyncio.shield(joining)
        return document("CompleteMultipartUploadResult", {**_object(asked), "ETag": f'"{content}"'})

    async def _join(self, asked: _Request, listed: list[tuple[int, str]]) -> str:
        store, place = asked.store, (asked.upload_id, asked.multipart_id)
        with store.reading() as connection:
            row = parts.begun(connection, *place)
            rows = parts.come(connection, asked.upload_id)
        if not rows and row.content is not None:
            return str(row.content)
        chosen = _chosen(rows, listed)
        stated = asked.headers.get("x-amz-mp-object-size")
        if stated is not None and stated != str(sum(part.size_bytes for part in chosen)):
            message = "x-amz-mp-object-size is not the size of the parts together."
            raise S3Error(400, "InvalidRequest", message)
        with store.files.receive() as incoming:
            await asyncio.to_thread(_concatenate, store, chosen, incoming)
            name = await kept(store, incoming)
        with store.naming(name):
            parts.complete(store, *place, name, incoming.size)
        return name

    async def _abort(self, asked: _Request) -> Response:
        parts.abort(asked.store, asked.upload_id, asked.multipart_id)
        return Response(status_code=204)


async def _stored(asked: _Request, room: int, keep: Callable[[str, int, str], None]) -> Response:
    """Store a body and have it named in a row; answer with its ETag and its checksums."""
    length = asked.headers.get("x-amz-decoded-content-length", asked.headers.get("content-length"))
    size = announced((length or "").encode())
    if size is None:
        raise S3Error(411, "MissingContentLength", "Send the length of the body.")
    if size > room:
        raise too_large(room)
    with asked.store.files.receive() as incoming:
        sums = await receive_object(asked.headers, asked.receive, incoming, room)
        name = await kept(asked.store, incoming)
    with asked.store.naming(name):
        keep(name, incoming.size, sums["x-amz-checksum-crc32"])
    return Response(status_code=200, headers={"etag": f'"{name}"', **sums})


def _chosen(rows: Sequence[Row[Any]], listed: list[tuple[int, str]]) -> list[Row[Any]]:
    """Return the parts that a completion lists, if they are there as it says."""
    by_number = {row.number: row for row in rows}
    numbers = [number for number, _ in listed]
    if numbers != sorted(set(numbers)):
        raise S3Error(400, "InvalidPartOrder", "List each part once, in ascending order.")
    for number, etag in listed:
        if number not in by_number or by_number[number].etag != etag:
            raise S3Error(400, "InvalidPart", f"Part {number} has not come with this ETag.")
    return [by_number[number] for number in numbers]


def _concatenate(store: Store, chosen: Sequence[Row[Any]], incoming: Incoming) -> None:
    try:
        for part in chosen:
            with store.files.path(part.content).open("rb") as file:
                while piece := file.read(_READ_AT_ONCE):
                    incoming.write(piece)
    except FileNotFoundError:
        message = "The parts went while they were joined: the upload was aborted or begun anew."
        raise S3Error(404, "NoSuchUpload", message) from None


def _content_type(asked: _Request) -> str:
    return asked.headers.get("content-type", uploads.UNKNOWN)[:255]


def _object(asked: _Request) -> dict[str, Any]:
    return {"Bucket": access.BUCKET, "Key": asked.upload_id}
