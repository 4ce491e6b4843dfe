"""What two programs say differently: what `verify` asks after a file was written.

Values may differ by a relative 1e-6, which all formats keep. ``<`` and ``<=`` are one: what is
measured crosses a bound, and never stands on it. A duration written as a stop, the order of
stops, and a C-rate written as the current that it means are the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import TypeAlias, cast

from ionworks.ucp.tree import Expression, Profile
from ionworks.ucp.writing import write
from ionworks_engine.vendors.program import (
    Guard,
    Line,
    Program,
    Remarks,
    Stop,
    TimedLine,
)

_RELATIVE = 1e-6


def differences(a: Program, b: Program) -> list[str]:
    """List what ``b`` says differently from ``a``, in sentences.

    Parameters
    ----------
    a, b
        Two programs, such as one that was written and what was read back. Titles, labels, notes
        and places are not looked at, nor what is recorded.

    Returns
    -------
    list of str
        Empty if they mean the same.

    Examples
    --------
    >>> from ionworks_engine.vendors.program import Hold
    >>> rest = Program(lines=(Hold(kind="Rest", stops=(Stop("Time", ">=", 60.0, 1),)),))
    >>> longer = Program(lines=(Hold(kind="Rest", stops=(Stop("Time", ">=", 90.0, 1),)),))
    >>> differences(rest, longer)
    ['step 1: the end Time > 60 -> end of test is missing', \
'step 1: the end Time > 90 -> end of test is new']
    """
    if len(a.lines) != len(b.lines):
        return [f"there are {len(b.lines)} steps, not {len(a.lines)}"]
    scale = _Scale(a.capacity or b.capacity, len(a.lines))
    found = []
    for number, (one, other) in enumerate(zip(a.lines, b.lines, strict=True), 1):
        found += [f"step {number}: {text}" for text in _lines(one, other, scale)]
    found += _sets("the safety limit", a.guards, b.guards, scale.guard)
    return [*found, *_profiles(a.profiles, b.profiles, scale)]


Facts: TypeAlias = tuple[object, ...]
"""What is compared of a stop or a guard: words first, then the number, then where it goes."""


class _Scale:
    """Puts numbers into the units that both files have."""

    def __init__(self, capacity: float | None, end: int) -> None:
        self._capacity = capacity
        self._end = end

    def current(self, mode: object, value: object) -> tuple[object, object]:
        """Return a C-rate as a current, if 1 C is known."""
        if mode == "C-rate" and self._capacity and isinstance(value, float):
            return "Current", value * self._capacity
        return mode, value

    def stop(self, stop: Stop) -> Facts:
        quantity, value = self.current(stop.quantity, stop.value)
        return quantity, stop.operator[0], value, self._place(stop.goto)

    def guard(self, guard: Guard) -> Facts:
        return guard.quantity, "<>"[guard.side == "high"], guard.value, self._place(guard.goto)

    def _place(self, goto: int) -> str:
        return "end of test" if goto == self._end else f"step {goto + 1}"


def _lines(a: Line, b: Line, scale: _Scale) -> Iterator[str]:
    if type(a) is not type(b):
        yield f"it is a {type(b).__name__}, not a {type(a).__name__}"
        return
    if isinstance(a, TimedLine) and isinstance(b, TimedLine):
        yield from _sets("the end", a.stops, b.stops, scale.stop)
    one, other = _values(a, scale), _values(b, scale)
    for name, value in one.items():
        if not _same(value, other[name]):
            yield f"{name} is {_shown(other[name])}, not {_shown(value)}"


def _values(line: Line, scale: _Scale) -> dict[str, object]:
    """Return what a line says besides its stops, a C-rate as the current that it means."""
    names = [field.name for field in fields(line) if field.name not in _APART]
    values = {name: getattr(line, name) for name in names}
    if "value" in values and "mode" in values:
        values["mode"], values["value"] = scale.current(values["mode"], values["value"])
    return values


_APART = frozenset(field.name for field in fields(Remarks)) | {"stops", "record"}


def _sets(
    what: str, a: Iterable[Stop | Guard], b: Iterable[Stop | Guard], facts: Callable[..., Facts]
) -> list[str]:
    """Compare two groups in which neither order nor saying a thing twice means anything."""
    before, after = [facts(item) for item in a], [facts(item) for item in b]
    missing = [one for one in before if not any(_same(one, other) for other in after)]
    new = [one for one in after if not any(_same(one, other) for other in before)]
    return [f"{what} {_told(one)} is missing" for one in dict.fromkeys(missing)] + [
        f"{what} {_told(one)} is new" for one in dict.fromkeys(new)
    ]


def _profiles(a: Iterable[Profile], b: Iterable[Profile], scale: _Scale) -> Iterator[str]:
    others = {profile.name: profile for profile in b}
    for profile in a:
        other = others.pop(profile.name, None)
        if other is None:
            yield f"the drive cycle {profile.name!r} is missing"
        elif not _same(_points(profile, scale), _points(other, scale)):
            yield f"the drive cycle {profile.name!r} has other points"
    for name in others:
        yield f"the drive cycle {name!r} is new"


def _points(profile: Profile, scale: _Scale) -> Facts:
    converted = [scale.current(profile.mode, value) for value in profile.values]
    return converted[0][0], profile.times, tuple(value for _, value in converted)


def _same(a: object, b: object) -> bool:
    if isinstance(a, float | int) and isinstance(b, float | int):
        return math.isclose(a, b, rel_tol=_RELATIVE)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    return a == b


def _told(facts: Facts) -> str:
    quantity, operator, value, place = facts
    return f"{quantity} {operator} {_shown(value)} -> {place}"


def _shown(value: object) -> str:
    if isinstance(value, float | int):
        return f"{value:.12g}"
    return (
        str(value) if value is None or isinstance(value, str) else write(cast("Expression", value))
    )
