"""One compiled model that can run any step of any protocol.

The current is an unknown; which law fixes it (current, voltage, power) is chosen by an
input, as is its setpoint. Every end condition is an event that is always there, with its
threshold as an input, a billion away when it is off. The ambient temperature, the initial
state and the design parameters are inputs as well. So a new protocol, cycle or design
point compiles nothing: it is another vector of numbers for the same machine code.

With ``solver.py``, this is where PyBaMM is touched in places it does not promise to keep: the
control submodel of implicit steps, the IDAKLU solver group behind ``IDAKLUSolver``, and the
conversion of symbols to CasADi. Three traps are handled here. Only scalars may be events,
since others corrupt IDAKLU's memory. Two equal thresholds on a held quantity would end a step
at its start, so the interpreter switches those off. A setpoint too far from the present
state is approached in small steps when going there at once fails.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ionworks_engine.battery.cells import Cell
from ionworks_engine.battery.errors import BatteryError, near, refuse, words_of
from ionworks_engine.battery.quiet import casadi, pybamm
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
    Limit,
    Watch,
)
from ionworks_engine.battery.trajectory import Reader, Segment, State

OFF = 1e9
CACHE_SIZE = 16
_LAW, _SETPOINT = "step law", "step setpoint"
_SOC, _CAPACITY = "step start SOC", "usable capacity [A.h]"
_OBEYED = 1e-3
_RAMP_STEPS, _RAMP_TIME, _AT_ONCE = 30, 1e-5, 1e-3
_KELVIN = 273.15
_ROOT_FOUND = 2


class StepModel:
    """A cell compiled once for all protocols that vary the same names.

    Parameters
    ----------
    cell
        Model and parameters.
    free
        Names of the parameters that are inputs of each run.
    watched
        Quantities that may end a step.

    Raises
    ------
    BatteryError
        If PyBaMM cannot build this model, in its own words.
    """

    def __init__(self, cell: Cell, free: frozenset[str], watched: frozenset[Watch]) -> None:
        self._cell = cell
        self._free = free
        self.limits: tuple[Limit, ...] = tuple(
            (watch, side) for watch in sorted(watched) for side in ("low", "high")
        )
        try:
            self._build()
        except BatteryError:
            raise
        except Exception as error:
            raise refuse(_why_not(words_of(error), free)) from error

    # -- building ------------------------------------------------------------

    def _build(self) -> None:
        model, parameters = self._under_control()
        self._measured = self._measure(model)
        model.events = list(self._events())
        self._symbols = dict(model.variables)
        parameters.process_model(model, delayed_variable_processing=True)
        self._parameters = parameters
        self._discretisation = self._discretise(parameters)
        self._model = self._discretisation.process_model(model, delayed_variable_processing=True)
        for event in self._model.events:
            if event.expression.size_for_testing != 1:
                raise refuse(f"this model has no scalar to end steps by: {event.name}")
        self._inputs = pybamm.BaseSolver._set_up_model_inputs(
            self._model, dict.fromkeys(self._input_names(), 1.0)
        )
        self._names = {name: place for place, name in enumerate(self._inputs)}
        self._solvers: dict[tuple[Law, bool], Any] = {}
        self._solver("current")
        self._counters = [self._place_of(name) for name in COLUMNS[COUNTERS]]
        self._outputs: OrderedDict[tuple[str, ...], Reader] = OrderedDict()

    def _under_control(self) -> tuple[Any, Any]:
        """Make the current an unknown that the law in force fixes, and the voltage one as well.

        With the voltage as an unknown of its own, only its own equation depends on the whole
        state, and the Jacobian of everything else stays sparse. Being measured from the middle
        of its range, it is held to a fraction of the tolerance that a full voltage would be.
        """
        limits = ("Lower voltage cut-off [V]", "Upper voltage cut-off [V]")
        middle = sum(pybamm.Parameter(name) for name in limits) / 2
        offset = pybamm.Variable("step voltage [V]")
        voltage = middle + offset
        step = pybamm.step.CustomStepImplicit(lambda known: _control_law(known, voltage))
        parameters = self._cell.parameters.copy()
        model, parameters = step.set_up(self._cell.model.new_copy(), parameters)
        model.algebraic[offset] = voltage - model.variables["Voltage [V]"]
        model.initial_conditions[offset] = pybamm.Scalar(0)
        self._voltage = voltage
        parameters.update(dict.fromkeys(self._free, "[input]"))
        return model, parameters

    def _measure(self, model: Any) -> dict[str, Any]:
        """Return the scalars every run reports, adding the charge and energy counters."""
        voltage, current = self._voltage, model.variables["Current [A]"]
        discharging, charging = pybamm.maximum(current, 0), pybamm.maximum(-current, 0)
        rates = (discharging, charging, discharging * voltage, charging * voltage)
        measured = {"Voltage [V]": voltage, "Current [A]": current}
        for name, rate in zip(COLUMNS[COUNTERS], rates, strict=True):
            counter = pybamm.Variable(f"step {name}")
            model.rhs[counter] = rate / 3600
            model.initial_conditions[counter] = pybamm.Scalar(0)
            measured[name] = counter
        measured["Temperature [degC]"] = _temperature(model.variables)
        return measured

    def _events(self) -> Iterable[Any]:
        for watch, side in self.limits:
            threshold = pybamm.InputParameter(_limit_name((watch, side)))
            distance = self._watched(watch) - threshold
            yield pybamm.Event(
                f"{_limit_name((watch, side))} [experiment]",
                distance if side == "low" else -distance,
            )

    def _watched(self, watch: Watch) -> Any:
        voltage, current, out, back, energy_out, energy_back, temperature = (
            self._measured[name] for name in COLUMNS
        )
        if watch == "SOC":
            start, capacity = pybamm.InputParameter(_SOC), pybamm.InputParameter(_CAPACITY)
            return start - (out - back) / capacity
        return {
            "Voltage": voltage,
            "Current": abs(current),
            "Power": abs(current * voltage),
            "Capacity": abs(out - back),
            "Energy": abs(energy_out - energy_back),
            "Temperature": temperature,
        }[watch]

    def _discretise(self, parameters: Any) -> Any:
        model = self._cell.model
        geometry, submeshes = model.default_geometry, dict(model.default_submesh_types)
        if any("thickness [m]" in name or "radius [m]" in name for name in self._free):
            for domain, submesh in submeshes.items():
                if submesh is pybamm.Uniform1DSubMesh:
                    submeshes[domain] = pybamm.SymbolicUniform1DSubMesh
        parameters.process_geometry(geometry)
        points = {**model.default_var_pts, **self._cell.points}
        mesh = pybamm.Mesh(geometry, submeshes, points)
        return pybamm.Discretisation(mesh, model.default_spatial_methods)

    def _input_names(self) -> list[str]:
        limits = [_limit_name(limit) for limit in self.limits]
        return [_LAW, _SETPOINT, _SOC, _CAPACITY, *limits, *sorted(self._free)]

    def _place_of(self, column: str) -> int:
        (place,) = self._model.y_slices[self._measured[column]]
        return int(place.start)

    # -- reading -------------------------------------------------------------

    def check_variables(self, names: Sequence[str]) -> None:
        """Refuse names that are no variables of this model, or have more than one value."""
        scalars = self._cell.scalars
        for name in names:
            if name not in self._symbols:
                raise refuse(f"unknown variable {name!r} in extra_variables{near(name, scalars)}")
            if name not in scalars:
                raise refuse(
                    f"variable {name!r} in extra_variables has a value at every point of "
                    f"{' and '.join(self._symbols[name].domain)}; only scalars can be stored"
                    f"{near(name, scalars)}"
                )

    def reader(self, extra: tuple[str, ...]) -> Reader:
        """Return what computes the output columns from the unknowns."""
        if extra not in self._outputs:
            self.check_variables(extra)
            symbols = [*self._measured.values(), *(self._symbols[name] for name in extra)]
            self._outputs[extra] = self._compiled(symbols, extra)
            while len(self._outputs) > CACHE_SIZE:
                self._outputs.popitem(last=False)
        self._outputs.move_to_end(extra)
        return self._outputs[extra]

    def _compiled(self, symbols: list[Any], extra: tuple[str, ...]) -> Reader:
        time = casadi.MX.sym("t")
        unknowns = casadi.MX.sym("y", self._model.len_rhs_and_alg)
        stacked = casadi.MX.sym("p", len(self._names))
        inputs = {name: stacked[place] for name, place in self._names.items()}
        rows = []
        for name, symbol in zip((*COLUMNS, *extra), symbols, strict=True):
            ready = self._discretisation.process_symbol(self._parameters.process_symbol(symbol))
            row = ready.to_casadi(time, unknowns, inputs=inputs)
            if casadi.MX(row).numel() != 1:
                raise refuse(f"variable {name!r} is not a scalar; ask for an average instead")
            rows.append(row)
        columns = casadi.Function("columns", [time, unknowns, stacked], [casadi.vertcat(*rows)])
        return Reader.of(columns)

    # -- running -------------------------------------------------------------

    def begin(self, values: Mapping[str, float]) -> tuple[State, Floats]:
        """Return the initial state at these parameter values, and the inputs that hold them.

        Parameters
        ----------
        values
            A number for every free parameter.
        """
        inputs = np.ones(len(self._names))
        for name in self._free & self._names.keys():
            inputs[self._names[name]] = values[name]
        start = self._model.initial_conditions_eval(0.0, _zeros(self._model), inputs)
        return State(0.0, np.asarray(start, dtype=float).ravel()), inputs

    def advance(self, state: State, inputs: Floats, instruction: Instruction) -> Segment:
        """Run one step from a state until a limit is met or the horizon is reached.

        The counters of charge and energy start from zero.

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
        Segment
            The trajectory. Its ``failure`` holds the solver's words if it broke off.
        """
        start = self._reset(state, state.time)
        armed = self._instruct(inputs, instruction)
        segment = self._integrate(start, armed, instruction.horizon)
        if not segment.failure:
            return segment
        if segment.duration < _AT_ONCE:
            return self._approach(start, armed, instruction) or segment
        again = self._integrate(start, armed, instruction.horizon, careful=True)
        return again if not again.failure or again.duration > segment.duration else segment

    def _solver(self, law: Law, *, careful: bool = False) -> Any:
        """Return the solver for steps of a law.

        Each law has its own: the sparse factorisation keeps the pivots of the first matrix it
        saw, and those of one law are zeros in another's.
        """
        if (law, careful) not in self._solvers:
            solver = step_solver(self._model, self._inputs, careful=careful)
            self._solvers[law, careful] = solver._setup
        return self._solvers[law, careful]

    def _instruct(self, inputs: Floats, instruction: Instruction) -> Floats:
        numbers = {
            _LAW: LAWS.index(instruction.law) + 1,
            _SETPOINT: instruction.setpoint,
            _SOC: instruction.soc,
            _CAPACITY: instruction.capacity,
        }
        for limit in self.limits:
            off = -OFF if limit[1] == "low" else OFF
            numbers[_limit_name(limit)] = instruction.limits.get(limit, off)
        armed = inputs.copy()
        for name, number in numbers.items():
            if name in self._names:
                armed[self._names[name]] = number
        return armed

    def _approach(self, start: State, armed: Floats, instruction: Instruction) -> Segment | None:
        """Walk to a distant setpoint in small steps from rest, then run the step from there."""
        relaxed = self._instruct(armed, Instruction("current", 0.0, {}, 0.0, 0.0, 1.0))
        resting = self._integrate(start, relaxed, _RAMP_TIME)
        if resting.failure:
            return None
        voltage = float(resting.read(resting.times[-1:], ())[0, 0])
        first = {"current": 0.0, "voltage": voltage, "power": 0.0}[instruction.law]
        state = resting.end
        relaxed[self._names[_LAW]] = LAWS.index(instruction.law) + 1
        for setpoint in np.linspace(first, instruction.setpoint, _RAMP_STEPS + 1)[1:]:
            relaxed[self._names[_SETPOINT]] = setpoint
            piece = self._integrate(state, relaxed, _RAMP_TIME)
            if piece.failure:
                return None
            state = piece.end
        return self._integrate(self._reset(state, start.time), armed, instruction.horizon)

    def _reset(self, state: State, time: float) -> State:
        """Set the counters of charge and energy to zero."""
        unknowns = state.unknowns.copy()
        unknowns[self._counters] = 0.0
        return State(time, unknowns)

    def _integrate(
        self, state: State, inputs: Floats, horizon: float, *, careful: bool = False
    ) -> Segment:
        slopes = np.zeros_like(state.unknowns)
        rates = self._model.rhs_eval(state.time, state.unknowns, inputs)
        slopes[: self._model.len_rhs] = np.asarray(rates).ravel()
        window = np.array([state.time, state.time + horizon])
        solver = self._solver(LAWS[int(inputs[self._names[_LAW]]) - 1], careful=careful)
        try:
            (raw,) = solver["solver"].solve(
                window,
                window[:0],
                state.unknowns[None, :],
                slopes[None, :],
                inputs[None, :],
                logger=None,
                pbar=np.empty((0, 0)),
            )
        except (ValueError, RuntimeError) as error:
            failure = " ".join(str(error).split())
            return Segment(
                self.reader, inputs, window[:1], state.unknowns[None, :], None, None, failure
            )
        return self._segment(raw, inputs, solver)

    def _segment(self, raw: Any, inputs: Floats, solver: Any) -> Segment:
        times = np.asarray(raw.t, dtype=float)
        unknowns = np.asarray(raw.y, dtype=float).reshape(times.size, -1)
        slopes = np.asarray(raw.yp, dtype=float).reshape(unknowns.shape) if raw.yp.size else None
        failure, fired = None, None
        if raw.flag < 0:
            failure = pybamm.solvers.idaklu_solver.idaklu.sundials_error_message(raw.flag)
        elif not self._obeys(times[0], unknowns[0], inputs):
            failure = "the solver found no state that obeys the step's control law"
            times, unknowns, slopes = times[:1], unknowns[:1], None
        elif raw.flag == _ROOT_FOUND:
            distances = solver["rootfn_casadi"](times[-1], unknowns[-1], inputs)
            fired = self.limits[int(np.argmin(np.asarray(distances).ravel()))]
        return Segment(self.reader, inputs, times, unknowns, slopes, fired, failure)

    def _obeys(self, time: float, unknowns: Floats, inputs: Floats) -> bool:
        """Whether a step began in a state that holds what it should."""
        reader = self.reader(())
        row = reader(np.array([time]), unknowns[None, reader.needed], inputs)[0]
        voltage, current = row[VOLTAGE], row[CURRENT]
        held = (current, voltage, voltage * current)[int(inputs[self._names[_LAW]]) - 1]
        setpoint = inputs[self._names[_SETPOINT]]
        return bool(abs(held - setpoint) <= _OBEYED * (abs(setpoint) + _OBEYED))


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
    """Return the residual that the current must bring to zero, by the law in force."""
    current = variables["Current [A]"]
    setpoint = pybamm.InputParameter(_SETPOINT)
    held: dict[Law, Any] = {"current": current, "voltage": voltage, "power": voltage * current}
    residuals = [held[law] - setpoint for law in LAWS]
    return pybamm.Conditional(pybamm.InputParameter(_LAW), *residuals)


def _temperature(variables: Mapping[str, Any]) -> Any:
    if "Volume-averaged cell temperature [K]" in variables:
        return variables["Volume-averaged cell temperature [K]"] - _KELVIN
    if "Cell temperature [degC]" in variables:
        return variables["Cell temperature [degC]"]
    return pybamm.Parameter("Ambient temperature [K]") - _KELVIN


def _why_not(words: str, free: frozenset[str]) -> str:
    if words.startswith("the parameters lack"):
        return words
    return f"the model cannot be built with inputs {', '.join(sorted(free))}: {words}"


def _limit_name(limit: Limit) -> str:
    return f"{limit[0]} {limit[1]} end"


def _zeros(model: Any) -> Floats:
    return np.zeros(model.len_rhs_and_alg)
