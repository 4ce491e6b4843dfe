"""Nodes to the typed tree: steps in both forms, and named blocks.

    - Discharge: {mode: C-rate, value: 1, ends: [Voltage < 2.5]}       nested
    - {direction: Discharge, mode: C-rate, value: 1, ends: [...]}      flat
    - direction[VAR_SIGN]: {mode: C-rate, value: 1, duration: 60}      direction worked out
    - Formation: [step, ...]                                           block, run once
    - Formation: {repeat: 3, steps: [step, ...]}                       block, repeated

Reading goes on after a finding, so that all of them are reported at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ionworks.ucp.control import AMBIENT_NAMES, read_ambient, read_control
from ionworks.ucp.experiments import looks_like_experiment
from ionworks.ucp.expressions import Written, read_expression, read_text, written
from ionworks.ucp.findings import Report, nearest, quote
from ionworks.ucp.flow import check_flow
from ionworks.ucp.nodes import Array, Entry, Node, Scalar, Table, member, words
from ionworks.ucp.profiles import read_profiles
from ionworks.ucp.rules import DIRECTION, REPEAT
from ionworks.ucp.safety import read_safety
from ionworks.ucp.senses import judge_safety
from ionworks.ucp.shapes import at, refuse_unknown
from ionworks.ucp.start import read_start
from ionworks.ucp.steps import CELL_KEYS, KINDS, NEEDS_END, SPECIAL, Place, read_step
from ionworks.ucp.tree import Block, Expression, Kind, Number, Protocol, Safety, Start, Step
from ionworks.ucp.tree import Node as TreeNode

MAX_STEPS = 10_000
"""Most steps written in a protocol; repeats do not count."""

TOP_KEYS = ("global", "safety_limits", "drive_cycles", "steps")
STEP_KEYS = (*KINDS, "DriveCycle", "Waveform", "EIS", "Ambient temperature", "Control")
"""The keys of steps, as they are written best."""
BLOCK_KEYS = ("repeat", "steps")
"""Keys of a block written as a mapping."""
_FLAT_KEYS = ("mode", "value", "duration", "ends")
RESERVED = ("direction", *_FLAT_KEYS, *BLOCK_KEYS)
"""Words that cannot name a block."""

DIRECTION_KEY = r"direction[ \t]*\[(.*)\][ \t]*"
"""The key of a step whose direction is worked out; the dot is any character."""

_DIRECTION = re.compile(DIRECTION_KEY, re.DOTALL)
_ONE_WORD = re.compile(r"[A-Za-z]*")
_NEEDS_NAME = "A block needs a name: `- Name: {repeat: 3, steps: [...]}`."
_NEEDS_KIND = "A step needs its kind: `direction`, or Charge, Discharge or Rest as its key."


def read_protocol(root: Table, report: Report) -> Protocol:
    """Read a whole protocol; what could not be read is in the report.

    Parameters
    ----------
    root
        The document.
    report
        Receives what is wrong.
    """
    refuse_unknown(root, TOP_KEYS, "a protocol", "", report)
    start, safety = root.value("global"), root.value("safety_limits")
    profiles, steps = root.value("drive_cycles"), root.value("steps")
    if steps is None:
        report.add("missing-key", "A protocol needs `steps`, a list.", "", root)
    reader = _Steps(report)
    protocol = Protocol(
        start=Start() if start is None else read_start(start, "global", report),
        safety=Safety() if safety is None else read_safety(safety, "safety_limits", report),
        profiles=() if profiles is None else read_profiles(profiles, "drive_cycles", report),
        steps=() if steps is None else reader.read(steps, "steps"),
    )
    judge_safety(protocol, report)
    check_flow(protocol, report)
    return protocol


@dataclass(slots=True)
class _Steps:
    """Reads lists of steps and blocks, and counts them."""

    report: Report
    count: int = 0

    def read(self, node: Node, path: str) -> tuple[TreeNode, ...]:
        """Read a list of steps and blocks."""
        if not isinstance(node, Array):
            self.report.add("not-a-list", "Steps are a list: start each with '- '.", path, node)
            self.report.unread.update(words(node))
            return ()
        if not node.items:
            self.report.add("empty", "There are no steps; give at least one.", path, node)
        read = []
        for index, item in enumerate(node.items):
            step = self._item(item, f"{path}[{index}]")
            if step is None:
                self.report.unread.update(words(item))
            else:
                read.append(step)
        return tuple(read)

    def _item(self, node: Node, path: str) -> TreeNode | None:
        self.count += 1
        if self.count > MAX_STEPS:
            message = f"A protocol has at most {MAX_STEPS:,} steps; use blocks with `repeat`."
            raise self.report.stop("too-large", message, path, node)
        if not isinstance(node, Table):
            self._refuse_bare(node, path)
            return None
        keys = node.entries.keys()
        if "direction" in keys or (keys <= set(CELL_KEYS) and keys & set(_FLAT_KEYS)):
            return self._flat(node, path)
        if len(node.entries) != 1:
            self._refuse_many(node, path)
            return None
        (entry,) = node.entries.values()
        return self._named(entry, member(path, entry.key))

    def _named(self, entry: Entry, path: str) -> TreeNode | None:
        """Read a single-key item: a nested step, or a block."""
        key, value = entry.key, entry.value
        if key in BLOCK_KEYS or not key.strip(" \t\r\n"):
            self.report.add("missing-name", _NEEDS_NAME, path, entry)
            return None
        if isinstance(value, Array):
            return Block(key, Number(1, at(path, entry)), self.read(value, path), at(path, entry))
        if isinstance(value, Table) and "steps" in value.entries:
            return self._block(entry, value, path)
        known = key in KINDS or key in SPECIAL or key == "Control" or key in AMBIENT_NAMES
        if not known and not key.startswith("direction"):
            return self._misnamed(entry, path)
        if not isinstance(value, Table):
            message = f"{key} has no parameters; indent them under it."
            self.report.add("not-a-mapping", message, path, entry)
            return None
        return self._step(key, entry, value, path)

    def _misnamed(self, entry: Entry, path: str) -> TreeNode | None:
        """Refuse an unknown step, and read it as what it was most likely meant to be."""
        near = self._refuse_name(entry, path)
        self.report.unread.add(entry.key)
        if near not in STEP_KEYS or not isinstance(entry.value, Table):
            return None
        return self._step(near, entry, entry.value, path)

    def _step(self, key: str, entry: Entry, value: Table, path: str) -> TreeNode | None:
        """Read a nested step of this key."""
        place = Place(value, entry, path)
        if key in KINDS:
            return read_step(key, place, self.report, None, flat=False)
        if key in SPECIAL:
            return SPECIAL[key](place, self.report)
        if key == "Control":
            return read_control(value, entry, path, self.report)
        if key in AMBIENT_NAMES:
            return read_ambient(value, entry, path, self.report)
        inside = _DIRECTION.fullmatch(key)
        if inside is None:
            self._refuse_name(entry, path)
            return None
        source = written(entry, key).part(inside.start(1), inside.end(1))
        direction = read_text(source, DIRECTION, path, self.report, "direction")
        if direction is None:
            return None
        return read_step(None, place, self.report, direction, flat=False)

    def _block(self, entry: Entry, value: Table, path: str) -> Block:
        refuse_unknown(value, BLOCK_KEYS, "a block", path, self.report)
        position = at(path, entry)
        repeat: Expression | None = None
        if (count := value.value("repeat")) is not None:
            repeat = read_expression(count, REPEAT, f"{path}.repeat", self.report)
        steps = self.read(value.entries["steps"].value, f"{path}.steps")
        return Block(entry.key, repeat or Number(1, position), steps, position)

    def _flat(self, node: Table, path: str) -> Step | None:
        given = node.value("direction")
        if given is None:
            self.report.add("missing-key", _NEEDS_KIND, path, node, "direction: Discharge")
            return None
        kind, direction = read_direction(given, f"{path}.direction", self.report)
        if kind is None and direction is None:
            return None
        return read_step(kind, Place(node, node, path), self.report, direction, flat=True)

    def _refuse_bare(self, node: Node, path: str) -> None:
        word = node.value if isinstance(node, Scalar) else None
        message = f"A step is a mapping with one key: {', '.join(STEP_KEYS)}, or a block's name."
        near = nearest(word, STEP_KEYS) if isinstance(word, str) else None
        if word in KINDS:
            message = f"A bare {word} {NEEDS_END}"
            near = "Rest: {duration: 600}" if word == "Rest" else None
        elif isinstance(word, str) and looks_like_experiment(word):
            message, near = "Experiment strings stand alone, one a line, without `steps:`.", None
        self.report.add("bare-step", message, path, node, near)

    def _refuse_many(self, node: Table, path: str) -> None:
        first = next(iter(node.entries.values()), None)
        if first is not None and first.key in STEP_KEYS:
            message = f"A step has one key; indent its parameters under {first.key}."
        elif node.entries.keys() & set(_FLAT_KEYS):
            message = _NEEDS_KIND
        elif node.entries.keys() <= set(BLOCK_KEYS):
            message = _NEEDS_NAME
        else:
            message = "A step has one key: its kind, or the name of a block."
        unknown = [key for key in node.entries if key not in RESERVED]
        near = next((near for key in unknown if (near := nearest(key, ("direction",)))), None)
        self.report.add("bad-step", message, path, node, near)

    def _refuse_name(self, entry: Entry, path: str) -> str | None:
        """Note a key that is no step; return what was most likely meant."""
        message = f"Unknown step {quote(entry.key)}: a step is {', '.join(STEP_KEYS)}; a block has "
        message += "a list of steps, or `steps` and `repeat`."
        near = nearest(entry.key, STEP_KEYS)
        if entry.key.startswith("direction"):
            near = "direction[...]"
        if isinstance(entry.value, Table) and "repeat" in entry.value.entries:
            near = "steps: [...]"
        self.report.add("unknown-step", message, path, entry, near)
        return near


def read_direction(node: Node, path: str, report: Report) -> tuple[Kind | None, Expression | None]:
    """Read what stands under ``direction``: a kind, or an expression that gives one."""
    word = node.value if isinstance(node, Scalar) else None
    for kind in KINDS:
        if word == kind:
            return kind, None
    if isinstance(node, Scalar) and isinstance(word, str):
        source = written(node, word)
        if not _is_misspelt(source):
            return None, read_text(source, DIRECTION, path, report, "direction")
    elif isinstance(word, int | float) and not isinstance(word, bool):
        return None, read_expression(node, DIRECTION, path, report)
    message = f"`direction` is one of {', '.join(KINDS)}, or an expression."
    near = nearest(word, KINDS) if isinstance(word, str) else None
    report.add("unknown-word", message, path, node, near)
    return None, None


def _is_misspelt(source: Written) -> bool:
    """Whether a single word is a kind with a mistake, rather than a variable."""
    word = source.text
    return _ONE_WORD.fullmatch(word) is not None and (not word or nearest(word, KINDS) is not None)
