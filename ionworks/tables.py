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

__all__ = ["column_table", "tidied"]

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

    Raises
    ------
    ConnectionFailedError
        If it is no table.
    """
    import polars as pl

    if not isinstance(columns, Mapping):
        raise ConnectionFailedError(f"the server sent {what} that are no table: {columns!r:.60}")
    is_row = columns and not any(isinstance(values, list) for values in columns.values())
    lists = {name: [value] for name, value in columns.items()} if is_row else columns
    try:
        return tidied(pl.DataFrame(lists, strict=False, infer_schema_length=None))
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        raise ConnectionFailedError(
            f"the server sent {what} that cannot be read as a table: {error}"
        ) from error


def tidied(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table of steps or cycles with the types that its columns always have.

    Counts are whole numbers, what has a unit and what is nowhere known are floats.
    """
    import polars as pl

    kinds = {column.name: _kind(column) for column in table.get_columns()}
    return table.with_columns(pl.col(name).cast(kind) for name, kind in kinds.items() if kind)


def _kind(column: pl.Series) -> Any:
    """Return the type that a column is to have, ``None`` if it has it or any may do."""
    import polars as pl

    if column.dtype != pl.Null and not column.dtype.is_numeric():
        return None
    if column.name in _COUNTS and _is_whole(column):
        return pl.Int64
    return pl.Float64 if column.dtype == pl.Null or "[" in column.name else None


def _is_whole(column: pl.Series) -> bool:
    if column.dtype.is_float():
        return bool((column == column.round()).all())
    return True
