"""Fits and validations: data, model, and below them what is left between the two.

Drawn is what the server stores for each objective: lines called ``Data`` and ``Model``, and what is
on the axes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ionworks.results.pictures.canvas import axes_for, explain, name_axes, plain
from ionworks.results.pictures.looks import BLUE, VERMILION, look
from ionworks.results.pictures.quantities import largest, scale_for, unit_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Comparison", "comparisons", "draw_comparisons"]

_DATA, _MODEL = "Data", "Model"
_MOST_MARKED = 300


class Comparison(NamedTuple):
    """One picture of an objective: what it is of, its axes, and the points of each line."""

    objective: str
    x: str
    y: str
    traces: Sequence[tuple[str, Any, Any]]

    @property
    def is_nyquist(self) -> bool:
        """Whether it shows an impedance, whose axes have equal scales."""
        return unit_of(self.x) == unit_of(self.y) == "Ohm"


def comparisons(overlay: Mapping[str, Mapping[str, Any]]) -> list[Comparison]:
    """Return the pictures in an overlay, in their order.

    Parameters
    ----------
    overlay
        By objective its ``plots``, each with ``traces`` and ``layout``.
    """
    return [
        Comparison(objective, _title(plot, "xaxis"), _title(plot, "yaxis"), _traces(plot))
        for objective, about in overlay.items()
        for plot in about.get("plots") or ()
    ]


def draw_comparisons(found: Sequence[Comparison], axes: Any = None) -> list[Axes]:
    """Draw each picture, and below it the model less the data.

    An impedance has no picture below it: its lines go both ways. Where data and model are at other
    places, the model is joined by straight lines.

    Parameters
    ----------
    found
        The pictures.
    axes
        Where: two for each picture, the lower ones for what is left, one for an impedance.

    Raises
    ------
    ValueError
        If there is no picture.
    """
    if not found:
        raise ValueError("nothing to draw: no comparison of data and model is stored")
    panels = [(each, residuals) for each in found for residuals in _parts(each)]
    drawn_on = axes_for(len(panels), axes)
    for (each, residuals), one in zip(panels, drawn_on, strict=True):
        scale = scale_for(each.x, largest(xs for _, xs, _ in each.traces))
        if residuals is None:
            _draw_lines(one, each, scale.divisor)
        else:
            xs, ys = residuals
            one.plot(xs / scale.divisor, ys, color="black", linewidth=0.8, label="Model - data")
            one.axhline(0, color="#555555", linewidth=0.8, linestyle=":")
        left = f"Model - data [{unit_of(each.y)}]" if unit_of(each.y) else "Model - data"
        name_axes(one, scale.name, each.y if residuals is None else left)
    return drawn_on


def residuals(found: Comparison) -> tuple[Any, Any] | None:
    """Return where there is data, and the model less the data there; ``None`` if they are no pair.

    Where the model does not reach, the difference is no number.
    """
    import numpy as np

    lines = {name: (xs, ys) for name, xs, ys in found.traces}
    if len(lines) != len(found.traces) or set(lines) != {_DATA, _MODEL} or found.is_nyquist:
        return None
    (at, data), (places, model) = lines[_DATA], lines[_MODEL]
    if at.shape == places.shape and np.allclose(at, places, rtol=1e-12, atol=0, equal_nan=True):
        return at, model - data
    known = np.isfinite(places) & np.isfinite(model)
    places, model = places[known], model[known]
    if places.size < 2 or not np.all(np.diff(places) > 0):
        return None
    return at, np.interp(at, places, model, left=np.nan, right=np.nan) - data


def _parts(found: Comparison) -> list[Any]:
    left = residuals(found)
    return [None] if left is None else [None, left]


def _draw_lines(axes: Axes, found: Comparison, divisor: float) -> None:
    others = [name for name, _, _ in found.traces if name not in (_DATA, _MODEL)]
    for name, xs, ys in found.traces:
        if name == _DATA:
            style: dict[str, Any] = {"color": BLUE, "linestyle": "", "marker": "o"}
            style |= {"markerfacecolor": "none", "alpha": 0.7}
            style["markersize"] = 4 if len(xs) <= _MOST_MARKED else 2
        elif name == _MODEL:
            style = {"color": VERMILION, "linewidth": 1.5}
        else:
            other = look(2 + others.index(name))
            style = {"color": other.color, "linestyle": other.dash}
        axes.plot(xs / divisor, ys, label=plain(name), **style)
    axes.set_title(plain(found.objective, 60), fontsize="medium")
    if found.is_nyquist:
        axes.set_aspect("equal", adjustable="datalim")
    explain(axes)


def _traces(plot: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    import numpy as np

    return [
        (
            str(trace.get("name") or ""),
            np.asarray(trace.get("x") or [], dtype=float),
            np.asarray(trace.get("y") or [], dtype=float),
        )
        for trace in plot.get("traces") or ()
    ]


def _title(plot: Mapping[str, Any], axis: str) -> str:
    title = ((plot.get("layout") or {}).get(axis) or {}).get("title") or ""
    return str(title.get("text") or "") if isinstance(title, Mapping) else str(title)
