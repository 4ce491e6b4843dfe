"""The words of Arbin schedules, and what tells the two dialects apart.

What a counter step does is written as bits. Reset: 1, 2, 4, 8 are the capacities and energies,
65536 on are the counters. Increment: 1 is the cycle, 2 on are the counters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Dialect:
    """A version of the schedule format."""

    target: str
    suffix: str
    version: str
    software: str
    has_test_object: bool
    blank_lines: int


SDU = Dialect("arbin", ".sdu", "Schedule Version 7.00.13", "MITS Pro 7", False, 0)
SDX = Dialect("arbin_sdx", ".sdx", "Schedule Version 8.00.11", "MITS Pro 8", True, 2)

REST: Final = "Rest"
CURRENT: Final = "Current(A)"
C_RATE: Final = "C-Rate"
VOLTAGE: Final = "Voltage(V)"
CCCV: Final = "CCCV"
RAMP: Final = "Current Ramp(A)"
SIMULATION: Final = "Current Simulation"
RESISTANCE: Final = "Internal Resistance"
DRIVEN: Final = frozenset({CURRENT, C_RATE, VOLTAGE, CCCV, RAMP, SIMULATION})
"""Types of steps that have a current."""
VARIABLES: Final = "Set Variable(s)"
CAN: Final = "Write CAN Messages"

NEXT: Final = "Next Step"
END: Final = "End Test"
UNSAFE: Final = "Unsafe"

STEP_TIME: Final = "PV_CHAN_Step_Time"
CHANNEL_VOLTAGE: Final = "PV_CHAN_Voltage"
CHANNEL_CURRENT: Final = "PV_CHAN_Current"
CV_CURRENT: Final = "PV_CHAN_CV_Stage_Current"
CV_TIME: Final = "PV_CHAN_CV_StageTime"
CHARGED: Final = "PV_CHAN_Charge_Capacity"
DISCHARGED: Final = "PV_CHAN_Discharge_Capacity"
CYCLE: Final = "PV_CHAN_Cycle_Index"
TEMPERATURE: Final = "AV_T[1]"
LAST_CURRENT: Final = "LS_CHAN_Current"
NOMINAL: Final = "MV_NominalCapacity"
COUNTER: Final = "TC_Counter"

LOGGED: Final = {"DV_Time": "time", "DV_Voltage": "voltage", "DV_Current": "current"}
"""The differences that store a row, and what `Record` calls them."""

COUNTERS: Final = 4
"""How many counters there are, `TC_Counter1` on: so many loops can stand in each other."""

RESET_TOTALS: Final = 15
ADVANCE_CYCLE: Final = 1
VARIABLE: Final = "VAR_TC_COUNTER"
TOTALS: Final = {"Charge": "VAR_CHARGE_CAPACITY", "Discharge": "VAR_DISCHARGE_CAPACITY"}
"""Variables for the capacities [A.h] that the cycler adds up until a step sets them to 0."""


def reset_bit(counter: int) -> int:
    """Return the bit that sets a counter to 0."""
    return 1 << (15 + counter)


def increment_bit(counter: int) -> int:
    """Return the bit that adds 1 to a counter."""
    return 1 << counter
