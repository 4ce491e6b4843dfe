"""Written procedures run as their programs do: two small machines walk the same way.

One machine runs the lines of a program, the other the steps of the XML, as a cycler does: ``Do``
sets a counter to 0, ``Loop`` counts and goes back behind its ``Do``, ends go to step numbers.
"""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ionworks_engine.vendors import maccor
from ionworks_engine.vendors.compare import differences
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.program import (
    Assign,
    Count,
    Guard,
    Hold,
    Jump,
    Line,
    Program,
    Repeat,
    Stop,
)

STEPS = 150
CARRIER = "::.01"


def walk_program(program: Program, choices: list[int]) -> list[str]:
    """Run the lines: each step ends by the stop that the next choice names."""
    trace: list[str] = []
    counts: dict[int, int] = {}
    index, taken, passed = 0, iter(choices), 0
    while index < len(program.lines) and len(trace) < STEPS and passed < 10 * STEPS:
        passed += 1
        line = program.lines[index]
        following = index + 1
        if isinstance(line, Hold):
            choice = next(taken, None)
            if choice is None:
                break
            trace.append(f"{line.kind} {line.value}")
            following = line.stops[choice % len(line.stops)].goto
        elif isinstance(line, Repeat):
            counts[index] = counts.get(index, 0) + 1
            if counts[index] < line.count:  # type: ignore[operator]
                following = line.start
        elif isinstance(line, Count):
            trace.append("cycle")
        elif isinstance(line, Assign):
            trace.append(f"{line.name}={line.value:g}")
        elif isinstance(line, Jump):
            following = line.goto
        for end, repeat in enumerate(program.lines):
            if isinstance(repeat, Repeat) and not repeat.start <= following <= end:
                counts.pop(end, None)
        index = following
    return trace


def walk_steps(content: bytes, guards: int, choices: list[int]) -> list[str]:
    """Run the steps of a procedure as a cycler does; ``guards`` ends of each step are limits."""
    steps = list(ElementTree.fromstring(content).iter("TestStep"))
    trace: list[str] = []
    counters: dict[str, int] = {}
    number, taken, passed = 1, iter(choices), 0
    while len(trace) < STEPS and passed < 10 * STEPS:
        passed += 1
        step = steps[number - 1]
        kind, _, label = (step.findtext("StepType") or "").strip().partition(" ")
        ends = list(step.iter("EndEntry"))[0 if kind == "Loop" else guards :]
        if kind == "End":
            break
        if kind == "Do":
            counters[label] = 0
            number += 1
        elif kind == "Loop":
            counters[label] += 1
            if counters[label] == int(ends[0].findtext("Value") or ""):
                number = int(ends[0].findtext("Step") or "")
            else:
                number = behind_do(steps, number)
        elif kind == "AdvCycle":
            trace.append("cycle")
            number += 1
        else:
            if ends[0].findtext("Value") == CARRIER:
                end = ends[0]
            else:
                choice = next(taken, None)
                if choice is None:
                    break
                kind = {"Dischrge": "Discharge"}.get(kind, kind)
                value = step.findtext("StepValue")
                trace.append(f"{kind} {float(value) if value else None}")
                end = ends[choice % len(ends)]
            trace += [text.removeprefix("atEnd: ") for text in sets_of(step)]
            number = int(end.findtext("Step") or "")
    return trace


def sets_of(step: ElementTree.Element) -> list[str]:
    reports = [[child.text or "" for child in entry] for entry in step.iter("ReportEntry")]
    return [text for kind, text in reports if kind.strip() == "SetVar"]


def behind_do(steps: list[ElementTree.Element], number: int) -> int:
    depth = 0
    while True:
        number -= 1
        kind = (steps[number - 1].findtext("StepType") or "").strip()
        if kind.startswith("Loop"):
            depth += 1
        elif kind.startswith("Do"):
            if depth == 0:
                return number + 1
            depth -= 1


@st.composite
def programs(draw: st.DrawFn) -> Program:
    count = draw(st.integers(1, 9))
    lines: list[Line] = []
    for index in range(count):
        kind = draw(st.sampled_from(["hold", "hold", "hold", "count", "set", "jump", "repeat"]))
        goto = st.integers(0, count)
        if kind == "hold":
            gotos = [index + 1, *draw(st.lists(goto, max_size=2))]
            stops = tuple(Stop("Voltage", "<", 2 + k / 8, g) for k, g in enumerate(gotos))
            side = draw(st.sampled_from(["Charge", "Discharge"]))
            lines.append(Hold(kind=side, mode="Current", value=index + 0.5, stops=stops))
        elif kind == "count":
            lines.append(Count())
        elif kind == "set":
            lines.append(Assign(name=f"VAR{draw(st.integers(1, 3))}", value=float(index)))
        elif kind == "jump":
            lines.append(Jump(condition=None, goto=draw(goto)))
        else:
            repeat = Repeat(start=draw(st.integers(0, index)), count=float(draw(st.integers(1, 3))))
            lines.append(repeat)
    guards = draw(
        st.lists(
            st.builds(Guard, st.just("Voltage"), st.just("high"), st.just(4.3), goto), max_size=1
        )
    )
    return Program(lines=tuple(lines), guards=tuple(guards))


@given(programs(), st.lists(st.integers(0, 5), max_size=60))
@settings(max_examples=400, deadline=None)
def test_the_cycler_goes_the_way_of_the_program(program: Program, choices: list[int]) -> None:
    try:
        files = maccor.write(program, "x")
    except Inexpressible:
        assume(False)
        raise
    wanted = walk_program(program, choices)
    size = min(len(wanted), STEPS)
    found = walk_steps(files.primary.content, len(program.guards), choices)
    assert found[:size] == wanted[:size]
    if len(wanted) < STEPS:
        assert found[: STEPS // 2] == wanted[: STEPS // 2]


@given(programs())
@settings(max_examples=400, deadline=None)
def test_what_is_written_is_read_back_as_it_was_meant(program: Program) -> None:
    try:
        files = maccor.write(program, "x")
    except Inexpressible:
        assume(False)
        raise
    assert differences(program, maccor.read(files.primary.content, {})) == []
