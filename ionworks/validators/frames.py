"""Data as users have it, polars, pandas or a dict of columns, as one kind of frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ionworks.errors import MeasurementValidationError
from ionworks.validators.conversion import as_column, is_pandas, storable
from ionworks.validators.issues import IssueCode, ValidationIssue, listed

if TYPE_CHECKING:
    import polars as pl

__all__ = ["as_frame", "without_nan"]

_ACCEPTED = "a polars or pandas DataFrame or a dict of columns"


def as_frame(data: Any, what: str = "time_series") -> pl.DataFrame:
    """Return measured data as a polars frame, whatever it came in.

    Nothing is renamed, dropped or guessed. NaN stays NaN; what pandas or a list holds as
    missing (``None``, ``pandas.NA``) becomes null. What has a name in a pandas index becomes a
    column, unless there is a column of the same name and values.

    Parameters
    ----------
    data
        A polars or pandas frame, or a dict of columns of one length.
    what
        What the data are called in errors.

    Raises
    ------
    TypeError
        If it is none of these, or a column holds what no table can; it is named.
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
        return storable(data, what)
    if isinstance(data, pl.LazyFrame):
        raise TypeError(f"{what} is a polars LazyFrame, which holds no data yet: call .collect()")
    if isinstance(data, Mapping):
        return _from_mapping(data, what)
    if is_pandas(data, "DataFrame"):
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

    return isinstance(data, pl.DataFrame) or is_pandas(data, "DataFrame")


def _from_mapping(data: Mapping[Any, Any], what: str) -> pl.DataFrame:
    import polars as pl

    _refuse_duplicates([str(name) for name in data], what)
    columns = {str(name): as_column(str(name), values, what) for name, values in data.items()}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        counted = ", ".join(f"{name!r}: {length}" for name, length in lengths.items())
        raise ValueError(f"the columns of {what} must have one length, but have {counted}")
    return pl.DataFrame(columns)


def _from_pandas(data: Any, what: str) -> pl.DataFrame:
    """Take the columns, and what has a name in the index unless a column says the same."""
    import polars as pl

    levels = {
        str(name): data.index.get_level_values(level)
        for level, name in enumerate(data.index.names)
        if name is not None and not _is_repeated(data, name, level)
    }
    names = [str(name) for name in data.columns]
    _refuse_duplicates([*levels, *names], what)
    columns = {
        **levels,
        **{name: data.iloc[:, place] for place, name in enumerate(names)},
    }
    return pl.DataFrame({name: as_column(name, values, what) for name, values in columns.items()})


def _is_repeated(data: Any, name: Any, level: int) -> bool:
    """Whether a column of this name holds what a level of the index does."""
    import pandas as pd

    columns = [place for place, label in enumerate(data.columns) if label == name]
    values = data.index.get_level_values(level)
    return any(values.equals(pd.Index(data.iloc[:, place])) for place in columns)


def _refuse_duplicates(names: list[str], what: str) -> None:
    if found := duplicates(names):
        raise MeasurementValidationError(f"{what} cannot be used:\n{listed(found)}", found)
