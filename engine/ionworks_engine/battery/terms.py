"""The words that the interpreter, the step model and the results share."""

from __future__ import annotations

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
