"""Written schedules run as their programs do: two small machines walk the same way.

One machine runs the lines of a program, the other the sections of the schedule, as a cycler does:
bits of counter steps set and raise counters, limits are asked in order, labels are looked up.
"""

from __future__ import annotations

import operator
import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from ionworks_engine.vendors import arbin, arbin_sdx
from ionworks_engine.vendors.compare import differences
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.formats import as_written
from ionworks_engine.vendors.program import Assign, Count, Hold, Jump, Program, Repeat, Stop

from ionworks.ucp.tree import Live, Number, Operation, Position, Variable

NOWHERE = Position("")
STEPS = 120
ASKED = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}


def number(value):
    return Number(float(value), NOWHERE)


def variable(name):
    return Variable(name, NOWHERE)


def holds(condition, variables, cycle):
    if condition is None:
        return True
    if condition.sign == "*":
        return holds(condition.left, variables, cycle) and holds(condition.right, variables, cycle)
    left = condition.left
    value = cycle if isinstance(left, Live) else variables.get(left.name, 0)
    return ASKED[condition.sign](value, condition.right.value)


def walk_program(program, choices):
    """Run the lines: each step ends by the stop that the next choice names."""
    trace, counts, variables, cycle = [], {}, {}, 0
    index, taken, passed = 0, iter(choices), 0
    while index < len(program.lines) and len(trace) < STEPS and passed < 10 * STEPS:
        passed += 1
        line, following = program.lines[index], index + 1
        if isinstance(line, Hold):
            choice = next(taken, None)
            if choice is None:
                break
            trace.append((line.kind, line.value))
            following = line.stops[choice % len(line.stops)].goto
        elif isinstance(line, Repeat):
            counts[index] = counts.get(index, 0) + 1
            following = line.start if counts[index] < line.count else following
        elif isinstance(line, Count):
            cycle += 1
        elif isinstance(line, Assign):
            raised = variables.get(line.name, 0) + 1
            variables[line.name] = 0 if line.value == 0 else raised
        elif holds(line.condition, variables, cycle):
            following = line.goto
        for end, repeat in enumerate(program.lines):
            if isinstance(repeat, Repeat) and not repeat.start <= following <= end:
                counts.pop(end, None)
        index = following
    return trace


def sections_of(content):
    found, current = {}, None
    for row in content.decode("latin-1").splitlines():
        if heading := re.fullmatch(r"\[(.*)\]", row):
            current = found.setdefault(heading[1], {})
        elif "=" in row:
            key, _, value = row.partition("=")
            current[key] = value
    return found


def limits_of(sections, index):
    for place in range(int(sections[f"Schedule_Step{index}"]["m_uLimitNum"])):
        limit = sections[f"Schedule_Step{index}_Limit{place}"]
        if limit["m_bStepLimit"] == "1":
            yield limit


def walk_schedule(content, choices):
    """Run the steps of a schedule as a cycler does."""
    sections = sections_of(content)
    count = int(sections["Schedule"]["m_uStepNum"])
    labels = [sections[f"Schedule_Step{index}"]["m_szLabel"] for index in range(count)]
    assert len(set(labels)) == count
    trace, values = [], {f"TC_Counter{k}": 0 for k in range(1, 5)} | {"PV_CHAN_Cycle_Index": 1}
    index, taken, passed = 0, iter(choices), 0
    while index < count and len(trace) < STEPS and passed < 40 * STEPS:
        passed += 1
        step = sections[f"Schedule_Step{index}"]
        limits = list(limits_of(sections, index))
        if step["m_szStepCtrlType"] == "Set Variable(s)":
            reset, raised = int(step["m_szCtrlValue"]), int(step["m_szExtCtrlValue1"])
            values["PV_CHAN_Cycle_Index"] += raised & 1
            for k in range(1, 5):
                name = f"TC_Counter{k}"
                values[name] = 0 if reset & 0x8000 << k else values[name]
                values[name] += bool(raised & 1 << k)
            limit = next(limit for limit in limits if all(asked(limit, values)))
        else:
            choice = next(taken, None)
            if choice is None:
                break
            current = float(step["m_szCtrlValue"])
            trace.append(("Charge" if current > 0 else "Discharge", abs(current)))
            limit = limits[choice % len(limits)]
        goto = limit["m_szGotoStep"]
        index = {"Next Step": index + 1, "End Test": count}.get(goto, -1)
        index = labels.index(goto) if index < 0 else index
    return trace


def asked(limit, values):
    for place in range(3):
        if left := limit[f"Equation{place}_szLeft"]:
            value = 0 if left == "PV_CHAN_Step_Time" else values[left]
            sign = limit[f"Equation{place}_szCompareSign"]
            yield ASKED[sign](value, float(limit[f"Equation{place}_szRight"]))


