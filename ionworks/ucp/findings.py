"""What is wrong in a protocol: findings with a place, and the error that carries them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal, Protocol, TypeAlias

from ionworks.ucp.tree import Position

MAX_FINDINGS = 100
"""Reading stops after this many findings; the last one says so."""

_MOST_OPTIONS = 500
"""So many options are looked at for a near one."""


Severity: TypeAlias = Literal["error", "warning"]
Code: TypeAlias = Literal[
    # the document cannot be read
    "not-a-protocol",
    "empty",
    "too-large",
    "too-deep",
    "too-many-findings",
    "yaml-syntax",
    "yaml-key",
    "yaml-tag",
    "yaml-alias",
    "duplicate-key",
    "bad-key",
    "bad-value",
    "bad-instruction",
    # something has the wrong shape, is unknown or is missing
    "not-a-mapping",
    "not-a-list",
    "unknown-key",
    "unknown-step",
    "unknown-mode",
    "unknown-word",
    "missing-key",
    "missing-name",
    "missing-end",
    "bare-step",
    "bad-step",
    "bad-name",
    "bad-profile",
    "contradiction",
    # a value is wrong
    "not-a-number",
    "not-finite",
    "out-of-range",
    "bad-expression",
    "unknown-function",
    "not-constant",
    "no-value",
    # an end is wrong
    "bad-end",
    "ambiguous-end",
    "unknown-variable",
    "unknown-operator",
    "missing-operator",
    "wrong-unit",
    "holds-at-once",
    "never-met",
    # a number is likely meant otherwise
    "at-safety-limit",
    "unlikely-value",
    # the way through the protocol is wrong
    "unknown-target",
    "ambiguous-target",
    "endless-loop",
    "unset-variable",
    "missing-drive-cycle",
    # the parameters of a run are wrong
    "missing-input",
    "unknown-parameter",
]
"""What kind of thing is wrong; stable, so that programs may tell findings apart by it."""


_WAYS_STAND: frozenset[Code] = frozenset(
    {
        *("out-of-range", "unknown-mode", "contradiction", "bad-profile"),
        *("unknown-target", "ambiguous-target", "missing-drive-cycle"),
    }
)
"""Errors with which all steps, ends and gotos are still there."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong in a protocol.

    Parameters
    ----------
    code
        Stable short name, such as ``unknown-key`` or ``missing-end``.
    message
        What is wrong and what would be right, in one or two sentences.
    position
        Key path, and line and column when the document came as text.
    severity
        ``error``: the protocol cannot run. ``warning``: it may, but look at this.
    suggestion
        What to write instead, when it can be guessed.

    Examples
    --------
    >>> from ionworks import ucp
    >>> finding = ucp.check("steps: [{Rest: {duratoin: 60}}]")[0]
    >>> finding.code, finding.suggestion, finding.position.line
    ('unknown-key', 'duration', 1)
    """

    code: Code
    message: str
    position: Position
    severity: Severity = "error"
    suggestion: str | None = None

    def __str__(self) -> str:
        hint = f" Try: {self.suggestion}" if self.suggestion else ""
        return f"{self.position}: {self.message}{hint}"


class ProtocolError(ValueError):
    """A protocol that cannot be used; its text lists every finding, one a line.

    Parameters
    ----------
    findings
        All findings, in the order of the document.

    Examples
    --------
    >>> from ionworks import ucp
    >>> try:
    ...     ucp.load({"steps": [{"Rest": {"duration": -1}}]})
    ... except ucp.ProtocolError as error:
    ...     print(error)
    steps[0].Rest.duration: The duration in s must be above 0, not -1.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: list[Finding] = list(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))

    def __reduce__(self) -> tuple[type[ProtocolError], tuple[list[Finding]]]:
        return type(self), (self.findings,)


class Mark(Protocol):
    """Anything that knows where in the text it stood."""

    @property
    def line(self) -> int | None:
        """Line, counted from 1."""
        ...

    @property
    def column(self) -> int | None:
        """Column, counted from 1."""
        ...


class Stop(Exception):  # noqa: N818 - a signal to the reader, never an error of the user
    """Nothing more can be read; the report says why."""


@dataclass(slots=True)
class Report:
    """Collects the findings of one reading.

    ``worked_out`` counts the characters of all expressions beyond plain numbers and inputs.
    ``unread`` holds every word of what could not be read: what it names may well be there.
    """

    findings: list[Finding] = field(default_factory=list)
    worked_out: int = 0
    unread: set[str] = field(default_factory=set)

    def add(
        self, code: Code, message: str, path: str, mark: Mark, suggestion: str | None = None
    ) -> None:
        """Note a finding; raise `Stop` when there are too many to be of use."""
        position = Position(path or "protocol", mark.line, mark.column)
        self.note(Finding(code, message, position, suggestion=suggestion))

    def note(self, finding: Finding) -> None:
        """Note a finding that is made already; raise `Stop` as `add` does.

        Warnings never stop the reading: beyond the limit they are left out.
        """
        full = len(self.findings) >= MAX_FINDINGS - 1
        if finding.severity == "error" or not full:
            self.findings.append(finding)
        position = finding.position
        if full and finding.severity == "error":
            text = f"Reading stopped here, after {MAX_FINDINGS} findings."
            self.findings.append(Finding("too-many-findings", text, position))
            raise Stop

    def stop(self, code: Code, message: str, path: str, mark: Mark) -> Stop:
        """Note a finding after which nothing more can be read, and give the `Stop` to raise."""
        position = Position(path or "protocol", mark.line, mark.column)
        self.findings.append(Finding(code, message, position))
        return Stop()

    @property
    def misses_ways(self) -> bool:
        """Whether something is wrong that may hide a way through the protocol."""
        return bool(self.unread) or any(
            finding.severity == "error" and finding.code not in _WAYS_STAND
            for finding in self.findings
        )

    def ordered(self) -> list[Finding]:
        """All findings, in the order of the document."""
        return sorted(self.findings, key=_place)


def _place(finding: Finding) -> tuple[bool, int, int]:
    position = finding.position
    last = finding.code == "too-many-findings"
    return last, position.line or 0, position.column or 0


def nearest(word: str, options: Sequence[str]) -> str | None:
    """Return the option that ``word`` was most likely meant to be, if any is near.

    Examples
    --------
    >>> nearest("c_rate", ["C-rate", "Current"])
    'C-rate'
    """
    by_lower = {option.lower(): option for option in options[:_MOST_OPTIONS]}
    found = get_close_matches(word[:60].strip().lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def quote(text: str, limit: int = 60) -> str:
    """Quote a piece of the document for a message, shortened to ``limit`` characters."""
    short = text if len(text) <= limit else text[: limit - 3] + "..."
    return repr(short)
