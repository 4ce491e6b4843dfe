"""Whether measured data can be what a driven model takes it for: its signs, and its units.

The rules are those that uploads are held to (:mod:`ionworks.validators`), on the columns that the
objective reads, wherever these came from. What breaks one fails the element; what is only doubtful
is noted. Rows may be chosen from the middle of a test, so that neither time nor the count of steps
needs to begin with 0 here; and a rule about a column that is not there says nothing.

A relaxing voltage runs against the current. The sign is therefore judged on all the rows from which
the data was chosen, steps below C/100 tell nothing of it, and it fails the element only if a
twentieth of the model's capacity moved the wrong way.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from ionworks.validators import (
    STRICT_CHECK_NAMES,
    IssueCode,
    ValidationIssue,
    check_measurement_data,
    validate_positive_current_is_discharge,
)
from ionworks.validators.columns import CURRENT, CYCLER_REQUIRED, STEP_COUNT, TIME, VOLTAGE
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.data import Table
from ionworks_engine.pipelines.errors import refuse
from ionworks_engine.pipelines.models import Chosen

_STRICT = frozenset({"time_gaps", "voltage_continuity"})
_ABSENT = {IssueCode.REQUIRED_COLUMN_MISSING, IssueCode.STEP_COUNT_MISSING}
_OF_SIGN = {
    IssueCode.CURRENT_SIGN_REVERSED,
    IssueCode.CURRENT_SIGN_UNSIGNED,
    IssueCode.CURRENT_SIGN_INDETERMINATE,
}
_DOUBTFUL = {IssueCode.TIME_GAP_TOO_LARGE, IssueCode.VOLTAGE_CONTINUITY}
_CUT_OFFS = ("Lower voltage cut-off [V]", "Upper voltage cut-off [V]")
_MOST_VOLTAGE, _MOST_CHARGE, _MOST_RATE = 10.0, 1.5, 100.0
_LEAST_RATE, _LEAST_CHARGE, _GLITCH = 0.01, 0.05, 2.0


def hold_to_rules(table: Table, chosen: Chosen, context: Context) -> None:
    """Refuse data that breaks a rule for measurements; note what is doubtful in it.

    Parameters
    ----------
    table
        What the model is driven by and compared with.
    chosen
        The model: its cut-off voltages and its capacity say what is plausible.
    context
        Where doubts are noted.

    Raises
    ------
    PipelineError
        In the words of the rules that are broken.
    """
    frame = _as_measured(table)
    window = _window(chosen)
    unlikely = list(_out_of_scale(table, chosen, window))
    is_in_scale = not unlikely and window is not None
    issues = [
        issue
        for issue in check_measurement_data(
            frame,
            strict=True,
            data_type="cycler",
            voltage_window=window if is_in_scale else None,
            skip_checks=STRICT_CHECK_NAMES - _STRICT,
        )
        if issue.code not in _ABSENT | _OF_SIGN
    ]
    broken = [_said(issue) for issue in issues if issue.code not in _DOUBTFUL]
    doubts = [_said(issue) for issue in issues if issue.code in _DOUBTFUL]
    for text, is_refused in _wrong_sign(table.whole or table, chosen):
        (broken if is_refused else doubts).append(text)
    if broken:
        raise refuse(table.where, " ".join(broken))
    glitches = _glitches(table, window) if is_in_scale and window else ()
    for text in (*doubts, *unlikely, *glitches):
        context.assume(f"{table.where}: {text}")


def _wrong_sign(table: Table, chosen: Chosen) -> Iterator[tuple[str, bool]]:
    """Yield what the rule of the sign says of all rows, and whether that is to be refused."""
    frame = _as_measured(table)
    if not {TIME, CURRENT, VOLTAGE} <= set(frame.columns):
        return
    capacity = _number(chosen, chosen.cell.capacity_name) or 0.0
    step = pl.col(STEP_COUNT) if STEP_COUNT in frame.columns else pl.col(CURRENT).sign()
    is_low = pl.col(CURRENT).mean().over(step.rle_id()).abs() < _LEAST_RATE * capacity
    frame = frame.with_columns(pl.when(is_low).then(0.0).otherwise(CURRENT).alias(CURRENT))
    for issue in validate_positive_current_is_discharge(frame, step_col=STEP_COUNT):
        times, current = (frame[name].fill_null(np.nan).to_numpy() for name in (TIME, CURRENT))
        moved = np.diff(times) * (np.abs(current[1:]) + np.abs(current[:-1])) / 7200
        wrong = issue.payload["charge_fraction"] * float(np.nansum(moved))
        if issue.code is IssueCode.CURRENT_SIGN_INDETERMINATE:
            yield _said(issue), False
        elif wrong > _LEAST_CHARGE * capacity:
            yield _said(issue), True
        else:
            yield (
                f"{_said(issue)} But only {wrong:.3g} A.h moved so, which may be relaxation.",
                False,
            )


def _glitches(table: Table, window: tuple[float, float]) -> Iterator[str]:
    """Say which voltages no cell has."""
    if not table.has(VOLTAGE):
        return
    volts, (lowest, highest) = table.column(VOLTAGE), window
    odd = np.flatnonzero((volts < lowest / _GLITCH) | (volts > highest * _GLITCH))
    if odd.size:
        yield (
            f"{VOLTAGE!r} is {volts[odd[0]]:.4g} in row {odd[0]} and far from the model's "
            f"{lowest:g} to {highest:g} V in {odd.size} of {volts.size} rows: what was not "
            "measured should be null there, or it is fitted"
        )


def _as_measured(table: Table) -> pl.DataFrame:
    """Return what an objective reads as the rules want it: from 0 on, with null for gaps."""
    columns = {name: table.column(name) for name in CYCLER_REQUIRED if table.has(name)}
    if TIME in columns:
        columns[TIME] = columns[TIME] - columns[TIME][:1]
    frame = pl.DataFrame(columns).fill_nan(None)
    if not table.has(STEP_COUNT):
        return frame
    begins = np.diff(table.column(STEP_COUNT), prepend=table.column(STEP_COUNT)[:1]) != 0
    return frame.with_columns(pl.Series(STEP_COUNT, np.cumsum(begins)))


def _said(issue: ValidationIssue) -> str:
    return f"{issue.message} [{issue.code}]"


def _window(chosen: Chosen) -> tuple[float, float] | None:
    lowest, highest = (_number(chosen, name) for name in _CUT_OFFS)
    return None if lowest is None or highest is None or lowest >= highest else (lowest, highest)


def _out_of_scale(
    table: Table, chosen: Chosen, window: tuple[float, float] | None
) -> Iterator[str]:
    """Say where data is too large for the cell that the model is of."""
    if window is not None and table.has(VOLTAGE):
        volts = np.abs(table.column(VOLTAGE)[np.isfinite(table.column(VOLTAGE))])
        if volts.size and np.median(volts) > _MOST_VOLTAGE * window[1]:
            yield (
                f"{VOLTAGE!r} is about {np.median(volts):.4g}, and the upper cut-off of the "
                f"model's cell is {window[1]:g} V: is it in mV, or of a whole pack?"
            )
    name = chosen.cell.capacity_name
    capacity = _number(chosen, name)
    if not capacity or capacity <= 0 or not table.has(TIME) or not table.has(CURRENT):
        return
    most = float(np.nanmax(np.abs(table.column(CURRENT)), initial=0.0))
    charge = _charge(table)
    if charge > _MOST_CHARGE * capacity or most > _MOST_RATE * capacity:
        yield (
            f"{CURRENT!r} moves {charge:.4g} A.h at up to {most:.4g} A, and the model's "
            f"{name!r} is {capacity:.4g}: is the current in mA, or are the parameters those of "
            "another cell?"
        )


def _charge(table: Table) -> float:
    """Return the charge between the fullest and the emptiest state that the data gets to."""
    times, current = table.column(TIME), np.nan_to_num(table.column(CURRENT))
    moved = np.diff(times) * (current[1:] + current[:-1]) / 2
    course = np.append(0.0, np.nancumsum(moved)) / 3600
    return float(np.ptp(course))


def _number(chosen: Chosen, name: str) -> float | None:
    value = chosen.parameters.get(name)
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else None
