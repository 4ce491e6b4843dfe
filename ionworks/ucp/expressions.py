"""Values of a protocol: numbers and ``input["name"]``, read from a scalar or a piece of text."""

from __future__ import annotations

import math
import re

from ionworks.ucp.findings import Report, quote
from ionworks.ucp.nodes import NUMBER_PATTERN, Array, Node, Scalar
from ionworks.ucp.rules import Rule, number
from ionworks.ucp.tree import Expression, Input, Number, Position

INPUT_PATTERN = r'input\[[ \t]*(?:"[ \t]*[^" \t\n][^"\n]*"|' + r"'[ \t]*[^' \t\n][^'\n]*')[ \t]*\]"
"""A reference to an input."""

_NUMBER = re.compile(NUMBER_PATTERN)
_INPUT = re.compile(INPUT_PATTERN)
_RATIO = re.compile(rf"({NUMBER_PATTERN})[ \t]*/[ \t]*({NUMBER_PATTERN})")
_SHARE_OF_C = re.compile(rf"C[ \t]*/[ \t]*({NUMBER_PATTERN})")
_CLOCK = re.compile(r"([0-9]{1,4}):([0-5]?[0-9])(?::([0-5]?[0-9]))?")
_WITH_UNIT = re.compile(rf"({NUMBER_PATTERN})[ \t]*([A-Za-z%°][A-Za-z.%°]*)")
_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+(\.[0-9]*)?")
_ARITHMETIC = re.compile(r"[-+*/()]|\b(?:input|ifelse|min|max|abs|sqrt|exp|log)\b|VAR_")


def read_expression(node: Node, rule: Rule, path: str, report: Report) -> Expression | None:
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
    """
    if not isinstance(node, Scalar):
        kind = "a list" if isinstance(node, Array) else "a mapping"
        report.add("not-a-number", f"{rule.name} is one number, not {kind}.", path, node)
        return None
    value = node.value
    if isinstance(value, str):
        return read_text(value, rule, path, node, report)
    if value is None or isinstance(value, bool):
        shown = "missing" if value is None else f"a number, not {str(value).lower()}"
        report.add("not-a-number", f"{rule.name} is {shown}.", path, node)
        return None
    if not math.isfinite(value):
        return None  # noted when the document was read
    return _checked(float(value), rule, path, node, report)


def read_text(text: str, rule: Rule, path: str, mark: Scalar, report: Report) -> Expression | None:
    """Read a number or an input from text; ``None`` with a finding if it is neither."""
    text = text.strip(" \t")
    if _NUMBER.fullmatch(text):
        return _checked(float(text), rule, path, mark, report)
    if _INPUT.fullmatch(text):
        return Input(input_name(text), Position(path, mark.line, mark.column))
    message, suggestion = _explain(text, rule)
    report.add("not-a-number", message, path, mark, suggestion)
    return None


def input_name(reference: str) -> str:
    """Return the name in ``input["name"]``."""
    inner = reference[reference.index("[") + 1 : -1].strip(" \t")
    return inner[1:-1]


def input_names(text: str) -> list[str]:
    """Return the names of all inputs that a piece of text refers to.

    Examples
    --------
    >>> input_names('Voltage < input["Cut-off voltage [V]"]')
    ['Cut-off voltage [V]']
    """
    return [input_name(match.group()) for match in _INPUT.finditer(text)]


def write(expression: Expression) -> str:
    """Write an expression as it would stand in a protocol."""
    if isinstance(expression, Input):
        mark = "'" if '"' in expression.name else '"'
        return f"input[{mark}{expression.name}{mark}]"
    return number(expression.value)


def _checked(
    value: float, rule: Rule, path: str, mark: Scalar, report: Report
) -> Expression | None:
    if not math.isfinite(value):
        report.add("not-finite", f"{rule.name} must be a finite number.", path, mark)
        return None
    problem = rule.problem(value)
    if problem is not None:
        report.add("out-of-range", problem, path, mark)
    return Number(value, Position(path, mark.line, mark.column))


def _explain(text: str, rule: Rule) -> tuple[str, str | None]:
    """Say why ``text`` is no number here, and what may have been meant."""
    shown = quote(text)
    if ratio := _RATIO.fullmatch(text):
        message = f"{shown} is a fraction; write {rule.what} as one number."
        return message, _divided(ratio.group(1), ratio.group(2))
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
    if _ARITHMETIC.search(text):
        message = f'{shown} is an expression; this version takes a number or input["name"].'
        return message, None
    return f'{rule.name} is a number or input["name"], not {shown}.', None


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
