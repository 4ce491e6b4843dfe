"""What a step holds over time: a constant, a sine, or straight lines between points.

A signal that varies is followed piece by piece. Within a piece it is continuous, with kinks at
known times, and short enough to fit the table of inputs that compiled models read it from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

_Floats: TypeAlias = npt.NDArray[np.float64]

TABLE = 64
"""Straight lines that one piece may have."""

MOST_KINKS = 200_000
"""Kinks of a signal that one step may follow."""

_SAME_TIME = 1e-9


class TooManyKinksError(Exception):
    """A signal with more kinks than one step may follow."""


@dataclass(frozen=True)
class Piece:
    """A continuous stretch of a signal.

    Parameters
    ----------
    times
        Kinks and both ends, in s since the step began, rising.
    values
        The signal there, less the sine.
    amplitude, frequency
        Of the sine ``amplitude * sin(2 pi frequency t)`` on top, ``t`` since the step began.
    """

    times: _Floats
    values: _Floats
    amplitude: float = 0.0
    frequency: float = 0.0


class Varying(Protocol):
    """A signal that is no constant."""

    def pieces(self, start: float, end: float) -> Iterator[Piece]:
        """Cut the stretch between two times in s since the step began into pieces."""
        ...


Signal: TypeAlias = float | Varying


@dataclass(frozen=True)
class Sine:
    """``offset + amplitude * sin(2 pi frequency t)``.

    The solver halts at each extreme, so that no period, however small, is stepped over.
    """

    offset: float
    amplitude: float
    frequency: float

    def pieces(self, start: float, end: float) -> Iterator[Piece]:
        """Cut the stretch between two times in s since the step began into pieces."""
        quarter = 0.25 / self.frequency
        while start < end:
            first = math.floor(start / quarter + _SAME_TIME) + 1
            kinks = np.asarray(quarter * (first + np.arange(TABLE)), dtype=np.float64)
            times = _between(start, kinks, min(end, float(kinks[-1])))
            values = np.full(times.size, self.offset)
            yield Piece(times, values, self.amplitude, self.frequency)
            start = float(times[-1])


@dataclass(frozen=True)
class Course:
    """Straight lines between points, over and over.

    Parameters
    ----------
    times
        In s from 0, not falling; at two equal times the signal jumps. The last is the period.
    values
        The signal at those.
    """

    times: _Floats
    values: _Floats

    def pieces(self, start: float, end: float) -> Iterator[Piece]:
        """Cut the stretch between two times in s since the step began into pieces."""
        period = float(self.times[-1])
        jumps = np.flatnonzero(np.diff(self.times) == 0) + 1
        runs = np.split(np.arange(self.times.size), jumps)
        lap = math.floor(start / period + _SAME_TIME)
        while lap * period < end:
            for run in runs:
                for first in range(0, run.size - 1, TABLE):
                    points = run[first : first + TABLE + 1]
                    yield from _clipped(
                        lap * period + self.times[points], self.values[points], start, end
                    )
            lap += 1


def _clipped(times: _Floats, values: _Floats, start: float, end: float) -> Iterator[Piece]:
    if times[-1] <= start + _SAME_TIME or times[0] >= end - _SAME_TIME:
        return
    inside = _between(max(start, times[0]), times, min(end, times[-1]))
    yield Piece(inside, np.interp(inside, times, values))


def _between(start: float, times: _Floats, end: float) -> _Floats:
    inside = times[(times > start + _SAME_TIME) & (times < end - _SAME_TIME)]
    return np.concatenate([[start], inside, [end]])


def square(offset: float, amplitude: float, frequency: float) -> Course:
    """Return a square wave, which begins high."""
    return _wave([0, 0.5, 0.5, 1], [1, 1, -1, -1], offset, amplitude, frequency)


def triangle(offset: float, amplitude: float, frequency: float) -> Course:
    """Return a triangle wave, which begins upwards from the offset."""
    return _wave([0, 0.25, 0.75, 1], [0, 1, -1, 0], offset, amplitude, frequency)


def sawtooth(offset: float, amplitude: float, frequency: float) -> Course:
    """Return a sawtooth wave, which begins upwards from the offset and falls at once."""
    return _wave([0, 0.5, 0.5, 1], [0, 1, -1, 0], offset, amplitude, frequency)


def _wave(
    times: list[float], values: list[float], offset: float, amplitude: float, frequency: float
) -> Course:
    return Course(np.array(times) / frequency, offset + amplitude * np.array(values))
