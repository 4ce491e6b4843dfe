"""Simulations over the API: submitted, found again, waited for, downloaded, removed."""

import io
import math
import time

import polars as pl
import pytest
from conftest import app_client, fake_workers

THICKNESS = "Positive electrode thickness [m]"
RATE = """
steps:
  - Discharge: {mode: C-rate, value: 'input["Rate"]', ends: [Voltage < 2.5]}
"""
REST = "steps: [{Rest: {duration: 60}}]"


@pytest.fixture
def client(tmp_path):
    with app_client(tmp_path) as client:
        yield client


def grid(*values, name=THICKNESS):
    row = {"type": "discrete", "name": name, "values": list(values)}
    return {"sampling": "grid", "rows": [row]}


def accepted(answer):
    assert answer.status_code == 201, answer.text
    return answer.json()


def problems(answer):
    assert answer.status_code == 422, answer.text
    return {each["path"]: each["message"] for each in answer.json()["detail"]["errors"]}


def count(client):
    return client.get("/simulations").json()["total"]


def parquet(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    return pl.read_parquet(io.BytesIO(answer.content))


# Submitting


def test_a_run_is_submitted_and_its_record_says_everything(client):
    template = client.template(RATE, "Slow discharge")
    [submitted] = accepted(
        client.submit(template, {"Rate": "0.5"}, extra_variables=["Current [A]"])
    )
    assert submitted["already_existed"] is False
    assert submitted["experiment_parameters"] == {"Rate": 0.5}
    [run] = client.wait([submitted])
    assert run["id"] == submitted["simulation_id"]
    assert run["job_id"] == submitted["job_id"]
    assert (run["status"], run["error"], run["name"]) == ("completed", None, "Slow discharge")
    assert run["experiment_parameters"] == {"Rate": 0.5}
    assert run["extra_variables"] == ["Current [A]"]
    assert run["storage_folder"]
    assert run["simulation_data"] is None
    assert run["protocol_id"] == run["experiment_template_id"] == template
    assert run["experiment_template"] == {"id": template, "name": "Slow discharge"}
    assert run["parameterized_model"] == {
        "id": "system-chen2020-spm",
        "name": "Chen2020 SPM",
        "model_id": "system-spm",
    }
    job = client.get(f"/jobs/{run['job_id']}").json()
    assert (job["status"], job["is_terminal"], job["is_failed"]) == ("completed", True, False)
    assert job["result"] == {"simulation_id": run["id"]}
    assert client.get("/jobs/").json() == [job]


def test_answers_come_in_the_order_of_design_points(client):
    values = [3e-5, 1e-5, 2e-5]
    batch = accepted(client.submit(client.template(REST), design_parameters_doe=grid(*values)))
    assert [each["design_parameters"] for each in batch] == [{THICKNESS: v} for v in values]
    for each, run in zip(batch, client.wait(batch), strict=True):
        assert run["design_parameters"] == each["design_parameters"]


def test_conditions_lie_over_what_all_share(client):
    conditions = [
        {"experiment_parameters": {"Rate": 2}, "design_parameters": {THICKNESS: "8e-5"}},
        {"experiment_parameters": {"Initial SOC": 0.5}},
    ]
    batch = accepted(client.submit(client.template(RATE), {"Rate": 1}, conditions=conditions))
    assert [each["experiment_parameters"] for each in batch] == [
        {"Rate": 2.0},
        {"Rate": 1.0, "Initial SOC": 0.5},
    ]
    assert [each["design_parameters"] for each in batch] == [{THICKNESS: 8e-5}, {}]


def test_identical_runs_are_answered_with_the_existing_one(client):
    first = accepted(client.submit(client.template(RATE), {"Rate": 1}))
    client.wait(first)
    again = accepted(client.submit(client.template(RATE + "# said otherwise"), {"Rate": 1.0}))
    assert again[0]["already_existed"] is True
    assert again[0]["simulation_id"] == first[0]["simulation_id"]
    other = accepted(client.submit(client.template(RATE), {"Rate": 2}))
    assert other[0]["already_existed"] is False
    assert count(client) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"model": "system-chen2020-spme"},
        {"extra_variables": ["Current [A]"]},
        {"max_backward_jumps": 5},
        {"design_parameters_doe": grid(7e-5)},
    ],
)
def test_whatever_may_change_the_result_makes_another_run(client, more):
    template = client.template(REST)
    first = accepted(client.submit(template))
    other = accepted(client.submit(template, **more))
    assert other[0]["already_existed"] is False
    assert other[0]["simulation_id"] != first[0]["simulation_id"]


