"""Ageing by storage: loss over time at rest, at each temperature and state of charge.

Data has ``Time [s]`` since the storage began, the modes, and, where cells were stored in
different ways, ``Temperature [degC]`` or ``Temperature [K]`` and ``SOC`` (a fraction) or ``SOC
[%]``: rows that share these are one cell, which rests from its own start on. Without them the
cell rests at the parameter set's temperature, from its initial state. Losses are those since the
storage began.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.data import Table
from ionworks_engine.pipelines.errors import near, refuse
from ionworks_engine.pipelines.models import Chosen
from ionworks_engine.pipelines.objectives.base import (
    Floats,
    Plot,
    layout,
    side_by_side,
    trace,
)
from ionworks_engine.pipelines.objectives.cycle_ageing import MODES
from ionworks_engine.pipelines.objectives.driven import (
    TIME,
    DrivenModel,
    chosen_for,
    read_options,
)
from ionworks_engine.pipelines.solving.course import Course
from ionworks_engine.pipelines.solving.start import SOC

OPTIONS = ("model", "parameterized_model_id", "modes", "simulation_kwargs")
_TEMPERATURES = {"Temperature [degC]": 273.15, "Temperature [K]": 0.0}
_CHARGES = {"SOC": 100.0, "SOC [%]": 1.0}
_AMBIENT = ("Ambient temperature [K]", "Initial temperature [K]")


@dataclass(frozen=True)
class _Storage:
    """Rows of one cell, and its model."""

    rows: Any
    model: DrivenModel
    words: str


class CalendarAgeing:
    """What storage did to cells.

    Parameters
    ----------
    chosen
        Model and parameters.
    table
        The data.
    modes
        What is compared.
    free
        Start values of the names a fit may set.
    """

    default_cost: Mapping[str, Any] | None = None

    def __init__(
        self, chosen: Chosen, table: Table, modes: Sequence[str], free: Mapping[str, float]
    ) -> None:
        self._times = table.column(TIME)
        if not np.isfinite(self._times).all() or (self._times < 0).any():
            raise refuse(table.where, f"column {TIME!r} must hold numbers from 0 on")
        self.variables: Mapping[str, Floats] = {name: table.column(name) for name in modes}
        self.variable_weights: Mapping[str, float] = {}
        self._stored = [
            self._storage(chosen, rows, own, modes, free) for rows, own in _conditions(table)
        ]
        self.inputs = frozenset().union(*(each.model.inputs for each in self._stored))

    def _storage(
        self,
        chosen: Chosen,
        rows: Any,
        own: Mapping[str, float],
        modes: Sequence[str],
        free: Mapping[str, float],
    ) -> _Storage:
        times = self._times[rows]
        resting = Course(np.array([0.0, max(float(times.max()), 1.0)]), np.zeros(2))
        stored = replace(chosen, own={**chosen.own, **own})
        words = ", ".join(f"{name} {value:g}" for name, value in own.items() if name != _AMBIENT[1])
        return _Storage(rows, DrivenModel(stored, free, modes, resting, times), words)

    def evaluate(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return each mode in percent at the measured times."""
        found = {name: np.full(self._times.size, np.nan) for name in self.variables}
        for stored in self._stored:
            for name, losses in stored.model.evaluate(values).items():
                found[name][stored.rows] = losses
        return found

    def derivatives(
        self, values: Mapping[str, float], names: Sequence[str]
    ) -> tuple[dict[str, Floats], dict[str, Floats]] | None:
        """Return each mode, and how it changes with some values."""
        found = {name: np.full(self._times.size, np.nan) for name in self.variables}
        slopes = {name: np.full((self._times.size, len(names)), np.nan) for name in self.variables}
        for stored in self._stored:
            losses, changes = stored.model.derivatives(values, names)
            for name in found:
                found[name][stored.rows] = losses[name]
                slopes[name][stored.rows] = changes[name]
        return found, slopes

    def channels(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return time, and data and model of each mode."""
        return side_by_side(TIME, self._times, self.variables, self.evaluate(values))

    def plots(self, values: Mapping[str, float]) -> list[Plot]:
        """Return each mode over time, with a pair of traces for each way of storage."""
        model = self.evaluate(values)
        return [
            {
                "type": "CalendarAgeing",
                "traces": [
                    trace(
                        " ".join([what, each.words]).strip(), self._times[each.rows], y[each.rows]
                    )
                    for each in self._stored
                    for what, y in (("Data", data), ("Model", model[name]))
                ],
                "layout": layout(TIME, name),
            }
            for name, data in self.variables.items()
        ]


def _conditions(table: Table) -> list[tuple[Any, dict[str, float]]]:
    """Return the rows of each way of storage, with the parameters that say it."""
    kelvin = _first(table, _TEMPERATURES)
    charge = _first(table, _CHARGES)
    rows = np.arange(table.rows)
    found: list[tuple[Any, dict[str, float]]] = []
    if kelvin is not None:
        kelvin = kelvin[1] + _TEMPERATURES[kelvin[0]]
    if charge is not None:
        name, values = charge
        charge = values * _CHARGES[name]
        if not ((charge >= 0) & (charge <= 100)).all():
            limit = "1" if name == "SOC" else "100"
            raise refuse(table.where, f"column {name!r} must hold numbers from 0 to {limit}")
    columns = np.column_stack([rows * 0 if c is None else c for c in (kelvin, charge)])
    if not np.isfinite(columns).all():
        raise refuse(table.where, "temperature and state of charge must be known in every row")
    for condition in np.unique(columns, axis=0):
        own: dict[str, float] = {}
        if kelvin is not None:
            own.update(dict.fromkeys(_AMBIENT, float(condition[0])))
        if charge is not None:
            own[SOC] = float(condition[1])
        found.append((rows[(columns == condition).all(axis=1)], own))
    return found


def _first(table: Table, names: Mapping[str, float]) -> Any:
    """Return the first of some columns that is there, with its name."""
    return next(((name, table.column(name)) for name in names if table.has(name)), None)


def _calendar_ageing(
    settings: Mapping[str, Any], context: Context, free: Mapping[str, float]
) -> CalendarAgeing:
    """Build an objective of type ``CalendarAgeing``."""
    options = read_options(settings, OPTIONS, context.where)
    modes = options.get("modes") or [MODES[0]]
    for mode in modes:
        if mode not in MODES:
            raise refuse(
                context.place("options.modes"), f"unknown mode {mode!r}{near(mode, MODES)}"
            )
    chosen, table = chosen_for(settings, context)
    return CalendarAgeing(chosen, table, modes, free)


OBJECTIVES: Mapping[
    str, Callable[[Mapping[str, Any], Context, Mapping[str, float]], CalendarAgeing]
] = {"CalendarAgeing": _calendar_ageing}
