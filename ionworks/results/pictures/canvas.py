"""Axes: made or taken as given, and explained by a legend or a bar of colours.

matplotlib is loaded when something is drawn. Figures made here are known to pyplot, so that a
notebook shows them and ``pyplot.savefig`` finds them; pyplot does not warn of their number.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "axes_for",
    "explain",
    "integer_ticks",
    "only",
    "plain",
    "shortened",
    "wrapped",
]

_PANEL = (8.0, 2.4)
_ONLY_PANEL = (8.0, 3.6)
_LONGEST_NAME = 40
_LONGEST_LABEL = 90
_LABEL_WIDTH = 28


def axes_for(
    count: int,
    given: Any = None,
    *,
    columns: int = 1,
    panel: tuple[float, float] | None = None,
    share_x: bool = False,
) -> list[Axes]:
    """Return so many axes: those given, or those of a new figure.

    Parameters
    ----------
    count
        How many are needed.
    given
        Axes of matplotlib, one or several in any nesting; ``None`` for a new figure.
    columns
        How many are side by side in a new figure.
    panel
        Width and height of each in a new figure, in inches; without it, wide ones.
    share_x
        Whether those below each other share their horizontal axis.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is not installed.
    TypeError
        If something else than axes was given.
    ValueError
        If the number of axes is not that of the pictures.
    """
    if given is None:
        usual = _ONLY_PANEL if count == 1 else _PANEL
        return _new_axes(count, columns, panel or usual, share_x)
    axes = list(_flat(given))
    for one in axes:
        if not hasattr(one, "get_xaxis"):
            raise TypeError(f"axes must be axes of matplotlib, not {type(one).__name__}")
    if len(axes) != count:
        pictures = "is 1 picture" if count == 1 else f"are {count} pictures"
        raise ValueError(f"there {pictures} to draw, and {len(axes)} axes were given")
    return axes


def explain(axes: Axes, handles: Sequence[Any] = (), title: str = "") -> None:
    """Put a legend beside the axes; inside them where the figure makes no room for one.

    Parameters
    ----------
    axes
        What is explained.
    handles
        What is explained; without them, all lines that have names.
    title
        Written above it.
    """
    has_room = axes.figure.get_layout_engine() is not None
    place: dict[str, Any] = (
        {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "borderaxespad": 0.0}
        if has_room
        else {"loc": "upper right"}
    )
    found = list(handles) or axes.get_legend_handles_labels()[0]
    if found:
        legend = axes.legend(handles=found, title=wrapped(title) or None, fontsize="small", **place)
        legend.get_title().set_fontsize("small")


def only(axes: Sequence[Axes], places: Sequence[int]) -> list[Axes]:
    """Keep some axes of a new figure and take the others away."""
    for place, one in enumerate(axes):
        if place not in places:
            one.remove()
    return [axes[place] for place in places]


def integer_ticks(axes: Axes) -> None:
    """Count in whole numbers on the horizontal axis."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def plain(text: Any, most: int = _LONGEST_NAME) -> str:
    """Return a name as matplotlib shows it: short, in a line, and never as a formula."""
    shown = shortened(text, most).replace("$", r"\$")
    return f" {shown}" if shown.startswith("_") else shown  # else a legend leaves it out


def shortened(text: Any, most: int) -> str:
    """Return a text in one line of so many letters at the most."""
    line = " ".join(str(text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def wrapped(text: str, letters: int = _LABEL_WIDTH) -> str:
    """Return a name in lines of so many letters."""
    return "\n".join(textwrap.wrap(plain(text, _LONGEST_LABEL), letters))


def _flat(given: Any) -> Iterable[Any]:
    nested = getattr(given, "flat", given)
    if isinstance(nested, str | bytes) or not isinstance(nested, Iterable):
        yield nested
        return
    for one in nested:
        yield from _flat(one) if isinstance(one, Sequence) else (one,)


def _new_axes(count: int, columns: int, panel: tuple[float, float], share_x: bool) -> list[Axes]:
    try:
        from matplotlib import pyplot
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "pictures need matplotlib: pip install 'ionworks-api[plot]'", name=error.name
        ) from None
    columns = min(columns, count)
    rows = -(-count // columns)
    width, height = panel
    with _any_number_of_figures(pyplot.rcParams):
        figure, grid = pyplot.subplots(
            rows,
            columns,
            figsize=(width * columns, height * rows),
            squeeze=False,
            layout="constrained",
            sharex="col" if share_x else False,
        )
    for spare in grid.flat[count:]:
        figure.delaxes(spare)
    return list(grid.flat[:count])


@contextmanager
def _any_number_of_figures(settings: Any) -> Iterator[None]:
    """Keep pyplot from warning of many figures.

    Nothing else may be set back: the first figure in a notebook makes pyplot interactive.
    """
    allowed = settings["figure.max_open_warning"]
    settings["figure.max_open_warning"] = 0
    try:
        yield
    finally:
        settings["figure.max_open_warning"] = allowed
