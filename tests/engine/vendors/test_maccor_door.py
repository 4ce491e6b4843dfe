"""Protocols through the door: written, read back, and found to mean the same."""

from __future__ import annotations

import pytest
from ionworks_engine.vendors.convert import Converted, convert, parse
from ionworks_engine.vendors.errors import Inexpressible

from ionworks import ucp

LIMITS = "safety_limits: {max_voltage: 4.3, min_voltage: 2.4}\n"
PROFILE = """
drive_cycles:
  Commute: {"Time [s]": [0, 1, 2, 2, 5], "Current [A]": [0, 1.5, -0.5, 2, 2]}
  Fast charge: {"Time [s]": [0, 60, 60, 90], "C-rate": [-2, -2, -1, -0.5]}
"""

PROTOCOLS = {
    "CC-CV ageing": """
steps:
  - Cycle:
      repeat: 100
      steps:
        - Charge: {mode: C-rate, value: 0.5, hold_voltage: 4.2, ends: [C-rate < 0.05]}
        - Rest: {duration: 600}
        - Discharge: {mode: C-rate, value: 1, ends: [Voltage < 2.5]}
        - Control: {advance_cycle: true}
""",
    "separate CV": """
steps:
  - Charge: {mode: Current, value: 2.5, ends: [Voltage > 4.2]}
  - Charge: {mode: Voltage, value: 4.2, ends: [Current < 0.1]}
""",
    "nested loops and a way out": """
steps:
  - Pulses:
      repeat: 10
      steps:
        - Train:
            repeat: 3
            steps:
              - Discharge: {mode: C-rate, value: 2, duration: 30.5,
                            ends: [{"Voltage < 2.7": {goto: Recover}}]}
              - Rest: {duration: 40}
        - Discharge: {mode: C-rate, value: 0.333, duration: 1080}
  - Charge: {name: Recover, mode: C-rate, value: 0.3, hold_voltage: 4.1, ends: [C-rate < 0.02]}
""",
    "a backward goto": """
steps:
  - Charge: {name: Top, mode: Current, value: 1, ends: [Voltage > 4.2]}
  - Rest: {duration: 60, ends: [{"Voltage < 4.1": {goto: Top}}]}
""",
    "limits with ways out": """
safety_limits:
  goto: Park
  max_voltage: {value: 4.35, goto: Cool}
  min_voltage: 2.4
  max_temperature: 55
  max_charge_current: 6
  max_discharge_current: 12
steps:
  - Charge: {mode: Current, value: 1, ends: [Voltage > 4.2, Temperature > 50]}
  - Discharge: {mode: Current, value: 1, ends: [Voltage < 2.5]}
  - Discharge: {name: Cool, mode: Current, value: 0.1, duration: 600}
  - Rest: {name: Park, duration: 60}
""",
    "one limit of current": """
safety_limits: {max_charge_current: 6}
steps:
  - Charge: {mode: Voltage, value: 4.2, ends: [Current < 0.1]}
  - Discharge: {mode: Current, value: 1, ends: [{"Current > 7": {goto: End}}, Voltage < 2.5]}
""",
    "variables": """
steps:
  - Control: {set_variable: [{name: VAR_FAST, eval: 2}, {name: VAR_SLOW, eval: 0.5}]}
  - Charge: {mode: Current, value: VAR_FAST, ends: [Voltage > 4.0]}
  - Rest: {duration: 60, set_variable: [{name: VAR_FAST, eval: 1}],
           ends: [{"Voltage < 3": {goto: End}}]}
  - Charge: {mode: Current, value: VAR_FAST, hold_voltage: 4.2, ends: [Current < 0.1]}
""",
    "drive cycles": LIMITS
    + PROFILE
    + """
steps:
  - DriveCycle: {profile: Commute}
  - DriveCycle: {profile: Commute, scale: 0.5, repeat: 3}
  - DriveCycle: {profile: Commute, repeat: 2, duration: 7}
  - DriveCycle: {profile: Fast charge, ends: [Voltage > 4.2]}
""",
    "impedance": """
steps:
  - EIS: {mode: Voltage, start_frequency: 1e5, end_frequency: 0.01}
  - Discharge: {mode: C-rate, value: 0.5, ends: [Capacity > 1.2]}
  - EIS: {mode: Voltage, amplitude: 0.005, start_frequency: 1e4, end_frequency: 0.1,
          points_per_decade: 6}
""",
    "resolutions": """
global: {resolution: {time: 60, voltage: 0.005}}
steps:
  - Discharge: {mode: Current, value: 1, duration: 1, resolution: {time: 0.01, current: 0.001}}
  - Rest: {duration: 3600}
""",
}


def converted(text: str) -> Converted:
    return convert(text, "maccor", nominal_capacity_ah=2.5, verify=True)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_written_procedure_means_what_the_protocol_says(name: str) -> None:
    made = converted(PROTOCOLS[name])
    assert made.files.primary.name == "protocol.000"
    assert made.notes[-1] == "No device has verified this file."


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_written_procedure_is_read_as_a_protocol_without_errors(name: str) -> None:
    parsed = parse(converted(PROTOCOLS[name]).files.primary.content, "protocol.000")
    assert parsed.cycler_type == "Maccor"
    assert parsed.error is None
    assert ucp.load(parsed.ucp)


