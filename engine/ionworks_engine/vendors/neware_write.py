"""A program -> a Neware step file."""

from __future__ import annotations

import math
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ionworks.ucp.tree import Operator
from ionworks_engine.vendors.capabilities import inexpressible, refuse_into_loops
from ionworks_engine.vendors.capability_table import KINDS
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.files import File, Files
from ionworks_engine.vendors.neware_codes import (
    COMPARISONS,
    CONDITIONS,
    END,
    LIMIT_ORDER,
    LOOP,
    MOST_STEPS,
    NEXT_LINE,
    STEP_TYPES,
    UNITS,
    Law,
)
from ionworks_engine.vendors.pairs import current_before
from ionworks_engine.vendors.program import Hold, Program, Record, Repeat, Stop
from ionworks_engine.vendors.records import DEFAULT

_TARGET = "neware"
_CLIENT = "BTS Client 8.0.0.478(2024.06.24)(R3)"
_DATE = "20000101000000"
_NO_GUID = "00000000-0000-0000-0000-000000000000"
_ABSOLUTE = "the file holds currents in mA: give nominal_capacity_ah"


def write(program: Program, stem: str) -> Files:
    """Write a program as a step file for BTS 8.

    Parameters
    ----------
    program
        Checked against the table of capabilities.
    stem
        Name of the file without suffix; also its remark.

    Raises
    ------
    Inexpressible
        At a C-rate without capacity, a step that ends by jumps alone, a jump into the middle of a
        loop, a condition that has no place in a file, a number below its resolution, and more
        than 254 steps.
    """
    if len(program.lines) + 1 > MOST_STEPS:
        raise Inexpressible(
            f"{len(program.lines)} steps", _TARGET, instead=f"a file has {MOST_STEPS - 1} at most"
        )
    refuse_into_loops(program, _TARGET)
    root = Element("root")
    config = SubElement(
        root,
        "config",
        type="Step File",
        version="17",
        client_version=_CLIENT,
        date=_DATE,
        Guid=_NO_GUID,
    )
    _head(config, program, stem)
    _whole(config, program)
    _steps(config, program)
    SubElement(SubElement(config, "SMBUS"), "SMBUS_Info", Num="0", AdjacentInterval="0")
    indent(root)
    text = '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, "unicode") + "\n"
    primary = File(f"{stem}.xml", text.encode(), "application/xml")
    return Files(primary, notes=tuple(_notes(program)))


def _head(config: Element, program: Program, stem: str) -> None:
    head = SubElement(config, "Head_Info")
    SubElement(head, "Operate", Value="66")
    SubElement(head, "Scale", Value="1")
    SubElement(head, "Start_Step", Value="1", Hide_Ctrl_Step="0")
    SubElement(head, "Creator", Value="ionworks")
    SubElement(head, "Remark", Value=stem)
    SubElement(head, "RateType", Value="103")
    if program.capacity is not None:
        SubElement(head, "MultCap", Value=_text(program.capacity * UNITS["Cap"]))


def _whole(config: Element, program: Program) -> None:
    whole = SubElement(config, "Whole_Prt")
    if program.guards:
        main = SubElement(SubElement(whole, "Protect"), "Main")
        limits = {(guard.quantity, guard.side): guard.value for guard in program.guards}
        bounds = {
            "Volt": (limits.get(("Voltage", "high")), limits.get(("Voltage", "low"))),
            "Curr": (
                limits.get(("Charge current", "high")),
                _negative(limits.get(("Discharge current", "high"))),
            ),
        }
        for tag, (upper, lower) in bounds.items():
            if upper is None and lower is None:
                continue
            element = SubElement(main, tag)
            for side, value in (("Upper", upper), ("Lower", lower)):
                if value is not None:
                    SubElement(element, side, Value=_text(value * UNITS[tag]))
    _record(whole, program.record if program.record != Record() else DEFAULT)


def _negative(value: float | None) -> float | None:
    return None if value is None else -value


def _record(parent: Element, record: Record) -> None:
    main = SubElement(SubElement(parent, "Record"), "Main")
    values = (("Time", record.time), ("Volt", record.voltage), ("Curr", record.current))
    for tag, value in values:
        if value is not None:
            SubElement(main, tag, Value=_text(value * UNITS[tag]))


def _steps(config: Element, program: Program) -> None:
    count = len(program.lines) + 1
    info = SubElement(config, "Step_Info", Num=str(count))
    for index, line in enumerate(program.lines):
        if isinstance(line, Repeat):
            _loop(_step(info, index + 1, LOOP), line)
        elif isinstance(line, Hold):
            step = _step(info, index + 1, STEP_TYPES[line.kind, _law(line)])
            _Limits(program, index, line).put(step)
            if line.record != Record():
                _record(step, line.record)
        else:
            raise inexpressible(KINDS[type(line)], _TARGET, index, line)
    _step(info, count, END)


def _step(info: Element, number: int, kind: int) -> Element:
    return SubElement(info, f"Step{number}", Step_ID=str(number), Step_Type=str(kind))


def _loop(step: Element, line: Repeat) -> None:
    other = SubElement(SubElement(step, "Limit"), "Other")
    SubElement(other, "Start_Step", Value=str(line.start + 1))
    assert isinstance(line.count, float)
    SubElement(other, "Cycle_Count", Value=str(int(line.count)))


