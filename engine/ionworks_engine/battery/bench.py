"""A simulated cell on a simulated cycler: compiled models, the present state, the chamber."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ionworks.ucp.places import walk
from ionworks.ucp.tree import Ambient, CellStep, Impedance, ModelVariable, Protocol, Start
from ionworks_engine.battery.balance import Origin, origin, state_parameters
from ionworks_engine.battery.cells import Cell
from ionworks_engine.battery.drivenmodel import driven_by
from ionworks_engine.battery.errors import finite_number, refuse
from ionworks_engine.battery.impedance import Spectrum
from ionworks_engine.battery.stepmodel import StepModel, compiled
from ionworks_engine.battery.terms import MODEL_VARIABLE, Floats, Instruction, Watch
from ionworks_engine.battery.trajectory import Path
from ionworks_engine.battery.values import model_variables, number
from ionworks_engine.battery.watching import SLOPE

AMBIENT = "Ambient temperature [K]"
INITIAL = "Initial temperature [K]"
_HYSTERESIS = "open-circuit potential"
_KELVIN = 273.15


class LocalBench:
    """A simulated cell that holds what it is told to, and remembers its state.

    Parameters
    ----------
    cell
        The cell.
    protocol
        Whose start and ends decide what is compiled and where the run begins.
    design
        Parameters that differ from the cell's own.
    """

    def __init__(self, cell: Cell, protocol: Protocol, design: Mapping[str, float]) -> None:
        self.origin = _origin(cell, protocol.start, design)
        values = {**_defaults(cell), **design, **self.origin.parameters}
        values.update(_temperatures(protocol.start, design))
        _check_chamber(protocol, values)
        _check_model_variables(cell, protocol)
        _check_spectra(cell, protocol)
        self.model: StepModel = compiled(cell, frozenset(values), watched_by(protocol))
        self._before = self._model_seconds
        self._state, self._inputs = self.model.begin(values)
        self.c_rate_capacity = cell.number(cell.capacity_name, design)
        self.usable_capacity = self.origin.capacity
        self.voltage_window = (
            cell.number("Lower voltage cut-off [V]", design),
            cell.number("Upper voltage cut-off [V]", design),
        )

    @property
    def _model_seconds(self) -> float:
        driven = self.model.companion
        return self.model.seconds + (0.0 if driven is None else driven.seconds)

    @property
    def solver_seconds(self) -> float:
        """Time that the solver has taken for this cell [s]."""
        return self._model_seconds - self._before

    def hold(self, instruction: Instruction, ambient: float | None) -> Path:
        """Hold something until a limit, or for so long, at an ambient temperature in degC."""
        inputs = self._at(ambient)
        varies = not isinstance(instruction.signal, float | int)
        follows = varies and instruction.law == "current"
        model = driven_by(self.model) if follows else self.model
        path = model.advance(self._state, inputs, instruction)
        self._state = path.end
        return path

    def cut(self, path: Path) -> None:
        """Take back what came after the end of a path that was cut off."""
        self._state = path.end

    def look(self, extra: tuple[str, ...]) -> Floats:
        """Return the output columns of the cell at rest, taking no time."""
        resting = self.model.rest(self._state, self._inputs)
        return np.asarray(resting.read(resting.times[:1], extra)[0])

    def impedance(self, frequencies: Floats, ambient: float | None) -> tuple[Path, Spectrum | None]:
        """Return the cell at rest, and its impedance there."""
        instant, spectrum = self.model.impedance(self._state, self._at(ambient), frequencies)
        return Path([instant]), spectrum

    def _at(self, ambient: float | None) -> Floats:
        """Return the inputs at an ambient temperature in degC."""
        if ambient is None:
            return self._inputs
        return self.model.written(self._inputs, {AMBIENT: ambient + _KELVIN})


def watched_by(protocol: Protocol) -> frozenset[Watch]:
    """Return the quantities that may end a step of a protocol; voltage and current always can."""
    found: set[Watch] = {"Voltage", "Current"}
    found.update(limit.quantity for limit in protocol.safety.limits)
    for node in walk(protocol.steps):
        for end in node.ends if isinstance(node, CellStep) else ():
            if isinstance(end.quantity, ModelVariable):
                found.add(MODEL_VARIABLE + end.quantity.name)
            elif end.quantity not in ("Time", "C-rate", SLOPE):
                found.add(end.quantity)
    return frozenset(found)


def _check_model_variables(cell: Cell, protocol: Protocol) -> None:
    for name, position in model_variables(protocol):
        problem = cell.no_scalar(name, str(position))
        if problem is not None:
            raise refuse(problem)


def _check_spectra(cell: Cell, protocol: Protocol) -> None:
    """Refuse spectra of a model whose open-circuit voltage leaps with the sign of the current.

    Its slope at rest would be told as a resistance, a hundred times that of the cell.
    """
    leaps = "current sigmoid" in str(getattr(cell.model, "options", {}).get(_HYSTERESIS))
    for node in walk(protocol.steps):
        if leaps and isinstance(node, Impedance):
            raise refuse(
                f"{node.position}: there is no impedance at rest with the option {_HYSTERESIS!r}: "
                "'current sigmoid', whose voltage leaps with the sign of the current"
            )


def _check_chamber(protocol: Protocol, values: Mapping[str, float]) -> None:
    """Refuse to set a temperature that the cell does not take as a number."""
    for node in walk(protocol.steps):
        sets = isinstance(node, Ambient) or (
            isinstance(node, CellStep) and node.temperature is not None
        )
        if sets and AMBIENT not in values:
            raise refuse(
                f"{node.position}: {AMBIENT!r} is no number in this cell; set global.temperature "
                "as well, so that it becomes one"
            )


def _origin(cell: Cell, start: Start, design: Mapping[str, float]) -> Origin:
    soc = None if start.soc is None else finite_number("initial SOC", number(start.soc))
    if soc is not None and start.soc_unit == "percent":
        soc /= 100
    voltage = None if start.voltage is None else number(start.voltage)
    at = {**design, **_temperatures(start, design)} if voltage is not None else design
    return origin(cell, at, soc, voltage)


def _temperatures(start: Start, design: Mapping[str, float]) -> dict[str, float]:
    if start.temperature is None:
        return {}
    for name in (AMBIENT, INITIAL):
        if name in design:
            raise refuse(f"design parameter {name!r} is also set by the protocol's temperature")
    kelvin = finite_number("temperature", number(start.temperature)) + _KELVIN
    if kelvin <= 0:
        raise refuse(f"the temperature must be above -273.15 degC, not {kelvin - _KELVIN:g}")
    return {AMBIENT: kelvin, INITIAL: kelvin}


def _defaults(cell: Cell) -> dict[str, float]:
    """Return the parameters that are inputs of every run, at the cell's own values."""
    names = [AMBIENT, INITIAL, *state_parameters(cell)]
    return {
        name: float(cell.parameters[name])
        for name in names
        if name in cell.parameters and isinstance(cell.parameters[name], (int, float))
    }
