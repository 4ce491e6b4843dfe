"""Pictures of what simulations computed: one run with its steps, or the runs of a sweep."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ionworks.requests import close_to
from ionworks.results.pictures.canvas import explain
from ionworks.results.pictures.looks import MOST_NAMED, looks, looks_by_value, name_colors
from ionworks.results.pictures.quantities import TIME
from ionworks.results.pictures.shading import shade_steps, spans_of
from ionworks.results.pictures.timelines import Run, draw_timeline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_simulation", "draw_sweep"]


def draw_simulation(
    series: Any,
    steps: Any = None,
    axes: Any = None,
    variables: Sequence[str] | str | None = None,
    x: str = TIME,
) -> list[Axes]:
    """Draw a run; over time, its steps are shaded and numbered, if nothing else is there.

    Raises
    ------
    ValueError
        If there is no such column, nothing to be drawn, or the axes show something else.
    """
    drawn = draw_timeline([Run("simulation", series, looks(1)[0])], axes, variables, x)
    if x == TIME and drawn.is_alone:
        shades = shade_steps(drawn.axes, spans_of(series, steps), drawn.scales)
        if shades:
            explain(drawn.axes[0], shades, "Step")
    return drawn.axes


def draw_sweep(
    series: Sequence[Any],
    points: Sequence[Mapping[str, Any]],
    axes: Any = None,
    variables: Sequence[str] | str | None = None,
    x: str = TIME,
    by: str | None = None,
) -> list[Axes]:
    """Draw runs over each other, told apart by their design points.

    Parameters
    ----------
    series
        One time series a run.
    points
        The design point of each: values by name.
    axes, variables, x
        As for `draw_timeline`.
    by
        The design parameter that colours the lines, from dark for its least value to light.

    Raises
    ------
    ValueError
        If there is nothing to draw, no such column, or ``by`` is no design parameter of numbers.
    """
    if not series:
        raise ValueError("nothing to draw: there are no results")
    varied = _varied(points)
    if (
        by is None
        and len(points) > MOST_NAMED
        and len(varied) == 1
        and _are_numbers(points, *varied)
    ):
        by = varied[0]
    names = point_names(points, varied)
    chosen = looks(len(points)) if by is None else looks_by_value(_values(points, by))
    runs = [Run(*each) for each in zip(names, series, chosen, strict=True)]
    drawn = draw_timeline(runs, axes, variables, x).axes
    if by is not None:
        values = _values(points, by)
        name_colors(drawn, by, limits=(min(values), max(values)))
    elif len(points) > MOST_NAMED:
        name_colors(drawn, ", ".join(varied) or "Run", names)
    elif len(points) > 1:
        explain(drawn[0], title=", ".join(varied))
    return drawn


def point_names(points: Sequence[Mapping[str, Any]], varied: Sequence[str]) -> list[str]:
    """Name points by what differs between them, in as few digits as tell them apart.

    Examples
    --------
    >>> point_names([{"T": 25.0, "d": 5e-05}, {"T": 25.0, "d": 7.5e-05}], ["d"])
    ['5e-05', '7.5e-05']
    """
    if not varied:
        return [str(place) for place in range(len(points))]
    columns = [_written([point.get(name) for point in points]) for name in varied]
    return [", ".join(parts) for parts in zip(*columns, strict=True)]


def _varied(points: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the parameters that are not the same in all points."""
    names = dict.fromkeys(name for point in points for name in point)
    return [name for name in names if any(one.get(name) != points[0].get(name) for one in points)]


def _written(values: Sequence[Any]) -> list[str]:
    for digits in (3, 4, 6, 9, 17):
        texts = [_brief(value, digits) for value in values]
        if len(set(texts)) == len({repr(value) for value in values}):
            break
    return texts


def _brief(value: Any, digits: int) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "none" if value is None else f"{value:.{digits}g}" if is_number else str(value)


def _are_numbers(points: Sequence[Mapping[str, Any]], name: str) -> bool:
    values = [point.get(name) for point in points]
    return all(
        isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one)
        for one in values
    )


def _values(points: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    known = list(dict.fromkeys(each for point in points for each in point))
    if name not in known:
        near = close_to(name, known)
        hint = f"did you mean {near!r}?" if near else f"those are {', '.join(known) or 'none'}"
        raise ValueError(f"no design parameter is called {name!r}: {hint}")
    if not _are_numbers(points, name):
        raise ValueError(f"{name!r} is not a number in each design point: it gives no colours")
    return [float(point[name]) for point in points]
