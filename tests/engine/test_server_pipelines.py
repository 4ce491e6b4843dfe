"""Pipelines over the API: submitted, run in order, watched, canceled, removed."""

import subprocess
import sys
import time

import pytest
from ionworks_engine.parameterization.submission import MOST_ELEMENTS
from ionworks_engine.storage import tables
from piped import engine, entry, problems, workers
from sqlalchemy import func, select
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.schema import CreateTable


@pytest.fixture
def bench(tmp_path):
    with engine(tmp_path) as bench:
        yield bench


@pytest.fixture
def busy(tmp_path):
    """An engine whose elements run beside it."""
    with engine(tmp_path, workers()) as bench:
        yield bench


def statuses(bench, pipeline):
    return {name: each["status"] for name, each in bench.elements(pipeline["id"]).items()}


# Submitting and running


def test_a_new_pipeline_is_pending_and_says_everything(bench):
    elements = {"z": entry(), "a": entry("fail")}
    options = {"live_progress_updates": True}
    found = bench.submitted(elements, name=" Fit ", description="of a cell", options=options)
    assert (found["status"], found["is_terminal"], found["is_failed"]) == ("pending", False, False)
    assert (found["name"], found["description"]) == ("Fit", "of a cell")
    assert found["options"] == options
    assert found["project_id"] == bench.project
    assert found["config"] == {"elements": elements}
    assert found["progress"] == {"completed": 0, "total": 2, "running": None}
    assert (found["error"], found["error_code"]) == (None, None)
    assert found["created_at"] == found["updated_at"]


def test_a_pipeline_without_a_name_is_given_one(bench):
    assert bench.submitted({"a": entry()})["name"].startswith("Pipeline of 20")
    assert bench.submitted_simple({"a": entry()})["name"].startswith("Simple pipeline of 20")


def test_elements_run_in_the_order_of_their_keys_and_hand_their_parameters_on(bench):
    names = ["z", "a", "m"]
    done = bench.ran({name: entry(**{f"{name} [m]": i, "B": i}) for i, name in enumerate(names)})
    assert done["status"] == "completed"
    assert done["progress"] == {"completed": 3, "total": 3, "running": None}
    assert list(bench.pipeline(done["id"])["config"]["elements"]) == names
    rows = bench.get(f"/pipelines/{done['id']}/elements").json()
    assert [(row["name"], row["element_order"]) for row in rows] == [("z", 1), ("a", 2), ("m", 3)]
    result = bench.result(done["id"])
    assert list(result["element_results"]) == names
    assert [each["request"]["order"] for each in result["element_results"].values()] == [names] * 3
    assert result["result"] == {"parameter_values": {"z [m]": 0, "B": 2, "a [m]": 1, "m [m]": 2}}
    assert result["element_results"]["a"]["parameter_values"] == {"a [m]": 1, "B": 1}


@pytest.mark.parametrize("dialect", [sqlite, postgresql, mysql], ids=lambda each: each.__name__)
def test_what_is_stored_is_text_that_no_database_reorders(dialect):
    for table in (tables.pipelines, tables.simple_pipelines):
        made = str(CreateTable(table).compile(dialect=dialect.dialect()))
        assert {"config TEXT NOT NULL", "inputs TEXT NOT NULL"} <= {
            line.strip(", \t").replace(' COLLATE "C"', "") for line in made.splitlines()
        }


def test_elements_say_where_they_stand_and_what_was_assumed(bench):
    done = bench.ran({"first": {**entry(), "element_type": "Direct Entry"}, "second": entry()})
    first = bench.elements(done["id"])["first"]
    assert first["element_type"] == "entry"
    assert first["assumptions"] == ["first was faked"]
    assert (first["status"], first["is_terminal"], first["is_failed"]) == ("completed", True, False)
    assert first["pipeline_id"] == done["id"]
    job = bench.get(f"/jobs/{first['job_id']}").json()
    assert (job["status"], job["job_type"]) == ("completed", "pipeline_element")
    assert job["result"] == {"pipeline_id": done["id"], "element": "first"}


def test_after_a_failure_the_rest_is_skipped_and_what_finished_stays(bench):
    elements = {"one": entry(), "two": entry("fail no anode"), "three": entry(), "four": entry()}
    failed = bench.ran(elements)
    assert (failed["status"], failed["is_failed"]) == ("failed", True)
    assert (failed["error"], failed["error_code"]) == ("two: no anode", "CONFIGURATION_ERROR")
    assert failed["progress"] == {"completed": 1, "total": 4, "running": None}
    rows = bench.elements(failed["id"])
    found = [(row["status"], row["is_terminal"], row["is_failed"]) for row in rows.values()]
    assert found == [
        ("completed", True, False),
        ("failed", True, True),
        ("skipped", True, False),
        ("skipped", True, False),
    ]
    assert rows["two"]["error"] == "no anode"
    assert rows["three"]["job_id"] is None
    assert list(bench.result(failed["id"])["element_results"]) == ["one"]


