"""The server as a client meets it: requests checked, errors in one form, nothing leaks."""

import gzip
import json
import re

import pytest
from conftest import EXAMPLE, app_client
from ionworks_engine import intake
from ionworks_engine.bundle import load_bundle, lookup, operations
from ionworks_engine.routes import handlers, health


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with app_client(tmp_path_factory.mktemp("store")) as client:
        yield client


@pytest.fixture(scope="module")
def project(client):
    return client.get("/projects").json()["items"][0]["id"]


def errors(answer):
    assert answer.status_code == 422, answer.text
    return {error["path"]: error["message"] for error in answer.json()["detail"]["errors"]}


# The binding of the description to functions


def test_every_operation_has_a_function_and_every_function_an_operation():
    described = list(operations(load_bundle()))
    assert set(handlers(described)) == {operation.id for operation in described}
    assert len(described) >= 41


def test_an_operation_without_a_function_fails_at_start():
    described = list(operations(load_bundle()))
    described.append(described[0].__class__(**{**fields_of(described[0]), "id": "get_rich"}))
    with pytest.raises(RuntimeError, match=r"no function for \['health.get_rich'\]"):
        handlers(described)


def test_a_function_without_an_operation_fails_at_start(monkeypatch):
    def surplus(call):
        return call

    surplus.__module__ = health.__name__
    monkeypatch.setattr(health, "surplus", surplus, raising=False)
    with pytest.raises(RuntimeError, match=r"no operation for \['health.surplus'\]"):
        handlers(list(operations(load_bundle())))


def fields_of(operation):
    return {name: getattr(operation, name) for name in operation.__slots__}


# The envelope


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "NOT_FOUND"),
        ("GET", "/jobs", 404, "NOT_FOUND"),
        ("GET", "/projects/none", 404, "NOT_FOUND"),
        ("DELETE", "/projects", 405, "METHOD_NOT_ALLOWED"),
        ("HEAD", "/simulations/statuses", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/projects", 422, "VALIDATION_ERROR"),
    ],
)
def test_every_error_stands_in_the_envelope(client, method, path, status, code):
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["x-correlation-id"])
    if method != "HEAD":
        assert answer.json().keys() == {"error_code", "message", "detail"}
        assert answer.json()["error_code"] == code


def test_a_wrong_method_is_told_the_right_ones(client):
    answer = client.put("/projects")
    assert answer.headers["allow"] == "GET, POST"


def test_a_wrong_path_is_told_the_near_one(client):
    assert "'/projects'" in client.get("/project").json()["message"]


def test_a_bug_tells_a_correlation_id_and_nothing_else(client, monkeypatch, caplog):
    def explode(_self):
        raise KeyError("a secret")

    monkeypatch.setattr("ionworks_engine.storage.Store.reading", explode)
    answer = client.get("/projects")
    assert answer.status_code == 500
    assert answer.json()["error_code"] == "INTERNAL_ERROR"
    assert answer.headers["x-correlation-id"] in answer.json()["message"]
    assert "secret" not in answer.text
    assert "a secret" in caplog.text
    assert answer.headers["x-correlation-id"] in caplog.text


def test_good_answers_carry_the_exact_media_type_and_an_id(client):
    answer = client.get("/healthz")
    assert answer.json() == {"status": "ok"}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-correlation-id"] != client.get("/healthz").headers["x-correlation-id"]


def test_answers_are_checked_against_the_description_in_tests(client, monkeypatch, caplog):
    monkeypatch.setattr("ionworks_engine.routes.users.EMAIL", None)
    assert client.get("/users/me").status_code == 500
    assert "get_current_user answers wrongly" in caplog.text


# Parameters


def test_unknown_and_wrong_parameters_are_all_told_at_once(client):
    answer = client.get("/projects?limt=3&offset=-1&limit=many&order=up")
    assert errors(answer) == {
        "query.limt": "'limt' is not a parameter of this operation; did you mean 'limit'?",
        "query.offset": "-1 is less than the minimum of 0",
        "query.limit": "this must be a whole number, not 'many'",
        "query.order": "'up' is not one of the choices; known are asc, desc",
    }


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("limit=0", "query.limit"),
        ("limit=101", "query.limit"),
        ("limit=1&limit=2", "query.limit"),
        ("limit=99999999999999999999", "query.limit"),
        ("created_at_gt=yesterday", "query.created_at_gt"),
        ("name=in.a", "query.name"),
    ],
)
def test_parameters_out_of_range_are_named(client, query, path):
    assert list(errors(client.get(f"/projects?{query}"))) == [path]


