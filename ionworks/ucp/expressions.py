"""Values of a protocol: numbers and expressions, read from a scalar or a piece of text."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

from ionworks.ucp.findings import Report, quote
from ionworks.ucp.grammar import parse
from ionworks.ucp.nodes import NUMBER_PATTERN, Array, Entry, Node, Scalar
from ionworks.ucp.rules import Rule, number
from ionworks.ucp.terms import leaves
from ionworks.ucp.tokens import INPUT_PATTERN, GrammarError, named
from ionworks.ucp.tree import Expression, Input, Number, Position

Scope: TypeAlias = Literal["step", "constant", "direction", "limit"]
"""What may stand in an expression: everything; numbers and inputs alone; the words of a direction
too; all but a comparison, behind the operator of an end."""

MAX_EXPRESSIONS = 200_000
"""Most characters that all expressions of a protocol may have together."""

_NUMBER = re.compile(NUMBER_PATTERN)
_INPUT = re.compile(INPUT_PATTERN)
_SHARE_OF_C = re.compile(rf"C[ \t]*/[ \t]*({NUMBER_PATTERN})")
_CLOCK = re.compile(r"([0-9]{1,4}):([0-5]?[0-9])(?::([0-5]?[0-9]))?")
_WITH_UNIT = re.compile(rf"({NUMBER_PATTERN})[ \t]*([A-Za-z%°][A-Za-z.%°]*)")
_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+(\.[0-9]*)?")
_BLANKS = " \t\r\n"


@dataclass(slots=True)
class Written:
    """A piece of text in a document, with the place of its first character.

    ``line`` and ``column`` are those of the whole value; ``inner`` is the column of the first
    character of the text, or ``None`` where columns inside the text are not known.
    """

    text: str
    line: int | None = None
    column: int | None = None
    inner: int | None = None

    def part(self, start: int, end: int | None = None) -> Written:
        """Return a part of the text, without the blanks around it."""
        text = self.text[start:end].rstrip(_BLANKS)
        bare = text.lstrip(_BLANKS)
        inner = None if self.inner is None else self.inner + start + len(text) - len(bare)
        return Written(bare, self.line, self.column, inner)

    def place(self, path: str, index: int = 0) -> Position:
        """Return the place of the character with this index."""
        column = self.column if self.inner is None else self.inner + index
        return Position(path, self.line, column)


def written(mark: Scalar | Entry, text: str) -> Written:
    """Return the text of a scalar or a key with its place, without the blanks around it."""
    whole = Written(text, mark.line, mark.column, mark.inner)
    return whole if text == text.strip(_BLANKS) else whole.part(0)


def read_expression(
    node: Node, rule: Rule, path: str, report: Report, scope: Scope = "step"
) -> Expression | None:
    """Read the value of a key; ``None`` with a finding if it is none.

    Parameters
    ----------
    node
        What stands there.
    rule
        What a number in this place must be.
    path
        Key path of the place.
    report
        Receives what is wrong.
    scope
        What may stand in an expression here.
    """
    if not isinstance(node, Scalar):
        kind = "a list" if isinstance(node, Array) else "a mapping"
        report.add("not-a-number", f"{rule.name} is one number, not {kind}.", path, node)
        return None
    value = node.value
    if isinstance(value, str):
        return read_text(written(node, value), rule, path, report, scope)
    if value is None or isinstance(value, bool):
        shown = "missing" if value is None else f"a number, not {str(value).lower()}"
        report.add("not-a-number", f"{rule.name} is {shown}.", path, node)
        return None
    if not math.isfinite(value):
        return None  # noted when the document was read
    return _judged(Number(float(value), Position(path, node.line, node.column)), rule, report)


def read_text(
    source: Written, rule: Rule, path: str, report: Report, scope: Scope = "step"
) -> Expression | None:
    """Read an expression from text; ``None`` with a finding if it is none."""
    text = source.text
    if _NUMBER.fullmatch(text):
        if math.isfinite(value := float(text)):
            return _judged(Number(value, _whole(source, path)), rule, report)
        report.add("not-finite", f"{rule.name} must be a finite number.", path, source)
        return None
    if _INPUT.fullmatch(text):
        return Input(named(text), _whole(source, path))
    if explained := _explain(text, rule):
        report.add("not-a-number", explained[0], path, source, explained[1])
        return None
    expression = _parsed(source, rule, path, report, scope)
    if expression is None or (scope == "constant" and not _fits(expression, rule, report)):
        return None
    if isinstance(expression, Number):
        return _judged(Number(expression.value, _whole(source, path)), rule, report)
    return expression


def _parsed(
    source: Written, rule: Rule, path: str, report: Report, scope: Scope
) -> Expression | None:
    if not source.text:
        report.add("not-a-number", f"{rule.name} is missing.", path, source)
        return None
    report.worked_out += len(source.text)
    if report.worked_out > MAX_EXPRESSIONS:
        message = f"All expressions together have at most {MAX_EXPRESSIONS:,} characters; "
        message += "set variables, or use blocks with `repeat`."
        raise report.stop("too-large", message, path, source)
    places = partial(source.place, path)
    try:
        directions, comparable = scope == "direction", scope != "limit"
        return parse(source.text, places, directions=directions, comparable=comparable)
    except GrammarError as error:
        where = f" (character {error.index + 1} of {quote(source.text, 40)})"
        message = error.message + (where if len(source.text) > 1 else "")
        report.add(error.code, message, path, places(error.index), error.suggestion)
    return None


def _fits(expression: Expression, rule: Rule, report: Report) -> bool:
    """Whether an expression keeps to numbers and inputs, where nothing else has a value yet."""
    for leaf in leaves(expression):
        if not isinstance(leaf, Number | Input):
            message = f"{quote(leaf.name)} has no value here: {rule.name[0].lower()}{rule.name[1:]}"
            message += " is made of numbers and inputs only."
            report.add("not-constant", message, leaf.position.path, leaf.position)
            return False
    return True


def _whole(source: Written, path: str) -> Position:
    return Position(path, source.line, source.column)


def _judged(expression: Number, rule: Rule, report: Report) -> Number:
    problem = rule.problem_as_written(expression.value)
    if problem is not None:
        position = expression.position
        report.add("out-of-range", problem, position.path, position)
    return expression


def input_names(text: str) -> list[str]:
    """Return the names of all inputs that a piece of text refers to.

    Examples
    --------
    >>> input_names('Voltage < input["Cut-off voltage [V]"]')
    ['Cut-off voltage [V]']
    """
    return [named(match.group()) for match in _INPUT.finditer(text)]


def _explain(text: str, rule: Rule) -> tuple[str, str | None] | None:
    """Say why ``text`` is no number here, and what was meant; ``None`` if it may be one."""
    shown = quote(text)
    if rule.unit == "C" and (share := _SHARE_OF_C.fullmatch(text)):
        return f"{shown} is a fraction of C; write one number.", _divided("1", share.group(1))
    if clock := _CLOCK.fullmatch(text):
        message = f"{shown} is a clock time; write {rule.name[0].lower()}{rule.name[1:]}."
        return message, _seconds(clock) if rule.unit == "s" else None
    if _COMMA.fullmatch(text):
        return f"{shown} has a comma; decimals are written with a point.", text.replace(",", ".")
    if _LEADING_ZERO.fullmatch(text):
        return f"{shown} begins with 0, which YAML may read as octal.", number(float(text))
    if measured := _WITH_UNIT.fullmatch(text):
        own = measured.group(2) == rule.unit
        unit = f"the unit is always {rule.unit}" if rule.unit else "it has no unit"
        return f"{shown} has a unit; write the number alone, {unit}.", (
            measured.group(1) if own else None
        )
    return None


def _divided(top: str, bottom: str) -> str | None:
    divisor = float(bottom)
    ratio = float(top) / divisor if divisor else math.inf
    return f"{ratio:.12g}" if math.isfinite(ratio) else None


def _seconds(clock: re.Match[str]) -> str:
    parts = [int(part) for part in clock.groups() if part is not None]
    total = 0
    for part in parts:
        total = total * 60 + part
    return str(total)
