"""What a cell did during one step, at any time of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ionworks_engine.battery.functions import expanded
from ionworks_engine.battery.quiet import casadi
from ionworks_engine.battery.terms import COLUMNS, Floats, Limit, Places

JUST_BEFORE = 1e-6
_PLAIN = frozenset(
    getattr(casadi, f"OP_{name}")
    for name in ("CONST", "INPUT", "OUTPUT", "ADD", "SUB", "MUL", "DIV", "NEG", "TWICE")
)


@dataclass(frozen=True)
class State:
    """Where the cell stands: the time in s and the values of all unknowns."""

    time: float
    unknowns: Floats


class Reader:
    """Computes output columns, from the few unknowns that they depend on.

    Where the columns are unknowns or nearly so, as the standard ones of a step model are, they
    are read with one matrix product instead of a call of compiled code.

    Parameters
    ----------
    columns
        A function of time, all unknowns and the inputs.
    """

    def __init__(self, columns: Any) -> None:
        counts = np.diff(np.asarray(columns.sparsity_jac(1, 0).colind()))
        self.needed: Places = np.flatnonzero(counts)
        time, inputs = casadi.MX.sym("t"), columns.mx_in(2)
        few = casadi.MX.sym("z", self.needed.size)
        unknowns = casadi.MX.zeros(columns.size1_in(1), 1)
        unknowns[self.needed.tolist()] = few
        found = columns(time, unknowns, inputs)
        self._function = expanded(casadi.Function("few", [time, few, inputs], [found]))
        self._affine = _affine(self._function)
        self._known: tuple[Floats, Floats, Floats] | None = None

    def __call__(self, times: Floats, few: Floats, inputs: Floats) -> Floats:
        """Return one row of columns for each time; ``few`` has a row a time as well."""
        if self._affine is not None:
            matrix, constants = self._coefficients(inputs)
            return np.asarray(few @ matrix + constants)
        columns = self._function(times[None, :], few.T, inputs)
        return np.asarray(columns, dtype=float).T

    def _coefficients(self, inputs: Floats) -> tuple[Floats, Floats]:
        if self._known is None or self._known[0] is not inputs:
            matrix, constants = self._affine(inputs)
            self._known = (inputs, matrix.full().T, constants.full().ravel())
        return self._known[1], self._known[2]


def _affine(function: Any) -> Any:
    """Return matrix and constants of a function of inputs, if it is affine in all else.

    Only sums and products are trusted: CasADi takes a table or a maximum for linear.
    """
    if not function.is_a("SXFunction"):
        return None
    operations = {function.instruction_id(place) for place in range(function.n_instructions())}
    if not operations <= _PLAIN:
        return None
    time, few, inputs = function.sx_in()
    columns = function(time, few, inputs)
    matrix = casadi.jacobian(columns, casadi.vertcat(time, few))
    slopes = matrix[:, 1:]
    moving = casadi.vertcat(time, few)
    if casadi.jacobian(matrix, moving).nnz() or matrix[:, 0].nnz():
        return None
    constants = casadi.substitute(columns, moving, np.zeros(moving.numel()))
    parts = [casadi.densify(slopes), casadi.densify(constants)]
    return casadi.Function("affine", [inputs], parts)


class Segment:
    """What the solver gave in one go, at its own times and anywhere between.

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
        The limit that ended it, if one did.
    failure
        The solver's words if it could not go on.
    kinks
        Times in s at which what is held changes its slope or begins or ends to vary.
    """

    def __init__(
        self,
        reader: Callable[[tuple[str, ...]], Reader],
        inputs: Floats,
        times: Floats,
        unknowns: Floats,
        slopes: Floats | None,
        *,
        fired: Limit | None = None,
        failure: str | None = None,
        kinks: Floats | None = None,
    ) -> None:
        self._reader = reader
        self._inputs = inputs
        self.times = times
        self._unknowns = unknowns
        self._slopes = slopes
        self._ends = State(float(times[0]), unknowns[0]), State(float(times[-1]), unknowns[-1])
        self._kept: Places | None = None
        self.fired = fired
        self.failure = failure
        self.kinks = times[:0] if kinks is None else kinks[kinks < times[-1]]

    @property
    def duration(self) -> float:
        """How long it took, in s."""
        return float(self.times[-1] - self.times[0])

    @property
    def end(self) -> State:
        """The state it ended in."""
        return self._ends[1]

    def forget(self, extra: tuple[str, ...]) -> None:
        """Keep only the unknowns that output columns need, and whole states at both ends."""
        kept = np.union1d(self._reader(()).needed, self._reader(extra).needed)
        self._unknowns = self._unknowns[:, kept]
        self._slopes = None if self._slopes is None else self._slopes[:, kept]
        self._kept = kept

    def until(self, time: float) -> Segment:
        """Return this cut off at an earlier time in s, with nothing fired."""
        if time <= self.times[0]:
            first = self._ends[0]
            return self._like(np.array([first.time]), first.unknowns[None, :], None)
        assert self._kept is None, "what was forgotten cannot be cut"
        kept = int(np.searchsorted(self.times, time, side="left"))
        last = np.array([time])
        every = np.arange(self._unknowns.shape[1])
        times = np.append(self.times[:kept], last)
        unknowns = np.vstack([self._unknowns[:kept], self._between(last, every)])
        slopes = None
        if self._slopes is not None and kept:
            slopes = np.vstack([self._slopes[:kept], self._rates(last, every)])
        return self._like(times, unknowns, slopes)

    def _like(self, times: Floats, unknowns: Floats, slopes: Floats | None) -> Segment:
        return Segment(self._reader, self._inputs, times, unknowns, slopes, kinks=self.kinks)

    def read(self, times: Floats, extra: tuple[str, ...]) -> Floats:
        """Return the output columns at these times, one row a time.

        Parameters
        ----------
        times
            In s, within the segment.
        extra
            Names of variables wanted besides :data:`COLUMNS`.
        """
        reader = self._reader(extra)
        return reader(times, self._between(times, reader.needed), self._inputs)

    def _between(self, times: Floats, places: Places) -> Floats:
        """Interpolate some unknowns by cubics through the solver's values and slopes."""
        if self._kept is not None:
            wanted, places = places, np.searchsorted(self._kept, places)
            found = self._kept.take(places, mode="clip") if places.size else places
            assert np.array_equal(found, wanted), "what was forgotten cannot be read"
        if self._slopes is None or self.times.size == 1:
            return np.repeat(self._unknowns[-1:, places], times.size, axis=0)
        start, rise, first, last, s, _ = self._cubics(times, places)
        return start + s * (
            first + s * (3 * rise - 2 * first - last + s * (first + last - 2 * rise))
        )

    def _rates(self, times: Floats, places: Places) -> Floats:
        """Return the slopes of those cubics."""
        _, rise, first, last, s, width = self._cubics(times, places)
        steeper = 2 * (3 * rise - 2 * first - last) + 3 * s * (first + last - 2 * rise)
        return np.asarray((first + s * steeper) / width)

    def _cubics(self, times: Floats, places: Places) -> tuple[Floats, ...]:
        assert self._slopes is not None
        left = np.clip(np.searchsorted(self.times, times, side="right") - 1, 0, self.times.size - 2)
        width = (self.times[left + 1] - self.times[left])[:, None]
        s = (times - self.times[left])[:, None] / width
        values, slopes = self._unknowns[:, places], self._slopes[:, places]
        start, rise = values[left], values[left + 1] - values[left]
        return start, rise, slopes[left] * width, slopes[left + 1] * width, s, width


