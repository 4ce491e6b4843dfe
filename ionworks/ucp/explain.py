"""A protocol in plain words: one line a step, for people who did not write it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from ionworks.ucp.reading import Source, tree_of
from ionworks.ucp.rules import END_VALUE, STEP_VALUE, number
from ionworks.ucp.tree import (
    Ambient,
    Block,
    CellStep,
    Control,
    DriveCycle,
    End,
    Expression,
    Goto,
    Impedance,
    ModelVariable,
    Node,
    Number,
    Operation,
    Profile,
    Protocol,
    Resolution,
    Safety,
    Start,
    Step,
    Waveform,
)
from ionworks.ucp.writing import write, write_quantity

_INDENT = "  "
_GUARD_UNITS = {"Voltage": "V", "Temperature": "degC"}
_LONG_TIMES = ((86400, "d"), (3600, "h"), (60, "min"))


def explain(source: Protocol | Source) -> str:
    """Say what a protocol does, one line a step.

    Parameters
    ----------
    source
        A loaded protocol, or anything that `load` takes.

    Returns
    -------
    str
        First the start, the safety limits and the drive cycles, then the steps: numbered in the
        order of the document, the steps of a block indented under it. Numbers are exact and have
        their units; times are in s, min, h or d, whichever is short.

    Raises
    ------
    ProtocolError
        If the protocol cannot be loaded.

    Examples
    --------
    >>> print(explain('''
    ... global: {initial_soc: 0.5, temperature: 25}
    ... steps:
    ...   - Charge: {mode: C-rate, value: 1, hold_voltage: 4.2, ends: [C-rate < 0.05]}
    ...   - Rest: {duration: 600}
    ... '''))
    Start: SOC 50 %, 25 degC
    <BLANKLINE>
    1. Charge at 1 C until Voltage > 4.2 V, then hold 4.2 V until C-rate < 0.05 C
    2. Rest for 10 min
    """
    protocol = tree_of(source)
    head = [*_head(protocol)]
    steps = _Steps().lines(protocol.steps, "")
    return "\n".join(map(_printable, [*head, *([""] if head else []), *steps]))


def _head(protocol: Protocol) -> Iterator[str]:
    start = list(_start(protocol.start))
    if start:
        yield f"Start: {', '.join(start)}"
    if rows := _rows(protocol.start.resolution):
        yield rows[0].upper() + rows[1:]
    yield from _safety(protocol.safety)
    for profile in protocol.profiles:
        yield _profile(profile)


def _start(start: Start) -> Iterator[str]:
    if start.soc is not None:
        yield f"SOC {_soc(start)}"
    if start.voltage is not None:
        yield _measure(start.voltage, "V")
    if start.temperature is not None:
        yield _measure(start.temperature, "degC")


def _soc(start: Start) -> str:
    soc = start.soc
    if start.soc_unit == "fraction" and isinstance(soc, Number):
        return f"{float(f'{soc.value * 100:.12g}'):.12g} %"
    return _measure(soc, "%" if start.soc_unit == "percent" else "")


def _rows(resolution: Resolution) -> str:
    """Say when rows are stored; nothing if that is not given."""
    parts = []
    if resolution.time is not None:
        parts.append(f"every {_time(resolution.time)}")
    for value, unit in ((resolution.voltage, "V"), (resolution.current, "A")):
        if value is not None:
            parts.append(f"at each change of {_measure(value, unit)}")
    return f"store a row {', '.join(parts)}" if parts else ""


def _safety(safety: Safety) -> Iterator[str]:
    for limit in safety.limits:
        side = "above" if limit.side == "high" else "below"
        value = _measure(limit.value, _GUARD_UNITS.get(limit.quantity, "A"))
        yield f"Safety: {limit.quantity} {side} {value}: {_way(limit.goto or safety.goto)}"


def _way(goto: Goto | None) -> str:
    if goto is None or goto.target == "End":
        return "end the test"
    return "go to the next step" if goto.target == "Next" else f"go to {goto.target}"


def _profile(profile: Profile) -> str:
    unit = STEP_VALUE[profile.mode].unit
    low, high = (number(bound) for bound in (min(profile.values), max(profile.values)))
    return (
        f"Drive cycle {profile.name}: {profile.mode} from {low} to {high} {unit}, "
        f"{len(profile.times):,} points in {_seconds(profile.times[-1])}"
    )


@dataclass(slots=True)
class _Steps:
    """Says what steps do, and numbers them."""

    numbers: Iterator[int]

    def __init__(self) -> None:
        self.numbers = count(1)

    def lines(self, nodes: tuple[Node, ...], indent: str) -> Iterator[str]:
        """Yield a line for each step and for the head of each block."""
        for node in nodes:
            if isinstance(node, Block):
                yield f"{indent}{_one_line(node.name)}{_times(node.repeat)}:"
                yield from self.lines(node.steps, indent + _INDENT)
            else:
                yield f"{indent}{next(self.numbers)}. {_step(node)}"


def _times(repeat: Expression) -> str:
    if isinstance(repeat, Number):
        return "" if repeat.value == 1 else f", {number(repeat.value)} times"
    return f", {_grouped(repeat)} times"


def _step(node: CellStep | Control | Ambient) -> str:
    name = f"[{_one_line(node.name)}] " if node.name else ""
    note = f"  # {_one_line(node.note)}" if node.note else ""
    if isinstance(node, Control):
        return name + _control(node) + note
    if isinstance(node, Ambient):
        return f"{name}Set the chamber to {_measure(node.value, 'degC')}{note}"
    return name + _timed(node) + note


def _printable(line: str) -> str:
    """Show what a terminal would act upon, such as an escape in a name, as a mark."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _control(control: Control) -> str:
    parts = [_assigned(one.name, one.value) for one in control.assignments]
    if control.advance_cycle:
        parts.append("count a cycle")
    parts += [f"if {write(one.condition)}, {_way(one.goto)}" for one in control.branches]
    text = "; ".join(parts)
    return text[0].upper() + text[1:]


