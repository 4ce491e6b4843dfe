"""Every place of a tree where a number may stand, with the rule that holds there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from ionworks.ucp import rules
from ionworks.ucp.expressions import write
from ionworks.ucp.rules import Rule
from ionworks.ucp.tree import (
    Block,
    End,
    Expression,
    Input,
    Node,
    Position,
    Protocol,
    Resolution,
    Start,
    Step,
)

Change: TypeAlias = Callable[[Expression, Rule], Expression]


def change_expressions(protocol: Protocol, change: Change) -> Protocol:
    """Rebuild a protocol with every expression replaced by what ``change`` makes of it.

    Parameters
    ----------
    protocol
        The tree to walk, in the order of the document.
    change
        Called with each expression and the rule for numbers in its place.
    """
    start = _start(protocol.start, change)
    return Protocol(start, tuple(_node(node, change) for node in protocol.steps))


def references(protocol: Protocol) -> dict[str, Position]:
    """Return the names of all inputs with the place where each is used first."""
    found: dict[str, Position] = {}

    def note(expression: Expression, _rule: Rule) -> Expression:
        if isinstance(expression, Input):
            found.setdefault(expression.name, expression.position)
        return expression

    change_expressions(protocol, note)
    return found


def soc_rule(start: Start) -> Rule:
    """Return the rule for the initial SOC, in the unit that ``start`` gives it."""
    return rules.INITIAL_PERCENT if start.soc_unit == "percent" else rules.INITIAL_SOC


def _start(start: Start, change: Change) -> Start:
    resolution = start.resolution
    return Start(
        soc=_maybe(start.soc, soc_rule(start), change),
        soc_unit=start.soc_unit,
        voltage=_maybe(start.voltage, rules.INITIAL_VOLTAGE, change),
        temperature=_maybe(start.temperature, rules.TEMPERATURE, change),
        resolution=Resolution(
            time=_maybe(resolution.time, rules.RESOLUTION["time"], change),
            voltage=_maybe(resolution.voltage, rules.RESOLUTION["voltage"], change),
            current=_maybe(resolution.current, rules.RESOLUTION["current"], change),
        ),
    )


def _node(node: Node, change: Change) -> Node:
    if isinstance(node, Step):
        return _step(node, change)
    repeat = change(node.repeat, rules.REPEAT)
    steps = tuple(_node(inner, change) for inner in node.steps)
    return Block(node.name, repeat, steps, node.position)


def _step(step: Step, change: Change) -> Step:
    value = step.value
    if value is not None and step.mode is not None:
        value = change(value, rules.STEP_VALUE[step.mode])
    duration = _maybe(step.duration, rules.DURATION, change)
    ends = tuple(_end(end, change) for end in step.ends)
    return replace(step, value=value, duration=duration, ends=ends)


def _end(end: End, change: Change) -> End:
    value = change(end.value, rules.END_VALUE[end.quantity])
    if value is end.value:
        return end
    text = f"{end.quantity} {end.operator} {write(value)}"
    return End(end.quantity, end.operator, value, text, end.position)


def _maybe(expression: Expression | None, rule: Rule, change: Change) -> Expression | None:
    return None if expression is None else change(expression, rule)
