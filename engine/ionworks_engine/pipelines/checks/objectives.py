"""What is wrong with an objective."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ionworks_engine.pipelines.checks import columns
from ionworks_engine.pipelines.checks.data import Known, columns_of_data, unknown_keys
from ionworks_engine.pipelines.checks.entries import of_value
from ionworks_engine.pipelines.checks.models import of_model
from ionworks_engine.pipelines.checks.trees import untyped
from ionworks_engine.pipelines.elements import DEFAULT_OBJECTIVE
from ionworks_engine.pipelines.errors import PipelineError, near, shown
from ionworks_engine.pipelines.fits.cost_checks import check_cost

_COMMON = ("type", "data", "options", "cost", "constraints", "penalties", "parameters", "callbacks")
_SIMULATED = ("model", "parameterized_model_id", "simulation_kwargs")
_SAMPLED = ("interpolant_atol", "interpolant_rtol", "interpolant_lossless")
_SLOPES = ("dUdQ cutoff", "dQdU cutoff", "objective variables")
_MEASURED = ("Time [s]", "Current [A]")
_VOLTAGE = "Voltage [V]"


@dataclass(frozen=True)
class Fields:
    """What an objective of one type may hold.

    Parameters
    ----------
    options
        Keys of its ``options``.
    columns
        Columns that its data must have.
    electrode
        Whether it is of one electrode.
    driven
        Whether the model is driven by the rows of the data, one after the other.
    """

    options: tuple[str, ...]
    columns: tuple[str, ...] = ()
    electrode: bool = False
    driven: bool = False


OBJECTIVES: Mapping[str, Fields] = {
    "CurrentDriven": Fields(
        (*_SIMULATED, *_SAMPLED, "objective variables", "independent variable"),
        _MEASURED,
        driven=True,
    ),
    "Pulse": Fields((*_SIMULATED, *_SAMPLED), (*_MEASURED, _VOLTAGE), driven=True),
    "EIS": Fields(_SIMULATED, ("Frequency [Hz]", "Z_Re [Ohm]", "Z_Im [Ohm]")),
    "CycleAgeing": Fields(
        (
            *_SIMULATED,
            "experiment",
            "termination",
            "use_cv",
            "split_cc_cv",
            "objective variables",
            "metrics",
        )
    ),
    "CalendarAgeing": Fields((*_SIMULATED, "modes"), ("Time [s]",)),
    "MSMRHalfCell": Fields(
        (
            *_SLOPES,
            "model",
            "voltage limits",
            "GITT",
            "constrain Xj method",
            "penalize Xj complement bounds",
            "preserve U0j order",
        )
    ),
    "MSMRFullCell": Fields(
        (*_SLOPES, "model", "negative voltage limits", "positive voltage limits")
    ),
    "OCPHalfCell": Fields(
        (
            "theta_ref",
            "stoichiometry limits",
            "voltage limits",
            "dUdQ cutoff",
            "dQdU cutoff",
            "direction",
        ),
        electrode=True,
    ),
    "ElectrodeBalancing": Fields((*_SLOPES, "direction", "GITT", "dQdU model axis")),
    "ElectrodeBalancingHalfCell": Fields(
        ("direction", "GITT", "dUdQ cutoff", "objective variables"), electrode=True
    ),
}
# The option that names the columns that are compared, and the column without it.
_VARIABLES = {
    "CurrentDriven": ("objective variables", _VOLTAGE),
    "Pulse": ("objective variables", _VOLTAGE),
    "CalendarAgeing": ("modes", "LLI [%]"),
}
REFUSED: Mapping[str, str] = {
    "Resistance": "how its resistance is computed is not published; fit the voltage with "
    "CurrentDriven or Pulse instead",
    "Objective": "it has no model of its own; name the objective that is meant",
    "DesignObjective": "pipelines fit models to data here; design points are what simulations with "
    "design parameters are for",
}


def of_objective(
    objective: Any, where: str, known: Known, *, fitted: bool = True
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with an objective.

    Parameters
    ----------
    objective
        In its canonical form.
    where
        Its key path.
    known
        What is known at its element.
    fitted
        Whether it is one of a fit, and so may have a cost, constraints and penalties.
    """
    if not isinstance(objective, Mapping):
        yield where, f"must be a mapping with 'data', not {shown(objective)}"
        return
    kind = objective.get("type", DEFAULT_OBJECTIVE)
    if not isinstance(kind, str):
        yield f"{where}.type", f"must be the name of an objective, not {shown(kind)}"
        return
    if kind in REFUSED:
        yield f"{where}.type", f"an objective {kind!r} cannot be computed: {REFUSED[kind]}"
        return
    if kind not in OBJECTIVES:
        yield f"{where}.type", f"unknown objective {shown(kind)}{near(kind, OBJECTIVES)}"
        return
    fields = OBJECTIVES[kind]
    yield from unknown_keys(
        objective, (*_COMMON, "electrode") if fields.electrode else _COMMON, where
    )
    if objective.get("callbacks"):
        yield f"{where}.callbacks", "functions cannot be sent; leave it out"
    if fields.electrode and objective.get("electrode") not in ("positive", "negative"):
        yield f"{where}.electrode", "must be 'positive' or 'negative'"
    yield from _of_options(kind, objective.get("options"), f"{where}.options", known)
    yield from _of_its_data(kind, objective, where, known)
    if fitted:
        yield from _of_terms(objective, where)
    yield from _of_parameters(objective.get("parameters"), f"{where}.parameters")


