"""What happens to uploads: processed whole or not at all, whoever dies on the way."""

import time
from datetime import timedelta

import polars as pl
import pytest
from conftest import HERE, app_client
from ionworks_engine.jobs import memory
from ionworks_engine.jobs.processes import ProcessExecutor
from ionworks_engine.storage.tables import idempotency
from measured import engine, parquet, series
from sqlalchemy import update


@pytest.fixture
def lab(tmp_path):
    with engine(tmp_path) as lab:
        yield lab


def error(answer, status, *words):
    assert answer.status_code == status, answer.text
    for word in words:
        assert word in answer.json()["message"]
    return answer.json()


class TestUpload:
    def test_there_is_nothing_until_it_is_confirmed(self, lab):
        places = lab.initiate().json()
        assert [place["filename"] for place in places["uploads"]] == [
            "time_series.parquet",
            "steps.parquet",
        ]
        error(lab.get(lab.of(places["measurement_id"])), 404)
        assert lab.get(f"/cell_instances/{lab.cell}/cell_measurements").json()["total"] == 0

    def test_the_confirmed_measurement_is_pending_then_ready(self, lab):
        answer = lab.upload(series(), start_time="2026-05-08", tags=["a"])
        made = answer.json()
        assert made["processing_status"] in {"pending", "running"}
        assert made["steps_created"] == 0
        assert made["tags"] == ["a"]
        found = lab.settled(answer)
        assert found["processing_status"] == "ready"
        assert found["updated_at"] > made["updated_at"]
        # The upload was stored as it came, beside it stand steps and cycles.
        assert len(lab.files()) == 4

    @pytest.mark.parametrize(
        "capacity",
        [
            *({"value": 3, "unit": unit} for unit in ("mA.h", "mAh", "mA h", "mA·h")),
            {"value": 3000, "unit": "uAh"},
            {"value": 10.8, "unit": "C"},
            0.003,
        ],
        ids=str,
    )
    def test_the_rated_capacity_counts_in_any_unit(self, lab, capacity):
        body = {"ratings": {"capacity": capacity}}
        assert lab.patch(f"/cell_specifications/{lab.specification}", json=body).status_code == 200
        # At C/50 nothing rests, though a pulse of 5C is the measure without a rated capacity.
        pulsed = pl.DataFrame(
            {
                "Time [s]": [0.0, 3600.0, 3600.0, 3601.0],
                "Current [A]": [6e-5, 6e-5, 1.5e-2, 1.5e-2],
                "Voltage [V]": [4.0, 3.9, 3.8, 3.7],
                "Step count": [0, 0, 1, 1],
            }
        )
        made = lab.measured(pulsed)
        assert lab.table(made["id"], "steps")["Step type"][0] == "Constant current discharge"

    def test_what_was_not_uploaded_is_named(self, lab):
        places = lab.initiate().json()
        refused = lab.confirm(places["measurement_id"], {"name": "Cycling"})
        error(refused, 400, "time_series.parquet")

    def test_confirming_twice_tells_what_is_there(self, lab):
        places = lab.initiate().json()
        lab.send(places, {"time_series.parquet": parquet(series())})
        name = places["measurement_id"]
        assert lab.confirm(name, {"name": "Cycling"}).status_code == 200
        again = error(lab.confirm(name, {"name": "Cycling"}), 409)
        assert again["detail"]["existing_id"] == name

    def test_the_cell_of_the_confirmation_counts(self, lab):
        other = lab.new_cell("another one")
        places = lab.initiate().json()
        lab.send(places, {"time_series.parquet": parquet(series())})
        made = lab.confirm(places["measurement_id"], {"name": "C"}, other).json()
        assert made["cell_instance_id"] == other

    def test_an_unknown_upload_cannot_be_confirmed(self, lab):
        error(lab.confirm("nowhere", {"name": "Cycling"}), 404, "nowhere")

    @pytest.mark.parametrize(
        ("told", "status"),
        [
            ({"end_time": "2026-01-01", "start_time": "2026-02-01"}, 400),
            ({"channel_id": "c"}, 400),
            ({"protocol_id": "p"}, 404),
            ({"start_time": "x"}, 422),
            ({"tags": ["x" * 51]}, 400),
            ({"properties": {"a": {"value": 1, "unit": "no unit"}}}, 422),
        ],
    )
    def test_a_refused_confirmation_leaves_the_upload_to_be_confirmed_again(
        self, lab, told, status
    ):
        places = lab.initiate().json()
        lab.send(places, {"time_series.parquet": parquet(series())})
        name = places["measurement_id"]
        error(lab.confirm(name, {"name": "Cycling", **told}), status)
        error(lab.get(lab.of(name)), 404)
        assert lab.settled(lab.confirm(name, {"name": "Cycling"}))["processing_status"] == "ready"

    def test_a_taken_name_is_refused_before_the_upload_and_after(self, lab):
        places = lab.initiate().json()
        first = lab.measured()["id"]
        assert error(lab.initiate(), 409)["detail"]["existing_id"] == first
        lab.send(places, {"time_series.parquet": parquet(series())})
        late = error(lab.confirm(places["measurement_id"], {"name": "Cycling"}), 409)
        assert late["detail"]["existing_id"] == first

    def test_a_cell_deleted_during_the_upload_is_named(self, lab):
        cell = lab.new_cell("short-lived")
        places = lab.initiate(cell=cell).json()
        lab.send(places, {"time_series.parquet": parquet(series())})
        lab.delete(f"/cell_instances/{cell}")
        error(lab.confirm(places["measurement_id"], {"name": "C"}, cell), 404, "cell instance")


