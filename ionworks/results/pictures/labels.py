"""What is written on axes, and what stands there already when pictures are laid over each other.

Axes that show something keep their names and units: what comes later is drawn in them, or refused
where they do not fit. Axes that share a scale with others, as twins do, are looked at as one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ionworks.results.pictures.canvas import wrapped
from ionworks.results.pictures.quantities import SECONDS, Scale, scale_for, unit_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["carries", "name_axes", "scale_on"]

_LETTER = 0.085
"""Width of a letter of a label, in inches."""
_FEWEST_LETTERS = 20
_UNITS = (r"\[([^\[\]]*)\](?!.*\[)", r"\(([^()]*)\)$", r"/([^/]*)$")


def name_axes(axes: Axes, x: str = "", y: str = "") -> None:
    """Write what is on both axes before it is drawn, and lay a grid behind the lines.

    Raises
    ------
    ValueError
        If something is drawn there that is of another unit or, without a unit, of another name.
    """
    box, dpi = axes.get_window_extent(), axes.figure.dpi
    for direction, text, length in (("x", x, box.width), ("y", y, box.height)):
        if text:
            _name(axes, direction, text, max(_FEWEST_LETTERS, int(length / dpi / _LETTER)))
    axes.grid(visible=True, alpha=0.3)
    axes.set_axisbelow(True)


def scale_on(axes: Axes, column: str, longest: float) -> Scale:
    """Return how a column is shown on the horizontal axis: times in the unit that stands there.

    Parameters
    ----------
    axes
        Where it is to be drawn.
    column
        Its name.
    longest
        The greatest number in it; it chooses the unit of times where none stands.

    Raises
    ------
    ValueError
        If it is a time, and something is drawn there in no unit of time.
    """
    there = _standing(axes, "x")
    length, shown = SECONDS.get(unit_of(column)), SECONDS.get(_unit_in(there))
    if length and shown:
        return Scale(there, shown / length)
    if length and carries(axes):
        raise _misfit(column, there)
    return scale_for(column, longest)


def carries(axes: Axes, direction: str = "x") -> bool:
    """Whether something is drawn along this scale; a line across all of it is not."""
    return any(_has_data(each, direction) for each in _together(axes, direction))


def _name(axes: Axes, direction: str, text: str, letters: int) -> None:
    there = _standing(axes, direction)
    fits = bool(there) and _are_of_a_kind(there, text)
    if there and not fits and carries(axes, direction):
        raise _misfit(text, there)
    own = axes.xaxis if direction == "x" else axes.yaxis
    is_told = own.get_label_text() or _has_data(axes, direction)  # By axes below, with this scale.
    if not (fits and is_told):
        own.set_label_text(wrapped(text, letters))


def _misfit(text: str, there: str) -> ValueError:
    shown = repr(there) if there else "something without a name"
    return ValueError(
        f"{text!r} cannot be drawn on axes that show {shown}: give other axes or, if both are the "
        f"same, label the axes with the unit in brackets, as in {text!r}"
    )


def _standing(axes: Axes, direction: str) -> str:
    """Return the label of an axis, or of one that shares its scale."""
    labels = (
        getattr(each, f"get_{direction}label")() for each in (axes, *_together(axes, direction))
    )
    return next((" ".join(label.split()).replace(r"\$", "$") for label in labels if label), "")


def _together(axes: Axes, direction: str) -> list[Any]:
    shared = axes.get_shared_x_axes() if direction == "x" else axes.get_shared_y_axes()
    return list(shared.get_siblings(axes))


def _has_data(axes: Axes, direction: str) -> bool:
    least, most = axes.dataLim.intervalx if direction == "x" else axes.dataLim.intervaly
    return bool(least <= most)


def _are_of_a_kind(there: str, text: str) -> bool:
    units = _unit_in(there), _unit_in(text)
    return units[0] == units[1] if any(units) else _joined(there) == _joined(wrapped(text))


def _unit_in(label: str) -> str:
    """Return the unit in a label, as in 'Time [h]', 'Time (h)' or 't / h'."""
    found = (re.search(pattern, _joined(label)) for pattern in _UNITS)
    return next((each.group(1) for each in found if each), "")


def _joined(text: str) -> str:
    """Return a text without the spaces and line ends that wrapping may have moved."""
    return "".join(text.replace(r"\$", "$").split())
