"""What is told of a fit beside its numbers: data and model, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ionworks_engine.pipelines.fits.assembly import Assembly
from ionworks_engine.pipelines.objectives.base import Floats, Objective, Plot, SolveError

Series = dict[str, dict[str, dict[str, Floats]]]


@dataclass(frozen=True)
class Told:
    """Series and plots of a fit.

    Parameters
    ----------
    series
        By objective and source.
    plots
        By objective.
    manifest
        ``validation_plot_config``, which says what plots there are.
    """

    series: Series
    plots: dict[str, list[Plot]]
    manifest: dict[str, Any]


def described(assembly: Assembly, best: Mapping[str, float], initial: Mapping[str, float]) -> Told:
    """Return data and models at the best values (``optimal``) and the first (``baseline``)."""
    comparison = assembly.problem.comparison
    series: Series = {}
    plots: dict[str, list[Plot]] = {}
    for label, objective in assembly.objectives.items():
        view = comparison.view(label)
        optimal = view.values(best)
        sources = {"optimal": optimal, "baseline": view.values(initial)}
        channels = {name: _channels(objective, values) for name, values in sources.items()}
        series[label] = {name: found for name, found in channels.items() if found}
        plots[label] = objective.plots(optimal)
    kinds = {label: kind_of(settings) for label, settings in assembly.settings.items()}
    return Told(series, plots, plot_manifest(kinds, plots))


def plot_manifest(kinds: Mapping[str, str], plots: Mapping[str, list[Plot]]) -> dict[str, Any]:
    """Return what says which plots there are, by objective."""
    listed = {
        label: {"type": kinds[label], "plot_count": len(plots.get(label, ()))} for label in kinds
    }
    return {"validation_plot_config": {"objectives": listed}}


def _channels(objective: Objective, values: Mapping[str, float]) -> dict[str, Floats]:
    """Return the channels; none where the model has no answer, as it may at the start."""
    try:
        return objective.channels(values)
    except SolveError:
        return {}


def kind_of(settings: Mapping[str, Any]) -> str:
    """Return the type of an objective, from its configuration."""
    return str(settings.get("type") or settings.get("objective") or "CurrentDriven")
