"""Fewer rows for a picture: the same curve to the eye, with every spike.

The rows are cut into buckets of equal length. Of each bucket those rows stay in which a column has
its least and its greatest value; the first and the last row stay, too. Where these are fewer than
may stay, others fill up, evenly between them; where no column has values, or only the time has,
rows at equal distances stay. Nothing is averaged: each row that stays is a
row of the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["thinned"]

TIME = "Time [s]"


def thinned(frame: pl.DataFrame, max_points: int) -> pl.DataFrame:
    """Return so many rows, in their order, with every extreme of every bucket.

    Parameters
    ----------
    frame
        Rows in the order of time.
    max_points
        How many rows. A frame that has no more is returned as it is.

    Raises
    ------
    ValueError
        If there are so many columns that their extremes alone are more rows: two rows for each
        column of numbers besides ``Time [s]``, and two for the ends.

    Examples
    --------
    >>> import polars as pl
    >>> from ionworks.storage.thinning import thinned
    >>> frame = pl.DataFrame({"Time [s]": range(1000), "Voltage [V]": [4.0] * 1000})
    >>> frame[500, "Voltage [V]"] = 9.9
    >>> small = thinned(frame, 10)
    >>> len(small), small["Voltage [V]"].max()
    (10, 9.9)
    """
    import polars as pl

    if len(frame) <= max_points:
        return frame
    curves = [column.name for column in frame if column.name != TIME and _is_curve(column)]
    if not curves:
        last = len(frame) - 1
        return frame[[number * last // (max_points - 1) for number in range(max_points)]]
    buckets = (max_points - 2) // (2 * len(curves))
    if buckets < 1:
        least = 2 + 2 * len(curves)
        raise ValueError(
            f"max_points={max_points} cannot keep the extremes of {len(curves)} columns: it takes "
            f"{least} or more, or fewer columns=[...]"
        )
    extremes = _extremes(frame, curves, buckets)
    kept = pl.concat([extremes, pl.Series([0, len(frame) - 1], dtype=extremes.dtype)]).unique()
    return frame[pl.concat([kept, _between(kept, len(frame), max_points - len(kept))]).sort()]


def _between(kept: pl.Series, rows: int, count: int) -> pl.Series:
    """Return so many of the rows that are not kept, spread evenly among them."""
    import polars as pl

    every = pl.Series(range(rows), dtype=pl.Int64)
    others = every.filter(~every.is_in(kept.implode()))
    return others[[(2 * place + 1) * len(others) // (2 * count) for place in range(count)]]


def _is_curve(column: pl.Series) -> bool:
    return column.dtype.is_numeric() and column.null_count() < len(column)


def _extremes(frame: pl.DataFrame, curves: list[str], buckets: int) -> pl.Series:
    """Return in which rows the columns have their extremes; a bucket without values has none."""
    import polars as pl

    row = pl.int_range(pl.len(), dtype=pl.Int64)
    # By number: a column may have any name.
    values = [
        (pl.col(name).fill_nan(None) if frame.schema[name].is_float() else pl.col(name)).alias(
            str(number)
        )
        for number, name in enumerate(curves)
    ]
    found = (
        frame.lazy()
        .select(*values, row.alias("row"), (row * buckets // pl.len()).alias("bucket"))
        .group_by("bucket")
        .agg(
            pl.col("row").get(index, null_on_oob=True).alias(f"{end}{number}")
            for number in range(len(curves))
            for end, index in (
                ("<", pl.col(str(number)).arg_min()),
                (">", pl.col(str(number)).arg_max()),
            )
        )
        .drop("bucket")
        .collect()
    )
    return pl.concat(
        [pl.Series(dtype=pl.Int64), *(found[name].drop_nulls() for name in found.columns)]
    )
