"""The objective of an open-circuit curve: a closed form beside the data, and their slopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

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
_Columns: TypeAlias = dict[str, Floats]
_MEASURED = ("voltage axis", "capacity axis")


class Formula(Protocol):
    """A closed form of one column of the curve, given the other.

    Columns are ``"Voltage [V]"``, at the measured capacities, and for some formulas
    ``"Capacity [A.h]"``, at the measured voltages.
    """

    @property
    def inputs(self) -> frozenset[str]:
        """Which names of the fit it uses."""
        ...

    def compute(self, values: Mapping[str, float], column: str) -> Floats:
        """Return a column; NaN where the model does not get to."""
        ...

    def derive(self, values: Mapping[str, float], names: Sequence[str], column: str) -> Floats:
        """Return how a column changes, shape (n, len(names))."""
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
    """What a formula without soft conditions has of them."""

    def violations(
        self, values: Mapping[str, float], names: Sequence[str]
    ) -> tuple[Floats, Floats]:
        """Return nothing: there is no condition."""
        del values
        return np.zeros(0), np.zeros((0, len(names)))


@dataclass(frozen=True, eq=False)
class Variable:
    """How one variable comes from the curve, of data and model alike.

    Parameters
    ----------
    kind
        ``"voltage"`` at the measured capacities, ``"capacity"`` at the measured voltages,
        ``"slope"``: dU/dQ, ``"capacity slope"``: dQ/dU. ``"voltage axis"``, ``"capacity axis"``:
        measured columns, equal on both sides, which costs that weight one variable by another
        take for places.
    mask
        Which points are compared.
    measured_axis
        Whether the model's slope is looked up at the measured voltages.
    """

    kind: str
    mask: Any
    measured_axis: bool = False

    @property
    def column(self) -> str:
        """The column that the formula computes for it."""
        return CAPACITY if self.kind == "capacity" else VOLTAGE


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
    variables
        What is compared. Soft conditions of the formula become further points of each, so that
        they hold whichever of them a cost takes.
    axis
        Title of the curve's first column.
    """

    default_cost = DEFAULT_COST

    def __init__(
        self,
        name: str,
        curve: Curve,
        formula: Formula,
        variables: Mapping[str, Variable],
        axis: str = CAPACITY,
    ) -> None:
        self._name, self._curve, self._formula = name, curve, formula
        self._parts, self._axis = variables, axis
        self._windows = Windows.of(curve.capacity)
        measured = {VOLTAGE: curve.voltage, CAPACITY: curve.capacity}
        self._measured = {each: self._numbers(part, measured) for each, part in variables.items()}
        self._steepest = {
            each: _STEEPEST * float(np.nanmax(np.abs(self._measured[each][part.mask])))
            for each, part in variables.items()
        }
        self.variable_weights = self._weights()
        whole = {name: self._measured[name][part.mask] for name, part in variables.items()}
        self._middle = {name: float(np.nanmean(data)) for name, data in whole.items()}
        self._stretch = {
            name: float(np.ptp(data[np.isfinite(data)]) * np.sqrt(data.size))
            for name, data in whole.items()
        }

    def _weights(self) -> dict[str, float]:
        """Return weights with which errors of the voltage count alike in all variables."""
        weights = {}
        for name, part in self._parts.items():
            if part.kind in _MEASURED:
                continue
            data = self._measured[name][part.mask]
            gains = self._windows.gains(self._curve.capacity, self._curve.voltage, part.kind)
            with np.errstate(divide="ignore", invalid="ignore"):
                weight = np.ptp(data[np.isfinite(data)]) ** 2 / np.nanmean(gains[part.mask])
            weights[name] = float(weight)
        most = max(weights.values())
        return {name: weight / most for name, weight in weights.items()}

    @property
    def inputs(self) -> frozenset[str]:
        """The names of the fit that change the model."""
        return self._formula.inputs

    @property
    def variables(self) -> dict[str, Floats]:
        """The measured numbers by variable."""
        conditions = self._formula.violations({}, ())[0].size
        return {
            name: np.append(self._measured[name][part.mask], [self._middle[name]] * conditions)
            for name, part in self._parts.items()
        }

    def evaluate(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return the model's numbers by variable."""
        return self._compared(self._modelled(self._columns(values)), values)

    def derivatives(
        self, values: Mapping[str, float], names: Sequence[str]
    ) -> tuple[dict[str, Floats], dict[str, Floats]] | None:
        """Return the model's numbers and how they change with the named values."""
        if any(part.measured_axis for part in self._parts.values()):
            return None
        columns = self._columns(values)
        with np.errstate(all="ignore"):
            moves = {each: self._formula.derive(values, names, each) for each in columns}
        rows = self._formula.violations(values, names)[1]
        changes = {}
        for name, part in self._parts.items():
            change = np.nan_to_num(self._changes(name, part, columns, moves))[part.mask]
            changes[name] = np.concatenate([change, self._stretch[name] * rows])
        return self._compared(self._modelled(columns), values), changes

    def implied(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return what follows from fitted values, in the names of parameters.

        Values that the model uses in another form than the fit sets them (fractions that are
        projected to add up to one), and capacities that a fit does not set itself.
        """
        return self._formula.implied(values)

    def channels(self, values: Mapping[str, float]) -> dict[str, Floats]:
        """Return data and model over the measured capacity, NaN at points not compared."""
        data, model = (
            {name: np.where(part.mask, side[name], np.nan) for name, part in self._parts.items()}
            for side in (self._measured, self._modelled(self._columns(values)))
        )
        return side_by_side(self._axis, self._curve.capacity, data, model)

    def plots(self, values: Mapping[str, float]) -> list[Plot]:
        """Return a plot for each variable: voltage and dU/dQ over capacity, dQ/dU over voltage."""
        columns = self._columns(values)
        model = self._modelled(columns)
        unseen: tuple[str, ...] = _MEASURED
        if VOLTAGE in self._parts:  # the same curves
            unseen = (*unseen, "capacity")
        return [
            self._plot(part, self._measured[name], model[name], columns, name)
            for name, part in self._parts.items()
            if part.kind not in unseen
        ]

    def _plot(
        self, part: Variable, data: Floats, model: Floats, columns: _Columns, title: str
    ) -> Plot:
        axis, places = self._axis, (self._curve.capacity, self._curve.capacity)
        if part.kind == "capacity":
            title, places = VOLTAGE, (data, model)
            data = model = self._curve.voltage
        elif part.kind == "capacity slope":
            modelled = self._curve.voltage if part.measured_axis else columns[VOLTAGE]
            axis, places = VOLTAGE, (self._curve.voltage, modelled)
        traces = [
            trace(side, x[part.mask], y[part.mask])
            for side, x, y in zip(("Data", "Model"), places, (data, model), strict=True)
        ]
        return {"type": self._name, "traces": traces, "layout": layout(axis, title)}

    def _columns(self, values: Mapping[str, float]) -> _Columns:
        """Compute the columns that the variables need."""
        wanted = dict.fromkeys(part.column for part in self._parts.values())
        with np.errstate(all="ignore"):  # what a fit tries may have no answer, which is NaN
            columns = {each: self._formula.compute(values, each) for each in wanted}
        if not all(np.isfinite(column).any() for column in columns.values()):
            raise SolveError(f"{self._name}: the model gets to none of the data's points")
        return columns

    def _modelled(self, columns: _Columns) -> dict[str, Floats]:
        computed = {}
        for name, part in self._parts.items():
            numbers = self._numbers(part, columns)
            if "slope" in part.kind:
                numbers = np.clip(numbers, -self._steepest[name], self._steepest[name])
            computed[name] = numbers
        return computed

    def _compared(
        self, computed: Mapping[str, Floats], values: Mapping[str, float]
    ) -> dict[str, Floats]:
        """Return the points that are compared, and the soft conditions."""
        broken = self._formula.violations(values, ())[0]
        return {
            name: np.append(
                computed[name][part.mask], self._middle[name] + self._stretch[name] * broken
            )
            for name, part in self._parts.items()
        }

    def _numbers(self, part: Variable, columns: _Columns) -> Floats:
        if part.kind in _MEASURED:
            return self._curve.voltage if part.kind == "voltage axis" else self._curve.capacity
        if "slope" not in part.kind:
            return columns[part.column]
        if part.kind == "slope":
            return self._windows.slopes(self._curve.capacity, columns[VOLTAGE])
        slopes = self._windows.slopes(columns[VOLTAGE], self._curve.capacity)
        return self._at_measured(columns[VOLTAGE], slopes) if part.measured_axis else slopes

    def _at_measured(self, voltage: Floats, slopes: Floats) -> Floats:
        """Look slopes over the model's voltages up at the measured ones."""
        known = np.isfinite(voltage) & np.isfinite(slopes)
        order = np.argsort(voltage[known])
        if not order.size:
            return np.full(slopes.shape, np.nan)
        known_voltage, known_slopes = voltage[known][order], slopes[known][order]
        outside = {"left": np.nan, "right": np.nan}
        return np.interp(self._curve.voltage, known_voltage, known_slopes, **outside)

    def _changes(self, name: str, part: Variable, columns: _Columns, moves: _Columns) -> Floats:
        if part.kind in _MEASURED:
            return np.zeros(moves[VOLTAGE].shape)
        if "slope" not in part.kind:
            return moves[part.column]
        sides = (self._curve.capacity, columns[VOLTAGE])
        across = part.kind == "capacity slope"
        sides = sides[::-1] if across else sides
        changed = self._windows.slopes_changing(*sides, moves[VOLTAGE], of_across=across)
        gentle = np.abs(self._windows.slopes(*sides)) < self._steepest[name]
        return np.where(gentle[:, None], changed, 0.0)
