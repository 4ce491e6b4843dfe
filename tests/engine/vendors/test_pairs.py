"""A constant current and the voltage held after it, as one step: only where that means the same."""

from dataclasses import replace

import pytest
from ionworks_engine.vendors.pairs import joined
from ionworks_engine.vendors.program import Guard, Hold, Jump, Program, Record, Repeat, Stop

CURRENT = Hold(kind="Charge", mode="Current", value=1.0, stops=(Stop("Voltage", ">", 4.2, 1),))
VOLTAGE = Hold(kind="Charge", mode="Voltage", value=4.2, stops=(Stop("Current", "<", 0.1, 2),))
REST = Hold(kind="Rest", stops=(Stop("Voltage", "<", 3.0, 0), Stop("Time", ">=", 60.0, 3)))
PROGRAM = Program(
    lines=(CURRENT, VOLTAGE, REST, Repeat(start=0, count=2.0), Jump(condition=None, goto=2)),
    guards=(Guard("Voltage", "high", 4.3, 2),),
)


def test_a_pair_is_joined_and_all_jumps_still_lead_where_they_did():
    held, rest, repeat, jump = joined(PROGRAM).lines
    assert held == Hold(
        kind="Charge",
        mode="Current",
        value=1.0,
        hold_voltage=4.2,
        stops=(Stop("Current", "<", 0.1, 1),),
    )
    assert rest.stops == (Stop("Voltage", "<", 3.0, 0), Stop("Time", ">=", 60.0, 2))
    assert (repeat.start, jump.goto) == (0, 1)
    assert joined(PROGRAM).guards[0].goto == 1


def changed(index, **changes):
    lines = list(PROGRAM.lines)
    lines[index] = replace(lines[index], **changes)
    return replace(PROGRAM, lines=tuple(lines))


@pytest.mark.parametrize(
    "program",
    [
        changed(1, kind="Discharge"),
        changed(1, value=4.1),
        changed(0, mode="Power"),
        changed(0, hold_voltage=4.0),
        changed(0, stops=(*CURRENT.stops, Stop("Time", ">=", 600.0, 1))),
        changed(0, stops=(Stop("Voltage", ">", 4.2, 2),)),
        changed(0, stops=(Stop("Voltage", "<", 4.2, 1),)),
        changed(1, stops=(*VOLTAGE.stops, Stop("Time", ">=", 600.0, 2))),
        changed(0, value=0.05),
        changed(1, stops=(*VOLTAGE.stops, Stop("Voltage", "<", 3.0, 5))),
        changed(0, stops=(*CURRENT.stops, Stop("Voltage", ">", 4.3, 5))),
        changed(0, stops=(*CURRENT.stops, Stop("Time", ">=", 600.0, 2))),
        changed(1, temperature=40.0),
        changed(2, stops=(Stop("Time", ">=", 60.0, 1),)),
        changed(3, start=1),
        changed(4, goto=1),
        replace(PROGRAM, guards=(Guard("Voltage", "high", 4.3, 1),)),
    ],
)
def test_what_would_mean_something_else_stays_two_steps(program):
    assert joined(program) == program


def test_a_time_of_its_own_keeps_the_second_line_and_shares_what_could_trip_in_it_alone():
    beyond = Stop("Voltage", ">", 4.3, 5)
    held = Stop("Time", ">=", 600.0, 2)
    first, second = joined(changed(1, stops=(*VOLTAGE.stops, beyond, held))).lines[:2]
    assert first.stops == (*CURRENT.stops, beyond)
    assert second.stops == (*VOLTAGE.stops, beyond, held)


@pytest.mark.parametrize(
    ("capacity", "end", "one"),
    [(2.0, 0.4, True), (2.0, 0.6, False), (None, 0.4, False)],
)
def test_an_end_in_c_is_compared_with_a_current_in_amperes_by_the_capacity(capacity, end, one):
    program = replace(changed(1, stops=(Stop("C-rate", "<", end, 2),)), capacity=capacity)
    assert (joined(program) != program) is one


def test_the_finer_of_two_rules_for_rows_holds():
    program = replace(changed(1, record=Record(time=1.0)), record=Record(time=9.0, current=0.1))
    assert joined(program).lines[0].record == Record(time=1.0, current=0.1)
