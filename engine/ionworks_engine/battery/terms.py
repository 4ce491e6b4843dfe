"""The words that the interpreter, the step model and the results share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.int_]

Law: TypeAlias = Literal["current", "voltage", "power"]
Watch: TypeAlias = Literal[
    "Voltage", "Current", "Power", "Capacity", "Energy", "SOC", "Temperature"
]
Limit: TypeAlias = tuple[Watch, Literal["low", "high"]]

LAWS: tuple[Law, ...] = ("current", "voltage", "power")

CAPACITIES = (
    "Discharge capacity [A.h]",
    "Charge capacity [A.h]",
    "Discharge energy [W.h]",
    "Charge energy [W.h]",
)
COLUMNS = ("Voltage [V]", "Current [A]", *CAPACITIES, "Temperature [degC]")
VOLTAGE, CURRENT, OUT, BACK, TEMPERATURE, EXTRA = 0, 1, 2, 3, 6, 7
COUNTERS = slice(2, 6)


@dataclass(frozen=True)
class Instruction:
    """What one step asks of the cell.

    Parameters
    ----------
    law, setpoint
        What is held, in A (positive = discharge), V or W.
    limits
        Thresholds that end the step, by quantity and by the side it comes from.
    horizon
        Longest time the step may take, in s.
    soc, capacity
        State of charge at the start and the charge in A.h that takes it from 0 to 1.
    """

    law: Law
    setpoint: float
    limits: Mapping[Limit, float]
    horizon: float
    soc: float
    capacity: float
