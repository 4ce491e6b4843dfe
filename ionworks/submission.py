"""What simulations are asked with: checked before anything is sent, then put as the wire has it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from ionworks import doe
from ionworks.encode import parameter_values, plain
from ionworks.leniency import check_inputs, understood
from ionworks.protocols import protocol_text, with_cycles
from ionworks.requests import shown

__all__ = ["Submission"]

_KEYS = (
    "parameterized_model",
    "protocol_experiment",
    "protocol_id",
    "experiment_parameters",
    "design_parameters",
    "design_parameters_doe",
    "conditions",
    "extra_variables",
    "max_backward_jumps",
    "study_id",
    "project_id",
)
_EXPERIMENT_KEYS = ("protocol", "name", "drive_cycles")
_CONDITION_KEYS = ("experiment_parameters", "design_parameters")
_QUICK_KEYS = ("capacity", "chemistry", "resistance_pct", "cell_spec_id")
_OWN_MODEL_KEYS = ("model_id", "parameters")
_UNTITLED = "Untitled protocol"

Numbers = dict[str, float | str]


@dataclass(frozen=True)
class Submission:
    """One checked request for one or more simulations.

    Parameters
    ----------
    parameterized_model
        An id, ``{"quick_model": ...}`` or ``{"model_id": ..., "parameters": ...}``.
    protocol_id
        Of a saved protocol; ``None`` if the protocol is given as text.
    protocol_text, protocol_name
        The protocol as text, and what to call it.
    experiment_parameters
        Values of the protocol's inputs, shared by all simulations.
    conditions
        One ``{experiment_parameters, design_parameters}`` a simulation.
    design
        A design of experiments: one simulation a point.
    options
        ``extra_variables``, ``max_backward_jumps`` and ``study_id``, where given.
    project_id
        The project that was named, if one was.
    """

    parameterized_model: str | dict[str, Any]
    protocol_id: str | None = None
    protocol_text: str | None = None
    protocol_name: str = _UNTITLED
    experiment_parameters: Numbers = field(default_factory=dict)
    conditions: tuple[dict[str, Numbers], ...] | None = None
    design: dict[str, Any] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    project_id: str | None = None

    @classmethod
    def of_one(cls, config: Mapping[str, Any]) -> Submission:
        """Check a request for exactly one simulation.

        Raises
        ------
        ValueError
            If something in it is not right; `ucp.ProtocolError` and `doe.DesignError` are such.
        """
        config = _known(config, _KEYS, "")
        if "conditions" in config:
            raise ValueError("conditions are for protocol_batch(); protocol() runs one simulation")
        given, design = config.pop("design_parameters", None), config.get("design_parameters_doe")
        if given is not None and design is not None:
            raise ValueError("give design_parameters or design_parameters_doe, not both")
        if given:
            config["design_parameters_doe"] = _single_point(given)
        submission = cls._of(config)
        count = doe.count(submission.design) if submission.design else 1
        if count != 1:
            raise ValueError(
                f"design_parameters_doe stands for {count} simulations, and protocol() runs one: "
                "use protocol_batch()"
            )
        return submission

    @classmethod
    def of_many(cls, config: Mapping[str, Any]) -> Submission:
        """Check a request for any number of simulations; errors as `of_one`."""
        config = _known(config, _KEYS, "")
        if "design_parameters" in config:
            raise ValueError(
                "design_parameters are for protocol(); "
                "in a batch give design_parameters_doe, or conditions that hold design_parameters"
            )
        return cls._of(config)

    @classmethod
    def _of(cls, config: dict[str, Any]) -> Submission:
        experiment = config.get("protocol_experiment")
        text, name = (None, _UNTITLED) if experiment is None else _experiment(experiment)
        submission = cls(
            parameterized_model=_model(config.get("parameterized_model")),
            protocol_id=_optional_text(config, "protocol_id"),
            protocol_text=text,
            protocol_name=name,
            experiment_parameters=_numbers(
                config.get("experiment_parameters"), "experiment_parameters"
            ),
            conditions=_conditions(config.get("conditions")),
            design=_design(config.get("design_parameters_doe")),
            options=dict(_options(config)),
            project_id=_optional_text(config, "project_id"),
        )
        submission._check_choices()
        submission._check_protocol()
        return submission

    @property
    def all_experiment_parameters(self) -> Numbers:
        """Every name given to the protocol: the first condition to name one tells its value."""
        merged: Numbers = {}
        for condition in self.conditions or ():
            merged = {**condition["experiment_parameters"], **merged}
        return {**merged, **self.experiment_parameters}

    def template(self, project_id: str) -> dict[str, Any]:
        """Return the body that has the protocol's text stored."""
        return {
            "protocol_experiment": {"protocol": self.protocol_text, "name": self.protocol_name},
            "experiment_parameters": self.all_experiment_parameters,
            "project_id": project_id,
        }

    def batch(self, template_id: str, project_id: str | None) -> dict[str, Any]:
        """Return the body that has the simulations run."""
        body = {
            "parameterized_model": self.parameterized_model,
            "experiment_template_id": template_id,
            "experiment_parameter_sets": [self.experiment_parameters],
            "conditions": self._merged_conditions(),
            "design_parameters_doe": self.design,
            "project_id": project_id,
            **self.options,
        }
        return {key: value for key, value in body.items() if value is not None}

    def _merged_conditions(self) -> list[dict[str, Numbers]] | None:
        if self.conditions is None:
            return None
        shared = self.experiment_parameters
        return [
            {**one, "experiment_parameters": {**shared, **one["experiment_parameters"]}}
            for one in self.conditions
        ]

    def _check_choices(self) -> None:
        if (self.protocol_text is None) == (self.protocol_id is None):
            raise ValueError("give exactly one of protocol_experiment and protocol_id")
        if self.conditions is not None and self.design is not None:
            raise ValueError("give conditions or design_parameters_doe, not both")

    def _check_protocol(self) -> None:
        if self.protocol_text is None:
            return
        protocol = understood(self.protocol_text)
        if protocol is None:
            return
        conditions = self._merged_conditions()
        if conditions is None:
            check_inputs(protocol, self.experiment_parameters)
        for condition in conditions or ():
            check_inputs(protocol, condition["experiment_parameters"])


