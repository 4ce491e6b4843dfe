"""Conversion, reading and texts of protocols over HTTP: what is accepted, and how it is refused."""

import gzip
import json
import threading
import time
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import EXAMPLE, app_client
from hypothesis import given
from hypothesis import strategies as st
from ionworks_engine import intake
from ionworks_engine.bundle import load_bundle, operations
from ionworks_engine.errors import ApiError
from ionworks_engine.forms import only_file, parts_of
from ionworks_engine.validation import Schemas
from ionworks_engine.vendors.files import checked_stem

from ionworks import ucp

REST = "steps: [{Rest: {duration: 600}}]\n"
STRINGS = b"Discharge at 1C until 2.5 V\nRest for 10 minutes"
CYCLE = {"Time [s]": [0, 1, 2], "Current [A]": [0.5, 1.5, 0]}
BOUNDARY = "b0undary"
BUNDLE = load_bundle()
SCHEMAS = Schemas(BUNDLE)
CONVERSIONS = ["c_rates", "discharge", "drive_cycle"]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with app_client(tmp_path_factory.mktemp("store")) as client:
        yield client


def convert(client, protocol=REST, target="neware", **more):
    return client.post("/protocols/convert", json={"protocol": protocol, "target": target, **more})


def parse(client, content, name="protocol.txt"):
    return client.post("/protocols/parse", files={"file": (name, content)})


def problems(answer):
    assert answer.status_code == 422, answer.text
    assert answer.json()["error_code"] == "VALIDATION_ERROR"
    return answer.json()["detail"]["errors"]


def examples(operation_id):
    """Return the examples of an operation's body and of its good answer, by name."""
    for described in operations(BUNDLE):
        if described.id == operation_id:
            stated = BUNDLE["paths"][described.path][described.method.lower()]
            sent = stated["requestBody"]["content"]["application/json"]["examples"]
            return {name: example["value"] for name, example in sent.items()}, {
                name: example["value"]
                for name, example in stated["responses"]["200"]["content"]["application/json"][
                    "examples"
                ].items()
            }
    raise AssertionError(operation_id)


def test_the_examples_of_the_description_are_what_is_answered(client):
    sent, answered = examples("validate_protocol")
    assert sent
    for name, body in sent.items():
        assert client.post("/protocols/validate", json=body).json() == answered[name]


@pytest.mark.parametrize("name", CONVERSIONS)
def test_the_conversions_of_the_description_work(client, name):
    sent, _ = examples("convert_protocol")
    assert sorted(sent) == CONVERSIONS
    answer = client.post("/protocols/convert", json=sent[name])
    assert answer.status_code == 200, answer.text


# Conversion


def test_a_protocol_becomes_files(client):
    answer = convert(client, verify=True).json()
    assert answer["target"] == "neware"
    assert answer["primary"]["filename"] == "protocol.xml"
    content = b64decode(answer["primary"]["content_base64"], validate=True)
    assert content.startswith(b"<?xml")
    assert answer["assets"] == []
    assert answer["notes"][-1] == "No device has verified this file."
    back = parse(client, content, "protocol.xml").json()
    assert ucp.load(back["parsed_protocol_ucp"]).steps == ucp.load(REST).steps


def test_an_object_is_the_same_as_its_text(client):
    one = convert(client, {"steps": [{"Rest": {"duration": 600}}]}, filename_stem="a b.c")
    other = convert(client, REST, filename_stem="a b.c", drive_cycles=None)
    assert one.json() == other.json()
    assert one.json()["primary"]["filename"] == "a b.c.xml"


def test_drive_cycles_are_files_beside_it(client):
    protocol = "steps: [{DriveCycle: {profile: Commute, ends: [Voltage < 2.7]}}]"
    [problem] = problems(convert(client, protocol, "maccor"))
    assert "Commute" in problem["message"]
    answer = convert(client, protocol, "maccor", drive_cycles={"Commute": CYCLE}).json()
    assert [asset["filename"].upper().endswith(".MWF") for asset in answer["assets"]] == [True]


