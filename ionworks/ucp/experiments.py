"""PyBaMM experiment strings to the protocol they mean.

    Discharge at 1C for 2 hours or until 2.5 V
    Rest for 10 minutes (30 second period)
    Charge at 200 mA until 4.2 V or C/50
    Hold at 4.2 V until C/50 at 45oC

One a line, with ``#`` comments and blank lines, or as a list. Our choices, where a protocol needs
more than the string says:

- A Hold is a ``mode: Voltage`` step of the direction of the step before it. After a Rest, or as the
  first step, the voltage of the cell says it: a Discharge above the voltage to hold, else a Charge.
- There is no hidden limit on time: PyBaMM ends a step without duration after some hours, a
  protocol does not.
- PyBaMM compares a current with a sign in front of the limit, we compare magnitudes: on a charge
  such a limit is refused, because it would mean two things.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Literal

from ionworks.ucp.findings import Report, Stop, nearest, quote
from ionworks.ucp.nodes import Array, Entry, Node, Scalar, Table
from ionworks.ucp.rules import number
from ionworks.ucp.tree import Kind, Mode

_LONGEST = 300
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_BEGINNING = re.compile(r"[\"']?(?:charge|discharge|hold|rest|run)[ \t]+(?:at|for|until)\b", re.I)
_PERIOD = re.compile(r"\(([^()]*?)[ \t]+period[ \t]*\)$", re.I)
_AMBIENT = re.compile(r" ?(?:\( ?| at )([-+]?[0-9.]+) ?(oC|degC|°C|K) ?\)?$")
_UNTIL = re.compile(r"(?: or)? until ", re.I)
_OR = re.compile(" or ", re.I)
_FOR = re.compile(" for ", re.I)
_AT = re.compile(" at ", re.I)
_DECIMAL = r"[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?"
_SIGNED = re.compile(rf"[-+]?(?:{_DECIMAL})")
_TIME = re.compile(rf"({_DECIMAL})\s*([a-z]+)", re.I)
_SHARE_OF_C = re.compile(rf"C\s*/\s*({_DECIMAL})")
_ELECTRIC = re.compile(rf"({_DECIMAL})\s*(m?)(C|A|V|W|Ohm)")

_SECONDS = (
    {"s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0}
    | {"m": 60.0, "min": 60.0, "minute": 60.0, "minutes": 60.0}
    | {"h": 3600.0, "hr": 3600.0, "hour": 3600.0, "hours": 3600.0}
)
_MODES: dict[str, Mode] = {
    "C": "C-rate",
    "A": "Current",
    "V": "Voltage",
    "W": "Power",
    "Ohm": "Resistance",
}
_VERBS = ("Charge", "Discharge", "Hold", "Rest")
_EXAMPLE = '"Discharge at 1C for 2 hours or until 2.5 V"'


def looks_like_experiment(text: str) -> bool:
    r"""Whether a text is PyBaMM experiment strings, judged by its first instruction.

    Examples
    --------
    >>> looks_like_experiment("# cycle\nCharge at C/3 until 4.2 V")
    True
    """
    for line in text.splitlines():
        words = line.strip()
        if words and not words.startswith("#"):
            return _BEGINNING.match(words) is not None
    return False


def lines(text: str) -> Array:
    """Return experiment strings that stand one a line as a list of them."""
    instructions = Array(1, 1)
    for row, line in enumerate(_LINE_BREAK.split(text), start=1):
        words = line.partition("#")[0].strip().rstrip(",").strip("\"'").strip()
        if words:
            column = len(line) - len(line.lstrip()) + 1
            instructions.add(Scalar(words, row, column))
    return instructions


def read_list(items: Array, report: Report) -> Table:
    """Convert a list of experiment strings to the nodes of a protocol.

    Raises
    ------
    Stop
        If some of them are no instructions.
    """
    instructions = []
    for index, item in enumerate(items.items):
        if isinstance(item, Scalar) and isinstance(item.value, str):
            instructions.append(item)
        else:
            message = f"Every item must be an instruction such as {_EXAMPLE}."
            report.add("bad-instruction", message, f"[{index}]", item)
    return _convert(instructions, report)


def _convert(instructions: list[Scalar], report: Report) -> Table:
    """Convert all instructions, or stop when some of them cannot be."""
    reader = Instructions(report)
    steps = Array(1, 1)
    for index, instruction in enumerate(instructions):
        step = reader.read(instruction, f"steps[{index}]")
        if step is not None:
            steps.add(step)
    if report.findings:
        raise Stop
    root = Table(1, 1)
    root.add(Entry("steps", steps, 1, 1))
    return root


@dataclass(slots=True)
class Instructions:
    """Reads instructions one after the other; a Hold depends on the one before it."""

    report: Report
    direction: Literal["Charge", "Discharge"] | None = None
    node: Scalar = field(default_factory=lambda: Scalar(""))
    path: str = ""

    def read(self, node: Scalar, path: str) -> Table | None:
        """Read one instruction; ``None`` with a finding if it is none."""
        self.node, self.path = node, path
        text = " ".join(str(node.value).split())
        if len(text) > _LONGEST:
            self._refuse(f"{quote(text)} is too long for an instruction.")
            return None
        aside: dict[str, object] = {}
        text = self._take_aside(text, aside)
        text, ends = _split(_UNTIL, text)
        text, duration = _split(_FOR, text)
        verb, value = _split(_AT, text)
        if verb.capitalize() not in _VERBS:
            message = f"{quote(verb)} is no instruction such as {_EXAMPLE}."
            self._refuse(message, nearest(verb, _VERBS))
            return None
        values: dict[str, object] = {}
        kind = self._drive(verb.capitalize(), value, values)
        if duration is not None:
            values["duration"] = self._time(duration)
        if ends is not None:
            values["ends"] = [self._end(kind, values.get("mode"), end) for end in _OR.split(ends)]
        key = kind or hold_key(values.get("value", 0))
        return _table(node, {key: _table(node, values | aside)})

    def _take_aside(self, text: str, values: dict[str, object]) -> str:
        """Take period and temperature off the end of an instruction, in any order."""
        while found := _PERIOD.search(text) or _AMBIENT.search(text):
            if found.re is _PERIOD:
                key: str = "resolution"
                value: object = {"time": self._time(found[1])}
            else:
                key, value = "temperature", self._temperature(*found.groups())
            if key in values:
                self._refuse(f"{quote(found[0].strip())} is a second one of its kind. Keep one.")
            values[key] = value
            text = text[: found.start()].rstrip()
        return text

    def _temperature(self, text: str, unit: str) -> float | None:
        """Read a temperature, in degC."""
        if not _SIGNED.fullmatch(text):
            self._refuse(f"{quote(text)} is no temperature: write 25oC or 298.15K.")
            return None
        return celsius(float(text)) if unit == "K" else float(text)

    def _drive(self, verb: str, text: str | None, values: dict[str, object]) -> Kind | None:
        """Fill in mode and value, and return the kind of the step, if it is known."""
        if verb == "Rest":
            self.direction = None
            if text is not None:
                self._refuse("A Rest has no value: write `Rest for 10 minutes`.")
            return "Rest"
        if verb != "Hold":
            self.direction = "Charge" if verb == "Charge" else "Discharge"
        if text is None:
            self._refuse(f"{verb} needs a value: {verb} at {'4.2 V' if verb == 'Hold' else '1C'}.")
        elif measured := self._electric(text):
            values["mode"], values["value"] = measured
            if verb == "Hold" and values["mode"] != "Voltage":
                self._refuse(f"Hold keeps a voltage, not {quote(text)}.")
        return self.direction

    def _end(self, kind: Kind | None, mode: object, text: str) -> str | None:
        """Return the end condition that an ``until`` means."""
        sign = text[:1] if text[:1] in ("<", ">") else ""
        measured = self._electric(text.removeprefix(sign).lstrip())
        if measured is None:
            return None
        quantity, value = measured
        if quantity == "Resistance":
            self._refuse("A step cannot end on a resistance.")
            return None
        if problem := signed_limit(quantity, sign, kind):
            self._refuse(problem)
            return None
        if quantity == mode or {quantity, mode} == {"Current", "C-rate"}:
            self._refuse(f"A step that holds its {mode} cannot end on {quantity}.")
            return None
        if kind == "Rest" and quantity != "Voltage":
            self._refuse(f"A Rest cannot end on {quantity}: no current flows.")
            return None
        if not sign and kind == "Rest":
            self._refuse("On a Rest it is open whether the voltage must rise or fall.", "<")
            return None
        rises = quantity == "Voltage" and kind == "Charge"
        return f"{quantity} {sign or ('>' if rises else '<')} {number(value)}"

    def _electric(self, text: str) -> tuple[Mode, float] | None:
        """Read ``C/5``, ``1C``, ``200 mA``, ``4.2 V`` or ``5 W``."""
        if share := _SHARE_OF_C.fullmatch(text):
            divisor = float(share[1])
            if divisor and math.isfinite(1 / divisor):
                return "C-rate", 1 / divisor
        elif (match := _ELECTRIC.fullmatch(text)) and match[2] + match[3] != "mC":
            value = float(match[1]) / (1000 if match[2] else 1)
            if math.isfinite(value):
                return _MODES[match[3]], value
        known = "1C, C/5, 2 A, 200 mA, 4.2 V, 5 W or 4 Ohm"
        self._refuse(f"{quote(text)} is no value with a unit, such as {known}.")
        return None

    def _time(self, text: str) -> float | None:
        """Read ``10 minutes``, in seconds."""
        match = _TIME.fullmatch(text)
        factor = _SECONDS.get(match[2].lower()) if match else None
        if match is not None and factor is not None:
            seconds = float(match[1]) * factor
            if math.isfinite(seconds):
                return seconds
        message = f"{quote(text)} is no time: write 30 seconds, 10 minutes or 2 hours."
        self._refuse(message)
        return None

    def _refuse(self, message: str, suggestion: str | None = None) -> None:
        self.report.add("bad-instruction", message, self.path, self.node, suggestion)


def celsius(kelvin: float) -> float:
    """Return a temperature in degC, without the dust of the subtraction."""
    return round(kelvin - 273.15, 9)


def hold_key(voltage: object) -> str:
    """Return the key of a step that holds a voltage [V], from whichever side the cell comes."""
    shown = number(voltage) if isinstance(voltage, int | float) else voltage
    return f"direction[ifelse(Voltage > {shown}, Discharge, Charge)]"


def signed_limit(quantity: str, sign: str, kind: Kind | None) -> str | None:
    """Say why a limit with an operator cannot be compared as a magnitude, if it cannot."""
    if quantity == "Current" and sign and kind in ("Charge", None):
        return (
            "PyBaMM compares the signed current, which is negative on a charge; a protocol "
            "compares magnitudes. Write the limit without an operator."
        )
    if quantity == "C-rate" and sign == ">":
        return "PyBaMM ends a step when the C-rate falls to its limit. Write it without `>`."
    return None


def _split(pattern: re.Pattern[str], text: str) -> tuple[str, str | None]:
    """Split a text in two at the first place where ``pattern`` matches."""
    head, *tail = pattern.split(text, maxsplit=1)
    return head, tail[0] if tail else None


def _table(mark: Scalar | Array, values: dict[str, object]) -> Table:
    """Make a mapping whose every part stands where ``mark`` stands."""
    table = Table(mark.line, mark.column)
    for key, value in values.items():
        table.add(Entry(key, _node(mark, value), mark.line, mark.column))
    return table


def _node(mark: Scalar | Array, value: object) -> Node:
    if isinstance(value, Table):
        return value
    if isinstance(value, dict):
        return _table(mark, value)
    if isinstance(value, list):
        items = Array(mark.line, mark.column)
        for item in value:
            items.add(_node(mark, item))
        return items
    if isinstance(value, float):
        whole = value == value // 1 and abs(value) < 1e15
        return Scalar(int(value) if whole else value, mark.line, mark.column)
    return Scalar(str(value), mark.line, mark.column)
