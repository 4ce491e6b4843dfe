"""The columns of a measurement: their names, and their values as arrays."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from ionworks.validators.segments import Flags, Floats

if TYPE_CHECKING:
    import polars as pl

TIME = "Time [s]"
CURRENT = "Current [A]"
VOLTAGE = "Voltage [V]"
POWER = "Power [W]"
STEP_COUNT = "Step count"
DISCHARGE_CAPACITY = "Discharge capacity [A.h]"
CHARGE_CAPACITY = "Charge capacity [A.h]"
DISCHARGE_ENERGY = "Discharge energy [W.h]"
CHARGE_ENERGY = "Charge energy [W.h]"
CUMULATIVE = (DISCHARGE_CAPACITY, CHARGE_CAPACITY, DISCHARGE_ENERGY, CHARGE_ENERGY)
CYCLES = ("Cycle count", "Cycle number", "Cycle from cycler")
EIS_FREQ_COL = "Frequency [Hz]"
EIS_ZRE_COL = "Z_Re [Ohm]"
EIS_ZIM_COL = "Z_Im [Ohm]"
OCP_X_AXES = ("Capacity [A.h]", "Stoichiometry", "SOC")
STEP_TYPE = "Step type"
DURATION = "Duration [s]"
MEAN_CURRENT = "Mean current [A]"
MIN_CURRENT = "Min current [A]"
MAX_CURRENT = "Max current [A]"
STD_CURRENT = "Std current [A]"

CYCLER_REQUIRED = (TIME, CURRENT, VOLTAGE)
SERIES_NUMBERS = (
    *CYCLER_REQUIRED,
    STEP_COUNT,
    POWER,
    *CUMULATIVE,
    *CYCLES,
    EIS_FREQ_COL,
    EIS_ZRE_COL,
    EIS_ZIM_COL,
    *OCP_X_AXES,
    "Temperature [degC]",
    "Z_Mod [Ohm]",
    "Z_Phase [deg]",
)
STEP_NUMBERS = (
    STEP_COUNT,
    DURATION,
    MEAN_CURRENT,
    MIN_CURRENT,
    MAX_CURRENT,
    STD_CURRENT,
    *CUMULATIVE,
)


def numbers(frame: pl.DataFrame, name: str) -> Floats:
    """Return a column as floats; what is not measured is NaN.

    Raises
    ------
    TypeError
        If the column holds no numbers.
    """
    import polars as pl

    column = frame[name]
    if not is_numeric(column):
        raise TypeError(f"column {name!r} must hold numbers, but is of type {column.dtype}")
    return column.cast(pl.Float64).to_numpy()


def is_numeric(column: pl.Series) -> bool:
    """Whether a column holds numbers, or nothing at all."""
    return column.dtype.is_numeric() or str(column.dtype) == "Null"


def has(frame: pl.DataFrame, *names: str) -> bool:
    """Whether all of these columns are there."""
    return set(names) <= set(frame.columns)


def is_eis_row(frame: pl.DataFrame) -> Flags:
    """Whether each row was measured at a frequency: at more than 0 Hz.

    Some cyclers write 0 Hz into every row that belongs to no spectrum.

    Examples
    --------
    >>> import polars as pl
    >>> from ionworks.validators.columns import is_eis_row
    >>> is_eis_row(pl.DataFrame({"Frequency [Hz]": [0.0, 0.01, None]})).tolist()
    [False, True, False]
    """
    if EIS_FREQ_COL not in frame.columns or not is_numeric(frame[EIS_FREQ_COL]):
        return np.zeros(frame.height, dtype=bool)
    return numbers(frame, EIS_FREQ_COL) > 0


def near(wanted: str, names: Iterable[str]) -> list[str]:
    """Find the names that may have been meant: other case, another unit, a slip.

    Examples
    --------
    >>> from ionworks.validators.columns import near
    >>> near("Voltage [V]", ["time", "voltage / V", "Current [A]"])
    ['voltage / V']
    """
    plain = {name: _words(name) for name in names}
    target = _words(wanted)
    close = set(get_close_matches(target, plain.values(), n=3, cutoff=0.75))
    begins = target.split(" ")[0]
    return [name for name, words in plain.items() if words in close or begins in words.split(" ")][
        :3
    ]


def _words(name: str) -> str:
    """Write a name in lower case, without its unit."""
    text = name.lower()
    for mark in "[(/":
        text = text.split(mark)[0]
    return " ".join(text.replace("_", " ").replace("-", " ").split())
