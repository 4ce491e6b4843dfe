"""Which optimizers and samplers there are, and what each may be told. Needs none of them.

`check` is what a submission is looked at with: it imports neither scipy nor what it looks for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from ionworks_engine.battery.errors import near
from ionworks_engine.pipelines.optimizers import options

Problems = Iterator[tuple[str, str]]

EXTRA = "pip install 'ionworks-api[fit]'"
LEGACY = {"Pints": "AskTellOptimizer", "PointEstimate": "PointEstimateOptimizer"}
LEGACY |= {"Dummy": "DummyOptimizer"}
POINTS = frozenset(
    {"PointEstimateOptimizer", "PointEstimateSampler", "DummyOptimizer", "DummySampler"}
)
"""Those that take the start for the answer."""
_ASK_TELL = frozenset(options.METHODS) - {"Nelder-Mead"}
_SAMPLING = frozenset({"GridSearch", "DummySampler", "PointEstimateSampler", "PintsSampler"})
_BOUNDED = frozenset({"DifferentialEvolution", "PSO", "BayesianOptimization", "TuRBO"})
_BOUNDED |= {"ScipyDifferentialEvolution", "ScipyDualAnnealing", "ScipyShgo", "GridSearch"}
_LIBRARIES = {"CMAES": "cma", "XNES": "pints", "Nelder-Mead": "pints", "PintsSampler": "pints"}
_LIBRARIES |= {"BayesianOptimization": "sklearn", "TuRBO": "sklearn"}
_SOBER = (
    "SOBER is not computed here; for the best parameters TuRBO, BayesianOptimization or "
    "DifferentialEvolution do what it does"
)
OPTIMIZERS: Mapping[str, frozenset[str]] = {
    **options.SCIPY,
    **dict.fromkeys(_ASK_TELL, options.ASK_TELL),
    "AskTellOptimizer": options.ASK_TELL | {"method"},
    "Nested": frozenset({"parameters", "optimizer", "inner"}),
    "GridSearch": frozenset({"npts"}),
    "PintsSampler": frozenset(
        {"method", "log_to_screen", "max_iterations", "burnin_iterations"}
        | {"initial_phase_iterations"}
    ),
    **dict.fromkeys(POINTS, frozenset[str]()),
}
"""The names of the options of each type."""

_COUNTS = frozenset(
    {"max_iterations", "max_unchanged_iterations", "min_iterations", "max_evaluations"}
    | {"population_size", "convergence_patience", "npts", "max_nfev", "memory_size", "n_initial"}
    | {"n_candidates", "gp_max_points", "tr_success_tolerance", "tr_failure_tolerance", "maxiter"}
    | {"popsize", "niter", "maxfun", "maxfev", "n", "iters"}
)
_AT_LEAST_0 = frozenset(
    {"absolute_tolerance", "relative_tolerance", "xtol", "population_convergence_tol"}
    | {"flat_fitness_tol", "surrogate_convergence_tol", "max_unchanged_iterations_threshold"}
    | {"burnin_iterations", "initial_phase_iterations", "tol", "ftol", "gtol", "atol"}
    | {"archive_size_ratio", "c1", "c2"}
)
_SHARES = frozenset({"CR", "p_best_rate", "v_max_fraction", "recombination"})
_ABOVE_0 = frozenset({"F", "jac_rel_step", "tr_length_init", "tr_length_min", "tr_length_max"})


def check(settings: Any, where: str) -> Problems:
    """Yield what is wrong with the settings of an optimizer, with the key path of each.

    Parameters
    ----------
    settings
        As on the wire.
    where
        The key path of the settings.

    Examples
    --------
    >>> list(check({"type": "GridSearch", "npt": 5}, "elements.fit.optimizer"))
    [('elements.fit.optimizer.npt', "GridSearch has no option 'npt'; did you mean 'npts'?")]
    """
    if not isinstance(settings, Mapping):
        yield where, f"an optimizer is an object with a 'type', not {type(settings).__name__}"
        return
    kind = _kind(settings)
    if not isinstance(kind, str) or kind not in OPTIMIZERS:
        yield f"{where}.type", f"there is no optimizer {kind!r}{near(str(kind), OPTIMIZERS)}"
        return
    yield from _unknown(kind, settings, OPTIMIZERS[kind] | _own(kind, settings), where)
    yield from _values(settings, where)
    if kind == "Nested":
        yield from _nested(settings, where)
    elif kind in _ASK_TELL or kind == "AskTellOptimizer":
        yield from _ask_tell(kind, settings, where)
    elif kind == "PintsSampler":
        yield from _sampling(settings, where)
    elif kind in options.SCIPY:
        yield from _scipy(kind, settings, where)
    yield from _installed(method_of(settings), where)


def method_of(settings: Mapping[str, Any]) -> str:
    """Return what an optimizer is at heart: an ask/tell wrapper is its method.

    Examples
    --------
    >>> method_of({"type": "Pints"}), method_of({"type": "PSO"})
    ('CMAES', 'PSO')
    """
    kind = str(_kind(settings))
    return str(settings.get("method") or "CMAES") if kind == "AskTellOptimizer" else kind


def needs_bounds(settings: Mapping[str, Any]) -> bool:
    """Whether every parameter that this optimizer searches must have finite bounds."""
    return method_of(settings) in _BOUNDED


def is_sampler(settings: Mapping[str, Any]) -> bool:
    """Whether it samples a posterior, for which the cost must be a log-likelihood."""
    return method_of(settings) == "PintsSampler"


def needs_residuals(settings: Mapping[str, Any]) -> bool:
    """Whether every cost must have an array form."""
    return method_of(settings) in {"ScipyLeastSquares", "ScipyLsqLinear"}


def _kind(settings: Mapping[str, Any]) -> Any:
    kind = settings.get("type")
    return LEGACY.get(kind, kind) if isinstance(kind, str) else kind


def _own(kind: str, settings: Mapping[str, Any]) -> frozenset[str]:
    """Return what the chosen method of ``minimize`` may be told beside."""
    if kind != "ScipyMinimize":
        return frozenset()
    method = settings.get("method")
    if isinstance(method, str):
        return _minimize_method(method)[1]
    return options.MINIMIZE["L-BFGS-B"] & options.MINIMIZE["BFGS"]


def _minimize_method(method: str) -> tuple[str, frozenset[str]]:
    """Return a method in scipy's spelling, in any case, and its options."""
    folded = {name.casefold(): name for name in options.MINIMIZE}
    name = folded.get(method.casefold(), "")
    return name, options.MINIMIZE.get(name, frozenset())


