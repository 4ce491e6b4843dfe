"""Steps that take time: Charge, Discharge, Rest, and those that follow a signal.

Charge:      {mode: C-rate, value: 0.5, hold_voltage: 4.2, ends: [C-rate < 0.05]}
Rest:        {duration: 600}
DriveCycle:  {profile: WLTP, scale: 0.5, repeat: 3}
Waveform:    {shape: sine, mode: Current, amplitude: 1, frequency: 0.1, duration: 100}
EIS:         {start_frequency: 1000, end_frequency: 0.01, points_per_decade: 10}
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypedDict, TypeVar, get_args

from ionworks.ucp import rules
from ionworks.ucp.control import read_assignments
from ionworks.ucp.ends import read_ends
from ionworks.ucp.expressions import read_expression
from ionworks.ucp.findings import Report
from ionworks.ucp.nodes import Array, Entry, Scalar, Table
from ionworks.ucp.senses import judge_ends
from ionworks.ucp.shapes import (
    at,
    likely_word,
    read_choice,
    read_label,
    read_optional,
    read_resolution,
    refuse_unknown,
)
from ionworks.ucp.tree import (
    Assignment,
    CellStep,
    DriveCycle,
    End,
    Expression,
    Impedance,
    Kind,
    Mode,
    Number,
    Operation,
    Position,
    ProfileMode,
    Resolution,
    Shape,
    Step,
    Waveform,
)

KINDS: tuple[Kind, ...] = get_args(Kind)
MODES: tuple[Mode, ...] = get_args(Mode)
PROFILE_MODES: tuple[ProfileMode, ...] = get_args(ProfileMode)
SHAPES: tuple[Shape, ...] = get_args(Shape)
EIS_MODES: tuple[rules.EisMode, ...] = get_args(rules.EisMode)

COMMON_KEYS = ("name", "temperature", "resolution", "set_variable", "note")
"""Keys of every step that takes time."""
ENDING_KEYS = ("duration", "ends")
"""Keys that say when a step is over."""
CELL_KEYS = ("mode", "value", "hold_voltage", *ENDING_KEYS, *COMMON_KEYS)
"""Keys of a Charge or a Discharge."""
REST_KEYS = (*ENDING_KEYS, *COMMON_KEYS)
"""Keys of a Rest."""
DRIVE_KEYS = ("profile", "scale", "repeat", *ENDING_KEYS, *COMMON_KEYS)
"""Keys of a drive cycle."""
WAVE_KEYS = (
    *("shape", "mode", "amplitude", "frequency", "period", "offset"),
    *ENDING_KEYS,
    *COMMON_KEYS,
)
"""Keys of a waveform."""
EIS_KEYS = (
    *("start_frequency", "end_frequency", "points_per_decade", "mode", "amplitude"),
    *COMMON_KEYS,
)
"""Keys of an impedance spectrum."""

NEEDS_END = "needs `ends`, or a `duration` in s, or it would never end."
_MODE_WORDS: dict[str, Mode] = {
    "cc": "Current",
    "cv": "Voltage",
    "cp": "Power",
    "cr": "Resistance",
    "c": "C-rate",
    "crate": "C-rate",
    "constant current": "Current",
    "constant voltage": "Voltage",
    "constant power": "Power",
    "constant resistance": "Resistance",
}
_ANY_VALUE = rules.Rule("the value of a step", low=None)
Mark: TypeAlias = Table | Entry
_Mode = TypeVar("_Mode", bound=Mode)


class _Common(TypedDict):
    """What every step that takes time has."""

    position: Position
    name: str | None
    duration: Expression | None
    ends: tuple[End, ...]
    temperature: Expression | None
    resolution: Resolution | None
    assignments: tuple[Assignment, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A step to be read: its mapping, what names it in the document, and its key path."""

    node: Table
    mark: Mark
    path: str


def read_step(
    kind: Kind | None, place: Place, report: Report, direction: Expression | None, *, flat: bool
) -> Step:
    """Read a Charge, a Discharge, a Rest, or a step whose direction is worked out.

    Parameters
    ----------
    kind
        Its kind; ``None`` if ``direction`` says it.
    place
        Where it stands.
    report
        Receives what is wrong.
    direction
        What gives the direction when the step begins.
    flat
        Whether the key ``direction`` stands beside the others.
    """
    node, path = place.node, place.path
    keys = REST_KEYS if kind == "Rest" else CELL_KEYS
    what = f"a {kind}" if kind else "a step"
    told = _refuse_drive(node, path, report) if kind == "Rest" else []
    meant = refuse_unknown(
        node, ("direction", *keys) if flat else keys, what, path, report, told=told
    )
    given = node.entries.keys() | meant
    mode = value = hold = None
    if kind != "Rest":
        needed = ("mode", "value")
        _require(kind or "A step", needed, f"modes are {', '.join(MODES)}", place, given, report)
        mode, value = _read_drive(node, path, report)
        _refuse_mode(kind, mode, node, path, report)
        hold = _read_hold(node, mode, path, report)
    _require_end(kind or "A step", place, given, report)
    step = Step(
        kind=kind,
        direction=direction,
        mode=mode,
        value=value,
        hold_voltage=hold,
        **_common(place, kind, report),
    )
    _judge_ends(step, place, report)
    return step


