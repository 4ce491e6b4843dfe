"""Pipelines survive what happens to workers and engines, and tell how far they are."""

import asyncio
import json
import subprocess
import sys

import pytest
from ionworks_engine.jobs.progress import Progress
from ionworks_engine.storage import tables
from piped import HERE, engine, entry, workers
from sqlalchemy import func, select, update
from stored import open_store

KILLED = """
import json, os, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from piped import engine, workers
from stored import open_store
log = Path(sys.argv[3])
with engine(Path(sys.argv[1]), workers()) as bench:
    pipeline = bench.submitted(json.loads(sys.argv[4]))
    simple = bench.submitted_simple({"s": json.loads(sys.argv[4])["b"]})
    while not (log.exists() and log.read_text() == "xx"):
        time.sleep(0.01)
    elements = f"/pipelines/{pipeline['id']}/elements"
    bench.until(elements, lambda rows: rows[1]["status"] == "running")
    bench.until(f"/simple_pipelines/{simple['id']}", lambda found: found["status"] == "running")
    print(pipeline["id"], simple["id"], flush=True)
    os.kill(os.getpid(), 9)
"""


def test_an_engine_that_is_killed_continues_where_it_was(tmp_path):
    log = tmp_path / "log"
    elements = {
        "a": entry(**{"A [m]": 1.0}),
        "b": entry(f"count {log} 1", **{"B [m]": 2.0}),
        "c": entry(**{"C [m]": 3.0}),
    }
    command = [sys.executable, "-c", KILLED, str(tmp_path / "store"), str(HERE), str(log)]
    ended = subprocess.run(
        [*command, json.dumps(elements)], capture_output=True, text=True, timeout=60, check=False
    )
    pipeline, simple = ended.stdout.split()
    with engine(tmp_path / "store", workers()) as bench:
        done = bench.ended({"id": pipeline})
        assert (done["status"], done["error"]) == ("completed", None)
        rows = bench.elements(pipeline)
        attempts = {name: attempts_of(bench, row["job_id"]) for name, row in rows.items()}
        assert attempts == {"a": 1, "b": 2, "c": 1}
        values = {"A [m]": 1.0, "B [m]": 2.0, "C [m]": 3.0}
        assert bench.result(pipeline)["result"] == {"parameter_values": values}
        again = bench.ended({"id": simple}, "simple_pipelines")
        assert again["result"]["parameter_values"] == {"B [m]": 2.0}
        assert log.read_text() == "xxxx"
        # Each element has left its two files once, and nothing that nobody names lies about.
        store = bench.app.state.services.store
        with store.reading() as connection:
            count = select(func.count()).select_from(tables.element_files)
            assert connection.scalar(count) == 8
            named = set(connection.scalars(select(tables.element_files.c.content)))
        assert bench.files() == named


def attempts_of(bench, job):
    query = select(tables.jobs.c.attempts).where(tables.jobs.c.id == job)
    with bench.app.state.services.store.reading() as connection:
        return connection.scalar(query)


def test_an_element_whose_worker_dies_is_run_again(tmp_path):
    with engine(tmp_path / "store", workers(1)) as bench:
        elements = {"a": entry(), "b": entry(f"die {tmp_path / 'mark'}"), "c": entry()}
        done = bench.ran(elements)
        assert done["status"] == "completed"
        assert attempts_of(bench, bench.elements(done["id"])["b"]["job_id"]) == 2


def test_an_element_that_kills_every_worker_fails_and_the_rest_is_skipped(tmp_path):
    with engine(tmp_path / "store", workers(1)) as bench:
        failed = bench.ran({"a": entry("die"), "b": entry()})
        assert failed["status"] == "failed"
        assert failed["error"].startswith("a: The worker process was ended by signal SIGKILL")
        assert bench.elements(failed["id"])["b"]["status"] == "skipped"


def test_an_engine_that_stops_gives_its_element_back(tmp_path):
    log = tmp_path / "log"
    with engine(tmp_path / "store", workers()) as bench:
        pipeline = bench.submitted({"a": entry(f"count {log} 60"), "b": entry()})
        bench.until(f"/pipelines/{pipeline['id']}", lambda _: log.exists())
    with engine(tmp_path / "store", workers()) as bench:
        bench.until(
            f"/pipelines/{pipeline['id']}",
            lambda found: log.read_text() == "xx" and found["status"] == "running",
        )
        assert attempts_of(bench, bench.elements(pipeline["id"])["a"]["job_id"]) == 1


