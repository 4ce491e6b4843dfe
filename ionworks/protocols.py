"""Protocols and drive cycles as they are given, put as the wire has them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml

from ionworks import ucp
from ionworks.encode import plain
from ionworks.leniency import understood
from ionworks.records import Record
from ionworks.requests import shown
from ionworks.ucp.places import walk
from ionworks.ucp.tree import DriveCycle

__all__ = [
    "DriveCycles",
    "ProtocolSource",
    "convertible",
    "drive_cycle_columns",
    "protocol_text",
    "refuse_unfollowed",
    "validation",
    "with_cycles",
]

TIME = "Time [s]"
CURRENT = "Current [A]"
DRIVEN = (CURRENT, "Power [W]", "C-rate", "Voltage [V]")

ProtocolSource: TypeAlias = ucp.Source | ucp.Tree
"""A protocol as text, mapping, path of a file, `ucp.Protocol` or loaded tree."""

DriveCycles: TypeAlias = Mapping[str, Any]
"""Drive cycles by name: frames, mappings of two columns, or lists of (s, A)."""


def protocol_text(protocol: ProtocolSource, where: str = "protocol") -> str:
    """Return a protocol as text; text and the content of a file stay as they are.

    Raises
    ------
    TypeError
        If it is nothing that can be a protocol.
    ProtocolError
        If it has more than 1 MiB, a file is no text, or what is no text cannot be written as one.

    Examples
    --------
    >>> from ionworks.protocols import protocol_text
    >>> print(protocol_text({"steps": [{"Rest": {"duration": 60}}]}), end="")
    steps:
    - Rest: {duration: 60}
    """
    if isinstance(protocol, os.PathLike):
        return _file_text(Path(protocol))
    if isinstance(protocol, str):
        text = protocol
    elif isinstance(protocol, ucp.Tree):
        text = ucp.dump(protocol)
    else:
        _require_document(protocol, where)
        text = yaml.safe_dump(
            ucp.body(protocol), default_flow_style=None, sort_keys=False, allow_unicode=True
        )
    if len(text) > ucp.MAX_TEXT or len(text.encode("utf-8", "surrogatepass")) > ucp.MAX_TEXT:
        raise ucp.ProtocolError(ucp.check(text))
    return text


def validation(findings: Iterable[ucp.Finding]) -> Record:
    """Return findings as the server answers a check: for what is not worth sending.

    Examples
    --------
    >>> from ionworks import ucp
    >>> from ionworks.protocols import validation
    >>> answer = validation(ucp.check("steps: []"))
    >>> answer.valid, answer.findings[0].code
    (False, 'empty')
    """
    listed = list(findings)
    errors = [str(finding) for finding in listed if finding.severity == "error"]
    shown = [
        {
            "code": finding.code,
            "message": finding.message,
            "severity": finding.severity,
            "path": finding.position.path,
            "line": finding.position.line,
            "column": finding.position.column,
            "suggestion": finding.suggestion,
        }
        for finding in listed
    ]
    return Record({"valid": not errors, "error": "\n".join(errors) or None, "findings": shown})


def convertible(protocol: ProtocolSource, where: str = "protocol") -> str | dict[str, Any]:
    """Return a protocol as text if it is one, or a file's; else as a mapping, without places.

    Raises
    ------
    TypeError, ProtocolError
        As `protocol_text`.
    """
    if isinstance(protocol, str | os.PathLike):
        return protocol_text(protocol, where)
    if isinstance(protocol, ucp.Tree):
        return ucp.document(protocol)
    _require_document(protocol, where)
    return ucp.body(protocol)


def with_cycles(protocol: ProtocolSource, drive_cycles: DriveCycles, where: str) -> str:
    """Return a protocol as text that holds these drive cycles, too, or in place of its own.

    Raises
    ------
    ValueError
        As `drive_cycle_columns` and `refuse_unfollowed`; `ucp.ProtocolError`, if the protocol is
        wrong.
    """
    added = drive_cycle_columns(drive_cycles)
    text = protocol_text(protocol, where)
    understood(text)  # What is wrong has its line in the text as it was given.
    refuse_unfollowed(text, added)
    document = ucp.body(text)
    own = document.get("drive_cycles", {})
    if not isinstance(own, dict):
        ucp.load(text)  # Nothing can be added to what is no mapping: refused with its place.
    return protocol_text({**document, "drive_cycles": {**own, **added}})


def refuse_unfollowed(protocol: str | Mapping[str, Any], drive_cycles: Iterable[str]) -> None:
    """Refuse the name of a drive cycle that no step follows.

    Parameters
    ----------
    protocol
        The protocol. If it is wrong, no name is refused: the server may understand it better.
    drive_cycles
        The names that are given.

    Raises
    ------
    ValueError
        Naming the nearest that is followed.

    Examples
    --------
    >>> from ionworks.protocols import refuse_unfollowed
    >>> refuse_unfollowed("steps: [{DriveCycle: {profile: Commute}}]", ["Comute"])
    Traceback (most recent call last):
        ...
    ValueError: drive_cycles.Comute: no step follows this drive cycle (did you mean 'Commute'?)
    """
    try:
        steps = ucp.load(protocol).steps
    except ucp.ProtocolError:
        return
    nodes = (node for node in walk(steps) if isinstance(node, DriveCycle))
    followed = tuple(dict.fromkeys(node.profile for node in nodes))
    for name in drive_cycles:
        if name not in followed:
            near = get_close_matches(name, followed, n=1)
            known = ", ".join(map(repr, followed)) or "none"
            hint = f"did you mean {near[0]!r}?" if near else f"followed are: {known}"
            raise ValueError(f"drive_cycles.{name}: no step follows this drive cycle ({hint})")


def drive_cycle_columns(drive_cycles: DriveCycles) -> dict[str, dict[str, list[float]]]:
    """Return drive cycles as the wire has them: two columns each, times in s first.

    Raises
    ------
    ValueError
        If one has not exactly two columns of equal length, times and one of current, power,
        C-rate and voltage, each of finite numbers; named by its path.

    Examples
    --------
    >>> from ionworks.protocols import drive_cycle_columns
    >>> drive_cycle_columns({"Pulse": [(0, 1.5), (10, 0)]})
    {'Pulse': {'Time [s]': [0.0, 10.0], 'Current [A]': [1.5, 0.0]}}
    """
    if not isinstance(drive_cycles, Mapping):
        raise ValueError(f"drive_cycles must map names to columns, not {shown(drive_cycles)}")
    for name in drive_cycles:
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"a drive cycle must have a name, not {shown(name)}")
    return {
        name: _two_columns(cycle, f"drive_cycles.{name}") for name, cycle in drive_cycles.items()
    }


def _two_columns(cycle: Any, where: str) -> dict[str, list[float]]:
    columns = _columns(cycle, where)
    driven = [name for name in columns if name in DRIVEN]
    if TIME not in columns or len(columns) != 2 or len(driven) != 1:
        raise ValueError(
            f"{where} must have the column {TIME!r} and one of {', '.join(map(repr, DRIVEN))}, "
            f"no others; it has {', '.join(map(repr, columns)) or 'none'}. "
            "Positive values discharge the cell"
        )
    numbers = {name: _numbers(columns[name], f"{where}[{name!r}]") for name in (TIME, *driven)}
    lengths = {name: len(values) for name, values in numbers.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"{where}: the columns differ in length: {lengths}")
    return numbers


def _columns(cycle: Any, where: str) -> dict[str, Any]:
    """Return what the columns of a frame, a mapping or a list of pairs are, by name."""
    if hasattr(cycle, "columns") and hasattr(cycle, "__getitem__"):
        return {str(name): cycle[name] for name in cycle.columns}
    if isinstance(cycle, Mapping):
        return {str(name): column for name, column in cycle.items()}
    pairs = cycle.tolist() if hasattr(cycle, "tolist") else cycle
    if not isinstance(pairs, Sequence) or isinstance(pairs, str):
        raise ValueError(
            f"{where} must be a frame, a mapping of columns or a list of (s, A), not {shown(cycle)}"
        )
    for index, pair in enumerate(pairs):
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise ValueError(f"{where}[{index}] must be a pair of time [s] and current [A]")
    return {TIME: [time for time, _ in pairs], CURRENT: [current for _, current in pairs]}


def _numbers(column: Any, where: str) -> list[float]:
    values = plain(column.to_list() if hasattr(column, "to_list") else column, where)
    if not isinstance(values, list):
        raise ValueError(f"{where} must be a list of numbers, not {shown(values)}")
    for index, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{where}[{index}] must be a number, not {shown(value)}")
    return [float(value) for value in values]


def _require_document(protocol: Any, where: str) -> None:
    buildable = not isinstance(protocol, type) and callable(getattr(protocol, "body", None))
    if not buildable and not isinstance(protocol, Mapping | list | tuple):
        raise TypeError(
            f"{where} must be the text of a protocol, a mapping, a path or a ucp.Protocol, "
            f"not {shown(protocol)}"
        )


def _file_text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(ucp.MAX_TEXT + 1)
    if len(content) > ucp.MAX_TEXT:
        message = f"A protocol has at most {ucp.MAX_TEXT:,} bytes; {path.name} has more."
        raise _unreadable("too-large", message)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{path.name} is no UTF-8 text, from byte {error.start + 1} on."
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable("not-a-protocol", message, line) from None


def _unreadable(
    code: Literal["too-large", "not-a-protocol"], message: str, line: int = 1
) -> ucp.ProtocolError:
    return ucp.ProtocolError([ucp.Finding(code, message, ucp.Position("protocol", line, 1))])
