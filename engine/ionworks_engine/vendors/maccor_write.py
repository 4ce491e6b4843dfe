"""A program -> a Maccor procedure (.000) with its waveforms (.MWF) and impedance sweeps (.FRA).

Elements, their order, padding and empty ones are those of the public procedure files, builds
1.5.7006 to 1.5.7746. Words that no public file has are not made up: what needs one is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ionworks.ucp.tree import Input, Kind, Variable
from ionworks_engine.vendors import capabilities, times
from ionworks_engine.vendors.capabilities import inexpressible
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.files import UNVERIFIED, File, Files, checked_stem
from ionworks_engine.vendors.maccor_assets import Assets, ramp_rate
from ionworks_engine.vendors.maccor_guards import THERMOCOUPLE, limits
from ionworks_engine.vendors.maccor_layout import Layout, Place
from ionworks_engine.vendors.maccor_remarks import remarks
from ionworks_engine.vendors.maccor_text import (
    CARRIER_SECONDS,
    FORMULA,
    MAX_HOURS,
    MAX_REGISTERS,
    RESOLUTION,
    TARGET,
    clock,
    is_register,
    multiple_of_capacity,
    number,
    ramp_formula,
)
from ionworks_engine.vendors.maccor_xml import (
    AUTOMATIC,
    FUNCTION_RANGE,
    end_xml,
    procedure,
    report_xml,
    step_xml,
)
from ionworks_engine.vendors.program import (
    Assign,
    Count,
    Drive,
    Hold,
    Jump,
    Line,
    Program,
    Repeat,
    Spectrum,
    Stop,
    TimedLine,
    Value,
)
from ionworks_engine.vendors.records import effective

_KINDS = {"Charge": "Charge", "Discharge": "Dischrge", "Rest": "Rest"}
_END_TYPES = {
    "Voltage": "Voltage",
    "Current": "Current",
    "C-rate": "Current",
    "Capacity": "Amp Hour",
    "Temperature": "Themocpl",
    "Time": "StepTime",
}
_LONGEST = f"{MAX_HOURS}:59:59"


def write(program: Program, stem: str) -> Files:
    """Write a program as a procedure and the files that it names.

    Parameters
    ----------
    program
        What to run.
    stem
        The name of the procedure, without suffix.

    Returns
    -------
    Files
        The procedure ``<stem>.000``, and its waveforms and sweeps.

    Raises
    ------
    Inexpressible
        At what no public procedure file has a word for.
    """
    return _Writer(program, checked_stem(stem)).files()


class _Writer:
    """Writes one program."""

    def __init__(self, program: Program, stem: str) -> None:
        capabilities.check(program, TARGET)
        told = times.told(program, RESOLUTION)
        program = times.rounded(program, RESOLUTION, TARGET)
        self._program = program
        self._stem = stem
        self._layout = Layout(program)
        self._registers = registers(program)
        self._assets = Assets(program)
        self._notes = [UNVERIFIED, *remarks(program, self._layout), *told]

    def files(self) -> Files:
        steps = list(self._steps())
        text = procedure(self._program.title, steps)
        renamed = [f"{name} is {word}." for name, word in self._registers.items() if name != word]
        notes = (*self._notes, *renamed, *self._assets.notes)
        primary = File(f"{self._stem}.000", text.encode(), "application/xml")
        return Files(primary, self._assets.files, tuple(dict.fromkeys(notes)))

    def _steps(self) -> Iterator[str]:
        if self._layout.leads_in:
            first = self._layout.number(0, -1) if self._program.lines else self._layout.end
            yield self._carrier([], first, -1)
        for place in self._layout.places:
            for loop in place.loops:
                yield step_xml(f"Do {loop.counter}", note=None)
            yield self._line(place)
        yield step_xml("End", note=None)

    def _line(self, place: Place) -> str:
        line = self._program.lines[place.index]
        if isinstance(line, Hold):
            return self._hold(line, place)
        if isinstance(line, Drive):
            return self._drive(line, place.index)
        if isinstance(line, Spectrum):
            return self._spectrum(line, place.index)
        if isinstance(line, Repeat):
            return self._loop(line, place)
        if isinstance(line, Count):
            return step_xml("AdvCycle", note=_remark(line))
        if isinstance(line, Assign | Jump):
            return self._ride(place)
        raise self._refusal("this kind of step", place.index)

    def _hold(self, line: Hold, place: Place) -> str:
        index = place.index
        if not line.stops:
            raise self._refusal("a step without an end", index, "give a duration or ends")
        kind, mode, content, limits = self._control(line, index)
        sets = [self._program.lines[i] for i in place.carried]
        wanted = [entry for entry in sets if isinstance(entry, Assign)]
        size = next((i for i, entry in enumerate(sets) if isinstance(entry, Jump)), len(sets))
        return step_xml(
            kind,
            mode,
            content,
            limits=limits,
            ends=[*self._guard_ends(line.kind, index), *self._ends(line, place)],
            reports=[*self._reports(line), *self._sets(wanted[:size], index)],
            settings=self._function_range() if kind == "Chg Func" else AUTOMATIC,
            note=_remark(line),
        )

    def _control(self, line: Hold, index: int) -> tuple[str, str, str, list[tuple[str, str]]]:
        """Return type, mode, value and limits of a step."""
        if line.kind == "Rest":
            return "Rest", "", "", []
        limit = [] if line.hold_voltage is None else [self._figure(line.hold_voltage, index)]
        value = line.value
        if isinstance(value, float | int):
            letter = "C" if line.mode == "C-rate" else ""
            mode = "Voltage" if line.mode == "Voltage" else "Current"
            limits = [("Voltage", text) for text in limit]
            return _KINDS[line.kind], mode, number(value) + letter, limits
        formula = self._formula(line, index)
        return "Chg Func", "Current", formula, [("Voltage", f"{text}|{text}") for text in limit]

    def _formula(self, line: Hold, index: int) -> str:
        """Spell a current that is a variable, or a formula that was read."""
        if line.kind != "Charge" or line.mode != "Current" or line.value is None:
            raise self._refusal(
                f"{line.kind.lower()} with a variable {line.mode}",
                index,
                "public files know a variable Current of a Charge only",
            )
        if isinstance(line.value, Input) and line.value.name.startswith(FORMULA):
            return line.value.name.removeprefix(FORMULA)
        return f"0|{self._register(line.value, index)}"

    def _register(self, value: Value | None, index: int) -> str:
        if isinstance(value, Variable) and value.name in self._registers:
            return self._registers[value.name]
        if isinstance(value, Input) and is_register(value.name):
            return value.name
        raise self._refusal("an expression", index, "a variable alone may stand for a current")

    def _figure(self, value: Value, index: int) -> str:
        if isinstance(value, float | int):
            return number(value)
        raise self._refusal("an expression", index, "give a number")

    def _ends(self, line: Hold, place: Place) -> Iterator[str]:
        for stop in _ordered(line.stops):
            goto = place.number + 1 if stop.goto in place.carried else None
            if goto is not None and stop.goto != place.index + 1:
                goto = self._way_out(stop.goto, place.index)
            yield self._end(stop, place.index, goto)

    def _way_out(self, copy: int, source: int) -> int:
        """Return the step that a copy of the variables goes on to."""
        while not isinstance(jump := self._program.lines[copy], Jump):
            copy += 1
        return self._layout.number(jump.goto, source)

    def _end(self, stop: Stop, index: int, goto: int | None = None) -> str:
        operator = {"<": "<=", ">": ">="}[stop.operator[0]]
        return end_xml(
            _END_TYPES[stop.quantity],
            "=" if stop.quantity == "Time" else operator,
            self._layout.number(stop.goto, index) if goto is None else goto,
            self._bound(stop, index),
        )

    def _bound(self, stop: Stop, index: int) -> str:
        if stop.quantity == "Time":
            return self._time(stop, index)
        if stop.quantity == "Capacity" and not isinstance(stop.value, float | int):
            factor = multiple_of_capacity(stop.value)
            if factor is not None:
                return f"{number(factor)}C"
        text = self._figure(stop.value, index)
        if stop.quantity == "Temperature":
            return f"1/{text}"
        return f"{text}C" if stop.quantity == "C-rate" else text

    def _time(self, stop: Stop, index: int) -> str:
        if not isinstance(stop.value, float | int) or stop.operator[0] == "<":
            raise self._refusal("this end on Time", index, "use Time > a number")
        text = clock(stop.value)
        if text is None:
            raise self._refusal(
                f"a time of {stop.value:g} s",
                index,
                "public files have times of up to 99 h; repeat a shorter step in a block",
            )
        return text

    def _guard_ends(self, kind: Kind | None, source: int) -> Iterator[str]:
        """Write the limits of the whole test as ends of a step, in the first as the channel's."""
        first = source == (-1 if self._layout.leads_in else 0)
        for limit in limits(self._program.guards, kind, first=first):
            text = number(limit.value)
            yield end_xml(
                limit.end_type,
                ">=" if limit.side == "high" else "<=",
                self._layout.number(limit.goto, source),
                f"1/{text}" if limit.end_type == THERMOCOUPLE else text,
                is_channel=limit.is_channel,
            )

    def _reports(self, line: TimedLine) -> Iterator[str]:
        record = effective(line, self._program)
        if record.time is not None:
            yield report_xml("StepTime", clock(max(record.time, CARRIER_SECONDS)) or _LONGEST)
        if record.voltage is not None:
            yield report_xml("Voltage", number(record.voltage))
        if record.current is not None:
            yield report_xml("Current", number(record.current))

    def _sets(self, entries: list[Assign], index: int) -> Iterator[str]:
        for entry in entries:
            if not isinstance(entry.value, float | int):
                raise self._refusal(
                    f"{entry.name} with a value that is worked out in the run",
                    index,
                    "public files set variables to numbers only",
                )
            value = f"{entry.value:.9g}"
            yield report_xml("SetVar", f"atEnd: {self._registers[entry.name]}={value}")

    def _ride(self, place: Place) -> str:
        """Write a rest that carries variables or a jump."""
        lines = [self._program.lines[i] for i in (place.index, *place.carried)]
        entries = [line for line in lines if isinstance(line, Assign)]
        last = lines[-1]
        following = place.index + len(lines)
        goto = following
        if isinstance(last, Jump):
            if last.condition is not None:
                raise self._refusal(
                    "a branch on a condition", place.index, "no public file shows one"
                )
            goto = last.goto
        self._notes.append(
            "What takes no time in the protocol (variables, jumps) is carried by rests of 10 ms."
        )
        return self._carrier(entries, self._layout.number(goto, place.index), place.index)

    def _carrier(self, entries: list[Assign], goto: int, source: int) -> str:
        own = end_xml("StepTime", "=", goto, clock(CARRIER_SECONDS) or "")
        return step_xml(
            "Rest",
            ends=[*self._guard_ends(None, source), own],
            reports=list(self._sets(entries, max(source, 0))),
            settings=AUTOMATIC,
            note=None,
        )

    def _loop(self, line: Repeat, place: Place) -> str:
        count = line.count
        if not isinstance(count, float | int) or count < 1 or count != int(count):
            raise self._refusal("this count of a loop", place.index, "give a whole number")
        counter = next(loop.counter for loop in self._layout.loops if loop.end == place.index)
        goto = place.number + 1
        if place.carried:
            jump = self._program.lines[place.carried[0]]
            assert isinstance(jump, Jump)
            goto = self._layout.number(jump.goto, place.carried[0])
        end = end_xml("Loop Cnt", "=", goto, str(int(count)))
        return step_xml(f"Loop {counter}", ends=[end], note=_remark(line))

    def _drive(self, line: Drive, index: int) -> str:
        rate = ramp_rate(self._program, line)
        if rate is None:
            return step_xml("FastWave", content=self._assets.wave(line, index), note=_remark(line))
        return step_xml(
            "Chg Func",
            "Current",
            f"0|{ramp_formula(rate)}",
            ends=[
                *self._guard_ends("Charge", index),
                *(self._end(stop, index) for stop in line.stops),
            ],
            reports=list(self._reports(line)),
            settings=self._function_range(),
            note=_remark(line),
        )

    def _function_range(self) -> tuple[str, str, str, str]:
        self._notes.append(
            f"Steps with a function (Chg Func) have current range {FUNCTION_RANGE[0]}, that of the"
            " public files: choose the one of your cycler."
        )
        return FUNCTION_RANGE

    def _spectrum(self, line: Spectrum, index: int) -> str:
        return step_xml("FRA", content=self._assets.sweep(line, index), note=_remark(line))

    def _refusal(self, construct: str, index: int, instead: str | None = None) -> Inexpressible:
        return inexpressible(construct, TARGET, index, self._program.lines[index], instead)


def _ordered(stops: Sequence[Stop]) -> list[Stop]:
    """Begin with an end that nobody takes for a safety limit: an upper current is one."""
    listed = list(stops)
    kinds = [stop.quantity == "Current" and stop.operator[0] == ">" for stop in listed]
    if kinds and False in kinds:
        listed.insert(0, listed.pop(kinds.index(False)))
    return listed


def registers(program: Program) -> dict[str, str]:
    """Give each variable a register of the procedure; names of registers keep theirs."""
    names = list(dict.fromkeys(line.name for line in program.lines if isinstance(line, Assign)))
    values = [line.value for line in program.lines if isinstance(line, Hold)]
    taken = {name for name in names if is_register(name)}
    taken |= {value.name for value in values if isinstance(value, Input)}
    free = [f"VAR{k}" for k in range(1, MAX_REGISTERS + 1) if f"VAR{k}" not in taken]
    others = [name for name in names if name not in taken]
    if len(others) > len(free):
        raise Inexpressible(f"{len(names)} variables", TARGET, instead=f"use {MAX_REGISTERS}")
    return {name: name for name in names if name in taken} | dict(zip(others, free, strict=False))


def _remark(line: Line) -> str | None:
    return line.note or line.label
