"""The files that make a measurement: tables to be written as Parquet, and files of the user."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ionworks.requests import several, shown
from ionworks.storage.bodies import Body

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Content", "attached", "parquet", "table"]

_ROWS_OF_A_GROUP = 122_880
_IN_MEMORY = 128 * 1024 * 1024
_ANYTHING = "application/octet-stream"
_IMAGES: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "gif": ("image/gif", (b"GIF87a", b"GIF89a")),
    "webp": ("image/webp", (b"RIFF",)),
    "tiff": ("image/tiff", (b"II*\0", b"MM\0*")),
    "bmp": ("image/bmp", (b"BM",)),
}
_WEBP = slice(8, 12)


@dataclass(frozen=True)
class Content:
    """A file to be uploaded.

    Attributes
    ----------
    name
        What it is called there, without folders.
    media_type
        What kind of file it is.
    open
        Returns its bytes as a body, which the caller closes.
    """

    name: str
    media_type: str
    open: Callable[[], Body]


def table(name: str, frame: pl.DataFrame) -> Content:
    """Return a table, to be written as Parquet when its turn comes."""
    return Content(name, _ANYTHING, partial(parquet, frame))


def parquet(frame: pl.DataFrame, in_memory: int = _IN_MEMORY) -> Body:
    """Return a frame as Parquet.

    Parameters
    ----------
    frame
        What to write. Its row groups have about 120,000 rows and statistics, so that readers
        can fetch parts of it.
    in_memory
        Frames of up to so many bytes are written to memory, larger ones to a temporary file,
        which goes when the body is closed.
    """
    if frame.estimated_size() <= in_memory:
        buffer = BytesIO()
        _write(frame, buffer)
        return Body.of(buffer.getvalue())
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the body closes it
    try:
        _write(frame, file)
        return Body(file, 0, file.seek(0, os.SEEK_END), "table.parquet", owned=True)
    except BaseException:
        file.close()
        raise


def attached(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], images: bool = False
) -> list[Content]:
    """Return files of the user, to be uploaded as they are.

    Parameters
    ----------
    paths
        A path or several.
    images
        Whether each must be an image of the kind that its name says.

    Raises
    ------
    FileNotFoundError
        If one is not there.
    ValueError
        If there is none, two have one name, or one is not the image it should be.
    TypeError
        If something is no path.
    """
    given = [paths] if isinstance(paths, os.PathLike) else several(paths, "filepaths", "path")
    for path in given:
        if not isinstance(path, str | os.PathLike):
            raise TypeError(f"filepaths must be a path or a list of paths, not {shown(path)} in it")
    files = [Path(path).expanduser() for path in given]
    if not files:
        raise ValueError("filepaths names no file")
    seen: dict[str, Path] = {}
    for file in files:
        if not file.is_file():
            raise FileNotFoundError(f"there is no file {file}")
        if file.name in seen:
            raise ValueError(
                f"{seen[file.name]} and {file} have one name, which a measurement has once"
            )
        seen[file.name] = file
        if images:
            _require_image(file)
    return [Content(file.name, _media_type(file), partial(Body.of, file)) for file in files]


def _media_type(file: Path) -> str:
    return _IMAGES.get(file.suffix[1:].lower(), (_ANYTHING,))[0]


def _require_image(file: Path) -> None:
    kind = file.suffix[1:].lower()
    if kind not in _IMAGES:
        raise ValueError(f"{file} is no image by its name: {', '.join(_IMAGES)} are")
    with file.open("rb") as opened:
        head = opened.read(16)
    is_kind = head.startswith(_IMAGES[kind][1]) and (kind != "webp" or head[_WEBP] == b"WEBP")
    if not is_kind:
        raise ValueError(f"{file} is called {kind}, and its content is no {kind}")


def _write(frame: pl.DataFrame, target: IO[bytes]) -> None:
    frame.write_parquet(
        target, compression="zstd", row_group_size=_ROWS_OF_A_GROUP, statistics=True
    )
