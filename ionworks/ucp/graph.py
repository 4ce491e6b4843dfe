"""The ways through a protocol as a graph: where gotos lead, and whether the end is reached.

A vertex for each step, two for each block (its top and its bottom), one for the end, one for a
tripped safety limit. Conditions are taken to go either way, so that a protocol is refused only for
what cannot be right whatever the cell does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ionworks.ucp.findings import Code, Finding, Report, Severity, nearest, quote
from ionworks.ucp.tree import (
    Block,
    CellStep,
    Control,
    DriveCycle,
    Expression,
    Goto,
    Impedance,
    Node,
    Number,
    Position,
    Protocol,
)

NEXT, END = "Next", "End"
"""Targets of a goto that are no names."""

_END, TRIPPED = 0, 1


@dataclass(slots=True)
class Graph:
    """The vertices of a protocol in the order of the document, and where each may lead."""

    report: Report
    start: int = _END
    nodes: list[Node | None] = field(default_factory=lambda: [None, None])
    following: list[list[int]] = field(default_factory=lambda: [[], []])
    names: dict[str, list[tuple[int, Position]]] = field(default_factory=dict)
    blocks: dict[int, tuple[list[int], int]] = field(default_factory=dict)
    """The vertices in a block, and its bottom, by its top."""
    jumps: dict[int, list[tuple[int, Goto]]] = field(default_factory=dict)
    trips: list[Goto] = field(default_factory=list)
    """Where tripped safety limits lead."""
    skipped: dict[int, int] = field(default_factory=dict)
    """What comes after a step that a tripped limit ends with ``goto: Next``."""

    def build(self, protocol: Protocol) -> None:
        """Lay out all vertices, then draw the edges."""
        first = [self._lay(node) for node in protocol.steps]
        safety = protocol.safety
        self.trips = [limit.goto for limit in safety.limits if limit.goto is not None]
        if safety.goto is not None:
            self.trips.append(safety.goto)
        self.following[TRIPPED] = [
            self._target(goto, _END) for goto in self.trips if goto.target != NEXT
        ]
        self._connect(protocol.steps, first, _END)
        self.start = first[0] if first else _END

    def _lay(self, node: Node) -> int:
        """Give a node its vertices; return the first."""
        vertex = self._vertex(node)
        if node.name is not None:
            self.names.setdefault(node.name, []).append((vertex, node.position))
        if isinstance(node, Block):
            inner = [self._lay(step) for step in node.steps]
            self.blocks[vertex] = inner, self._vertex(None)
        return vertex

    def _vertex(self, node: Node | None) -> int:
        self.nodes.append(node)
        self.following.append([])
        return len(self.nodes) - 1

    def _connect(self, nodes: tuple[Node, ...], vertices: list[int], after: int) -> None:
        """Draw the edges of nodes that follow each other; the last leads to ``after``."""
        for node, vertex, following in zip(nodes, vertices, (*vertices[1:], after), strict=False):
            if isinstance(node, Block):
                self._connect_block(node, vertex, following)
            else:
                self.following[vertex] = list(self._ways_on(node, vertex, following))

    def _connect_block(self, block: Block, top: int, following: int) -> None:
        inner, bottom = self.blocks[top]
        begin = inner[0] if inner else bottom
        repeat = block.repeat
        self.following[top] = [begin] if isinstance(repeat, Number) else [begin, following]
        again = not isinstance(repeat, Number) or repeat.value > 1
        self.following[bottom] = [following, begin] if again else [following]
        self._connect(block.steps, inner, bottom)

    def _ways_on(self, node: Node, vertex: int, following: int) -> Iterator[int]:
        """Yield where a step may lead."""
        if isinstance(node, CellStep):
            if any(goto.target == NEXT for goto in self.trips):
                self.skipped[vertex] = following
            if node.duration is not None or isinstance(node, DriveCycle | Impedance):
                yield following
            gotos: list[Goto | None] = [end.goto for end in node.ends]
        elif isinstance(node, Control):
            gotos = self._branches(node, following)
        else:
            gotos = [None]
        for goto in gotos:
            target = following if goto is None else self._target(goto, following)
            if goto is not None:
                self.jumps.setdefault(vertex, []).append((target, goto))
            yield target

    def _branches(self, control: Control, following: int) -> list[Goto | None]:
        """Return the gotos that a Control may take; ``None`` stands for the next step."""
        ways: list[Goto | None] = []
        for branch in control.branches:
            if _may_hold(branch.condition):
                ways.append(branch.goto)
            else:
                self._target(branch.goto, following)
        sure = any(_must_hold(branch.condition) for branch in control.branches)
        return ways if sure else [*ways, None]

    def _target(self, goto: Goto, following: int) -> int:
        """Return the vertex that a goto leads to; one that leads nowhere is noted, as if Next."""
        named = self.names.get(goto.target, [])
        reserved = goto.target in (NEXT, END)
        if len(named) + reserved > 1:
            others = ", ".join(str(position) for _, position in named[:4])
            meaning = f" {goto.target} means the {'next step' if goto.target == NEXT else 'end'};"
            message = f"It is open where {quote(goto.target)} is:{meaning if reserved else ''} "
            message += f"the name stands at {others}. Names that a goto uses must be unique."
            self.note("ambiguous-target", message, goto.position)
            return following
        if reserved:
            return following if goto.target == NEXT else _END
        if named:
            return named[0][0]
        if goto.target in self.report.unread:
            return following
        message = f"There is no step or block named {quote(goto.target)}; "
        message += "a goto leads to a name, to Next or to End."
        near = nearest(goto.target, (*self.names, NEXT, END))
        self.note("unknown-target", message, goto.position, near)
        return following

    def check_loops(self) -> None:
        """Note the places from which the end of the protocol can never be reached."""
        if not self.jumps and not self.trips:
            return
        backwards: list[list[int]] = [[] for _ in self.nodes]
        for vertex, ways in enumerate(self.following):
            for target in ways:
                backwards[target].append(vertex)
        leaving = _reached([_END], lambda vertex: backwards[vertex])
        told: set[int] = set()
        for vertex in sorted(_reached([self.start], self.ways)):
            if vertex in leaving or vertex in told or vertex == TRIPPED:
                continue
            trapped = _reached([vertex], lambda one: self.following[one])
            told |= trapped
            self._note_loop(trapped)

    def ways(self, vertex: int) -> list[int]:
        """Return all vertices that may follow, tripped safety limits included."""
        ways = self.following[vertex]
        if not self.trips or not isinstance(self.nodes[vertex], CellStep):
            return ways
        skipped = self.skipped.get(vertex)
        return [*ways, TRIPPED] if skipped is None else [*ways, TRIPPED, skipped]

    def _note_loop(self, trapped: set[int]) -> None:
        jumps = [
            (vertex, target, goto)
            for vertex in sorted(trapped)
            for target, goto in self.jumps.get(vertex, [])
        ]
        back = next((goto for vertex, target, goto in jumps if target <= vertex), jumps[0][2])
        message = "From here on the end of the protocol can never be reached: every way leads "
        message += f"back by `goto: {back.target}`. Give one way out, such as an end with a goto."
        self.note("endless-loop", message, back.position)

    def note(
        self,
        code: Code,
        message: str,
        position: Position,
        near: str | None = None,
        severity: Severity = "error",
    ) -> None:
        """Note a finding."""
        self.report.note(Finding(code, message, position, severity, near))


def _reached(begin: Iterable[int], ways: Callable[[int], Iterable[int]]) -> set[int]:
    """Return all vertices that can be reached."""
    reached = set(begin)
    waiting = list(reached)
    while waiting:
        for target in ways(waiting.pop()):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached


def _may_hold(condition: Expression) -> bool:
    return not isinstance(condition, Number) or condition.value != 0


def _must_hold(condition: Expression) -> bool:
    return isinstance(condition, Number) and condition.value != 0
