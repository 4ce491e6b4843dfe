"""The table of cycles: what the steps of each cycle come to.

Columns are those of ``ionworksdata.cycle_metrics``, and the cycler's own numbers of the cycles. The
sums are our own for three reasons: an amount that was not measured is null here, not zero, and
tables without one (impedance, open circuit) have cycles, too; a rest with a trace of current is no
discharge; and a mean temperature is weighted with the time in which temperature was measured.

A sum is null when one of its steps took time and was not measured: the rest would look like the
whole. So are then the efficiencies of that cycle, and the throughput from there on. Spectra are
passed over.
"""

from __future__ import annotations

import polars as pl

from ionworks_engine.measurements.steps import (
    AMOUNTS,
    CHARGE,
    CHARGE_ENERGY,
    CYCLE,
    DISCHARGE,
    DISCHARGE_ENERGY,
    DURATION,
    MEAN_CURRENT,
    MEAN_TEMPERATURE,
    STEP_TYPE,
    lacking,
    total,
)

_NO_DIRECTION = ("Rest", "EIS")
_NUMBERS = ("Cycle number", "Cycle from cycler")
_GAP = "__gap"


def derive(steps: pl.DataFrame) -> pl.DataFrame:
    """Return the cycles of a table of steps, in the order of their counts.

    Parameters
    ----------
    steps
        As `steps.derive` gives them.

    Returns
    -------
    polars.DataFrame
        One row a cycle: ``Cycle count``, and where a step has one the cycler's own ``Cycle
        number`` and ``Cycle from cycler``; capacities in A.h, energies in W.h, currents in A (of
        discharge positive, of charge negative; means of the steps' means, weighted by duration),
        times in s. Efficiencies, retention and fade are ratios; retention is relative to the first
        cycle. What cannot be formed, as an efficiency without a charge, is null.

    Examples
    --------
    >>> from ionworks_engine.measurements import steps
    >>> hour = {"Time [s]": [0.0, 3600.0, 3601.0, 7201.0], "Voltage [V]": [4.0, 3.0, 3.0, 4.0]}
    >>> current = {"Current [A]": [1.98, 1.98, -2.0, -2.0], "Step count": [0, 0, 1, 1]}
    >>> derive(steps.derive(pl.DataFrame(hour | current)))["Coulombic efficiency"].round(6).item()
    0.99
    """
    numbers = [name for name in _NUMBERS if name in steps.columns and steps[name].count()]
    cycles = steps.group_by(CYCLE).agg(
        *(pl.col(name).drop_nulls().first() for name in numbers),
        *(total(name) for name in AMOUNTS),
        *(lacking(name).any().alias(_GAP + name) for name in AMOUNTS),
        pl.col("Min voltage [V]").min(),
        pl.col("Max voltage [V]").max(),
        pl.col("Start time [s]").min(),
        total(DURATION).alias("Cycle duration [s]"),
        *_of_direction("discharge", pl.col(MEAN_CURRENT) > 0),
        *_of_direction("charge", pl.col(MEAN_CURRENT) < 0),
        *_mean_temperature(steps.columns),
    )
    return (
        cycles.sort(CYCLE)
        .with_columns(
            _ratio(pl.col(DISCHARGE), pl.col(CHARGE)).alias("Coulombic efficiency"),
            _ratio(pl.col(DISCHARGE_ENERGY), pl.col(CHARGE_ENERGY)).alias("Energy efficiency"),
            *_retained("Capacity", DISCHARGE),
            *_retained("Energy", DISCHARGE_ENERGY),
            _throughput(DISCHARGE, CHARGE).alias("Capacity throughput [A.h]"),
            _throughput(DISCHARGE_ENERGY, CHARGE_ENERGY).alias("Energy throughput [W.h]"),
        )
        .select(_order(numbers, with_temperature=MEAN_TEMPERATURE in cycles.columns))
    )


def _of_direction(word: str, goes_there: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    mine = goes_there & ~pl.col(STEP_TYPE).is_in(_NO_DIRECTION)
    current, duration = pl.col(MEAN_CURRENT).filter(mine), pl.col(DURATION).filter(mine)
    mean = _ratio((current * duration).sum(), duration.sum())
    known = ~lacking(MEAN_CURRENT).any() & (duration.count() > 0)
    return (
        mean.alias(f"Mean {word} current [A]"),
        pl.when(known).then(duration.sum()).alias(f"{word.capitalize()} duration [s]"),
    )


def _mean_temperature(columns: list[str]) -> list[pl.Expr]:
    if MEAN_TEMPERATURE not in columns:
        return []
    weight = pl.col(DURATION).filter(pl.col(MEAN_TEMPERATURE).is_not_null())
    warmth = (pl.col(MEAN_TEMPERATURE) * pl.col(DURATION)).sum()
    mean = pl.coalesce(_ratio(warmth, weight.sum()), pl.col(MEAN_TEMPERATURE).mean())
    return [mean.alias(MEAN_TEMPERATURE)]


def _ratio(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    return pl.when(below > 0).then(above / below)


def _retained(word: str, amount: str) -> tuple[pl.Expr, pl.Expr]:
    kept = _ratio(pl.col(amount), pl.col(amount).first())
    return kept.alias(f"{word} retention"), (1 - kept).alias(f"{word} fade")


def _throughput(discharge: str, charge: str) -> pl.Expr:
    gap = pl.any_horizontal(_GAP + discharge, _GAP + charge).cum_max()
    return pl.when(~gap).then((pl.col(discharge) + pl.col(charge)).cum_sum())


def _order(numbers: list[str], *, with_temperature: bool) -> list[str]:
    return [
        *(CYCLE, *numbers),
        *AMOUNTS,
        *("Coulombic efficiency", "Energy efficiency"),
        *("Capacity retention", "Capacity fade", "Energy retention", "Energy fade"),
        *("Min voltage [V]", "Max voltage [V]", "Start time [s]", "Cycle duration [s]"),
        *("Discharge duration [s]", "Charge duration [s]"),
        *("Mean discharge current [A]", "Mean charge current [A]"),
        *([MEAN_TEMPERATURE] if with_temperature else []),
        *("Capacity throughput [A.h]", "Energy throughput [W.h]"),
    ]
