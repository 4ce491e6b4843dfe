"""The tree back to a document: canonical, so that equal protocols have equal text.

Of the forms that the language allows, the nested one is written for steps and the text one for
ends; defaults are left out; numbers are as short as they can be read back exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from ionworks.ucp.profiles import COLUMNS
from ionworks.ucp.reading import Source, tree_of
from ionworks.ucp.safety import BOUNDS
from ionworks.ucp.tree import (
    Ambient,
    Assignment,
    Block,
    Branch,
    CellStep,
    Control,
    DriveCycle,
    End,
    Expression,
    Goto,
    Impedance,
    Node,
    Number,
    Profile,
    ProfileMode,
    Protocol,
    Resolution,
    Safety,
    SafetyLimit,
    Start,
    Step,
    Waveform,
)
from ionworks.ucp.writing import write, write_end
from ionworks.ucp.yaml_writer import LONGEST_KEY, write_yaml

Value: TypeAlias = int | float | str
Table: TypeAlias = dict[str, Any]

PROFILE_COLUMNS: Mapping[ProfileMode, str] = MappingProxyType(
    {mode: column for column, mode in COLUMNS.items()}
)
"""Name of the column of values of a drive cycle, by its mode."""

_LIMIT_KEYS = {bound: key for key, bound in BOUNDS.items()}


def dump(source: Protocol | Source) -> str:
    """Write a protocol as canonical YAML.

    Parameters
    ----------
    source
        A loaded protocol, or anything that `load` takes.

    Returns
    -------
    str
        A document that loads to an equal tree; equal trees have equal text. The text of a protocol
        near the limits of size may be beyond `MAX_TEXT`; send what `document` gives then.

    Raises
    ------
    ProtocolError
        If the protocol cannot be loaded.

    Examples
    --------
    >>> print(dump("Charge at C/2 until 4.2 V"), end="")
    steps:
      - Charge:
          mode: C-rate
          value: 0.5
          ends:
            - Voltage > 4.2
    """
    return write_yaml(document(source))


def document(source: Protocol | Source) -> Table:
    """Return the canonical mapping of a protocol, to be stored or sent.

    Parameters
    ----------
    source
        A loaded protocol, or anything that `load` takes.

    Returns
    -------
    dict
        Texts, numbers, lists and dicts only; loads to an equal tree.

    Raises
    ------
    ProtocolError
        If the protocol cannot be loaded.

    Examples
    --------
    >>> from ionworks import ucp
    >>> ucp.document("Rest for 10 minutes")
    {'steps': [{'Rest': {'duration': 600}}]}
    """
    protocol = tree_of(source)
    profiles = {profile.name: _profile(profile) for profile in protocol.profiles}
    return _given(
        {
            "global": _start(protocol.start) or None,
            "safety_limits": _safety(protocol.safety) or None,
            "drive_cycles": profiles or None,
            "steps": [_node(node) for node in protocol.steps],
        }
    )


def _given(table: Table) -> Table:
    """Leave out what is not there."""
    return {key: value for key, value in table.items() if value is not None}


def _value(expression: Expression | None) -> Value | None:
    if expression is None:
        return None
    if isinstance(expression, Number):
        return _number(expression.value)
    return write(expression)


def _number(value: float) -> int | float:
    return int(value) if value == int(value) and abs(value) < 1e15 else value


def _start(start: Start) -> Table:
    state: Table = {"initial_soc": _value(start.soc)}
    heat = "initial_temperature" if start.soc is None else "temperature"
    if start.soc is not None and start.soc_unit == "percent":
        heat = "initial_temperature"
        state = _state("soc_percentage", start.soc)
    elif start.voltage is not None:
        state = _state("voltage", start.voltage)
    rest = {heat: _value(start.temperature), "resolution": _resolution(start.resolution) or None}
    return _given(state | rest)


def _state(kind: str, value: Expression) -> Table:
    return {"initial_state_type": kind, "initial_state_value": _value(value)}


def _resolution(resolution: Resolution) -> Table:
    return _given(
        {
            "time": _value(resolution.time),
            "voltage": _value(resolution.voltage),
            "current": _value(resolution.current),
        }
    )


def _safety(safety: Safety) -> Table:
    limits = {_LIMIT_KEYS[limit.quantity, limit.side]: _limit(limit) for limit in safety.limits}
    return limits | _goto(safety.goto)


def _limit(limit: SafetyLimit) -> Value | Table | None:
    value = _value(limit.value)
    return value if limit.goto is None else {"value": value} | _goto(limit.goto)


def _goto(goto: Goto | None) -> Table:
    return {} if goto is None else {"goto": goto.target}


def _profile(profile: Profile) -> Table:
    return {
        "Time [s]": [_number(time) for time in profile.times],
        PROFILE_COLUMNS[profile.mode]: [_number(value) for value in profile.values],
    }


def _node(node: Node) -> Table:
    if isinstance(node, Block):
        return {node.name: _block(node)}
    if isinstance(node, Step):
        return _step(node)
    if isinstance(node, Control):
        return {"Control": _control(node)}
    if isinstance(node, Ambient):
        own = {"name": node.name, "value": _value(node.value), "note": node.note}
        return {"Ambient temperature": _given(own)}
    if isinstance(node, DriveCycle):
        return {"DriveCycle": _timed(node, _drive_cycle(node))}
    if isinstance(node, Waveform):
        return {"Waveform": _timed(node, _waveform(node))}
    return {"EIS": _timed(node, _impedance(node))}


def _block(block: Block) -> list[Table] | Table:
    steps = [_node(node) for node in block.steps]
    if isinstance(block.repeat, Number) and block.repeat.value == 1:
        return steps
    return {"repeat": _value(block.repeat), "steps": steps}


def _control(control: Control) -> Table:
    return _given(
        {
            "name": control.name,
            "set_variable": _assignments(control.assignments),
            "advance_cycle": control.advance_cycle or None,
            "ends": [_branch(branch) for branch in control.branches] or None,
            "note": control.note,
        }
    )


def _step(step: Step) -> Table:
    own = {
        "mode": step.mode,
        "value": _value(step.value),
        "hold_voltage": _value(step.hold_voltage),
    }
    body = _timed(step, own)
    if step.kind is not None:
        return {step.kind: body}
    direction = _value(step.direction)
    key = f"direction[{direction}]"
    return {key: body} if len(key) <= LONGEST_KEY else {"direction": direction} | body


def _drive_cycle(step: DriveCycle) -> Table:
    return {
        "profile": step.profile,
        "scale": _value(step.scale),
        "repeat": _value(step.repeat),
    }


def _waveform(step: Waveform) -> Table:
    return {
        "shape": step.shape,
        "mode": step.mode,
        "amplitude": _value(step.amplitude),
        "frequency": _value(step.frequency),
        "offset": _value(step.offset),
    }


def _impedance(step: Impedance) -> Table:
    return {
        "start_frequency": _value(step.start_frequency),
        "end_frequency": _value(step.end_frequency),
        "points_per_decade": _value(step.points_per_decade),
        "mode": None if step.mode == "Current" else step.mode,
        "amplitude": _value(step.amplitude),
    }


def _timed(step: CellStep, own: Table) -> Table:
    """Put what a step does between what all steps have; what is not there is left out."""
    resolution = None if step.resolution is None else _resolution(step.resolution)
    after = {
        "duration": _value(step.duration),
        "ends": [_end(end) for end in step.ends] or None,
        "temperature": _value(step.temperature),
        "resolution": resolution,
        "set_variable": _assignments(step.assignments),
        "note": step.note,
    }
    return _given({"name": step.name} | own | after)


def _assignments(assignments: tuple[Assignment, ...]) -> list[Table] | None:
    return [{"name": one.name, "eval": _value(one.value)} for one in assignments] or None


def _end(end: End) -> str | Table:
    text = write_end(end)
    return text if end.goto is None else _jump(text, end.goto)


def _branch(branch: Branch) -> Table:
    return _jump(write(branch.condition), branch.goto)


def _jump(condition: str, goto: Goto) -> Table:
    if len(condition) <= LONGEST_KEY:
        return {condition: _goto(goto)}
    return {"expression": condition} | _goto(goto)
