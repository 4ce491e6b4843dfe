"""What each format can say: one table, read by the writers, by their notes, and by the docs.

A cell of the table is ``yes``, ``no``, ``no: what to do instead``, or a sentence on how the file
says it differently. `check` refuses before anything is written; `notes` are the sentences that a
written program needs. What hangs on the numbers (how many limits, how large) stays with the writer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from ionworks.ucp.tree import Quantity
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.program import (
    Assign,
    Chamber,
    Count,
    Drive,
    Hold,
    Jump,
    Line,
    Program,
    Record,
    Repeat,
    Spectrum,
    TimedLine,
    Wave,
)

YES, NO = "yes", "no"

_QUANTITIES: tuple[Quantity, ...] = (
    "Voltage",
    "Current",
    "C-rate",
    "Time",
    "Capacity",
    "Energy",
    "Power",
    "Temperature",
    "SOC",
    "dV/dt",
)
_MODES: Mapping[str | None, str] = MappingProxyType(
    {
        "Current": "constant current",
        "C-rate": "C-rate",
        "Voltage": "constant voltage",
        "Power": "constant power",
        "Resistance": "constant resistance",
        None: "rest",
    }
)
_KINDS: Mapping[type[Line], str] = MappingProxyType(
    {
        Drive: "drive cycle",
        Wave: "waveform",
        Spectrum: "impedance spectrum",
        Repeat: "loop",
        Count: "cycle counter",
        Assign: "variable",
        Jump: "jump",
        Chamber: "chamber temperature",
    }
)
_GUARDED = ("Voltage", "Temperature", "Charge current", "Discharge current")

CONSTRUCTS: tuple[str, ...] = (
    *(_MODES[mode] for mode in (None, "Current", "C-rate", "Voltage", "Power", "Resistance")),
    "CC-CV in one step",
    *(_KINDS[kind] for kind in (Drive, Wave, Spectrum)),
    "temperature of a step",
    "chamber temperature",
    *(f"end on {quantity}" for quantity in _QUANTITIES),
    "goto",
    "loop",
    "jump",
    "branch",
    "variable",
    "expression",
    "cycle counter",
    *(f"safety limit on {quantity}" for quantity in _GUARDED),
    "goto of a safety limit",
    "resolution",
    "resolution of a step",
)
"""The rows of the table."""


def _column(cells: Mapping[str, str]) -> Mapping[str, str]:
    unknown = set(cells) - set(CONSTRUCTS)
    assert not unknown, unknown
    return MappingProxyType({construct: cells.get(construct, NO) for construct in CONSTRUCTS})


_BASIC = dict.fromkeys(
    ("rest", "constant current", "constant voltage", "end on Voltage", "end on Current"), YES
) | dict.fromkeys(("end on Time", "loop", "resolution", "resolution of a step"), YES)

_FIRST_LIMIT = (
    "A safety limit with a goto is the first limit of each step; a step that begins beyond it"
    " jumps at once, where a simulation waits until the value is back."
)
_ARBIN = _BASIC | {
    "constant power": "no: no public schedule shows the word for it",
    "constant resistance": "no: no public schedule shows the word for it",
    "CC-CV in one step": YES,
    "drive cycle": "A drive cycle is a simulation file of seconds and amperes, or a current ramp.",
    "waveform": "no: give its points as a drive cycle",
    "end on Capacity": "A capacity counts from a step before, which sets all totals to 0.",
    "end on Energy": "no: no public schedule shows the word for it",
    "end on Power": "no: no public schedule shows the word for it",
    "goto": YES,
    "jump": YES,
    "branch": "Conditions are comparisons of counters and Cycle with numbers.",
    "variable": "Variables are the counters TC_Counter1 to 4: set to 0, or raised by 1.",
    "expression": "An end may hang on a condition of counters; a current may be that of the last"
    " step. All other values are numbers.",
    "cycle counter": YES,
    "safety limit on Voltage": "A tripped safety limit stops the test as unsafe.",
    "safety limit on Charge current": "A tripped safety limit stops the test as unsafe.",
    "safety limit on Discharge current": "A tripped safety limit stops the test as unsafe.",
    "goto of a safety limit": _FIRST_LIMIT,
}

_ONLY_CONSTANTS = "Variables that never change are written as their numbers; there are no others."
_ONE_LIMIT = "The limit on the current is one for charge and discharge."

TABLE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "maccor": _column(
            _BASIC
            | {
                "C-rate": "1 C is the capacity that the test is started with on the cycler.",
                "constant power": "no: no public procedure has the word for it; a drive cycle of"
                " Power can say it",
                "constant resistance": "no: no public procedure has the word for it",
                "CC-CV in one step": YES,
                "drive cycle": "A drive cycle is a FastWave: rows of constant current or power,"
                " each ended by its time or by a voltage.",
                "waveform": "no: give its points as a drive cycle",
                "impedance spectrum": "An impedance spectrum is an FRA step; it modulates the"
                " voltage.",
                "temperature of a step": "no: set it at the chamber",
                "chamber temperature": "no: no public procedure has such a step",
                "end on C-rate": YES,
                "end on Capacity": "Amp Hours count as the cycler is set up to: look whether it"
                " counts anew in each step.",
                "end on Temperature": "Temperatures are those of thermocouple 1.",
                "goto": YES,
                "jump": "A jump that is always taken may be a rest of 10 ms.",
                "branch": "no: no public procedure has a jump on a condition of variables",
                "variable": "Variables are the registers VAR1 to VAR8, set to numbers at the end"
                " of a step.",
                "expression": "A charging current may be a variable; all other values are numbers.",
                "cycle counter": YES,
                "safety limit on Voltage": YES,
                "safety limit on Temperature": "Temperatures are those of thermocouple 1.",
                "safety limit on Charge current": YES,
                "safety limit on Discharge current": YES,
                "goto of a safety limit": "A step that a safety limit goes to is left at once, to"
                " itself, as long as the limit is breached; its times count from when it is not.",
            }
        ),
        "arbin": _column(
            _ARBIN
            | {
                "C-rate": "1 C is the capacity that the test is started with on the cycler; in"
                " CC-CV it is written as a current of the nominal capacity.",
                "end on C-rate": "C-rates of ends are written as currents in A of the nominal"
                " capacity.",
                "temperature of a step": "no: set it at the chamber",
                "chamber temperature": "no: set it at the chamber",
                "end on Temperature": "no: it belongs to an auxiliary channel",
                "safety limit on Temperature": "no: it belongs to an auxiliary channel; set it"
                " at the cycler",
            }
        ),
        "arbin_sdx": _column(
            _ARBIN
            | {
                "C-rate": YES,
                "end on C-rate": YES,
                "temperature of a step": "The chamber has settings of a common controller: check"
                " its stages.",
                "chamber temperature": "The chamber is set for the whole test, before its first"
                " step.",
                "end on Temperature": "Temperatures are those of the first auxiliary sensor,"
                " AV_T[1].",
                "safety limit on Temperature": "Temperatures are those of the first auxiliary"
                " sensor, AV_T[1].",
            }
        ),
        "neware": _column(
            _BASIC
            | {
                "C-rate": "C-rates are written as currents in mA of the nominal capacity.",
                "constant power": YES,
                "CC-CV in one step": YES,
                "drive cycle": "no: no public file shows how a step names its profile",
                "end on C-rate": "C-rates are written as currents in mA of the nominal capacity.",
                "end on Capacity": YES,
                "goto": "A goto is a condition with a jump to a step; only jumps to the next step"
                " are seen in public files: look at each in the step editor before it runs.",
                "cycle counter": "no: the cycler counts a cycle at each turn of a loop",
                "safety limit on Voltage": YES,
                "safety limit on Temperature": "no: it belongs to an auxiliary channel; set it"
                " at the cycler",
                "safety limit on Charge current": YES,
                "safety limit on Discharge current": YES,
                "goto of a safety limit": "no: a tripped limit ends the test",
            }
        ),
        "novonix": _column(
            _BASIC
            | {
                "CC-CV in one step": YES,
                "C-rate": "C-rates are written as currents in A of the nominal capacity.",
                "constant voltage": "A constant-voltage step after a constant-current step that"
                " ends on its voltage is written as one CC-CV step with it.",
                "end on C-rate": "C-rates are written as currents in A of the nominal capacity.",
                "end on Capacity": YES,
                "goto": "A goto to the end is an operating limit of its step, which stops the"
                " channel; there are no others.",
                "cycle counter": YES,
                "safety limit on Voltage": YES,
                "safety limit on Temperature": YES,
                "safety limit on Charge current": _ONE_LIMIT,
                "safety limit on Discharge current": _ONE_LIMIT,
                "goto of a safety limit": "no: a tripped limit ends the test",
            }
        ),
        "biologic_mps": _column(
            _BASIC
            | {
                "constant power": "no: no public settings show its sign for a discharge",
                "constant resistance": "no: no public settings show one",
                "C-rate": "C-rates are written as currents of the nominal capacity, without one as"
                " C / N.",
                "CC-CV in one step": "CC-CV in one step is a sequence of newer versions of the"
                " software, and charges only; otherwise write two steps.",
                "drive cycle": "no: no public settings show one",
                "waveform": "no: no public settings show one",
                "impedance spectrum": "Each point of an impedance spectrum is measured once,"
                " without a drift correction.",
                "temperature of a step": "no: set it at the chamber",
                "chamber temperature": "no: set it at the chamber",
                "end on C-rate": "C-rates of ends are written as currents of the nominal capacity.",
                "end on Capacity": "A capacity that ends a constant current is written as the time"
                " that it takes.",
                "end on Energy": "no: what it counts from is not public",
                "goto": YES,
                "jump": "A jump that is always taken is the goto of the step before.",
                "branch": "no: there are no variables to ask",
                "variable": _ONLY_CONSTANTS,
                "expression": _ONLY_CONSTANTS,
                "cycle counter": "Cycles are counted by the software, at each change from charge"
                " to discharge.",
                "safety limit on Voltage": YES,
                "safety limit on Temperature": "no: set it at the cycler",
                "safety limit on Charge current": _ONE_LIMIT,
                "safety limit on Discharge current": _ONE_LIMIT,
                "goto of a safety limit": _FIRST_LIMIT,
            }
        ),
    }
)
"""Target -> construct -> ``yes``, ``no``, ``no: instead``, or how it differs."""

TARGETS: tuple[str, ...] = tuple(TABLE)
"""The formats that can be written."""


def check(program: Program, target: str) -> None:
    """Refuse a program that a target cannot say.

    Parameters
    ----------
    program
        What is to be written.
    target
        A column of `TABLE`.

    Raises
    ------
    Inexpressible
        For the first construct that the table denies, with its step and place.

    Examples
    --------
    >>> check(Program(lines=(Chamber(temperature=40.0, label="Warm up"),)), "novonix")
    Traceback (most recent call last):
        ...
    ionworks_engine.vendors.errors.Inexpressible: step 1 (Warm up): novonix cannot express \