class TestFailure:
    def test_what_is_refused_says_why_and_keeps_no_file(self, lab):
        why = lab.refused(series().with_columns(pl.col("Time [s]").reverse()))
        assert "[time_not_monotonic]" in why
        assert lab.files() == set()

    @pytest.mark.parametrize("part", ["steps/download", "cycles", "steps_and_cycles"])
    def test_there_are_no_tables_then(self, lab, part):
        made = lab.settled(lab.upload(b"no parquet"))
        error(lab.get(f"{lab.of(made['id'])}/{part}"), 404, "no readable Parquet file")
        ask = {"include_steps": "true"}
        error(lab.get(lab.of(made["id"]), params=ask), 404, "no readable Parquet file")

    def test_steps_of_another_series_are_refused(self, lab):
        why = lab.refused(series(), steps=pl.DataFrame({"Step count": [0, 1]}))
        assert "steps.parquet has 2 rows, the series 4 steps" in why

    def test_a_failed_measurement_does_not_hold_its_name(self, lab):
        failed = lab.settled(lab.upload(b"no parquet"))
        made = lab.measured()
        assert made["id"] != failed["id"]
        error(lab.get(lab.of(failed["id"])), 404)
        assert lab.get(f"/cell_instances/{lab.cell}/cell_measurements").json()["total"] == 1

    def test_nor_against_values_or_a_new_name(self, lab):
        lab.upload(b"no parquet", name="A")
        lab.upload(b"no parquet either", name="B")
        while lab.get("/jobs/").json()[0]["status"] in {"pending", "processing"}:
            time.sleep(0.01)
        path = f"/cell_instances/{lab.cell}/cell_measurements/create"
        made = lab.post(path, json={"name": "A", "properties": {}})
        assert made.status_code == 201
        answer = lab.patch(lab.of(made.json()["id"]), json={"name": "B"})
        assert answer.status_code == 200
        assert lab.get(f"/cell_instances/{lab.cell}/cell_measurements").json()["total"] == 1

    def test_an_upload_that_vanished_is_named(self, tmp_path):
        with engine(tmp_path, slow) as lab:
            answer = lab.upload(series(Hold=1.0))
            store = lab.app.state.services.store
            for name in store.files.names():
                store.files.path(name).unlink()
            assert "no longer in the store" in lab.settled(answer)["processing_error"]