def test_a_pipeline_whose_job_was_given_up_has_failed(tmp_path):
    with engine(tmp_path, workers()) as bench:
        pipeline = bench.submitted({"a": entry("sleep 60"), "b": entry()})
        bench.until(f"/pipelines/{pipeline['id']}", lambda found: found["status"] == "running")
    store = open_store(tmp_path)
    with store.writing() as connection:
        lost = {"status": "processing", "attempts": 3, "lease_owner": "gone"}
        connection.execute(update(tables.jobs).values(lost))
    store.close()
    with engine(tmp_path, workers()) as bench:
        found = bench.pipeline(pipeline["id"])
        assert (found["status"], found["error_code"]) == ("failed", "INTERNAL_ERROR")
        assert found["error"].startswith("a: The engine ended 3 times")
        assert bench.elements(pipeline["id"])["b"]["status"] == "skipped"


LOST_ANSWER = """
import json, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from piped import engine
from ionworks_engine.idempotency import Repeats

Repeats._remember = lambda *_: os.kill(os.getpid(), 9)
with engine(Path(sys.argv[1])) as bench:
    bench.post(sys.argv[3], json=json.loads(sys.argv[4]), headers={"idempotency-key": "k"})
"""


@pytest.mark.parametrize("path", ["/pipelines", "/simple_pipelines"])
def test_a_create_whose_answer_was_lost_is_told_what_it_made(tmp_path, path):
    with engine(tmp_path) as bench:
        elements = {"elements": {"a": entry()}}
        body = elements if path == "/pipelines" else {"config": elements}
        body = {"project_id": bench.project, **body}
    command = [sys.executable, "-c", LOST_ANSWER, str(tmp_path), str(HERE), path, json.dumps(body)]
    assert subprocess.run(command, check=False, timeout=60).returncode == -9
    with engine(tmp_path) as bench:
        answer = bench.post(path, json=body, headers={"idempotency-key": "k"})
        assert answer.status_code == 409
        made = answer.json()["detail"]["existing_id"]
        assert bench.get(f"{path}/{made}").status_code == 200
        assert bench.get(path, params={"project_id": bench.project}).json()["total"] == 1


# Progress


@pytest.fixture
def busy(tmp_path):
    with engine(tmp_path, workers()) as bench:
        yield bench


def told(bench, pipeline):
    [row] = bench.elements(pipeline["id"]).values()
    return row["progress"]


@pytest.mark.parametrize("options", [{}, {"live_progress_updates": True}, None])
def test_an_element_tells_how_far_it_is_while_it_runs(busy, options):
    pipeline = busy.submitted({"a": entry("tell 60")}, options=options)
    path = f"/pipelines/{pipeline['id']}/elements"
    [row] = busy.until(path, lambda rows: rows[0]["progress"])
    assert row["status"] == "running"
    assert row["progress"] == {"best_cost": 0.5, "iteration": 3}
    simple = busy.submitted_simple({"a": entry("tell 60")}, options=options)
    path = f"/simple_pipelines/{simple['id']}"
    found = busy.until(path, lambda found: found["progress"])
    assert (found["status"], found["progress"]) == ("running", {"best_cost": 0.5, "iteration": 3})


def test_who_wants_no_progress_gets_none(busy):
    options = {"live_progress_updates": False}
    pipeline = busy.submitted({"a": entry("tell 0.5")}, options=options)
    seen = []
    busy.until(
        f"/pipelines/{pipeline['id']}",
        lambda found: seen.append(told(busy, pipeline)) or found["is_terminal"],
    )
    assert set(map(str, seen)) == {"None"}
    request = busy.result(pipeline["id"])["element_results"]["a"]["request"]
    assert request["live"] is False


def test_progress_is_written_now_and_then_and_merged():
    async def play():
        written = []
        progress = Progress(written.append, interval=0.2)
        for iteration in range(5):
            progress.tell({"progress": {"iteration": iteration}})
            progress.tell({"progress": {"best_cost": -iteration}})
        first = list(written)
        await asyncio.sleep(0.5)
        progress.tell({"something": "else"})
        progress.tell({"progress": {"iteration": 9}})
        progress.tell({"progress": {"iteration": 10}})
        progress.close()
        closed = list(written)
        await asyncio.sleep(0.3)
        assert written == closed
        return first, written[1:]

    first, later = asyncio.run(play())
    assert first == [{"iteration": 0}]
    assert [each["iteration"] for each in later] == [4, 9, 10]
    assert {each["best_cost"] for each in later} == {-4}


def test_progress_that_cannot_be_stored_stops_nothing(caplog):
    def fail(_):
        raise OSError("disk full")

    async def play():
        Progress(fail).tell({"progress": {"iteration": 1}})

    asyncio.run(play())
    assert "Progress could not be stored" in caplog.text
