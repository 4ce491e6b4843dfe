"""A cell driven by a current that is a given function of time.

Following a profile of thousands of kinks through an unknown current costs four times what it
costs when the current is no unknown. So this is compiled once per cell as well, when the first
profile of a current comes, and takes over the cell's state for such steps and hands it back.

Charge and energy are not among the unknowns here but summed up afterwards, by quadrature over
the solver's own steps: an energy that the solver had to watch would depend on all of the state.
Only what may end a step is: the net charge, and the net energy if an end asks for it. The state of
a circuit is cheap to follow and drifts with nothing to hold it, so that it is followed carefully.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ionworks_engine.battery.compiled import (
    AMPLITUDE,
    BEGUN,
    FREQUENCY,
    ROOT_FOUND,
    SETPOINT,
    CompiledModel,
    stretches,
    temperature,
    varying_signal,
)
from ionworks_engine.battery.quadrature import positive_integral
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.battery.solver import step_solver
from ionworks_engine.battery.stepmodel import StepModel
from ionworks_engine.battery.terms import (
    COLUMNS,
    COUNTERS,
    CURRENT,
    VOLTAGE,
    Floats,
    Instruction,
    Limit,
)
from ionworks_engine.battery.trajectory import Path, Segment, State

_CURRENT = "Current function [A]"
_COARSE = 1.0
_PARTS_OF_QUARTER = 8
_CHARGE, _ENERGY = "net charge [A.h]", "net energy [W.h]"


class DrivenModel(CompiledModel):
    """A cell whose current follows a signal.

    Parameters
    ----------
    whole
        The step model of the same cell, whose state this takes over and hands back.
    """

    def __init__(self, whole: StepModel) -> None:
        self._whole = whole
        self._needs_energy = any(watch == "Energy" for watch, _ in whole.limits)
        super().__init__(whole._cell, whole._free, frozenset(watch for watch, _ in whole.limits))

    def _build(self) -> None:
        super()._build()
        self._solvers: dict[bool, Any] = {}
        self._solver(careful=False)
        self._shared = self._pairs()

    def _under_control(self, parameters: Any) -> Any:
        parameters[_CURRENT] = varying_signal()
        return self._cell.model.new_copy()

    def _measure(self, model: Any) -> dict[str, Any]:
        voltage, current = model.variables["Voltage [V]"], model.variables["Current [A]"]
        rates = {_CHARGE: current}
        if self._needs_energy:
            rates[_ENERGY] = current * voltage
        self._net: dict[str, Any] = {_ENERGY: pybamm.Scalar(0)}
        for name, rate in rates.items():
            self._net[name] = pybamm.Variable(name)
            model.rhs[self._net[name]] = rate / 3600
            model.initial_conditions[self._net[name]] = pybamm.Scalar(0)
        nothing = {name: pybamm.Scalar(0) for name in COLUMNS[COUNTERS]}
        measured = {"Voltage [V]": voltage, "Current [A]": current, **nothing}
        return {**measured, "Temperature [degC]": temperature(model.variables)}

    def _counted(self) -> tuple[Any, Any]:
        return self._net[_CHARGE], self._net[_ENERGY]

    def _own_inputs(self) -> list[str]:
        return []

    def _solver(self, *, careful: bool) -> Any:
        if careful not in self._solvers:
            solver = step_solver(
                self._model,
                self._inputs,
                self._cell.number(self._cell.capacity_name, {}),
                driven=True,
                careful=careful or self._cell.is_circuit,
            )
            self._solvers[careful] = solver._setup
        return self._solvers[careful]

    # -- taking over and handing back ------------------------------------------

    def _pairs(self) -> list[tuple[slice, slice]]:
        """Return where the unknowns that both models have stand here, and there."""
        pairs: list[tuple[slice, slice]] = []
        for name in dict.fromkeys(variable.name for variable in self._model.y_slices):
            there = self._whole.places_of(name)
            pairs += zip(self.places_of(name), there, strict=True) if there else []
        return pairs

    def _taken(self, state: State, counters: Floats) -> State:
        unknowns = np.zeros(self._model.len_rhs_and_alg)
        for here, there in self._shared:
            unknowns[here] = state.unknowns[there]
        out, back, energy_out, energy_back = counters
        for name, net in ((_CHARGE, out - back), (_ENERGY, energy_out - energy_back)):
            for place in self.places_of(name):
                unknowns[place] = net
        return State(state.time, unknowns)

    # -- running -------------------------------------------------------------

    def advance(self, state: State, inputs: Floats, instruction: Instruction) -> Path:
        """Carry out an instruction that holds a varying current.

        Parameters
        ----------
        state
            A state of the step model.
        inputs
            As returned by its :meth:`StepModel.begin`.
        instruction
            What to hold, and until when.
        """
        counters = state.unknowns[self._whole.counters] if instruction.elapsed > 0 else np.zeros(4)
        armed = self.ordered(self._translated(inputs), instruction)
        start = self._taken(state, counters)
        path = Path([])
        for stops, followed in stretches(instruction, state.time):
            told = self.written(armed, followed)
            segment = self._integrate(
                start, told, stops, counters, state, careful=instruction.careful
            )
            if segment.failure:
                again = self._integrate(start, told, stops, counters, state, careful=True)
                segment = again if again.times[-1] >= segment.times[-1] else segment
            path.append(segment)
            if segment.failure or segment.fired:
                break
            start, counters = segment.own_end, segment.counted
            if not instruction.careful:
                segment.forget(instruction.extra)
        return path

    def crossings(self, inputs: Floats, start: float, end: float) -> Floats | None:
        """Return when the sine that these inputs hold is zero between two times, if they do one."""
        offset, amplitude, frequency, begun = (
            float(inputs[self._names[name]][0]) for name in (SETPOINT, AMPLITUDE, FREQUENCY, BEGUN)
        )
        if amplitude == 0:
            return None
        if abs(offset) > abs(amplitude):
            return np.empty(0)
        rising = math.asin(-offset / amplitude) / (2 * math.pi)
        first, last = (math.floor((time - begun) * frequency) for time in (start, end))
        turns = np.arange(first - 1, last + 2)
        times = begun + np.concatenate([turns + rising, turns + 0.5 - rising]) / frequency
        return np.asarray(times[(times > start) & (times < end)])

    def _translated(self, inputs: Floats) -> Floats:
        """Return inputs of the step model in the order that they have here."""
        values = {name: inputs[self._whole._names[name]] for name in self._free_names()}
        return self.written(np.ones(self._width), values)

    def _free_names(self) -> list[str]:
        return sorted(self._free & self._names.keys() & self._whole._names.keys())

    def _integrate(
        self,
        start: State,
        inputs: Floats,
        stops: Floats,
        counters: Floats,
        before: State,
        *,
        careful: bool,
    ) -> _DrivenSegment:
        solver = self._solver(careful=careful)
        raw = self._call(solver, start, inputs, stops)
        if isinstance(raw, str):
            alone = start.unknowns[None, :]
            return _DrivenSegment(self, before, counters, inputs, stops[:1], alone, failure=raw)
        times = np.asarray(raw.t, dtype=float)
        unknowns = np.asarray(raw.y, dtype=float).reshape(times.size, -1)
        slopes = np.asarray(raw.yp, dtype=float).reshape(unknowns.shape) if raw.yp.size else None
        failure: str | None = None
        fired: Limit | None = None
        if raw.flag < 0:
            failure = pybamm.solvers.idaklu_solver.idaklu.sundials_error_message(raw.flag)
        elif raw.flag == ROOT_FOUND:
            fired = self.fired_at(solver, times[-1], unknowns[-1], inputs)
        return _DrivenSegment(
            self,
            before,
            counters,
            inputs,
            times,
            unknowns,
            slopes,
            fired=fired,
            failure=failure,
            kinks=stops[1:-1],
        )

    def handed_back(self, unknowns: Floats, before: State, row: Floats) -> Floats:
        """Return the unknowns of the step model, given a state and the columns read from it."""
        whole = before.unknowns.copy()
        for here, there in self._shared:
            whole[there] = unknowns[here]
        whole[self._whole.counters] = row[COUNTERS]
        return whole


class _DrivenSegment(Segment):
    """A segment of a driven model, whose counters are summed up from what flowed."""

    def __init__(
        self,
        model: DrivenModel,
        before: State,
        counters: Floats,
        inputs: Floats,
        times: Floats,
        unknowns: Floats,
        slopes: Floats | None = None,
        **marks: Any,
    ) -> None:
        super().__init__(model.reader, inputs, times, unknowns, slopes, **marks)
        self._model = model
        self._before = before
        self._first = counters
        self._sums = self._summed()

    @property
    def own_end(self) -> State:
        """The state it ended in, as the driven model has it."""
        return super().end

    @property
    def counted(self) -> Floats:
        """Charge and energy counters at the end."""
        return np.asarray(self._sums[-1])

    @property
    def end(self) -> State:
        """The state it ended in, as the step model has it."""
        row = self.read(self.times[-1:], ())[0]
        unknowns = self._model.handed_back(self.own_end.unknowns, self._before, row)
        return State(float(self.times[-1]), unknowns)

    def _like(self, times: Floats, unknowns: Floats, slopes: Floats | None) -> Segment:
        return _DrivenSegment(
            self._model,
            self._before,
            self._first,
            self._inputs,
            times,
            unknowns,
            slopes,
            kinks=self.kinks,
        )

    def _summed(self) -> Floats:
        """Return the counters at the nodes, and keep the columns there."""
        nodes = _thinned(self.times, self.kinks)
        crossings = self._model.crossings(self._inputs, nodes[0], nodes[-1])
        self._nodes = nodes if crossings is None else _divided(np.union1d(nodes, crossings))
        self._rows = super().read(self._nodes, ())
        middles = 0.5 * (self._nodes[1:] + self._nodes[:-1])
        between = super().read(middles, ()) if middles.size else self._rows[:0]
        flowed = _flowed(self._rows[:-1], between, self._rows[1:], np.diff(self._nodes))
        self._rows[:, COUNTERS] = np.cumsum(np.vstack([self._first, flowed]), axis=0)
        return self._rows[:, COUNTERS]

    def read(self, times: Floats, extra: tuple[str, ...]) -> Floats:
        """Return the output columns at these times, one row a time."""
        left = np.searchsorted(self._nodes, times, side="right") - 1
        left = np.clip(left, 0, self._nodes.size - 1)
        known = self._rows[left]
        later = times != self._nodes[left]
        rows = np.hstack([known, np.zeros((times.size, len(extra)))])
        if extra:
            rows = super().read(times, extra)
        elif later.any():
            rows[later] = super().read(times[later], ())
        rows[:, COUNTERS] = known[:, COUNTERS]
        if later.any():
            begun, now = self._nodes[left[later]], times[later]
            middle = super().read(0.5 * (begun + now), ())
            rows[later, COUNTERS] += _flowed(known[later], middle, rows[later], now - begun)
        return rows


def _divided(times: Floats) -> Floats:
    """Divide each interval, so that Simpson's rule follows a quarter of a sine."""
    shares = np.arange(_PARTS_OF_QUARTER) / _PARTS_OF_QUARTER
    between = times[:-1, None] + np.diff(times)[:, None] * shares[None, :]
    return np.append(between.ravel(), times[-1])


def _thinned(times: Floats, kinks: Floats) -> Floats:
    """Return kinks and ends, and between those the solver's times that are not too close.

    The solver begins with tiny steps after each kink, which sums do not need.
    """
    kept = [float(times[0])]
    fixed = {*kinks.tolist(), float(times[-1])}
    for time in times[1:].tolist():
        if time in fixed or time - kept[-1] >= _COARSE:
            kept.append(time)
    return np.array(kept)


def _flowed(first: Floats, middle: Floats, last: Floats, widths: Floats) -> Floats:
    """Return what flowed out and back, as charge in A.h and as energy in W.h."""
    parts = []
    for power in (False, True):
        f, m, g = (
            rows[:, CURRENT] * (rows[:, VOLTAGE] if power else 1.0)
            for rows in (first, middle, last)
        )
        parts += [positive_integral(f, m, g, widths), positive_integral(-f, -m, -g, widths)]
    return np.stack(parts, axis=1) / 3600


def driven_by(whole: StepModel) -> DrivenModel:
    """Return the driven model of the same cell, compiling it only once."""
    if whole.companion is None:
        whole.companion = DrivenModel(whole)
    companion: DrivenModel = whole.companion
    return companion
