"""What is told of a fit beside its numbers: data and model, side by side."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ionworks_engine.pipelines.fits.assembly import Assembly
from ionworks_engine.pipelines.fits.distributions import Gaussian
from ionworks_engine.pipelines.fits.influence import idle
from ionworks_engine.pipelines.fits.reach import strays
from ionworks_engine.pipelines.objectives.base import Floats, Objective, Plot, SolveError

_AT_BOUND = 1e-6
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


def remarks(
    assembly: Assembly, values: Mapping[str, Any], result: Mapping[str, Any] | None
) -> Iterator[str]:
    """Say what should be known of a fit's best values, a sentence each.

    Parameters
    ----------
    assembly
        Of the fit.
    values
        The best.
    result
        What the best start came to; ``None`` where nothing was searched.
    """
    free = {name: float(values[name]) for name in assembly.problem.names}
    yield from _at_bounds(assembly, free)
    yield from _differing_links(assembly, free)
    with contextlib.suppress(SolveError):
        outputs = assembly.problem.comparison.outputs(free)
        for label, objective in assembly.objectives.items():
            yield from strays(label, objective, outputs[label])
        if result is not None:
            yield from idle(assembly, free, result["initial_guess"], result.get("success") is True)


def _at_bounds(assembly: Assembly, free: Mapping[str, float]) -> Iterator[str]:
    """Name parameters that ended at a bound: the data want a value beyond it."""
    for parameter in assembly.parameters.space.parameters:
        low, high = parameter.coordinates
        value = free[parameter.name]
        place = parameter.coordinate(value)
        near_by = _AT_BOUND * (high - low if math.isfinite(high - low) else abs(place))
        if min(abs(place - low), abs(high - place)) <= near_by:
            yield (
                f"{parameter.name!r} ended at a bound, at {value:.6g}: "
                f"{_who_wants_more(assembly, free, parameter.name)}"
            )


def _who_wants_more(assembly: Assembly, free: Mapping[str, float], name: str) -> str:
    """Say what a parameter at a bound may be there for: the data, or a prior that outweighs them.

    A prior of logarithms that was meant for the values themselves is far off everywhere.
    """
    comparison = assembly.problem.comparison
    values = comparison.all_values(free)
    priors = [one for one in assembly.parameters.priors if name in one.names]
    with contextlib.suppress(SolveError):
        if priors and sum(one.cost(values) for one in priors) > comparison.fit_cost(free):
            said = "its prior, which costs more than the data there, wants a value beyond it."
            kinds = [one.distribution for one in priors]
            if any(isinstance(one, Gaussian) and one.support[0] == 0 for one in kinds):
                said += " The mean and the deviation of a LogNormal are those of the logarithm."
            return said
    return "the data may want a value beyond it."


def _differing_links(assembly: Assembly, free: Mapping[str, float]) -> Iterator[str]:
    """Name linked parameters that are another number in some objectives than in the result."""
    comparison = assembly.problem.comparison
    local = {label: comparison.view(label).links.values(free) for label in assembly.objectives}
    for name, value in comparison.links.values(free).items():
        others = [repr(label) for label, own in local.items() if own.get(name, value) != value]
        if others:
            yield (
                f"{name!r} is computed with the own parameters of {', '.join(others)} there; the "
                "result has it with those that the elements before gave."
            )
