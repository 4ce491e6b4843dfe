"""Which numbers may stand where: one table, used by the parser, by `bind` and by the schema.

A rule belongs to a place in a protocol (the value of a C-rate step, a limit on SOC, ...), so that a
number typed into the text and a number given for ``input["..."]`` are judged alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from ionworks.ucp.tree import Guarded, Kind, Mode, ModelVariable, Operator, ProfileMode, Quantity

EisMode: TypeAlias = Literal["Current", "Voltage"]

ABSOLUTE_ZERO = -273.15
"""Lowest temperature [degC]."""

HOTTEST = 200.0
"""Highest temperature [degC] that can be written; above it a number is taken for kelvin."""

HIGHEST_VOLTAGE = 1000.0
"""Highest voltage [V] that can be written; above it a number is taken for millivolts."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a number in one place must be.

    Parameters
    ----------
    what
        Name of the place in a sentence.
    unit
        Unit of the number, or nothing.
    low, high
        Bounds, ``None`` if there is none; both inclusive.
    open_low
        Whether ``low`` itself is refused.
    whole
        Whether the number must be an integer.
    nonzero
        Whether 0 is refused between the bounds.
    likely
        What a number that stands there as such, or is given for an input, is at most; without
        ``low`` its magnitude. What is worked out may be more, so that a limit can be put out of
        reach.
    below, zero, above
        What to say to a number under, at or over the bounds.
    """

    what: str
    unit: str = ""
    low: float | None = 0
    high: float | None = None
    open_low: bool = False
    whole: bool = False
    nonzero: bool = False
    likely: float | None = None
    below: str = ""
    zero: str = ""
    above: str = ""

    def problem(self, value: float) -> str | None:
        """Say what is wrong with ``value``, however it came about; ``None`` if nothing is."""
        return None if self._inside(value) else self._refusal(value, self.span)

    def problem_as_written(self, value: float) -> str | None:
        """Say what is wrong with a number that stands there as such, or is given for an input."""
        if not self._inside(value):
            return self._refusal(value, self.span)
        if self.likely is None or (abs(value) if self.low is None else value) <= self.likely:
            return None
        least = "" if self.low is not None else f"at least {number(-self.likely)} and "
        return self._refusal(value, f"{least}at most {number(self.likely)}")

    @property
    def name(self) -> str:
        """The place with its unit, as the beginning of a sentence."""
        name = self.what[0].upper() + self.what[1:]
        return f"{name} in {self.unit}" if self.unit else name

    @property
    def span(self) -> str:
        """The allowed numbers, in words."""
        whole = "a whole number, " if self.whole else ""
        if self.low is None:
            return "above or below 0" if self.nonzero else "any number"
        if self.high is not None:
            return f"{whole}between {number(self.low)} and {number(self.high)}"
        return f"{whole}{'above' if self.open_low else 'at least'} {number(self.low)}"

    def _refusal(self, value: float, span: str) -> str:
        advice = self._advice(value)
        sentence = f"{self.name} must be {span}, not {number(value)}."
        return f"{sentence} {advice}" if advice else sentence

    def _inside(self, value: float) -> bool:
        if (self.whole and value != int(value)) or (self.nonzero and value == 0):
            return False
        if self.low is not None and (value < self.low or (self.open_low and value == self.low)):
            return False
        return self.high is None or value <= self.high

    def _advice(self, value: float) -> str:
        if value == 0:
            return self.zero
        if self.low is not None and value < self.low:
            return self.below
        beyond = self.likely if self.high is None else self.high
        if beyond is not None and abs(value) > beyond:
            return self.above
        return ""


_SIGN = "Values are magnitudes: Charge or Discharge gives the sign."
_NO_CURRENT = "A step without current is a Rest with a duration."
_BOUND = "Currents are bounded by their magnitude."
_FRACTION = "SOC is a fraction here (1 = full)"
_KELVIN = "If this is kelvin, subtract 273.15."
_MILLIVOLTS = "If this is millivolts, divide by 1000."


def _magnitude(what: str, unit: str) -> Rule:
    return Rule(what, unit, open_low=True, below=_SIGN, zero=_NO_CURRENT)


def _limit(what: str, unit: str, below: str = "") -> Rule:
    return Rule(what, unit, open_low=True, below=below)


def _voltage(what: str, low: float | None = 0, *, open_low: bool = False) -> Rule:
    return Rule(what, "V", low, open_low=open_low, likely=HIGHEST_VOLTAGE, above=_MILLIVOLTS)


def _heat(what: str) -> Rule:
    return Rule(what, "degC", ABSOLUTE_ZERO, likely=HOTTEST, above=_KELVIN)


STEP_VALUE: Mapping[Mode, Rule] = MappingProxyType(
    {
        "C-rate": _magnitude("the C-rate of a step", "C"),
        "Current": _magnitude("the current of a step", "A"),
        "Voltage": _voltage("the voltage of a step", open_low=True),
        "Power": _magnitude("the power of a step", "W"),
        "Resistance": _limit("the resistance of a step", "Ohm"),
    }
)
"""What the value of a step must be, by its mode."""

_ENDS_SIGN = "Ends compare magnitudes of Current, C-rate and Power."
END_VALUE: Mapping[Quantity, Rule] = MappingProxyType(
    {
        "Voltage": _voltage("a limit on Voltage"),
        "Current": _limit("a limit on Current", "A", _ENDS_SIGN),
        "C-rate": _limit("a limit on C-rate", "C", _ENDS_SIGN),
        "Power": _limit("a limit on Power", "W", _ENDS_SIGN),
        "Capacity": _limit("a limit on Capacity", "A.h", "It counts up from 0 in each step."),
        "Energy": _limit("a limit on Energy", "W.h", "It counts up from 0 in each step."),
        "Time": _limit("a limit on Time", "s", "It counts up from 0 in each step."),
        "SOC": Rule("a limit on SOC", high=1, above=f"{_FRACTION}: 80 % is 0.8."),
        "Temperature": _heat("a limit on Temperature"),
        "dV/dt": _limit("a limit on dV/dt", "V/s", "Ends compare the magnitude of dV/dt."),
    }
)
"""What the value of an end must be, by its quantity."""

UNITS: Mapping[Quantity, str] = MappingProxyType(
    {quantity: rule.unit for quantity, rule in END_VALUE.items()}
)
"""The unit that may stand in brackets after a quantity; SOC has none."""

RESULT_COLUMNS: Mapping[str, Quantity] = MappingProxyType(
    {
        "Discharge capacity [A.h]": "Capacity",
        "Charge capacity [A.h]": "Capacity",
        "Discharge energy [W.h]": "Energy",
        "Charge energy [W.h]": "Energy",
        "Duration [s]": "Time",
    }
)
"""Columns of the results that look like a quantity of an end, and which one is meant.

