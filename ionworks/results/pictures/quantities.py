"""Columns and their units: what frames of either backend hold, as numbers that can be drawn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = [
    "CURRENT",
    "SECONDS",
    "TEMPERATURE",
    "TIME",
    "VOLTAGE",
    "Scale",
    "has",
    "is_drawable",
    "largest",
    "numbers",
    "scale_for",
    "unit_of",
]

TIME, VOLTAGE, CURRENT = "Time [s]", "Voltage [V]", "Current [A]"
TEMPERATURE = "Temperature [degC]"

SECONDS = {"d": 86400.0, "h": 3600.0, "min": 60.0, "s": 1.0}
"""Length of each unit in which times are shown, the longest first."""

_LAST_BRACKETS = re.compile(r"\[([^\[\]]*)\]\s*$")


class Scale:
    """How the numbers of a column are shown: divided, under another name.

    Parameters
    ----------
    name
        What is written on the axis.
    divisor
        What the numbers are divided by.
    """

    def __init__(self, name: str, divisor: float = 1.0) -> None:
        self.name = name
        self.divisor = divisor

    def of(self, frame: Any, column: str) -> Any:
        """Return a column as it is shown."""
        return numbers(frame, column) / self.divisor


def scale_for(column: str, longest: float) -> Scale:
    """Return how a column is shown on the horizontal axis: times in a unit that suits them.

    Parameters
    ----------
    column
        Its name.
    longest
        The greatest number in it.

    Examples
    --------
    >>> scale_for("Time [s]", 7200.0).name, scale_for("Capacity [A.h]", 7200.0).name
    ('Time [min]', 'Capacity [A.h]')
    """
    if unit_of(column) != "s" or not column.startswith("Time"):
        return Scale(column)
    unit, seconds = next(
        (one for one in SECONDS.items() if longest > 3 * one[1]), ("s", SECONDS["s"])
    )
    return Scale(f"{column[: column.rindex('[')]}[{unit}]", seconds)


def unit_of(name: str) -> str:
    """Return the unit in a name, or nothing.

    Examples
    --------
    >>> unit_of("Capacity [A.h]"), unit_of("SOC")
    ('A.h', '')
    """
    found = _LAST_BRACKETS.search(name)
    return found.group(1) if found else ""


def has(frame: Any, *names: str) -> bool:
    """Whether a frame has all these columns."""
    return all(name in frame.columns for name in names)


def numbers(frame: Any, name: str) -> Any:
    """Return a column as numbers; what is absent is none."""
    import numpy as np

    column = frame[name]
    if hasattr(column, "to_numpy") and type(column).__module__.startswith("pandas"):
        return column.to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(column, dtype=float)


def largest(columns: Iterable[Any]) -> float:
    """Return the greatest number of all, 0 if there is none above."""
    import numpy as np

    found = (float(np.max(one, initial=0.0, where=np.isfinite(one))) for one in columns)
    return max(found, default=0.0)


def is_drawable(xs: Sequence[float], ys: Sequence[float]) -> bool:
    """Whether there is a point in it."""
    import numpy as np

    return bool(np.any(np.isfinite(xs) & np.isfinite(ys)))
