"""How much a table holds, told before it is read: a small file can unpack to more than a memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from pyarrow import parquet

MOST_VALUES = 200_000_000
"""Values that one series may hold: 25 million rows of 8 columns, which take 3.5 GB to process."""
MOST_BYTES = 8 * MOST_VALUES
"""Bytes that they may unpack to: numbers have 8 each, texts share the rest."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What a Parquet file says of itself.

    ``values`` counts what lies in lists, too; ``size_bytes`` is that of its pages, uncompressed.
    """

    rows: int
    columns: int
    values: int
    size_bytes: int


def outline(path: Path) -> Outline:
    """Read what a Parquet file says of itself, and nothing else of it."""
    layout = parquet.ParquetFile(path).metadata
    groups = [layout.row_group(index) for index in range(layout.num_row_groups)]
    values = sum(
        group.column(index).num_values for group in groups for index in range(layout.num_columns)
    )
    size = sum(group.total_byte_size for group in groups)
    return Outline(layout.num_rows, layout.num_columns, values, size)


def text_bytes(frame: pl.DataFrame) -> int:
    """Return how long all texts are together: in memory, equal ones may share their letters.

    Examples
    --------
    >>> text_bytes(pl.DataFrame({"Time [s]": [0.0, 1.0], "Notes": [["rest", None], ["on"]]}))
    6
    """
    return sum(map(_length, frame))


def _length(column: pl.Series) -> int:
    dtype = column.dtype
    if dtype == pl.String:
        return _sum(column.str.len_bytes())
    if dtype == pl.Binary:
        return _sum(column.bin.size())
    if isinstance(dtype, pl.List | pl.Array):
        return _length(column.explode())
    if isinstance(dtype, pl.Struct):
        return text_bytes(column.struct.unnest())
    if not isinstance(dtype, pl.Categorical | pl.Enum):
        return 0
    # Each text is there once: it counts as often as it is meant.
    counted = column.value_counts(name="times")
    lengths = counted[column.name].cast(pl.String).str.len_bytes().cast(pl.Int64)
    return _sum(lengths * counted["times"])


def _sum(lengths: pl.Series) -> int:
    # Counted with 32 bits, 4 GiB would be none.
    return int(lengths.cast(pl.Int64).sum())
