"""How a fit came along: the best cost so far, and the values that gave it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ionworks.results.pictures.canvas import axes_for, explain, integer_ticks, plain
from ionworks.results.pictures.labels import name_axes
from ionworks.results.pictures.looks import MOST_NAMED, Look, looks, name_colors

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_trace"]

_COUNT = "iteration"
_DECADE = 10.0
_MOST_MARKED = 60

Row = Mapping[str, Any]


class _Search(NamedTuple):
    """One search of a fit: what it is called, how it looks, where its rows stand, and they."""

    name: str
    look: Look
    places: Sequence[float]
    rows: Sequence[Row]


def draw_trace(rows: Sequence[Row], axes: Any = None) -> list[Axes]:
    """Draw the best cost so far, and the parameters that gave it.

    Each start of a multistart, and each member of an array fit, has a line of its own. Positive
    numbers that span a decade or more are drawn in the logarithm.

    Parameters
    ----------
    rows
        Of the trace, each with ``cost`` and ``inputs_unscaled``.
    axes
        Where: one for the cost, one a parameter. Without them, a new figure is made.

    Raises
    ------
    ValueError
        If there are no rows, none has a cost, or the axes show something else.
    """
    if not rows:
        raise ValueError("nothing to draw: no trace is stored; this element was no fit")
    if all(math.isnan(_cost(row)) for row in rows):
        raise ValueError("nothing to draw: no row of the trace has a cost")
    searches = _searches(rows)
    names = list(dict.fromkeys(name for row in rows for name in row.get("inputs_unscaled") or {}))
    drawn_on = axes_for(1 + len(names), axes, share_x=True)
    x = "Evaluation" if _are_counted(rows) else "Row of the trace"
    for one, name in zip(drawn_on, [None, *names], strict=True):
        is_lowest = one is drawn_on[-1] or axes is not None
        name_axes(one, x if is_lowest else "", "Best cost" if name is None else name)
        _draw(one, searches, name)
        integer_ticks(one)
    if len(searches) > MOST_NAMED:
        name_colors(drawn_on, "Search", [each.name for each in searches])
    elif len(searches) > 1:
        explain(drawn_on[0])
    return drawn_on


def _searches(rows: Sequence[Row]) -> list[_Search]:
    """Take the rows apart: those of each start, and of each objective of an array fit."""
    found: dict[tuple[Any, Any], list[int]] = {}
    for place, row in enumerate(rows):
        key = (row.get("objective"), row.get("multistart_job_id"))
        found.setdefault(key, []).append(place)
    counts = [float(row[_COUNT]) for row in rows] if _are_counted(rows) else range(len(rows))
    return [
        _Search(
            _name(key),
            look,
            [counts[place] for place in places],
            _improving([rows[place] for place in places]),
        )
        for (key, places), look in zip(found.items(), looks(len(found)), strict=True)
    ]


def _name(key: tuple[Any, Any]) -> str:
    objective, start = key
    parts = [
        "" if objective is None else str(objective),
        "" if start is None else f"start {start}",
    ]
    return ", ".join(part for part in parts if part)


def _improving(rows: Sequence[Row]) -> list[Row]:
    """Return at each row the best one so far of this search; an empty one before the first cost."""
    best: Row = {}
    found = []
    for row in rows:
        if not (math.isnan(_cost(row)) or _cost(row) >= _cost(best)):
            best = row
        found.append(best)
    return found


def _draw(axes: Axes, searches: Sequence[_Search], name: str | None) -> None:
    columns = [[_value(row, name) for row in each.rows] for each in searches]
    for each, values in zip(searches, columns, strict=True):
        axes.plot(
            each.places,
            values,
            color=each.look.color,
            linestyle=each.look.dash,
            marker=each.look.marker if len(values) <= _MOST_MARKED else "",
            markersize=3,
            linewidth=1.2,
            drawstyle="steps-post",
            label=plain(each.name),
        )
    least, most = axes.dataLim.intervaly  # Of all that is there.
    if least > 0 and most >= _DECADE * least:
        axes.set_yscale("log")
    elif least <= 0 and axes.get_yscale() == "log":
        axes.set_yscale("linear")


def _value(row: Row, name: str | None) -> float:
    return _cost(row) if name is None else _number((row.get("inputs_unscaled") or {}).get(name))


def _cost(row: Row) -> float:
    """Return the cost of a row; where none is said, the best one so far of the whole fit."""
    cost = row.get("cost")
    return _number(row.get("best_cost") if cost is None else cost)


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _are_counted(rows: Sequence[Row]) -> bool:
    return all(isinstance(row.get(_COUNT), int | float) for row in rows)
