"""Lines: points that are joined, and marks for those that have nobody to be joined with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from ionworks.results.pictures.canvas import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ionworks.results.pictures.looks import Look

__all__ = ["Curve", "draw_lines"]


class Curve(NamedTuple):
    """A line: what it is called, how it looks, and its points."""

    name: str
    look: Look
    xs: Any
    ys: Any


def draw_lines(axes: Axes, curves: Iterable[Curve]) -> None:
    """Draw lines; a point that stands alone is marked, because a line would not show it."""
    for curve in curves:
        alone = _alone(curve)
        axes.plot(
            curve.xs,
            curve.ys,
            color=curve.look.color,
            linestyle=curve.look.dash,
            linewidth=1.2,
            marker=curve.look.marker if alone else "",
            markevery=alone or None,
            markersize=3,
            label=plain(curve.name),
        )


def _alone(curve: Curve) -> list[int]:
    """Return the places of points that have no neighbour."""
    import numpy as np

    here = np.isfinite(curve.xs) & np.isfinite(curve.ys)
    beside = np.pad(here, 1)
    places: list[int] = np.flatnonzero(here & ~beside[:-2] & ~beside[2:]).tolist()
    return places
