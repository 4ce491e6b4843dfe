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

import re
from dataclasses import dataclass, field
from typing import Literal

from ionworks.ucp.findings import Report, nearest, quote
from ionworks.ucp.nodes import Array, Entry, Node, Scalar, Table
from ionworks.ucp.rules import number
from ionworks.ucp.tree import Kind, Mode

_LONGEST = 300
_BEGINNING = re.compile(r"[\"']?(?:charge|discharge|hold|rest|run)[ \t]+(?:at|for|until)\b", re.I)
_PERIOD = re.compile(r"\(([^()]*?)[ \t]+period[ \t]*\)$", re.I)
_INSTRUCTION = re.compile(
    r"(?P<verb>[A-Za-z]+)(?:\s+at\s+(?P<value>.+?))?(?:\s+for\s+(?P<duration>.+?))?"
    r"(?:\s+(?:or\s+)?until\s+(?P<end>.+?))?",
    re.I,
)
_DECIMAL = r"[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?"
_TIME = re.compile(rf"({_DECIMAL})\s*([a-z]+)", re.I)
_SHARE_OF_C = re.compile(rf"C\s*/\s*({_DECIMAL})")
_ELECTRIC = re.compile(rf"({_DECIMAL})\s*(m?)(C|A|V|W|Ohm)")
_LIMIT = re.compile(r"([<>]?)\s*(.+)")

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


def read_lines(text: str, report: Report) -> Table:
    """Convert experiment strings, one a line, to the nodes of a protocol."""
    instructions = []
    for row, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].strip().rstrip(",").strip("\"'").strip()
        if words:
            column = len(line) - len(line.lstrip()) + 1
            instructions.append(Scalar(words, row, column))
    return _convert(instructions, report)


def read_list(items: Array, report: Report) -> Table:
    """Convert a list of experiment strings to the nodes of a protocol."""
    instructions = []
    for index, item in enumerate(items.items):
        if isinstance(item, Scalar) and isinstance(item.value, str):
            instructions.append(item)
        else:
            message = f"Every item must be an instruction such as {_EXAMPLE}."
            report.add("bad-instruction", message, f"[{index}]", item)
    return _convert(instructions, report)


def _convert(instructions: list[Scalar], report: Report) -> Table:
    steps = Array(1, 1)
    reader = _Instructions(report)
    for index, instruction in enumerate(instructions):
        step = reader.read(instruction, f"steps[{index}]")
        if step is not None:
            steps.add(step)
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

    def read(self, node: Scalar, path: str) -> Table | None:
        """Read one instruction; ``None`` with a finding if it is none."""
        text = " ".join(str(node.value)[: _LONGEST + 1].split())
        text = self._take_period(text, node, path)
        match = _INSTRUCTION.fullmatch(text) if len(text) <= _LONGEST else None
        if match is None:
            self._refuse(f"{quote(text)} is no instruction such as {_EXAMPLE}.", node, path)
            return None
        verb = match["verb"].capitalize()
        if verb not in _VERBS:
            message = f"Unknown instruction {quote(match['verb'])}; known are {', '.join(_VERBS)}."
            self._refuse(message, node, path, nearest(verb, _VERBS))
            return None
        values: dict[str, object] = {}
        kind = self._drive(verb, match["value"], values, node, path)
        if kind is None:
            return None
        self._finish(kind, match, values, node, path)
        return _table(node, {kind: _table(node, values)})

    def _take_period(self, text: str, node: Scalar, path: str) -> str:
        match = _PERIOD.search(text)
        if match is None:
            return text
        seconds = self._time(match.group(1), node, path)
        if seconds is not None:
            self.periods.append(seconds)
        return text[: match.start()].rstrip()

    def _drive(
        self, verb: str, text: str | None, values: dict[str, object], node: Scalar, path: str
    ) -> Kind | None:
        """Fill in mode and value, and return the kind of the step."""
        if verb == "Rest":
            if text is not None:
                self._refuse("A Rest has no value: write `Rest for 10 minutes`.", node, path)
            return "Rest"
        if text is None:
            self._refuse(f"{verb} needs a value: {verb} at 1C, 2 A, 5 W or 4.2 V.", node, path)
            return None
        if (measured := self._electric(text, node, path)) is None:
            return None
        mode, value = measured
        if verb == "Hold" and mode != "Voltage":
            self._refuse(f"Hold keeps a voltage, not {quote(text)}.", node, path)
            return None
        if verb != "Hold":
            self.direction = "Charge" if verb == "Charge" else "Discharge"
        values.update(mode=mode, value=value)
        return self.direction

    def _finish(
        self,
        kind: Kind,
        match: re.Match[str],
        values: dict[str, object],
        node: Scalar,
        path: str,
    ) -> None:
        """Fill in duration and ends."""
        if match["duration"] is not None:
            values["duration"] = self._time(match["duration"], node, path)
        if match["end"] is not None:
            end = self._end(kind, values.get("mode"), match["end"], node, path)
            values["ends"] = [end] if end else None
        if values.get("duration", 0) is None or values.get("ends", ()) is None:
            values["duration"] = 1.0  # a finding says what is wrong; this only fills the place
            values.pop("ends", None)

    def _end(self, kind: Kind, mode: object, text: str, node: Scalar, path: str) -> str | None:
        """Return the end condition that an ``until`` means."""
        match = _LIMIT.fullmatch(text)
        measured = self._electric(match[2], node, path) if match else None
        if match is None or measured is None:
            return None
        quantity, value = measured
        sign = match[1]
        if quantity == mode or {quantity, mode} == {"Current", "C-rate"}:
            self._refuse(f"A step that holds its {mode} cannot end on {quantity}.", node, path)
            return None
        if not sign and quantity != "Voltage":
            sign = "<"
        elif not sign:
            sign = {"Charge": ">", "Discharge": "<"}.get(kind, "")
        if not sign:
            message = "On a Rest it is open whether the voltage must rise or fall; add < or >."
            self._refuse(message, node, path)
            return None
        return f"{quantity} {sign} {number(value)}"

    def _electric(self, text: str, node: Scalar, path: str) -> tuple[Mode, float] | None:
        """Read ``C/5``, ``1C``, ``200 mA``, ``4.2 V`` or ``5 W``."""
        if share := _SHARE_OF_C.fullmatch(text):
            if float(share[1]) > 0:
                return "C-rate", 1 / float(share[1])
        elif (match := _ELECTRIC.fullmatch(text)) and match[2] + match[3] != "mC":
            value = float(match[1]) / (1000 if match[2] else 1)
            if match[3] in _MODES:
                return _MODES[match[3]], value
            self._refuse("Resistance is not supported yet in this version.", node, path)
            return None
        message = (
            f"{quote(text)} is no value with a unit: write 1C, C/5, 2 A, 200 mA, 4.2 V or 5 W."
        )
        self._refuse(message, node, path)
        return None

    def _time(self, text: str, node: Scalar, path: str) -> float | None:
        """Read ``10 minutes``, in seconds."""
        match = _TIME.fullmatch(text)
        factor = _SECONDS.get(match[2].lower()) if match else None
        if match is not None and factor is not None:
            return float(match[1]) * factor
        message = f"{quote(text)} is no time: write 30 seconds, 10 minutes or 2 hours."
        self._refuse(message, node, path)
        return None

    def _refuse(self, message: str, node: Scalar, path: str, suggestion: str | None = None) -> None:
        self.report.add("bad-instruction", message, path, node, suggestion)


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