def _law(line: Hold) -> Law:
    if line.hold_voltage is not None:
        return "CC-CV"
    laws = {None: "rest", "Voltage": "CV", "Power": "CP", "Current": "CC", "C-rate": "CC"}
    return laws[line.mode]


class _Limits:
    """The limits of one step: what it controls, how it ends, and its conditions with jumps."""

    def __init__(self, program: Program, index: int, line: Hold) -> None:
        self._program = program
        self._index = index
        self._line = line
        self._law = _law(line)
        self._main: dict[str, float] = {}
        self._conditions: list[dict[str, str]] = []

    def put(self, step: Element) -> None:
        self._control()
        for stop in self._line.stops:
            self._end(stop)
        if not self._main.keys() & {"Time", "Cap", "Stop_Volt", "Stop_Curr"}:
            raise self._refusal(
                "a step that ends by jumps alone",
                "give it a duration, or an end that goes to the next step, as well",
            )
        if self._law == "rest" and "Time" not in self._main:
            raise self._refusal("a rest without a duration")
        limit = SubElement(step, "Limit")
        main = SubElement(limit, "Main")
        for tag in LIMIT_ORDER:
            if tag in self._main:
                SubElement(main, tag, Value=self._number(self._main[tag] * UNITS[tag]))
        if self._conditions:
            other = SubElement(limit, "Other", CndCount=str(len(self._conditions)))
            for number, condition in enumerate(self._conditions, 1):
                SubElement(other, f"Cnd{number}", condition)

    def _control(self) -> None:
        line = self._line
        if self._law in ("CC", "CC-CV"):
            self._current(line.mode, line.value)
        if self._law == "CP":
            self._main["Pow"] = _known(line.value)
        if self._law == "CV":
            self._main["Volt"] = _known(line.value)
            if before := current_before(self._program.lines, self._index):
                self._current(before.mode, before.value)
        if self._law == "CC-CV":
            self._main["Volt"] = _known(line.hold_voltage)

    def _current(self, mode: object, value: object, prefix: str = "") -> None:
        """Put a current, with the C-rate that it is if it was one."""
        number = _known(value)
        if mode == "C-rate":
            self._main[f"{prefix}Rate"] = number
        self._main[f"{prefix}Curr"] = self._amps(mode, number)

    def _amps(self, mode: object, value: float) -> float:
        if mode != "C-rate":
            return value
        if self._program.capacity is None:
            raise self._refusal("a C-rate without a nominal capacity", _ABSOLUTE)
        return value * self._program.capacity

    def _end(self, stop: Stop) -> None:
        tag = self._plain(stop) if stop.goto == self._index + 1 else None
        if tag is None or tag in self._main:
            self._condition(stop)
        elif tag == "Stop_Curr":
            self._current(stop.quantity, stop.value, "Stop_")
        else:
            self._main[tag] = _known(stop.value)

    def _plain(self, stop: Stop) -> str | None:
        """Return the element that says this end, if it has one of its own."""
        above = stop.operator[0] == ">"
        if stop.quantity == "Time" and above:
            return "Time"
        if stop.quantity == "Capacity" and above:
            return "Cap"
        if stop.quantity == "Voltage" and self._law in ("CC", "CP"):
            return "Stop_Volt" if above == (self._line.kind == "Charge") else None
        if stop.quantity in ("Current", "C-rate") and self._law in ("CV", "CC-CV"):
            return None if above else "Stop_Curr"
        return None

    def _condition(self, stop: Stop) -> None:
        quantity = "Current" if stop.quantity == "C-rate" else stop.quantity
        if quantity not in CONDITIONS:
            raise self._refusal(
                f"a jump on {stop.quantity}", "jumps are on Voltage, Current or Time"
            )
        if quantity == "Current" and self._line.kind == "Discharge":
            raise self._refusal(
                "a jump on the current of a discharge", "no public file shows its sign"
            )
        kind, units = CONDITIONS[quantity]
        value = self._amps(stop.quantity, _known(stop.value))
        following = stop.goto == self._index + 1
        self._conditions.append(
            {
                "type": str(kind),
                "Function": "0",
                "CmpType": str(COMPARISONS[_comparison(quantity, stop.operator)]),
                "Jump_Line": str(NEXT_LINE if following else stop.goto + 1),
                "Value": self._number(value * units),
                "TimeGoto": "0",
                "GlobleUserID": "2147483647",
                "GLobleType": "1",
                "GlobalVar": "2147483647",
                "Aux": "0",
            }
        )

    def _number(self, value: float) -> str:
        text = _text(value)
        if not math.isclose(float(text), value, rel_tol=1e-6):
            raise self._refusal(f"the number {value:g}", "a file has six digits after the point")
        return text

    def _refusal(self, construct: str, instead: str | None = None) -> Inexpressible:
        return inexpressible(construct, _TARGET, self._index, self._line, instead)


def _comparison(quantity: str, operator: Operator) -> str:
    """Return the comparison as the step editor has it: with ``=`` for times alone."""
    return operator[0] + ("=" if quantity == "Time" else "")


def _notes(program: Program) -> Iterator[str]:
    if program.record == Record():
        yield f"A row is saved every {_known(DEFAULT.time):g} s where the protocol says nothing."
    if program.guards:
        yield "A tripped safety limit leaves the channel in its protected state."


def _known(value: object) -> float:
    assert isinstance(value, float)
    return value


def _text(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
