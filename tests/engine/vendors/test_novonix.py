"""Novonix protocols: the text of public data files, in both dialects."""

import os
import re
from pathlib import Path

import pytest
from ionworks_engine.vendors import novonix
from ionworks_engine.vendors.compare import differences
from ionworks_engine.vendors.convert import convert, parse
from ionworks_engine.vendors.errors import Inexpressible, Unreadable
from ionworks_engine.vendors.flatten import flatten
from ionworks_engine.vendors.program import Count, Guard, Hold, Record, Repeat, Stop

from ionworks import ucp

FOLDER = os.environ.get("IONWORKS_VENDOR_FILES")
PUBLIC = sorted(Path(FOLDER).rglob("*example_data.csv")) if FOLDER else []

SECTIONS = """   [Operating limits]
   [End operating limits]
   [Emergency limits]
   [End emergency limits]
"""
# As version 3.0 of the software prints it into its data files.
PRINTED = f"""[Summary]
Novonix HPC data file
[End Summary]
[Protocol]
Protocol: Pulses
Novonix HPC Protocol File
Version:3.0.2.3
[Protocol operating limits]
   [0 Stop channel if voltage < 2.6900 V or if voltage > 4.2500 V]
   [1 Stop channel if current < 0 A or if current > 20.000 A]
   [2 Stop channel if step time > 300 h]
   [3 Stop channel if temperature < 10.000 C or if temperature > 40.000 C]
[End protocol operating limits]
[Protocol emergency limits]
   [0 Shut down all channels and raise emergency alarm if voltage < 2.6000 V]
[End protocol emergency limits]
[Open circuit storage]
   [Storage_time 5 hours]
   [Trip conditions]
      [0 End step if voltage is less than 2.7 V]
   [End trip conditions]
   [Save conditions]
      [0 Save data if \u2206T is greater than 30 seconds]
   [End save conditions]
{SECTIONS}[End storage]
[CC-CV charge]
   [Maximum_current 0.2 A]
   [Charge_voltage 4.2 V]
   [Trip conditions]
      [0 End step if total step time is greater than 50 hours]
      [1 End step if hold time is greater than 5 hours]
      [2 End step if absolute current is less than 0.1 A]
   [End trip conditions]
   [Save conditions]
      [0 Save data if \u2206T is greater than 300 seconds]
      [1 Save data if \u2206V is greater than 0.005 V]
   [End save conditions]
{SECTIONS}[End CCCV charge]
[Repeat the step(s) below]
   [Repeat count 4]
   [Step count 2]
   [Constant current discharge]
      [Discharge_current 1.5 A]
      [Discharge_voltage 2.7 V]
      [Trip conditions]
         [0 End step if step time is longer than 10 seconds]
         [1 End step if step capacity is greater than 0.5 Ah]
      [End trip conditions]
      [Save conditions]
         [0 Save data if \u2206T is greater than 0.1 seconds]
      [End save conditions]
      [Operating limits]
         [0 Stop channel if voltage < 2.7000 V or if voltage > 4.2000 V]
      [End operating limits]
      [Emergency limits]
      [End emergency limits]
   [End discharge]
   [Increment the cycle counter]
   [End increment]
[End repeat]
[End Protocol]
[Data]
Date and Time,Cycle Number,Step Number
1/3/2019 9:33:48 AM,1,0
"""
LINES = (
    Hold(
        kind="Rest",
        stops=(Stop("Voltage", "<", 2.7, 1), Stop("Time", ">=", 18000.0, 1)),
        record=Record(time=30.0),
    ),
    Hold(
        kind="Charge",
        mode="Current",
        value=0.2,
        stops=(Stop("Voltage", ">", 4.2, 2), Stop("Time", ">=", 180000.0, 3)),
        record=Record(time=300.0, voltage=0.005),
    ),
    Hold(
        kind="Charge",
        mode="Voltage",
        value=4.2,
        stops=(Stop("Current", "<", 0.1, 3), Stop("Time", ">=", 18000.0, 3)),
        record=Record(time=300.0, voltage=0.005),
    ),
    Hold(
        kind="Discharge",
        mode="Current",
        value=1.5,
        stops=(
            Stop("Voltage", "<", 2.7, 4),
            Stop("Capacity", ">", 0.5, 4),
            Stop("Voltage", "<", 2.7, 6),
            Stop("Voltage", ">", 4.2, 6),
            Stop("Time", ">=", 10.0, 4),
        ),
        record=Record(time=0.1),
    ),
    Count(),
    Repeat(start=3, count=4.0),
)
NUMBERED = """[Protocol]
[0: Open_circuit_storage:]
[Storage_time 10 minutes]
[1: Repeat: 24 time(s) Node count: 3]
[2: Constant_current_charge:]
[Charge_current 500 mA]
[Charge_voltage 4.2 V]
[0 End step if step time is longer than 1 hour]
[3: Open_circuit_storage:]
[Storage_time 90 seconds]
[4: Increment cycle counter:]
[5: Constant_current_discharge:]
[Discharge_current 1 A]
[Discharge_voltage 2.5 V]
[End Protocol]
"""
REDUCED = """[1 : Open_circuit_storage : Storage_time 10 minutes;0 Save data if \u2206T is greater \
than 30 s]
[2 : CC-CV_charge : ;Maximum_current 1 A;Charge_voltage 4.2 V;0 End step if absolute current is \
less than 0.1 A;End CCCV charge]
[End Protocol]
"""


