"""Smoothed piecewise linear functions of one and two variables.

A function is the first segment's line plus, at every inner breakpoint b, the change of slope times
(x - b) H(x - b), where H(z) = (1 + tanh(z / s)) / 2 and s is the smoothing, in the unit of the
variable. Beyond the outer breakpoints the outer lines go on. The values at the breakpoints, or the
first one and the slopes, are parameters of the set, so that fits can vary them.

What PyBaMM's models call with several arguments (diffusivities, exchange-current densities, the
electrolyte's numbers) takes them all; which of them a breakpoint parameter means is said by its
name: see :mod:`~ionworks_engine.pipelines.entries.calls`.

The smoothing rounds corners off: at a breakpoint itself nothing is added, so that with knots the
function has the knots' values there, but for exp(-2 |distance of breakpoints| / s).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.calculations.knots import Axis, Grid, Line
from ionworks_engine.pipelines.entries.calls import called_with


def smoothed(x: Any, points: Sequence[float], values: Sequence[Any], smoothing: float) -> Any:
    """Return the smoothed piecewise linear function of ``x`` through points.

    Parameters
    ----------
    x
        Symbol.
    points
        Breakpoints, increasing, at least two.
    values
        Numbers or symbols, one a breakpoint.
    smoothing
        Half-width of a corner, in the unit of ``x``.
    """
    slopes = [
        (after - before) / (end - start)
        for (start, before), (end, after) in pairwise(zip(points, values, strict=True))
    ]
    total = values[0] + slopes[0] * (x - points[0])
    for corner, (before, after) in zip(points[1:-1], pairwise(slopes), strict=True):
        step = (1 + pybamm.tanh((x - corner) / smoothing)) / 2
        total = total + (after - before) * (x - corner) * step
    return total


def _one(
    *,
    base_parameter_name: str,
    breakpoint_values: Sequence[float],
    breakpoint_parameter_name: str,
    smoothing: float,
    formulation: str,
) -> dict[str, Any]:
    axis = Axis(breakpoint_parameter_name, tuple(map(float, breakpoint_values)))
    line = Line(base_parameter_name, axis)

    def of_one(x: Any) -> Any:
        return smoothed(x, axis.points, _knots(line, formulation), smoothing)

    return {base_parameter_name: called_with(base_parameter_name, [axis.name], of_one)}


def _two(
    *,
    base_parameter_name: str,
    breakpoint1_values: Sequence[float],
    breakpoint1_parameter_name: str,
    breakpoint2_values: Sequence[float],
    breakpoint2_parameter_name: str,
    smoothing1: float,
    smoothing2: float,
    formulation: str,
) -> dict[str, Any]:
    first = Axis(breakpoint1_parameter_name, tuple(map(float, breakpoint1_values)))
    second = Axis(breakpoint2_parameter_name, tuple(map(float, breakpoint2_values)))
    grid = Grid(base_parameter_name, first, second)

    def of_two(x: Any, y: Any) -> Any:
        rows = _knots(grid, formulation)
        across = [smoothed(x, first.points, row, smoothing1) for row in rows]
        return smoothed(y, second.points, across, smoothing2)

    names = [first.name, second.name]
    return {base_parameter_name: called_with(base_parameter_name, names, of_two)}


def _knots(shape: Any, formulation: str) -> Any:
    make = shape.knots if formulation == "knots" else shape.from_slopes
    return make(pybamm.Parameter)


FUNCTIONS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "PiecewiseInterpolation1D": _one,
    "PiecewiseInterpolation2D": _two,
}
