"""What is wrong with an element that compares models with data."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from ionworks_engine.pipelines.checks.data import Known, unknown_keys
from ionworks_engine.pipelines.checks.objectives import of_cost, of_objective
from ionworks_engine.pipelines.checks.together import of_parts
from ionworks_engine.pipelines.checks.trees import untyped
from ionworks_engine.pipelines.errors import PipelineError, near, shown
from ionworks_engine.pipelines.fits.parameters import FitParameters, read_parameters
from ionworks_engine.pipelines.optimizers import catalogue, ceilings

Problems = Iterator[tuple[str, str]]
_KEYS = (
    "element_type",
    "source",
    "objectives",
    "parameters",
    "cost",
    "initial_guesses",
    "optimizer",
    "cost_logger",
    "multistarts",
    "objective_parallelism",
    "initial_guess_sampler",
    "priors",
    "options",
)
_OWN: Mapping[str, tuple[str, ...]] = {
    "linear_confidence_interval": (
        "confidence_level",
        "gauss_newton",
        "use_parameter_bounds",
        "variable_standard_deviations",
    ),
    "sobol_sensitivity": ("n_samples", "calc_second_order", "use_log_transform"),
}
_VALIDATION = ("element_type", "source", "objectives", "summary_stats")
_OPTIONS = (
    "seed",
    "low_memory",
    "max_iterations",
    "maxtime",
    "validate",
    "skip_objective_callbacks",
)
_SAMPLERS = ("LatinHypercube", "Uniform")
_FLAGS = ("gauss_newton", "use_parameter_bounds", "calc_second_order", "use_log_transform")


def of_fit(element: Mapping[str, Any], where: str, known: Known) -> Problems:
    """Yield what is wrong with a fit, or with an analysis, which holds the same keys."""
    kind = element["element_type"]
    yield from unknown_keys(element, (*_KEYS, *_OWN.get(kind, ())), where)
    wrong = list(_of_objectives(element, where, known))
    yield from wrong
    parameters = yield from _of_parameters(element, where)
    search = list(_of_search(element, where, parameters))
    yield from search
    if parameters is not None and not wrong and not search:
        yield from of_parts(element, where, parameters)
    yield from _of_numbers(element, where)
    yield from _of_sizes(element, where, parameters)
    if element.get("cost_logger") is not None:
        yield f"{where}.cost_logger", "a logger cannot be sent; leave it out"
    yield from _of_options(element.get("options"), f"{where}.options")
    if kind in _OWN:
        yield from _of_analysis(element, where)


def of_validation(element: Mapping[str, Any], where: str, known: Known) -> Problems:
    """Yield what is wrong with a validation."""
    yield from unknown_keys(element, _VALIDATION, where)
    yield from _of_objectives(element, where, known)
    stats = element.get("summary_stats")
    if stats is None:
        return
    if not isinstance(stats, list):
        yield f"{where}.summary_stats", "must be a list of costs"
        return
    for i, cost in enumerate(stats):
        yield from of_cost(cost, f"{where}.summary_stats[{i}]")


def _of_objectives(element: Mapping[str, Any], where: str, known: Known) -> Problems:
    objectives, where = element.get("objectives"), f"{where}.objectives"
    if not isinstance(objectives, Mapping) or not objectives:
        yield where, "must be a mapping of labels to objectives, and not empty"
        return
    fitted = element["element_type"] != "validation"
    for label, objective in objectives.items():
        if element["element_type"] == "array_data_fit" and not _is_number(label):
            yield (
                f"{where}.{label}",
                f"{label!r} must be a number: the value of the independent variable at which this "
                "objective is fitted",
            )
        yield from of_objective(objective, f"{where}.{label}", known, fitted=fitted)


def _is_number(label: Any) -> bool:
    try:
        return math.isfinite(float(label))
    except (TypeError, ValueError):
        return False


def _of_parameters(
    element: Mapping[str, Any], where: str
) -> Generator[tuple[str, str], None, FitParameters | None]:
    """Yield what is wrong with the parameters; return them if nothing is."""
    parameters, priors = element.get("parameters"), element.get("priors")
    if parameters is None and priors is None:
        yield f"{where}.parameters", "is missing: what the fit may change, with bounds"
        return None
    told = False
    for name, value in parameters.items() if isinstance(parameters, Mapping) else ():
        if isinstance(value, Mapping) and "$type" not in value:
            for problem in _refused({name: value}, None, where):
                told = True
                yield problem
    if told:
        return None
    yield from _refused(parameters, priors, where)
    try:
        return read_parameters(parameters, priors, where)
    except PipelineError:
        return None


def _refused(parameters: Any, priors: Any, where: str) -> Problems:
    try:
        read_parameters(parameters, priors, where)
    except PipelineError as error:
        yield error.where, error.what


def _of_search(
    element: Mapping[str, Any], where: str, parameters: FitParameters | None
) -> Problems:
    if element.get("cost") is not None:
        yield from of_cost(element["cost"], f"{where}.cost")
    if element.get("initial_guesses") is not None:
        yield from _of_guesses(element["initial_guesses"], f"{where}.initial_guesses", parameters)
    optimizer, place = element.get("optimizer"), f"{where}.optimizer"
    if optimizer is None:
        return
    count = None if parameters is None else len(parameters.space.names)
    wrong = list(untyped(optimizer, place)) or list(catalogue.check(optimizer, place, count))
    yield from wrong
    if wrong:
        return
    if element["element_type"] in _OWN and catalogue.method_of(optimizer) not in catalogue.POINTS:
        yield f"{place}.type", "must be 'PointEstimate' here, or left out: nothing is searched"
    elif parameters is not None and catalogue.needs_bounds(optimizer):
        for each in parameters.space.parameters:
            if not (math.isfinite(each.lower) and math.isfinite(each.upper)):
                yield (
                    f"{where}.parameters.{each.name}.bounds",
                    f"{optimizer['type']} needs finite bounds of every parameter",
                )


def _of_guesses(guesses: Any, where: str, parameters: FitParameters | None) -> Problems:
    listed = guesses if isinstance(guesses, list) else [guesses]
    for i, guess in enumerate(listed):
        place = f"{where}[{i}]" if isinstance(guesses, list) else where
        if not isinstance(guess, Mapping):
            yield place, "must be a mapping of parameter names to numbers"
            continue
        for name, value in guess.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                yield f"{place}.{name}", f"must be a number, not {shown(value)}"
            elif parameters is not None:
                yield from _of_guess(name, value, f"{place}.{name}", parameters)


def _of_guess(name: str, value: float, where: str, parameters: FitParameters) -> Problems:
    free = {each.name: each for each in parameters.space.parameters}
    if name not in free:
        yield where, f"no free parameter {name!r}{near(name, free)}"
    elif not free[name].lower <= value <= free[name].upper:
        bounds = f"{free[name].lower!r} to {free[name].upper!r}"
        yield where, f"{value!r} is outside the bounds {bounds}"


def _of_numbers(element: Mapping[str, Any], where: str) -> Problems:
    multistarts = element.get("multistarts")
    if multistarts is not None and not _is_count(multistarts):
        yield f"{where}.multistarts", f"must be a whole number of 1 or more, not {multistarts!r}"
    parallelism = element.get("objective_parallelism")
    if parallelism not in (None, "auto", "on", "off"):
        yield f"{where}.objective_parallelism", "must be 'auto', 'on' or 'off'"
    sampler = element.get("initial_guess_sampler")
    if sampler is not None:
        kind = sampler.get("type") if isinstance(sampler, Mapping) else None
        if kind not in _SAMPLERS:
            listed = " or ".join(f"{{'type': {each!r}}}" for each in _SAMPLERS)
            yield f"{where}.initial_guess_sampler", f"must be {listed}"


def _of_sizes(element: Mapping[str, Any], where: str, parameters: FitParameters | None) -> Problems:
    """Yield what is larger than an answer needs: it would fill the memory."""
    multistarts, optimizer = element.get("multistarts"), element.get("optimizer")
    if isinstance(multistarts, int) and _is_count(multistarts):
        settings = optimizer if isinstance(optimizer, Mapping) else None
        words = ceilings.of_starts(multistarts, settings)
        if words is not None:
            yield f"{where}.multistarts", words
    samples = element.get("n_samples", 1)
    if isinstance(samples, int) and _is_count(samples) and parameters is not None:
        second = element.get("calc_second_order") is True
        count = len(parameters.space.names)
        words = ceilings.of_design(samples, count, second_order=second)
        if words is not None:
            yield f"{where}.n_samples", words


def _of_options(options: Any, where: str) -> Problems:
    if options is None:
        return
    if not isinstance(options, Mapping):
        yield where, "must be a mapping of option names to values"
        return
    yield from unknown_keys(options, _OPTIONS, where)
    seed, maxtime = options.get("seed"), options.get("maxtime")
    if seed is not None and not (_is_whole(seed) and 0 <= seed < 2**32):
        yield f"{where}.seed", f"must be a whole number from 0 to 2**32 - 1, not {seed!r}"
    iterations = options.get("max_iterations")
    if iterations is not None and not _is_count(iterations):
        yield f"{where}.max_iterations", f"must be a whole number of 1 or more, not {iterations!r}"
    is_number = isinstance(maxtime, int | float) and not isinstance(maxtime, bool)
    if maxtime is not None and not (is_number and 0 < maxtime < math.inf):
        yield f"{where}.maxtime", f"must be a number of seconds above 0, not {maxtime!r}"
    for name in ("low_memory", "validate", "skip_objective_callbacks"):
        if options.get(name) is not None and not isinstance(options[name], bool):
            yield f"{where}.{name}", f"must be true or false, not {options[name]!r}"


def _of_analysis(element: Mapping[str, Any], where: str) -> Problems:
    level = element.get("confidence_level", 0.95)
    if not isinstance(level, int | float) or isinstance(level, bool) or not 0 < level < 1:
        yield f"{where}.confidence_level", f"must be a share between 0 and 1, not {level!r}"
    samples = element.get("n_samples", 1)
    if not _is_count(samples):
        yield f"{where}.n_samples", f"must be a whole number of 1 or more, not {samples!r}"
    for name in _FLAGS:
        if element.get(name) is not None and not isinstance(element[name], bool):
            yield f"{where}.{name}", f"must be true or false, not {element[name]!r}"
    deviations = element.get("variable_standard_deviations")
    for name, value in deviations.items() if isinstance(deviations, Mapping) else ():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (is_number and 0 < value < math.inf):
            place = f"{where}.variable_standard_deviations.{name}"
            yield place, f"must be a number above 0, not {value!r}"


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_whole(value) and value >= 1
