"""Running pipelines: one element from its state to the next, or a simple pipeline at once.

A request is plain JSON and holds all that an element may see: the whole configuration, the path of
the state that the element before left, paths of measurements, descriptions of cells. What comes
back is a head of plain values, and blobs in the order in which the head's ``files`` names them:

``state``
    JSON for the next element (:class:`ionworks_engine.pipelines.state.State`); its
    ``parameter_values`` are all so far.
``result``
    JSON: what the element found, in the shape that ``ionworks_schema`` decodes, and
    ``assumptions``.
``metadata``, ``plots``
    JSON, of fits and validations: what is fetched beside the result when asked for.
``series/<k>``
    Parquet: channels of model and data, told in the head's ``series``.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from ionworks_engine.battery.errors import BatteryError
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.aid import ALONE, Aid, Handed
from ionworks_engine.pipelines.calculations import catalogue
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.data import Sources
from ionworks_engine.pipelines.elements import (
    EXPENSIVE,
    MODEL_KEY,
    WITH_OBJECTIVES,
    canonical,
    objectives_of,
    type_of,
    unknown_type,
)
from ionworks_engine.pipelines.entering import entered
from ionworks_engine.pipelines.errors import (
    CONFIGURATION_ERROR,
    SOLVER_ERROR,
    MissingParametersError,
    PipelineError,
    missing_parameter,
    refuse,
    words_of,
)
from ionworks_engine.pipelines.results import Finished, plain
from ionworks_engine.pipelines.state import State
from ionworks_engine.pipelines.values import ParameterSet

Answer: TypeAlias = tuple[dict[str, Any], list[bytes]]
Run: TypeAlias = Callable[[Mapping[str, Any], Context], Finished]

# Imported when one is run: a pipeline of entries and calculations needs none of them.
_RUNS = {
    "data_fit": ("ionworks_engine.pipelines.fits.data_fit", "fit"),
    "array_data_fit": ("ionworks_engine.pipelines.fits.array_fit", "fit"),
    "validation": ("ionworks_engine.pipelines.validation", "validate"),
    "linear_confidence_interval": ("ionworks_engine.pipelines.confidence", "intervals"),
    "sobol_sensitivity": ("ionworks_engine.pipelines.sensitivity", "sensitivity"),
}


def run_element(request: Mapping[str, Any], aid: Aid = ALONE) -> Answer:
    """Run one element of a pipeline.

    Parameters
    ----------
    request
        ``name`` of the element, ``elements`` of the whole configuration in their order, ``state``
        (path or ``None``), and what they refer to: ``measurements``, ``cells``, ``pipelines`` and
        ``mapped``; ``live``.
    aid
        Helpers, and where progress is told.

    Returns
    -------
    tuple
        The head, and the blobs that its ``files`` names.

    Raises
    ------
    PipelineError
        If the element cannot be run; its message says which element, and what would be right.

    Examples
    --------
    >>> entry = {"element_type": "entry", "values": {"Electrode height [m]": 0.065}}
    >>> head, blobs = run_element({"name": "known", "elements": {"known": entry}})
    >>> head["files"], json.loads(blobs[1])["parameter_values"]
    (['state', 'result'], {'Electrode height [m]': 0.065})
    """
    name = request["name"]
    after, finished, context = _run(name, request, State.read(request.get("state")), aid)
    return _answer(after, finished, finished.result, context.assumptions)


def run_simple(request: Mapping[str, Any], aid: Aid = ALONE) -> Answer:
    """Run a simple pipeline: all elements in their order, in one go.

    The result is that of its one fit or validation; without one, all parameters.

    Parameters
    ----------
    request
        As for :func:`run_element`, without ``name`` and ``state``.
    aid
        Helpers, and where progress is told.

    Raises
    ------
    PipelineError
        If an element cannot be run, or there is more than one fit or validation.
    """
    elements = canonical(request["elements"])
    state, main, assumptions = State(), None, []
    if len([name for name, each in elements.items() if type_of(each) in EXPENSIVE]) > 1:
        raise refuse("elements", "a simple pipeline has at most one fit or validation")
    for name, element in elements.items():
        state, finished, context = _run(name, request, state, _Within(aid, request, name, state))
        assumptions += [each for each in context.assumptions if each not in assumptions]
        if type_of(element) in WITH_OBJECTIVES and (main is None or type_of(element) in EXPENSIVE):
            main = finished
    if main is None:
        main = Finished(passthrough(state.parameter_values))
    return _answer(state, main, main.result, assumptions)


def context_of(request: Mapping[str, Any]) -> Context:
    """Return the context in which the element of a request runs.

    Helpers build the same problem from the same request with it; they report to nobody.

    Parameters
    ----------
    request
        As for :func:`run_element`; ``state`` may be the state itself.
    """
    return _prepared(request["name"], request, State.read(request.get("state")), ALONE)[1]


def passthrough(parameter_values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result of an element that only gives parameters.

    Parameters
    ----------
    parameter_values
        As they are written for the wire.
    """
    return {"type": "PassthroughResult", "parameter_values": dict(parameter_values)}


