"""Novonix protocols as sentences: both dialects cut into the same words, numbers with units.

One dialect has a setting a line in brackets, with blanks in words and an end to every step; the
other numbered commands between colons, with underscores. A sentence says by its own words what it
is, so that both are read alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NoReturn

from ionworks.ucp.tree import Quantity
from ionworks_engine.vendors.errors import Unreadable

_NUMBER = r"[-+]?\d{1,12}(?:\.\d{0,15})?(?:[eE][-+]?\d{1,2})?"
SETTING = re.compile(
    rf"(storage_time|charge_current|discharge_current|maximum_current|charge_voltage"
    rf"|discharge_voltage|repeat count|step count) ({_NUMBER}) ?([a-z]*)"
)
TRIP = re.compile(
    rf"(?:\d+ )?end step if ([a-z ]+?) is (longer|greater|less) than ({_NUMBER}) ([a-z]+)"
)
SAVE = re.compile(
    rf"(?:\d+ )?save data if [^a-z]{{0,4}}([tvi]) is greater than ({_NUMBER}) ([a-z]+)"
)
LIMIT = re.compile(r"(?:\d+ )?(stop channel|shut down all channels[a-z ]*?) if (.*)")
BOUND = re.compile(rf"([a-z ]+?) ([<>]) ({_NUMBER}) ([a-z]+)")
REPEAT = re.compile(r"repeat ?:? (\d{1,9}) times?(?:\(s\))?(?: node count: (\d{1,6}))?")
SECTION = re.compile(
    r"(?:end )?(?:trip conditions|save conditions|(?:protocol )?(?:operating|emergency) limits)"
    r"|end (?:storage|charge|discharge|cccv charge|cccv discharge|increment)"
)
_SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0, "s": 1.0, "h": 3600.0}
_MEASURED: dict[str, Quantity] = {
    "voltage": "Voltage",
    "absolute current": "Current",
    "current": "Current",
    "step capacity": "Capacity",
    "step time": "Time",
    "total step time": "Time",
    "temperature": "Temperature",
}


def sentences(data: bytes) -> Iterator[tuple[int, str]]:
    """Return what stands in brackets between [Protocol] and [End Protocol], with its line."""
    text = data.decode("utf-8-sig", errors="replace")
    inside = "[Protocol]" not in text
    number = 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip().rstrip(",")
        if stripped == "[Protocol]":
            inside = True
        elif stripped == "[End Protocol]":
            return
        elif inside and stripped.startswith("["):
            if not stripped.endswith("]"):
                raise Unreadable("the bracket is not closed", line=number, key=stripped[:40])
            yield from ((number, part) for part in _parts(stripped[1:-1]))
    raise Unreadable("the protocol is cut: [End Protocol] is missing", line=number)


def _parts(sentence: str) -> Iterator[str]:
    """Return the words of a line in either dialect, lower case, numbers of commands left out."""
    words = re.sub(r"\s+", " ", sentence.strip().lower())
    numbered = re.fullmatch(r"\d+ ?: ?(.*)", words)
    if numbered is None:
        yield words
        return
    command, _, rest = numbered[1].partition(":")
    if command.strip() == "repeat":
        yield f"repeat {rest.strip()}"
        return
    yield command.strip().replace("_", " ") if "_" in command else command.strip()
    yield from (part.strip() for part in rest.split(";") if part.strip())


def measured(what: str, text: str, unit: str, number: int) -> tuple[Quantity, float]:
    """Return the quantity of a sentence, and its number in V, A, A.h, s or degC."""
    if what not in _MEASURED:
        refuse(f"{what!r} is not known", number)
    quantity = _MEASURED[what]
    if quantity == "Time":
        return quantity, seconds(text, unit, number)
    units = {"Voltage": "v", "Current": "a", "Capacity": "ah", "Temperature": "c"}
    return quantity, scaled(text, unit, units[quantity], number)


def seconds(text: str, unit: str, number: int) -> float:
    """Return a time in s."""
    size = _SECONDS.get(unit if unit in _SECONDS else unit.removesuffix("s"))
    if size is None:
        refuse(f"{unit!r} is no unit of time", number)
    return _finite(text, number) * size


def scaled(text: str, unit: str, expected: str, number: int) -> float:
    """Return a number in V, A, A.h or degC."""
    if unit not in (expected, f"m{expected}"):
        refuse(f"the unit is {unit!r}; {expected.upper()} should stand here", number)
    return _finite(text, number) / (1 if unit == expected else 1000)


def _finite(text: str, number: int) -> float:
    value = float(text)
    if not math.isfinite(value):
        refuse(f"{text} is too large", number)
    return value


def refuse(message: str, line: int, key: str | None = None) -> NoReturn:
    """Raise the error for a line."""
    raise Unreadable(message, line=line, key=key)
