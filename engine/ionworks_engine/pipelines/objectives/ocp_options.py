"""Reading what the configurations of open-circuit objectives have in common."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ionworks_engine.pipelines.errors import near, refuse
from ionworks_engine.pipelines.objectives.base import Floats
from ionworks_engine.pipelines.objectives.ocp_curve import FEWEST, Curve
from ionworks_engine.pipelines.objectives.ocp_slopes import Windows

_MIDDLE = (0.1, 0.9)
_MARGIN = 1.1


class Options:
    """The options of an objective; those that are null count as left out.

    Parameters
    ----------
    settings
        The objective's configuration.
    known
        Names of the options that it has.
    where
        Its key path.
    """

    def __init__(self, settings: Mapping[str, Any], known: Iterable[str], where: str) -> None:
        names = tuple(known)
        self.where = f"{where}.options" if where else "options"
        given = settings.get("options") or {}
        if not isinstance(given, Mapping):
            raise refuse(self.where, f"must be a mapping of option names to values, not {given!r}")
        for name in given:
            if name not in names:
                raise refuse(self.where, f"no option {name!r}{near(str(name), names)}")
        self._given = {name: value for name, value in given.items() if value is not None}

    def get(self, name: str, default: Any = None) -> Any:
        """Return an option as it was given."""
        return self._given.get(name, default)

    def flag(self, name: str) -> bool:
        """Return an option that is true or false."""
        value = self.get(name, False)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return value

    def chosen(self, name: str, *choices: str) -> str | None:
        """Return one of some words, or ``None`` where it is left out."""
        value = self.get(name)
        if value is not None and value not in choices:
            raise self.wrong(name, " or ".join(map(repr, choices)))
        return None if value is None else str(value)

    def limits(self, name: str, default: tuple[float, float]) -> tuple[float, float]:
        """Return a range."""
        value = self.get(name)
        if value is None:
            return default
        if (
            not isinstance(value, (list, tuple))
            or len(value) != 2
            or not all(_is_number(each) for each in value)
            or not value[0] < value[1]
        ):
            raise self.wrong(name, "two numbers, the lower first")
        return float(value[0]), float(value[1])

    def number(self, name: str, default: float) -> float:
        """Return a finite number."""
        value = self.get(name, default)
        if not _is_number(value):
            raise self.wrong(name, "a number")
        return float(value)

    def cutoff(self, name: str) -> float | None:
        """Return a largest slope; infinity for ``"none"``, ``None`` where it is left out."""
        value = self.get(name)
        if value is None:
            return None
        if value == "none":
            return math.inf
        if not _is_number(value) or value <= 0:
            raise self.wrong(name, "a number above 0 or 'none'")
        return float(value)

    def variables(self, known: Iterable[str], default: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names of the objective's variables."""
        names, allowed = self.get("objective variables", default), tuple(known)
        if not isinstance(names, (list, tuple)) or not names:
            raise self.wrong("objective variables", "a list of names")
        for name in names:
            if name not in allowed:
                raise refuse(
                    f"{self.where}.objective variables", f"no {name!r}{near(str(name), allowed)}"
                )
        return tuple(dict.fromkeys(names))

    def wrong(self, name: str, right: str) -> Exception:
        """Make the error of an option's value."""
        return refuse(self.where, f"{name!r} must be {right}, not {self.get(name)!r}")


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, (int, float)) and math.isfinite(value)


def voltage_slopes(curve: Curve) -> Floats:
    """Return |dU/dQ| of the data in V/Ah."""
    return np.abs(Windows.of(curve.capacity).slopes(curve.capacity, curve.voltage))


def capacity_slopes(curve: Curve) -> Floats:
    """Return |dQ/dU| of the data in Ah/V."""
    return np.abs(Windows.of(curve.capacity).slopes(curve.voltage, curve.capacity))


def within(slopes: Floats, cutoff: float | None, where: str) -> Any:
    """Return which slopes are known and at most a cut-off; all that are known without one.

    Raises
    ------
    PipelineError
        If that leaves fewer than three.
    """
    mask = np.isfinite(slopes)
    if cutoff is not None:
        mask &= slopes <= cutoff
    if mask.sum() < FEWEST:
        raise refuse(where, f"a cut-off at {cutoff:g} leaves {mask.sum()} points of the data")
    return mask


def usual_cutoff(curve: Curve) -> float:
    """Return the default cut-off: 1.1 times the largest |dU/dQ| of the middle 80 % of capacity."""
    place = (curve.capacity - curve.capacity[0]) / curve.span
    middle = (place >= _MIDDLE[0]) & (place <= _MIDDLE[1])
    slopes = voltage_slopes(curve)
    return _MARGIN * float(np.nanmax(slopes[middle] if middle.any() else slopes))
