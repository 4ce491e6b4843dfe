"""Open numbers of a protocol: their names, and where each is used."""

from pathlib import Path

import pytest

from ionworks import ucp

TEXT = """\
global:
  initial_soc: input["SOC"]
steps:
  - direction[input["Sense"]]:
      mode: C-rate
      value: 0.5 * input["Rate"]
      ends:
        - Voltage < input['Low [V]']
        - "Time > 60 * input['Rate']": {goto: End}
"""


def test_names_in_the_order_of_the_document_with_their_places():
    found = ucp.inputs(TEXT)
    assert list(found) == ["SOC", "Sense", "Rate", "Low [V]"]
    places = {name: [(place.line, place.column) for place in found[name]] for name in found}
    assert places == {
        "SOC": [(2, 16)],
        "Sense": [(4, 5)],
        "Rate": [(6, 14), (9, 11)],
        "Low [V]": [(8, 11)],
    }
    assert found["SOC"][0].path == "global.initial_soc"
    assert found["Rate"][0].path.endswith(".value")


def test_a_mapping_has_paths_alone():
    (place,) = ucp.inputs({"steps": [{"Rest": {"duration": 'input["t"]'}}]})["t"]
    assert (str(place), place.line) == ("steps[0].Rest.duration", None)


def test_names_twice_in_one_text_have_that_place_twice():
    found = ucp.inputs({"steps": [{"Rest": {"duration": 'input["t"] + input["t"] ** 2'}}]})
    assert len(found["t"]) == 2


def test_inputs_in_strings_are_named_without_checking():
    assert ucp.inputs("Discharge at 1C until 2.5 V") == {}
    assert list(ucp.inputs('Discharge at input["C"] until 2.5 V')) == ["C"]
    text = """# input["no"]
Charge at input["C"] until input["V"]
Nonsense input["x"]  # input["no"]
Rest for input["C"]
"""
    found = ucp.inputs(text)
    assert {name: [place.line for place in found[name]] for name in found} == {
        "C": [2, 4],
        "V": [2],
        "x": [3],
    }
    assert list(ucp.inputs(["Rest for 1 hour", 'Discharge at input["C"]', "x"])) == ["C"]


def test_an_empty_text_has_none_and_broken_yaml_is_refused():
    assert ucp.inputs("") == {}
    with pytest.raises(ucp.ProtocolError, match="line 1"):
        ucp.inputs("steps: [")


def test_a_path_and_a_built_protocol_are_read_like_text(tmp_path):
    path = tmp_path / "protocol.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert ucp.inputs(path) == ucp.inputs(TEXT)
    assert ucp.load(path) == ucp.load(TEXT)
    assert ucp.body(path) == ucp.body(TEXT)
    assert ucp.check(path) == []
    built = ucp.Protocol(initial_soc='input["SOC"]').rest('input["t"]')
    assert list(ucp.inputs(built)) == ["SOC", "t"]
    assert ucp.load(built) == built.load()
    assert ucp.dump(built) == built.text()


def test_a_file_that_is_no_protocol_is_a_finding(tmp_path):
    path = tmp_path / "protocol.yaml"
    path.write_bytes(b"steps:\n  - \xff\xfe")
    (finding,) = ucp.check(path)
    assert (finding.code, finding.position.line) == ("not-a-protocol", 2)
    path.write_bytes(b"#" * (ucp.MAX_TEXT + 1))
    assert ucp.check(path)[0].code == "too-large"
    path.write_bytes("\ufeffsteps: [{Rest: {duration: 1}}]".encode())
    assert ucp.check(path) == []
    with pytest.raises(FileNotFoundError):
        ucp.load(Path(tmp_path / "no.yaml"))
