"""Ageing by cycling: one row of data a measured cycle, beside a model that is cycled.

``Cycle number`` counts complete cycles, from 0. ``LLI [%]``, ``LAM_ne [%]`` and ``LAM_pe [%]``
are those after so many cycles, so that cycle 0 is the fresh cell; ``Discharge capacity [A.h]``
and ``Charge capacity [A.h]`` are what flowed in that cycle. Everything else takes a metric
(:mod:`ionworks_engine.pipelines.objectives.metrics`), which is read in that cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ionworks_engine.battery.bench import LocalBench
from ionworks_engine.battery.errors import BatteryError
from ionworks_engine.battery.interpreter import Interpreter, Ran
from ionworks_engine.battery.terms import BACK, EXTRA, OUT
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.data import Table
from ionworks_engine.pipelines.errors import near, refuse
from ionworks_engine.pipelines.models import Chosen
from ionworks_engine.pipelines.names import spelt
from ionworks_engine.pipelines.objectives.base import (
    Floats,
    Plot,
    SolveError,
    line_plot,
    side_by_side,
)
from ionworks_engine.pipelines.objectives.compiled import Inputs, machine_for
from ionworks_engine.pipelines.objectives.driven import VOLTAGE, chosen_for, read_options
from ionworks_engine.pipelines.objectives.metrics import Edge, Metric, read_metric
from ionworks_engine.pipelines.objectives.protocols import Experiment, read_experiment
from ionworks_engine.pipelines.plausibility import hold_to_rules
from ionworks_engine.pipelines.solving.differences import differences
from ionworks_engine.pipelines.solving.equations import check_variables

CYCLE = "Cycle number"
OPTIONS = (
    "model",
    "parameterized_model_id",
    "experiment",
    "termination",
    "use_cv",
    "split_cc_cv",
    "objective variables",
    "metrics",
    "simulation_kwargs",
)
MODES = ("LLI [%]", "LAM_ne [%]", "LAM_pe [%]")
_SHARE = 1e-2
_FLOWED = {"Discharge capacity [A.h]": OUT, "Charge capacity [A.h]": BACK}


class _Steps:
    """Steps of a run that count as one."""

    def __init__(self, ran: Sequence[Ran], places: Mapping[str, int]) -> None:
        self._ran = ran
        self._places = places

    def first(self, variable: str) -> float:
        """Return a variable when the first of them begins."""
        return float(self._ran[0].rows[0, self._places[variable]])

    def last(self, variable: str) -> float:
        """Return a variable when the last of them ends."""
        return float(self._ran[-1].rows[-1, self._places[variable]])

    def flowed(self, column: int) -> float:
        """Return the charge that flowed one way, in A.h."""
        return float(sum(ran.rows[-1, column] for ran in self._ran))


class CycledModel:
    """A model that is cycled at the values of a fit.

    Parameters
    ----------
    chosen
        Model and parameters.
    experiment
        What is done.
    free
        Start values of the names a fit may set.
    variables
        What is read from it.
    """

    def __init__(
        self,
        chosen: Chosen,
        experiment: Experiment,
        free: Mapping[str, float],
        variables: Sequence[str],
    ) -> None:
        self._cell = chosen.cell
        self._experiment = experiment
        self._extra = tuple(variables)
        self._places = {name: EXTRA + place for place, name in enumerate(self._extra)}
        self._inputs = Inputs(chosen, free)
        read = tuple(dict.fromkeys([*self._extra, VOLTAGE]))
        alone = machine_for(chosen, self._inputs.wanted, read)
        rated = frozenset(name for name in free if spelt(name) == self._cell.capacity_name)
        self.inputs = self._inputs.used_by(alone, read) | rated

    def cycles(self, values: Mapping[str, float]) -> list[list[_Steps]]:
        """Run the experiment; return the steps of each complete cycle.

        Raises
        ------
        SolveError
            If it did not get through one cycle.
        """
        design = self._inputs.at(values)
        try:
            bench = LocalBench(self._cell, self._experiment.protocol, design)
            interpreter = Interpreter(
                bench, self._experiment.protocol, bench.origin.soc, self._extra
            )
            failure = interpreter.run()
        except BatteryError as error:
            raise SolveError(error.message) from None
        ran = interpreter.steps
        if failure is not None:
            ran = [step for step in ran if step.cycle < ran[-1].cycle]
        if not ran:
            words = failure.message if failure else "the experiment has no step that takes time"
            raise SolveError(words)
        return self._grouped(ran)

    def _grouped(self, ran: Sequence[Ran]) -> list[list[_Steps]]:
        cycles: dict[int, list[Ran]] = {}
        for step in ran:
            cycles.setdefault(step.cycle, []).append(step)
        joined = self._experiment.joined
        return [
            self._joined(steps, joined[number] if joined else (1,) * len(steps))
            for number, steps in cycles.items()
        ]

    def _joined(self, steps: Sequence[Ran], counts: Sequence[int]) -> list[_Steps]:
        edges = np.cumsum([0, *counts])
        groups = [steps[first:after] for first, after in pairwise(edges)]
        return [_Steps(group, self._places) for group in groups if group]


class CycleAgeing:
    """What cycles did to a cell.

    Parameters
    ----------
    chosen
        Model and parameters.
    experiment
        What is done.
    table
        The data: one row a cycle.
    metrics
        By objective variable; ``None``: what flowed, see the description of this module.
    free
        Start values of the names a fit may set.
    """

    default_cost: Mapping[str, Any] | None = None

    def __init__(
        self,
        chosen: Chosen,
        experiment: Experiment,
        table: Table,
        metrics: Mapping[str, Metric | None],
        free: Mapping[str, float],
    ) -> None:
        self._numbers = _whole(table)
        self._metrics = metrics
        self.variables: Mapping[str, Floats] = {name: table.column(name) for name in metrics}
        self.variable_weights: Mapping[str, float] = {}
        read = {n for each in metrics.values() if each for n in each.variables()}
        check_variables(chosen.model, sorted(read), table.where)
        self._model = CycledModel(chosen, experiment, free, sorted(read))
        self.inputs = self._model.inputs

    def evaluate(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return each variable in the measured cycles; NaN in those the model does not get to."""
        cycles = self._model.cycles(values)
        return {
            name: np.array([self._read(name, cycles, number) for number in self._numbers])
            for name in self._metrics
        }

    def _read(self, name: str, cycles: Sequence[Sequence[_Steps]], number: int) -> float:
        metric = self._metrics[name]
        if name in MODES and isinstance(metric, Edge) and number == len(cycles):
            return cycles[-1][-1].last(metric.variable)
        if number >= len(cycles):
            return float("nan")
        if metric is not None:
            return metric.of(cycles[number])
        return sum(step.flowed(_FLOWED[name]) for step in cycles[number])

    def derivatives(
        self, values: Mapping[str, float], names: Sequence[str]
    ) -> tuple[dict[str, Floats], dict[str, Floats]] | None:
        """Return each variable, and how it changes, by central differences of a hundredth.

        Ageing is the small difference of long runs: with smaller steps what the solver may miss
        is larger than what a capacity loses.
        """
        found = self.evaluate(values)
        moved = {name: place for place, name in enumerate(names) if name in self.inputs}

        def runs(inputs: Floats) -> Floats:
            at = self.evaluate({**values, **dict(zip(moved, inputs.tolist(), strict=True))})
            return np.stack([at[name] for name in found])

        start = np.array([values[name] for name in moved])
        here = np.stack(list(found.values()))
        changes = np.zeros((*here.shape, len(names)))
        places = list(moved.values())
        changes[..., places] = differences(runs, start, range(len(moved)), here, _SHARE)
        return found, dict(zip(found, changes, strict=True))

    def channels(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return cycle number, and data and model of each variable."""
        places = np.array(self._numbers, dtype=float)
        return side_by_side(CYCLE, places, self.variables, self.evaluate(values))

    def plots(self, values: Mapping[str, float]) -> list[Plot]:
        """Return each variable over the cycle number."""
        model, places = self.evaluate(values), np.array(self._numbers, dtype=float)
        return [
            line_plot("CycleAgeing", CYCLE, places, name, data, model[name])
            for name, data in self.variables.items()
        ]


def _whole(table: Table) -> list[int]:
    numbers = table.column(CYCLE)
    if not np.isfinite(numbers).all() or (numbers < 0).any() or (numbers % 1 != 0).any():
        raise refuse(table.where, f"column {CYCLE!r} must hold whole numbers from 0 on")
    return [int(each) for each in numbers]


def _metrics(options: Mapping[str, Any], table: Table, where: str) -> dict[str, Metric | None]:
    given = options.get("metrics") or {}
    if not isinstance(given, Mapping):
        raise refuse(where, "'metrics' must be a mapping of variables to metrics")
    known = [*given, *MODES, *_FLOWED]
    names = options.get("objective variables")
    if names is None:
        names = list(given) or [name for name in (*MODES, *_FLOWED) if table.has(name)]
    if not names:
        columns = ", ".join(map(repr, (*MODES, *_FLOWED)))
        raise refuse(table.where, f"holds none of the columns {columns}")
    found: dict[str, Metric | None] = {}
    for name in names:
        if name not in known:
            raise refuse(where, f"variable {name!r} needs a metric{near(str(name), known)}")
        table.column(name)
        if name in given:
            found[name] = read_metric(given[name], f"{where}.metrics[{name!r}]")
        else:
            found[name] = Edge(name, at_end=False) if name in MODES else None
    return found


def _cycle_ageing(
    settings: Mapping[str, Any], context: Context, free: Mapping[str, float]
) -> CycleAgeing:
    """Build an objective of type ``CycleAgeing``."""
    options = read_options(settings, OPTIONS, context.where)
    chosen, table = chosen_for(settings, context)
    where = context.place("options")

    def measured(data: Any) -> Table:
        found = context.table(data)
        hold_to_rules(found, chosen, context)
        return found

    experiment = read_experiment(options, measured, settings["data"], where)
    return CycleAgeing(chosen, experiment, table, _metrics(options, table, where), free)


OBJECTIVES: Mapping[
    str, Callable[[Mapping[str, Any], Context, Mapping[str, float]], CycleAgeing]
] = {"CycleAgeing": _cycle_ageing}
