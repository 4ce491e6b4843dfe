"""The ``global`` section: initial state, temperature and resolution, in both spellings."""

from __future__ import annotations

from typing import Literal, TypeAlias

from ionworks.ucp import rules
from ionworks.ucp.findings import Finding, Report
from ionworks.ucp.nodes import Node, Table, member
from ionworks.ucp.shapes import read_choice, read_optional, read_resolution, refuse_unknown
from ionworks.ucp.tree import Expression, Number, Resolution, Start
from ionworks.ucp.writing import write

STATE_TYPES = ("soc_percentage", "voltage")
"""What ``initial_state_value`` may be: percent of the capacity, or volts."""

GLOBAL_KEYS = (
    "initial_state_type",
    "initial_state_value",
    "initial_soc",
    "initial_temperature",
    "temperature",
    "resolution",
)
"""Keys of the ``global`` section."""

_State: TypeAlias = tuple[Expression | None, Literal["fraction", "percent"], Expression | None]


def read_start(node: Node, path: str, report: Report) -> Start:
    """Read the ``global`` section.

    Parameters
    ----------
    node
        What stands under ``global``.
    path
        Its key path.
    report
        Receives what is wrong.
    """
    if not isinstance(node, Table):
        message = f"`global` is a mapping with some of {', '.join(GLOBAL_KEYS)}; or leave it out."
        report.add("not-a-mapping", message, path, node)
        return Start()
    refuse_unknown(node, GLOBAL_KEYS, "`global`", path, report)
    soc, unit, voltage = _read_state(node, path, report)
    return Start(
        soc=soc,
        soc_unit=unit,
        voltage=voltage,
        temperature=_read_temperature(node, path, report),
        resolution=read_resolution(node, path, report, "constant") or Resolution(),
    )


def _read_state(node: Table, path: str, report: Report) -> _State:
    fraction = _optional(node, "initial_soc", rules.INITIAL_SOC, path, report)
    kind = _read_state_type(node, path, report)
    if kind is None:
        return fraction, "fraction", None
    rule = rules.INITIAL_VOLTAGE if kind == "voltage" else rules.INITIAL_PERCENT
    value = _optional(node, "initial_state_value", rule, path, report)
    if fraction is not None and value is not None and not _same(kind, fraction, value):
        message = "The initial state is given twice, by initial_soc and by initial_state_value, "
        message += "and they do not agree. Keep one."
        report.add(
            "contradiction", message, member(path, "initial_soc"), node.entries["initial_soc"]
        )
    if kind == "voltage":
        return None, "fraction", value
    if isinstance(value, Number) and 0 < value.value <= 1:
        shown = write(value)
        message = f"{shown} percent is almost empty; if it is a fraction use initial_soc: {shown}."
        near = f"initial_soc: {shown}"
        report.note(Finding("unlikely-value", message, value.position, "warning", near))
    return value, "percent", None


def _same(kind: str, fraction: Expression, value: Expression) -> bool:
    if kind == "voltage" or not isinstance(fraction, Number) or not isinstance(value, Number):
        return False
    return abs(fraction.value * 100 - value.value) <= 1e-9


def _read_state_type(node: Table, path: str, report: Report) -> str | None:
    """Read ``initial_state_type``, which comes with ``initial_state_value`` or not at all."""
    entry, value = node.entries.get("initial_state_type"), node.entries.get("initial_state_value")
    if entry is None:
        if value is not None:
            message = "initial_state_value needs initial_state_type: soc_percentage or voltage."
            report.add("missing-key", message, path, value, "initial_state_type: soc_percentage")
        return None
    if value is None:
        message = "initial_state_type needs initial_state_value, in percent or volts."
        report.add("missing-key", message, path, entry, "initial_state_value: 100")
    return read_choice(node, "initial_state_type", STATE_TYPES, path, report)


def _read_temperature(node: Table, path: str, report: Report) -> Expression | None:
    first = _optional(node, "initial_temperature", rules.TEMPERATURE, path, report)
    second = _optional(node, "temperature", rules.TEMPERATURE, path, report)
    if first is None or second is None:
        return first or second
    if write(first) != write(second):
        message = "The temperature is given twice, by initial_temperature and by temperature, "
        message += "and they do not agree. Keep one: it is both the initial and the ambient one."
        report.add(
            "contradiction", message, member(path, "temperature"), node.entries["temperature"]
        )
    return first


def _optional(
    node: Table, key: str, rule: rules.Rule, path: str, report: Report
) -> Expression | None:
    return read_optional(node, key, rule, path, report, "constant")