def test_the_protocol_of_a_data_file_is_read():
    program = novonix.read(PRINTED.encode(), {})
    assert program.lines == LINES
    assert program.guards == (
        Guard("Voltage", "low", 2.69, 6),
        Guard("Voltage", "high", 4.25, 6),
        Guard("Charge current", "high", 20.0, 6),
        Guard("Discharge current", "high", 20.0, 6),
        Guard("Temperature", "low", 10.0, 6),
        Guard("Temperature", "high", 40.0, 6),
    )
    assert [re.sub(r"\d+", "#", note) for note in program.notes] == [
        "The limit of line # on the step time was not read.",
        "The emergency limit of line # was not read.",
        "The total time of the step of line # was read of its constant current alone: the time of"
        " the hold limits the rest.",
    ]


def test_what_was_read_is_written_as_it_stood():
    program = novonix.read(PRINTED.encode(), {})
    text = novonix.write(program, "Pulses").primary.content.decode()
    assert novonix.read(text.encode(), {}) == program
    unread = ("Date Saved", "300 h", "Shut down")
    wanted = PRINTED[PRINTED.index("[Protocol]") : PRINTED.index("[Data]")]

    def read_lines(text):
        lines = [re.sub(r"^( *)\[\d ", r"\1[", line) for line in text.splitlines()]
        return [line for line in lines if not any(word in line for word in unread)]

    assert read_lines(text) == read_lines(wanted)


def test_numbered_commands_are_read_and_loops_end_by_their_size():
    program = novonix.read(NUMBERED.encode(), {})
    assert program.lines == (
        Hold(kind="Rest", stops=(Stop("Time", ">=", 600.0, 1),)),
        Hold(
            kind="Charge",
            mode="Current",
            value=0.5,
            stops=(Stop("Voltage", ">", 4.2, 2), Stop("Time", ">=", 3600.0, 2)),
        ),
        Hold(kind="Rest", stops=(Stop("Time", ">=", 90.0, 3),)),
        Count(),
        Repeat(start=1, count=24.0),
        Hold(kind="Discharge", mode="Current", value=1.0, stops=(Stop("Voltage", "<", 2.5, 6),)),
    )


def test_a_protocol_of_one_line_a_step_is_read():
    rest, charge = novonix.read(REDUCED.encode(), {}).lines
    assert rest.stops[0].value == 600
    assert (charge.hold_voltage, charge.stops) == (4.2, (Stop("Current", "<", 0.1, 2),))


def test_a_current_and_the_voltage_after_it_are_one_step():
    text = """
steps:
- Charge: {mode: C-rate, value: 0.5, ends: [Voltage > 4.2]}
- Charge: {mode: Voltage, value: 4.2, ends: [C-rate < 0.05]}
- Charge: {mode: C-rate, value: 0.5, ends: [Voltage > 4.2]}
- Charge: {mode: Voltage, value: 4.2, duration: 7200, ends: [C-rate < 0.05]}
"""
    made = convert(text, "novonix", nominal_capacity_ah=3, verify=True)
    body = made.files.primary.content.decode()
    assert body.count("[CC-CV charge]") == 2
    assert "[Maximum_current 1.5 A]" in body
    assert "absolute current is less than 0.15 A" in body
    assert "hold time is greater than 2 hours" in body
    assert any("written as one CC-CV step" in note for note in made.notes)
    parsed = ucp.load(parse(made.files.primary.content).ucp)
    assert [step.hold_voltage is not None for step in parsed.steps] == [True, False, False]


PAIR = """
steps:
- Charge: {{mode: Current, value: 1, ends: [Voltage > 4.2{current}]}}
- Charge: {{mode: Voltage, value: 4.2, ends: [Current < 0.05{voltage}]}}
- Rest: {{name: After, duration: 60}}
"""
PARK = ", {'Voltage > 4.25': {goto: End}}"
LOW = ", {'Voltage < 2': {goto: End}}"


