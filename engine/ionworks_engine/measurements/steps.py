"""The table of steps: one row for each stretch of rows with the same step count.

Grouping, spreads and the names of types are ionworksdata's. Amounts and means are our own: what
was not measured is null, not zero, and points that lie unevenly in time weigh by their time.

Amounts of a step
    what the cycler counted: last minus first value in the step; a count begins with 0 in each
    step, so without a value in the first row the last value is all of it
    else, and where current (for energies: power) was still measured after the last count, the
    trapezoid over time of max(I, 0) and max(-I, 0), of power likewise, within the step
    null where neither is known
Amounts of a cycle
    the sums of its steps; null where a step that took time has none, but for spectra, which are
    passed over
Means of a step
    over time: so mean current times duration is the charge that moved, discharge positive
Type of a step
    judged by these means, with ionworksdata's bounds: a frequency above 1e-8 Hz is a spectrum; a
    current below 1 mA is a rest (below a thousandth of the rated capacity in an hour, or without
    one below 1 % of the largest current of the series, if that is less); a spread of the current
    below 10 mA (a two-hundredth of the rated capacity in an hour, or 1 % of the largest current),
    of the voltage below 10 mV, of the power below 10 mW, in this order, says what was constant; a
    step without a measured current is of unknown type
Cycle of a step
    ``Cycle count`` as stated, gaps filled from the steps around them; without that column, or
    where it is not whole, counted from 0 with each change of ``Cycle count``, ``Cycle number`` or
    ``Cycle from cycler``, the first of them that is there; the cycler's own ``Cycle number`` and
    ``Cycle from cycler`` stand beside it
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

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
MEAN_CURRENT = "Mean current [A]"
_MEAN_FREQUENCY = "Mean frequency [Hz]"
_SPREAD = ("voltage [V]", "current [A]", "power [W]", "frequency [Hz]")
_FRAME = "Frame"
WHOLE = ("Start index", "End index", STEP, CYCLE)
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
    steps = _identified(working)
    steps = steps.with_columns(_gathered(working).drop(GROUP))
    steps = steps.with_columns(_types(steps, _bounds(working, rated_capacity)))
    return with_cycle_amounts(steps)


def with_cycle_amounts(steps: pl.DataFrame) -> pl.DataFrame:
    """Return steps with the amounts of the whole cycle beside their own."""
    return steps.with_columns(
        total(amount).over(CYCLE).alias(name)
        for amount, name in IN_CYCLE.items()
        if name not in steps.columns
    )


def total(column: str) -> pl.Expr:
    """Return the sum of a column of steps.

    It is null when nothing of it was measured, and when a step that took time lacks it: the rest
    would look like the whole.
    """
    known = ~lacking(column).any() & (pl.col(column).count() > 0)
    return pl.when(known).then(pl.col(column).sum())


def lacking(column: str) -> pl.Expr:
    """Return whether each step took time, is no spectrum, and lacks a value."""
    took_time = (pl.col(DURATION) > 0).fill_null(value=False)
    return took_time & pl.col(STEP_TYPE).ne_missing("EIS") & pl.col(column).is_null()


def _working(series: pl.DataFrame) -> pl.DataFrame:
    """Return a series with all columns that are needed, and the number of each row's step."""
    absent = [name for name in (TIME, VOLTAGE) if name not in series.columns]
    frame = series.with_columns(pl.lit(None, pl.Float64).alias(name) for name in absent)
    if STEP not in series.columns:
        frame = frame.with_columns(pl.lit(0, pl.Int64).alias(STEP))
    return frame.with_columns((pl.col(STEP).rle_id()).alias(GROUP))


def _identified(working: pl.DataFrame) -> pl.DataFrame:
    from ionworksdata import steps

    found = steps.identify(working.select(name for name in _NAMED_BY if name in working.columns))
    table = pl.DataFrame(found, schema=_schema(found[0], working))
    # Of what was not measured the spread is given as 0, as if it had been constant.
    return table.with_columns(
        pl.when(pl.col(f"Min {what}").is_not_null()).then(f"Std {what}").alias(f"Std {what}")
        for what in _SPREAD
    )


def _bounds(working: pl.DataFrame, rated_capacity: float | None) -> dict[str, float]:
    """Return below which current a step is a rest, and below which spread it is constant."""
    from ionworksdata import settings

    rest, spread = settings.get_rest_tol(), settings.get_current_std_tol()
    if rated_capacity:
        rest, spread = min(rest, rated_capacity / 1000), min(spread, rated_capacity / 200)
    elif CURRENT in working.columns and (largest := _largest(working)):
        rest, spread = min(rest, largest / 100), min(spread, largest / 100)
    return {"rest_tol": rest, "current_std_tol": spread}


def _largest(working: pl.DataFrame) -> float | None:
    largest: float | None = working.select(pl.col(CURRENT).abs().max()).item()
    return largest


def _types(steps: pl.DataFrame, bounds: Mapping[str, float]) -> pl.Series:
    """Name each step by its means over time; without a current only a spectrum has a name."""
    from ionworksdata.steps import infer_type

    known = pl.col(MEAN_CURRENT).is_not_null()
    spreads = [f"Std {what}" for what in _SPREAD]
    judged = steps.select(
        pl.col(_MEAN_FREQUENCY).fill_null(0.0),
        pl.col(MEAN_CURRENT).fill_null(math.nan),
        *(pl.when(known).then(name).fill_null(math.inf).alias(name) for name in spreads),
    )
    names = [infer_type(row, **bounds) for row in judged.iter_rows(named=True)]
    return pl.Series(STEP_TYPE, names, dtype=pl.String)


def _schema(row: Mapping[str, Any], working: pl.DataFrame) -> dict[str, pl.DataType]:
    """Return a type for each column of the steps, whatever stands in its first rows."""
    types: dict[str, pl.DataType] = {}
    for name in row:
        if name == STEP_TYPE:
            types[name] = pl.String()
        elif name in (*WHOLE, *COUNTS, _FRAME):
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
        *_extremes_of_power(working.columns),
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


def _extremes_of_power(columns: Iterable[str]) -> list[pl.Expr]:
    """Return the extremes of a power that was measured: ionworksdata takes voltage by current."""
    if POWER not in columns:
        return []
    power = pl.col(POWER)
    return [power.min().alias("Min power [W]"), power.max().alias("Max power [W]")]


def _counted(columns: Iterable[str]) -> Iterator[pl.Expr]:
    """Yield what the cycler counted in each step; null where it did not count to the end."""
    values = _values(set(columns))
    for source, amounts in _AMOUNTS_OF.items():
        for name in amounts:
            counted = _count(name, values.get(source)) if name in columns else pl.lit(None)
            yield counted.cast(pl.Float64).alias(name)


def _count(name: str, value: pl.Expr | None) -> pl.Expr:
    counts, row = pl.col(name), pl.int_range(pl.len())
    amount = counts.drop_nulls().last() - counts.first().fill_null(0.0)
    if value is None:
        return amount
    went_on = row.filter(value.is_not_null()).last() > row.filter(counts.is_not_null()).last()
    return pl.when(~went_on.fill_null(value=False)).then(amount)


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
    return [cycle.alias(CYCLE), *(firsts[name] for name in named if name != CYCLE)]
