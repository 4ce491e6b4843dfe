"""Rules about what was measured: that integrals agree with the columns, that voltage is smooth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ionworks.validators.columns import (
    CHARGE_CAPACITY,
    CHARGE_ENERGY,
    CURRENT,
    DISCHARGE_CAPACITY,
    DISCHARGE_ENERGY,
    POWER,
    STEP_COUNT,
    TIME,
    VOLTAGE,
    has,
    numbers,
)
from ionworks.validators.frames import as_frame
from ionworks.validators.issues import IssueCode, ValidationIssue
from ionworks.validators.segments import (
    Floats,
    running_step_reset_integral,
    step_boundary_idx,
    worst_row_relative_error,
)

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "CAPACITY_ENERGY_INTEGRAL_TOLERANCE",
    "validate_capacity_energy_from_current_power",
    "validate_time_series_row_count",
    "validate_voltage_continuity",
]

CAPACITY_ENERGY_INTEGRAL_TOLERANCE = 0.10


def validate_capacity_energy_from_current_power(
    df: Any,
    step_col: str = STEP_COUNT,
    time_col: str = TIME,
    current_col: str = CURRENT,
    voltage_col: str = VOLTAGE,
    power_col: str = POWER,
    discharge_capacity_col: str = DISCHARGE_CAPACITY,
    charge_capacity_col: str = CHARGE_CAPACITY,
    discharge_energy_col: str = DISCHARGE_ENERGY,
    charge_energy_col: str = CHARGE_ENERGY,
    tolerance: float = CAPACITY_ENERGY_INTEGRAL_TOLERANCE,
) -> list[ValidationIssue]:
    """Check capacities and energies against the integrals of current and power.

    The integrals start anew with each step. Power is the column, or voltage times current where
    there is none.

    Parameters
    ----------
    tolerance
        How far a column may be off in its worst row, as a share of the largest value.

    Examples
    --------
    >>> from ionworks.validators import validate_capacity_energy_from_current_power
    >>> [issue] = validate_capacity_energy_from_current_power({
    ...     "Time [s]": [0, 3600], "Current [A]": [1.0, 1.0], "Step count": [0, 0],
    ...     "Discharge capacity [A.h]": [0.0, 2.0],
    ... })
    >>> issue.payload["reported_at_worst"], issue.payload["integrated_at_worst"]
    (2.0, 1.0)
    """
    frame = as_frame(df)
    if not has(frame, step_col, time_col, current_col):
        return []
    time = numbers(frame, time_col)
    rows = np.flatnonzero(~np.isnan(time))
    if rows.size < 2:
        return []
    time = time[rows]
    boundary = step_boundary_idx(numbers(frame, step_col)[rows])
    current = numbers(frame, current_col)[rows]
    power, power_source = _power(frame, power_col, voltage_col, current_col)
    checks = [
        (discharge_capacity_col, current, current_col, "A.h", 1.0, "DISCHARGE_CAPACITY"),
        (charge_capacity_col, current, current_col, "A.h", -1.0, "CHARGE_CAPACITY"),
    ]
    if power is not None:
        checks += [
            (discharge_energy_col, power[rows], power_source, "W.h", 1.0, "DISCHARGE_ENERGY"),
            (charge_energy_col, power[rows], power_source, "W.h", -1.0, "CHARGE_ENERGY"),
        ]
    issues = []
    for name, flow, source, unit, sign, quantity in checks:
        if name not in frame.columns:
            continue
        reported = numbers(frame, name)[rows]
        integrated = running_step_reset_integral(
            np.maximum(sign * flow, 0.0), time, boundary_idx=boundary
        )
        worst, error, scale = worst_row_relative_error(reported, integrated)
        if tolerance < error < np.inf:
            payload = {
                "column": name,
                "source_column": source,
                "unit": unit,
                "row_index": int(rows[worst]),
                "worst_row_index": int(rows[worst]),
                "reported_at_worst": float(reported[worst]),
                "integrated_at_worst": float(integrated[worst]),
                "max_scale": scale,
                "relative_error": error,
                "tolerance": tolerance,
            }
            issues.append(_disagree(IssueCode[f"{quantity}_INTEGRAL_MISMATCH"], payload))
    return issues


def _power(
    frame: pl.DataFrame, power_col: str, voltage_col: str, current_col: str
) -> tuple[Floats | None, str]:
    if power_col in frame.columns:
        return numbers(frame, power_col), power_col
    if voltage_col in frame.columns:
        return numbers(frame, voltage_col) * numbers(frame, current_col), (
            f"{voltage_col} * {current_col}"
        )
    return None, ""


def _disagree(code: IssueCode, payload: dict[str, Any]) -> ValidationIssue:
    return ValidationIssue(
        code,
        "{column!r} is {reported_at_worst:.6g} {unit} in row {worst_row_index}, but the integral "
        "of {source_column} over its step is {integrated_at_worst:.6g} {unit}: they differ by "
        "{relative_error:.1%} of the largest value, more than {tolerance:.0%}.".format(**payload),
        payload=payload,
    )


def validate_voltage_continuity(
    df: Any,
    voltage_window: tuple[float, float],
    voltage_col: str = VOLTAGE,
    jump_fraction: float = 0.80,
    max_bad_fraction: float = 0.05,
) -> list[ValidationIssue]:
    """Check that voltage seldom jumps across most of its window from row to row.

    Parameters
    ----------
    voltage_window
        Lowest and highest voltage of the cell, in V.
    jump_fraction
        The share of the window that is a jump.
    max_bad_fraction
        The share of the pairs of neighbouring rows that may jump.

    Examples
    --------
    >>> from ionworks.validators import validate_voltage_continuity
    >>> [issue] = validate_voltage_continuity({"Voltage [V]": [2.5, 4.2, 2.5]}, (2.5, 4.2))
    >>> issue.payload["bad_count"]
    2
    """
    frame = as_frame(df)
    lowest, highest = voltage_window
    if voltage_col not in frame.columns or frame.height < 2 or not highest > lowest:
        return []
    voltage = numbers(frame, voltage_col)
    threshold = jump_fraction * (highest - lowest)
    jumps = np.flatnonzero(np.abs(np.diff(voltage)) > threshold)
    pairs = frame.height - 1
    if jumps.size / pairs <= max_bad_fraction:
        return []
    row = int(jumps[0]) + 1
    return [
        ValidationIssue(
            IssueCode.VOLTAGE_CONTINUITY,
            f"{jumps.size} of {pairs} pairs of neighbouring rows ({jumps.size / pairs:.1%}) jump "
            f"by more than {threshold:.3g} V, {jump_fraction:.0%} of the voltage window, the "
            f"first from {voltage[row - 1]:g} V to {voltage[row]:g} V in row {row}: the rows "
            "seem to be out of order.",
            payload={
                "row_index": row,
                "previous_voltage": float(voltage[row - 1]),
                "current_voltage": float(voltage[row]),
                "bad_count": jumps.size,
                "total_pairs": pairs,
                "bad_fraction": jumps.size / pairs,
                "threshold_volts": threshold,
                "voltage_window": [float(lowest), float(highest)],
            },
        )
    ]


def validate_time_series_row_count(df: Any, max_rows: int = 1000) -> list[ValidationIssue]:
    """Check that data written into a request are not too long for it.

    Examples
    --------
    >>> from ionworks.validators import validate_time_series_row_count
    >>> validate_time_series_row_count({"Time [s]": [0.0] * 1001})[0].payload
    {'n_rows': 1001, 'max_rows': 1000}
    """
    rows = as_frame(df).height
    if rows <= max_rows:
        return []
    return [
        ValidationIssue(
            IssueCode.TIME_SERIES_ROW_COUNT_EXCEEDED,
            f"A time series of {rows} rows is too long to be written into a request, which takes "
            f"{max_rows}: upload it with client.cell_measurement.create and refer to it as "
            "'db:<measurement id>'.",
            payload={"n_rows": rows, "max_rows": max_rows},
        )
    ]
