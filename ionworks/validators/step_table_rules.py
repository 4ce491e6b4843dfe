"""Rules about the table of steps: which way each moved charge, and how much of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ionworks.validators.columns import (
    CHARGE_CAPACITY,
    CHARGE_ENERGY,
    DISCHARGE_CAPACITY,
    DISCHARGE_ENERGY,
    DURATION,
    MAX_CURRENT,
    MEAN_CURRENT,
    MIN_CURRENT,
    STD_CURRENT,
    STEP_COUNT,
    STEP_TYPE,
    has,
    numbers,
)
from ionworks.validators.frames import as_frame
from ionworks.validators.issues import IssueCode, ValidationIssue
from ionworks.validators.segments import Flags, Floats

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "validate_charge_discharge_column_direction",
    "validate_consecutive_same_direction_full_steps",
    "validate_step_capacity_within_rated",
]

_EXAMPLES = 5


def validate_charge_discharge_column_direction(
    steps_df: Any,
    mean_current_col: str = MEAN_CURRENT,
    min_current_col: str = MIN_CURRENT,
    max_current_col: str = MAX_CURRENT,
    std_current_col: str = STD_CURRENT,
    duration_col: str = DURATION,
    step_count_col: str = STEP_COUNT,
    discharge_capacity_col: str = DISCHARGE_CAPACITY,
    charge_capacity_col: str = CHARGE_CAPACITY,
    discharge_energy_col: str = DISCHARGE_ENERGY,
    charge_energy_col: str = CHARGE_ENERGY,
    rest_tol: float = 1e-3,
    min_duration_s: float = 60.0,
    max_std_to_mean_ratio: float = 0.5,
    dominance_ratio: float = 4.0,
    swapped_fraction_threshold: float = 0.75,
) -> list[ValidationIssue]:
    """Check that steps of positive current count in the discharge column, others in the charge.

    Steps whose current has a clear sign vote with the amount that they moved, if one of the two
    columns clearly holds it.

    Parameters
    ----------
    rest_tol
        A smaller mean current, in A, is rest.
    min_duration_s
        Shorter steps do not vote.
    max_std_to_mean_ratio
        Up to this ratio the current's sign is clear even if its extremes are not of one sign.
    dominance_ratio
        How much larger than the other the larger column must be.
    swapped_fraction_threshold
        The share of the votes at which the columns count as swapped.

    Examples
    --------
    >>> from ionworks.validators import validate_charge_discharge_column_direction
    >>> [issue] = validate_charge_discharge_column_direction({
    ...     "Mean current [A]": [1.0], "Min current [A]": [1.0], "Max current [A]": [1.0],
    ...     "Discharge capacity [A.h]": [0.0], "Charge capacity [A.h]": [2.0],
    ... })
    >>> issue.code.value
    'charge_discharge_capacity_columns_swapped'
    """
    steps = as_frame(steps_df, "steps")
    if mean_current_col not in steps.columns:
        return []
    mean = numbers(steps, mean_current_col)
    voters = np.abs(mean) >= rest_tol
    if duration_col in steps.columns:
        voters &= numbers(steps, duration_col) >= min_duration_s
    voters &= _has_one_sign(steps, min_current_col, max_current_col, rest_tol) | _is_steady(
        steps, std_current_col, max_std_to_mean_ratio * np.abs(mean)
    )
    names = _step_names(steps, step_count_col)
    issues = []
    for quantity, discharge_col, charge_col in (
        ("capacity", discharge_capacity_col, charge_capacity_col),
        ("energy", discharge_energy_col, charge_energy_col),
    ):
        if not has(steps, discharge_col, charge_col):
            continue
        discharged, charged = numbers(steps, discharge_col), numbers(steps, charge_col)
        moved = np.fmax(discharged, charged)
        votes = voters & (moved > 0) & (moved >= dominance_ratio * np.fmin(discharged, charged))
        swapped = votes & ((mean > 0) != (discharged > charged))
        share = float(moved[swapped].sum() / moved[votes].sum()) if votes.any() else 0.0
        if share < swapped_fraction_threshold or not swapped.any():
            continue
        payload = {
            "discharge_column": discharge_col,
            "charge_column": charge_col,
            "row_index": int(np.argmax(swapped)),
            "swapped_fraction": share,
            "n_steps_considered": int(votes.sum()),
            "n_steps_swapped": int(swapped.sum()),
            "example_steps": [names[row] for row in np.flatnonzero(swapped)[:_EXAMPLES]],
            "threshold": swapped_fraction_threshold,
        }
        issues.append(_swapped(quantity, payload))
    return issues


def _has_one_sign(steps: pl.DataFrame, lowest: str, highest: str, rest_tol: float) -> Flags:
    """Whether the current of each step stays on one side of 0."""
    if not has(steps, lowest, highest):
        return np.zeros(steps.height, dtype=bool)
    return (numbers(steps, lowest) >= -rest_tol) | (numbers(steps, highest) <= rest_tol)


def _is_steady(steps: pl.DataFrame, deviation: str, allowed: Floats) -> Flags:
    """Whether the current of each step deviates from its mean no more than is allowed."""
    if deviation not in steps.columns:
        return np.zeros(steps.height, dtype=bool)
    return numbers(steps, deviation) <= allowed


def _swapped(quantity: str, payload: dict[str, Any]) -> ValidationIssue:
    return ValidationIssue(
        IssueCode[f"CHARGE_DISCHARGE_{quantity.upper()}_COLUMNS_SWAPPED"],
        "The columns {discharge_column!r} and {charge_column!r} of the steps seem to be swapped: "
        "{n_steps_swapped} of {n_steps_considered} steps with a clear sign of current, among "
        "them {example_steps}, count in the other direction's. Positive current is "
        "discharge.".format(**payload),
        payload=payload,
    )


def validate_consecutive_same_direction_full_steps(
    steps_df: Any,
    rated_capacity: float | None,
    step_type_col: str = STEP_TYPE,
    discharge_capacity_col: str = DISCHARGE_CAPACITY,
    charge_capacity_col: str = CHARGE_CAPACITY,
    step_count_col: str = STEP_COUNT,
    full_step_fraction: float = 2.0,
) -> list[ValidationIssue]:
    """Check that no cell is emptied, or filled, twice without the opposite in between.

    Parameters
    ----------
    rated_capacity
        In A.h; without it nothing is checked.
    full_step_fraction
        The share of the rated capacity above which a step counts.

    Examples
    --------
    >>> from ionworks.validators import validate_consecutive_same_direction_full_steps
    >>> [issue] = validate_consecutive_same_direction_full_steps(
    ...     {"Step type": ["Constant current discharge"] * 2,
    ...      "Discharge capacity [A.h]": [2.5, 2.5], "Charge capacity [A.h]": [0.0, 0.0]}, 1.0)
    >>> issue.payload["previous_step"], issue.payload["current_step"]
    (0, 1)
    """
    steps = as_frame(steps_df, "steps")
    needed = (step_type_col, discharge_capacity_col, charge_capacity_col)
    if not rated_capacity or rated_capacity <= 0 or not has(steps, *needed):
        return []
    threshold = full_step_fraction * rated_capacity
    kinds = np.array([str(kind).lower() for kind in steps[step_type_col]], dtype=object)
    discharges = np.array(["discharge" in kind for kind in kinds], dtype=bool)
    charges = np.array(["charge" in kind for kind in kinds], dtype=bool) & ~discharges
    discharged, charged = (
        np.abs(numbers(steps, name)) for name in (discharge_capacity_col, charge_capacity_col)
    )
    full = (discharges & (discharged > threshold)) | (charges & (charged > threshold))
    rows = np.flatnonzero(full)
    names = _step_names(steps, step_count_col)
    repeated = np.flatnonzero(discharges[rows[1:]] == discharges[rows[:-1]])
    return [
        _same_direction(
            {
                "direction": "discharge" if discharges[rows[place + 1]] else "charge",
                "row_index": int(rows[place + 1]),
                "previous_step": names[rows[place]],
                "current_step": names[rows[place + 1]],
                "threshold_capacity": threshold,
                "rated_capacity": rated_capacity,
            }
        )
        for place in repeated
    ]


def _same_direction(payload: dict[str, Any]) -> ValidationIssue:
    return ValidationIssue(
        IssueCode.CONSECUTIVE_SAME_DIRECTION_FULL_STEPS,
        "Steps {previous_step} and {current_step} each {direction} more than "
        "{threshold_capacity:g} A.h of a cell rated at {rated_capacity:g} A.h, with nothing the "
        "other way in between: these seem to be tests of their own; upload each as a "
        "measurement.".format(**payload),
        payload=payload,
    )


def validate_step_capacity_within_rated(
    steps_df: Any,
    rated_capacity: float | None,
    discharge_capacity_col: str = DISCHARGE_CAPACITY,
    charge_capacity_col: str = CHARGE_CAPACITY,
    step_count_col: str = STEP_COUNT,
    max_ratio: float = 5.0,
) -> list[ValidationIssue]:
    """Warn of steps that moved many times what the cell can hold.

    Parameters
    ----------
    rated_capacity
        In A.h; without it nothing is checked.
    max_ratio
        The multiple of the rated capacity above which a step is reported.

    Examples
    --------
    >>> from ionworks.validators import validate_step_capacity_within_rated
    >>> validate_step_capacity_within_rated({"Charge capacity [A.h]": [9.0]}, 1.0)[0].severity
    'warning'
    """
    steps = as_frame(steps_df, "steps")
    if not rated_capacity or rated_capacity <= 0:
        return []
    threshold = max_ratio * rated_capacity
    found: list[tuple[int, str, float]] = []
    for name in (discharge_capacity_col, charge_capacity_col):
        if name in steps.columns:
            values = numbers(steps, name)
            rows = np.flatnonzero(np.abs(values) > threshold)
            found += [(int(row), name, float(values[row])) for row in rows]
    if not found:
        return []
    row, column, value = found[0]
    step = _step_names(steps, step_count_col)[row]
    return [
        ValidationIssue(
            IssueCode.STEP_CAPACITY_EXCEEDS_RATED,
            f"{len(found)} step(s) moved more than {threshold:g} A.h, {max_ratio:g} times the "
            f"rated capacity, first step {step} with {column!r} = {value:g} A.h: either steps are "
            "not told apart or time has gaps.",
            "warning",
            {
                "row_index": row,
                "total_count": len(found),
                "first_step": step,
                "first_column": column,
                "first_value": value,
                "threshold_capacity": threshold,
                "rated_capacity": rated_capacity,
            },
        )
    ]


def _step_names(steps: pl.DataFrame, step_count_col: str) -> list[Any]:
    """Return what each step is called: its count, or else its row."""
    if step_count_col not in steps.columns:
        return list(range(steps.height))
    return list(steps[step_count_col])
