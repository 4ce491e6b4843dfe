"""The words and units of BioLogic settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

MODULO_BAT: Final = "Modulo Bat"
NEXT: Final = "Next sequence"
GOTO: Final = "Goto sequence"
STOP: Final = "Stop"
STOP_SEQUENCE: Final = 9999
"""The sequence that saved settings name where a limit stops the test."""
DIVIDED: Final = "C / N"
TIMES_N: Final = "C x N"
MOST: Final = 3
"""Limits, and rules for rows, that one sequence may have."""


@dataclass(frozen=True, slots=True)
class Software:
    """A program of BioLogic's: the word of its first line, and what it calls the voltage."""

    name: str
    first_line: str
    voltage: str


EC_LAB = Software("EC-Lab", "EC-LAB SETTING FILE", "Ewe")
BT_LAB = Software("BT-Lab", "BT-LAB SETTING FILE", "Ecell")

CURRENTS: Mapping[str, float] = MappingProxyType(
    {"A": 1.0, "mA": 1e-3, "uA": 1e-6, "nA": 1e-9, "pA": 1e-12}
)
VOLTAGES: Mapping[str, float] = MappingProxyType({"V": 1.0, "mV": 1e-3, "uV": 1e-6})
POWERS: Mapping[str, float] = MappingProxyType({"W": 1.0, "mW": 1e-3, "uW": 1e-6})
RESISTANCES: Mapping[str, float] = MappingProxyType({"Ohm": 1.0, "mOhm": 1e-3, "kOhm": 1e3})
CHARGES: Mapping[str, float] = MappingProxyType(
    {"A.h": 1.0, "mA.h": 1e-3, "uA.h": 1e-6, "nA.h": 1e-9}
)
ENERGIES: Mapping[str, float] = MappingProxyType({"W.h": 1.0, "mW.h": 1e-3, "uW.h": 1e-6})
TIMES: Mapping[str, float] = MappingProxyType(
    {"s": 1.0, "ms": 1e-3, "us": 1e-6, "mn": 60.0, "h": 3600.0, "d": 86400.0}
)
FREQUENCIES: Mapping[str, float] = MappingProxyType(
    {"Hz": 1.0, "mHz": 1e-3, "uHz": 1e-6, "kHz": 1e3, "MHz": 1e6}
)

CURRENT_RANGES: Mapping[float, str] = MappingProxyType(
    {
        1e-5: "10 µA",
        1e-4: "100 µA",
        1e-3: "1 mA",
        1e-2: "10 mA",
        0.1: "100 mA",
        1.0: "1 A",
        10.0: "10 A",
    }
)
"""Largest currents [A] of the ranges that public settings name."""
