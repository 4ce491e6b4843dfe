"""scipy's optimizers under their own option names.

Derivatives are the models' own where they have them. Finite differences otherwise: models are
solved to tolerances, so that their answers carry an error of some 1e-6, which scipy's own steps of
1e-8 would turn into noise. Where the settings do not say, residuals are differentiated by steps of
`STEP` of a coordinate, costs by `WIDE_STEP` to both sides.

scipy sees costs in units of that at the start, about, as its tolerances are absolute
(:mod:`~ionworks_engine.pipelines.optimizers.watching`); what is reported is the true cost.

Random ones take the seed as ``rng``: they give what ``scipy.optimize`` gives with ``rng=seed``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from scipy import optimize

from ionworks_engine.pipelines.errors import refuse
from ionworks_engine.pipelines.optimizers import options
from ionworks_engine.pipelines.optimizers.base import Floats, Optimum
from ionworks_engine.pipelines.optimizers.watching import Watched

Settings = dict[str, Any]
STEP = 1e-4
WIDE_STEP = 1e-3


def minimize(settings: Settings, watched: Watched, limit: int | None) -> Optimum:
    """Run ``scipy.optimize.minimize``; options of the method may stand beside it."""
    keywords = _minimize_keywords(settings, watched)
    if keywords["method"] not in options.UNBOUNDED and watched.is_bounded:
        keywords["bounds"] = watched.bounds
    limited(keywords["options"], _count_of(keywords["method"]), limit)
    found = optimize.minimize(
        watched.relative_cost, watched.start, callback=_callback(watched), **keywords
    )
    return _ended(watched, found)


def least_squares(settings: Settings, watched: Watched, limit: int | None) -> Optimum:
    """Run ``scipy.optimize.least_squares``, with the models' derivatives where they offer them."""
    if "max_iterations" in settings:
        limited(settings, "max_nfev", settings.pop("max_iterations"))
    limited(settings, "max_nfev", limit)
    settings.setdefault("method", "trf")
    if settings["method"] != "lm" or watched.is_bounded:
        settings["bounds"] = (watched.lower, watched.upper)
    if settings["method"] != "lm":
        settings["callback"] = watched.step
    start = _inside(watched)
    _differentiate(settings, watched, start)
    if settings.get("f_scale") is not None:
        settings["f_scale"] /= math.sqrt(watched.unit)
    found = optimize.least_squares(watched.relative_residuals, start, **settings)
    watched.iterations = max(watched.iterations, int(found.njev or 0))
    return _ended(watched, found)


def linear_least_squares(settings: Settings, watched: Watched, limit: int | None) -> Optimum:
    """Solve the bounded linear least-squares problem that the residuals are taken for.

    ``warm_start``: coordinates that start at a bound are tried there first; where that is no
    optimum the problem is solved without it.
    """
    step = float(settings.pop("jac_rel_step", 1e-3))
    warm = settings.pop("warm_start", True)
    if "max_iterations" in settings:
        settings["max_iter"] = settings.pop("max_iterations")
    limited(settings, "max_iter", limit)
    settings.setdefault("method", "bvls")
    start = _inside(watched)
    residuals = watched.residuals(start)
    design = _differences(watched, start, residuals, step)
    target = design @ start - residuals
    solution = _warm_solution(design, target, start, watched) if warm else None
    message = "The bounds that were active are active still."
    success, iterations = True, 0
    if solution is None:
        found = optimize.lsq_linear(design, target, (watched.lower, watched.upper), **settings)
        solution, message, success = found.x, found.message, bool(found.success)
        iterations = int(found.nit)
    point = np.clip(solution, watched.lower, watched.upper)
    watched.residuals(point)
    watched.step()
    return watched.optimum(success, message, iterations=max(iterations, 1))


def differential_evolution(
    settings: Settings, watched: Watched, limit: int | None, seed: int | None
) -> Optimum:
    """Run ``scipy.optimize.differential_evolution``.

    With ``workers`` other than 1, or ``updating: "deferred"``, a whole generation is evaluated
    at once, by all workers that are idle; the numbers do not depend on how many these are.
    """
    _rename(settings, {"max_iterations": "maxiter", "population_size": "popsize"})
    limited(settings, "maxiter", limit)
    polish = settings.pop("polish", False)
    if settings.pop("workers", 1) != 1 or settings.get("updating") == "deferred":
        settings |= {"workers": _Spread(watched), "updating": "deferred"}
    if isinstance(settings.get("mutation"), list):
        settings["mutation"] = tuple(settings["mutation"])
    found = optimize.differential_evolution(
        watched.cost,
        watched.bounds,
        rng=settings.pop("seed", seed),
        callback=_callback(watched),
        polish=False,
        **settings,
    )
    if polish:
        _polish(_local(None, watched), watched)
    return _ended(watched, found)