def _model(model: Any) -> str | dict[str, Any]:
    where = "parameterized_model"
    if isinstance(model, str) and model.strip():
        return model
    if isinstance(model, Mapping):
        return _inline_model(model, where)
    named = getattr(model, "id", None)
    if isinstance(named, str) and named:
        return named
    raise ValueError(
        f"{where} must be the id of a parameterized model, "
        f"{{'quick_model': {{'capacity': ...}}}} or {{'model_id': ..., 'parameters': ...}}, "
        f"not {shown(model)}"
    )


def _inline_model(model: Mapping[str, Any], where: str) -> dict[str, Any]:
    if "quick_model" in model:
        quick = _known(model, ("quick_model",), where)["quick_model"]
        return {"quick_model": _quick_model(quick, f"{where}.quick_model")}
    if not set(model) & set(_OWN_MODEL_KEYS):
        return {"quick_model": _quick_model(model, where)}
    own = _known(model, _OWN_MODEL_KEYS, where)
    for key in _OWN_MODEL_KEYS:
        if not own.get(key):
            raise ValueError(f"{where}.{key} is missing: an own model needs both {_OWN_MODEL_KEYS}")
    place = f"{where}.parameters"
    return {**own, "parameters": plain(parameter_values(own["parameters"], place), place)}


def _quick_model(quick: Any, where: str) -> dict[str, Any]:
    checked = _known(quick, _QUICK_KEYS, where)
    if "capacity" not in checked:
        raise ValueError(f"{where}.capacity is missing: the capacity of the cell, in A.h")
    checked["capacity"] = _positive(checked["capacity"], f"{where}.capacity", "A.h")
    if checked.get("resistance_pct") is not None:
        checked["resistance_pct"] = _number(checked["resistance_pct"], f"{where}.resistance_pct")
    return {key: value for key, value in checked.items() if value is not None}


def _experiment(experiment: Any) -> tuple[str, str]:
    where = "protocol_experiment"
    checked = _known(experiment, _EXPERIMENT_KEYS, where)
    place = f"{where}.protocol"
    try:
        text = protocol_text(checked.get("protocol", ""), place)
    except TypeError as error:
        raise ValueError(str(error)) from None
    if not text.strip():
        raise ValueError(f"{place} must be the text of a protocol, not {shown(text)}")
    if checked.get("drive_cycles") is not None:
        text = with_cycles(text, checked["drive_cycles"], place)
    return text, _optional_text(checked, "name", where) or _UNTITLED