@st.composite
def conditions(draw):
    sign = draw(st.sampled_from(sorted(ASKED)))
    left = draw(st.sampled_from([variable("VAR_A"), variable("VAR_B"), Live("Cycle", NOWHERE)]))
    one = Operation(sign, left, number(draw(st.integers(0, 3))), NOWHERE)
    if draw(st.booleans()):
        return one
    other = Operation("<", variable("VAR_A"), number(3), NOWHERE)
    return Operation("*", one, other, NOWHERE)


def is_nested(start, lines):
    """Whether a loop from here to the end of the lines has each of the others inside or before."""
    return not any(
        isinstance(line, Repeat) and line.start < start <= end for end, line in enumerate(lines)
    )


@st.composite
def programs(draw):
    count = draw(st.integers(1, 10))
    kinds = ["hold", "hold", "hold", "count", "set", "raise", "jump", "branch", "repeat", "repeat"]
    lines = []
    for index in range(count):
        kind, goto = draw(st.sampled_from(kinds)), st.integers(0, count)
        name = draw(st.sampled_from(["VAR_A", "VAR_B"]))
        if kind == "hold":
            gotos = [index + 1, *draw(st.lists(goto, max_size=2))]
            stops = tuple(Stop("Voltage", "<", 2 + k / 8, g) for k, g in enumerate(gotos))
            side = draw(st.sampled_from(["Charge", "Discharge"]))
            lines.append(Hold(kind=side, mode="Current", value=index + 0.5, stops=stops))
        elif kind == "count":
            lines.append(Count())
        elif kind == "set":
            lines.append(Assign(name=name, value=0.0))
        elif kind == "raise":
            value = Operation("+", variable(name), number(1), NOWHERE)
            lines.append(Assign(name=name, value=value))
        elif kind == "jump":
            lines.append(Jump(condition=None, goto=draw(goto)))
        elif kind == "branch":
            elsewhere = goto.filter(lambda target, index=index: target != index + 1)
            lines.append(Jump(condition=draw(conditions()), goto=draw(elsewhere)))
        else:
            starts = [start for start in range(index) if is_nested(start, lines)]
            if not starts:
                lines.append(Count())
                continue
            start = draw(st.sampled_from(starts))
            lines.append(Repeat(start=start, count=float(draw(st.integers(1, 3)))))
    return Program(lines=tuple(lines))


@pytest.mark.parametrize("module", [arbin, arbin_sdx])
@settings(max_examples=300, deadline=None)
@given(program=programs(), choices=st.lists(st.integers(0, 5), max_size=40))
def test_schedules_run_as_their_programs(module, program, choices):
    try:
        files = module.write(program, "walk")
    except Inexpressible:
        assume(False)
    assert walk_schedule(files.primary.content, choices) == walk_program(program, choices)


@settings(max_examples=300, deadline=None)
@given(program=programs(), choices=st.lists(st.integers(0, 5), max_size=40))
def test_programs_that_are_read_back_run_as_those_that_were_written(program, choices):
    try:
        files = arbin.write(program, "walk")
    except Inexpressible:
        assume(False)
    again = arbin.read(files.primary.content, {})
    assert walk_program(again, choices) == walk_program(program, choices)


NOWHERE_ELSE = Program(
    lines=(
        Assign(name="VAR_A", value=0.0),
        Hold(kind="Rest", stops=(Stop("Time", ">=", 9.0, 2),)),
        Jump(condition=Operation("<", variable("VAR_A"), number(0), NOWHERE), goto=4),
        Assign(name="VAR_B", value=0.0),
    )
)
"""A branch whose two ways become one, as nothing asks what is set between them."""


@settings(max_examples=300, deadline=None)
@given(program=programs())
@example(program=NOWHERE_ELSE)
def test_reading_what_was_written_gives_the_same_again(program):
    try:
        files = arbin_sdx.write(program, "walk")
    except Inexpressible:
        assume(False)
    again = arbin_sdx.read(files.primary.content, {})
    twice = arbin_sdx.read(arbin_sdx.write(again, "walk").primary.content, {})
    assert twice == as_written("arbin_sdx", again)


def test_loops_in_loops_with_ways_in_and_out_are_the_same_again():
    def hold(index, *gotos):
        stops = tuple(Stop("Voltage", "<", 2 + k / 8, goto) for k, goto in enumerate(gotos))
        return Hold(kind="Charge", mode="Current", value=index + 1.0, stops=stops)

    lines = (
        hold(0, 1, 3),
        hold(1, 2, 7),
        hold(2, 3),
        hold(3, 4, 1),
        Repeat(start=2, count=3.0),
        Count(),
        Repeat(start=1, count=2.0),
        hold(7, 8, 2),
    )
    program = Program(lines=lines)
    files = arbin.write(program, "loops")
    again = arbin.read(files.primary.content, {})
    assert differences(as_written("arbin", program), again) == []
    for seed in range(40):
        choices = [(seed >> k) & 1 for k in range(6)] * 6
        assert walk_schedule(files.primary.content, choices) == walk_program(program, choices)
