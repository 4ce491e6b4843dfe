"""End conditions, in each of their written forms.

"Voltage < 2.5"     "Voltage [V] <= 0.9 * input["Cut-off"]"    text
{variable: Voltage [V], value: 2.5, goto: Rest}                mapping, sense from the step
{variable: Voltage, operator: "<", value: 2.5}                 mapping
{expression: "Voltage < 2.5", goto: Rest}                      mapping around a text
{"Voltage < 2.5": {goto: Rest}}                                text with what follows
"""

from __future__ import annotations

import re
from typing import get_args

from ionworks.ucp.expressions import Written, read_expression, read_text, written
from ionworks.ucp.findings import Report, quote
from ionworks.ucp.grammar import QUANTITIES
from ionworks.ucp.nodes import Array, Entry, Node, Scalar, Table, member
from ionworks.ucp.quantities import read_quantity
from ionworks.ucp.rules import default_operator, end_rule
from ionworks.ucp.shapes import at, read_goto, refuse_unknown
from ionworks.ucp.tree import (
    End,
    Expression,
    Goto,
    Kind,
    ModelVariable,
    Operator,
    Position,
    Quantity,
)
from ionworks.ucp.writing import write, write_quantity

OPERATORS: tuple[Operator, ...] = get_args(Operator)
END_KEYS = ("variable", "operator", "value", "goto")
"""Keys of an end written as a mapping."""
WRAPPED_KEYS = ("expression", "goto")
"""Keys of a mapping around a condition."""

_FORM = 'Write it as "Voltage < 2.5" or as {variable: Voltage [V], value: 2.5}.'
_LEFT = re.compile(r"""(?:[^<>=!≤≥≠"']++|"[^"\n]*+"|'[^'\n]*+')*+""")
_SIGN = re.compile(r"[<>=!≤≥≠]+")
_OTHER_OPERATORS = {"≤": "<=", "≥": ">=", "=<": "<=", "=>": ">=", "<<": "<", ">>": ">"}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_JOINING = re.compile(r"[ \t](or|and|for|goto)[ \t]", re.IGNORECASE)


def read_ends(node: Node, kind: Kind | None, path: str, report: Report) -> tuple[End, ...]:
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
    items = conditions(node, path, report)
    read = (_read_end(item, kind, f"{path}[{index}]", report) for index, item in items)
    return tuple(end for end in read if end is not None)


def conditions(node: Node, path: str, report: Report) -> list[tuple[int, Node]]:
    """Return the numbered conditions under ``ends``, a list that may not be empty."""
    if not isinstance(node, Array):
        message = "`ends` is a list of conditions: start each with '- '."
        report.add("not-a-list", message, path, node)
        return []
    if not node.items:
        report.add("empty", f"`ends` is empty. {_FORM}", path, node)
    return list(enumerate(node.items))


def only_entry(node: Table) -> Entry | None:
    """Return the entry of a mapping that has a single one, if its key is a condition."""
    if len(node.entries) != 1:
        return None
    (entry,) = node.entries.values()
    return None if entry.key in END_KEYS or entry.key in WRAPPED_KEYS else entry


def read_jump(entry: Entry, path: str, report: Report) -> tuple[bool, Goto | None]:
    """Read what stands behind a condition that is a key: where to go on.

    Returns
    -------
    tuple of bool and Goto
        Whether it could be read, and the jump.
    """
    path = member(path, entry.key)
    if not isinstance(entry.value, Table):
        message = "Behind a condition stands where to go on: {goto: Name}."
        report.add("bad-end", message, path, entry, "goto: Next")
        return False, None
    refuse_unknown(entry.value, ("goto",), "an end", path, report)
    if "goto" not in entry.value.entries:
        message = "Behind a condition stands where to go on: {goto: Name}."
        report.add("missing-key", message, path, entry, "goto: Next")
        return False, None
    goto = read_goto(entry.value, path, report)
    return goto is not None, goto


def _read_end(node: Node, kind: Kind | None, path: str, report: Report) -> End | None:
    if isinstance(node, Scalar) and isinstance(node.value, str):
        return read_comparison(written(node, node.value), path, report)
    if not isinstance(node, Table):
        report.add("bad-end", f"An end is a condition. {_FORM}", path, node)
        return None
    if "expression" in node.entries:
        return _read_wrapped(node, path, report)
    entry = only_entry(node)
    if entry is None or (not isinstance(entry.value, Table) and not _is_comparison(entry.key)):
        return _read_table(node, kind, path, report)
    readable, goto = read_jump(entry, path, report)
    end = read_comparison(written(entry, entry.key), path, report, goto)
    return end if readable else None


def read_comparison(
    source: Written, path: str, report: Report, goto: Goto | None = None
) -> End | None:
    """Read ``<quantity> <operator> <value>``; ``None`` with a finding if it is none."""
    left, sign, right = _split(source)
    if not sign:
        message = f"{quote(source.text)} is no comparison. {_FORM}"
        report.add("missing-operator", message, path, source)
        return None
    if _is_turned(left.text, right.text):
        message = "The quantity stands on the left of an end, its limit on the right."
        near = f"{right.text} {_TURNED[sign]} {left.text}" if sign in _TURNED else None
        report.add("bad-end", message, path, source, near)
        return None
    quantity = read_quantity(left, path, report)
    operator = _read_operator(sign, path, source, report)
    if quantity is None:
        return None
    if " " in right.text and _refuse_joined(f"{left.text} {sign}", right, path, report):
        return None
    value = read_text(right, end_rule(quantity), path, report, "limit")
    if operator is None or value is None:
        return None
    return _end(quantity, operator, value, source.place(path), goto)


