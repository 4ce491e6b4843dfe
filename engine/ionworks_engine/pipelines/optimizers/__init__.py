"""Optimizers and samplers: one function that runs any of them on a problem.

catalogue      which there are and what each may be told (``options``, ``kinds``), and how much
               at the most (``ceilings``); what is not installed
base           what they work on (``Minimisable``), what they come to (``Optimum``)
watching       counts, the best point, progress, the time
scipy_family   scipy's, under their own option names
driving        the loop of all that are asked and told, with its stopping rules:
               ``evolution``, ``swarm``, ``strategies``, ``surrogates``, ``trust_region``
points         the start alone, and grids
nesting        a search in a search
sampling       Markov chains, with ``diagnostics``
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ionworks_engine.pipelines.errors import refuse, words_of
from ionworks_engine.pipelines.optimizers import catalogue
from ionworks_engine.pipelines.optimizers.base import Floats, Minimisable, Optimum, Tell

__all__ = ["Minimisable", "Optimum", "merged", "run"]


def run(
    settings: Mapping[str, Any],
    problem: Minimisable,
    *,
    seed: int | None = None,
    max_iterations: int | None = None,
    maxtime: float | None = None,
    tell: Tell | None = None,
) -> Optimum:
    """Minimise the cost of a problem, or sample its posterior.

    Parameters
    ----------
    settings
        The optimizer as on the wire.
    problem
        What is minimised, starting at its ``start``.
    seed
        Makes a random optimizer repeat itself; its own ``seed`` wins.
    max_iterations
        At most this many, whatever the settings say.
    maxtime
        Seconds after which the best point so far is taken.
    tell
        Called after every iteration with ``best_cost``, ``iteration`` and ``evaluations``.

    Raises
    ------
    PipelineError
        If `catalogue.check` finds something wrong with the settings, or if the optimizer cannot
        work on this problem: one that needs bounds, or residuals.
    """
    from ionworks_engine.pipelines.optimizers.watching import Stopped, Watched

    for place, words in catalogue.check(settings, "optimizer", len(problem.names)):
        raise refuse(place, words)
    given = dict(settings)
    method = catalogue.method_of(given)
    if method == "Nested":
        return _nested(given, problem, seed, max_iterations, maxtime, tell)
    _suits(given, method, problem)
    watched = Watched(problem, maxtime, tell)
    try:
        return _chosen(method)(given, watched, max_iterations, seed)
    except Stopped as stopped:
        return watched.optimum(False, str(stopped))
    except (TypeError, ValueError, IndexError) as error:  # what a library says that it cannot do
        raise refuse("optimizer", f"{method}: {words_of(error)}") from error


def merged(found: Sequence[Optimum], names: Sequence[str]) -> Optimum:
    """Make one answer of several starts: the best, or one posterior of all their chains."""
    if found[0].kind == "PosteriorResult":
        from ionworks_engine.pipelines.optimizers import sampling

        return sampling.merged(found, names)
    return min(found, key=lambda one: one.cost)


Run = Callable[[dict[str, Any], Any, "int | None", "int | None"], Optimum]


def _suits(settings: Mapping[str, Any], method: str, problem: Minimisable) -> None:
    """Refuse a problem that the optimizer cannot work on."""
    if catalogue.needs_residuals(settings) and not problem.has_residuals:
        words = f"{method} needs costs that are sums of squares, such as SSE; use ScipyMinimize"
        raise refuse("optimizer", words)
    if catalogue.needs_bounds(settings):
        ends = np.isfinite(problem.lower) & np.isfinite(problem.upper)
        lacking = [name for name, has in zip(problem.names, ends, strict=True) if not has]
        if lacking:
            listed = ", ".join(map(repr, lacking))
            raise refuse("parameters", f"{method} needs finite bounds of {listed}")


def _chosen(method: str) -> Run:
    """Return what runs a method; its libraries are loaded here, not before."""
    if method.startswith("Scipy"):
        return _scipy(method)
    if method in catalogue.POINTS or method == "GridSearch":
        from ionworks_engine.pipelines.optimizers import points

        if method == "GridSearch":
            return lambda given, watched, _, __: points.grid(given.get("npts") or 10, watched)
        return lambda _, watched, __, ___: points.start_only(method, watched)
    if method == "PintsSampler":
        from ionworks_engine.pipelines.optimizers import sampling

        return sampling.sample
    return _ask_tell


def _scipy(method: str) -> Run:
    from ionworks_engine.pipelines.optimizers import scipy_family as family

    certain = {
        "ScipyMinimize": family.minimize,
        "ScipyLeastSquares": family.least_squares,
        "ScipyLsqLinear": family.linear_least_squares,
        "ScipyShgo": family.shgo,
    }
    chancy = {
        "ScipyDifferentialEvolution": family.differential_evolution,
        "ScipyDualAnnealing": family.dual_annealing,
        "ScipyBasinhopping": family.basinhopping,
    }

    def started(
        settings: dict[str, Any], watched: Any, limit: int | None, seed: int | None
    ) -> Optimum:
        given = {k: v for k, v in settings.items() if k != "type" and v is not None}
        if method in certain:
            return certain[method](given, watched, limit)
        return chancy[method](given, watched, limit, seed)

    return started


def _ask_tell(given: dict[str, Any], watched: Any, limit: int | None, seed: int | None) -> Optimum:
    from ionworks_engine.pipelines.optimizers import driving

    method = _method(given, watched, np.random.default_rng(seed))
    rules = driving.Rules.read(given, len(watched.names), method.is_surrogate, limit)
    return driving.drive(method, watched, rules)


def _method(given: Mapping[str, Any], watched: Any, rng: np.random.Generator) -> Any:
    """Make what is asked and told."""
    name, count = catalogue.method_of(given), len(watched.names)
    own = {k: v for k, v in (given.get("algorithm_options") or {}).items() if v is not None}
    box = watched.start, watched.lower, watched.upper
    size = given.get("population_size")
    if name in {"BayesianOptimization", "TuRBO"}:
        from ionworks_engine.pipelines.optimizers import surrogates, trust_region

        kind = {
            "BayesianOptimization": surrogates.BayesianOptimization,
            "TuRBO": trust_region.TrustRegion,
        }[name]
        return kind(*box, size or 1, own, rng)
    if name == "DifferentialEvolution":
        from ionworks_engine.pipelines.optimizers.evolution import DifferentialEvolution

        return DifferentialEvolution(*box, size or max(16, 6 * count), own, rng)
    if name == "PSO":
        from ionworks_engine.pipelines.optimizers.swarm import ParticleSwarm

        return ParticleSwarm(*box, size or max(16, 6 * count), own, rng)
    from ionworks_engine.pipelines.optimizers import strategies

    steps = _steps(given.get("sigma0"), *box)
    if name == "CMAES":
        return strategies.CovarianceAdaptation(*box, steps, size, own, rng)
    return strategies.PintsMethod(name, *box, steps, size, rng)


def _steps(sigma0: Any, start: Floats, lower: Floats, upper: Floats) -> Floats:
    """Return the first step of each coordinate: a sixth of its range, else a fifth of its value."""
    if sigma0 is not None:
        values = np.asarray(sigma0, float).ravel()
        if len(values) not in {1, len(start)}:
            words = f"{len(values)} steps for {len(start)} parameters; give one for each"
            raise refuse("optimizer.sigma0", words)
        return np.broadcast_to(values, start.shape).copy()
    span = upper - lower
    return np.where(np.isfinite(span), span / 6, 0.2 * np.where(start == 0, 1.0, np.abs(start)))


def _nested(
    given: Mapping[str, Any],
    problem: Minimisable,
    seed: int | None,
    max_iterations: int | None,
    maxtime: float | None,
    tell: Tell | None,
) -> Optimum:
    from ionworks_engine.pipelines.optimizers.nesting import Concentrated

    def search(settings: Mapping[str, Any], part: Minimisable) -> Optimum:
        return run(settings, part, seed=seed)

    outer = Concentrated(problem, given["parameters"], given["inner"], search)
    found = run(
        given["optimizer"],
        outer,
        seed=seed,
        max_iterations=max_iterations,
        maxtime=maxtime,
        tell=tell,
    )
    best = outer.best()
    words = found.message
    return Optimum(
        best, problem.cost(best), found.success, words, outer.evaluations + 1, found.iterations
    )
