"""Request bodies: bytes from the wire to a JSON value that holds nothing surprising.

Refused, each with its place: more bytes than the limit (also once unzipped), what is no JSON,
``NaN`` and infinities, a key given twice, and what is no text (U+0000, half a surrogate pair).
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Iterator
from typing import Any

from starlette.types import Receive

from ionworks_engine.errors import ApiError, Problem, invalid
from ionworks_engine.validation import key_path

MAX_BODY = 32 * 1024 * 1024
_JSON = "application/json"
_DIGITS = 18
"""Of a longer number the first ones: it is too large all the same."""
_SUSPECT = re.compile(rb"NaN|Infinity|[eE]\+?\d{3}|\d{300}|\\u(?:0000|[dD][89a-fA-F])")
_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")
_NOT_TEXT = "U+0000 or half of a surrogate pair, which are no text"


class _NotANumber:
    """Stands where a token like ``NaN`` stood, until its path is known."""

    def __init__(self, token: str) -> None:
        self.token = token


async def read_body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """Read a body, without the compression that its headers name.

    Raises
    ------
    ApiError
        413 for too many bytes, 400 if the connection ends or the compression cannot be undone.
    """
    content = await read_bytes(headers, receive)
    return unpacked(content, headers) if content else content


def read_json(headers: dict[bytes, bytes], content: bytes) -> Any:
    """Read a JSON body; ``None`` when there is no body.

    Raises
    ------
    ApiError
        400 for another media type, 422 for what is wrong with the JSON, and for a ``null``.
    """
    if not content:
        return None
    media = media_type(headers, default=_JSON)
    if media != _JSON:
        raise ApiError(400, "BAD_REQUEST", f"Send the body as {_JSON}, not as {media}.")
    value = parse(content)
    if value is None:
        raise invalid([Problem("", "null is no body: send an object, or nothing at all")])
    return value


def media_type(headers: dict[bytes, bytes], default: str) -> str:
    """Return what kind of body a request says it has, without parameters."""
    stated = headers.get(b"content-type", default.encode())
    return stated.split(b";")[0].strip().lower().decode("latin-1")


def parse(content: bytes) -> Any:
    """Parse JSON.

    Raises
    ------
    ApiError
        Naming line and column, or key path, of everything that is wrong.
    """
    repeated: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) < len(pairs):
            names = [name for name, _ in pairs]
            repeated.extend(name for name in table if names.count(name) > 1)
        return table

    try:
        value = json.loads(content, parse_constant=_NotANumber, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise invalid(
            [Problem("", f"This is not JSON: {error.msg}", error.lineno, error.colno)]
        ) from None
    except UnicodeDecodeError as error:
        raise invalid([Problem("", f"This is not UTF-8 at byte {error.start}")]) from None
    except (RecursionError, ValueError):
        raise invalid([Problem("", "This is nested too deeply, or a number is too long")]) from None
    problems = [Problem(name, f"the key {name!r} is given twice") for name in repeated]
    if _SUSPECT.search(content):
        problems += _unusable(value, [])
    if problems:
        raise invalid(problems)
    return value


def _unusable(value: Any, path: list[str | int]) -> Iterator[Problem]:
    """Find what JSON's grammar or range does not allow for."""
    if isinstance(value, dict):
        for key, item in value.items():
            if _NO_CHARACTER.search(key):
                yield Problem(key_path(path), f"a key holds {_NOT_TEXT}")
            yield from _unusable(item, [*path, key])
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unusable(item, [*path, index])
    elif isinstance(value, _NotANumber):
        yield Problem(key_path(path), f"{value.token} is not a number; send a finite one")
    elif isinstance(value, str) and _NO_CHARACTER.search(value):
        yield Problem(key_path(path), f"this text holds {_NOT_TEXT}")
    elif isinstance(value, int | float) and not _is_finite(value):
        yield Problem(key_path(path), "this number is too large")


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def announced(length: bytes) -> int | None:
    """Return a length that a header tells, ``None`` if it is no number.

    Examples
    --------
    >>> announced(b"12"), announced(b"-1"), announced(b"9" * 5000) > 10**17
    (12, None, True)
    """
    return int(length[:_DIGITS]) if length.isdigit() else None


async def read_bytes(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """Read a body as it was sent.

    Raises
    ------
    ApiError
        413 for too many bytes, 400 if the connection ends.
    """
    if (announced(headers.get(b"content-length", b"")) or 0) > MAX_BODY:
        raise _too_large()
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ApiError(400, "BAD_REQUEST", "The connection ended before the body did.")
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > MAX_BODY:
            raise _too_large()
        if not message.get("more_body"):
            return b"".join(chunks)


def unpacked(content: bytes, headers: dict[bytes, bytes]) -> bytes:
    """Return a body without the compression that its headers name.

    Raises
    ------
    ApiError
        413 for too many bytes, 400 for another compression than gzip, or a broken one.
    """
    encoding = headers.get(b"content-encoding", b"identity")
    if encoding in (b"identity", b""):
        return content
    if encoding.lower() not in (b"gzip", b"x-gzip"):
        shown = encoding.decode("latin-1")
        raise ApiError(400, "BAD_REQUEST", f"Compress the body with gzip, not with {shown}.")
    unzip = zlib.decompressobj(wbits=31)
    try:
        plain = unzip.decompress(content, MAX_BODY + 1)
    except zlib.error:
        raise ApiError(400, "BAD_REQUEST", "The body is not gzip, as its header says.") from None
    if len(plain) > MAX_BODY:
        raise _too_large()
    if not unzip.eof:
        raise ApiError(400, "BAD_REQUEST", "The compressed body ends too early.")
    return plain


def _too_large() -> ApiError:
    message = f"The body has more than {MAX_BODY} bytes."
    return ApiError(413, "PAYLOAD_TOO_LARGE", message, {"limit_bytes": MAX_BODY})
