"""Safety limits of a whole test, as a Maccor procedure has them: ends that every step repeats.

The first step marks them as the channel's safety, every later one has a plain copy; a current
bound stands on the steps whose direction it is for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ionworks.ucp.tree import Kind
from ionworks_engine.vendors.program import Guard

THERMOCOUPLE, CURRENT, VOLTAGE = "Themocpl", "Current", "Voltage"


@dataclass(frozen=True, slots=True)
class Limit:
    """An end that stands for a safety limit."""

    end_type: str
    side: Literal["low", "high"]
    value: float
    goto: int
    is_channel: bool = False


def limits(guards: Sequence[Guard], kind: Kind | None, *, first: bool) -> Iterator[Limit]:
    """Yield the ends that a step has for the limits of the test.

    Parameters
    ----------
    guards
        The limits.
    kind
        Of the step: a current is looked at in its own direction. ``None`` if it carries no current.
    first
        Whether this is the step that sets the channel's safety.
    """
    for guard in guards:
        if guard.quantity in ("Voltage", "Temperature"):
            end_type = VOLTAGE if guard.quantity == "Voltage" else THERMOCOUPLE
            yield Limit(end_type, guard.side, guard.value, guard.goto, first)
        elif first and is_for_both(guard, guards):
            if guard.quantity == "Charge current":
                yield Limit(CURRENT, "high", guard.value, guard.goto, True)
        elif guard.quantity == f"{kind} current":
            yield Limit(CURRENT, "high", guard.value, guard.goto)


def is_for_both(guard: Guard, guards: Sequence[Guard]) -> bool:
    """Say whether a bound of the current is the same for charge and discharge."""
    same = {g.quantity for g in guards if (g.value, g.goto) == (guard.value, guard.goto)}
    return {"Charge current", "Discharge current"} <= same


def guards_of(channel: Sequence[Limit]) -> list[Guard]:
    """Return the limits of the test that the channel's safety stands for."""
    found = []
    for limit in channel:
        if limit.end_type == VOLTAGE:
            found.append(Guard("Voltage", limit.side, limit.value, limit.goto))
        elif limit.end_type == THERMOCOUPLE:
            found.append(Guard("Temperature", limit.side, limit.value, limit.goto))
        else:
            found.append(Guard("Charge current", "high", limit.value, limit.goto))
            found.append(Guard("Discharge current", "high", limit.value, limit.goto))
    return found
