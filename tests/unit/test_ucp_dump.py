"""Canonical text: what is dumped loads to the same tree, and reads well."""

import json

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from ionworks import ucp
from ionworks.ucp.yaml_writer import write_yaml
from tests.unit import ucp_trees
from tests.unit.ucp_trees import st

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
scalars = st.one_of(
    ucp_trees.texts,
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)
documents = st.dictionaries(
    ucp_trees.labels,
    st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(ucp_trees.texts, inner, max_size=4)
        ),
        max_leaves=12,
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(ucp_trees.protocols())
def test_what_is_dumped_loads_to_the_same_tree(protocol):
    text = ucp.dump(protocol)
    loaded = ucp.load(text)
    assert loaded == protocol
    assert ucp.dump(loaded) == text
    assert ucp.load(ucp.document(protocol)) == protocol
    json.dumps(ucp.document(protocol), allow_nan=False)


@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
@given(ucp_trees.protocols())
def test_everything_that_loads_is_explained_line_by_line(protocol):
    lines = ucp.explain(protocol).split("\n")
    steps = [line for line in lines if line.lstrip()[:1].isdigit() and ". " in line]
    assert len(steps) >= _count(protocol.steps)
    assert all(line.isprintable() for line in lines)


def _count(nodes):
    return sum(_count(node.steps) if hasattr(node, "steps") else 1 for node in nodes)


@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
@given(documents)
def test_the_text_of_any_document_is_read_back_by_any_reader(document):
    text = write_yaml(document)
    assert yaml.safe_load(text) == document
    assert ucp.body(text) == document


EVERYTHING = """\
global:
  initial_state_type: soc_percentage
  initial_state_value: 50
  initial_temperature: 25
  resolution:
    time: 10
    voltage: 0.005
safety_limits:
  max_voltage: 4.3
  max_temperature:
    value: 60
    goto: Cool down
  goto: Park
drive_cycles:
  Ramp:
    Time [s]: [0, 10, 10, 20.5]
    Current [A]: [0, 1.5, -1.5, 0]
steps:
  - Control:
      name: Begin
      set_variable:
        - name: VAR_N
          eval: 0
  - Formation:
      repeat: 3
      steps:
        - Charge:
            name: CC-CV
            mode: C-rate
            value: ifelse(VAR_N == 0, 0.1, input["Rate"])
            hold_voltage: 4.2
            duration: 36000
            ends:
              - C-rate < 0.05
              - Capacity > 1.1 * input["Q"]:
                  goto: Park
            temperature: 35
            resolution:
              time: 1
            set_variable:
              - name: VAR_N
                eval: VAR_N + 1
            note: |-
              First line: a note.
              Second line.
        - Pause:
            - Rest:
                duration: 600
                ends:
                  - dV/dt < 1e-05
  - direction[input["Sense"]]:
      mode: Power
      value: 5
      duration: 10
  - DriveCycle:
      profile: Ramp
      scale: 0.5
      repeat: 2
  - Waveform:
      shape: sine
      mode: Current
      amplitude: 0.1
      frequency: 0.01
      duration: 100
  - EIS:
      start_frequency: 10000
      end_frequency: 0.01
      amplitude: 0.05
  - Ambient temperature:
      value: 45
  - Control:
      advance_cycle: true
      ends:
        - Cycle < 3:
            goto: Begin
        - SOC > 0.5:
            goto: End
  - Rest:
      name: Cool down
      duration: 3600
  - Rest:
      name: Park
      duration: 60
"""


def test_canonical_text_stays_as_it_is():
    assert ucp.dump(EVERYTHING) == EVERYTHING


def test_other_forms_become_the_canonical_one():
    text = """
global: {initial_soc: 1.0, temperature: 25, resolution: 5}
steps:
  - direction: Discharge
    mode: C-rate
    value: "1e0"
    ends:
      - {variable: "Voltage [V]", value: 2.5}
      - expression: "Capacity [A.h] > (1 + 1) * 0.5"
        goto: End
  - Drive cycle: {profile: "WLTP"}
  - Waveform: {shape: square, mode: Power, amplitude: 1, period: 4, duration: "60"}
  - AmbientTemperature: {value: 10}
"""
    assert (
        ucp.dump(text)
        == """\
global:
  initial_soc: 1
  temperature: 25
  resolution:
    time: 5
steps:
  - Discharge:
      mode: C-rate
      value: 1
      ends:
        - Voltage <= 2.5
        - Capacity > 1:
            goto: End
  - DriveCycle:
      profile: WLTP
  - Waveform:
      shape: square
      mode: Power
      amplitude: 1
      frequency: 0.25
      duration: 60
  - Ambient temperature:
      value: 10
"""
    )


