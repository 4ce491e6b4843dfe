"""Files of the user, to be sent: by path, as bytes or opened."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from ionworks_openapi.types import File

__all__ = ["upload"]

_MOST = 32 * 1024 * 1024
_NAMELESS = "protocol"
_KIND = "application/octet-stream"


def upload(file: str | os.PathLike[str] | bytes | IO[bytes]) -> File:
    """Return a file as generated calls send it: its bytes, and its name without folders.

    Raises
    ------
    TypeError
        If it is no file, or was opened to read text.
    ValueError
        If it has more than 32 MiB.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> from ionworks.uploads import upload
    >>> upload(b"Rest for 10 minutes").file_name
    'protocol'
    """
    name, content = _read(file)
    if len(content) > _MOST:
        raise ValueError(f"{name} has more than {_MOST:,} bytes, too many to be sent")
    sendable = name.encode("utf-8", "replace").decode()
    return File(BytesIO(content), sendable, _KIND)


def _read(file: Any) -> tuple[str, bytes]:
    if isinstance(file, bytes | bytearray | memoryview):
        return _NAMELESS, bytes(file)
    if isinstance(file, str | os.PathLike):
        path = Path(file)
        with path.open("rb") as opened:
            return path.name, opened.read(_MOST + 1)
    if not callable(getattr(file, "read", None)):
        raise TypeError(f"file must be a path, bytes or an opened file, not {file!r}")
    content = file.read(_MOST + 1)
    if not isinstance(content, bytes):
        raise TypeError("file must be opened to read bytes: open(path, 'rb')")
    named = getattr(file, "name", None)
    return Path(named).name if isinstance(named, str) else _NAMELESS, content
