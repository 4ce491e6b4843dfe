"""PyBaMM experiment strings to the protocol they mean.

    Discharge at 1C for 2 hours or until 2.5 V
    Rest for 10 minutes (30 second period)
    Charge at 200 mA until 4.2 V
    Hold at 4.2 V until C/50

One a line, with ``#`` comments and blank lines, or as a list. Our choices, where a protocol needs
more than the string says:

- A Hold is a ``mode: Voltage`` step of the last direction before it, past any Rest; without one, a
  Charge.
- The shortest period of all strings becomes the time resolution of the protocol, so that no step is
  stored more coarsely than was asked.
- There is no hidden limit on time: PyBaMM ends a step without duration after some hours, a
  protocol does not.
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
_UNTIL = re.compile(r"(?: or)? until ", re.I)
_FOR = re.compile(" for ", re.I)
_AT = re.compile(" at ", re.I)
_DECIMAL = r"[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?"
_TIME = re.compile(rf"({_DECIMAL})\s*([a-z]+)", re.I)
_SHARE_OF_C = re.compile(rf"C\s*/\s*({_DECIMAL})")
_ELECTRIC = re.compile(rf"({_DECIMAL})\s*(m?)(C|A|V|W|Ohm)")

_SECONDS = (
    {"s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0}
    | {"m": 60.0, "min": 60.0, "minute": 60.0, "minutes": 60.0}
    | {"h": 3600.0, "hr": 3600.0, "hour": 3600.0, "hours": 3600.0}
)
_MODES: dict[str, Mode] = {"C": "C-rate", "A": "Current", "V": "Voltage", "W": "Power"}
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
    reader = _Instructions(report)
    steps = Array(1, 1)
    for index, instruction in enumerate(instructions):
        step = reader.read(instruction, f"steps[{index}]")
        if step is not None:
            steps.add(step)
    if report.findings:
        raise Stop
    root = Table(1, 1)
    if reader.periods:
        settings = _table(steps, {"resolution": min(reader.periods)})
        root.add(Entry("global", settings, 1, 1))
    root.add(Entry("steps", steps, 1, 1))
    return root


@dataclass(slots=True)
class _Instructions:
    """Reads instructions one after the other; a Hold depends on those before it."""

    report: Report
    direction: Literal["Charge", "Discharge"] = "Charge"
    periods: list[float] = field(default_factory=list)
    node: Scalar = field(default_factory=lambda: Scalar(""))
    path: str = ""

    def read(self, node: Scalar, path: str) -> Table | None:
        """Read one instruction; ``None`` with a finding if it is none."""
        self.node, self.path = node, path
        text = " ".join(str(node.value).split())
        if len(text) > _LONGEST:
            self._refuse(f"{quote(text)} is too long for an instruction.")
            return None
        text = self._take_period(text)
        text, end = _split(_UNTIL, text)
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
        if end is not None:
            values["ends"] = [self._end(kind, values.get("mode"), end)]
        return _table(node, {kind: _table(node, values)})

    def _take_period(self, text: str) -> str:
        match = _PERIOD.search(text)
        if match is None:
            return text
        seconds = self._time(match.group(1))
        if seconds is not None:
            self.periods.append(seconds)
        return text[: match.start()].rstrip()

    def _drive(self, verb: str, text: str | None, values: dict[str, object]) -> Kind:
        """Fill in mode and value, and return the kind of the step."""
        if verb == "Rest":
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

    def _end(self, kind: Kind, mode: object, text: str) -> str | None:
        """Return the end condition that an ``until`` means."""
        sign = text[0] if text[0] in "<>" else ""
        measured = self._electric(text.removeprefix(sign).lstrip())
        if measured is None:
            return None
        quantity, value = measured
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
            if match[3] == "Ohm":
                self._refuse("Resistance is not supported yet in this version.")
                return None
            if math.isfinite(value):
                return _MODES[match[3]], value
        known = "1C, C/5, 2 A, 200 mA, 4.2 V or 5 W"
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
    if isinstance(value, list):
        items = Array(mark.line, mark.column)
        for item in value:
            items.add(_node(mark, item))
        return items
    if isinstance(value, float):
        whole = value == value // 1 and abs(value) < 1e15
        return Scalar(int(value) if whole else value, mark.line, mark.column)
    return Scalar(str(value), mark.line, mark.column)
