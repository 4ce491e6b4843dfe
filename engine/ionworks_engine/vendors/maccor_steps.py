"""The steps of a Maccor procedure as its XML has them: without padding, not interpreted yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.maccor_text import whole
from ionworks_engine.vendors.xml_text import Element, read_xml

ROOT = "MaccorTestProcedure"
MAX_STEPS = 999


@dataclass(frozen=True, slots=True)
class RawEnd:
    """One end of a step: ``operator`` is ``=``, ``>=`` or ``<=``, ``step`` the one to go to."""

    end_type: str
    operator: Literal["=", ">=", "<="]
    step: int
    text: str
    is_channel: bool
    special: str
    line: int


@dataclass(frozen=True, slots=True)
class RawStep:
    """One step, numbered from 1. Limits and reports are pairs of a word and a text."""

    number: int
    kind: str
    mode: str
    value: str
    limits: tuple[tuple[str, str], ...]
    ends: tuple[RawEnd, ...]
    reports: tuple[tuple[str, str], ...]
    current_range: str
    options: tuple[tuple[str, str], ...]
    note: str | None
    line: int

    @property
    def loop_label(self) -> str:
        """What stands behind ``Do`` or ``Loop``."""
        return self.kind.partition(" ")[2].strip()


def read_steps(data: bytes) -> tuple[str, tuple[RawStep, ...]]:
    """Return the description and the steps of a procedure.

    Parameters
    ----------
    data
        The bytes of a ``.000`` file.

    Raises
    ------
    Unreadable
        If this is no procedure, has no steps, or a step lacks what all steps have; with the line.
    """
    root = read_xml(data)
    if root.tag != ROOT:
        raise Unreadable(
            f"a Maccor procedure begins with <{ROOT}>, not <{root.tag}>", line=root.line
        )
    listed = [element for element in root.child("ProcSteps") if element.tag == "TestStep"]
    if not listed:
        raise Unreadable("the procedure has no steps", line=root.line, key="ProcSteps")
    if len(listed) > MAX_STEPS:
        raise Unreadable(f"the procedure has more than {MAX_STEPS} steps", line=root.line)
    return _title(root), tuple(_step(element, k) for k, element in enumerate(listed, 1))


def _title(root: Element) -> str:
    header = root.find("header")
    description = header.find("ProcDesc") if header else None
    text = description.find("desc") if description else None
    return text.text.strip() if text else ""


def _step(element: Element, number: int) -> RawStep:
    kind = element.child("StepType")
    if not kind.text.strip():
        raise Unreadable(f"step {number} has no type", line=kind.line, key="StepType")
    options = [child for child in element if child.tag.startswith("Option")]
    note = _text(element, "StepNote")
    return RawStep(
        number=number,
        kind=_kind(kind.text),
        mode=element.child("StepMode").text.strip(),
        value=element.child("StepValue").text.strip(),
        limits=tuple((child.tag, child.text.strip()) for child in element.child("Limits")),
        ends=tuple(_end(entry) for entry in element.child("Ends")),
        reports=tuple(_report(entry) for entry in element.child("Reports")),
        current_range=_text(element, "Range"),
        options=tuple((child.tag, child.text.strip()) for child in options),
        note=note or None,
        line=element.line,
    )


def _kind(text: str) -> str:
    """Return the type of a step; how that of a discharging function is cut is not public."""
    kind = " ".join(text.split())
    return "Dis Func" if kind.startswith("Dis") and kind.endswith("Func") else kind


def _text(element: Element, tag: str) -> str:
    found = element.find(tag)
    return found.text.strip() if found else ""


def _report(entry: Element) -> tuple[str, str]:
    return entry.child("ReportType").text.strip(), entry.child("Value").text.strip()


def _end(entry: Element) -> RawEnd:
    operator, step = entry.child("Oper"), entry.child("Step")
    sign = operator.text.strip()
    if sign not in ("=", ">=", "<="):
        raise Unreadable(f"{sign!r} is none of =, >=, <=", line=operator.line, key="Oper")
    target = whole(step.text)
    if target is None:
        raise Unreadable(f"{step.text.strip()!r} is no step number", line=step.line, key="Step")
    return RawEnd(
        end_type=entry.child("EndType").text.strip(),
        operator="=" if sign == "=" else ">=" if sign == ">=" else "<=",
        step=target,
        text=entry.child("Value").text.strip(),
        is_channel=_text(entry, "ChanSafetyEnd") == "True",
        special=_text(entry, "SpecialType"),
        line=entry.line,
    )


def _check_targets(steps: Sequence[RawStep]) -> None:
    for step in steps:
        for end in step.ends:
            if not 0 < end.step <= len(steps):
                raise Unreadable(
                    f"step {step.number} goes to step {end.step}; there are {len(steps)}",
                    line=end.line,
                    key="Step",
                )


def loops_of(steps: Sequence[RawStep]) -> dict[int, int]:
    """Check that the steps fit together; return the ``Do`` of each ``Loop``, by their numbers.

    Raises
    ------
    Unreadable
        At an end that goes nowhere, a loop that is not begun or not closed, and if the last step
        is not the end of the test.
    """
    if steps[-1].kind != "End":
        raise Unreadable(
            f"the last step is {steps[-1].kind}, not End: the file is cut", line=steps[-1].line
        )
    _check_targets(steps)
    found, begun = {}, []
    for step in steps:
        first = step.kind.partition(" ")[0]
        if first == "Do":
            begun.append(step)
        elif first == "Loop":
            if not begun or begun[-1].loop_label != step.loop_label:
                raise Unreadable(
                    f"step {step.number} is {step.kind}, and the innermost loop that is begun is"
                    f" {begun[-1].kind if begun else 'none'}",
                    line=step.line,
                    key="StepType",
                )
            found[step.number] = begun.pop().number
    if begun:
        raise Unreadable(
            f"{begun[-1].kind} of step {begun[-1].number} has no Loop: the file is cut",
            line=begun[-1].line,
            key="StepType",
        )
    return found
