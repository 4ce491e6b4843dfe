"""What many parts of a protocol are made of: known keys, words of a list, names, jumps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from ionworks.ucp.expressions import Scope, read_expression
from ionworks.ucp.findings import Code, Report, nearest, quote
from ionworks.ucp.nodes import Entry, Node, Scalar, Table, member, words
from ionworks.ucp.rules import RESOLUTION, Rule
from ionworks.ucp.tree import Expression, Goto, Position, Resolution

_Word = TypeVar("_Word", bound=str)
_NO_ALIASES: Mapping[str, str] = MappingProxyType({})


def at(path: str, mark: Node | Entry) -> Position:
    """Return the place of a value or a key."""
    return Position(path, mark.line, mark.column)


def refuse_unknown(
    node: Table,
    keys: tuple[str, ...],
    where: str,
    path: str,
    report: Report,
    told: Sequence[str] = (),
) -> set[str]:
    """Note the keys of a mapping that do not belong there.

    Parameters
    ----------
    node
        The mapping.
    keys
        What may stand there.
    where
        Name of the mapping in a sentence.
    path
        Its key path.
    report
        Receives what is wrong.
    told
        Keys that do not belong there and are noted already.

    Returns
    -------
    set of str
        The keys that the unknown ones were most likely meant to be.
    """
    meant: set[str] = set()
    for entry in node.entries.values():
        if entry.key in keys or entry.key in told:
            continue
        message = f"Unknown key {quote(entry.key)} in {where}; known are {', '.join(keys)}."
        near = nearest(entry.key, keys)
        report.add("unknown-key", message, member(path, entry.key), entry, near)
        report.unread.update(words(entry.value))
        if near is not None:
            meant.add(near)
    return meant


def read_optional(
    node: Table, key: str, rule: Rule, path: str, report: Report, scope: Scope = "step"
) -> Expression | None:
    """Read the expression under a key that may be absent."""
    entry = node.entries.get(key)
    if entry is None:
        return None
    return read_expression(entry.value, rule, f"{path}.{key}", report, scope)


def read_choice(
    table: Table,
    key: str,
    options: tuple[_Word, ...],
    path: str,
    report: Report,
    code: Code = "unknown-word",
    aliases: Mapping[str, str] = _NO_ALIASES,
) -> _Word | None:
    """Read one of a few words under a key that may be absent; note what is none of them."""
    node = table.value(key)
    if node is None:
        return None
    given = node.value if isinstance(node, Scalar) else None
    for word in options:
        if word == given:
            return word
    message = f"`{key}` is one of {', '.join(options)}."
    near: str | None = None
    if isinstance(given, str):
        near = likely_word(given, options, aliases)
        message = f"Unknown {key} {quote(given)}; known are {', '.join(options)}."
    report.add(code, message, f"{path}.{key}", node, near)
    return None


def likely_word(given: str, options: Sequence[str], aliases: Mapping[str, str]) -> str | None:
    """Return which of a few words an unknown one was most likely meant to be."""
    return aliases.get(given.lower()) or nearest(given, options)


def read_label(node: Table, key: str, path: str, report: Report) -> str | None:
    """Read a name or another short text under a key; ``None`` if there is none."""
    value = node.value(key)
    if value is None:
        return None
    path = f"{path}.{key}"
    if isinstance(value, Scalar) and isinstance(value.value, str):
        if key == "note" or value.value.strip(" \t\r\n"):
            return value.value
        report.add("bad-name", f"`{key}` is blank; give a text.", path, value)
        return None
    message = f"`{key}` is a text"
    near = None
    if isinstance(value, Scalar) and value.value is not None:
        given = str(value.value).lower() if isinstance(value.value, bool) else value.value
        near = f'"{given}"'
        message += "; put it in quotes, so that it is no number and no yes or no"
    report.add("bad-name", f"{message}.", path, value, near)
    return None


def read_goto(node: Table, path: str, report: Report) -> Goto | None:
    """Read ``goto``; ``None`` if there is none."""
    target = read_label(node, "goto", path, report)
    return None if target is None else Goto(target, at(f"{path}.goto", node.entries["goto"].value))


def read_resolution(
    node: Table, path: str, report: Report, scope: Scope = "step"
) -> Resolution | None:
    """Read ``resolution``: a time in s, or a mapping; ``None`` if there is none."""
    value = node.value("resolution")
    if value is None:
        return None
    path = f"{path}.resolution"
    if not isinstance(value, Table):
        time = read_expression(value, RESOLUTION["time"], path, report, scope)
        return Resolution(time=time)
    refuse_unknown(value, tuple(RESOLUTION), "`resolution`", path, report)
    parts = {
        key: read_optional(value, key, rule, path, report, scope)
        for key, rule in RESOLUTION.items()
    }
    return Resolution(**parts)
