"""A program -> the text of a Novonix protocol."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ionworks_engine.vendors.capabilities import inexpressible
from ionworks_engine.vendors.capability_table import KINDS
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.files import File, Files
from ionworks_engine.vendors.pairs import current_before, is_past, joined, one_steps
from ionworks_engine.vendors.program import (
    Count,
    Guard,
    Hold,
    Program,
    Record,
    Repeat,
    Stop,
    TimedLine,
)
from ionworks_engine.vendors.records import effective

_TARGET = "novonix"
_INDENT = "   "
_USUAL_TIME = 60.0
_HEADER = ("Novonix HPC Protocol File", "Version:3.0.2.3", "Date Saved:2000-01-01")
_PRINTED = (
    "This is the text that Novonix cyclers print into their data files (HPC, 3.0); whether your"
    " software opens it must be tried."
)
_ABSOLUTE = "the file holds currents in A: give nominal_capacity_ah"


def write(program: Program, stem: str) -> Files:
    """Write a program as the text that stands in Novonix data files.

    Parameters
    ----------
    program
        Checked against the table of capabilities.
    stem
        Name of the file without suffix; also the name of the protocol.

    Raises
    ------
    Inexpressible
        At a C-rate without capacity, a constant current without an end on voltage, a constant
        voltage that no constant current leads to, a loop in a loop, a goto other than to the end,
        and ends that the text has no sentence for.
    """
    writer = _Writer(joined(program))
    writer.notes += _rules(program)
    body = list(writer.nodes(0, writer.end))
    lines = ["[Protocol]", f"Protocol: {stem}", *_HEADER]
    lines += _limits("Protocol operating limits", _guard_sentences(program.guards))
    lines += _limits("Protocol emergency limits", ())
    lines += [*body, "[End Protocol]"]
    text = "\n".join(lines) + "\n"
    primary = File(f"{stem}.txt", text.encode(), "text/plain")
    return Files(primary, notes=(_PRINTED, *writer.notes))


class _Writer:
    """Writes lines in order; a pair of lines that is one step here is written as one."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._lines = program.lines
        self._starts = {line.start for line in program.lines if isinstance(line, Repeat)}
        self._pairs = one_steps(program)
        self.end = len(program.lines)
        self.notes: list[str] = []

    def nodes(self, low: int, high: int, *, inside: bool = False) -> Iterator[str]:
        """Write a range of lines."""
        starts = {
            line.start: bottom
            for bottom, line in enumerate(self._lines)
            if isinstance(line, Repeat) and low <= line.start and bottom < high
        }
        index = low
        while index < high:
            if index in starts:
                bottom = starts[index]
                if inside:
                    raise self._refusal("a loop in a loop", bottom)
                yield from self._loop(index, bottom)
                index = bottom + 1
            elif isinstance(self._lines[index], Count):
                yield from ("[Increment the cycle counter]", "[End increment]")
                index += 1
            else:
                yield from self._step(index)
                index += 1 + self._goes_on(index)

    def _loop(self, start: int, bottom: int) -> Iterator[str]:
        repeat = self._lines[bottom]
        assert isinstance(repeat, Repeat)
        assert isinstance(repeat.count, float)
        body = list(self.nodes(start, bottom, inside=True))
        size = sum(text in _OPENINGS for text in body)
        yield "[Repeat the step(s) below]"
        yield f"{_INDENT}[Repeat count {int(repeat.count)}]"
        yield f"{_INDENT}[Step count {size}]"
        yield from (_INDENT + text for text in body)
        yield "[End repeat]"

    def _goes_on(self, index: int) -> bool:
        """Say whether a current and the voltage after it are one step of this format."""
        following = index + 1
        if following >= self.end or following in self._starts:
            return False
        return current_before(self._lines, following) is not None

    def _step(self, index: int) -> Iterator[str]:
        line = self._lines[index]
        if not isinstance(line, Hold):
            raise self._refusal(KINDS[type(line)], index)
        if line.mode is None:
            own, ending = self._rest(line, index), "storage"
        elif line.hold_voltage is not None or self._goes_on(index):
            own, ending = self._held(line, index), "CCCV charge"
        elif line.mode in ("Current", "C-rate"):
            own, ending = self._constant(line, index), line.kind.lower()
        else:
            raise self._refusal(
                "a constant voltage that no constant current leads to",
                index,
                "put a constant current that ends on this voltage before it",
            )
        opening, *settings = own
        yield f"[{opening}]"
        yield from (_INDENT + text for text in settings)
        yield f"[End {ending}]"

    def _rest(self, line: Hold, index: int) -> Iterator[str]:
        times = [
            stop
            for stop in line.stops
            if (stop.quantity, stop.operator[0]) == ("Time", ">") and _onwards(stop, index)
        ]
        if not times:
            raise self._refusal("a rest without a duration", index)
        yield "Open circuit storage"
        yield f"[Storage_time {_duration(times[0].value)}]"
        yield from self._sections(line, index, [stop for stop in line.stops if stop != times[0]])

    def _constant(self, line: Hold, index: int) -> Iterator[str]:
        sign = ">" if line.kind == "Charge" else "<"
        reached = [
            stop
            for stop in line.stops
            if (stop.quantity, stop.operator[0]) == ("Voltage", sign) and _onwards(stop, index)
        ]
        if not reached:
            raise self._refusal(
                "a constant current without an end on voltage",
                index,
                f"add an end such as Voltage {sign} {4.2 if sign == '>' else 2.5}",
            )
        yield f"Constant current {line.kind.lower()}"
        yield f"[{line.kind}_current {_digits(self._amps(line.mode, line.value, index))} A]"
        yield f"[{line.kind}_voltage {_digits(reached[0].value)} V]"
        yield from self._sections(line, index, [stop for stop in line.stops if stop != reached[0]])

    def _held(self, line: Hold, index: int) -> Iterator[str]:
        """Write a CC-CV step: one line, or a pair of which the second has a duration."""
        if line.kind == "Discharge":
            raise self._refusal(
                "a CC-CV discharge", index, "no public file shows how one is written"
            )
        volts, stops, total, held = line.hold_voltage, line.stops, list[Stop](), False
        if volts is None:
            after = self._lines[index + 1]
            assert isinstance(after, Hold)
            if index + 1 not in self._pairs:
                raise self._refusal(
                    "a constant current and the voltage held after it that end differently",
                    index,
                    "they are one step of the file: both need the same ends, but for the voltage"
                    " that is reached, a current below the first, and the time of the hold",
                )
            volts, stops, held = after.value, after.stops, True
            total = [stop for stop in line.stops if is_past(stop, index)]
        yield f"CC-CV {line.kind.lower()}"
        yield f"[Maximum_current {_digits(self._amps(line.mode, line.value, index))} A]"
        yield f"[{line.kind}_voltage {_digits(volts)} V]"
        if total:
            self._note(
                f"The time of step {index + 1} counts on while its voltage is held, and can cut"
                " that short."
            )
        totals = [_total(stop) for stop in total]
        yield from self._sections(
            line, index + held, stops, held=held, controlled=True, before=totals
        )

    def _sections(
        self,
        line: Hold,
        index: int,
        stops: Sequence[Stop],
        *,
        held: bool = False,
        controlled: bool = False,
        before: Sequence[str] = (),
    ) -> Iterator[str]:
        """Write ends, what is recorded, and ends that leave the test."""
        onwards = sorted(
            (stop for stop in stops if _onwards(stop, index)),
            key=lambda stop: stop.quantity != "Time",
        )
        leaving = [stop for stop in stops if not _onwards(stop, index)]
        trips = [self._trip(stop, index, held=held, controlled=controlled) for stop in onwards]
        yield from _limits("Trip conditions", [*before, *trips])
        yield from _limits("Save conditions", self._saves(line.record))
        yield from _limits("Operating limits", self._leaving(leaving, index))
        yield from _limits("Emergency limits", ())

    def _trip(self, stop: Stop, index: int, *, held: bool, controlled: bool) -> str:
        above = stop.operator[0] == ">"
        value = stop.value
        if stop.quantity == "Time" and above:
            if controlled and not held:
                return _total(stop)
            words = "hold time is greater" if held else "step time is longer"
            return f"End step if {words} than {_duration(value)}"
        if stop.quantity == "Capacity" and above and not held:
            return f"End step if step capacity is greater than {_digits(value)} Ah"
        if stop.quantity in ("Current", "C-rate") and controlled and not above:
            amps = self._amps(stop.quantity, value, index)
            return f"End step if absolute current is less than {_digits(amps)} A"
        if stop.quantity == "Voltage" and not controlled:
            words = "greater" if above else "less"
            return f"End step if voltage is {words} than {_digits(value)} V"
        raise self._refusal(f"an end {stop.quantity} {stop.operator} ... in this step", index)

    def _leaving(self, stops: Sequence[Stop], index: int) -> list[str]:
        for stop in stops:
            if stop.goto != self.end:
                raise self._refusal("a goto", index, "steps run in order; a goto may lead to End")
            if stop.quantity != "Voltage":
                raise self._refusal(f"a goto on {stop.quantity}", index)
        bounds = {stop.operator[0]: stop.value for stop in stops}
        if len(bounds) < len(stops):
            raise self._refusal("two gotos on the same side of the voltage", index)
        return [_stopping("voltage", bounds.get("<"), bounds.get(">"), "V")] if bounds else []

    def _saves(self, record: Record) -> Iterator[str]:
        own = record if record != Record() else self._program.record
        time = own.time
        if time is None and own.voltage is None:
            time = _USUAL_TIME
            self._note(f"A row is saved every {_USUAL_TIME:g} s where the protocol says nothing.")
        if own.current is not None:
            self._note("Rows at changes of current are not part of the file.")
        if time is not None:
            yield f"Save data if \u2206T is greater than {_digits(time)} seconds"
        if own.voltage is not None:
            yield f"Save data if \u2206V is greater than {_digits(own.voltage)} V"

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _amps(self, mode: object, value: object, index: int) -> float:
        assert isinstance(value, float)
        if mode != "C-rate":
            return value
        if self._program.capacity is None:
            raise self._refusal("a C-rate without a nominal capacity", index, _ABSOLUTE)
        return value * self._program.capacity

    def _refusal(self, construct: str, index: int, instead: str | None = None) -> Inexpressible:
        return inexpressible(construct, _TARGET, index, self._lines[index], instead)


