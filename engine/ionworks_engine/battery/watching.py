"""What may end a step: its own ends, safety limits, the hold voltage, guards of the engine.

All of them become thresholds that the solver watches, one for each quantity and side: the
first to be met wins. At equal values the hold voltage wins over a safety limit, that over an
end, and that over a guard.

An end or a safety limit on the quantity that the step itself holds cannot change during the step:
it ends the step at once if the setpoint is beyond it, and never if it is equal to the setpoint.
Ends that hold at the start of a step end it at once, with one row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ionworks.ucp.tree import End, Goto, ModelVariable, Operator, SafetyLimit
from ionworks_engine.battery.terms import (
    BACK,
    CURRENT,
    MODEL_VARIABLE,
    OUT,
    TEMPERATURE,
    VOLTAGE,
    Floats,
    Law,
    Limit,
    Side,
    Watch,
)

Why: TypeAlias = Literal["safety", "against", "hold", "resume", "inside", "end", "guard"]
VOLTAGE_MARGIN = 1.0
TIMED_VOLTAGE_MARGIN = 5.0
AGAINST = 1 / 20
"""C-rate at which the current of a charge or discharge at a held voltage may run the wrong way."""
SLOPE = "dV/dt"
_ALREADY = 1e-9
_BACK_INSIDE = 1e-4
_SLACK = 1e-6
_RESUMED = 5e-4
_CURRENTS = ("Charge current", "Discharge current")
_RANK: Mapping[Why, int] = {
    "safety": 0,
    "against": 1,
    "hold": 2,
    "resume": 3,
    "inside": 4,
    "end": 5,
    "guard": 6,
}
_SAFETY_NAMES: Mapping[Limit, tuple[str, str]] = {
    ("Voltage", "high"): ("max_voltage", "V"),
    ("Voltage", "low"): ("min_voltage", "V"),
    ("Temperature", "high"): ("max_temperature", "degC"),
    ("Temperature", "low"): ("min_temperature", "degC"),
    ("Charge current", "high"): ("max_charge_current", "A"),
    ("Discharge current", "high"): ("max_discharge_current", "A"),
}


@dataclass(frozen=True)
class Cause:
    """A reason to end a step, or a stretch of it.

    Parameters
    ----------
    why
        What kind of reason.
    limit
        What the solver watches for it.
    threshold
        Its value: V, A, W, A.h, W.h, degC, a fraction, or in the unit of a model variable.
    words
        How it is told.
    goto
        Where it leads, if it says so.
    written
        What was written where the threshold stands a little beyond it: a cell that has been held
        at a safety limit is there within the solver's tolerance, and has not passed it.
    """

    why: Why
    limit: Limit
    threshold: float
    words: str
    goto: Goto | None = None
    written: float | None = None

    def distance(self, value: float) -> float:
        """Return how far a value is from meeting this; 0 or less if it does."""
        distance = value - self.threshold
        return distance if self.limit[1] == "low" else -distance

    def is_met(self, value: float) -> bool:
        """Whether a value meets this, or is within rounding of it."""
        return self.distance(value) <= _ALREADY * max(1, abs(self.threshold))


def cause_of_end(end: End, threshold: float, c_rate_capacity: float) -> Cause:
    """Turn an end on anything but time into a cause.

    Parameters
    ----------
    end
        The end.
    threshold
        Its value.
    c_rate_capacity
        Current in A of 1C.
    """
    words = end_words(end, threshold)
    if isinstance(end.quantity, ModelVariable):
        watch: Watch = MODEL_VARIABLE + end.quantity.name
    elif end.quantity == "C-rate":
        watch, threshold = "Current", threshold * c_rate_capacity
    else:
        watch = end.quantity
    return Cause("end", (watch, side_of(end.operator)), threshold, words, end.goto)


def cause_of_safety(limit: SafetyLimit, threshold: float, fallback: Goto | None) -> Cause:
    """Turn a safety limit into a cause; its goto is its own, or the fallback."""
    key: Limit = (limit.quantity, limit.side)
    name, unit = _SAFETY_NAMES[key]
    words = f"safety limit {name} {threshold:.10g} {unit}"
    slack = _SLACK * max(_least(limit.quantity), abs(threshold))
    passed = threshold + (slack if limit.side == "high" else -slack)
    return Cause("safety", key, passed, words, limit.goto or fallback, threshold)


def back_inside(tripped: Cause) -> Cause:
    """Return what says that the value of a tripped limit has come back inside."""
    watch, side = tripped.limit
    margin = _BACK_INSIDE * max(_least(watch), abs(tripped.threshold))
    other: Side = "low" if side == "high" else "high"
    threshold = tripped.threshold + (margin if side == "low" else -margin)
    return Cause("inside", (watch, other), threshold, f"back inside {tripped.words}")


def _least(watch: Watch) -> float:
    """Return the size below which a quantity is no longer told by shares of itself."""
    return 0.0 if watch in _CURRENTS else 1.0


def against(sense: float, c_rate_capacity: float) -> Cause:
    """Return what says that the current under a held voltage runs the wrong way.

    Parameters
    ----------
    sense
        1 for a discharge, -1 for a charge.
    c_rate_capacity
        Current in A of 1C.
    """
    watch = "Charge current" if sense > 0 else "Discharge current"
    return Cause("against", (watch, "high"), AGAINST * c_rate_capacity, "current turned round")


def resumption(law: Law, setpoint: float, voltage: float, c_rate_capacity: float) -> Cause:
    """Return what says that holding a voltage takes more than what was held before it.

    Parameters
    ----------
    law, setpoint
        What was held before: A, W or Ohm.
    voltage
        The hold voltage in V.
    c_rate_capacity
        Current in A of 1C.
    """
    if law == "resistance":
        most = voltage / setpoint
    else:
        most = abs(setpoint) / (voltage if law == "power" else 1.0)
    most += _RESUMED * max(most, 0.2 * c_rate_capacity)
    return Cause("resume", ("Current", "high"), most, "hold voltage out of reach")


def guards(window: tuple[float, float], *, timed: bool) -> list[Cause]:
    """Return voltages so far beyond a cell's cut-offs that nothing but an error leads there."""
    margin = TIMED_VOLTAGE_MARGIN if timed else VOLTAGE_MARGIN
    low, high = window
    return [
        Cause("guard", ("Voltage", "low"), low - margin, "voltage guard"),
        Cause("guard", ("Voltage", "high"), high + margin, "voltage guard"),
    ]


