"""Which findings of a protocol are certain, and which are left to the server.

The public documents of the platform do not name every key and function of the language. Where they
are silent, the choices of `ionworks.ucp` are its own, and a server may know others: what is wrong
by such a choice is no reason to refuse a protocol here. The server answers with its own findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from ionworks import ucp
from ionworks.ucp.control import AMBIENT_NAMES
from ionworks.ucp.steps import KINDS, SPECIAL

__all__ = ["certain", "check_inputs", "understood"]

Path: TypeAlias = list[int | str]

_OPEN_SECTIONS = ("safety_limits", "drive_cycles")
_OPEN_STEPS = (*SPECIAL, *AMBIENT_NAMES)
_STEPS = (*KINDS, *_OPEN_STEPS, "Control")
_LISTS_OF_STEPS = ("ends", "set_variable")
"""The lists within a step, whose items are no steps."""

_OPEN = frozenset({"unknown-step", "bare-step", "unknown-function", "bad-expression"})
_ALWAYS_CERTAIN = frozenset(
    {
        *("not-a-protocol", "too-large", "too-deep", "yaml-syntax", "yaml-key", "yaml-tag"),
        *("yaml-alias", "duplicate-key", "bad-key", "bad-value", "bad-instruction"),
        *("missing-input", "unknown-parameter", "missing-drive-cycle"),
    }
)
_CONSEQUENCES = frozenset({"unknown-target", "endless-loop", "unset-variable", "too-many-findings"})
"""What may be wrong only because something else was not understood."""

_NEEDS = frozenset({"missing-key", "missing-end"})
_SEGMENT = re.compile(
    r"""\[(\d+)\] | \[("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\] | \.?([^.\[]+)""", re.VERBOSE
)


def understood(source: ucp.Source) -> ucp.Tree | None:
    """Return a protocol; ``None`` if the server may understand it better.

    Raises
    ------
    ProtocolError
        With all findings, if one of them is certain.

    Examples
    --------
    >>> from ionworks.leniency import understood
    >>> understood("steps: [{Warm up: {to: 45}}]") is None
    True
    """
    try:
        return ucp.load(source)
    except ucp.ProtocolError as error:
        if certain(error.findings):
            raise
        return None


def check_inputs(protocol: ucp.Tree, parameters: Mapping[str, float | str]) -> None:
    """Check the values for the inputs of a protocol.

    Raises
    ------
    ProtocolError
        With all findings, if one of them is certain.
    """
    try:
        ucp.bind(protocol, parameters)
    except ucp.ProtocolError as error:
        if certain(error.findings):
            raise


def certain(findings: Iterable[ucp.Finding]) -> list[ucp.Finding]:
    r"""Return the errors that no server can see otherwise.

    Examples
    --------
    >>> from ionworks import ucp
    >>> from ionworks.leniency import certain
    >>> found = ucp.check("safety_limits: {max_volts: 4}\nsteps: [{Rest: {duration: -1}}]")
    >>> [finding.code for finding in found], [finding.code for finding in certain(found)]
    (['unknown-key', 'out-of-range'], ['out-of-range'])
    """
    errors = [finding for finding in findings if finding.severity == "error"]
    doubtful = [finding for finding in errors if _is_open(finding)]
    if not doubtful:
        return errors
    unread = {_parent(finding) for finding in doubtful if finding.code == "unknown-key"}
    return [
        finding
        for finding in errors
        if finding not in doubtful
        and finding.code not in _CONSEQUENCES
        and not (finding.code in _NEEDS and finding.position.path in unread)
    ]


def _is_open(finding: ucp.Finding) -> bool:
    if finding.code in _ALWAYS_CERTAIN:
        return False
    path = _segments(finding.position.path)
    return (
        finding.code in _OPEN
        or path[0] in _OPEN_SECTIONS
        or path[-1] == "hold_voltage"
        or any(_is_open_step(path, end) for end in range(3, len(path) + 1))
        or (finding.code == "unknown-key" and _is_step(path[:-1], _STEPS))
    )


def _is_open_step(path: Path, end: int) -> bool:
    """Whether a path leads to or into a step of an open kind, by its first parts."""
    is_block = end < len(path) and (path[end] == "steps" or isinstance(path[end], int))
    return not is_block and _is_step(path[:end], _OPEN_STEPS)


def _is_step(path: Path, kinds: Sequence[str]) -> bool:
    """Whether a path leads to a step of these kinds, or, as far as a path tells, a flat one."""
    if len(path) < 2 or path[0] != "steps":
        return False
    if isinstance(path[-1], int):
        return kinds is _STEPS and path[-2] not in _LISTS_OF_STEPS
    is_item = isinstance(path[-2], int) and path[-3] not in _LISTS_OF_STEPS
    is_kind = path[-1] in kinds or (kinds is _STEPS and path[-1].startswith("direction["))
    return is_item and is_kind


def _segments(path: str) -> Path:
    found = _SEGMENT.findall(path)
    return [int(index) if index else quoted[1:-1] or name for index, quoted, name in found] or [""]


def _parent(finding: ucp.Finding) -> str:
    path = finding.position.path
    *_, last = _SEGMENT.finditer(path)
    return path[: last.start()]
