"""A program -> BioLogic settings: one Modulo Bat technique, for EC-Lab and for BT-Lab."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ionworks_engine.vendors import biologic_text, times
from ionworks_engine.vendors.biologic_sequences import POINTS_PER_DECADE, Sequences, scaled
from ionworks_engine.vendors.biologic_words import (
    BT_LAB,
    CHARGES,
    CURRENTS,
    EC_LAB,
    MODULO_BAT,
    MOST,
    Software,
)
from ionworks_engine.vendors.capabilities import inexpressible, refuse_into_loops
from ionworks_engine.vendors.constants import with_constants, without
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.files import File, Files, checked_stem
from ionworks_engine.vendors.program import (
    Count,
    Hold,
    Jump,
    Line,
    Program,
    Repeat,
    Spectrum,
    Stop,
    TimedLine,
)
from ionworks_engine.vendors.recovery import with_ways_out

TARGET = "biologic_mps"
RESOLUTION = "0.001"
"""The smallest time that settings say [s]."""
_RANGES = ((0.0, 5.0), (0.0, 10.0), (-10.0, 10.0))
"""Ranges of the voltage [V] to choose from."""


def write_settings(program: Program, stem: str) -> Files:
    """Write a program as settings for EC-Lab, and the same for BT-Lab beside it.

    Raises
    ------
    Inexpressible
        If Modulo Bat cannot say it, or no public settings show how.
    """
    checked_stem(stem)
    told = times.told(program, RESOLUTION)
    program = as_written(program)
    if not program.lines:
        raise Inexpressible("a protocol without steps", TARGET)
    refuse_into_loops(program, TARGET)
    span = _range(program)
    files = [
        File(name, _text(program, software, span), "text/plain")
        for software, name in ((EC_LAB, f"{stem}.mps"), (BT_LAB, f"{stem}-BT-Lab.mps"))
    ]
    return Files(files[0], (files[1],), (*_notes(program), *told))


def as_written(program: Program) -> Program:
    """Return the program in the words that the settings have for it.

    The cycles are counted by the software itself; currents are in A if the capacity is known; jumps
    that are always taken become gotos of the step before, capacities that end a constant current
    times, and variables that never change numbers. Safety limits with a goto are ends of the steps.
    """
    program = _threaded(with_constants(with_ways_out(program, TARGET)))
    counts = {index for index, line in enumerate(program.lines) if isinstance(line, Count)}
    program = without(program, counts)
    capacity = program.capacity
    lines = [_with_points(_with_times(_with_amperes(line, capacity))) for line in program.lines]
    program = replace(program, lines=tuple(lines), profiles=())
    return times.rounded(program, RESOLUTION, TARGET)


def _threaded(program: Program) -> Program:
    """Send what goes to a jump that is always taken to where it leads."""
    ways = {
        index: line.goto
        for index, line in enumerate(program.lines)
        if isinstance(line, Jump) and line.condition is None
    }

    loops = [
        range(line.start, end + 1)
        for end, line in enumerate(program.lines)
        if isinstance(line, Repeat)
    ]

    def followed(source: int, goto: int) -> int:
        passed: list[int] = []
        while goto in ways and len(passed) < len(ways):
            passed.append(goto)
            goto = ways[goto]
        for loop in loops if passed else ():
            if source in loop and goto in loop and any(index not in loop for index in passed):
                raise inexpressible(
                    "a jump that begins a loop again from within",
                    TARGET,
                    source,
                    program.lines[source],
                )
        return goto

    for index in ways:
        before = program.lines[index - 1] if index else None
        if not isinstance(before, TimedLine) and index - 1 not in ways:
            raise inexpressible(
                "a jump here", TARGET, index, program.lines[index], "only an end can have a goto"
            )
    lines = tuple(
        replace(
            line,
            stops=tuple(replace(stop, goto=followed(index, stop.goto)) for stop in line.stops),
        )
        if isinstance(line, TimedLine)
        else line
        for index, line in enumerate(program.lines)
    )
    return without(replace(program, lines=lines), ways)


def _with_amperes(line: Line, capacity: float | None) -> Line:
    if capacity is None or not isinstance(line, Hold) or line.mode != "C-rate":
        return line
    if not isinstance(line.value, float):
        return line
    return replace(line, mode="Current", value=line.value * capacity)


def _with_points(line: Line) -> Line:
    if isinstance(line, Spectrum) and line.points_per_decade is None:
        return replace(line, points_per_decade=POINTS_PER_DECADE)
    return line


def _with_times(line: Line) -> Line:
    """Write the capacity that ends a constant current as the time that it takes."""
    if not isinstance(line, Hold) or line.mode != "Current" or line.hold_voltage is not None:
        return line
    current = line.value
    if not isinstance(current, float) or not current:
        return line
    stops = tuple(
        Stop("Time", ">=", biologic_text.rounded(stop.value / current * 3600), stop.goto)
        if stop.quantity == "Capacity" and stop.operator[0] == ">" and isinstance(stop.value, float)
        else stop
        for stop in line.stops
    )
    return replace(line, stops=stops)


def _text(program: Program, software: Software, span: tuple[float, float]) -> bytes:
    sequences = Sequences(program, software, span)
    columns = [sequences.column(index, line) for index, line in enumerate(program.lines)]
    rows = {
        name: [column[name] for column in columns]
        for name in columns[0]
        if not _is_spare(name, columns)
    }
    header = list(_header(program, software, span))
    return biologic_text.write(header, [(MODULO_BAT, rows)])


def _is_spare(name: str, columns: Sequence[Mapping[str, str]]) -> bool:
    """Say whether a row is of a third limit or rule that no sequence has."""
    count = {"lim3": "lim_nb", "rec3": "rec_nb"}.get(name[:4])
    return count is not None and all(int(column[count]) < MOST for column in columns)


def _header(program: Program, software: Software, span: tuple[float, float]) -> Iterator[str]:
    yield software.first_line
    yield ""
    yield "Number of linked techniques : 1"
    yield f"{software.voltage} ctrl range : min = {span[0]:.2f} V, max = {span[1]:.2f} V"
    yield "Safety Limits :"
    yield from _limits(program, software)
    yield "\tfor t > 0 ms"
    yield "\tDo not start on E overload"
    yield f"Comments : {' '.join(program.title.split())}"
    if program.capacity is not None:
        text, unit = scaled(program.capacity, CHARGES)
        yield f"Battery capacity : {text} {unit}"
    yield "Cycle Definition : Charge/Discharge alternance"
    yield ""


def _limits(program: Program, software: Software) -> Iterator[str]:
    currents: dict[str, float] = {}
    for guard in sorted(program.guards, key=lambda guard: guard.side, reverse=True):
        if guard.quantity == "Voltage":
            side = "min" if guard.side == "low" else "max"
            yield f"\t{software.voltage} {side} = {guard.value:.5f} V"
        elif guard.quantity == "Temperature":
            raise Inexpressible(
                "a safety limit on Temperature", TARGET, instead="set it at the cycler"
            )
        else:
            currents[guard.quantity] = guard.value
    if currents:
        if len(currents) < 2 or len(set(currents.values())) > 1:
            raise Inexpressible(
                "different safety limits on the current of charge and discharge",
                TARGET,
                instead="there is one for both; give max_charge_current and"
                " max_discharge_current the same value",
            )
        text, unit = scaled(next(iter(currents.values())), CURRENTS)
        yield f"\t|I| = {text} {unit}"


@dataclass(frozen=True, slots=True)
class _Voltage:
    """A voltage of the program [V], and the line that has it; -1 is a safety limit."""

    value: float
    index: int


def _voltages(program: Program) -> Iterator[_Voltage]:
    for guard in program.guards:
        if guard.quantity == "Voltage":
            yield _Voltage(guard.value, -1)
    for index, line in enumerate(program.lines):
        if isinstance(line, Hold):
            values = [line.hold_voltage, line.value if line.mode == "Voltage" else None]
            values += [stop.value for stop in line.stops if stop.quantity == "Voltage"]
            yield from (_Voltage(value, index) for value in values if isinstance(value, float))


def _range(program: Program) -> tuple[float, float]:
    """Return the smallest range that has room for all voltages."""
    found = list(_voltages(program))
    for low, high in _RANGES:
        beyond = [voltage for voltage in found if not low <= voltage.value <= high]
        if not beyond:
            return low, high
    outside = beyond[0]
    text = f"{outside.value:g} V"
    low, high = _RANGES[-1]
    instead = f"voltages go from {low:g} to {high:g} V"
    if outside.index < 0:
        raise Inexpressible(f"a safety limit of {text}", TARGET, instead=instead)
    line = program.lines[outside.index]
    raise inexpressible(text, TARGET, outside.index, line, instead)


def _notes(program: Program) -> Iterator[str]:
    yield (
        "The settings are written for EC-Lab, and beside it the same for BT-Lab: a discharge is a"
        " negative current in one, and a word in the other, so give each its own software."
    )
    if program.capacity is None and any(
        isinstance(line, Hold) and line.mode == "C-rate" for line in program.lines
    ):
        yield "The capacity that C-rates refer to is not in the file: enter it in the software."
    currents = [
        line.value
        for line in program.lines
        if isinstance(line, Hold) and line.mode == "Current" and isinstance(line.value, float)
    ]
    if currents and max(currents) > 1:
        yield f"A current of {max(currents):g} A needs a channel with a range of 10 A."
