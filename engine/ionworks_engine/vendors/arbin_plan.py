"""Loops and jumps of a program, as Arbin's counters and labels say them.

A loop has a counter of its own among those it stands in. It begins with a step that sets the
counter to 0; its bottom adds 1 and goes back while the counter is below the count. A jump into the
middle of a loop goes over a step behind the last one, which sets the counter first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ionworks.ucp.terms import Leaf, changed
from ionworks.ucp.tree import Expression, Live, Operation, Variable
from ionworks_engine.vendors.arbin_layout import Step, at_once
from ionworks_engine.vendors.arbin_words import (
    COUNTERS,
    END,
    NEXT,
    TOTALS,
    UNSAFE,
    VARIABLE,
    VARIABLES,
    reset_bit,
)
from ionworks_engine.vendors.capabilities import inexpressible
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.program import (
    Assign,
    Drive,
    Hold,
    Jump,
    Line,
    Program,
    Repeat,
    TimedLine,
    Value,
)

_LONGEST_LABEL = 60
_KINDS = {"Repeat": "Loop", "Assign": "Counter", "Count": "Cycle"}


@dataclass(frozen=True, slots=True)
class Loop:
    """The lines from ``start`` to its `Repeat` at ``end``, and the counter of their runs."""

    start: int
    end: int
    counter: int

    def has(self, index: int) -> bool:
        """Say whether a line stands in the loop."""
        return self.start <= index <= self.end


class Plan:
    """Labels, counters and ways of one program.

    Raises
    ------
    Inexpressible
        If loops overlap, or if loops and variables need more counters than there are.
    """

    def __init__(self, program: Program, target: str) -> None:
        self._count = len(program.lines)
        self._ways = _ways(program.lines)
        self._taken = {NEXT, END, UNSAFE}
        self.loops = _loops(program.lines, target)
        self._bottoms = {loop.end: loop for loop in self.loops}
        self._around: dict[int, list[Loop]] = {}
        for loop in self.loops:
            for index in range(loop.start, loop.end + 1):
                self._around.setdefault(index, []).append(loop)
        self.labels = [self.unique(_label(index, line)) for index, line in enumerate(program.lines)]
        self._entries = {loop: self.unique(f"Begin {self.labels[loop.end]}") for loop in self.loops}
        self._bridges: dict[tuple[int, str], str] = {}
        self.variables = _variables(program, self.loops, target)

    def unique(self, label: str) -> str:
        """Return the label, or one like it that no step has yet."""
        text = " ".join(label.replace("=", "-").split())[:_LONGEST_LABEL]
        text = text.encode("latin-1", errors="replace").decode("latin-1") or "Step"
        found, number = text, 2
        while found in self._taken:
            found, number = f"{text} ({number})", number + 1
        self._taken.add(found)
        return found

    def beginnings(self, index: int) -> list[Step]:
        """Return the steps that begin the loops of a line, the outermost first."""
        return [
            resetting(self._entries[loop], reset_bit(loop.counter), NEXT)
            for loop in self._around.get(index, ())
            if loop.start == index
        ]

    def counter(self, index: int) -> int:
        """Return the counter of the loop whose bottom is this line."""
        return self._bottoms[index].counter

    def is_silent(self, index: int) -> bool:
        """Say whether a line needs no step: the cycler does by itself what it says."""
        return index in self._ways

    def goto(self, source: int, goto: int) -> str:
        """Return where a line goes: the label of a step, the next step, or the end."""
        if goto == source + 1 and goto not in self._ways and goto != self._count:
            return NEXT
        while goto in self._ways:
            goto = self._ways[goto]
        if goto == self._count:
            return END
        entered = [loop for loop in self._around.get(goto, ()) if not loop.has(source)]
        if not entered:
            return self.labels[goto]
        if all(loop.start == goto for loop in entered):
            return self._entries[entered[0]]
        mask = sum(reset_bit(loop.counter) for loop in entered)
        key = mask, self.labels[goto]
        if key not in self._bridges:
            self._bridges[key] = self.unique(f"Enter at {self.labels[goto]}")
        return self._bridges[key]

    def bridges(self) -> list[Step]:
        """Return the steps that stand behind the last line, once all jumps are known."""
        return [resetting(label, mask, goto) for (mask, goto), label in self._bridges.items()]


def resetting(label: str, mask: int, goto: str) -> Step:
    """Return a step that only sets counters or totals to 0, by their bits."""
    return Step(
        label=label,
        type=VARIABLES,
        value=str(mask),
        first="0",
        second="0",
        limits=(at_once(goto),),
    )


def _label(index: int, line: Line) -> str:
    if line.label:
        return line.label
    if isinstance(line, Drive):
        return line.profile
    name = type(line).__name__
    kind = line.kind if isinstance(line, Hold) else _KINDS.get(name, name)
    return f"{index + 1} {kind}"


def _loops(lines: Sequence[Line], target: str) -> list[Loop]:
    """Return all loops, the outermost first among those that begin together."""
    found: list[Loop] = []
    around: list[int] = []
    spans = [(line.start, end) for end, line in enumerate(lines) if isinstance(line, Repeat)]
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        while around and around[-1] < start:
            around.pop()
        if around and around[-1] < end:
            raise inexpressible("loops that overlap", target, end, lines[end])
        if len(around) >= COUNTERS:
            instead = f"there are {COUNTERS} counters, so no more loops can stand in each other"
            raise inexpressible("a loop this deep in others", target, end, lines[end], instead)
        around.append(end)
        found.append(Loop(start, end, len(around)))
    return found


def _variables(program: Program, loops: Iterable[Loop], target: str) -> dict[str, int]:
    """Give each variable a counter that no loop has, its own one if its name says so."""
    names = dict.fromkeys(
        line.name
        for line in program.lines
        if isinstance(line, Assign) and line.name not in TOTALS.values()
    )
    deepest = max((loop.counter for loop in loops), default=0)
    free = list(range(deepest + 1, COUNTERS + 1))
    if len(names) > len(free):
        raise Inexpressible(
            f"{len(names)} variables beside loops in {deepest} levels",
            target,
            instead=f"loops and variables share {COUNTERS} counters",
        )
    found = {name: counter for name in names for counter in free if name == f"{VARIABLE}{counter}"}
    for name in names:
        if name not in found:
            found[name] = next(counter for counter in free if counter not in found.values())
    return found


def adds_up(line: Line) -> bool:
    """Say whether a line adds the capacity of the last step to a total.

    Examples
    --------
    >>> adds_up(Assign(name="VAR_CHARGE_CAPACITY", value=0.0))
    False
    """
    return (
        isinstance(line, Assign)
        and line.name in TOTALS.values()
        and isinstance(line.value, Operation)
        and line.value.sign == "+"
        and isinstance(line.value.left, Variable)
        and line.value.left.name == line.name
        and isinstance(line.value.right, Live)
        and line.value.right.name == "Capacity"
    )


def clears(line: Line) -> bool:
    """Say whether a line sets a total to 0.

    Examples
    --------
    >>> clears(Assign(name="VAR_CHARGE_CAPACITY", value=0.0))
    True
    """
    return isinstance(line, Assign) and line.name in TOTALS.values() and line.value == 0


def _ways(lines: Sequence[Line]) -> dict[int, int]:
    """Return the lines that need no step, and the line that comes after each.

    The cycler adds up capacities itself; so neither the additions nor the jumps behind them are
    written. One step clears all totals.
    """
    ways: dict[int, int] = {}
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else None
        if adds_up(line) or (clears(line) and before is not None and clears(before)):
            ways[index] = index + 1
        elif isinstance(line, Jump) and line.condition is None and before and adds_up(before):
            ways[index] = line.goto
    return ways


def with_counters(program: Program, target: str) -> Program:
    """Return the program with its variables named after the counters that they become.

    Raises
    ------
    Inexpressible
        If there are not enough counters.
    """
    variables = _variables(program, _loops(program.lines, target), target)
    names = {name: f"{VARIABLE}{counter}" for name, counter in variables.items()}
    return replace(program, lines=tuple(_renamed(line, names) for line in program.lines))


def _renamed(line: Line, names: Mapping[str, str]) -> Line:
    def named(leaf: Leaf) -> Expression:
        if isinstance(leaf, Variable) and leaf.name in names:
            return replace(leaf, name=names[leaf.name])
        return leaf

    def value(given: Value) -> Value:
        return given if isinstance(given, float | int) else changed(given, named)

    if isinstance(line, Assign):
        return replace(line, name=names.get(line.name, line.name), value=value(line.value))
    if isinstance(line, Jump) and line.condition is not None:
        return replace(line, condition=changed(line.condition, named))
    if isinstance(line, TimedLine):
        stops = tuple(replace(stop, value=value(stop.value)) for stop in line.stops)
        return replace(line, stops=stops)
    return line
