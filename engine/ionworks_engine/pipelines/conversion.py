"""Quantities of a cell specification in the units that parameters' names ask for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ionworks_engine import units
from ionworks_engine.pipelines.errors import refuse
from ionworks_engine.pipelines.names import unit_of

# Scales of temperature with a zero of their own: kelvins a degree, and the kelvins of their zero.
_SCALES = {
    **dict.fromkeys(("K", "kelvin"), (1.0, 0.0)),
    **dict.fromkeys(("°C", "degC", "celsius", "degreeC", "degree_Celsius"), (1.0, 273.15)),
    **dict.fromkeys(
        ("°F", "degF", "fahrenheit", "degreeF", "degree_Fahrenheit"), (5 / 9, 459.67 * 5 / 9)
    ),
    **dict.fromkeys(("°Re", "degRe", "reaumur", "degreeRe", "degree_Reaumur"), (1.25, 273.15)),
}
_LOGARITHMIC = frozenset({"dB", "decibel", "dBm", "dBu", "Np", "neper", "oct", "octave", "decade"})


def converted(parameter: str, quantity: Mapping[str, Any], where: str) -> float:
    """Return a quantity as the value of a parameter, in the unit of the parameter's name.

    Parameters
    ----------
    parameter
        Name of the parameter; the unit in brackets at its end is the one wanted, and a name
        without brackets wants a plain number (40 % is 0.4).
    quantity
        ``value`` and ``unit``, and the ``path`` that they were found at. Without a unit the value
        is taken to be in the one wanted. Temperatures in degrees keep their zero.
    where
        Key path, for messages.

    Raises
    ------
    PipelineError
        If the value is no finite number, or the units are of different kinds.

    Examples
    --------
    >>> converted("Separator thickness [m]", {"value": 12, "unit": "um"}, "")
    1.2e-05
    >>> converted("Ambient temperature [K]", {"value": 25, "unit": "degC"}, "")
    298.15
    """
    value, stated, wanted = quantity.get("value"), quantity.get("unit"), unit_of(parameter)
    found = f"{quantity.get('path', 'the value')} is {value!r}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise refuse(where, f"{parameter!r} must be a finite number, but {found}")
    if stated is None:
        return float(value)
    if wanted in _SCALES and stated in _SCALES:
        return _on_scale(value, stated, wanted)
    try:
        problem, amount = units.why_not(stated), _amount(value, stated, wanted)
    except TypeError:  # A scale with a zero inside a unit, such as millidegrees.
        problem, amount = None, None
    if problem:
        raise refuse(where, f"{parameter!r}: {problem}")
    if amount is None:
        of = f"[{wanted}]" if wanted else "a plain number"
        raise refuse(where, f"{parameter!r} wants {of}, but {found} in {stated!r}")
    # The scale is a power of ten, which leaves its mark in the last digit.
    return float(f"{amount:.15g}")


def _on_scale(value: float, stated: str, wanted: str) -> float:
    """Return a temperature on another scale."""
    (step, zero), (other_step, other_zero) = _SCALES[stated], _SCALES[wanted]
    return float(f"{(value * step + zero - other_zero) / other_step:.15g}")


def _amount(value: float, stated: str, wanted: str) -> float | None:
    """Return a quantity in a unit that is a multiple of its own; ``None`` if it is of no such."""
    if {stated, wanted} & (_SCALES.keys() - {"K", "kelvin"} | _LOGARITHMIC):
        return None
    return units.amount({"value": value, "unit": stated}, wanted)
