"""Transforms of a fit parameter: in which coordinate an optimiser sees it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Transform:
    """A monotonic map from a parameter's own units to the coordinate of the search.

    Parameters
    ----------
    name
        As in a configuration, such as ``"Log10"``.
    forward, backward
        The map and its inverse.
    slope
        Derivative of `backward`.
    rising
        Whether larger values have larger coordinates.
    domain
        ``"any"``, ``"positive"`` or ``"nonzero"``: which values it takes.
    relative
        Whether equal steps of the coordinate are equal ratios: then nothing is left to normalise.
    """

    name: str
    forward: Callable[[float], float]
    backward: Callable[[float], float]
    slope: Callable[[float], float]
    rising: bool = True
    domain: str = "any"
    relative: bool = False


def _log(value: float, log: Callable[[float], float]) -> float:
    return log(value) if value > 0 else -math.inf


def _power(base: float, exponent: float) -> float:
    try:
        return float(base**exponent)
    except OverflowError:
        return math.inf


def _inverse(value: float) -> float:
    return math.copysign(math.inf, value) if value == 0 else 1.0 / value


_LN10 = math.log(10.0)

TRANSFORMS: dict[str, Transform] = {
    transform.name: transform
    for transform in (
        Transform("Identity", lambda p: p, lambda q: q, lambda _: 1.0),
        Transform(
            "Log",
            lambda p: _log(p, math.log),
            lambda q: _power(math.e, q),
            lambda q: _power(math.e, q),
            domain="positive",
            relative=True,
        ),
        Transform(
            "Log10",
            lambda p: _log(p, math.log10),
            lambda q: _power(10.0, q),
            lambda q: _LN10 * _power(10.0, q),
            domain="positive",
            relative=True,
        ),
        Transform(
            "Exp", lambda p: _power(math.e, p), lambda q: _log(q, math.log), lambda q: 1.0 / q
        ),
        Transform(
            "Pow10",
            lambda p: _power(10.0, p),
            lambda q: _log(q, math.log10),
            lambda q: 1.0 / (_LN10 * q),
        ),
        Transform(
            "Inverse", _inverse, _inverse, lambda q: -1.0 / q**2, rising=False, domain="nonzero"
        ),
        Transform("Negate", lambda p: -p, lambda q: -q, lambda _: -1.0, rising=False),
    )
}
"""All transforms by name; bounds and initial values always stand in the parameter's own units."""
