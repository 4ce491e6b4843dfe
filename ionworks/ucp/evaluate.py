"""Work out expressions: one small walk, used by the parser, by `bind` and by the interpreter."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from operator import add, eq, ge, gt, le, lt, mul, ne, sub, truediv
from types import MappingProxyType
from typing import NoReturn, TypeAlias

from ionworks.ucp.tree import (
    Call,
    Expression,
    Function,
    Input,
    Live,
    ModelVariable,
    Negation,
    Number,
    Operation,
    Position,
    Sign,
    Variable,
)

Unknown: TypeAlias = Variable | Live | ModelVariable
"""What only a run can tell."""

Values: TypeAlias = Callable[[Unknown], float]


class EvaluationError(ValueError):
    """An expression that has no finite value.

    Parameters
    ----------
    message
        What is wrong.
    position
        Where the part stands that has no value.
    """

    def __init__(self, message: str, position: Position) -> None:
        self.message = message
        self.position = position
        super().__init__(f"{position}: {message}")

    def __reduce__(self) -> tuple[type[EvaluationError], tuple[str, Position]]:
        return type(self), (self.message, self.position)


def evaluate(expression: Expression, values: Values) -> float:
    """Return the value of an expression.

    A comparison is 1 or 0. ``ifelse`` looks only at the side that its condition chooses.

    Parameters
    ----------
    expression
        What to work out.
    values
        Gives the value of a variable, a live quantity or a model variable; a `KeyError` means
        that it has none yet.

    Returns
    -------
    float
        A finite number, in the unit of the place where the expression stands.

    Raises
    ------
    EvaluationError
        At a division by zero, a root or power that is not real, the logarithm of 0 or less, a
        result beyond all numbers, an input, or a variable without a value.

    Examples
    --------
    >>> from ionworks import ucp
    >>> tree = ucp.load({"steps": [{"Rest": {"duration": "60 * ifelse(SOC > 0.8, 2, 1)"}}]})
    >>> evaluate(tree.steps[0].duration, lambda unknown: {"SOC": 0.9}[unknown.name])
    120.0
    """
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Operation):
        left, right = evaluate(expression.left, values), evaluate(expression.right, values)
        return _apply(_OPERATIONS[expression.sign], (left, right), expression)
    if isinstance(expression, Call):
        return _call(expression, values)
    if isinstance(expression, Negation):
        return -evaluate(expression.operand, values)
    if isinstance(expression, Input):
        message = f"input[{expression.name!r}] has no value yet; bind the protocol first."
        raise EvaluationError(message, expression.position)
    return _ask(expression, values)


def _ask(unknown: Unknown, values: Values) -> float:
    try:
        value = float(values(unknown))
    except KeyError:
        message = f"{unknown.name[:60]!r} has no value here: nothing has set it yet."
        raise EvaluationError(message, unknown.position) from None
    if not math.isfinite(value):
        raise EvaluationError(f"{unknown.name[:60]!r} is no finite number.", unknown.position)
    return value


def _call(call: Call, values: Values) -> float:
    if call.function == "ifelse":
        condition, chosen, other = call.arguments
        return evaluate(chosen if evaluate(condition, values) else other, values)
    arguments = [evaluate(argument, values) for argument in call.arguments]
    return _apply(_FUNCTIONS[call.function], arguments, call)


def _apply(
    function: Callable[..., object], arguments: Sequence[float], where: Operation | Call
) -> float:
    """Call a function of real numbers; what has no finite value is an error with its place."""
    try:
        value = function(*arguments)
    except ZeroDivisionError:
        _refuse("This divides by zero.", where)
    except OverflowError:
        _refuse("This is larger than any number.", where)
    except ValueError:
        what = "logarithm" if isinstance(where, Call) and where.function == "log" else "root"
        _refuse(f"There is no real {what} of {arguments[0]:.12g}.", where)
    if isinstance(value, complex):
        _refuse(f"{arguments[0]:.12g} to the power of {arguments[1]:.12g} is not real.", where)
    if not math.isfinite(result := float(value)):  # type: ignore[arg-type]
        _refuse("This is larger than any number.", where)
    return result


def _refuse(message: str, where: Operation | Call) -> NoReturn:
    raise EvaluationError(message, where.position) from None


_OPERATIONS: Mapping[Sign, Callable[[float, float], object]] = MappingProxyType(
    {
        "+": add,
        "-": sub,
        "*": mul,
        "/": truediv,
        "**": pow,
        "<": lt,
        "<=": le,
        ">": gt,
        ">=": ge,
        "==": eq,
        "!=": ne,
    }
)
_FUNCTIONS: Mapping[Function, Callable[..., object]] = MappingProxyType(
    {
        "min": lambda *numbers: min(numbers),
        "max": lambda *numbers: max(numbers),
        "abs": abs,
        "sqrt": math.sqrt,
        "exp": math.exp,
        "log": math.log,
    }
)