def test_a_drive_cycle_that_no_step_follows_is_refused(client):
    protocol = "steps: [{DriveCycle: {profile: Commute, ends: [Voltage < 2.7]}}]"
    cycles = {"Commute": CYCLE, "Comute": CYCLE}
    answer = convert(client, protocol, "maccor", drive_cycles=cycles)
    [problem] = problems(answer)
    assert problem["path"] == "drive_cycles.Comute"
    assert problem["message"] == "no step follows this drive cycle; did you mean 'Commute'?"
    [problem] = problems(convert(client, drive_cycles={"Commute": CYCLE}))
    assert problem["message"] == "no step follows this drive cycle"
    [problem] = problems(convert(client, "steps: [{Rest: {}}]", drive_cycles=cycles))
    assert problem["path"] == "steps[0].Rest"


def test_a_capacity_is_asked_for_where_c_rates_are_unknown(client):
    protocol = "steps: [{Discharge: {mode: C-rate, value: 1, ends: [Voltage < 2.7]}}]"
    [problem] = problems(convert(client, protocol))
    assert "capacity" in problem["message"]
    assert convert(client, protocol, nominal_capacity_ah=5).status_code == 200


def test_what_a_target_cannot_say_is_refused_with_step_line_and_construct(client):
    protocol = (
        "steps:\n  - Rest: {duration: 1}\n  - EIS: {start_frequency: 1000, end_frequency: 1}\n"
    )
    [problem] = problems(convert(client, protocol, "novonix"))
    assert problem["line"] == 3
    assert problem["column"] == 5
    assert problem["path"].startswith("steps[1]")
    assert problem["step"]
    assert problem["construct"]
    assert problem["target"] == "novonix"
    message = convert(client, protocol, "novonix").json()["message"]
    assert message.startswith(f"{problem['path']} (line 3, column 5): ")
    assert problem["construct"] in message
    assert "novonix cannot express" in message


def test_bttest_is_refused_with_its_reason_and_the_way_out(client):
    [problem] = problems(convert(client, target="biologic_bttest"))
    assert "no description of the BT-Test file is public" in problem["message"]
    assert "biologic_mps" in problem["message"]


def test_a_wrong_protocol_is_refused_with_its_findings(client):
    answer = convert(client, "steps:\n  - Rest: {duratio: 5}\n")
    assert {problem["line"] for problem in problems(answer)} == {2}
    assert "duration" in answer.json()["message"]
    assert answer.json()["detail"]["findings"][0]["code"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"target": "macor"}, "target"),
        ({"filename_stem": "../protocol"}, "filename_stem"),
        ({"nominal_capacity_ah": 0}, "nominal_capacity_ah"),
        ({"drive_cycles": {"a": {"Time [s]": ["0"], "C-rate": [1]}}}, "drive_cycles.a.Time [s][0]"),
        ({"verified": True}, "verified"),
    ],
)
def test_a_request_that_is_wrong_names_its_place(client, change, path):
    answer = convert(client, **change)
    assert [problem["path"] for problem in problems(answer)] == [path]


@pytest.mark.parametrize(
    "columns", [{}, {"x": [1], "y": [2]}, {"Time [s]": [0], "Current [A]": [1]}]
)
def test_drive_cycles_that_are_none_are_refused(client, columns):
    answer = convert(client, drive_cycles={"Commute": columns})
    assert "Commute" in problems(answer)[0]["path"] + answer.json()["message"]


def save(client, **more):
    body = {"name": "n", "project_id": client.project(), "protocol_config": EXAMPLE, **more}
    return client.post("/experiment_templates", json=body)


SLOW = {
    "ionworks_engine.conversions.converted": convert,
    "ionworks_engine.conversions.parsed": lambda client: parse(client, STRINGS),
    "ionworks_engine.templates.body_of": save,
    "ionworks_engine.routes.protocols.templates.body_of": lambda client: client.post(
        "/protocols/parse-to-template",
        json={"protocol_experiment": {"protocol": REST, "name": "n"}},
    ),
    "ionworks.ucp.check": lambda client: client.post(
        "/protocols/validate", json={"protocol": REST}
    ),
    "ionworks.ucp.inputs": lambda client: client.post(
        "/protocols/input_references", json={"protocol": REST}
    ),
    "ionworks_engine.templates.explained": lambda client: client.get(
        f"/experiment_templates/{save(client).json()['id']}/human_readable"
    ),
    "ionworks_engine.submissions._bound": lambda client: client.submit(client.template(REST)),
}


