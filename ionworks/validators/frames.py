"""Data as users have it, polars, pandas or a dict of columns, as one kind of frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ionworks.errors import MeasurementValidationError
from ionworks.validators.issues import IssueCode, ValidationIssue, listed

if TYPE_CHECKING:
    import polars as pl

__all__ = ["as_frame", "without_nan"]

_ACCEPTED = "a polars or pandas DataFrame or a dict of columns"


def as_frame(data: Any, what: str = "time_series") -> pl.DataFrame:
    """Return measured data as a polars frame, whatever it came in.

    Nothing is renamed, dropped or guessed. NaN stays NaN; what pandas or a list holds as
    missing (``None``, ``pandas.NA``) becomes null. A named pandas index becomes a column.

    Parameters
    ----------
    data
        A polars or pandas frame, or a dict of columns of one length.
    what
        What the data are called in errors.

    Raises
    ------
    TypeError
        If it is none of these, or a column holds what no frame can.
    ValueError
        If the columns of a dict are not of one length.
    MeasurementValidationError
        If two columns have the same name.

    Examples
    --------
    >>> from ionworks.validators import as_frame
    >>> as_frame({"Time [s]": [0, 1.5], "Step count": [0, 0]}).dtypes
    [Float64, Int64]
    """
    import polars as pl

    if isinstance(data, pl.DataFrame):
        return data
    if isinstance(data, pl.LazyFrame):
        raise TypeError(f"{what} is a polars LazyFrame, which holds no data yet: call .collect()")
    if isinstance(data, Mapping):
        return _from_mapping(data, what)
    if _is_pandas(data, "DataFrame"):
        return _from_pandas(data, what)
    raise TypeError(f"{what} must be {_ACCEPTED}, not {type(data).__name__}")


def without_nan(frame: pl.DataFrame) -> pl.DataFrame:
    """Write every NaN as null: not measured.

    Examples
    --------
    >>> import polars as pl
    >>> from ionworks.validators import without_nan
    >>> without_nan(pl.DataFrame({"SOC": [0.5, float("nan")]})).to_series().to_list()
    [0.5, None]
    """
    from polars import selectors

    return frame.with_columns(selectors.float().fill_nan(None))


def without_non_finite(frame: pl.DataFrame) -> pl.DataFrame:
    """Write every NaN and every infinite value as null."""
    import polars as pl
    from polars import selectors

    floats = selectors.float()
    return frame.with_columns(pl.when(floats.is_finite()).then(floats))


def duplicates(names: Iterable[str]) -> list[ValidationIssue]:
    """Find the names that are given to more than one column."""
    return [
        ValidationIssue(
            IssueCode.DUPLICATE_COLUMN,
            f"{count} columns are named {name!r}: each name may stand once.",
            payload={"column": name, "count": count},
        )
        for name, count in Counter(names).items()
        if count > 1
    ]


def is_frame(data: object) -> bool:
    """Whether this is a polars or a pandas frame."""
    import polars as pl

    return isinstance(data, pl.DataFrame) or _is_pandas(data, "DataFrame")


def _is_pandas(data: object, kind: str) -> bool:
    """Whether this is a pandas object of a kind; pandas is loaded by whoever made one."""
    return any(
        base.__module__.split(".")[0] == "pandas" and base.__name__ == kind
        for base in type(data).__mro__
    )


def _holds_objects(values: Any) -> bool:
    """Whether an array or a pandas series holds Python objects, of whatever types."""
    return getattr(getattr(values, "dtype", None), "kind", "") == "O" and isinstance(
        values.dtype, np.dtype
    )


def _from_mapping(data: Mapping[Any, Any], what: str) -> pl.DataFrame:
    import polars as pl

    columns = {str(name): _column(str(name), values, what) for name, values in data.items()}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        counted = ", ".join(f"{name!r}: {length}" for name, length in lengths.items())
        raise ValueError(f"the columns of {what} must have one length, but have {counted}")
    return pl.DataFrame(columns)


def _from_pandas(data: Any, what: str) -> pl.DataFrame:
    import polars as pl

    names = [name for name in data.index.names if name is not None]
    if names and not set(names) & set(data.columns):
        data = data.reset_index(names)
    labels = [str(name) for name in data.columns]
    if found := duplicates(labels):
        raise MeasurementValidationError(f"{what} cannot be used:\n{listed(found)}", found)
    return pl.DataFrame(
        [_pandas_column(label, data[name], what) for label, name in zip(labels, data, strict=True)]
    )


def _pandas_column(name: str, values: Any, what: str) -> pl.Series:
    import polars as pl

    if values.dtype.kind in "fiub" and not hasattr(values.dtype, "na_value"):
        return pl.Series(name, values.to_numpy())
    if _holds_objects(values):
        from pandas import NA

        return _column(name, [None if value is NA else value for value in values], what)
    try:
        column = pl.from_pandas(values, nan_to_null=False)
    except Exception as error:
        raise TypeError(f"column {name!r} of {what} cannot be read: {error}") from error
    assert isinstance(column, pl.Series)
    return column.alias(name)


def _column(name: str, values: Any, what: str) -> pl.Series:
    """Make a column of a list, an array or a series; whole numbers and others become floats."""
    import polars as pl

    if isinstance(values, str | bytes) or not (
        isinstance(values, Sequence | pl.Series) or hasattr(values, "__array__")
    ):
        raise TypeError(
            f"column {name!r} of {what} must be a list or an array of values, "
            f"not {type(values).__name__}"
        )
    if _is_pandas(values, "Series"):
        return _pandas_column(name, values, what)
    if _holds_objects(values):
        values = list(values)
    try:
        return pl.Series(name, values)
    except (TypeError, pl.exceptions.PolarsError):
        pass
    try:
        return pl.Series(name, values, dtype=pl.Float64)
    except (TypeError, pl.exceptions.PolarsError) as error:
        kinds = ", ".join(sorted({type(value).__name__ for value in values}))
        raise TypeError(
            f"column {name!r} of {what} mixes what cannot stand together: {kinds}"
        ) from error
