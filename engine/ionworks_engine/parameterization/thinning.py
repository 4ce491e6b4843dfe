"""Curves with fewer points and the same shape: the ends, and every extreme of every stretch.

A curve drawn from what is kept looks as if nothing had been left out: each stretch of rows gives
the rows at which one of its columns is least or greatest. Where these are fewer rows than may be
kept, others between them fill up. No point is moved or averaged.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl


def windowed(frame: pl.DataFrame, x: str, low: float | None, high: float | None) -> pl.DataFrame:
    """Return the rows whose ``x`` lies between two bounds, which belong to it.

    Examples
    --------
    >>> frame = pl.DataFrame({"Time [s]": [0.0, 1.0, 2.0, 3.0]})
    >>> windowed(frame, "Time [s]", 1, 2)["Time [s]"].to_list()
    [1.0, 2.0]
    """
    if low is not None:
        frame = frame.filter(pl.col(x) >= low)
    return frame if high is None else frame.filter(pl.col(x) <= high)


def thinned(frame: pl.DataFrame, points: int, x: str) -> pl.DataFrame:
    """Return so many rows: the first, the last, extremes of what stands over ``x``, and others.

    Parameters
    ----------
    frame
        Columns of numbers; gaps are null.
    points
        How many rows, at least 2; a shorter frame is returned as it is.
    x
        The column that the others are drawn over: it gives no extremes of its own.

    Examples
    --------
    >>> time = list(range(1000))
    >>> frame = pl.DataFrame({"t": time, "u": [9.0 if t == 617 else 0.0 for t in time]})
    >>> kept = thinned(frame, 10, "t")
    >>> kept.height, kept["u"].max(), kept["t"][0], kept["t"][-1]
    (10, 9.0, 0, 999)
    """
    if frame.height <= points:
        return frame
    drawn = [name for name in frame.columns if name != x] or [x]
    # Where there is room for the extremes of some columns only, the first ones have it.
    drawn = drawn[: (points - 2) // 2]
    stretches = (points - 2) // (2 * len(drawn)) if drawn else 0
    inner = range(1, frame.height - 1)
    rows = _extremes(frame[drawn], inner, stretches) if stretches else []
    kept = np.array([0, *rows, frame.height - 1])
    return frame[np.union1d(kept, _between(kept, points - len(kept)))]


def _between(kept: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.intp]:
    """Return so many of the rows that are not kept, spread evenly among them."""
    others = np.delete(np.arange(kept[-1]), kept[:-1])
    return others[(2 * np.arange(count) + 1) * others.size // (2 * count)]


def _extremes(frame: pl.DataFrame, rows: range, stretches: int) -> list[int]:
    """Return the rows at which a column is least or greatest within its stretch, in order."""
    numbered = [pl.int_range(rows.start, rows.stop).alias("row")]
    values = frame[rows.start : rows.stop]
    columns = [column.cast(pl.Float64).fill_nan(None) for column in values]
    table = pl.DataFrame([column.alias(f"y{i}") for i, column in enumerate(columns)])
    table = table.with_columns(numbered)
    stretch = (pl.col("row") - rows.start) * stretches // len(rows)
    places = [
        pl.col("row").get(at).alias(f"{i}{end}")
        for i in range(len(columns))
        for end, at in (("least", pl.col(f"y{i}").arg_min()), ("most", pl.col(f"y{i}").arg_max()))
    ]
    found = table.group_by(stretch.alias("stretch")).agg(places).drop("stretch")
    return sorted({row for column in found for row in column if row is not None})
