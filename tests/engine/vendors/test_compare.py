"""What `verify` must notice, and what it must not mind."""

from dataclasses import replace

import pytest
from ionworks_engine.vendors.compare import differences
from ionworks_engine.vendors.program import Guard, Hold, Program, Record, Repeat, Stop

from ionworks.ucp.tree import Position, Profile

STEP = Hold(
    kind="Charge",
    mode="C-rate",
    value=0.5,
    stops=(Stop("Voltage", ">", 4.2, 1), Stop("C-rate", "<", 0.05, 2)),
)
PROGRAM = Program(
    lines=(STEP, Repeat(start=0, count=3.0)),
    guards=(Guard("Voltage", "high", 4.3, 2),),
    profiles=(Profile("City", "Current", (0.0, 1.0), (1.0, 2.0), Position("")),),
)


def with_step(**changes):
    return replace(PROGRAM, lines=(replace(STEP, **changes), PROGRAM.lines[1]))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (with_step(kind="Discharge"), "step 1: kind is Discharge, not Charge"),
        (with_step(value=0.50001), "step 1: value is 0.50001, not 0.5"),
        (with_step(hold_voltage=4.2), "step 1: hold_voltage is 4.2, not None"),
        (with_step(temperature=40.0), "step 1: temperature is 40, not None"),
        (
            with_step(stops=STEP.stops[:1]),
            "step 1: the end C-rate < 0.05 -> end of test is missing",
        ),
        (
            with_step(stops=(*STEP.stops, Stop("Time", ">=", 9.0, 0))),
            "step 1: the end Time > 9 -> step 1 is new",
        ),
        (
            replace(PROGRAM, lines=(STEP, Repeat(start=0, count=4.0))),
            "step 2: count is 4, not 3",
        ),
        (replace(PROGRAM, lines=(STEP,)), "there are 1 steps, not 2"),
        (replace(PROGRAM, lines=(STEP, STEP)), "step 2: it is a Hold, not a Repeat"),
        (
            replace(PROGRAM, guards=()),
            "the safety limit Voltage > 4.3 -> end of test is missing",
        ),
        (
            replace(PROGRAM, guards=(Guard("Voltage", "high", 4.3, 0),)),
            "the safety limit Voltage > 4.3 -> step 1 is new",
        ),
        (replace(PROGRAM, profiles=()), "the drive cycle 'City' is missing"),
        (
            replace(PROGRAM, profiles=(replace(PROGRAM.profiles[0], values=(1.0, 2.1)),)),
            "the drive cycle 'City' has other points",
        ),
    ],
)
def test_a_change_of_meaning_is_told(changed, said):
    assert said in differences(PROGRAM, changed)
    assert differences(changed, PROGRAM)


@pytest.mark.parametrize(
    "changed",
    [
        with_step(label="Name", note="Look", record=Record(time=1.0)),
        with_step(stops=STEP.stops[::-1]),
        with_step(stops=STEP.stops + STEP.stops),
        with_step(value=0.5 * (1 + 5e-7)),
        with_step(stops=(replace(STEP.stops[0], operator=">="), STEP.stops[1])),
        replace(PROGRAM, title="x", notes=("y",), record=Record(time=9.0), capacity=2.0),
    ],
)
def test_what_means_the_same_is_no_difference(changed):
    assert differences(PROGRAM, changed) == []


def test_a_c_rate_is_the_current_that_it_means():
    amps = with_step(
        mode="Current", value=1.5, stops=(STEP.stops[0], Stop("Current", "<", 0.15, 2))
    )
    assert differences(replace(PROGRAM, capacity=3.0), amps) == []
    assert differences(PROGRAM, replace(amps, capacity=3.0)) == []
    assert differences(replace(PROGRAM, capacity=3.1), amps)
    assert differences(PROGRAM, amps)
