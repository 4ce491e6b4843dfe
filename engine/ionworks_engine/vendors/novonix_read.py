"""The text of a Novonix protocol -> a program.

Settings are gathered until the next step begins. Where no loop has an end of its own, it ends
after as many steps as it says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ionworks.ucp.tree import Guarded, Kind, Operator
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.novonix_text import (
    BOUND,
    LIMIT,
    REPEAT,
    SAVE,
    SECTION,
    SETTING,
    TRIP,
    measured,
    refuse,
    scaled,
    seconds,
    sentences,
)
from ionworks_engine.vendors.program import (
    Count,
    Guard,
    Hold,
    Line,
    Program,
    Record,
    Repeat,
    Stop,
    TimedLine,
)

_STEPS: dict[str, tuple[Kind, bool]] = {
    "open circuit storage": ("Rest", False),
    "constant current charge": ("Charge", False),
    "constant current discharge": ("Discharge", False),
    "cc-cv charge": ("Charge", True),
    "cc-cv discharge": ("Discharge", True),
}
_COUNTERS = ("increment the cycle counter", "increment cycle counter")
_GUARDED: dict[str, tuple[Guarded, ...]] = {
    "voltage": ("Voltage",),
    "temperature": ("Temperature",),
    "current": ("Charge current", "Discharge current"),
}
_END = -1
_NEXT = -2
_PAST = -3
"""Jumps: to the end, to the next line, and past that."""


@dataclass(slots=True)
class _Draft:
    """A step while its settings are read; the lines that it jumps to have no numbers yet."""

    line: int
    kind: Kind
    held: bool
    settings: dict[str, float] = field(default_factory=dict)
    stops: list[Stop] = field(default_factory=list)
    hold_time: float | None = None
    record: Record = field(default_factory=Record)


@dataclass(slots=True)
class _Loop:
    """A loop that is open."""

    line: int
    start: int
    count: int = 0
    size: int | None = None
    nodes: int = 0
    counters: int = 0


def read(data: bytes, side_files: Mapping[str, bytes]) -> Program:  # noqa: ARG001 - it has none
    """Read the protocol in a data file, or in a file of its own.

    Parameters
    ----------
    data
        The bytes; rows of data after the protocol are not looked at.
    side_files
        There are none.

    Raises
    ------
    Unreadable
        If the protocol is cut, or says what is not known; with the line.
    """
    return _Reader().read(list(sentences(data)))


class _Reader:
    """Reads sentences in order; the settings of a step are gathered until the next one begins."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._draft: _Draft | None = None
        self._loops: list[_Loop] = []
        self._guards: list[tuple[Guarded, str, float]] = []
        self._notes: list[str] = []
        self._closes = False

    def read(self, said: list[tuple[int, str]]) -> Program:
        self._closes = any(words == "end repeat" for _, words in said)
        for number, words in said:
            self._sentence(number, words)
        self._finish()
        if self._loops:
            raise Unreadable("the loop is not closed", line=self._loops[-1].line, key="Repeat")
        if not self._lines:
            raise Unreadable("the protocol has no steps", key="Protocol")
        end = len(self._lines)
        lines = [_placed(line, index, end) for index, line in enumerate(self._lines)]
        records = {line.record for line in lines if isinstance(line, TimedLine)}
        record = records.pop() if len(records) == 1 else Record()
        return Program(
            lines=tuple(_recorded(line, record) for line in lines),
            guards=tuple(
                Guard(quantity, "low" if sign == "<" else "high", value, end)
                for quantity, sign, value in self._guards
            ),
            record=record,
            notes=tuple(dict.fromkeys(self._notes)),
        )

    def _sentence(self, number: int, words: str) -> None:
        if words in _STEPS:
            self._begin(number)
            self._draft = _Draft(number, *_STEPS[words])
        elif words in _COUNTERS:
            self._begin(number, counter=True)
            self._lines.append(Count())
        elif words == "repeat the step(s) below":
            self._open(number, None)
        elif match := REPEAT.fullmatch(words):
            self._open(number, match)
        elif words == "end repeat":
            self._close(number)
        elif match := SETTING.fullmatch(words):
            self._setting(number, match)
        elif match := TRIP.fullmatch(words):
            self._trip(number, match)
        elif match := SAVE.fullmatch(words):
            self._save(number, match)
        elif match := LIMIT.fullmatch(words):
            self._limit(number, match)
        elif not SECTION.fullmatch(words):
            refuse(f"this is not known: [{words[:60]}]", number)

    def _begin(self, number: int, *, counter: bool = False) -> None:
        """Finish the step before, and count the one that begins."""
        self._finish()
        if self._loops:
            loop = self._loops[-1]
            if not self._closes and loop.nodes == loop.size:
                self._close(number)
                self._begin(number, counter=counter)
                return
            loop.nodes += 1
            loop.counters += counter

    def _open(self, number: int, match: re.Match[str] | None) -> None:
        self._begin(number)
        loop = _Loop(number, len(self._lines))
        if match:
            loop.count = int(match[1])
            loop.size = int(match[2]) if match[2] else None
        self._loops.append(loop)

    def _close(self, number: int) -> None:
        self._finish()
        if not self._loops:
            refuse("no loop is open here", number)
        loop = self._loops.pop()
        if loop.count < 1:
            refuse("the loop does not say how often it runs", loop.line)
        if len(self._lines) == loop.start:
            refuse("the loop has no steps", loop.line)
        if loop.size not in (None, loop.nodes, loop.nodes - loop.counters):
            refuse(f"the loop says that it has {loop.size} steps; it has {loop.nodes}", loop.line)
        if loop.count > 1:
            self._lines.append(Repeat(start=loop.start, count=float(loop.count)))

    def _setting(self, number: int, match: re.Match[str]) -> None:
        name, text, unit = match.groups()
        if name in ("repeat count", "step count"):
            if not self._loops or "." in text:
                refuse("this is no place for it", number, name)
            if name == "repeat count":
                self._loops[-1].count = int(float(text))
            else:
                self._loops[-1].size = int(float(text))
            return
        draft = self._in_step(number)
        if name == "storage_time":
            draft.settings[name] = seconds(text, unit, number)
        else:
            draft.settings[name] = scaled(text, unit, "a" if "current" in name else "v", number)

    def _trip(self, number: int, match: re.Match[str]) -> None:
        what, word, text, unit = match.groups()
        draft = self._in_step(number)
        sign: Operator = "<" if word == "less" else ">"
        if what == "hold time":
            held = seconds(text, unit, number)
            draft.hold_time = held if draft.hold_time is None else min(held, draft.hold_time)
            return
        quantity, value = measured(what, text, unit, number)
        if quantity == "Time":
            if sign == "<":
                refuse("a time cannot end a step by being short", number)
            sign = ">="
        draft.stops.append(Stop(quantity, sign, value, _NEXT))

    def _save(self, number: int, match: re.Match[str]) -> None:
        what, text, unit = match.groups()
        draft = self._in_step(number)
        if what == "t":
            draft.record = replace(draft.record, time=seconds(text, unit, number))
        elif what == "v":
            draft.record = replace(draft.record, voltage=scaled(text, unit, "v", number))
        else:
            draft.record = replace(draft.record, current=scaled(text, unit, "a", number))

    def _limit(self, number: int, match: re.Match[str]) -> None:
        """Read a limit: of the whole test before the first step, then of a step."""
        action, conditions = match.groups()
        for condition in re.split(r" or if | or ", conditions):
            bound = BOUND.fullmatch(condition.strip())
            if bound is None:
                refuse(f"this limit is not known: {condition[:60]!r}", number)
            if action != "stop channel":
                self._notes.append(f"The emergency limit of line {number} was not read.")
            elif self._draft is not None:
                quantity, value = measured(bound[1], bound[3], bound[4], number)
                sign: Operator = "<" if bound[2] == "<" else ">"
                self._draft.stops.append(Stop(quantity, sign, value, _END))
            else:
                self._guard(number, bound)

    def _guard(self, number: int, bound: re.Match[str]) -> None:
        what, sign, text, unit = bound.groups()
        if what not in _GUARDED:
            self._notes.append(f"The limit of line {number} on the {what} was not read.")
            return
        _, value = measured(what, text, unit, number)
        if what == "current" and sign == "<":
            if value:
                self._notes.append(f"The lower limit of line {number} on the current was not read.")
            return
        self._guards += [(guarded, sign, value) for guarded in _GUARDED[what]]

    def _in_step(self, number: int) -> _Draft:
        if self._draft is None:
            refuse("this stands outside of any step", number)
        return self._draft

    def _finish(self) -> None:
        """Make lines of the step that was read: two, if it says how long a voltage is held."""
        draft, self._draft = self._draft, None
        if draft is None:
            return
        times = [stop for stop in draft.stops if stop.quantity == "Time" and stop.goto == _NEXT]
        stops = [stop for stop in draft.stops if stop not in times]
        if draft.kind == "Rest":
            stops += [*times, Stop("Time", ">=", _required(draft, "storage_time"), _NEXT)]
            self._lines.append(Hold(kind="Rest", stops=tuple(stops), record=draft.record))
            return
        voltage = _required(draft, f"{draft.kind.lower()}_voltage")
        reached = Stop("Voltage", ">" if draft.kind == "Charge" else "<", voltage, _NEXT)
        current = Hold(
            kind=draft.kind,
            mode="Current",
            value=_required(
                draft, "maximum_current" if draft.held else f"{draft.kind.lower()}_current"
            ),
            record=draft.record,
        )
        if not draft.held:
            self._lines.append(replace(current, stops=(reached, *stops, *times)))
        elif draft.hold_time is None:
            if not stops + times:
                refuse("nothing ends this step", draft.line)
            self._lines.append(replace(current, hold_voltage=voltage, stops=(*stops, *times)))
        else:
            leaving = [stop for stop in stops if stop.goto == _END]
            total = [replace(stop, goto=_PAST) for stop in times]
            current = replace(current, stops=(reached, *leaving, *total))
            self._pair(draft, current, voltage, stops, times)

    def _pair(
        self, draft: _Draft, current: Hold, voltage: float, stops: list[Stop], times: list[Stop]
    ) -> None:
        assert draft.hold_time is not None
        if times:
            self._notes.append(
                f"The total time of the step of line {draft.line} was read of its constant current"
                " alone: the time of the hold limits the rest."
            )
        held = Hold(
            kind=draft.kind,
            mode="Voltage",
            value=voltage,
            stops=(*stops, Stop("Time", ">=", draft.hold_time, _NEXT)),
            record=draft.record,
        )
        self._lines += [current, held]


def _placed(line: Line, index: int, end: int) -> Line:
    """Give the jumps of a line their numbers."""
    if not isinstance(line, TimedLine):
        return line
    places = {_NEXT: index + 1, _PAST: index + 2, _END: end}
    return replace(line, stops=tuple(replace(stop, goto=places[stop.goto]) for stop in line.stops))


def _recorded(line: Line, record: Record) -> Line:
    """Leave out what holds for all lines."""
    if isinstance(line, TimedLine) and line.record == record:
        return replace(line, record=Record())
    return line


def _required(draft: _Draft, name: str) -> float:
    if name not in draft.settings:
        refuse(f"[{name}] is missing in this step", draft.line, name)
    return draft.settings[name]