def test_booleans_are_read_in_any_case(client):
    for text in ("true", "True"):
        items = client.get(f"/parameterized_models?summary={text}").json()["items"]
        assert "parameters" not in items[0]
    assert list(errors(client.get("/parameterized_models?summary=1"))) == ["query.summary"]


# Bodies


def test_body_problems_are_all_told_at_once_with_key_paths(client, project):
    body = {
        "parameterized_model": {"quick_modl": {"capacity": 0}},
        "experiment_template_id": "",
        "experiment_parameter_sets": [{"C-rate": []}],
        "design_parameters_doe": {
            "sampling": "grd",
            "rows": [{"type": "discrete", "name": "x", "vals": [1]}],
        },
        "project_id": project,
        "extra_variable": [],
    }
    found = errors(client.post("/simulations/with-template/batch", json=body))
    assert found == {
        "parameterized_model.quick_modl": (
            "'quick_modl' is not a field; did you mean 'quick_model'?"
        ),
        "parameterized_model.quick_model": "'quick_model' is required",
        "experiment_template_id": '"" is shorter than 1 character',
        "experiment_parameter_sets[0].C-rate": "this must be a number or text, not a list",
        "design_parameters_doe.sampling": "'grd' is not one of the choices; did you mean 'grid'?",
        "design_parameters_doe.rows[0].vals": "'vals' is not a field; did you mean 'values'?",
        "extra_variable": "'extra_variable' is not a field; did you mean 'extra_variables'?",
    }


def test_an_alternative_is_judged_as_what_it_was_meant_to_be(client):
    body = {
        "parameterized_model": {"quick_model": {"capacity": 0, "chemistri": "LTO"}},
        "experiment_template_id": "t",
        "experiment_parameter_sets": [{}],
    }
    found = errors(client.post("/simulations/with-template/batch", json=body))
    assert found == {
        "parameterized_model.quick_model.capacity": "0 is less than or equal to the minimum of 0",
        "parameterized_model.quick_model.chemistri": (
            "'chemistri' is not a field; did you mean 'chemistry'?"
        ),
    }


@pytest.mark.parametrize(
    ("content", "path", "message"),
    [
        (b'{"name": NaN}', "name", "NaN is not a number"),
        (b'{"a": {"b": [1, -Infinity]}, "name": "x"}', "a.b[1]", "-Infinity is not a number"),
        (b'{"name": 1e999}', "name", "too large"),
        (b'{"name": %s}' % (b"9" * 400), "name", "too large"),
        (b'{"name": "a\\u0000b"}', "name", "U+0000"),
        (b'{"name": "a\\ud83d"}', "name", "surrogate"),
        (b'{"description": {"\\udc00": 1}, "name": ""}', "description", "surrogate"),
        (b'{"name": "a", "name": "b"}', "name", "given twice"),
        (b"", "", "body is required"),
        (b"[1]", "", "must be an object, not a list"),
        (b"\xff\xfe", "", "not "),
        (b"[" * 100_000, "", "nested too deeply"),
        (b'{"name": %s}' % (b"9" * 5000), "", "number is too long"),
    ],
)
def test_json_that_holds_surprises_is_refused_with_its_place(client, content, path, message):
    headers = {"content-type": "application/json"}
    found = errors(client.post("/projects", content=content, headers=headers))
    assert list(found) == [path]
    assert message in found[path]


def test_text_beyond_ascii_is_kept(client):
    content = b'{"name": "\\ud83d\\ude00 \xc3\xa9"}'
    headers = {"content-type": "application/json"}
    assert client.post("/projects", content=content, headers=headers).json()["name"] == "😀 é"


def test_broken_json_names_line_and_column(client):
    content = b'{\n  "name": "a",\n  "description" "b"\n}'
    headers = {"content-type": "application/json"}
    answer = client.post("/projects", content=content, headers=headers)
    [error] = answer.json()["detail"]["errors"]
    assert (error["line"], error["column"]) == (3, 17)
    assert "line 3, column 17" in answer.json()["message"]


def test_gzipped_bodies_are_read(client):
    content = gzip.compress(json.dumps({"name": "Zipped"}).encode())
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    answer = client.post("/projects", content=content, headers=headers)
    assert (answer.status_code, answer.json()["name"]) == (201, "Zipped")


