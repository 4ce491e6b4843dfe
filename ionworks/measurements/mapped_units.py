"""Units in the names of columns: a mapping renames, and must not carry numbers to another unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Unit", "convertible", "unit_of", "unit_written"]

_SPELLINGS = {
    "time": {
        "ns": "ns nanoseconds nanosecond",
        "us": "us usec microseconds microsecond",
        "ms": "ms msec milliseconds millisecond",
        "s": "s sec secs second seconds sekunde sekunden",
        "min": "min mins minute minutes minuten",
        "h": "h hr hrs hour hours stunde stunden",
        "d": "d day days tage",
    },
    "current": {
        "nA": "nA nanoampere nanoamperes nanoamps",
        "uA": "uA microampere microamperes microamps",
        "mA": "mA milliampere milliamperes milliamps milliamp",
        "A": "A amp amps ampere amperes",
        "kA": "kA kiloampere",
    },
    "voltage": {
        "uV": "uV microvolt microvolts",
        "mV": "mV millivolt millivolts",
        "V": "V volt volts",
        "kV": "kV kilovolt",
    },
    "power": {"uW": "uW", "mW": "mW milliwatt", "W": "W watt watts", "kW": "kW kilowatt"},
    "charge": {
        "uA.h": "uAh uA.h",
        "mA.h": "mAh mA.h",
        "A.h": "Ah A.h",
        "A.s": "As A.s coulomb",
    },
    "energy": {
        "uW.h": "uWh uW.h",
        "mW.h": "mWh mW.h",
        "W.h": "Wh W.h",
        "kW.h": "kWh kW.h",
        "J": "J joule",
        "kJ": "kJ",
    },
    "temperature": {
        "degC": "degC °C C ℃ celsius",
        "K": "K kelvin",
        "degF": "degF °F F fahrenheit",
    },
    "resistance": {
        "uOhm": "uOhm uΩ uΩ",
        "mOhm": "mOhm mΩ mΩ",
        "Ohm": "Ohm Ohms Ω Ω",
        "kOhm": "kOhm kΩ kΩ",
    },
    "frequency": {"mHz": "mHz", "Hz": "Hz hertz", "kHz": "kHz", "MHz": "MHz"},
    "angle": {"deg": "deg ° degree degrees", "rad": "rad radian radians"},
    "current density": {
        "mA.cm-2": "mA.cm-2 mAcm-2 mA/cm2",
        "uA.cm-2": "uA.cm-2 uAcm-2 uA/cm2",
        "A.cm-2": "A.cm-2 Acm-2 A/cm2",
        "A.m-2": "A.m-2 Am-2 A/m2",
        "mA.g-1": "mA.g-1 mAg-1 mA/g",
        "A.g-1": "A.g-1 Ag-1 A/g",
    },
    "specific capacity": {
        "mA.h.g-1": "mA.h.g-1 mAh.g-1 mAhg-1 mAh/g",
        "mA.h.cm-2": "mA.h.cm-2 mAh.cm-2 mAhcm-2 mAh/cm2",
    },
}
_CONVERTED = {"mA": "Current [mA]", "mV": "Voltage [mV]", "h": "Time [h]"}
_MARKED = re.compile(r"\[([^\[\]]*)\]|\(([^()]*)\)")
_AFTER_SLASH = re.compile(r"[^/]/\s*(\S+)$")
_AT_THE_END = re.compile(r"(?:^|[\s_.\-:,])([^\s_.\-:,]+)$")
_GROWN_ON = re.compile(r"[A-Za-z]([munk][AV])$")


class Unit(NamedTuple):
    """A unit, what it measures, and whether the name sets it off in brackets or by a slash."""

    name: str
    quantity: str
    is_marked: bool = True


_UNITS = {
    spelling: Unit(name, quantity)
    for quantity, units in _SPELLINGS.items()
    for name, spellings in units.items()
    for spelling in spellings.split()
}
_FOLDED = {spelling.lower(): unit for spelling, unit in reversed(_UNITS.items())}


def unit_written(text: str) -> Unit | None:
    """Return the unit that a text is, ``None`` if it is none that is known.

    Examples
    --------
    >>> unit_written("μA").name, unit_written("mA/cm²").name, unit_written("cell")
    ('uA', 'mA.cm-2', None)
    """
    plain = text.strip().strip("[]()").replace("µ", "u").replace("μ", "u").replace("²", "2")
    plain = re.sub(r"[\s^]|\*\*", "", plain).replace("*", ".").replace("·", ".")
    return _UNITS.get(plain) or _FOLDED.get(plain.lower())


def unit_of(column: str, below: Sequence[str] = ()) -> Unit | None:
    """Return the unit that the name of a column tells.

    Parameters
    ----------
    column
        The name.
    below
        What stands below it in the head of the file, where a row of units may be.

    Examples
    --------
    >>> unit_of("Current [uA]").name, unit_of("I/mA").name, unit_of("time_minutes").name
    ('uA', 'mA', 'min')
    >>> unit_of("Cell voltage"), unit_of("I", ["mA"]).name
    (None, 'mA')
    """
    marked = [first or second for first, second in _MARKED.findall(column)]
    marked += _AFTER_SLASH.findall(column)
    for text in reversed(marked):
        if unit := unit_written(text):
            return unit
    for pattern in (_AT_THE_END, _GROWN_ON):
        found = pattern.search(column.strip())
        if found and (unit := unit_written(found[1])):
            return unit._replace(is_marked=False)
    return next(filter(None, map(unit_written, below)), None)


def convertible(unit: Unit) -> str | None:
    """Return the name under which the reader of a plain CSV converts a column of that unit."""
    return _CONVERTED.get(unit.name)
