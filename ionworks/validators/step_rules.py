"""Rules about the steps of a time series: how they count, and what stays the same within one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ionworks.validators.columns import CUMULATIVE, CYCLES, STEP_COUNT, near, numbers
from ionworks.validators.frames import as_frame
from ionworks.validators.issues import IssueCode, ValidationIssue
from ionworks.validators.segments import Floats, Segments

__all__ = [
    "validate_cumulative_values_reset_per_step",
    "validate_cycle_constant_within_step",
    "validate_minimum_points_per_step",
    "validate_step_count_sequential",
]

_EXAMPLES = 5


def validate_step_count_sequential(df: Any) -> list[ValidationIssue]:
    """Check that the step count is there, begins with 0 and never changes but by +1.

    Examples
    --------
    >>> from ionworks.validators import validate_step_count_sequential
    >>> validate_step_count_sequential({"Step count": [0, 0, 2]})[0].payload["examples"]
    [{'row_index': 1, 'from': 0, 'to': 2, 'diff': 2}]
    """
    frame = as_frame(df)
    if STEP_COUNT not in frame.columns:
        return [_no_step_count(frame.columns)]
    values = numbers(frame, STEP_COUNT)
    is_whole = frame[STEP_COUNT].dtype.is_integer() and not np.isnan(values).any()
    as_written = int if is_whole else float
    issues = []
    if values.size and values[0] != 0:
        first = as_written(values[0])
        issues.append(
            ValidationIssue(
                IssueCode.STEP_COUNT_DOES_NOT_START_AT_ZERO,
                f"{STEP_COUNT!r} begins with {first} in row 0, but must begin with 0.",
                payload={"column": STEP_COUNT, "row_index": 0, "observed_first": first},
            )
        )
    change = np.diff(values)
    wrong = np.flatnonzero((change != 0) & (change != 1))
    if wrong.size:
        examples = [
            {
                "row_index": int(row),
                "from": as_written(values[row]),
                "to": as_written(values[row + 1]),
                "diff": as_written(change[row]),
            }
            for row in wrong[:_EXAMPLES]
        ]
        issues.append(_jumps(examples, wrong.size))
    return issues


def _no_step_count(columns: Sequence[str]) -> ValidationIssue:
    close = near(STEP_COUNT, columns)
    meant = f" Was {close[0]!r} meant?" if close else ""
    return ValidationIssue(
        IssueCode.STEP_COUNT_MISSING,
        f"There is no column {STEP_COUNT!r}, the number of each row's step, counted from 0."
        f"{meant} Available columns: {list(columns)}. It can be made with "
        "ionworksdata.transform.set_step_count.",
        payload={"column": STEP_COUNT, "near": close, "available_columns": list(columns)},
    )


def _jumps(examples: list[dict[str, Any]], count: int) -> ValidationIssue:
    shown = ", ".join(
        f"{example['from']} -> {example['to']} in row {example['row_index'] + 1}"
        for example in examples
    )
    more = f" and {count - len(examples)} more" if count > len(examples) else ""
    return ValidationIssue(
        IssueCode.STEP_COUNT_NON_SEQUENTIAL,
        f"{STEP_COUNT!r} must stay the same or grow by 1 from row to row, but: {shown}{more}.",
        payload={
            "column": STEP_COUNT,
            "row_index": examples[0]["row_index"] + 1,
            "num_violations": count,
            "examples": examples,
        },
    )


def validate_cumulative_values_reset_per_step(
    df: Any,
    step_col: str = STEP_COUNT,
    cumulative_cols: list[str] | None = None,
    tolerance: float = 1e-6,
) -> list[ValidationIssue]:
    """Check that capacities and energies begin each step with 0 and never fall within it.

    Values that were not measured are passed over. A step gives at most one issue of each kind
    for each column; `step_index` counts the steps from 0 as they follow.

    Parameters
    ----------
    cumulative_cols
        The columns; by default the four of capacity and energy.
    tolerance
        In A.h or W.h.

    Examples
    --------
    >>> from ionworks.validators import validate_cumulative_values_reset_per_step
    >>> [issue] = validate_cumulative_values_reset_per_step(
    ...     {"Step count": [0, 0, 1, 1], "Charge capacity [A.h]": [0.0, 0.5, 0.5, 0.6]}
    ... )
    >>> issue.code.value, issue.payload["row_index"], issue.payload["observed"]
    ('cumulative_value_not_reset', 2, 0.5)
    """
    frame = as_frame(df)
    if step_col not in frame.columns or not frame.height:
        return []
    steps = Segments.of(numbers(frame, step_col))
    wanted = CUMULATIVE if cumulative_cols is None else cumulative_cols
    return [
        issue
        for name in wanted
        if name in frame.columns
        for finder in (_not_reset, _decreased)
        for issue in finder(name, numbers(frame, name), steps, tolerance)
    ]


def _not_reset(
    name: str, values: Floats, steps: Segments, tolerance: float
) -> Iterator[ValidationIssue]:
    firsts = values[steps.starts]
    for step in np.flatnonzero(np.abs(firsts) > tolerance).tolist():
        row, observed = int(steps.starts[step]), float(firsts[step])
        yield ValidationIssue(
            IssueCode.CUMULATIVE_VALUE_NOT_RESET,
            f"{name!r} begins step {step} with {observed:.15g} in row {row}, but must begin each "
            "step with 0.",
            payload={
                "column": name,
                "step_index": step,
                "row_index": row,
                "observed": observed,
                "tolerance": tolerance,
            },
        )


def _decreased(
    name: str, values: Floats, steps: Segments, tolerance: float
) -> Iterator[ValidationIssue]:
    rows = np.flatnonzero(~np.isnan(values))
    known, labels = values[rows], steps.labels[rows]
    falls = np.flatnonzero((np.diff(known) < -tolerance) & (labels[1:] == labels[:-1])) + 1
    _, firsts = np.unique(labels[falls], return_index=True)
    for place in falls[firsts].tolist():
        row, step = int(rows[place]), int(labels[place])
        before, after = float(known[place - 1]), float(known[place])
        yield ValidationIssue(
            IssueCode.CUMULATIVE_VALUE_DECREASED,
            f"{name!r} falls in row {row}, within step {step}, from {before:.15g} to "
            f"{after:.15g}; within a step it may only grow.",
            payload={
                "column": name,
                "step_index": step,
                "row_index": row,
                "previous_value": before,
                "current_value": after,
            },
        )


def validate_minimum_points_per_step(
    df: Any, step_col: str = STEP_COUNT, min_points: int = 2
) -> list[ValidationIssue]:
    """Check that each step has enough rows.

    Examples
    --------
    >>> from ionworks.validators import validate_minimum_points_per_step
    >>> validate_minimum_points_per_step({"Step count": [0, 0, 1]})[0].payload
    {'step_index': 1, 'row_index': 2, 'num_points': 1, 'min_points': 2}
    """
    frame = as_frame(df)
    if step_col not in frame.columns:
        return []
    steps = Segments.of(numbers(frame, step_col))
    return [
        ValidationIssue(
            IssueCode.STEP_TOO_FEW_POINTS,
            f"Step {step}, in row {int(steps.starts[step])}, has {int(steps.lengths[step])} "
            f"row(s), but must have {min_points} or more.",
            payload={
                "step_index": step,
                "row_index": int(steps.starts[step]),
                "num_points": int(steps.lengths[step]),
                "min_points": min_points,
            },
        )
        for step in np.flatnonzero(steps.lengths < min_points).tolist()
    ]


def validate_cycle_constant_within_step(
    df: Any, step_col: str = STEP_COUNT, cycle_col: str | None = None
) -> list[ValidationIssue]:
    """Check that no cycle begins within a step.

    Parameters
    ----------
    cycle_col
        The column of the cycles; by default the first there is of ``Cycle count``,
        ``Cycle number`` and ``Cycle from cycler``.

    Examples
    --------
    >>> from ionworks.validators import validate_cycle_constant_within_step
    >>> validate_cycle_constant_within_step(
    ...     {"Step count": [0, 0, 1], "Cycle count": [0, 1, 1]})[0].payload["cycles"]
    [0, 1]
    """
    frame = as_frame(df)
    if cycle_col is None:
        cycle_col = next((name for name in CYCLES if name in frame.columns), None)
    if cycle_col is None or not {step_col, cycle_col} <= set(frame.columns):
        return []
    steps = Segments.of(numbers(frame, step_col))
    cycles = numbers(frame, cycle_col)
    same = (cycles[1:] == cycles[:-1]) | (np.isnan(cycles[1:]) & np.isnan(cycles[:-1]))
    changes = np.flatnonzero(~same & (steps.labels[1:] == steps.labels[:-1])) + 1
    broken, firsts = np.unique(steps.labels[changes], return_index=True)
    as_written = int if frame[cycle_col].dtype.is_integer() else float
    issues = []
    for step, row in zip(broken.tolist(), changes[firsts].tolist(), strict=True):
        start = steps.starts[step]
        found = np.unique(cycles[start : start + steps.lengths[step]])
        written = [float(x) if np.isnan(x) else as_written(x) for x in found]
        issues.append(
            ValidationIssue(
                IssueCode.CYCLE_CHANGES_WITHIN_STEP,
                f"{cycle_col!r} changes in row {row}, within step {step}, which has the cycles "
                f"{written}; a step must belong to one cycle.",
                payload={
                    "step_index": step,
                    "row_index": row,
                    "cycle_column": cycle_col,
                    "cycles": written,
                },
            )
        )
    return issues
