"""The way through a protocol: which node comes next, in which pass of which blocks.

The tree is laid out flat, each block between its top and its bottom. A walk keeps its place and
a frame for each block around it. A goto to a node leaves the blocks that are not around it,
enters those that are in their first pass, and lets the others go on; a goto to a block begins
it anew.

Without ``advance_cycle`` in the protocol, cycles count as the outermost repeated blocks do: one
more with each pass of a block with ``repeat`` above 1 that stands in no other such block, but
for the first pass of the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ionworks.ucp.tree import Block, Control, Goto, Node

Repeats: TypeAlias = Callable[[Block], int]
NEXT, END = "Next", "End"


@dataclass(frozen=True)
class _Place:
    """A node, or the top or bottom of a block; ``around`` holds the tops of the blocks it is in."""

    kind: Literal["node", "top", "bottom"]
    node: Node
    around: tuple[int, ...]


@dataclass
class _Frame:
    """A block that is being run."""

    top: int
    repeat: int
    cycles: bool
    iteration: int = 1


class LostError(Exception):
    """A goto whose target is not there, or is there more than once."""


class Route:
    """Walks a protocol.

    Parameters
    ----------
    nodes
        The protocol's steps and blocks.
    repeats
        Says how often to run a block, asked when it is entered.
    """

    def __init__(self, nodes: Sequence[Node], repeats: Repeats) -> None:
        self._repeats = repeats
        self._places: list[_Place] = []
        self._bottoms: dict[int, int] = {}
        self._targets: dict[str, list[int]] = {}
        self._lay(nodes, ())
        self._counts_itself = any(
            isinstance(place.node, Control) and place.node.advance_cycle for place in self._places
        )
        self._at = -1
        self._frames: list[_Frame] = []
        self._cycling = False
        self.cycle = 0
        self.jumps = 0
        """How often a goto has led backward."""

    @property
    def iteration(self) -> int:
        """The pass of the innermost block around, from 1; 1 outside of all blocks."""
        return self._frames[-1].iteration if self._frames else 1

    def advance_cycle(self) -> None:
        """Count one more cycle."""
        self.cycle += 1

    def __iter__(self) -> Iterator[Node]:
        """Yield node after node; :meth:`go` in between changes where it goes on."""
        self._at += 1
        while self._at < len(self._places):
            place = self._places[self._at]
            if place.kind == "node":
                yield place.node
                self._at += 1
            elif place.kind == "top":
                self._enter(self._at)
            else:
                self._leave(self._at)

    def go(self, goto: Goto) -> None:
        """Go on at a target once the present node is done.

        Raises
        ------
        LostError
            If there is no such target, or more than one.
        """
        if goto.target == NEXT:
            return
        if goto.target == END:
            self.stop()
            return
        target = self._find(goto.target)
        self.jumps += target <= self._at
        around = self._places[target].around
        while self._frames and self._frames[-1].top not in around:
            self._frames.pop()
        for top in around[len(self._frames) :]:
            self._begin(top)
        self._at = target - 1

    def stop(self) -> None:
        """Go nowhere from here: the protocol has ended."""
        self._at = len(self._places)

    def _lay(self, nodes: Sequence[Node], around: tuple[int, ...]) -> None:
        for node in nodes:
            top = len(self._places)
            if node.name is not None:
                self._targets.setdefault(node.name, []).append(top)
            if not isinstance(node, Block):
                self._places.append(_Place("node", node, around))
                continue
            self._places.append(_Place("top", node, around))
            self._lay(node.steps, (*around, top))
            self._bottoms[top] = len(self._places)
            self._places.append(_Place("bottom", node, around))

    def _find(self, name: str) -> int:
        places = self._targets.get(name, [])
        if len(places) != 1:
            how = (
                "is no step and no block" if not places else f"is the name of {len(places)} places"
            )
            raise LostError(f"goto {name!r}: this {how}")
        return places[0]

    def _enter(self, top: int) -> None:
        if self._begin(top).repeat > 0:
            self._at = top + 1
        else:
            self._frames.pop()
            self._at = self._bottoms[top] + 1

    def _begin(self, top: int) -> _Frame:
        block = self._places[top].node
        assert isinstance(block, Block)
        repeat = self._repeats(block)
        cycles = repeat > 1 and not any(frame.cycles for frame in self._frames)
        if cycles and self._cycling:
            self._count()
        self._cycling |= cycles
        self._frames.append(_Frame(top, repeat, cycles))
        return self._frames[-1]

    def _leave(self, bottom: int) -> None:
        frame = self._frames[-1]
        if frame.iteration < frame.repeat:
            frame.iteration += 1
            if frame.cycles:
                self._count()
            self._at = frame.top + 1
        else:
            self._frames.pop()
            self._at = bottom + 1

    def _count(self) -> None:
        if not self._counts_itself:
            self.cycle += 1
