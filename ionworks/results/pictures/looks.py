"""How lines are told apart: by colour for most eyes, by lightness and dashes in grey.

Up to ten lines have seven colours of the palette of Okabe and Ito, which colour-blind people tell
apart, and five ways to be dashed. A colour that comes again is dashed otherwise, and of two lines
that are dashed alike one is clearly lighter. More go from dark to light along one map of colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ionworks.results.pictures.canvas import plain, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "BLUE",
    "GREY",
    "MOST_NAMED",
    "VERMILION",
    "Look",
    "look",
    "looks",
    "looks_by_value",
    "name_colors",
]

BLUE, VERMILION, GREY = "#0072B2", "#D55E00", "#555555"
MOST_NAMED = 10
"""Most lines that a legend names one by one."""

_PALETTE = (BLUE, VERMILION, "#E69F00", "#000000", "#009E73", "#CC79A7", "#56B4E9")
_DASHES = ("-", "--", "-.", ":", (0, (6, 2, 1, 2, 1, 2)))
_MARKERS = "os^vDPX<>*"
_MANY = "viridis"
_TICK_NAME = 24


class Look(NamedTuple):
    """How a line looks."""

    color: Any
    dash: Any = "-"
    marker: str = "o"


def looks(count: int) -> list[Look]:
    """Return how each of so many lines looks, in their order."""
    if count <= MOST_NAMED:
        return [look(place) for place in range(count)]
    last = count - 1
    return [Look(_shade(place / last)) for place in range(count)]


def look(place: int) -> Look:
    """Return how a line looks that is one of a few."""
    return Look(
        _PALETTE[place % len(_PALETTE)],
        _DASHES[place % len(_DASHES)],
        _MARKERS[place % len(_MARKERS)],
    )


def looks_by_value(values: Sequence[float]) -> list[Look]:
    """Return how lines look that are told apart by a number: the least is dark."""
    least, most = min(values), max(values)
    width = (most - least) or 1.0
    return [Look(_shade((value - least) / width)) for value in values]


def name_colors(
    axes: Sequence[Axes],
    label: str,
    names: Sequence[str] = (),
    limits: tuple[float, float] | None = None,
) -> None:
    """Put a bar beside the pictures that tells what the colours mean.

    Parameters
    ----------
    axes
        The pictures.
    label
        What the bar shows.
    names
        What the colours mean, from dark to light; a few of them are written.
    limits
        In place of names, the numbers that the darkest and the lightest mean.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    last = len(names) - 1
    colors = ScalarMappable(Normalize(*(limits or (0, last))), _MANY)
    for figure in dict.fromkeys(one.figure for one in axes):
        inside = [one for one in axes if one.figure is figure]
        bar = figure.colorbar(colors, ax=inside, label=wrapped(label), format="{x:.4g}")
        if names:
            places = sorted({round(last * tick / (MOST_NAMED - 1)) for tick in range(MOST_NAMED)})
            bar.set_ticks(
                places,
                labels=[plain(names[place], _TICK_NAME) for place in places],
                fontsize="x-small",
            )


def _shade(share: float) -> Any:
    from matplotlib import colormaps

    return colormaps[_MANY](share)
