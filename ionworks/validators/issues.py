"""What a check finds: one issue for each rule that data breaks, with the place and the values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

__all__ = ["IssueCode", "ValidationIssue", "listed"]

Severity = Literal["error", "warning"]
_SHOWN_PER_CODE = 5


class IssueCode(StrEnum):
    """The name of the rule that was broken; equal to its text.

    Examples
    --------
    >>> from ionworks.validators import IssueCode
    >>> IssueCode.TIME_NOT_MONOTONIC == "time_not_monotonic"
    True
    """

    CURRENT_SIGN_REVERSED = "current_sign_reversed"
    CURRENT_SIGN_INDETERMINATE = "current_sign_indeterminate"
    CURRENT_SIGN_UNSIGNED = "current_sign_unsigned"
    CUMULATIVE_VALUE_NOT_RESET = "cumulative_value_not_reset"
    CUMULATIVE_VALUE_DECREASED = "cumulative_value_decreased"
    STEP_TOO_FEW_POINTS = "step_too_few_points"
    TIME_DOES_NOT_START_AT_ZERO = "time_does_not_start_at_zero"
    TIME_NOT_MONOTONIC = "time_not_monotonic"
    TIME_MISSING_ON_NON_EIS_ROW = "time_missing_on_non_eis_row"
    STEP_COUNT_MISSING = "step_count_missing"
    STEP_COUNT_DOES_NOT_START_AT_ZERO = "step_count_does_not_start_at_zero"
    STEP_COUNT_NON_SEQUENTIAL = "step_count_non_sequential"
    CYCLE_CHANGES_WITHIN_STEP = "cycle_changes_within_step"
    OCP_VOLTAGE_COLUMN_MISSING = "ocp_voltage_column_missing"
    OCP_X_AXIS_COLUMN_MISSING = "ocp_x_axis_column_missing"
    TIME_SERIES_ROW_COUNT_EXCEEDED = "time_series_row_count_exceeded"
    TIME_GAP_TOO_LARGE = "time_gap_too_large"
    VOLTAGE_CONTINUITY = "voltage_continuity"
    CONSECUTIVE_SAME_DIRECTION_FULL_STEPS = "consecutive_same_direction_full_steps"
    STEP_CAPACITY_EXCEEDS_RATED = "step_capacity_exceeds_rated"
    CHARGE_DISCHARGE_CAPACITY_COLUMNS_SWAPPED = "charge_discharge_capacity_columns_swapped"
    CHARGE_DISCHARGE_ENERGY_COLUMNS_SWAPPED = "charge_discharge_energy_columns_swapped"
    DISCHARGE_CAPACITY_INTEGRAL_MISMATCH = "discharge_capacity_integral_mismatch"
    CHARGE_CAPACITY_INTEGRAL_MISMATCH = "charge_capacity_integral_mismatch"
    DISCHARGE_ENERGY_INTEGRAL_MISMATCH = "discharge_energy_integral_mismatch"
    CHARGE_ENERGY_INTEGRAL_MISMATCH = "charge_energy_integral_mismatch"
    EIS_COLUMNS_MISSING = "eis_columns_missing"
    EIS_ZIM_SIGN_REVERSED = "eis_zim_sign_reversed"
    EIS_IMPEDANCE_MAGNITUDE_IMPLAUSIBLE = "eis_impedance_magnitude_implausible"
    START_TIME_IN_FUTURE = "start_time_in_future"
    END_TIME_IN_FUTURE = "end_time_in_future"
    END_TIME_BEFORE_START_TIME = "end_time_before_start_time"
    DURATION_MISMATCH = "duration_mismatch"

    REQUIRED_COLUMN_MISSING = "required_column_missing"
    DUPLICATE_COLUMN = "duplicate_column"
    COLUMN_NOT_NUMERIC = "column_not_numeric"
    VALUE_NOT_A_NUMBER = "value_not_a_number"
    VALUE_INFINITE = "value_infinite"
    NO_ROWS = "no_rows"
    DATA_TYPE_MISMATCH = "data_type_mismatch"


@dataclass(frozen=True)
class ValidationIssue:
    """One broken rule.

    Attributes
    ----------
    code
        Which rule.
    message
        What was wrong, where, and what would be right.
    severity
        ``error`` refuses the data, ``warning`` does not.
    payload
        The place and the values: ``row_index`` is the first offending row, counted from 0.
    """

    code: IssueCode
    message: str
    severity: Severity = "error"
    payload: dict[str, Any] = field(default_factory=dict)


def listed(issues: Sequence[ValidationIssue]) -> str:
    """Write the issues as lines, the first few of each code and column.

    Examples
    --------
    >>> from ionworks.validators import IssueCode, ValidationIssue
    >>> from ionworks.validators.issues import listed
    >>> print(listed([ValidationIssue(IssueCode.NO_ROWS, "There are no rows.")]))
    - There are no rows. [no_rows]
    """
    alike: dict[tuple[str, Any], list[ValidationIssue]] = {}
    for issue in issues:
        alike.setdefault((issue.code, issue.payload.get("column")), []).append(issue)
    lines = []
    for (code, column), group in alike.items():
        lines += [f"- {issue.message} [{code}]" for issue in group[:_SHOWN_PER_CODE]]
        if more := len(group) - _SHOWN_PER_CODE:
            where = f" in column {column!r}" if column else ""
            lines += [f"- ... and {more} more of {code}{where}"] if more > 0 else []
    return "\n".join(lines)