def dual_annealing(
    settings: Settings, watched: Watched, limit: int | None, seed: int | None
) -> Optimum:
    """Run ``scipy.optimize.dual_annealing`` from the start of the problem."""
    _rename(settings, {"max_iterations": "maxiter"})
    limited(settings, "maxiter", limit)
    rng = settings.pop("seed", seed)
    settings["minimizer_kwargs"] = _local(settings.pop("minimizer_kwargs", None), watched)
    found = optimize.dual_annealing(
        watched.relative_cost,
        watched.bounds,
        rng=rng,
        callback=_callback(watched),
        x0=_inside(watched),
        **settings,
    )
    return _ended(watched, found)


def basinhopping(
    settings: Settings, watched: Watched, limit: int | None, seed: int | None
) -> Optimum:
    """Run ``scipy.optimize.basinhopping`` with L-BFGS-B as its local method."""
    _rename(settings, {"max_iterations": "niter"})
    limited(settings, "niter", limit)
    rng = settings.pop("seed", seed)
    local = _local(settings.pop("minimizer_kwargs", None), watched)
    found = optimize.basinhopping(
        watched.relative_cost,
        watched.start,
        rng=rng,
        callback=_callback(watched),
        minimizer_kwargs=local,
        **settings,
    )
    return _ended(watched, found)


def shgo(settings: Settings, watched: Watched, limit: int | None) -> Optimum:
    """Run ``scipy.optimize.shgo``, then its local method from the best point of all.

    It has no start and no chance in it. Its own local searches do not leave the cells that they
    begin in, and end at the walls of these; the last one has the whole box.
    """
    more = dict(settings.pop("options", None) or {})
    if "max_iterations" in settings:
        more["maxiter"] = settings.pop("max_iterations")
    limited(more, "maxiter", limit)
    _relate(more, "f_min", watched)
    local = _local(settings.pop("minimizer_kwargs", None), watched)
    found = optimize.shgo(
        watched.relative_cost,
        watched.bounds,
        options=more,
        callback=_callback(watched),
        minimizer_kwargs=_in_cells(local, watched),
        **settings,
    )
    _polish(local, watched)
    return _ended(watched, found)


def _polish(local: Settings, watched: Watched) -> None:
    """Go on from the best point with a local method, which costs are related to anew."""
    if math.isfinite(watched.best_cost):
        watched.relative_to(watched.best_cost)
        optimize.minimize(watched.relative_cost, watched.best, callback=_callback(watched), **local)


def _relate(settings: Settings, name: str, watched: Watched) -> None:
    """Tell scipy a cost in the units that it sees."""
    if settings.get(name) is not None:
        settings[name] /= watched.unit


def _in_cells(local: Settings, watched: Watched) -> Settings:
    """Return a local method's keywords for ``shgo``, which drops options that say how to differ."""
    kept = {**local, "options": dict(local["options"])}
    step = local["options"].get("finite_diff_rel_step")
    if isinstance(local.get("jac"), str) and step is not None:
        kept["jac"] = _Slopes(watched, np.broadcast_to(step, watched.start.shape))
    return kept


def limited(settings: Settings, name: str, limit: int | None) -> None:
    """Lower a count to a limit, or set it."""
    if limit is not None:
        settings[name] = min(limit, settings.get(name) or limit)


def _differentiate(settings: Settings, watched: Watched, start: Floats) -> None:
    """Choose how residuals are differentiated: by the models, else by differences."""
    step = settings.pop("diff_step", None)
    if "jac" not in settings and watched.problem.jacobian(start) is not None:
        settings["jac"] = _Jacobian(watched)
        return
    settings.setdefault("jac", "2-point")
    settings["diff_step"] = STEP if step is None else step


class _Jacobian:
    """The models' own derivatives of the relative residuals; differences where they have none."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def __call__(self, x: Floats) -> Floats:
        point = np.array(x, float)
        jacobian = self._watched.problem.jacobian(point)
        if jacobian is None or not np.isfinite(jacobian).all():
            residuals = self._watched.residuals(point)
            jacobian = _differences(self._watched, point, residuals, STEP)
        return np.asarray(jacobian / math.sqrt(self._watched.unit), float)


class _Gradient:
    """The derivatives of a relative cost that is the residuals' sum of squares."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._jacobian = _Jacobian(watched)

    def __call__(self, x: Floats) -> Floats:
        return 2.0 * self._jacobian(x).T @ self._watched.relative_residuals(x)


class _Slopes:
    """The derivatives of a relative cost, by differences to both sides between the bounds."""

    def __init__(self, watched: Watched, steps: Floats) -> None:
        self._watched = watched
        self._steps = steps

    def __call__(self, x: Floats) -> Floats:
        slopes = np.empty(len(x))
        for index, value in enumerate(x):
            reach = self._steps[index] * (abs(value) or 1.0)
            ends = np.tile(np.asarray(x, float), (2, 1))
            ends[:, index] += (-reach, reach)
            ends = np.clip(ends, self._watched.lower, self._watched.upper)
            low, high = (self._watched.relative_cost(end) for end in ends)
            slopes[index] = (high - low) / ((ends[1, index] - ends[0, index]) or 1.0)
        return slopes


