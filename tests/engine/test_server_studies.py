"""Studies: what they hold, once each, and what stays when they go."""

import pytest
from conftest import app_client
from ionworks_engine import records, submissions
from ionworks_engine.storage import tables
from sqlalchemy import delete, func, insert, select

REST = "steps: [{Rest: {duration: 60}}]"
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


@pytest.fixture
def studies(project):
    return f"/projects/{project}/studies"


def made(answer):
    assert answer.status_code == 201, answer.text
    return answer.json()


def found(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(answer):
    return [item["name"] for item in found(answer)["items"]]


def error(answer, status):
    assert answer.status_code == status, answer.text
    return answer.json()


def make_study(client, studies, name="1C Discharge Sweep", **more):
    return made(client.post(studies, json={"name": name, **more}))


def make_run(client, project, **more):
    template = client.template(DISCHARGE, project=project)
    [run] = made(client.submit(template, {"Rate": 1}, **more))
    client.wait([run])
    return run["simulation_id"]


def make_measurement(client, project, name):
    """Store a measurement as its rows."""
    row = {"id": f"id-{name}", "cell_instance_id": "i", "cell_specification_id": "s"}
    row |= {"project_id": project, "name": name, "measurement_type": "properties"}
    row |= dict.fromkeys(("created_at", "updated_at"), "2026-01-01T00:00:00.000000+00:00")
    with client.app.state.services.store.writing() as connection:
        query = insert(tables.cell_measurements)
        connection.execute(query.values(**row, processing_status="ready"))
    return row["id"]


def rows_of(client, table):
    with client.app.state.services.store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def test_studies_are_made_renamed_and_deleted(client, project, studies):
    description = "Comparing discharge curves across temperatures"
    study = make_study(client, studies, description=description)
    assert (study["description"], study["project_id"]) == (description, project)
    counts = ("simulation_count", "measurement_count", "validation_count")
    assert [study[count] for count in counts] == [0, 0, 0]
    path = f"{studies}/{study['id']}"
    assert found(client.get(path)) == study
    renamed = found(client.patch(path, json={"name": "1C Discharge Sweep v2"}))
    assert (renamed["name"], renamed["description"]) == ("1C Discharge Sweep v2", description)
    assert renamed["updated_at"] > study["updated_at"]
    assert found(client.patch(path)) == renamed
    assert found(client.patch(path, json={"description": None}))["description"] is None
    assert client.delete(path).status_code == 204
    for method in ("GET", "DELETE", "PATCH"):
        assert error(client.request(method, path), 404)["error_code"] == "NOT_FOUND"


def test_a_study_name_is_used_once_in_a_project(client, studies, monkeypatch):
    study = make_study(client, studies, "S")
    assert error(client.post(studies, json={"name": "S"}), 409)["detail"] == {
        "existing_id": study["id"]
    }
    other = make_study(client, studies, "T")
    assert error(client.patch(f"{studies}/{other['id']}", json={"name": "S"}), 409)
    elsewhere = made(client.post("/projects", json={"name": "P2"}))["id"]
    make_study(client, f"/projects/{elsewhere}/studies", "S")
    # The database holds it, too, when the look came too early.
    looks, refuse = [], records.refuse_same_name

    def look_too_early(*given):
        looks.append(given)
        if len(looks) > 1:
            refuse(*given)

    monkeypatch.setattr("ionworks_engine.routes.studies.refuse_same_name", look_too_early)
    assert error(client.post(studies, json={"name": "S"}), 409)["detail"] == {
        "existing_id": study["id"]
    }
    assert len(looks) == 2


def test_studies_are_filtered_ordered_and_cut(client, studies):
    for name in ("Discharge 1", "discharge_2", "Charge"):
        make_study(client, studies, name)
    assert names(client.get(f"{studies}?name=ilike.%25Discharge%25&order=asc")) == [
        "Discharge 1",
        "discharge_2",
    ]
    assert names(client.get(f"{studies}?name=eq.Charge")) == ["Charge"]
    assert names(client.get(f"{studies}?order_by=name&order=asc&limit=1&offset=1")) == [
        "Discharge 1"
    ]
    page = found(client.get(f"{studies}?limit=1"))
    assert (page["count"], page["total"]) == (1, 3)
    told = error(client.get(f"{studies}?nam=eq.x"), 422)["message"]
    assert "did you mean 'name'" in told
    assert "no operator" in error(client.get(f"{studies}?name=not.x"), 422)["message"]
    assert error(client.get("/projects/none/studies"), 404)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"name": ""}, 422),
        ({"name": None}, 422),
        ({"name": "S", "descripton": "x"}, 422),
        ({"name": "x" * 256}, 422),
        ([], 422),
    ],
)
def test_a_wrong_study_is_refused(client, studies, body, status):
    assert error(client.post(studies, json=body), status)
    assert names(client.get(studies)) == []


def test_a_study_of_another_project_is_not_here(client, studies):
    study = make_study(client, studies)
    other = made(client.post("/projects", json={"name": "P2"}))["id"]
    path = f"/projects/{other}/studies/{study['id']}"
    assert error(client.get(path), 404)
    assert error(client.patch(path, json={"name": "x"}), 404)
    assert error(client.delete(path), 404)
    assert found(client.get(f"{studies}/{study['id']}"))["name"] == study["name"]


