"""The tree of a protocol -> a program: blocks become loops, names become line numbers.

A duration becomes a stop on Time, constants are worked out, a limit without a way out goes to the
end. What runs in no cycler at all is refused here, whatever the target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ionworks.ucp.places import references
from ionworks.ucp.tree import (
    Ambient,
    Block,
    Branch,
    CellStep,
    Control,
    DriveCycle,
    Expression,
    Goto,
    Impedance,
    ModelVariable,
    Node,
    Protocol,
    Resolution,
    Safety,
    Step,
    Waveform,
)
from ionworks_engine.vendors.errors import ANY, Inexpressible
from ionworks_engine.vendors.figures import folded, number, optional
from ionworks_engine.vendors.program import (
    Assign,
    Chamber,
    Count,
    Drive,
    Guard,
    Hold,
    Jump,
    Line,
    Program,
    Record,
    Repeat,
    Spectrum,
    Stop,
    Wave,
)


def flatten(protocol: Protocol, *, capacity: float | None = None, title: str = "") -> Program:
    """Write a protocol as the flat list of lines that cyclers run.

    Parameters
    ----------
    protocol
        A checked tree without open inputs.
    capacity
        What 1 C means [A.h], if it is known.
    title
        Kept for people.

    Returns
    -------
    Program
        Its ``missing`` names the drive cycles that the protocol does not bring along.

    Raises
    ------
    Inexpressible
        At an open input, an end on a model variable, a direction or a limit that only a run can
        tell, and a goto that restarts the repeated block around it.

    Examples
    --------
    >>> from ionworks import ucp
    >>> pause = "steps: [{Pause: {repeat: 3, steps: [{Rest: {duration: 60}}]}}]"
    >>> rest, again = flatten(ucp.load(pause)).lines
    >>> rest.stops, again.start, again.count
    ((Stop(quantity='Time', operator='>=', value=60.0, goto=1),), 0, 3.0)
    """
    _refuse_inputs(protocol)
    builder = _Builder()
    builder.walk(protocol.steps)
    lines = builder.lines()
    known = {profile.name for profile in protocol.profiles}
    named = dict.fromkeys(followed(protocol.steps))
    return Program(
        lines=lines,
        guards=tuple(_guards(protocol.safety, builder)),
        profiles=tuple(profile for profile in protocol.profiles if profile.name in named),
        record=_record(protocol.start.resolution),
        capacity=capacity,
        title=title,
        missing=tuple(name for name in named if name not in known),
    )


@dataclass(frozen=True, slots=True)
class _Loop:
    """A repeated block: its first line, its name, and how many others are around it."""

    start: int
    name: str
    depth: int


def _restart(goto: Goto, loop: _Loop) -> Inexpressible:
    return Inexpressible(
        f"a goto that restarts the repeated block {loop.name!r} from within",
        ANY,
        position=goto.position,
        instead="go to the first step of the block by its name; the iteration goes on",
    )


class _Builder:
    """Collects lines; a jump is looked up when all names have their places."""

    def __init__(self) -> None:
        self._drafts: list[Callable[[], Line]] = []
        self._places: dict[str, int] = {}
        self._within: dict[str, tuple[_Loop, ...]] = {}
        self._starts: dict[int, list[_Loop]] = {}
        self._loops: tuple[_Loop, ...] = ()

    @property
    def end(self) -> int:
        """The line after the last."""
        return len(self._drafts)

    def lines(self) -> tuple[Line, ...]:
        return tuple(draft() for draft in self._drafts)

    def walk(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            if node.name is not None:
                self._places.setdefault(node.name, self.end)
                self._within.setdefault(node.name, self._loops)
            if isinstance(node, Block):
                self._block(node)
            elif isinstance(node, Control):
                self._control(node)
            elif isinstance(node, Ambient):
                self._chamber(node)
            else:
                self._step(node)

    def target(self, goto: Goto | None, following: int, loops: Iterable[_Loop] = ()) -> int:
        """Return the line that a goto means; ``following`` is the one after the step."""
        if goto is None or goto.target == "Next":
            return following
        if goto.target == "End":
            return self.end
        place = self._places[goto.target]
        for loop in loops:
            if loop.start == place and loop not in self._within[goto.target]:
                raise _restart(goto, loop)
        return place

    def recovery(self, goto: Goto | None) -> int:
        """Return the line that a safety limit goes to, from any step."""
        place = self.target(goto, self.end)
        return self.target(goto, self.end, self._starts.get(place, ()))

    def _block(self, block: Block) -> None:
        start, count = self.end, folded(block.repeat)
        if count == 0:
            raise Inexpressible("a block of no repetitions", ANY, position=block.position)
        around = self._loops
        if count != 1:
            loop = _Loop(start, block.name, len(around))
            self._loops = (*around, loop)
            self._starts.setdefault(start, []).append(loop)
        self.walk(block.steps)
        self._loops = around
        if count != 1 and self.end > start:
            self._line(Repeat(start=start, count=count, label=block.name, position=block.position))

    def _chamber(self, node: Ambient) -> None:
        temperature = number(node.value, "the ambient temperature", node)
        self._line(
            Chamber(
                temperature=temperature, label=node.name, note=node.note, position=node.position
            )
        )

    def _control(self, node: Control) -> None:
        first = self.end
        branches = list(_reachable(node.branches))
        following = first + len(node.assignments) + node.advance_cycle + len(branches)
        self._assign(node)
        if node.advance_cycle:
            self._line(Count(label=node.name, note=node.note, position=node.position))
        for condition, branch in branches:
            self._jump(node, branch.goto, condition, following)

    def _step(self, node: CellStep) -> None:
        """Emit the step, then its assignments: once for each place that it can go to."""
        here, size = self.end, len(node.assignments)
        gotos = {_way(end.goto): end.goto for end in node.ends if size and _way(end.goto)}
        copies = {way: here + 2 + size + k * (size + 1) for k, way in enumerate(gotos)}
        following = here + 1 + size + (1 + len(gotos) * (size + 1) if gotos else 0)
        loops = self._loops

        def after(goto: Goto | None) -> int:
            way = _way(goto)
            return copies[way] if way in copies else self.target(goto, here + 1, loops)

        self._drafts.append(lambda: _timed(node, after))
        self._assign(node)
        if gotos:
            self._jump(node, None, None, following)
        for goto in gotos.values():
            self._assign(node)
            self._jump(node, goto, None, following)

    def _assign(self, node: CellStep | Control) -> None:
        for entry in node.assignments:
            value = folded(entry.value)
            self._line(
                Assign(name=entry.name, value=value, label=node.name, position=entry.position)
            )

    def _line(self, line: Line) -> None:
        self._drafts.append(lambda: line)

    def _jump(
        self,
        node: CellStep | Control,
        goto: Goto | None,
        condition: Expression | None,
        following: int,
    ) -> None:
        loops = self._loops
        self._drafts.append(
            lambda: Jump(
                condition=condition,
                goto=self.target(goto, following, loops),
                label=node.name,
                position=node.position,
            )
        )


def _way(goto: Goto | None) -> str | None:
    """Return the name that a goto leads to, ``None`` for the next step."""
    return None if goto is None or goto.target == "Next" else goto.target


def _reachable(branches: Iterable[Branch]) -> Iterator[tuple[Expression | None, Branch]]:
    """Leave out branches that are never taken, and all after one that is always taken."""
    for branch in branches:
        condition = folded(branch.condition)
        if not isinstance(condition, float):
            yield condition, branch
        elif condition:
            yield None, branch
            return


def _timed(node: CellStep, after: Callable[[Goto | None], int]) -> Line:
    """Write a step that takes time as one line."""
    temperature = optional(node.temperature, "the temperature of a step", node)
    common: dict[str, Any] = {
        "stops": tuple(_stops(node, after)),
        "temperature": temperature,
        "record": _record(node.resolution or Resolution(), node),
        "position": node.position,
        "label": node.name,
        "note": node.note,
    }
    if isinstance(node, Step):
        return _hold(node, common)
    if isinstance(node, DriveCycle):
        repeat = optional(node.repeat, "the repetitions of a drive cycle", node)
        scale = optional(node.scale, "the scale of a drive cycle", node)
        return Drive(
            profile=node.profile,
            scale=1.0 if scale is None else scale,
            repeat=1 if repeat is None else int(repeat),
            **common,
        )
    if isinstance(node, Waveform):
        return _wave(node, common)
    assert isinstance(node, Impedance)
    return Spectrum(
        start_frequency=number(node.start_frequency, "a frequency", node),
        end_frequency=number(node.end_frequency, "a frequency", node),
        points_per_decade=optional(node.points_per_decade, "points per decade", node),
        mode=node.mode,
        amplitude=optional(node.amplitude, "the amplitude of a spectrum", node),
        **common,
    )


def _hold(node: Step, common: dict[str, Any]) -> Hold:
    kind = node.kind
    if kind is None:
        assert node.direction is not None
        sign = number(node.direction, "a direction", node)
        if sign == 0:
            raise Inexpressible("a direction of 0", ANY, position=node.position)
        kind = "Discharge" if sign > 0 else "Charge"
    return Hold(
        kind=kind,
        mode=node.mode,
        value=None if node.value is None else folded(node.value),
        hold_voltage=None if node.hold_voltage is None else folded(node.hold_voltage),
        **common,
    )


def _wave(node: Waveform, common: dict[str, Any]) -> Wave:
    offset = optional(node.offset, "the offset of a waveform", node)
    return Wave(
        shape=node.shape,
        mode=node.mode,
        amplitude=number(node.amplitude, "the amplitude of a waveform", node),
        frequency=number(node.frequency, "the frequency of a waveform", node),
        offset=0.0 if offset is None else offset,
        **common,
    )


def _stops(node: CellStep, after: Callable[[Goto | None], int]) -> Iterator[Stop]:
    """Write the ends of a step; a duration comes last."""
    for end in node.ends:
        if isinstance(end.quantity, ModelVariable):
            raise Inexpressible(
                f"an end on the model variable {end.quantity.name!r}",
                ANY,
                line=node.name,
                position=end.position,
                instead="no cycler can measure it",
            )
        yield Stop(end.quantity, end.operator, folded(end.value), after(end.goto))
    if node.duration is not None:
        yield Stop("Time", ">=", folded(node.duration), after(None))


def _guards(safety: Safety, builder: _Builder) -> Iterator[Guard]:
    for limit in safety.limits:
        value = folded(limit.value)
        if not isinstance(value, float):
            raise Inexpressible(
                "a safety limit that is worked out in the run", ANY, position=limit.position
            )
        goto = limit.goto or safety.goto
        if goto is not None and goto.target == "Next":
            raise Inexpressible(
                "a safety limit that goes to the next step",
                ANY,
                position=goto.position,
                instead="name the step to go to",
            )
        yield Guard(limit.quantity, limit.side, value, builder.recovery(goto))


def _record(resolution: Resolution, node: CellStep | None = None) -> Record:
    what = "a resolution"
    return Record(
        time=optional(resolution.time, what, node),
        voltage=optional(resolution.voltage, what, node),
        current=optional(resolution.current, what, node),
    )


def _refuse_inputs(protocol: Protocol) -> None:
    """Refuse a protocol with open inputs, naming each once."""
    if found := references(protocol):
        names = ", ".join(f'input["{name}"]' for name in found)
        raise Inexpressible(
            f"open inputs: {names}",
            ANY,
            position=next(iter(found.values())),
            instead="give them numbers before converting",
        )


def followed(nodes: Iterable[Node]) -> Iterator[str]:
    """Return the names of the drive cycles that steps follow."""
    for node in nodes:
        if isinstance(node, Block):
            yield from followed(node.steps)
        elif isinstance(node, DriveCycle):
            yield node.profile
