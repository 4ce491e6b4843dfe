"""Rules about single values and columns: what is there, is numeric, and is finite."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ionworks.validators.columns import (
    CURRENT,
    SERIES_NUMBERS,
    STEP_COUNT,
    TIME,
    VOLTAGE,
    is_eis_row,
    is_numeric,
    near,
)
from ionworks.validators.issues import IssueCode, ValidationIssue

if TYPE_CHECKING:
    import polars as pl

__all__ = ["find_missing", "find_non_numbers", "find_not_numeric", "has_no_rows", "left_unsaid"]

_TELLS_OF_NAN = {
    IssueCode.TIME_MISSING_ON_NON_EIS_ROW: TIME,
    IssueCode.STEP_COUNT_NON_SEQUENTIAL: STEP_COUNT,
}


def has_no_rows(frame: pl.DataFrame, what: str) -> list[ValidationIssue]:
    """Refuse a table without rows."""
    if frame.height:
        return []
    return [
        ValidationIssue(
            IssueCode.NO_ROWS,
            f"The {what} has no rows.",
            payload={"available_columns": frame.columns},
        )
    ]


def find_missing(frame: pl.DataFrame, required: Iterable[str]) -> list[ValidationIssue]:
    """Name the columns that must be there and are not."""
    names = frame.columns
    issues = []
    for wanted in required:
        if wanted in names:
            continue
        close = near(wanted, [name for name in names if name not in SERIES_NUMBERS])
        meant = f" Was {' or '.join(map(repr, close))} meant?" if close else ""
        issues.append(
            ValidationIssue(
                IssueCode.REQUIRED_COLUMN_MISSING,
                f"There is no column {wanted!r}.{meant} Available columns: {names}",
                payload={"column": wanted, "near": close, "available_columns": names},
            )
        )
    return issues


def find_not_numeric(frame: pl.DataFrame, columns: Iterable[str]) -> list[ValidationIssue]:
    """Name the columns that must hold numbers and hold something else."""
    issues = []
    for name in columns:
        if name not in frame.columns:
            continue
        column = frame[name]
        if is_numeric(column):
            continue
        row = _first(column.is_not_null())
        shown = "" if row is None else f", such as {column[row]!r} in row {row}"
        issues.append(
            ValidationIssue(
                IssueCode.COLUMN_NOT_NUMERIC,
                f"{name!r} must hold numbers, but is of type {column.dtype}{shown}.",
                payload={
                    "column": name,
                    "dtype": str(column.dtype),
                    "row_index": row,
                    "observed": None if row is None else str(column[row]),
                },
            )
        )
    return issues


def find_non_numbers(frame: pl.DataFrame, of: str = "") -> list[ValidationIssue]:
    """Find infinite values anywhere, and NaN where a value must be a number or not measured.

    Parameters
    ----------
    of
        Whose columns these are, for the messages; empty for the time series.
    """
    core = (TIME, CURRENT, VOLTAGE, STEP_COUNT)
    issues = []
    for column in frame:
        if not column.dtype.is_float():
            continue
        if column.is_infinite().any():
            issues.append(_infinite(column, of))
        if column.name in core and column.is_nan().any():
            issues += _not_a_number(column, is_eis_row(frame), of)
    return issues


def left_unsaid(
    found: list[ValidationIssue], broken: list[ValidationIssue]
) -> list[ValidationIssue]:
    """Leave out the NaN that a broken rule tells of: one value is one issue."""
    told = {_TELLS_OF_NAN[issue.code] for issue in broken if issue.code in _TELLS_OF_NAN}
    return [
        issue
        for issue in found
        if issue.code != IssueCode.VALUE_NOT_A_NUMBER or issue.payload["column"] not in told
    ]


def _infinite(column: pl.Series, of: str) -> ValidationIssue:
    mask = column.is_infinite()
    row, count = _first(mask), int(mask.sum())
    assert row is not None
    return ValidationIssue(
        IssueCode.VALUE_INFINITE,
        f"{column.name!r}{of} is infinite in row {row} and {count} row(s) in all: a value must be "
        "finite, or null where nothing was measured.",
        payload={
            "column": column.name,
            "row_index": row,
            "observed": str(column[row]),
            "num_rows": count,
        },
    )


def _not_a_number(column: pl.Series, is_eis: Any, of: str) -> list[ValidationIssue]:
    rows = np.flatnonzero(column.is_nan().fill_null(value=False).to_numpy() & ~is_eis)
    if not rows.size:
        return []
    row = int(rows[0])
    remedy = (
        "it must be a number in every row"
        if column.name in (TIME, STEP_COUNT)
        else "where nothing was measured, write null"
    )
    return [
        ValidationIssue(
            IssueCode.VALUE_NOT_A_NUMBER,
            f"{column.name!r}{of} is NaN in row {row} and {rows.size} row(s) in all: {remedy}.",
            payload={"column": column.name, "row_index": row, "num_rows": rows.size},
        )
    ]


def _first(mask: pl.Series) -> int | None:
    return mask.arg_max() if mask.any() else None