def test_simulations_are_assigned_once_and_removed(client, project, studies):
    study = make_study(client, studies)
    run = make_run(client, project)
    path = f"{studies}/{study['id']}/simulations/{run}"
    assert found(client.get(f"/simulations/{run}"))["study_id"] is None
    first = found(client.post(path, json={}))
    assert (first["study_id"], first["simulation_id"]) == (study["id"], run)
    assert found(client.post(path)) == first
    assert found(client.get(f"{studies}/{study['id']}"))["simulation_count"] == 1
    assert found(client.get(f"/simulations/{run}"))["study_id"] == study["id"]
    listed = found(client.get(f"/simulations?study_id={study['id']}"))
    assert [each["id"] for each in listed["simulations"]] == [run]
    # In two studies, and then in the second only.
    other = make_study(client, studies, "Other")
    found(client.post(f"{studies}/{other['id']}/simulations/{run}"))
    assert found(client.get(f"/simulations/{run}"))["study_id"] == study["id"]
    for _ in range(2):
        assert client.delete(path).status_code == 204
    assert found(client.get(f"/simulations/{run}"))["study_id"] == other["id"]
    assert found(client.get(f"/simulations?study_id={study['id']}"))["total"] == 0
    assert client.delete(f"{studies}/{other['id']}").status_code == 204
    assert found(client.get(f"/simulations/{run}"))["study_id"] is None


def test_a_submission_joins_its_study(client, project, studies):
    study = make_study(client, studies)
    alone = make_run(client, project)
    again = make_run(client, project, study_id=study["id"])
    assert again == alone
    assert found(client.get(f"{studies}/{study['id']}"))["simulation_count"] == 1
    make_run(client, project, study_id=study["id"])
    assert found(client.get(f"{studies}/{study['id']}"))["simulation_count"] == 1
    template = client.template(REST)
    assert "no study" in error(client.submit(template, study_id="none"), 404)["message"]
    other = made(client.post("/projects", json={"name": "P2"}))["id"]
    foreign = make_study(client, f"/projects/{other}/studies")
    here = {"study_id": foreign["id"], "project_id": project}
    assert error(client.submit(template, **here), 404)
    assert found(client.get("/simulations"))["total"] == 1
    assert error(client.get("/simulations?study_id=none"), 404)


def test_a_submission_without_a_project_goes_into_that_of_its_study(client, project):
    other = made(client.post("/projects", json={"name": "P2"}))["id"]
    study = make_study(client, f"/projects/{other}/studies")
    there = make_run(client, project, study_id=study["id"])
    assert found(client.get(f"/simulations/{there}"))["project_id"] == other
    assert found(client.get(f"/projects/{other}/studies/{study['id']}"))["simulation_count"] == 1
    here = make_run(client, project)
    assert found(client.get(f"/simulations/{here}"))["project_id"] == project


def test_a_deleted_simulation_leaves_its_studies(client, project, studies):
    study = make_study(client, studies)
    run = make_run(client, project, study_id=study["id"])
    assert client.delete(f"/simulations/{run}").status_code == 204
    assert found(client.get(f"{studies}/{study['id']}"))["simulation_count"] == 0


def test_measurements_are_assigned_listed_and_removed(client, project, studies):
    study = make_study(client, studies)
    path = f"{studies}/{study['id']}/measurements"
    ids = [make_measurement(client, project, name) for name in ("a", "b", "c")]
    records = [found(client.post(f"{path}/{name}", json={})) for name in ids]
    assert found(client.post(f"{path}/{ids[0]}", json={})) == records[0]
    assert records[0]["measurement_id"] == ids[0]
    page = found(client.get(path))
    assert [item["name"] for item in page["items"]] == ["c", "b", "a"]
    assert (page["count"], page["total"]) == (3, 3)
    cut = found(client.get(f"{path}?limit=1&offset=1"))
    assert ([item["name"] for item in cut["items"]], cut["total"]) == (["b"], 3)
    assert found(client.get(f"{studies}/{study['id']}"))["measurement_count"] == 3
    for _ in range(2):
        assert client.delete(f"{path}/{ids[1]}").status_code == 204
    assert names(client.get(path)) == ["c", "a"]
    assert client.delete(f"{studies}/{study['id']}").status_code == 204
    assert error(client.get(path), 404)
    assert found(client.get(f"/cell_measurements/{ids[0]}"))["name"] == "a"
    assert rows_of(client, tables.study_measurements) == 0


def test_a_study_deleted_during_a_submission_gets_nothing(client, studies, monkeypatch):
    study = make_study(client, studies)
    plan = submissions.plan

    async def plan_and_lose_the_study(call):
        planned = await plan(call)
        with call.store.writing() as connection:
            connection.execute(delete(tables.studies))
        return planned

    monkeypatch.setattr(submissions, "plan", plan_and_lose_the_study)
    assert error(client.submit(client.template(REST), study_id=study["id"]), 404)
    assert rows_of(client, tables.simulations) == rows_of(client, tables.jobs) == 0
    assert rows_of(client, tables.study_simulations) == 0


def test_what_is_of_another_project_or_not_there_joins_no_study(client, studies):
    study = make_study(client, studies)
    other = made(client.post("/projects", json={"name": "P2"}))["id"]
    foreign = make_measurement(client, other, "foreign")
    path = f"{studies}/{study['id']}"
    refused = error(client.post(f"{path}/measurements/{foreign}"), 400)
    assert "another project" in refused["message"]
    assert "no measurement" in error(client.post(f"{path}/measurements/none"), 404)["message"]
    assert "no simulation" in error(client.post(f"{path}/simulations/none"), 404)["message"]
    assert error(client.post(f"{path}/simulations/x", json={"force": True}), 422)
    assert error(client.post(f"{studies}/none/measurements/{foreign}"), 404)
    assert error(client.delete(f"{studies}/none/measurements/{foreign}"), 404)
    assert found(client.get(path))["measurement_count"] == 0
