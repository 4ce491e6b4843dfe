"""How well a model with the parameters so far agrees with data it was not fitted to.

Statistics are costs (``fits.costs``) of one objective each. Left out they are RMSE, MAE and Max in
the units of the measurement, for every variable by itself. Given ones are taken as they are: as
in a fit they divide by the mean of the data unless ``normalization`` says otherwise, which is
noted. A statistic of an objective with several variables is given for all of them together and,
as ``"<statistic> <variable>"``, for each.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import SOLVER_ERROR, PipelineError, refuse
from ionworks_engine.pipelines.fits.assembly import objective_settings
from ionworks_engine.pipelines.fits.cost_checks import check_cost
from ionworks_engine.pipelines.fits.cost_reading import (
    NothingMeasuredError,
    Reader,
    check_measured,
    compares,
)
from ionworks_engine.pipelines.fits.costs import Cost, Outputs
from ionworks_engine.pipelines.fits.reach import strays
from ionworks_engine.pipelines.fits.report import kind_of, plot_manifest
from ionworks_engine.pipelines.objectives import build
from ionworks_engine.pipelines.objectives.base import Objective, SolveError
from ionworks_engine.pipelines.results import Finished, plain

DEFAULT_STATISTICS: Sequence[Mapping[str, Any]] = tuple(
    {"type": name, "normalization": "identity"} for name in ("RMSE", "MAE", "Max")
)
_NORMALISED = ("SSE", "MSE", "RMSE", "MAE", "Max", "Wasserstein")
_WHOLE = ("calculation_structure", "objective_names", "position_variable", "costs")


def validate(element: Mapping[str, Any], context: Context) -> Finished:
    """Compare models with data, with the parameters that the elements before it gave.

    Parameters
    ----------
    element
        A ``validation`` as on the wire: ``objectives`` and perhaps ``summary_stats``.
    context
        What the elements before it gave.

    Returns
    -------
    Finished
        With ``validation_results`` (channels by objective), ``summary_stats`` (numbers by
        objective and statistic; NaN for one of a variable that has no number) and
        ``failed_objectives``: why, by objective, there is nothing to say of it.

    Raises
    ------
    PipelineError
        If the configuration is wrong, no model has an answer, or there are no numbers to compare.

    Examples
    --------
    >>> from ionworks_engine.pipelines.context import Context
    >>> data = {
    ...     "Time [s]": [0.0, 60.0, 120.0],
    ...     "Current [A]": [0.5, 0.5, 0.5],
    ...     "Voltage [V]": [3.79, 3.77, 3.76],
    ... }
    >>> element = {"objectives": {"pulse": {"type": "CurrentDriven", "data": data}}}
    >>> list(validate(element, Context()).result["summary_stats"]["pulse"])
    ['RMSE', 'MAE', 'Max']
    """
    where = context.place("objectives")
    settings = objective_settings(element.get("objectives"), where)
    objectives = {label: build(label, one, context, {}) for label, one in settings.items()}
    statistics = _statistics(element.get("summary_stats"), context)
    outputs, failed = _evaluated(objectives)
    reader = Reader(objectives, context.assume)
    summary = {label: _summary(label, reader, statistics, outputs, context) for label in outputs}
    channels = {label: objectives[label].channels({}) for label in outputs}
    plots = {label: objectives[label].plots({}) for label in outputs}
    kinds = {label: kind_of(one) for label, one in settings.items()}
    result = {
        "type": "ValidationResult",
        "parameter_values": context.given.written(),
        "validation_results": channels,
        "summary_stats": summary,
        "failed_objectives": failed,
    }
    return Finished(
        result=plain(result),
        metadata=plot_manifest(kinds, plots),
        series={label: {"optimal": found} for label, found in channels.items()},
        plots=plots,
    )


def _evaluated(objectives: Mapping[str, Objective]) -> tuple[Outputs, dict[str, str]]:
    outputs: Outputs = {}
    failed: dict[str, str] = {}
    code = SOLVER_ERROR
    for label, objective in objectives.items():
        try:
            check_measured(label, objective, tuple(objective.variables))
            outputs[label] = objective.evaluate({})
        except SolveError as error:
            failed[label] = error.message
        except NothingMeasuredError as error:
            failed[label], code = error.what, error.code
    if not outputs:
        label, words = next(iter(failed.items()))
        raise PipelineError(code, f"no objective has an answer; {label!r}: {words}")
    return outputs, failed


def _statistics(given: Any, context: Context) -> dict[str, Mapping[str, Any]]:
    """Return the statistics by the names they get in the summary."""
    where = context.place("summary_stats")
    if given is None:
        context.assume(
            "No summary statistics were given: RMSE, MAE and largest error (Max), in "
            "the units of the measurement."
        )
        return {one["type"]: one for one in DEFAULT_STATISTICS}
    if not isinstance(given, list):
        raise refuse(where, f"must be a list of costs, not {given!r}")
    configs = [check_cost(one, f"{where}.{place}") for place, one in enumerate(given)]
    seen: Counter[str] = Counter()
    named = {}
    for config in configs:
        kind = config["type"]
        seen[kind] += 1
        named[kind if seen[kind] == 1 else f"{kind} ({seen[kind]})"] = config
        if kind in _NORMALISED and config.get("normalization") is None:
            context.assume(
                f"The statistic {kind} is divided by the mean of the data, as costs are where "
                "nothing else is said; give normalization 'identity' for the units of the "
                "measurement."
            )
    return named


def _summary(
    label: str,
    reader: Reader,
    statistics: Mapping[str, Mapping[str, Any]],
    outputs: Outputs,
    context: Context,
) -> dict[str, float]:
    """Return all statistics of one objective."""
    variables = list(reader.objectives[label].variables)
    for text in strays(label, reader.objectives[label], outputs[label]):
        context.assume(text)
    found: dict[str, float] = {}
    for name, config in statistics.items():
        default = config in DEFAULT_STATISTICS
        if len(variables) == 1 or not default:
            found[name] = _value(config, label, reader, outputs, context)
        if len(variables) > 1 and not any(config.get(key) for key in _WHOLE):
            for variable in variables:
                one = {**config, "calculation_structure": {label: [variable]}}
                found[f"{name} {variable}"] = _value(one, label, reader, outputs, context)
    return found


def _value(
    config: Mapping[str, Any], label: str, reader: Reader, outputs: Outputs, context: Context
) -> float:
    try:
        cost: Cost = reader.read(config, context.place("summary_stats"), within=(label,))
        values = {name: context.given.number(name) for name in cost.inputs}
        return cost.value(outputs, values) if compares(cost) else math.nan
    except (SolveError, NothingMeasuredError):
        return math.nan
