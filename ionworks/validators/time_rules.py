"""Rules about time: where it starts, that it never runs back, and when the test was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from ionworks.validators.columns import EIS_FREQ_COL, TIME, is_eis_row, numbers
from ionworks.validators.frames import as_frame
from ionworks.validators.issues import IssueCode, ValidationIssue
from ionworks.validators.segments import Floats, Indices

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "validate_measurement_timing",
    "validate_time_gaps",
    "validate_time_missing_only_on_eis_rows",
    "validate_time_monotonic",
    "validate_time_starts_at_zero",
]


def validate_time_missing_only_on_eis_rows(df: Any, time_col: str = TIME) -> list[ValidationIssue]:
    """Check that each row without a time has a frequency above 0.

    Examples
    --------
    >>> from ionworks.validators import validate_time_missing_only_on_eis_rows
    >>> [issue] = validate_time_missing_only_on_eis_rows({"Time [s]": [0.0, None, 2.0]})
    >>> issue.payload
    {'row_index': 1, 'num_rows': 1}
    """
    frame = as_frame(df)
    if time_col not in frame.columns:
        return []
    rows = np.flatnonzero(np.isnan(numbers(frame, time_col)) & ~is_eis_row(frame))
    if not rows.size:
        return []
    first = int(rows[0])
    return [
        ValidationIssue(
            IssueCode.TIME_MISSING_ON_NON_EIS_ROW,
            f"{time_col!r} is missing or NaN in row {first} and {rows.size} row(s) in all that "
            f"have no {EIS_FREQ_COL!r} above 0: only rows at a frequency may have no time.",
            payload={"row_index": first, "num_rows": rows.size},
        )
    ]


def validate_time_starts_at_zero(df: Any, tolerance: float = 1e-6) -> list[ValidationIssue]:
    """Check that the first time that was measured is 0 s.

    Examples
    --------
    >>> from ionworks.validators import validate_time_starts_at_zero
    >>> validate_time_starts_at_zero({"Time [s]": [5.0, 6.0]})[0].payload
    {'row_index': 0, 'observed': 5.0, 'tolerance': 1e-06}
    """
    frame = as_frame(df)
    rows, time = _timed(frame, TIME)
    if not rows.size or abs(time[0]) <= tolerance:
        return []
    return [
        ValidationIssue(
            IssueCode.TIME_DOES_NOT_START_AT_ZERO,
            f"{TIME!r} begins with {time[0]:.15g} s in row {rows[0]}, but must begin with 0: "
            "subtract it, and give the moment itself as start_time of the measurement.",
            payload={
                "row_index": int(rows[0]),
                "observed": float(time[0]),
                "tolerance": tolerance,
            },
        )
    ]


def validate_time_monotonic(
    df: Any, time_col: str = TIME, tolerance: float = 1e-12
) -> list[ValidationIssue]:
    """Check that time never runs back; rows without a time do not count.

    Examples
    --------
    >>> from ionworks.validators import validate_time_monotonic
    >>> validate_time_monotonic({"Time [s]": [0.0, 2.0, 1.0]})[0].payload["row_index"]
    2
    """
    rows, time = _timed(as_frame(df), time_col)
    back = np.flatnonzero(np.diff(time) < -tolerance)
    if not back.size:
        return []
    before, after = int(back[0]), int(back[0]) + 1
    row = int(rows[after])
    return [
        ValidationIssue(
            IssueCode.TIME_NOT_MONOTONIC,
            f"{time_col!r} runs back {back.size} time(s), first in row {row}: "
            f"{time[after]:.15g} s after {time[before]:.15g} s. It must be the time since the "
            "start of the test, in the order of the rows.",
            payload={
                "row_index": row,
                "previous_time": float(time[before]),
                "current_time": float(time[after]),
                "num_violations": back.size,
            },
        )
    ]


def validate_time_gaps(
    df: Any, time_col: str = TIME, max_gap_seconds: float = 18000
) -> list[ValidationIssue]:
    """Check that no two neighbouring times are further apart than a gap, in s.

    Examples
    --------
    >>> from ionworks.validators import validate_time_gaps
    >>> validate_time_gaps({"Time [s]": [0.0, 20000.0]})[0].payload["gap_seconds"]
    20000.0
    """
    rows, time = _timed(as_frame(df), time_col)
    steps = np.diff(time)
    wide = np.flatnonzero(steps > max_gap_seconds)
    if not wide.size:
        return []
    first = int(wide[0])
    row, gap = int(rows[first]), float(steps[first])
    return [
        ValidationIssue(
            IssueCode.TIME_GAP_TOO_LARGE,
            f"{wide.size} gap(s) in {time_col!r} are longer than {max_gap_seconds:g} s, the first "
            f"of {gap:.15g} s between rows {row} and {int(rows[first + 1])}: rows seem to be "
            "missing, and integrals over the gap would be wrong.",
            payload={
                "row_index": row,
                "gap_seconds": gap,
                "max_gap_seconds": float(max_gap_seconds),
                "num_violations": wide.size,
            },
        )
    ]


def validate_measurement_timing(
    start_time: datetime | str | None,
    end_time: datetime | str | None,
    df: Any = None,
    *,
    duration_tolerance_frac: float = 0.05,
    duration_tolerance_min_s: float = 60.0,
    now: datetime | None = None,
) -> list[ValidationIssue]:
    """Check when the test was against the present and against the times of its rows.

    What is found are warnings. A moment that cannot be read, and two of which only one has a
    time zone, are not compared.

    Parameters
    ----------
    start_time, end_time
        Moments, as datetimes or in ISO 8601.
    df
        The time series, for its span.
    duration_tolerance_frac, duration_tolerance_min_s
        How far the two durations may differ: this share of the span of the rows, and at least
        this many s.
    now
        The present; by default the clock's.

    Examples
    --------
    >>> from ionworks.validators import validate_measurement_timing
    >>> [issue.code.value for issue in
    ...  validate_measurement_timing("2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z")]
    ['end_time_before_start_time']
    """
    start, end = _moment(start_time), _moment(end_time)
    present = now if now is not None else datetime.now(UTC)
    issues = [
        ValidationIssue(
            code,
            f"{name} {moment.isoformat()} lies in the future: is the date or its time zone right?",
            "warning",
            {name: moment.isoformat()},
        )
        for code, name, moment in (
            (IssueCode.START_TIME_IN_FUTURE, "start_time", start),
            (IssueCode.END_TIME_IN_FUTURE, "end_time", end),
        )
        if moment is not None and (_seconds(present, moment) or 0.0) > 0
    ]
    if start is None or end is None or (wall := _seconds(start, end)) is None:
        return issues
    if wall < 0:
        return [*issues, _ends_before_it_starts(start, end)]
    _, time = _timed(as_frame(df), TIME) if df is not None else (None, np.empty(0))
    span = float(time.max() - time.min()) if time.size else 0.0
    tolerance = max(duration_tolerance_min_s, duration_tolerance_frac * span)
    if span > 0 and abs(wall - span) > tolerance:
        issues.append(_lasted_otherwise(wall, span, tolerance))
    return issues


def _ends_before_it_starts(start: datetime, end: datetime) -> ValidationIssue:
    return ValidationIssue(
        IssueCode.END_TIME_BEFORE_START_TIME,
        f"end_time {end.isoformat()} is before start_time {start.isoformat()}: "
        "the server will refuse this.",
        "warning",
        {"start_time": start.isoformat(), "end_time": end.isoformat()},
    )


def _lasted_otherwise(wall: float, span: float, tolerance: float) -> ValidationIssue:
    return ValidationIssue(
        IssueCode.DURATION_MISMATCH,
        f"From start_time to end_time are {wall:g} s, but the rows span {span:g} s in {TIME!r}: "
        f"they differ by more than {tolerance:g} s.",
        "warning",
        {
            "wall_clock_seconds": wall,
            "data_span_seconds": span,
            "tolerance_seconds": tolerance,
        },
    )


def _timed(frame: pl.DataFrame, time_col: str) -> tuple[Indices, Floats]:
    """Return the rows that have a time, and their times."""
    if time_col not in frame.columns:
        return np.empty(0, dtype=np.intp), np.empty(0)
    time = numbers(frame, time_col)
    rows = np.flatnonzero(~np.isnan(time))
    return rows, time[rows]


def _moment(given: object) -> datetime | None:
    if isinstance(given, date) and not isinstance(given, datetime):
        return datetime(given.year, given.month, given.day)
    if not isinstance(given, str):
        return given if isinstance(given, datetime) and given == given else None
    try:
        return datetime.fromisoformat(given)
    except ValueError:
        return None


def _seconds(earlier: datetime, later: datetime) -> float | None:
    """Return the seconds between two moments, or ``None`` if only one has a time zone."""
    if (earlier.tzinfo is None) != (later.tzinfo is None):
        return None
    return (later - earlier).total_seconds()
