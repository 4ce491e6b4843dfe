"""YAML text to nodes: events of a safe parser, composed here, within limits.

Only the syntax of YAML is left to the library. What a plain scalar means is decided here,
because YAML 1.1 turns ``on`` into true, ``1:30`` into 90 and ``1e-3`` into text: here numbers are
decimal numbers, ``true``, ``false`` and ``null`` are what they say, all else is text. Tags are
refused, and an alias costs what it stands for.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from ionworks.ucp.findings import Code, Report, Stop
from ionworks.ucp.nodes import (
    MAX_DEPTH,
    MAX_NODES,
    NUMBER_PATTERN,
    Array,
    Entry,
    Node,
    Scalar,
    Table,
    Value,
    member,
)

_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(NUMBER_PATTERN)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False} | {
    "FALSE": False
}
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_BARE_OPERATOR = re.compile(r":[ \t]+>=?[ \t]*(?:[,}#]|$)")
_BEGINNINGS = (MappingStartEvent, SequenceStartEvent)
_ENDINGS = (MappingEndEvent, SequenceEndEvent)
_NOTHING = Scalar(None)
_LARGEST_EXACT_INTEGER = 2**53


@dataclass(frozen=True, slots=True)
class Place:
    """A bare place in a text."""

    line: int | None = 1
    column: int | None = 1


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    node: Array | Table
    anchor: str | None
    index: int = 0
    key: Entry | None = None


def compose(text: str, report: Report) -> Node:
    """Compose one YAML document.

    Parameters
    ----------
    text
        The document.
    report
        Receives what is wrong, with places.

    Returns
    -------
    Node
        The root of the document.

    Raises
    ------
    Stop
        If the text is no YAML, or beyond the limits.
    """
    composer = _Composer(report)
    try:
        parser = _Parser(text)
        while not isinstance(event := parser.get_event(), StreamEndEvent):
            composer.take(event)
    except yaml.reader.ReaderError as error:
        raise _unprintable(text, error.position, report) from None
    except UnicodeEncodeError as error:
        raise _unprintable(text, error.start, report) from None
    except yaml.MarkedYAMLError as error:
        raise report.stop("yaml-syntax", *_explain(error, text)) from None
    if composer.root is None:
        raise report.stop("empty", "The protocol is empty; it needs `steps:`.", "", Place())
    return composer.root


@dataclass(slots=True)
class _Composer:
    """Builds nodes from events, one by one, without recursion."""

    report: Report
    root: Node | None = None
    anchors: dict[str, Node] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    documents: int = 0

    def take(self, event: Event) -> None:
        """Take the next event."""
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, _BEGINNINGS):
            self._open(event)
        elif isinstance(event, _ENDINGS):
            closed = self.stack.pop()
            if closed.anchor:
                self.anchors[closed.anchor] = closed.node
            self._put(closed.node)
        elif isinstance(event, AliasEvent):
            self._put(self._target(event))
        elif isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self._stop("yaml-syntax", "A protocol is one document; remove `---`.", event)

    def _scalar(self, event: ScalarEvent) -> None:
        line, column = _where(event)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.key is None and isinstance(frame.node, Table):
            if event.value == "<<" and not event.style:
                message = "Merge keys (`<<`) are not supported: write out what belongs here, or "
                raise self._stop("yaml-key", f"{message}use an alias for a whole value.", event)
            frame.key = Entry(event.value, _NOTHING, line, column, _inner(event))
            if event.anchor:
                self.anchors[event.anchor] = Scalar(event.value, line, column)
            return
        if event.tag is not None:
            self._refuse_tag(event.tag, event)
        value: Value = event.value
        if not event.style:
            value = plain_value(event.value)
            if isinstance(value, float) and not math.isfinite(value):
                self._note("not-finite", "A value must be a finite number.", event)
        inner = _inner(event) if isinstance(value, str) else None
        scalar = Scalar(value, line, column, inner)
        if event.anchor:
            self.anchors[event.anchor] = scalar
        self._put(scalar)

    def _open(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        if event.tag is not None:
            self._refuse_tag(event.tag, event)
        self._require_text_key(event)
        if len(self.stack) >= MAX_DEPTH:
            raise self._stop("too-deep", f"Nesting is limited to {MAX_DEPTH} levels.", event)
        node = Table if isinstance(event, MappingStartEvent) else Array
        self.stack.append(_Open(node(*_where(event)), event.anchor))
        if event.anchor:
            self.anchors.pop(event.anchor, None)

    def _put(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        holder = frame.node
        if isinstance(holder, Array):
            holder.add(node)
            frame.index += 1
        elif frame.key is not None:
            self._add_entry(holder, frame.key, node)
            frame.key = None
        if holder.size > MAX_NODES:
            message = f"A protocol has at most {MAX_NODES:,} keys and values, aliases in full."
            raise self.report.stop("too-large", message, self._path(), node)

    def _add_entry(self, table: Table, entry: Entry, node: Node) -> None:
        first = table.entries.get(entry.key)
        if first is None:
            entry.value = node
            table.add(entry)
            return
        message = f"Key {entry.key[:60]!r} stands twice; it is already on line {first.line}, "
        message += f"column {first.column}. Keep one."
        self.report.add("duplicate-key", message, self._path(), entry)

    def _target(self, event: AliasEvent) -> Node:
        self._require_text_key(event)
        name = event.anchor or ""
        target = self.anchors.get(name)
        if target is None:
            inside = any(frame.anchor == name for frame in self.stack)
            reason = "stands inside itself" if inside else "has no anchor before it"
            raise self._stop("yaml-alias", f"Alias *{name[:60]} {reason}.", event)
        if len(self.stack) + target.height > MAX_DEPTH:
            raise self._stop("too-deep", f"Nesting is limited to {MAX_DEPTH} levels.", event)
        return target

    def _refuse_tag(self, tag: str, event: Event) -> None:
        message = f"Tags such as {tag[:60]!r} have no place in a protocol; remove it."
        self._note("yaml-tag", message, event)

    def _require_text_key(self, event: Event) -> None:
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.node, Table) and frame.key is None:
            raise self._stop("yaml-key", "A key must be plain text.", event)

    def _note(self, code: Code, message: str, event: Event) -> None:
        self.report.add(code, message, self._path(), Place(*_where(event)))

    def _stop(self, code: Code, message: str, event: Event) -> Stop:
        return self.report.stop(code, message, self._path(), Place(*_where(event)))

    def _path(self) -> str:
        path = ""
        for frame in self.stack:
            if isinstance(frame.node, Array):
                path = f"{path}[{frame.index}]"
            elif frame.key is not None:
                path = member(path, frame.key.key)
        return path


def plain_value(text: str) -> Value:
    """Return the value of an unquoted scalar.

    Examples
    --------
    >>> [plain_value(text) for text in ("1e-3", "12", "1:30", "on", "true", "~")]
    [0.001, 12, '1:30', 'on', True, None]
    """
    if text in _NULLS:
        return None
    if text[0] in "0123456789.+-":
        if _NUMBER.fullmatch(text):
            return _number(text)
        if _NOT_FINITE.fullmatch(text):
            return float(text.replace(".", ""))
    return _BOOLEANS.get(text, text)


def _number(text: str) -> int | float:
    value = float(text)
    whole = text.lstrip("+-").isdigit() and abs(value) < _LARGEST_EXACT_INTEGER
    return int(value) if whole else value


def _where(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _inner(event: ScalarEvent) -> int | None:
    """Return the column of the first character, if all of them stand there as they are.

    A single word has no inner places that anybody could want to know.
    """
    if event.value.isidentifier():
        return None
    start, end, quotes = event.start_mark, event.end_mark, 1 if event.style else 0
    if start is None or end is None or start.line != end.line:
        return None
    as_written = end.column - start.column == len(event.value) + 2 * quotes
    return start.column + quotes + 1 if as_written else None


def _place_of(text: str, index: int) -> Place:
    before = text[:index]
    return Place(before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)


def _unprintable(text: str, index: int, report: Report) -> Stop:
    code = ord(text[index]) if index < len(text) else 0
    message = f"Character U+{code:04X} cannot stand in a protocol; remove it."
    return report.stop("yaml-syntax", message, "", _place_of(text, index))


_REASONS = (
    ("start any token", "This character cannot begin a value; put the text in quotes."),
    (
        "mapping values are not allowed",
        "This ':' cannot stand here: the line above lacks its ':', or text with ': ' lacks quotes.",
    ),
    ("expected key", "A key was expected: the indentation does not match the lines above."),
    ("expected '-' indicator", "A list item ('- ') was expected: check the indentation."),
    ("block end", "The indentation does not match the lines above."),
    ("could not find expected ':'", "A key without ':' after it."),
    ("while parsing a flow", "A '[' or '{' is not closed before the next value."),
    ("unexpected end of stream", "A quote, '[' or '{' is never closed."),
    ("did not find expected <document start>", "Text after the end of the document."),
    ("found undefined tag", "Tags have no place in a protocol."),
)


def _blamed(error: yaml.MarkedYAMLError, text: str) -> Place:
    """Return the place to look at: where something began that never ended, else the problem."""
    problem, began = error.problem_mark, error.context_mark
    end = len(text.rstrip())
    found = min(problem.index, end) if problem else end
    never_ended = "flow" in (error.context or "") or "quoted" in (error.context or "")
    if never_ended and began and "\n" in text[began.index : found + 1]:
        found = began.index
    return _place_of(text, found)


def _explain(error: yaml.MarkedYAMLError, text: str) -> tuple[str, str, Place]:
    """Message, path and place of a syntax error, in plain words."""
    place = _blamed(error, text)
    lines = text.splitlines()
    written = lines[place.line - 1] if place.line and place.line <= len(lines) else ""
    said = ", ".join(part for part in (error.context, error.problem) if part)
    reason = next((plain for words, plain in _REASONS if words in said), "This is no YAML.")
    if written[: len(written) - len(written.lstrip())].count("\t"):
        reason = "A tab indents this line; YAML is indented with spaces."
    elif _BARE_OPERATOR.search(written):
        reason = "Put the operator in quotes: '>' or '>='. For YAML a bare > begins a text."
    elif "input[" in written and ("{" in written or ", " in written):
        reason = "Inside {...} or [...], put input[...] in quotes: 'input[\"name\"]'."
    return f"{reason} (YAML: {said})", "", place
