"""Projects, models, parameterized models and saved protocols, over fake workers."""

import pytest
from conftest import EXAMPLE, app_client

DISCHARGE = """
steps:
  - Discharge: {mode: C-rate, value: 'input["Rate"]', ends: [Voltage < 2.5]}
"""


@pytest.fixture
def client(tmp_path):
    with app_client(tmp_path) as client:
        yield client


@pytest.fixture
def project(client):
    return client.project()


def names(answer):
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def error(answer, status):
    assert answer.status_code == status, answer.text
    return answer.json()


# Projects


def test_projects_are_made_renamed_and_deleted(client):
    made = client.post("/projects", json={"name": "Fast charge"})
    assert made.status_code == 201
    path = f"/projects/{made.json()['id']}"
    changed = client.patch(path, json={"description": "4C"}).json()
    assert (changed["name"], changed["description"]) == ("Fast charge", "4C")
    assert changed["updated_at"] > made.json()["updated_at"]
    assert client.patch(path, json={"description": None}).json()["description"] is None
    gone = client.delete(path)
    assert (gone.status_code, gone.content) == (204, b"")
    assert error(client.get(path), 404)["error_code"] == "NOT_FOUND"


def test_a_project_name_is_used_once(client, project):
    conflict = error(client.post("/projects", json={"name": "Default project"}), 409)
    assert conflict["error_code"] == "CONFLICT"
    assert conflict["detail"] == {"existing_id": project}
    other = client.post("/projects", json={"name": "Other"}).json()["id"]
    assert error(client.patch(f"/projects/{other}", json={"name": "Default project"}), 409)
    same = client.patch(f"/projects/{other}", json={"name": "Other"})
    assert same.status_code == 200


def test_the_last_project_stays(client, project):
    assert "only project" in error(client.delete(f"/projects/{project}"), 409)["message"]
    assert client.get(f"/projects/{project}").status_code == 200


def test_an_empty_change_is_refused(client, project):
    assert error(client.patch(f"/projects/{project}", json={}), 422)


def test_lists_are_filtered_ordered_and_cut(client):
    for name in ("Zinc", "alpha", "Beta", "beta 2"):
        client.post("/projects", json={"name": name})
    assert names(client.get("/projects?name=ilike.%25beta%25")) == ["beta 2", "Beta"]
    assert names(client.get("/projects?name=eq.Beta")) == ["Beta"]
    assert names(client.get("/projects?order=asc&order_by=name&limit=2")) == [
        "Beta",
        "Default project",
    ]
    page = client.get("/projects?limit=2&offset=3").json()
    assert [item["name"] for item in page["items"]] == ["Zinc", "Default project"]
    assert (page["count"], page["total"]) == (2, 5)
    beyond = client.get("/projects?offset=50").json()
    assert (beyond["items"], beyond["total"]) == ([], 5)
    moment = client.get("/projects?name=eq.Beta").json()["items"][0]["created_at"]
    later = client.get("/projects", params={"created_at_gt": moment})
    assert names(later) == ["beta 2", "Beta"]


def test_deleting_a_project_takes_what_is_in_it(client, project):
    other = client.post("/projects", json={"name": "Other"}).json()["id"]
    client.post("/models", json={"name": "M", "config": {"type": "SPM"}, "project_id": other})
    kept = client.submit(client.template(DISCHARGE, project=project), {"Rate": 1}).json()
    gone = client.submit(client.template(DISCHARGE, project=other), {"Rate": 1}).json()
    client.wait(kept + gone)
    assert client.delete(f"/projects/{other}").status_code == 204
    assert client.get(f"/simulations/{gone[0]['simulation_id']}").status_code == 404
    assert client.get(f"/simulations/{kept[0]['simulation_id']}/result").status_code == 200
    assert "M" not in names(client.get("/models"))


# Models and the system library


