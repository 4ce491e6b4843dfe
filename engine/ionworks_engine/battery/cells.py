"""From the description of a cell to a PyBaMM model and its parameter values.

A cell arrives as plain JSON: a named model with options, and either the name of a
published parameter set or the values themselves. Nothing in it is trusted: model classes
come from a fixed list of modules, and serialised expressions may name PyBaMM's expression
classes only, since loading them imports what they name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from ionworks_engine.battery.errors import (
    BatteryError,
    finite_number,
    near,
    refuse,
    words_of,
)
from ionworks_engine.battery.quickmodels import quick_parameters
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.battery.vetting import closed, unsafe

MODULES = ("lithium_ion", "equivalent_circuit", "lead_acid", "sodium_ion")
SETTINGS = ("var_pts",)
_MODEL_KEYS = ("type", "module", "options", "custom_variables", "removed_variables", "events")


@dataclass(frozen=True, eq=False)
class Cell:
    """A model with its parameters, ready to be compiled.

    Parameters
    ----------
    key
        Hash of the description: equal descriptions have equal keys.
    model
        The symbolic PyBaMM model, never changed after loading.
    parameters
        Its parameter values, never changed after loading.
    points
        Mesh points by spatial variable, where they differ from the model's own.
    """

    key: str
    model: Any
    parameters: Any
    points: Mapping[str, int]

    @property
    def is_circuit(self) -> bool:
        """Whether this is an equivalent circuit, which knows its state of charge by itself."""
        return isinstance(self.model, pybamm.equivalent_circuit.Thevenin)

    @property
    def capacity_name(self) -> str:
        """The parameter that C-rates refer to."""
        return "Cell capacity [A.h]" if self.is_circuit else "Nominal cell capacity [A.h]"

    @cached_property
    def scalars(self) -> frozenset[str]:
        """Names of the model's variables that have one value at a time."""
        flat = getattr(self.model, "options", {}).get("dimensionality", 0) == 0
        scalar = ([], ["current collector"]) if flat else ([],)
        variables = self.model.variables.items()
        return frozenset(name for name, symbol in variables if symbol.domain in scalar)

    def no_scalar(self, name: str, where: str) -> str | None:
        """Say why a name is no scalar variable of the model; ``None`` if it is one."""
        if name not in self.model.variables:
            return f"unknown variable {name!r} in {where}{near(name, self.scalars)}"
        if name not in self.scalars:
            return (
                f"variable {name!r} in {where} has a value at every point of "
                f"{' and '.join(self.model.variables[name].domain)}; only scalars can be used"
                f"{near(name, self.scalars)}"
            )
        return None

    def number(self, name: str, design: Mapping[str, float]) -> float:
        """Return a numeric parameter at a design point; a missing one is refused by name."""
        if name in design:
            return design[name]
        try:
            return float(self.parameters[name])
        except KeyError:
            raise refuse(f"the parameters lack {name!r}, which every simulation needs") from None
        except (TypeError, ValueError):
            raise refuse(f"parameter {name!r} must be a number here, not a function") from None


def load(description: Mapping[str, Any]) -> Cell:
    """Build the cell that a description names; equal descriptions give the same object.

    Parameters
    ----------
    description
        ``{"model": {...}, "parameters": {"set": name} | {"values": {...}},
        "simulation_settings": {...} | None}`` or ``{"quick_model": {...}}``.

    Raises
    ------
    BatteryError
        For an unknown model, option, parameter set or chemistry, a NaN among the
        parameters, or a serialised value that names anything but PyBaMM expressions.

    Examples
    --------
    >>> load({"model": {"type": "SPM"}, "parameters": {"set": "Chen2020"}}).capacity_name
    'Nominal cell capacity [A.h]'
    """
    try:
        return _load(json.dumps(description, sort_keys=True))
    except (TypeError, ValueError) as error:
        raise refuse(f"the cell is no plain JSON: {error}") from None
    except RecursionError:
        raise refuse("the cell is nested too deeply") from None


@lru_cache(maxsize=16)
def _load(text: str) -> Cell:
    description = json.loads(text)
    key = hashlib.sha256(text.encode()).hexdigest()
    if not isinstance(description, dict):
        raise refuse("a cell must be a mapping with 'model' and 'parameters', or 'quick_model'")
    if "quick_model" in description:
        closed("cell", description, ("quick_model",))
        circuit = pybamm.equivalent_circuit.Thevenin(options={"number of rc elements": 1})
        return Cell(key, circuit, quick_parameters(description["quick_model"]), {})
    closed("cell", description, ("model", "parameters", "simulation_settings"))
    for part in ("model", "parameters"):
        if part not in description:
            raise refuse(f"the cell lacks {part!r}")
    model = load_model(description["model"])
    parameters = load_parameters(description["parameters"])
    return Cell(key, model, parameters, _points(description.get("simulation_settings"), model))


