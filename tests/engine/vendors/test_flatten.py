"""Protocols -> programs: what cyclers are told, line by line."""

import pytest
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.flatten import flatten
from ionworks_engine.vendors.program import (
    Assign,
    Chamber,
    Count,
    Drive,
    Guard,
    Hold,
    Jump,
    Program,
    Record,
    Repeat,
    Spectrum,
    Stop,
    Wave,
)

from ionworks import ucp


def flat(text, **options):
    return flatten(ucp.load(text), **options)


def refused(text):
    with pytest.raises(Inexpressible) as caught:
        flat(text)
    return caught.value


def test_cccv_stays_two_lines_and_a_duration_comes_last():
    program = flat("""
steps:
- Charge: {mode: C-rate, value: 1/2, duration: 7200, ends: [Voltage > 4.2]}
- Charge: {mode: Voltage, value: 4.2, ends: [C-rate < 1/20]}
""")
    assert program == Program(
        lines=(
            Hold(
                kind="Charge",
                mode="C-rate",
                value=0.5,
                stops=(Stop("Voltage", ">", 4.2, 1), Stop("Time", ">=", 7200.0, 1)),
            ),
            Hold(kind="Charge", mode="Voltage", value=4.2, stops=(Stop("C-rate", "<", 0.05, 2),)),
        )
    )


def test_blocks_become_loops_and_gotos_line_numbers():
    program = flat("""
steps:
- Outer:
    repeat: 3
    steps:
    - Rest: {duration: 1}
    - Inner:
        repeat: 2
        steps:
        - Discharge:
            name: Pulse
            mode: Current
            value: 1
            duration: 10
            ends: [{"Voltage < 3": {goto: Recover}}, {"Voltage < 2.8": {goto: End}}]
- Once:
  - Rest: {name: Recover, duration: 5, ends: [{"Voltage > 3.5": {goto: Pulse}}]}
""")
    pulse = program.lines[1]
    assert pulse.stops == (
        Stop("Voltage", "<", 3.0, 4),
        Stop("Voltage", "<", 2.8, 5),
        Stop("Time", ">=", 10.0, 2),
    )
    assert program.lines[2:4] == (Repeat(start=1, count=2.0), Repeat(start=0, count=3.0))
    assert program.lines[4].stops[0].goto == 1
    assert [line.label for line in program.lines] == [None, "Pulse", "Inner", "Outer", "Recover"]


def test_assignments_are_made_on_every_way_out_of_a_step():
    program = flat("""
steps:
- Rest:
    duration: 60
    ends: [{"Voltage < 3": {goto: End}}, {"Voltage > 4": {goto: Next}}]
    set_variable: [{name: VAR_Q, eval: Capacity}]
- Rest: {duration: VAR_Q}
""")
    step, first, over, second, leave, last = program.lines
    assert step.stops == (
        Stop("Voltage", "<", 3.0, 3),
        Stop("Voltage", ">", 4.0, 1),
        Stop("Time", ">=", 60.0, 1),
    )
    assert isinstance(first, Assign)
    assert first == second
    assert over == Jump(condition=None, goto=5)
    assert leave == Jump(condition=None, goto=6)
    assert last.stops[0].value.name == "VAR_Q"


def test_controls_chambers_drives_waves_and_spectra():
    program = flat("""
drive_cycles: {City: {"Time [s]": [0, 10], "Power [W]": [1, 2]}}
steps:
- Ambient temperature: {value: 45}
- Control:
    set_variable: [{name: VAR_A, eval: 2 * 3}]
    advance_cycle: true
    ends: [{"VAR_A > 5": {goto: End}}, {"1 > 0": {goto: Next}}]
- DriveCycle: {profile: City, scale: 0, repeat: 2, temperature: 10}
- Waveform: {shape: square, mode: Current, amplitude: 2, period: 4, offset: 1, duration: 60}
- EIS: {start_frequency: 1000, end_frequency: 0.1, resolution: {time: 1}}
""")
    chamber, assign, count, branch, always, drive, wave, spectrum = program.lines
    assert chamber == Chamber(temperature=45.0)
    assert assign == Assign(name="VAR_A", value=6.0)
    assert count == Count()
    assert branch.goto == 8
    assert always == Jump(condition=None, goto=5)
    assert drive == Drive(profile="City", scale=0.0, repeat=2, temperature=10.0)
    assert wave == Wave(
        shape="square",
        mode="Current",
        amplitude=2.0,
        frequency=0.25,
        offset=1.0,
        stops=(Stop("Time", ">=", 60.0, 7),),
    )
    assert isinstance(spectrum, Spectrum)
    assert spectrum.record == Record(time=1.0)
    assert program.profiles[0].name == "City"
    assert program.missing == ()


