"""What stands on the left of an end: a quantity, or a variable of the model.

Voltage, Voltage [V]                      a quantity
Overpotential [V]                         a variable of the model: its unit stands in brackets
variable["Negative electrode stoichiometry"]        the same, whatever its name
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from ionworks.ucp.expressions import Written
from ionworks.ucp.findings import Report, nearest, quote
from ionworks.ucp.grammar import COUNTERS, QUANTITIES, parse
from ionworks.ucp.rules import RESULT_COLUMNS, UNITS
from ionworks.ucp.tokens import VARIABLE_PATTERN, GrammarError, named
from ionworks.ucp.tree import ModelVariable, Position, Quantity

OTHER_UNITS = {"dV/dt": ("V.s-1",)}
"""Other spellings of a unit that are read."""

_MODEL_VARIABLE = re.compile(VARIABLE_PATTERN)
_WITHOUT_QUOTES = re.compile(r"variable[ \t]*\[(.*)\]")
_WITH_UNIT = re.compile(r"[^\[\]\n]*[^\[\]\s][ \t]*\[[^\[\]\n]*\]")
_OTHER_NAMES: dict[str, Quantity] = {"state of charge": "SOC", "potential": "Voltage"}


def read_quantity(source: Written, path: str, report: Report) -> Quantity | ModelVariable | None:
    """Read a quantity with or without its unit in brackets, or a variable of the model."""
    text = source.text
    name, bracket, unit = text.partition("[")
    name = name.rstrip(" \t")
    if name not in QUANTITIES:
        return _model_variable(source, name, path, report)
    right = UNITS[name]
    units = (right, *OTHER_UNITS.get(name, ()))
    if bracket and (not right or unit.removesuffix("]") not in units or unit[-1:] != "]"):
        need = f"is in {right}" if right else "is a fraction from 0 to 1 and has no unit"
        message = f"{name} {need}, not in {quote('[' + unit, 20)}."
        near = f"{name} [{right}]" if right else name
        report.add("wrong-unit", message, path, source, near)
        return None
    return name


def _model_variable(source: Written, name: str, path: str, report: Report) -> ModelVariable | None:
    """Read the name of a variable of the model: with a unit, or in quotes and brackets."""
    text = source.text
    if _MODEL_VARIABLE.fullmatch(text):
        return ModelVariable(named(text), source.place(path))
    if " ".join(text.split()) not in COUNTERS and _is_calculated(text):
        message = f"{quote(text)} is worked out; on the left of an end stands one quantity alone."
        report.add("bad-end", message, path, source)
        return None
    message, near = _mistake(text, name)
    if not message:
        return ModelVariable(text, source.place(path))
    report.add("unknown-variable", message, path, source, near)
    return None


def _mistake(text: str, name: str) -> tuple[str, str | None]:
    """Say why a text is no name of a variable of the model, and what was meant; "" if it is one."""
    column, plain = RESULT_COLUMNS.get(" ".join(text.split())), " ".join(name.split())
    if column is not None:
        message = f"{quote(text)} is a column of the results; an end counts from the beginning of "
        return f"{message}its step, as {column}.", column
    if plain in COUNTERS:
        message = f"{plain} is a counter: ends compare quantities of the cell. Counters belong in a"
        return f'{message} Control: {{ends: [{{"{plain} > 3": {{goto: End}}}}]}}.', None
    near = _near_quantity(name)
    if name.startswith("not "):
        return "There is no `not` in an end: turn its operator around.", near
    if (bare := _WITHOUT_QUOTES.fullmatch(text)) is not None:
        inner = bare[1].strip(" \t\"'")
        message = 'A variable of the model stands in quotes: variable["Name [unit]"].'
        return message, _near_quantity(inner.partition("[")[0]) or f'variable["{inner}"]'
    if near is not None and _is_misspelt(name, near):
        return f"Unknown quantity {quote(name)} in an end; it is written {near}.", near
    if text[:1].isalpha() and '"' not in text and _WITH_UNIT.fullmatch(text):
        return "", None
    message = f"Unknown quantity {quote(name)} in an end; known are {', '.join(QUANTITIES)}. "
    message += 'Another variable of the model is written variable["Name [unit]"].'
    return message, near


def _is_misspelt(name: str, quantity: str) -> bool:
    """Whether one word is so near a quantity that it cannot be meant for anything else."""
    word, right = name[:60].lower(), quantity.lower()
    return " " not in word and bool(get_close_matches(word, [right], cutoff=0.8))


def _is_calculated(text: str) -> bool:
    """Whether a text is an expression of more than one word."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        return False
    try:
        parse(text, lambda index: Position("", None, index))
    except GrammarError:
        return False
    return True


def _near_quantity(name: str) -> Quantity | None:
    words = name[:60].lower().split()
    if other := _OTHER_NAMES.get(" ".join(words)):
        return other
    by_lower = {quantity.lower(): quantity for quantity in QUANTITIES}
    inside = next((by_lower[word] for word in reversed(words) if word in by_lower), None)
    if inside is not None:
        return inside
    near = nearest(name, QUANTITIES)
    return by_lower[near.lower()] if near else None
