"""Where a cell starts: states of charge, stoichiometries and concentrations."""

from __future__ import annotations

import re
from typing import Any

from ionworks_engine.pipelines.calculations.balance import phases
from ionworks_engine.pipelines.calculations.naming import EMPTY, FULL, LOWER, UPPER, Electrode
from ionworks_engine.pipelines.calculations.potentials import Potential
from ionworks_engine.pipelines.calculations.reading import Asked, Values, calculations
from ionworks_engine.pipelines.calculations.windows import NEGATIVE, POSITIVE

SOC = "Initial SOC [%]"
VOLTAGE = "Initial voltage [V]"
_PERCENT = re.compile(r"\s*([0-9.]+)\s*%\s*")
_WORDS = {"minimum": 0.0, "maximum": 1.0}


def _open_circuit_limits(asked: Asked) -> Values:
    """Return the voltage cut-offs as the open-circuit voltages at 0 and 100 % SOC."""
    low, high = asked.positives(LOWER, UPPER)
    if low >= high:
        raise asked.refuse("", f"{LOWER!r} must be below {UPPER!r}")
    return {EMPTY: low, FULL: high}


# -- from a state of charge -----------------------------------------------------------


def _full_cell(asked: Asked) -> Values:
    """Return stoichiometry and concentration of both electrodes at a state of charge."""
    soc = _soc(asked, asked.settings["soc"])
    return _started(asked, [NEGATIVE, POSITIVE], soc, concentration=True)


def _half_cell(asked: Asked) -> Values:
    """Return stoichiometry and concentration of one electrode at the full cell's SOC."""
    soc = _soc(asked, asked.settings["soc"])
    return _started(asked, [asked.electrode], soc, concentration=True)


def _from_percent(asked: Asked) -> Values:
    """Return the initial state at ``Initial SOC [%]``, for all active materials."""
    each = [one for side in ("negative", "positive") for one in phases(asked, side)]
    concentration = asked.option("include concentration", "true") == "true"
    asked.need(SOC, *_names(each, concentration=concentration))
    (percent,) = asked.numbers(SOC)
    if not 0 <= percent <= 100:
        raise asked.refuse("", f"{SOC!r} must be 0 to 100, not {percent:g}")
    return _started(asked, each, percent / 100, concentration=concentration)


def _soc(asked: Asked, value: Any) -> float:
    """Read a state of charge: a fraction, "50%", "minimum" or "maximum"."""
    if isinstance(value, str):
        percent = _PERCENT.fullmatch(value)
        if percent is not None:
            value = float(percent[1]) / 100
        elif value in _WORDS:
            value = _WORDS[value]
        else:
            raise asked.refuse(
                "soc",
                f"must be 0 to 1, a text such as '50%', 'minimum' or 'maximum', not {value!r}",
            )
    soc = asked.real("soc", value)
    if not 0 <= soc <= 1:
        raise asked.refuse("soc", f"must be 0 to 1, or a text such as '50%', not {value!r}")
    return soc


def _names(each: list[Electrode], *, concentration: bool) -> list[str]:
    names = [name for one in each for name in (one.at_empty, one.at_full)]
    return names + [one.maximum_concentration for one in each if concentration]


def _started(asked: Asked, each: list[Electrode], soc: float, *, concentration: bool) -> Values:
    """Return x = x_0 + SOC (x_100 - x_0) of each, and x c_max."""
    asked.need(*_names(each, concentration=concentration))
    values: Values = {}
    for one in each:
        empty, full = asked.fractions(one.at_empty, one.at_full)
        _tell_turned(asked, one, empty, full)
        values[one.initial] = empty + soc * (full - empty)
        if concentration:
            (maximum,) = asked.positives(one.maximum_concentration)
            values[one.initial_concentration] = values[one.initial] * maximum
    return values


def _tell_turned(asked: Asked, one: Electrode, empty: float, full: float) -> None:
    """Note a window that has its ends the other way round than a full cell's."""
    most, least = {"negative": (full, empty), "positive": (empty, full)}.get(one.side, (1.0, 0.0))
    if most < least:
        asked.context.assume(
            f"{one.at_empty!r} is {empty:g} and {one.at_full!r} is {full:g}: they were used as "
            "they stand, although in a full cell charging empties the positive electrode and fills "
            "the negative one."
        )


# -- from a stoichiometry or a voltage ------------------------------------------------


def _concentration(asked: Asked) -> Values:
    """Return stoichiometry times maximum concentration."""
    electrode = asked.electrode
    asked.need(electrode.initial, electrode.maximum_concentration)
    (stoichiometry,) = asked.fractions(electrode.initial)
    (maximum,) = asked.positives(electrode.maximum_concentration)
    return {electrode.initial_concentration: stoichiometry * maximum}


def _from_voltage(asked: Asked) -> Values:
    """Return the stoichiometry at which the OCP is the initial voltage."""
    electrode = asked.electrode
    own = Electrode(electrode.side).inside("Initial voltage", "V")
    name = own if own in asked.given else VOLTAGE
    asked.need(electrode.ocp, name)
    if asked.option("simulation_kwargs", None):
        asked.context.assume(
            "simulation_kwargs were not used: the OCP is inverted without a simulation."
        )
    potential = Potential(asked.given, electrode.ocp, asked.context.where)
    values = {electrode.initial: potential.stoichiometry(asked.numbers(name)[0])}
    potential.tell_extrapolations(asked.context.assume, values)
    return values


CALCULATIONS = calculations(
    {
        "InitialConcentrationFromInitialStoichiometryHalfCell": _concentration,
        "InitialSOC": _full_cell,
        "InitialSOCHalfCell": _half_cell,
        "InitialSOCfromMaximumStoichiometry": _from_percent,
        "InitialStoichiometryFromVoltageHalfCell": _from_voltage,
        "OpenCircuitLimits": _open_circuit_limits,
    }
)
