"""How a cell changes from cycle to cycle: what it gives and takes, and how much comes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ionworks.results.pictures.canvas import (
    axes_for,
    explain,
    integer_ticks,
    plain,
    shortened,
)
from ionworks.results.pictures.labels import name_axes
from ionworks.results.pictures.looks import MOST_NAMED, Look, looks, name_colors
from ionworks.results.pictures.quantities import has, is_drawable, numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["CYCLE", "CycleLine", "capacity_lines", "draw_cycle_lines", "draw_cycles"]

CYCLE = "Cycle count"
_CAPACITIES = ("Discharge capacity [A.h]", "Charge capacity [A.h]")
_EFFICIENCIES = ("Coulombic efficiency", "Energy efficiency")
_MOST_MARKED = 100
_NAME = 30


class CycleLine(NamedTuple):
    """A column over the cycles: of which cell, called how, and how it looks."""

    name: str
    counts: Any
    values: Any
    look: Look
    is_filled: bool


def draw_cycles(
    cells: Sequence[tuple[str, Any]], axes: Any = None, *, every_name: bool = True
) -> list[Axes]:
    """Draw the capacity of each cycle, and below the coulombic and the energy efficiency.

    Parameters
    ----------
    cells
        A name and a table of cycles each: ``Cycle count``, ``Discharge capacity [A.h]``,
        ``Charge capacity [A.h]``, ``Coulombic efficiency``, ``Energy efficiency``.
    axes
        Where: two, or one if no efficiency is known. Without them, a new figure is made.
    every_name
        Whether the names stand in the legend; not of one run that has no name.

    Raises
    ------
    ValueError
        If there is no cycle with numbers, or the axes show something else.
    """
    capacities = _lines(cells, looks(len(cells)), _CAPACITIES, every_name)
    efficiencies = _lines(cells, looks(len(cells)), _EFFICIENCIES, every_name)
    if not capacities and not efficiencies:
        raise ValueError("nothing to draw: there is no cycle with a capacity or an efficiency")
    kinds = [("Capacity [A.h]", capacities), ("Efficiency [-]", efficiencies)]
    pictures = [(label, lines) for label, lines in kinds if lines]
    drawn_on = axes_for(len(pictures), axes, share_x=True)
    for (label, _), one in zip(pictures, drawn_on, strict=True):
        name_axes(one, CYCLE if one is drawn_on[-1] or axes is not None else "", label)
    for (_, lines), one in zip(pictures, drawn_on, strict=True):
        draw_cycle_lines(one, lines)
        if len(cells) <= MOST_NAMED:
            explain(one)
    if len(cells) > MOST_NAMED:
        name_colors(drawn_on, "Cell", [name for name, _ in cells])
    return drawn_on


def draw_cycle_lines(axes: Axes, lines: Sequence[CycleLine]) -> None:
    """Draw columns over cycles; few points are marked."""
    for line in lines:
        marker = line.look.marker if len(line.counts) <= _MOST_MARKED else ""
        axes.plot(
            line.counts,
            line.values,
            color=line.look.color,
            linestyle="-" if line.is_filled else "--",
            marker=marker,
            markersize=4,
            markerfacecolor=line.look.color if line.is_filled else "none",
            linewidth=1,
            label=plain(line.name, 2 * _NAME),
        )
    integer_ticks(axes)


def capacity_lines(cells: Sequence[tuple[str, Any]], chosen: Sequence[Look]) -> list[CycleLine]:
    """Return the capacities of tables of cycles as lines, each cell in its own look."""
    return _lines(cells, chosen, _CAPACITIES, every_name=True)


def _lines(
    cells: Sequence[tuple[str, Any]],
    chosen: Sequence[Look],
    columns: Sequence[str],
    every_name: bool,
) -> list[CycleLine]:
    lines = []
    for (name, table), look in zip(cells, chosen, strict=True):
        for column in columns:
            if has(table, CYCLE, column):
                word = column.split()[0].casefold()
                label = f"{shortened(name, _NAME)}, {word}" if every_name else word
                counts, values = numbers(table, CYCLE), numbers(table, column)
                lines.append(CycleLine(label, counts, values, look, column == columns[0]))
    return [line for line in lines if is_drawable(line.counts, line.values)]
