"""The tree that a protocol becomes, and the findings that a wrong one gives."""

import pickle

import pytest

from ionworks import ucp
from ionworks.ucp.tree import Block, Input, Number, Step

MINIMAL = """\
global:
  initial_state_type: soc_percentage
  initial_state_value: 80
  initial_temperature: 30
steps:
  - Discharge:
      mode: C-rate
      value: 0.25
      ends:
        - Voltage < 3.0
  - Rest:
      duration: 900
"""

FLAT = """
global:
  initial_soc: input["Initial SOC"]
steps:
  - direction: Discharge
    mode: C-rate
    value: input["C-rate"]
    ends:
      - variable: Voltage [V]
        value: 2.5
"""

BLOCKS = """
steps:
  - CC Charge:
      - Charge: {mode: Current, value: 1.5, ends: [Voltage > 4.2]}
  - Discharge:
      - Discharge:
          mode: Power
          value: 8
          ends:
            - "Voltage < 2.7"
  - Outer:
      repeat: input["Cycles"]
      steps:
        - Inner:
            repeat: 3
            steps:
              - Rest: {duration: 60}
"""


def only(source):
    findings = ucp.check(source)
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


def at(finding):
    return finding.position.path, finding.position.line, finding.position.column


def test_nested_steps():
    protocol = ucp.load(MINIMAL)
    discharge, rest = protocol.steps
    assert (discharge.kind, discharge.mode, discharge.value.value) == ("Discharge", "C-rate", 0.25)
    assert discharge.position == ucp.Position("steps[0].Discharge", 6, 5)
    assert discharge.value.position == ucp.Position("steps[0].Discharge.value", 8, 14)
    (end,) = discharge.ends
    assert (end.quantity, end.operator, end.value.value, end.text) == (
        *("Voltage", "<", 3.0),
        "Voltage < 3",
    )
    assert end.position == ucp.Position("steps[0].Discharge.ends[0]", 10, 11)
    assert (rest.kind, rest.mode, rest.value, rest.duration.value) == ("Rest", None, None, 900)
    assert (protocol.start.soc.value, protocol.start.soc_unit) == (80, "percent")
    assert protocol.start.temperature.value == 30


def test_flat_steps():
    protocol = ucp.load(FLAT)
    (step,) = protocol.steps
    assert isinstance(step, Step)
    assert (step.kind, step.mode) == ("Discharge", "C-rate")
    assert step.value == Input("C-rate", ucp.Position("steps[0].value", 7, 12))
    assert step.ends[0].text == "Voltage <= 2.5"
    assert isinstance(protocol.start.soc, Input)
    assert protocol.start.soc_unit == "fraction"
    assert ucp.check(FLAT) == []


def test_blocks_may_bear_any_name_and_nest():
    charge, named_like_a_step, outer = ucp.load(BLOCKS).steps
    assert all(isinstance(block, Block) for block in (charge, named_like_a_step, outer))
    assert (charge.name, charge.repeat.value) == ("CC Charge", 1)
    assert charge.steps[0].position.path == "steps[0].CC Charge[0].Charge"
    assert (named_like_a_step.name, named_like_a_step.steps[0].kind) == ("Discharge", "Discharge")
    assert outer.repeat.name == "Cycles"
    assert outer.position.path == "steps[2].Outer"
    (inner,) = outer.steps
    assert (inner.name, inner.repeat.value) == ("Inner", 3)
    assert inner.steps[0].position.path == "steps[2].Outer.steps[0].Inner.steps[0].Rest"


def test_names_that_would_blur_a_path_are_quoted():
    protocol = ucp.load({"steps": [{"C.1": [{"Rest": {"duration": 1}}]}]})
    assert protocol.steps[0].steps[0].position.path == "steps[0]['C.1'][0].Rest"


def test_a_mapping_gives_the_same_tree_without_lines():
    protocol = ucp.load(ucp.body(MINIMAL))
    assert protocol.steps[0].ends[0].text == "Voltage < 3"
    assert protocol.steps[0].position == ucp.Position("steps[0].Discharge")
    assert str(protocol.steps[0].position) == "steps[0].Discharge"


