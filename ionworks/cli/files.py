"""Files that commands read and write: looked at before the work, written whole or not at all."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ionworks.cli.failures import FailedError

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "STDIN",
    "check_picture",
    "check_table",
    "read_text",
    "save_picture",
    "save_table",
    "write_whole",
]

STDIN = "-"
_TABLES = (".parquet", ".csv")
_PICTURES = (".png", ".svg", ".pdf", ".jpg", ".webp")
_DOTS_PER_INCH = 150


def read_text(path: Path) -> str:
    """Return the text of a file; of ``-``, what the standard input gives.

    Raises
    ------
    ValueError
        If it is no UTF-8 text.
    """
    content = sys.stdin.buffer.read() if str(path) == STDIN else path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no UTF-8 text, from byte {error.start + 1} on") from None


def check_table(path: Path | None) -> None:
    """Refuse, before anything is computed, a place where no table can be saved.

    Raises
    ------
    ValueError
        If its ending is no format.
    FileNotFoundError, IsADirectoryError
        If its folder is absent, or it is a folder.
    """
    if path is not None:
        _check(path, _TABLES, "a table")


def check_picture(path: Path | None) -> None:
    """Refuse, before anything is computed, a place where no picture can be saved.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is missing.
    """
    if path is None:
        return
    _check(path, _PICTURES, "a picture")
    if find_spec("matplotlib") is None:
        raise ModuleNotFoundError("pictures need matplotlib: pip install 'ionworks-api[plot]'")


def save_table(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame in the format that the ending names."""
    write = frame.write_csv if path.suffix.lower() == ".csv" else frame.write_parquet
    write_whole(path, lambda aside: write(aside))


def save_picture(draw: Callable[[], Any], path: Path) -> None:
    """Write what a function draws: the figure of the axes that it returns."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    axes = draw()
    first = axes.flat[0] if hasattr(axes, "flat") else axes[0] if isinstance(axes, list) else axes
    figure = first.figure
    kind = path.suffix[1:].lower()
    write_whole(path, lambda aside: figure.savefig(aside, format=kind, dpi=_DOTS_PER_INCH))
    pyplot.close(figure)


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Have a file written aside, and give it its place when it is complete.

    Raises
    ------
    FailedError
        If it cannot be written; what was in its place before is still there.
    """
    aside = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        write(aside)
        aside.replace(path)
    except OSError as error:
        raise FailedError(f"{path} could not be written: {error.strerror or error}") from None
    finally:
        aside.unlink(missing_ok=True)


def _check(path: Path, endings: tuple[str, ...], what: str) -> None:
    if path.suffix.lower() not in endings:
        raise ValueError(f"{path}: {what} ends in {', '.join(endings[:-1])} or {endings[-1]}")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {path.parent}")