@pytest.mark.parametrize(
    ("written", "shortest"),
    [
        ("((SOC))", "SOC"),
        ("(SOC + 1) + 2", "SOC + 1 + 2"),
        ("SOC + (1 + Cycle)", "SOC + (1 + Cycle)"),
        ("SOC - (1 - Cycle)", "SOC - (1 - Cycle)"),
        ("(SOC * 2) + (Cycle / 3)", "SOC * 2 + Cycle / 3"),
        ("(SOC + 2) * Cycle", "(SOC + 2) * Cycle"),
        ("SOC / (2 * Cycle)", "SOC / (2 * Cycle)"),
        ("(SOC ** 2) ** Cycle", "(SOC ** 2) ** Cycle"),
        ("SOC ** (2 ** Cycle)", "SOC ** 2 ** Cycle"),
        ("-(SOC ** 2)", "-SOC ** 2"),
        ("(-SOC) ** 2", "(-SOC) ** 2"),
        ("(-SOC) * 2", "-SOC * 2"),
        ("-(SOC * 2)", "-(SOC * 2)"),
        ("SOC ** (-Cycle)", "SOC ** -Cycle"),
        ("(-2) ** SOC", "(-2) ** SOC"),
        ("SOC - (-2)", "SOC - -2"),
        ("(SOC > 0.5) + 1", "(SOC > 0.5) + 1"),
        ("(SOC + 1) > (Cycle)", "SOC + 1 > Cycle"),
        ("(SOC > 0.5) == (Cycle > 1)", "(SOC > 0.5) == (Cycle > 1)"),
        ("ifelse( (SOC>0.5) , max(1,2) , min(SOC) )", "ifelse(SOC > 0.5, 2, min(SOC))"),
        ("input['a'] * variable['X [K]']", 'input["a"] * variable["X [K]"]'),
        ("input['say \"a\"']", "input['say \"a\"']"),
    ],
)
def test_expressions_have_the_parentheses_that_they_need(written, shortest):
    body = {"steps": [{"Control": {"set_variable": [{"name": "VAR_X", "eval": written}]}}]}
    dumped = ucp.document(ucp.load(body))
    assert dumped["steps"][0]["Control"]["set_variable"][0]["eval"] == shortest
    assert ucp.load(dumped) == ucp.load(body)


def test_conditions_too_long_for_a_key_are_written_beside_their_goto():
    many = " + ".join(["input['a long name of an input']"] * 40)
    end = f"Capacity > {many}"
    step = {
        "mode": "C-rate",
        "value": 1,
        "ends": ["Voltage < 2", {"expression": end, "goto": "End"}],
    }
    for key in ("Discharge", f"direction[{many[:-2]}]"):
        key, flat = ("direction[SOC]", {}) if "[" in key else (key, {})
        tree = ucp.load({"steps": [{key: step | flat}]})
        assert ucp.load(ucp.dump(tree)) == tree
    flat = {"direction": many} | step
    tree = ucp.load({"steps": [flat]})
    assert "  - direction: input" in ucp.dump(tree)
    assert ucp.load(ucp.dump(tree)) == tree


def test_a_long_drive_cycle_fills_its_lines():
    times = list(range(200))
    points = {"Time [s]": times, "Power [W]": [time * 0.5 for time in times]}
    body = {"drive_cycles": {"Long": points}, "steps": [{"DriveCycle": {"profile": "Long"}}]}
    text = ucp.dump(body)
    assert max(len(line) for line in text.splitlines()) <= 100
    assert len(text.splitlines()) < 40
    assert yaml.safe_load(text)["drive_cycles"]["Long"]["Power [W]"][-1] == 99.5
    assert ucp.load(text) == ucp.load(body)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("yes", '"yes"'),
        ("1.5", '"1.5"'),
        ("1:30", '"1:30"'),
        ("2024-01-01", '"2024-01-01"'),
        ("a: b", '"a: b"'),
        ("a # b", '"a # b"'),
        ('say "a: b"', "'say \"a: b\"'"),
        ("2 * VAR_N", "2 * VAR_N"),
        ("-VAR_N", "-VAR_N"),
        ("- x", '"- x"'),
        ("", '""'),
        ("tab\there", '"tab\\there"'),
        ("Ladung 1 \u00b5A", "Ladung 1 \u00b5A"),
        (1e-7, "1.0e-07"),
        (0.1, "0.1"),
        (12, "12"),
    ],
)
def test_quotes_stand_only_where_they_are_needed(value, text):
    assert write_yaml({"note": value}) == f"note: {text}\n"
    assert yaml.safe_load(write_yaml({"note": value})) == {"note": value}
    assert ucp.body(write_yaml({"note": value})) == {"note": value}
