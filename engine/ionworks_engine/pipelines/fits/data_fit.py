"""A data fit: the best parameters from one or several starts, and everything told about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import SOLVER_ERROR, PipelineError, near, refuse
from ionworks_engine.pipelines.fits.assembly import Assembly, assemble, deadline
from ionworks_engine.pipelines.fits.population import Population, optima
from ionworks_engine.pipelines.fits.problem import Ledger, Problem
from ionworks_engine.pipelines.fits.report import described, remarks
from ionworks_engine.pipelines.fits.starts import starts
from ionworks_engine.pipelines.optimizers import catalogue, diagnostics, merged, run
from ionworks_engine.pipelines.optimizers.base import Optimum, Tell
from ionworks_engine.pipelines.results import Finished, plain
from ionworks_engine.pipelines.values import write_values

_OPTIONS = (
    "seed",
    "low_memory",
    "max_iterations",
    "maxtime",
    "validate",
    "skip_objective_callbacks",
)
LEAST_SQUARES: Mapping[str, Any] = {"type": "ScipyLeastSquares"}
NELDER_MEAD: Mapping[str, Any] = {"type": "ScipyMinimize", "method": "Nelder-Mead"}
_LOW_MEMORY_GAIN = 1e-3


def problem(element: Mapping[str, Any], context: Context) -> Problem:
    """Build the problem of a fit, as a helper does to evaluate points of it."""
    return assemble(element, context).problem


def fit(element: Mapping[str, Any], context: Context) -> Finished:
    """Fit parameters to data.

    Parameters
    ----------
    element
        A ``data_fit`` as on the wire.
    context
        What the elements before it gave.

    Returns
    -------
    Finished
        Its result is that of the best start; with several starts ``children`` has all of them,
        by rising cost.

    Raises
    ------
    PipelineError
        If the configuration is wrong, or the model has no answer at any point.

    Examples
    --------
    >>> from ionworks_engine.pipelines.context import Context
    >>> data = {
    ...     "Time [s]": [0.0, 60.0, 120.0],
    ...     "Current [A]": [0.5, 0.5, 0.5],
    ...     "Voltage [V]": [3.79, 3.77, 3.76],
    ... }
    >>> element = {
    ...     "objectives": {"pulse": {"type": "CurrentDriven", "data": data}},
    ...     "parameters": {"Negative particle diffusivity [m2.s-1]": {"bounds": [1e-15, 1e-12]}},
    ... }
    >>> found = fit(element, Context())
    >>> found.result["type"], list(found.values)
    ('OptimizationResult', ['Negative particle diffusivity [m2.s-1]'])
    """
    options = read_options(element, context.place("options"))
    assembly = assemble(element, context)
    runs = minimise(element, assembly, options, context)
    finished = finish(element, assembly, runs)
    told = finished.result if _searches(element) else None
    for text in (*remarks(assembly, finished.values, told), *_doubts(runs, assembly)):
        context.assume(text)
    if context.live is not False:
        context.aid.tell(_last(finished, runs))
    return finished


def _searches(element: Mapping[str, Any]) -> bool:
    """Whether the optimizer goes anywhere from the start."""
    return catalogue.method_of(element.get("optimizer") or LEAST_SQUARES) not in catalogue.POINTS


def read_options(element: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the options of a fit, those that are set."""
    options = element.get("options") or {}
    if not isinstance(options, Mapping):
        raise refuse(where, f"must be a mapping, not {options!r}")
    for key in options:
        if key not in _OPTIONS:
            raise refuse(f"{where}.{key}", f"no such option{near(str(key), _OPTIONS)}")
    for key, low in (("seed", -1), ("max_iterations", 0), ("maxtime", 0)):
        value = options.get(key)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (number and value > low):
            raise refuse(f"{where}.{key}", f"must be a number above {low}, not {value!r}")
    return {key: value for key, value in options.items() if value is not None}


def minimise(
    element: Mapping[str, Any], assembly: Assembly, options: Mapping[str, Any], context: Context
) -> list[dict[str, Any]]:
    """Run the optimizer from every start; return what `start_one` did, in their order."""
    settings = element.get("optimizer") or _default_optimizer(assembly, context)
    seed = int(options.get("seed", 0))
    space = assembly.parameters.space
    points = starts(element, space, space.start, seed, context.where)
    common = {
        "optimizer": settings,
        "max_iterations": options.get("max_iterations"),
        "maxtime": options.get("maxtime"),
        "thrift": _LOW_MEMORY_GAIN if options.get("low_memory") else 0.0,
    }
    tasks = [{**common, "x": plain(x), "seed": seed + k} for k, x in enumerate(points)]
    tell = None if context.live is False else _best_of_all(context.aid.tell)
    if len(tasks) == 1:
        one = assembly.problem
        one.spread = Population(one.outcome, context.aid, element).outcomes
        return [start_one(one, tasks[0], tell)]
    return optima(partial(start_one, assembly.problem, tell=tell), tasks, context.aid, element)


