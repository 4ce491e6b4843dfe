"""BioLogic settings -> a program."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ionworks_engine.vendors import biologic_modulo, biologic_techniques
from ionworks_engine.vendors.biologic_drafts import Drafts
from ionworks_engine.vendors.biologic_text import Settings, number, parse, rounded
from ionworks_engine.vendors.biologic_words import CHARGES, CURRENTS, MODULO_BAT, VOLTAGES
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.program import Guard, Program
from ionworks_engine.vendors.records import hoisted

_LIMIT = re.compile(r"\s+(?P<what>[^=]+?) = (?P<value>[-\d.,]+)\s*(?P<unit>\S*)")
_DELAY = re.compile(r"\s+for t > (?P<value>[\d.,]+) ms")
_CAPACITY = re.compile(r"(?P<value>[\d.,]+)\s*(?P<unit>\S+)")
_UNITS = {**VOLTAGES, **CURRENTS, "°C": 1.0, "C": 1.0}


def read_settings(data: bytes) -> Program:
    """Read settings.

    Raises
    ------
    Unreadable
        If they are cut or damaged, or say what is not known.
    """
    settings = parse(data)
    drafts = Drafts()
    for table in settings.tables:
        if table.name == MODULO_BAT:
            biologic_modulo.read(table, drafts, in_words=settings.software == "BT-LAB")
        else:
            biologic_techniques.read(table, drafts)
    if not drafts.lines:
        raise Unreadable("the settings have no steps", key="Ns")
    lines, record = hoisted(drafts.finished())
    guards = tuple(_guards(settings, len(lines), drafts))
    return Program(
        lines=lines,
        guards=guards,
        profiles=tuple(drafts.profiles),
        record=record,
        capacity=_capacity(settings),
        title=settings.value("Comments"),
        notes=tuple(drafts.notes),
    )


def _capacity(settings: Settings) -> float | None:
    text = settings.value("Battery capacity")
    match = _CAPACITY.fullmatch(text)
    if match is None:
        return None
    unit = _plain(match["unit"])
    if unit not in CHARGES:
        raise Unreadable(f"the capacity {text!r} has no unit such as A.h", key="Battery capacity")
    value = _number(match["value"], None, "Battery capacity")
    return rounded(value * CHARGES[unit]) or None


def _guards(settings: Settings, end: int, drafts: Drafts) -> Iterator[Guard]:
    """Yield the safety limits, which stand indented below their heading."""
    inside = False
    for line, text in settings.header:
        if text.startswith("Safety Limits"):
            inside = True
        elif inside and not text[:1].isspace():
            return
        elif inside:
            yield from _guard(text, line, end, drafts)


def _guard(text: str, line: int, end: int, drafts: Drafts) -> Iterator[Guard]:
    delay = _DELAY.fullmatch(text)
    if delay is not None:
        if _number(delay["value"], line, "for t >"):
            drafts.note(f"Safety limits trip after {delay['value']} ms only; that is left out.")
        return
    match = _LIMIT.fullmatch(text.rstrip())
    if match is None:
        return
    what, unit = match["what"], _plain(match["unit"])
    if unit not in _UNITS:
        raise Unreadable(f"the unit {match['unit']!r} is not known", line=line, key=what)
    value = rounded(_number(match["value"], line, what) * _UNITS[unit])
    name, _, side = what.rpartition(" ")
    if what == "|I|":
        yield Guard("Charge current", "high", value, end)
        yield Guard("Discharge current", "high", value, end)
    elif side in ("min", "max") and name in ("Ewe", "Ecell", "Temperature"):
        quantity = "Temperature" if name == "Temperature" else "Voltage"
        yield Guard(quantity, "low" if side == "min" else "high", value, end)  # type: ignore[arg-type]
    else:
        drafts.note(f"The safety limit {text.strip()!r} is left out.")


def _number(text: str, line: int | None, key: str) -> float:
    try:
        return number(text)
    except ValueError:
        raise Unreadable(f"{text!r} is no number", line=line, key=key) from None


def _plain(unit: str) -> str:
    return unit.replace("\u03bc", "u").replace("\u00b5", "u")
