"""Whether what was read from a cycler's file can be: a wrong unit or separator shows in the values.

These are no rules of a measurement, which may be made of anything that its maker stands for: they
are for values that a reader made of a text.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["LARGEST", "check_plausible"]

LARGEST = {"Voltage [V]": 1000.0, "Current [A]": 100_000.0}
_TIME, _TEMPERATURE = "Time [s]", "Temperature [degC]"
_ABSOLUTE_ZERO = -273.15
_SLACK = 1e-12


def check_plausible(series: pl.DataFrame, name: str) -> None:
    """Refuse a time series that no cell gives.

    Parameters
    ----------
    series
        What was read.
    name
        The file, for messages.

    Raises
    ------
    ValueError
        If a voltage is beyond 1000 V, a current beyond 100 kA, or a time before that of the row
        above. A temperature below absolute zero is only warned of: cyclers write one where no
        sensor is connected.

    Examples
    --------
    >>> import polars as pl
    >>> check_plausible(pl.DataFrame({"Voltage [V]": [3.85, 3850000.0]}), "a.txt")
    Traceback (most recent call last):
    ...
    ValueError: a.txt: row 1 has 3.85e+06 as Voltage [V], beyond 1000. ...
    """
    for column, largest in LARGEST.items():
        values = _numbers(series, column)
        row = _first(values.abs() > largest)
        if row is not None:
            raise ValueError(
                f"{name}: row {row} has {values[row]:g} as {column}, beyond {largest:g}. Look at "
                "the decimal separator and the unit of that column. Values that are right all the "
                "same can be uploaded with create"
            )
    _refuse_backwards(_numbers(series, _TIME), name)
    warmth = _numbers(series, _TEMPERATURE)
    cold = _first(warmth < _ABSOLUTE_ZERO)
    if cold is not None:
        warnings.warn(
            f"{name}: row {cold} has {warmth[cold]:g} °C, below absolute zero. Perhaps no sensor "
            "was connected",
            UserWarning,
            stacklevel=2,
        )


def _refuse_backwards(times: pl.Series, name: str) -> None:
    known = times.fill_null(strategy="forward")
    row = _first(known.diff() < -_SLACK)
    if row is not None:
        raise ValueError(
            f"{name}: row {row} is at {known[row]:g} s, before the row above it at "
            f"{known[row - 1]:g} s. Look at the column of times: it may begin anew in each step, "
            "or the file may hold several tests"
        )


def _numbers(series: pl.DataFrame, column: str) -> pl.Series:
    """Return a column as numbers; an empty one if it is absent or of another kind."""
    import polars as pl

    if column not in series.columns or not series[column].dtype.is_numeric():
        return pl.Series(column, [], pl.Float64)
    return series[column].cast(pl.Float64).fill_nan(None)


def _first(found: pl.Series) -> int | None:
    row = found.arg_max()
    return row if row is not None and found[row] else None