def test_an_element_that_waits_for_a_worker_is_pending(tmp_path):
    with engine(tmp_path, workers(1)) as bench:
        long = bench.submitted({"a": entry("sleep 60")})
        bench.until(f"/pipelines/{long['id']}", lambda found: found["status"] == "running")
        behind, simple = bench.submitted({"a": entry()}), bench.submitted_simple({"a": entry()})
        store = bench.app.state.services.store
        leased = select(func.count()).where(tables.jobs.c.lease_owner.is_not(None))
        give_up = time.monotonic() + 20
        while True:
            with store.reading() as connection:
                if connection.scalar(leased) == 3:
                    break
            assert time.monotonic() < give_up
        found = bench.pipeline(behind["id"])
        assert (found["status"], found["progress"]["running"]) == ("pending", None)
        assert statuses(bench, behind) == {"a": "pending"}
        assert bench.get(f"/simple_pipelines/{simple['id']}").json()["status"] == "pending"


def test_a_job_is_made_when_the_turn_of_its_element_comes(busy):
    pipeline = busy.submitted({"long": entry("sleep 60"), "next": entry()})
    path = f"/pipelines/{pipeline['id']}"
    running = busy.until(path, lambda found: found["status"] == "running")
    assert running["progress"] == {"completed": 0, "total": 2, "running": "long"}
    rows = busy.elements(pipeline["id"])
    assert (rows["long"]["status"], rows["next"]["status"]) == ("running", "pending")
    assert rows["long"]["job_id"]
    assert rows["next"]["job_id"] is None
    assert rows["next"]["is_terminal"] is False
    assert busy.result(pipeline["id"]) == {
        "result": {"parameter_values": {}},
        "element_results": {},
    }


def test_a_pipeline_of_nothing_is_complete(bench):
    empty = bench.submitted({})
    assert (empty["status"], empty["is_terminal"]) == ("completed", True)
    assert empty["progress"] == {"completed": 0, "total": 0, "running": None}
    assert bench.get(f"/pipelines/{empty['id']}/elements").json() == []
    assert bench.post(f"/pipelines/{empty['id']}/cancel").json()["status"] == "completed"
    assert bench.result(empty["id"])["element_results"] == {}


def test_a_pipeline_has_so_many_elements_at_most(bench):
    most = {str(i): entry() for i in range(MOST_ELEMENTS + 1)}
    assert list(problems(bench.submit(most))) == ["elements"]


def test_a_bug_fails_the_element_in_words(bench):
    failed = bench.ran({"odd": entry("break")})
    assert failed["error"] == "odd: ZeroDivisionError: a bug"
    assert failed["error_code"] == "INTERNAL_ERROR"


def test_two_pipelines_run_at_once(busy):
    long = busy.submitted({"long": entry("sleep 60"), "after": entry()})
    busy.until(f"/pipelines/{long['id']}", lambda found: found["status"] == "running")
    assert busy.ran({"short": entry(), "last": entry()})["status"] == "completed"
    assert busy.pipeline(long["id"])["status"] == "running"