def pair(current="", voltage=""):
    return PAIR.format(current=current, voltage=voltage)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (pair(voltage=PARK), "Stop channel if voltage > 4.2500 V"),
        (pair(PARK, PARK), "Stop channel if voltage > 4.2500 V"),
        (pair(LOW, LOW), "Stop channel if voltage < 2.0000 V"),
        (pair(LOW, LOW + ", Time > 7200"), "End step if hold time is greater than 2 hours"),
        (pair(voltage=PARK + ", Time > 7200"), "Stop channel if voltage > 4.2500 V"),
        (
            pair(", {'Time > 36000': {goto: After}}", ", Time > 7200"),
            "End step if total step time is greater than 10 hours",
        ),
    ],
)
def test_a_pair_whose_ends_hold_for_one_step_is_written_as_one(text, said):
    made = convert(text, "novonix", verify=True)
    body = made.files.primary.content.decode()
    assert body.count("[CC-CV charge]") == 1
    assert said in body
    assert "Constant current" not in body


def test_a_time_of_the_current_that_counts_on_in_the_hold_is_told():
    text = pair(", {'Time > 36000': {goto: After}}", ", Time > 7200")
    told = "The time of step 1 counts on while its voltage is held, and can cut that short."
    assert told in convert(text, "novonix").notes


@pytest.mark.parametrize(
    "text",
    [
        pair(voltage=LOW),
        pair(PARK),
        pair(LOW, PARK),
        pair(", Time > 36000", ", Time > 7200"),
        pair(", {'Time > 36000': {goto: After}}"),
        pair(voltage=LOW + ", Time > 7200"),
        pair(", {'Capacity > 2': {goto: End}}", ", {'Capacity > 2': {goto: End}}"),
        pair().replace("value: 1,", "value: 0.04,"),
        pair(voltage=", Time > 7200").replace("value: 1,", "value: 0.04,"),
    ],
)
def test_a_pair_whose_ends_would_hold_elsewhere_is_refused_with_its_step(text):
    """In the one step that it would be, they would end the current, or the voltage, as well."""
    with pytest.raises(Inexpressible, match="end differently") as caught:
        convert(text, "novonix")
    assert caught.value.line == "step 1"


def test_a_pair_with_two_rules_for_rows_stores_by_the_finer():
    for held in ("", ", duration: 7200"):
        text = f"""
global: {{resolution: {{time: 60}}}}
steps:
- Charge:
    {{mode: Current, value: 1, ends: [Voltage > 4.2], resolution: {{time: 30, voltage: 0.01}}}}
- Charge:
    {{mode: Voltage, value: 4.2, ends: [Current < 0.05], resolution: {{time: 5}}{held}}}
"""
        made = convert(text, "novonix", verify=True)
        saves = re.findall(
            r"Save data if .(. is greater than .*)\]", made.files.primary.content.decode()
        )
        assert saves == ["T is greater than 5 seconds", "V is greater than 0.01 V"]
        assert "Steps 1 and 2 are one: the finer of their rules for rows holds." in made.notes


def test_a_pair_in_which_only_one_line_has_a_rule_keeps_the_common_one_where_it_is_finer():
    text = """
global: {resolution: {time: 10}}
steps:
- Charge: {mode: Current, value: 1, ends: [Voltage > 4.2]}
- Charge: {mode: Voltage, value: 4.2, ends: [Current < 0.05], resolution: {time: 100}}
"""
    body = convert(text, "novonix", verify=True).files.primary.content.decode()
    assert re.findall(r"greater than (\d+) seconds", body) == ["10"]


def test_operating_limits_of_a_held_step_hold_in_both_its_parts():
    limits = "   [Operating limits]\n   [0 Stop channel if voltage < 2.0000 V]\n"
    head, _, tail = PRINTED.partition("[CC-CV charge]")
    text = head + "[CC-CV charge]" + tail.replace("   [Operating limits]\n", limits, 1)
    program = novonix.read(text.encode(), {})
    leaving = Stop("Voltage", "<", 2.0, 6)
    assert [leaving in line.stops for line in program.lines[:3]] == [False, True, True]
    assert novonix.read(novonix.write(program, "x").primary.content, {}) == program


