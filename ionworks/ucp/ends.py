"""End conditions, in each of their written forms.

"Voltage < 2.5"     "Voltage [V] <= input["Cut-off"]"          text
{variable: Voltage [V], value: 2.5}                            mapping, sense from the step
{variable: Voltage, operator: "<", value: 2.5}                 mapping
{expression: "Voltage < 2.5"}                                  mapping around a text
"""

from __future__ import annotations

import re
from typing import get_args

from ionworks.ucp.expressions import read_expression, read_text, write
from ionworks.ucp.findings import Report, nearest, quote
from ionworks.ucp.nodes import Array, Node, Scalar, Table, member
from ionworks.ucp.rules import END_VALUE, UNITS, default_operator
from ionworks.ucp.tree import End, Expression, Kind, Operator, Position, Quantity

QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)
OPERATORS: tuple[Operator, ...] = get_args(Operator)
END_KEYS = ("variable", "operator", "value")
"""Keys of an end written as a mapping."""

_FORM = 'Write it as "Voltage < 2.5" or as {variable: Voltage [V], value: 2.5}.'
_COMPARISON = re.compile(r"([^<>=!≤≥≠]*)([<>=!≤≥≠]+)([^<>=!≤≥≠]*)")
_OTHER_OPERATORS = {"≤": "<=", "≥": ">=", "=<": "<=", "=>": ">=", "<<": "<", ">>": ">"}
_GOTO = "goto is not supported yet in this version; a step ends and the next one follows."


def read_ends(node: Node, kind: Kind, path: str, report: Report) -> tuple[End, ...]:
    """Read the list of ends of a step.

    Parameters
    ----------
    node
        What stands under ``ends``.
    kind
        Kind of the step, which gives the sense of an end without operator.
    path
        Key path of ``ends``.
    report
        Receives what is wrong.

    Returns
    -------
    tuple of End
        The ends that could be read.
    """
    if not isinstance(node, Array):
        report.add(
            "not-a-list", "`ends` is a list of conditions: start each with '- '.", path, node
        )
        return ()
    if not node.items:
        report.add("empty", f"`ends` is empty. {_FORM}", path, node)
    ends = []
    for index, item in enumerate(node.items):
        end = _read_end(item, kind, f"{path}[{index}]", report)
        if end is not None:
            ends.append(end)
    return tuple(ends)


def _read_end(node: Node, kind: Kind, path: str, report: Report) -> End | None:
    if isinstance(node, Table):
        return _read_table(node, kind, path, report)
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return _read_comparison(node.value, path, node, report)
    report.add("bad-end", f"An end is a condition. {_FORM}", path, node)
    return None


def _read_comparison(text: str, path: str, mark: Scalar, report: Report) -> End | None:
    """Read ``<quantity> <operator> <value>``."""
    left, sign, right = _split(text)
    if not sign:
        report.add("missing-operator", f"{quote(text)} is no comparison. {_FORM}", path, mark)
        return None
    quantity = _read_variable(left, path, mark, report)
    operator = _read_operator(sign, path, mark, report)
    if quantity is None:
        return None
    value = read_text(right, END_VALUE[quantity], path, mark, report)
    if operator is None or value is None:
        return None
    return _end(quantity, operator, value, Position(path, mark.line, mark.column))


def _split(text: str) -> tuple[str, str, str]:
    """Split a condition at its operator, which may not stand inside ``input["..."]``."""
    head, bracket, tail = text.partition("input[")
    match = _COMPARISON.fullmatch(head)
    if match is None:
        return text, "", ""
    left, sign, right = match.groups()
    return left, sign, right + bracket + tail


def _read_table(node: Table, kind: Kind, path: str, report: Report) -> End | None:
    if "goto" in node.entries or _is_jump(node):
        report.add("not-supported", _GOTO, path, next(iter(node.entries.values())))
        return None
    if "expression" in node.entries:
        return _read_wrapped(node, path, report)
    known = _only(node, END_KEYS, path, report)
    if not {"variable", "value"} <= node.entries.keys():
        if known:
            report.add("bad-end", f"An end has a variable and a value. {_FORM}", path, node)
        return None
    quantity = _variable_of(node, path, report)
    operator = _operator_of(node, quantity, kind, path, report)
    value_node = node.entries["value"].value
    if quantity is None:
        return None
    rule = END_VALUE[quantity]
    value = read_expression(value_node, rule, member(path, "value"), report)
    if operator is None or value is None:
        return None
    return _end(quantity, operator, value, Position(path, node.line, node.column))


