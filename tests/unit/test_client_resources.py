"""The other resources, in both colours; and that the colours are one client."""

import inspect
from datetime import UTC, datetime

import pybamm
import pytest

from ionworks import AsyncIonworks, Ionworks, errors
from ionworks.encode import PayloadError, json_bytes, model_config, parameter_values
from tests.unit.stub import RESOURCES, URL, client_of, raw, reply, stubbed

MODEL = {"id": "m", "name": "n"}
DATA = {"name": "n", "model_id": "m", "parameters": {"a": 1}}
SAVED = {"id": "p", "name": "Pause", "organization_id": "o"}
STORED = {"id": "pm", "name": "n"}
JOB = {
    "job_id": "j",
    "status": "processing",
    "job_type": "simulation",
    "priority": 5,
    "created_at": "c",
    "updated_at": "u",
    "is_terminal": False,
    "is_failed": False,
}


@pytest.fixture
def stub():
    with stubbed() as stub:
        yield stub


@pytest.fixture(params=["sync", "async"])
def client(request):
    request.getfixturevalue("stub")
    with client_of(request.param, "k", URL, "project", max_retries=0) as client:
        yield client


def public(kind):
    return {
        name: value
        for name, value in inspect.getmembers(kind)
        if not name.startswith("_") and name != "aclose"
    }


def of_sync(text):
    words = {"Async": "", "aclose": "close", "await ": "", "async for": "for"}
    for asynchronous, synchronous in words.items():
        text = text.replace(asynchronous, synchronous)
    return text


@pytest.mark.parametrize("resource", [None, *sorted(RESOURCES)])
def test_both_colours_have_the_same_signatures(resource):
    one, other = Ionworks("k", URL), AsyncIonworks("k", URL)
    if resource:
        one, other = getattr(one, resource), getattr(other, resource)
    sync, later = public(type(one)), public(type(other))
    sync.pop("close", None)
    assert set(sync) == set(later)
    for name, value in later.items():
        if inspect.isfunction(value) or inspect.ismethod(value):
            signature = of_sync(str(inspect.signature(value)))
            assert str(inspect.signature(sync[name])) == signature, name
            assert sync[name].__doc__ == of_sync(value.__doc__), name


def test_the_constructor_is_that_of_the_public_client():
    assert list(inspect.signature(Ionworks).parameters) == [
        "api_key",
        "api_url",
        "project_id",
        "dataframe_backend",
        "timeout",
        "max_retries",
        "token",
        "organization_id",
    ]


def test_every_public_method_says_what_it_does():
    for resource in RESOURCES:
        kind = type(getattr(Ionworks("k", URL), resource))
        assert [name for name, value in public(kind).items() if not value.__doc__] == []


class TestClient:
    def test_a_schema_of_another_name_is_refused(self, client, stub):
        with pytest.raises(ValueError, match="data, protocol"):
            client.schema("protocols")
        assert stub.requests == []

    def test_a_schema_is_a_mapping(self, client, stub):
        stub.will(reply({"type": "object", "properties": {"steps": {}}}))
        assert client.schema("protocol")["properties"].steps == {}
        assert stub.paths == ["GET /discovery/schemas/protocol"]

    def test_a_pybamm_model_is_asked_about(self, client, stub):
        stub.will(reply({"valid": False, "error": "no", "error_type": "OptionError"}))
        answer = client.validate_pybamm_model_config("SPMe", {"thermal": "tepid"})
        assert (answer["valid"], answer.error) == (False, "no")
        assert stub.body() == {
            "pybamm_model": "SPMe",
            "module": "lithium_ion",
            "options": {"thermal": "tepid"},
        }


