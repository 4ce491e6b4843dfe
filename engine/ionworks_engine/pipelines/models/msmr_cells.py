"""The open-circuit voltage of half and full cells of MSMR electrodes.

Between the electrodes of a full cell lithium is only exchanged. With q the capacity discharged
since the charged end of the data, and Q the usable capacity, the range of the data,

    Q_p x_p(U_p) = lower excess of the positive electrode + q
    Q_n x_n(U_n) = lower excess of the negative electrode + Q - q

and U_p - U_n is the voltage. At a given capacity those are two equations, at a given voltage one
for U_p, whose left side falls with it. This is the balance of Hu and Schwartz, J. Electrochem. Soc.
169 (2022) 030539.

Where an electrode would have to leave its limits of potential, it is held at them.
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
_OFF = 1e-9
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
        Potentials in V against lithium that it may have.
    """

    electrode: Electrode
    limits: tuple[float, float]

    def capacity(self, numbers: Floats, voltage: Floats) -> Floats:
        """Return capacities in A.h."""
        return self.electrode.content(numbers, voltage)[0]

    def capacity_changes(self, numbers: Floats, voltage: Floats) -> Floats:
        """Return derivatives of the capacity, shape (n, len(numbers))."""
        return self.electrode.derivatives(numbers, voltage)

    def voltage(self, numbers: Floats, capacity: Floats) -> Floats:
        """Return potentials in V."""

        def surplus(at: Floats) -> tuple[Floats, Floats]:
            held, slope = self.electrode.content(numbers, at)
            return held - capacity, slope

        return falling_roots(surplus, *self._brackets(numbers, capacity))

    def _brackets(self, numbers: Floats, capacity: Floats) -> tuple[Floats, Floats]:
        """Return potentials on either side of those at capacities, from a table."""
        potential = np.linspace(*self.limits, _TABLE)[::-1]
        held = self.electrode.content(numbers, potential)[0]
        place = np.clip(np.searchsorted(held, capacity), 1, _TABLE - 1)
        return potential[place], potential[place - 1]

    def voltage_changes(self, numbers: Floats, capacity: Floats) -> Floats:
        """Return derivatives of the potential, shape (n, len(numbers)); zero where it is held."""
        at = self.voltage(numbers, capacity)
        held, slope = self.electrode.content(numbers, at)
        changes = self.electrode.derivatives(numbers, at)
        with np.errstate(divide="ignore", invalid="ignore"):
            changes = -changes / slope[:, None]
        free = np.abs(held - capacity) <= _OFF * self.electrode.total(numbers)
        return np.where(free[:, None], changes, 0.0)

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
        """Return the capacities in A.h discharged at voltages; NaN where limits exclude them."""
        return self.positive.capacity(numbers, self._potentials(numbers, voltage))

    def capacity_changes(self, numbers: Floats, voltage: Floats) -> Floats:
        """Return derivatives of the capacity, shape (n, len(numbers))."""
        at = self._potentials(numbers, voltage)
        surplus, _ = self._surplus(numbers, at, voltage)
        _, of_positive = self.positive.electrode.content(numbers, at)
        _, of_negative = self.negative.electrode.content(numbers, at - voltage)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = of_positive / (of_positive + of_negative)
        share = np.where(np.abs(surplus) <= _OFF * self.usable, share, 0.0)[:, None]
        positive = self.positive.capacity_changes(numbers, at)
        negative = self.negative.capacity_changes(numbers, at - voltage)
        return (1 - share) * positive - share * negative

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
        low = np.maximum(self.positive.limits[0], voltage + self.negative.limits[0])
        high = np.minimum(self.positive.limits[1], voltage + self.negative.limits[1])
        possible = low < high
        low, high = np.where(possible, low, np.nan), np.where(possible, high, np.nan)
        return falling_roots(lambda at: self._surplus(numbers, at, voltage), low, high)

    def _surplus(self, numbers: Floats, at: Floats, voltage: Floats) -> tuple[Floats, Floats]:
        """Return the lithium beyond what both electrodes share, and its slope by potential."""
        positive, rise = self.positive.electrode.content(numbers, at)
        negative, other = self.negative.electrode.content(numbers, at - voltage)
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
        Potentials in V that each electrode may have.

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
    negative = OneElectrode(electrodes[0], negative_limits)
    positive = OneElectrode(electrodes[1], positive_limits)
    return FullCell(negative, positive, usable), tuple(rules)