def test_the_shorter_of_two_times_of_a_hold_is_read():
    once = "[1 End step if hold time is greater than 5 hours]"
    twice = once + "\n      [1 End step if hold time is greater than 9 hours]"
    program = novonix.read(PRINTED.replace(once, twice).encode(), {})
    assert program.lines[2].stops[-1].value == 18000


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "1 seconds"), (60, "60 seconds"), (90, "90 seconds"), (600, "10 minutes"),
     (3600, "60 minutes"), (5400, "90 minutes"), (7200, "2 hours"), (0.5, "0.5 seconds")],
)  # fmt: skip
def test_times_stand_in_the_largest_unit_of_which_they_are_more_than_one(seconds, said):
    made = convert(f"steps: [{{Rest: {{duration: {seconds}}}}}]", "novonix", verify=True)
    assert f"[Storage_time {said}]" in made.files.primary.content.decode()


CHARGE = "mode: Current, value: 1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"steps: [{{Charge: {{{CHARGE}, duration: 60}}}}]", "without an end on voltage"),
        (
            "steps: [{Charge: {mode: Voltage, value: 4.2, duration: 60}}]",
            "no constant current leads to",
        ),
        (
            "steps: [{Discharge: {mode: Current, value: 1, hold_voltage: 3, duration: 60}}]",
            "a CC-CV discharge",
        ),
        (
            f"steps: [{{A: {{repeat: 2, steps: [{{Rest: {{duration: 1}}}}, {{B: {{repeat: 2, steps:"
            f" [{{Charge: {{{CHARGE}, ends: [Voltage > 4]}}}}]}}}}]}}}}]",
            "a loop in a loop",
        ),
        (
            f"steps: [{{Charge: {{{CHARGE}, ends: [Voltage > 4, {{'Voltage < 2': {{goto: X}}}}]}}"
            "},"
            " {Rest: {duration: 1}}, {Rest: {name: X, duration: 1}}]",
            "a goto; steps run in order",
        ),
        (
            f"steps: [{{Charge: {{{CHARGE}, ends: [Voltage > 4, Current < 0.5]}}}}]",
            "an end Current",
        ),
        ("steps: [{Charge: {mode: C-rate, value: 1, ends: [Voltage > 4]}}]", "nominal_capacity_ah"),
        (
            "safety_limits: {max_charge_current: 2}\nsteps: [{Rest: {duration: 1}}]",
            "different limits on charge and discharge current",
        ),
    ],
)
def test_what_the_text_has_no_sentence_for_is_refused(text, said):
    with pytest.raises(Inexpressible, match=re.escape(said)):
        convert(text, "novonix")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[End Protocol]", "", "[End Protocol] is missing"),
        ("[Storage_time 5 hours]", "", "[storage_time] is missing"),
        ("[Storage_time 5 hours]", "[Storage_time 5 fortnights]", "'fortnight"),
        ("[Maximum_current 0.2 A]", "[Maximum_current 0.2 V]", "the unit is 'v'"),
        ("[Maximum_current 0.2 A]", "[Maximum_power 0.2 W]", "this is not known: [maximum_power"),
        ("[Maximum_current 0.2 A]", "[Maximum_current 0.2 A", "the bracket is not closed"),
        ("if hold time is", "if moon phase is", "'moon phase' is not known"),
        ("End step if hold", "End step when hold", "this is not known"),
        ("[Step count 2]", "[Step count 3]", "it has 3 steps; it has 2"),
        ("[Repeat count 4]", "", "does not say how often"),
        ("[End repeat]", "", "the loop is not closed"),
        ("if step time > 300 h", "if moon phase > 300", "this limit is not known"),
    ],
)
def test_what_is_not_known_is_refused_with_its_line(old, new, said):
    with pytest.raises(Unreadable, match=re.escape(said)) as caught:
        novonix.read(PRINTED.replace(old, new, 1).encode(), {})
    assert caught.value.line


def test_every_cut_of_a_file_is_refused():
    data = PRINTED[: PRINTED.index("[End Protocol]")].encode()
    for size in range(0, len(data), 31):
        with pytest.raises(Unreadable):
            novonix.read(data[:size], {})


@pytest.mark.skipif(not PUBLIC, reason="IONWORKS_VENDOR_FILES names no folder with public files")
def test_a_public_data_file_is_read_written_and_read_equal():
    data = PUBLIC[0].read_bytes()
    program = novonix.read(data, {})
    # 103 steps are run, as the authors of the file count them; a hold is no step of its own.
    timed = [isinstance(line, Hold) for line in program.lines]
    (bottom,) = [i for i, line in enumerate(program.lines) if isinstance(line, Repeat)]
    loop = program.lines[bottom]
    inside = sum(timed[loop.start : bottom])
    assert sum(timed) - inside + inside * loop.count - 1 == 103
    assert novonix.read(novonix.write(program, "x").primary.content, {}) == program
    parsed = parse(data)
    assert parsed.error is None
    assert differences(program, flatten(ucp.load(parsed.ucp))) == []
