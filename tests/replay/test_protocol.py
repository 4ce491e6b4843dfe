"""`client.protocol` as the user's own documents show it."""

import pytest

pytestmark = pytest.mark.vcr


def test_validate(client):
    result = client.protocol.validate("""
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
""")
    assert result["valid"] is True
    assert result.valid is True
    assert result["error"] is None


def test_validate_names_the_place(client):
    result = client.protocol.validate(
        "steps:\n  - Discharge: {mode: C-rat, value: 1, duration: 9}\n"
    )
    assert result["valid"] is False
    assert "line 2" in result["error"]
    assert "C-rate" in result["error"]
    assert result["findings"][0]["line"] == 2


def test_validate_accepts_open_inputs(client):
    text = 'steps:\n  - Rest:\n      duration: input["Rest time"]\n'
    assert client.protocol.validate(text)["valid"] is True


def test_find_input_references(client):
    refs = client.protocol.find_input_references("""
global:
  initial_soc: input["Initial SOC"]
steps:
  - direction: Discharge
    mode: C-rate
    value: input["C-rate"]
""")
    assert refs == ["Initial SOC", "C-rate"]
