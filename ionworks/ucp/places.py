"""Every place of a tree where an expression may stand, with the rule that holds there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeAlias

from ionworks.ucp import rules
from ionworks.ucp.rules import Rule
from ionworks.ucp.terms import leaves
from ionworks.ucp.tree import (
    Ambient,
    Assignment,
    Block,
    Branch,
    CellStep,
    Control,
    DriveCycle,
    End,
    Expression,
    Impedance,
    Input,
    Node,
    Position,
    Protocol,
    Resolution,
    SafetyLimit,
    Start,
    Step,
    Waveform,
)
from ionworks.ucp.writing import write_end

Change: TypeAlias = Callable[[Expression, Rule], Expression]
Placed: TypeAlias = tuple[Expression, Rule]
_RuleOf: TypeAlias = Callable[[Any], Rule]


def soc_rule(start: Start) -> Rule:
    """Return the rule for the initial SOC, in the unit that ``start`` gives it."""
    return rules.INITIAL_PERCENT if start.soc_unit == "percent" else rules.INITIAL_SOC


def _value_rule(step: Step) -> Rule:
    return rules.STEP_VALUE[step.mode] if step.mode else rules.ASSIGNED


def _always(rule: Rule) -> _RuleOf:
    return lambda _: rule


_COMMON: tuple[tuple[str, _RuleOf], ...] = (
    ("duration", _always(rules.DURATION)),
    ("temperature", _always(rules.TEMPERATURE)),
)
_FIELDS: Mapping[type, tuple[tuple[str, _RuleOf], ...]] = MappingProxyType(
    {
        Start: (
            ("soc", soc_rule),
            ("voltage", _always(rules.INITIAL_VOLTAGE)),
            ("temperature", _always(rules.TEMPERATURE)),
        ),
        Resolution: tuple((name, _always(rule)) for name, rule in rules.RESOLUTION.items()),
        SafetyLimit: (("value", lambda limit: rules.SAFETY[limit.quantity, limit.side]),),
        Step: (
            ("direction", _always(rules.DIRECTION)),
            ("value", _value_rule),
            ("hold_voltage", _always(rules.HOLD_VOLTAGE)),
            *_COMMON,
        ),
        DriveCycle: (
            ("scale", _always(rules.DRIVE_SCALE)),
            ("repeat", _always(rules.DRIVE_REPEAT)),
            *_COMMON,
        ),
        Waveform: (
            ("amplitude", lambda wave: rules.WAVE_AMPLITUDE[wave.mode]),
            ("frequency", _always(rules.FREQUENCY)),
            ("offset", lambda wave: rules.WAVE_OFFSET[wave.mode]),
            *_COMMON,
        ),
        Impedance: (
            ("start_frequency", _always(rules.FREQUENCY)),
            ("end_frequency", _always(rules.FREQUENCY)),
            ("points_per_decade", _always(rules.POINTS)),
            ("amplitude", lambda sweep: rules.EIS_AMPLITUDE[sweep.mode]),
            *_COMMON,
        ),
        Ambient: (("value", _always(rules.TEMPERATURE)),),
        Block: (("repeat", _always(rules.REPEAT_COMPUTED)),),
        End: (("value", lambda end: rules.end_rule(end.quantity)),),
        Assignment: (("value", _always(rules.ASSIGNED)),),
        Branch: (("condition", _always(rules.CONDITION)),),
        Control: (),
    }
)
"""The fields of every part of a tree that hold an expression, and the rule of each."""


def change_expressions(protocol: Protocol, change: Change) -> Protocol:
    """Rebuild a protocol with every expression replaced by what ``change`` makes of it.

    Parameters
    ----------
    protocol
        The tree to walk.
    change
        Called with each expression and the rule for numbers in its place.
    """
    start = _changed(protocol.start, change)
    start = replace(start, resolution=_changed(start.resolution, change))
    limits = tuple(_changed(limit, change) for limit in protocol.safety.limits)
    return replace(
        protocol,
        start=start,
        safety=replace(protocol.safety, limits=limits),
        steps=tuple(_node(node, change) for node in protocol.steps),
    )


def expressions(protocol: Protocol) -> Iterator[Placed]:
    """Yield every expression of a protocol with the rule of its place."""
    yield from _own(protocol.start)
    yield from _own(protocol.start.resolution)
    for limit in protocol.safety.limits:
        yield from _own(limit)
    for node in walk(protocol.steps):
        yield from expressions_at_start(node)
        for assignment in assignments(node):
            yield from _own(assignment)
        if isinstance(node, Control):
            for branch in node.branches:
                yield from _own(branch)


def expressions_at_start(node: Node) -> Iterator[Placed]:
    """Yield the expressions that are worked out when a node begins."""
    yield from _own(node)
    if isinstance(node, CellStep):
        for end in node.ends:
            yield from _own(end)
        if node.resolution is not None:
            yield from _own(node.resolution)


def assignments(node: Node) -> tuple[Assignment, ...]:
    """Return what a node assigns; nothing for a node that cannot."""
    return node.assignments if isinstance(node, CellStep | Control) else ()


def walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Yield all nodes in the order of the document, a block before what is in it."""
    for node in nodes:
        yield node
        if isinstance(node, Block):
            yield from walk(node.steps)


def references(protocol: Protocol) -> dict[str, Position]:
    """Return the names of all inputs with the place where each is used first."""
    found: dict[str, Position] = {}
    for expression, _ in expressions(protocol):
        for leaf in leaves(expression):
            if isinstance(leaf, Input):
                found.setdefault(leaf.name, leaf.position)
    return found


def _own(part: object) -> Iterator[Placed]:
    for name, rule_of in _FIELDS[type(part)]:
        expression = getattr(part, name)
        if expression is not None:
            yield expression, rule_of(part)


def _changed(part: Any, change: Change) -> Any:
    """Return a part with its own expressions changed; the same one if nothing changed."""
    changes = {}
    for name, rule_of in _FIELDS[type(part)]:
        before = getattr(part, name)
        if before is not None and (after := change(before, rule_of(part))) is not before:
            changes[name] = after
    return replace(part, **changes) if changes else part


def _node(node: Node, change: Change) -> Node:
    parts: dict[str, object] = {}
    node = _changed(node, change)
    if isinstance(node, Block):
        return replace(node, steps=tuple(_node(inner, change) for inner in node.steps))
    if isinstance(node, CellStep):
        parts["ends"] = tuple(_end(end, change) for end in node.ends)
        if node.resolution is not None:
            parts["resolution"] = _changed(node.resolution, change)
    if isinstance(node, Control):
        parts["branches"] = tuple(_changed(branch, change) for branch in node.branches)
    if isinstance(node, CellStep | Control):
        parts["assignments"] = tuple(_changed(one, change) for one in node.assignments)
    return replace(node, **parts) if parts else node  # type: ignore[arg-type]


def _end(end: End, change: Change) -> End:
    changed: End = _changed(end, change)
    return end if changed is end else replace(changed, text=write_end(changed))
