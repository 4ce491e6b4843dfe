"""Times of steps as finely as a format can say them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from ionworks_engine.vendors.capabilities import inexpressible
from ionworks_engine.vendors.program import Program, Stop, TimedLine

_WORST = 0.01
_TOLD = 1e-6


def rounded(program: Program, resolution: str, target: str) -> Program:
    """Return the program with the times that end its steps in whole multiples.

    Parameters
    ----------
    program
        What is to be written.
    resolution
        The smallest time of the format [s], as a power of ten such as ``0.001``.
    target
        Its name, for a refusal.

    Raises
    ------
    Inexpressible
        If that changes a time by more than a hundredth.

    Examples
    --------
    >>> from ionworks_engine.vendors.program import Hold
    >>> rest = Hold(kind="Rest", stops=(Stop("Time", ">=", 2.1314, 1),))
    >>> rounded(Program(lines=(rest,)), "0.001", "biologic_mps").lines[0].stops[0].value
    2.131
    """
    lines = list(program.lines)
    for index, line in enumerate(lines):
        if not isinstance(line, TimedLine):
            continue
        stops = tuple(_rounded(stop, resolution) for stop in line.stops)
        for before, after in zip(line.stops, stops, strict=True):
            if _change(before, after) > _WORST:
                construct = f"a time of {before.value:g} s"
                instead = f"times are multiples of {resolution} s"
                raise inexpressible(construct, target, index, line, instead)
        lines[index] = replace(line, stops=stops)
    return replace(program, lines=tuple(lines))


def told(program: Program, resolution: str) -> Iterator[str]:
    """Yield a sentence on the times that are not written as they are, if there are any."""
    changed = [
        f"{stop.value:.12g} s of step {index + 1}"
        for index, line in enumerate(program.lines)
        if isinstance(line, TimedLine)
        for stop in line.stops
        if _change(stop, _rounded(stop, resolution)) > _TOLD
    ]
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        yield f"Times are rounded to {resolution} s: {', '.join(changed[:3])}{more}."


def _rounded(stop: Stop, resolution: str) -> Stop:
    if stop.quantity != "Time" or not isinstance(stop.value, float):
        return stop
    return replace(stop, value=float(Decimal(repr(stop.value)).quantize(Decimal(resolution))))


def _change(before: Stop, after: Stop) -> float:
    if not isinstance(before.value, float) or not isinstance(after.value, float):
        return 0.0
    return abs(after.value - before.value) / before.value if before.value else 0.0
