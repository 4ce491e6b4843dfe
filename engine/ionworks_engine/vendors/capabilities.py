"""What a program needs of a format, held against the table: refusals, notes, and the docs.

`check` refuses before anything is written; `notes` are the sentences that a written program needs.
What hangs on the numbers (how many limits, how large) stays with the writer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ionworks_engine.vendors.capability_table import CONSTRUCTS, KINDS, MODES, NO, ONLY, TABLE, YES
from ionworks_engine.vendors.currents import unbounded
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.program import (
    Hold,
    Jump,
    Line,
    Program,
    Record,
    Repeat,
    TimedLine,
)
from ionworks_engine.vendors.ways import into_loops

__all__ = [
    "CONSTRUCTS",
    "NO",
    "TABLE",
    "TARGETS",
    "YES",
    "check",
    "denied",
    "inexpressible",
    "needs",
    "notes",
    "silent",
]

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
    >>> from ionworks_engine.vendors.program import Chamber
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
    """Return how the file says some of a program differently, or leaves it open, each once."""
    answers = dict.fromkeys(TABLE[target][construct] for construct, _ in needs(program))
    found = [answer for answer in answers if not (silent(answer) or denied(answer))]
    if leaving := _leaving(program.lines):
        steps = ", ".join(map(str, leaving))
        found.append(
            f"A jump leaves a loop before its count is full (step {steps}): if the loop is begun"
            " again, look whether the cycler counts from the start."
        )
    if free := unbounded(program, target):
        steps = ", ".join(str(index + 1) for index in free)
        found.append(
            f"A constant voltage may begin away from its voltage, and nothing bounds its current"
            f" (step {steps}): give Current or C-rate with hold_voltage instead."
        )
    if not program.guards:
        found.append(
            "The protocol has no safety limits, and so the file has none: set the channel's at the"
            " cycler."
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


def refuse_into_loops(program: Program, target: str) -> None:
    """Refuse jumps from outside into the middle of a loop, for formats that keep its counter."""
    for source, goal in into_loops(program):
        raise inexpressible(
            f"a jump into the middle of a loop, to step {goal + 1}",
            target,
            source,
            program.lines[source],
            "nothing public shows that the loop's counter is set back then; go to its first step",
        )


def denied(answer: str) -> bool:
    """Say whether a cell of the table denies its construct."""
    return answer == NO or answer.startswith(f"{NO}: ")


def silent(answer: str) -> bool:
    """Say whether a cell of the table says that its construct is written as it stands."""
    return answer == YES or answer.startswith(f"{ONLY} ")


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
        yield MODES[line.mode]
        if line.hold_voltage is not None:
            yield "CC-CV in one step"
        yield from _expressions(line.value, line.hold_voltage)
    elif isinstance(line, Jump) and line.condition is not None:
        yield "branch"
    else:
        yield KINDS[type(line)]
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