class Path:
    """What a cell did, segment after segment: each begins where the last one ended.

    Parameters
    ----------
    segments
        At least one before anything is read.
    """

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = list(segments)

    def append(self, segment: Segment) -> None:
        """Go on with one more segment."""
        self.segments.append(segment)

    def join(self, other: Path) -> Path:
        """Return this path and another one after it."""
        return Path([*self.segments, *other.segments])

    @property
    def times(self) -> Floats:
        """The solver's own times in s."""
        parts = [segment.times for segment in self.segments]
        rest = [part[part > before[-1]] for before, part in pairwise(parts)]
        return np.concatenate([parts[0], *rest])

    @property
    def kinks(self) -> Floats:
        """Times in s around which straight lines do not follow what is held."""
        inner = [segment.kinks for segment in self.segments]
        starts = np.array([segment.times[0] for segment in self.segments[1:]])
        return np.concatenate([*inner, starts, starts - JUST_BEFORE])

    @property
    def start(self) -> float:
        """When it began, in s."""
        return float(self.segments[0].times[0])

    @property
    def finish(self) -> float:
        """When it ended, in s."""
        return float(self.segments[-1].times[-1])

    @property
    def end(self) -> State:
        """The state it ended in."""
        return self.segments[-1].end

    @property
    def fired(self) -> Limit | None:
        """The limit that ended it, if one did."""
        return self.segments[-1].fired

    @property
    def failure(self) -> str | None:
        """The solver's words if it could not go on."""
        return self.segments[-1].failure

    def until(self, time: float) -> Path:
        """Return the path cut off at an earlier time in s, with nothing fired."""
        kept = [segment for segment in self.segments if segment.times[0] < time]
        kept = kept or self.segments[:1]
        return Path([*kept[:-1], kept[-1].until(time)])

    def read(self, times: Floats, extra: tuple[str, ...]) -> Floats:
        """Return the output columns at these times, one row a time.

        At the time of a switch, this is the state after it.

        Parameters
        ----------
        times
            In s, within the path.
        extra
            Names of variables wanted besides :data:`COLUMNS`.
        """
        if len(self.segments) == 1:
            return self.segments[0].read(times, extra)
        starts = np.array([segment.times[0] for segment in self.segments])
        owner = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, starts.size - 1)
        rows = np.empty((times.size, len(COLUMNS) + len(extra)))
        for place in np.unique(owner):
            mine = owner == place
            rows[mine] = self.segments[place].read(times[mine], extra)
        return rows
