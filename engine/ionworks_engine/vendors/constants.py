"""Programs without what their target needs no line for: lines taken out, constants worked out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from ionworks.ucp.evaluate import EvaluationError
from ionworks.ucp.terms import Leaf, changed, leaves
from ionworks.ucp.tree import Expression, Number, Variable
from ionworks_engine.vendors.errors import ANY, Inexpressible
from ionworks_engine.vendors.program import (
    Assign,
    Chamber,
    Count,
    Hold,
    Jump,
    Line,
    Program,
    Repeat,
    TimedLine,
    Value,
)


def without(program: Program, dropped: Collection[int]) -> Program:
    """Return the program without some lines; what goes there goes to the next one that is left.

    Loops that then have no lines are left out too.

    Raises
    ------
    Inexpressible
        If a jump that leaves a loop, to begin it again, would then only go back in it.

    Examples
    --------
    >>> without(Program(lines=(Count(), Jump(condition=None, goto=2))), {0}).lines[0].goto
    1
    """
    places, kept = [0], list[bool]()
    for index, line in enumerate(program.lines):
        empty = isinstance(line, Repeat) and places[line.start] == places[index]
        kept.append(index not in dropped and not empty)
        places.append(places[-1] + kept[-1])
    if all(kept):
        return program
    _refuse_restarts(program, kept)
    lines = tuple(
        _moved(line, places.__getitem__)
        for line, stays in zip(program.lines, kept, strict=True)
        if stays
    )
    guards = tuple(replace(guard, goto=places[guard.goto]) for guard in program.guards)
    return replace(program, lines=lines, guards=guards)


def _refuse_restarts(program: Program, kept: Sequence[bool]) -> None:
    """Refuse jumps from within a loop to lines before it, of which none is left."""
    ends = {line.start: end for end, line in enumerate(program.lines) if isinstance(line, Repeat)}

    def restarted(goto: int) -> Iterator[range]:
        while goto < len(kept) and not kept[goto]:
            goto += 1
            if goto in ends:
                yield range(goto, ends[goto] + 1)

    for index, line in enumerate(program.lines):
        gotos = {stop.goto for stop in line.stops} if isinstance(line, TimedLine) else set[int]()
        gotos |= {line.goto} if isinstance(line, Jump) else set()
        if any(index in loop for goto in gotos for loop in restarted(goto)):
            raise _restart(line)
    if any(True for guard in program.guards for _ in restarted(guard.goto)):
        raise _restart(program.lines[0])


def _restart(line: Line) -> Inexpressible:
    return Inexpressible(
        "a jump that begins a loop again from within",
        ANY,
        line=line.label,
        position=line.position,
        instead="let it go to a step that takes time, before the loop",
    )


def with_constants(program: Program) -> Program:
    """Return the program with numbers in place of variables that never change.

    A variable is constant if it is set once, to a number, before anything else happens, and if no
    jump asks for it. Variables that nothing reads are left out.

    Examples
    --------
    >>> from ionworks.ucp.tree import Position
    >>> rate = Variable("VAR_RATE", Position(""))
    >>> charge = Hold(kind="Charge", mode="C-rate", value=rate)
    >>> with_constants(Program(lines=(Assign(name="VAR_RATE", value=0.5), charge))).lines[0].value
    0.5
    """
    if not any(isinstance(line, Assign) for line in program.lines):
        return program
    constants = _constants(program)
    lines = tuple(_folded(line, constants) for line in program.lines)
    read = {name for line in lines for name in _read(line)}
    dropped = {
        index
        for index, line in enumerate(lines)
        if isinstance(line, Assign) and line.name not in read
    }
    return without(replace(program, lines=lines), dropped)


def _moved(line: Line, place: Callable[[int], int]) -> Line:
    if isinstance(line, TimedLine):
        stops = tuple(replace(stop, goto=place(stop.goto)) for stop in line.stops)
        return replace(line, stops=stops)
    if isinstance(line, Repeat):
        return replace(line, start=place(line.start))
    if isinstance(line, Jump):
        return replace(line, goto=place(line.goto))
    return line


def _constants(program: Program) -> dict[str, float]:
    prefix: dict[str, float] = {}
    for line in program.lines:
        if isinstance(line, Assign) and isinstance(line.value, float):
            prefix[line.name] = line.value
        elif not isinstance(line, Count | Chamber):
            break
    names = [line.name for line in program.lines if isinstance(line, Assign)]
    asked = {name for line in program.lines if isinstance(line, Jump) for name in _read(line)}
    return {
        name: value
        for name, value in prefix.items()
        if names.count(name) == 1 and name not in asked
    }


def _read(line: Line) -> Iterator[str]:
    """Yield the variables that the expressions of a line read."""
    values: list[Value | None] = []
    if isinstance(line, TimedLine):
        values += [stop.value for stop in line.stops]
    if isinstance(line, Hold):
        values += [line.value, line.hold_voltage]
    elif isinstance(line, Repeat):
        values.append(line.count)
    elif isinstance(line, Assign):
        values.append(line.value)
    elif isinstance(line, Jump):
        values.append(line.condition)
    for value in values:
        if value is not None and not isinstance(value, float | int):
            yield from (leaf.name for leaf in leaves(value) if isinstance(leaf, Variable))


def _folded(line: Line, constants: Mapping[str, float]) -> Line:
    def known(leaf: Leaf) -> Expression:
        if isinstance(leaf, Variable) and leaf.name in constants:
            return Number(constants[leaf.name], leaf.position)
        return leaf

    def value(given: Value) -> Value:
        if isinstance(given, float | int):
            return given
        try:
            found = changed(given, known)
        except EvaluationError:
            return given
        return float(found.value) if isinstance(found, Number) else found

    if isinstance(line, TimedLine):
        stops = tuple(replace(stop, value=value(stop.value)) for stop in line.stops)
        line = replace(line, stops=stops)
    if isinstance(line, Hold):
        given, hold = line.value, line.hold_voltage
        return replace(
            line,
            value=None if given is None else value(given),
            hold_voltage=None if hold is None else value(hold),
        )
    if isinstance(line, Repeat):
        return replace(line, count=value(line.count))
    return replace(line, value=value(line.value)) if isinstance(line, Assign) else line
