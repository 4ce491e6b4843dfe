"""Which lines lead to a line: for the last current, bounds of currents, and ways into loops."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from ionworks_engine.vendors.program import Drive, Jump, Line, Program, Repeat, Stop, TimedLine


@dataclass(frozen=True, slots=True)
class Way:
    """How a run comes to a line: from the timed line at ``source``, by one of its ends.

    Without a source it is the beginning of the test, or a safety limit; without a stop, the end of
    what a line follows.
    """

    source: int | None
    stop: Stop | None


def _followers(index: int, line: Line) -> set[int]:
    """Return the lines that can come after one that takes no time."""
    if isinstance(line, Repeat):
        return {line.start, index + 1}
    if isinstance(line, Jump):
        return {line.goto} if line.condition is None else {line.goto, index + 1}
    return {index + 1}


class Ways:
    """The ways to all lines of a program."""

    def __init__(self, program: Program) -> None:
        size = len(program.lines) + 1
        self._ways: list[list[Way]] = [[] for _ in range(size)]
        self._passed: list[list[int]] = [[] for _ in range(size)]
        self._ways[0].append(Way(None, None))
        for guard in program.guards:
            self._ways[guard.goto].append(Way(None, None))
        for index, line in enumerate(program.lines):
            if not isinstance(line, TimedLine):
                for follower in _followers(index, line):
                    self._passed[follower].append(index)
                continue
            for stop in line.stops:
                self._ways[stop.goto].append(Way(index, stop))
            if isinstance(line, Drive) or not line.stops:
                self._ways[index + 1].append(Way(index, None))

    def to(self, index: int) -> Iterator[Way]:
        """Yield the ways to a line, through lines that take no time."""
        seen: set[int] = set()
        waiting = [index]
        while waiting:
            place = waiting.pop()
            if place not in seen:
                seen.add(place)
                yield from self._ways[place]
                waiting.extend(self._passed[place])


def into_loops(program: Program) -> Iterator[tuple[int, int]]:
    """Yield jumps from outside into the middle of a loop: nothing sets its counter back there.

    Examples
    --------
    >>> from ionworks_engine.vendors.program import Hold
    >>> rest = Hold(kind="Rest", stops=(Stop("Time", ">=", 9.0, 2),))
    >>> lines = (rest, rest, rest, Repeat(start=1, count=3.0))
    >>> list(into_loops(Program(lines=lines)))
    [(0, 2)]
    """
    jumps = sorted(_jumps(program))
    for end, line in enumerate(program.lines):
        if isinstance(line, Repeat):
            first = bisect_right(jumps, (line.start, len(program.lines)))
            last = bisect_right(jumps, (end, len(program.lines)))
            for target, source in jumps[first:last]:
                if not line.start <= source <= end:
                    yield source, target


def _jumps(program: Program) -> set[tuple[int, int]]:
    """Return all jumps as (to, from)."""
    found = set()
    for index, line in enumerate(program.lines):
        if isinstance(line, TimedLine):
            found |= {(stop.goto, index) for stop in line.stops}
            found |= {(guard.goto, index) for guard in program.guards}
        elif isinstance(line, Jump):
            found.add((line.goto, index))
    return found