def test_safety_limits_go_where_they_say_else_where_all_go_else_to_the_end():
    limits = "max_voltage: {value: 4.3, goto: Cool}, min_voltage: 2.5"
    steps = "steps: [{Rest: {duration: 1}}, {Rest: {name: Cool, duration: 2}}]"
    own = flat(f"safety_limits: {{{limits}}}\n{steps}")
    assert set(own.guards) == {
        Guard("Voltage", "high", 4.3, 1),
        Guard("Voltage", "low", 2.5, 2),
    }
    fallback = flat(f"safety_limits: {{{limits}, goto: Cool}}\n{steps}")
    assert {guard.goto for guard in fallback.guards} == {1}


def test_the_direction_of_a_constant_is_a_kind():
    both = "steps: [{{'direction[{}]': {{mode: Current, value: 1, ends: [Voltage > 4]}}}}]"
    assert flat(both.format("Charge")).lines[0].kind == "Charge"
    assert flat(both.format("1 - 3")).lines[0].kind == "Charge"
    assert flat(both.format("Discharge")).lines[0].kind == "Discharge"


def test_missing_drive_cycles_are_named():
    assert flat("steps: [{DriveCycle: {profile: US06}}]").missing == ("US06",)


def test_open_inputs_are_refused_by_name_and_place():
    error = refused("""
steps:
- Discharge: {mode: C-rate, value: 'input["Rate"]', ends: ['Voltage < input["V min"]']}
""")
    assert 'input["Rate"], input["V min"]' in str(error)
    assert error.position.line == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "steps: [{Loop: {repeat: 2, steps: [{Rest: {duration: 9, ends: "
            "[{'Voltage < 3': {goto: Loop}}]}}]}}]",
            "restarts the repeated block 'Loop'",
        ),
        (
            "steps: [{Discharge: {mode: Current, value: 1, ends: "
            "['variable[\"Negative electrode SOC\"] < 0.1']}}]",
            "model variable 'Negative electrode SOC'",
        ),
        (
            "steps: [{Rest: {duration: 60}}, {'direction[SOC - 0.5]': "
            "{mode: Current, value: 1, duration: 9}}]",
            "a direction that is worked out in the run",
        ),
        (
            "safety_limits: {max_voltage: {value: 4, goto: Next}}\nsteps: [{Rest: {duration: 9}}]",
            "goes to the next step",
        ),
    ],
)
def test_what_no_cycler_can_do_is_refused(text, said):
    assert said in str(refused(text))


AROUND = """
steps:
- Outer:
  - Loop:
      repeat: 3
      steps:
      - Discharge: {mode: Current, value: 1, duration: 9, ends: [{Voltage < 3: {goto: Outer}}]}
"""
NOTHING = """
steps:
- Control: {name: Gate, ends: [{"1 < 0": {goto: End}}]}
- Loop: {repeat: 3, steps: [{Rest: {duration: 9, ends: [{Voltage < 3: {goto: Gate}}]}}]}
"""
INNER = """
steps:
- Outer:
    repeat: 2
    steps:
    - Loop: {repeat: 3, steps: [{Rest: {duration: 9, ends: [{Voltage < 3: {goto: Loop}}]}}]}
"""
TRIPPED = """
safety_limits: {max_voltage: {value: 4.3, goto: Loop}}
steps:
- Loop: {repeat: 3, steps: [{Rest: {duration: 9}}]}
"""
FALLEN_BACK = """
safety_limits: {max_voltage: 4.3, goto: Gate}
steps:
- Control: {name: Gate, ends: [{"1 < 0": {goto: End}}]}
- Loop: {repeat: 3, steps: [{Rest: {duration: 9}}]}
"""


@pytest.mark.parametrize("text", [AROUND, NOTHING, INNER, TRIPPED, FALLEN_BACK])
def test_no_way_back_to_a_block_from_within_is_taken_for_going_on(text):
    assert "restarts the repeated block 'Loop' from within" in str(refused(text))


def test_a_safety_limit_may_go_to_a_step_of_a_repeated_block_or_one_before_it():
    for name, line in (("Wait", 0), ("First", 1)):
        program = flat(f"""
safety_limits: {{max_voltage: {{value: 4.3, goto: {name}}}}}
steps:
- Rest: {{name: Wait, duration: 9}}
- Loop: {{repeat: 3, steps: [{{Rest: {{name: First, duration: 9}}}}]}}
""")
        assert program.guards[0].goto == line


def test_a_repeated_block_of_nothing_is_no_loop():
    program = flat("""
steps:
- Loop: {repeat: 3, steps: [{Control: {ends: [{"1 < 0": {goto: End}}]}}]}
- Rest: {duration: 9}
""")
    assert [type(line) for line in program.lines] == [Hold]


def test_a_goto_to_the_first_step_of_its_block_goes_on_with_the_iteration():
    program = flat("""
steps:
- Loop:
    repeat: 2
    steps: [{Rest: {name: First, duration: 9, ends: [{'Voltage < 3': {goto: First}}]}}]
""")
    assert program.lines[0].stops[0].goto == 0
