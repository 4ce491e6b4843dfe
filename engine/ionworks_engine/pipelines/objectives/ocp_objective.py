"""The objective of an open-circuit curve: a closed form beside the data, and their slopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np

from ionworks_engine.pipelines.objectives.base import (
    Floats,
    Plot,
    SolveError,
    layout,
    side_by_side,
    trace,
)
from ionworks_engine.pipelines.objectives.ocp_curve import CAPACITY, VOLTAGE, Curve
from ionworks_engine.pipelines.objectives.ocp_slopes import Windows

SLOPE, CAPACITY_SLOPE = "Differential voltage [V/Ah]", "Differential capacity [Ah/V]"
DEFAULT_COST: Mapping[str, Any] = {"type": "SSE", "normalization": "range"}
_STEEPEST = 10.0


class Formula(Protocol):
    """A closed form of one column of the curve, given the other."""

    @property
    def inputs(self) -> frozenset[str]:
        """Which names of the fit it uses."""
        ...

    def compute(self, values: Mapping[str, float]) -> Floats:
        """Return the column; NaN where the model does not get to."""
        ...

    def derive(self, values: Mapping[str, float], names: Sequence[str]) -> Floats:
        """Return how the column changes, shape (n, len(names))."""
        ...

    def violations(
        self, values: Mapping[str, float], names: Sequence[str]
    ) -> tuple[Floats, Floats]:
        """Return by how much each soft condition is broken, 0 if met, and how that changes."""
        ...

    def implied(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return the numbers that follow from the values, by name."""
        ...