def test_counts_that_no_database_holds_are_refused(client):
    told = problems(client.submit(client.template(REST), max_backward_jumps=10**30))
    assert "1000000" in told["max_backward_jumps"]
    assert accepted(client.submit(client.template(REST), max_backward_jumps=1_000_000))
    assert client.get(f"/simulations?offset={10**17}").json()["simulations"] == []
    assert client.get(f"/simulations?offset={10**30}").status_code == 422
    asked = {"simulation_ids": ["none"], "offset": 10**30, "limit": 1}
    assert client.post("/simulations/statuses", json=asked).json() == []
    design = {"sampling": "random", "count": 10**30}
    design["rows"] = [{"type": "range", "name": THICKNESS, "min": 1e-5, "max": 2e-5}]
    told = problems(client.submit(client.template(REST), design_parameters_doe=design))
    assert "10,000" in " ".join(told.values())


def test_equal_points_of_one_batch_are_one_run(client):
    batch = accepted(client.submit(client.template(REST), design_parameters_doe=grid(1e-5, 1e-5)))
    assert batch[0]["simulation_id"] == batch[1]["simulation_id"]
    assert [each["already_existed"] for each in batch] == [False, True]
    assert count(client) == 1


def test_a_run_that_failed_is_run_again(client, monkeypatch):
    import fake_tasks

    template = client.template(REST)
    with monkeypatch.context() as patched:
        patched.setitem(fake_tasks.TASKS, "simulate", None)
        failed = accepted(client.submit(template))
        assert client.wait(failed)[0]["status"] == "failed"
    again = accepted(client.submit(template))
    assert again[0]["already_existed"] is False
    assert client.wait(again)[0]["status"] == "completed"


def test_an_inline_model_and_a_quick_model_run_without_being_saved(client):
    inline = {"model_id": "system-spm", "parameters": {THICKNESS: 7e-5}}
    quick = {"quick_model": {"capacity": 5, "chemistry": "lfp/graphite"}}
    for model in (inline, quick):
        before = client.get("/parameterized_models").json()["total"]
        [run] = client.wait(accepted(client.submit(client.template(REST), model=model)))
        assert run["status"] == "completed"
        assert run["parameterized_model_id"] is run["parameterized_model"] is None
        assert client.get("/parameterized_models").json()["total"] == before
    assert run["model_name"] == "LFP/Graphite 5 A.h"


def test_a_run_without_a_project_goes_to_that_of_its_protocol(client):
    other = client.post("/projects", json={"name": "Other"}).json()["id"]
    [run] = client.wait(accepted(client.submit(client.template(REST, project=other))))
    assert run["project_id"] == other


# Refusing


