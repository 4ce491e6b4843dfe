"""The ``global`` section: initial state, temperature and resolution, in both spellings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from ionworks.ucp import rules
from ionworks.ucp.expressions import read_expression, write
from ionworks.ucp.findings import Report, nearest, quote
from ionworks.ucp.nodes import Node, Scalar, Table, member
from ionworks.ucp.tree import Expression, Number, Resolution, Start

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
        resolution=_read_resolution(node, path, report),
    )


def refuse_unknown(
    node: Table,
    keys: tuple[str, ...],
    where: str,
    path: str,
    report: Report,
    told: Sequence[str] = (),
) -> set[str]:
    """Note the keys of a mapping that do not belong there.

    Parameters
    ----------
    node
        The mapping.
    keys
        What may stand there.
    where
        Name of the mapping in a sentence.
    path
        Its key path.
    report
        Receives what is wrong.
    told
        Keys that do not belong there and are noted already.

    Returns
    -------
    set of str
        The keys that the unknown ones were most likely meant to be.
    """
    meant = set()
    for entry in node.entries.values():
        if entry.key in keys or entry.key in told:
            continue
        message = f"Unknown key {quote(entry.key)} in {where}; known are {', '.join(keys)}."
        near = nearest(entry.key, keys)
        report.add("unknown-key", message, member(path, entry.key), entry, near)
        if near is not None:
            meant.add(near)
    return meant


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
    word = entry.value.value if isinstance(entry.value, Scalar) else None
    if word in STATE_TYPES:
        return str(word)
    message = f"initial_state_type is {' or '.join(STATE_TYPES)}."
    near = nearest(word, STATE_TYPES) if isinstance(word, str) else None
    place = member(path, "initial_state_type")
    report.add("unknown-word", message, place, entry.value, near)
    return None


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


def _read_resolution(node: Table, path: str, report: Report) -> Resolution:
    value = node.value("resolution")
    if value is None:
        return Resolution()
    path = member(path, "resolution")
    if not isinstance(value, Table):
        return Resolution(time=read_expression(value, rules.RESOLUTION["time"], path, report))
    refuse_unknown(value, tuple(rules.RESOLUTION), "`resolution`", path, report)
    return Resolution(
        **{key: _optional(value, key, rule, path, report) for key, rule in rules.RESOLUTION.items()}
    )


def _optional(
    node: Table, key: str, rule: rules.Rule, path: str, report: Report
) -> Expression | None:
    value = node.value(key)
    if value is None:
        return None
    return read_expression(value, rule, member(path, key), report)