def test_what_was_read_says_the_same_again() -> None:
    first = parse(converted(PROTOCOLS["CC-CV ageing"]).files.primary.content)
    again = parse(converted(first.ucp).files.primary.content)
    assert again.ucp == first.ucp


def test_a_waveform_keeps_the_charge_of_its_drive_cycle() -> None:
    made = converted(PROTOCOLS["drive cycles"])
    wave = next(asset for asset in made.files.assets if asset.name == "Commute.MWF")
    cells = [row.split("\t") for row in wave.content.decode().splitlines()]
    signs = {"D": 1, "C": -1}
    charge = sum(signs[row[0]] * float(row[2]) * float(row[5]) for row in cells)
    assert charge == pytest.approx(0.75 + 0.5 + 6)
    assert sum(float(row[5]) for row in cells) == 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PROTOCOLS["drive cycles"].replace("Current [A]", "Voltage [V]"), "drive cycle of Voltage"),
        (PROTOCOLS["drive cycles"].replace("repeat: 3", "repeat: 100000"), "more than 50000 rows"),
        (PROTOCOLS["drive cycles"].replace(LIMITS, ""), "safety limit"),
        ("steps: [{Rest: {duration: 400000}}]", "a time of 400000 s"),
        ("steps: [{Charge: {mode: Power, value: 5, duration: 60}}]", "drive cycle of Power"),
    ],
)
def test_what_the_cycler_cannot_do_is_refused_with_what_can_be_done(text: str, words: str) -> None:
    with pytest.raises(Inexpressible, match=words):
        converted(text)


def told(text: str, words: str) -> bool:
    return any(words in note for note in converted(text).notes)


def test_people_are_told_what_the_procedure_leaves_to_them() -> None:
    assert told(PROTOCOLS["nested loops and a way out"], "no advance_cycle")
    assert not told(PROTOCOLS["CC-CV ageing"], "no advance_cycle")
    assert told(PROTOCOLS["CC-CV ageing"], "no safety limits")
    assert told(PROTOCOLS["variables"], "VAR_FAST is VAR1")
    assert told(PROTOCOLS["drive cycles"], "Commute_2.MWF")
    assert told("steps: [{Charge: {mode: Voltage, value: 4, duration: 9}}]", "nothing bounds")
    assert not told(PROTOCOLS["separate CV"], "nothing bounds")
    assert told(PROTOCOLS["variables"], "current range 4")


LIMITED = """
safety_limits: {max_charge_current: 4, max_discharge_current: 8}
steps:
"""
UP = "- Charge: {mode: Current, value: 1, ends: [Voltage > 4.2]}\n"
DOWN = "- Discharge: {mode: Current, value: 1, ends: [Voltage < 3]}\n"
UNEQUAL = {
    "a discharge last": UP + DOWN,
    "a charge last": DOWN + UP,
    "with an upper current of its own": UP + DOWN.replace("[V", "[Current > 5, V"),
    "in a loop": "- Twice:\n    repeat: 2\n    steps:\n    " + UP + "    " + DOWN,
    "several": UP + DOWN + UP + DOWN,
    "one direction": UP,
    "none": "- Rest: {duration: 60}\n",
}


@pytest.mark.parametrize("case", UNEQUAL)
@pytest.mark.parametrize("voltages", ["", ", max_voltage: 4.4, min_voltage: 2.4"])
def test_unequal_limits_of_the_current_are_read_as_they_were(case: str, voltages: str) -> None:
    made = converted(LIMITED.replace("8}", f"8{voltages}}}") + UNEQUAL[case])
    limits = ucp.body(parse(made.files.primary.content).ucp).get("safety_limits", {})
    assert limits.get("max_charge_current") == (4 if "Charge" in UNEQUAL[case] else None)
    assert limits.get("max_discharge_current") == (8 if "Discharge" in UNEQUAL[case] else None)
    missing = [note for note in made.notes if "no step has that direction" in note]
    assert len(missing) == 2 - len(limits.keys() & {"max_charge_current", "max_discharge_current"})


def test_an_upper_current_that_ends_the_only_step_is_no_safety_limit() -> None:
    text = "steps: [{Charge: {mode: Voltage, value: 4, ends: [Current > 5]}}]"
    parsed = ucp.body(parse(converted(text).files.primary.content).ucp)
    assert "safety_limits" not in parsed
    assert "urrent >= 5" in ucp.explain(parsed)


def test_a_limit_of_one_direction_is_refused_beside_drive_cycles() -> None:
    text = PROTOCOLS["drive cycles"].replace("max_voltage", "max_charge_current: 4, max_voltage")
    with pytest.raises(Inexpressible, match=r"step 1.*charge current alone"):
        converted(text)
    both = text.replace("max_voltage", "max_discharge_current: 4, max_voltage")
    assert told(both, "the channel's safety of step 1 alone")
