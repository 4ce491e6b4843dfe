"""A program -> the tree of a protocol: loops become blocks, line numbers become names.

Only what is jumped to must have a name. Labels of the file are kept as names; other names are the
numbers that steps have in the explanation, which are not those of the file. What comes back
flattens to the same program, but for the order of stops: a plain duration is written last.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ionworks.ucp.tree import (
    Ambient,
    Assignment,
    Block,
    Branch,
    Control,
    DriveCycle,
    End,
    Expression,
    Goto,
    Impedance,
    Node,
    Number,
    Operation,
    Position,
    Protocol,
    Resolution,
    Safety,
    SafetyLimit,
    Start,
    Step,
    Waveform,
)
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.program import (
    Assign,
    Chamber,
    Count,
    Drive,
    Hold,
    Jump,
    Line,
    Program,
    Record,
    Repeat,
    Spectrum,
    Stop,
    TimedLine,
    Value,
    Wave,
)

_NOWHERE = Position("")
_ALWAYS = Operation(">", Number(1, _NOWHERE), Number(0, _NOWHERE), _NOWHERE)
_NEVER = Operation("<", Number(1, _NOWHERE), Number(0, _NOWHERE), _NOWHERE)
_DEEPEST = 50
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 ._+%-]{0,59}")
_TAKEN = frozenset({"Next", "End", "steps", "repeat", "direction", "Control"})
"""Words that cannot name a step or a block."""


def restore(program: Program) -> Protocol:
    """Write a program as a protocol that people can read and change.

    Parameters
    ----------
    program
        What a file says.

    Returns
    -------
    Protocol
        A tree without places; `ionworks.ucp.dump` makes text of it.

    Raises
    ------
    Unreadable
        If loops cross, are empty or go forward, or a jump leads nowhere.

    Examples
    --------
    >>> from ionworks import ucp
    >>> rest = Hold(kind="Rest", stops=(Stop("Time", ">=", 60.0, 1),))
    >>> print(ucp.dump(restore(Program(lines=(rest, Repeat(start=0, count=3.0))))), end="")
    steps:
      - Loop 2:
          repeat: 3
          steps:
            - Rest:
                duration: 60
    """
    _check_jumps(program)
    end = len(program.lines)
    draft = _Builder(program, {})
    list(draft.nodes(0, end))
    builder = _Builder(program, draft.rows)
    return Protocol(
        start=Start(resolution=_resolution(program.record)),
        steps=tuple(builder.nodes(0, end)),
        safety=Safety(
            tuple(
                SafetyLimit(
                    guard.quantity,
                    guard.side,
                    _expression(guard.value),
                    _NOWHERE,
                    None if guard.goto == end else builder.goto(guard.goto),
                )
                for guard in program.guards
            )
        ),
        profiles=program.profiles,
    )


def _check_jumps(program: Program) -> None:
    end = len(program.lines)
    for index, line in enumerate(program.lines):
        for target in _targets(line):
            if not 0 <= target <= end:
                raise Unreadable(f"it jumps to step {target + 1}, of {end}", key=_key(index))
        if isinstance(line, Repeat) and not 0 <= line.start < index:
            raise Unreadable("the loop has no steps before it", key=_key(index))


def _targets(line: Line) -> Iterator[int]:
    if isinstance(line, TimedLine):
        yield from (stop.goto for stop in line.stops)
    elif isinstance(line, Jump):
        yield line.goto


def _key(index: int) -> str:
    return f"step {index + 1}"


class _Builder:
    """Builds nodes from ranges of lines; names are settled before the first is built.

    ``rows`` gets the number in the explanation that the step of a line has; ``numbers`` are those
    that go into names.
    """

    def __init__(self, program: Program, numbers: Mapping[int, int]) -> None:
        self.rows: dict[int, int] = {}
        self._numbers = numbers
        self._lines = program.lines
        self._end = len(program.lines)
        self._bottoms: dict[int, list[int]] = {}
        jumps = {guard.goto for guard in program.guards}
        for index, line in enumerate(program.lines):
            conditional = isinstance(line, Jump)
            jumps |= {goto for goto in _targets(line) if conditional or goto != index + 1}
            if isinstance(line, Repeat):
                self._bottoms.setdefault(line.start, []).append(index)
        self._jumps = jumps - {self._end}
        self._used = set(_TAKEN)
        self._depth = 0
        self._names = dict(self._named())

    def goto(self, target: int) -> Goto:
        return Goto("End" if target == self._end else self._names[target], _NOWHERE)

    def nodes(self, low: int, high: int) -> Iterator[Node]:
        index = low
        while index < high:
            bottoms = self._bottoms.get(index)
            if bottoms and bottoms[-1] < high:
                bottom = bottoms.pop()
                yield self._block(index, bottom)
                index = bottom + 1
            elif isinstance(self._lines[index], Repeat):
                raise Unreadable("the loop crosses another", key=_key(index))
            elif isinstance(self._lines[index], Assign | Count | Jump):
                size = self._control_size(index, high)
                yield self._control(index, size)
                index += size
            else:
                yield self._step(index)
                index += 1

    def _named(self) -> Iterator[tuple[int, str]]:
        """Give every loop, jump target and labelled line a name of its own."""
        previous = None
        for index, line in enumerate(self._lines):
            label = (line.label or "").strip()
            fits = _NAME.fullmatch(label) is not None and label != previous
            previous = label
            if fits or index in self._jumps:
                wanted = label if fits else f"Step {self._numbers.get(index)}"
                yield index, _unused(wanted, self._used)

    def _block(self, start: int, bottom: int) -> Block:
        repeat = self._lines[bottom]
        assert isinstance(repeat, Repeat)
        name = self._names.get(bottom)
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unreadable(f"more than {_DEEPEST} loops are in each other", key=_key(bottom))
        steps = list(self.nodes(start, bottom))
        self._depth -= 1
        if bottom in self._jumps:
            # A block's bottom has no name: a Control that does nothing stands for it.
            self._count(bottom)
            steps.append(_control(name, branches=(Branch(_NEVER, self.goto(self._end), _NOWHERE),)))
            name = None
        name = name or _unused(f"Loop {bottom + 1}", self._used)
        return Block(name, _expression(repeat.count), tuple(steps), _NOWHERE)

    def _control_size(self, index: int, high: int) -> int:
        """Count the lines of one Control: variables, then the counter, then branches."""
        previous = 0
        for position in range(index, high):
            rank = _RANKS.get(type(self._lines[position]), 0)
            entered = position in self._jumps or position in self._bottoms
            if rank < max(previous, 1) or rank == previous == _RANKS[Count]:
                return position - index
            if position > index and (entered or _always(self._lines[position - 1])):
                return position - index
            previous = rank
        return high - index

    def _control(self, index: int, size: int) -> Control:
        self._count(index)
        lines = self._lines[index : index + size]
        return _control(
            self._names.get(index),
            assignments=tuple(
                Assignment(line.name, _expression(line.value), _NOWHERE)
                for line in lines
                if isinstance(line, Assign)
            ),
            advance_cycle=any(isinstance(line, Count) for line in lines),
            branches=tuple(
                Branch(line.condition or _ALWAYS, self.goto(line.goto), _NOWHERE)
                for line in lines
                if isinstance(line, Jump)
            ),
            note=next((line.note for line in lines if line.note), None),
        )

    def _count(self, index: int) -> None:
        self.rows[index] = len(self.rows) + 1

    def _step(self, index: int) -> Node:
        self._count(index)
        line = self._lines[index]
        name = self._names.get(index)
        if isinstance(line, Chamber):
            value = _expression(line.temperature)
            return Ambient(position=_NOWHERE, value=value, name=name, note=line.note)
        assert isinstance(line, TimedLine)
        ends, duration = self._ends(line.stops, index + 1)
        common = {
            "position": _NOWHERE,
            "name": name,
            "duration": duration,
            "ends": ends,
            "temperature": _optional(line.temperature),
            "resolution": None if line.record == Record() else _resolution(line.record),
            "note": line.note,
        }
        return _timed(line, common)

    def _ends(
        self, stops: Iterable[Stop], following: int
    ) -> tuple[tuple[End, ...], Expression | None]:
        """Return the ends, and apart from them the first plain duration."""
        ends, duration = [], None
        for stop in stops:
            plain = stop.goto == following
            value = _expression(stop.value)
            if plain and (stop.quantity, stop.operator) == ("Time", ">=") and duration is None:
                duration = value
                continue
            goto = None if plain else self.goto(stop.goto)
            ends.append(End(stop.quantity, stop.operator, value, "", _NOWHERE, goto))
        return tuple(ends), duration


def _always(line: Line) -> bool:
    return isinstance(line, Jump) and line.condition is None


_RANKS = {Assign: 1, Count: 2, Jump: 3}


def _unused(wanted: str, used: set[str]) -> str:
    """Return a name that is not taken, and take it."""
    number = 1
    name = wanted
    while name in used:
        number += 1
        name = f"{wanted} ({number})"
    used.add(name)
    return name


def _control(name: str | None, **parts: Any) -> Control:
    return Control(position=_NOWHERE, name=name, **parts)


def _timed(line: TimedLine, common: dict[str, Any]) -> Node:
    if isinstance(line, Hold):
        return Step(
            kind=line.kind,
            mode=line.mode,
            value=_optional(line.value),
            hold_voltage=_optional(line.hold_voltage),
            **common,
        )
    if isinstance(line, Drive):
        return DriveCycle(
            profile=line.profile,
            scale=_optional(line.scale if line.scale != 1 else None),
            repeat=_optional(line.repeat if line.repeat != 1 else None),
            **common,
        )
    if isinstance(line, Wave):
        return Waveform(
            shape=line.shape,
            mode=line.mode,
            amplitude=_expression(line.amplitude),
            frequency=_expression(line.frequency),
            offset=_optional(line.offset or None),
            **common,
        )
    assert isinstance(line, Spectrum)
    return Impedance(
        start_frequency=_expression(line.start_frequency),
        end_frequency=_expression(line.end_frequency),
        points_per_decade=_optional(line.points_per_decade),
        mode=line.mode,
        amplitude=_optional(line.amplitude),
        **common,
    )


def _resolution(record: Record) -> Resolution:
    return Resolution(_optional(record.time), _optional(record.voltage), _optional(record.current))


def _optional(value: Value | None) -> Expression | None:
    return None if value is None else _expression(value)


def _expression(value: Value) -> Expression:
    if not isinstance(value, float | int):
        return value
    if not math.isfinite(value):
        raise Unreadable(f"the file says {value}, which is no number of a protocol")
    return Number(float(value), _NOWHERE)