def test_a_step_may_have_a_duration_and_ends():
    source = {"steps": [{"Rest": {"duration": 5, "ends": ["Voltage > 3"]}}]}
    step = ucp.load(source).steps[0]
    assert (step.duration.value, len(step.ends)) == (5, 1)


@pytest.mark.parametrize(
    ("steps", "code", "place", "suggestion"),
    [
        ("- Rest", "bare-step", "steps[0]", "Rest: {duration: 600}"),
        ("- Dischrge", "bare-step", "steps[0]", "Discharge"),
        ("- 5", "bare-step", "steps[0]", None),
        ("- [Rest]", "bare-step", "steps[0]", None),
        ("- Rest:", "not-a-mapping", "steps[0].Rest", None),
        ("- Rest: {}", "missing-end", "steps[0].Rest", None),
        (
            "- Discharge: {mode: Current, value: 1}",
            "missing-end",
            "steps[0].Discharge",
            None,
        ),
        ("- Charge: {ends: [Voltage > 4]}", "missing-key", "steps[0].Charge", None),
        (
            "- Charge: {mode: Current, value: 1, end: [Voltage > 4]}",
            "unknown-key",
            "steps[0].Charge.end",
            "ends",
        ),
        (
            "- Charge: {mode: Current, valu: 1, duration: 4}",
            "unknown-key",
            "steps[0].Charge.valu",
            "value",
        ),
        (
            "- charge: {mode: Current, value: 1, duration: 4}",
            "unknown-step",
            "steps[0].charge",
            "Charge",
        ),
        ("- rest: {duration: 4}", "unknown-step", "steps[0].rest", "Rest"),
        ("- Loop: {repeat: 4}", "unknown-step", "steps[0].Loop", "steps: [...]"),
        ("- Rest: {duration: 4, mode: Current}", "unknown-key", "steps[0].Rest.mode", None),
        (
            "- Charge: {mode: c-rate, value: 1, duration: 4}",
            "unknown-mode",
            "steps[0].Charge.mode",
            "C-rate",
        ),
        (
            "- Charge: {mode: CV, value: 4, duration: 4}",
            "unknown-mode",
            "steps[0].Charge.mode",
            "Voltage",
        ),
        (
            "- Charge: {mode: 5, value: 4, duration: 4}",
            "unknown-mode",
            "steps[0].Charge.mode",
            None,
        ),
        (
            "- Charge: {mode: Ohm, value: 4, duration: 4}",
            "unknown-mode",
            "steps[0].Charge.mode",
            None,
        ),
        (
            "- {direction: charge, mode: Current, value: 1, duration: 4}",
            "unknown-word",
            "steps[0].direction",
            "Charge",
        ),
        (
            "- {mode: Current, value: 1, duration: 4}",
            "missing-key",
            "steps[0]",
            "direction: Discharge",
        ),
        (
            "- {mode: Current, value: 1, duration: 4, ends: [Voltage > 4]}",
            "missing-key",
            "steps[0]",
            "direction: Discharge",
        ),
        ("- {dirction: Rest, duration: 4}", "bad-step", "steps[0]", "direction"),
        ("- {direction: Rest, duration: 4, repeat: 3}", "unknown-key", "steps[0].repeat", None),
        ("- {repeat: 3, steps: [{Rest: {duration: 1}}]}", "bad-step", "steps[0]", None),
        ("- steps: [{Rest: {duration: 1}}]", "missing-name", "steps[0].steps", None),
        ("- A: []", "empty", "steps[0].A", None),
        ("- A: {steps: 5}", "not-a-list", "steps[0].A.steps", None),
        (
            "- A: {steps: [{Rest: {duration: 1}}], repeats: 3}",
            "unknown-key",
            "steps[0].A.repeats",
            "repeat",
        ),
        (
            "- EIS: {start_frequency: 1, end_frequenc: 1}",
            "unknown-key",
            "steps[0].EIS.end_frequenc",
            "end_frequency",
        ),
        ("- Control: {set_variable: []}", "empty", "steps[0].Control.set_variable", None),
        ("- {Rest: {duration: 1}, Charge: {duration: 1}}", "bad-step", "steps[0]", None),
        ("- Rest:\n  duration: 5", "bad-step", "steps[0]", None),
    ],
)
def test_wrong_steps(steps, code, place, suggestion):
    finding = only(f"steps:\n{steps}")
    assert (finding.code, finding.position.path) == (code, place)
    assert finding.suggestion == suggestion
    assert finding.position.line >= 2
    with pytest.raises(ucp.ProtocolError) as caught:
        ucp.load(f"steps:\n{steps}")
    assert caught.value.findings == [finding]
    assert str(caught.value) == str(finding)


