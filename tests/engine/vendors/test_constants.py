"""Lines that are left out: what went to them goes on, and no loop is begun or kept by that."""

import pytest
from ionworks_engine.vendors import biologic
from ionworks_engine.vendors.constants import without
from ionworks_engine.vendors.convert import convert
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.program import Count, Guard, Hold, Jump, Program, Repeat, Stop


def rest(*gotos):
    return Hold(
        kind="Rest", stops=tuple(Stop("Time", ">=", 9.0 + k, goto) for k, goto in enumerate(gotos))
    )


def test_what_goes_to_a_line_that_is_left_out_goes_to_the_next():
    program = Program(
        lines=(rest(1, 3), Count(), rest(3), rest(4)), guards=(Guard("Voltage", "high", 4.3, 1),)
    )
    assert without(program, {1}) == Program(
        lines=(rest(1, 2), rest(2), rest(3)), guards=(Guard("Voltage", "high", 4.3, 1),)
    )


def test_loops_without_a_line_are_left_out_from_the_inside_out():
    lines = (Count(), Repeat(start=0, count=2.0), Repeat(start=0, count=3.0), rest(4))
    assert without(Program(lines=lines), {0}).lines == (rest(1),)


BEFORE = (Count(), rest(2, 0), Repeat(start=1, count=3.0))
WITHIN = (Count(), rest(2, 0), Repeat(start=0, count=3.0))


def test_a_jump_out_of_a_loop_does_not_become_one_within():
    with pytest.raises(Inexpressible, match="begins a loop again from within"):
        without(Program(lines=BEFORE), {0})
    assert without(Program(lines=WITHIN), {0}).lines == (rest(1, 0), Repeat(start=0, count=3.0))


def test_neither_does_that_of_a_safety_limit():
    lines = (Count(), rest(2), Repeat(start=1, count=3.0))
    program = Program(lines=lines, guards=(Guard("Voltage", "high", 4.3, 0),))
    with pytest.raises(Inexpressible, match="begins a loop again from within"):
        without(program, {0})


def test_a_jump_over_another_out_of_a_loop_and_back_is_refused_by_name():
    lines = (rest(1, 3), Repeat(start=0, count=3.0), rest(4), Jump(condition=None, goto=0))
    with pytest.raises(Inexpressible, match=r"step 1: .* begins a loop again from within"):
        biologic.write(Program(lines=lines), "x")
    other = (*lines[:3], Jump(condition=None, goto=2))
    assert biologic.as_written(Program(lines=other)).lines[0].stops[1].goto == 2


COUNTED = """
steps:
- Control: {name: Count, advance_cycle: true}
- Loop: {repeat: 3, steps: [{Rest: {duration: 9, ends: [{Voltage < 3: {goto: Count}}]}}]}
"""


def test_a_cycler_that_counts_itself_is_not_told_to_go_on_where_it_should_begin_again():
    with pytest.raises(Inexpressible, match=r"steps\[1\].*begins a loop again from within"):
        convert(COUNTED, "biologic_mps")
    assert convert(COUNTED, "arbin", verify=True).files.primary.content
