"""What must hold between the numbers of an MSMR model: sums, order, capacities from their rest.

A rule changes the numbers that a fit sets into those that the model uses, or says by how much a
condition is broken, or both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ionworks_engine.pipelines.models.msmr_slots import Floats


class Rule(Protocol):
    """One condition."""

    def adjusted(self, numbers: Floats) -> tuple[Floats, Floats]:
        """Return the numbers the model uses, and their derivatives, shape (k, k)."""
        ...

    def violations(self, numbers: Floats) -> tuple[Floats, Floats]:
        """Return by how much it is broken, and the derivatives, shape (m, k)."""
        ...


class _Unbroken:
    def violations(self, numbers: Floats) -> tuple[Floats, Floats]:
        return np.zeros(0), np.zeros((0, numbers.size))


class _Unchanged:
    def adjusted(self, numbers: Floats) -> tuple[Floats, Floats]:
        return numbers, np.eye(numbers.size)


@dataclass(frozen=True)
class Projected(_Unbroken):
    """Fractions are moved to the nearest ones that are not negative and add up to one."""

    places: tuple[int, ...]

    def adjusted(self, numbers: Floats) -> tuple[Floats, Floats]:
        """Project the fractions."""
        places = np.array(self.places)
        made = numbers.copy()
        made[places] = projected(numbers[places])
        inside = places[made[places] > 0]
        change = np.eye(numbers.size)
        change[places] = 0.0
        change[np.ix_(inside, inside)] = np.eye(inside.size) - 1.0 / inside.size
        return made, change


@dataclass(frozen=True)
class Complement:
    """The last fraction is what the others leave of one; outside 0 and 1 that may be a breach."""

    places: tuple[int, ...]
    penalised: bool

    def adjusted(self, numbers: Floats) -> tuple[Floats, Floats]:
        """Replace the last fraction."""
        *others, last = self.places
        made, change = numbers.copy(), np.eye(numbers.size)
        made[last] = 1.0 - numbers[others].sum()
        change[last] = 0.0
        change[last, others] = -1.0
        return made, change

    def violations(self, numbers: Floats) -> tuple[Floats, Floats]:
        """Say how far the last fraction is outside 0 and 1."""
        if not self.penalised:
            return np.zeros(0), np.zeros((0, numbers.size))
        made, change = self.adjusted(numbers)
        last = made[self.places[-1]]
        slope = float(last > 1) - float(last < 0)
        return np.array([max(-last, last - 1, 0.0)]), slope * change[[self.places[-1]]]


@dataclass(frozen=True)
class AddsUp(_Unchanged):
    """Fractions should add up to one."""

    places: tuple[int, ...]

    def violations(self, numbers: Floats) -> tuple[Floats, Floats]:
        """Say by how much they do not."""
        slopes = np.zeros((1, numbers.size))
        slopes[0, list(self.places)] = 1.0
        return np.array([numbers[list(self.places)].sum() - 1.0]), slopes


@dataclass(frozen=True)
class Descending(_Unchanged):
    """Potentials should descend; a breach counts in units of the range they begin with."""

    places: tuple[int, ...]
    unit: float

    def violations(self, numbers: Floats) -> tuple[Floats, Floats]:
        """Say by how much each is above the one before it."""
        before, after = np.array(self.places[:-1]), np.array(self.places[1:])
        above = (numbers[after] - numbers[before]) / self.unit
        rows = np.arange(above.size)
        slopes = np.zeros((above.size, numbers.size))
        slopes[rows, after] = np.where(above > 0, 1 / self.unit, 0.0)
        slopes[rows, before] = np.where(above > 0, -1 / self.unit, 0.0)
        return np.maximum(above, 0.0), slopes


@dataclass(frozen=True)
class FromUpperExcess(_Unbroken):
    """A capacity is lower excess, usable capacity and upper excess together.

    Parameters
    ----------
    place
        Of the upper excess capacity, where the capacity is to stand.
    lower
        Of the lower excess capacities.
    usable
        In A.h.
    """

    place: int
    lower: tuple[int, ...]
    usable: float

    def adjusted(self, numbers: Floats) -> tuple[Floats, Floats]:
        """Put the capacity in the place of the upper excess."""
        made, change = numbers.copy(), np.eye(numbers.size)
        made[self.place] += numbers[list(self.lower)].sum() + self.usable
        change[self.place, list(self.lower)] = 1.0
        return made, change


@dataclass(frozen=True)
class Rules:
    """Rules one after the other."""

    each: Sequence[Rule] = ()

    def adjusted(self, numbers: Floats) -> tuple[Floats, Floats]:
        """Return the numbers the model uses, and their derivatives, shape (k, k)."""
        change = np.eye(numbers.size)
        for rule in self.each:
            numbers, step = rule.adjusted(numbers)
            change = step @ change
        return numbers, change

    def violations(self, numbers: Floats) -> tuple[Floats, Floats]:
        """Return all violations, each of the numbers as the fit sets them."""
        found = [rule.violations(numbers) for rule in self.each]
        empty: list[tuple[Floats, Floats]] = [(np.zeros(0), np.zeros((0, numbers.size)))]
        values, slopes = zip(*(found or empty), strict=True)
        return np.concatenate(values), np.concatenate(slopes)


def projected(fractions: Floats) -> Floats:
    """Return the nearest numbers, by Euclid, that are not negative and add up to one.

    The algorithm is that of Duchi, Shalev-Shwartz, Singer and Chandra, ICML 2008, figure 1.

    Examples
    --------
    >>> import numpy as np
    >>> projected(np.array([0.5, 0.7, -0.2])).round(3).tolist()
    [0.4, 0.6, 0.0]
    """
    falling = np.sort(fractions)[::-1]
    shifts = (np.cumsum(falling) - 1.0) / np.arange(1, falling.size + 1)
    shift = shifts[np.flatnonzero(falling > shifts)[-1]]
    return np.asarray(np.maximum(fractions - shift, 0.0))