@pytest.mark.parametrize("work", SLOW)
def test_others_are_answered_meanwhile(client, monkeypatch, work):
    begun, may_end = threading.Event(), threading.Event()

    def heavy(*_given):
        begun.set()
        may_end.wait(20)
        raise ApiError(422, "VALIDATION_ERROR", "at last")

    monkeypatch.setattr(work, heavy)
    with ThreadPoolExecutor(1) as aside:
        waiting = aside.submit(SLOW[work], client)
        assert begun.wait(20)
        assert client.get("/healthz").json() == {"status": "ok"}
        assert not waiting.done()
        may_end.set()
        assert waiting.result().json()["message"] == "at last"


# Reading


def test_experiment_strings_become_a_protocol(client):
    answer = parse(client, STRINGS).json()
    assert answer["cycler_type"] == "PyBaMM"
    assert ucp.load(answer["parsed_protocol_ucp"]) == ucp.load(STRINGS.decode())
    assert len(answer["parsed_protocol_human"].strip().splitlines()) >= 2
    assert answer["raw_protocol"] == STRINGS.decode()
    assert answer["error"] is None
    assert answer["required_drive_cycles"] == answer["available_drive_cycles"] == []


def test_a_file_of_no_known_format_is_refused_with_its_line(client):
    [problem] = problems(parse(client, b"steps:\n  - Rest: {duration: [}\n"))
    assert problem["path"] == "file"
    assert problem["line"] == 2
    [problem] = problems(parse(client, b"\x00\x01\xff\xfe" * 100))
    assert problem["path"] == "file"
    assert problem["message"]


def test_a_file_may_come_compressed(client):
    plain = form(part(STRINGS))
    headers = {"content-type": plain[0], "content-encoding": "gzip"}
    answer = client.post("/protocols/parse", content=gzip.compress(plain[1]), headers=headers)
    assert answer.json()["cycler_type"] == "PyBaMM"


def part(content, disposition='form-data; name="file"; filename="p.txt"'):
    return f"Content-Disposition: {disposition}\r\n\r\n".encode() + content


def form(*parts):
    """Return media type and body of a form."""
    body = b"".join(f"--{BOUNDARY}\r\n".encode() + each + b"\r\n" for each in parts)
    return f"multipart/form-data; boundary={BOUNDARY}", body + f"--{BOUNDARY}--\r\n".encode()


def send(client, kind, body):
    return client.post("/protocols/parse", content=body, headers={"content-type": kind})


OTHER = part(b"x", 'form-data; name="name"')
WRONG_FORMS = {
    "empty": (form(), "it is missing"),
    "no disposition": (form(b"\r\nx"), "'' is not a field"),
    "another part": (form(part(STRINGS), OTHER), "'name' is not a field"),
    "another name": (form(part(STRINGS, 'form-data; name="f"; filename="p"')), "'f' is not"),
    "twice": (form(part(STRINGS), part(STRINGS)), "it came twice"),
    "no file name": (form(part(STRINGS, 'form-data; name="file"')), "needs a filename"),
    "cut": ((form()[0], form(part(STRINGS))[1][:-25]), "cut short"),
}


@pytest.mark.parametrize(("sent", "message"), WRONG_FORMS.values(), ids=WRONG_FORMS)
def test_a_form_without_the_one_file_is_refused(client, sent, message):
    assert message in problems(send(client, *sent))[0]["message"]


UNREADABLE = {
    "JSON": (("application/json", b"{}"), "multipart/form-data, not as application/json"),
    "nothing": (("", b""), "multipart/form-data"),
    "no boundary": (("multipart/form-data", form(part(b""))[1]), "boundary"),
    "another boundary": (("multipart/form-data; boundary=x", form(part(b""))[1]), "cannot be read"),
    "a long boundary": ((f"multipart/form-data; boundary={'x' * 999}", b""), "Boundary length"),
    "many parts": (form(*[part(b"x")] * 9), "more than 8 parts"),
    "many headers": (form(b"a: b\r\n" * 99 + part(b"x")), "cannot be read"),
    "a long header": (form(b"a: " + b"b" * 99_999 + b"\r\n" + part(b"x")), "cannot be read"),
}


