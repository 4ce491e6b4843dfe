"""The table of capabilities: whole and true."""

import pytest
from ionworks_engine.vendors import capabilities
from ionworks_engine.vendors.convert import convert
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.flatten import flatten

from ionworks import ucp

SMALLEST = {
    "rest": "steps: [{Rest: {duration: 60}}]",
    "constant current": "steps: [{Discharge: {mode: Current, value: 1, ends: [Voltage < 3]}}]",
    "C-rate": "steps: [{Charge: {mode: C-rate, value: 0.5, ends: [Voltage > 4.2]}}]",
    "constant voltage": """
steps:
- Charge: {mode: Current, value: 1, ends: [Voltage > 4.2]}
- Charge: {mode: Voltage, value: 4.2, ends: [Current < 0.05]}
""",
    "constant power": "steps: [{Discharge: {mode: Power, value: 3, ends: [Voltage < 3]}}]",
    "constant resistance": """
steps: [{Discharge: {mode: Resistance, value: 3, ends: [Voltage < 3]}}]
""",
    "CC-CV in one step": """
steps: [{Charge: {mode: Current, value: 1, hold_voltage: 4.2, ends: [Current < 0.05]}}]
""",
    "drive cycle": """
safety_limits: {max_voltage: 4.3, min_voltage: 2.5}
drive_cycles: {City: {"Time [s]": [0, 5, 5, 10], "Current [A]": [1, 1, -0.5, -0.5]}}
steps: [{DriveCycle: {profile: City}}]
""",
    "waveform": """
steps: [{Waveform: {shape: sine, mode: Current, amplitude: 1, frequency: 0.1, duration: 60}}]
""",
    "impedance spectrum": """
steps:
- EIS: {start_frequency: 1000, end_frequency: 0.1, mode: Voltage, amplitude: 0.01}
""",
    "temperature of a step": "steps: [{Rest: {duration: 60, temperature: 40}}]",
    "chamber temperature": """
steps: [{Ambient temperature: {value: 40}}, {Rest: {duration: 60}}]
""",
    "end on Voltage": "steps: [{Charge: {mode: Current, value: 1, ends: [Voltage > 4.1]}}]",
    "end on Current": """
steps: [{Charge: {mode: Current, value: 1, ends: [Voltage > 4.2]}},
        {Charge: {mode: Voltage, value: 4.2, ends: [Current < 0.02]}}]
""",
    "end on C-rate": """
steps: [{Charge: {mode: Current, value: 1, ends: [Voltage > 4.2]}},
        {Charge: {mode: Voltage, value: 4.2, ends: [C-rate < 0.02]}}]
""",
    "end on Time": """
steps: [{Discharge: {mode: Current, value: 1, duration: 600, ends: [Voltage < 3]}}]
""",
    "end on Capacity": """
steps: [{Discharge: {mode: Current, value: 1, ends: [Voltage < 3, Capacity > 0.5]}}]
""",
    "end on Energy": """
steps: [{Discharge: {mode: Current, value: 1, ends: [Voltage < 3, Energy > 0.5]}}]
""",
    "end on Power": """
steps: [{Discharge: {mode: Resistance, value: 1, ends: [Voltage < 3, Power < 0.5]}}]
""",
    "end on Temperature": """
steps: [{Discharge: {mode: Current, value: 1, ends: [Voltage < 3, Temperature > 45]}}]
""",
    "end on SOC": """
steps: [{Discharge: {mode: Current, value: 1, ends: [Voltage < 3, SOC < 0.5]}}]
""",
    "end on dV/dt": "steps: [{Rest: {duration: 600, ends: [dV/dt < 0.0001]}}]",
    "goto": """
steps:
- Discharge:
    {mode: Current, value: 1, duration: 600, ends: [Voltage < 3, {"Voltage > 4.1": {goto: End}}]}
- Rest: {duration: 60}
""",
    "loop": "steps: [{Twice: {repeat: 2, steps: [{Rest: {duration: 60}}]}}]",
    "jump": """
steps:
- Rest: {duration: 60, ends: [{"Voltage < 3": {goto: Last}}]}
- Control: {ends: [{"1 > 0": {goto: End}}]}
- Rest: {name: Last, duration: 60}
""",
    "branch": """
steps:
- Control: {set_variable: [{name: VAR_N, eval: 0}]}
- Rest: {name: Again, duration: 60}
- Control:
    set_variable: [{name: VAR_N, eval: VAR_N + 1}]
    ends: [{"VAR_N < 3": {goto: Again}}]
""",
    "variable": """
steps:
- Control: {set_variable: [{name: VAR_A, eval: 1}]}
- Rest: {duration: 60}
""",
    "expression": """
steps:
- Control: {set_variable: [{name: VAR_A, eval: 1}]}
- Charge: {mode: Current, value: VAR_A, ends: [Voltage > 4.1]}
""",
    "cycle counter": "steps: [{Rest: {duration: 60}}, {Control: {advance_cycle: true}}]",
    "safety limit on Voltage": """
safety_limits: {max_voltage: 4.3, min_voltage: 2.5}
steps: [{Rest: {duration: 60}}]
""",
    "safety limit on Temperature": """
safety_limits: {max_temperature: 60}
steps: [{Rest: {duration: 60}}]
""",
    "safety limit on Charge current": """
safety_limits: {max_charge_current: 2, max_discharge_current: 2}
steps: [{Rest: {duration: 60}}]
""",
    "safety limit on Discharge current": """
safety_limits: {max_charge_current: 2, max_discharge_current: 2}
steps: [{Rest: {duration: 60}}]
""",
    "goto of a safety limit": """
safety_limits: {max_voltage: {value: 4.3, goto: Recover}}
steps:
- Charge: {mode: Current, value: 1, duration: 600, ends: [Voltage > 4.2]}
- Rest: {name: Recover, duration: 60}
""",
    "resolution": """
global: {resolution: {time: 10, voltage: 0.01}}
steps: [{Rest: {duration: 60}}]
""",
    "resolution of a step": "steps: [{Rest: {duration: 60, resolution: {time: 1}}}]",
}
"""The smallest protocol that needs each construct of the table."""

