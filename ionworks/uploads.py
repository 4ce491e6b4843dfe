"""Files of the user, to be sent: by path, as bytes or opened."""

from __future__ import annotations

import os
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from ionworks_openapi.types import File

from ionworks.errors import ValidationError
from ionworks.requests import shown

__all__ = ["upload"]

_MOST = 32 * 1024 * 1024 - 4096
"""A whole body has up to 32 MiB, the form around the file and its name included."""

_NAMELESS = "protocol"
_KIND = "application/octet-stream"


def upload(file: str | os.PathLike[str] | bytes | IO[bytes]) -> File:
    """Return a file as generated calls send it: its bytes, and its name without folders.

    Raises
    ------
    TypeError
        If it is no file, or was opened to read text.
    ValidationError
        If it is too large to be sent: just short of 32 MiB is the most.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> from ionworks.uploads import upload
    >>> upload(b"Rest for 10 minutes").file_name
    'protocol'
    """
    name, content = _read(file)
    _require_size(name, len(content))
    sendable = name.encode("utf-8", "replace").decode()
    return File(BytesIO(content), sendable, _KIND)


def _read(file: Any) -> tuple[str, bytes]:
    if isinstance(file, bytes | bytearray | memoryview):
        return _NAMELESS, bytes(file)
    if isinstance(file, str | os.PathLike):
        path = Path(file)
        with path.open("rb") as opened:
            return path.name, _content(opened, path.name)
    if not callable(getattr(file, "read", None)):
        raise TypeError(f"file must be a path, bytes or an opened file, not {shown(file)}")
    named = getattr(file, "name", None)
    name = Path(named).name if isinstance(named, str) else _NAMELESS
    return name, _content(file, name)


def _content(file: IO[bytes], name: str) -> bytes:
    """Read a file, but no more of it than can be sent."""
    content = file.read(_MOST + 1)
    if not isinstance(content, bytes):
        raise TypeError("file must be opened to read bytes: open(path, 'rb')")
    if len(content) > _MOST:
        with suppress(AttributeError, OSError):
            _require_size(name, file.seek(0, os.SEEK_END))
    return content


def _require_size(name: str, size: int) -> None:
    if size > _MOST:
        shown = "the file" if name == _NAMELESS else f"the file {name!r}"
        raise ValidationError(f"{shown} has {size:,} bytes; up to {_MOST:,} can be sent")
