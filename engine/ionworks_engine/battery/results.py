"""From the steps that were run to the two frames and the metrics.

``Time [s]`` starts at 0 and runs on over all steps. The last row of a step and the first row of
the next stand at the same time: the state before and after the switch. An impedance spectrum
takes no time: all its rows stand at the same time, one for each frequency, and only with one are
there columns for it. Capacities and energies count from the start of each step and are never
negative. ``SOC`` is a fraction: the state of charge at the start less the charge drawn since,
over the charge between the voltage limits at equilibrium (see
:mod:`ionworks_engine.battery.balance`); null where that is not known. ``Solver time [s]`` in
the metrics is what the solver alone took.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import polars as pl

from ionworks_engine.battery.interpreter import Failure, Ran
from ionworks_engine.battery.terms import (
    BACK,
    CAPACITIES,
    COUNTERS,
    CURRENT,
    EXTRA,
    OUT,
    TEMPERATURE,
    VOLTAGE,
    Floats,
)

TIME_SERIES = (
    "Time [s]",
    "Voltage [V]",
    "Current [A]",
    "Step count",
    "Cycle count",
    *CAPACITIES,
    "Power [W]",
    "Temperature [degC]",
    "SOC",
)
SPECTRUM = ("Frequency [Hz]", "Impedance real [Ohm]", "Impedance imaginary [Ohm]")
_WITHOUT_CURRENT = ("Rest", "Impedance spectrum")
_NOISE = 1e-12


@dataclass(frozen=True)
class Outcome:
    """What a run gave, whole or up to where it broke off.

    Parameters
    ----------
    time_series
        One row a stored time.
    steps
        One row a step.
    metrics
        Totals and a list of cycles, JSON-safe.
    error
        ``None``, or ``{"code", "message", "step"}`` of a run that broke off.
    """

    time_series: pl.DataFrame
    steps: pl.DataFrame
    metrics: dict[str, Any]
    error: dict[str, Any] | None


def outcome(
    ran: Sequence[Ran],
    extra: tuple[str, ...],
    usable_capacity: float,
    failure: Failure | None,
    solver_seconds: float,
) -> Outcome:
    """Collect the steps of a run.

    Parameters
    ----------
    ran
        The steps, in order.
    extra
        Names of the asked variables; they follow the standard columns.
    usable_capacity
        Charge in A.h between the voltage limits.
    failure
        Why the run broke off, if it did.
    solver_seconds
        Time that the solver took.
    """
    cleaned = [_without_noise(step) for step in ran]
    rows = _step_rows(cleaned, usable_capacity)
    error = None
    if failure is not None:
        error = {"code": failure.code, "message": failure.message, "step": failure.step}
    series = _time_series(cleaned, extra, usable_capacity)
    steps = pl.DataFrame(rows, schema=_STEP_SCHEMA)
    metrics = {**_metrics(rows), "Solver time [s]": solver_seconds}
    return Outcome(series, steps, metrics, error)


@dataclass(frozen=True)
class _Clean:
    """A step with counters that start at zero and never run back, and no current at rest."""

    ran: Ran
    rows: Floats

    @property
    def soc_drawn(self) -> Floats:
        return self.rows[:, OUT] - self.rows[:, BACK]


def _without_noise(ran: Ran) -> _Clean:
    rows = ran.rows.copy()
    counters = rows[:, COUNTERS]
    if ran.plan.kind in _WITHOUT_CURRENT:
        rows[:, CURRENT] = 0.0
        counters[:] = 0.0
    counters[np.abs(counters) < _NOISE] = 0.0
    np.maximum.accumulate(counters, axis=0, out=counters)
    return _Clean(ran, rows)


def _time_series(
    steps: Sequence[_Clean], extra: tuple[str, ...], usable_capacity: float
) -> pl.DataFrame:
    if not steps:
        empty = {name: pl.Series([], dtype=pl.Float64) for name in (*TIME_SERIES, *extra)}
        counts = {name: pl.Series([], dtype=pl.Int64) for name in ("Step count", "Cycle count")}
        return pl.DataFrame({**empty, **counts})
    lengths = [len(step.rows) for step in steps]
    rows = np.concatenate([step.rows for step in steps])
    soc = [step.ran.start_soc - step.soc_drawn / usable_capacity for step in steps]
    columns: dict[str, Any] = {
        "Time [s]": np.concatenate([step.ran.times for step in steps]),
        "Voltage [V]": rows[:, VOLTAGE],
        "Current [A]": rows[:, CURRENT],
        "Step count": np.repeat([step.ran.count for step in steps], lengths).astype(np.int64),
        "Cycle count": np.repeat([step.ran.cycle for step in steps], lengths).astype(np.int64),
        **{name: rows[:, OUT + place] for place, name in enumerate(CAPACITIES)},
        "Power [W]": rows[:, VOLTAGE] * rows[:, CURRENT],
        "Temperature [degC]": rows[:, TEMPERATURE],
        "SOC": pl.Series(np.concatenate(soc)).fill_nan(None),
        **{name: rows[:, EXTRA + place] for place, name in enumerate(extra)},
    }
    if any(step.ran.spectrum is not None for step in steps):
        columns.update(_spectra([step.ran for step in steps]))
    return pl.DataFrame(columns)


def _spectra(steps: Sequence[Ran]) -> dict[str, pl.Series]:
    """Return the columns of impedance spectra, null in the rows of all other steps."""
    parts = []
    for step in steps:
        part = np.full((len(step.rows), len(SPECTRUM)), np.nan)
        if step.spectrum is not None:
            part[:, 0] = step.spectrum.frequencies
            part[:, 1], part[:, 2] = step.spectrum.impedances.real, step.spectrum.impedances.imag
        parts.append(part)
    values = np.concatenate(parts)
    return {name: pl.Series(values[:, n]).fill_nan(None) for n, name in enumerate(SPECTRUM)}


def _step_rows(steps: Sequence[_Clean], usable_capacity: float) -> list[dict[str, Any]]:
    ends = accumulate(len(step.rows) for step in steps)
    return [_step_row(step, end, usable_capacity) for step, end in zip(steps, ends, strict=True)]


_FLOAT_COLUMNS = (
    "Start time [s]",
    "End time [s]",
    "Duration [s]",
    "Value",
    "Start voltage [V]",
    "End voltage [V]",
    "Min voltage [V]",
    "Max voltage [V]",
    "Mean voltage [V]",
    "Min current [A]",
    "Max current [A]",
    "Mean current [A]",
    "Mean power [W]",
    *CAPACITIES,
    "Start SOC",
    "End SOC",
    "Start temperature [degC]",
    "End temperature [degC]",
    "Max temperature [degC]",
)
_STEP_SCHEMA: dict[str, Any] = {
    **dict.fromkeys(("Step count", "Cycle count", "Start index", "End index"), pl.Int64),
    **dict.fromkeys(("Step type", "Step name", "Mode", "Unit", "Ended by"), pl.String),
    **dict.fromkeys(_FLOAT_COLUMNS, pl.Float64),
}


def _step_row(step: _Clean, end: int, usable_capacity: float) -> dict[str, Any]:
    ran, rows = step.ran, step.rows
    voltage, current, temperature = rows[:, VOLTAGE], rows[:, CURRENT], rows[:, TEMPERATURE]
    start_time, end_time = float(ran.times[0]), float(ran.times[-1])
    duration = end_time - start_time
    out, back, energy_out, energy_back = map(float, rows[-1, COUNTERS])

    def mean(integral: Any, otherwise: float) -> float:
        return float(integral * 3600 / duration if duration > 0 else otherwise)

    mean_voltage = np.trapezoid(voltage, ran.times) / 3600
    values = (
        start_time,
        end_time,
        duration,
        ran.plan.value,
        voltage[0],
        voltage[-1],
        voltage.min(),
        voltage.max(),
        mean(mean_voltage, voltage[0]),
        current.min(),
        current.max(),
        mean(out - back, current[0]),
        mean(energy_out - energy_back, current[0] * voltage[0]),
        *(out, back, energy_out, energy_back),
        ran.start_soc,
        ran.start_soc - (out - back) / usable_capacity,
        temperature[0],
        temperature[-1],
        temperature.max(),
    )
    return {
        "Step count": ran.count,
        "Cycle count": ran.cycle,
        "Start index": end - len(rows),
        "End index": end - 1,
        "Step type": ran.plan.kind,
        "Step name": ran.step.name,
        "Mode": ran.plan.mode,
        "Unit": ran.plan.unit,
        "Ended by": ran.ended_by,
        **{
            name: None if value is None or math.isnan(value) else float(value)
            for name, value in zip(_FLOAT_COLUMNS, values, strict=True)
        },
    }


def _metrics(steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return totals over the run, and the same for each cycle under ``Cycles``."""
    by_cycle: dict[int, list[Mapping[str, Any]]] = {}
    for step in steps:
        by_cycle.setdefault(step["Cycle count"], []).append(step)
    return {
        **_totals(steps),
        "Number of steps": len(steps),
        "Number of cycles": len(by_cycle),
        "Initial SOC": steps[0]["Start SOC"] if steps else None,
        "Final SOC": steps[-1]["End SOC"] if steps else None,
        "Cycles": [{"Cycle count": count, **_totals(part)} for count, part in by_cycle.items()],
    }


def _totals(steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    out, back, energy_out, energy_back = (
        math.fsum(step[name] for step in steps) for name in CAPACITIES
    )
    return {
        "Discharge capacity [A.h]": out,
        "Charge capacity [A.h]": back,
        "Discharge energy [W.h]": energy_out,
        "Charge energy [W.h]": energy_back,
        "Coulombic efficiency": _ratio(out, back),
        "Energy efficiency": _ratio(energy_out, energy_back),
        "Mean discharge voltage [V]": _ratio(energy_out, out),
        "Mean charge voltage [V]": _ratio(energy_back, back),
        "Duration [s]": math.fsum(step["Duration [s]"] for step in steps),
        "Min voltage [V]": min((step["Min voltage [V]"] for step in steps), default=None),
        "Max voltage [V]": max((step["Max voltage [V]"] for step in steps), default=None),
        "Max temperature [degC]": max(
            (step["Max temperature [degC]"] for step in steps), default=None
        ),
    }


def _ratio(numerator: float, denominator: float) -> float | None:
    return numerator / denominator if numerator > 0 and denominator > 0 else None
