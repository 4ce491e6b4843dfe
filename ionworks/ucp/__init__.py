"""The protocol language (UCP): read, check and bind what is to be done to a cell.

    document  text or mapping -> nodes that know their place   (safe YAML, experiment strings)
    parse     nodes -> the typed tree in `tree`                (all findings at once)
    binding   tree + parameters -> tree without inputs

Pure Python and PyYAML; usable without the rest of the package.

Examples
--------
>>> from ionworks import ucp
>>> protocol = ucp.load('''
... global: {initial_soc: 1, temperature: 25}
... steps:
...   - Discharge:
...       mode: C-rate
...       value: input["C-rate"]
...       ends: [Voltage < 2.5]
... ''')
>>> protocol.steps[0].ends[0].text
'Voltage < 2.5'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

from ionworks.ucp.binding import START_NAMES, bind
from ionworks.ucp.document import MAX_TEXT, read_as_written, read_document, require_table
from ionworks.ucp.expressions import input_names
from ionworks.ucp.findings import Finding, ProtocolError, Report, Stop
from ionworks.ucp.nodes import MAX_DEPTH, plain, texts
from ionworks.ucp.parse import MAX_STEPS, read_protocol
from ionworks.ucp.schema import SCHEMA
from ionworks.ucp.tree import Position, Protocol

__all__ = [
    "MAX_DEPTH",
    "MAX_STEPS",
    "MAX_TEXT",
    "SCHEMA",
    "START_NAMES",
    "Finding",
    "Position",
    "Protocol",
    "ProtocolError",
    "bind",
    "body",
    "check",
    "inputs",
    "load",
]

Source: TypeAlias = str | Mapping[str, Any] | Sequence[str]
"""A protocol as text, as a mapping, or as a list of PyBaMM experiment strings."""


def load(source: Source) -> Protocol:
    """Read a protocol.

    Parameters
    ----------
    source
        YAML text, the same as a mapping, or PyBaMM experiment strings (one a line, or a list).

    Returns
    -------
    Protocol
        The typed tree, whose every part knows its place in the document.

    Raises
    ------
    ProtocolError
        With all findings, if there are any.

    Examples
    --------
    >>> load("Discharge at 1C until 2.5 V").steps[0].mode
    'C-rate'
    """
    protocol, findings = _read(source)
    if protocol is None or findings:
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
        In the order of the document.

    Examples
    --------
    >>> print(check("steps: [{Rest: {}}]")[0].code)
    missing-end
    """
    return _read(source)[1]


def inputs(source: Source) -> list[str]:
    """List the names in ``input["..."]``, each once, in the order of the document.

    The document is not checked: steps may lack their ends, instructions may be none, and an
    empty text has no names.

    Parameters
    ----------
    source
        As for `load`.

    Raises
    ------
    ProtocolError
        If the text is no YAML, or beyond the limits of size.

    Examples
    --------
    >>> inputs({"steps": [{"Discharge": {"value": 'input["C-rate"]'}}]})
    ['C-rate']
    """
    report = Report()
    try:
        root = read_as_written(source, report)
    except Stop:
        if any(finding.code == "empty" for finding in report.findings):
            return []
        raise ProtocolError(report.ordered()) from None
    return list(dict.fromkeys(name for text in texts(root) for name in input_names(text)))


def body(source: Source) -> dict[str, Any]:
    """Return the document as a plain mapping, to be stored or sent.

    PyBaMM experiment strings come back as the protocol they mean. The language is not checked.

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
        root = require_table(read_document(source, report), report)
    except Stop:
        raise ProtocolError(report.ordered()) from None
    if report.findings:
        raise ProtocolError(report.ordered())
    return cast("dict[str, Any]", plain(root))


def _read(source: Source) -> tuple[Protocol | None, list[Finding]]:
    report = Report()
    protocol = None
    try:
        root = require_table(read_document(source, report), report)
        protocol = read_protocol(root, report)
    except Stop:
        pass
    return protocol, report.ordered()
