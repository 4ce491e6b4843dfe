"""A checked design, and the points that it means."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from random import Random
from statistics import NormalDist
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Discrete:
    """One of some values."""

    name: str
    values: tuple[float, ...]

    @property
    def count(self) -> int:
        """How many values it has in a grid."""
        return len(self.values)

    def levels(self, _random: Random) -> list[float]:
        """List its values in a grid."""
        return list(self.values)

    def at(self, share: float) -> float:
        """Return the value below which ``share`` of its draws lie."""
        return self.values[int(share * len(self.values))]


@dataclass(frozen=True, slots=True)
class Range:
    """Anything between two bounds."""

    name: str
    min: float
    max: float
    count: int | None

    def levels(self, _random: Random) -> list[float]:
        """List its values in a grid: evenly spaced, both bounds included."""
        gaps = (self.count or 1) - 1
        inner = [self.min + (self.max - self.min) * index / gaps for index in range(1, gaps)]
        return [self.min, *inner, self.max] if gaps else [self.min]

    def at(self, share: float) -> float:
        """Return the value below which ``share`` of its draws lie."""
        return min(self.max, self.min + (self.max - self.min) * share)


@dataclass(frozen=True, slots=True)
class Normal:
    """Draws around a mean."""

    name: str
    mean: float
    std: float
    count: int | None

    def levels(self, random: Random) -> list[float]:
        """List its values in a grid: independent draws."""
        return [self.at(open_unit(random)) for _ in range(self.count or 1)]

    def at(self, share: float) -> float:
        """Return the value below which ``share`` of its draws lie."""
        return NormalDist(self.mean, self.std).inv_cdf(share)


Row: TypeAlias = Discrete | Range | Normal


@dataclass(frozen=True, slots=True)
class Design:
    """A design, checked."""

    sampling: str
    rows: tuple[Row, ...]
    count: int

    def seed(self) -> int:
        """Derive the seed of all draws from the content."""
        rows = [[type(row).__name__, asdict(row)] for row in self.rows]
        content = json.dumps([self.sampling, rows, self.count], sort_keys=True)
        return int.from_bytes(hashlib.sha256(content.encode()).digest(), "big")


def points(design: Design) -> Iterator[tuple[float, ...]]:
    """Yield the points of a design, each a value a row."""
    random = Random(design.seed())  # noqa: S311 - samples, not secrets
    if design.sampling == "grid":
        return itertools.product(*(row.levels(random) for row in design.rows))
    draw = _strata if design.sampling == "latin_hypercube" else _independent
    columns = [[row.at(share) for share in draw(design.count, random)] for row in design.rows]
    return zip(*columns, strict=True)


def _independent(size: int, random: Random) -> list[float]:
    return [open_unit(random) for _ in range(size)]


def _strata(size: int, random: Random) -> list[float]:
    """Draw one number from each of ``size`` equal parts of the unit interval, shuffled."""
    shares = [(index + open_unit(random)) / size for index in range(size)]
    random.shuffle(shares)
    return shares


def open_unit(random: Random) -> float:
    """Draw from the unit interval without its bounds.

    32 bits, so that adding a stratum's index never rounds up into the next one.
    """
    return (random.getrandbits(32) + 0.5) / 2**32