def load_model(config: Any) -> Any:
    """Build a PyBaMM model from its configuration, or refuse it by name.

    Parameters
    ----------
    config
        ``type``, ``module`` and ``options``, as PyBaMM's ``to_config`` gives them, and its
        ``custom_variables``. Its ``removed_variables`` and ``events`` change nothing here: steps
        end by their own ends only.
    """
    if not isinstance(config, Mapping) or not isinstance(config.get("type"), str):
        raise refuse("a model must be a mapping with 'type', such as {'type': 'SPMe'}")
    closed("model", config, _MODEL_KEYS)
    module, kind = config.get("module") or "lithium_ion", config["type"]
    if kind == "custom":
        raise refuse("custom serialised models are not accepted; name one of PyBaMM's own models")
    if module not in MODULES:
        raise refuse(f"unknown model module {module!r}{near(str(module), MODULES)}")
    classes = model_classes(module)
    if kind not in classes:
        raise refuse(f"unknown model {kind!r} in {module!r}{near(kind, classes)}")
    model = _construct(classes[kind], _options(config.get("options")), f"model {kind!r}")
    _add_variables(model, config.get("custom_variables") or {})
    return model


def model_classes(module: str) -> dict[str, type]:
    """Return the model classes of one of PyBaMM's model modules, by name."""
    namespace = vars(getattr(pybamm, module))
    return {
        name: value
        for name, value in sorted(namespace.items())
        if isinstance(value, type)
        and issubclass(value, pybamm.BaseModel)
        and not name.startswith(("_", "Base", "Electrode"))
    }


def _options(options: Any) -> dict[str, Any]:
    if options is None:
        return {}
    if not isinstance(options, Mapping):
        raise refuse("model options must be a mapping of option names to values")
    if options.get("operating mode", "current") != "current":
        raise refuse(
            f"option 'operating mode' must be 'current', not {options['operating mode']!r}: "
            "the protocol's steps say what is held"
        )
    return {name: _tuples(value) for name, value in options.items()}


def _add_variables(model: Any, variables: Mapping[str, Any]) -> None:
    for name, value in variables.items():
        for problem in unsafe(value):
            raise refuse(f"model.custom_variables[{name!r}]: {problem}")
    try:
        pybamm.BaseModel.apply_builtin_overrides(model, {"custom_variables": dict(variables)})
    except Exception as error:
        raise refuse(f"model.custom_variables cannot be read: {words_of(error)}") from None


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _construct(kind: type, options: dict[str, Any], what: str) -> Any:
    try:
        return kind(options=options) if options else kind()
    except (pybamm.OptionError, TypeError, KeyError, ValueError) as error:
        raise refuse(f"{what} cannot be built with these options: {words_of(error)}") from None


def load_parameters(config: Any) -> Any:
    """Build parameter values from a published set's name or from serialised values."""
    if not isinstance(config, Mapping) or len({"set", "values"} & set(config)) != 1:
        raise refuse("parameters must be {'set': name} or {'values': {...}}")
    closed("parameters", config, ("set", "values"))
    if "set" in config:
        name = config["set"]
        if name not in pybamm.parameter_sets:
            raise refuse(f"unknown parameter set {name!r}{near(str(name), pybamm.parameter_sets)}")
        return pybamm.ParameterValues(name)
    return _parse_values(config["values"])


def _parse_values(values: Any) -> Any:
    if not isinstance(values, Mapping) or not values:
        raise refuse("parameter values must be a mapping of names to values, and not empty")
    for name, value in values.items():
        if isinstance(value, (int, float)):
            finite_number(f"parameter {name!r}", value)
        for problem in unsafe(value):
            raise refuse(f"parameter {name!r}: {problem}")
    try:
        return pybamm.ParameterValues.from_json(dict(values))
    except BatteryError:
        raise
    except Exception as error:
        raise refuse(f"the parameter values cannot be read: {words_of(error)}") from None


def _points(settings: Any, model: Any) -> dict[str, int]:
    if not settings:
        return {}
    closed("simulation_settings", settings, SETTINGS)
    points = settings.get("var_pts") or {}
    known = {str(getattr(name, "name", name)) for name in model.default_var_pts}
    for name, count in points.items():
        if name not in known:
            raise refuse(f"simulation_settings.var_pts: unknown {name!r}{near(name, known)}")
        if isinstance(count, bool) or not isinstance(count, int) or not 2 <= count <= 1000:
            raise refuse(f"simulation_settings.var_pts[{name!r}] must be 2 to 1000, not {count!r}")
    return dict(points)
