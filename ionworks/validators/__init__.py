"""What a measurement must satisfy, checked before it is sent and again where it arrives.

Frames in, issues out: nothing here sends, stores or changes anything.

::

    from ionworks.validators import check_measurement_data, validate_measurement_data

    validate_measurement_data(series)               # raises MeasurementValidationError
    issues = check_measurement_data(series, strict=True, rated_capacity=5.0)

The columns, the rules and their thresholds: ``docs/measurements.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ionworks.errors import MeasurementValidationError
from ionworks.validators.columns import EIS_FREQ_COL, EIS_ZIM_COL, EIS_ZRE_COL
from ionworks.validators.current_sign import (
    positive_current_is_charge,
    validate_positive_current_is_discharge,
)
from ionworks.validators.frames import as_frame, without_nan
from ionworks.validators.issues import IssueCode, ValidationIssue
from ionworks.validators.kinds import (
    EIS_RESISTANCE_CAPACITY_PRODUCT,
    infer_data_type,
    validate_eis_columns,
    validate_eis_impedance_magnitude,
    validate_eis_zim_sign,
    validate_ocp_columns,
)
from ionworks.validators.measurement import (
    STRICT_CHECK_NAMES,
    check_extension,
    check_measurement_data,
    validate_measurement_data,
)
from ionworks.validators.segments import (
    running_step_reset_integral,
    step_boundary_idx,
    worst_row_relative_error,
)
from ionworks.validators.signal_rules import (
    CAPACITY_ENERGY_INTEGRAL_TOLERANCE,
    validate_capacity_energy_from_current_power,
    validate_time_series_row_count,
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
from ionworks.validators.values import df_to_dict_validator, dict_to_df_validator

if TYPE_CHECKING:
    from ionworks.frames import get_dataframe_backend, set_dataframe_backend

__all__ = [
    "CAPACITY_ENERGY_INTEGRAL_TOLERANCE",
    "EIS_FREQ_COL",
    "EIS_RESISTANCE_CAPACITY_PRODUCT",
    "EIS_ZIM_COL",
    "EIS_ZRE_COL",
    "STRICT_CHECK_NAMES",
    "IssueCode",
    "MeasurementValidationError",
    "ValidationIssue",
    "as_frame",
    "check_extension",
    "check_measurement_data",
    "df_to_dict_validator",
    "dict_to_df_validator",
    "get_dataframe_backend",
    "infer_data_type",
    "positive_current_is_charge",
    "running_step_reset_integral",
    "set_dataframe_backend",
    "step_boundary_idx",
    "validate_capacity_energy_from_current_power",
    "validate_charge_discharge_column_direction",
    "validate_consecutive_same_direction_full_steps",
    "validate_cumulative_values_reset_per_step",
    "validate_cycle_constant_within_step",
    "validate_eis_columns",
    "validate_eis_impedance_magnitude",
    "validate_eis_zim_sign",
    "validate_measurement_data",
    "validate_measurement_timing",
    "validate_minimum_points_per_step",
    "validate_ocp_columns",
    "validate_positive_current_is_discharge",
    "validate_step_capacity_within_rated",
    "validate_step_count_sequential",
    "validate_time_gaps",
    "validate_time_missing_only_on_eis_rows",
    "validate_time_monotonic",
    "validate_time_series_row_count",
    "validate_time_starts_at_zero",
    "validate_voltage_continuity",
    "without_nan",
    "worst_row_relative_error",
]


def __getattr__(name: str) -> Any:
    """Find the choice of backends, which is the client's: the rules themselves know of none."""
    if name in {"get_dataframe_backend", "set_dataframe_backend"}:
        from ionworks import frames

        return getattr(frames, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
