"""One number or time becomes JSON, or is refused by its place in the payload."""

from __future__ import annotations

import math
from datetime import date

__all__ = ["PayloadError", "finite", "place", "time_text"]

_GAPS = (
    "; what was not measured is None, or an empty cell in a file; for a frame of pandas "
    "frame.astype(object).where(frame.notna(), None). A column that nothing reads can be left out"
)


class PayloadError(ValueError):
    """A value that cannot be sent, named by its path in the payload."""


def finite(value: float, path: str) -> float:
    """Return a number that JSON has.

    Raises
    ------
    PayloadError
        For NaN and infinity, saying how a gap is written where it stands in a column.
    """
    if math.isfinite(value):
        return value
    is_in_column = path.endswith("]") and path[:-1].rpartition("[")[2].isdigit()
    raise PayloadError(
        f"{place(path)} is {value}: only finite numbers can be sent{_GAPS if is_in_column else ''}"
    )


def time_text(value: date, path: str) -> str:
    """Return a time in ISO 8601; the one of pandas that is none is refused."""
    if value != value:  # pandas has a time that is none, and calls it a datetime
        raise PayloadError(f"{place(path)} is {value}: only times that are can be sent")
    return value.isoformat()


def place(path: str) -> str:
    """Return how a path is called in messages."""
    return path or "the payload"