_OPENINGS = frozenset(
    {
        "[Open circuit storage]",
        "[Constant current charge]",
        "[Constant current discharge]",
        "[CC-CV charge]",
        "[Increment the cycle counter]",
    }
)


def _onwards(stop: Stop, index: int) -> bool:
    return stop.goto == index + 1


def _total(stop: Stop) -> str:
    return f"End step if total step time is greater than {_duration(stop.value)}"


def _rules(program: Program) -> Iterator[str]:
    """Tell of steps that are one in the file and store rows by different rules."""
    for index in sorted(one_steps(program)):
        lines = program.lines[index - 1 : index + 1]
        one, other = (effective(line, program) for line in lines if isinstance(line, TimedLine))
        if one != other:
            yield f"Steps {index} and {index + 1} are one: the finer of their rules for rows holds."


def _guard_sentences(guards: Sequence[Guard]) -> Iterator[str]:
    values = {(guard.quantity, guard.side): guard.value for guard in guards}
    charge = values.get(("Charge current", "high"))
    if charge != values.get(("Discharge current", "high")):
        raise Inexpressible(
            "different limits on charge and discharge current",
            _TARGET,
            instead="give both, with the same value: the limit is one on the current",
        )
    bounds = (
        ("voltage", values.get(("Voltage", "low")), values.get(("Voltage", "high")), "V"),
        ("current", None if charge is None else 0.0, charge, "A"),
        (
            "temperature",
            values.get(("Temperature", "low")),
            values.get(("Temperature", "high")),
            "C",
        ),
    )
    for what, low, high, unit in bounds:
        if low is not None or high is not None:
            yield _stopping(what, low, high, unit)