def _unknown(kind: str, settings: Mapping[str, Any], known: frozenset[str], where: str) -> Problems:
    for name in settings:
        if name != "type" and name not in known:
            yield f"{where}.{name}", f"{kind} has no option {name!r}{near(name, known)}"


def _values(settings: Mapping[str, Any], where: str) -> Problems:
    """Look at the numbers and words whose meaning is the same wherever they stand."""
    for name, value in settings.items():
        if value is None:
            continue
        place = f"{where}.{name}"
        if name in _COUNTS and not (_is_whole(value) and value >= 1):
            yield place, f"must be a whole number of at least 1, not {value!r}"
        elif name in _AT_LEAST_0 and not (_is_number(value) and value >= 0):
            yield place, f"must be a number of at least 0, not {value!r}"
        elif name in _SHARES and not (_is_number(value) and 0 <= value <= 1):
            yield place, f"must be a number from 0 to 1, not {value!r}"
        elif name in _ABOVE_0 and not (_is_number(value) and value > 0):
            yield place, f"must be a number above 0, not {value!r}"
        elif name in options.WORDS and value not in options.WORDS[name]:
            listed = ", ".join(map(repr, options.WORDS[name]))
            yield place, f"must be one of {listed}, not {value!r}"
        elif name == "seed" and not (_is_whole(value) and 0 <= value < 2**32):
            yield place, f"must be a whole number from 0 to 2**32 - 1, not {value!r}"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _nested(settings: Mapping[str, Any], where: str) -> Problems:
    names = settings.get("parameters")
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        yield f"{where}.parameters", "Nested needs the names of the parameters of its outer search"
    for part in ("optimizer", "inner"):
        place, inner = f"{where}.{part}", settings.get(part)
        if inner is None:
            yield place, f"Nested needs {part!r}: an optimizer"
            continue
        yield from check(inner, place)
        if isinstance(inner, Mapping) and _kind(inner) in _SAMPLING:
            yield place, f"{_kind(inner)} comes to no point: a sampler cannot be nested"


