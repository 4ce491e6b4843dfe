"""Where the numbers of a closed form come from: fixed ones, and those that a fit sets.

A closed form asks for its numbers by their full names and gets them as one vector. What it then
gives as derivatives by that vector is carried back here to the names the fit knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ionworks_engine.pipelines.errors import MissingParametersError, PipelineError, refuse
from ionworks_engine.pipelines.names import indexed, spelt

Floats: TypeAlias = npt.NDArray[np.float64]

ALIASES: Mapping[str, str] = {
    "Q_pe": "Positive electrode capacity [A.h]",
    "Q_ne": "Negative electrode capacity [A.h]",
}


def full_name(key: str) -> str:
    """Return the full name of what a fit calls by a key.

    The short names are those that the documentation of ``ionworks-schema`` gives to electrode
    capacities; on the wire the key is all that is left of a parameter's name.

    Examples
    --------
    >>> full_name("Q_pe")
    'Positive electrode capacity [A.h]'
    >>> full_name("U0_n_2")
    'Negative electrode host site standard potential (2) [V]'
    """
    return ALIASES.get(key, spelt(key))


@dataclass(frozen=True, eq=False)
class Slots:
    """The numbers of a closed form, in its order.

    Parameters
    ----------
    names
        Full names.
    keys
        What the fit calls each that it sets; ``None`` for fixed ones.
    numbers
        Values of the fixed ones, and where the fit starts.
    """

    names: tuple[str, ...]
    keys: tuple[str | None, ...]
    numbers: Floats

    @property
    def inputs(self) -> frozenset[str]:
        """The keys that change anything."""
        return frozenset(key for key in self.keys if key is not None)

    def read(self, values: Mapping[str, float]) -> Floats:
        """Return the vector of numbers at some values of the fit."""
        vector = self.numbers.copy()
        for place, key in enumerate(self.keys):
            if key is not None and key in values:
                vector[place] = values[key]
        return vector

    def chained(self, derivatives: Floats, names: Sequence[str]) -> Floats:
        """Carry derivatives by the numbers, shape (n, len(self.names)), to the fit's names."""
        carried = np.zeros((derivatives.shape[0], len(names)))
        columns = {name: column for column, name in enumerate(names)}
        for place, key in enumerate(self.keys):
            if key in columns:
                carried[:, columns[key]] += derivatives[:, place]
        return carried

    def renamed(self, changed: Mapping[int, float]) -> dict[str, float]:
        """Return numbers by the key that the fit knows, or their full name if it sets them not."""
        return {self.keys[place] or self.names[place]: value for place, value in changed.items()}

    def aliased(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return by full name what the fit sets by a short one."""
        rows = zip(self.keys, self.names, strict=True)
        return {name: values[key] for key, name in rows if key and key in ALIASES and key in values}


class Source:
    """Finds numbers by full name among given parameters and what a fit sets.

    Parameters
    ----------
    given
        The parameter set that earlier elements left.
    free
        What the fit may set, with the values it starts from.
    who
        What needs the numbers, for the error that names all that are missing.
    """

    def __init__(self, given: Any, free: Mapping[str, float], who: str) -> None:
        self._given = given
        self._free = {full_name(key): (key, float(value)) for key, value in free.items()}
        self._who = who
        self._found: list[tuple[str, str | None, float]] = []
        self._missing: list[str] = []

    def known(self, name: str) -> bool:
        """Say whether a number is set by the fit or given, alone or as one of a list."""
        return name in self._free or name in self._given

    def length(self, name: str) -> int:
        """Return how many numbers a list holds, whose indices count from 0."""
        if name in self._given:
            return self._list(name).size
        count = 0
        while self.known(indexed(name, count)):
            count += 1
        return count

    def member(self, index: int, *lists: str) -> int:
        """Take one number of the first list that has it, and return its place in the vector."""
        for name in lists:
            if self.known(indexed(name, index)):
                return self.number(indexed(name, index))
            if name in self._given and index < self._list(name).size:
                return self._take(indexed(name, index), None, float(self._list(name)[index]))
        return self.number(indexed(lists[-1], index))

    def _list(self, name: str) -> Floats:
        return np.atleast_1d(np.asarray(self._given.get(name), dtype=float))

    def number(self, *names: str) -> int:
        """Take the first of the names that is known, and return its place in the vector."""
        for name in names:
            if name in self._free:
                key, value = self._free[name]
                return self._take(name, key, value)
            if name in self._given:
                return self._take(name, None, self._given.number(name))
        self.lack(names[0])
        return self._take(names[0], None, np.nan)

    def lack(self, name: str) -> None:
        """Remember what is missing, to be named with all else that is."""
        self._missing.append(name)

    def constant(self, *names: str) -> float | None:
        """Return the first of some numbers that is given; a fit cannot set it."""
        return next((self._given.number(name) for name in names if name in self._given), None)

    def refuse(self, message: str) -> PipelineError:
        """Make the error of what needs the numbers."""
        return refuse(self._who, message)

    def name_at(self, place: int) -> str:
        """Return the full name of what was taken to a place."""
        return self._found[place][0]

    def check(self) -> None:
        """Raise :class:`MissingParametersError` if anything asked for was missing."""
        if self._missing:
            raise MissingParametersError(self._missing, self._who)

    def slots(self) -> Slots:
        """Return all that was taken.

        Raises
        ------
        MissingParametersError
            Naming all that were asked for and are neither given nor set by the fit.
        """
        self.check()
        names, keys, numbers = zip(*self._found, strict=True)
        return Slots(names, keys, np.array(numbers, dtype=float))

    def _take(self, name: str, key: str | None, value: float) -> int:
        self._found.append((name, key, value))
        return len(self._found) - 1
