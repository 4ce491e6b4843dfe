"""`client.protocol` as the user's own documents show it."""

from pathlib import Path

import pytest

from ionworks import errors, ucp

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


GUIDE = """
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


def test_convert_as_the_guide_shows_it(client, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = client.protocol.convert(protocol=GUIDE, target="maccor")
    assert "<MaccorTestProcedure>" in result.text()
    paths = result.save("./converted")
    assert paths == [Path("converted/protocol.000")]
    assert paths[0].read_bytes() == result.primary_bytes
    assert result.notes[-1] == "No device has verified this file."


def test_a_drive_cycle_is_a_file_beside_it(client):
    built = ucp.Protocol().drive_cycle("Commute", until="Voltage < 2.7")
    cycle = {"Time [s]": [0, 1, 2], "Current [A]": [0.5, 1.5, 0.0]}
    result = client.protocol.convert(built, "maccor", {"Commute": cycle}, "trip")
    assert result.primary_filename == "trip.000"
    assert [name.rpartition(".")[2] for name, _ in result.assets] == ["MWF"]


def test_a_refused_conversion_names_the_step(client):
    text = "steps:\n  - Rest: {duration: 1}\n  - EIS: {start_frequency: 100, end_frequency: 1}\n"
    with pytest.raises(errors.ValidationError) as caught:
        client.protocol.convert(text, "novonix")
    [problem] = caught.value.problems
    assert (problem["line"], problem["target"]) == (3, "novonix")
    assert problem["construct"] in str(caught.value)
    with pytest.raises(errors.ValidationError, match="biologic_mps"):
        client.protocol.convert(text, "biologic_bttest")


def test_a_file_is_read_back(client):
    written = client.protocol.convert(GUIDE, "maccor", verify=True)
    parsed = client.protocol.parse_file(written.primary_bytes)
    assert parsed.cycler_type == "Maccor"
    assert "4.2 V" in parsed.human_readable
    assert client.protocol.validate(parsed.ucp)["valid"] is True
    with pytest.raises(errors.ValidationError, match="file"):
        client.protocol.parse_file(b"no protocol at all")


def test_a_saved_protocol_and_its_texts(client):
    saved = client.protocol.create("Guide", GUIDE, client.project.list()[0].id)
    assert "4.2 V" in client.protocol.human_readable(saved.id)
    assert client.protocol.source_protocol(saved.id) == GUIDE
    client.protocol.delete(saved.id)
    with pytest.raises(errors.NotFoundError):
        client.protocol.source_protocol(saved.id)


def test_every_form_of_a_protocol_is_checked(client, tmp_path):
    built = ucp.Protocol().rest(60)
    path = tmp_path / "rest.yaml"
    path.write_text("steps: [{Rest: {duration: 60}}]")
    for source in (built, path, built.body(), ["Rest for 60 seconds"]):
        assert client.protocol.validate(source)["valid"] is True