def test_a_retried_create_makes_one_pipeline(bench):
    headers = {"idempotency-key": "once"}
    body = {"project_id": bench.project, "elements": {"a": entry()}}
    first, second = (bench.post("/pipelines", json=body, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert bench.get("/pipelines", params={"project_id": bench.project}).json()["total"] == 1


def test_the_server_runs_without_what_its_workers_need():
    code = (
        "import sys, tempfile; from pathlib import Path; from ionworks_engine import create_app;"
        "create_app(Path(tempfile.mkdtemp()));"
        "import ionworks_engine.parameterization.submission;"
        "print({'pybamm', 'casadi', 'scipy', 'pints'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


# Canceling, changing, removing


def test_cancel_stops_the_element_under_way_and_skips_the_rest(busy):
    elements = {"done": entry(), "long": entry("sleep 60"), "never": entry()}
    pipeline = busy.submitted(elements)
    path = f"/pipelines/{pipeline['id']}"
    busy.until(path, lambda found: found["progress"]["running"] == "long")
    canceled = busy.post(f"{path}/cancel", json={}).json()
    assert (canceled["status"], canceled["is_failed"]) == ("canceled", True)
    assert (canceled["error"], canceled["error_code"]) == ("Canceled on request.", "CANCELED")
    assert statuses(busy, pipeline) == {"done": "completed", "long": "canceled", "never": "skipped"}
    assert list(busy.result(pipeline["id"])["element_results"]) == ["done"]
    # Its worker is free again.
    assert busy.ran({"a": entry()})["status"] == "completed"
    assert busy.post(f"{path}/cancel").json()["status"] == "canceled"


def test_cancel_before_anything_ran_skips_all_but_the_first(busy):
    blocked = [busy.submitted({"long": entry("sleep 60")}) for _ in range(40)]
    waiting = busy.submitted({"first": entry(), "second": entry()})
    canceled = busy.post(f"/pipelines/{waiting['id']}/cancel").json()
    assert canceled["status"] == "canceled"
    assert statuses(busy, waiting) == {"first": "canceled", "second": "skipped"}
    for each in blocked:
        busy.post(f"/pipelines/{each['id']}/cancel")


def test_canceling_the_job_of_an_element_cancels_the_pipeline(busy):
    pipeline = busy.submitted({"long": entry("sleep 60"), "never": entry()})
    path = f"/pipelines/{pipeline['id']}"
    busy.until(path, lambda found: found["status"] == "running")
    job = busy.elements(pipeline["id"])["long"]["job_id"]
    assert busy.post(f"/jobs/{job}/cancel").json()["status"] == "canceled"
    assert busy.ended(pipeline)["status"] == "canceled"
    assert statuses(busy, pipeline)["never"] == "skipped"


def test_what_has_ended_stays_when_it_is_canceled(bench):
    done = bench.ran({"a": entry()})
    assert bench.post(f"/pipelines/{done['id']}/cancel").json() == bench.pipeline(done["id"])
    assert bench.pipeline(done["id"])["status"] == "completed"


def test_a_pipeline_is_renamed_and_described(bench):
    done = bench.ran({"a": entry()}, name="before", description="old")
    path = f"/pipelines/{done['id']}"
    changed = bench.patch(path, json={"name": "after"}).json()
    assert (changed["name"], changed["description"]) == ("after", "old")
    assert changed["status"] == "completed"
    assert bench.patch(path, json={"description": None}).json()["description"] is None
    for wrong in ({}, {"name": " "}, {"name": None}, {"status": "failed"}):
        assert bench.patch(path, json=wrong).status_code == 422


def test_a_deleted_pipeline_leaves_nothing(bench):
    done = bench.ran({"a": entry("fit"), "b": entry()})
    job = bench.elements(done["id"])["a"]["job_id"]
    assert bench.files()
    assert bench.delete(f"/pipelines/{done['id']}").status_code == 204
    for path in ("", "/elements", "/result"):
        assert bench.get(f"/pipelines/{done['id']}{path}").status_code == 404
    assert bench.get(f"/jobs/{job}").status_code == 404
    assert bench.get(f"/jobs/{job}/metadata").status_code == 404
    assert bench.files() == set()
    assert bench.delete(f"/pipelines/{done['id']}").status_code == 404


def test_a_deleted_pipeline_that_runs_is_stopped(busy):
    one = {"long": entry("sleep 60"), "after": entry()}
    blocked = [busy.submitted(one) for _ in range(2)]
    for each in blocked:
        busy.until(f"/pipelines/{each['id']}", lambda found: found["status"] == "running")
    for each in blocked:
        assert busy.delete(f"/pipelines/{each['id']}").status_code == 204
    # Both workers were at it: only if they were stopped there is one for this.
    assert busy.ran({"a": entry()})["status"] == "completed"
    assert busy.get("/jobs/").json()[-1]["status"] == "completed"


def test_a_deleted_project_takes_its_pipelines_along(bench):
    other = bench.post("/projects", json={"name": "Other"}).json()["id"]
    gone = bench.ran({"a": entry("fit")}, project_id=other)
    simple = bench.submitted_simple({"a": entry("fit")}, project_id=other)
    bench.ended(simple, "simple_pipelines")
    kept = bench.ran({"a": entry(**{"A [m]": 2.0})})
    assert bench.delete(f"/projects/{other}").status_code == 204
    assert bench.get(f"/pipelines/{gone['id']}").status_code == 404
    assert bench.get(f"/simple_pipelines/{simple['id']}").status_code == 404
    assert len(bench.get("/jobs/").json()) == 1
    assert len(bench.files()) == 2
    assert bench.result(kept["id"])["result"] == {"parameter_values": {"A [m]": 2.0}}
