"""What is uploaded: bytes, or a file of the user, read a piece at a time."""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

__all__ = ["Body", "Outgoing", "Sending"]

_UNNAMED = "upload.bin"
_SENT_AT_ONCE = _COPIED_AT_ONCE = 1 << 18
_KEPT_IN_MEMORY = 16 << 20


class Body:
    """Bytes of a known size, to be read in any order and from any thread.

    A body of a file keeps the file open, so that it stays readable when its name goes. Close it,
    or use it in a ``with``; a file that the user opened stays open.

    Attributes
    ----------
    size
        How many bytes there are.
    name
        The file's name without folders; ``upload.bin`` if it has none.

    Examples
    --------
    >>> from ionworks.storage.bodies import Body
    >>> with Body.of(b"0123456789") as body:
    ...     body.size, body.read(2, 5)
    (10, b'234')
    """

    def __init__(self, file: IO[bytes], start: int, size: int, name: str, *, owned: bool) -> None:
        self.size, self.name = size, name.encode("utf-8", "replace").decode()
        self._file, self._start, self._owned = file, start, owned
        self._reading = threading.Lock()

    @classmethod
    def of(cls, source: str | os.PathLike[str] | bytes | IO[bytes]) -> Body:
        """Return the body of a path, of bytes, or of a file opened to read bytes.

        An opened file is read from where it stands. One that cannot be read twice, such as a
        pipe, is copied first: to memory if it is small, else to a temporary file.

        Raises
        ------
        TypeError
            If it is none of these.
        FileNotFoundError
            If there is no such file.
        OSError
            If the file cannot be read.
        """
        if isinstance(source, bytes | bytearray | memoryview):
            return _Bytes(bytes(source))
        if isinstance(source, str | os.PathLike):
            path = Path(source).expanduser()
            if path.is_dir():
                raise IsADirectoryError(f"{path} is a folder: give the path of a file")
            try:
                opened = path.open("rb")
            except FileNotFoundError:
                raise FileNotFoundError(f"there is no file {path}: nothing was sent") from None
            return cls(opened, 0, _end_of(opened), path.name, owned=True)
        if not callable(getattr(source, "read", None)):
            kind = type(source).__name__
            raise TypeError(f"file must be a path, bytes or an opened file, not of type {kind}")
        return cls._of_handle(source)

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes of a half-open range.

        Raises
        ------
        OSError
            If the file has become shorter since the body was made.
        """
        with self._reading:
            self._file.seek(self._start + start)
            content = self._file.read(stop - start)
        if len(content) < stop - start:
            found = start + len(content)
            raise OSError(
                f"{self.name} became shorter while it was sent: {found:,} of {self.size:,} bytes"
            )
        return content

    def close(self) -> None:
        """Close the file, unless it is the user's."""
        if self._owned:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{self.name}: {self.size:,} bytes>"

    @classmethod
    def _of_handle(cls, handle: IO[bytes]) -> Body:
        if handle.read(0) != b"":
            raise TypeError("file must be opened to read bytes: open(path, 'rb')")
        named = getattr(handle, "name", None)
        name = Path(named).name if isinstance(named, str) else _UNNAMED
        if _is_seekable(handle):
            start = handle.tell()
            size = max(0, _end_of(handle) - start)
            handle.seek(start)
            return cls(handle, start, size, name, owned=False)
        copy: Any = tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY)  # noqa: SIM115
        while piece := handle.read(_COPIED_AT_ONCE):
            copy.write(piece)
        return cls(copy, 0, _end_of(copy), name, owned=True)


class Outgoing:
    """The pieces of a body, from its beginning with every attempt to send it.

    Parameters
    ----------
    body
        What is sent.
    advance
        Hears how many more bytes have gone, and how many of them, below 0, did so in vain.
    """

    def __init__(self, body: Body, advance: Callable[[int], None] | None = None) -> None:
        self._body, self._advance, self._gone = body, advance, 0

    def __iter__(self) -> Iterator[bytes]:
        for start, stop in self._pieces():
            yield self._counted(self._body.read(start, stop))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start, stop in self._pieces():
            yield self._counted(await asyncio.to_thread(self._body.read, start, stop))

    def _pieces(self) -> Iterator[tuple[int, int]]:
        self._count(-self._gone)
        size = self._body.size
        for start in range(0, size, _SENT_AT_ONCE):
            yield start, min(start + _SENT_AT_ONCE, size)

    def _counted(self, piece: bytes) -> bytes:
        self._count(len(piece))
        return piece

    def _count(self, more: int) -> None:
        self._gone += more
        if self._advance is not None:
            self._advance(more)


@dataclass(frozen=True)
class Sending:
    """A body on its way.

    Attributes
    ----------
    body, content_type
        What is sent, and what it is.
    advance
        Hears how many more bytes have gone, and how many of them, below 0, did so in vain.
    patience
        How long to wait for a sign of the other side, in s.
    """

    body: Body
    content_type: str
    advance: Callable[[int], None]
    patience: float


class _Bytes(Body):
    def __init__(self, content: bytes) -> None:
        self.size, self.name = len(content), _UNNAMED
        self._content = content

    def read(self, start: int, stop: int) -> bytes:
        return self._content[start:stop]

    def close(self) -> None:
        pass


def _is_seekable(handle: IO[bytes]) -> bool:
    with suppress(AttributeError, OSError):
        return handle.seekable()
    return False


def _end_of(file: IO[bytes]) -> int:
    return file.seek(0, os.SEEK_END)