class _Spread:
    """A ``map`` for scipy that evaluates all points at once."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def __call__(self, function: Callable[[Floats], float], points: Iterable[Floats]) -> Floats:
        del function
        return self._watched.costs(np.array(list(points)))


def _minimize_keywords(settings: Settings, watched: Watched) -> Settings:
    folded = {name.casefold(): name for name in options.MINIMIZE}
    default = "L-BFGS-B" if watched.is_bounded else "BFGS"
    method = folded[str(settings.pop("method", None) or default).casefold()]
    more = dict(settings.pop("options", None) or {})
    _rename(settings, {"max_iterations": _count_of(method)})
    keywords: Settings = {"method": method, "options": more}
    for name in ("tol", "jac"):
        if settings.get(name) is not None:
            keywords[name] = settings.pop(name)
    more |= settings
    _relate(more, "f_target", watched)
    if "jac" in options.MINIMIZE[method]:
        _descend(keywords, watched)
    return keywords


def _count_of(method: str) -> str:
    """Return the option that limits iterations; TNC has only one for evaluations."""
    return "maxfun" if method == "TNC" else "maxiter"


def _descend(keywords: Settings, watched: Watched) -> None:
    """Choose how a cost is differentiated: by the models, else by wide differences."""
    more = keywords["options"]
    if "jac" in keywords or more.keys() & {"eps", "finite_diff_rel_step"}:
        return
    problem = watched.problem
    if problem.has_residuals and problem.jacobian(_inside(watched)) is not None:
        keywords["jac"] = _Gradient(watched)
    else:
        keywords["jac"] = "3-point"
        more["finite_diff_rel_step"] = WIDE_STEP


def _local(given: Mapping[str, Any] | None, watched: Watched) -> Settings:
    """Return the keywords of a global method's local one: bounded, with steps that models bear."""
    local = dict(given or {})
    chosen = {"method": local.pop("method", "L-BFGS-B"), "options": local.pop("options", None)}
    keywords = _minimize_keywords({**chosen, **local}, watched)
    if keywords["method"] not in options.UNBOUNDED and watched.is_bounded:
        keywords["bounds"] = watched.bounds
    return keywords


def _callback(watched: Watched) -> Callable[..., None]:
    """Return what scipy may call at each iteration, whatever it passes."""

    def called(*_: Any) -> None:
        watched.step()

    return called


def _inside(watched: Watched) -> Floats:
    return np.asarray(np.clip(watched.start, watched.lower, watched.upper))


def _rename(settings: Settings, names: Mapping[str, str]) -> None:
    for ours, theirs in names.items():
        if ours in settings:
            settings[theirs] = settings.pop(ours)


def _differences(watched: Watched, x: Floats, residuals: Floats, step: float) -> Floats:
    """Return the design matrix, by steps that stay inside the bounds."""
    columns = []
    for index, value in enumerate(x):
        by = step * (abs(value) or 1.0)
        if value + by > watched.upper[index]:
            by = -by
        moved = x.copy()
        moved[index] += by
        columns.append((watched.residuals(moved) - residuals) / by)
    return np.column_stack(columns)


def _warm_solution(
    design: Floats, target: Floats, start: Floats, watched: Watched
) -> Floats | None:
    """Solve with the coordinates that start at a bound held there, if that is the optimum."""
    at_lower, at_upper = start == watched.lower, start == watched.upper
    free = ~(at_lower | at_upper)
    solution = start.copy()
    rest = target - design[:, ~free] @ start[~free]
    if free.any():
        solution[free] = np.linalg.lstsq(design[:, free], rest, rcond=None)[0]
    gradient = design.T @ (design @ solution - target)
    slack = 1e-9 * max(1.0, float(np.abs(design.T @ target).max(initial=0.0)))
    inside = (solution >= watched.lower).all() and (solution <= watched.upper).all()
    held = (gradient[at_lower] >= -slack).all() and (gradient[at_upper] <= slack).all()
    return np.asarray(solution) if inside and held else None


def _ended(watched: Watched, found: Any) -> Optimum:
    if watched.evaluations == 0 or not math.isfinite(watched.best_cost):
        raise refuse("optimizer", f"scipy came to no point: {_words(found)}")
    iterations = int(getattr(found, "nit", 0) or watched.iterations)
    success = bool(getattr(found, "success", True))
    return watched.optimum(success, _words(found), iterations=iterations)


def _words(found: Any) -> str:
    message = found.message
    return " ".join(message) if isinstance(message, list) else str(message)
