"""A document before it is understood: scalars, lists and tables that know their place.

YAML text and plain Python mappings both become these nodes, so that the parser reads one
thing and every key and value can be named by line and column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

MAX_DEPTH = 64
"""Deepest nesting of lists and mappings in a protocol."""

MAX_NODES = 200_000
"""Most keys and values in a protocol, every use of a YAML alias counted in full."""

NUMBER_PATTERN = r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
"""A decimal number as text; a leading 0, octal in YAML 1.1, is none."""

_AMBIGUOUS = re.compile(r"[\[\].\"\n]")

Value: TypeAlias = str | int | float | bool | None


@dataclass(slots=True)
class Scalar:
    """A single value. Quoted text stays text; plain numbers are numbers.

    ``inner`` is the column of its first character, behind a quote, where every character of the
    text stands in the document as it is; else ``None``.
    """

    value: Value
    line: int | None = None
    column: int | None = None
    inner: int | None = None
    size: ClassVar[int] = 1
    height: ClassVar[int] = 0


@dataclass(slots=True)
class Array:
    """A list."""

    line: int | None = None
    column: int | None = None
    items: list[Node] = field(default_factory=list)
    size: int = 1
    height: int = 1

    def add(self, item: Node) -> None:
        """Append ``item``."""
        self.items.append(item)
        self.size += item.size
        if item.height >= self.height:
            self.height = item.height + 1


@dataclass(slots=True)
class Entry:
    """A key and its value; the place, and ``inner`` as in `Scalar`, are those of the key."""

    key: str
    value: Node
    line: int | None = None
    column: int | None = None
    inner: int | None = None


@dataclass(slots=True)
class Table:
    """A mapping with unique keys, in the order of the document."""

    line: int | None = None
    column: int | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    size: int = 1
    height: int = 1

    def add(self, entry: Entry) -> None:
        """Append ``entry``, whose key must be new."""
        self.entries[entry.key] = entry
        value = entry.value
        self.size += value.size + 1
        if value.height >= self.height:
            self.height = value.height + 1

    def value(self, key: str) -> Node | None:
        """Return the value under ``key``, or ``None`` without one."""
        entry = self.entries.get(key)
        return entry.value if entry else None


Node: TypeAlias = Scalar | Array | Table


def member(path: str, key: str) -> str:
    """Extend a key path by a key: ``steps[0].CC Charge``."""
    short = key if len(key) <= 60 else key[:57] + "..."
    if _AMBIGUOUS.search(short) or not short:
        return f"{path}[{short!r}]"
    return f"{path}.{short}" if path else short


def words(node: Node) -> Iterator[str]:
    """Yield every key and every text in a node."""
    if isinstance(node, Scalar):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, Array):
        for item in node.items:
            yield from words(item)
    else:
        for entry in node.entries.values():
            yield entry.key
            yield from words(entry.value)


def plain(node: Node) -> object:
    """Turn nodes back into dicts, lists and values.

    Examples
    --------
    >>> plain(Array(items=[Scalar(1), Scalar("a")]))
    [1, 'a']
    """
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Array):
        return [plain(item) for item in node.items]
    return {entry.key: plain(entry.value) for entry in node.entries.values()}