def _prepared(name: str, request: Mapping[str, Any], state: State, aid: Aid) -> tuple[Any, Context]:
    element = canonical(request["elements"])[name]
    context = Context(
        given=state.given(),
        sources=Sources(request.get("measurements") or {}, state.handles),
        model_config=state.model,
        cells=request.get("cells") or {},
        fits=state.fits,
        aid=aid,
        live=request.get("live"),
        where=f"elements.{name}",
    )
    return _with_models(element, state.handles), context


def _with_models(element: Any, handles: Mapping[str, Any]) -> Any:
    """Put the models that objectives refer to, such as ``"entry.model"``, where they refer."""
    objectives = {}
    for label, objective in objectives_of(element).items():
        options = objective.get("options")
        if isinstance(options, Mapping) and isinstance(options.get(MODEL_KEY), str):
            named = options[MODEL_KEY]
            options = {**options, MODEL_KEY: handles.get(named, named)}
            objective = {**objective, "options": options}
        objectives[label] = objective
    return {**element, "objectives": objectives} if objectives else element


def _run(
    name: str, request: Mapping[str, Any], state: State, aid: Aid
) -> tuple[State, Finished, Context]:
    """Run an element after a state; return the state after it and what it found."""
    element, context = _prepared(name, request, state, aid)
    try:
        kind = type_of(element)
        if kind is None:
            raise refuse("element_type", unknown_type(element))
        if kind == "entry":
            return *_enter(name, element, context, request, state), context
        finished = (
            _calculate(element, context) if kind == "calculation" else _fit(kind)(element, context)
        )
        return state.with_values(context.given, finished.values, kind), finished, context
    except pybamm.SolverError as error:
        raise PipelineError(SOLVER_ERROR, f"{name}: {words_of(error)}") from None
    except (pybamm.OptionError, pybamm.ModelError, pybamm.DomainError) as error:
        raise PipelineError(CONFIGURATION_ERROR, f"{name}: {words_of(error)}") from None
    except ArithmeticError as error:
        message = f"{name}: the numbers it was given cannot be computed with: {words_of(error)}"
        raise PipelineError(CONFIGURATION_ERROR, message) from None
    except BatteryError as error:
        raise PipelineError(error.code, _of_element(name, error.message)) from None
    except KeyError as error:
        missing = missing_parameter(error)
        if missing is None:
            raise
        raise MissingParametersError([missing], f"{name}: the model") from None


def _of_element(name: str, message: str) -> str:
    """Say which element a message is about, where its key path does not say so already."""
    return message if message.startswith(f"elements.{name}") else f"{name}: {message}"


def _enter(
    name: str, element: Any, context: Context, request: Mapping[str, Any], state: State
) -> tuple[State, Finished]:
    mapped = (request.get("mapped") or {}).get(name) or {}
    found = entered(element, context, request.get("pipelines") or {}, mapped)
    after = state.with_values(context.given, found.values, "entry")
    after = after.with_handles(name, found.handles, found.handles.get(MODEL_KEY))
    return after, _passed(found.values, context)


def _calculate(element: Mapping[str, Any], context: Context) -> Finished:
    from ionworks_engine.pipelines.calculations import CALCULATIONS

    for path, problem in catalogue.problems(element):
        raise refuse(context.place(path), problem)
    return _passed(CALCULATIONS[catalogue.kind_of(element)](element, context), context)


def _passed(values: Mapping[str, Any], context: Context) -> Finished:
    """Return what an element came to that only gives parameters."""
    given = list(ParameterSet(values))
    return Finished(passthrough(context.given.updated(values).written(given)), values)


class _Within:
    """The aid of one element of a simple pipeline: all that listen are told its name."""

    def __init__(self, aid: Aid, request: Mapping[str, Any], name: str, state: State) -> None:
        self._aid = aid
        self._name = name
        self.workers = aid.workers
        self.origin: Mapping[str, Any] | None = {**request, "name": name, "state": state.plain()}

    def tell(self, progress: Mapping[str, Any]) -> None:
        self._aid.tell({"element": self._name, **progress})

    def hand_over(self, task: str, request: Mapping[str, Any], affinity: str) -> Handed | None:
        return self._aid.hand_over(task, request, affinity)


def _fit(kind: str) -> Run:
    module, function = _RUNS[kind]
    run: Run = getattr(import_module(module), function)
    return run


def _answer(
    state: State, finished: Finished, result: Mapping[str, Any], assumptions: list[str]
) -> Answer:
    files = {
        "state": state.written(),
        "result": _json({**result, "assumptions": assumptions}),
    }
    if finished.metadata:
        files["metadata"] = _json(finished.metadata)
    if finished.plots:
        files["plots"] = _json(finished.plots)
    series: list[list[Any]] = []
    for objective, sources in finished.series.items():
        for source, channels in sources.items():
            files[f"series/{len(series)}"] = _parquet(channels)
            series.append([objective, source, list(channels)])
    head = {
        "files": list(files),
        "series": series,
        "best_cost": plain(finished.best_cost),
        "assumptions": assumptions,
    }
    return head, list(files.values())


def _json(document: Any) -> bytes:
    text = json.dumps(plain(document), separators=(",", ":"), allow_nan=False)
    return text.encode()


def _parquet(channels: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    frame = pl.DataFrame({name: np.asarray(each, dtype=float) for name, each in channels.items()})
    frame.write_parquet(buffer, compression="zstd", compression_level=1, statistics=False)
    return buffer.getvalue()
