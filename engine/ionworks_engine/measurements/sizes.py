"""How much a table holds, told before it is read: a small file can unpack to more than a memory."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from pyarrow import parquet

MOST_VALUES = 200_000_000
"""Values that one series may hold: 25 million rows of 8 columns, which take 5 GB to process."""
MOST_BYTES = 8 * MOST_VALUES
"""Bytes that they may unpack to: numbers have 8 each, texts share the rest."""


def outline(path: Path) -> tuple[pl.Schema, int]:
    """Return the columns of a Parquet file, and how many rows it says it has."""
    scanned = pl.scan_parquet(path, glob=False)
    return scanned.collect_schema(), scanned.select(pl.len()).collect().item()


def unpacked(path: Path) -> int:
    """Return how many bytes a Parquet file says its pages have, uncompressed."""
    layout = parquet.ParquetFile(path).metadata
    groups = (layout.row_group(index) for index in range(layout.num_row_groups))
    return sum(group.total_byte_size for group in groups)


def nested(schema: pl.Schema) -> list[str]:
    """Return the columns of which one row holds any number of values.

    Examples
    --------
    >>> nested(pl.Schema({"Time [s]": pl.Float64(), "Spectrum": pl.List(pl.Float64())}))
    ['Spectrum']
    """
    return [name for name, dtype in schema.items() if dtype.is_nested()]


def text_bytes(frame: pl.DataFrame) -> int:
    """Return how long all texts are together: in memory, equal ones may share their letters.

    Examples
    --------
    >>> text_bytes(pl.DataFrame({"Time [s]": [0.0, 1.0], "Note": ["rest", None]}))
    4
    """
    return sum(
        _length(column)
        for column in frame
        if column.dtype in (pl.String, pl.Binary, pl.Categorical, pl.Enum)
    )


def _length(column: pl.Series) -> int:
    if column.dtype == pl.Binary:
        return int(column.bin.size().sum())
    if column.dtype == pl.String:
        return int(column.str.len_bytes().sum())
    # Each text is there once: it counts as often as it is meant.
    counted = column.value_counts(name="times")
    lengths = counted[column.name].cast(pl.String).str.len_bytes()
    return int((lengths * counted["times"]).sum())