def within_reach(causes: Iterable[Cause], window: tuple[float, float]) -> list[Cause]:
    """Leave out thresholds of the voltage that no cell of this window comes to.

    Such are limits that a protocol switches off by a large number; a guard holds in their place.
    """
    low, high = window
    reach = (low - TIMED_VOLTAGE_MARGIN, high + TIMED_VOLTAGE_MARGIN)
    return [
        cause
        for cause in causes
        if cause.limit[0] != "Voltage" or reach[0] <= cause.threshold <= reach[1]
    ]


def tightest(causes: Iterable[Cause]) -> dict[Limit, Cause]:
    """Return for each quantity and side the cause that is met first.

    A guard gives way to anything on its side.
    """
    found: dict[Limit, Cause] = {}
    for cause in causes:
        known = found.get(cause.limit)
        if known is None or _order(cause) < _order(known):
            found[cause.limit] = cause
    return found


def _order(cause: Cause) -> tuple[bool, float, bool, int]:
    value = cause.threshold if cause.written is None else cause.written
    sooner = value if cause.limit[1] == "high" else -value
    return cause.why == "guard", sooner, cause.why != "hold", _RANK[cause.why]


def held_by(law: Law, setpoint: float) -> dict[Watch, float]:
    """Return the quantities that a constant setpoint fixes, with their values."""
    if law == "voltage":
        return {"Voltage": setpoint}
    if law == "power":
        return {"Power": abs(setpoint)}
    if law == "resistance":
        return {}
    currents = {
        "Current": abs(setpoint),
        "Charge current": -setpoint,
        "Discharge current": setpoint,
    }
    return {**currents, "Power": 0.0} if setpoint == 0 else currents


def beyond(causes: Iterable[Cause], held: Mapping[Watch, float]) -> tuple[list[Cause], list[Cause]]:
    """Part causes into those a held quantity is beyond, and those that may still come."""
    met, open_ = [], []
    for cause in causes:
        if cause.limit[0] not in held:
            open_.append(cause)
        else:
            distance = cause.distance(held[cause.limit[0]])
            if distance < -_ALREADY * max(1, abs(cause.threshold)):
                met.append(cause)
    return met, open_


def quantities(row: Floats, soc: float) -> dict[Watch, float]:
    """Return what the solver watches, from a row of output columns.

    Parameters
    ----------
    row
        Columns as in `terms`, with counters since the step began.
    soc
        State of charge then.
    """
    voltage, current = float(row[VOLTAGE]), float(row[CURRENT])
    return {
        "Voltage": voltage,
        "Current": abs(current),
        "Charge current": -current,
        "Discharge current": current,
        "Power": abs(current * voltage),
        "Capacity": abs(float(row[OUT] - row[BACK])),
        "Energy": abs(float(row[OUT + 2] - row[BACK + 2])),
        "SOC": soc,
        "Temperature": float(row[TEMPERATURE]),
    }


def first_met(causes: Iterable[Cause], values: Mapping[Watch, float]) -> Cause | None:
    """Return the most important cause that these values meet."""
    return foremost(cause for cause in causes if cause.is_met(values[cause.limit[0]]))


def foremost(causes: Iterable[Cause]) -> Cause | None:
    """Return the most important cause, the first of equal ones."""
    return min(causes, key=lambda cause: _RANK[cause.why], default=None)


def side_of(operator: Operator) -> Side:
    """Return the side on which an end stops a quantity."""
    return "high" if operator in (">", ">=") else "low"


def end_words(end: End, threshold: float) -> str:
    """Say an end in words."""
    name = end.quantity.name if isinstance(end.quantity, ModelVariable) else end.quantity
    return f"{name} {end.operator} {threshold:.10g}"
