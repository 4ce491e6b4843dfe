"""Series one above the other: one picture a variable, one line a run, all over the same axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ionworks.requests import close_to
from ionworks.results.pictures.canvas import axes_for
from ionworks.results.pictures.labels import carries, name_axes, scale_on
from ionworks.results.pictures.lines import Curve, draw_lines
from ionworks.results.pictures.quantities import (
    CURRENT,
    TEMPERATURE,
    TIME,
    VOLTAGE,
    Scale,
    has,
    is_drawable,
    largest,
    numbers,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ionworks.results.pictures.looks import Look

__all__ = ["Run", "Timeline", "draw_timeline"]

_USUAL = (VOLTAGE, CURRENT, TEMPERATURE)


class Run(NamedTuple):
    """A time series, what it is called and how it looks."""

    name: str
    series: Any
    look: Look


class Timeline(NamedTuple):
    """The pictures, how each shows the horizontal axis, and whether nothing else is there."""

    axes: list[Axes]
    scales: list[Scale]
    is_alone: bool


def draw_timeline(
    runs: Sequence[Run],
    axes: Any = None,
    variables: Sequence[str] | str | None = None,
    x: str = TIME,
) -> Timeline:
    """Draw each variable over ``x``, a line a run.

    Parameters
    ----------
    runs
        What is drawn.
    axes
        Where, one a variable; without them, a new figure is made. Those that show something keep
        their units.
    variables
        What is drawn over ``x``; without them voltage, current and temperature, where there is
        something of each.
    x
        The horizontal axis.

    Raises
    ------
    ValueError
        If no run has a column of this name, nothing is there to be drawn, or the axes show
        something else.
    """
    wanted = _wanted(runs, variables, x)
    longest = largest(numbers(run.series, x) for run in runs if has(run.series, x))
    drawn_on = axes_for(len(wanted), axes, share_x=True)
    is_alone = not any(map(carries, drawn_on))
    scales = [scale_on(one, x, longest) for one in drawn_on]
    for variable, one, scale in zip(wanted, drawn_on, scales, strict=True):
        name_axes(one, scale.name if one is drawn_on[-1] or axes is not None else "", variable)
    for variable, one, scale in zip(wanted, drawn_on, scales, strict=True):
        draw_lines(
            one,
            (
                Curve(run.name, run.look, scale.of(run.series, x), numbers(run.series, variable))
                for run in runs
                if has(run.series, x, variable)
            ),
        )
    return Timeline(drawn_on, scales, is_alone)


def _wanted(runs: Sequence[Run], variables: Sequence[str] | str | None, x: str) -> list[str]:
    known = list(dict.fromkeys(name for run in runs for name in run.series.columns))
    named = [variables] if isinstance(variables, str) else variables
    for name in (x, *(named or ())):
        if name not in known:
            near = close_to(name, known)
            hint = (
                f"did you mean {near!r}?"
                if near
                else f"those are {', '.join(map(str, known)) or 'none'}"
            )
            raise ValueError(f"the time series have no column {name!r}: {hint}")
    found = [name for name in named or _USUAL if _is_there(runs, x, name)]
    if named and len(found) < len(named):
        missing = ", ".join(repr(name) for name in named if name not in found)
        raise ValueError(f"nothing to draw: {missing} has no numbers over {x!r}")
    if not found:
        raise ValueError(f"nothing to draw: no numbers of {', '.join(_USUAL)} over {x!r}")
    return found


def _is_there(runs: Sequence[Run], x: str, variable: str) -> bool:
    return any(
        has(run.series, x, variable)
        and is_drawable(numbers(run.series, x), numbers(run.series, variable))
        for run in runs
    )
