"""The ``safety_limits`` section: bounds that hold in every step.

safety_limits:
max_voltage: 4.3
max_temperature: {value: 60, goto: Cool down}
goto: Park
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from ionworks.ucp.expressions import read_expression
from ionworks.ucp.findings import Report
from ionworks.ucp.nodes import Entry, Node, Table
from ionworks.ucp.rules import SAFETY, number
from ionworks.ucp.shapes import at, read_goto, read_optional, refuse_unknown
from ionworks.ucp.tree import Guarded, Number, Safety, SafetyLimit

Bound: TypeAlias = tuple[Guarded, Literal["low", "high"]]

BOUNDS: Mapping[str, Bound] = MappingProxyType(
    {
        "max_voltage": ("Voltage", "high"),
        "min_voltage": ("Voltage", "low"),
        "max_temperature": ("Temperature", "high"),
        "min_temperature": ("Temperature", "low"),
        "max_charge_current": ("Charge current", "high"),
        "max_discharge_current": ("Discharge current", "high"),
    }
)
"""The keys of ``safety_limits`` and what they bound."""

SAFETY_KEYS = (*BOUNDS, "goto")
LIMIT_KEYS = ("value", "goto")
"""Keys of a limit written as a mapping."""


def read_safety(node: Node, path: str, report: Report) -> Safety:
    """Read the ``safety_limits`` section.

    Parameters
    ----------
    node
        What stands under ``safety_limits``.
    path
        Its key path.
    report
        Receives what is wrong.
    """
    if not isinstance(node, Table):
        message = f"`safety_limits` is a mapping with some of {', '.join(SAFETY_KEYS)}."
        report.add("not-a-mapping", message, path, node)
        return Safety()
    refuse_unknown(node, SAFETY_KEYS, "`safety_limits`", path, report)
    entries = [entry for entry in node.entries.values() if entry.key in BOUNDS]
    read = [_read_limit(entry, f"{path}.{entry.key}", report) for entry in entries]
    limits = tuple(limit for limit in read if limit is not None)
    _require_order(limits, report)
    return Safety(limits, read_goto(node, path, report))


def _read_limit(entry: Entry, path: str, report: Report) -> SafetyLimit | None:
    bound, node, goto = BOUNDS[entry.key], entry.value, None
    if isinstance(node, Table):
        meant = refuse_unknown(node, LIMIT_KEYS, "a safety limit", path, report)
        if "value" not in node.entries.keys() | meant:
            report.add("missing-key", "A safety limit needs `value`.", path, entry)
        value = read_optional(node, "value", SAFETY[bound], path, report, "constant")
        goto = read_goto(node, path, report)
    else:
        value = read_expression(node, SAFETY[bound], path, report, "constant")
    if value is None:
        return None
    return SafetyLimit(*bound, value, at(path, entry), goto)


def _require_order(limits: tuple[SafetyLimit, ...], report: Report) -> None:
    """Note a lower bound that is not below the upper one."""
    for low in limits:
        for high in limits:
            if (low.quantity, low.side, high.side) != (high.quantity, "low", "high"):
                continue
            first, second = low.value, high.value
            if not isinstance(first, Number) or not isinstance(second, Number):
                continue
            if first.value >= second.value:
                message = f"The lowest safe {low.quantity} ({number(first.value)}) must be below "
                message += f"the highest ({number(second.value)})."
                report.add("contradiction", message, low.position.path, low.position)
