"""Safety limits that go on with a step, in formats that know limits of single steps only."""

from __future__ import annotations

from dataclasses import replace

from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.program import Guard, Hold, Program, Stop, TimedLine


def with_ways_out(program: Program, target: str) -> Program:
    """Return the program with its safety limits that have a goto as the first ends of all steps.

    A limit is left out of its own recovery step, if that leads away from the bound: there it would
    trip at once, again and again.

    Raises
    ------
    Inexpressible
        If such a limit is on something else than the voltage.

    Examples
    --------
    >>> lines = (Hold(kind="Charge", mode="Current", value=1.0), Hold(kind="Rest"))
    >>> found = with_ways_out(Program(lines=lines, guards=(Guard("Voltage", "high", 4.3, 1),)), "")
    >>> [len(line.stops) for line in found.lines], found.guards
    ([1, 0], ())
    """
    end = len(program.lines)
    going_on = [guard for guard in program.guards if guard.goto != end]
    for guard in going_on:
        if guard.quantity != "Voltage":
            raise Inexpressible(
                f"a goto of the safety limit on the {guard.quantity.lower()}",
                target,
                instead="only a limit on the voltage can go on with a step; others stop the test",
            )
    lines = tuple(
        replace(line, stops=(*_stops(going_on, index, line), *line.stops))
        if isinstance(line, TimedLine)
        else line
        for index, line in enumerate(program.lines)
    )
    stopping = tuple(guard for guard in program.guards if guard.goto == end)
    return replace(program, lines=lines, guards=stopping)


def _stops(guards: list[Guard], index: int, line: TimedLine) -> list[Stop]:
    return [
        Stop("Voltage", ">=" if guard.side == "high" else "<=", guard.value, guard.goto)
        for guard in guards
        if not _leads_away(guard, index, line)
    ]


def _leads_away(guard: Guard, index: int, line: TimedLine) -> bool:
    away = "Discharge" if guard.side == "high" else "Charge"
    return index == guard.goto and isinstance(line, Hold) and line.kind in ("Rest", away)
