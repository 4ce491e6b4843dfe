"""How a step and its limits stand in a schedule: the keys, their order, and their defaults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ionworks_engine.vendors.arbin_words import CCCV, REST, STEP_TIME, Dialect

EQUATIONS = 3
"""How many comparisons one limit may join by «and»."""

Sections = list[tuple[str, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Equation:
    """``left sign right``."""

    left: str
    sign: str
    right: str


@dataclass(frozen=True, slots=True)
class Limit:
    """All equations together end the step, or store a row, or both."""

    equations: tuple[Equation, ...]
    goto: str
    ends: bool = True
    logs: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. ``largest`` is the largest current that it may need [A]."""

    label: str
    type: str
    value: str = ""
    first: str = ""
    second: str = ""
    extra: str = ""
    limits: tuple[Limit, ...] = ()
    largest: float = 0.0
    stage: str = ""


def at_once(goto: str) -> Limit:
    """Return the limit that ends a step as soon as it has begun."""
    return Limit((Equation(STEP_TIME, ">=", "0"),), goto, logs=False)


def number(value: float) -> str:
    """Write a number to 12 digits, without an exponent where it is not tiny.

    Examples
    --------
    >>> number(-0.00005), number(2.0), number(-0.0)
    ('-0.00005', '2', '0')
    """
    text = f"{value + 0.0:.12g}"
    if "e" in text and abs(value) < 1e15 and abs(value) > 1e-9:
        text = format(Decimal(text), "f")
    return text


def sections(steps: Sequence[Step], dialect: Dialect) -> Sections:
    """Return the sections of all steps and their limits, in order."""
    return [part for index, step in enumerate(steps) for part in _step(index, step, dialect)]


def _step(index: int, step: Step, dialect: Dialect) -> Iterator[tuple[str, dict[str, str]]]:
    name = f"Schedule_Step{index}"
    yield name, _ordered(_step_values(step), dialect.has_test_object)
    for place, limit in enumerate(step.limits):
        yield f"{name}_Limit{place}", _ordered(_limit_values(limit), dialect.has_test_object)


def _step_values(step: Step) -> dict[str, str]:
    """Return the values in the order of version 7; 8 has them sorted, and other ranges."""
    return {
        "m_uLimitNum": str(len(step.limits)),
        "m_szLabel": step.label,
        "m_szStepCtrlType": step.type,
        "m_szCurrentRange": "Range1",
        "m_nMaxCurrent": number(step.largest),
        "m_szVoltageRange": "High",
        "m_szCtrlValue": step.value,
        "m_szExtCtrlValue1": step.first,
        "m_szExtCtrlValue2": step.second,
        "m_szExtDef": step.extra,
        "m_uStepCtrlTypeExtFlag": "0",
        "m_BlockByte": "",
        "m_szAddIn": step.stage,
        "m_bSampleClockStretch": "0",
        "m_szUnitType": "",
        "m_szExUnitType1": "",
        "m_bSynchronizedStart": "0",
        "m_bAutoPidTips": "1" if step.type in (REST, CCCV) else "0",
        "m_nExtra1": "0",
        "m_szExtDef1": "",
        "m_bBurstModeEnable": "0",
    }


_ONLY_7 = ("m_szCurrentRange",)
_ONLY_8 = ("m_nMaxCurrent", "m_BlockByte")


def _limit_values(limit: Limit) -> dict[str, str]:
    values = {
        "m_bStepLimit": str(int(limit.ends)),
        "m_bLogDataLimit": str(int(limit.logs)),
        "m_szGotoStep": limit.goto,
    }
    none = Equation("", "", "")
    for index in range(EQUATIONS):
        equation = limit.equations[index] if index < len(limit.equations) else none
        values[f"Equation{index}_szLeft"] = equation.left
        values[f"Equation{index}_szCompareSign"] = equation.sign
        values[f"Equation{index}_szRight"] = equation.right
    return values


def _ordered(values: dict[str, str], version_8: bool) -> dict[str, str]:
    dropped = _ONLY_7 if version_8 else _ONLY_8
    kept = {key: text for key, text in values.items() if key not in dropped}
    return dict(sorted(kept.items(), key=lambda item: item[0].lower())) if version_8 else kept


def relabelled(step: Step, label: str) -> Step:
    """Return the step under another label."""
    return replace(step, label=label)
