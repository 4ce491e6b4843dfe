"""Work on expressions as trees: fold what is constant, walk and change the leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NoReturn, TypeAlias, cast

from ionworks.ucp.evaluate import Unknown, evaluate
from ionworks.ucp.tree import (
    Call,
    Expression,
    Input,
    Live,
    ModelVariable,
    Negation,
    Number,
    Operation,
    Variable,
)

Leaf: TypeAlias = Number | Input | Variable | Live | ModelVariable


def operands(expression: Expression) -> tuple[Expression, ...]:
    """Return the expressions that an expression is made of; none for a leaf."""
    if isinstance(expression, Operation):
        return expression.left, expression.right
    if isinstance(expression, Call):
        return expression.arguments
    if isinstance(expression, Negation):
        return (expression.operand,)
    return ()


def leaves(expression: Expression) -> Iterator[Leaf]:
    """Yield the numbers, inputs, variables and quantities of an expression, from left to right."""
    inner = operands(expression)
    if not inner:
        yield cast("Leaf", expression)
    for operand in inner:
        yield from leaves(operand)


def folded(expression: Expression) -> Expression:
    """Return the number that an expression of numbers has; any other expression as it is.

    Only the uppermost level is looked at: fold from the inside out.

    Raises
    ------
    EvaluationError
        If an expression of numbers has no value, such as ``1 / 0``.
    """
    inner = operands(expression)
    if not inner:
        return expression
    for operand in inner:
        if not isinstance(operand, Number):
            return expression
    return Number(evaluate(expression, _nothing), expression.position)


def changed(expression: Expression, change: Callable[[Leaf], Expression]) -> Expression:
    """Replace every leaf by what ``change`` makes of it, and fold what is constant then.

    Raises
    ------
    EvaluationError
        If an expression of numbers has no value.
    """
    if isinstance(expression, Operation):
        left, right = changed(expression.left, change), changed(expression.right, change)
        if left is expression.left and right is expression.right:
            return expression
        return folded(replace(expression, left=left, right=right))
    if isinstance(expression, Negation):
        operand = changed(expression.operand, change)
        same = operand is expression.operand
        return expression if same else folded(replace(expression, operand=operand))
    if isinstance(expression, Call):
        arguments = tuple(changed(argument, change) for argument in expression.arguments)
        return folded(replace(expression, arguments=arguments))
    return change(expression)


def _nothing(unknown: Unknown) -> NoReturn:
    raise KeyError(unknown.name)
