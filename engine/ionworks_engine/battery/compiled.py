"""A cell compiled once, with its control and the ends of steps as inputs.

Every end condition is an event that is always there, with its threshold as an input, a
billion away when it is off. The ambient temperature, the initial state and the design
parameters are inputs as well. So a new protocol, cycle or design point compiles nothing: it
is another vector of numbers for the same machine code. How the current comes about is left
to two kinds of it:

    StepModel     the current is an unknown, fixed by the law in force   (any step)
    DrivenModel   the current is a given function of time                (profiles of a current)

With ``solver.py``, this is where PyBaMM is touched in places it does not promise to keep: the
IDAKLU solver group behind ``IDAKLUSolver``, and the conversion of symbols to CasADi. Only
scalars may be events, since others corrupt IDAKLU's memory.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ionworks_engine.battery.cells import Cell
from ionworks_engine.battery.errors import BatteryError, refuse, words_of
from ionworks_engine.battery.quiet import casadi, pybamm
from ionworks_engine.battery.signals import MOST_KINKS, TABLE, Piece, TooManyKinksError
from ionworks_engine.battery.terms import (
    COLUMNS,
    MODEL_VARIABLE,
    Floats,
    Instruction,
    Limit,
    Watch,
)
from ionworks_engine.battery.trajectory import Reader, State

OFF = 1e9
CACHE_SIZE = 16
ROOT_FOUND = 2
SETPOINT = "step setpoint"
STARTS, WIDTHS, SLOPES = "course start [s]", "course width [s]", "course slope"
AMPLITUDE, FREQUENCY, BEGUN = "sine amplitude", "sine frequency [Hz]", "step begun [s]"
SOC, CAPACITY = "step start SOC", "usable capacity [A.h]"
_TABLES = (STARTS, WIDTHS, SLOPES)
_NEVER = 1e15
_KELVIN = 273.15


class CompiledModel(ABC):
    """A cell compiled for all protocols that vary the same names.

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
        self.seconds = 0.0
        """Time spent in the solver since this was compiled [s]."""
        try:
            self._build()
        except BatteryError:
            raise
        except Exception as error:
            raise refuse(_why_not(words_of(error), free)) from error

    # -- building ------------------------------------------------------------

    @abstractmethod
    def _under_control(self, parameters: Any) -> Any:
        """Return the model with its current under control, changing the parameters for it."""

    @abstractmethod
    def _measure(self, model: Any) -> dict[str, Any]:
        """Return the scalars every run reports, adding the counters of charge and energy."""

    @abstractmethod
    def _counted(self) -> tuple[Any, Any]:
        """Return the net charge in A.h and energy in W.h since the step began."""

    @abstractmethod
    def _own_inputs(self) -> list[str]:
        """Name the inputs that this control has besides the signal's."""

    def _build(self) -> None:
        parameters = self._cell.parameters.copy()
        model = self._under_control(parameters)
        parameters.update(dict.fromkeys(self._free, "[input]"))
        self._measured = self._measure(model)
        self._symbols = dict(model.variables)
        model.events = list(self._events())
        parameters.process_model(model, delayed_variable_processing=True)
        self._parameters = parameters
        self._discretisation = self._discretise(parameters)
        self._model = self._discretisation.process_model(model, delayed_variable_processing=True)
        for event in self._model.events:
            if event.expression.size_for_testing != 1:
                raise refuse(f"this model has no scalar to end steps by: {event.name}")
        self._inputs = self._lay_out_inputs()
        self._outputs: OrderedDict[tuple[str, ...], Reader] = OrderedDict()

    def _lay_out_inputs(self) -> Any:
        limits = [_limit_name(limit) for limit in self.limits]
        scalars = [SETPOINT, AMPLITUDE, FREQUENCY, BEGUN, SOC, CAPACITY, *self._own_inputs()]
        values: dict[str, Any] = dict.fromkeys([*scalars, *limits, *sorted(self._free)], 1.0)
        values.update({name: np.ones((TABLE, 1)) for name in _TABLES})
        inputs = pybamm.BaseSolver._set_up_model_inputs(self._model, values)
        ends = np.cumsum([np.size(value) for value in inputs.values()]).tolist()
        self._names = {
            name: slice(end - np.size(value), end)
            for (name, value), end in zip(inputs.items(), ends, strict=True)
        }
        self._width = ends[-1]
        return inputs

    def _events(self) -> Iterable[Any]:
        for watch, side in self.limits:
            threshold = pybamm.InputParameter(_limit_name((watch, side)))
            distance = self._watched(watch) - threshold
            yield pybamm.Event(
                f"{_limit_name((watch, side))} [experiment]",
                distance if side == "low" else -distance,
            )

    def _watched(self, watch: Watch) -> Any:
        if watch.startswith(MODEL_VARIABLE):
            return self._symbols[watch.removeprefix(MODEL_VARIABLE)]
        voltage, current = (self._measured[name] for name in COLUMNS[:2])
        charge, energy = self._counted()
        if watch == "SOC":
            return pybamm.InputParameter(SOC) - charge / pybamm.InputParameter(CAPACITY)
        return {
            "Voltage": voltage,
            "Current": abs(current),
            "Discharge current": current,
            "Charge current": -current,
            "Power": abs(current * voltage),
            "Capacity": abs(charge),
            "Energy": abs(energy),
            "Temperature": self._measured["Temperature [degC]"],
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

    def places_of(self, name: str) -> list[slice]:
        """Return where the values of an unknown stand among all, by its name."""
        for variable, places in self._model.y_slices.items():
            if variable.name == name:
                return [slice(int(place.start), int(place.stop)) for place in places]
        return []

    # -- reading -------------------------------------------------------------

    def check_variables(self, names: Sequence[str], where: str) -> None:
        """Refuse names that are no variables of this model, or have more than one value.

        Parameters
        ----------
        names
            The names.
        where
            Where they were asked for, in words.
        """
        for name in names:
            problem = self._cell.no_scalar(name, where)
            if problem:
                raise refuse(problem)

    def reader(self, extra: tuple[str, ...]) -> Reader:
        """Return what computes the output columns from the unknowns."""
        if extra not in self._outputs:
            self.check_variables(extra, "extra_variables")
            symbols = [*self._measured.values(), *(self._symbols[name] for name in extra)]
            self._outputs[extra] = self._compiled(symbols, extra)
            while len(self._outputs) > CACHE_SIZE:
                self._outputs.popitem(last=False)
        self._outputs.move_to_end(extra)
        return self._outputs[extra]

    def _compiled(self, symbols: list[Any], extra: tuple[str, ...]) -> Reader:
        now = casadi.MX.sym("t")
        unknowns = casadi.MX.sym("y", self._model.len_rhs_and_alg)
        stacked = casadi.MX.sym("p", self._width)
        inputs = {name: stacked[place] for name, place in self._names.items()}
        rows = []
        for name, symbol in zip((*COLUMNS, *extra), symbols, strict=True):
            ready = self._discretisation.process_symbol(self._parameters.process_symbol(symbol))
            row = ready.to_casadi(now, unknowns, inputs=inputs)
            if casadi.MX(row).numel() != 1:
                raise refuse(f"variable {name!r} is not a scalar; ask for an average instead")
            rows.append(row)
        columns = casadi.Function("columns", [now, unknowns, stacked], [casadi.vertcat(*rows)])
        return Reader(columns)

    # -- running -------------------------------------------------------------

    def filled(self, values: Mapping[str, float]) -> Floats:
        """Return the inputs that hold these parameter values."""
        inputs = self.written(np.ones(self._width), {AMPLITUDE: 0.0})
        for name in self._free & self._names.keys():
            inputs[self._names[name]] = values[name]
        return inputs

    def ordered(self, inputs: Floats, instruction: Instruction) -> Floats:
        """Return the inputs that carry out an instruction from here."""
        numbers = {SOC: instruction.soc, CAPACITY: instruction.capacity}
        for limit in self.limits:
            off = -OFF if limit[1] == "low" else OFF
            numbers[_limit_name(limit)] = instruction.limits.get(limit, off)
        return self.written(inputs, numbers)

    def written(self, inputs: Floats, numbers: Mapping[str, Any]) -> Floats:
        """Return a copy of the inputs with some of them replaced; unused names are passed over."""
        written = inputs.copy()
        for name, number in numbers.items():
            if name in self._names:
                written[self._names[name]] = number
        return written

    def told(self, inputs: Floats, now: float) -> float:
        """Return the first value of the signal that the inputs hold."""
        setpoint, amplitude, frequency, begun = (
            float(inputs[self._names[name]][0]) if name in self._names else 0.0
            for name in (SETPOINT, AMPLITUDE, FREQUENCY, BEGUN)
        )
        return setpoint + amplitude * math.sin(2 * math.pi * frequency * (now - begun))

    def _call(self, solver: Any, state: State, inputs: Floats, stops: Floats) -> Any:
        """Let the solver run to the last of the stops; return its solution, or its words."""
        slopes = np.zeros_like(state.unknowns)
        rates = self._model.rhs_eval(state.time, state.unknowns, inputs)
        slopes[: self._model.len_rhs] = np.asarray(rates).ravel()
        started = time.perf_counter()
        try:
            (raw,) = solver["solver"].solve(
                stops,
                stops[:0],
                state.unknowns[None, :],
                slopes[None, :],
                inputs[None, :],
                logger=None,
                pbar=np.empty((0, 0)),
            )
        except (ValueError, RuntimeError) as error:
            return " ".join(str(error).split())
        finally:
            self.seconds += time.perf_counter() - started
        return raw

    def fired_at(self, solver: Any, now: float, unknowns: Floats, inputs: Floats) -> Limit:
        """Return the limit that is nearest to its threshold, or farthest beyond."""
        distances = np.asarray(solver["rootfn_casadi"](now, unknowns, inputs)).ravel()
        return self.limits[int(np.argmin(distances))]


def stretches(instruction: Instruction, now: float) -> Iterator[tuple[Floats, dict[str, Any]]]:
    """Yield the times in s that the solver halts at, with the inputs up to the last of them.

    Parameters
    ----------
    instruction
        One with a signal that varies.
    now
        When it begins, in s.

    Raises
    ------
    TooManyKinksError
        Once there have been more kinks than a step may follow.
    """
    assert not isinstance(instruction.signal, float | int)
    begun, passed = now - instruction.elapsed, 0
    end = instruction.elapsed + instruction.horizon
    for piece in instruction.signal.pieces(instruction.elapsed, end):
        passed += piece.times.size - 1
        if passed > MOST_KINKS:
            raise TooManyKinksError
        stops = begun + piece.times
        stops[0] = now
        yield stops, follow(piece, begun)
        now = float(stops[-1])


def follow(piece: Piece, begun: float) -> dict[str, Any]:
    """Return the inputs that make a signal follow a piece.

    Parameters
    ----------
    piece
        What to follow, in s since the step began.
    begun
        When the step began, in s.
    """
    count = piece.times.size - 1
    starts, widths, slopes = np.full(TABLE, _NEVER), np.ones(TABLE), np.zeros(TABLE)
    starts[:count], widths[:count] = begun + piece.times[:-1], np.diff(piece.times)
    slopes[:count] = np.diff(piece.values) / widths[:count]
    return {
        SETPOINT: piece.values[0],
        STARTS: starts[:, None].ravel(),
        WIDTHS: widths,
        SLOPES: slopes,
        AMPLITUDE: piece.amplitude,
        FREQUENCY: piece.frequency,
        BEGUN: begun,
    }


def varying_signal() -> Any:
    """Return the symbol of a signal that varies in time: straight lines and a sine."""
    starts, widths, slopes = (pybamm.InputParameter(name, expected_size=TABLE) for name in _TABLES)
    run = pybamm.minimum(pybamm.maximum(pybamm.t - starts, 0), widths)
    lines = pybamm.Matrix(np.ones((1, TABLE))) @ (slopes * run)
    amplitude, frequency, begun = map(pybamm.InputParameter, (AMPLITUDE, FREQUENCY, BEGUN))
    sine = amplitude * pybamm.sin(2 * np.pi * frequency * (pybamm.t - begun))
    return pybamm.InputParameter(SETPOINT) + lines + sine


def temperature(variables: Mapping[str, Any]) -> Any:
    """Return the cell's temperature in degC."""
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
