"""Bodies as clients of S3 send them: plain or in chunks of their own, vouched for by checksums."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from functools import partial
from typing import Protocol

from starlette.types import Receive

from ionworks_engine.receiving import body_of, bounded, write_all
from ionworks_engine.s3.documents import S3Error
from ionworks_engine.storage.files import Incoming

_UNSIGNED = "UNSIGNED-PAYLOAD"
_CHUNKED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHECKSUM = "x-amz-checksum-"
_NO_SUMS = frozenset({"type", "algorithm", "mode"})
_LONGEST_LINE = 4096


class Sum(Protocol):
    """A checksum that grows with what it is of."""

    def update(self, piece: bytes, /) -> None:
        """Add bytes."""

    def digest(self) -> bytes:
        """Return the checksum of what was added."""


class _Crc32:
    def __init__(self) -> None:
        self._sum = 0

    def update(self, piece: bytes, /) -> None:
        self._sum = zlib.crc32(piece, self._sum)

    def digest(self) -> bytes:
        return self._sum.to_bytes(4, "big")


_SUMS: Mapping[str, Callable[[], Sum]] = {
    "crc32": _Crc32,
    "sha1": partial(hashlib.sha1, usedforsecurity=False),
    "sha256": hashlib.sha256,
}


async def receive_object(
    headers: Mapping[str, str], receive: Receive, incoming: Incoming, limit: int
) -> dict[str, str]:
    """Write a body to a file that is open for it; return its checksums, as headers.

    They are those that were sent with it, and always the CRC32.

    Raises
    ------
    S3Error
        If the body is not what its headers, or the lines after it, say.
    ApiError
        If it is too large, is cut short, or the disk is full.
    """
    kind = headers.get("x-amz-content-sha256", "")
    if kind not in (_UNSIGNED, _CHUNKED) and not _SHA256.fullmatch(kind):
        message = "x-amz-content-sha256 must be the sha256 of the body, or say that it is unsigned."
        raise S3Error(400, "InvalidRequest", message)
    body, told = body_of(receive), dict(headers)
    # Of a body in chunks, it is that of the chunks, too: their own sums vouch for it.
    stated = headers.get("content-md5") if kind != _CHUNKED else None
    sums = _Sums(incoming, _announced(headers), stated)
    pieces = _unchunked(body, told) if kind == _CHUNKED else body
    await write_all(bounded(pieces, limit), sums.write)
    length = told.get(
        "x-amz-decoded-content-length" if kind == _CHUNKED else "content-length", incoming.size
    )
    if str(incoming.size) != str(length):
        message = f"{incoming.size} bytes came, {length} were announced."
        raise S3Error(400, "IncompleteBody", message)
    if _SHA256.fullmatch(kind) and kind != incoming.digest():
        message = "The body is not the one that was signed: its sha256 is another."
        raise S3Error(400, "XAmzContentSHA256Mismatch", message)
    return sums.agreed(told)


class _Sums:
    """The checksums that were announced, formed while a body is written."""

    def __init__(self, incoming: Incoming, wanted: Iterable[str], md5: str | None) -> None:
        self._incoming = incoming
        self._stated = md5
        self._md5 = hashlib.md5(usedforsecurity=False)
        # That of the parts is always told: a client that resumes knows by it what has come.
        self._formed: dict[str, Sum] = {"crc32": _Crc32()}
        self._wanted = frozenset(wanted)
        for name in self._wanted:
            if name not in _SUMS:
                known = ", ".join(sorted(_SUMS))
                message = f"A checksum {name!r} cannot be verified here; known are {known}."
                raise S3Error(400, "InvalidRequest", message)
            self._formed[name] = _SUMS[name]()

    def write(self, piece: bytes) -> None:
        self._incoming.write(piece)
        if self._stated is not None:
            self._md5.update(piece)
        for formed in self._formed.values():
            formed.update(piece)

    def agreed(self, told: Mapping[str, str]) -> dict[str, str]:
        if self._stated not in (None, base64.b64encode(self._md5.digest()).decode()):
            raise S3Error(400, "BadDigest", "The MD5 of the body is not the one sent.")
        agreed = {}
        for name, formed in self._formed.items():
            header = f"{_CHECKSUM}{name}"
            agreed[header] = base64.b64encode(formed.digest()).decode()
            if name in self._wanted and told.get(header) != agreed[header]:
                raise S3Error(400, "BadDigest", f"The {name} of the body is not the one sent.")
        return agreed


def _announced(headers: Mapping[str, str]) -> set[str]:
    """Return which checksums come with a body: in its headers, or in lines after it."""
    trailing = headers.get("x-amz-trailer", "").lower().split(",")
    named = [*headers, *(name.strip() for name in trailing)]
    found = {name.removeprefix(_CHECKSUM) for name in named if name.startswith(_CHECKSUM)}
    return found - _NO_SUMS


async def _unchunked(pieces: AsyncIterator[bytes], told: dict[str, str]) -> AsyncIterator[bytes]:
    """Yield what is in the chunks of a body; lines after the last one are added to ``told``.

    A chunk is its length in hexadecimal digits, a line end, the bytes, a line end; the last one is
    empty, and followed by lines ``name:value``.
    """
    reader = _Reader(pieces)
    while size := _chunk_size(await reader.line()):
        async for piece in reader.exactly(size):
            yield piece
        if await reader.line():
            raise _broken("a chunk is longer than it says")
    while line := await reader.line():
        name, _, value = line.decode("latin-1").partition(":")
        told[name.strip().lower()] = value.strip()


class _Reader:
    """Takes lines and counted bytes from pieces of any size."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    async def line(self) -> bytes:
        while b"\r\n" not in self._left and len(self._left) < _LONGEST_LINE:
            more = await anext(self._pieces, b"")
            if not more:
                break
            self._left += more
        line, end, self._left = self._left.partition(b"\r\n")
        if not end and line:
            raise _broken("a line is too long, or has no end")
        return line

    async def exactly(self, size: int) -> AsyncIterator[bytes]:
        while size:
            piece = self._left or await anext(self._pieces, b"")
            if not piece:
                raise _broken("it ends within a chunk")
            taken, self._left = piece[:size], piece[size:]
            size -= len(taken)
            yield taken


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", digits):
        raise _broken("a chunk does not begin with its length")
    return int(digits, 16)


def _broken(reason: str) -> S3Error:
    return S3Error(400, "IncompleteBody", f"The chunks of the body cannot be read: {reason}.")
