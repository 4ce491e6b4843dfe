"""A constant current that goes on as a constant voltage: two lines here, one step in some files.

Such a pair means the same as one CC-CV step when the first line ends on the voltage of the second,
nothing jumps in between, and all other ends hold in both, or could trip in the second alone. Only
a time is counted from the start of each.
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
    Record,
    Repeat,
    Stop,
    TimedLine,
)
from ionworks_engine.vendors.records import effective


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

    A pair of which the second line has a time stays two lines; ends of the second on the voltage
    that would never trip in the first are then written to both. Of two rules for rows, the finer
    holds.

    Examples
    --------
    >>> current = Hold(kind="Charge", mode="Current", value=1.0,
    ...     stops=(Stop("Voltage", ">", 4.2, 1),))
    >>> voltage = Hold(kind="Charge", mode="Voltage", value=4.2,
    ...     stops=(Stop("Current", "<", 0.1, 2),))
    >>> joined(Program(lines=(current, voltage))).lines[0].hold_voltage
    4.2
    """
    lines, removed = list(program.lines), set[int]()
    for index in one_steps(program):
        before, line = program.lines[index - 1], program.lines[index]
        assert isinstance(before, Hold)
        assert isinstance(line, Hold)
        record = one_record(program, index)
        before = replace(before, record=record)
        if _timed(line):
            limits = [stop for stop in _limits(line) if stop not in before.stops]
            before = replace(before, stops=(*before.stops, *limits))
            lines[index] = replace(line, record=record)
        else:
            before = replace(before, hold_voltage=line.value, stops=line.stops)
            removed.add(index)
        lines[index - 1] = before
    return without(replace(program, lines=tuple(lines)), removed)


def one_steps(program: Program) -> frozenset[int]:
    """Return where the second lines of such pairs are; their times are not looked at."""
    entered = set(_entered(program))
    return frozenset(
        index
        for index in range(1, len(program.lines))
        if index not in entered and _is_one_step(program, index)
    )


def _is_one_step(program: Program, index: int) -> bool:
    before, line = current_before(program.lines, index), program.lines[index]
    if before is None or not isinstance(line, Hold) or before.temperature != line.temperature:
        return False
    limits = _limits(line)
    apart = [
        stop
        for stop in before.stops
        if not (stop.goto == index and _reaches(stop, before) and stop.value == line.value)
        and not (_timed(line) and is_past(stop, index - 1))
    ]
    return (
        all(stop in limits for stop in apart)
        and all(
            stop.quantity == "Voltage" and (stop in apart or _beyond(stop, line)) for stop in limits
        )
        and all(_below(stop, before, program.capacity) for stop in line.stops if _on_current(stop))
    )


def is_past(stop: Stop, index: int) -> bool:
    """Say whether a stop is a time that leaves out the line after its own."""
    return (stop.quantity, stop.operator[0], stop.goto) == ("Time", ">", index + 2)


def one_record(program: Program, index: int) -> Record:
    """Return the rule for rows of a pair: that of both lines, or the finer of two."""
    before, line = program.lines[index - 1], program.lines[index]
    assert isinstance(before, TimedLine)
    assert isinstance(line, TimedLine)
    one, other = effective(before, program), effective(line, program)
    if one == other:
        return before.record
    return Record(
        time=_finer(one.time, other.time),
        voltage=_finer(one.voltage, other.voltage),
        current=_finer(one.current, other.current),
    )


def _finer(one: float | None, other: float | None) -> float | None:
    given = [value for value in (one, other) if value is not None]
    return min(given, default=None)


def _reaches(stop: Stop, line: Hold) -> bool:
    return stop.quantity == "Voltage" and (stop.operator[0] == ">") == (line.kind == "Charge")


def _on_current(stop: Stop) -> bool:
    return stop.quantity in ("Current", "C-rate")


def _timed(line: Hold) -> bool:
    return any(stop.quantity == "Time" for stop in line.stops)


def _limits(line: Hold) -> list[Stop]:
    """Return the ends that count nothing, and are not on the current."""
    return [stop for stop in line.stops if stop.quantity != "Time" and not _on_current(stop)]


def _beyond(stop: Stop, line: Hold) -> bool:
    """Say whether a voltage is past the one that is held, which the current before only reaches."""
    if not _reaches(stop, line) or not isinstance(stop.value, float):
        return False
    assert isinstance(line.value, float)
    return stop.value >= line.value if line.kind == "Charge" else stop.value <= line.value


def _below(stop: Stop, before: Hold, capacity: float | None) -> bool:
    """Say whether an end on a falling current is below the constant one, and so trips after it."""
    end, current = stop.value, before.value
    if stop.operator[0] != "<" or not isinstance(end, float) or not isinstance(current, float):
        return False
    if stop.quantity != before.mode:
        if capacity is None:
            return False
        end *= capacity if stop.quantity == "C-rate" else 1
        current *= capacity if before.mode == "C-rate" else 1
    return end < current


def _entered(program: Program) -> Iterator[int]:
    """Yield where lines are entered other than from the line before."""
    for index, line in enumerate(program.lines):
        if isinstance(line, Repeat):
            yield line.start
        elif isinstance(line, Jump):
            yield line.goto
        elif isinstance(line, TimedLine):
            yield from (stop.goto for stop in line.stops if stop.goto != index + 1)
    yield from (guard.goto for guard in program.guards)