def _stopping(what: str, low: object, high: object, unit: str) -> str:
    bounds = [(sign, value) for sign, value in (("<", low), (">", high)) if value is not None]
    sides = [f"if {what} {sign} {_padded(value)} {unit}" for sign, value in bounds]
    return f"Stop channel {' or '.join(sides)}"


def _limits(title: str, sentences: Iterator[str] | Sequence[str]) -> Iterator[str]:
    yield f"[{title}]"
    for number, sentence in enumerate(sentences):
        yield f"{_INDENT}[{number} {sentence}]"
    yield f"[End {title[0].lower()}{title[1:]}]"


def _duration(seconds: object) -> str:
    """Write a time in the largest unit of which it is more than one, and whole."""
    assert isinstance(seconds, float)
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if seconds % size == 0 and seconds > size:
            return f"{seconds / size:.0f} {unit}"
    return f"{_digits(seconds)} seconds"


def _digits(value: object) -> str:
    assert isinstance(value, float)
    text = f"{value:.9f}".rstrip("0").rstrip(".")
    return text if math.isclose(float(text), value, rel_tol=1e-9) else repr(value)


def _padded(value: object) -> str:
    """Write a limit with five digits, as the cyclers do, unless it has more."""
    assert isinstance(value, float)
    if value == 0:
        return "0"
    text = f"{value:#.5g}"
    return text.rstrip(".") if float(text) == value and "e" not in text else _digits(value)
