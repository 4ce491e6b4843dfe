"""One compiled model that can run any step of any protocol.

The current is an unknown; which law fixes it (current, voltage, power, resistance) is chosen by
an input, as is its setpoint. Two traps are handled here. Two equal thresholds on a held
quantity would end a step at its start, so the interpreter switches those off. A setpoint too
far from the present state is approached in small steps when going there at once fails.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ionworks_engine.battery.cells import Cell
from ionworks_engine.battery.compiled import (
    CACHE_SIZE,
    ROOT_FOUND,
    SETPOINT,
    CompiledModel,
    stretches,
    temperature,
    varying_signal,
)
from ionworks_engine.battery.impedance import Spectrum, spectrum
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.battery.solver import step_solver
from ionworks_engine.battery.terms import (
    COLUMNS,
    COUNTERS,
    CURRENT,
    LAWS,
    VOLTAGE,
    Floats,
    Instruction,
    Law,
    Watch,
)
from ionworks_engine.battery.trajectory import Path, Segment, State

_LAW = "step law"
_CURRENT = "Current variable [A]"
_VOLTAGE = "step voltage [V]"
_VARYING: tuple[Law, ...] = ("voltage", "power")
_FREE_CURRENTS = [LAWS.index(law) + 1 for law in ("voltage", "resistance")]
_OBEYED = 1e-3
_RAMP_STEPS, _RAMP_TIME, _AT_ONCE = 30, 1e-5, 1e-3


class StepModel(CompiledModel):
    """A cell whose current is whatever the law in force makes it."""

    companion: Any = None
    """The driven model of the same cell, once one was needed."""

    def _build(self) -> None:
        super()._build()
        self._solvers: dict[tuple[int, bool], Any] = {}
        self._solver(1)
        self.counters = [self._place_of(name) for name in COLUMNS[COUNTERS]]

    def _under_control(self, parameters: Any) -> Any:
        """Make the current an unknown that the law in force fixes, and the voltage one as well.

        With the voltage as an unknown of its own, only its own equation depends on the whole
        state, and the Jacobian of everything else stays sparse. Being measured from the middle
        of its range, it is held to a fraction of the tolerance that a full voltage would be.
        """
        limits = ("Lower voltage cut-off [V]", "Upper voltage cut-off [V]")
        middle = sum(pybamm.Parameter(name) for name in limits) / 2
        offset = pybamm.Variable(_VOLTAGE)
        voltage = middle + offset
        step = pybamm.step.CustomStepImplicit(lambda known: _control_law(known, voltage))
        model, _ = step.set_up(self._cell.model.new_copy(), parameters)
        model.algebraic[offset] = voltage - model.variables["Voltage [V]"]
        model.initial_conditions[offset] = pybamm.Scalar(0)
        self._voltage = voltage
        return model

    def _measure(self, model: Any) -> dict[str, Any]:
        voltage, current = self._voltage, model.variables["Current [A]"]
        discharging, charging = pybamm.maximum(current, 0), pybamm.maximum(-current, 0)
        rates = (discharging, charging, discharging * voltage, charging * voltage)
        measured = {"Voltage [V]": voltage, "Current [A]": current}
        for name, rate in zip(COLUMNS[COUNTERS], rates, strict=True):
            counter = pybamm.Variable(f"step {name}")
            model.rhs[counter] = rate / 3600
            model.initial_conditions[counter] = pybamm.Scalar(0)
            measured[name] = counter
        measured["Temperature [degC]"] = temperature(model.variables)
        return measured

    def _counted(self) -> tuple[Any, Any]:
        out, back, energy_out, energy_back = (self._measured[name] for name in COLUMNS[COUNTERS])
        return out - back, energy_out - energy_back

    def _own_inputs(self) -> list[str]:
        return [_LAW]

    def _place_of(self, column: str) -> int:
        (place,) = self._model.y_slices[self._measured[column]]
        return int(place.start)

    # -- running -------------------------------------------------------------

    def begin(self, values: Mapping[str, float]) -> tuple[State, Floats]:
        """Return the initial state at these parameter values, and the inputs that hold them.

        Parameters
        ----------
        values
            A number for every free parameter.
        """
        inputs = self.filled(values)
        nothing = np.zeros(self._model.len_rhs_and_alg)
        start = self._model.initial_conditions_eval(0.0, nothing, inputs)
        return State(0.0, np.asarray(start, dtype=float).ravel()), inputs

    def advance(self, state: State, inputs: Floats, instruction: Instruction) -> Path:
        """Carry out an instruction from a state until a limit is met or the horizon is reached.

        The counters of charge and energy start from zero where a step begins.

        Parameters
        ----------
        state
            Where the last step ended; algebraic unknowns need not be consistent.
        inputs
            As returned by :meth:`begin`.
        instruction
            What to hold, and until when.

        Returns
        -------
        Path
            The trajectory. Its ``failure`` holds the solver's words if it broke off.
        """
        start = state if instruction.elapsed > 0 else self._reset(state, state.time)
        armed = self.ordered(inputs, instruction)
        if isinstance(instruction.signal, float | int):
            return Path([self._held(start, armed, instruction)])
        law = len(LAWS) + 1 + _VARYING.index(instruction.law)
        path = Path([])
        for stops, followed in stretches(instruction, state.time):
            told = self.written(armed, {_LAW: law, **followed})
            segment = self._integrate(start, told, stops, careful=instruction.careful)
            if segment.failure:
                segment = self._integrate(start, told, stops, careful=True)
            path.append(segment)
            if segment.failure or segment.fired:
                break
            start = segment.end
            if not instruction.careful:
                segment.forget(instruction.extra)
        return path

    def _held(self, start: State, armed: Floats, instruction: Instruction) -> Segment:
        law = LAWS.index(instruction.law) + 1
        told = self.written(armed, {_LAW: law, SETPOINT: instruction.signal})
        stops = start.time + np.array([0.0, instruction.horizon])
        segment = self._integrate(start, told, stops, careful=instruction.careful)
        if not segment.failure:
            return segment
        if segment.duration < _AT_ONCE:
            return self._approach(start, told, instruction) or segment
        again = self._integrate(start, told, stops, careful=True)
        return again if not again.failure or again.duration > segment.duration else segment

    def _solver(self, law: int, *, careful: bool = False) -> Any:
        """Return the solver for steps of a law.

        Each law has its own: the sparse factorisation keeps the pivots of the first matrix it
        saw, and those of one law are zeros in another's. Circuits are followed carefully where
        the current is free to fall: at the kinks of their tables large steps miss some of it.
        """
        if (law, careful) not in self._solvers:
            bent = self._cell.is_circuit and law in _FREE_CURRENTS
            solver = step_solver(
                self._model,
                self._inputs,
                self._cell.number(self._cell.capacity_name, {}),
                varying=law > len(LAWS),
                careful=careful or bent,
            )
            self._solvers[law, careful] = solver._setup
        return self._solvers[law, careful]

    def rest(self, state: State, inputs: Floats) -> Segment:
        """Let the cell stand for an instant without current, so that it is in a state at rest."""
        nothing = Instruction("current", 0.0, {}, _RAMP_TIME, 0.0, 1.0)
        told = self.written(self.ordered(inputs, nothing), {_LAW: 1, SETPOINT: 0.0})
        return self._integrate(state, told, state.time + np.array([0.0, _RAMP_TIME]))

    def impedance(
        self, state: State, inputs: Floats, frequencies: Floats
    ) -> tuple[Segment, Spectrum | None]:
        """Return the cell at rest in this state, and its impedance there.

        Parameters
        ----------
        state, inputs
            As :meth:`advance` takes them.
        frequencies
            In Hz.
        """
        resting = self.rest(self._reset(state, state.time), inputs)
        if resting.failure:
            return resting, None
        instant = resting.until(state.time)
        told = self.written(inputs, {_LAW: 1, SETPOINT: 0.0})
        jacobian = self._model.jac_rhs_algebraic_eval(state.time, instant.end.unknowns, told)
        mass = self._model.mass_matrix.entries
        voltage, current = self._changes(_VOLTAGE, VOLTAGE), self._changes(_CURRENT, CURRENT)
        return instant, spectrum(mass, jacobian.sparse(), voltage, current, frequencies)

    def _changes(self, name: str, column: int) -> Floats:
        """Return how an output column changes with the unknown that alone makes it."""
        (place,) = self.places_of(name)
        reader, steps = self.reader(()), np.zeros((2, self._model.len_rhs_and_alg))
        steps[1, place] = 1.0
        rows = reader(np.zeros(2), steps[:, reader.needed], np.ones(self._width))
        steps[1, place] = rows[1, column] - rows[0, column]
        return np.asarray(steps[1])

    def _approach(self, start: State, told: Floats, instruction: Instruction) -> Segment | None:
        """Walk to a distant setpoint in small steps from rest, then run the step from there."""
        resting = self.rest(start, told)
        if resting.failure:
            return None
        voltage = float(resting.read(resting.times[-1:], ())[0, VOLTAGE])
        first: Mapping[Law, float] = {
            "current": 0.0,
            "voltage": voltage,
            "power": 0.0,
            "resistance": 1e3 * abs(float(instruction.signal)),  # type: ignore[arg-type]
        }
        state = resting.end
        law = instruction.law
        relaxed = self.ordered(told, replace(instruction, limits={}))
        for setpoint in np.linspace(first[law], instruction.signal, _RAMP_STEPS + 1)[1:]:  # type: ignore[arg-type]
            here = self.written(relaxed, {SETPOINT: setpoint})
            piece = self._integrate(state, here, state.time + np.array([0.0, _RAMP_TIME]))
            if piece.failure:
                return None
            state = piece.end
        stops = start.time + np.array([0.0, instruction.horizon])
        return self._integrate(self._as_counted(state, start), told, stops)

    def _reset(self, state: State, time: float) -> State:
        """Set the counters of charge and energy to zero."""
        unknowns = state.unknowns.copy()
        unknowns[self.counters] = 0.0
        return State(time, unknowns)

    def _as_counted(self, state: State, start: State) -> State:
        """Return a state at the time and with the counters of another."""
        unknowns = state.unknowns.copy()
        unknowns[self.counters] = start.unknowns[self.counters]
        return State(start.time, unknowns)

    def _integrate(
        self, state: State, inputs: Floats, stops: Floats, *, careful: bool = False
    ) -> Segment:
        law = int(inputs[self._names[_LAW]][0])
        solver = self._solver(law, careful=careful)
        raw = self._call(solver, state, inputs, stops)
        if isinstance(raw, str):
            alone = state.unknowns[None, :]
            return Segment(self.reader, inputs, stops[:1], alone, None, failure=raw)
        times = np.asarray(raw.t, dtype=float)
        unknowns = np.asarray(raw.y, dtype=float).reshape(times.size, -1)
        slopes = np.asarray(raw.yp, dtype=float).reshape(unknowns.shape) if raw.yp.size else None
        failure, fired = None, None
        if raw.flag < 0:
            failure = pybamm.solvers.idaklu_solver.idaklu.sundials_error_message(raw.flag)
        elif not self._obeys(times[0], unknowns[0], inputs):
            failure = "the solver found no state that obeys the step's control law"
            times, unknowns, slopes = times[:1], unknowns[:1], None
        elif raw.flag == ROOT_FOUND:
            fired = self.fired_at(solver, times[-1], unknowns[-1], inputs)
        kinks = stops[1:-1] if stops.size > 2 else stops[:0]
        return Segment(
            self.reader, inputs, times, unknowns, slopes, fired=fired, failure=failure, kinks=kinks
        )

    def _obeys(self, time: float, unknowns: Floats, inputs: Floats) -> bool:
        """Whether a step began in a state that holds what it should."""
        reader = self.reader(())
        row = reader(np.array([time]), unknowns[None, reader.needed], inputs)[0]
        voltage, current = row[VOLTAGE], row[CURRENT]
        law = (*LAWS, *_VARYING)[int(inputs[self._names[_LAW]][0]) - 1]
        wanted = self.told(inputs, time)
        if law == "resistance":
            return bool(abs(voltage - wanted * current) <= _OBEYED * abs(voltage))
        held = {"current": current, "voltage": voltage, "power": voltage * current}[law]
        return bool(abs(held - wanted) <= _OBEYED * (abs(wanted) + _OBEYED))


_compiled_models: OrderedDict[tuple[str, frozenset[str], frozenset[Watch]], StepModel] = (
    OrderedDict()
)


def compiled(cell: Cell, free: frozenset[str], watched: frozenset[Watch]) -> StepModel:
    """Return the step model of a cell, compiling it only if it is not among the last few."""
    key = (cell.key, free, watched)
    if key not in _compiled_models:
        _compiled_models[key] = StepModel(cell, free, watched)
        while len(_compiled_models) > CACHE_SIZE:
            _compiled_models.popitem(last=False)
    _compiled_models.move_to_end(key)
    return _compiled_models[key]


def _control_law(variables: Mapping[str, Any], voltage: Any) -> Any:
    """Return the residual that the current must bring to zero, by the law in force.

    The laws with a constant setpoint come first, then the same laws with one that varies.
    """
    current = variables["Current [A]"]
    setpoint, signal = pybamm.InputParameter(SETPOINT), varying_signal()
    residuals = [
        current - setpoint,
        voltage - setpoint,
        voltage * current - setpoint,
        voltage - setpoint * current,
        voltage - signal,
        voltage * current - signal,
    ]
    return pybamm.Conditional(pybamm.InputParameter(_LAW), *residuals)
