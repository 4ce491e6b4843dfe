"""Constant voltages whose current nothing bounds: a cell far away from them takes what it gets."""

from __future__ import annotations

import math

from ionworks_engine.vendors.pairs import current_before
from ionworks_engine.vendors.program import Hold, Program, Stop, Value
from ionworks_engine.vendors.ways import Way, Ways

_KEEPING = frozenset({"neware", "novonix"})
"""Formats whose constant voltage names the current before it, which then bounds its own."""


def unbounded(program: Program, target: str) -> list[int]:
    """Return the lines that hold a voltage, and whose current nothing bounds.

    A safety limit on the current bounds it, and so does a step of the same direction that ends at
    the voltage, if there is no other way in.

    Examples
    --------
    >>> held = Hold(kind="Charge", mode="Voltage", value=4.2,
    ...     stops=(Stop("Current", "<", 0.1, 1),))
    >>> unbounded(Program(lines=(held,)), "maccor")
    [0]
    """
    guarded = {guard.quantity for guard in program.guards}
    held = {
        index: line
        for index, line in enumerate(program.lines)
        if isinstance(line, Hold) and line.mode == "Voltage"
    }
    ways = Ways(program)
    into = {index: list(ways.to(index)) for index in held}
    bounded = set(held)
    while lost := {
        index
        for index in bounded
        if not all(_is_bounded(way, held[index], program, bounded) for way in into[index])
    }:
        bounded -= lost
    return [
        index
        for index, line in held.items()
        if index not in bounded
        and f"{line.kind} current" not in guarded
        and not (target in _KEEPING and current_before(program.lines, index))
    ]


def _is_bounded(way: Way, line: Hold, program: Program, bounded: set[int]) -> bool:
    """Say whether a way leads to a voltage by a bounded current that has reached it."""
    before = None if way.source is None else program.lines[way.source]
    if not isinstance(before, Hold) or before.kind != line.kind or way.stop is None:
        return False
    if before.mode == "Voltage":
        return way.source in bounded and _same(before.value, line.value)
    if before.hold_voltage is not None and _falls(way.stop):
        return _same(before.hold_voltage, line.value)
    reached = way.stop.operator[0] == (">" if line.kind == "Charge" else "<")
    return way.stop.quantity == "Voltage" and reached and _same(way.stop.value, line.value)


def _falls(stop: Stop) -> bool:
    return stop.quantity in ("Current", "C-rate") and stop.operator[0] == "<"


def _same(one: Value | None, other: Value | None) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-6)
    return one == other
