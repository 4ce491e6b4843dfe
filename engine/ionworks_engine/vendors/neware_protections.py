"""What a Neware step file says of protections, and which of it is in force.

A limit with ``Is_Select="0"`` stands in the file and does nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal, NoReturn, TypeAlias

from ionworks.ucp.tree import Guarded
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.neware_codes import UNITS
from ionworks_engine.vendors.xml_text import Element

Side: TypeAlias = Literal["low", "high"]
Bound: TypeAlias = tuple[Guarded, Side, float]
"""Quantity, side, and the limit in V, or in A as a magnitude."""

_BOUNDS: tuple[tuple[str, str, Guarded, Side, int], ...] = (
    ("Volt", "Upper", "Voltage", "high", 1),
    ("Volt", "Lower", "Voltage", "low", 1),
    ("Curr", "Upper", "Charge current", "high", 1),
    ("Curr", "Lower", "Discharge current", "high", -1),
)
"""Element, its child, and what that limits; currents of a discharge are negative."""


def bounds(parent: Element | None) -> Iterator[Bound]:
    """Return the limits on voltage and current that protect a step or the whole test."""
    protect = _in(parent, "Protect")
    main = _in(protect, "Main")
    for tag, child, quantity, side, sign in _BOUNDS:
        element = _in(_in(main, tag), child)
        if element is not None:
            yield quantity, side, sign * scaled(element, UNITS[tag]) + 0.0


def unread(parent: Element | None) -> Iterator[Element]:
    """Return the elements of a protection that `bounds` passes over, if they say anything."""
    protect = _in(parent, "Protect")
    main = _in(protect, "Main")
    known = {(tag, child) for tag, child, *_ in _BOUNDS}
    parts = [_in(parent, "AdvancedPrt"), *(part for part in protect or () if part.tag != "Main")]
    for part in main or ():
        if part.tag in {tag for tag, _ in known}:
            parts += [child for child in part if (part.tag, child.tag) not in known]
        else:
            parts.append(part)
    yield from (part for part in parts if part is not None and _says_something(part))


def selected(element: Element) -> bool:
    """Say whether a limit is in force."""
    return element.attributes.get("Is_Select") != "0"


def scaled(element: Element, units: float) -> float:
    """Return the value of an element, of which 1 V, A, s or A.h has so many units.

    Raises
    ------
    Unreadable
        If it is no finite number.
    """
    text = element.attributes.get("Value", "")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        refuse(f"the value {text[:40]!r} is no number", element)
    return float(f"{value / units:.12g}")


def refuse(message: str, element: Element) -> NoReturn:
    """Raise the error for an element."""
    raise Unreadable(message, line=element.line, key=element.tag)


def _in(parent: Element | None, tag: str) -> Element | None:
    """Return a child that is in force."""
    element = None if parent is None else parent.find(tag)
    return element if element is not None and selected(element) else None


def _says_something(element: Element) -> bool:
    """Say whether anything is set in an element; a count or a delay of 0 is not."""
    if not selected(element):
        return False
    limit = element.tag != "Delay_Time"
    said = any(
        (name == "Value" and limit) or value.strip("0.") != ""
        for name, value in element.attributes.items()
        if name != "Is_Select"
    )
    return said or any(_says_something(child) for child in element)
