"""What a cell did during one step, at any time of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ionworks_engine.battery.functions import expanded
from ionworks_engine.battery.quiet import casadi
from ionworks_engine.battery.terms import Floats, Limit, Places


@dataclass(frozen=True)
class State:
    """Where the cell stands: the time in s and the values of all unknowns."""

    time: float
    unknowns: Floats


@dataclass(frozen=True)
class Reader:
    """Computes output columns, from the few unknowns that they depend on.

    Parameters
    ----------
    function
        Of time, the needed unknowns, and the inputs.
    needed
        Places of those unknowns.
    """

    function: Any
    needed: Places

    @classmethod
    def of(cls, columns: Any) -> Reader:
        """Reduce a function of all unknowns to one of those that matter."""
        counts = np.diff(np.asarray(columns.sparsity_jac(1, 0).colind()))
        needed = np.flatnonzero(counts)
        time, few, inputs = casadi.MX.sym("t"), casadi.MX.sym("z", needed.size), columns.mx_in(2)
        unknowns = casadi.MX.zeros(columns.size1_in(1), 1)
        unknowns[needed.tolist()] = few
        reduced = casadi.Function("few", [time, few, inputs], [columns(time, unknowns, inputs)])
        return cls(expanded(reduced), needed)

    def __call__(self, times: Floats, few: Floats, inputs: Floats) -> Floats:
        """Return one row of columns for each time; ``few`` has a row a time as well."""
        columns = self.function(times[None, :], few.T, inputs)
        return np.asarray(columns, dtype=float).T


class Segment:
    """The trajectory of one step, at the solver's own times and anywhere between.

    Parameters
    ----------
    reader
        Gives what computes the standard output columns and some more.
    inputs
        The inputs of the run.
    times
        The solver's own times in s.
    unknowns, slopes
        The unknowns at those times and their rates, one row a time.
    fired
        The limit that ended the step, if one did.
    failure
        The solver's words if it could not go on.
    """

    def __init__(
        self,
        reader: Callable[[tuple[str, ...]], Reader],
        inputs: Floats,
        times: Floats,
        unknowns: Floats,
        slopes: Floats | None,
        fired: Limit | None,
        failure: str | None,
    ) -> None:
        self._reader = reader
        self._inputs = inputs
        self.times = times
        self._unknowns = unknowns
        self._slopes = slopes
        self.fired = fired
        self.failure = failure

    @property
    def duration(self) -> float:
        """How long the step took, in s."""
        return float(self.times[-1] - self.times[0])

    @property
    def end(self) -> State:
        """The state the step ended in."""
        return State(float(self.times[-1]), self._unknowns[-1])

    def first_instant(self) -> Segment:
        """Return the step cut off right at its start."""
        return Segment(
            self._reader, self._inputs, self.times[:1], self._unknowns[:1], None, None, None
        )

    def read(self, times: Floats, extra: tuple[str, ...]) -> Floats:
        """Return the output columns at these times, one row a time.

        Parameters
        ----------
        times
            In s, within the step.
        extra
            Names of variables wanted besides :data:`COLUMNS`.
        """
        reader = self._reader(extra)
        return reader(times, self._between(times, reader.needed), self._inputs)

    def _between(self, times: Floats, places: Places) -> Floats:
        """Interpolate some unknowns by cubics through the solver's values and slopes."""
        if self._slopes is None or self.times.size == 1:
            return np.repeat(self._unknowns[-1:, places], times.size, axis=0)
        left = np.clip(np.searchsorted(self.times, times, side="right") - 1, 0, self.times.size - 2)
        width = self.times[left + 1] - self.times[left]
        s = ((times - self.times[left]) / width)[:, None]
        width = width[:, None]
        values, slopes = self._unknowns[:, places], self._slopes[:, places]
        start, rise = values[left], values[left + 1] - values[left]
        first, last = slopes[left] * width, slopes[left + 1] * width
        return start + s * (
            first + s * (3 * rise - 2 * first - last + s * (first + last - 2 * rise))
        )
