"""The open-circuit voltage of half and full cells of MSMR electrodes.

Between the electrodes of a full cell lithium is only exchanged. With q the capacity discharged
since the charged end of the data, and Q the usable capacity, the range of the data,

    Q_p x_p(U_p) = lower excess of the positive electrode + q
    Q_n x_n(U_n) = lower excess of the negative electrode + Q - q

and U_p - U_n is the voltage. At a given capacity those are two equations, at a given voltage one
for U_p, whose left side falls with it. This is the balance of Hu and Schwartz, J. Electrochem. Soc.
169 (2022) 030539.

Where an electrode would have to leave its limits of potential, its closed form, whose potential has
no bound, gives way to a slope of 20 V per range of the data: every capacity has a potential, both
change smoothly with the numbers, and a fit is led back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ionworks_engine.pipelines.models.msmr import Electrode, HalfCell, electrode_of
from ionworks_engine.pipelines.models.msmr_roots import falling_roots
from ionworks_engine.pipelines.models.msmr_rules import FromUpperExcess, Rule
from ionworks_engine.pipelines.models.msmr_slots import Floats, Source

_USABLE = "Usable capacity [A.h]"
_UPPER = "upper excess capacity [A.h]"
_STEEPEST, _SOFT = 20.0, 0.05
_TABLE = 513


class Cell(Protocol):
    """Capacity by voltage and voltage by capacity, and how both change with the numbers."""

    def capacity(self, numbers: Floats, voltage: Floats) -> Floats:
        """Return capacities in A.h."""
        ...

    def capacity_changes(self, numbers: Floats, voltage: Floats) -> Floats:
        """Return derivatives of the capacity, shape (n, len(numbers))."""
        ...

    def voltage(self, numbers: Floats, capacity: Floats) -> Floats:
        """Return voltages in V."""
        ...

    def voltage_changes(self, numbers: Floats, capacity: Floats) -> Floats:
        """Return derivatives of the voltage, shape (n, len(numbers))."""
        ...

    def implied(self, numbers: Floats) -> dict[str, float]:
        """Return the parameters that follow from the numbers, by name."""
        ...


@dataclass(frozen=True, eq=False)
class OneElectrode:
    """A half cell, whose capacity is that of the lithium in the electrode.

    Parameters
    ----------
    electrode
        The closed form.
    limits
        Potentials in V against lithium within which the closed form holds.
    span
        The range of the data in A.h.
    """

    electrode: Electrode
    limits: tuple[float, float]
    span: float

    def content(self, numbers: Floats, potential: Floats) -> tuple[Floats, Floats]:
        """Return what the electrode holds beyond its lower excess, and its slope by potential."""
        held, slope = self.electrode.content(numbers, potential)
        beyond = potential - np.clip(potential, *self.limits)
        away, give = np.abs(beyond), self.span / _STEEPEST
        held -= give * beyond * away / (away + _SOFT)
        slope -= give * away * (away + 2 * _SOFT) / (away + _SOFT) ** 2
        return held, slope

    def reach(self, amount: Floats) -> Floats:
        """Return how far in V beyond the limits an amount of lithium in A.h leads at most."""
        reach: Floats = np.abs(amount) * _STEEPEST / self.span + _SOFT
        return reach

    def capacity(self, numbers: Floats, voltage: Floats) -> Floats:
        """Return capacities in A.h."""
        return self.content(numbers, voltage)[0]

    def capacity_changes(self, numbers: Floats, voltage: Floats) -> Floats:
        """Return derivatives of the capacity, shape (n, len(numbers))."""
        return self.electrode.derivatives(numbers, voltage)

    def voltage(self, numbers: Floats, capacity: Floats) -> Floats:
        """Return potentials in V."""

        def surplus(at: Floats) -> tuple[Floats, Floats]:
            held, slope = self.content(numbers, at)
            return held - capacity, slope

        return falling_roots(surplus, *self._brackets(numbers, capacity))

    def _brackets(self, numbers: Floats, capacity: Floats) -> tuple[Floats, Floats]:
        """Return potentials on either side of those at capacities, from a table."""
        potential = np.linspace(*self.limits, _TABLE)[::-1]
        held = self.content(numbers, potential)[0]
        place = np.searchsorted(held, capacity)
        low = potential[np.minimum(place, _TABLE - 1)]
        high = potential[np.maximum(place - 1, 0)]
        low = np.where(place == _TABLE, low - self.reach(capacity - held[-1]), low)
        return low, np.where(place == 0, high + self.reach(capacity - held[0]), high)

    def voltage_changes(self, numbers: Floats, capacity: Floats) -> Floats:
        """Return derivatives of the potential, shape (n, len(numbers))."""
        at = self.voltage(numbers, capacity)
        slope = self.content(numbers, at)[1]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(-self.electrode.derivatives(numbers, at) / slope[:, None])

    def implied(self, numbers: Floats) -> dict[str, float]:
        """Return nothing: all of a half cell's parameters are numbers of its own."""
        del numbers
        return {}


