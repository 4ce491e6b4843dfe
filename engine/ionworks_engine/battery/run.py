"""The two doors of the battery core: describe a cell, simulate a protocol on it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from ionworks import ucp
from ionworks.ucp.tree import Protocol, Resolution, Start
from ionworks_engine.battery.balance import Origin, origin, state_parameters
from ionworks_engine.battery.cells import Cell, load
from ionworks_engine.battery.errors import finite_number, finite_numbers, near, refuse
from ionworks_engine.battery.interpreter import (
    Interpreter,
    Trajectory,
    number,
    watched_by,
)
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.battery.results import TIME_SERIES, Outcome, outcome
from ionworks_engine.battery.sampling import Sampling
from ionworks_engine.battery.stepmodel import StepModel, compiled
from ionworks_engine.battery.terms import Instruction, Law, Limit
from ionworks_engine.battery.trajectory import Segment

AMBIENT = "Ambient temperature [K]"
INITIAL = "Initial temperature [K]"
_CURRENT = "Current function [A]"
_KELVIN = 273.15
_SIZE = re.compile(r"(thickness|radius|height|width) \[m\]$|apacity \[A\.h\]$")
_SHARE = re.compile(r"(porosity|volume fraction)$")
_REQUEST = (
    "cell",
    "protocol",
    "inputs",
    "design",
    "extra_variables",
    "max_backward_jumps",
)


def describe(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Say what a cell offers.

    Parameters
    ----------
    cell
        Description of the cell, see :func:`ionworks_engine.battery.cells.load`.

    Returns
    -------
    dict
        ``variables``: names that ``extra_variables`` may ask for, all scalars.
        ``parameters``: numbers, or serialised PyBaMM expressions, by name; the numbers are
        what a design may change. ``nominal_capacity`` in A.h.

    Raises
    ------
    BatteryError
        If the cell cannot be built.

    Examples
    --------
    >>> cell = {"model": {"type": "SPM"}, "parameters": {"set": "Chen2020"}}
    >>> describe(cell)["nominal_capacity"]
    5.0
    """
    loaded = load(cell)
    parameters = json.loads(json.dumps(loaded.parameters.to_json(), default=float))
    return {
        "variables": sorted(loaded.scalars),
        "parameters": parameters,
        "nominal_capacity": loaded.number(loaded.capacity_name, {}),
    }


def simulate(request: Mapping[str, Any]) -> Outcome:
    """Run a protocol on a cell.

    Parameters
    ----------
    request
        ``cell``; ``protocol``, a UCP document as mapping or text; ``inputs``, a number for
        every ``input[...]`` of it; ``design``, parameters that differ from the cell's own;
        ``extra_variables``, names of scalar PyBaMM variables to store. Changing a thickness
        leaves the nominal capacity, and so the meaning of a C-rate, as the parameter set has
        it, as in PyBaMM; set ``Nominal cell capacity [A.h]`` along with it to change that.

    Returns
    -------
    Outcome
        Frames, metrics, and the error of a run that broke off.

    Raises
    ------
    BatteryError
        If the request cannot be run as it stands.
    ionworks.ucp.ProtocolError
        If the protocol is wrong or its inputs do not fit.
    """
    for key in request:
        if key not in _REQUEST:
            raise refuse(f"request: unknown key {key!r}{near(str(key), _REQUEST)}")
    cell = load(request["cell"])
    protocol = ucp.bind(_protocol(request["protocol"]), request.get("inputs") or {})
    design = _design(cell, request.get("design") or {})
    extra = _extra(request.get("extra_variables") or ())
    return run(cell, protocol, design, extra)


