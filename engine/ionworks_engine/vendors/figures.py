"""Expressions of a protocol -> the numbers that a cycler is told."""

from __future__ import annotations

from ionworks.ucp.evaluate import EvaluationError, evaluate
from ionworks.ucp.tree import CellStep, Expression, Node
from ionworks_engine.vendors.errors import ANY, Inexpressible
from ionworks_engine.vendors.program import Value


def folded(expression: Expression) -> Value:
    """Return the number of an expression without variables; others as they are."""
    try:
        return float(evaluate(expression, _unknown))
    except EvaluationError:
        return expression


def _unknown(part: object) -> float:
    raise KeyError(part)


def optional(
    expression: Expression | None, what: str, node: Node | CellStep | None
) -> float | None:
    """Return the number of an expression, ``None`` if there is none.

    Raises
    ------
    Inexpressible
        As `number`.
    """
    return None if expression is None else number(expression, what, node)


def number(expression: Expression, what: str, node: Node | CellStep | None) -> float:
    """Return the number of an expression; ``what`` it is stands in the refusal.

    Raises
    ------
    Inexpressible
        If only a run can tell it.
    """
    value = folded(expression)
    if isinstance(value, float):
        return value
    raise Inexpressible(
        f"{what} that is worked out in the run",
        ANY,
        line=None if node is None else node.name,
        position=expression.position,
        instead="give a number",
    )