@dataclass(frozen=True, eq=False)
class FullCell:
    """Two electrodes that share one vector of numbers.

    Parameters
    ----------
    negative, positive
        The electrodes, and their limits.
    usable
        The usable capacity in A.h.
    """

    negative: OneElectrode
    positive: OneElectrode
    usable: float

    def capacity(self, numbers: Floats, voltage: Floats) -> Floats:
        """Return the capacities in A.h discharged at voltages."""
        return self.positive.capacity(numbers, self._potentials(numbers, voltage))

    def capacity_changes(self, numbers: Floats, voltage: Floats) -> Floats:
        """Return derivatives of the capacity, shape (n, len(numbers))."""
        at = self._potentials(numbers, voltage)
        _, of_positive = self.positive.content(numbers, at)
        _, of_negative = self.negative.content(numbers, at - voltage)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (of_positive / (of_positive + of_negative))[:, None]
        positive = self.positive.capacity_changes(numbers, at)
        negative = self.negative.capacity_changes(numbers, at - voltage)
        return np.asarray((1 - share) * positive - share * negative)

    def voltage(self, numbers: Floats, capacity: Floats) -> Floats:
        """Return the voltages in V at discharged capacities."""
        positive = self.positive.voltage(numbers, capacity)
        return positive - self.negative.voltage(numbers, self.usable - capacity)

    def voltage_changes(self, numbers: Floats, capacity: Floats) -> Floats:
        """Return derivatives of the voltage, shape (n, len(numbers))."""
        positive = self.positive.voltage_changes(numbers, capacity)
        return positive - self.negative.voltage_changes(numbers, self.usable - capacity)

    def implied(self, numbers: Floats) -> dict[str, float]:
        """Return the usable capacity, and what no lithium ever fills of each electrode."""
        found = {_USABLE: self.usable}
        for name, side in (("Negative", self.negative), ("Positive", self.positive)):
            taken = numbers[list(side.electrode.excess)].sum() + self.usable
            found[f"{name} electrode {_UPPER}"] = side.electrode.total(numbers) - float(taken)
        return found

    def _potentials(self, numbers: Floats, voltage: Floats) -> Floats:
        """Return the positive electrode's potentials in V."""
        ends = [
            np.stack([np.full(voltage.shape, own), voltage + other])
            for own, other in zip(self.positive.limits, self.negative.limits, strict=True)
        ]
        low, high = ends[0].min(axis=0), ends[1].max(axis=0)
        lacking, left = (self._surplus(numbers, end, voltage)[0] for end in (low, high))
        low = np.where(lacking < 0, low - self.positive.reach(lacking), low)
        high = np.where(left > 0, high + self.positive.reach(left), high)
        return falling_roots(lambda at: self._surplus(numbers, at, voltage), low, high)

    def _surplus(self, numbers: Floats, at: Floats, voltage: Floats) -> tuple[Floats, Floats]:
        """Return the lithium beyond what both electrodes share, and its slope by potential."""
        positive, rise = self.positive.content(numbers, at)
        negative, other = self.negative.content(numbers, at - voltage)
        return positive + negative - self.usable, rise + other


def full_cell_of(
    pair: tuple[HalfCell, HalfCell],
    source: Source,
    temperature: float,
    usable: float,
    negative_limits: tuple[float, float],
    positive_limits: tuple[float, float],
) -> tuple[FullCell, tuple[Rule, ...]]:
    """Take the numbers of both electrodes from a source.

    Parameters
    ----------
    pair
        Negative and positive electrode.
    source
        Where to take them from. Of an electrode whose capacity it does not know, it may know the
        upper excess capacity instead.
    temperature
        In K.
    usable
        The usable capacity in A.h.
    negative_limits, positive_limits
        Potentials in V within which each electrode's closed form holds.

    Returns
    -------
    tuple
        The cell, and the rules that make capacities of upper excess capacities.
    """
    rules: list[Rule] = []
    electrodes = []
    for half in pair:
        electrode = electrode_of(half, source, temperature, upper_excess=True)
        places = [phase.capacity for phase in electrode.phases if phase.capacity is not None]
        if len(places) == 1 and source.name_at(places[0]).endswith(_UPPER):
            rules.append(FromUpperExcess(places[0], electrode.excess, usable))
        electrodes.append(electrode)
    negative = OneElectrode(electrodes[0], negative_limits, usable)
    positive = OneElectrode(electrodes[1], positive_limits, usable)
    return FullCell(negative, positive, usable), tuple(rules)
