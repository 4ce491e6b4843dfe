"""Ends that hold at once, or never, as far as the written numbers say; voltages held at a limit.

All of these load: they are warnings, since only the cell knows what is so for certain. A step that
nothing can end, as far as its numbers say, is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from ionworks.ucp.findings import Code, Finding, Report
from ionworks.ucp.places import walk
from ionworks.ucp.rules import end_rule, number
from ionworks.ucp.tree import CellStep, End, Expression, Number, Operator, Position, Protocol, Step

_HOLDS: Mapping[Operator, Callable[[float, float], bool]] = MappingProxyType(
    {"<": lt, "<=": le, ">": gt, ">=": ge}
)
_COUNTING = ("Time", "Capacity", "Energy")
_DRIVEN = ("Current", "C-rate", "Power")
_CURRENTS = frozenset({"Current", "C-rate"})
_WAY_OUT = MappingProxyType(
    {
        "Rest": ("a duration, or an end on Voltage", "duration: 600"),
        "Charge": ("hold_voltage, an end on Voltage, or a duration", "hold_voltage: 4.2"),
        "Discharge": ("an end on Voltage, or a duration", "Voltage < 2.5"),
        None: ("an end on Voltage, or a duration", "duration: 3600"),
    }
)
_Values: TypeAlias = tuple[float, float]


class _Verdict(NamedTuple):
    """What is to be said of an end, and whether it certainly never ends its step."""

    code: Code
    message: str
    hopeless: bool = False


def judge_ends(step: CellStep, written: int, path: str, report: Report) -> None:
    """Note the ends of a step that hold at once or never; an error if there are no others.

    Parameters
    ----------
    step
        The step, with the ends that could be read.
    written
        How many ends stand in the document.
    path
        Key path of the step.
    report
        Receives what is wrong.
    """
    verdicts = [
        (end, said)
        for end in step.ends
        if (said := _verdict(end, step)) is not None and not _is_refused(end)
    ]
    if not verdicts:
        return
    hopeless = sum(said.hopeless for _, said in verdicts)
    if isinstance(step, Step) and step.duration is None and hopeless == written:
        _refuse_endless(step, verdicts[0][1], f"{path}.ends", report)
        return
    for end, said in verdicts:
        report.note(Finding(said.code, said.message, end.position, "warning"))


def _refuse_endless(step: Step, verdict: _Verdict, path: str, report: Report) -> None:
    ways, near = _WAY_OUT[step.kind]
    if step.mode == "Voltage":
        ways, near = "an end on C-rate, or a duration", "C-rate < 0.05"
    message = f"No end of this step can ever be met, so that it would never end. {verdict.message} "
    first = step.ends[0].position
    position = Position(path, first.line, first.column)
    finding = Finding("missing-end", f"{message}Give {ways}.", position, suggestion=near)
    report.note(finding)


def _verdict(end: End, step: CellStep) -> _Verdict | None:
    quantity, rising = end.quantity, end.operator[0] == ">"
    if quantity in _COUNTING and not rising:
        message = f"{quantity} counts up from 0 in each step: this end holds when the step begins."
        return _Verdict("holds-at-once", message)
    if not isinstance(step, Step):
        return None
    if step.kind == "Rest":
        return _on_rest(end) if quantity in (*_DRIVEN, "Capacity", "Energy") else None
    if quantity in _DRIVEN:
        return _on_driven(end, step)
    if quantity == "Voltage" and step.mode == "Voltage":
        return _on_held_voltage(end, step)
    if quantity in ("Voltage", "SOC") and step.kind is not None and step.mode != "Voltage":
        comes_from = rising == (step.kind == "Discharge")
        return _on_its_side(end, step) if comes_from else _on_hold(end, step)
    return None


def _is_refused(end: End) -> bool:
    """Whether the limit of an end is noted already to be none."""
    value = end.value
    return isinstance(value, Number) and end_rule(end.quantity).problem(value.value) is not None


def _on_rest(end: End) -> _Verdict:
    if end.operator[0] == ">":
        message = f"No current flows in a Rest: {end.quantity} stays 0 and never meets this end."
        return _Verdict("never-met", message, hopeless=True)
    message = f"No current flows in a Rest: {end.quantity} is 0, and this end holds at once."
    return _Verdict("holds-at-once", message)


def _on_driven(end: End, step: Step) -> _Verdict | None:
    """Judge an end on a current or power that the step holds."""
    mode, pair = step.mode, _both(step.value, end.value)
    if pair is None:
        return None
    held, limit = pair
    if mode == end.quantity:
        if _HOLDS[end.operator](held, limit):
            message = f"The step holds {number(held)} there, so that this end is met at once."
            return _Verdict("holds-at-once", message)
        if step.hold_voltage is None:
            message = f"The step holds its {mode} at {number(held)}, which never meets "
            return _Verdict("never-met", f"{message}{end.text}.", hopeless=True)
    elif {mode, end.quantity} == _CURRENTS and step.hold_voltage is None:
        message = f"A step that holds its {mode} never comes to an end on {end.quantity}: it does "
        return _Verdict("never-met", f"{message}not change.", hopeless=True)
    return None


def _on_held_voltage(end: End, step: Step) -> _Verdict | None:
    pair = _both(step.value, end.value)
    if pair is None:
        return None
    held, limit = pair
    if held != limit and _HOLDS[end.operator](held, limit):
        message = f"The step holds {number(held)} V, so that this end is met at once."
        return _Verdict("holds-at-once", message)
    message = f"The step holds {number(held)} V, which never passes {number(limit)} V."
    return _Verdict("never-met", message, hopeless=True)


def _on_hold(end: End, step: Step) -> _Verdict | None:
    """Judge an end on the voltage that a step comes to, if it holds one there."""
    pair = _both(step.hold_voltage, end.value) if end.quantity == "Voltage" else None
    if pair is None:
        return None
    held, limit = pair
    if held == limit:
        message = f"The step goes on at hold_voltage, {number(held)} V: whether an end at just this"
        return _Verdict("never-met", f"{message} voltage is ever met is left to chance.")
    if _HOLDS[end.operator](held, limit):
        return None
    message = f"The step goes on at hold_voltage, {number(held)} V, and never comes to "
    return _Verdict("never-met", f"{message}{number(limit)} V.", hopeless=True)


def _on_its_side(end: End, step: Step) -> _Verdict | None:
    """Judge an end on the side that a step comes from.

    Together with one on the other side it is a guard, and the cell begins between the two.
    """
    others = [
        other.value
        for other in step.ends
        if other.quantity == end.quantity and other.operator[0] != end.operator[0]
    ]
    if end.quantity == "Voltage" and step.hold_voltage is not None:
        others.append(step.hold_voltage)
    for other in others:
        pair = _both(end.value, other)
        if pair is None or (pair[0] < pair[1] if step.kind == "Charge" else pair[0] > pair[1]):
            return None
    if not isinstance(end.value, Number):
        return None
    kind, from_, way = step.kind, "below", ">"
    if kind == "Discharge":
        from_, way = "above", "<"
    message = f"A {kind} comes from {from_} {number(end.value.value)}: this end holds already when "
    message += f"the step begins. Should it be {end.quantity} {way} {number(end.value.value)}?"
    return _Verdict("holds-at-once", message)


def _both(first: Expression | None, second: Expression | None) -> _Values | None:
    if isinstance(first, Number) and isinstance(second, Number):
        return first.value, second.value
    return None


def judge_safety(protocol: Protocol, report: Report) -> None:
    """Warn of voltages that are held at a safety limit, or beyond it."""
    limits = [
        (limit.side, limit.value.value)
        for limit in protocol.safety.limits
        if limit.quantity == "Voltage" and isinstance(limit.value, Number)
    ]
    if not limits:
        return
    for node in walk(protocol.steps):
        if not isinstance(node, Step):
            continue
        held = node.value if node.mode == "Voltage" else node.hold_voltage
        for side, bound in limits:
            if not isinstance(held, Number) or _is_inside(held.value, side, bound):
                continue
            key = "max_voltage" if side == "high" else "min_voltage"
            where = "just at" if held.value == bound else "beyond"
            message = f"This step holds {number(held.value)} V, {where} the safety limit {key}, "
            message += f"{number(bound)} V. Leave a margin, or the limit trips."
            report.note(Finding("at-safety-limit", message, held.position, "warning"))


def _is_inside(held: float, side: str, bound: float) -> bool:
    return held < bound if side == "high" else held > bound
