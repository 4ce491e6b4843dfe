"""Maccor's tables with commas, whose reader passes over the row below the names of the columns."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from ionworks.measurements.cycler_text import CyclerText
from ionworks.measurements.decimals import is_number

__all__ = ["with_row_of_units"]

_NAMED = "Step"
_HEAD_AT_MOST = 1000
_HAS_UNIT = re.compile(r"\[[^\]]+\]\s*$")


@contextmanager
def with_row_of_units(file: Path, reader: str, text: CyclerText | None) -> Iterator[Path]:
    """Give a file with a row of units below the names, if its reader would take data for it.

    Parameters
    ----------
    file
        The file as the readers take it.
    reader
        Its format.
    text
        What it shows as text; what was changed is added to it.
    """
    place = _place(file) if reader == "maccor" and file.suffix.lower() == ".csv" and text else None
    if place is None or text is None:
        yield file
        return
    text.translated.append("an empty row of units was put below the names of the columns")
    with tempfile.TemporaryDirectory(prefix="ionworks-") as folder:
        copy = Path(folder, file.name)
        with (
            file.open(encoding="utf-8", newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as written,
        ):
            for number, line in enumerate(source):
                written.write(line)
                if number == place:
                    written.write("," * line.count(",") + "\n")
        yield copy


def _place(file: Path) -> int | None:
    """Return the row of the names, if no units are in it nor below it."""
    with file.open(encoding="utf-8") as opened:
        for number, (line, below) in enumerate(pairwise(opened)):
            names = [name.strip() for name in line.split(",")]
            if _NAMED in names:
                has_units = any(map(_HAS_UNIT.search, names))
                is_data = sum(is_number(one.strip().strip('"')) for one in below.split(",")) > 1
                return number if is_data and not has_units else None
            if number > _HEAD_AT_MOST:
                return None
    return None
