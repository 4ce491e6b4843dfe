"""The space that optimisers search: free parameters, transformed and normalised.

A coordinate is ``T(value) / scale``: `T` is the parameter's transform, `scale` is the magnitude of
the transformed initial value. Logarithms are not divided: equal steps of them are equal ratios
already, and the logarithm of an initial value says nothing of how far it may move. Where the
initial value is zero, the larger of the finite bounds takes its place, else 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ionworks_engine.pipelines.fits.transforms import Transform

Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FreeParameter:
    """One parameter that a fit may move.

    Parameters
    ----------
    name
        The user's name of it.
    initial, lower, upper
        In its own units; the bounds may be infinite.
    transform
        How the search sees it.
    normalize
        Whether its coordinate is divided by that of the initial value.
    guesses
        Range in its own units that starts are drawn from, if the user gave one.
    """

    name: str
    initial: float
    lower: float
    upper: float
    transform: Transform
    normalize: bool = True
    guesses: tuple[float, float] | None = None

    @cached_property
    def scale(self) -> float:
        """What its transformed value is divided by."""
        if not self.normalize or self.transform.relative:
            return 1.0
        bounds = (self.transform.forward(bound) for bound in (self.lower, self.upper))
        finite = [abs(bound) for bound in bounds if math.isfinite(bound)]
        return abs(self.transform.forward(self.initial)) or max(finite, default=0.0) or 1.0

    def coordinate(self, value: float) -> float:
        """Return where the search sees a value."""
        return self.transform.forward(value) / self.scale

    def value(self, coordinate: float) -> float:
        """Return the value at a coordinate, never outside the bounds."""
        return min(max(self.unbounded(coordinate), self.lower), self.upper)

    def unbounded(self, coordinate: float) -> float:
        """Return the value at a coordinate, wherever that is."""
        return self.transform.backward(coordinate * self.scale)

    def slope(self, coordinate: float) -> float:
        """Return the derivative of the value by the coordinate."""
        return self.transform.slope(coordinate * self.scale) * self.scale

    @cached_property
    def coordinates(self) -> tuple[float, float]:
        """The bounds of its coordinate, rising."""
        upper = self.upper if self.upper != 0 else -0.0  # approached from below
        ends = (self.coordinate(self.lower), self.coordinate(upper))
        return min(ends), max(ends)

    def drawn(self, share: float) -> float:
        """Return the coordinate at a share (0 to 1) of the range that starts are drawn from."""
        if self.guesses is not None:
            low, high = self.guesses
            return self.coordinate(low + share * (high - low))
        low, high = self.coordinates
        if not (math.isfinite(low) and math.isfinite(high)):
            middle = self.coordinate(self.initial)
            reach = 0.5 * abs(middle) or 1.0
            low, high = max(low, middle - reach), min(high, middle + reach)
        return low + share * (high - low)


@dataclass(frozen=True)
class SearchSpace:
    """All free parameters of a fit, as vectors of coordinates."""

    parameters: tuple[FreeParameter, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The user's names, in the order of the coordinates."""
        return tuple(parameter.name for parameter in self.parameters)

    @cached_property
    def start(self) -> Floats:
        """Coordinates of the initial values."""
        return self.point({parameter.name: parameter.initial for parameter in self.parameters})

    @cached_property
    def lower(self) -> Floats:
        """Lower bounds of the coordinates, perhaps infinite."""
        return np.array([parameter.coordinates[0] for parameter in self.parameters])

    @cached_property
    def upper(self) -> Floats:
        """Upper bounds of the coordinates, perhaps infinite."""
        return np.array([parameter.coordinates[1] for parameter in self.parameters])

    def values(self, x: npt.ArrayLike) -> dict[str, float]:
        """Return the values, in their own units, at a point of the search."""
        coordinates = np.asarray(x, dtype=float).ravel()
        return {
            parameter.name: float(parameter.value(float(coordinate)))
            for parameter, coordinate in zip(self.parameters, coordinates, strict=True)
        }

    def point(self, values: Mapping[str, float]) -> Floats:
        """Return the point of the search that has the given values; others at their initial."""
        coordinates = [
            parameter.coordinate(
                min(
                    max(values.get(parameter.name, parameter.initial), parameter.lower),
                    parameter.upper,
                )
            )
            for parameter in self.parameters
        ]
        return np.array(coordinates, dtype=float)

    def slopes(self, x: Floats) -> Floats:
        """Return the derivatives of the values by their coordinates."""
        pairs = zip(self.parameters, x, strict=True)
        return np.array([parameter.slope(float(coordinate)) for parameter, coordinate in pairs])

    def drawn(self, shares: Floats) -> Floats:
        """Map points of the unit cube, (n, d), to points that starts are drawn from."""
        rows = [
            [
                parameter.drawn(float(share))
                for parameter, share in zip(self.parameters, row, strict=True)
            ]
            for row in shares
        ]
        return np.array(rows, dtype=float).reshape(len(shares), len(self.parameters))

    def only(self, names: Sequence[str]) -> SearchSpace:
        """Return the space of some of the parameters."""
        return SearchSpace(tuple(p for p in self.parameters if p.name in names))
