"""From what a user gives, text or mapping, to nodes within limits."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real

from ionworks.ucp.experiments import lines, looks_like_experiment, read_list
from ionworks.ucp.findings import Report, quote
from ionworks.ucp.nodes import (
    MAX_DEPTH,
    MAX_NODES,
    Array,
    Entry,
    Node,
    Scalar,
    Table,
    Value,
    member,
)
from ionworks.ucp.yaml_text import Place, compose

MAX_TEXT = 1024 * 1024
"""Largest protocol [bytes of UTF-8]."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_FILE = re.compile(r"[^\n{}]*[^\s{}]\.(?:ya?ml|json|txt|ucp)", re.IGNORECASE)
_NO_PLACE = Place(None, None)


def read_document(source: object, report: Report) -> Node:
    """Read text or plain Python values into nodes.

    Text may be YAML, or PyBaMM experiment strings, which become the protocol they mean.

    Parameters
    ----------
    source
        Text, a mapping, or a list of PyBaMM experiment strings.
    report
        Receives what is wrong.

    Returns
    -------
    Node
        The root of the document.

    Raises
    ------
    Stop
        If nothing can be read; the report says why.
    """
    root = read_as_written(source, report)
    if isinstance(root, Array) and any(_is_instruction(item) for item in root.items):
        return read_list(root, report)
    return root


def read_as_written(source: object, report: Report) -> Node:
    """Read as `read_document`, but leave PyBaMM experiment strings a list of texts."""
    if isinstance(source, str):
        _limit_text(source, report)
        return lines(source) if looks_like_experiment(source) else compose(source, report)
    if isinstance(source, Mapping | list | tuple):
        return _Values(report).read(source, "", 0)
    message = f"A protocol is text or a mapping, not {type(source).__name__}."
    raise report.stop("not-a-protocol", message, "", _NO_PLACE)


def require_table(root: Node, report: Report) -> Table:
    """Return the root as a mapping, or stop."""
    if isinstance(root, Table):
        return root
    message = "A protocol is a mapping with the key `steps`, or PyBaMM experiment strings such as "
    message += '"Discharge at 1C until 2.5 V", one a line.'
    if isinstance(root, Scalar) and isinstance(root.value, str) and _FILE.fullmatch(root.value):
        message = f"{quote(root.value)} names a file: give it as pathlib.Path({quote(root.value)})."
    if isinstance(root, Array):
        message += " This is a list: write `steps:` above it."
    raise report.stop("not-a-mapping", message, "", root)


def _limit_text(text: str, report: Report) -> None:
    if len(text) > MAX_TEXT or len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT:
        message = f"A protocol has at most {MAX_TEXT:,} bytes; this one has {len(text):,} or more."
        raise report.stop("too-large", message, "", Place())


def _is_instruction(node: Node) -> bool:
    return (
        isinstance(node, Scalar)
        and isinstance(node.value, str)
        and (looks_like_experiment(node.value))
    )


@dataclass(slots=True)
class _Values:
    """Turns plain Python values into nodes, counting what it reads."""

    report: Report
    nodes: int = 0
    characters: int = 0

    def read(self, value: object, path: str, depth: int) -> Node:
        """Read one value and what is in it."""
        self.nodes += 1
        if self.nodes > MAX_NODES or self.characters > MAX_TEXT:
            message = f"A protocol has at most {MAX_NODES:,} keys and values, {MAX_TEXT:,} bytes."
            raise self.report.stop("too-large", message, path, _NO_PLACE)
        if isinstance(value, Mapping | list | tuple):
            if depth >= MAX_DEPTH:
                message = f"Nesting is limited to {MAX_DEPTH} levels."
                raise self.report.stop("too-deep", message, "", _NO_PLACE)
            return self._container(value, path, depth)
        return Scalar(self._scalar(value, path))

    def _container(
        self,
        value: Mapping[object, object] | list[object] | tuple[object, ...],
        path: str,
        depth: int,
    ) -> Node:
        if isinstance(value, Mapping):
            table = Table()
            for key, inner in value.items():
                if not isinstance(key, str):
                    message = f"A key must be text, not {type(key).__name__}."
                    raise self.report.stop("bad-key", message, path, _NO_PLACE)
                self.nodes += 1
                self._take_text(key, path)
                table.add(Entry(str.__str__(key), self.read(inner, member(path, key), depth + 1)))
            return table
        array = Array()
        for index, inner in enumerate(value):
            array.add(self.read(inner, f"{path}[{index}]", depth + 1))
        return array

    def _scalar(self, value: object, path: str) -> Value:
        if isinstance(value, str):
            self._take_text(value, path)
            return str.__str__(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, Integral):
            return self._finite(int(value), path)
        if isinstance(value, Real):
            return self._finite(float(value), path)
        message = f"A value is a number or text, not {type(value).__name__}."
        raise self.report.stop("bad-value", message, path, _NO_PLACE)

    def _take_text(self, text: str, path: str) -> None:
        """Count a text; refuse the half of a character, which no file could hold."""
        self.characters += len(text)
        if not text.isascii() and (half := _SURROGATE.search(text)):
            message = f"Character U+{ord(half.group()):04X} cannot stand in a protocol; remove it."
            raise self.report.stop("bad-value", message, path, _NO_PLACE)

    def _finite(self, value: int | float, path: str) -> int | float:
        if isinstance(value, int) and abs(value) > 10**300:
            value = math.inf
        if not math.isfinite(value):
            self.report.add("not-finite", "A value must be a finite number.", path, _NO_PLACE)
        return value
