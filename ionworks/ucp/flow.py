"""What is wrong with the way through a protocol: gotos, endless loops, unset variables."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ionworks.ucp.findings import Finding, Report, nearest, quote
from ionworks.ucp.grammar import QUANTITIES
from ionworks.ucp.graph import TRIPPED, Graph
from ionworks.ucp.places import assignments, expressions_at_start, walk
from ionworks.ucp.terms import leaves
from ionworks.ucp.tree import Control, DriveCycle, Expression, Node, Number, Protocol, Variable

MAX_VARIABLES = 1_000
"""Most variables that a protocol may set."""


def check_flow(protocol: Protocol, report: Report) -> None:
    """Check where a protocol goes: the ways as a whole only if none of them can be hidden.

    Parameters
    ----------
    protocol
        The whole tree.
    report
        Receives what is wrong.
    """
    graph = Graph(report)
    graph.build(protocol)
    whole = not report.misses_ways
    if whole:
        graph.check_loops()
    if report.worked_out:
        _Variables(graph, whole).check()
    _check_profiles(protocol, report)


def _check_profiles(protocol: Protocol, report: Report) -> None:
    """Warn of drive cycles that the document leaves open, as it may leave inputs open."""
    known = [profile.name for profile in protocol.profiles]
    told = {"", *known, *report.unread}
    for node in walk(protocol.steps):
        if isinstance(node, DriveCycle) and node.profile not in told:
            told.add(node.profile)
            message = f"There is no drive cycle {quote(node.profile)} in `drive_cycles`; "
            message += "it must be given with each run."
            near = nearest(node.profile, known)
            finding = Finding("missing-drive-cycle", message, node.position, "warning", near)
            report.note(finding)


@dataclass(slots=True)
class _Variables:
    """Which variables are set on every way, and on some way, to each vertex.

    Sets of variables are bits of an integer. Unless all ways are known, it is only asked what
    nothing sets at all.
    """

    graph: Graph
    whole: bool
    bits: dict[str, int] = field(default_factory=dict)
    warned: set[str] = field(default_factory=set)

    def check(self) -> None:
        """Note what is read before anything has set it."""
        nodes = self.graph.nodes
        for node in nodes:
            for assignment in assignments(node) if node is not None else ():
                self.bits.setdefault(assignment.name, 1 << len(self.bits))
                if len(self.bits) > MAX_VARIABLES:
                    message = f"A protocol sets at most {MAX_VARIABLES:,} variables."
                    self.graph.note("too-large", message, assignment.position)
                    return
        reads = {vertex: list(_reads(node)) for vertex, node in enumerate(nodes) if node}
        if not any(reads.values()):
            return
        always, ever = self._solve() if self.whole else ({}, {})
        for vertex, names in reads.items():
            for variable, before in names:
                self._judge(variable, self._mask(before), always.get(vertex), ever.get(vertex, 0))

    def _solve(self) -> tuple[dict[int, int], dict[int, int]]:
        """Follow all ways until nothing changes any more."""
        start = self.graph.start
        always, ever = {start: 0}, {start: 0}
        waiting, queued = deque([start]), {start}
        while waiting:
            vertex = waiting.popleft()
            queued.discard(vertex)
            node = self.graph.nodes[vertex]
            sets = self._mask(one.name for one in assignments(node)) if node else 0
            for target in self.graph.ways(vertex):
                # A tripped step may or may not have come to its assignments.
                sure = always[vertex] | (0 if target == TRIPPED else sets)
                before = always.get(target), ever.get(target, 0)
                known = before[0]
                always[target] = sure if known is None else known & sure
                ever[target] = before[1] | ever[vertex] | sets
                if before != (always[target], ever[target]) and target not in queued:
                    waiting.append(target)
                    queued.add(target)
        return always, ever

    def _mask(self, names: Iterable[str]) -> int:
        mask = 0
        for name in names:
            mask |= self.bits[name]
        return mask

    def _judge(self, variable: Variable, own: int, always: int | None, ever: int) -> None:
        bit = self.bits.get(variable.name, 0)
        shown = quote(variable.name)
        if not bit:
            if variable.name in self.graph.report.unread:
                return
            message = f"{shown} is no quantity, and no `set_variable` sets it."
            near = nearest(variable.name, (*self.bits, *QUANTITIES))
            self.graph.note("unset-variable", message, variable.position, near)
        elif always is None or own & bit or always & bit:
            return
        elif ever & bit:
            if variable.name in self.warned:
                return
            self.warned.add(variable.name)
            message = f"{shown} is set on some ways to this place, but not on all of them. "
            message += "Set it before the first step to be sure."
            self.graph.note("unset-variable", message, variable.position, None, "warning")
        else:
            message = f"{shown} is read here before any `set_variable` can have set it."
            self.graph.note("unset-variable", message, variable.position)


def _reads(node: Node) -> Iterator[tuple[Variable, tuple[str, ...]]]:
    """Yield the variables that a node reads, each with what the node itself has set before."""
    for expression, _ in expressions_at_start(node):
        for variable in _variables(expression):
            yield variable, ()
    own: tuple[str, ...] = ()
    for assignment in assignments(node):
        for variable in _variables(assignment.value):
            yield variable, own
        own = (*own, assignment.name)
    if isinstance(node, Control):
        for branch in node.branches:
            for variable in _variables(branch.condition):
                yield variable, own


def _variables(expression: Expression) -> Iterator[Variable]:
    if not isinstance(expression, Number):
        for leaf in leaves(expression):
            if isinstance(leaf, Variable):
                yield leaf