def _conditions(conditions: Any) -> tuple[dict[str, Numbers], ...] | None:
    if conditions is None:
        return None
    if not isinstance(conditions, Sequence) or isinstance(conditions, str) or not conditions:
        raise ValueError("conditions must be a list of at least one condition")
    return tuple(
        _condition(condition, f"conditions[{index}]") for index, condition in enumerate(conditions)
    )


def _condition(condition: Any, where: str) -> dict[str, Numbers]:
    checked = _known(condition, _CONDITION_KEYS, where)
    return {key: _numbers(checked.get(key), f"{where}.{key}") for key in _CONDITION_KEYS}


def _single_point(parameters: Any) -> dict[str, Any]:
    """Return the design of exactly the point given: one row of one value for each name."""
    point = _numbers(parameters, "design_parameters")
    rows = [
        {"type": "discrete", "name": name, "values": [_number(value, f"design_parameters.{name}")]}
        for name, value in point.items()
    ]
    return {"sampling": "grid", "rows": rows}


def _design(design: Any) -> dict[str, Any] | None:
    if design is None:
        return None
    plain_design = plain(design, "design_parameters_doe")
    doe.check(plain_design)
    return dict(plain_design)


def _options(config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    variables = config.get("extra_variables")
    if variables is not None:
        if isinstance(variables, str) or not all(isinstance(name, str) for name in variables):
            raise ValueError(f"extra_variables must be a list of names, not {shown(variables)}")
        yield "extra_variables", list(variables)
    jumps = config.get("max_backward_jumps")
    if jumps is not None:
        if isinstance(jumps, bool) or not isinstance(jumps, int) or jumps < 0:
            raise ValueError(
                f"max_backward_jumps must be a whole number from 0 on, not {shown(jumps)}"
            )
        yield "max_backward_jumps", jumps
    study = _optional_text(config, "study_id")
    if study:
        yield "study_id", study


def _known(given: Any, allowed: Sequence[str], where: str) -> dict[str, Any]:
    """Return a copy of a mapping that holds no other keys than these."""
    if not isinstance(given, Mapping):
        raise ValueError(f"{where or 'the config'} must be a mapping, not {shown(given)}")
    unknown = [_unknown(str(key), allowed, where) for key in given if key not in allowed]
    if unknown:
        known = ", ".join(allowed)
        raise ValueError(f"unknown {'; '.join(unknown)}. Known here: {known}")
    return dict(given)


def _unknown(key: str, allowed: Sequence[str], where: str) -> str:
    near = get_close_matches(key, allowed, n=1)
    path = f"{where}.{key}" if where else key
    return f"key {path}" + (f" (did you mean {near[0]}?)" if near else "")


def _numbers(given: Any, where: str) -> Numbers:
    """Return values by name; a text stays a text, which the protocol's own checks judge."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ValueError(f"{where} must map names to numbers, not {shown(given)}")
    return {
        str(name): value if isinstance(value, str) else _number(value, f"{where}.{name}")
        for name, value in given.items()
    }


def _number(value: Any, where: str) -> float:
    if _is_truth(value):
        raise ValueError(f"{where} must be a number, not {shown(value)}")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(f"{where} must be a finite number; this one is too large") from None
    except (TypeError, ValueError):
        raise ValueError(f"{where} must be a number, not {shown(value)}") from None
    if not math.isfinite(number):
        raise ValueError(f"{where} must be a finite number, not {number}")
    return number


def _is_truth(value: Any) -> bool:
    """Whether it is true or false, of Python or of numpy: as a number it would pass for 1 or 0."""
    return isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", "") == "b"


def _positive(value: Any, where: str, unit: str) -> float:
    number = _number(value, where)
    if number <= 0:
        raise ValueError(f"{where} must be more than 0 {unit}, not {number:g}")
    return number


def _optional_text(config: Mapping[str, Any], key: str, where: str = "") -> str | None:
    value = config.get(key)
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    path = f"{where}.{key}" if where else key
    raise ValueError(f"{path} must be a text that is not empty, not {shown(value)}")
