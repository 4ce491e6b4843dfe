"""Values and slopes of piecewise linear functions: their parameters' names, and the way between.

With one variable: ``Particle diffusion time at SOC 0.5 [s]`` and ``Particle diffusion time slope
from SOC 0 to 0.5 [s]``. With two: ``Diffusivity at SOC 0 and Temperature [K] 273.15 [m2.s-1]``,
``Diffusivity SOC-slope from SOC 0 to 1 at Temperature [K] 273.15 [m2.s-1]`` and ``Diffusivity
Temperature [K]-slope from Temperature [K] 273.15 to 298.15 at SOC 0 [m2.s-1]``. A slope is per unit
of its variable; the bracket at the end is the value's unit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ionworks_engine.pipelines.calculations.reading import Asked, Values, calculations

Make = Callable[[str], Any]


@dataclass(frozen=True)
class Axis:
    """A variable and its breakpoints.

    Parameters
    ----------
    name
        Such as ``SOC`` or ``Temperature [K]``.
    points
        Increasing.
    """

    name: str
    points: tuple[float, ...]

    def at(self, point: float) -> str:
        """Name a breakpoint."""
        return f"{self.name} {point:.12g}"

    def span(self, start: float, end: float) -> str:
        """Name a segment."""
        return f"from {self.name} {start:.12g} to {end:.12g}"


@dataclass(frozen=True)
class Line:
    """A piecewise linear function of one variable.

    Examples
    --------
    >>> line = Line("Particle diffusion time [s]", Axis("SOC", (0.0, 0.5)))
    >>> line.knots(str), line.slopes(str)
    (['Particle diffusion time at SOC 0 [s]', 'Particle diffusion time at SOC 0.5 [s]'], \
['Particle diffusion time slope from SOC 0 to 0.5 [s]'])
    """

    base: str
    axis: Axis

    def knots(self, make: Make) -> list[Any]:
        """Return what ``make`` makes of the names of the values at the breakpoints."""
        return [make(_named(self.base, f"at {self.axis.at(x)}")) for x in self.axis.points]

    def slopes(self, make: Make) -> list[Any]:
        """Return what ``make`` makes of the names of the slopes."""
        spans = [self.axis.span(*ends) for ends in pairwise(self.axis.points)]
        return [make(_named(self.base, f"slope {span}")) for span in spans]

    def from_slopes(self, make: Make) -> list[Any]:
        """Return the values at the breakpoints from the first one and the slopes."""
        first = make(_named(self.base, f"at {self.axis.at(self.axis.points[0])}"))
        return _summed(first, self.slopes(make), self.axis)


@dataclass(frozen=True)
class Grid:
    """A piecewise bilinear function of two variables; rows belong to the second one's points."""

    base: str
    first: Axis
    second: Axis

    def knots(self, make: Make) -> list[list[Any]]:
        """Return what ``make`` makes of the names of the values, row by row."""
        return [[make(self._at(x, y)) for x in self.first.points] for y in self.second.points]

    def from_slopes(self, make: Make) -> list[list[Any]]:
        """Return the values from the first one, the first row's slopes and every column's."""
        low = self.second.points[0]
        start = make(self._at(self.first.points[0], low))
        across = [
            make(_named(self.base, f"{self.first.name}-slope {span} at {self.second.at(low)}"))
            for span in (self.first.span(*ends) for ends in pairwise(self.first.points))
        ]
        columns = [
            _summed(value, self._up(make, x), self.second)
            for x, value in zip(self.first.points, _summed(start, across, self.first), strict=True)
        ]
        return [list(row) for row in zip(*columns, strict=True)]

    def _up(self, make: Make, x: float) -> list[Any]:
        spans = (self.second.span(*ends) for ends in pairwise(self.second.points))
        slope = f"{self.second.name}-slope"
        return [make(_named(self.base, f"{slope} {span} at {self.first.at(x)}")) for span in spans]

    def _at(self, x: float, y: float) -> str:
        return _named(self.base, f"at {self.first.at(x)} and {self.second.at(y)}")


def _summed(first: Any, slopes: list[Any], axis: Axis) -> list[Any]:
    values = [first]
    for slope, (start, end) in zip(slopes, pairwise(axis.points), strict=True):
        values.append(values[-1] + slope * (end - start))
    return values


def _named(base: str, what: str) -> str:
    """Put words before the unit at the end of a name."""
    stem, bracket, unit = base.rpartition(" [")
    return f"{stem} {what} [{unit}" if bracket and unit.endswith("]") else f"{base} {what}"


# -- the calculations -----------------------------------------------------------------


def _line(asked: Asked) -> Values:
    """Return the value at every breakpoint: y_(i+1) = y_i + slope_i (x_(i+1) - x_i)."""
    axis = _axis(asked, "breakpoint")
    return _values(asked, Line(asked.settings["base_parameter_name"], axis))


def _grid(asked: Asked) -> Values:
    """Return the value at every point: along the first row, then up every column."""
    axes = _axis(asked, "breakpoint1"), _axis(asked, "breakpoint2")
    return _values(asked, Grid(asked.settings["base_parameter_name"], *axes))


def _axis(asked: Asked, key: str) -> Axis:
    values = asked.settings[f"{key}_values"]
    place = f"{key}_values"
    if not isinstance(values, list | tuple):
        raise asked.refuse(place, f"must be a list of numbers, not {values!r}")
    points = tuple(asked.real(place, value) for value in values)
    if len(points) < 2 or any(start >= end for start, end in pairwise(points)):
        raise asked.refuse(place, f"must be at least two increasing numbers, not {list(values)!r}")
    return Axis(str(asked.settings[f"{key}_parameter_name"]), points)


def _values(asked: Asked, shape: Line | Grid) -> Values:
    asked.need(*_wanted(shape))
    names, values = shape.knots(str), shape.from_slopes(lambda name: asked.numbers(name)[0])
    return dict(zip(_flat(names), _flat(values), strict=True))


def _wanted(shape: Line | Grid) -> list[str]:
    wanted: list[str] = []

    def note(name: str) -> float:
        wanted.append(name)
        return 0.0

    shape.from_slopes(note)
    return wanted


def _flat(values: list[Any]) -> list[Any]:
    return [item for row in values for item in (row if isinstance(row, list) else [row])]


CALCULATIONS = calculations({"SlopesToKnots": _line, "SlopesToKnots2D": _grid})