The variables of the model that have these names do not count from the start of a step.
"""

DURATION = _limit("the duration", "s")
DIRECTION = Rule(
    "the direction", low=None, nonzero=True, zero="Above 0 is a discharge, below 0 a charge."
)
HOLD_VOLTAGE = _voltage("the voltage to hold", open_low=True)
REPEAT = Rule("the number of repeats", low=1, whole=True)
REPEAT_COMPUTED = Rule("the number of repeats", whole=True)
"""The repeats of a block may be worked out to be none, but not written so."""

ASSIGNED = Rule("the value of a variable", low=None)
CONDITION = Rule("the condition", low=None)
DRIVE_SCALE = Rule("the scale of a drive cycle", low=None)
DRIVE_REPEAT = Rule("the number of repeats of a drive cycle", low=1, whole=True)
WAVE_AMPLITUDE: Mapping[ProfileMode, Rule] = MappingProxyType(
    {
        "C-rate": _limit("the amplitude of a waveform", "C"),
        "Current": _limit("the amplitude of a waveform", "A"),
        "Voltage": _voltage("the amplitude of a waveform", open_low=True),
        "Power": _limit("the amplitude of a waveform", "W"),
    }
)


def _signed(what: str) -> Mapping[ProfileMode, Rule]:
    """Return the rules of a number of either sign, by what it drives."""
    units: tuple[tuple[ProfileMode, str], ...] = (("C-rate", "C"), ("Current", "A"), ("Power", "W"))
    rules = {mode: Rule(what, unit, low=None) for mode, unit in units}
    return MappingProxyType(rules | {"Voltage": _voltage(what, None)})


WAVE_OFFSET = _signed("the offset of a waveform")
PROFILE_VALUE = _signed("a value of a drive cycle")
"""What the numbers of a drive cycle must be, by what it drives."""

FREQUENCY = _limit("the frequency", "Hz")
PERIOD = _limit("the period", "s")
POINTS = Rule("the number of points per decade", low=1, whole=True)
EIS_AMPLITUDE: Mapping[EisMode, Rule] = MappingProxyType(
    {
        "Current": _limit("the amplitude of an EIS", "A"),
        "Voltage": _voltage("the amplitude of an EIS", open_low=True),
    }
)
MODEL_LIMIT = Rule("a limit on a variable of the model", low=None)
INITIAL_SOC = Rule(
    "the initial SOC",
    high=1,
    above=f"{_FRACTION}; percent is initial_state_type: soc_percentage.",
)
INITIAL_PERCENT = Rule("the initial SOC", "percent", high=100)
INITIAL_VOLTAGE = _voltage("the initial voltage", open_low=True)
TEMPERATURE = Rule(
    "the temperature",
    "degC",
    low=ABSOLUTE_ZERO,
    high=HOTTEST,
    below="That is below absolute zero.",
    above=_KELVIN,
)
RESOLUTION: Mapping[str, Rule] = MappingProxyType(
    {
        "time": _limit("the time resolution", "s"),
        "voltage": _voltage("the voltage resolution", open_low=True),
        "current": _limit("the current resolution", "A"),
    }
)
"""What a resolution must be, by its key."""

SAFETY: Mapping[tuple[Guarded, Literal["low", "high"]], Rule] = MappingProxyType(
    {
        ("Voltage", "high"): _voltage("the highest safe voltage", open_low=True),
        ("Voltage", "low"): _voltage("the lowest safe voltage"),
        ("Temperature", "high"): _heat("the highest safe temperature"),
        ("Temperature", "low"): _heat("the lowest safe temperature"),
        ("Charge current", "high"): _limit("the highest safe charge current", "A", _BOUND),
        ("Discharge current", "high"): _limit("the highest safe discharge current", "A", _BOUND),
    }
)
"""What a safety limit must be."""

_DOWN: frozenset[Quantity] = frozenset({"Current", "C-rate", "Power", "dV/dt"})
_FOLLOWS_KIND: frozenset[Quantity] = frozenset({"Voltage", "SOC"})


def default_operator(quantity: Quantity | ModelVariable, kind: Kind | None) -> Operator | None:
    """Return the sense of an end that names no operator.

    Voltage and SOC end a discharge at or below, a charge at or above their limit; Current, C-rate,
    Power and dV/dt end a step at or below; Capacity, Energy, Time and Temperature at or above. On
    every other step the sense of Voltage and SOC cannot be known, and nowhere that of a variable
    of the model.

    Returns
    -------
    str or None
        ``<=`` or ``>=``; ``None`` if the sense is ambiguous.

    Examples
    --------
    >>> default_operator("Voltage", "Discharge"), default_operator("Voltage", "Rest")
    ('<=', None)
    """
    if isinstance(quantity, ModelVariable):
        return None
    if quantity in _DOWN:
        return "<="
    if quantity not in _FOLLOWS_KIND:
        return ">="
    return _SENSES.get(kind)


_SENSES: Mapping[Kind | None, Operator] = MappingProxyType({"Discharge": "<=", "Charge": ">="})


def end_rule(quantity: Quantity | ModelVariable) -> Rule:
    """Return what the value of an end on this quantity must be."""
    return MODEL_LIMIT if isinstance(quantity, ModelVariable) else END_VALUE[quantity]


def number(value: float) -> str:
    """Write a number as briefly as it can be read back."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