def test_the_library_is_listed_for_every_project_in_its_own_order(client, project):
    page = client.get("/parameterized_models", params={"project_id": project}).json()
    assert page["total"] == len(page["items"]) == page["count"] >= 33
    assert page["items"][0]["id"] == "system-ai2020-spm"
    chen = next(item for item in page["items"] if item["id"] == "system-chen2020-spme")
    assert (chen["name"], chen["model_name"], chen["project_id"]) == ("Chen2020 SPMe", "SPMe", None)
    assert "Chen et al." in chen["description"]
    model = client.get(f"/models/{chen['model_id']}").json()
    assert (model["config"]["type"], model["organization_id"]) == ("SPMe", None)


def test_ids_of_the_library_outlive_the_store(tmp_path):
    seen = []
    for _ in range(2):
        with app_client(tmp_path) as client:
            page = client.get("/parameterized_models").json()
            seen.append([item["id"] for item in page["items"]])
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "path", ["/parameterized_models/system-chen2020-spme", "/models/system-spme"]
)
def test_the_library_cannot_be_changed(client, path):
    assert error(client.patch(path, json={"name": "Mine"}), 403)["error_code"] == "FORBIDDEN"
    assert error(client.delete(path), 403)["error_code"] == "FORBIDDEN"


def own_model(client, **more):
    body = {"name": "Mine", "config": {"type": "SPM", "options": {"thermal": "lumped"}}, **more}
    return client.post("/models", json=body)


def test_models_are_made_listed_and_deleted(client, project):
    made = own_model(client, project_id=project, simulation_settings={"var_pts": {"x_n": 10}})
    assert made.status_code == 201
    model = made.json()
    assert model["project_id"] == project
    assert (model["chemistry"], model["is_custom_model"]) == ("lithium_ion", False)
    assert names(client.get("/models"))[0] == "Mine"
    path = f"/models/{model['id']}"
    cleared = client.patch(path, json={"simulation_settings": None}).json()
    assert cleared["simulation_settings"] is None
    assert client.delete(path).status_code == 204
    assert "Mine" not in names(client.get("/models"))


def test_a_model_without_a_project_belongs_to_the_first_one(client, project):
    assert own_model(client).json()["project_id"] == project
    assert error(own_model(client, project_id="none"), 404)


def test_a_model_that_cannot_be_built_is_refused(client):
    answer = client.post("/models", json={"name": "N", "config": {"type": "Nothing"}})
    [problem] = error(answer, 422)["detail"]["errors"]
    assert problem == {"path": "config", "message": "There is no model 'Nothing'."}
    assert "N" not in names(client.get("/models"))


VALUES = {"Positive electrode thickness [m]": 7.5e-5}


def own_cell(client, **more):
    body = {"name": "Cell", "model_id": "system-spm", "parameters": VALUES, **more}
    return client.post("/parameterized_models", json=body)


def test_parameterized_models_are_made_shown_and_deleted(client, project):
    made = own_cell(client, description="thin")
    assert made.status_code == 201
    cell = made.json()
    assert (cell["project_id"], cell["model_name"], cell["parameters"]) == (project, "SPM", VALUES)
    path = f"/parameterized_models/{cell['id']}"
    assert client.get(path).json() == cell
    first = client.get("/parameterized_models?limit=1&summary=true").json()["items"][0]
    assert (first["id"], "parameters" in first) == (cell["id"], False)
    assert client.patch(path, json={"name": "Renamed"}).json()["name"] == "Renamed"
    assert error(client.delete("/models/system-spm"), 403)
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


def test_a_parameterized_model_has_its_name_alone_in_its_project(client):
    first = own_cell(client).json()["id"]
    assert error(own_cell(client), 409)["detail"] == {"existing_id": first}
    other = client.post("/projects", json={"name": "Other"}).json()["id"]
    assert own_cell(client, project_id=other).status_code == 201
    second = own_cell(client, name="Second").json()["id"]
    assert error(client.patch(f"/parameterized_models/{second}", json={"name": "Cell"}), 409)


def test_parameters_are_never_assumed(client):
    for parameters in ({}, None):
        [problem] = error(own_cell(client, parameters=parameters), 422)["detail"]["errors"]
        assert problem["path"] == "parameters"