def _is_jump(node: Table) -> bool:
    """Whether a mapping is a condition whose value says where to go."""
    if len(node.entries) != 1:
        return False
    (entry,) = node.entries.values()
    return bool(_split(entry.key)[1])


def _read_wrapped(node: Table, path: str, report: Report) -> End | None:
    _only(node, ("expression",), path, report)
    inner = node.entries["expression"].value
    path = member(path, "expression")
    if isinstance(inner, Scalar) and isinstance(inner.value, str):
        return _read_comparison(inner.value, path, inner, report)
    report.add("bad-end", f"`expression` is a condition as text. {_FORM}", path, inner)
    return None


def _only(node: Table, keys: tuple[str, ...], path: str, report: Report) -> bool:
    """Note the keys that do not belong here; tell whether there were none."""
    unknown = [entry for entry in node.entries.values() if entry.key not in keys]
    for entry in unknown:
        message = f"Unknown key {quote(entry.key)} in an end; known are {', '.join(keys)}."
        place = member(path, entry.key)
        report.add("unknown-key", message, place, entry, nearest(entry.key, keys))
    return not unknown


def _variable_of(node: Table, path: str, report: Report) -> Quantity | None:
    value = node.entries["variable"].value
    path = member(path, "variable")
    if isinstance(value, Scalar) and isinstance(value.value, str):
        return _read_variable(value.value, path, value, report)
    names = ", ".join(QUANTITIES)
    report.add("unknown-variable", f"`variable` is one of {names}.", path, value)
    return None


def _operator_of(
    node: Table, quantity: Quantity | None, kind: Kind, path: str, report: Report
) -> Operator | None:
    given = node.value("operator")
    if given is None:
        operator = default_operator(quantity, kind) if quantity else None
        if quantity and operator is None:
            message = (
                f"On a {kind} it is open whether {quantity} must rise or fall; add an operator."
            )
            report.add("ambiguous-end", message, path, node, 'operator: ">" or operator: "<"')
        return operator
    path = member(path, "operator")
    if isinstance(given, Scalar) and isinstance(given.value, str):
        return _read_operator(given.value, path, given, report)
    report.add("unknown-operator", f"An operator is one of {' '.join(OPERATORS)}.", path, given)
    return None


def _read_operator(sign: str, path: str, mark: Scalar, report: Report) -> Operator | None:
    if sign in OPERATORS:
        return sign
    message = f"Unknown operator {quote(sign)}; an end compares with {', '.join(OPERATORS)}."
    report.add("unknown-operator", message, path, mark, _OTHER_OPERATORS.get(sign))
    return None


def _read_variable(text: str, path: str, mark: Scalar, report: Report) -> Quantity | None:
    """Read a quantity with or without its unit in brackets."""
    name, bracket, unit = text.strip(" \t").partition("[")
    name = name.rstrip(" \t")
    if name not in QUANTITIES:
        names = ", ".join(QUANTITIES)
        message = f"Unknown quantity {quote(name)} in an end; known are {names}."
        report.add("unknown-variable", message, path, mark, _near_quantity(name))
        return None
    quantity = name
    right = UNITS[quantity]
    if bracket and (unit != f"{right}]" or not right):
        need = f"is in {right}" if right else "is a fraction from 0 to 1 and has no unit"
        message = f"{quantity} {need}, not in {quote('[' + unit, 20)}."
        report.add(
            "wrong-unit", message, path, mark, f"{quantity} [{right}]" if right else quantity
        )
        return None
    return quantity


def _near_quantity(name: str) -> str | None:
    words = name[:60].lower().split()
    by_lower = {quantity.lower(): quantity for quantity in QUANTITIES}
    inside = next((by_lower[word] for word in reversed(words) if word in by_lower), None)
    return inside or nearest(name, QUANTITIES)


def _end(quantity: Quantity, operator: Operator, value: Expression, position: Position) -> End:
    text = f"{quantity} {operator} {write(value)}"
    return End(quantity, operator, value, text, position)
