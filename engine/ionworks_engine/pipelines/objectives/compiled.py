"""Models compiled for the names a fit may set, and the inputs they are fed with."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from ionworks_engine.battery.compiled import temperature
from ionworks_engine.pipelines.models import Chosen
from ionworks_engine.pipelines.names import spelt
from ionworks_engine.pipelines.solving.equations import equations
from ionworks_engine.pipelines.solving.simulator import Machine
from ionworks_engine.pipelines.solving.start import is_entry, start_of

_KELVIN = 273.15
_REACH = re.compile(r"(Minimum|Maximum) .*particle surface stoichiometry")
_MOST_MACHINES = 16
_MACHINES: OrderedDict[tuple[Any, ...], Machine] = OrderedDict()


class Inputs:
    """From the values of a fit to the inputs of a compiled model.

    Parameters
    ----------
    chosen
        Model and parameters.
    free
        Start values of the names a fit may set.

    Attributes
    ----------
    wanted
        Names, as PyBaMM spells them, that must be inputs of the model.
    """

    def __init__(self, chosen: Chosen, free: Mapping[str, float]) -> None:
        self._names = {name: spelt(name) for name in free}
        self._fixed = chosen.own
        values = {**chosen.own, **{spelt(name): value for name, value in free.items()}}
        self._start = start_of(chosen.cell, chosen.own, values, chosen.where)
        states = self._start.names if self._start else frozenset()
        self.wanted = frozenset(name for name in (*values, *states) if not is_entry(name))

    def used_by(self, machine: Machine, variables: Sequence[str]) -> frozenset[str]:
        """Return the free names, as the user spells them, that change variables of a model."""
        used = machine.used(variables)
        if self._start is not None and self._start.names & used:
            used |= self._start.inputs
        return frozenset(name for name, known in self._names.items() if known in used)

    def at(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return the inputs by name.

        Raises
        ------
        SolveError
            If there is no initial state at these values.
        """
        named = self._named(values)
        if self._start is not None:
            named.update(self._start.at(named))
        return named

    def moved_by(self, values: Mapping[str, float], name: str) -> dict[str, float]:
        """Return how the inputs change with one of the values: itself, and the initial state."""
        known = self._names.get(name, name)
        moved = {known: 1.0}
        if self._start is not None:
            moved.update(self._start.slopes(self._named(values), known))
        return moved

    def _named(self, values: Mapping[str, float]) -> dict[str, float]:
        named = {known: values[name] for name, known in self._names.items() if name in values}
        return {**self._fixed, **named}


def machine_for(chosen: Chosen, wanted: frozenset[str], variables: tuple[str, ...]) -> Machine:
    """Compile a model, unless this process has one of the same at hand.

    Parameters
    ----------
    chosen
        Model and parameters.
    wanted
        Names of its inputs.
    variables
        What is read.
    """
    key = (chosen.key, wanted, variables)
    if key not in _MACHINES:
        model = with_temperatures(chosen.model)
        compiled = equations(
            model, chosen.parameters, wanted, variables, chosen.settings, chosen.where
        )
        _MACHINES[key] = Machine(compiled)
        while len(_MACHINES) > _MOST_MACHINES:
            _MACHINES.popitem(last=False)
    _MACHINES.move_to_end(key)
    return _MACHINES[key]


def with_temperatures(model: Any) -> Any:
    """Return a model that knows the cell's temperature by the names that measurements use."""
    model = model.new_copy()
    celsius = temperature(model.variables)
    model.variables.setdefault("Temperature [degC]", celsius)
    model.variables.setdefault("Temperature [K]", celsius + _KELVIN)
    return model


def reach_of(model: Any) -> tuple[str, ...]:
    """Name the variables that must stay from 0 to 1: the surfaces of particles, empty to full."""
    return tuple(filter(_REACH.fullmatch, model.variables))