def test_a_cell_that_cannot_be_built_is_refused(client):
    [problem] = error(own_cell(client, parameters={"broken": 1}), 422)["detail"]["errors"]
    assert problem == {"path": "parameters", "message": "There is no parameter 'broken'."}
    settings = {"var_pts": {"broken": 1}}
    cell = own_cell(client).json()["id"]
    for name in (cell, own_cell(client, name="Second").json()["id"]):
        path = f"/parameterized_models/{name}"
        answer = client.patch(path, json={"simulation_settings": settings})
        assert error(answer, 422)["detail"]["errors"][0]["path"] == "simulation_settings"
        assert client.get(path).json()["simulation_settings"] is None


def test_an_unknown_model_is_not_found(client):
    assert "'none'" in error(own_cell(client, model_id="none"), 404)["message"]


def test_a_model_in_use_stays(client):
    model = own_model(client).json()["id"]
    cell = own_cell(client, model_id=model).json()["id"]
    assert "1 parameterized model" in error(client.delete(f"/models/{model}"), 409)["message"]
    client.delete(f"/parameterized_models/{cell}")
    assert client.delete(f"/models/{model}").status_code == 204


def test_values_and_variables_are_asked_of_a_worker_once(client, monkeypatch):
    import fake_tasks

    path = "/parameterized_models/system-chen2020-spm"
    values = client.get(f"{path}/parameter-values").json()
    assert values["Positive electrode thickness [m]"] == 7.5e-5
    assert "citations" not in values
    monkeypatch.setitem(fake_tasks.TASKS, "describe", None)
    assert "Voltage [V]" in client.get(f"{path}/variable-names").json()


def test_what_a_worker_said_is_kept_in_the_store(tmp_path, monkeypatch):
    import fake_tasks

    path = "/parameterized_models/system-chen2020-spm/variable-names"
    with app_client(tmp_path) as client:
        said = client.get(path).json()
    monkeypatch.setitem(fake_tasks.TASKS, "describe", None)
    with app_client(tmp_path) as client:
        assert client.get(path).json() == said


def test_models_of_pybamm_are_listed_and_judged(client):
    found = client.get("/discovery/pybamm_models").json()
    assert found["pybamm_models"] == {"lithium_ion": ["SPM"]}
    judged = client.post("/discovery/pybamm_models/validate", json={"pybamm_model": "Nothing"})
    assert judged.json()["valid"] is False
    assert "Nothing" in judged.json()["error"]


# Protocols


def create(client, project, **more):
    body = {"name": "1C", "protocol_config": EXAMPLE, "project_id": project, **more}
    return client.post("/experiment_templates", json=body)


def test_saved_protocols_are_one_for_each_content(client, project):
    first = create(client, project)
    assert first.status_code == 201
    again = create(client, project, name="Another name")
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["name"] == "1C"
    refused = error(create(client, project, force_create=True), 409)
    assert refused["detail"] == {"existing_id": first.json()["id"]}
    other = client.post("/projects", json={"name": "Other"}).json()["id"]
    assert create(client, other).json()["id"] != first.json()["id"]


def test_lists_of_protocols_are_light_unless_asked(client, project):
    create(client, project, source_protocol="text")
    [light] = client.get("/experiment_templates").json()["items"]
    assert {"protocol_config", "source_protocol"}.isdisjoint(light)
    query = {"include": "protocol_config, source_protocol,nonsense"}
    [heavy] = client.get("/experiment_templates", params=query).json()["items"]
    assert (heavy["protocol_config"], heavy["source_protocol"]) == (EXAMPLE, "text")


def test_a_saved_protocol_is_renamed_and_deleted(client, project):
    path = f"/experiment_templates/{create(client, project).json()['id']}"
    assert client.patch(path, json={"name": "Renamed"}).json()["name"] == "Renamed"
    assert error(client.patch(path, json={"protocol_config": {}}), 422)
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