def _best_of_all(tell: Tell) -> Tell:
    """Return a teller of the best over all starts so far, not of the one that is running."""
    best: dict[str, Any] = {"best_cost": None, "inputs": None}

    def told(progress: Mapping[str, Any]) -> None:
        cost = progress["best_cost"]
        if cost is not None and (best["best_cost"] is None or cost < best["best_cost"]):
            best.update(best_cost=cost, inputs=progress["inputs"])
        tell({**progress, **best})

    return told


def start_one(
    problem: Problem, start: Mapping[str, Any], tell: Tell | None = None
) -> dict[str, Any]:
    """Run the optimizer from one start.

    Parameters
    ----------
    problem
        Of the fit.
    start
        Plain values: the point ``x``, the ``seed``, the ``optimizer``, ``max_iterations``,
        ``maxtime`` in s and the ``thrift`` of the trace.
    tell
        Takes the progress.

    Returns
    -------
    dict
        Plain values: the ``optimum``, the ``trace``, counts of ``evaluations`` and ``failures``
        and the words of the ``first_failure``.
    """
    ledger = Ledger(thrift=start["thrift"])
    x = np.asarray(start["x"], dtype=float)
    own = problem.afresh(x, ledger, deadline(start["maxtime"]))
    optimum = run(
        start["optimizer"],
        own,
        seed=start["seed"],
        max_iterations=start["max_iterations"],
        maxtime=start["maxtime"],
        tell=tell and _with_inputs(tell, ledger),
    )
    return {
        "optimum": optimum.written(),
        "start": start["x"],
        "trace": ledger.trace,
        "best": ledger.best_values,
        "best_cost": ledger.best_cost if ledger.best_values else None,
        "evaluations": ledger.evaluations,
        "failures": ledger.failures,
        "first_failure": ledger.first_failure,
    }


