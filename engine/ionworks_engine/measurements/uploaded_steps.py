"""Steps that came with a series: held against it, and completed by what it tells of them."""

from __future__ import annotations

from typing import Any

import polars as pl
from polars import selectors as cs

from ionworks_engine.measurements.series import COUNTS, STEP, RefusedSeriesError, is_whole
from ionworks_engine.measurements.steps import CYCLE, IN_CYCLE, WHOLE, with_cycle_amounts


def overlaid(derived: pl.DataFrame, uploaded: pl.DataFrame) -> pl.DataFrame:
    """Return uploaded steps, completed by what was derived from the series.

    Parameters
    ----------
    derived
        The steps of the series.
    uploaded
        Steps of the same count; their columns come first and as they are, but for NaN, which
        becomes null.

    Raises
    ------
    RefusedSeriesError
        If they are not the steps of the series, a value is infinite, a number of a step, a cycle
        or a row is not whole, or a step is of no cycle.
    """
    _refuse_odd_columns(uploaded, derived)
    uploaded = uploaded.with_columns(cs.float().fill_nan(None))
    _refuse_infinite(uploaded)
    if STEP not in uploaded.columns:
        raise RefusedSeriesError(
            f"steps.parquet has no column {STEP!r}, which says what step of the series each row "
            f"is; it has {uploaded.columns}"
        )
    given, expected = uploaded[STEP].to_list(), derived[STEP].to_list()
    if given != expected:
        raise RefusedSeriesError(_other_steps(given, expected))
    _refuse_odd_counts(uploaded)
    missing = set(derived.columns) - set(uploaded.columns) - set(IN_CYCLE.values())
    steps = uploaded.with_columns(derived.select(n for n in derived.columns if n in missing))
    counts = [n for n in (*WHOLE, *COUNTS) if n in steps.columns and is_whole(steps[n])]
    return with_cycle_amounts(steps.with_columns(pl.col(counts).cast(pl.Int64)))


def _refuse_odd_columns(uploaded: pl.DataFrame, derived: pl.DataFrame) -> None:
    plain = cs.numeric() | cs.string() | cs.boolean() | cs.by_dtype(pl.Null)
    known = {name: dtype.is_numeric() for name, dtype in derived.schema.items()}
    for name, dtype in uploaded.schema.items():
        wanted = "numbers, texts and truth values"
        if name in known:
            wanted = "numbers" if known[name] else "texts"
        odd = name not in cs.expand_selector(uploaded, plain)
        if odd or (dtype != pl.Null and dtype.is_numeric() != known.get(name, dtype.is_numeric())):
            message = f"Column {name!r} of steps.parquet holds {dtype}; it is for {wanted}"
            raise RefusedSeriesError(message)


def _refuse_infinite(uploaded: pl.DataFrame) -> None:
    for column in uploaded.select(cs.float()):
        if rows := column.is_infinite().arg_true().to_list():
            raise RefusedSeriesError(
                f"[value_infinite] Column {column.name!r} of steps.parquet is infinite in row "
                f"{rows[0]}; null says that a value is not known"
            )


def _refuse_odd_counts(uploaded: pl.DataFrame) -> None:
    for name in WHOLE:
        if name in uploaded.columns and not is_whole(uploaded[name]):
            row, value = next(
                (row, value)
                for row, value in enumerate(uploaded[name])
                if value is not None
                and not is_whole(pl.Series([value], dtype=uploaded[name].dtype))
            )
            raise RefusedSeriesError(
                f"Column {name!r} of steps.parquet holds {value!r} in row {row}; it is for whole "
                "numbers"
            )
    if CYCLE in uploaded.columns and (rows := uploaded[CYCLE].is_null().arg_true().to_list()):
        raise RefusedSeriesError(
            f"Column {CYCLE!r} of steps.parquet is null in row {rows[0]}; name the cycle of each "
            "step, or leave the column out"
        )


def _other_steps(given: list[Any], expected: list[Any]) -> str:
    start = f"steps.parquet has {len(given)} rows, the series {len(expected)} steps"
    pairs = enumerate(zip(given, expected, strict=False))
    row = next((at for at, (mine, other) in pairs if mine != other), None)
    if row is None:
        return f"{start}: give one row for each step, in order"
    return (
        f"{start}: row {row} is step {given[row]!r} where the series has step {expected[row]!r}; "
        f"give one row for each {STEP!r} of the series, in order"
    )
