"""The grammar of expressions: text to tokens to a tree, and nothing beyond this list.

    comparison  sum [(< | <= | > | >= | == | !=) sum]          1 or 0
    sum         product ((+ | -) product)*
    product     minus ((* | /) minus)*
    minus       (- | +) minus | power
    power       atom [** minus]
    atom        number | input["name"] | variable["name"] | name | function(...) | (comparison)

There is no attribute, no index, no other call and no name with a meaning beyond the protocol, so
that an expression can do nothing but arithmetic. Expressions of numbers become one number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias, get_args

from ionworks.ucp.evaluate import EvaluationError
from ionworks.ucp.findings import nearest, quote
from ionworks.ucp.terms import folded, operands
from ionworks.ucp.tokens import GrammarError, Token, named, tokens
from ionworks.ucp.tree import (
    Call,
    Counter,
    Expression,
    Function,
    Input,
    Live,
    ModelVariable,
    Negation,
    Number,
    Operation,
    Position,
    Quantity,
    Variable,
)

MAX_EXPRESSION_DEPTH = 64
"""Deepest nesting of an expression: operators, calls and parentheses."""

MAX_EXPRESSION_TEXT = 10_000
"""Longest expression [characters]."""

QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)
COUNTERS: tuple[Counter, ...] = get_args(Counter)
FUNCTIONS: Mapping[Function, tuple[int, int | None]] = MappingProxyType(
    {
        "ifelse": (3, 3),
        "min": (1, None),
        "max": (1, None),
        "abs": (1, 1),
        "sqrt": (1, 1),
        "exp": (1, 1),
        "log": (1, 1),
    }
)
"""The functions, with the least and the largest number of arguments."""

RESERVED_NAMES: frozenset[str] = frozenset(
    {*QUANTITIES, *COUNTERS, *FUNCTIONS, "input", "variable", "and", "or", "not", "C", "Test"}
    | {"Charge", "Discharge", "Rest", "Next", "End", "True", "False", "true", "false"}
)
"""Words that are no variables, because they mean something else or look as if they did."""

_COMPARISON, _SUM, _PRODUCT, _POWER = range(1, 5)
_TIGHTNESS: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), _COMPARISON)
    | dict.fromkeys(("+", "-"), _SUM)
    | dict.fromkeys(("*", "/"), _PRODUCT)
    | {"**": _POWER}
)
_EXPONENT = re.compile(r"[eE][-+]?[0-9]+")
_DIRECTIONS: Mapping[str, float] = MappingProxyType({"Charge": -1.0, "Discharge": 1.0})
Places: TypeAlias = Callable[[int], Position]
"""Gives the place of the character with this index."""


def parse(
    text: str, places: Places, *, directions: bool = False, comparable: bool = True
) -> Expression:
    """Read an expression.

    Parameters
    ----------
    text
        The expression.
    places
        Gives the place of each character.
    directions
        Whether the words Charge and Discharge may stand in it, for -1 and 1.
    comparable
        Whether it may be a comparison, outside parentheses; it may not behind another one.

    Raises
    ------
    GrammarError
        If it is none, is nested too deeply, or holds a part without a value, such as ``1 / 0``.
    """
    if len(text) > MAX_EXPRESSION_TEXT:
        message = (
            f"An expression has at most {MAX_EXPRESSION_TEXT:,} characters, not {len(text):,}."
        )
        raise GrammarError("too-large", message, 0)
    return _Parser(text, places, directions, tokens(text)).whole(comparable)


@dataclass(slots=True)
class _Parser:
    """Reads tokens from left to right.

    ``heights`` holds the height of every expression made so far by its identity, which no other
    object can take as long as the tree keeps it.
    """

    text: str
    places: Places
    directions: bool
    tokens: list[Token]
    next: int = 0
    heights: dict[int, int] = field(default_factory=dict)
    depth: int = 0
    parentheses: int = 0

    def whole(self, comparable: bool) -> Expression:
        """Read the whole text."""
        expression = self._expression(_COMPARISON if comparable else _SUM)
        token = self.tokens[self.next]
        if _is_comparison(token):
            raise _too_many_comparisons(token)
        if token.kind != "end":
            raise self._unexpected(token)
        return expression

    def _expression(self, least: int) -> Expression:
        """Read as many operators as bind at least as tightly as ``least``."""
        left = self._minus()
        while True:
            token = self.tokens[self.next]
            tightness = _TIGHTNESS.get(token.text, 0) if token.kind == "sign" else 0
            if tightness < least:
                return left
            self.next += 1
            self._enter(token)
            right = self._expression(tightness + 1)
            self.depth -= 1
            left = self._made(Operation(token.text, left, right, left.position), token)  # type: ignore[arg-type]
            following = self.tokens[self.next]
            if tightness == _COMPARISON and _is_comparison(following):
                raise _too_many_comparisons(following)

    def _minus(self) -> Expression:
        """Read a sign and what it stands before, or a power."""
        token = self.tokens[self.next]
        if token.kind == "sign" and token.text in "+-":
            self.next += 1
            self._enter(token)
            operand = self._minus()
            self.depth -= 1
            if token.text == "+":
                return operand
            return self._made(Negation(operand, self.places(token.index)), token)
        base = self._atom()
        token = self.tokens[self.next]
        if token.text != "**":
            return base
        self.next += 1
        self._enter(token)
        exponent = self._minus()
        self.depth -= 1
        return self._made(Operation("**", base, exponent, base.position), token)

    def _atom(self) -> Expression:
        token = self.tokens[self.next]
        self.next += 1
        if token.kind == "number":
            return self._number(token)
        if token.kind == "name":
            return self._name(token)
        position = self.places(token.index)
        if token.kind == "input":
            return Input(named(token.text), position)
        if token.kind == "model":
            return ModelVariable(named(token.text), position)
        if token.text != "(":
            raise self._unexpected(token)
        self.parentheses += 1
        if self.parentheses > MAX_EXPRESSION_DEPTH:
            raise _too_deep(token)
        inner = self._expression(_COMPARISON)
        self.parentheses -= 1
        self._close(token)
        return inner

    def _enter(self, token: Token) -> None:
        """Count a level; what is deeper could not be walked safely."""
        self.depth += 1
        if self.depth > MAX_EXPRESSION_DEPTH:
            raise _too_deep(token)

    def _number(self, token: Token) -> Number:
        value = float(token.text)
        if not math.isfinite(value):
            message = f"{quote(token.text)} is larger than any number."
            raise GrammarError("not-finite", message, token.index)
        return Number(value, self.places(token.index))

    def _name(self, token: Token) -> Expression:
        """Read a quantity, a counter, a call or a variable."""
        name = " ".join(token.text.split())
        following = self.tokens[self.next]
        if following.text == "(" or name in FUNCTIONS:
            return self._call(token, following)
        position = self.places(token.index)
        if name in QUANTITIES or name in COUNTERS:
            return Live(name, position)
        if self.directions and name in _DIRECTIONS:
            return Number(_DIRECTIONS[name], position)
        if name in RESERVED_NAMES:
            raise GrammarError("bad-expression", *_no_variable(name, token.index))
        return Variable(name, position)

    def _call(self, token: Token, following: Token) -> Expression:
        name = token.text
        if name not in FUNCTIONS:
            if name in _DIRECTIONS or name in ("and", "or", "not"):
                raise GrammarError("bad-expression", *_no_variable(name, token.index))
            message = f"There is no function {quote(name)}; known are {', '.join(FUNCTIONS)}."
            near = nearest(name, tuple(FUNCTIONS))
            raise GrammarError("unknown-function", message, token.index, near)
        if following.text != "(":
            message = f"{name} is a function: write {name}(...)."
            raise GrammarError("bad-expression", message, token.index)
        self.next += 1
        arguments = self._arguments(following)
        least, most = FUNCTIONS[name]  # type: ignore[index]
        if len(arguments) < least or (most is not None and len(arguments) > most):
            wanted = f"{least}{' or more' if most is None else ''}"
            message = f"{name} takes {wanted} argument{'s' if wanted != '1' else ''}, "
            message += f"not {len(arguments)}."
            raise GrammarError("bad-expression", message, token.index)
        return self._made(Call(name, tuple(arguments), self.places(token.index)), token)  # type: ignore[arg-type]

    def _arguments(self, opened: Token) -> list[Expression]:
        if self.tokens[self.next].text == ")":
            self.next += 1
            return []
        self._enter(opened)
        arguments = [self._expression(_COMPARISON)]
        while self.tokens[self.next].text == ",":
            self.next += 1
            arguments.append(self._expression(_COMPARISON))
        self.depth -= 1
        self._close(opened)
        return arguments

    def _close(self, opened: Token) -> None:
        token = self.tokens[self.next]
        if token.text == ")":
            self.next += 1
        elif token.kind == "end":
            message = "This '(' is never closed."
            raise GrammarError("bad-expression", message, opened.index)
        else:
            raise self._unexpected(token)

    def _made(self, expression: Expression, token: Token) -> Expression:
        """Fold what is constant; refuse what is nested too deeply."""
        try:
            made = folded(expression)
        except EvaluationError as error:
            raise GrammarError("no-value", error.message, token.index) from None
        if isinstance(made, Number):
            return made
        height = 1 + max(self.heights.get(id(operand), 0) for operand in operands(made))
        if height > MAX_EXPRESSION_DEPTH:
            raise _too_deep(token)
        self.heights[id(made)] = height
        return made

    def _unexpected(self, token: Token) -> GrammarError:
        if token.kind == "end":
            message = "The expression breaks off here: a number or a name is missing."
            return GrammarError("bad-expression", message, token.index)
        at = self.tokens.index(token)
        before = self.tokens[at - 1] if at else None
        if token.kind == "name" and before is not None and before.kind == "number":
            return _stray_unit(self.text, before, token)
        if token.text in ("and", "or", "not"):
            return GrammarError("bad-expression", *_no_variable(token.text, token.index))
        message = f"{quote(token.text)} cannot stand here."
        if before is not None and before.kind != "sign" and token.kind != "sign":
            message += f" There is no operator between it and {quote(before.text)}."
        return GrammarError("bad-expression", message, token.index)


def _is_comparison(token: Token) -> bool:
    return token.kind == "sign" and _TIGHTNESS.get(token.text) == _COMPARISON


def _too_many_comparisons(token: Token) -> GrammarError:
    message = "Only two things can be compared at once; use ifelse(a < b, b < c, 0)."
    return GrammarError("bad-expression", message, token.index)


def _stray_unit(text: str, value: Token, unit: Token) -> GrammarError:
    written = text[value.index : unit.index + len(unit.text)]
    if exponent := _EXPONENT.match(text, unit.index):
        message = f"There is a blank in the number {quote(written)}."
        return GrammarError("not-a-number", message, value.index, value.text + exponent.group())
    message = f"{quote(written)} has a unit; write the number alone."
    return GrammarError("not-a-number", message, value.index, value.text)


def _no_variable(name: str, index: int) -> tuple[str, int, str | None]:
    """Say why a reserved word cannot stand in an expression."""
    if name in ("and", "or", "not"):
        words = {"and": "ifelse(a, b, 0)", "or": "ifelse(a, 1, b)", "not": "ifelse(a, 0, 1)"}
        return f"There is no {name!r}; write {words[name]}.", index, words[name]
    if name == "C":
        return "C alone is no number: write C/20 as 0.05, or the quantity C-rate.", index, None
    return f"{name!r} is no number and no variable.", index, None


def _too_deep(token: Token) -> GrammarError:
    message = f"The expression is nested more than {MAX_EXPRESSION_DEPTH} deep; "
    message += "set a variable to a part of it."
    return GrammarError("too-deep", message, token.index)
