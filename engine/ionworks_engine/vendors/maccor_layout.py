"""Where the lines of a program come to stand in a Maccor procedure.

A loop takes a ``Do`` before its first line. Variables are set at the end of the step before them,
and a jump behind a loop is the loop's own exit; where neither is possible, a rest of 10 ms carries
them. A procedure numbers its steps from 1; the last one is the end of the test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ionworks_engine.vendors.capabilities import inexpressible, refuse_into_loops
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.maccor_guards import limits
from ionworks_engine.vendors.maccor_text import MAX_COUNTERS, MAX_STEPS, TARGET
from ionworks_engine.vendors.program import (
    Assign,
    Hold,
    Jump,
    Line,
    Program,
    Repeat,
    TimedLine,
)


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop over the lines from ``start`` to its `Repeat` at ``end``, and its counter from 1."""

    start: int
    end: int
    counter: int

    def holds(self, index: int) -> bool:
        """Say whether a line is in the loop."""
        return self.start <= index <= self.end


@dataclass(frozen=True, slots=True)
class Place:
    """A step for the line at ``index``, which also says the ``carried`` lines."""

    index: int
    loops: tuple[Loop, ...]
    """Those that begin here, the outer before the inner."""
    number: int
    """Of the step itself, behind the ``Do`` of each loop."""
    carried: range


class Layout:
    """The steps of a procedure and their numbers.

    Parameters
    ----------
    program
        What is to be written.

    Raises
    ------
    Inexpressible
        At loops that cross, nest too deeply or are jumped into, and at too many steps.
    """

    def __init__(self, program: Program) -> None:
        self._lines = program.lines
        _refuse_too_many(sum(not isinstance(line, Assign | Jump) for line in program.lines))
        self.loops = tuple(_loops(program.lines))
        refuse_into_loops(program, TARGET)
        self._targets = _targets(program)
        first = program.lines[0] if program.lines else None
        self.leads_in = any(limits(program.guards, None, first=True)) and (
            not isinstance(first, Hold) or any(loop.start == 0 for loop in self.loops)
        )
        self.places = tuple(self._walk(2 if self.leads_in else 1))
        self._place_of = {place.index: place for place in self.places}
        last = self.places[-1].number if self.places else int(self.leads_in)
        self.end = last + 1
        _refuse_too_many(self.end)

    def number(self, goto: int, source: int) -> int:
        """Return the step that a jump from a line to a line goes to.

        A loop is begun at its ``Do``, which sets its counter to 0; from within it goes on behind.
        """
        if goto == len(self._lines):
            return self.end
        place = self._place_of[goto]
        for position, loop in enumerate(place.loops):
            if not loop.holds(source):
                return place.number - len(place.loops) + position
        return place.number

    def _walk(self, number: int) -> Iterator[Place]:
        index = 0
        while index < len(self._lines):
            loops = tuple(loop for loop in self.loops if loop.start == index)
            carried = range(index + 1, index + 1 + self._carried(index))
            number += len(loops)
            yield Place(index, loops, number, carried)
            number += 1
            index = carried.stop

    def _carried(self, index: int) -> int:
        """Count the lines after this one that its step says as well."""
        line = self._lines[index]
        if isinstance(line, Hold):
            return self._set_at_end(index)
        if isinstance(line, Repeat):
            return int(self._leads_on(index + 1))
        if isinstance(line, Assign):
            return self._set_by_rest(index)
        return 0

    def _leads_on(self, index: int) -> bool:
        """Say whether this line is a jump elsewhere that only the line before comes to."""
        jump = _always(self._lines, index)
        return jump is not None and jump.goto != index + 1 and self._quiet(range(index, index + 1))

    def _set_by_rest(self, index: int) -> int:
        """Count what a rest of its own carries: the variables from here on, and a jump."""
        stop = index + 1
        while self._variable(stop) and self._quiet(range(stop, stop + 1)):
            stop += 1
        return stop - index - 1 + self._leads_on(stop)

    def _set_at_end(self, index: int) -> int:
        """Count the variables after a step, with the copies of them for its other ways out."""
        line = self._lines[index]
        assert isinstance(line, Hold)
        size = 0
        while self._variable(index + 1 + size):
            size += 1
        if size == 0:
            return 0
        ways = list(dict.fromkeys(stop.goto for stop in line.stops if stop.goto != index + 1))
        lines = range(index + 1, index + 1 + size)
        if ways:
            copies = _copies(self._lines, index + 1, size)
            if ways != copies:
                return 0
            lines = range(index + 1, copies[-1] + size + 1)
        own = {stop.goto for stop in line.stops}
        return len(lines) if self._quiet(lines, {index: own}) else 0

    def _variable(self, index: int) -> bool:
        return index < len(self._lines) and isinstance(self._lines[index], Assign)

    def _quiet(self, lines: range, allowed: dict[int, set[int]] | None = None) -> bool:
        """Say whether nobody else jumps to these lines, and no loop begins there."""
        if any(loop.start in lines for loop in self.loops):
            return False
        return all(
            target not in lines or target in (allowed or {}).get(source, ())
            for source, target in self._targets
        )


def _refuse_too_many(steps: int) -> None:
    if steps > MAX_STEPS:
        raise Inexpressible(
            f"{steps} steps",
            TARGET,
            instead=f"a procedure has at most {MAX_STEPS}; repeat steps in blocks",
        )


def _always(lines: Sequence[Line], index: int) -> Jump | None:
    """Return this line if it is a jump without a condition."""
    line = lines[index] if index < len(lines) else None
    return line if isinstance(line, Jump) and line.condition is None else None


def _copies(lines: Sequence[Line], first: int, size: int) -> list[int]:
    """Find the copies of the variables at ``first``; none if the pattern is another one.

    A jump over them stands before the copies, and behind each one a jump to another place.
    """
    over = _always(lines, first + size)
    starts = range(first + size + 1, over.goto if over else 0, size + 1)
    if over is None or not starts or starts.stop != starts[-1] + size + 1:
        return []
    places = [over.goto]
    for start in starts:
        jump = _always(lines, start + size)
        if jump is None or _settings(lines, start, size) != _settings(lines, first, size):
            return []
        places.append(jump.goto)
    return list(starts) if len(set(places)) == len(places) else []


def _settings(lines: Sequence[Line], start: int, size: int) -> list[object]:
    return [
        (line.name, line.value) if isinstance(line, Assign) else None
        for line in lines[start : start + size]
    ]


def _loops(lines: Sequence[Line]) -> Iterator[Loop]:
    """Find the loops, the outer before the inner."""
    spans = [(line.start, -end) for end, line in enumerate(lines) if isinstance(line, Repeat)]
    around: list[Loop] = []
    for start, negative_end in sorted(spans):
        end = -negative_end
        while around and around[-1].end < start:
            around.pop()
        if start > end or (around and end > around[-1].end):
            raise inexpressible("loops that cross", TARGET, end, lines[end])
        if len(around) == MAX_COUNTERS:
            raise inexpressible(
                f"loops in loops deeper than {MAX_COUNTERS}",
                TARGET,
                end,
                lines[end],
                f"public procedures have up to {MAX_COUNTERS} loop counters",
            )
        around.append(Loop(start, end, len(around) + 1))
        yield around[-1]


def _targets(program: Program) -> list[tuple[int, int]]:
    """List all jumps as (from, to); those of limits come from -1."""
    found = [(-1, guard.goto) for guard in program.guards]
    for index, line in enumerate(program.lines):
        if isinstance(line, TimedLine):
            found += [(index, stop.goto) for stop in line.stops]
        elif isinstance(line, Jump):
            found.append((index, line.goto))
    return found