@pytest.mark.parametrize(("sent", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_body_that_is_no_form_is_refused(client, sent, message):
    answer = send(client, *sent)
    assert answer.status_code == 400, answer.text
    assert message in answer.json()["message"]


LINE = b"--" + BOUNDARY.encode()
HEAD = b"Content-Disposition: form-data"
PIECES = st.sampled_from(
    [b"\r\n", b"--", LINE, HEAD, b'; name="file"', b'; filename="a"', part(b"x"), b'"', b":", b"\0"]
)


@given(st.lists(PIECES | st.binary(max_size=5), max_size=30))
def test_any_bytes_are_a_file_or_a_refusal(pieces):
    for body in (b"".join(pieces), form(b"".join(pieces))[1]):
        try:
            file = only_file(parts_of(body, BOUNDARY.encode()))
        except ApiError as refusal:
            status = refusal.status
        else:
            assert file.content in body
            continue
        assert status in {400, 422}


def test_a_file_of_the_size_that_is_still_sent_is_refused_for_its_size(client):
    for size in (intake.MAX_BODY - 4096, 20_000_000):
        [problem] = problems(parse(client, b"x" * size, "é" * 255))
        assert problem["path"] == "file"
        assert f"the file has {size:,} bytes; up to 16,777,216 are read" in problem["message"]


@given(st.text("aZ9 ._-/é\n", max_size=6) | st.integers(98, 102).map("a".__mul__))
def test_the_description_and_the_writers_agree_on_stems(stem):
    [operation] = [one for one in operations(BUNDLE) if one.id == "convert_protocol"]
    described = SCHEMAS.at(operation.body)
    body = {"protocol": REST, "target": "neware", "filename_stem": stem}
    try:
        checked_stem(stem)
    except (ValueError, IndexError):
        assert described.problems(body)
    else:
        assert not described.problems(body)


def test_too_many_bytes_are_refused_before_they_are_read(client):
    headers = {"content-type": form()[0], "content-length": str(50_000_000)}
    answer = client.post("/protocols/parse", content=b"", headers=headers)
    assert answer.status_code == 413
    assert answer.json()["detail"] == {"limit_bytes": intake.MAX_BODY}


def test_a_bomb_is_refused(client):
    bomb = gzip.compress(form(part(b"\0" * (intake.MAX_BODY + 1)))[1])
    headers = {"content-type": form()[0], "content-encoding": "gzip"}
    assert client.post("/protocols/parse", content=bomb, headers=headers).status_code == 413


@pytest.mark.parametrize("filler", [b"\r\n--b0undar", b"\r", b"\r\n", b"\0", b"-"])
def test_bytes_that_are_nearly_a_boundary_take_no_time(client, monkeypatch, filler):
    monkeypatch.setattr("ionworks_engine.conversions.parsed", lambda file: {"n": len(file.content)})
    content = filler * (4_000_000 // len(filler))
    started = time.perf_counter()
    answer = client.post(
        "/protocols/parse", content=form(part(content))[1], headers={"content-type": form()[0]}
    )
    assert time.perf_counter() - started < 10
    assert answer.status_code == 500, "what the fake answers is not described"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\evil.000", "/etc/passwd", "C:\\evil", "\0", "é" * 999, ""]
)
def test_a_file_name_leads_nowhere(client, name, monkeypatch):
    seen = []
    monkeypatch.setattr("ionworks_engine.conversions.parsed", seen.append)
    escaped = name.replace("\\", "\\\\").replace("\0", "%00")
    disposition = f'form-data; name="file"; filename="{escaped}"'
    send(client, *form(part(STRINGS, disposition)))
    if seen:
        assert "/" not in seen[0].name
        assert "\\" not in seen[0].name
        assert len(seen[0].name) <= 255


# Texts of saved protocols


@pytest.fixture(scope="module")
def saved(client):
    return save(client).json()["id"]


def test_a_document_is_refused_with_the_lines_of_its_text(client):
    text = "# a pause\nsteps:\n  - Warm up: {to: 45}\n"
    document = {"steps": [{"Warm up": {"to": 45}}]}
    answer = save(client, protocol_config=document, source_protocol=text)
    [problem] = problems(answer)
    assert (problem["line"], problem["column"]) == (3, 5)
    [finding] = answer.json()["detail"]["findings"]
    assert (finding["code"], finding["line"]) == ("unknown-step", 3)
    for other in (None, "steps: [{Warm: {to: 45}}]", "<maccor/>", "steps: ["):
        more = {"source_protocol": other} if other else {}
        [problem] = problems(save(client, protocol_config=document, **more))
        assert problem["path"] == "steps[0].Warm up"
        assert "line" not in problem


def test_a_saved_protocol_for_people(client, saved):
    answer = client.get(f"/experiment_templates/{saved}/human_readable")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == ucp.explain(EXAMPLE)
    assert "2.5 V" in answer.text


def test_the_text_a_protocol_was_made_from(client, saved):
    text = "# langsame Entladung, 25 °C\n" + json.dumps(EXAMPLE | {"global": {"initial_soc": 0.5}})
    body = {"name": "t", "project_id": client.project(), "protocol_config": ucp.body(text)}
    body["source_protocol"] = text
    made = client.post("/experiment_templates", json=body).json()["id"]
    answer = client.get(f"/experiment_templates/{made}/source_protocol")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == text

    none = client.get(f"/experiment_templates/{saved}/source_protocol")
    assert none.status_code == 404
    assert "saved as a document" in none.json()["message"]


@pytest.mark.parametrize("text", ["human_readable", "source_protocol"])
def test_there_is_no_text_of_what_is_not_there(client, text):
    answer = client.get(f"/experiment_templates/none/{text}")
    assert answer.status_code == 404
    assert answer.json()["error_code"] == "NOT_FOUND"


def test_heavy_fields_come_when_asked_for(client, saved):
    asked = "protocol_config,metrics_spec,plot_options,time_series_spec,colour"
    query = {"project_id": client.project(), "include": asked}
    items = client.get("/experiment_templates", params=query).json()["items"]
    [item] = [item for item in items if item["id"] == saved]
    assert item["protocol_config"] == EXAMPLE
    heavy = {"metrics_spec": None, "plot_options": None, "time_series_spec": None}
    assert heavy.items() <= item.items()
    assert "source_protocol" not in item
    assert "colour" not in item


WARNED = """
steps:
  - Rest: {duration: 60, ends: [{"Voltage < 3": {goto: Last}}]}
  - Control: {set_variable: [{name: VAR_T, eval: 60}]}
  - Rest: {name: Last, duration: VAR_T}
"""


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("steps: [{DriveCycle: {profile: Commute}}]", "missing-drive-cycle", 1),
        (WARNED, "unset-variable", 5),
    ],
)
def test_warnings_do_not_make_a_protocol_wrong(client, text, code, line):
    answer = client.post("/protocols/validate", json={"protocol": text}).json()
    assert (answer["valid"], answer["error"]) == (True, None)
    [finding] = answer["findings"]
    assert (finding["code"], finding["severity"], finding["line"]) == (code, "warning", line)


