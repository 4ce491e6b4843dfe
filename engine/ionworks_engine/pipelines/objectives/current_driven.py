"""A model under the measured current beside what was measured, over time or over voltage.

Over voltage, the model's variables are read where its voltage first gets to each measured one, in
the direction of the whole run; its last current goes on for a fifth of the measured time, so that a
model slower than the cell still gets to the last voltages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.data import Table
from ionworks_engine.pipelines.errors import refuse
from ionworks_engine.pipelines.models import Chosen
from ionworks_engine.pipelines.objectives.base import (
    Floats,
    Plot,
    line_plot,
    side_by_side,
)
from ionworks_engine.pipelines.objectives.driven import (
    INTERPOLANT,
    TIME,
    VOLTAGE,
    DrivenModel,
    chosen_for,
    elapsed,
    measured_course,
    named_variables,
    read_options,
)
from ionworks_engine.pipelines.plausibility import hold_to_rules
from ionworks_engine.pipelines.solving.course import rising

OPTIONS = (
    "model",
    "parameterized_model_id",
    "independent variable",
    "simulation_kwargs",
    "objective variables",
    *INTERPOLANT,
)
PULSE_OPTIONS = ("model", "parameterized_model_id", "simulation_kwargs", *INTERPOLANT)
_LONGER = 0.2
_GRID = 2000


class OverTime:
    """Variables of a driven model at the measured times.

    Parameters
    ----------
    kind
        What the objective calls itself.
    chosen
        Model and parameters.
    table
        The data.
    options
        Of the objective.
    names
        The variables that are compared.
    free
        Start values of the names a fit may set.
    """

    default_cost: Mapping[str, Any] | None = None

    def __init__(
        self,
        kind: str,
        chosen: Chosen,
        table: Table,
        options: Mapping[str, Any],
        names: Sequence[str],
        free: Mapping[str, float],
    ) -> None:
        self._kind = kind
        self._places = table.column(TIME)
        self.variables: Mapping[str, Floats] = {name: table.column(name) for name in names}
        self.variable_weights: Mapping[str, float] = {}
        flow = measured_course(table, options)
        self._model = DrivenModel(chosen, free, names, flow, rising(elapsed(table)))
        self.inputs = self._model.inputs
        self._is_searched = bool(free)

    def evaluate(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return the model's variables at the measured times.

        In a search beyond the model's reach too; where nothing is free, NaN there.
        """
        return (
            self._model.evaluate(values) if self._is_searched else self._model.within_reach(values)
        )

    def derivatives(
        self, values: Mapping[str, float], names: Sequence[str]
    ) -> tuple[dict[str, Floats], dict[str, Floats]] | None:
        """Return the model's variables, and how they change with some values."""
        return self._model.derivatives(values, names)

    def channels(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return time, and data and model of each variable, which ends with the model's reach."""
        model = self._model.within_reach(values)
        return side_by_side(TIME, self._places, self.variables, model)

    def plots(self, values: Mapping[str, float]) -> list[Plot]:
        """Return each variable over time, up to the end of the model's reach."""
        model = self._model.within_reach(values)
        return [
            line_plot(self._kind, TIME, self._places, name, data, model[name])
            for name, data in self.variables.items()
        ]


class OverVoltage:
    """Variables of a driven model at the measured voltages.

    Parameters
    ----------
    chosen, table, options, names, free
        As those of :class:`OverTime`.
    """

    default_cost: Mapping[str, Any] | None = None

    def __init__(
        self,
        chosen: Chosen,
        table: Table,
        options: Mapping[str, Any],
        names: Sequence[str],
        free: Mapping[str, float],
    ) -> None:
        self._places = table.column(VOLTAGE)
        since = elapsed(table)
        self.variables: Mapping[str, Floats] = {
            name: since if name == TIME else table.column(name) for name in names
        }
        self.variable_weights: Mapping[str, float] = {}
        flow = measured_course(table, options, _LONGER)
        self._grid = np.union1d(np.linspace(0.0, flow.times[-1], _GRID), rising(since))
        ends = self._places[np.isfinite(self._places)][[0, -1]]
        if ends[0] == ends[1]:
            raise refuse(
                table.where, "over voltage, the voltage must rise or fall from first to last"
            )
        self._sign = 1.0 if ends[1] > ends[0] else -1.0
        read = list(dict.fromkeys([VOLTAGE, *(name for name in names if name != TIME)]))
        self._model = DrivenModel(chosen, free, read, flow, self._grid)
        self.inputs = self._model.inputs
        self._is_searched = bool(free)

    def evaluate(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return the model's variables at the measured voltages, NaN at those not reached.

        A search reaches for them beyond what means anything; where nothing is free, NaN is there.
        """
        if self._is_searched:
            return self._first_at(self._model.evaluate(values))
        return self._within_reach(values)

    def _within_reach(self, values: Mapping[str, float]) -> dict[str, Floats]:
        return self._first_at(self._model.within_reach(values))

    def _first_at(self, model: Mapping[str, Floats]) -> dict[str, Floats]:
        """Return the variables where the model first gets to the measured voltages."""
        found = {TIME: self._grid, **model}
        there = np.isfinite(found[VOLTAGE])
        if not there.any():
            return {name: np.full(self._places.size, np.nan) for name in self.variables}
        farthest = np.maximum.accumulate(self._sign * found[VOLTAGE][there])
        first = np.append(True, np.diff(farthest) > 0)
        wanted = self._sign * self._places
        return {
            name: np.interp(
                wanted, farthest[first], found[name][there][first], left=np.nan, right=np.nan
            )
            for name in self.variables
        }

    def derivatives(
        self, values: Mapping[str, float], names: Sequence[str]
    ) -> tuple[dict[str, Floats], dict[str, Floats]] | None:
        """Return ``None``: where a voltage is first reached has no derivative everywhere."""
        del values, names
        return None

    def channels(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return voltage, and data and model of each variable."""
        return side_by_side(VOLTAGE, self._places, self.variables, self._within_reach(values))

    def plots(self, values: Mapping[str, float]) -> list[Plot]:
        """Return each variable over voltage."""
        model = self._within_reach(values)
        return [
            line_plot("CurrentDriven", VOLTAGE, self._places, name, data, model[name])
            for name, data in self.variables.items()
        ]


def _current_driven(
    settings: Mapping[str, Any], context: Context, free: Mapping[str, float]
) -> OverTime | OverVoltage:
    """Build an objective of type ``CurrentDriven``."""
    options = read_options(settings, OPTIONS, context.where)
    axis = options.get("independent variable") or "time"
    if axis not in ("time", "voltage"):
        message = f"'independent variable' must be 'time' or 'voltage', not {axis!r}"
        raise refuse(context.place("options"), message)
    chosen, table = chosen_for(settings, context)
    hold_to_rules(table, chosen, context)
    if axis == "voltage":
        names = named_variables(options, TIME, context.where)
        return OverVoltage(chosen, table, options, names, free)
    names = named_variables(options, VOLTAGE, context.where)
    return OverTime("CurrentDriven", chosen, table, options, names, free)


def _pulse(settings: Mapping[str, Any], context: Context, free: Mapping[str, float]) -> OverTime:
    """Build an objective of type ``Pulse``: the voltage of pulses and rests, over time."""
    options = read_options(settings, PULSE_OPTIONS, context.where)
    chosen, table = chosen_for(settings, context)
    hold_to_rules(table, chosen, context)
    return OverTime("Pulse", chosen, table, options, [VOLTAGE], free)


OBJECTIVES: Mapping[
    str, Callable[[Mapping[str, Any], Context, Mapping[str, float]], OverTime | OverVoltage]
] = {"CurrentDriven": _current_driven, "Pulse": _pulse}
