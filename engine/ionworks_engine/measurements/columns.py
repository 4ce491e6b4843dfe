"""Tables as JSON can hold them: lists by column."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl
from polars import selectors as cs

from ionworks_engine.measurements import sizes

MOST_JSON = 64 << 20
"""Bytes that a table may have in JSON, about."""
JSON_NUMBER = 20
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def as_json(tables: Mapping[str, pl.DataFrame]) -> bytes:
    """Return tables by name as they are answered; nothing if that is too long to be sent."""
    if any(_length(table) > MOST_JSON for table in tables.values()):
        return b""
    return _encode({name: as_columns(table) for name, table in tables.items()}).encode()


def as_columns(frame: pl.DataFrame) -> dict[str, list[Any]]:
    """Return a frame as JSON can hold it.

    Examples
    --------
    >>> as_columns(pl.DataFrame({"Mean current [A]": [1.0, float("nan")]}))
    {'Mean current [A]': [1.0, None]}
    """
    floats = cs.float()
    finite = pl.when(floats.is_finite()).then(floats).name.keep()
    if any(dtype.is_decimal() for dtype in frame.dtypes):
        frame = frame.with_columns(cs.decimal().cast(pl.Float64))
    return {column.name: _as_list(column) for column in frame.with_columns(finite)}


def _as_list(column: pl.Series) -> list[Any]:
    """Return numbers, texts and truth values as they are, anything else as a text."""
    values, dtype = column.to_list(), column.dtype
    if dtype.is_numeric() or dtype in (pl.String, pl.Boolean, pl.Null):
        return values
    moments = dtype.is_temporal() and dtype != pl.Duration
    return [v if v is None else v.isoformat() if moments else str(v) for v in values]


def _length(table: pl.DataFrame) -> int:
    return table.width * table.height * JSON_NUMBER + sizes.text_bytes(table)