class TestProtocol:
    def test_validate_answers_as_mapping_and_by_attribute(self, client, stub):
        finding = {"code": "c", "message": "m", "severity": "error", "line": 2}
        stub.will(reply({"valid": False, "error": "line 2: m", "findings": [finding]}))
        result = client.protocol.validate("steps: []")
        assert result["valid"] is result.valid is False
        assert result["error"] == "line 2: m"
        assert result.findings[0].line == 2

    def test_input_references(self, client, stub):
        stub.will(reply(["a", "b"]))
        assert client.protocol.find_input_references("x") == ["a", "b"]

    def test_saving(self, client, stub):
        stub.will(reply(SAVED, 201))
        text = "steps:\n  - Rest: {duration: 60}\n"
        assert client.protocol.create("Pause", text, description="d").id == "p"
        assert stub.body() == {
            "name": "Pause",
            "protocol_config": {"steps": [{"Rest": {"duration": 60}}]},
            "parameters_schema": {},
            "project_id": "project",
            "force_create": False,
            "description": "d",
            "source_protocol": text,
        }
        client.protocol.create_or_get("Pause", {"steps": [{"Rest": {"duration": 60}}]}, "other")
        assert "source_protocol" not in stub.body()
        assert stub.body()["project_id"] == "other"

    def test_a_protocol_that_cannot_be_read_is_not_saved(self, client, stub):
        with pytest.raises(ValueError, match="line 2"):
            client.protocol.create("Pause", "steps:\n  - [\n")
        assert stub.requests == []

    def test_finding(self, client, stub):
        stub.will(reply({"items": [SAVED], "count": 1, "total": 1}))
        assert client.protocol.find_by_name("Pause").id == "p"
        assert client.protocol.list(include=["protocol_config", "source_protocol"])[0].id == "p"
        assert stub.requests[0].url.params["name"] == "eq.Pause"
        assert stub.requests[1].url.params["include"] == "protocol_config,source_protocol"
        stub.will(reply({"items": [SAVED, SAVED], "count": 2, "total": 3}))
        with pytest.raises(ValueError, match="3 protocols"):
            client.protocol.find_by_name("Pause")
        stub.will(reply({"items": [], "count": 0, "total": 0}))
        assert client.protocol.find_by_name("Pause") is None

    def test_the_rest_of_its_life(self, client, stub):
        stub.will(reply(SAVED), reply(SAVED), raw(b"", 204))
        assert client.protocol.get("p").name == "Pause"
        client.protocol.update("p", name="Rest")
        assert stub.body() == {"name": "Rest"}
        client.protocol.delete("p")
        with pytest.raises(ValueError, match="name or a description"):
            client.protocol.update("p")
        assert [path.split()[0] for path in stub.paths] == ["GET", "PATCH", "DELETE"]


class TestModel:
    def test_a_pybamm_model_becomes_its_configuration(self, client, stub):
        stub.will(reply(MODEL, 201))
        client.model.create({"name": "n", "config": pybamm.lithium_ion.SPMe({"thermal": "lumped"})})
        sent = stub.body()
        assert sent["project_id"] == "project"
        assert (sent["config"]["type"], sent["config"]["options"]["thermal"]) == ("SPMe", "lumped")

    def test_a_misspelt_key_is_refused(self, client, stub):
        with pytest.raises(ValueError, match=r"no key descripton \(did you mean description"):
            client.model.create({"name": "n", "config": {}, "descripton": "x"})
        with pytest.raises(ValueError, match="needs the key 'config'"):
            client.model.create({"name": "n"})
        with pytest.raises(ValueError, match="must be a mapping"):
            client.model.update("m", None)
        assert stub.requests == []

    def test_settings(self, client, stub):
        stub.will(reply({**MODEL, "simulation_settings": {"var_pts": {"x_n": 20}}}))
        assert client.model.get_simulation_settings("m").var_pts.x_n == 20
        stub.will(reply(MODEL))
        assert client.model.get_simulation_settings("m") == {}

    def test_filters(self, client, stub):
        stub.will(reply({"items": [MODEL], "count": 1, "total": 1}))
        models = client.model.list(
            name_exact="n",
            name="x",
            created_by_email="me",
            created_after=datetime(2026, 1, 2, tzinfo=UTC),
            updated_before="2026-02-03",
        )
        assert models[0].description is None
        assert dict(stub.requests[0].url.params) == {
            "project_id": "project",
            "limit": "100",
            "offset": "0",
            "name": "eq.n",
            "created_by_email": "ilike.%me%",
            "created_at_gt": "2026-01-02T00:00:00+00:00",
            "updated_at_lt": "2026-02-03",
        }

    def test_the_rest_of_its_life(self, client, stub):
        stub.will(reply(MODEL))
        assert client.model.get("m").name == "n"
        client.model.update("m", {"description": None})
        assert stub.body() == {"description": None}
        stub.will(raw(b"", 204))
        client.model.delete("m")
        assert stub.paths == ["GET /models/m", "PATCH /models/m", "DELETE /models/m"]