def _ask_tell(kind: str, settings: Mapping[str, Any], where: str) -> Problems:
    method = method_of(settings)
    if method not in options.METHODS:
        yield f"{where}.method", f"there is no method {method!r}{near(method, options.METHODS)}"
        return
    if method == "SOBER":
        yield f"{where}.{'type' if kind == 'SOBER' else 'method'}", _SOBER
        return
    yield from _step(settings.get("sigma0"), f"{where}.sigma0")
    own, place = settings.get("algorithm_options"), f"{where}.algorithm_options"
    if own is None:
        return
    if not isinstance(own, Mapping):
        yield place, f"must be an object, not {type(own).__name__}"
        return
    known = options.METHODS[method]
    if known is not None:
        yield from _unknown(method, own, known, place)
        yield from _values(own, place)
        yield from _pairs(own, place)


def _step(sigma0: Any, where: str) -> Problems:
    values = sigma0 if isinstance(sigma0, list) else [sigma0]
    if sigma0 is not None and not all(_is_number(v) and v > 0 for v in values):
        yield where, f"must be a number above 0, or one for each parameter, not {sigma0!r}"


def _pairs(own: Mapping[str, Any], where: str) -> Problems:
    """Look at the options that are a range, a switch, or a word."""
    checks: Mapping[str, tuple[Callable[[Any], bool], str]] = {
        "dither": (lambda v: isinstance(v, bool) or _is_range(v), "true, false or [low, high]"),
        "inertia_weight": (lambda v: _is_pair(v), "[start, end]"),
        "constriction": (lambda v: isinstance(v, bool), "true or false"),
        "noise_floor": (
            lambda v: v in options.NOISES if isinstance(v, str) else _is_range(v) and v[0] > 0,
            "'standard', 'low', 'deterministic' or [low, high] above 0",
        ),
    }
    for name, (is_right, right) in checks.items():
        value = own.get(name)
        if value is not None and not is_right(value):
            yield f"{where}.{name}", f"must be {right}, not {value!r}"
    if own.get("constriction") and own.get("inertia_weight") is not None:
        yield f"{where}.constriction", "cannot be true together with inertia_weight"


def _is_pair(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2 and all(map(_is_number, value))


def _is_range(value: Any) -> bool:
    return _is_pair(value) and value[0] <= value[1]


def _sampling(settings: Mapping[str, Any], where: str) -> Problems:
    method = settings.get("method") or options.SAMPLERS[0]
    if method not in options.SAMPLERS:
        words = near(str(method), options.SAMPLERS)
        yield f"{where}.method", f"there is no sampling method {method!r}{words}"
    draws = settings.get("max_iterations") or 1000
    for name in ("burnin_iterations", "initial_phase_iterations"):
        value = settings.get(name)
        if value is not None and _is_whole(value) and _is_whole(draws) and value >= draws:
            yield f"{where}.{name}", f"must be below max_iterations ({draws}), not {value}"


def _scipy(kind: str, settings: Mapping[str, Any], where: str) -> Problems:
    method = settings.get("method")
    place = f"{where}.method"
    if kind == "ScipyMinimize":
        if method is not None and not (isinstance(method, str) and _minimize_method(method)[0]):
            known = ", ".join(options.MINIMIZE)
            yield place, f"there is no method {method!r} that runs without derivatives: {known}"
        else:
            yield from _beside(settings.get("options"), _own(kind, settings), f"{where}.options")
    elif kind == "ScipyLeastSquares" and method not in {None, "trf", "dogbox", "lm"}:
        yield place, f"must be 'trf', 'dogbox' or 'lm', not {method!r}"
    elif kind == "ScipyLsqLinear" and method not in {None, "bvls", "trf"}:
        yield place, f"must be 'bvls' or 'trf', not {method!r}"
    local = settings.get("minimizer_kwargs")
    yield from _beside(local, options.LOCAL, f"{where}.minimizer_kwargs")


def _beside(given: Any, known: frozenset[str], where: str) -> Problems:
    if given is None:
        return
    if not isinstance(given, Mapping):
        yield where, f"must be an object, not {type(given).__name__}"
        return
    for name in given:
        if name not in known:
            yield f"{where}.{name}", f"there is no option {name!r} here{near(name, known)}"


def _installed(method: str, where: str) -> Problems:
    library = _LIBRARIES.get(method)
    if library is not None and find_spec(library) is None:
        yield f"{where}.type", f"{method} needs {library}, which is not installed: {EXTRA}"
