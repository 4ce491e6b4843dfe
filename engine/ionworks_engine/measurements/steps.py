"""The table of steps: one row for each stretch of rows with the same step count.

Grouping, spreads and the naming of steps are ionworksdata's. Amounts and means are our own: what
was not measured is null, not zero, and points that lie unevenly in time weigh by their time.

Amounts of a step
    what the cycler counted: last minus first value in the step
    else the trapezoid over time of max(I, 0) and max(-I, 0), of power likewise, within the step
Means of a step
    over time: so mean current times duration is the charge that moved, discharge positive
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from polars import selectors as cs

from ionworks_engine.measurements.integrals import GROUP, over_steps
from ionworks_engine.measurements.series import (
    COUNTS,
    CURRENT,
    CYCLE_COLUMNS,
    FREQUENCY,
    POWER,
    STEP,
    TEMPERATURE,
    TIME,
    VOLTAGE,
    RefusedSeriesError,
)

DISCHARGE, CHARGE = "Discharge capacity [A.h]", "Charge capacity [A.h]"
DISCHARGE_ENERGY, CHARGE_ENERGY = "Discharge energy [W.h]", "Charge energy [W.h]"
CYCLE, STEP_TYPE, DURATION = "Cycle count", "Step type", "Duration [s]"
MEAN_TEMPERATURE = "Mean temperature [degC]"
AMOUNTS = (DISCHARGE, CHARGE, DISCHARGE_ENERGY, CHARGE_ENERGY)
IN_CYCLE = {
    CHARGE: "Cycle charge capacity [A.h]",
    DISCHARGE: "Cycle discharge capacity [A.h]",
    CHARGE_ENERGY: "Cycle charge energy [W.h]",
    DISCHARGE_ENERGY: "Cycle discharge energy [W.h]",
}
_AMOUNTS_OF = {CURRENT: (DISCHARGE, CHARGE), POWER: (DISCHARGE_ENERGY, CHARGE_ENERGY)}
_FRAME = "Frame"
_WHOLE = ("Start index", "End index", *COUNTS)
_NAMED_BY = (TIME, VOLTAGE, CURRENT, FREQUENCY, STEP, "Step from cycler", _FRAME)


def derive(series: pl.DataFrame, rated_capacity: float | None = None) -> pl.DataFrame:
    """Return the steps of a series in its stored form.

    Parameters
    ----------
    series
        The time series.
    rated_capacity
        Of the cell in A.h: below a thousandth of it per hour a step is a rest. Without it the
        largest current of the series is the measure.

    Returns
    -------
    polars.DataFrame
        One row a step: rows ``Start index`` to ``End index`` (inclusive), times in s, voltages in
        V, currents in A (positive: discharge), powers in W, frequencies in Hz, capacities in A.h,
        energies in W.h, step and cycle counts, and ``Step type``.

    Examples
    --------
    >>> hour = {"Time [s]": [0.0, 3600.0], "Current [A]": [2.0, 2.0], "Voltage [V]": [4.0, 3.0]}
    >>> derive(pl.DataFrame({**hour, "Step count": [0, 0]}))["Discharge capacity [A.h]"].to_list()
    [2.0]
    """
    working = _working(series)
    steps = _identified(working, rated_capacity)
    steps = steps.with_columns(_gathered(working).drop(GROUP))
    return with_cycle_amounts(steps)


def overlaid(derived: pl.DataFrame, uploaded: pl.DataFrame) -> pl.DataFrame:
    """Return uploaded steps, completed by what was derived from the series.

    Parameters
    ----------
    derived
        The steps of the series.
    uploaded
        Steps of the same count; their columns come first and as they are.

    Raises
    ------
    RefusedSeriesError
        If they are not the steps of the series.
    """
    finite = pl.when(cs.float().is_finite()).then(cs.float()).name.keep()
    uploaded = uploaded.with_columns(finite)
    _refuse_odd_columns(uploaded, derived)
    if STEP not in uploaded.columns:
        raise RefusedSeriesError(
            f"steps.parquet has no column {STEP!r}, which says what step of the series each row "
            f"is; it has {uploaded.columns}"
        )
    given, expected = uploaded[STEP].to_list(), derived[STEP].to_list()
    if given != expected:
        raise RefusedSeriesError(_other_steps(given, expected))
    missing = set(derived.columns) - set(uploaded.columns) - set(IN_CYCLE.values())
    steps = uploaded.with_columns(derived.select(n for n in derived.columns if n in missing))
    steps = steps.with_columns(cs.by_name(_WHOLE, require_all=False).cast(pl.Int64, strict=False))
    return with_cycle_amounts(steps)


def with_cycle_amounts(steps: pl.DataFrame) -> pl.DataFrame:
    """Return steps with the amounts of the whole cycle beside their own."""
    return steps.with_columns(
        total(amount).over(CYCLE).alias(name)
        for amount, name in IN_CYCLE.items()
        if name not in steps.columns
    )


def total(column: str) -> pl.Expr:
    """Return the sum of a column; null when nothing of it was measured."""
    return pl.when(pl.col(column).count() > 0).then(pl.col(column).sum())


def _working(series: pl.DataFrame) -> pl.DataFrame:
    """Return a series with all columns that are needed, and the number of each row's step."""
    absent = [name for name in (TIME, VOLTAGE) if name not in series.columns]
    frame = series.with_columns(pl.lit(None, pl.Float64).alias(name) for name in absent)
    if STEP not in series.columns:
        frame = frame.with_columns(pl.lit(0, pl.Int64).alias(STEP))
    return frame.with_columns((pl.col(STEP).rle_id()).alias(GROUP))