class TestParameterizedModel:
    def test_a_published_set_by_name(self, client, stub):
        stub.will(reply(STORED, 201))
        client.parameterized_model.create(None, {**DATA, "parameters": "Chen2020"})
        assert stub.body()["parameters"]["Nominal cell capacity [A.h]"] == 5.0

    def test_an_existing_one_is_returned(self, client, stub):
        conflict = {"error_code": "CONFLICT", "message": "m", "detail": {"existing_id": "pm"}}
        stub.will(reply(conflict, 409), reply(STORED))
        assert client.parameterized_model.create_or_get(None, DATA).id == "pm"
        assert stub.paths[-1] == "GET /parameterized_models/pm"

    def test_an_existing_one_is_found_by_name(self, client, stub):
        page = {"items": [STORED], "count": 1, "total": 1}
        stub.will(reply({"message": "m"}, 409), reply(page), reply(STORED))
        assert client.parameterized_model.create_or_get(None, DATA).id == "pm"
        assert stub.requests[-2].url.params["name"] == "eq.n"
        stub.will(reply({"message": "m"}, 409), reply({**page, "items": []}))
        with pytest.raises(errors.ConflictError):
            client.parameterized_model.create_or_get(None, DATA)

    def test_those_of_a_cell_specification(self, client, stub):
        resource, page = client.parameterized_model, {"items": [STORED], "count": 1, "total": 1}
        conflict = {"error_code": "CONFLICT", "message": "m"}
        stub.will(reply(STORED, 201), reply(conflict, 409), reply(page), reply(STORED))
        assert resource.create("cs", DATA).id == "pm"
        assert "project_id" not in stub.body()
        assert resource.create_or_get("cs", DATA).id == "pm"
        stub.will(reply(page), reply(STORED), raw(b"", 204))
        assert [each.id for each in resource.list_by_cell_specification("cs")] == ["pm"]
        resource.update("cs", "pm", {"name": "x"})
        resource.delete("cs", "pm")
        assert stub.paths == [
            "POST /cells/cs/parameterized_models",
            "POST /cells/cs/parameterized_models",
            "GET /cells/cs/parameterized_models",
            "GET /parameterized_models/pm",
            "GET /cells/cs/parameterized_models",
            "PATCH /cells/cs/parameterized_models/pm",
            "DELETE /cells/cs/parameterized_models/pm",
        ]

    def test_the_rest_of_its_life(self, client, stub):
        resource = client.parameterized_model
        stub.will(reply({"items": [STORED], "count": 1, "total": 1}))
        assert resource.list_by_project(summary=True)[0].id == "pm"
        assert stub.requests[-1].url.params["summary"] == "true"
        stub.will(reply({"a": 1}), reply(["v"]), reply(STORED), raw(b"", 204))
        assert resource.get_parameter_values("pm") == {"a": 1}
        assert resource.get_variable_names("pm") == ["v"]
        assert resource.update(None, "pm", {"name": "x"}).id == "pm"
        assert resource.delete(None, "pm") is None


def test_jobs(client, stub):
    stub.will(reply([JOB]))
    assert client.job.list()[0].job_id == "j"
    stub.will(reply(JOB))
    assert client.job.get("j").is_terminal is False
    assert client.job.cancel("j").status == "processing"
    assert stub.paths == ["GET /jobs/", "GET /jobs/j", "POST /jobs/j/cancel"]


def test_canceling_a_simulation_cancels_its_job(client, stub):
    record = {"id": "s", "job_id": "j", "status": "processing"}
    stub.will(reply(record), reply(JOB), reply({**record, "status": "canceled"}))
    assert client.simulation.cancel("s").status == "canceled"
    assert stub.paths[1] == "POST /jobs/j/cancel"


def test_simulations_are_listed_with_every_filter(client, stub):
    stub.will(reply({"simulations": [{"id": "s"}], "total": 1, "model_scalar_parameters": {}}))
    page = client.simulation.list()
    assert page[0]["id"] == page[0].id == "s"
    assert page[0].error is None
    client.simulation.list("pm", protocol_id="p", state="failed", summary=True, limit=5, offset=1)
    assert dict(stub.requests[-1].url.params) == {
        "parameterized_model_id": "pm",
        "experiment_template_id": "p",
        "state": "failed",
        "summary": "true",
        "limit": "5",
        "offset": "1",
    }
    with pytest.raises(ValueError, match="not both"):
        client.simulation.list("pm", "study")
    with pytest.raises(ValueError, match="state must be one of"):
        client.simulation.list(state="done")


class TestEncoding:
    def test_values_of_numpy_and_time(self):
        import numpy as np

        payload = {
            "a": np.float32(1.5),
            "b": np.arange(2),
            "c": datetime(2026, 1, 2),
            "d": (1, None),
        }
        assert json_bytes(payload) == b'{"a":1.5,"b":[0,1],"c":"2026-01-02T00:00:00","d":[1,null]}'

    @pytest.mark.parametrize(
        ("payload", "message"),
        [
            ({"a": {"b": [1, float("inf")]}}, r"^a\.b\[1\] is inf"),
            ({"a": {1, 2}}, "^a is a set"),
            ({"a": object()}, "^a is a object"),
            ("\ud800", "broken character"),
        ],
    )
    def test_what_cannot_be_sent(self, payload, message):
        with pytest.raises(PayloadError, match=message):
            json_bytes(payload)

    def test_pybamm_reads_back_what_was_sent(self):
        import json

        values = pybamm.ParameterValues({"a": 2.0, "f": lambda x: 3 * x})
        sent = json.loads(json_bytes(parameter_values(values)))
        again = pybamm.ParameterValues.from_json(sent)
        assert again["a"] == 2.0
        tripled = pybamm.FunctionParameter("f", {"x": pybamm.Scalar(2.0)})
        assert again.evaluate(tripled) == 6.0
        assert json.loads(json_bytes(parameter_values({"f": lambda x: 3 * x})))["f"] == sent["f"]

    def test_names_and_objects_that_are_none(self):
        with pytest.raises(ValueError, match="Chen2020"):
            parameter_values("Chen2021")
        with pytest.raises(TypeError, match="SPMe"):
            model_config(pybamm.Scalar(1))
        assert model_config({"type": "SPM"}) == {"type": "SPM"}
