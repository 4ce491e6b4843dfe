"""Expressions and conditions as text: the shortest that is read back as the same tree.

Parentheses stand only where the tree would be read differently without them. From loose to tight:
comparisons, ``+ -``, ``* /``, unary minus, ``**``. Equal ones group from the left, ``**`` from the
right, and comparisons not at all.
"""

from __future__ import annotations

import re

from ionworks.ucp.rules import RESULT_COLUMNS, number
from ionworks.ucp.tree import (
    Call,
    End,
    Expression,
    Input,
    Live,
    ModelVariable,
    Negation,
    Number,
    Operation,
    Quantity,
    Variable,
)

_COMPARISON, _SUM, _PRODUCT, _MINUS, _POWER, _ATOM = range(1, 7)
_TIGHTNESS: dict[str, int] = (
    {"<": _COMPARISON, "<=": _COMPARISON, ">": _COMPARISON, ">=": _COMPARISON}
    | {"==": _COMPARISON, "!=": _COMPARISON}
    | {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER}
)
_BARE_VARIABLE = re.compile(r"(?!Test )([A-Z][A-Za-z0-9-]*(?: [A-Za-z0-9-]+)+) \[[A-Za-z0-9./-]+\]")
"""A name with a unit that can stand before an operator as it is: two words and more."""


def write(expression: Expression) -> str:
    """Write an expression as it would stand in a protocol.

    Parameters
    ----------
    expression
        Any expression of a tree.

    Returns
    -------
    str
        Text that is read back as an equal expression.

    Examples
    --------
    >>> from ionworks import ucp
    >>> step = ucp.load({"steps": [{"Rest": {"duration": "((Capacity)*2) + (60)"}}]}).steps[0]
    >>> write(step.duration)
    'Capacity * 2 + 60'
    """
    return _write(expression)[0]


def write_end(end: End) -> str:
    """Write the condition of an end, without its goto.

    Examples
    --------
    >>> from ionworks import ucp
    >>> discharge = {"mode": "C-rate", "value": 1, "ends": [{"variable": "Voltage", "value": 2.5}]}
    >>> write_end(ucp.load({"steps": [{"Discharge": discharge}]}).steps[0].ends[0])
    'Voltage <= 2.5'
    """
    value, tightness = _write(end.value)
    if tightness == _COMPARISON:
        value = f"({value})"
    return f"{write_quantity(end.quantity)} {end.operator} {value}"


def write_quantity(quantity: Quantity | ModelVariable) -> str:
    """Write what stands on the left of an end."""
    if not isinstance(quantity, ModelVariable):
        return quantity
    bare = _BARE_VARIABLE.fullmatch(quantity.name) and quantity.name not in RESULT_COLUMNS
    return quantity.name if bare else _reference("variable", quantity.name)


def _write(expression: Expression) -> tuple[str, int]:
    """Return the text and how tightly it holds together."""
    if isinstance(expression, Number):
        return number(expression.value), _MINUS if expression.value < 0 else _ATOM
    if isinstance(expression, Negation):
        return f"-{_within(expression.operand, _MINUS)}", _MINUS
    if isinstance(expression, Operation):
        return _operation(expression)
    return _atom(expression), _ATOM


def _operation(operation: Operation) -> tuple[str, int]:
    tightness = _TIGHTNESS[operation.sign]
    left = right = tightness + 1
    if operation.sign == "**":
        left, right = _ATOM, _MINUS
    elif tightness != _COMPARISON:
        left = tightness
    first, second = _within(operation.left, left), _within(operation.right, right)
    return f"{first} {operation.sign} {second}", tightness


def _atom(expression: Input | Variable | Live | ModelVariable | Call) -> str:
    if isinstance(expression, Input):
        return _reference("input", expression.name)
    if isinstance(expression, ModelVariable):
        return _reference("variable", expression.name)
    if isinstance(expression, Call):
        return f"{expression.function}({', '.join(map(write, expression.arguments))})"
    return expression.name


def _within(expression: Expression, least: int) -> str:
    """Write an operand, in parentheses if it holds less tightly than ``least``."""
    text, tightness = _write(expression)
    return text if tightness >= least else f"({text})"


def _reference(word: str, name: str) -> str:
    mark = "'" if '"' in name else '"'
    return f"{word}[{mark}{name}{mark}]"
