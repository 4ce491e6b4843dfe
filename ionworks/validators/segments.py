"""Runs of equal values in a column, and what is summed and integrated along them.

Everything here works on whole arrays, so its cost does not depend on the number of runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

__all__ = [
    "Flags",
    "Floats",
    "Indices",
    "Segments",
    "running_step_reset_integral",
    "step_boundary_idx",
    "worst_row_relative_error",
]

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class Segments:
    """Adjoining runs of rows: where each begins, and how many rows there are in all."""

    starts: Indices
    num_rows: int

    @classmethod
    def of(cls, values: npt.NDArray[np.generic]) -> Segments:
        """Cut the rows wherever the value is not that of the row before; NaN is like nothing."""
        if not values.size:
            return cls(np.empty(0, dtype=np.intp), 0)
        changes = np.flatnonzero(values[1:] != values[:-1]) + 1
        return cls(np.concatenate([[0], changes]), values.size)

    def __len__(self) -> int:
        return self.starts.size

    @cached_property
    def lengths(self) -> Indices:
        """The number of rows of each run."""
        return np.diff(np.append(self.starts, self.num_rows))

    @cached_property
    def labels(self) -> Indices:
        """The number of the run that each row belongs to, counted from 0."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def sums(self, values: Floats) -> Floats:
        """Add up each run."""
        return np.add.reduceat(values, self.starts)

    def lowest(self, values: Floats) -> Floats:
        """Find the smallest value of each run."""
        return np.minimum.reduceat(values, self.starts)

    def highest(self, values: Floats) -> Floats:
        """Find the largest value of each run."""
        return np.maximum.reduceat(values, self.starts)

    def spread(self, per_run: Floats) -> Floats:
        """Give each row the value of its run."""
        return np.repeat(per_run, self.lengths)

    def blocks(self, num_rows: int) -> Iterator[tuple[Segments, slice, slice]]:
        """Yield whole runs of about so many rows, which runs they are and which rows."""
        first = 0
        while first < len(self):
            start = int(self.starts[first])
            last = int(np.searchsorted(self.starts, start + num_rows))
            stop = int(self.starts[last]) if last < len(self) else self.num_rows
            yield (
                Segments(self.starts[first:last] - start, stop - start),
                slice(first, last),
                slice(start, stop),
            )
            first = last

    def kept(self, wanted: Flags) -> tuple[Segments, Flags]:
        """Keep some of the runs: they close up, and the mask says which rows are theirs."""
        lengths = self.lengths[wanted]
        starts = np.cumsum(lengths) - lengths
        return Segments(starts, int(lengths.sum())), np.repeat(wanted, self.lengths)


def step_boundary_idx(step_data: npt.ArrayLike) -> Indices:
    """Return for each row the row at which its step begins.

    Parameters
    ----------
    step_data
        The step of each row. A step is a run of equal values.

    Examples
    --------
    >>> from ionworks.validators import step_boundary_idx
    >>> step_boundary_idx([0, 0, 1, 1, 1]).tolist()
    [0, 0, 2, 2, 2]
    """
    segments = Segments.of(np.asarray(step_data))
    return np.repeat(segments.starts, segments.lengths)


def running_step_reset_integral(
    signed: npt.ArrayLike,
    time: npt.ArrayLike,
    step_data: npt.ArrayLike | None = None,
    *,
    boundary_idx: npt.NDArray[np.integer] | None = None,
) -> Floats:
    """Integrate over time by trapezoids, from 0 at the first row of each step.

    Parameters
    ----------
    signed
        What is integrated, in A or W.
    time
        Time in s.
    step_data
        The step of each row; without it everything is one step.
    boundary_idx
        The first row of each row's step, in place of `step_data`.

    Returns
    -------
    numpy.ndarray
        The integral at each row, in A.h or W.h.

    Examples
    --------
    >>> from ionworks.validators import running_step_reset_integral
    >>> running_step_reset_integral([1, 1, 1, 1], [0, 3600, 7200, 10800], [0, 0, 1, 1]).tolist()
    [0.0, 1.0, 0.0, 1.0]
    """
    total = running_integral(np.asarray(signed, dtype=float), np.asarray(time, dtype=float))
    total /= _SECONDS_PER_HOUR
    if boundary_idx is None and step_data is not None:
        boundary_idx = step_boundary_idx(step_data)
    return total if boundary_idx is None else total - total[boundary_idx]


def running_integral(values: Floats, time: Floats) -> Floats:
    """Integrate from the first row on by trapezoids."""
    total = np.zeros(values.size)
    np.cumsum(np.diff(time) * (values[1:] + values[:-1]) / 2, out=total[1:])
    return total


def worst_row_relative_error(
    reported: npt.ArrayLike, integrated: npt.ArrayLike
) -> tuple[int, float, float]:
    """Find the row in which two series differ most, relative to the largest value of both.

    Returns
    -------
    tuple
        The row, the relative error there, and the scale that it is relative to. Without anything
        to compare: row 0 and an infinite error.

    Examples
    --------
    >>> from ionworks.validators import worst_row_relative_error
    >>> worst_row_relative_error([0.0, 1.0, 2.0], [0.0, 1.0, 1.5])
    (2, 0.25, 2.0)
    """
    first, second = np.asarray(reported, dtype=float), np.asarray(integrated, dtype=float)
    magnitudes = np.abs(np.concatenate([first, second]))
    scale = float(np.fmax.reduce(magnitudes, initial=0.0))
    if not 0.0 < scale < np.inf:
        return 0, np.inf, 0.0
    difference = np.abs(first - second)
    if np.isnan(difference).all():
        return 0, np.inf, scale
    row = int(np.nanargmax(difference))
    return row, float(difference[row]) / scale, scale
