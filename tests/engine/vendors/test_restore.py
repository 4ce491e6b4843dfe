"""Programs -> protocols: what comes back means the same, whatever the jumps and loops."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ionworks_engine.vendors.compare import differences
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.flatten import flatten
from ionworks_engine.vendors.program import (
    Assign,
    Chamber,
    Count,
    Guard,
    Hold,
    Jump,
    Program,
    Record,
    Repeat,
    Stop,
)
from ionworks_engine.vendors.restore import restore

from ionworks import ucp
from ionworks.ucp.tree import Live, Operation, Position, Variable

NOWHERE = Position("")
REGISTER = Variable("VAR_1", NOWHERE)
BUSY = Operation(">", REGISTER, Live("Capacity", NOWHERE), NOWHERE)

targets = st.floats(0, 1)
"""A jump as a share of the lines, for there are as many as there come to be."""


def share(where: float, end: int) -> int:
    return min(int(where * (end + 1)), end)


@st.composite
def stops(draw):
    found = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["Voltage", "Capacity", "Time"]),
                st.sampled_from(["<", ">"]),
                st.floats(0.1, 10),
                targets,
            ),
            max_size=2,
        )
    )
    return found, draw(st.none() | st.floats(1, 1e5))


leaves = st.one_of(
    st.tuples(st.just("hold"), stops(), st.sampled_from(["", "Pulse", "Rest", "End", "a\nb"])),
    st.tuples(st.just("assign"), st.floats(-5, 5)),
    st.tuples(st.just("jump"), st.booleans(), targets),
    st.tuples(st.just("count")),
    st.tuples(st.just("chamber"), st.floats(-20, 60)),
)
trees = st.recursive(
    st.lists(leaves, min_size=1, max_size=4),
    lambda inner: st.lists(
        leaves | st.tuples(st.just("loop"), st.integers(2, 9), inner), min_size=1, max_size=4
    ),
    max_leaves=12,
)


def spread(items, lines):
    """Lay nested items out as lines that are made when their number is known."""
    for item in items:
        if item[0] == "loop":
            start = len(lines)
            spread(item[2], lines)
            lines.append(("repeat", start, item[1]))
        else:
            lines.append(item)
    return lines


def made(item, index, end):
    kind, *rest = item
    if kind == "repeat":
        return Repeat(start=rest[0], count=float(rest[1]))
    if kind == "assign":
        return Assign(name="VAR_1", value=rest[0])
    if kind == "jump":
        return Jump(condition=BUSY if rest[0] else None, goto=share(rest[1], end))
    if kind == "count":
        return Count()
    if kind == "chamber":
        return Chamber(temperature=rest[0])
    (ends, duration), label = rest
    found = [Stop(quantity, sign, value, share(to, end)) for quantity, sign, value, to in ends]
    if duration is not None or not found:
        found.append(Stop("Time", ">=", duration or 60.0, index + 1))
    return Hold(kind="Charge", mode="Current", value=1.0, stops=tuple(found), label=label)


@st.composite
def programs(draw):
    items = spread(draw(trees), [])
    end = len(items)
    guards = draw(st.lists(targets, max_size=1))
    return Program(
        lines=tuple(made(item, index, end) for index, item in enumerate(items)),
        guards=tuple(Guard("Voltage", "high", 4.3, share(where, end)) for where in guards),
        record=Record(time=10.0),
    )


@settings(deadline=None, max_examples=300)
@given(programs())
def test_what_is_restored_flattens_to_the_same_program(program):
    assert flatten(restore(program)) == program


@settings(deadline=None, max_examples=150)
@given(programs())
def test_its_text_says_the_same(program):
    text = ucp.dump(restore(program))
    findings = ucp.check(text)
    flow = {"endless-loop", "unset-variable", "missing-end"}
    wrong = {finding.code for finding in findings if finding.severity == "error"}
    assert wrong <= flow, text
    if not wrong:
        assert flatten(ucp.load(text)) == program


def rest(*stops, **more):
    return Hold(kind="Rest", stops=stops or (Stop("Time", ">=", 60.0, 1),), **more)


def test_labels_become_names_and_jump_targets_get_names():
    lines = (
        rest(Stop("Voltage", "<", 3.0, 2), Stop("Time", ">=", 60.0, 1), label="Soak"),
        rest(Stop("Time", ">=", 5.0, 2), label="Soak"),
        rest(Stop("Time", ">=", 5.0, 3), note="look at the cell"),
    )
    text = ucp.dump(restore(Program(lines=lines)))
    steps = ucp.load(text).steps
    assert [step.name for step in steps] == ["Soak", None, "Step 3"]
    assert steps[0].ends[0].goto.target == "Step 3"
    assert steps[2].note == "look at the cell"


@settings(deadline=None, max_examples=150)
@given(programs())
def test_names_that_are_made_are_the_numbers_of_the_explanation(program):
    told = re.findall(r"(\d+)\. \[Step (\d+)\]", ucp.explain(restore(program)))
    assert [row for row, _ in told] == [number for _, number in told]


def test_a_goto_names_the_row_of_the_explanation_that_it_leads_to():
    lines = (
        rest(),
        rest(Stop("Time", ">=", 5.0, 2)),
        Repeat(start=0, count=3.0),
        rest(Stop("Voltage", "<", 3.0, 5), Stop("Time", ">=", 5.0, 4)),
        rest(Stop("Time", ">=", 6.0, 5)),
        rest(Stop("Time", ">=", 7.0, 6)),
    )
    told = ucp.explain(restore(Program(lines=lines)))
    assert "until Voltage < 3 V (go to Step 5)" in told
    assert "5. [Step 5] Rest for 7 s" in told


def test_a_jump_to_the_bottom_of_a_loop_goes_on_with_the_loop():
    lines = (
        rest(Stop("Voltage", "<", 3.0, 2), Stop("Time", ">=", 60.0, 1)),
        rest(Stop("Time", ">=", 5.0, 2)),
        Repeat(start=0, count=3.0),
    )
    program = Program(lines=lines)
    text = ucp.dump(restore(program))
    assert flatten(ucp.load(text)) == program
    assert not ucp.check(text)


def test_two_loops_around_the_same_steps_are_two_blocks():
    lines = (rest(), Repeat(start=0, count=2.0), Repeat(start=0, count=3.0))
    tree = restore(Program(lines=lines))
    assert tree.steps[0].repeat.value == 3
    assert tree.steps[0].steps[0].repeat.value == 2


CROSSING = (
    rest(),
    rest(Stop("Time", ">=", 1.0, 2)),
    Repeat(start=0, count=2.0),
    rest(Stop("Time", ">=", 1.0, 4)),
    Repeat(start=1, count=2.0),
)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (CROSSING, "step 5: the loop crosses"),
        ((Repeat(start=0, count=2.0),), "step 1: the loop has no steps"),
        ((rest(Stop("Voltage", "<", float("nan"), 1)),), "the file says nan"),
        ((rest(), *(Repeat(start=0, count=2.0),) * 60), "more than 50 loops"),
        ((rest(Stop("Time", ">=", 1.0, 7)),), "step 1: it jumps to step 8, of 1"),
    ],
)
def test_what_is_no_protocol_is_refused(lines, said):
    with pytest.raises(Unreadable, match=said):
        restore(Program(lines=lines))


def test_the_order_of_a_duration_is_no_difference():
    first = rest(Stop("Time", ">=", 60.0, 1), Stop("Voltage", "<", 3.0, 1))
    program = Program(lines=(first,))
    assert differences(program, flatten(restore(program))) == []
