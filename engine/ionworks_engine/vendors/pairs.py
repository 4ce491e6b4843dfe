"""A constant current that goes on as a constant voltage: two lines here, one step in some files.

Such a pair means the same as one CC-CV step when the first line ends on the voltage of the second
and on nothing else, and nothing jumps in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ionworks_engine.vendors.constants import without
from ionworks_engine.vendors.program import (
    Hold,
    Jump,
    Line,
    Program,
    Repeat,
    Stop,
    TimedLine,
)


def current_before(lines: Sequence[Line], index: int) -> Hold | None:
    """Return the constant-current line that a constant-voltage line goes on from, if there is one.

    It stands right before it, has its direction, and ends on its voltage.
    """
    line, before = lines[index], lines[index - 1] if index else None
    if not (isinstance(line, Hold) and isinstance(before, Hold)):
        return None
    if before.mode not in ("Current", "C-rate") or before.hold_voltage is not None:
        return None
    reached = [stop.value for stop in before.stops if _reaches(stop, before) and stop.goto == index]
    same = before.kind == line.kind and line.mode == "Voltage"
    return before if same and line.value in reached else None


def joined(program: Program) -> Program:
    """Write each pair as one CC-CV line, wherever that means the same.

    Examples
    --------
    >>> current = Hold(kind="Charge", mode="Current", value=1.0,
    ...     stops=(Stop("Voltage", ">", 4.2, 1),))
    >>> voltage = Hold(kind="Charge", mode="Voltage", value=4.2,
    ...     stops=(Stop("Current", "<", 0.1, 2),))
    >>> joined(Program(lines=(current, voltage))).lines[0].hold_voltage
    4.2
    """
    entered = set(_entered(program))
    removed = {
        index
        for index in range(1, len(program.lines))
        if index not in entered and _joinable(program.lines, index)
    }
    lines = tuple(
        _with(line, program.lines[index + 1]) if index + 1 in removed else line
        for index, line in enumerate(program.lines)
    )
    return without(replace(program, lines=lines), removed)


def _reaches(stop: Stop, line: Hold) -> bool:
    return stop.quantity == "Voltage" and (stop.operator[0] == ">") == (line.kind == "Charge")


def _joinable(lines: Sequence[Line], index: int) -> bool:
    before, line = current_before(lines, index), lines[index]
    if before is None or len(before.stops) != 1 or not isinstance(line, Hold):
        return False
    held = {"Current", "C-rate"}
    return (before.temperature, before.record) == (line.temperature, line.record) and all(
        stop.quantity in held for stop in line.stops
    )


def _with(before: Line, line: Line) -> Line:
    """Return the CC-CV line that a pair is; what ends it is what ends its second line."""
    assert isinstance(before, Hold)
    assert isinstance(line, Hold)
    return replace(before, hold_voltage=line.value, stops=line.stops)


def _entered(program: Program) -> Iterator[int]:
    """Return where lines are entered other than from the line before."""
    for index, line in enumerate(program.lines):
        if isinstance(line, Repeat):
            yield line.start
        elif isinstance(line, Jump):
            yield line.goto
        elif isinstance(line, TimedLine):
            yield from (stop.goto for stop in line.stops if stop.goto != index + 1)
    yield from (guard.goto for guard in program.guards)
