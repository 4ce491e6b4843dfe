"""The protocols of the user's guide, as they stand there."""

from ionworks import ucp

DISCHARGE = """
global:
  initial_soc: 1
  temperature: 25
steps:
  - direction: Discharge
    mode: C-rate
    value: 1
    ends:
      - variable: Voltage [V]
        value: 2.5
"""

PARAMETERIZED = """
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

WITHOUT_ENDS = """
global:
  initial_soc: input["Initial SOC"]
steps:
  - direction: Discharge
    mode: C-rate
    value: input["C-rate"]
"""

CYCLE = """
global:
  initial_temperature: 25
  initial_state_type: soc_percentage
  initial_state_value: 100
steps:
  - CC Charge:
      - Charge:
          mode: C-rate
          value: 1
          ends:
            - "Voltage > 4.2"
  - CV Charge:
      - Charge:
          mode: Voltage
          value: 4.2
          ends:
            - "Current < 0.05"
  - Discharge:
      - Discharge:
          mode: C-rate
          value: 1
          ends:
            - "Voltage < 2.7"
"""


def test_a_discharge():
    assert ucp.check(DISCHARGE) == []
    protocol = ucp.load(DISCHARGE)
    (step,) = protocol.steps
    assert (step.kind, step.mode, step.value.value) == ("Discharge", "C-rate", 1.0)
    assert [end.text for end in step.ends] == ["Voltage <= 2.5"]
    assert (protocol.start.soc.value, protocol.start.temperature.value) == (1.0, 25.0)


def test_a_parameterized_discharge():
    bound = ucp.bind(ucp.load(PARAMETERIZED), {"Initial SOC": 1.0, "C-rate": 0.5})
    assert (bound.start.soc.value, bound.steps[0].value.value) == (1.0, 0.5)


def test_inputs_of_a_protocol_without_ends():
    assert list(ucp.inputs(WITHOUT_ENDS)) == ["Initial SOC", "C-rate"]
    (finding,) = ucp.check(WITHOUT_ENDS)
    assert (finding.code, finding.position.line) == ("missing-end", 5)


def test_a_cycle_of_named_blocks():
    blocks = ucp.load(CYCLE).steps
    assert [block.name for block in blocks] == ["CC Charge", "CV Charge", "Discharge"]
    assert [block.steps[0].ends[0].text for block in blocks] == [
        "Voltage > 4.2",
        "Current < 0.05",
        "Voltage < 2.7",
    ]
