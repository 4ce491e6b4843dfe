"""The words that the interpreter, the compiled models and the results share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from ionworks_engine.battery.signals import Signal

Floats: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.int_]

Law: TypeAlias = Literal["current", "voltage", "power", "resistance"]
Watch: TypeAlias = str
"""A quantity that may end a step: one of `WATCHES`, or a `MODEL_VARIABLE` with its name."""

Side: TypeAlias = Literal["low", "high"]
Limit: TypeAlias = tuple[Watch, Side]

LAWS: tuple[Law, ...] = ("current", "voltage", "power", "resistance")
WATCHES: tuple[Watch, ...] = (
    "Voltage",
    "Current",
    "Charge current",
    "Discharge current",
    "Power",
    "Capacity",
    "Energy",
    "SOC",
    "Temperature",
)
MODEL_VARIABLE = "variable "
"""What stands before the name of a variable of the model that is watched."""

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
    """What the cell is asked to do until a limit is met.

    Parameters
    ----------
    law, signal
        What is held, and at what: A (positive = discharge), V, W or Ohm.
    limits
        Thresholds that end it, by quantity and by the side it comes from.
    horizon
        Longest time it may take from now, in s.
    soc, capacity
        State of charge when the step began and the charge in A.h that takes it from 0 to 1.
    elapsed
        Time in s since the step began: the signal is that far on, and so are the counters.
    careful
        Whether the shape of small changes matters: a hundredth of the tolerances.
    extra
        Names of the variables that will be read besides the standard columns.
    """

    law: Law
    signal: Signal
    limits: Mapping[Limit, float]
    horizon: float
    soc: float
    capacity: float
    elapsed: float = 0.0
    careful: bool = False
    extra: tuple[str, ...] = ()
