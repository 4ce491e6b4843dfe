"""Whether positive current is discharge: the voltage of each step tells, and the steps vote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ionworks.validators.columns import CURRENT, TIME, VOLTAGE, has, numbers
from ionworks.validators.frames import as_frame
from ionworks.validators.issues import IssueCode, ValidationIssue
from ionworks.validators.segments import Flags, Floats, Indices, Segments, running_integral
from ionworks.validators.sign_fit import fit_steps

__all__ = ["positive_current_is_charge", "validate_positive_current_is_discharge"]

_NO_CURRENT_A = 1e-12
_NO_SLOPE_V = 1e-10
_NO_CHARGE = 1e-12
_MIN_ROWS_TO_FIT = 4
_ROWS_AT_ONCE = 1 << 16
_REVERSED, _UNCLEAR = 0.75, 0.25
_CLEAR_WITH_GAPS = 0.25


@dataclass(frozen=True)
class _Verdicts:
    """Of each step: whether its positive current charges, and how little that is worth (0..1)."""

    is_charge: Flags
    p: Floats


def positive_current_is_charge(
    t: npt.ArrayLike, current: npt.ArrayLike, voltage: npt.ArrayLike
) -> tuple[bool, float]:
    """Tell from one step whether positive current charges the cell.

    Parameters
    ----------
    t
        Time in s.
    current
        Current in A, in either convention.
    voltage
        Voltage in V.

    Returns
    -------
    tuple
        Whether it does, and `p` between 0 (certain) and 1 (the data do not tell).

    Examples
    --------
    >>> from ionworks.validators import positive_current_is_charge
    >>> is_charge, p = positive_current_is_charge(
    ...     [0, 1, 2, 3, 4], [1, 1, 1, 1, 1], [3.0, 3.1, 3.2, 3.3, 3.5]
    ... )
    >>> is_charge, p < 0.05
    (True, True)
    """
    time, amperes, volts = (np.asarray(x, dtype=float) for x in (t, current, voltage))
    measured = ~np.isnan(time + amperes + volts)
    time, amperes, volts = time[measured], amperes[measured], volts[measured]
    if time.size < 2:
        return False, 1.0
    whole = Segments(np.zeros(1, dtype=np.intp), time.size)
    verdicts = _judge(whole, time, amperes, volts)
    return bool(verdicts.is_charge[0]), float(verdicts.p[0])


def validate_positive_current_is_discharge(
    df: Any,
    current_col: str = CURRENT,
    voltage_col: str = VOLTAGE,
    time_col: str = TIME,
    step_col: str | None = None,
    rest_tol: float = 1e-3,
    relative_rest_tol_frac: float = 0.02,
    relative_rest_tol_percentile: float = 95.0,
) -> list[ValidationIssue]:
    """Check that positive current discharges the cell.

    Each step that is not rest votes with the charge that it moved, the less the worse its
    voltage tells. Rows in which time, current or voltage was not measured do not count, and a
    step that has such rows votes only if the others tell clearly: what is missing may be the very
    drop or rise of the voltage that tells.

    Parameters
    ----------
    step_col
        The column whose runs are the steps; without it, the current's changes of sign make them.
    rest_tol
        Below this mean current, in A, a step is rest; at most `relative_rest_tol_frac` of the
        given percentile of the currents' magnitudes.

    Examples
    --------
    >>> from ionworks.validators import validate_positive_current_is_discharge
    >>> falling = {"Time [s]": [0.0, 1, 2, 3, 4], "Voltage [V]": [4.0, 3.9, 3.8, 3.6, 3.3]}
    >>> validate_positive_current_is_discharge(falling | {"Current [A]": [1.0] * 5})
    []
    >>> [issue.code.value for issue in
    ...  validate_positive_current_is_discharge(falling | {"Current [A]": [-1.0] * 5})]
    ['current_sign_reversed']
    """
    frame = as_frame(df)
    if not has(frame, current_col, voltage_col, time_col):
        return []
    series = [numbers(frame, name) for name in (time_col, current_col, voltage_col)]
    measured = np.isfinite(series[0])
    for values in series[1:]:
        measured &= np.isfinite(values)
    if not measured.any():
        return []
    rows = np.flatnonzero(measured)
    if rows.size < frame.height:
        series = [values[rows] for values in series]
    time, current, voltage = series
    magnitudes = np.abs(current)
    relative = relative_rest_tol_frac * np.percentile(magnitudes, relative_rest_tol_percentile)
    rest = min(rest_tol, max(float(relative), _NO_CURRENT_A))
    if step_col is not None and step_col in frame.columns:
        step = numbers(frame, step_col)
    else:
        step = np.sign(numbers(frame, current_col))
    steps = Segments.of(step[rows])
    active = np.abs(steps.sums(current) / steps.lengths) >= rest
    most = np.where(_have_gaps(steps, step, rows), _CLEAR_WITH_GAPS, 1.0)
    charge_fraction, row = _vote(steps, active, most, time, current, voltage)
    if not charge_fraction >= _UNCLEAR:
        return []
    code, message = _explained(
        charge_fraction, is_unsigned=bool((current[magnitudes > rest] > 0).all())
    )
    payload = {
        "charge_fraction": charge_fraction,
        "row_index": int(rows[row]),
        "time": float(time[row]),
        "current": float(current[row]),
        "voltage": float(voltage[row]),
    }
    return [ValidationIssue(code, message.format(payload["row_index"]), payload=payload)]


def _have_gaps(steps: Segments, step: Floats, rows: Indices) -> Flags:
    """Whether each run of the rows that were measured belongs to a step with others."""
    whole = Segments.of(step)
    measured = np.zeros(step.size, dtype=bool)
    measured[rows] = True
    is_gapped = np.repeat(whole.sums(measured.astype(float)) < whole.lengths, whole.lengths)
    first, last = rows[steps.starts], rows[steps.starts + steps.lengths - 1]
    has_gaps: Flags = is_gapped[first] | is_gapped[last] | (last - first + 1 > steps.lengths)
    return has_gaps


def _vote(
    steps: Segments, wanted: Flags, most: Floats, time: Floats, current: Floats, voltage: Floats
) -> tuple[float, int]:
    """Return the share of the votes for charge, and the first row of the first such step.

    A step votes if its `p` is no more than its `most`.
    """
    wanted = wanted & (steps.lengths > 1)
    weights, is_charge = np.zeros(len(steps)), np.zeros(len(steps), dtype=bool)
    for block, runs, rows in steps.blocks(_ROWS_AT_ONCE):
        judged, mask = block.kept(wanted[runs])
        if not len(judged):
            continue
        parts = [values[rows][mask] for values in (time, current, voltage)]
        verdicts = _judge(judged, *parts)
        places = runs.start + np.flatnonzero(wanted[runs])
        worth = np.where(verdicts.p <= most[places], 1.0 - verdicts.p, 0.0)
        weights[places] = worth * _moved(judged, np.abs(parts[1]), parts[0])
        is_charge[places] = verdicts.is_charge
    total = float(weights.sum())
    charging = is_charge & (weights > 0)
    if total <= 0 or not charging.any():
        return 0.0, 0
    first = int(steps.starts[np.argmax(charging)])
    return float(weights[charging].sum()) / total, first


def _judge(steps: Segments, time: Floats, current: Floats, voltage: Floats) -> _Verdicts:
    """Judge each step by itself; all of them have two rows or more."""
    is_charge = np.zeros(len(steps), dtype=bool)
    p = np.ones(len(steps))
    first, second = steps.starts, steps.starts + 1
    last = steps.starts + steps.lengths - 1
    largest = steps.highest(np.abs(voltage))
    span = steps.highest(voltage) - steps.lowest(voltage)
    flows = (time[last] != time[first]) & (steps.highest(np.abs(current)) >= _NO_CURRENT_A)
    short = flows & (steps.lengths < _MIN_ROWS_TO_FIT)
    flowed = (current[first] + current[second]) * (time[second] - time[first])
    rises = flowed * (voltage[second] - voltage[first]) > 0
    flat = flows & ~short & (span <= np.maximum(1e-9, 1e-6 * np.maximum(largest, 1.0)))
    is_charge[(short & rises) | flat] = True
    wanted = flows & ~short & ~flat
    if wanted.any():
        fitted, rows = steps.kept(wanted)
        is_charge[wanted], p[wanted] = _fit(fitted, time[rows], current[rows], voltage[rows])
    return _Verdicts(is_charge, p)


def _fit(steps: Segments, time: Floats, current: Floats, voltage: Floats) -> tuple[Flags, Floats]:
    """Fit each step as a charge and as a discharge: the steeper of the two is what it is."""
    charge = running_integral(current, time)
    charge -= steps.spread(charge[steps.starts])
    low = steps.lowest(charge)
    span = steps.highest(charge) - low
    moves = span >= _NO_CHARGE
    fraction = (charge - steps.spread(low)) / steps.spread(np.where(moves, span, 1.0))
    rising, falling = fit_steps(steps, voltage, fraction, current)
    is_charge = rising.slope >= falling.slope
    steeper = np.where(is_charge, rising.slope, falling.slope)
    other = np.where(is_charge, falling.slope, rising.slope)
    missed = np.where(is_charge, rising.misfit, falling.misfit)
    other_missed = np.where(is_charge, falling.misfit, rising.misfit)
    tells = moves & (steeper >= _NO_SLOPE_V)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = other / steeper + missed / other_missed
    return is_charge, np.where(tells & np.isfinite(p), np.clip(p, 0.0, 1.0), 1.0)


def _moved(steps: Segments, magnitudes: Floats, time: Floats) -> Floats:
    """Return the charge that each step moved, in A.s, whichever way."""
    total = running_integral(magnitudes, time)
    moved: Floats = total[steps.starts + steps.lengths - 1] - total[steps.starts]
    return moved


def _explained(charge_fraction: float, is_unsigned: bool) -> tuple[IssueCode, str]:
    share = f"{charge_fraction:.0%} of the charge moved says so"
    if charge_fraction >= _REVERSED:
        return IssueCode.CURRENT_SIGN_REVERSED, (
            f"Positive current charges the cell here ({share}, first in the step that begins in "
            "row {}), but positive current must be discharge: change the sign of the current, "
            "for example with ionworksdata.transform.set_positive_current_for_discharge."
        )
    if is_unsigned:
        return IssueCode.CURRENT_SIGN_UNSIGNED, (
            f"The current has no sign: it is positive in steps that charge the cell too ({share}, "
            "first in the step that begins in row {}). Charging current must be negative."
        )
    return IssueCode.CURRENT_SIGN_INDETERMINATE, (
        f"Whether positive current is discharge cannot be told: some steps say that it charges the "
        f"cell ({share}, first the step that begins in row {{}}), others that it discharges it. "
        "Positive current must be discharge throughout."
    )
