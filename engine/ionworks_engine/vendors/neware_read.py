"""A Neware step file -> a program."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ionworks.ucp.tree import Kind, Mode, Operator, Quantity
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.neware_codes import (
    COMPARISONS,
    CONDITIONS,
    END,
    LEAVING,
    LOOP,
    NEXT_LINE,
    OTHER_STEPS,
    STEP_TYPES,
    UNITS,
    Law,
)
from ionworks_engine.vendors.neware_protections import (
    Bound,
    bounds,
    refuse,
    scaled,
    selected,
    unread,
)
from ionworks_engine.vendors.pairs import current_before
from ionworks_engine.vendors.program import (
    Guard,
    Hold,
    Jump,
    Line,
    Program,
    Record,
    Repeat,
    Stop,
)
from ionworks_engine.vendors.xml_text import Element, read_xml

_LAWS: dict[int, tuple[Kind, Law]] = {code: law for law, code in STEP_TYPES.items()}
_OPERATORS: dict[int, Operator] = {code: sign for sign, code in COMPARISONS.items()}  # type: ignore[misc]
_QUANTITIES: dict[int, tuple[Quantity, float]] = {
    code: (quantity, units)  # type: ignore[misc]
    for quantity, (code, units) in CONDITIONS.items()
}
_RATE_RULES = "105"
_AGREE = 1e-3
_MOST = 10_000


def read(data: bytes, side_files: Mapping[str, bytes]) -> Program:  # noqa: ARG001 - it has none
    """Read a step file.

    Parameters
    ----------
    data
        The bytes of the file; a declaration of GB2312 over UTF-8 bytes is understood.
    side_files
        Step files of this kind have none.

    Raises
    ------
    Unreadable
        If the file is cut, has a scale other than 1, or a step or a condition that is not known.
    """
    root = read_xml(data)
    config = root.find("config") if root.tag == "root" else None
    if config is None or config.attributes.get("type") != "Step File":
        raise Unreadable("this is no step file: <config type='Step File'> is missing", line=1)
    return _Reader(config).program()


class _Reader:
    """Reads one file; a step is a line, but for the end, which is none."""

    def __init__(self, config: Element) -> None:
        self._config = config
        self._head = config.find("Head_Info")
        self._steps = list(config.child("Step_Info"))
        if len(self._steps) > _MOST:
            raise Unreadable(f"the file has {len(self._steps):,} steps; up to {_MOST:,} are read")
        self._notes: list[str] = []
        self._capacity = self._nominal()
        last = self._steps[-1] if self._steps else None
        self._ended = last is not None and _whole(last, "Step_Type") == END
        self._end = len(self._steps) - self._ended

    def program(self) -> Program:
        self._check_scale()
        self._check_numbers()
        lines: list[Line] = []
        for index, step in enumerate(self._steps[: self._end]):
            lines.append(self._line(step, index))
            lines[index] = self._continued(lines, index)
        whole = self._config.find("Whole_Prt")
        record = None if whole is None else whole.find("Record")
        return Program(
            lines=tuple(lines),
            guards=tuple(self._guards(whole)),
            record=_record(record),
            capacity=self._capacity,
            title=self._said("Remark"),
            notes=tuple(dict.fromkeys(self._notes)),
        )

    def _said(self, tag: str) -> str:
        element = None if self._head is None else self._head.find(tag)
        return "" if element is None else element.attributes.get("Value", "")

    def _nominal(self) -> float | None:
        element = None if self._head is None else self._head.find("MultCap")
        value = None if element is None else scaled(element, UNITS["Cap"])
        return value or None

    def _check_scale(self) -> None:
        scale = self._head and self._head.find("Scale")
        if scale and scale.attributes.get("Value") != "1":
            raise Unreadable(
                f"the scale is {scale.attributes.get('Value')}; public sources do not agree"
                " on what it scales, so that only files of scale 1 are read",
                line=scale.line,
                key="Scale",
            )

    def _check_numbers(self) -> None:
        for number, step in enumerate(self._steps, 1):
            if _whole(step, "Step_ID") != number:
                raise Unreadable(
                    f"this is the step {step.attributes['Step_ID']}; {number} should stand here",
                    line=step.line,
                    key=step.tag,
                )
        if not self._ended:
            self._notes.append("The file has no end step; it ends after its last step.")

    def _line(self, step: Element, index: int) -> Line:
        kind = _whole(step, "Step_Type")
        if kind == LOOP:
            return self._loop(step, index)
        if kind == END:
            return Jump(condition=None, goto=self._end, label=step.tag)
        if kind not in _LAWS:
            named = f" ({OTHER_STEPS[kind]})" if kind in OTHER_STEPS else ""
            refuse(f"steps of type {kind}{named} are not read", step)
        direction, law = _LAWS[kind]
        limits = _values(step)
        mode, value, hold = self._control(law, limits, step)
        stops = [*self._plain(direction, law, limits, index), *self._conditions(step, index)]
        stops += self._protections(step, direction)
        if "Time" in limits:
            stops.append(Stop("Time", ">=", limits["Time"], index + 1))
        if not stops:
            refuse("nothing ends this step", step)
        return Hold(
            kind=direction,
            mode=mode,
            value=value,
            hold_voltage=hold,
            stops=tuple(stops),
            record=_record(step.find("Record")),
        )

    def _loop(self, step: Element, index: int) -> Repeat:
        other = step.child("Limit").child("Other")
        start = _whole(other.child("Start_Step"), "Value")
        count = _whole(other.child("Cycle_Count"), "Value")
        if not 1 <= start <= index:
            refuse(f"the loop goes to step {start}, which is not before it", other)
        if count < 1:
            refuse(f"the loop runs {count} times", other)
        return Repeat(start=start - 1, count=float(count))

    def _control(
        self, law: Law, limits: Mapping[str, float], step: Element
    ) -> tuple[Mode | None, float | None, float | None]:
        """Return mode, value and the voltage to hold."""
        if law == "rest":
            return None, None, None
        if law == "CP":
            return "Power", _given(limits, "Pow", step), None
        if law == "CC":
            return *self._current(limits, "", step), None
        volts = _given(limits, "Volt", step)
        if law == "CV" and not limits.keys() & {"Curr", "Rate"}:
            return "Voltage", volts, None
        return *self._current(limits, "", step), volts

    def _current(
        self, limits: Mapping[str, float], prefix: str, step: Element
    ) -> tuple[Mode, float]:
        """Return a current as the file means it, as a C-rate if both are given and agree."""
        rate, amps = limits.get(f"{prefix}Rate"), limits.get(f"{prefix}Curr")
        if rate is None:
            return "Current", _given(limits, f"{prefix}Curr", step)
        if amps is None:
            return "C-rate", rate
        if self._capacity and math.isclose(rate * self._capacity, amps, rel_tol=_AGREE):
            return "C-rate", rate
        by_rate = self._said("RateType") == _RATE_RULES
        self._notes.append(
            f"{step.tag} (line {step.line}) says {rate:g} C and {amps:g} A, which differ by its"
            f" capacity; the {'C-rate' if by_rate else 'current'} was read."
        )
        return ("C-rate", rate) if by_rate else ("Current", amps)

    def _continued(self, lines: list[Line], index: int) -> Line:
        """Read the current of a constant voltage as its limit, unless the step before has it."""
        line = lines[index]
        if not isinstance(line, Hold) or line.hold_voltage is None:
            return line
        if _whole(self._steps[index], "Step_Type") != STEP_TYPES[line.kind, "CV"]:
            return line
        plain = replace(line, mode="Voltage", value=line.hold_voltage, hold_voltage=None)
        before = current_before([*lines[:index], plain], index)
        same = before is not None and (before.mode, before.value) == (line.mode, line.value)
        return plain if same else line

    def _plain(
        self, direction: Kind, law: Law, limits: Mapping[str, float], index: int
    ) -> Iterator[Stop]:
        following = index + 1
        step = self._steps[index]
        if "Stop_Volt" in limits:
            sign: Operator = ">" if direction == "Charge" else "<"
            yield Stop("Voltage", sign, limits["Stop_Volt"], following)
        if limits.keys() & {"Stop_Curr", "Stop_Rate"}:
            if law not in ("CV", "CC-CV"):
                refuse("a stop current is read of constant voltages alone", step)
            quantity, value = self._current(limits, "Stop_", step)
            yield Stop("C-rate" if quantity == "C-rate" else "Current", "<", value, following)
        if "Cap" in limits:
            yield Stop("Capacity", ">", limits["Cap"], following)

    def _conditions(self, step: Element, index: int) -> Iterator[Stop]:
        limit = step.find("Limit")
        other = None if limit is None else limit.find("Other")
        for condition in other or ():
            kind = _whole(condition, "type")
            if kind not in _QUANTITIES:
                what = {22: " (expression)", 23: " (variable)"}.get(kind, "")
                refuse(f"conditions of type {kind}{what} are not read", condition)
            quantity, units = _QUANTITIES[kind]
            comparison = _whole(condition, "CmpType")
            if comparison not in _OPERATORS:
                refuse(f"the comparison {comparison} is not known", condition)
            value = scaled(condition, units)
            yield Stop(quantity, _OPERATORS[comparison], value, self._target(condition, index))

    def _target(self, condition: Element, index: int) -> int:
        jump = _whole(condition, "Jump_Line")
        if jump == NEXT_LINE:
            return index + 1
        if jump in LEAVING:
            self._notes.append(
                f"Step {index + 1} of the file can leave the test by {LEAVING[jump]!r}; it was read"
                " as its end."
            )
            return self._end
        if not 1 <= jump <= len(self._steps):
            refuse(f"it jumps to step {jump}, of {len(self._steps)}", condition)
        return jump - 1

    def _guards(self, whole: Element | None) -> Iterator[Guard]:
        for quantity, side, value in self._protected(whole, "the file"):
            yield Guard(quantity, side, value, self._end)

    def _protections(self, step: Element, direction: Kind) -> Iterator[Stop]:
        """Read the protection of one step as ends that leave the test."""
        where = f"{step.tag} of the file"
        for quantity, side, value in self._protected(step, where):
            sign: Operator = ">" if side == "high" else "<"
            if quantity == "Voltage":
                yield Stop("Voltage", sign, value, self._end)
            elif quantity == f"{direction} current":
                yield Stop("Current", ">", value, self._end)
            else:
                self._left_out(f"limit on the {quantity.lower()}", where)

    def _protected(self, parent: Element | None, where: str) -> Iterator[Bound]:
        """Return the bounds that our language has, and tell of all others."""
        for element in unread(parent):
            self._left_out(f"protection {element.tag} (line {element.line})", where)
        for quantity, side, value in bounds(parent):
            if value < 0 or (value == 0 and quantity != "Voltage"):
                unit = "V" if quantity == "Voltage" else "A"
                self._left_out(f"limit on the {quantity.lower()} of {value:g} {unit}", where)
            else:
                yield quantity, side, value

    def _left_out(self, what: str, where: str) -> None:
        self._notes.append(f"The {what} of {where} was not read.")


def _record(element: Element | None) -> Record:
    main = None if element is None else element.find("Main")
    values = {
        child.tag: scaled(child, UNITS[child.tag])
        for child in main or ()
        if child.tag in UNITS and selected(child)
    }
    return Record(time=values.get("Time"), voltage=values.get("Volt"), current=values.get("Curr"))


def _values(step: Element) -> dict[str, float]:
    limit = step.find("Limit")
    main = None if limit is None else limit.find("Main")
    found = {}
    for element in main or ():
        if not selected(element):
            continue
        if element.tag not in UNITS:
            refuse("this limit is not known", element)
        found[element.tag] = scaled(element, UNITS[element.tag])
    return found


def _given(limits: Mapping[str, float], tag: str, step: Element) -> float:
    if tag not in limits:
        refuse(f"<{tag}> is missing", step)
    return limits[tag]


def _whole(element: Element, attribute: str) -> int:
    text = element.attributes.get(attribute, "")
    if not text.isdecimal() or len(text) > 10:
        refuse(f"{attribute} is {text[:40]!r}, no whole number", element)
    return int(text)
