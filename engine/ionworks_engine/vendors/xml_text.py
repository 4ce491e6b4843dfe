"""XML files of cyclers to elements that know their line; nothing in the file is trusted.

No document type, and so no entities of its own, no external ones, and limits on size, depth and
the number of elements. What the declaration says of the encoding is believed only after the bytes:
step files are often declared GB2312 and written in UTF-8.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from ionworks_engine.vendors.errors import Unreadable

MAX_BYTES = 16 * 2**20
MAX_DEPTH = 64
MAX_ELEMENTS = 150_000

_DECLARATION = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_LEADING_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,200}\?>")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "latin-1": "cp1252"}


@dataclass(slots=True)
class Element:
    """An element of a file.

    Parameters
    ----------
    tag
        Its name, with the prefix it was written with.
    attributes
        Their values by name.
    line
        Where it begins, counted from 1.
    text
        The characters directly inside it, as written.
    children
        The elements inside it, in order.
    """

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def __iter__(self) -> Iterator[Element]:
        return iter(self.children)

    def find(self, tag: str) -> Element | None:
        """Return the first child with this tag, if there is one."""
        return next((child for child in self.children if child.tag == tag), None)

    def child(self, tag: str) -> Element:
        """Return the first child with this tag.

        Raises
        ------
        Unreadable
            If there is none.
        """
        found = self.find(tag)
        if found is None:
            raise Unreadable(f"<{self.tag}> has no <{tag}>", line=self.line, key=self.tag)
        return found


def read_xml(data: bytes) -> Element:
    """Read a file and return its root element.

    Parameters
    ----------
    data
        The bytes of the file.

    Raises
    ------
    Unreadable
        If this is no well-formed XML, has a document type, or is larger, deeper or longer than
        any step file; with the line.

    Examples
    --------
    >>> root = read_xml(b"<a><b n='1'>text</b></a>")
    >>> root.child("b").text, root.child("b").line
    ('text', 1)
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(
            f"the file has {len(data)} bytes; step files of up to {MAX_BYTES} are read"
        )
    text = decode(data)
    if "\0" in text:
        raise Unreadable("the file holds zero bytes; it is no XML")
    return _Reader().read(text)


def decode(data: bytes) -> str:
    r"""Decode XML by its byte order mark, else as UTF-8, else as what its declaration names.

    Raises
    ------
    Unreadable
        If the bytes are no text in any of these.

    Examples
    --------
    >>> decode("<a>\u7535</a>".encode())
    '<a>电</a>'
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        match = _DECLARATION.match(data[:400])
        declared = match.group(1).decode("ascii").lower() if match else "utf-8"
        if declared in ("utf-8", "utf8"):
            line = data.count(b"\n", 0, error.start) + 1
            raise Unreadable("the bytes are no UTF-8 text", line=line) from None
    return _decoded(data, _WIDER.get(declared, declared))


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"the bytes are no {encoding} text", line=line) from None
    except LookupError:
        raise Unreadable(f"the encoding {encoding!r} is not known", line=1) from None


class _Reader:
    """Builds the tree from the parser's calls."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._document_type
        self._open: list[Element] = []
        self._root: Element | None = None
        self._count = 0

    def read(self, text: str) -> Element:
        # The text is decoded already: a declaration that names another encoding would mislead.
        body = _LEADING_DECLARATION.sub("", text, count=1)
        skipped = text[: len(text) - len(body)].count("\n")
        self._skipped = skipped
        try:
            self._parser.Parse(body, True)
        except expat.ExpatError as error:
            self._refuse(error)
        if self._root is None:
            raise Unreadable("the file is empty", line=1)
        return self._root

    def _refuse(self, error: expat.ExpatError) -> NoReturn:
        line = error.lineno + self._skipped
        message = expat.ErrorString(error.code)
        if self._open:
            message += f"; <{self._open[-1].tag}> of line {self._open[-1].line} is not closed"
        raise Unreadable(f"no well-formed XML: {message}", line=line) from None

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber + self._skipped

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise Unreadable(f"more than {MAX_ELEMENTS} elements", line=self._line)
        if len(self._open) >= MAX_DEPTH:
            raise Unreadable(f"elements nest deeper than {MAX_DEPTH}", line=self._line)
        element = Element(tag, attributes, self._line)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _characters(self, text: str) -> None:
        self._open[-1].text += text

    def _document_type(self, *_: object) -> NoReturn:
        raise Unreadable("a document type is not allowed in a step file", line=self._line)
