"""Drive cycles as Arbin's simulation files: rows of seconds and amperes, positive for charge.

Between two rows the cycler may hold a value or go straight to the next: rows are at most a second
apart where the value changes, and a jump is two rows a millisecond apart: then both are the same.
How often a profile runs, and times what, stands in the name of its file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ionworks.ucp.tree import Position, Profile
from ionworks_engine.vendors.arbin_layout import number
from ionworks_engine.vendors.errors import Unreadable

JUMP = 0.001
"""Seconds between the two rows of a jump."""

_STEP = 1.0
_ROWS = 1_000_000
_NAME = re.compile(r"(?P<name>.+?)(?:--scale(?P<scale>\S+?))?(?:--repeat(?P<repeat>\d+))?")
_TOLERANCE = 1e-8

Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Run:
    """A profile by name, how often it runs, and times what."""

    profile: str
    scale: float = 1.0
    repeat: int = 1

    @property
    def filename(self) -> str:
        """Return the name of its file.

        Examples
        --------
        >>> Run("US06", 2.0).filename
        'US06--scale2.txt'
        """
        scale = "" if self.scale == 1 else f"--scale{number(self.scale)}"
        repeat = "" if self.repeat == 1 else f"--repeat{self.repeat}"
        return f"{self.profile}{scale}{repeat}.txt"


def run_of(filename: str) -> Run:
    """Return what the name of a file says.

    Examples
    --------
    >>> run_of("US06--repeat3.txt")
    Run(profile='US06', scale=1.0, repeat=3)
    """
    match = _NAME.fullmatch(re.sub(r"\.txt$", "", filename, flags=re.IGNORECASE))
    try:
        assert match is not None
        scale, repeat = float(match["scale"] or 1), int(match["repeat"] or 1)
        if not (math.isfinite(scale) and scale and 1 <= repeat <= _ROWS):
            raise ValueError
    except (AssertionError, ValueError):
        return Run(filename)
    return Run(match["name"], scale, repeat)


def duration(profile: Profile, repeat: int = 1) -> float:
    """Return how long a profile lasts [s].

    Examples
    --------
    >>> duration(Profile("P", "Current", (0.0, 5.0), (1.0, 1.0), Position("")), 2)
    10.0
    """
    return profile.times[-1] * repeat


def write(profile: Profile, run: Run) -> bytes:
    """Write the rows of a profile whose values are currents [A].

    Raises
    ------
    ValueError
        If it takes more than a million rows.
    """
    rows: list[str] = []
    last = -1.0
    for time, value in _rows(_whole(profile, run)):
        last = time + JUMP if time <= last else time
        rows.append(f"{number(round(last, 9))}\t{number(-value)}\n")
        if len(rows) > _ROWS:
            raise ValueError(f"it takes more than {_ROWS} rows")
    return "".join(rows).encode("ascii")


def read(data: bytes, run: Run, filename: str) -> Profile:
    """Read rows into the profile that runs once, its values not scaled.

    Raises
    ------
    Unreadable
        If a row is no pair of numbers, or the times do not rise.
    """
    points = list(_parsed(data, filename))
    if points[0][0] > 0:
        points.insert(0, (0.0, points[0][1]))
    points = _jumps(points)
    points = _cut(points, points[-1][0] / run.repeat)
    times, values = zip(*_straight(points), strict=True)
    scaled = tuple(0.0 if not value else -value / run.scale for value in values)
    return Profile(run.profile, "Current", times, scaled, Position(filename))


def simplified(profile: Profile) -> Profile:
    """Return the profile without points that lie on a straight line between others."""
    points = _straight(list(zip(profile.times, profile.values, strict=True)))
    times, values = zip(*points, strict=True)
    return Profile(profile.name, profile.mode, times, values, profile.position)


def _whole(profile: Profile, run: Run) -> Points:
    period = profile.times[-1]
    return _straight(
        [
            (time + turn * period, value * run.scale)
            for turn in range(run.repeat)
            for time, value in zip(profile.times, profile.values, strict=True)
        ]
    )


def _rows(points: Points) -> Iterator[tuple[float, float]]:
    """Yield rows close enough together that holding a value is like going straight."""
    for (start, first), (end, last) in pairwise(points):
        yield start, first
        if end == start or first == last:
            continue
        pieces = min(math.ceil((end - start) / _STEP), _ROWS + 1)
        for piece in range(1, pieces):
            share = piece / pieces
            yield start + share * (end - start), first + share * (last - first)
    yield points[-1]


def _parsed(data: bytes, filename: str) -> Iterator[tuple[float, float]]:
    last = -math.inf
    empty = True
    for line, text in enumerate(data.decode("latin-1").splitlines(), start=1):
        if not text.strip():
            continue
        try:
            time, value = (float(cell) for cell in text.split())
        except ValueError:
            raise Unreadable(
                f"{filename}: {text[:40]!r} is no pair of seconds and amperes", line=line
            ) from None
        if not (math.isfinite(time) and math.isfinite(value)) or time < max(last, 0.0):
            raise Unreadable(f"{filename}: times must be finite, and rise from 0", line=line)
        last, empty = time, False
        yield time, value
    if empty:
        raise Unreadable(f"{filename}: there are no rows")


def _jumps(points: Points) -> Points:
    """Put the two rows of a jump at one time."""
    found = points[:1]
    for time, value in points[1:]:
        before = found[-1]
        jump = 0 < time - before[0] <= JUMP * (1 + 1e-6) and value != before[1]
        found.append((before[0] if jump else time, value))
    return found


def _cut(points: Points, end: float) -> Points:
    """Return the points up to a time, and the value there."""
    kept = [point for point in points if point[0] < end - _TOLERANCE * end]
    later = points[len(kept)]
    if not kept or later[0] - end <= _TOLERANCE * end:
        return [*kept, (end, later[1])]
    start, value = kept[-1]
    return [*kept, (end, value + (later[1] - value) * (end - start) / (later[0] - start))]


def _straight(points: Points) -> Points:
    """Drop points that lie on the line between their neighbours."""
    kept: Points = []
    for point in points:
        while len(kept) > 1 and _between(kept[-2], kept[-1], point):
            kept.pop()
        if not kept or point != kept[-1]:
            kept.append(point)
    if len(kept) == 1:
        kept.append(kept[0])
    return kept


def _between(before: Sequence[float], middle: Sequence[float], after: Sequence[float]) -> bool:
    if not before[0] < middle[0] < after[0]:
        return False
    share = (middle[0] - before[0]) / (after[0] - before[0])
    straight = before[1] + share * (after[1] - before[1])
    size = max(abs(before[1]), abs(middle[1]), abs(after[1]))
    return abs(straight - middle[1]) <= _TOLERANCE * size
