"""An Arbin schedule as it stands: its raw steps and limits, formulas, and safety limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ionworks_engine.vendors import ini_text
from ionworks_engine.vendors.arbin_globals import COLDEST_AND_HOTTEST, UNLIMITED
from ionworks_engine.vendors.arbin_layout import Equation
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.ini_text import Section

_VERSION = re.compile(rb"Current_Version=Schedule Version (\d+)\.")
_LOOKED_AT = 1024


@dataclass(frozen=True, slots=True)
class RawLimit:
    """A limit: what it asks, where it goes, whether it ends the step, whether it stores a row."""

    equations: tuple[Equation, ...]
    goto: str
    ends: bool
    logs: bool
    line: int


@dataclass(frozen=True, slots=True)
class RawStep:
    """A step as it stands in the file; ``index`` counts from 0."""

    index: int
    label: str
    type: str
    value: str
    first: str
    second: str
    stage: str
    limits: tuple[RawLimit, ...]
    line: int

    @property
    def name(self) -> str:
        """Return what people see: number and label.

        Examples
        --------
        >>> RawStep(2, "Rest 1", "Rest", "", "", "", "", (), 1).name
        'step 3 (Rest 1)'
        """
        return f"step {self.index + 1} ({self.label})"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A whole file. ``stages`` are temperatures of the chamber [degC] by name."""

    version: int
    steps: tuple[RawStep, ...]
    formulas: Mapping[str, str]
    stages: Mapping[str, float]
    sections: Mapping[str, Section]

    @property
    def globals(self) -> Section:
        """Return the section of the whole schedule."""
        return self.sections["Schedule"]


@dataclass(frozen=True, slots=True)
class Percentages:
    """The safety limits of version 8 for one item, as they stand: ``105%``, ``24`` or empty."""

    item: str
    low: str
    high: str


def version_of(data: bytes) -> int | None:
    r"""Return the version of a schedule, ``None`` if the bytes are none.

    Examples
    --------
    >>> version_of(b"[Version Section]\nCurrent_Version=Schedule Version 8.00.11\n")
    8
    """
    match = _VERSION.search(data[:_LOOKED_AT])
    return int(match[1]) if match else None


def parse(data: bytes) -> Schedule:
    """Read a schedule as it stands.

    Raises
    ------
    Unreadable
        If it is no schedule, or if steps, limits or formulas are missing that it says there are.
    """
    version = version_of(data)
    sections = ini_text.parse(data)
    if version is None or "Schedule" not in sections:
        raise Unreadable("there is no [Schedule] of a known version", key="Current_Version")
    top = sections["Schedule"]
    count = top.count("m_uStepNum")
    steps = tuple(_step(index, sections, count) for index in range(count))
    if not steps:
        raise Unreadable("the schedule has no steps", line=top.line, key="m_uStepNum")
    safeties = top.count("m_nIvSafetyAndSDLNum") if "m_nIvSafetyAndSDLNum" in top.values else 0
    for index in range(safeties):
        _needed(f"Schedule_CSchedule_IvSafetyAndSDL{index}", sections, safeties)
    return Schedule(version, steps, dict(_formulas(sections)), dict(_stages(sections)), sections)


def percentages(schedule: Schedule) -> Iterator[Percentages]:
    """Yield the safety limits of version 8."""
    for name, section in schedule.sections.items():
        if name.startswith("Schedule_CSchedule_IvSafetyAndSDL"):
            yield Percentages(
                section.optional("m_szItem"),
                section.optional("m_szSafetyLow"),
                section.optional("m_szSafetyHigh"),
            )


def scope(section: Section, key: str) -> tuple[float | None, float | None]:
    """Return the two sides of a range such as ``-5.0^10.0``, ``None`` where there is no bound.

    Raises
    ------
    Unreadable
        If they are no numbers.
    """
    text = section.text(key)
    try:
        low, high = (float(side) for side in text.split("^"))
    except ValueError:
        raise Unreadable(
            f"{text!r} is no range such as -5.0^10.0", line=section.at(key), key=key
        ) from None
    return (None if low <= -UNLIMITED else low), (None if high >= UNLIMITED else high)


def auxiliary_temperatures(schedule: Schedule) -> tuple[float | None, float | None]:
    """Return the bounds of the auxiliary temperatures [degC] of version 8."""
    section = schedule.sections.get("Aux Temperature")
    if section is None or not section.number("size"):
        return None, None
    low, high = section.number("low"), section.number("high")
    if low >= high:
        return None, None
    coldest, hottest = COLDEST_AND_HOTTEST
    return (None if low <= coldest else low), (None if high >= hottest else high)


def _needed(name: str, sections: Mapping[str, Section], count: int) -> Section:
    if name not in sections:
        last = max(section.line for section in sections.values())
        raise Unreadable(
            f"[{name}] is missing, though there should be {count}: the file is cut or damaged",
            line=last,
            key=name,
        )
    return sections[name]


def _step(index: int, sections: Mapping[str, Section], count: int) -> RawStep:
    section = _needed(f"Schedule_Step{index}", sections, count)
    limits = section.count("m_uLimitNum")
    return RawStep(
        index=index,
        label=section.text("m_szLabel"),
        type=section.text("m_szStepCtrlType"),
        value=section.text("m_szCtrlValue"),
        first=section.optional("m_szExtCtrlValue1"),
        second=section.optional("m_szExtCtrlValue2"),
        stage=section.optional("m_szAddIn"),
        limits=tuple(
            _limit(_needed(f"{section.name}_Limit{place}", sections, limits))
            for place in range(limits)
        ),
        line=section.line,
    )


def _limit(section: Section) -> RawLimit:
    return RawLimit(
        tuple(_equations(section)),
        section.text("m_szGotoStep"),
        section.count("m_bStepLimit") != 0,
        section.count("m_bLogDataLimit") != 0,
        section.line,
    )


def _equations(section: Section) -> Iterator[Equation]:
    index = 0
    while f"Equation{index}_szLeft" in section.values:
        left = section.text(f"Equation{index}_szLeft")
        if left:
            sign = section.text(f"Equation{index}_szCompareSign")
            if sign not in ("<", "<=", ">", ">=", "="):
                raise Unreadable(
                    f"{sign!r} is none of < <= > >= =",
                    line=section.at(f"Equation{index}_szCompareSign"),
                    key=section.name,
                )
            yield Equation(left, sign, section.text(f"Equation{index}_szRight"))
        index += 1


def _formulas(sections: Mapping[str, Section]) -> Iterator[tuple[str, str]]:
    for name, section in sections.items():
        if re.fullmatch(r"Schedule_Formula\d+", name):
            yield section.text("m_szLabel"), section.text("m_szExpression")


def _stages(sections: Mapping[str, Section]) -> Iterator[tuple[str, float]]:
    for name, section in sections.items():
        if not re.fullmatch(r"Schedule_TestStg\d+", name):
            continue
        for index in range(section.count("m_uElementNum")):
            if (
                section.text(f"Element{index}_strType") == "Temperature"
                and section.text(f"Element{index}_bTurnOn") == "1"
            ):
                yield section.text("m_szLabel"), section.number(f"Element{index}_fOutput")
