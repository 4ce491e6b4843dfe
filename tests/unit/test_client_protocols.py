"""Protocols of every form out, files and texts in: both colours, against a stub."""

import base64
import gzip
import io
import json
import re
from collections import UserDict
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import yaml

from ionworks import ConvertResult, ParsedProtocol, errors, ucp
from ionworks.protocols import (
    convertible,
    drive_cycle_columns,
    protocol_text,
    validation,
    with_cycles,
)
from tests.unit.stub import URL, client_of, raw, reply, stubbed

REST = {"steps": [{"Rest": {"duration": 60}}]}
TEXT = "# a pause\nsteps: [{Rest: {duration: 60}}]\n"
CYCLE = {"Time [s]": [0.0, 1.0, 2.0], "Current [A]": [0.5, -1.2, 0.0]}
FILE = {"filename": "protocol.000", "media_type": "application/xml", "content_base64": "PHg+"}
CONVERTED = {"target": "maccor", "primary": FILE}


@pytest.fixture
def stub():
    with stubbed() as stub:
        yield stub


@pytest.fixture(params=["sync", "async"])
def protocol(request):
    request.getfixturevalue("stub")
    with client_of(request.param, "k", URL, "project", max_retries=0) as client:
        yield client.protocol


class Built:
    """Something that can say the protocol that it is, as the builder can."""

    def body(self):
        return REST


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "pause.yaml"
    path.write_text(TEXT)
    return path


# Sources


@pytest.mark.parametrize(
    "source", [REST, UserDict(REST), Built(), ["Rest for 60 seconds"], ucp.load(REST)]
)
def test_what_is_no_text_becomes_the_text_of_the_same_document(source):
    assert ucp.load(protocol_text(source)) == ucp.load(REST)
    assert ucp.load(convertible(source)) == ucp.load(REST)
    assert isinstance(convertible(source), dict)


def test_texts_and_files_stay_as_they_are(file):
    assert protocol_text(TEXT) == protocol_text(file) == convertible(TEXT) == convertible(file)
    assert protocol_text(TEXT) == TEXT


def test_numbers_and_nothing_survive_the_way_to_text():
    document = {"steps": [{"Rest": {"duration": 1e-05, "note": None}}]}
    assert yaml.safe_load(protocol_text(document)) == document


@pytest.mark.parametrize("source", [None, 1, b"steps: []", {1}, Built])
def test_what_can_be_no_protocol_is_refused(source):
    with pytest.raises(TypeError, match=r"protocol must be the text .* not"):
        protocol_text(source)
    with pytest.raises(TypeError, match=r"protocol must be the text .* not"):
        convertible(source)


