"""Ends of Maccor steps -> stops, and the ends that all steps share -> safety limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ionworks.ucp.tree import Kind, Operator, Quantity
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.maccor_guards import CURRENT, THERMOCOUPLE, VOLTAGE, Limit
from ionworks_engine.vendors.maccor_steps import RawEnd, RawStep
from ionworks_engine.vendors.maccor_text import (
    NOMINAL_CAPACITY,
    capacities,
    is_register,
    register,
    seconds,
    value,
)
from ionworks_engine.vendors.program import Stop, Value

CURRENT_STEPS: dict[str, Kind] = {
    "Charge": "Charge",
    "Dischrge": "Discharge",
    "Chg Func": "Charge",
    "Dis Func": "Discharge",
}
"""Steps that have a current, and its direction."""
HELD = frozenset(CURRENT_STEPS) | {"Rest"}
"""Steps that take time and have ends."""

_QUANTITIES: dict[str, Quantity] = {
    "Voltage": "Voltage",
    "Current": "Current",
    "Amp Hour": "Capacity",
    "Themocpl": "Temperature",
    "StepTime": "Time",
}


@dataclass(frozen=True, slots=True)
class Safety:
    """The safety limits of a procedure; their ``goto`` is a step number."""

    channel: tuple[Limit, ...]
    one_sided: dict[Kind, Limit]
    """Currents that only charging (or discharging) steps are guarded by."""

    def own(self, step: RawStep, through: Callable[[int], int]) -> list[RawEnd]:
        """Return the ends of a step that stand for no safety limit."""
        direction = _direction(step)
        side = self.one_sided.get(direction) if direction else None
        covered = [*self.channel, *([side] if side else [])]
        return [end for end in step.ends if as_limit(end, through) not in covered]


def find_safety(steps: Sequence[RawStep], through: Callable[[int], int]) -> Safety:
    """Find the safety limits: what is marked as the channel's, and what leads all steps of a side.

    A marked end of which some steps have no copy with the same way out is an end of its step like
    any other: procedures leave their recovery unguarded, or give it another way out.

    Parameters
    ----------
    steps
        The whole procedure.
    through
        Leads a step number through the ``Do`` of loops to the step that runs.
    """
    channel: list[Limit] = []
    for step in steps:
        for end in step.ends:
            limit = as_limit(end, through) if end.is_channel else None
            taken = {(one.end_type, one.side) for one in channel}
            if limit is not None and (limit.end_type, limit.side) not in taken:
                channel.append(limit)
    everywhere = [limit for limit in channel if _is_everywhere(limit, steps, through)]
    safety = Safety(tuple(everywhere), {})
    sides: tuple[Kind, ...] = ("Charge", "Discharge")
    found = {side: _leading_current(steps, side, safety, through) for side in sides}
    return Safety(safety.channel, {side: limit for side, limit in found.items() if limit})


def as_limit(end: RawEnd, through: Callable[[int], int]) -> Limit | None:
    """Return an end as a safety limit; ``None`` if it cannot be one."""
    if end.end_type not in (VOLTAGE, CURRENT, THERMOCOUPLE) or end.operator == "=" or end.special:
        return None
    text = end.text.removeprefix("1/") if end.end_type == THERMOCOUPLE else end.text
    found = value(text)
    side: Literal["low", "high"] = "high" if end.operator == ">=" else "low"
    if found is None or found[1] or (end.end_type == CURRENT and side == "low"):
        return None
    return Limit(end.end_type, side, found[0], through(end.step))


def _is_everywhere(limit: Limit, steps: Sequence[RawStep], through: Callable[[int], int]) -> bool:
    kinds = CURRENT_STEPS if limit.end_type == CURRENT else HELD
    guarded = [step for step in steps if step.kind in kinds]
    return all(limit in [as_limit(end, through) for end in step.ends] for step in guarded)


def _leading_current(
    steps: Sequence[RawStep], kind: Kind, safety: Safety, through: Callable[[int], int]
) -> Limit | None:
    """Return the current that is the first end of all steps of a direction, if there is one.

    Of a single step it may be an end like any other, unless it ends the test before others do.
    """
    sided = [step for step in steps if _direction(step) == kind]
    leading = set()
    for step in sided:
        own = [as_limit(end, through) for end in safety.own(step, through)]
        first = own[0] if own else None
        leading.add(first if first and first.end_type == CURRENT else None)
    limit = leading.pop() if len(leading) == 1 else None
    if limit is None or len(sided) > 1 or limit.goto != through(sided[0].number + 1):
        return limit
    return limit if limit.goto == len(steps) and not all(map(_is_upper_current, own)) else None


def _is_upper_current(limit: Limit | None) -> bool:
    return limit is not None and limit.end_type == CURRENT


def _direction(step: RawStep) -> Kind | None:
    return CURRENT_STEPS.get(step.kind)


class Ends:
    """Turns ends into stops, and notes what has no counterpart.

    Parameters
    ----------
    assigned
        The variables that the procedure sets.
    notes
        Receives sentences for people.
    """

    def __init__(self, assigned: frozenset[str], notes: list[str]) -> None:
        self._assigned = assigned
        self._notes = notes

    def stops(
        self, step: RawStep, ends: Sequence[RawEnd], place: Callable[[RawEnd], int]
    ) -> Iterator[Stop]:
        """Yield the stops of a step; ``place`` gives the line that an end goes to."""
        for end in ends:
            quantity = _QUANTITIES.get(end.end_type)
            if quantity is None or end.special:
                self._notes.append(
                    f"Step {step.number}: the end {end.end_type} {end.special} {end.operator}"
                    f" {end.text} is left out: what it means is not public."
                )
                continue
            if end.is_channel:
                self._notes.append(
                    f"The channel's safety {end.end_type} {end.operator} {end.text} of step"
                    f" {step.number} is an end of those steps alone that have it."
                )
            yield self._stop(quantity, end, place(end))

    def _stop(self, quantity: Quantity, end: RawEnd, goto: int) -> Stop:
        if quantity == "Time":
            time = seconds(end.text)
            if time is None:
                raise Unreadable(f"{end.text!r} is no time", line=end.line, key="Value")
            return Stop("Time", ">=", time, goto)
        if end.operator == "=":
            raise Unreadable(
                f"an end on {end.end_type} has >= or <=, not =", line=end.line, key="Oper"
            )
        text = self._measured(end) if quantity == "Temperature" else end.text
        operator: Operator = ">=" if end.operator == ">=" else "<="
        number, in_c = self._value(text, end)
        if in_c and quantity == "Current":
            return Stop("C-rate", operator, number, goto)
        if in_c and quantity == "Capacity" and isinstance(number, float):
            self._notes.append(
                f'Capacities as multiples of 1 C: give input["{NOMINAL_CAPACITY}"] a value.'
            )
            return Stop("Capacity", operator, capacities(number), goto)
        if in_c:
            raise Unreadable(f"{end.text!r} of {end.end_type}", line=end.line, key="Value")
        return Stop(quantity, operator, number, goto)

    def _measured(self, end: RawEnd) -> str:
        channel, slash, text = end.text.partition("/")
        if not slash:
            raise Unreadable(
                f"{end.text!r} is no thermocouple and temperature, such as 1/50.0",
                line=end.line,
                key="Value",
            )
        if channel.strip() != "1":
            self._notes.append(
                f"Thermocouple {channel.strip()} is taken for the cell's temperature."
            )
        return text

    def _value(self, text: str, end: RawEnd) -> tuple[Value, bool]:
        if is_register(text):
            return register(text, self._assigned), False
        found = value(text)
        if found is None:
            raise Unreadable(f"{text!r} is no number", line=end.line, key="Value")
        return found