def test_bodies_are_bounded_before_and_after_unzipping(client, monkeypatch):
    monkeypatch.setattr(intake, "MAX_BODY", 1000)
    content = json.dumps({"name": "x", "description": "y" * 5000}).encode()
    plain = {"content-type": "application/json"}
    zipped = {**plain, "content-encoding": "gzip"}
    in_pieces = (content[at : at + 100] for at in range(0, len(content), 100))
    for body, headers in (
        (content, plain),
        (in_pieces, plain),
        (gzip.compress(content), zipped),
    ):
        answer = client.post("/projects", content=body, headers=headers)
        assert answer.status_code == 413
        assert answer.json()["error_code"] == "PAYLOAD_TOO_LARGE"
        assert answer.json()["detail"] == {"limit_bytes": 1000}


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"not gzip", {"content-encoding": "gzip"}),
        (gzip.compress(b'{"name": "x"}', mtime=0)[:-12], {"content-encoding": "gzip"}),
        (b"{}", {"content-encoding": "br"}),
        (b"{}", {"content-type": "text/plain"}),
    ],
)
def test_other_encodings_and_media_types_are_refused(client, content, headers):
    sent = {"content-type": "application/json", **headers}
    answer = client.post("/projects", content=content, headers=sent)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "BAD_REQUEST")


def test_large_values_are_not_echoed(client):
    answer = client.post("/projects", json={"name": "x" * 5000})
    assert answer.status_code == 422
    assert len(answer.text) < 1000


# Credentials


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    with app_client(tmp_path_factory.mktemp("locked"), api_key="kéy") as client:
        yield client


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-Key": "other"},
        {"Authorization": "Bearer other"},
        {"Authorization": "Basic k\xc3\xa9y"},
        {"X-API-Key": ""},
    ],
)
def test_a_wrong_credential_is_refused(locked, headers):
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = locked.get("/projects", headers=encoded)
    assert (answer.status_code, answer.json()["error_code"]) == (401, "UNAUTHORIZED")
    assert "x-correlation-id" in answer.headers
    assert locked.get("/nowhere", headers=encoded).status_code == 401


@pytest.mark.parametrize(("name", "value"), [("X-API-Key", "kéy"), ("Authorization", "Bearer kéy")])
def test_the_key_opens_as_key_and_as_token(locked, name, value):
    assert locked.get("/projects", headers={name: value.encode()}).status_code == 200


def test_health_needs_no_key(locked):
    assert locked.get("/healthz").status_code == 200


def test_without_a_key_any_credential_will_do(client):
    assert client.get("/projects", headers={"X-API-Key": "whatever"}).status_code == 200


# Discovery and users


def test_the_caller_is_the_local_user(client):
    me = client.get("/users/me").json()
    assert me["authorized_organization"]["id"] == "local"
    assert me["authorized_organization"] in me["organizations"]


def test_the_protocol_schema_is_served_and_accepts_the_example(client):
    from jsonschema_rs import Draft202012Validator

    schema = client.get("/discovery/schemas/protocol").json()
    assert Draft202012Validator(schema).is_valid(EXAMPLE)
    assert not Draft202012Validator(schema).is_valid({"stepz": []})
    assert client.get("/discovery/schemas/dat").status_code == 404


def test_the_schema_of_cell_data_is_served(client):
    schema = client.get("/discovery/schemas/data").json()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "cell_instance" in schema["properties"]
    listed = client.get("/discovery/capabilities").json()["schemas"]
    assert {client.get(path).status_code for path in listed.values()} == {200}
    assert listed.keys() == {"data", "protocol"}


def test_capabilities_name_what_quick_models_know(client):
    context = client.get("/discovery/capabilities").json()["domain_context"]
    assert "LFP/Graphite" in context["quick_model_chemistries"]


# The description


def test_pointers_lead_where_they_say():
    bundle = load_bundle()
    assert lookup(bundle, "#/paths/~1healthz/get/operationId") == "get_health"


def test_a_metadata_call_is_quick(client, project):
    """Far below the budget of 0.4 ms; the bound here only catches a mistake of kind."""
    import time

    async def calls(count):
        messages = []

        async def receive():
            return {"type": "http.request", "body": b""}

        async def send(message):
            messages.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": f"/projects/{project}",
            "query_string": b"",
            "headers": [],
        }
        started = time.perf_counter()
        for _ in range(count):
            await client.app(dict(scope), receive, send)
        return (time.perf_counter() - started) / count

    client.run(calls(50))
    assert min(client.run(calls(50)) for _ in range(5)) < 2e-3


def test_the_server_never_imports_pybamm():
    import subprocess
    import sys

    code = (
        "import sys, tempfile, pathlib, ionworks_engine as e;"
        "e.create_app(pathlib.Path(tempfile.mkdtemp()));"
        "print([m for m in ('pybamm', 'casadi', 'scipy') if m in sys.modules])"
    )
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "[]"