class TestExtend:
    def test_later_rows_are_added_and_everything_derived_anew(self, lab):
        whole = series(cycles=3)
        made = lab.measured(whole.head(30))
        found = lab.settled(lab.extend(made["id"], whole.slice(30)))
        assert (found["processing_status"], found["processing_error"]) == ("ready", None)
        assert found["updated_at"] > made["updated_at"]
        assert lab.table(made["id"], "time_series").equals(whole)
        expected = lab.measured(whole, name="Whole")["id"]
        assert lab.table(made["id"], "steps").equals(lab.table(expected, "steps"))
        cycles = [lab.get(f"{lab.of(name)}/cycles").json() for name in (made["id"], expected)]
        assert cycles[0] == cycles[1]

    def test_row_by_row_it_comes_to_the_same(self, lab):
        whole = series(cycles=1, points=5)
        made = lab.measured(whole.head(2))["id"]
        for row in range(2, 10):
            found = lab.settled(lab.extend(made, whole.slice(row, 1)))
            assert found["processing_error"] is None
        assert lab.table(made, "time_series").equals(whole)
        assert len(lab.files()) == 4

    @pytest.mark.parametrize(
        ("more", "word"),
        [
            (series().slice(11, 11), "time_not_monotonic"),
            (series().slice(22).drop("Cycle count"), "Cycle count"),
            (
                series().slice(22).with_columns(pl.lit(float("inf")).alias("Voltage [V]")),
                "infinite",
            ),
            (b"no parquet", "time_series_extend.parquet is no readable Parquet"),
            (
                parquet(series().slice(22))[:-20],
                "time_series_extend.parquet is no readable Parquet",
            ),
        ],
        ids=["earlier", "columns", "infinite", "no parquet", "cut off"],
    )
    def test_what_is_refused_leaves_the_series_as_it_was(self, lab, more, word):
        made = lab.measured(series(cycles=1))["id"]
        before = {part: lab.table(made, part) for part in ("time_series", "steps")}
        files = lab.files()
        found = lab.settled(lab.extend(made, more))
        assert found["processing_status"] == "ready"
        assert word in found["processing_error"]
        assert lab.files() == files
        for part, table in before.items():
            assert lab.table(made, part).equals(table)
        found = lab.settled(lab.extend(made, series().slice(22)))
        assert found["processing_error"] is None
        assert lab.table(made, "time_series").equals(series())

    def test_only_a_ready_series_that_runs_is_extended(self, lab):
        path = "/initiate-extend"
        ended = lab.measured(name="A", start_time="2026-01-01", end_time="2026-01-02")["id"]
        error(lab.post(lab.of(ended) + path, json={}), 409, "ended")
        failed = lab.settled(lab.upload(b"x", name="B"))["id"]
        error(lab.post(lab.of(failed) + path, json={}), 409, "failed")
        error(lab.post(lab.of("nowhere") + path, json={}), 404)
        values = f"/cell_instances/{lab.cell}/cell_measurements/create"
        made = lab.post(values, json={"name": "V", "properties": {}}).json()["id"]
        error(lab.post(lab.of(made) + path, json={}), 400, "time series")

    def test_one_extension_at_a_time(self, lab):
        made = lab.measured(series(cycles=1))["id"]
        path = f"{lab.of(made)}/initiate-extend"
        places = lab.post(path, json={}).json()
        error(lab.post(path, json={}), 409, "on its way", "can be replaced from")
        lab.send(places, {"time_series_extend.parquet": parquet(series().slice(22))})
        answer = lab.post(f"{lab.of(made)}/confirm-extend", json={})
        assert lab.settled(answer)["processing_error"] is None
        assert lab.post(path, json={}).status_code == 200

    def test_one_whose_sender_died_can_be_replaced(self, lab, monkeypatch):
        made = lab.measured(series(cycles=1))["id"]
        lab.post(f"{lab.of(made)}/initiate-extend", json={})
        monkeypatch.setattr("ionworks_engine.measurements.intake._REPLACEABLE_AFTER", timedelta(0))
        found = lab.settled(lab.extend(made, series().slice(22)))
        assert found["processing_error"] is None

    def test_it_must_be_initiated_and_sent(self, lab):
        made = lab.measured(series(cycles=1))["id"]
        error(lab.post(f"{lab.of(made)}/confirm-extend", json={}), 404)
        lab.post(f"{lab.of(made)}/initiate-extend", json={})
        refused = lab.post(f"{lab.of(made)}/confirm-extend", json={})
        error(refused, 400, "time_series_extend.parquet")

    @pytest.mark.parametrize("lost", [False, True])
    def test_a_confirmation_that_is_sent_again_adds_the_rows_once(self, lab, lost):
        made = lab.measured(series(cycles=1))["id"]
        places = lab.post(f"{lab.of(made)}/initiate-extend", json={}).json()
        lab.send(places, {"time_series_extend.parquet": parquet(series().slice(22))})
        ask = {"json": {}, "headers": {"Idempotency-Key": "k-1"}}
        first = lab.post(f"{lab.of(made)}/confirm-extend", **ask)
        assert lab.settled(first)["processing_error"] is None
        if lost:
            with lab.app.state.services.store.writing() as connection:
                connection.execute(update(idempotency).values(status=None, answer=None))
        again = lab.post(f"{lab.of(made)}/confirm-extend", **ask)
        if lost:
            assert error(again, 409)["detail"]["existing_id"] == made
        else:
            assert again.json() == first.json()
        assert lab.table(made, "time_series").equals(series())

    def test_a_test_that_ended_meanwhile_is_not_extended(self, lab):
        made = lab.measured(series(cycles=1), start_time="2026-01-01")["id"]
        places = lab.post(f"{lab.of(made)}/initiate-extend", json={}).json()
        lab.send(places, {"time_series_extend.parquet": parquet(series().slice(22))})
        lab.patch(lab.of(made), json={"end_time": "2026-01-03"})
        error(lab.post(f"{lab.of(made)}/confirm-extend", json={}), 409, "ended")