def of_cost(cost: Any, where: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a cost."""
    wrong = list(untyped(cost, where))
    if wrong:
        yield from wrong
        return
    try:
        check_cost(cost, where)
    except PipelineError as error:
        yield error.where, error.what


def _of_options(kind: str, options: Any, where: str, known: Known) -> Iterator[tuple[str, str]]:
    if options is None:
        return
    if not isinstance(options, Mapping):
        yield where, f"must be a mapping of option names to values, not {shown(options)}"
        return
    if options.get("interactive_preprocessing") is not None:
        yield f"{where}.interactive_preprocessing", "nobody is there to interact; leave it out"
        return
    yield from unknown_keys(options, OBJECTIVES[kind].options, where)
    if options.get("model") is not None:
        yield from of_model(options["model"], f"{where}.model")
        if options.get("parameterized_model_id") is not None:
            yield where, "give 'model' or 'parameterized_model_id', not both"
    if options.get("independent variable") not in (None, "time", "voltage"):
        yield f"{where}.independent variable", "must be 'time' or 'voltage'"
    experiment = options.get("experiment")
    if isinstance(experiment, Mapping) and "from data" in experiment:
        place = f"{where}.experiment.from data"
        yield from columns_of_data(experiment["from data"], place, known).problems


def _of_its_data(
    kind: str, objective: Mapping[str, Any], where: str, known: Known
) -> Iterator[tuple[str, str]]:
    if objective.get("data") is None:
        yield f"{where}.data", "is missing: the data that the model is compared with"
        return
    found = columns_of_data(objective["data"], f"{where}.data", known)
    yield from found.problems
    options = objective.get("options")
    chosen = _chosen(kind, options if isinstance(options, Mapping) else {})
    needed = dict.fromkeys((*OBJECTIVES[kind].columns, *chosen))
    yield from found.lacking(needed, f"{where}.data")
    if found.values is None:
        return
    foreign = list(columns.not_numbers(found.values, needed, f"{where}.data"))
    yield from foreign
    if not foreign and OBJECTIVES[kind].driven:
        yield from columns.no_course(found.values, f"{where}.data")
    if not foreign:
        yield from columns.nothing_to_compare(found.values, chosen, f"{where}.data")


def _chosen(kind: str, options: Mapping[str, Any]) -> list[str]:
    """Return the columns that options say are compared, or their defaults."""
    if kind not in _VARIABLES:
        return []
    key, default = _VARIABLES[kind]
    names = options.get(key)
    names = names if isinstance(names, list) else [default]
    return [name for name in names if isinstance(name, str)]


def _of_terms(objective: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    if objective.get("cost") is not None:
        yield from of_cost(objective["cost"], f"{where}.cost")
    for key in ("constraints", "penalties"):
        terms = objective.get(key)
        if terms is None:
            continue
        if not isinstance(terms, list):
            yield f"{where}.{key}", "must be a list"
            continue
        for i, term in enumerate(terms):
            place = f"{where}.{key}[{i}]"
            if not isinstance(term, Mapping) or term.get("fun") is None:
                yield place, "must be a mapping with 'fun', an expression of the parameters"
            else:
                yield from unknown_keys(term, ("type", "fun", "regularizer_weight"), place)


def _of_parameters(parameters: Any, where: str) -> Iterator[tuple[str, str]]:
    if parameters is None:
        return
    if not isinstance(parameters, Mapping):
        yield where, "must be a mapping of parameter names to values"
        return
    for name, value in parameters.items():
        yield from of_value(value, f"{where}.{name}")
