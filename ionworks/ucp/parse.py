"""Nodes to the typed tree: steps in both forms, and named blocks.

    - Discharge: {mode: C-rate, value: 1, ends: [Voltage < 2.5]}       nested
    - {direction: Discharge, mode: C-rate, value: 1, ends: [...]}      flat
    - Formation: [step, ...]                                           block, run once
    - Formation: {repeat: 3, steps: [step, ...]}                       block, repeated

Reading goes on after a finding, so that all of them are reported at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from ionworks.ucp.ends import read_ends
from ionworks.ucp.experiments import looks_like_experiment
from ionworks.ucp.expressions import read_expression
from ionworks.ucp.findings import Report, nearest, quote
from ionworks.ucp.nodes import Array, Entry, Node, Scalar, Table, member
from ionworks.ucp.rules import DURATION, REPEAT, STEP_VALUE
from ionworks.ucp.start import read_start, refuse_unknown
from ionworks.ucp.tree import (
    Block,
    End,
    Expression,
    Kind,
    Mode,
    Number,
    Position,
    Protocol,
    Start,
    Step,
)
from ionworks.ucp.tree import Node as TreeNode

MAX_STEPS = 10_000
"""Most steps written in a protocol; repeats do not count."""

KINDS: tuple[Kind, ...] = get_args(Kind)
MODES: tuple[Mode, ...] = get_args(Mode)
TOP_KEYS = ("global", "steps")
CELL_KEYS = ("mode", "value", "duration", "ends")
"""Keys of a Charge or a Discharge."""
REST_KEYS = ("duration", "ends")
"""Keys of a Rest."""
BLOCK_KEYS = ("repeat", "steps")
"""Keys of a block written as a mapping."""
RESERVED = ("direction", *CELL_KEYS, *BLOCK_KEYS)
"""Words that cannot name a block."""

_LATER = {
    "safety_limits": "Safety limits",
    "Control": "Control steps",
    "EIS": "EIS steps",
    "Drive": "Drive cycles",
    "DriveCycle": "Drive cycles",
    "Drive cycle": "Drive cycles",
    "Waveform": "Waveforms",
    "Ambient temperature": "Ambient temperature steps",
}
_MODE_WORDS: dict[str, Mode] = {
    "cc": "Current",
    "cv": "Voltage",
    "cp": "Power",
    "c": "C-rate",
    "crate": "C-rate",
    "constant current": "Current",
    "constant voltage": "Voltage",
    "constant power": "Power",
}
_NEEDS_NAME = "A block needs a name: `- Name: {repeat: 3, steps: [...]}`."
_NEEDS_KIND = "A step needs its kind: `direction`, or Charge, Discharge or Rest as its key."
_NEEDS_END = "needs `ends`, or a `duration` in s, or it would never end."


def read_protocol(root: Table, report: Report) -> Protocol:
    """Read a whole protocol; what could not be read is in the report.

    Parameters
    ----------
    root
        The document.
    report
        Receives what is wrong.
    """
    for entry in root.entries.values():
        if entry.key not in TOP_KEYS:
            _refuse_top(entry, report)
    start = root.value("global")
    steps = root.value("steps")
    if steps is None:
        report.add("missing-key", "A protocol needs `steps`, a list.", "", root)
    return Protocol(
        start=Start() if start is None else read_start(start, "global", report),
        steps=() if steps is None else _Steps(report).read(steps, "steps"),
    )


def _refuse_top(entry: Entry, report: Report) -> None:
    if entry.key in _LATER:
        report.add("not-supported", _later(entry.key), entry.key, entry)
        return
    message = f"Unknown key {quote(entry.key)}; a protocol has {' and '.join(TOP_KEYS)}."
    near = nearest(entry.key, TOP_KEYS)
    report.add("unknown-key", message, member("", entry.key), entry, near)


def _later(key: str) -> str:
    return f"{_LATER[key]} are not supported yet in this version."


@dataclass(slots=True)
class _Steps:
    """Reads lists of steps and blocks, and counts them."""

    report: Report
    count: int = 0

    def read(self, node: Node, path: str) -> tuple[TreeNode, ...]:
        """Read a list of steps and blocks."""
        if not isinstance(node, Array):
            self.report.add("not-a-list", "Steps are a list: start each with '- '.", path, node)
            return ()
        if not node.items:
            self.report.add("empty", "There are no steps; give at least one.", path, node)
        read = (self._item(item, f"{path}[{index}]") for index, item in enumerate(node.items))
        return tuple(item for item in read if item is not None)

    def _item(self, node: Node, path: str) -> TreeNode | None:
        self.count += 1
        if self.count > MAX_STEPS:
            message = f"A protocol has at most {MAX_STEPS:,} steps; use blocks with `repeat`."
            raise self.report.stop("too-large", message, path, node)
        if not isinstance(node, Table):
            self._refuse_bare(node, path)
            return None
        if "direction" in node.entries or node.entries.keys() <= set(CELL_KEYS):
            return self._flat(node, path)
        if len(node.entries) != 1:
            self._refuse_many(node, path)
            return None
        (entry,) = node.entries.values()
        return self._named(entry, member(path, entry.key))

    def _named(self, entry: Entry, path: str) -> TreeNode | None:
        """Read a single-key item: a nested step, or a block."""
        value = entry.value
        if entry.key in BLOCK_KEYS or not entry.key.strip(" \t\r\n"):
            self.report.add("missing-name", _NEEDS_NAME, path, entry)
            return None
        if isinstance(value, Array):
            at = _at(path, entry)
            return Block(entry.key, Number(1, at), self.read(value, path), at)
        if isinstance(value, Table) and "steps" in value.entries:
            return self._repeated(entry, value, path)
        if entry.key not in KINDS:
            self._refuse_name(entry, path)
            return None
        if isinstance(value, Table):
            return self._step(entry.key, value, path, entry)
        message = f"{entry.key} has no parameters; indent them under it."
        self.report.add("not-a-mapping", message, path, entry)
        return None

    def _repeated(self, entry: Entry, value: Table, path: str) -> Block:
        refuse_unknown(value, BLOCK_KEYS, "a block", path, self.report)
        at = _at(path, entry)
        repeat: Expression | None = Number(1, at)
        if (count := value.value("repeat")) is not None:
            repeat = read_expression(count, REPEAT, member(path, "repeat"), self.report)
        steps = self.read(value.entries["steps"].value, member(path, "steps"))
        return Block(entry.key, repeat or Number(1, at), steps, at)

    def _flat(self, node: Table, path: str) -> Step | None:
        direction = node.value("direction")
        if direction is None:
            self.report.add("missing-key", _NEEDS_KIND, path, node, "direction: Discharge")
            return None
        word = direction.value if isinstance(direction, Scalar) else None
        if word not in KINDS:
            message = f"`direction` is one of {', '.join(KINDS)}."
            near = nearest(word, KINDS) if isinstance(word, str) else None
            self.report.add("unknown-word", message, member(path, "direction"), direction, near)
            return None
        return self._step(word, node, path, node, flat=True)

    def _step(
        self, kind: Kind, node: Table, path: str, mark: Table | Entry, *, flat: bool = False
    ) -> Step:
        keys = REST_KEYS if kind == "Rest" else CELL_KEYS
        meant = self._refuse_keys(kind, node, ("direction", *keys) if flat else keys, path)
        given = node.entries.keys() | meant
        mode, value = (None, None)
        if kind != "Rest":
            self._require(kind, given, path, mark)
            mode, value = self._drive(node, path)
        if not given & {"duration", "ends"}:
            self.report.add("missing-end", f"{kind} {_NEEDS_END}", path, mark)
        duration, ends = self._finish(kind, node, path)
        return Step(
            kind=kind, position=_at(path, mark), mode=mode, value=value, duration=duration, ends=ends
        )

    def _require(self, kind: Kind, given: set[str], path: str, mark: Table | Entry) -> None:
        missing = [key for key in ("mode", "value") if key not in given]
        if missing:
            message = f"{kind} needs {' and '.join(missing)}; modes are {', '.join(MODES)}."
            self.report.add("missing-key", message, path, mark)

    def _drive(self, node: Table, path: str) -> tuple[Mode | None, Expression | None]:
        """Read what a Charge or Discharge does to the cell."""
        mode = self._mode(node.entries["mode"].value, path) if "mode" in node.entries else None
        value = node.value("value")
        if mode is None or value is None:
            return mode, None
        return mode, read_expression(value, STEP_VALUE[mode], member(path, "value"), self.report)

    def _mode(self, node: Node, path: str) -> Mode | None:
        word = node.value if isinstance(node, Scalar) else None
        if word in MODES:
            return word
        message = f"`mode` is one of {', '.join(MODES)}."
        near: str | None = None
        if isinstance(word, str):
            near = _MODE_WORDS.get(word.lower()) or nearest(word, MODES)
            message = f"Unknown mode {quote(word)}; known are {', '.join(MODES)}."
        self.report.add("unknown-mode", message, member(path, "mode"), node, near)
        return None

    def _finish(
        self, kind: Kind, node: Table, path: str
    ) -> tuple[Expression | None, tuple[End, ...]]:
        """Read when a step is over."""
        length, ends = node.value("duration"), node.value("ends")
        duration = None
        if length is not None:
            duration = read_expression(length, DURATION, member(path, "duration"), self.report)
        if ends is None:
            return duration, ()
        return duration, read_ends(ends, kind, member(path, "ends"), self.report)

    def _refuse_keys(self, kind: Kind, node: Table, keys: tuple[str, ...], path: str) -> set[str]:
        """Note the keys that do not belong here; return those that they were meant to be."""
        given = [key for key in ("mode", "value") if kind == "Rest" and key in node.entries]
        if given:
            message = f"A Rest has no {' and no '.join(given)}: no current flows. Remove them."
            place = member(path, given[0])
            self.report.add("unknown-key", message, place, node.entries[given[0]])
        return refuse_unknown(node, keys, f"a {kind}", path, self.report, told=given)

    def _refuse_bare(self, node: Node, path: str) -> None:
        word = node.value if isinstance(node, Scalar) else None
        message = f"A step is a mapping with one key: {', '.join(KINDS)}, or a block's name."
        near = nearest(word, KINDS) if isinstance(word, str) else None
        if word in KINDS:
            message = f"A bare {word} {_NEEDS_END}"
            near = "Rest: {duration: 600}" if word == "Rest" else None
        elif isinstance(word, str) and looks_like_experiment(word):
            message, near = "Experiment strings stand alone, one a line, without `steps:`.", None
        self.report.add("bare-step", message, path, node, near)

    def _refuse_many(self, node: Table, path: str) -> None:
        first = next(iter(node.entries.values()), None)
        if first is not None and first.key in KINDS:
            message = f"A step has one key; indent its parameters under {first.key}."
        elif node.entries.keys() & set(CELL_KEYS):
            message = _NEEDS_KIND
        elif node.entries.keys() <= set(BLOCK_KEYS):
            message = _NEEDS_NAME
        else:
            message = "A step has one key: its kind, or the name of a block."
        unknown = [key for key in node.entries if key not in RESERVED]
        near = next((near for key in unknown if (near := nearest(key, ("direction",)))), None)
        self.report.add("bad-step", message, path, node, near)

    def _refuse_name(self, entry: Entry, path: str) -> None:
        if entry.key in _LATER:
            self.report.add("not-supported", _later(entry.key), path, entry)
            return
        message = f"Unknown step {quote(entry.key)}: a step is {', '.join(KINDS)}; a block has "
        message += "a list of steps, or `steps` and `repeat`."
        near = nearest(entry.key, KINDS)
        if isinstance(entry.value, Table) and "repeat" in entry.value.entries:
            near = "steps: [...]"
        self.report.add("unknown-step", message, path, entry, near)


def _at(path: str, mark: Node | Entry) -> Position:
    return Position(path, mark.line, mark.column)