def slow():
    """Workers that take their time over series with a column called ``Hold``."""
    return ProcessExecutor(1, tasks="fake_ingest", search_path=[HERE], memory_limit=1 << 30)


def begun(lab, name):
    """Wait until a worker has written its half of a file."""
    give_up = time.monotonic() + 30
    while not list(lab.aside.iterdir()):
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.01)
    assert lab.get(lab.of(name)).json()["processing_status"] == "running"


@pytest.fixture
def held(tmp_path, monkeypatch):
    """An engine with one worker, which waits until the file ``go`` is there."""
    monkeypatch.setenv("FAKE_INGEST_GATE", str(tmp_path / "go"))
    with engine(tmp_path / "store", slow) as lab:
        lab.gate = tmp_path / "go"
        lab.aside = tmp_path / "store" / "files" / "aside"
        yield lab


class TestWorkers:
    def test_while_it_runs_its_data_are_refused(self, held):
        name = held.upload(series(Hold=1.0)).json()["id"]
        begun(held, name)
        for part in ("steps/download", "time_series/download", "cycles", "steps_and_cycles"):
            error(held.get(f"{held.of(name)}/{part}"), 409, "it is running")
        error(held.get(held.of(name), params={"include_steps": "true"}), 409, "it is running")
        error(held.post(f"{held.of(name)}/initiate-extend", json={}), 409, "processed")
        assert held.get(held.of(name), params={"include_steps": "false"}).status_code == 200
        error(held.initiate(), 409, "named 'Cycling'")
        held.gate.touch()
        assert held.settled(held.get(held.of(name)))["processing_status"] == "ready"

    def test_a_worker_killed_over_it_is_replaced_and_the_work_done_again(self, held):
        answer = held.upload(series(Hold=1.0))
        name = answer.json()["id"]
        begun(held, name)
        kill_worker(held)
        held.gate.touch()
        assert held.settled(answer)["processing_status"] == "ready"
        assert held.table(name, "time_series").equals(series(Hold=1.0))
        assert list(held.aside.iterdir()) == []
        assert len(held.files()) == 4

    def test_what_kills_every_worker_fails_in_the_end(self, held):
        answer = held.upload(series(Die=1.0))
        found = held.settled(answer)
        assert found["processing_status"] == "failed"
        assert "SIGKILL" in found["processing_error"]
        assert held.files() == set()

    @pytest.mark.skipif(not memory.USED.exists(), reason="here nobody tells what a process uses")
    def test_what_takes_too_much_memory_is_stopped_once_and_named(self, held):
        sent = series(Grow=1.0)
        found = held.settled(held.upload(sent))
        assert found["processing_status"] == "failed"
        told = found["processing_error"]
        assert f"The upload of {len(parquet(sent)):,} bytes is too large" in told
        assert "MiB of memory used, 1024 MiB allowed" in told
        assert held.gate.read_text() == "x", "it was tried again"
        assert held.files() == set()
        held.gate.touch()
        assert held.measured(name="The next")["processing_status"] == "ready"

    def test_what_is_given_no_memory_is_not_tried_again_either(self, held):
        answer = held.upload(series(Abort=1.0))
        assert "is too large to be processed" in held.settled(answer)["processing_error"]

    def test_what_is_wrong_a_thousand_times_is_told_in_short(self, held):
        wide = series().with_columns(pl.lit("a").alias(f"Channel {n} [V]") for n in range(2000))
        told = held.settled(held.upload(wide.drop("Time [s]")))["processing_error"]
        assert len(told) < 5000
        assert "more letters" in told

    def test_deleting_it_stops_the_worker(self, held):
        name = held.upload(series(Hold=1.0)).json()["id"]
        begun(held, name)
        assert held.delete(held.of(name)).status_code == 204
        assert held.get("/jobs/").json() == []
        held.gate.touch()
        made = held.measured(series(cycles=1))
        assert len(held.files()) == 4
        assert held.table(made["id"], "time_series").height == 22

    def test_a_canceled_job_is_a_failed_measurement(self, held):
        name = held.upload(series(Hold=1.0)).json()["id"]
        begun(held, name)
        job = held.get("/jobs/").json()[0]["job_id"]
        assert held.post(f"/jobs/{job}/cancel").status_code == 200
        found = held.get(held.of(name)).json()
        assert found["processing_status"] == "failed"
        assert found["processing_error"] == "Canceled on request."
        held.gate.touch()
        held.measured()
        error(held.get(held.of(name)), 404)

    def test_what_was_sent_for_a_canceled_extension_goes_with_the_next(self, held):
        held.gate.touch()
        whole = series(Hold=1.0)
        name = held.measured(whole.head(22))["id"]
        held.gate.unlink()
        held.extend(name, whole.slice(22, 11))
        begun(held, name)
        (job,) = (each for each in held.get("/jobs/").json() if each["status"] == "processing")
        assert held.post(f"/jobs/{job['job_id']}/cancel").status_code == 200
        held.gate.touch()
        assert held.settled(held.extend(name, whole.slice(22)))["processing_error"] is None
        assert held.table(name, "time_series").equals(whole)
        assert len(held.files()) == 4

    def test_a_canceled_extension_leaves_the_series(self, held):
        held.gate.touch()
        whole = series(Hold=1.0)
        name = held.measured(whole.head(22))["id"]
        held.gate.unlink()
        held.extend(name, whole.slice(22))
        begun(held, name)
        held.post(f"/jobs/{held.get('/jobs/').json()[0]['job_id']}/cancel")
        found = held.get(held.of(name)).json()
        assert (found["processing_status"], found["processing_error"]) == (
            "ready",
            "Canceled on request.",
        )
        assert held.table(name, "time_series").equals(whole.head(22))
        held.gate.touch()
        assert held.settled(held.extend(name, whole.slice(22)))["processing_error"] is None
        assert held.table(name, "time_series").equals(whole)

    def test_an_engine_that_stops_takes_it_up_again(self, tmp_path, monkeypatch):
        monkeypatch.setenv("FAKE_INGEST_GATE", str(tmp_path / "go"))
        with engine(tmp_path / "store", slow) as lab:
            lab.aside = tmp_path / "store" / "files" / "aside"
            name = lab.upload(series(Hold=1.0)).json()["id"]
            begun(lab, name)
        (tmp_path / "go").touch()
        with app_client(tmp_path / "store", executor=slow) as again:
            give_up = time.monotonic() + 30
            while (found := again.get(f"/cell_measurements/{name}").json())[
                "processing_status"
            ] != "ready":
                assert found["processing_status"] != "failed", found["processing_error"]
                assert time.monotonic() < give_up
                time.sleep(0.02)
            assert again.get(f"/cell_measurements/{name}/cycles").status_code == 200


def kill_worker(lab):
    """End the worker of the engine, by its process."""
    executor = lab.app.state.services.jobs._executor
    [process] = [w._process for w in executor._workers if w._process is not None]
    process.kill()
