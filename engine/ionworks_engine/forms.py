"""Multipart bodies: the bytes from the wire to the one file in them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Receive

from ionworks_engine.errors import ApiError, Problem, invalid
from ionworks_engine.intake import media_type, read_bytes, unpacked

FORM = "multipart/form-data"
_PART = "file"
_LONGEST_NAME = 255
_PARTS = 8
"""As many are read, to name those that are too many."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that came with a request: its name without folders, and its bytes."""

    name: str
    content: bytes


async def read_file(headers: dict[bytes, bytes], receive: Receive) -> SentFile:
    """Read a body that holds one file, in a part named ``file``.

    Raises
    ------
    ApiError
        413 for too many bytes, 400 for another media type or a form that cannot be read, 422 for
        other parts than the one.
    """
    content = await read_bytes(headers, receive)
    media = media_type(headers, default="")
    if media != FORM:
        shown = f", not as {media}" if media else ""
        raise ApiError(400, "BAD_REQUEST", f"Send the file as {FORM}{shown}.")
    form = await _parsed(headers, unpacked(content, headers))
    try:
        return await _only_file(form)
    finally:
        await form.close()


async def _parsed(headers: dict[bytes, bytes], content: bytes) -> FormData:
    async def whole() -> AsyncGenerator[bytes, None]:
        yield content

    stated = Headers(raw=list(headers.items()))
    parser = MultiPartParser(stated, whole(), max_files=_PARTS, max_fields=_PARTS)
    try:
        return await parser.parse()
    except MultiPartException as error:
        reason = error.message.rstrip(".")
        raise ApiError(400, "BAD_REQUEST", f"The form cannot be read: {reason}.") from None


async def _only_file(form: FormData) -> SentFile:
    parts = form.multi_items()
    others = [name for name, _ in parts if name != _PART]
    if others:
        raise invalid(Problem(name, f"{name!r} is not a field; send `file`") for name in others)
    if len(parts) != 1:
        found = "it came twice or more" if parts else "it is missing, or the form was cut short"
        raise invalid([Problem(_PART, f"send exactly one part `file`: {found}")])
    part = parts[0][1]
    if not isinstance(part, UploadFile):
        raise invalid([Problem(_PART, "this part needs a filename: send it as a file")])
    return SentFile(_base_name(part.filename or ""), await part.read())


def _base_name(filename: str) -> str:
    return filename.replace("\\", "/").rpartition("/")[2][:_LONGEST_NAME]
