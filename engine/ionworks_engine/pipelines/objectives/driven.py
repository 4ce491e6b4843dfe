"""A model driven by the measured current: what current-driven and pulse objectives share."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ionworks_engine.battery.compiled import temperature
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.data import Table
from ionworks_engine.pipelines.errors import near, refuse
from ionworks_engine.pipelines.models import Chosen, model_and_parameters
from ionworks_engine.pipelines.names import spelt
from ionworks_engine.pipelines.objectives.base import Floats
from ionworks_engine.pipelines.solving.course import ATOL, RTOL, Course, course
from ionworks_engine.pipelines.solving.equations import equations
from ionworks_engine.pipelines.solving.simulator import Machine, Simulator
from ionworks_engine.pipelines.solving.start import is_entry, start_of

TIME, CURRENT, VOLTAGE = "Time [s]", "Current [A]", "Voltage [V]"
INTERPOLANT = ("interpolant_atol", "interpolant_rtol", "interpolant_lossless")
_KELVIN = 273.15
_MACHINES: OrderedDict[tuple[Any, ...], Machine] = OrderedDict()
_MOST_MACHINES = 16


class DrivenModel:
    """A model compiled for the names a fit may set, under a measured current.

    Parameters
    ----------
    chosen
        Model and parameters.
    free
        Start values of the names a fit may set.
    variables
        What is computed, by the names of the model's variables.
    flow
        The current.
    times
        When it is computed, in s from 0.
    """

    def __init__(
        self,
        chosen: Chosen,
        free: Mapping[str, float],
        variables: Sequence[str],
        flow: Course,
        times: Floats,
    ) -> None:
        self._names = {name: spelt(name) for name in free}
        self._fixed = chosen.own
        values = {**chosen.own, **{spelt(name): value for name, value in free.items()}}
        self._start = start_of(chosen.cell, chosen.own, values, chosen.where)
        states = self._start.names if self._start else frozenset()
        inputs = {name for name in (*values, *states) if not is_entry(name)}
        self._machine = _machine(chosen, inputs, tuple(variables))
        self._simulator = Simulator(self._machine, flow, times)
        self._variables = tuple(variables)
        used = self._machine.equations.used
        moved = self._start.inputs if self._start and states & used else frozenset()
        self.inputs = frozenset(
            name for name, known in self._names.items() if known in used or known in moved
        )

    def evaluate(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return the variables at the times; NaN where the model does not get to.

        Raises
        ------
        SolveError
            If there is no solution.
        """
        found = self._simulator.run(self._filled(values))
        return dict(zip(self._variables, found, strict=True))

    def derivatives(
        self, values: Mapping[str, float], names: Sequence[str]
    ) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Return the variables, and how they change with some of the values."""
        order = self._machine.equations.names
        known = [self._names.get(name, name) for name in names]
        state = sorted(self._start.names) if self._start else []
        asked = [name for name in dict.fromkeys([*known, *state]) if name in order]
        inputs = self._filled(values)
        found, slopes = self._simulator.slopes(inputs, [order.index(name) for name in asked])
        totals = np.zeros((*found.shape, len(names)))
        for column, name in enumerate(known):
            weights = self._moved_by(values, name)
            for place, each in enumerate(asked):
                totals[:, :, column] += weights.get(each, 0.0) * slopes[:, :, place]
        return (
            dict(zip(self._variables, found, strict=True)),
            dict(zip(self._variables, totals, strict=True)),
        )

    def _moved_by(self, values: Mapping[str, float], name: str) -> dict[str, float]:
        """Return how the inputs change with a value: itself, and the initial state."""
        moved = {name: 1.0}
        if self._start is not None:
            moved.update(self._start.slopes(self._named(values), name))
        return moved

    def _named(self, values: Mapping[str, float]) -> dict[str, float]:
        named = {known: values[name] for name, known in self._names.items() if name in values}
        return {**self._fixed, **named}

    def _filled(self, values: Mapping[str, float]) -> Floats:
        named = self._named(values)
        if self._start is not None:
            named.update(self._start.at(named))
        return self._machine.equations.filled(named)


def _machine(chosen: Chosen, inputs: set[str], variables: tuple[str, ...]) -> Machine:
    """Compile a model, unless this process has one of the same at hand."""
    key = (chosen.key, frozenset(inputs), variables)
    if key not in _MACHINES:
        model = with_temperatures(chosen.model)
        compiled = equations(
            model, chosen.parameters, inputs, variables, chosen.settings, chosen.where
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


def measured_course(table: Table, options: Mapping[str, Any], longer: float = 0.0) -> Course:
    """Return the measured current of a table, from its first row on.

    Parameters
    ----------
    table
        Data with ``Time [s]`` and ``Current [A]``.
    options
        Of the objective: how far the current may be simplified.
    longer
        For what share of the measured time the last current goes on.
    """
    times, current = elapsed(table), table.column(CURRENT)
    if not np.isfinite(current).all():
        raise refuse(table.where, f"column {CURRENT!r} has gaps; the model needs every current")
    atol, rtol = (
        _share(options, name, default, table.where)
        for name, default in (("interpolant_atol", ATOL), ("interpolant_rtol", RTOL))
    )
    lossless = bool(options.get("interpolant_lossless"))
    more = longer * float(times[-1])
    return course(times, current, lossless=lossless, atol=atol, rtol=rtol, longer=more)


def elapsed(table: Table) -> Floats:
    """Return the time of each row in s since the first.

    Raises
    ------
    PipelineError
        If there are fewer than two rows, or the time has gaps or falls.
    """
    times = table.column(TIME)
    if times.size < 2:
        raise refuse(table.where, f"needs at least two rows, not {times.size}")
    if not np.isfinite(times).all():
        raise refuse(table.where, f"column {TIME!r} has gaps")
    falling = np.flatnonzero(np.diff(times) < 0)
    if falling.size:
        row = int(falling[0]) + 1
        message = f"column {TIME!r} falls at row {row}, from {times[row - 1]:g} to {times[row]:g}"
        raise refuse(table.where, f"{message}; sort it, or use the time since the start")
    if times[-1] == times[0]:
        raise refuse(table.where, f"column {TIME!r} must span a time")
    return np.asarray(times - times[0], dtype=float)


def _share(options: Mapping[str, Any], name: str, default: float, where: str) -> float:
    value = options.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise refuse(where, f"option {name!r} must be a number from 0 to 1, not {value!r}")
    return float(value)


def read_options(
    settings: Mapping[str, Any], known: Sequence[str], where: str
) -> Mapping[str, Any]:
    """Return the options of an objective, refusing unknown ones by name."""
    options = settings.get("options") or {}
    if not isinstance(options, Mapping):
        raise refuse(f"{where}.options", "must be a mapping of option names to values")
    for name in options:
        if name not in known:
            raise refuse(f"{where}.options", f"unknown option {name!r}{near(str(name), known)}")
    return options


def named_variables(options: Mapping[str, Any], default: str, where: str) -> list[str]:
    """Return the objective variables that options name."""
    names = options.get("objective variables")
    if names is None:
        return [default]
    listed = isinstance(names, Sequence) and not isinstance(names, str)
    if not listed or not names or not all(isinstance(name, str) for name in names):
        raise refuse(f"{where}.options", "'objective variables' must be a list of variable names")
    return list(dict.fromkeys(names))


def chosen_for(settings: Mapping[str, Any], context: Context) -> tuple[Chosen, Table]:
    """Return model and data of an objective."""
    return model_and_parameters(settings, context), table_of(settings, context)


def table_of(settings: Mapping[str, Any], context: Context) -> Table:
    """Return the data of an objective."""
    if settings.get("data") is None:
        raise refuse(context.where, "'data' is missing")
    return context.table(settings["data"])
