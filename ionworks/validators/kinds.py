"""The kinds of data that are no ordinary test: open-circuit curves and impedance spectra."""

from __future__ import annotations

from typing import Any

import numpy as np

from ionworks.validators.columns import (
    CURRENT,
    EIS_FREQ_COL,
    EIS_ZIM_COL,
    EIS_ZRE_COL,
    OCP_X_AXES,
    TIME,
    VOLTAGE,
    has,
    is_eis_row,
    near,
    numbers,
)
from ionworks.validators.frames import as_frame
from ionworks.validators.issues import IssueCode, ValidationIssue

__all__ = [
    "EIS_RESISTANCE_CAPACITY_PRODUCT",
    "infer_data_type",
    "validate_eis_columns",
    "validate_eis_impedance_magnitude",
    "validate_eis_zim_sign",
    "validate_ocp_columns",
]

EIS_RESISTANCE_CAPACITY_PRODUCT = 0.05
_MIN_POINTS = 3


def infer_data_type(df: Any) -> str:
    """Tell from its columns what kind of data a time series is, as the server does.

    What has a current, or a time and something that may be meant as a current, can be a
    cycler's data. Everything else is what it has the columns for.

    Returns
    -------
    str
        ``eis`` if every row has a frequency above 0, or some have one and an impedance, and these
        cannot be a cycler's data; ``ocp`` if there is voltage over a capacity, a stoichiometry or
        a state of charge, and these cannot be a cycler's data; otherwise ``cycler``.

    Examples
    --------
    >>> from ionworks.validators import infer_data_type
    >>> infer_data_type({"Voltage [V]": [4.2, 3.0], "SOC": [1.0, 0.0], "Step count": [0, 0]})
    'ocp'
    """
    frame = as_frame(df)
    is_at_frequency = is_eis_row(frame)
    may_be_a_cyclers = bool(_currents(frame.columns))
    if is_at_frequency.any() and (
        is_at_frequency.all() or (not may_be_a_cyclers and has(frame, EIS_ZRE_COL, EIS_ZIM_COL))
    ):
        return "eis"
    if not may_be_a_cyclers and VOLTAGE in frame.columns and set(OCP_X_AXES) & set(frame.columns):
        return "ocp"
    return "cycler"


def _currents(names: list[str]) -> list[str]:
    """Find the column of the current, or what may be meant by it beside a time."""
    if CURRENT in names:
        return [CURRENT]
    return near(CURRENT, names) if TIME in names else []


def find_other_kind(df: Any, data_type: str) -> list[ValidationIssue]:
    """Check that data are of the kind that they are called, by the columns alone.

    Examples
    --------
    >>> from ionworks.validators.kinds import find_other_kind
    >>> curve = {"Voltage [V]": [4.2, 3.0], "SOC": [1.0, 0.0], "Step count": [0, 0]}
    >>> find_other_kind(curve, "ocp")
    []
    >>> find_other_kind(curve | {"Current [A]": [0.0, 0.0]}, "ocp")[0].payload["inferred"]
    'cycler'
    """
    frame = as_frame(df)
    inferred = infer_data_type(frame)
    if not frame.height or inferred == data_type:
        return []
    is_at_frequency = is_eis_row(frame)
    if inferred == "eis":
        reason = f"every row has a {EIS_FREQ_COL!r}"
    elif data_type == "eis":
        row = int(np.argmin(is_at_frequency))
        reason = f"row {row} has no {EIS_FREQ_COL!r} above 0"
    else:
        reason = f"there is {_currents(frame.columns)[0]!r}"
    kinds = {"eis": "a spectrum", "ocp": "an open-circuit curve", "cycler": "a cycler's data"}
    return [
        ValidationIssue(
            IssueCode.DATA_TYPE_MISMATCH,
            f"data_type is {data_type!r}, but {reason}: the server goes by the columns, and would "
            f"take this for {kinds[inferred]}. Leave out what does not belong to "
            f"{kinds[data_type]}, or leave out data_type.",
            payload={"data_type": data_type, "inferred": inferred},
        )
    ]


def validate_ocp_columns(df: Any) -> list[ValidationIssue]:
    """Check that an open-circuit curve has its voltage and something to plot it over.

    Examples
    --------
    >>> from ionworks.validators import validate_ocp_columns
    >>> [issue.code.value for issue in validate_ocp_columns({"Voltage [V]": [4.2]})]
    ['ocp_x_axis_column_missing']
    """
    names = as_frame(df).columns
    issues = []
    if VOLTAGE not in names:
        issues.append(
            ValidationIssue(
                IssueCode.OCP_VOLTAGE_COLUMN_MISSING,
                f"An open-circuit curve needs the column {VOLTAGE!r}. Available columns: {names}",
                payload={"available_columns": names},
            )
        )
    if not set(OCP_X_AXES) & set(names):
        issues.append(
            ValidationIssue(
                IssueCode.OCP_X_AXIS_COLUMN_MISSING,
                "An open-circuit curve needs one of the columns "
                f"{', '.join(map(repr, OCP_X_AXES))}. Available columns: {names}",
                payload={"candidates": list(OCP_X_AXES), "available_columns": names},
            )
        )
    return issues


