"""What was decided while the file of a cycler was read, in words for the measurement's notes.

What may have gone wrong is a warning, too.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ionworks.measurements.cycler_files import (
    CURRENT,
    TIME,
    VOLTAGE,
    WITHOUT_HEADER,
    current_is_reversed,
)
from ionworks.measurements.decimals import with_points, without_thousands
from ionworks.measurements.mapped_units import unit_of

if TYPE_CHECKING:
    import polars as pl

    from ionworks.measurements.cycler_files import CyclerFile

__all__ = ["notes_on", "start_of"]

_MOMENTS = ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%d %H:%M:%S")
_SAYS_WHEN = re.compile(r"(?i)\b(date|start\w*|begin\w*)\b.*\d")
_LOST = 1.0
_MOST_NAMES, _LONGEST_NAME = 20, 60
_FACTORS = (1.0, 1e-3, 1e-6, 60.0, 3600.0)
_SAME, _ENDS = 1e-6, 2


def notes_on(
    file: CyclerFile, how: str, series: pl.DataFrame, turned: bool, start: str | None
) -> list[str]:
    """Return what was decided while a file was read, a sentence or two each.

    Parameters
    ----------
    file
        The file.
    how
        Where its format is known from.
    series
        What was read.
    turned
        Whether the current was turned round once more.
    start
        What `start_of` says; ``None`` if the user gave the start.
    """
    return [
        f"Read from {file.path.name} as {file.reader} ({how}) with ionworksdata "
        f"{version('ionworksdata')}: {_counted(file, series)}.",
        *_about_text(file, series),
        *_about_sign(file, series, turned),
        *_about_lost_time(file, series),
        *([start] if start else []),
    ]


def start_of(file: CyclerFile, header: dict[str, Any]) -> str | None:
    """Settle the start that a file tells, in its header, and return what to say of it.

    A day without a time is no start: that of the first row of the same day is taken, or none.
    """
    zone = file.options.get("timezone")
    read_as = f"read as {zone or 'UTC, for want of a timezone in the options'}"
    start = header.pop("start_time", None)
    if start is None:
        lines = file.text.preamble if file.text else ()
        said = next((line for line in lines if _SAYS_WHEN.search(line)), None)
        if said is None or file.reader in WITHOUT_HEADER:
            return None
        shown = " ".join(said.split())[:120]
        return f"When the test began was not understood from {shown!r}: it has no start_time."
    local = start.astimezone(ZoneInfo(zone) if zone else UTC)
    if file.reader == "maccor" and local.time() == datetime.min.time():
        first = _moment_in(file.text.first if file.text else (), local)
        if first is None:
            day = f"{local:%Y-%m-%d}"
            return f"The file tells the day of the test, {day}, but no time: it has no start_time."
        start = first.replace(tzinfo=local.tzinfo).astimezone(start.tzinfo)
        read_as += ", from its first row"
    header["start_time"] = start.isoformat()
    return f"The start, {header['start_time']}, is that in the file, {read_as}."


def _moment_in(row: Iterable[str], day: datetime | None = None) -> datetime | None:
    """Return the first moment in a row; with a day, the first of that day."""
    moments = filter(None, map(_moment, row))
    return next((one for one in moments if day is None or one.date() == day.date()), None)


def _moment(text: str) -> datetime | None:
    for form in _MOMENTS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _counted(file: CyclerFile, series: pl.DataFrame) -> str:
    """Say how much of a file was read; warn if rows of a text file were left out."""
    rows = f"{series.height:,} rows"
    if file.text is None:
        return rows
    missing = file.text.rows - series.height
    if missing > 0:
        warnings.warn(
            f"{file.path.name}: {missing:,} of its {file.text.rows:,} rows were left out, as "
            "readers do with rows that have no current or no voltage; to keep such rows as not "
            "measured, read the file yourself and use create",
            UserWarning,
            stacklevel=2,
        )
    were = "row of data was" if missing == 1 else "rows of data were"
    left_out = f"; {missing:,} {were} left out" if missing > 0 else ""
    return f"{rows} of {file.text.lines:,} lines{left_out}"


def _about_text(file: CyclerFile, series: pl.DataFrame) -> Iterator[str]:
    if file.text is None:
        return
    for change in file.text.translated:
        yield f"To be read, {change} in a copy; the file itself is as it was."
    columns = _not_kept(file, series)
    if columns:
        yield (
            f"Not kept under their own names are {_some(columns)}. Kept are "
            f"{_some(series.columns)}, which may hold what is in them. To keep more, name them in "
            "column_mappings."
        )


def _not_kept(file: CyclerFile, series: pl.DataFrame) -> list[str]:
    """Return the columns of a text that are not found again in what was read."""
    text = file.text
    if text is None:
        return []
    known = {*series.columns, *file.column_mappings}
    free = [name for name, kind in series.schema.items() if kind.is_numeric()]
    missing = []
    for place, column in enumerate(text.columns):
        if not column or column in known:
            continue
        ends = [_number(row[place]) for row in (text.first, text.last) if place < len(row)]
        kept = _found(column, ends, series.select(free))
        if kept is None:
            missing.append(column)
        else:
            free.remove(kept)
    return missing


def _found(column: str, ends: Sequence[float | None], series: pl.DataFrame) -> str | None:
    """Return which column has the first and the last number of one of the file, in its unit."""
    unit = unit_of(column)
    numbers = [number for number in ends if number is not None]
    if unit is None or len(numbers) < _ENDS or not series.height:
        return None
    first, last = numbers
    for kept in series.columns:
        same = unit_of(kept)
        start, end = series[kept][0], series[kept][-1]
        if same is None or same.quantity != unit.quantity or None in (start, end):
            continue
        begun = first if kept == TIME else 0.0
        pairs = ((first - begun, start), (last - begun, end))
        if any(all(_agree(a * factor, b) for a, b in pairs) for factor in _FACTORS):
            return kept
    return None


def _agree(one: float, other: float) -> bool:
    """Whether two numbers are the same but for their sign."""
    return math.isclose(abs(one), abs(other), rel_tol=_SAME, abs_tol=_SAME)


def _number(text: str) -> float | None:
    for plain in (without_thousands(text), with_points(text)):
        with suppress(ValueError):
            return float(plain)
    return None


def _some(columns: Sequence[str]) -> str:
    """Return the first of many names, and of each its beginning."""
    shown = ", ".join(_begun(column) for column in columns[:_MOST_NAMES])
    more = len(columns) - _MOST_NAMES
    return f"{shown} and {more:,} more" if more > 0 else shown


def _begun(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}..."


def _about_sign(file: CyclerFile, series: pl.DataFrame, turned: bool) -> list[str]:
    """Say what is known about the direction of the current; warn if the data do not tell it."""
    if not {TIME, VOLTAGE, CURRENT} <= set(series.columns) or not _flows(series):
        return []
    again = ", which turned it round again after a look at each step" if turned else ""
    if current_is_reversed(series, sign=-1):
        return [f"Positive current is discharge, as ionworksdata determined{again}."]
    doubt = (
        f"{file.path.name}: the voltage does not tell whether positive current is discharge; it is "
        "taken to be, as ionworksdata reads the file. Look at the signs of a known step"
    )
    warnings.warn(doubt, UserWarning, stacklevel=2)
    return [f"{doubt}."]


def _flows(series: pl.DataFrame) -> bool:
    largest = series[CURRENT].cast(float).fill_nan(None).abs().max()
    return bool(largest)


def _about_lost_time(file: CyclerFile, series: pl.DataFrame) -> list[str]:
    """Say what is known of Repower's times, which begin anew in each step."""
    if file.reader != "repower" or file.text is None:
        return []
    began, ended = _moment_in(file.text.first), _moment_in(file.text.last)
    if began is None or ended is None:
        return []
    span = (ended - began).total_seconds()
    read = series[TIME].cast(float).to_numpy().max()
    if span - read < _LOST:
        return []
    return [
        "Its times begin anew in each step, and what passed between two steps is not in them: "
        f"they come to {read:,.0f} s, its System Time to {span:,.0f} s."
    ]
