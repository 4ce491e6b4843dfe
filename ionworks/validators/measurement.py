"""All rules in one go: which of them a measurement has to satisfy."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from math import isfinite, nan
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from ionworks.errors import MeasurementValidationError
from ionworks.validators.columns import (
    CYCLER_REQUIRED,
    SERIES_NUMBERS,
    STEP_COUNT,
    STEP_NUMBERS,
    TIME,
)
from ionworks.validators.current_sign import validate_positive_current_is_discharge
from ionworks.validators.frames import as_frame, without_non_finite
from ionworks.validators.issues import ValidationIssue, listed
from ionworks.validators.kinds import (
    find_other_kind,
    infer_data_type,
    validate_eis_columns,
    validate_eis_impedance_magnitude,
    validate_eis_zim_sign,
    validate_ocp_columns,
)
from ionworks.validators.signal_rules import (
    validate_capacity_energy_from_current_power,
    validate_voltage_continuity,
)
from ionworks.validators.step_rules import (
    validate_cumulative_values_reset_per_step,
    validate_cycle_constant_within_step,
    validate_minimum_points_per_step,
    validate_step_count_sequential,
)
from ionworks.validators.step_table_rules import (
    validate_charge_discharge_column_direction,
    validate_consecutive_same_direction_full_steps,
    validate_step_capacity_within_rated,
)
from ionworks.validators.time_rules import (
    validate_measurement_timing,
    validate_time_gaps,
    validate_time_missing_only_on_eis_rows,
    validate_time_monotonic,
    validate_time_starts_at_zero,
)
from ionworks.validators.value_rules import (
    find_missing,
    find_non_numbers,
    find_not_numeric,
    has_no_rows,
    left_unsaid,
)

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "STRICT_CHECK_NAMES",
    "check_extension",
    "check_measurement_data",
    "validate_measurement_data",
]

Check = Callable[[], list[ValidationIssue]]

_NO_NOISE = np.errstate(over="ignore", invalid="ignore")
"""Sums of values that are absurdly large overflow; that is no news to whoever reads the issues."""

STRICT_CHECK_NAMES = frozenset(
    {
        "capacity_energy_from_current_power",
        "charge_discharge_column_direction",
        "consecutive_same_direction_full_steps",
        "cycle_constant_within_step",
        "eis_impedance_magnitude",
        "eis_zim_sign",
        "minimum_points_per_step",
        "step_capacity_within_rated",
        "time_gaps",
        "voltage_continuity",
    }
)


@_NO_NOISE
def check_measurement_data(
    df: Any,
    strict: bool = False,
    data_type: str | None = None,
    steps_df: Any = None,
    rated_capacity: float | None = None,
    voltage_window: tuple[float, float] | None = None,
    skip_checks: Iterable[str] | None = None,
    start_time: datetime | str | None = None,
    end_time: datetime | str | None = None,
    now: datetime | None = None,
) -> list[ValidationIssue]:
    """Find every rule that a measurement breaks.

    Parameters
    ----------
    df
        The time series: a polars or pandas frame, or a dict of columns.
    strict
        Whether the rules of plausibility count too.
    data_type
        ``ocp`` or ``eis``; anything else is a cycler's data. ``None`` is told from the columns.
    steps_df
        The table of steps, if there is one, for the rules about it.
    rated_capacity
        Of the cell, in A.h, for the rules that need it.
    voltage_window
        Lowest and highest voltage of the cell, in V, for the rule that needs it.
    skip_checks
        Names of strict checks to leave out, of `STRICT_CHECK_NAMES`.
    start_time, end_time
        When the test was, as datetimes or in ISO 8601.
    now
        The present; by default the clock's.

    Returns
    -------
    list of ValidationIssue
        Errors and warnings in the order of the rules; empty if all is well.

    Raises
    ------
    TypeError
        If the data are no frame.
    ValueError
        If a check to skip does not exist, the rated capacity is no capacity, or the voltage
        window is none.

    Examples
    --------
    >>> from ionworks.validators import check_measurement_data
    >>> series = {
    ...     "Time [s]": [0.0, 10.0, 20.0, 30.0, 25.0],
    ...     "Current [A]": [1.0, 1.0, 1.0, 1.0, 1.0],
    ...     "Voltage [V]": [4.1, 4.0, 3.9, 3.8, 3.7],
    ...     "Step count": [0, 0, 0, 0, 0],
    ... }
    >>> [issue] = check_measurement_data(series)
    >>> issue.code.value, issue.payload["row_index"]
    ('time_not_monotonic', 4)
    """
    skipped = _known_checks(skip_checks)
    capacity = _checked_capacity(rated_capacity)
    window = _checked_window(voltage_window)
    try:
        series = _Table.of(df, "time_series", SERIES_NUMBERS)
        steps = None if steps_df is None else _Table.of(steps_df, "steps", STEP_NUMBERS)
    except MeasurementValidationError as error:
        return list(error.errors)
    kind = infer_data_type(series.clean) if data_type is None else data_type
    broken = _always(kind, series)
    issues = [
        *has_no_rows(series.raw, "time series"),
        *series.unusable,
        *left_unsaid(find_non_numbers(series.raw), broken),
        *([*steps.unusable, *find_non_numbers(steps.raw, " of the steps")] if steps else []),
        *broken,
    ]
    if strict:
        table = None if steps is None else steps.clean
        checks = _strict_checks(kind, series.clean, table, capacity, window)
        issues += [
            issue for name, check in checks.items() if name not in skipped for issue in check()
        ]
    if start_time is not None or end_time is not None:
        issues += validate_measurement_timing(start_time, end_time, series.clean, now=now)
    return issues


@_NO_NOISE
def check_extension(df: Any) -> list[ValidationIssue]:
    """Find what is wrong with rows that are to be added to a measurement, as far as they tell.

    They need a time and a step count that go on from the rows already there, so that neither
    has to begin with 0. Everything else is checked when the rows have been put together.

    Examples
    --------
    >>> from ionworks.validators import check_extension
    >>> check_extension({"Time [s]": [100.0, 110.0], "Step count": [3, 4]})
    []
    """
    try:
        series = _Table.of(df, "time_series", SERIES_NUMBERS)
    except MeasurementValidationError as error:
        return list(error.errors)
    broken = [
        *validate_time_missing_only_on_eis_rows(series.clean),
        *validate_time_monotonic(series.clean),
    ]
    return [
        *has_no_rows(series.raw, "time series"),
        *find_missing(series.raw, (TIME, STEP_COUNT)),
        *series.unusable,
        *left_unsaid(find_non_numbers(series.raw), broken),
        *broken,
    ]


def validate_measurement_data(
    df: Any,
    strict: bool = False,
    data_type: str | None = None,
    steps_df: Any = None,
    rated_capacity: float | None = None,
    voltage_window: tuple[float, float] | None = None,
    skip_checks: Iterable[str] | None = None,
    start_time: datetime | str | None = None,
    end_time: datetime | str | None = None,
) -> None:
    """Refuse a measurement that breaks a rule; warn of what is only unlikely.

    The arguments are those of :func:`check_measurement_data`.

    Raises
    ------
    MeasurementValidationError
        If a rule is broken; its ``errors`` are all that are.
    TypeError
        If the data are no frame.
    ValueError
        If a check to skip does not exist, the rated capacity is no capacity, or the voltage
        window is none.

    Warns
    -----
    UserWarning
        For each issue that is a warning.

    Examples
    --------
    >>> from ionworks.validators import validate_measurement_data
    >>> validate_measurement_data({
    ...     "Time [s]": [0.0, 10.0, 20.0],
    ...     "Current [A]": [0.0, 0.0, 0.0],
    ...     "Voltage [V]": [4.0, 4.0, 4.0],
    ...     "Step count": [0, 0, 0],
    ... })
    """
    issues = check_measurement_data(
        df,
        strict,
        data_type,
        steps_df,
        rated_capacity,
        voltage_window,
        skip_checks,
        start_time,
        end_time,
    )
    for issue in issues:
        if issue.severity == "warning":
            warnings.warn(issue.message, stacklevel=2)
    errors = [issue for issue in issues if issue.severity == "error"]
    if errors:
        raise MeasurementValidationError(
            f"The measurement breaks {len(errors)} rule(s); nothing was sent:\n{listed(errors)}",
            errors,
        )


@dataclass(frozen=True)
class _Table:
    """A frame as it was given, and as the rules read it: numbers, or null where there is none."""

    raw: pl.DataFrame
    clean: pl.DataFrame
    unusable: list[ValidationIssue]

    @classmethod
    def of(cls, data: Any, what: str, must_be_numbers: Iterable[str]) -> _Table:
        raw = as_frame(data, what)
        unusable = find_not_numeric(raw, must_be_numbers)
        kept = raw.drop(issue.payload["column"] for issue in unusable)
        return cls(raw, without_non_finite(kept), unusable)


def _always(kind: str, series: _Table) -> list[ValidationIssue]:
    """Apply the rules that no one can switch off."""
    raw, clean = series.raw, series.clean
    if kind == "eis":
        return validate_eis_columns(raw) or find_other_kind(clean, kind)
    is_counted = STEP_COUNT in clean.columns or STEP_COUNT not in raw.columns
    counting = validate_step_count_sequential(clean) if is_counted else []
    if kind == "ocp":
        return [*(validate_ocp_columns(raw) or find_other_kind(clean, kind)), *counting]
    return [
        *find_missing(raw, CYCLER_REQUIRED),
        *validate_positive_current_is_discharge(clean, step_col=STEP_COUNT),
        *validate_time_missing_only_on_eis_rows(clean),
        *validate_time_starts_at_zero(clean),
        *validate_time_monotonic(clean),
        *counting,
        *validate_cumulative_values_reset_per_step(clean),
    ]


def _strict_checks(
    kind: str,
    series: pl.DataFrame,
    steps: pl.DataFrame | None,
    rated_capacity: float | None,
    window: tuple[float, float] | None,
) -> dict[str, Check]:
    """Return the rules of plausibility that apply, by name."""
    if kind == "eis":
        return {
            "eis_zim_sign": lambda: validate_eis_zim_sign(series),
            "eis_impedance_magnitude": lambda: validate_eis_impedance_magnitude(
                series, rated_capacity
            ),
        }
    if kind == "ocp":
        return {}
    checks: dict[str, Check] = {
        "minimum_points_per_step": lambda: validate_minimum_points_per_step(series),
        "cycle_constant_within_step": lambda: validate_cycle_constant_within_step(series),
        "capacity_energy_from_current_power": (
            lambda: validate_capacity_energy_from_current_power(series)
        ),
        "time_gaps": lambda: validate_time_gaps(series),
    }
    if window is not None:
        checks["voltage_continuity"] = lambda: validate_voltage_continuity(series, window)
    if steps is not None:
        checks |= {
            "charge_discharge_column_direction": (
                lambda: validate_charge_discharge_column_direction(steps)
            ),
            "consecutive_same_direction_full_steps": (
                lambda: validate_consecutive_same_direction_full_steps(steps, rated_capacity)
            ),
            "step_capacity_within_rated": (
                lambda: validate_step_capacity_within_rated(steps, rated_capacity)
            ),
        }
    return checks


def _known_checks(names: Iterable[str] | None) -> set[str]:
    wanted = {names} if isinstance(names, str) else set(names or ())
    if unknown := wanted - STRICT_CHECK_NAMES:
        raise ValueError(
            f"skip_checks names what is no strict check: {sorted(unknown)}. "
            f"There are: {', '.join(sorted(STRICT_CHECK_NAMES))}"
        )
    return wanted


def _checked_capacity(capacity: float | None) -> float | None:
    if capacity is None:
        return None
    number = _number(capacity)
    if not (number > 0 and isfinite(number)):
        raise ValueError(
            f"rated_capacity must be the capacity of the cell in A.h, above 0, not {capacity!r}"
        )
    return number


def _checked_window(window: tuple[float, float] | None) -> tuple[float, float] | None:
    if window is None:
        return None
    try:
        lowest, highest = (_number(voltage) for voltage in window)
    except (TypeError, ValueError):
        lowest = highest = nan
    if not (lowest < highest and isfinite(highest - lowest)):
        raise ValueError(
            f"voltage_window must be the lowest and the highest voltage in V, not {window!r}"
        )
    return lowest, highest


def _number(value: Any) -> float:
    """Return a number as it is meant here; NaN for what is none, such as a text or a truth."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    return float(value) if is_number else nan
