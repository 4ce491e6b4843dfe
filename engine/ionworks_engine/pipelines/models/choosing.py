"""Which model an objective works with, and with which parameters.

What the configuration leaves out is filled in, and each default noted: the model of an earlier
entry, else the parameterized model of the measurement's cell, else SPM; and values that lack are
PyBaMM's own for that model, but only where no parameter set was given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ionworks_engine.battery.cells import Cell
from ionworks_engine.battery.cells import load as load_cell
from ionworks_engine.battery.errors import BatteryError
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import refuse
from ionworks_engine.pipelines.models.builtin import SETTINGS, load
from ionworks_engine.pipelines.names import spelt
from ionworks_engine.pipelines.solving.equations import roots
from ionworks_engine.pipelines.solving.settings import Settings, read_settings
from ionworks_engine.pipelines.values import ParameterSet

DEFAULT_MODEL = "SPM"
_SIMULATION = "simulation_kwargs"
_ENOUGH = 0.5


@dataclass(frozen=True, eq=False)
class Chosen:
    """A model with its parameters.

    Parameters
    ----------
    model
        The PyBaMM model, never changed.
    parameters
        Its values, as ``pybamm.ParameterValues``, never changed; names as PyBaMM spells them.
    own
        Numbers that only this objective has, among those.
    settings
        Mesh and tolerances.
    key
        Equal for models and parameters that are equal but for numbers in ``own``.
    where
        Key path of the objective.
    """

    model: Any
    parameters: Any
    own: Mapping[str, float]
    settings: Settings
    key: str
    where: str

    @property
    def cell(self) -> Cell:
        """Model and parameters as the battery core takes them."""
        return Cell(self.key, self.model, self.parameters, self.settings.points)


@dataclass(frozen=True)
class _Found:
    model: Any
    parameters: Any
    settings: Any
    key: str


def model_and_parameters(settings: Mapping[str, Any], context: Context) -> Chosen:
    """Return model and parameters of an objective.

    Parameters
    ----------
    settings
        The objective.
    context
        What earlier elements gave, with the key path of the objective; defaults are noted there.

    Raises
    ------
    PipelineError
        If the model or its parameters cannot be read.
    """
    where = context.where
    options = settings.get("options") or {}
    found = _model(settings, options, context)
    own = ParameterSet.read(settings.get("parameters") or {}, f"{where}.parameters")
    given = context.given.updated({name: own.get(name) for name in own})
    base, filled = _base(found, given, context)
    over = given.pybamm(base) if base is not None else given.pybamm()
    numbers = {spelt(name): own.get(name) for name in own if isinstance(own.get(name), float)}
    rest = {name: value for name, value in given.written().items() if spelt(name) not in numbers}
    mesh = read_settings(
        {
            f"{where}.options.model.{SETTINGS}": found.settings or {},
            f"{where}.options.{_SIMULATION}": options.get(_SIMULATION) or {},
        },
        found.model,
    )
    text = json.dumps([found.key, filled, sorted(numbers), rest, mesh.key], sort_keys=True)
    key = hashlib.sha256(text.encode()).hexdigest()
    return Chosen(found.model, over, numbers, mesh, key, where)


def _model(settings: Mapping[str, Any], options: Mapping[str, Any], context: Context) -> _Found:
    where = context.where
    config = options.get("model") or settings.get("model")
    named = options.get("parameterized_model_id")
    if config is not None and named is not None:
        message = "'model' and 'parameterized_model_id' exclude each other; give one"
        raise refuse(f"{where}.options", message)
    if named is not None:
        return _of_cell(context.cell(named), where)
    if config is not None:
        return _configured(config, f"{where}.options.model")
    if context.model_config is not None:
        return _configured(context.model_config, "model of an earlier entry")
    cell = context.cell_of(settings.get("data"))
    if cell is not None:
        context.assume(
            f"{where} names no model: that of the parameterized model of the measurement's cell"
        )
        return _of_cell(cell, where)
    context.assume(f"{where} names no model: {DEFAULT_MODEL}")
    return _configured(DEFAULT_MODEL, where)


def _configured(config: Any, where: str) -> _Found:
    settings = config.get(SETTINGS) if isinstance(config, Mapping) else None
    return _Found(load(config, where), None, settings, json.dumps(config, sort_keys=True))


def _of_cell(description: Mapping[str, Any], where: str) -> _Found:
    try:
        cell = load_cell(description)
    except BatteryError as error:
        raise refuse(where, error.message) from None
    return _Found(cell.model, cell.parameters, {"var_pts": dict(cell.points)}, cell.key)


def _base(found: _Found, given: ParameterSet, context: Context) -> tuple[Any, bool]:
    """Return the values that those given override, and whether they are PyBaMM's defaults."""
    if found.parameters is not None:
        return found.parameters, False
    needed = _needed(found.model)
    lacking = [name for name in needed if name not in given]
    if not lacking or len(lacking) < _ENOUGH * len(needed):
        return None, False
    defaults = found.model.default_parameter_values
    if not len(list(defaults.keys())):
        return None, False
    context.assume(
        f"no parameter set was given: what lacks are PyBaMM's default values for "
        f"{type(found.model).__name__}"
    )
    return defaults, True


def _needed(model: Any) -> list[str]:
    unpacker = pybamm.SymbolUnpacker((pybamm.Parameter, pybamm.FunctionParameter))
    return sorted({symbol.name for symbol in unpacker.unpack_list_of_symbols(roots(model))})