CELLS = [(target, construct) for target in capabilities.TARGETS for construct in SMALLEST]


def test_there_is_a_sample_of_every_construct():
    assert set(SMALLEST) == set(capabilities.CONSTRUCTS)
    for construct, text in SMALLEST.items():
        used = {need for need, _ in capabilities.needs(flatten(ucp.load(text)))}
        assert construct in used, construct


@pytest.mark.parametrize(("target", "construct"), CELLS)
def test_a_cell_tells_the_truth(target, construct):
    cell = capabilities.TABLE[target][construct]
    text = SMALLEST[construct]
    if not capabilities.denied(cell):
        made = convert(text, target, nominal_capacity_ah=2.0, verify=True)
        assert (cell in made.notes) is not capabilities.silent(cell)
        return
    with pytest.raises(Inexpressible) as caught:
        convert(text, target, nominal_capacity_ah=2.0)
    refused = capabilities.TABLE[target][caught.value.construct]
    assert capabilities.denied(refused)
    assert caught.value.target == target


def test_a_refusal_names_step_line_and_construct():
    text = """steps:
- Rest: {duration: 60}
- Discharge: {name: Pulse, mode: Power, value: 3, ends: [Voltage < 3]}
"""
    with pytest.raises(Inexpressible) as caught:
        convert(text, "novonix")
    error = caught.value
    assert (error.construct, error.line) == ("constant power", "step 2 (Pulse)")
    assert error.position.line == 3
    assert "step 2 (Pulse), steps[1].Discharge (line 3" in str(error)


INTO = """
steps:
- Rest: {duration: 9, ends: [{"Voltage < 3": {goto: Inside}}]}
- Loop:
    repeat: 2
    steps: [{Rest: {duration: 9}}, {Rest: {name: Inside, duration: 9}}]
"""
DEEP = "{Rest: {duration: 9}}"
for depth in range(4):
    DEEP = f"{{Loop {depth}: {{repeat: 2, steps: [{DEEP}, {{Rest: {{duration: 9}}}}]}}}}"