def _last(finished: Finished, runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the progress of a fit that has ended: counts are those of all starts."""
    return {
        "best_cost": finished.best_cost,
        "inputs": {name: finished.values[name] for name in finished.result["initial_guess"]},
        "iteration": sum(Optimum.read(one["optimum"]).iterations for one in runs),
        "evaluations": finished.metadata["evaluations"],
    }


def _with_inputs(tell: Tell, ledger: Ledger) -> Tell:
    """Return a teller of what was found so far, too: it outlives a fit that is canceled."""

    def told(progress: Mapping[str, Any]) -> None:
        best = ledger.best_values
        found = {"best_cost": ledger.best_cost if best else None, "inputs": dict(best) or None}
        tell({**progress, **found, "evaluations": ledger.evaluations})

    return told


def finish(
    element: Mapping[str, Any],
    assembly: Assembly,
    runs: list[dict[str, Any]],
) -> Finished:
    """Gather what all starts came to."""
    _check_answers(runs)
    leaves = [_leaf(assembly, one, place) for place, one in enumerate(runs)]
    leaves.sort(key=lambda leaf: leaf["cost"])
    best = leaves[0]
    free = best["free"]
    children = [{k: v for k, v in leaf.items() if k != "free"} for leaf in leaves]
    result = {**children[0], **_merged(runs, assembly)}
    result["children"] = None if len(leaves) == 1 else children
    quiet = (element.get("options") or {}).get("skip_objective_callbacks") is True
    initial = assembly.problem.values(np.asarray(runs[best["job_id"]]["start"], dtype=float))
    told = None if quiet else described(assembly, free, initial)
    return Finished(
        result=result,
        values=assembly.found(free),
        metadata=plain({**_metadata(runs, result), **(told.manifest if told else {})}),
        series=told.series if told else {},
        plots=told.plots if told else {},
        best_cost=best["cost"],
    )


def _default_optimizer(assembly: Assembly, context: Context) -> Mapping[str, Any]:
    if assembly.problem.has_residuals:
        context.assume("No optimizer was given: least squares (ScipyLeastSquares).")
        return LEAST_SQUARES
    context.assume(
        "No optimizer was given: Nelder-Mead (ScipyMinimize), as the cost has no "
        "residuals for least squares."
    )
    return NELDER_MEAD


def _check_answers(runs: list[dict[str, Any]]) -> None:
    evaluations = sum(one["evaluations"] for one in runs)
    failures = sum(one["failures"] for one in runs)
    if evaluations and failures == evaluations:
        words = next(one["first_failure"] for one in runs if one["first_failure"])
        raise PipelineError(
            SOLVER_ERROR,
            f"the model has no answer at any of the {evaluations} points that were tried; the "
            f"first said: {words}",
        )


def _leaf(assembly: Assembly, one: Mapping[str, Any], place: int) -> dict[str, Any]:
    """Return the result of one start, and its free values under ``free``."""
    optimum = Optimum.read(one["optimum"])
    problem = assembly.problem
    names = list(problem.names)
    free, cost = problem.values(optimum.x), optimum.cost
    best = one["best_cost"]
    if optimum.kind != "PosteriorResult" and best is not None and best < cost:
        free, cost = {name: one["best"][name] for name in names}, best
    trace = one["trace"]
    leaf = {
        "type": optimum.kind,
        "parameter_values": write_values(assembly.found(free)),
        "cost": cost,
        "samples": [[row["inputs_unscaled"][name] for name in names] for row in trace],
        "costs": [row["cost"] for row in trace],
        "initial_guess": problem.values(np.asarray(one["start"], dtype=float)),
        "job_id": place,
        "children": None,
        "x": [free[name] for name in names],
        **_outcome_fields(optimum, cost),
    }
    return {**plain(leaf), **_told(optimum), "free": free}


def _outcome_fields(optimum: Optimum, cost: float) -> dict[str, Any]:
    if optimum.kind != "OptimizationResult":
        return {}
    return {
        "fun": cost,
        "success": optimum.success,
        "message": optimum.message,
        "evaluations": optimum.evaluations,
        "iterations": optimum.iterations,
    }


def _merged(runs: list[dict[str, Any]], assembly: Assembly) -> dict[str, Any]:
    """Return the chains of all starts as one posterior; nothing, where nothing was sampled."""
    found = _sampled(runs)
    return _told(merged(found, list(assembly.problem.names))) if len(found) > 1 else {}


def _sampled(runs: list[dict[str, Any]]) -> list[Optimum]:
    found = [Optimum.read(one["optimum"]) for one in runs]
    return [one for one in found if one.kind == "PosteriorResult"]


def _told(optimum: Optimum) -> dict[str, Any]:
    """Return what the result has beside the optimum; how narrow chains are is said in words."""
    return {name: plain(value) for name, value in optimum.extra.items() if name != "narrow"}


def _doubts(runs: list[dict[str, Any]], assembly: Assembly) -> Iterator[str]:
    """Say why the chains of a sampler, of all its starts, are not to be trusted."""
    found = _sampled(runs)
    if found:
        yield from diagnostics.doubts(merged(found, list(assembly.problem.names)).extra)


def _metadata(runs: list[dict[str, Any]], best: Mapping[str, Any]) -> dict[str, Any]:
    """Return the trace over all starts, the samples and the counts."""
    rows: list[dict[str, Any]] = []
    lowest = float("inf")
    for place, one in enumerate(runs):
        for row in one["trace"]:
            lowest = min(lowest, row["cost"])
            rows.append({**row, "best_cost": lowest, "multistart_job_id": place})
    metadata = {
        "intermediate_results": rows,
        "failures": sum(one["failures"] for one in runs),
        "first_failure": next((one["first_failure"] for one in runs if one["first_failure"]), None),
        "evaluations": sum(one["evaluations"] for one in runs),
    }
    return {**metadata, **_samples(best)}


def _samples(best: Mapping[str, Any]) -> dict[str, Any]:
    """Return the chains of a sampler, by parameter."""
    chains = best.get("chains")
    if not chains:
        return {}
    names = best["parameter_names"]
    pdfs = best.get("log_pdfs") or []
    return {
        "samples": {
            name: [[draw[place] for draw in chain] for chain in chains]
            for place, name in enumerate(names)
        },
        "sample_costs": [[None if pdf is None else -pdf for pdf in chain] for chain in pdfs],
        "sample_param_names": names,
        "sample_burnin": best.get("burnin", 0),
    }