def _judge_ends(step: CellStep, place: Place, report: Report) -> None:
    if step.ends:
        written = place.node.value("ends")
        count = len(written.items) if isinstance(written, Array) else 0
        judge_ends(step, count, place.path, report)


def modes_of(kind: Kind | None) -> tuple[Mode, ...]:
    """Return the modes of a kind of step; ``None`` is one whose direction is worked out."""
    return tuple(mode for mode in MODES if (kind, mode) != ("Charge", "Resistance"))


def _refuse_drive(node: Table, path: str, report: Report) -> list[str]:
    given: list[str] = [key for key in ("mode", "value", "hold_voltage") if key in node.entries]
    if given:
        message = f"A Rest has no {' and no '.join(given)}: no current flows. Remove them."
        report.add("unknown-key", message, f"{path}.{given[0]}", node.entries[given[0]])
    return given


def _require(
    what: str,
    keys: tuple[str, ...],
    hint: str,
    place: Place,
    given: set[str],
    report: Report,
) -> None:
    missing = [key for key in keys if key not in given]
    if missing:
        message = f"{what} needs {' and '.join(missing)}; {hint}."
        report.add("missing-key", message, place.path, place.mark)


def _require_end(what: str, place: Place, given: set[str], report: Report) -> None:
    if not given & {"duration", "ends"}:
        report.add("missing-end", f"{what} {NEEDS_END}", place.path, place.mark)


def _read_drive(node: Table, path: str, report: Report) -> tuple[Mode | None, Expression | None]:
    """Read what a Charge or Discharge does to the cell."""
    mode, value = _read_mode(node, MODES, path, report), node.value("value")
    if value is None:
        return mode, None
    meant = mode or _likely_mode(node)
    rule = rules.STEP_VALUE[meant] if meant else _ANY_VALUE
    return mode, read_expression(value, rule, f"{path}.value", report)


def _likely_mode(node: Table) -> Mode | None:
    """Return what an unknown mode was most likely meant to be."""
    given = node.value("mode")
    word = given.value if isinstance(given, Scalar) else None
    near = likely_word(word, MODES, _MODE_WORDS) if isinstance(word, str) else None
    return next((mode for mode in MODES if mode == near), None)


def _refuse_mode(
    kind: Kind | None, mode: Mode | None, node: Table, path: str, report: Report
) -> None:
    if mode is not None and mode not in modes_of(kind):
        message = "A resistance draws current, so that it is for a Discharge alone; a Charge is "
        message += "by C-rate, Current, Voltage or Power."
        report.add("unknown-mode", message, f"{path}.mode", node.entries["mode"])


def _read_mode(node: Table, words: tuple[_Mode, ...], path: str, report: Report) -> _Mode | None:
    return read_choice(node, "mode", words, path, report, "unknown-mode", _MODE_WORDS)


def _read_hold(node: Table, mode: Mode | None, path: str, report: Report) -> Expression | None:
    hold = read_optional(node, "hold_voltage", rules.HOLD_VOLTAGE, path, report)
    if mode == "Voltage" and "hold_voltage" in node.entries:
        message = "A step that holds its voltage from the beginning has no hold_voltage: remove it."
        place = f"{path}.hold_voltage"
        report.add("contradiction", message, place, node.entries["hold_voltage"])
    return hold


def _common(place: Place, kind: Kind | None, report: Report) -> _Common:
    """Read the keys that every step that takes time may have."""
    node, path = place.node, place.path
    ends = node.value("ends")
    variables = node.value("set_variable")
    return {
        "position": at(path, place.mark),
        "name": read_label(node, "name", path, report),
        "duration": read_optional(node, "duration", rules.DURATION, path, report),
        "ends": () if ends is None else read_ends(ends, kind, f"{path}.ends", report),
        "temperature": read_optional(node, "temperature", rules.TEMPERATURE, path, report),
        "resolution": read_resolution(node, path, report),
        "assignments": ()
        if variables is None
        else read_assignments(variables, f"{path}.set_variable", report),
        "note": read_label(node, "note", path, report),
    }


