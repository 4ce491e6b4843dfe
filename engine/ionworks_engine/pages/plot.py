"""Voltage and current of a run as a drawing: points, ticks and units, no plotting library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

WIDTH, LEFT, RIGHT, TOP, PANEL, GAP, BOTTOM = 440, 46, 18, 18, 104, 30, 40
"""``LEFT`` is wider where labels are long."""
TIME, DRAWN = "Time [s]", ("Voltage [V]", "Current [A]")
_BUCKETS = 400
_TICKS = 5
_TIME_UNITS = (("s", 1.0, 300.0), ("min", 60.0, 10800.0), ("h", 3600.0, 345600.0))
_LONG_UNIT = ("d", 86400.0)
_DIGIT, _BESIDE = 8.5, 8
"""How wide a digit can be, at the size on a phone, and what is left free beside a label."""
_PLAIN = (1e-3, 1e5)
"""Magnitudes that are written without a power of ten."""
_NOISE, _RELATIVE_NOISE, _BEYOND = 1e-12, 1e-9, 1e300
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, in units of the drawing, and what stands beside it."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One quantity over time."""

    label: str
    top: float
    bottom: float
    points: str
    ticks: Sequence[Tick]


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing; all places in units of its own, the origin at the upper left."""

    panels: Sequence[Panel]
    time_label: str
    time_ticks: Sequence[Tick]
    width: int
    height: int
    left: int
    right: int


class _CannotDrawError(Exception):
    """What there is instead of a drawing."""


def draw(path: Path) -> Plot | str:
    """Draw a stored time series; return why not when that is impossible.

    Files in the store never change, so a drawing of one is kept. A reason is not: a file that
    cannot be read may be there a moment later.

    Parameters
    ----------
    path
        A Parquet file with ``Time [s]``, and ``Voltage [V]`` or ``Current [A]`` or both.
    """
    try:
        return _drawn(path)
    except _CannotDrawError as reason:
        return str(reason)


@lru_cache(maxsize=4)
def _drawn(path: Path) -> Plot:
    try:
        names = pl.read_parquet_schema(path).keys()
        shown = [name for name in DRAWN if name in names]
        if TIME not in names or not shown:
            raise _CannotDrawError("This run has no voltage or current over time.")
        frame = pl.read_parquet(path, columns=[TIME, *shown]).cast(pl.Float64)
    except (OSError, pl.exceptions.PolarsError):
        raise _CannotDrawError("The file of this run cannot be read.") from None
    frame = frame.filter(pl.all_horizontal(pl.all().is_between(-_BEYOND, _BEYOND)))
    if frame.is_empty():
        raise _CannotDrawError("This run has no points.")
    return _plot(frame, shown)


@dataclass(frozen=True, slots=True)
class _Axis:
    """What is shown of a quantity: from where to where, and which values are named, and how."""

    name: str
    label: str
    low: float
    high: float
    marks: Sequence[tuple[float, str]]


def _plot(frame: pl.DataFrame, shown: Sequence[str]) -> Plot:
    axes = [_axis(frame, name) for name in shown]
    longest = max(len(text) for axis in axes for _, text in axis.marks)
    left = max(LEFT, math.ceil(_BESIDE + _DIGIT * longest))
    start, end = _limits(frame[TIME])
    unit, seconds = _time_unit(end - start)
    across = _Scale(start, end, left, WIDTH - RIGHT)
    panels = [
        _panel(frame, axis, across, TOP + number * (PANEL + GAP))
        for number, axis in enumerate(axes)
    ]
    ticks = [
        Tick(across(t * seconds), text) for t, text in ticks_in(start / seconds, end / seconds)
    ]
    height = TOP + len(shown) * (PANEL + GAP) - GAP + BOTTOM
    return Plot(panels, f"Time [{unit}]", ticks, WIDTH, height, left, WIDTH - RIGHT)


def _axis(frame: pl.DataFrame, name: str) -> _Axis:
    low, high = _limits(frame[name])
    margin = 0.05 * (high - low)
    low, high = low - margin, high + margin
    power = _power(max(abs(low), abs(high)))
    times = 10.0**power
    marks = [(value * times, text) for value, text in ticks_in(low / times, high / times)]
    written = f"[10{str(power).translate(_SUPERSCRIPTS)} " if power else "["
    return _Axis(name, name.replace("[", written), low, high, marks)


def _power(magnitude: float) -> int:
    """Return the power of ten that stands beside an axis, a multiple of 3."""
    least, most = _PLAIN
    return 0 if least <= magnitude < most else 3 * math.floor(math.log10(magnitude) / 3)


def _panel(frame: pl.DataFrame, axis: _Axis, across: _Scale, top: float) -> Panel:
    up = _Scale(axis.low, axis.high, top + PANEL, top)
    thinned = _thinned(frame.select(TIME, axis.name), axis.name)
    points = " ".join(f"{across(t):.1f},{up(y):.1f}" for t, y in thinned.iter_rows())
    marks = [Tick(up(y), text) for y, text in axis.marks]
    return Panel(axis.label, top, top + PANEL, points, marks)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Maps values to places, linearly."""

    low: float
    high: float
    at_low: float
    at_high: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.at_low + share * (self.at_high - self.at_low)


def _limits(values: pl.Series) -> tuple[float, float]:
    """Return least and greatest; of a constant, what lies around it."""
    low, high = float(values.min()), float(values.max())  # type: ignore[arg-type]
    magnitude = max(abs(low), abs(high))
    if high - low > max(_NOISE, _RELATIVE_NOISE * magnitude):
        return low, high
    around = 0.5 * (magnitude if magnitude > _NOISE else 1)
    return low - around, high + around


def _thinned(series: pl.DataFrame, name: str) -> pl.DataFrame:
    """Keep of each short span of time its first and last rows and its extremes: no peak is lost."""
    if series.height <= 4 * _BUCKETS:
        return series
    time, value, row = pl.col(TIME), pl.col(name), pl.col("row")
    span = (time.max() - time.min()) / _BUCKETS
    kept = (
        series.with_row_index("row")
        .group_by(((time - time.min()) / span).floor())
        .agg(
            first=row.first(),
            last=row.last(),
            least=row.get(value.arg_min()),
            most=row.get(value.arg_max()),
        )
        .unpivot(["first", "last", "least", "most"])["value"]
        .unique()
        .sort()
    )
    return series[kept]


def _time_unit(span: float) -> tuple[str, float]:
    for name, seconds, longest in _TIME_UNITS:
        if span <= longest:
            return name, seconds
    return _LONG_UNIT


def ticks_in(low: float, high: float) -> list[tuple[float, str]]:
    """Return round values between two, a handful, each with its text.

    Examples
    --------
    >>> [text for _, text in ticks_in(2.41, 4.2)]
    ['2.5', '3.0', '3.5', '4.0']
    """
    raw = (high - low) / _TICKS
    power = math.floor(math.log10(raw))
    step = next(m for m in (1, 2, 5, 10) if m * 10.0**power >= raw) * 10.0**power
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(n * step, f"{n * step + 0.0:.{decimals}f}") for n in range(first, last + 1)]
