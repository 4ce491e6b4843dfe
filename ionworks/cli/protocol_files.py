"""Protocols as files: read, and judged with their places as editors understand them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ionworks.cli.failures import FailedError
from ionworks.cli.files import STDIN, read_text
from ionworks.cli.output import Output

if TYPE_CHECKING:
    from ionworks.ucp import Finding

__all__ = ["good_protocol", "located", "shown_name"]


def shown_name(path: Path) -> str:
    """Return what to call a file in messages."""
    return "standard input" if str(path) == STDIN else str(path)


def located(finding: Finding, path: Path) -> str:
    """Return a finding in one line that begins with its place: ``file:line:column``.

    Examples
    --------
    >>> from pathlib import Path
    >>> from ionworks import ucp
    >>> from ionworks.cli.protocol_files import located
    >>> finding = ucp.check("steps: [{Rest: {duratoin: 60}}]")[0]
    >>> located(finding, Path("a.yaml"))
    "a.yaml:1:17: ... Try: duration [unknown-key at steps[0].Rest.duratoin]"
    """
    position = finding.position
    places = [shown_name(path), position.line, position.column]
    place = ":".join(str(part) for part in places if part is not None)
    hint = f" Try: {finding.suggestion}" if finding.suggestion else ""
    about = f" [{finding.code} at {position.path}]"
    return f"{place}: {finding.message}{hint}{about}"


def good_protocol(path: Path, output: Output, *, server_may_know_better: bool = False) -> str:
    """Return the text of a protocol that may run; what is doubtful in it is told.

    Parameters
    ----------
    path
        The file; ``-`` for the standard input.
    output
        Told what is doubtful.
    server_may_know_better
        Whether words that are not known here are left to the server to judge.

    Raises
    ------
    FailedError
        If it cannot run, with every reason.
    """
    from ionworks import ucp
    from ionworks.leniency import certain

    text = read_text(path)
    findings = ucp.check(text)
    errors = [finding for finding in findings if finding.severity == "error"]
    wrong = certain(findings) if server_may_know_better else errors
    if wrong:
        raise FailedError(f"{shown_name(path)} cannot run:\n{_lines(wrong, path)}")
    if findings:
        output.warning(_lines(findings, path))
    return text


def _lines(findings: Iterable[Finding], path: Path) -> str:
    return "\n".join(located(finding, path) for finding in findings)
