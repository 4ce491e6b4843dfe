"""One column of data as users have it, a list, an array or a series, as a series of polars.

What the libraries fail with does not leave this module: each failure names the column.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import polars as pl

__all__ = ["as_column", "is_pandas", "storable"]

_UNITS = {"M": ("D", "ms", "us", "ns"), "m": ("ms", "us", "ns")}
"""Units of numpy's times and durations that polars takes as they are."""

_LARGE = ("Int128", "UInt128")
"""Types that polars alone writes, and other readers of Parquet fail at."""


def is_pandas(data: object, kind: str) -> bool:
    """Whether this is a pandas object of a kind; pandas is loaded by whoever made one."""
    return any(
        base.__module__.split(".")[0] == "pandas" and base.__name__ == kind
        for base in type(data).__mro__
    )


def as_column(name: str, values: Any, what: str) -> pl.Series:
    """Return values as a column; whole numbers among others become floats.

    Parameters
    ----------
    name
        Of the column.
    values
        A list, an array or a series.
    what
        What the data are called in errors.

    Raises
    ------
    TypeError
        Naming the column and what is in it, if that cannot stand in one.

    Examples
    --------
    >>> from ionworks.validators.conversion import as_column
    >>> as_column("Time [s]", [0, None, 1.5], "time_series").to_list()
    [0.0, None, 1.5]
    """
    import polars as pl

    is_single = isinstance(values, str | bytes) or getattr(values, "ndim", 1) == 0
    is_many = isinstance(values, Sequence | pl.Series) or hasattr(values, "__array__")
    if is_single or not is_many:
        raise TypeError(
            f"column {name!r} of {what} must be a list or an array of values, "
            f"not {type(values).__name__}"
        )
    if any(is_pandas(values, kind) for kind in ("Series", "Index", "ExtensionArray")):
        column = _of_pandas(name, values)
    else:
        column = _of_values(name, values)
    if column is None:
        kinds = sorted({type(value).__name__ for value in values if not _is_missing(value)})
        if len(kinds) > 1:
            raise TypeError(
                f"column {name!r} of {what} mixes what cannot stand together: {', '.join(kinds)}"
            )
        raise _held_by_no_table(name, what, kinds or [str(values.dtype)])
    return column


def storable(frame: pl.DataFrame, what: str) -> pl.DataFrame:
    """Return a frame as it is, since it can be written as Parquet.

    Raises
    ------
    TypeError
        Naming a column that cannot be, and what it holds.
    """
    for name, dtype in frame.schema.items():
        if not _is_storable(dtype):
            held = {type(value).__name__ for value in frame[name] if value is not None}
            raise _held_by_no_table(name, what, sorted(held) or [str(dtype)])
    return frame


def _held_by_no_table(name: str, what: str, kinds: list[str]) -> TypeError:
    return TypeError(
        f"column {name!r} of {what} holds what no table can: {', '.join(kinds)}. Real numbers of "
        "up to 64 bits, texts, times, and lists of these can stand in one"
    )


def _is_storable(dtype: Any) -> bool:
    import polars as pl

    if isinstance(dtype, pl.Struct):
        return bool(dtype.fields) and all(_is_storable(field.dtype) for field in dtype.fields)
    if isinstance(dtype, pl.List | pl.Array):
        return _is_storable(dtype.inner)
    return bool(dtype != pl.Object) and str(dtype) not in _LARGE


def _of_pandas(name: str, values: Any) -> pl.Series | None:
    """Make a column of what pandas holds, in whatever type of its own."""
    import pandas as pd
    import polars as pl

    series = pd.Series(values)
    if isinstance(series.dtype, np.dtype):
        return _of_values(name, series.to_numpy())
    try:
        column = pl.from_pandas(series, nan_to_null=False)
    except (Exception, pl.exceptions.PanicException):
        return None
    assert isinstance(column, pl.Series)
    return column.alias(name)


def _of_values(name: str, values: Any) -> pl.Series | None:
    import polars as pl

    if isinstance(values, np.ndarray):
        values = list(values) if values.dtype.kind == "O" else _in_known_unit(values)
    column = _tried(name, values)
    if column is not None or not isinstance(values, list | tuple):
        return column
    gaps = [None if _is_missing(value) else value for value in values]
    column = _tried(name, gaps)
    if column is not None or len({type(value) for value in gaps} - {type(None)}) < 2:
        return column
    return _tried(name, gaps, pl.Float64)


def _tried(name: str, values: Any, dtype: Any = None) -> pl.Series | None:
    """Make a column, if polars can: it fails in many ways, with what it calls a panic, too."""
    import polars as pl

    try:
        column = pl.Series(name, values, dtype=dtype)
    except (Exception, pl.exceptions.PanicException):
        return None
    return column if _is_storable(column.dtype) else None


def _is_missing(value: Any) -> bool:
    """Whether a value says that there is none."""
    return value is None or (
        type(value).__name__ in {"NAType", "NaTType"}
        and type(value).__module__.startswith("pandas")
    )


def _in_known_unit(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return times of a unit that polars does not know in ms, if nothing is lost by it."""
    kind = values.dtype.kind
    if kind not in _UNITS:
        return values
    unit, count = np.datetime_data(values.dtype)
    has_no_length = kind == "m" and unit in {"Y", "M"}
    if has_no_length or (count == 1 and unit in _UNITS[kind]):
        return values
    try:
        known = values.astype(f"{kind}8[ms]")
        is_same = bool(((known.astype(values.dtype) == values) | np.isnat(values)).all())
    except (TypeError, ValueError, OverflowError):
        return values
    return known if is_same else values
