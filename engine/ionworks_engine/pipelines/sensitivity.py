"""Sobol indices: which share of the spread of the cost each parameter makes.

Parameters are drawn over their bounds, evenly as the search sees them (evenly in themselves where
they have no transform; evenly in their logarithm with ``use_log_transform``). The number whose
variance is shared out is the fit's cost, priors and penalties left out. Saltelli's design and
estimators (Saltelli et al., Computer Physics Communications 181, 2010, 259-270) as in SALib, its
bootstrapped 95 % intervals beside.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import SOLVER_ERROR, PipelineError, refuse
from ionworks_engine.pipelines.fits.assembly import Assembly, assemble
from ionworks_engine.pipelines.fits.data_fit import read_options
from ionworks_engine.pipelines.fits.population import Population
from ionworks_engine.pipelines.objectives.base import Floats
from ionworks_engine.pipelines.optimizers.ceilings import of_design
from ionworks_engine.pipelines.results import Finished, plain


def sensitivity(element: Mapping[str, Any], context: Context) -> Finished:
    """Compute Sobol indices of the cost.

    Parameters
    ----------
    element
        A ``sobol_sensitivity`` as on the wire.
    context
        What the elements before it gave.

    Returns
    -------
    Finished
        ``first_order`` and ``total_order`` by parameter, with half-widths of their 95 % intervals
        (``*_ci``); ``second_order`` by parameter and parameter, if asked.

    Raises
    ------
    PipelineError
        If SALib is not installed, the design has too many points, a parameter has no finite
        bounds, or the model has no answer at any point.
    """
    analyze, sample = _salib()
    count = _count(element, context)
    second = element.get("calc_second_order") is True
    options = read_options(element, context.place("options"))
    assembly = assemble(element, context)
    problem = assembly.problem
    words = of_design(count, len(problem.names), second_order=second)
    if words is not None:
        raise refuse(context.place("n_samples"), words)
    seed = int(options.get("seed", 0))
    design = {
        "names": list(problem.names),
        "num_vars": len(problem.names),
        "bounds": [[0.0, 1.0]] * len(problem.names),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sizes that are no power of 2: a matter of balance
        shares = sample(design, count, calc_second_order=second, seed=seed)
        numbers, stats = _evaluated(
            element, assembly, _points(element, assembly, shares, context), context
        )
        found = analyze(design, numbers, calc_second_order=second, seed=seed)
    return _finished(element, assembly, found, stats, context)


def _salib() -> tuple[Any, Any]:
    try:
        from SALib.analyze import sobol as analysis
        from SALib.sample import sobol as sampling
    except ModuleNotFoundError:
        raise refuse("", "Sobol indices need SALib: pip install 'ionworks-api[fit]'") from None
    return analysis.analyze, sampling.sample


def _count(element: Mapping[str, Any], context: Context) -> int:
    count = element.get("n_samples", 256)
    if isinstance(count, bool) or not isinstance(count, int) or count < 2:
        raise refuse(context.place("n_samples"), f"must be a whole number from 2 on, not {count!r}")
    return count


def _points(
    element: Mapping[str, Any], assembly: Assembly, shares: Floats, context: Context
) -> Floats:
    """Map the design, in the unit cube, to points of the search."""
    space = assembly.problem.space
    for parameter in space.parameters:
        place = context.place(f"parameters.{parameter.name}.bounds")
        if not (math.isfinite(parameter.lower) and math.isfinite(parameter.upper)):
            raise refuse(place, "must be finite: they are what the parameter is drawn between")
    if element.get("use_log_transform") is not True:
        return space.drawn(shares)
    columns = []
    for parameter, column in zip(space.parameters, shares.T, strict=True):
        if parameter.lower <= 0:
            raise refuse(
                context.place(f"parameters.{parameter.name}.bounds"),
                "must be positive to be drawn evenly in the logarithm",
            )
        low, high = math.log(parameter.lower), math.log(parameter.upper)
        values = np.exp(low + column * (high - low))
        columns.append([parameter.coordinate(float(value)) for value in values])
    return np.array(columns).T


def _evaluated(
    element: Mapping[str, Any], assembly: Assembly, points: Floats, context: Context
) -> tuple[Floats, dict[str, Any]]:
    """Return the cost at every point; the mean of the others where the model has no answer."""
    problem = assembly.problem
    outcomes = Population(problem.outcome, context.aid, element).outcomes(points)
    costs = np.array([one.cost for one in outcomes])
    known = np.isfinite(costs)
    if not known.any():
        words = next(one.error for one in outcomes if one.error)
        raise PipelineError(
            SOLVER_ERROR,
            f"the model has no answer at any of {len(points)} points; the first said: {words}",
        )
    lost = int(np.sum(~known))
    if lost:
        context.assume(
            f"The model has no answer at {lost} of {len(points)} points; the mean of "
            "the others stands in for them."
        )
    stats = {
        "evaluations": len(points),
        "failures": lost,
        "mean": float(costs[known].mean()),
        "std": float(costs[known].std()),
        "min": float(costs[known].min()),
        "max": float(costs[known].max()),
    }
    return np.where(known, costs, stats["mean"]), stats


def _finished(
    element: Mapping[str, Any],
    assembly: Assembly,
    found: Mapping[str, Any],
    stats: dict[str, Any],
    context: Context,
) -> Finished:
    names = list(assembly.problem.names)
    start = assembly.problem.values(assembly.problem.start)
    second = element.get("calc_second_order") is True

    def by_name(key: str) -> dict[str, float]:
        return dict(zip(names, np.asarray(found[key], dtype=float).tolist(), strict=True))

    def by_pair(key: str) -> dict[str, dict[str, float]]:
        matrix = np.asarray(found[key], dtype=float)
        return {
            one: {other: float(matrix[i, j]) for j, other in enumerate(names) if j > i}
            for i, one in enumerate(names[:-1])
        }

    result = {
        "type": "SensitivityResult",
        "parameter_values": context.optimum(names) or start,
        "method": "sobol",
        "first_order": by_name("S1"),
        "total_order": by_name("ST"),
        "first_order_ci": by_name("S1_conf"),
        "total_order_ci": by_name("ST_conf"),
        "second_order": by_pair("S2") if second else None,
        "second_order_ci": by_pair("S2_conf") if second else None,
        "evaluation_stats": stats,
        "n_samples": _count(element, context),
        "log_transformed": element.get("use_log_transform") is True,
    }
    return Finished(result=plain(result))
