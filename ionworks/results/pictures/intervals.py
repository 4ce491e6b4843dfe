"""How sure a fit is: confidence intervals of parameters, and how much of the cost each moves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ionworks.results.pictures.canvas import axes_for, explain, plain, wrapped
from ionworks.results.pictures.labels import name_axes
from ionworks.results.pictures.looks import BLUE, VERMILION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_intervals", "draw_sensitivities"]

_PANEL = (7.0, 1.3)
_BAR = 0.38


def draw_intervals(found: Mapping[str, Any], axes: Any = None) -> list[Axes]:
    """Draw the interval of each parameter about its value, each over its own unit.

    Parameters
    ----------
    found
        ``intervals`` by parameter, each with ``lower`` and ``upper``; ``parameter_values`` and
        ``confidence_level``.
    axes
        Where: one a parameter. Without them, a new figure is made.

    Raises
    ------
    ValueError
        If there is no interval, or the axes show something else.
    """
    intervals = found.get("intervals") or {}
    if not intervals:
        raise ValueError("nothing to draw: no interval was found")
    values = found.get("parameter_values") or {}
    drawn_on = axes_for(len(intervals), axes, panel=_PANEL)
    for (name, ends), one in zip(intervals.items(), drawn_on, strict=True):
        name_axes(one, x=name)
        lower, upper = _number(ends.get("lower")), _number(ends.get("upper"))
        _draw_interval(one, lower, _number(values.get(name)), upper)
        one.set_yticks([])
    level, method = found.get("confidence_level"), found.get("method")
    title = "Confidence interval" if level is None else f"{100 * level:g} % confidence interval"
    drawn_on[0].set_title(f"{title} ({plain(method)})" if method else title, fontsize="medium")
    return drawn_on


def draw_sensitivities(found: Mapping[str, Any], axes: Any = None) -> list[Axes]:
    """Draw how much of the variance of the cost each parameter makes: alone, and with others.

    Parameters
    ----------
    found
        ``first_order`` and ``total_order`` by parameter, and how sure they are:
        ``first_order_ci`` and ``total_order_ci``.
    axes
        Where: one. Without it, a new figure is made.

    Raises
    ------
    ValueError
        If there is no index, or something is drawn there: bars of two analyses have no places in
        common.
    """
    total = found.get("total_order") or {}
    names = sorted(total, key=lambda name: _number(total[name]))
    if not names:
        raise ValueError("nothing to draw: no sensitivity was found")
    drawn_on = axes_for(1, axes, panel=(7.0, max(2.4, 0.8 + 0.5 * len(names))))
    if drawn_on[0].has_data():
        raise ValueError("bars cannot be laid over a picture: give empty axes")
    name_axes(drawn_on[0], "Share of the variance of the cost [-]")
    kinds = (("total_order", "with others", BLUE, 0.0), ("first_order", "alone", VERMILION, _BAR))
    for kind, label, color, shift in kinds:
        indices, widths = found.get(kind) or {}, found.get(f"{kind}_ci") or {}
        drawn_on[0].barh(
            [place + shift for place in range(len(names))],
            [_number(indices.get(name)) for name in names],
            height=_BAR,
            xerr=[abs(_number(widths.get(name))) for name in names] if widths else None,
            color=color,
            label=label,
        )
    drawn_on[0].set_yticks(
        [place + _BAR / 2 for place in range(len(names))], labels=[wrapped(name) for name in names]
    )
    explain(drawn_on[0])
    return drawn_on


def _draw_interval(axes: Axes, lower: float, middle: float, upper: float) -> None:
    ends = [end for end in (lower, upper) if math.isfinite(end)]
    if len(ends) == 2:
        axes.plot(ends, [0, 0], color=BLUE, linewidth=2, marker="|", markersize=14)
    axes.plot([middle], [0], "o", color=VERMILION, markersize=6)
    said = f"{middle:.4g}, from {lower:.4g} to {upper:.4g}"
    axes.annotate(
        said, (0.5, 0.92), xycoords="axes fraction", ha="center", va="top", fontsize="small"
    )
    axes.set_ylim(-1, 1.6)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
