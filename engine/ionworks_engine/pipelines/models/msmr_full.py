"""The open-circuit voltage of a full cell of two MSMR electrodes.

Between both electrodes lithium is only exchanged. With q the capacity discharged since the charged
end of the data, and Q the usable capacity, the range of the data,

    Q_p x_p(U_p) = lower excess of the positive electrode + q
    Q_n x_n(U_n) = lower excess of the negative electrode + Q - q

and U_p - U_n is the voltage. At a given voltage that is one equation for U_p, whose left side falls
with it. This is the balance of Hu and Schwartz, J. Electrochem. Soc. 169 (2022) 030539.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ionworks_engine.pipelines.models.msmr import Electrode, HalfCell, electrode_of
from ionworks_engine.pipelines.models.msmr_rules import FromUpperExcess, Rule
from ionworks_engine.pipelines.models.msmr_slots import Floats, Source

_USABLE = "Usable capacity [A.h]"
_UPPER = "upper excess capacity [A.h]"
_ROUNDS = 200
_HALVE_EVERY = 3
_CLOSE = 1e-13


@dataclass(frozen=True, eq=False)
class FullCell:
    """Two electrodes that share one vector of numbers.

    Parameters
    ----------
    negative, positive
        The electrodes.
    usable
        The usable capacity in A.h.
    negative_limits, positive_limits
        Potentials in V against lithium that each electrode may have.
    """

    negative: Electrode
    positive: Electrode
    usable: float
    negative_limits: tuple[float, float]
    positive_limits: tuple[float, float]

    def content(self, numbers: Floats, voltage: Floats) -> tuple[Floats, Floats]:
        """Return the capacity discharged at some voltages, and its slope by voltage.

        NaN where no pair of potentials within the limits has that voltage.
        """
        potential = self.potentials(numbers, voltage)
        known = np.isfinite(potential)
        held, slope = (np.full(voltage.shape, np.nan) for _ in range(2))
        held[known], of_positive = self.positive.content(numbers, potential[known])
        _, of_negative = self.negative.content(numbers, potential[known] - voltage[known])
        slope[known] = of_positive * of_negative / (of_positive + of_negative)
        return held, slope

    def derivatives(self, numbers: Floats, voltage: Floats) -> Floats:
        """Return how the capacity changes with each number, shape (n, len(numbers))."""
        potential = self.potentials(numbers, voltage)
        known = np.isfinite(potential)
        at, below = potential[known], potential[known] - voltage[known]
        _, of_positive = self.positive.content(numbers, at)
        _, of_negative = self.negative.content(numbers, below)
        share = (of_positive / (of_positive + of_negative))[:, None]
        positive = self.positive.derivatives(numbers, at)
        negative = self.negative.derivatives(numbers, below)
        changes = np.full((voltage.size, numbers.size), np.nan)
        changes[known] = (1 - share) * positive - share * negative
        return changes

    def potentials(self, numbers: Floats, voltage: Floats) -> Floats:
        """Return the positive electrode's potentials in V; NaN where there is none."""
        low = np.maximum(self.positive_limits[0], voltage + self.negative_limits[0])
        high = np.minimum(self.positive_limits[1], voltage + self.negative_limits[1])
        inside = low < high
        found = np.full(voltage.shape, np.nan)
        low, high, voltage = low[inside], high[inside], voltage[inside]
        reached = (self._surplus(numbers, low, voltage)[0] >= 0) & (
            self._surplus(numbers, high, voltage)[0] <= 0
        )
        found[inside] = np.where(reached, self._root(numbers, low, high, voltage), np.nan)
        return found

    def capacities(self, numbers: Floats) -> dict[str, float]:
        """Return the usable capacity, and what no lithium ever fills of each electrode."""
        found = {_USABLE: self.usable}
        for name, electrode in (("Negative", self.negative), ("Positive", self.positive)):
            taken = numbers[list(electrode.excess)].sum() + self.usable
            found[f"{name} electrode {_UPPER}"] = electrode.total(numbers) - float(taken)
        return found

    def _surplus(
        self, numbers: Floats, potential: Floats, voltage: Floats
    ) -> tuple[Floats, Floats]:
        """Return the lithium beyond what both electrodes share, and its slope by potential."""
        positive, rise = self.positive.content(numbers, potential)
        negative, other = self.negative.content(numbers, potential - voltage)
        return positive + negative - self.usable, rise + other

    def _root(self, numbers: Floats, low: Floats, high: Floats, voltage: Floats) -> Floats:
        """Find where the surplus vanishes, by Newton's steps within a shrinking bracket."""
        at = 0.5 * (low + high)
        done = np.zeros(at.shape, dtype=bool)
        for count in range(1, _ROUNDS + 1):
            surplus, slope = self._surplus(numbers, at, voltage)
            low, high = np.where(surplus > 0, at, low), np.where(surplus > 0, high, at)
            with np.errstate(divide="ignore", invalid="ignore"):
                step = at - surplus / slope
            close = np.abs(step - at) <= _CLOSE
            helps = (step >= low) & (step <= high) & (count % _HALVE_EVERY != 0)
            moved = np.where(helps | close, step, 0.5 * (low + high))
            at, done = np.where(done, at, moved), done | close | (high - low <= _CLOSE)
            if done.all():
                break
        return at


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
    negative, positive = electrodes
    cell = FullCell(negative, positive, usable, negative_limits, positive_limits)
    return cell, tuple(rules)