DEEP = f"steps: [{DEEP}]"
WAVE = SMALLEST["drive cycle"]
BOUNDS = [
    ("neware", "rest", "steps: [{Rest: {ends: [Voltage < 3]}}]"),
    (
        "neware",
        "end on Voltage",
        "steps: [{Charge: {mode: Current, value: 1, ends: [Voltage < 3]}}]",
    ),
    (
        "neware",
        "end on Current",
        "steps: [{Discharge: {mode: Current, value: 1, duration: 9, ends: [Current > 2]}}]",
    ),
    (
        "neware",
        "end on Capacity",
        "steps: [{Charge: {mode: Current, value: 1, duration: 9,"
        " ends: [{'Capacity > 2': {goto: End}}]}}, {Rest: {duration: 1}}]",
    ),
    ("novonix", "rest", "steps: [{Rest: {ends: [Voltage < 3]}}]"),
    (
        "novonix",
        "constant current",
        "steps: [{Charge: {mode: Current, value: 1, duration: 9}}]",
    ),
    (
        "novonix",
        "CC-CV in one step",
        "steps: [{Discharge: {mode: Current, value: 1, hold_voltage: 3, duration: 9}}]",
    ),
    (
        "novonix",
        "end on Voltage",
        "steps: [{Charge: {mode: Current, value: 1, hold_voltage: 4, ends: [Voltage < 3]}}]",
    ),
    (
        "novonix",
        "end on Current",
        "steps: [{Charge: {mode: Current, value: 1, ends: [Voltage > 4, Current < 0.5]}}]",
    ),
    (
        "novonix",
        "end on Capacity",
        "steps: [{Charge: {mode: Current, value: 1, ends: [Voltage > 4]}}, {Charge: {mode: Voltage,"
        " value: 4, duration: 9, ends: [Capacity > 1]}}]",
    ),
    (
        "novonix",
        "loop",
        "steps: [{A: {repeat: 2, steps: [{Rest: {duration: 1}}, {B: {repeat: 2,"
        " steps: [{Rest: {duration: 2}}]}}]}}]",
    ),
    (
        "biologic_mps",
        "constant voltage",
        "steps: [{Rest: {duration: 9}}, {Discharge: {mode: Voltage, value: 3, duration: 9}}]",
    ),
    ("biologic_mps", "goto", INTO),
    ("maccor", "goto", INTO),
    ("maccor", "loop", DEEP),
    ("maccor", "safety limit on Charge current", WAVE.replace("min", "max_charge_current: 2, min")),
    (
        "maccor",
        "safety limit on Discharge current",
        WAVE.replace("min", "max_discharge_current: 2, min"),
    ),
]
"""What lies outside the bounds of the cells that have some."""


@pytest.mark.parametrize(("target", "construct", "text"), BOUNDS)
def test_what_a_cell_bounds_is_refused(target, construct, text):
    assert capabilities.TABLE[target][construct].startswith("Only ")
    assert construct in {need for need, _ in capabilities.needs(flatten(ucp.load(text)))}
    with pytest.raises(Inexpressible) as caught:
        convert(text, target)
    assert caught.value.line is not None


def test_every_bound_of_the_table_has_its_refusal():
    bounded = {
        (target, construct)
        for target, column in capabilities.TABLE.items()
        for construct, cell in column.items()
        if cell.startswith("Only ")
    }
    assert bounded == {(target, construct) for target, construct, _ in BOUNDS}


@pytest.mark.parametrize("target", capabilities.TARGETS)
def test_a_protocol_without_safety_limits_is_told(target):
    told = "The protocol has no safety limits, and so the file has none"
    text = SMALLEST["rest"]
    assert sum("no safety limits" in note for note in convert(text, target).notes) == 1
    assert any(note.startswith(told) for note in convert(text, target).notes)
    limited = convert(SMALLEST["safety limit on Voltage"], target)
    assert not any("no safety limits" in note for note in limited.notes)


def test_leaving_a_loop_by_a_jump_is_told():
    text = """
steps:
- Loop:
    repeat: 5
    steps:
    - Discharge:
        {mode: Current, value: 1, duration: 60, ends: [Voltage < 3, {"Voltage < 2.9": {goto: Out}}]}
- Rest: {name: Out, duration: 60}
"""
    notes = convert(text, "neware").notes
    assert any("leaves a loop before its count is full (step 1)" in note for note in notes)
    inside = text.replace("goto: Out", "goto: End")
    assert not any("leaves a loop" in note for note in convert(inside, "neware").notes)
