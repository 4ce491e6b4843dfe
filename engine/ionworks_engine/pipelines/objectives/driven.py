"""A model driven by the measured current: what current-driven and pulse objectives share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.data import Table
from ionworks_engine.pipelines.errors import near, refuse
from ionworks_engine.pipelines.models import Chosen, model_and_parameters
from ionworks_engine.pipelines.objectives.base import Floats, SolveError
from ionworks_engine.pipelines.objectives.compiled import Inputs, machine_for, reach_of
from ionworks_engine.pipelines.solving.course import ATOL, RTOL, Course, course
from ionworks_engine.pipelines.solving.simulator import Simulator

TIME, CURRENT, VOLTAGE = "Time [s]", "Current [A]", "Voltage [V]"
INTERPOLANT = ("interpolant_atol", "interpolant_rtol", "interpolant_lossless")
_ROUNDING = 1e-6


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
        self._inputs = Inputs(chosen, free)
        self._variables = tuple(variables)
        reach = reach_of(chosen.model) if flow.values.any() else ()
        machine = machine_for(chosen, self._inputs.wanted, (*self._variables, *reach))
        self._equations = machine.equations
        self._simulator = Simulator(machine, flow, times)
        self.inputs = self._inputs.used_by(machine, self._variables)

    def evaluate(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return the variables at the times; NaN where the solver does not get to.

        Raises
        ------
        SolveError
            If there is no solution.
        """
        return self._named(self._solved(values))

    def within_reach(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return the variables; NaN also from where a particle's surface is emptier than empty.

        Or fuller than full: there the equations go on, but mean nothing. Where they lead tells a
        search the way back, which NaN would not.
        """
        found = self._solved(values)
        surfaces = found[len(self._variables) :]
        beyond = ((surfaces < -_ROUNDING) | (surfaces > 1 + _ROUNDING)).any(axis=0)
        return self._named(np.where(np.logical_or.accumulate(beyond), np.nan, found))

    def _solved(self, values: Mapping[str, float]) -> Floats:
        found = self._simulator.run(self._equations.filled(self._inputs.at(values)))
        return self._checked(found)

    def _checked(self, found: Floats) -> Floats:
        if np.isnan(found[: len(self._variables)]).all():
            raise SolveError("the model has no finite value at any of the measured points")
        return found

    def _named(self, found: Floats) -> dict[str, Floats]:
        """Return what was asked for by name, without the surfaces that follow it."""
        return dict(zip(self._variables, found, strict=False))

    def derivatives(
        self, values: Mapping[str, float], names: Sequence[str]
    ) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Return the variables, and how they change with some of the values."""
        order = self._equations.names
        moved = [self._inputs.moved_by(values, name) for name in names]
        asked = sorted({each for weights in moved for each in weights if each in order})
        inputs = self._equations.filled(self._inputs.at(values))
        found, slopes = self._simulator.slopes(inputs, [order.index(name) for name in asked])
        weights = np.array([[each.get(name, 0.0) for name in asked] for each in moved])
        totals = slopes @ weights.reshape(len(names), len(asked)).T
        return self._named(self._checked(found)), self._named(totals)


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