chamber temperature
    """
    for construct, index in needs(program):
        answer = TABLE[target][construct]
        if not denied(answer):
            continue
        instead = answer.removeprefix(f"{NO}: ") if answer != NO else None
        if index is None:
            raise Inexpressible(construct, target, instead=instead)
        raise inexpressible(construct, target, index, program.lines[index], instead)


def notes(program: Program, target: str) -> tuple[str, ...]:
    """Return how the file says some of a program differently, each once."""
    answers = dict.fromkeys(TABLE[target][construct] for construct, _ in needs(program))
    found = [answer for answer in answers if answer != YES and not denied(answer)]
    if leaving := _leaving(program.lines):
        steps = ", ".join(map(str, leaving))
        found.append(
            f"A jump leaves a loop before its count is full (step {steps}): if the loop is begun"
            " again, look whether the cycler counts from the start."
        )
    return tuple(found)


def inexpressible(
    construct: str, target: str, index: int, line: Line, instead: str | None = None
) -> Inexpressible:
    """Make the refusal of a line, which is ``index`` lines after the first."""
    label = f" ({line.label})" if line.label else ""
    return Inexpressible(
        construct,
        target,
        line=f"step {index + 1}{label}",
        position=line.position,
        instead=instead,
    )


def denied(answer: str) -> bool:
    """Say whether a cell of the table denies its construct."""
    return answer == NO or answer.startswith(f"{NO}: ")


def needs(program: Program) -> Iterator[tuple[str, int | None]]:
    """Name what a program needs of a format, each with its line; ``None`` is the whole test."""
    for guard in program.guards:
        yield f"safety limit on {guard.quantity}", None
        if guard.goto != len(program.lines):
            yield "goto of a safety limit", None
    if program.record != Record():
        yield "resolution", None
    for index, line in enumerate(program.lines):
        for construct in _line(line, index):
            yield construct, index


def _line(line: Line, index: int) -> Iterator[str]:
    if isinstance(line, Hold):
        yield _MODES[line.mode]
        if line.hold_voltage is not None:
            yield "CC-CV in one step"
        yield from _expressions(line.value, line.hold_voltage)
    elif isinstance(line, Jump) and line.condition is not None:
        yield "branch"
    else:
        yield _KINDS[type(line)]
    if isinstance(line, TimedLine):
        yield from _timed(line, index)
    if isinstance(line, Repeat):
        yield from _expressions(line.count)


def _timed(line: TimedLine, index: int) -> Iterator[str]:
    for stop in line.stops:
        yield f"end on {stop.quantity}"
        yield from _expressions(stop.value)
        if stop.goto != index + 1:
            yield "goto"
    if line.temperature is not None:
        yield "temperature of a step"
    if line.record != Record():
        yield "resolution of a step"


def _expressions(*values: object) -> Iterator[str]:
    if any(value is not None and not isinstance(value, float) for value in values):
        yield "expression"


def _leaving(lines: Sequence[Line]) -> list[int]:
    """Return the numbers of steps that can jump out of a loop, other than to the end."""
    loops = [(line.start, end) for end, line in enumerate(lines) if isinstance(line, Repeat)]
    found = []
    for index, line in enumerate(lines):
        around = [(start, end) for start, end in loops if start <= index < end]
        targets = [stop.goto for stop in line.stops] if isinstance(line, TimedLine) else []
        targets += [line.goto] if isinstance(line, Jump) else []
        away = [goto for goto in targets if goto != len(lines)]
        if any(not start <= goto <= end for goto in away for start, end in around):
            found.append(index + 1)
    return found