BAD = {
    "design": (
        {"design_parameters_doe": grid(1, name="Positive electrode thicknes [m]")},
        "design_parameters_doe.rows[0].name",
        "did you mean 'Positive electrode thickness [m]'",
    ),
    "condition": (
        {"conditions": [{}, {"design_parameters": {"Thickness": 1}}]},
        "conditions[1].design_parameters.Thickness",
        "is not a parameter of this model",
    ),
    "function": (
        {"design_parameters_doe": grid(1, name="Negative electrode OCP [V]")},
        "design_parameters_doe.rows[0].name",
        "is a function",
    ),
    "temperature": (
        {"design_parameters_doe": grid(300, name="Ambient temperature [K]")},
        "design_parameters_doe.rows[0].name",
        "set by the protocol",
    ),
    "text": (
        {"conditions": [{"design_parameters": {THICKNESS: "thin"}}]},
        f"conditions[0].design_parameters.{THICKNESS}",
        "'thin' is not a number",
    ),
    "not finite": (
        {"conditions": [{"design_parameters": {THICKNESS: "nan"}}]},
        f"conditions[0].design_parameters.{THICKNESS}",
        "'nan' is not a finite number",
    ),
    "variable": (
        {"extra_variables": ["Voltage [V]", "Curent [A]"]},
        "extra_variables[1]",
        "did you mean 'Current [A]'",
    ),
    "range": (
        {
            "design_parameters_doe": {
                "sampling": "grid",
                "rows": [{"type": "range", "name": THICKNESS, "min": 2, "max": 1, "count": 3}],
            }
        },
        "design_parameters_doe.rows[0].min",
        "",
    ),
    "both": (
        {"design_parameters_doe": grid(1e-5), "conditions": [{}]},
        "design_parameters_doe",
        "not both",
    ),
    "extra input": ({"inputs": {"Rate": 1, "Raet": 2}}, "experiment_parameters['Raet']", "Rate"),
    "missing input": ({"inputs": {}}, "steps[0].Discharge.value", "no value"),
    "no number": ({"inputs": {"Rate": "fast"}}, "experiment_parameters['Rate']", "'fast'"),
    "condition's input": (
        {"conditions": [{}, {"experiment_parameters": {"Rate": -1}}]},
        "conditions[1]",
        "steps[0].Discharge.value",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named_and_leaves_nothing(client, name):
    more, path, words = BAD[name]
    more = dict(more)
    inputs = more.pop("inputs", {"Rate": 1})
    found = problems(client.submit(client.template(RATE), inputs, **more))
    assert path in found
    assert words in found[path]
    assert count(client) == 0
    assert client.get("/experiment_templates").json()["total"] == 0
    assert client.get("/jobs/").json() == []


def test_a_huge_design_is_refused_before_it_is_expanded(client):
    rows = [
        {"type": "range", "name": name, "min": 1e-5, "max": 2e-5, "count": 3200}
        for name in (THICKNESS, "Negative electrode thickness [m]")
    ]
    started = time.perf_counter()
    design = {"sampling": "grid", "rows": rows}
    found = problems(client.submit(client.template(REST), design_parameters_doe=design))
    assert time.perf_counter() - started < 5
    assert "10,240,000" in str(found)
    assert "10,000" in str(found)


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"model": "none"}, "parameterized model 'none'"),
        ({"model": {"model_id": "none", "parameters": {"a": 1}}}, "model 'none'"),
        ({"template": "none"}, "saved protocol 'none'"),
        ({"project_id": "none"}, "project 'none'"),
    ],
)
def test_what_is_not_there_is_named(client, more, what):
    more = {"template": client.template(REST), **more}
    answer = client.submit(more.pop("template"), **more)
    assert answer.status_code == 404
    assert what in answer.json()["message"]


def test_a_cell_that_cannot_be_built_is_refused(client):
    model = {"model_id": "system-spm", "parameters": {"broken": 1}}
    found = problems(client.submit(client.template(REST), model=model))
    assert found == {"parameterized_model.parameters": "There is no parameter 'broken'."}


def test_an_unknown_chemistry_is_told_once_with_those_there_are(client):
    quick = {"quick_model": {"capacity": 5.0, "chemistry": "NaCl/Graphite"}}
    answer = client.submit(client.template(REST), model=quick)
    found = problems(answer)
    assert list(found) == ["parameterized_model.quick_model.chemistry"]
    assert answer.json()["message"].count("quick_model") == 1
    assert "'NaCl/Graphite'" in answer.json()["message"]
    assert "NMC/Graphite" in answer.json()["message"]
    assert "LFP/Li metal" in answer.json()["message"]


REPEATED = """
steps:
  - Rest: {duration: 1}
  - Life:
      repeat: 'input["Lives"]'
      steps:
        - Pulses:
            repeat: 'input["Pulses"]'
            steps: [{Rest: {duration: 1}}, {Rest: {duration: 1}}]
"""


@pytest.mark.parametrize(
    ("lives", "pulses", "path", "total"),
    [
        (1000000000, 1, "steps[1].Life", "2,000,000,000"),
        (1, 50_001, "steps[1].Life.steps[0].Pulses", "100,002"),
        (250, 201, "steps[1].Life", "100,500"),
        (250, 200, "steps", "100,001"),
    ],
)
def test_repeats_beyond_what_a_run_may_have_are_refused(client, lives, pulses, path, total):
    inputs = {"Lives": lives, "Pulses": pulses}
    found = problems(client.submit(client.template(REPEATED), inputs))
    assert list(found) == [path]
    assert f"{total} steps" in found[path]
    assert "at most 100,000" in found[path]
    assert count(client) == 0