def validate_eis_columns(
    df: Any,
    freq_col: str = EIS_FREQ_COL,
    zre_col: str = EIS_ZRE_COL,
    zim_col: str = EIS_ZIM_COL,
) -> list[ValidationIssue]:
    """Check that a spectrum has frequency and both parts of the impedance.

    Examples
    --------
    >>> from ionworks.validators import validate_eis_columns
    >>> validate_eis_columns({"Frequency [Hz]": [1.0], "Z_Re [Ohm]": [0.1]})[0].payload["missing"]
    ['Z_Im [Ohm]']
    """
    names = as_frame(df).columns
    required = [freq_col, zre_col, zim_col]
    missing = [name for name in required if name not in names]
    if not missing:
        return []
    return [
        ValidationIssue(
            IssueCode.EIS_COLUMNS_MISSING,
            f"A spectrum needs the columns {', '.join(map(repr, required))}; "
            f"{', '.join(map(repr, missing))} missing. Available columns: {names}",
            payload={"required": required, "missing": missing, "available_columns": names},
        )
    ]


def validate_eis_zim_sign(
    df: Any,
    freq_col: str = EIS_FREQ_COL,
    zre_col: str = EIS_ZRE_COL,
    zim_col: str = EIS_ZIM_COL,
    reversed_fraction_threshold: float = 0.75,
) -> list[ValidationIssue]:
    """Check that the imaginary part is negative below the frequency of the smallest real part.

    Parameters
    ----------
    reversed_fraction_threshold
        The share of the magnitudes that may be positive.

    Examples
    --------
    >>> from ionworks.validators import validate_eis_zim_sign
    >>> validate_eis_zim_sign({"Frequency [Hz]": [1.0, 10.0, 100.0],
    ...     "Z_Re [Ohm]": [0.3, 0.2, 0.1], "Z_Im [Ohm]": [0.1, 0.1, 0.01]})[0].code.value
    'eis_zim_sign_reversed'
    """
    frame = as_frame(df)
    if not has(frame, freq_col, zre_col, zim_col):
        return []
    parts = np.stack([numbers(frame, name) for name in (freq_col, zre_col, zim_col)])
    rows = np.flatnonzero(np.isfinite(parts).all(axis=0) & (parts[0] > 0))
    rows = rows[np.argsort(parts[0, rows], kind="stable")]
    if rows.size < _MIN_POINTS:
        return []
    intercept = int(np.argmin(parts[1, rows]))
    rows = rows[: intercept + 1]
    imaginary = parts[2, rows]
    total = float(np.abs(imaginary).sum())
    if total <= 0:
        return []
    share = float(imaginary[imaginary > 0].sum()) / total
    if share < reversed_fraction_threshold:
        return []
    first = int(rows[imaginary > 0].min())
    return [
        ValidationIssue(
            IssueCode.EIS_ZIM_SIGN_REVERSED,
            f"{zim_col!r} is positive where it must be negative: {share:.0%} of its magnitude "
            f"below the frequency of the smallest real part, first {parts[2, first]:g} Ohm in row "
            f"{first}. It is the imaginary part itself; change its sign.",
            payload={
                "row_index": first,
                "observed": float(parts[2, first]),
                "positive_fraction": share,
                "r0": float(parts[1, rows[-1]]),
                "n_capacitive_points": rows.size,
            },
        )
    ]


def validate_eis_impedance_magnitude(
    df: Any,
    rated_capacity: float | None,
    factor: float = 100.0,
    r_times_q: float = EIS_RESISTANCE_CAPACITY_PRODUCT,
    zre_col: str = EIS_ZRE_COL,
) -> list[ValidationIssue]:
    """Check the ohmic resistance against what a cell of this capacity should have.

    Parameters
    ----------
    rated_capacity
        In A.h; without it nothing is checked.
    factor
        How many times larger or smaller than expected the resistance may be.
    r_times_q
        Resistance times capacity of a usual cell, in Ohm.A.h.

    Examples
    --------
    >>> from ionworks.validators import validate_eis_impedance_magnitude
    >>> validate_eis_impedance_magnitude({"Z_Re [Ohm]": [20.0]}, 5.0)[0].payload["r_expected"]
    0.01
    """
    frame = as_frame(df)
    if not rated_capacity or rated_capacity <= 0 or zre_col not in frame.columns:
        return []
    real = numbers(frame, zre_col)
    at_frequency = is_eis_row(frame) if EIS_FREQ_COL in frame.columns else True
    finite = np.flatnonzero(np.isfinite(real) & at_frequency)
    if not finite.size:
        return []
    row = int(finite[np.argmin(real[finite])])
    resistance, expected = float(real[row]), r_times_q / rated_capacity
    low, high = expected / factor, expected * factor
    if resistance <= 0 or low <= resistance <= high:
        return []
    return [
        ValidationIssue(
            IssueCode.EIS_IMPEDANCE_MAGNITUDE_IMPLAUSIBLE,
            f"The smallest {zre_col!r}, {resistance:.4g} Ohm in row {row}, is not between "
            f"{low:.3g} and {high:.3g} Ohm, as a cell of {rated_capacity:g} A.h should have: is "
            "its unit right?",
            payload={
                "row_index": row,
                "r0": resistance,
                "r_expected": expected,
                "band_low": low,
                "band_high": high,
                "factor": factor,
                "r_times_q": r_times_q,
                "rated_capacity": rated_capacity,
            },
        )
    ]
