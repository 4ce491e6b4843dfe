"""Steps that take no time: Control, the temperature of the chamber, and ``set_variable``.

Control: {set_variable: [{name: VAR_N, eval: VAR_N + 1}], ends: [{"VAR_N > 3": {goto: End}}]}
Ambient temperature: {value: 45}
"""

from __future__ import annotations

import re

from ionworks.ucp import rules
from ionworks.ucp.ends import WRAPPED_KEYS, conditions, only_entry, read_jump, refuse_beside
from ionworks.ucp.expressions import read_expression, read_text, written
from ionworks.ucp.findings import Report, quote
from ionworks.ucp.grammar import RESERVED_NAMES
from ionworks.ucp.nodes import Array, Entry, Node, Scalar, Table, words
from ionworks.ucp.shapes import at, read_goto, read_label, read_optional, refuse_unknown
from ionworks.ucp.tokens import NAME_PATTERN
from ionworks.ucp.tree import Ambient, Assignment, Branch, Control, Number

CONTROL_KEYS = ("set_variable", "advance_cycle", "ends", "name", "note")
"""Keys of a Control."""
AMBIENT_KEYS = ("value", "name", "note")
"""Keys of a change of the ambient temperature."""
ASSIGNMENT_KEYS = ("name", "eval")
"""Keys of an entry of ``set_variable``."""
AMBIENT_NAMES = ("Ambient temperature", "AmbientTemperature")

_NAME = re.compile(NAME_PATTERN)
_BRANCH = 'Write it as {"VAR_N >= 3": {goto: Name}} or {expression: VAR_N >= 3, goto: Name}.'


def read_control(node: Table, mark: Table | Entry, path: str, report: Report) -> Control:
    """Read a Control."""
    meant = refuse_unknown(node, CONTROL_KEYS, "a Control", path, report)
    given = node.entries.keys() | meant
    advance = _read_advance(node, path, report)
    if not given & {"set_variable", "ends"} and not (advance or _is_unread(node)):
        message = "A Control needs `set_variable`, `advance_cycle: true` or `ends`."
        report.add("missing-key", message, path, mark)
    variables, ends = node.value("set_variable"), node.value("ends")
    return Control(
        position=at(path, mark),
        name=read_label(node, "name", path, report),
        assignments=()
        if variables is None
        else read_assignments(variables, f"{path}.set_variable", report),
        advance_cycle=advance,
        branches=() if ends is None else _read_branches(ends, f"{path}.ends", report),
        note=read_label(node, "note", path, report),
    )


def _is_unread(node: Table) -> bool:
    """Whether ``advance_cycle`` is there, and is noted already to be neither true nor false."""
    value = node.value("advance_cycle")
    return value is not None and not (isinstance(value, Scalar) and isinstance(value.value, bool))


def _read_advance(node: Table, path: str, report: Report) -> bool:
    value = node.value("advance_cycle")
    if value is None:
        return False
    if isinstance(value, Scalar) and isinstance(value.value, bool):
        return value.value
    message = "`advance_cycle` is true or false."
    report.add("unknown-word", message, f"{path}.advance_cycle", value, "true")
    return False


def _read_branches(node: Node, path: str, report: Report) -> tuple[Branch, ...]:
    items = conditions(node, path, report)
    read = (_read_branch(item, f"{path}[{index}]", report) for index, item in items)
    return tuple(branch for branch in read if branch is not None)


def _read_branch(node: Node, path: str, report: Report) -> Branch | None:
    if not isinstance(node, Table):
        message = f"An end of a Control is a condition with a goto. {_BRANCH}"
        report.add("bad-end", message, path, node)
        return None
    if "expression" in node.entries:
        return _read_wrapped(node, path, report)
    entry = only_entry(node)
    if entry is None and refuse_beside(node, path, report):
        return None
    if entry is None:
        message = f"An end of a Control is one condition with a goto. {_BRANCH}"
        report.add("bad-end", message, path, node)
        return None
    readable, goto = read_jump(entry, path, report)
    condition = read_text(written(entry, entry.key), rules.CONDITION, path, report)
    if condition is None or goto is None or not readable:
        return None
    return Branch(condition, goto, at(path, entry))


def _read_wrapped(node: Table, path: str, report: Report) -> Branch | None:
    refuse_unknown(node, WRAPPED_KEYS, "an end of a Control", path, report)
    inner = node.entries["expression"].value
    condition = read_expression(inner, rules.CONDITION, f"{path}.expression", report)
    goto = read_goto(node, path, report)
    if "goto" not in node.entries:
        report.add("missing-key", f"A condition needs a goto. {_BRANCH}", path, node, "goto: Next")
    if condition is None or goto is None:
        return None
    return Branch(condition, goto, at(path, node))


def read_assignments(node: Node, path: str, report: Report) -> tuple[Assignment, ...]:
    """Read the list under ``set_variable``."""
    if not isinstance(node, Array):
        message = "`set_variable` is a list: start each with '- ', as {name: VAR_N, eval: 0}."
        report.add("not-a-list", message, path, node)
        report.unread.update(words(node))
        return ()
    if not node.items:
        message = "`set_variable` is empty; give at least one {name: VAR_N, eval: 0}."
        report.add("empty", message, path, node)
    read = []
    for index, item in enumerate(node.items):
        assignment = _read_assignment(item, f"{path}[{index}]", report)
        if assignment is None:
            report.unread.update(words(item))
        else:
            read.append(assignment)
    return tuple(read)


def _read_assignment(node: Node, path: str, report: Report) -> Assignment | None:
    if not isinstance(node, Table):
        message = "A variable is set by {name: VAR_N, eval: 0}."
        report.add("not-a-mapping", message, path, node)
        return None
    meant = refuse_unknown(node, ASSIGNMENT_KEYS, "`set_variable`", path, report)
    missing = [key for key in ASSIGNMENT_KEYS if key not in node.entries.keys() | meant]
    if missing:
        message = f"An entry of `set_variable` needs {' and '.join(missing)}: "
        report.add("missing-key", f"{message}{{name: VAR_N, eval: 0}}.", path, node)
    name = _read_name(node, path, report)
    value = read_optional(node, "eval", rules.ASSIGNED, path, report)
    return None if name is None or value is None else Assignment(name, value, at(path, node))


def _read_name(node: Table, path: str, report: Report) -> str | None:
    """Read the name of a variable: one that an expression can name."""
    value = node.value("name")
    if value is None:
        return None
    name = value.value if isinstance(value, Scalar) else None
    if isinstance(name, str) and _NAME.fullmatch(name) and name not in RESERVED_NAMES:
        return name
    message = "The name of a variable is made of letters, digits and _, such as VAR_N"
    if isinstance(name, str):
        why = "has a meaning of its own" if name in RESERVED_NAMES else "is none"
        message += f"; {quote(name)} {why}"
    report.add("bad-name", f"{message}.", f"{path}.name", value)
    return None


def read_ambient(node: Table, mark: Table | Entry, path: str, report: Report) -> Ambient:
    """Read a change of the temperature of the chamber."""
    meant = refuse_unknown(node, AMBIENT_KEYS, "an Ambient temperature", path, report)
    if "value" not in node.entries.keys() | meant:
        message = "Ambient temperature needs `value`, in degC."
        report.add("missing-key", message, path, mark, "value: 25")
    position = at(path, mark)
    return Ambient(
        position=position,
        value=read_optional(node, "value", rules.TEMPERATURE, path, report) or Number(25, position),
        name=read_label(node, "name", path, report),
        note=read_label(node, "note", path, report),
    )
