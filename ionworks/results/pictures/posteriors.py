"""What a sampler drew: the distribution of each parameter, and of each pair of them.

The draws of the beginning, before the chains have settled, are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ionworks.results.pictures.canvas import axes_for, only
from ionworks.results.pictures.labels import name_axes
from ionworks.results.pictures.looks import BLUE, VERMILION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_posterior"]

_PANEL = (3.0, 2.4)
_BINS = (5, 60)
_MOST_POINTS = 5000
_SHARES = (0.025, 0.5, 0.975)
_DASHES = ("--", "-", "--")


def draw_posterior(told: Mapping[str, Any] | None, axes: Any = None) -> list[Axes]:
    """Draw marginals on the diagonal, with median and 95 % interval, and pairs below it.

    Parameters
    ----------
    told
        ``samples`` by parameter, a list of draws a chain, and ``sample_burnin``, how many draws at
        the beginning of each chain are left out.
    axes
        Where: for n parameters n (n + 1) / 2. Without them, a new figure is made.

    Returns
    -------
    list of Axes
        Row by row: the pairs of a parameter with those before it, then its marginal.

    Raises
    ------
    ValueError
        If there are no draws, or the axes show something else.
    """
    draws = _draws(told or {})
    names = list(draws)
    places = [(row, column) for row in range(len(names)) for column in range(row + 1)]
    drawn_on = _triangle(len(names)) if axes is None else axes_for(len(places), axes)
    for (row, column), one in zip(places, drawn_on, strict=True):
        is_alone = axes is not None
        x = names[column] if is_alone or row == len(names) - 1 else ""
        y = names[row] if is_alone or column == 0 else ""
        if row == column:
            name_axes(one, x, "Draws")
            _draw_marginal(one, draws[names[row]])
        else:
            name_axes(one, x, y)
            _draw_pair(one, draws[names[column]], draws[names[row]])
    return drawn_on


def _draws(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the draws of each parameter that count, of all chains."""
    import numpy as np

    samples = told.get("samples") or {}
    found = {}
    for name in told.get("sample_param_names") or samples:
        chains = [np.asarray(chain, dtype=float) for chain in samples[name]]
        begin = int(told.get("sample_burnin") or 0)
        found[name] = np.concatenate([one[begin if begin < len(one) else 0 :] for one in chains])
    if not any(np.isfinite(one).any() for one in found.values()):
        raise ValueError("nothing to draw: no samples are stored; this element was no sampler")
    return found


def _triangle(count: int) -> list[Axes]:
    grid = axes_for(count * count, columns=count, panel=_PANEL)
    return only(grid, [row * count + column for row in range(count) for column in range(row + 1)])


def _draw_marginal(axes: Axes, draws: Any) -> None:
    import numpy as np

    known = draws[np.isfinite(draws)]
    bins = int(np.clip(np.sqrt(known.size), *_BINS))
    axes.hist(known, bins=bins, color=BLUE, alpha=0.6)
    for at, dash in zip(np.quantile(known, _SHARES), _DASHES, strict=True):
        axes.axvline(at, color="black", linestyle=dash, linewidth=1)
    low, middle, high = np.quantile(known, _SHARES)
    axes.set_title(f"{middle:.4g} ({low:.4g} to {high:.4g})", fontsize="small")


def _draw_pair(axes: Axes, xs: Any, ys: Any) -> None:
    import numpy as np

    every = max(1, -(-xs.size // _MOST_POINTS))
    axes.plot(xs[::every], ys[::every], ".", color=BLUE, alpha=0.3, markersize=3)
    middle = float(np.nanmedian(xs)), float(np.nanmedian(ys))
    axes.plot(*middle, "+", color=VERMILION, markersize=10, markeredgewidth=2)