class Plain:
    """What a formula without soft conditions and without further results has of both."""

    def violations(
        self, values: Mapping[str, float], names: Sequence[str]
    ) -> tuple[Floats, Floats]:
        """Return nothing: there is no condition."""
        del values
        return np.zeros(0), np.zeros((0, len(names)))

    def implied(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return nothing."""
        del values
        return {}


@dataclass(frozen=True, eq=False)
class Variable:
    """How one variable comes from the two columns, of data and model alike.

    Parameters
    ----------
    kind
        ``"column"``: what the formula computes. ``"slope"``: dU/dQ. ``"capacity slope"``: dQ/dU.
        ``"voltage"``, ``"capacity"``: measured columns, equal on both sides, which costs that
        weight one variable by another take for places.
    mask
        Which points are compared.
    measured_axis
        Whether the model's slope is looked up at the measured voltages.
    """

    kind: str
    mask: Any
    measured_axis: bool = False


class OpenCircuit:
    """Data of an open-circuit curve beside a closed form; an :class:`.Objective`.

    Parameters
    ----------
    name
        What the objective is called in a configuration.
    curve
        The data.
    formula
        The model.
    column
        What the formula computes: ``"Capacity [A.h]"`` at the measured voltages, or
        ``"Voltage [V]"`` at the measured capacities.
    variables
        What is compared. Soft conditions of the formula become further points of the first.
    axis
        Title of the curve's first column.
    """

    default_cost = DEFAULT_COST
    variable_weights: Mapping[str, float] = MappingProxyType({})

    def __init__(
        self,
        name: str,
        curve: Curve,
        formula: Formula,
        column: str,
        variables: Mapping[str, Variable],
        axis: str = CAPACITY,
    ) -> None:
        self._name, self._curve, self._formula = name, curve, formula
        self._column, self._parts, self._axis = column, variables, axis
        self._windows = Windows.of(curve.capacity)
        self._first = next(iter(variables))
        measured = curve.capacity if column == CAPACITY else curve.voltage
        self._measured = {each: self._numbers(part, measured) for each, part in variables.items()}
        self._steepest = {
            each: _STEEPEST * float(np.nanmax(np.abs(self._measured[each][part.mask])))
            for each, part in variables.items()
        }
        data = self._measured[self._first][variables[self._first].mask]
        self._middle = float(np.nanmean(data))
        self._stretch = float(np.ptp(data[np.isfinite(data)]) * np.sqrt(data.size))

    @property
    def inputs(self) -> frozenset[str]:
        """The names of the fit that change the model."""
        return self._formula.inputs

    @property
    def variables(self) -> dict[str, Floats]:
        """The measured numbers by variable."""
        data = {name: self._measured[name][part.mask] for name, part in self._parts.items()}
        conditions = self._formula.violations({}, ())[0].size
        data[self._first] = np.append(data[self._first], np.full(conditions, self._middle))
        return data

    def evaluate(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return the model's numbers by variable."""
        computed = self._modelled(values)
        model = {name: computed[name][part.mask] for name, part in self._parts.items()}
        broken = self._formula.violations(values, ())[0]
        model[self._first] = np.append(model[self._first], self._middle + self._stretch * broken)
        return model

    def derivatives(
        self, values: Mapping[str, float], names: Sequence[str]
    ) -> tuple[dict[str, Floats], dict[str, Floats]] | None:
        """Return the model's numbers and how they change with the named values."""
        if any(part.measured_axis for part in self._parts.values()):
            return None
        made = self._formula.compute(values)
        change = self._formula.derive(values, names)
        changes = {
            name: np.nan_to_num(self._changes(name, part, made, change))[part.mask]
            for name, part in self._parts.items()
        }
        rows = self._stretch * self._formula.violations(values, names)[1]
        changes[self._first] = np.concatenate([changes[self._first], rows])
        return self.evaluate(values), changes

    def implied(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return what follows from fitted values, in the names of parameters.

        Values that the model uses in another form than the fit sets them (fractions that are
        projected to add up to one), and capacities that a fit does not set itself.
        """
        return self._formula.implied(values)

    def channels(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return data and model over the measured column, NaN at points not compared."""
        computed = self._modelled(values)
        axis, places = self._axis, self._curve.capacity
        if self._column == CAPACITY:
            axis, places = VOLTAGE, self._curve.voltage
        data, model = (
            {name: np.where(part.mask, side[name], np.nan) for name, part in self._parts.items()}
            for side in (self._measured, computed)
        )
        return side_by_side(axis, places, data, model)

    def plots(self, values: Mapping[str, float]) -> list[Plot]:
        """Return a plot for each variable: voltage and dU/dQ over capacity, dQ/dU over voltage."""
        computed, made = self._modelled(values), self._formula.compute(values)
        capacity, voltage = self._columns(made)
        drawn = []
        for name, part in self._parts.items():
            if part.kind in ("voltage", "capacity"):
                continue
            lines = (self._measured[name], computed[name])
            axis, places = self._axis, (self._curve.capacity, capacity)
            title = name
            if part.kind == "capacity slope":
                axis = VOLTAGE
                places = (
                    self._curve.voltage,
                    self._curve.voltage if part.measured_axis else voltage,
                )
            elif part.kind == "column":
                title, lines = VOLTAGE, (self._curve.voltage, voltage)
            traces = [
                trace(side, x[part.mask], y[part.mask])
                for side, x, y in zip(("Data", "Model"), places, lines, strict=True)
            ]
            drawn.append({"type": self._name, "traces": traces, "layout": layout(axis, title)})
        return drawn

    def _columns(self, made: Floats) -> tuple[Floats, Floats]:
        """Return capacity and voltage, one of which was made."""
        if self._column == CAPACITY:
            return made, self._curve.voltage
        return self._curve.capacity, made

    def _modelled(self, values: Mapping[str, float]) -> dict[str, Floats]:
        made = self._formula.compute(values)
        if not np.isfinite(made).any():
            raise SolveError(f"{self._name}: the model gets to none of the data's points")
        computed = {}
        for name, part in self._parts.items():
            numbers = self._numbers(part, made)
            if "slope" in part.kind:
                numbers = np.clip(numbers, -self._steepest[name], self._steepest[name])
            computed[name] = numbers
        return computed

    def _numbers(self, part: Variable, made: Floats) -> Floats:
        capacity, voltage = self._columns(made)
        if part.kind == "column":
            return made
        if part.kind == "voltage":
            return self._curve.voltage
        if part.kind == "capacity":
            return self._curve.capacity
        if part.kind == "slope":
            return self._windows.slopes(capacity, voltage)
        slopes = self._windows.slopes(voltage, capacity)
        return self._at_measured(voltage, slopes) if part.measured_axis else slopes

    def _at_measured(self, voltage: Floats, slopes: Floats) -> Floats:
        """Look slopes over the model's voltages up at the measured ones."""
        known = np.isfinite(voltage) & np.isfinite(slopes)
        order = np.argsort(voltage[known])
        if not order.size:
            return np.full(slopes.shape, np.nan)
        return np.interp(
            self._curve.voltage,
            voltage[known][order],
            slopes[known][order],
            left=np.nan,
            right=np.nan,
        )

    def _changes(self, name: str, part: Variable, made: Floats, change: Floats) -> Floats:
        capacity, voltage = self._columns(made)
        of_capacity = self._column == CAPACITY
        if part.kind == "column":
            return change
        if part.kind in ("voltage", "capacity"):
            return np.zeros(change.shape)
        sides = (capacity, voltage) if part.kind == "slope" else (voltage, capacity)
        slopes = self._windows.slopes(*sides)
        of_across = of_capacity == (part.kind == "slope")
        changed = self._windows.slopes_changing(*sides, change, of_across=of_across)
        return np.where((np.abs(slopes) < self._steepest[name])[:, None], changed, 0.0)