def test_files_that_are_no_protocol_are_refused(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_bytes(b"steps: \xff")
    with pytest.raises(ucp.ProtocolError, match=r"p\.yaml is no UTF-8 text, from byte 8 on"):
        protocol_text(path)
    path.write_bytes(b"steps:\n  - \xff")
    with pytest.raises(ucp.ProtocolError, match=r"line 2, .* from byte 12 on"):
        protocol_text(path)
    path.write_bytes(b" " * (ucp.MAX_TEXT + 1))
    with pytest.raises(ucp.ProtocolError, match=r"at most 1,048,576 bytes; p\.yaml has more"):
        protocol_text(path)
    with pytest.raises(FileNotFoundError):
        protocol_text(tmp_path / "none.yaml")


@pytest.mark.parametrize("method", ["validate", "find_input_references"])
def test_every_form_is_checked(protocol, stub, file, method):
    stub.will(reply({"valid": True} if method == "validate" else []))
    for source in (TEXT, file, REST, Built()):
        getattr(protocol, method)(source)
        assert ucp.load(stub.body()["protocol"]) == ucp.load(REST)
    with pytest.raises(TypeError):
        getattr(protocol, method)(None)


LARGE = "#" * (ucp.MAX_TEXT + 1)
TOO_LARGE = {
    "text": LARGE,
    "text of two bytes a character": "é" * (ucp.MAX_TEXT // 2 + 1),
    "document": {"steps": [{"Rest": {"duration": 1}}] * 10_000, "note": "\n" * 1_000_000},
}


@pytest.mark.parametrize("source", TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_is_too_large_is_answered_without_being_sent(protocol, stub, source, tmp_path):
    answer = protocol.validate(source)
    assert answer.valid is False
    assert [finding.code for finding in answer.findings] == ["too-large"]
    assert "at most" in answer.error
    path = tmp_path / "large.yaml"
    path.write_text(LARGE)
    assert [finding.code for finding in protocol.validate(path).findings] == ["too-large"]
    for method, arguments in (("convert", (LARGE, "neware")), ("create", ("n", LARGE))):
        with pytest.raises(ucp.ProtocolError, match="at most 1,048,576 bytes"):
            getattr(protocol, method)(*arguments)
    assert stub.requests == []


def test_what_is_just_small_enough_is_sent(protocol, stub):
    stub.will(reply({"valid": True}))
    protocol.validate("#" * ucp.MAX_TEXT)
    sent = json.loads(gzip.decompress(stub.requests[0].content))
    assert len(sent["protocol"]) == ucp.MAX_TEXT


def test_a_refusal_here_has_the_form_of_the_servers():
    found = ucp.check("steps: [{Rest: {duratoin: 1}}, {DriveCycle: {profile: A}}]")
    answer = validation(found)
    assert answer.error == str(found[0])
    assert [finding.severity for finding in answer.findings] == ["error", "warning"]
    assert answer.findings[0] == {
        "code": "unknown-key",
        "message": found[0].message,
        "severity": "error",
        "path": "steps[0].Rest.duratoin",
        "line": 1,
        "column": 17,
        "suggestion": "duration",
    }
    assert validation(found[1:]) == {"valid": True, "error": None, "findings": answer.findings[1:]}


def test_a_file_is_saved_with_its_text_and_a_builder_without(protocol, stub, file):
    stub.will(reply({"id": "p", "name": "n", "organization_id": "o"}, 201))
    protocol.create("Pause", file)
    assert stub.body()["protocol_config"] == REST
    assert stub.body()["source_protocol"] == TEXT
    protocol.create("Pause", Built())
    assert stub.body()["protocol_config"] == REST
    assert "source_protocol" not in stub.body()


def test_a_protocol_to_be_saved_is_refused_with_its_line(protocol, stub, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("# a pause\nsteps:\n  - Rest: {duration: -1}\n")
    for source in (wrong, wrong.read_text()):
        with pytest.raises(ucp.ProtocolError, match=r"line 3, column 22"):
            protocol.create("Pause", source)
    with pytest.raises(ucp.ProtocolError, match=r"steps\[0\]\.Rest\.duration: "):
        protocol.create("Pause", ucp.body(wrong))
    assert stub.requests == []


def test_a_protocol_that_the_server_may_know_is_sent_to_be_saved(protocol, stub):
    stub.will(reply({"id": "p", "name": "n", "organization_id": "o"}, 201))
    text = "steps: [{Warm up: {to: 45}}]"
    protocol.create("Warm", text)
    assert stub.body()["protocol_config"] == {"steps": [{"Warm up": {"to": 45}}]}
    assert stub.body()["source_protocol"] == text


# Drive cycles


FORMS = {
    "columns": CYCLE,
    "polars": pl.DataFrame(CYCLE),
    "pandas": pd.DataFrame(CYCLE),
    "arrays": {name: np.array(column) for name, column in CYCLE.items()},
    "integers": {"Time [s]": range(3), "Current [A]": (0.5, -1.2, 0)},
    "pairs": [(0, 0.5), [1, -1.2], (2, 0)],
    "an array of pairs": np.array([(0, 0.5), (1, -1.2), (2, 0)]),
}
FORMS["integers"]["Time [s]"] = list(FORMS["integers"]["Time [s]"])


@pytest.mark.parametrize("cycle", FORMS.values(), ids=FORMS)
def test_drive_cycles_of_every_form(cycle):
    assert drive_cycle_columns({"Commute": cycle}) == {"Commute": CYCLE}


def test_drive_cycles_of_other_quantities():
    cycle = {"Power [W]": [1, 2], "Time [s]": [0, 1]}
    assert list(drive_cycle_columns({"a": cycle})["a"]) == ["Time [s]", "Power [W]"]


BAD = {
    "not by name": ([CYCLE], "drive_cycles must map names"),
    "no name": ({" ": CYCLE}, "must have a name"),
    "no times": ({"a": {"Current [A]": [1]}}, r"drive_cycles\.a must have the column 'Time \[s\]'"),
    "a wrong unit": ({"a": {"Time [s]": [0], "Current [mA]": [1]}}, r"it has .*'Current \[mA\]'"),
    "two quantities": ({"a": CYCLE | {"Voltage [V]": [4, 4, 4]}}, "no others; it has"),
    "unequal": ({"a": CYCLE | {"Time [s]": [0, 1]}}, "differ in length"),
    "a gap": ({"a": CYCLE | {"Time [s]": [0, None, 2]}}, r"\['Time \[s\]'\]\[1\] must be a number"),
    "a truth": ({"a": CYCLE | {"Time [s]": [0, True, 2]}}, r"\[1\] must be a number"),
    "a NaN": ({"a": pd.DataFrame(CYCLE).shift(1)}, "nan"),
    "a text": ({"a": "drive.csv"}, "must be a frame"),
    "triples": ({"a": [(0, 1, 2)]}, r"drive_cycles\.a\[0\] must be a pair"),
    "one number": ({"a": CYCLE | {"Time [s]": 5}}, "must be a list of numbers"),
}


@pytest.mark.parametrize(("cycles", "message"), BAD.values(), ids=BAD)
def test_drive_cycles_that_are_none(cycles, message):
    with pytest.raises(ValueError, match=message):
        drive_cycle_columns(cycles)


def test_drive_cycles_join_those_of_the_document():
    own = {"Own": CYCLE, "Both": {"Time [s]": [0, 9], "Power [W]": [1, 1]}}
    text = with_cycles({"drive_cycles": own, **DRIVE}, {"Both": CYCLE}, "protocol")
    assert ucp.body(text)["drive_cycles"] == {"Own": CYCLE, "Both": CYCLE}
    with pytest.raises(ucp.ProtocolError, match="drive_cycles"):
        with_cycles({"drive_cycles": ["Own"], **DRIVE}, {"Both": CYCLE}, "protocol")
    with pytest.raises(ucp.ProtocolError, match="line 2"):
        with_cycles("steps:\n  - Rest: {}\n", {"Both": CYCLE}, "protocol")


DRIVE = {"steps": [{"Trip": [{"DriveCycle": {"profile": "Both"}}]}, {"Rest": {"duration": 1}}]}


@pytest.mark.parametrize(
    ("document", "name", "hint"),
    [
        (DRIVE, "Boht", "did you mean 'Both'?"),
        (DRIVE, "Commute", "followed are: 'Both'"),
        (REST, "Both", "followed are: none"),
    ],
)
def test_a_drive_cycle_that_no_step_follows_is_refused(protocol, stub, document, name, hint):
    message = re.escape(f"drive_cycles.{name}: no step follows this drive cycle ({hint})")
    cycles = {"Both": CYCLE, name: CYCLE} if document is DRIVE else {name: CYCLE}
    with pytest.raises(ValueError, match=message):
        protocol.convert(document, "maccor", cycles)
    with pytest.raises(ValueError, match=message):
        with_cycles(document, cycles, "protocol")
    assert stub.requests == []


def test_what_follows_drive_cycles_may_be_known_to_the_server(protocol, stub):
    stub.will(reply(CONVERTED))
    document = {"steps": [{"Follow": {"profile": "Both"}}]}
    protocol.convert(document, "maccor", {"Both": CYCLE})
    assert stub.body()["drive_cycles"] == {"Both": CYCLE}
    assert ucp.body(with_cycles(document, {"Both": CYCLE}, ""))["drive_cycles"] == {"Both": CYCLE}


# Conversion


@pytest.mark.parametrize(
    ("stem", "problem"),
    [
        ("con", "'con' is a reserved name"),
        ("Com1.rate", "is a reserved name"),
        ("", "is empty"),
        ("a/b", "holds '/'"),
        ("a ", "ends with a dot or one"),
        (None, "None is no text"),
    ],
)
def test_a_stem_that_no_file_can_have_is_refused_before_it_is_sent(protocol, stub, stem, problem):
    with pytest.raises(ValueError, match=rf"filename_stem .*{problem}"):
        protocol.convert(TEXT, "maccor", filename_stem=stem)
    assert stub.requests == []


def test_what_a_conversion_sends(protocol, stub):
    stub.will(reply(CONVERTED))
    protocol.convert(TEXT, "maccor")
    assert stub.paths == ["POST /protocols/convert"]
    assert stub.body() == {"protocol": TEXT, "target": "maccor", "filename_stem": "protocol"}
    protocol.convert(DRIVE, "neware", {"Both": CYCLE}, "cell-1", 5, verify=True)
    assert stub.body() == {
        "protocol": DRIVE,
        "target": "neware",
        "drive_cycles": {"Both": CYCLE},
        "filename_stem": "cell-1",
        "nominal_capacity_ah": 5,
        "verify": True,
    }


def test_an_unknown_target_is_refused_before_it_is_sent(protocol, stub):
    with pytest.raises(ValueError, match=r"target must be one of arbin, .* not 'macor'"):
        protocol.convert(TEXT, "macor")
    assert stub.requests == []


def test_what_a_conversion_gives(protocol, stub):
    asset = {"filename": "Commute.MWF", "content_base64": base64.b64encode(b"\0I\r\n").decode()}
    stub.will(reply(CONVERTED | {"assets": [asset], "notes": ["No device has verified it."]}))
    result = protocol.convert(TEXT, "maccor")
    assert isinstance(result, ConvertResult)
    assert (result.target, result.primary_filename) == ("maccor", "protocol.000")
    assert (result.primary_bytes, result.text()) == (b"<x>", "<x>")
    assert result.media_type == "application/xml"
    assert result.assets == [("Commute.MWF", b"\0I\r\n")]
    assert result.notes == ["No device has verified it."]
    assert repr(result) == (
        "ConvertResult(target='maccor', primary_filename='protocol.000', "
        "primary_bytes=<3 bytes>, assets=['Commute.MWF'], notes=['No device has verified it.'])"
    )
    assert "Commute.MWF" in result._repr_html_()


@pytest.mark.parametrize("absent", [{}, {"assets": None, "notes": None}])
def test_a_conversion_without_extras(protocol, stub, absent):
    stub.will(reply(CONVERTED | absent))
    result = protocol.convert(TEXT, "maccor")
    assert (result.assets, result.notes) == ([], [])


@pytest.mark.parametrize(
    "answer",
    [
        CONVERTED | {"primary": FILE | {"content_base64": "PHg"}},
        CONVERTED | {"primary": FILE | {"content_base64": "PH*g+"}},
        CONVERTED | {"primary": None},
        {"target": "maccor"},
        [],
    ],
)
def test_an_answer_that_is_none_is_an_error_of_ours(protocol, stub, answer):
    stub.will(reply(answer))
    with pytest.raises(errors.IonworksError, match="convert_protocol is not what the API"):
        protocol.convert(TEXT, "maccor")


def test_a_refusal_names_step_line_and_construct(protocol, stub):
    problem = {
        "path": "steps[1]",
        "message": "step 2: novonix cannot express an impedance spectrum",
        "line": 3,
        "column": 5,
        "step": "step 2",
        "construct": "an impedance spectrum",
    }
    message = "steps[1] (line 3, column 5): step 2: novonix cannot express an impedance spectrum"
    body = {"error_code": "VALIDATION_ERROR", "message": message, "detail": {"errors": [problem]}}
    stub.will(reply(body, 422))
    with pytest.raises(errors.ValidationError) as caught:
        protocol.convert(TEXT, "novonix")
    assert caught.value.message == message
    assert caught.value.problems == [problem]


# Saving


def test_the_folder_is_relative_as_it_was_given(protocol, stub, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stub.will(reply(CONVERTED | {"assets": [FILE | {"filename": "a.MWF"}]}))
    paths = protocol.convert(TEXT, "maccor").save("./converted")
    assert paths == [Path("converted/protocol.000"), Path("converted/a.MWF")]
    assert (tmp_path / "converted/protocol.000").read_bytes() == b"<x>"


# Reading


PARSED = {
    "parsed_protocol_ucp": "steps:\n- Rest:\n    duration: 60\n",
    "parsed_protocol_human": "1. Rest for 60 s",
    "cycler_type": "Maccor",
    "nominal_capacity_ah": 5.0,
    "required_drive_cycles": ["Commute"],
    "required_subroutines": None,
    "error": None,
    "confidence": 0.9,
}


def parts(request):
    """Return name, file name, type and content of the one part of a request."""
    kind, _, boundary = request.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/form-data"
    before, _, after = request.content.partition(f"--{boundary}\r\n".encode())
    head, _, content = after.removesuffix(f"\r\n--{boundary}--\r\n".encode()).partition(b"\r\n\r\n")
    assert before == b""
    return head.decode(), content


def test_a_file_by_path_as_bytes_and_opened(protocol, stub, tmp_path):
    path = tmp_path / "cell 1.000"
    path.write_bytes(b"--+++\r\n\0")
    stub.will(reply(PARSED))
    with path.open("rb") as opened:
        forms = [path, str(path), opened, b"--+++\r\n\0", io.BytesIO(b"--+++\r\n\0")]
        results = [protocol.parse_file(form) for form in forms]
    assert all(isinstance(result, ParsedProtocol) for result in results)
    assert stub.paths == ["POST /protocols/parse"] * 5
    named = ["cell 1.000"] * 3 + ["protocol"] * 2
    for request, name in zip(stub.requests, named, strict=True):
        head, content = parts(request)
        assert f'name="file"; filename="{name}"' in head
        assert "application/octet-stream" in head
        assert content == b"--+++\r\n\0"


def test_what_reading_gives(protocol, stub):
    stub.will(reply(PARSED))
    parsed = protocol.parse_file(b"x")
    assert ucp.load(parsed.ucp) == ucp.load(REST)
    assert parsed.human_readable == "1. Rest for 60 s"
    assert (parsed.cycler_type, parsed.nominal_capacity_ah) == ("Maccor", 5.0)
    assert (parsed.required_drive_cycles, parsed.required_subroutines) == (["Commute"], [])
    assert (parsed.available_drive_cycles, parsed.available_subroutines) == ([], [])
    assert (parsed.error, parsed.notes, parsed.raw_protocol) == (None, [], "")
    assert repr(parsed) == (
        "ParsedProtocol(cycler_type='Maccor', nominal_capacity_ah=5.0, ucp=<3 lines>, "
        "required_drive_cycles=['Commute'])"
    )
    assert "missing: Commute" in parsed._repr_html_()


def test_what_is_no_file_is_not_sent(protocol, stub, tmp_path):
    with pytest.raises(TypeError, match="file must be a path, bytes or an opened file"):
        protocol.parse_file(None)
    with pytest.raises(TypeError, match="opened to read bytes"):
        protocol.parse_file(io.StringIO("x"))
    with pytest.raises(FileNotFoundError):
        protocol.parse_file(tmp_path / "none")
    with (tmp_path / "large").open("wb") as large:
        large.truncate(50_000_000)
    message = "the file 'large' has 50,000,000 bytes; up to 33,550,336 can be sent"
    with pytest.raises(errors.ValidationError, match=message):
        protocol.parse_file(tmp_path / "large")
    with (tmp_path / "large").open("rb") as opened, pytest.raises(errors.ValidationError) as caught:
        protocol.parse_file(opened)
    assert (str(caught.value), caught.value.problems) == (message, [])
    with pytest.raises(errors.ValidationError, match="the file has 33,550,337 bytes"):
        protocol.parse_file(b"." * 33_550_337)
    assert stub.requests == []


# Texts of saved protocols


@pytest.mark.parametrize("method", ["human_readable", "source_protocol"])
def test_texts_come_plain_or_as_json(protocol, stub, method):
    plain = {"content_type": "text/plain; charset=utf-8"}
    stub.will(raw("Rest at 25 °C".encode(), **plain), reply("Rest at 25 °C"), raw(b"", **plain))
    ask = getattr(protocol, method)
    assert [ask("p"), ask("p"), ask("p")] == ["Rest at 25 °C", "Rest at 25 °C", ""]
    assert stub.paths == [f"GET /experiment_templates/p/{method}"] * 3
    stub.will(reply({"text": "no"}))
    with pytest.raises(errors.IonworksError, match="a text was expected"):
        ask("p")
    with pytest.raises(ValueError, match="protocol_id"):
        ask("..")