def read_drive_cycle(place: Place, report: Report) -> DriveCycle:
    """Read a step that follows a profile."""
    node, path = place.node, place.path
    given = node.entries.keys() | refuse_unknown(node, DRIVE_KEYS, "a DriveCycle", path, report)
    hint = "the name of one of `drive_cycles`"
    _require("DriveCycle", ("profile",), hint, place, given, report)
    step = DriveCycle(
        profile=read_label(node, "profile", path, report) or "",
        scale=read_optional(node, "scale", rules.DRIVE_SCALE, path, report),
        repeat=read_optional(node, "repeat", rules.DRIVE_REPEAT, path, report),
        **_common(place, None, report),
    )
    _judge_ends(step, place, report)
    return step


def read_waveform(place: Place, report: Report) -> Waveform:
    """Read a step that follows a periodic signal."""
    node, path = place.node, place.path
    given = node.entries.keys() | refuse_unknown(node, WAVE_KEYS, "a Waveform", path, report)
    needed = ("shape", "mode", "amplitude")
    hint = f"shapes are {', '.join(SHAPES)}; modes are {', '.join(PROFILE_MODES)}"
    _require("Waveform", needed, hint, place, given, report)
    _require_end("Waveform", place, given, report)
    shape = read_choice(node, "shape", SHAPES, path, report)
    mode = _read_mode(node, PROFILE_MODES, path, report)
    amplitude = offset = None
    if mode is not None:
        amplitude = read_optional(node, "amplitude", rules.WAVE_AMPLITUDE[mode], path, report)
        offset = read_optional(node, "offset", rules.WAVE_OFFSET[mode], path, report)
    position = at(path, place.mark)
    step = Waveform(
        shape=shape or "sine",
        mode=mode or "Current",
        amplitude=amplitude or Number(1, position),
        frequency=_read_frequency(place, given, report) or Number(1, position),
        offset=offset,
        **_common(place, None, report),
    )
    _judge_ends(step, place, report)
    return step


def _read_frequency(place: Place, given: set[str], report: Report) -> Expression | None:
    """Read ``frequency``, or ``period`` as the frequency that it means."""
    node, path = place.node, place.path
    frequency = read_optional(node, "frequency", rules.FREQUENCY, path, report)
    period = read_optional(node, "period", rules.PERIOD, path, report)
    if not given & {"frequency", "period"}:
        message = "Waveform needs `frequency` in Hz or `period` in s."
        report.add("missing-key", message, path, place.mark)
    if {"frequency", "period"} <= node.entries.keys():
        message = "A Waveform has a `frequency` or a `period`, not both. Keep one."
        report.add("contradiction", message, f"{path}.period", node.entries["period"])
    if period is None:
        return frequency
    if not isinstance(period, Number):
        return Operation("/", Number(1, period.position), period, period.position)
    if period.value > 0 and not math.isfinite(1 / period.value):
        message = f"The period in s is too short: 1 / {period.value!r} is no finite number."
        report.add("not-finite", message, f"{path}.period", node.entries["period"].value)
    return Number(1 / period.value if period.value > 0 else 1, period.position)


def read_impedance(place: Place, report: Report) -> Impedance:
    """Read an impedance spectrum."""
    node, path = place.node, place.path
    told = [key for key in ENDING_KEYS if key in node.entries]
    if told:
        message = f"An EIS has no {' and no '.join(told)}: it is over when all frequencies are. "
        mark = node.entries[told[0]]
        report.add("unknown-key", f"{message}Remove them.", f"{path}.{told[0]}", mark)
    meant = refuse_unknown(node, EIS_KEYS, "an EIS", path, report, told=told)
    needed = ("start_frequency", "end_frequency")
    _require("EIS", needed, "both in Hz", place, node.entries.keys() | meant, report)
    mode = _read_mode(node, EIS_MODES, path, report) or "Current"
    amplitude = read_optional(node, "amplitude", rules.EIS_AMPLITUDE[mode], path, report)
    unread = Number(1, at(path, place.mark))
    first, last = (
        read_optional(node, key, rules.FREQUENCY, path, report) or unread for key in needed
    )
    return Impedance(
        start_frequency=first,
        end_frequency=last,
        points_per_decade=read_optional(node, "points_per_decade", rules.POINTS, path, report),
        mode=mode,
        amplitude=amplitude,
        **_common(place, None, report),
    )


SPECIAL: dict[str, Callable[[Place, Report], DriveCycle | Waveform | Impedance]] = {
    "DriveCycle": read_drive_cycle,
    "Drive": read_drive_cycle,
    "Drive cycle": read_drive_cycle,
    "Waveform": read_waveform,
    "EIS": read_impedance,
}
"""The steps that take time beside Charge, Discharge and Rest, by their keys."""
