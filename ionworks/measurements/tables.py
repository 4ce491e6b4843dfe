"""Tables of steps and cycles, as the server answers them.

A table is the same whichever call brought it: what JSON cannot tell apart (a column of nulls, a
number without a fraction) is put right by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ionworks.errors import ConnectionFailedError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["column_table"]

_COUNTS = frozenset(
    {
        "Step count",
        "Cycle count",
        "Step from cycler",
        "Cycle from cycler",
        "Start index",
        "End index",
        "Frame",
    }
)


def column_table(columns: Any, what: str) -> pl.DataFrame:
    """Return a table that came as JSON: lists by column, or a single row as values by column.

    Counts are whole numbers; what has a unit in its name, and what is nowhere known, are floats.

    Raises
    ------
    ConnectionFailedError
        If it is no table.

    Examples
    --------
    >>> from ionworks.measurements.tables import column_table
    >>> column_table({"Step count": [0, 1], "Duration [s]": [600, None]}, "steps").dtypes
    [Int64, Float64]
    """
    import polars as pl

    if not isinstance(columns, Mapping):
        raise ConnectionFailedError(f"the server sent {what} that are no table: {columns!r:.60}")
    is_row = columns and not any(isinstance(values, list) for values in columns.values())
    try:
        return pl.DataFrame(
            {
                name: _column(name, [values] if is_row else values)
                for name, values in columns.items()
            }
        )
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as error:
        raise ConnectionFailedError(
            f"the server sent {what} that cannot be read as a table: {error}"
        ) from error


def _column(name: str, values: list[Any]) -> pl.Series:
    import polars as pl

    if "[" in name:
        return pl.Series(name, values, dtype=pl.Float64)
    column = pl.Series(name, values, strict=False)
    if name in _COUNTS and _is_whole(column):
        return column.cast(pl.Int64)
    return column.cast(pl.Float64) if column.dtype == pl.Null else column


def _is_whole(column: pl.Series) -> bool:
    import polars as pl

    if column.dtype.is_float():
        return bool((column == column.round()).all())
    return column.dtype.is_integer() or column.dtype == pl.Null