def run(
    cell: Cell, protocol: Protocol, design: Mapping[str, float], extra: tuple[str, ...]
) -> Outcome:
    """Run a checked protocol, without open inputs, on a cell at a design point."""
    bench = LocalBench(cell, protocol, design)
    bench.model.check_variables(extra)
    if "SOC" in watched_by(protocol.steps) and math.isnan(bench.origin.soc):
        raise refuse("an end on SOC needs a state of charge, which is not known for this cell")
    interpreter = Interpreter(bench, bench.origin.soc, extra, _sampling(protocol.start.resolution))
    failure = interpreter.run(protocol.steps)
    return outcome(interpreter.steps, extra, bench.usable_capacity, failure)


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
        self.model: StepModel = compiled(cell, frozenset(values), watched_by(protocol.steps))
        self._state, self._inputs = self.model.begin(values)
        self.c_rate_capacity = cell.number(cell.capacity_name, design)
        self.usable_capacity = self.origin.capacity
        self.voltage_window = (
            cell.number("Lower voltage cut-off [V]", design),
            cell.number("Upper voltage cut-off [V]", design),
        )

    def hold(
        self, law: Law, setpoint: float, limits: Mapping[Limit, float], longest: float, soc: float
    ) -> Trajectory:
        """Hold a current in A, voltage in V or power in W until a limit, or for so many s."""
        instruction = Instruction(law, setpoint, limits, longest, soc, self.usable_capacity)
        segment = self.model.advance(self._state, self._inputs, instruction)
        self._state = segment.end
        return segment

    def rewind(self, trajectory: Trajectory) -> Trajectory:
        """Take back a step but for its first instant."""
        assert isinstance(trajectory, Segment)
        instant = trajectory.first_instant()
        self._state = instant.end
        return instant


def _protocol(source: Any) -> Protocol:
    if isinstance(source, str):
        return _from_text(source)
    try:
        text = json.dumps(source)
    except (TypeError, ValueError):
        return ucp.load(source)
    return _from_json(text)


@lru_cache(maxsize=64)
def _from_text(text: str) -> Protocol:
    return ucp.load(text)


@lru_cache(maxsize=64)
def _from_json(text: str) -> Protocol:
    return ucp.load(json.loads(text))


def _design(cell: Cell, design: Any) -> dict[str, float]:
    if not isinstance(design, Mapping):
        raise refuse("design must be a mapping of parameter names to numbers")
    for name in design:
        if name == _CURRENT:
            raise refuse(f"design parameter {name!r} is what the protocol's steps decide")
        if name not in cell.parameters or not _may_vary(cell.parameters[name]):
            known = [name for name in list(cell.parameters) if _may_vary(cell.parameters[name])]
            raise refuse(f"unknown design parameter {name!r}{near(str(name), known)}")
    numbers = finite_numbers("design parameter", design)
    for name, value in numbers.items():
        if value <= 0 and _SIZE.search(name):
            raise refuse(f"design parameter {name!r} must be greater than 0, not {value:g}")
        if not 0 < value <= 1 and _SHARE.search(name):
            raise refuse(f"design parameter {name!r} must be above 0 and at most 1, not {value:g}")
    return numbers


def _may_vary(value: Any) -> bool:
    return isinstance(value, (int, float, pybamm.Symbol)) or callable(value)


def _extra(names: Any) -> tuple[str, ...]:
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise refuse("extra_variables must be a list of variable names")
    for name in names:
        if not isinstance(name, str):
            raise refuse(f"extra_variables must hold names, not {name!r}")
    return tuple(name for name in dict.fromkeys(names) if name not in TIME_SERIES)


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


def _sampling(resolution: Resolution) -> Sampling:
    values = {
        name: finite_number(f"resolution.{name}", number(expression))
        for name in ("time", "voltage", "current")
        if (expression := getattr(resolution, name)) is not None
    }
    for name, value in values.items():
        if value <= 0:
            raise refuse(f"resolution.{name} must be greater than 0, not {value:g}")
    return Sampling(**values, faithful="time" not in values)


def pybamm_version() -> str:
    """Return the version of PyBaMM that runs here."""
    return str(pybamm.__version__)
