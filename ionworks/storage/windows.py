"""A part of a table: which columns and rows are meant, and what of a Parquet file holds them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ionworks.requests import several, shown
from ionworks.storage.thinning import TIME, thinned

if TYPE_CHECKING:
    import polars as pl

__all__ = ["UnreadableError", "Window"]

_SMALL = 4 << 20


class UnreadableError(Exception):
    """What was taken for a table is none, or is cut off."""


@dataclass(frozen=True)
class Window:
    """The part of a table that a call asks for.

    Attributes
    ----------
    columns
        Names, in the order wanted; ``None`` for all.
    rows
        First row and the one after the last; ``None`` for the end.
    times
        First and last ``Time [s]``, both included; ``None`` for all rows, timed or not.
    max_points
        How many rows at most.
    """

    columns: tuple[str, ...] | None = None
    rows: tuple[int, int | None] = (0, None)
    times: tuple[float, float] | None = None
    max_points: int | None = None

    @classmethod
    def of(
        cls,
        columns: Sequence[str] | None = None,
        row_range: tuple[int | None, int | None] | None = None,
        time_range: tuple[float | None, float | None] | None = None,
        max_points: int | None = None,
    ) -> Window:
        """Return what was asked for, checked.

        Raises
        ------
        ValueError
            If a range is not one, or no column is named, or one twice.
        TypeError
            If something is not of its kind.

        Examples
        --------
        >>> from ionworks.storage.windows import Window
        >>> Window.of(["Voltage [V]"], time_range=(None, 3600)).times
        (-inf, 3600.0)
        """
        if max_points is not None and _whole("max_points", max_points) < 2:
            raise ValueError(f"max_points must be 2 or more, not {max_points}")
        return cls(_columns(columns), _rows(row_range), _times(time_range), max_points)

    @property
    def is_everything(self) -> bool:
        """Whether every byte of the table is needed."""
        return self.columns is None and self.rows == (0, None) and self.times is None

    def check(self, known: Sequence[str]) -> None:
        """Refuse columns that the table does not have.

        Raises
        ------
        ValueError
            Naming those that are near.
        """
        wanted = self.columns or ()
        unknown = next((name for name in wanted if name not in known), None)
        if unknown is not None:
            near = get_close_matches(unknown, known, n=3)
            hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise ValueError(f"there is no column {unknown!r}{hint} There are: {', '.join(known)}")
        if self.times is not None and TIME not in known:
            raise ValueError(f"time_range needs the column {TIME!r}, which is not there")

    def needed(self, known: Sequence[str]) -> list[str]:
        """Return the columns to read: those wanted, and the time if rows are chosen by it."""
        wanted = list(known if self.columns is None else self.columns)
        return wanted if self.times is None or TIME in wanted else [*wanted, TIME]

    def of_file(self, source: Path | bytes) -> pl.DataFrame:
        """Return this part of a Parquet file, by its path or its bytes.

        Raises
        ------
        UnreadableError
            If it is none.
        """
        import polars as pl

        try:
            if self.is_everything:
                return self._thinned(pl.read_parquet(_at_hand(source), glob=False))
            frame = pl.scan_parquet(source, glob=False)
            self.check(frame.collect_schema().names())
            start, stop = self.rows
            frame = frame.slice(start, None if stop is None else stop - start)
            return self._thinned(self._chosen(frame).collect())
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            raise UnreadableError(str(error)) from error

    def rows_of(self, frame: pl.DataFrame, first_row: int) -> pl.DataFrame:
        """Return the rows of this part in a frame that begins at a row of the table."""
        start, stop = self.rows
        begin = max(0, start - first_row)
        return frame.slice(begin, None if stop is None else max(0, stop - first_row - begin))

    def finished(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return this part of a frame that has no other rows than `rows_of`."""
        return self._thinned(self._chosen(frame.lazy()).collect())

    def _chosen(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        import polars as pl

        if self.times is not None:
            frame = frame.filter(pl.col(TIME).is_between(*self.times))
        return frame if self.columns is None else frame.select(self.columns)

    def _thinned(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame if self.max_points is None else thinned(frame, self.max_points)


def _at_hand(source: Path | bytes) -> Path | bytes:
    """Return a small file as its bytes: polars takes a third longer for one by its path."""
    is_small = isinstance(source, Path) and source.stat().st_size <= _SMALL
    return source.read_bytes() if isinstance(source, Path) and is_small else source


def _columns(columns: Sequence[str] | None) -> tuple[str, ...] | None:
    if columns is None:
        return None
    names = tuple(several(columns, "columns", "name"))
    if not names:
        raise ValueError("columns names no column: leave it out for all of them")
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"columns must be names, not {shown(name)}")
        if names.count(name) > 1:
            raise ValueError(f"columns names {name!r} twice")
    return names


def _rows(row_range: Iterable[Any] | None) -> tuple[int, int | None]:
    if row_range is None:
        return 0, None
    start, stop = _pair("row_range", row_range)
    first = 0 if start is None else _whole("row_range", start)
    last = None if stop is None else _whole("row_range", stop)
    if first < 0 or (last is not None and last < first):
        raise ValueError(
            f"row_range must be (first, after the last), from 0 on, not {shown(row_range)}"
        )
    return first, last


def _times(time_range: Iterable[Any] | None) -> tuple[float, float] | None:
    if time_range is None:
        return None
    start, stop = _pair("time_range", time_range)
    first = -math.inf if start is None else _number("time_range", start)
    last = math.inf if stop is None else _number("time_range", stop)
    if not first <= last:
        raise ValueError(f"time_range must be (first, last) in s, not {shown(time_range)}")
    return first, last


def _pair(name: str, value: Iterable[Any]) -> tuple[Any, Any]:
    try:
        start, stop = value
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a pair, (first, last), not {shown(value)}") from None
    return start, stop


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be of whole numbers, not {shown(value)}")
    number: int = value.__index__()
    return number


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be of numbers, not {shown(value)}")
    return float(value)
