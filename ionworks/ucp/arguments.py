"""What the calls of the builder have in common: their arguments, and how these are refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from inspect import signature
from typing import Any, TypeAlias, TypedDict, get_type_hints

from ionworks.ucp.findings import Code, Finding, ProtocolError, nearest, quote
from ionworks.ucp.reading import body, check
from ionworks.ucp.tree import Mode, Position, ProfileMode

Value: TypeAlias = float | str
"""A number, or an expression such as ``'input["C-rate"]'`` or ``"0.5 * VAR_RATE"``."""

Condition: TypeAlias = str | Mapping[str, Any]
"""``"Voltage > 4.2"``, the same with where to go on, ``{"Voltage > 4.2": "Rest"}``, or an end as a
mapping of the language, such as ``{"variable": "Voltage [V]", "value": 4.2}``."""

Table: TypeAlias = dict[str, Any]

MODES: dict[str, Mode] = {
    "c_rate": "C-rate",
    "current": "Current",
    "voltage": "Voltage",
    "power": "Power",
    "resistance": "Resistance",
}
SIGNALS: dict[str, ProfileMode] = {
    "c_rate": "C-rate",
    "current": "Current",
    "voltage": "Voltage",
    "power": "Power",
}
ANY_STEP: Table = {"Rest": {"duration": 1}}
_OF_THE_WHOLE: frozenset[Code] = frozenset(
    {
        "unknown-target",
        "ambiguous-target",
        "endless-loop",
        "unset-variable",
        "missing-drive-cycle",
    }
)
"""Findings that one step alone cannot be blamed for; `Protocol.load` tells them."""

_FIRST_KEY = re.compile(r"(?:\.(\w+)|\['(.*?)'\]|\[\"(.*?)\"\])(.*)", re.DOTALL)


class Common(TypedDict, total=False):
    """What every step that takes time may have, besides its duration."""

    until: Condition | Sequence[Condition] | None
    goto: str | None
    name: str | None
    temperature: Value | None
    resolution: Value | Mapping[str, Value] | None
    set_variable: Mapping[str, Value] | None
    note: str | None


class Timed(Common, total=False):
    """The same, with the longest time in s."""

    duration: Value | None


def present(table: Mapping[str, Any]) -> Table:
    """Leave out what is not there."""
    return {key: value for key, value in table.items() if value is not None}


def held(
    c_rate: Value | None,
    current: Value | None,
    voltage: Value | None,
    power: Value | None,
    resistance: Value | None = None,
) -> Table:
    """Return the one of these values that a step holds, by its name."""
    return present(
        {
            "c_rate": c_rate,
            "current": current,
            "voltage": voltage,
            "power": power,
            "resistance": resistance,
        }
    )


def exactly_one(given: Mapping[str, Any], names: Sequence[str], call: str) -> str:
    """Return the only argument that is given of those that exclude each other."""
    if len(given) == 1:
        return next(iter(given))
    known = f"{', '.join(names[:-1])} and {names[-1]}"
    if not given:
        raise refusal("missing-key", f"Give one of {known}.", f"{call}()")
    message = f"Give only one of {known}, not {' and '.join(given)}."
    raise refusal("contradiction", message, f"{call}({', '.join(given)})")


def initial_state(given: Table, call: str) -> tuple[Table, dict[str, str]]:
    """Return the initial state as the language has it, and how its keys are called here."""
    if not given:
        return {}, {}
    names = ("initial_soc", "initial_soc_percent", "initial_voltage")
    name = exactly_one(given, names, call)
    if name == "initial_soc":
        return {name: given[name]}, {}
    kind = "voltage" if name == "initial_voltage" else "soc_percentage"
    state = {"initial_state_type": kind, "initial_state_value": given[name]}
    return state, {"initial_state_value": name, "initial_state_type": name}


def as_resolution(resolution: object) -> object:
    """Return a resolution as the mapping that it always may be."""
    if resolution is None or isinstance(resolution, Mapping):
        return resolution
    return {"time": resolution}


def require_known(common: Mapping[str, object], method: Callable[..., object]) -> None:
    """Refuse keywords that are neither those of a call itself, nor what all steps take."""
    common_names = get_type_hints(Timed)
    for name in common:
        if name not in common_names:
            own = [one for one in signature(method).parameters if one != "common"]
            known = tuple(dict.fromkeys([*own, *common_names]))
            message = f"Unknown argument {quote(name)}; known are {', '.join(known)}."
            place = f"{method.__name__}({name})"
            raise refusal("unknown-key", message, place, nearest(name, known))


def as_length(given: Table, call: str) -> Table:
    """Return duration and ends, every end with where to go on."""
    target, until = given.get("goto"), given.get("until")
    conditions = until if isinstance(until, list | tuple) else [until] if until is not None else []
    ends = [end for condition in conditions for end in _ends(condition, target)]
    if target is None or not given.keys() & {"duration", "until"}:
        if target is not None:
            message = "A goto needs `until` or `duration`: it is taken when one of them is reached."
            raise refusal("missing-end", message, f"{call}(goto)")
        return {"duration": given.get("duration"), "ends": ends or None}
    if "duration" in given:
        ends.append(_jump(f"Time >= {given['duration']}", target))
    return {"duration": None, "ends": ends}


def _ends(condition: Any, target: str | None) -> list[object]:
    """Return the ends that a condition stands for; each keeps its own goto."""
    if isinstance(condition, str) and target is not None:
        return [_jump(condition, target)]
    if not isinstance(condition, Mapping):
        return [condition]
    if condition.keys() & {"variable", "expression"}:
        return [{**({} if target is None else {"goto": target}), **condition}]
    return [
        _jump(text, goto) if isinstance(goto, str) else {text: goto}
        for text, goto in condition.items()
    ]


def _jump(condition: str, target: str) -> Table:
    return {"expression": condition, "goto": target}


def as_assignments(variables: Mapping[str, Value] | None, call: str) -> list[Table] | None:
    """Return variables and their values as the list that the language has."""
    given = by_name(variables, f"{call}(set_variable)", '{"VAR_N": 0}')
    return [{"name": name, "eval": value} for name, value in given.items()] or None


def by_name(values: Mapping[str, Any] | None, place: str, example: str) -> Mapping[str, Any]:
    """Return a mapping as it is, an empty one for nothing, and refuse all else."""
    if values is None or isinstance(values, Mapping):
        return values or {}
    kind = type(values).__name__
    raise refusal("not-a-mapping", f"Give a mapping such as {example}, not {kind}.", place)


def as_name(name: object, place: str) -> str:
    """Return a name as it is, and refuse what is no text."""
    if isinstance(name, str):
        return name
    raise refusal("bad-name", f"A name is a text, not {type(name).__name__}.", place)


def as_limit(limit: object) -> object:
    """Return a safety limit, with its own goto if it comes as a pair."""
    if isinstance(limit, tuple) and len(limit) == 2:
        return {"value": limit[0], "goto": limit[1]}
    return limit


def as_numbers(values: Iterable[float] | None, place: str) -> list[float]:
    """Return a row of numbers, such as an array, as a list."""
    try:
        return [] if values is None else [float(value) for value in values]
    except (TypeError, ValueError):
        raise refusal("not-a-number", "Give a list or an array of numbers.", place) from None


def checked(document: Table, call: str, root: str, names: Mapping[str, str]) -> Table:
    """Return a document as plain values, or refuse it in terms of the arguments of a call.

    Parameters
    ----------
    document
        What the call made, in a protocol of its own.
    call
        Name of the call.
    root
        Key path of what the call made.
    names
        What its keys are called as arguments, where they differ; that of the path itself is "".
    """
    findings = [
        replace(finding, position=_argument(finding.position.path, call, root, names))
        for finding in check(document)
        if finding.severity == "error" and finding.code not in _OF_THE_WHOLE
    ]
    if findings:
        raise ProtocolError(findings)
    return body(document)


def _argument(path: str, call: str, root: str, names: Mapping[str, str]) -> Position:
    """Name the argument that became what stands at a place of the document."""
    match = _FIRST_KEY.fullmatch(path.removeprefix(root))
    if match is None:
        return Position(f"{call}({names.get('', '')})")
    key = match[1] or match[2] or match[3] or ""
    return Position(f"{call}({names.get(key, key)}{match[4]})")


def refusal(code: Code, message: str, path: str, suggestion: str | None = None) -> ProtocolError:
    """Return the error for one wrong argument."""
    return ProtocolError([Finding(code, message, Position(path), suggestion=suggestion)])
