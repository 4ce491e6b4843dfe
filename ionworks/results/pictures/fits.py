"""Fits and validations: data, model, and below them what is left between the two.

Drawn is what the server stores for each objective: lines called ``Data`` and ``Model``, and what is
on the axes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from ionworks.results.pictures.canvas import axes_for, explain, plain
from ionworks.results.pictures.impedance import FREQUENCY
from ionworks.results.pictures.labels import name_axes, scale_on
from ionworks.results.pictures.looks import BLUE, VERMILION, look
from ionworks.results.pictures.quantities import Scale, largest, unit_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Comparison", "comparisons", "draw_comparisons"]

_DATA, _MODEL = "Data", "Model"
_PARTS = ("Z_Re [Ohm]", "Z_Im [Ohm]")
_MOST_MARKED = 300


class Difference(NamedTuple):
    """What is left of a variable: what it is called, where, and the model less the data."""

    name: str
    places: Any
    values: Any


class Comparison(NamedTuple):
    """One picture of an objective: what it is of, its axes, and the points of each line."""

    objective: str
    x: str
    y: str
    traces: Sequence[tuple[str, Any, Any]]
    channels: Mapping[str, Any] = MappingProxyType({})

    @property
    def is_nyquist(self) -> bool:
        """Whether it shows an impedance, whose axes have equal scales."""
        return unit_of(self.x) == unit_of(self.y) == "Ohm"


def comparisons(
    overlay: Mapping[str, Mapping[str, Any]], series: Mapping[str, Any] | None = None
) -> list[Comparison]:
    """Return the pictures in an overlay, in their order.

    Parameters
    ----------
    overlay
        By objective its ``plots``, each with ``traces`` and ``layout``.
    series
        By objective and source the channels of data and model: they tell the frequencies of an
        impedance, which its picture does not.
    """
    channels = {name: each.get("optimal") or {} for name, each in (series or {}).items()}
    return [
        Comparison(
            objective,
            _title(plot, "xaxis"),
            _title(plot, "yaxis"),
            _traces(plot),
            channels.get(objective, {}),
        )
        for objective, about in overlay.items()
        for plot in about.get("plots") or ()
    ]


def draw_comparisons(found: Sequence[Comparison], axes: Any = None) -> list[Axes]:
    """Draw each picture, and below it the model less the data.

    Where data and model are at other places, the model is joined by straight lines. Of an impedance
    the differences of both parts are drawn over the frequency, where that is known.

    Parameters
    ----------
    found
        The pictures.
    axes
        Where: two for each picture, the lower ones for what is left; one where nothing is known of
        that.

    Raises
    ------
    ValueError
        If there is no picture, or the axes show something else.
    """
    if not found:
        raise ValueError("nothing to draw: no comparison of data and model is stored")
    panels = [(each, lines) for each in found for lines in (None, differences(each)) if lines != []]
    drawn_on = axes_for(len(panels), axes)
    for (each, lines), one in zip(panels, drawn_on, strict=True):
        if lines is None:
            _draw_lines(one, each)
        else:
            _draw_differences(one, each, lines)
    return drawn_on


def differences(found: Comparison) -> list[Difference]:
    """Return the model less the data; nothing if they are no pair.

    Where the model does not reach, the difference is no number.
    """
    if found.is_nyquist:
        return _of_impedance(found.channels)
    lines = {name: (xs, ys) for name, xs, ys in found.traces}
    if len(lines) != len(found.traces) or set(lines) != {_DATA, _MODEL}:
        return []
    (at, data), (places, model) = lines[_DATA], lines[_MODEL]
    at_data = _at(at, places, model)
    return [] if at_data is None else [Difference("", at, at_data - data)]


def _at(at: Any, places: Any, model: Any) -> Any:
    """Return a model where there is data, ``None`` if it goes back and forth."""
    import numpy as np

    if at.shape == places.shape and np.allclose(at, places, rtol=1e-12, atol=0, equal_nan=True):
        return model
    known = np.isfinite(places) & np.isfinite(model)
    places, model = places[known], model[known]
    if places.size < 2 or not np.all(np.diff(places) > 0):
        return None
    return np.interp(at, places, model, left=np.nan, right=np.nan)


def _of_impedance(channels: Mapping[str, Any]) -> list[Difference]:
    import numpy as np

    found = []
    for part in _PARTS:
        names = (FREQUENCY, f"{part} (data)", f"{part} (model)")
        if all(name in channels for name in names):
            frequencies, data, model = (np.asarray(channels[name], dtype=float) for name in names)
            found.append(Difference(part.partition(" ")[0], frequencies, model - data))
    return found


def _draw_differences(axes: Axes, found: Comparison, lines: Sequence[Difference]) -> None:
    scale = Scale(FREQUENCY) if found.is_nyquist else _scale_on(axes, found)
    unit = unit_of(found.y)
    name_axes(axes, scale.name, f"Model - data [{unit}]" if unit else "Model - data")
    for place, each in enumerate(lines):
        axes.plot(
            each.places / scale.divisor,
            each.values,
            color="black",
            linestyle=look(place).dash,
            linewidth=0.8,
            label=each.name,
        )
    axes.axhline(0, color="#555555", linewidth=0.8, linestyle=":")
    if found.is_nyquist:
        axes.set_xscale("log")
        explain(axes)


def _scale_on(axes: Axes, found: Comparison) -> Scale:
    return scale_on(axes, found.x, largest(xs for _, xs, _ in found.traces))


def _draw_lines(axes: Axes, found: Comparison) -> None:
    scale = _scale_on(axes, found)
    name_axes(axes, scale.name, found.y)
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
        axes.plot(xs / scale.divisor, ys, label=plain(name), **style)
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