def test_the_longest_run_there_may_be_is_accepted(client):
    from ionworks_engine import lengths
    from ionworks_engine.battery import interpreter

    assert lengths.MOST_STEPS == interpreter.MOST_STEPS
    longest = {"Lives": 1, "Pulses": 49_999}
    assert accepted(client.submit(client.template(REPEATED), longest))


# Finding and reading


def test_lists_are_the_newest_first_and_cut(client):
    template = client.template(REST)
    batch = accepted(client.submit(template, design_parameters_doe=grid(1e-5, 2e-5, 3e-5)))
    study = client.post(f"/projects/{client.project()}/studies", json={"name": "Rates"}).json()[
        "id"
    ]
    other = accepted(client.submit(client.template(RATE), {"Rate": 1}, study_id=study))
    client.wait(batch + other)
    ids = [each["simulation_id"] for each in (*batch, *other)]
    everything = client.get("/simulations").json()
    assert [run["id"] for run in everything["simulations"]] == ids[::-1]
    assert everything["model_scalar_parameters"] == {}
    page = client.get("/simulations?limit=2&offset=1").json()
    assert ([run["id"] for run in page["simulations"]], page["total"]) == (ids[::-1][1:3], 4)
    by_template = client.get(f"/simulations?experiment_template_id={template}").json()
    assert by_template["total"] == 3
    assert client.get(f"/simulations?study_id={study}").json()["total"] == 1
    by_model = "/simulations?parameterized_model_id=system-chen2020-spm"
    assert client.get(by_model).json()["total"] == 4
    assert client.get(f"{by_model}&study_id={study}").status_code == 422
    for state, total in {"completed": 4, "queued": 0, "running": 0, "failed": 0}.items():
        assert client.get(f"/simulations?state={state}").json()["total"] == total
    run = client.get("/simulations?limit=1&summary=true").json()["simulations"][0]
    assert "metrics" not in run


def test_statuses_of_many_come_in_the_order_of_asking(client):
    batch = accepted(client.submit(client.template(REST), design_parameters_doe=grid(1e-5, 2e-5)))
    client.wait(batch)
    ids = [each["simulation_id"] for each in batch]
    asked = {"simulation_ids": [ids[1], "unknown", ids[0]]}
    found = client.post("/simulations/statuses", json=asked).json()
    assert [each["simulation_id"] for each in found] == ids[::-1]
    assert {each["status"] for each in found} == {"completed"}
    part = client.post("/simulations/statuses", json={**asked, "offset": 1, "limit": 2}).json()
    assert [each["simulation_id"] for each in part] == [ids[0]]


def test_results_are_parquet_and_for_older_clients_columns(client):
    [run] = client.wait(accepted(client.submit(client.template(RATE), {"Rate": 1})))
    path = f"/simulations/{run['id']}"
    series = parquet(client.get(f"{path}/time_series/download"))
    steps = parquet(client.get(f"{path}/steps/download"))
    columns = client.get(f"{path}/result").json()
    assert columns["time_series"] == series.to_dict(as_series=False)
    assert columns["steps"] == steps.to_dict(as_series=False)
    assert columns["metrics"] == run["metrics"]


def test_columns_never_hold_what_json_cannot(client, monkeypatch):
    import fake_tasks

    real = fake_tasks.simulate

    def with_gaps(request):
        return real({**request, "inputs": {"value": math.nan}})

    monkeypatch.setitem(fake_tasks.TASKS, "simulate", with_gaps)
    [run] = client.wait(accepted(client.submit(client.template(REST))))
    columns = client.get(f"/simulations/{run['id']}/result").json()
    assert columns["time_series"]["Voltage [V]"] == [4.0, None]


def test_unknown_simulations_and_jobs_are_not_found(client):
    for path in ("", "/result", "/time_series/download", "/steps/download"):
        assert client.get(f"/simulations/none{path}").status_code == 404
    assert client.delete("/simulations/none").status_code == 404
    assert client.get("/jobs/none").status_code == 404
    assert client.post("/jobs/none/cancel").status_code == 404