def _assigned(name: str, value: Expression) -> str:
    return f"set {name} = {write(value)}"


def _timed(step: CellStep) -> str:
    """Say what a step does, until when, and what is special about it."""
    parts = [_what(step) + _until(step)]
    if step.temperature is not None:
        parts.append(f"chamber at {_measure(step.temperature, 'degC')}")
    if step.resolution is not None and (rows := _rows(step.resolution)):
        parts.append(rows)
    parts += [f"then {_assigned(one.name, one.value)}" for one in step.assignments]
    return "; ".join(parts)


def _what(step: CellStep) -> str:
    if isinstance(step, Step):
        return _drive(step)
    if isinstance(step, DriveCycle):
        return _drive_cycle(step)
    if isinstance(step, Waveform):
        return _waveform(step)
    assert isinstance(step, Impedance)
    return _impedance(step)


def _drive(step: Step) -> str:
    verb = step.kind or _either(step.direction)
    if step.mode is None:
        return verb
    verb = f"{verb} at {_measure(step.value, STEP_VALUE[step.mode].unit)}"
    if step.hold_voltage is None:
        return verb
    voltage = _measure(step.hold_voltage, "V")
    sense = {"Charge": ">", "Discharge": "<"}.get(str(step.kind), "reaches")
    return f"{verb} until Voltage {sense} {voltage}, then hold {voltage}"


def _either(direction: Expression | None) -> str:
    assert direction is not None
    zero = Number(0, direction.position)
    return f"Discharge, or charge if {write(Operation('<', direction, zero, zero.position))},"


def _drive_cycle(step: DriveCycle) -> str:
    text = f"Drive cycle {_one_line(step.profile)}"
    if step.scale is not None and not _is(step.scale, 1):
        text += f" scaled by {_grouped(step.scale)}"
    if step.repeat is not None and not _is(step.repeat, 1):
        text += f", {_grouped(step.repeat)} times"
    return text


def _waveform(step: Waveform) -> str:
    unit = STEP_VALUE[step.mode].unit
    text = f"{step.shape.capitalize()} wave of {_measure(step.amplitude, unit)}"
    text += f" at {_measure(step.frequency, 'Hz')}"
    if step.offset is not None and not _is(step.offset, 0):
        text += f" around {_measure(step.offset, unit)}"
    return text


def _impedance(step: Impedance) -> str:
    first, last = (_measure(value, "Hz") for value in (step.start_frequency, step.end_frequency))
    text = f"Impedance spectrum from {first} to {last}"
    if step.points_per_decade is not None:
        text += f", {_grouped(step.points_per_decade)} points a decade"
    if step.amplitude is not None:
        text += f", amplitude {_measure(step.amplitude, 'A' if step.mode == 'Current' else 'V')}"
    elif step.mode == "Voltage":
        text += ", at a set voltage"
    return text


def _until(step: CellStep) -> str:
    """Say when a step ends."""
    held = isinstance(step, Step) and step.hold_voltage is not None
    parts = []
    if step.duration is not None:
        total = " in all" if held else ""
        parts.append(f"{',' if held else ''} for {_time(step.duration)}{total}")
    if step.ends:
        ends = " or ".join(map(_end, step.ends))
        parts.append(f"{' or' if parts else ''} until {ends}")
    return "".join(parts)


def _end(end: End) -> str:
    goto = "" if end.goto is None else f" ({_way(end.goto)})"
    return f"{_condition(end)}{goto}"


def _condition(end: End) -> str:
    head = f"{write_quantity(end.quantity)} {end.operator}"
    if isinstance(end.quantity, ModelVariable):
        return f"{head} {_grouped(end.value)}"
    if end.quantity == "Time":
        return f"{head} {_time(end.value)}"
    return f"{head} {_measure(end.value, END_VALUE[end.quantity].unit)}"


def _is(expression: Expression, value: float) -> bool:
    return isinstance(expression, Number) and expression.value == value


def _measure(expression: Expression | None, unit: str) -> str:
    """Write a value with its unit."""
    text = _grouped(expression)
    if unit == "C" and isinstance(expression, Number):
        text = _share(expression.value) or text
        return text if text.startswith("C/") else f"{text} C"
    return f"{text} {unit}".rstrip()


def _share(value: float) -> str:
    """Write a C-rate such as 0.333... as C/3; nothing if its decimals are short."""
    parts = round(1 / value) if 1e-6 < value < 1 else 0
    return f"C/{parts}" if parts and 1 / parts == value and len(repr(value)) > 8 else ""


def _grouped(expression: Expression | None) -> str:
    """Write a value; one that is worked out from several stands in parentheses."""
    assert expression is not None
    if isinstance(expression, Number):
        return number(expression.value)
    text = write(expression)
    return f"({text})" if isinstance(expression, Operation) else text


def _time(expression: Expression) -> str:
    if isinstance(expression, Number):
        return _seconds(expression.value)
    return f"{_grouped(expression)} s"


def _seconds(value: float) -> str:
    """Write a time in the largest unit in which it is a whole number; hours may be halves."""
    if value >= 3600 and value % 1800 == 0 and (value < 2 * 86400 or value % 86400):
        return f"{number(value / 3600)} h"
    for length, unit in _LONG_TIMES:
        if value >= length and value % length == 0:
            return f"{number(value / length)} {unit}"
    return f"{number(value)} s"