def test_warnings_of_codes_that_are_new_are_shown_too(client, monkeypatch):
    place = ucp.Position("steps[0].Rest.ends[0]", 1, 9)
    found = [ucp.Finding("never-thought-of", "Look at this.", place, "warning")]
    monkeypatch.setattr("ionworks.ucp.check", lambda _protocol: found)
    answer = client.post("/protocols/validate", json={"protocol": REST}).json()
    assert (answer["valid"], answer["error"]) == (True, None)
    assert [finding["code"] for finding in answer["findings"]] == ["never-thought-of"]


def test_warnings_keep_nothing_from_being_saved_and_run(client):
    assert save(client, protocol_config=ucp.body(WARNED)).status_code == 201
    answer = client.submit(client.template(WARNED))
    assert answer.status_code == 201, answer.text
    assert client.wait(answer.json())[0]["status"] == "completed"


# Drive cycles in what is simulated


def test_a_run_needs_the_drive_cycles_that_its_protocol_names(client):
    template = client.template("steps:\n  - DriveCycle: {profile: Commute}\n")
    answer = client.submit(template)
    [problem] = problems(answer)
    assert "Commute" in problem["message"]
    assert problem["path"] == "steps[0].DriveCycle"
    assert answer.json()["detail"]["findings"][0]["code"] == "missing-drive-cycle"


def test_a_run_takes_the_drive_cycles_of_its_document(client):
    document = {
        "steps": [{"DriveCycle": {"profile": "Commute"}}],
        "drive_cycles": {"Commute": CYCLE},
    }
    answer = client.submit(client.template(ucp.dump(document)))
    assert answer.status_code == 201, answer.text