def _identified(working: pl.DataFrame, rated_capacity: float | None) -> pl.DataFrame:
    from ionworksdata import steps

    cell = {"ratings": {"capacity": {"value": rated_capacity, "unit": "A.h"}}}
    found = steps.identify(
        working.select(name for name in _NAMED_BY if name in working.columns),
        cell_spec=cell if rated_capacity else None,
    )
    return pl.DataFrame(found, schema=_schema(found[0], working))


def _schema(row: Mapping[str, Any], working: pl.DataFrame) -> dict[str, pl.DataType]:
    """Return a type for each column of the steps, whatever stands in its first rows."""
    types: dict[str, pl.DataType] = {}
    for name in row:
        if name == STEP_TYPE:
            types[name] = pl.String()
        elif name in (*_WHOLE, _FRAME):
            own = working.schema.get(name, pl.Int64())
            types[name] = pl.Int64() if own == pl.Null else own
        else:
            types[name] = pl.Float64()
    return types | {"Start index": pl.Int64(), "End index": pl.Int64()}


def _gathered(working: pl.DataFrame) -> pl.DataFrame:
    """Return, for each step in turn, what ionworksdata does not give or gives otherwise."""
    gathered = working.group_by(GROUP, maintain_order=True).agg(
        pl.col(TIME).min().alias("Start time [s]"),
        pl.col(TIME).max().alias("End time [s]"),
        (pl.col(TIME).max() - pl.col(TIME).min()).alias(DURATION),
        *_counted(working.columns),
    )
    gathered = gathered.with_columns(_cycles(working))
    for column, value in _values(set(working.columns)).items():
        found = over_steps(working, value)
        above, below = _AMOUNTS_OF.get(column, (None, None))
        gathered = gathered.with_columns(
            found["mean"].alias(f"Mean {column[0].lower()}{column[1:]}"),
            *([pl.col(above).fill_null(found["above"])] if above else []),
            *([pl.col(below).fill_null(found["below"])] if below else []),
        )
    return gathered


def _values(columns: set[str]) -> dict[str, pl.Expr]:
    """Return what of a series has a mean over time, and how it is told."""
    values = {name: pl.col(name) for name in (VOLTAGE, CURRENT, POWER, TEMPERATURE)}
    found = {name: value for name, value in values.items() if name in columns}
    if {VOLTAGE, CURRENT} <= columns:
        found.setdefault(POWER, values[VOLTAGE] * values[CURRENT])
    return found


def _counted(columns: Iterable[str]) -> Iterable[pl.Expr]:
    """Yield what the cycler counted in each step; null where it counted nothing."""
    for name in AMOUNTS:
        values = pl.col(name).drop_nulls() if name in columns else None
        empty = pl.lit(None, pl.Float64)
        yield (empty if values is None else values.last() - values.first()).alias(name)


def _cycles(working: pl.DataFrame) -> list[pl.Series]:
    """Return the cycle of each step: as stated, or counted from changes; without a word, 0."""
    named = [name for name in CYCLE_COLUMNS if name in working.columns]
    firsts = working.group_by(GROUP, maintain_order=True).agg(
        pl.col(name).drop_nulls().first() for name in named
    )
    cycle = pl.zeros(firsts.height, pl.Int64, eager=True)
    if named:
        stated = firsts[named[0]].fill_null(strategy="forward").fill_null(strategy="backward")
        whole = named[0] == CYCLE and stated.dtype.is_integer()
        cycle = (stated if whole else stated.rle_id().cast(pl.Int64)).fill_null(0)
    kept = [firsts["Cycle from cycler"]] if "Cycle from cycler" in named else []
    return [cycle.alias(CYCLE), *kept]


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
