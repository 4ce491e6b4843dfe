"""Open-circuit curves as they are measured: one branch, its capacity rising as voltage falls.

A half cell's capacity is then that of the lithium in the electrode, a full cell's the one
discharged. Capacity counted the other way round is turned, and the result says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ionworks_engine.pipelines.errors import refuse
from ionworks_engine.pipelines.objectives.base import Floats

CAPACITY, VOLTAGE = "Capacity [A.h]", "Voltage [V]"
_CURRENT, _TIME = "Current [A]", "Time [s]"
_DISCHARGED, _CHARGED = "Discharge capacity [A.h]", "Charge capacity [A.h]"
_SECONDS_PER_HOUR = 3600.0
_REST = 1e-3
_MOST_BACKWARDS = 0.05
FEWEST = 3


@dataclass(frozen=True, eq=False)
class Curve:
    """One branch of an open-circuit curve, both columns of equal length.

    Parameters
    ----------
    capacity
        In A.h, strictly rising; or stoichiometry, where the data give that.
    voltage
        In V, falling on the whole.
    """

    capacity: Floats
    voltage: Floats

    @property
    def span(self) -> float:
        """The capacity between both ends."""
        return float(self.capacity[-1] - self.capacity[0])

    def kept(self, mask: Any, where: str) -> Curve:
        """Return the points that a mask keeps; refuse if that leaves fewer than three."""
        _enough(self.capacity[mask], where)
        return Curve(self.capacity[mask], self.voltage[mask])

    def between(self, limits: tuple[float, float], where: str) -> Curve:
        """Return the points whose voltage is within limits in V."""
        return self.kept((self.voltage >= limits[0]) & (self.voltage <= limits[1]), where)

    def from_zero(self) -> Curve:
        """Return the curve with capacity counted from its first point."""
        return Curve(self.capacity - self.capacity[0], self.voltage)


def read_curve(table: Any, where: str, tell: Callable[[str], None], *, gitt: bool = False) -> Curve:
    """Read capacity and voltage.

    Capacity is the column ``Capacity [A.h]``; else ``Discharge capacity [A.h]`` less
    ``Charge capacity [A.h]``; else the integral of ``Current [A]`` over ``Time [s]``.

    Parameters
    ----------
    table
        Data, as :meth:`Context.table` gives it.
    where
        Key path of the data, for errors.
    tell
        Takes what is assumed, in a sentence.
    gitt
        Whether only the end of each rest counts; data without a current are taken for relaxed
        points already.

    Raises
    ------
    PipelineError
        If a column is missing, there are fewer than three points, or capacity goes to and fro.
    """
    voltage = table.column(VOLTAGE)
    capacity = _capacity(table)
    if gitt and table.has(_CURRENT):
        ends = _ends_of_rests(table.column(_CURRENT), where)
        capacity, voltage = capacity[ends], voltage[ends]
    finite = np.isfinite(capacity) & np.isfinite(voltage)
    capacity, voltage = capacity[finite], voltage[finite]
    _enough(capacity, where)
    if np.cov(capacity, voltage)[0, 1] > 0:
        capacity = capacity.max() - capacity
        tell("Capacity rises with voltage in the data: the largest less each was taken instead")
    return sorted_curve(capacity, voltage, where)


def sorted_curve(capacity: Floats, voltage: Floats, where: str) -> Curve:
    """Bring one branch in order of rising capacity; of equal ones the last counts."""
    backwards = float((np.maximum.accumulate(capacity) - capacity).max())
    forwards = float((capacity - np.minimum.accumulate(capacity)).max())
    span = float(np.ptp(capacity))
    if min(backwards, forwards) > _MOST_BACKWARDS * span:
        raise refuse(where, "capacity goes to and fro; give one branch, charge or discharge")
    if backwards > forwards:
        capacity, voltage = capacity[::-1], voltage[::-1]
    order = np.argsort(capacity, kind="stable")
    capacity, voltage = capacity[order], voltage[order]
    last = np.append(np.diff(capacity) > 0, True)
    _enough(capacity[last], where)
    return Curve(capacity[last], voltage[last])


def _enough(capacity: Floats, where: str) -> None:
    if np.unique(capacity).size < FEWEST:
        raise refuse(
            where, f"at least {FEWEST} points of different capacity are needed within the limits"
        )


def _capacity(table: Any) -> Floats:
    if table.has(CAPACITY):
        return np.asarray(table.column(CAPACITY), dtype=float)
    if table.has(_DISCHARGED):
        charged = table.column(_CHARGED) if table.has(_CHARGED) else 0.0
        return np.asarray(table.column(_DISCHARGED) - charged, dtype=float)
    if table.has(_CURRENT) and table.has(_TIME):
        time, current = table.column(_TIME), table.column(_CURRENT)
        passed = np.diff(time) * 0.5 * (current[1:] + current[:-1]) / _SECONDS_PER_HOUR
        return np.concatenate([[0.0], np.cumsum(passed)])
    return np.asarray(table.column(CAPACITY), dtype=float)


def _ends_of_rests(current: Floats, where: str) -> Any:
    """Return the last row of every rest: where no more than 0.1 % of the largest current flows."""
    rests = np.abs(current) <= _REST * np.nanmax(np.abs(current))
    ends = rests & np.append(~rests[1:], True)
    if ends.sum() < FEWEST:
        raise refuse(where, f"'GITT' needs at least {FEWEST} rests; the data have {ends.sum()}")
    return ends
