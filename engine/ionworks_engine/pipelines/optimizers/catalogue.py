"""Which optimizers and samplers there are, and what each may be told. Needs none of them.

`check` is what a submission is looked at with: it imports neither scipy nor what it looks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from ionworks_engine.battery.errors import near
from ionworks_engine.pipelines.errors import shown
from ionworks_engine.pipelines.optimizers import ceilings, options
from ionworks_engine.pipelines.optimizers.kinds import DRAWN, KINDS, Kind, is_whole

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

_MOST = 20
"""Unknown options that are told of."""


def check(settings: Any, where: str, parameters: int | None = None) -> Problems:
    """Yield what is wrong with the settings of an optimizer, with the key path of each.

    Parameters
    ----------
    settings
        As on the wire.
    where
        The key path of the settings.
    parameters
        How many are searched, where that is known: grids grow with them.

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
        close = near(kind, OPTIMIZERS) if isinstance(kind, str) else ""
        yield f"{where}.type", f"there is no optimizer {shown(kind)}{close}"
        return
    yield from _unknown(kind, settings, OPTIMIZERS[kind] | _own(kind, settings), where)
    yield from _values(settings, where, DRAWN if kind == "PintsSampler" else KINDS)
    if kind == "Nested":
        yield from _nested(settings, where)
    elif kind in _ASK_TELL or kind == "AskTellOptimizer":
        yield from _ask_tell(kind, settings, where)
    elif kind == "PintsSampler":
        yield from _sampling(settings, where, parameters)
    elif kind in options.SCIPY:
        yield from _scipy(kind, settings, where)
    elif kind == "GridSearch" and parameters is not None:
        yield from _grid(settings, parameters, where)
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
    strange = [name for name in settings if name != "type" and name not in known]
    for name in strange[:_MOST]:
        yield f"{where}.{name}", f"{kind} has no option {shown(name)}{near(name, known)}"
    if len(strange) > _MOST:
        yield where, f"{len(strange) - _MOST:,} more options that {kind} does not have"


def _values(settings: Mapping[str, Any], where: str, kinds: Mapping[str, Kind] = KINDS) -> Problems:
    """Look at the numbers, switches and words; ``None`` is an option that was left out."""
    for name, value in settings.items():
        if value is not None and name in kinds and not kinds[name].holds(value):
            yield f"{where}.{name}", f"must be {kinds[name].right}, not {shown(value)}"


def _grid(settings: Mapping[str, Any], parameters: int, where: str) -> Problems:
    npts = settings.get("npts")
    if npts is not None and KINDS["npts"].holds(npts):
        words = ceilings.of_grid(npts, parameters)
        if words is not None:
            yield f"{where}.npts", words


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
        if isinstance(inner, Mapping) and method_of(inner) in _SAMPLING:
            yield place, f"{method_of(inner)} comes to no point: a sampler cannot be nested"


def _ask_tell(kind: str, settings: Mapping[str, Any], where: str) -> Problems:
    method = method_of(settings)
    if method not in options.METHODS:
        yield (
            f"{where}.method",
            f"there is no method {shown(method)}{near(method, options.METHODS)}",
        )
        return
    if method == "SOBER":
        yield f"{where}.{'type' if kind == 'SOBER' else 'method'}", _SOBER
        return
    own, place = settings.get("algorithm_options"), f"{where}.algorithm_options"
    if own is None:
        return
    if not isinstance(own, Mapping):
        yield place, f"must be an object, not {type(own).__name__}"
        return
    known = options.METHODS[method]
    if method == "CMAES":
        for name in options.CMAES_ELSEWHERE.keys() & own.keys():
            yield f"{place}.{name}", f"is not set here; use {options.CMAES_ELSEWHERE[name]}"
        known |= options.CMAES_ELSEWHERE.keys()
    yield from _unknown(method, own, known, place)
    yield from _values(own, place)
    yield from _together(settings, own, place)


def _together(settings: Mapping[str, Any], own: Mapping[str, Any], where: str) -> Problems:
    """Look at options that exclude one another."""
    if own.get("constriction") and own.get("inertia_weight") is not None:
        yield f"{where}.constriction", "cannot be true together with inertia_weight"
    if own.get("popsize") is not None and settings.get("population_size") is not None:
        yield f"{where}.popsize", "is population_size of the optimizer, which is given too"


def _sampling(settings: Mapping[str, Any], where: str, parameters: int | None) -> Problems:
    method = settings.get("method") or options.SAMPLERS[0]
    if method not in options.SAMPLERS:
        words = near(str(method), options.SAMPLERS)
        yield f"{where}.method", f"there is no sampling method {shown(method)}{words}"
    if method == "RelativisticMCMC" and parameters == 1:
        yield (
            f"{where}.method",
            "RelativisticMCMC needs two parameters or more; use HamiltonianMCMC",
        )
    draws = settings.get("max_iterations") or 1000
    for name in ("burnin_iterations", "initial_phase_iterations"):
        value = settings.get(name)
        if value is not None and is_whole(value) and is_whole(draws) and value >= draws:
            yield f"{where}.{name}", f"must be below max_iterations ({draws}), not {value}"


def _scipy(kind: str, settings: Mapping[str, Any], where: str) -> Problems:
    method = settings.get("method")
    place = f"{where}.method"
    if kind == "ScipyMinimize":
        if method is not None and not (isinstance(method, str) and _minimize_method(method)[0]):
            known = ", ".join(options.MINIMIZE)
            yield (
                place,
                f"there is no method {shown(method)} that runs without derivatives: {known}",
            )
        else:
            yield from _beside(settings.get("options"), _own(kind, settings), f"{where}.options")
    elif kind == "ScipyLeastSquares" and method not in (None, "trf", "dogbox", "lm"):
        yield place, f"must be 'trf', 'dogbox' or 'lm', not {shown(method)}"
    elif kind == "ScipyLsqLinear" and method not in (None, "bvls", "trf"):
        yield place, f"must be 'bvls' or 'trf', not {shown(method)}"
    elif kind == "ScipyShgo":
        yield from _beside(settings.get("options"), options.SHGO, f"{where}.options")
    yield from _beside(settings.get("tr_options"), options.LSMR, f"{where}.tr_options")
    yield from _local(settings.get("minimizer_kwargs"), f"{where}.minimizer_kwargs")


def _local(given: Any, where: str) -> Problems:
    """Look at what a global method tells its local one."""
    yield from _beside(given, options.LOCAL, where)
    if isinstance(given, Mapping):
        yield from _scipy("ScipyMinimize", given, where)


def _beside(given: Any, known: frozenset[str], where: str) -> Problems:
    if given is None:
        return
    if not isinstance(given, Mapping):
        yield where, f"must be an object, not {type(given).__name__}"
        return
    yield from _unknown("it", given, known, where)
    yield from _values(given, where)


def _installed(method: str, where: str) -> Problems:
    library = _LIBRARIES.get(method)
    if library is not None and find_spec(library) is None:
        yield f"{where}.type", f"{method} needs {library}, which is not installed: {EXTRA}"
