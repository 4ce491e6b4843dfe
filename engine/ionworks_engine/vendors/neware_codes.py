"""Words, numbers and units of Neware step files, as public files and programs have them.

Values stand in the attribute ``Value``: ms, 0.1 mV, mA, mW and mA.s, a ``Rate`` in C. All hold for
``Scale`` 1 only: public sources do not agree on whether another scale changes currents.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from ionworks.ucp.tree import Kind

Law: TypeAlias = str
"""What a step controls: CC, CV, CC-CV, CP or rest."""

STEP_TYPES: Mapping[tuple[Kind, Law], int] = MappingProxyType(
    {
        ("Charge", "CC"): 1,
        ("Discharge", "CC"): 2,
        ("Charge", "CV"): 3,
        ("Rest", "rest"): 4,
        ("Charge", "CC-CV"): 7,
        ("Discharge", "CP"): 8,
        ("Charge", "CP"): 9,
        ("Discharge", "CV"): 19,
        ("Discharge", "CC-CV"): 20,
    }
)
LOOP, END = 5, 6
OTHER_STEPS: Mapping[int, str] = MappingProxyType(
    {
        10: "constant-resistance discharge",
        13: "pause",
        16: "pulse",
        17: "simulation of a profile",
        18: "pulsed CC-CV charge",
        25: "voltage sweep",
    }
)
"""Step types that are known by name alone."""

UNITS: Mapping[str, float] = MappingProxyType(
    {
        "Time": 1000.0,
        "Volt": 10_000.0,
        "Stop_Volt": 10_000.0,
        "Curr": 1000.0,
        "Stop_Curr": 1000.0,
        "Rate": 1.0,
        "Stop_Rate": 1.0,
        "Pow": 1000.0,
        "Cap": 3.6e6,
    }
)
"""Element -> how many of its units are in 1 s, V, A, C, W or A.h."""

LIMIT_ORDER = (
    "Curr",
    "Rate",
    "Volt",
    "Pow",
    "Time",
    "Cap",
    "Stop_Volt",
    "Stop_Curr",
    "Stop_Rate",
)

CONDITIONS: Mapping[str, tuple[int, float]] = MappingProxyType(
    {"Voltage": (1, 10_000.0), "Current": (2, 1000.0), "Time": (3, 1000.0)}
)
"""Quantity of a condition -> its type, and its units in 1 V, A or s."""

COMPARISONS: Mapping[str, int] = MappingProxyType({">": 3, ">=": 4, "<": 5, "<=": 6})
NEXT_LINE = 65526
LEAVING: Mapping[int, str] = MappingProxyType(
    {65533: "stop", 65534: "protect", 65535: "finish", 6535: "finish"}
)
"""Jumps that end the test; the last two are seen for the same."""

MOST_STEPS = 255
"""254 and the end."""