def test_a_wrong_protocol_is_refused_with_every_finding_in_its_place(client, project):
    text = "steps:\n  - Rest: {duratoin: 60}\n  - Charge: {mode: C-rate, value: .nan}\n"
    body = {"protocol_experiment": {"protocol": text, "name": "x"}, "project_id": project}
    refused = error(client.post("/protocols/parse-to-template", json=body), 422)
    places = [(each["line"], each["column"]) for each in refused["detail"]["errors"]]
    assert places == sorted(places)
    assert (2, 12) in places
    assert any(line == 3 for line, _ in places)
    first = next(f for f in refused["detail"]["findings"] if f["code"] == "unknown-key")
    assert (first["path"], first["suggestion"]) == ("steps[0].Rest.duratoin", "duration")
    bad = error(create(client, project, protocol_config={"stepz": []}), 422)
    assert "stepz" in bad["message"]


def test_a_parsed_protocol_is_hidden_until_a_simulation_uses_it(client):
    template = client.template(DISCHARGE, "Hidden")
    assert client.template(DISCHARGE + "\n# a comment", "Renamed") == template
    assert names(client.get("/experiment_templates")) == []
    assert client.get(f"/experiment_templates/{template}").json()["source_protocol"] == DISCHARGE
    assert client.submit(template, {}).status_code == 422
    assert names(client.get("/experiment_templates")) == []
    assert client.submit(template, {"Rate": 1}).status_code == 201
    assert names(client.get("/experiment_templates")) == ["Renamed"]


def test_saving_a_draft_makes_it_a_saved_protocol(client, project):
    draft = client.template("steps: [{Rest: {duration: 60}}]", "Draft")
    config = {"steps": [{"Rest": {"duration": 60}}]}
    saved = create(client, project, protocol_config=config, name="Saved", force_create=True)
    assert (saved.status_code, saved.json()["id"], saved.json()["name"]) == (201, draft, "Saved")
    assert names(client.get("/experiment_templates")) == ["Saved"]


def test_drafts_that_nothing_came_of_go_after_a_day(tmp_path, monkeypatch):
    from datetime import timedelta

    from ionworks_engine.storage import times

    with app_client(tmp_path) as client:
        stale = client.template(DISCHARGE)
        used = client.template("steps: [{Rest: {duration: 60}}]")
        client.submit(used)
        tomorrow = times.now() + timedelta(days=1, minutes=1)
        monkeypatch.setattr(client.app.state.services.store, "clock", lambda: tomorrow)
        client.template("steps: [{Rest: {duration: 30}}]")
        assert client.get(f"/experiment_templates/{stale}").status_code == 404
        assert client.get(f"/experiment_templates/{used}").status_code == 200


def test_protocols_are_checked_without_being_saved(client):
    good = client.post("/protocols/validate", json={"protocol": DISCHARGE}).json()
    assert good == {"valid": True, "error": None, "findings": []}
    bad = client.post("/protocols/validate", json={"protocol": "steps: [{Rest: {}}]"}).json()
    assert bad["valid"] is False
    assert bad["findings"][0]["code"] == "missing-end"
    assert bad["findings"][0]["message"] in bad["error"]
    assert names(client.get("/experiment_templates")) == []


def test_inputs_are_listed_in_the_order_of_the_document(client):
    text = "steps: [{Discharge: {value: 'input[\"b\"]', mode: 'input[\"a\"]'}}, 'input[\"b\"]']"
    assert client.post("/protocols/input_references", json={"protocol": text}).json() == ["b", "a"]
    assert error(client.post("/protocols/input_references", json={"protocol": "a: [b"}), 422)


@pytest.mark.parametrize(
    "text", ["a: &a [x]\nb: " + "[" * 100, "steps: " + "[[[" * 3000, "x" * 10_000_000]
)
def test_hostile_protocols_are_findings_too(client, text):
    answer = client.post("/protocols/validate", json={"protocol": text})
    assert answer.json()["valid"] is False
    assert len(answer.text) < 5000
