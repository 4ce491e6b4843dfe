"""State of charge: between which stoichiometries a cell works, and where a run starts.

0 and 1 are the states in which the open-circuit voltage at the reference temperature is
the lower and the upper voltage cut-off (or the parameter set's own "Open-circuit voltage
at 0% SOC" and "100% SOC", which PyBaMM prefers), with the lithium that the parameter set's
initial concentrations hold. This is PyBaMM's electrode state-of-health model for one
active material an electrode; here it is solved by bracketing compiled open-circuit functions,
in well under a millisecond a design point. Other lithium-ion models (composite electrodes,
MSMR, hysteresis) go through PyBaMM's own solver, more slowly. Where neither can tell and no initial
state was asked for, the run starts from the parameter set's own with a state of charge that is
not known: NaN here, null in the results.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ionworks_engine.battery.electrodes import Electrodes, crossing
from ionworks_engine.battery.errors import BatteryError, refuse, words_of
from ionworks_engine.battery.functions import compile_symbols
from ionworks_engine.battery.quiet import pybamm

if TYPE_CHECKING:
    from ionworks_engine.battery.cells import Cell

_STATE = re.compile(
    r"(Primary: |Secondary: )?Initial (concentration in (negative|positive) electrode"
    r"|voltage in (negative|positive) electrode)"
)
_CIRCUIT = "Initial SoC"
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Origin:
    """Where a run starts.

    Parameters
    ----------
    soc
        State of charge as a fraction; NaN if it is not known.
    capacity
        Charge in A.h that takes the state of charge from 0 to 1.
    parameters
        Values of the parameters that hold the initial state.
    """

    soc: float
    capacity: float
    parameters: Mapping[str, float]


def state_parameters(cell: Cell) -> frozenset[str]:
    """Name the parameters that hold the initial state of a cell, where they are numbers."""
    names = [_CIRCUIT] if cell.is_circuit else filter(_STATE.match, cell.parameters.keys())
    return frozenset(name for name in names if not callable(cell.parameters[name]))


def origin(
    cell: Cell, design: Mapping[str, float], soc: float | None, voltage: float | None
) -> Origin:
    """Find the initial state of a run.

    Parameters
    ----------
    cell
        The cell.
    design
        Parameters that differ from the cell's own.
    soc
        Wanted state of charge as a fraction, or ``None``.
    voltage
        Wanted open-circuit voltage in V, or ``None``. With neither, the parameter
        set's own initial state is kept.

    Raises
    ------
    BatteryError
        For a state of charge outside 0 to 1, a voltage outside the cell's limits, or a
        design in which the limits cannot be reached.
    """
    if soc is not None and not 0 <= soc <= 1:
        raise refuse(f"the initial state of charge must be 0 to 1 (0 to 100 %), not {soc:g}")
    return _origin(cell, tuple(sorted(design.items())), soc, voltage)


@lru_cache(maxsize=256)
def _origin(
    cell: Cell, design: tuple[tuple[str, float], ...], soc: float | None, voltage: float | None
) -> Origin:
    point = dict(design)
    asked = soc is not None or voltage is not None
    try:
        if cell.is_circuit:
            return _of_circuit(cell, point, soc, voltage)
        if _is_simple(cell):
            return _of_electrodes(_electrodes(cell, frozenset(point)), point, soc, voltage)
        return _by_pybamm(cell, point, soc, voltage)
    except BatteryError:
        if asked:
            raise
        return Origin(math.nan, cell.number(cell.capacity_name, point), {})


# -- one active material an electrode -------------------------------------------


@lru_cache(maxsize=16)
def _electrodes(cell: Cell, names: frozenset[str]) -> Electrodes:
    try:
        return Electrodes(cell.model.param, cell.parameters, tuple(sorted(names)))
    except Exception as error:
        raise refuse(
            f"no state of charge can be computed for this cell: {words_of(error)}"
        ) from error


def _is_simple(cell: Cell) -> bool:
    options = getattr(cell.model, "options", {})
    return (
        isinstance(getattr(cell.model, "param", None), pybamm.LithiumIonParameters)
        and options.get("particle phases") == "1"
        and options.get("open-circuit potential") == "single"
        and options.get("working electrode") in ("both", "positive")
    )


def _of_electrodes(
    electrodes: Electrodes, design: Mapping[str, float], soc: float | None, voltage: float | None
) -> Origin:
    window = electrodes.window(design)
    if voltage is not None:
        _check_voltage(voltage, window.low, window.high)
        soc = window.soc_at(voltage)
    if soc is None:
        return Origin(window.soc_of_initial_concentrations, window.capacity, {})
    return Origin(soc, window.capacity, window.concentrations(soc))


def _check_voltage(voltage: float, low: float, high: float) -> None:
    if not low - _TOLERANCE <= voltage <= high + _TOLERANCE:
        raise refuse(
            f"the initial voltage must be within the cell's limits, "
            f"{low:g} V to {high:g} V, not {voltage:g} V"
        )


# -- equivalent circuits ------------------------------------------------------


def _of_circuit(
    cell: Cell, design: Mapping[str, float], soc: float | None, voltage: float | None
) -> Origin:
    capacity = cell.number("Cell capacity [A.h]", design)
    if voltage is not None:
        low, high = (
            cell.number(f"{side} voltage cut-off [V]", design) for side in ("Lower", "Upper")
        )
        _check_voltage(voltage, low, high)
        soc = _circuit_soc(cell, voltage)
    if soc is None:
        soc = cell.number(_CIRCUIT, design)
    return Origin(soc, capacity, {_CIRCUIT: soc})


def _circuit_soc(cell: Cell, voltage: float) -> float:
    ocv = cell.model.param.ocv(pybamm.InputParameter("SoC"))
    function = compile_symbols(cell.parameters, [ocv], ("SoC",), ())

    def curve(soc: Any) -> Any:
        return np.asarray(function(soc[None, :], np.zeros(0))).ravel()

    ends = curve(np.array([0.0, 1.0]))
    inside = min(max(voltage, ends[0] + _TOLERANCE), ends[1])
    return crossing(curve, inside, (0.0, 1.0), f"the initial voltage of {voltage:g} V")


# -- everything else ------------------------------------------------------------


def _by_pybamm(
    cell: Cell, design: Mapping[str, float], soc: float | None, voltage: float | None
) -> Origin:
    parameters = cell.parameters.copy()
    parameters.update(dict(design))
    wanted = soc if voltage is None else f"{voltage} V"
    try:
        start = parameters if wanted is None else _started(cell, parameters, wanted)
        states = (_started(cell, parameters, 0.0), _started(cell, parameters, 1.0), start)
        empty, full, now = (_lithium(cell, state) for state in states)
    except Exception as error:
        raise refuse(
            f"PyBaMM cannot compute a state of charge for this model ({words_of(error)}); "
            "leave the initial state out to start from the parameter set's own"
        ) from error
    found = {name: float(start[name]) for name in state_parameters(cell)}
    known = (now - empty) / (full - empty) if soc is None else soc
    return Origin(known, abs(full - empty), found)


def _started(cell: Cell, parameters: Any, wanted: float | str) -> Any:
    param, options = cell.model.param, cell.model.options
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PyBaMM's about its own names
        return parameters.set_initial_state(wanted, inplace=False, param=param, options=options)


def _lithium(cell: Cell, parameters: Any) -> float:
    """Return the lithium in A.h in the negative, or in the working electrode."""
    half = cell.model.options.get("working electrode") == "positive"
    electrode = cell.model.param.p if half else cell.model.param.n
    moles = float(parameters.evaluate(electrode.n_Li_init))
    return moles * float(pybamm.constants.F.value) / 3600