def _refuse_joined(head: str, right: Written, path: str, report: Report) -> bool:
    """Note a condition that something stands behind, in words; return whether that is so."""
    text = right.text
    joining = _JOINING.search(_QUOTED.sub(lambda found: "_" * len(found.group()), text))
    if joining is None:
        return False
    word = joining[1].lower()
    first = near = f"{head} {text[: joining.start()].rstrip()}"
    if word == "or":
        message = "Any of the `ends` ends the step: write one list item a condition."
    elif word == "and":
        message = "One list item is one condition, and any of them ends the step. Let one end it, "
        message += "and ask for the other in a Control behind it."
    elif word == "for":
        message = "A condition ends the step as soon as it holds: there is no `for`."
    else:
        message = "Where to go on stands under the condition, as a mapping."
        near = f'"{first}": {{goto: {text[joining.end() :].strip()}}}'
    report.add("bad-end", message, path, right, near)
    return True


def _split(source: Written) -> tuple[Written, str, Written]:
    """Split a condition at its operator, which may not stand inside quotes."""
    left = _LEFT.match(source.text)
    middle = left.end() if left else 0
    sign = _SIGN.match(source.text, middle)
    if sign is None:
        return source, "", source
    return source.part(0, middle), sign.group(), source.part(sign.end())


def _is_comparison(text: str) -> bool:
    return bool(_split(Written(text))[1])


def _is_turned(left: str, right: str) -> bool:
    """Whether a condition has a number on its left and a quantity on its right."""
    name = right.partition("[")[0].strip(" \t")
    return name in QUANTITIES and left[:1] in "+-.0123456789"


def refuse_beside(node: Table, path: str, report: Report) -> bool:
    """Note a condition whose goto stands beside it, not under it; return whether it does."""
    for entry in node.entries.values():
        empty = isinstance(entry.value, Scalar) and entry.value.value is None
        if empty and len(node.entries) > 1 and _is_comparison(entry.key):
            message = "What stands beside this condition belongs under it: indent it further."
            report.add("bad-end", message, member(path, entry.key), entry)
            return True
    return False


def _read_table(node: Table, kind: Kind | None, path: str, report: Report) -> End | None:
    if refuse_beside(node, path, report):
        return None
    unknown = refuse_unknown(node, END_KEYS, "an end", path, report)
    if not {"variable", "value"} <= node.entries.keys():
        if not unknown and node.entries.keys() <= set(END_KEYS):
            report.add("bad-end", f"An end has a variable and a value. {_FORM}", path, node)
        return None
    quantity = _variable_of(node, path, report)
    operator = _operator_of(node, quantity, kind, path, report)
    goto = read_goto(node, path, report)
    if quantity is None:
        return None
    value = read_expression(
        node.entries["value"].value, end_rule(quantity), f"{path}.value", report
    )
    if operator is None or value is None:
        return None
    return _end(quantity, operator, value, at(path, node), goto)


def _read_wrapped(node: Table, path: str, report: Report) -> End | None:
    refuse_unknown(node, WRAPPED_KEYS, "an end", path, report)
    inner = node.entries["expression"].value
    goto = read_goto(node, path, report)
    path = f"{path}.expression"
    if isinstance(inner, Scalar) and isinstance(inner.value, str):
        return read_comparison(written(inner, inner.value), path, report, goto)
    report.add("bad-end", f"`expression` is a condition as text. {_FORM}", path, inner)
    return None


def _variable_of(node: Table, path: str, report: Report) -> Quantity | ModelVariable | None:
    value = node.entries["variable"].value
    path = f"{path}.variable"
    if isinstance(value, Scalar) and isinstance(value.value, str):
        return read_quantity(written(value, value.value), path, report)
    names = ", ".join(QUANTITIES)
    report.add("unknown-variable", f"`variable` is one of {names}.", path, value)
    return None


def _operator_of(
    node: Table,
    quantity: Quantity | ModelVariable | None,
    kind: Kind | None,
    path: str,
    report: Report,
) -> Operator | None:
    given = node.value("operator")
    if given is None:
        operator = default_operator(quantity, kind) if quantity else None
        if quantity and operator is None:
            name = write_quantity(quantity)
            message = f"It is open here whether {name} must rise or fall; add an operator."
            report.add("ambiguous-end", message, path, node, 'operator: ">" or operator: "<"')
        return operator
    path = f"{path}.operator"
    if isinstance(given, Scalar) and given.value == "":
        message = "The operator is missing. Put it in quotes: for YAML a bare > begins a text."
        report.add("unknown-operator", message, path, given, 'operator: ">"')
        return None
    if isinstance(given, Scalar) and isinstance(given.value, str):
        return _read_operator(given.value, path, written(given, given.value), report)
    report.add("unknown-operator", f"An operator is one of {' '.join(OPERATORS)}.", path, given)
    return None


def _read_operator(sign: str, path: str, mark: Written, report: Report) -> Operator | None:
    if sign in OPERATORS:
        return sign
    message = f"Unknown operator {quote(sign)}; an end compares with {', '.join(OPERATORS)}."
    report.add("unknown-operator", message, path, mark, _OTHER_OPERATORS.get(sign))
    return None


def _end(
    quantity: Quantity | ModelVariable,
    operator: Operator,
    value: Expression,
    position: Position,
    goto: Goto | None,
) -> End:
    name = quantity.name if isinstance(quantity, ModelVariable) else quantity
    return End(quantity, operator, value, f"{name} {operator} {write(value)}", position, goto)
