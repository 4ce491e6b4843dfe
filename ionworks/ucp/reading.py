"""What everything begins with: a source read, checked, and turned into a tree or findings."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, cast
from typing import Protocol as Interface

from ionworks.ucp.document import MAX_TEXT, read_as_written, read_document, require_table
from ionworks.ucp.expressions import input_names
from ionworks.ucp.findings import Finding, ProtocolError, Report, Stop
from ionworks.ucp.nodes import Array, Entry, Node, Scalar, Table, member, plain
from ionworks.ucp.parse import read_protocol
from ionworks.ucp.tree import Position, Protocol
from ionworks.ucp.yaml_text import Place


class Buildable(Interface):
    """Anything that can say the protocol that it is, such as the builder."""

    def body(self) -> dict[str, Any]:
        """Return the protocol as a plain mapping."""
        ...


Source: TypeAlias = str | Mapping[str, Any] | Sequence[Any] | os.PathLike[str] | Buildable
"""A protocol as YAML text, as the same in a mapping, as PyBaMM experiment strings (text or list),
as the path of a file with such text, or as a `Protocol` that was built."""


def load(source: Source) -> Protocol:
    """Read a protocol.

    Parameters
    ----------
    source
        YAML text, the same as a mapping, PyBaMM experiment strings (one a line, or a list), the
        path of a file with either (a `pathlib.Path`, never a str), or a built `ucp.Protocol`.

    Returns
    -------
    Tree
        The typed tree, whose every part knows its place in the document.

    Raises
    ------
    ProtocolError
        With all findings, if there is an error among them. Warnings alone do not stop it.
    OSError
        If a path cannot be read.

    Examples
    --------
    >>> load("Discharge at 1C until 2.5 V").steps[0].mode
    'C-rate'
    """
    protocol, findings = _read(source)
    if protocol is None or any(finding.severity == "error" for finding in findings):
        raise ProtocolError(findings)
    return protocol


def check(source: Source) -> list[Finding]:
    """Return everything that is wrong with a protocol; nothing for a good one.

    Parameters
    ----------
    source
        As for `load`. Inputs may be open.

    Returns
    -------
    list of Finding
        In the order of the document. A protocol whose findings are all of severity ``warning``
        still loads.

    Examples
    --------
    >>> print(check("steps: [{Rest: {}}]")[0].code)
    missing-end
    """
    return _read(source)[1]


def inputs(source: Source) -> dict[str, tuple[Position, ...]]:
    """Find the names in ``input["..."]``, each with all places where it is used.

    The document is not checked: steps may lack their ends, instructions may be none, and an
    empty text has no names.

    Parameters
    ----------
    source
        As for `load`.

    Returns
    -------
    dict of str to tuple of Position
        Names in the order of the document.

    Raises
    ------
    ProtocolError
        If the text is no YAML, or beyond the limits of size.

    Examples
    --------
    >>> found = inputs({"steps": [{"Discharge": {"value": 'input["C-rate"]'}}]})
    >>> {name: [str(place) for place in places] for name, places in found.items()}
    {'C-rate': ['steps[0].Discharge.value']}
    """
    report = Report()
    try:
        root = read_as_written(_opened(source, report), report)
    except Stop:
        if any(finding.code == "empty" for finding in report.findings):
            return {}
        raise ProtocolError(report.ordered()) from None
    found: dict[str, list[Position]] = {}
    for text, place in _texts(root, "", root):
        for name in input_names(text):
            found.setdefault(name, []).append(place)
    return {name: tuple(places) for name, places in found.items()}


def body(source: Source) -> dict[str, Any]:
    """Return the document as a plain mapping, to be stored or sent.

    It stays as it was written; `document` gives the canonical one. PyBaMM experiment strings come
    back as the protocol they mean. The language is not checked.

    Parameters
    ----------
    source
        As for `load`.

    Raises
    ------
    ProtocolError
        If it cannot be read, is no mapping, has a key twice, or a number that is not finite.

    Examples
    --------
    >>> body("Rest for 10 minutes")
    {'steps': [{'Rest': {'duration': 600}}]}
    """
    report = Report()
    try:
        root = require_table(read_document(_opened(source, report), report), report)
    except Stop:
        raise ProtocolError(report.ordered()) from None
    if report.findings:
        raise ProtocolError(report.ordered())
    return cast("dict[str, Any]", plain(root))


def tree_of(source: Protocol | Source) -> Protocol:
    """Return a tree as it is, and load anything else."""
    return source if isinstance(source, Protocol) else load(source)


def _read(source: Source) -> tuple[Protocol | None, list[Finding]]:
    report = Report()
    protocol = None
    try:
        root = require_table(read_document(_opened(source, report), report), report)
        protocol = read_protocol(root, report)
    except Stop:
        pass
    return protocol, report.ordered()


def _opened(source: Source, report: Report) -> object:
    """Return what a path or a builder stands for; all else as it is."""
    if isinstance(source, os.PathLike):
        return _file_text(Path(source), report)
    if not isinstance(source, type) and callable(getattr(source, "body", None)):
        return cast("Buildable", source).body()
    if hasattr(source, "cycle_lengths"):
        message = "This is an experiment of PyBaMM: read it by `ucp.from_pybamm`."
        raise report.stop("not-a-protocol", message, "", Place(None, None))
    return source


def _file_text(path: Path, report: Report) -> str:
    with path.open("rb") as file:
        content = file.read(MAX_TEXT + 1)
    if len(content) > MAX_TEXT:
        message = f"A protocol has at most {MAX_TEXT:,} bytes; {path.name} has more."
        raise report.stop("too-large", message, "", Place())
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"{path.name} is no UTF-8 text: byte {error.start + 1:,} cannot be read."
        raise report.stop("not-a-protocol", message, "", Place(line, 1)) from None


def _texts(node: Node, path: str, mark: Node | Entry) -> Iterator[tuple[str, Position]]:
    """Yield every key and every piece of text with its place, in the order of the document."""
    if isinstance(node, Scalar):
        if isinstance(node.value, str):
            yield node.value, Position(path, mark.line, mark.column)
    elif isinstance(node, Array):
        for index, item in enumerate(node.items):
            yield from _texts(item, f"{path}[{index}]", item)
    elif isinstance(node, Table):
        for entry in node.entries.values():
            inner = member(path, entry.key)
            yield entry.key, Position(inner, entry.line, entry.column)
            yield from _texts(entry.value, inner, entry.value)