@pytest.mark.parametrize(
    ("text", "code", "place", "suggestion"),
    [
        ("global: {}", "missing-key", "protocol", None),
        ("steps:", "not-a-list", "steps", None),
        ("steps: []", "empty", "steps", None),
        ("steps: {Rest: {duration: 1}}", "not-a-list", "steps", None),
        ("step: []\nsteps: [{Rest: {duration: 1}}]", "unknown-key", "step", "steps"),
        (
            "safety_limit: {}\nsteps: [{Rest: {duration: 1}}]",
            "unknown-key",
            "safety_limit",
            "safety_limits",
        ),
        ("global: 5\nsteps: [{Rest: {duration: 1}}]", "not-a-mapping", "global", None),
    ],
)
def test_wrong_documents(text, code, place, suggestion):
    finding = only(text)
    assert (finding.code, finding.position.path, finding.suggestion) == (code, place, suggestion)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("Discharge: {mode: C-rate, value: -1, duration: 5}", "magnitudes"),
        ("Charge: {mode: Current, value: 0, duration: 5}", "Rest"),
        ("Charge: {mode: Power, value: -5, duration: 5}", "magnitudes"),
        ("Charge: {mode: Voltage, value: 0, duration: 5}", "above 0"),
        ("Charge: {mode: Voltage, value: -4.2, duration: 5}", "above 0"),
        ("Rest: {duration: 0}", "above 0"),
        ("Rest: {duration: -60}", "above 0"),
        ("Loop: {repeat: 0, steps: [{Rest: {duration: 1}}]}", "at least 1"),
        ("Loop: {repeat: 1.5, steps: [{Rest: {duration: 1}}]}", "whole"),
    ],
)
def test_numbers_out_of_range_say_what_is_right(step, words):
    finding = only(f"steps: [{{{step}}}]")
    assert finding.code == "out-of-range"
    assert words in finding.message


def test_all_findings_come_at_once_in_the_order_of_the_document():
    text = MINIMAL.replace("C-rate", "Crate").replace("900", "-900").replace("80", "800")
    assert [(finding.code, finding.position.line) for finding in ucp.check(text)] == [
        ("out-of-range", 3),
        ("unknown-mode", 7),
        ("out-of-range", 12),
    ]
    with pytest.raises(ucp.ProtocolError) as caught:
        ucp.load(text)
    assert len(str(caught.value).splitlines()) == 3
    assert "(line 7, column 13)" in str(caught.value)


def test_errors_survive_pickling():
    with pytest.raises(ucp.ProtocolError) as caught:
        ucp.load("steps: []")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.findings) == (str(caught.value), caught.value.findings)


def test_a_place_without_a_path_is_its_line_and_column():
    assert str(ucp.Position("", 1, 9)) == "(line 1, column 9)"


def test_an_input_may_stand_for_any_value():
    reference = "input[ 'x' ]"
    source = {
        "global": {
            "initial_state_type": "soc_percentage",
            "initial_state_value": reference,
            "temperature": reference,
            "resolution": {"time": reference, "voltage": reference},
        },
        "steps": [
            {"A": {"repeat": reference, "steps": [{"Rest": {"duration": reference}}]}},
            {"Charge": {"mode": "Current", "value": reference, "ends": [f"SOC > {reference}"]}},
        ],
    }
    protocol = ucp.load(source)
    assert list(ucp.inputs(source)) == ["x"]
    assert protocol.steps[1].ends[0].text == 'SOC > input["x"]'
    assert isinstance(protocol.steps[0].repeat, Input)
    assert isinstance(ucp.bind(protocol, {"x": 1}).steps[0].repeat, Number)
