"""The XML of a Maccor procedure: element order, padding and empty elements of the public files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from ionworks_engine.vendors.maccor_text import word

AUTOMATIC = ("A", "N", "N", "N")
_NO_OPTIONS = ("", "", "", "")
FUNCTION_RANGE = ("4", "N", "N", "N")
"""Range and options of a step; one that follows a formula has a fixed range."""
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<?maccor-application progid="Maccor Procedure File"?>
<MaccorTestProcedure>
  <header>
    <BuildTestVersion>
      <major>1</major>
      <minor>5</minor>
      <release>7006</release>
      <build>32043</build>
    </BuildTestVersion>
    <FileFormatVersion>
      <BTVersion>11</BTVersion>
    </FileFormatVersion>
    <ProcDesc>
      <desc>{title}</desc>
    </ProcDesc>
  </header>
  <ProcSteps>
"""
_TAIL = "  </ProcSteps>\n</MaccorTestProcedure>\n"


def procedure(title: str, steps: Iterable[str]) -> str:
    """Write a whole procedure around its steps."""
    return _HEAD.format(title=escape(printable(title))) + "".join(steps) + _TAIL


def printable(text: str | None) -> str:
    """Leave out what XML cannot hold."""
    return "".join(c for c in text or "" if c in "\n\t" or c.isprintable())


def step_xml(
    kind: str,
    mode: str = "",
    content: str = "",
    *,
    limits: Sequence[tuple[str, str]] = (),
    ends: Sequence[str] = (),
    reports: Sequence[str] = (),
    settings: Sequence[str] = _NO_OPTIONS,
    note: str | None,
) -> str:
    """Write a step; ``limits`` are pairs of element and text, ends and reports are written ones."""
    bounds = [f"        <{name}>{escape(text)}</{name}>\n" for name, text in limits]
    leaves = zip(("Range", "Option1", "Option2", "Option3"), settings, strict=True)
    return "".join(
        [
            "    <TestStep>\n",
            _leaf("StepType", word(kind)),
            _leaf("StepMode", word(mode)),
            _leaf("StepValue", content),
            _group("Limits", bounds),
            _group("Ends", ends),
            _group("Reports", reports),
            *(_leaf(name, text) for name, text in leaves),
            _leaf("StepNote", printable(note)),
            "    </TestStep>\n",
        ]
    )


def end_xml(end_type: str, operator: str, goto: int, text: str, *, is_channel: bool = False) -> str:
    """Write an end: the step to go to, and whether the channel's safety has it too."""
    mark = "          <ChanSafetyEnd>True</ChanSafetyEnd>\n" if is_channel else ""
    padded = operator.center(3) if operator == "=" else operator.ljust(3)
    return (
        "        <EndEntry>\n"
        f"          <EndType>{word(end_type)}</EndType>\n"
        "          <SpecialType> </SpecialType>\n"
        f"          <Oper>{escape(padded)}</Oper>\n"
        f"          <Step>{goto:03}</Step>\n"
        f"          <Value>{escape(text)}</Value>\n"
        f"{mark}        </EndEntry>\n"
    )


def report_xml(kind: str, text: str) -> str:
    """Write when to store a row, or what to set at the end."""
    return (
        "        <ReportEntry>\n"
        f"          <ReportType>{word(kind)}</ReportType>\n"
        f"          <Value>{escape(text)}</Value>\n"
        "        </ReportEntry>\n"
    )


def _leaf(name: str, text: str) -> str:
    return f"      <{name}>{escape(text)}</{name}>\n"


def _group(name: str, entries: Sequence[str]) -> str:
    if not entries:
        return f"      <{name}/>\n"
    return f"      <{name}>\n{''.join(entries)}      </{name}>\n"