# Removing


def stored(client):
    folder = client.app.state.services.store.files.path("00" * 32).parents[1]
    return [path for path in folder.rglob("*") if path.is_file()]


def test_deleting_a_run_deletes_its_files_unless_another_names_them(client):
    # The fake's time series is the same for both runs, and so is one file.
    template = client.template(REST)
    batch = accepted(client.submit(template, design_parameters_doe=grid(1e-5, 2e-5)))
    first, second = client.wait(batch)
    assert len(stored(client)) == 2
    assert client.delete(f"/simulations/{first['id']}").status_code == 204
    assert client.get(f"/simulations/{first['id']}").status_code == 404
    assert client.get(f"/jobs/{first['job_id']}").status_code == 404
    assert parquet(client.get(f"/simulations/{second['id']}/time_series/download")).height == 2
    assert client.delete(f"/simulations/{second['id']}").status_code == 204
    assert stored(client) == []
    again = accepted(client.submit(template, design_parameters_doe=grid(1e-5)))
    assert again[0]["already_existed"] is False


# With workers of their own


@pytest.fixture
def slow(tmp_path, monkeypatch):
    """An engine whose runs sleep for as many seconds as their input says."""
    monkeypatch.setenv("FAKE_RUNS", "sleep")
    with app_client(tmp_path, executor=lambda: fake_workers(1)) as client:
        yield client


SLEEP = "steps: [{Rest: {duration: 'input[\"seconds\"]'}}]"


def until_running(client, name):
    give_up = time.monotonic() + 10
    while client.get(f"/simulations/{name}").json()["status"] != "processing":
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_a_run_that_is_not_ready_says_so(slow):
    [submitted] = accepted(slow.submit(slow.template(SLEEP), {"seconds": 60}))
    answer = slow.get(f"/simulations/{submitted['simulation_id']}/time_series/download")
    assert (answer.status_code, answer.json()["error_code"]) == (404, "NOT_FOUND")
    assert "not ready" in answer.json()["message"]
    again = accepted(slow.submit(slow.template(SLEEP), {"seconds": 60}))
    assert again[0]["already_existed"] is True


def test_canceling_ends_a_run_and_lets_it_be_run_again(slow):
    template = slow.template(SLEEP)
    batch = accepted(
        slow.submit(
            template,
            {"seconds": 60},
            conditions=[{}, {"experiment_parameters": {"seconds": 61}}],
        )
    )
    until_running(slow, batch[0]["simulation_id"])
    for each in batch:
        job = slow.post(f"/jobs/{each['job_id']}/cancel", json={}).json()
        assert (job["status"], job["error_code"]) == ("canceled", "CANCELED")
        assert (job["is_terminal"], job["is_failed"]) == (True, True)
        assert slow.post(f"/jobs/{each['job_id']}/cancel").json() == job
    assert slow.get("/simulations?state=failed").json()["total"] == 2
    again = accepted(slow.submit(template, {"seconds": 60}))
    assert again[0]["already_existed"] is False
    short = accepted(slow.submit(template, {"seconds": 0.01}))
    slow.delete(f"/simulations/{again[0]['simulation_id']}")
    assert slow.wait(short)[0]["status"] == "completed"


def test_deleting_a_run_that_runs_stops_it(slow):
    template = slow.template(SLEEP)
    [long] = accepted(slow.submit(template, {"seconds": 60}))
    until_running(slow, long["simulation_id"])
    assert slow.delete(f"/simulations/{long['simulation_id']}").status_code == 204
    short = accepted(slow.submit(template, {"seconds": 0.01}))
    assert slow.wait(short, seconds=20)[0]["status"] == "completed"


def test_runs_survive_the_engine(tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_RUNS", "sleep")
    with app_client(tmp_path, executor=lambda: fake_workers(1)) as client:
        batch = accepted(
            client.submit(
                client.template(SLEEP),
                {"seconds": 0.4},
                conditions=[{}, {"design_parameters": {THICKNESS: 1e-5}}],
            )
        )
        until_running(client, batch[0]["simulation_id"])
    with app_client(tmp_path, executor=lambda: fake_workers(1)) as client:
        assert [run["status"] for run in client.wait(batch)] == ["completed"] * 2
