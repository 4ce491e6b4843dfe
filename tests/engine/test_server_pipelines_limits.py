"""What an element may take at the most: of memory, and of time."""

import pytest
from ionworks_engine.jobs import memory, pipelines, tasks
from piped import engine, entry, workers

MIB = 2**20
ROOM = 500 * MIB
"""Enough for a worker that does nothing."""


@pytest.mark.skipif(not memory.USED.exists(), reason="what is used cannot be seen here")
@pytest.mark.parametrize("kind", ["pipelines", "simple_pipelines"])
def test_an_element_that_takes_too_much_memory_is_stopped_and_says_what_to_do(tmp_path, kind):
    with engine(tmp_path, workers(1, memory_limit=ROOM)) as bench:
        submit = bench.submitted if kind == "pipelines" else bench.submitted_simple
        failed = bench.ended(submit({"a": entry(f"fill {4 * ROOM}")}), kind)
        assert (failed["status"], failed["error_code"]) == ("failed", "OUT_OF_MEMORY")
        assert f"MiB of memory used, {ROOM // MIB} MiB allowed. Make smaller" in failed["error"]
        assert "'population_size'" in failed["error"]
        after = bench.ended(submit({"a": entry()}), kind)
        assert after["status"] == "completed", "a limit is of one task"


def test_memory_that_is_refused_is_told_as_memory(tmp_path):
    with engine(tmp_path) as bench:
        failed = bench.ran({"a": entry("allocate")})
        assert (failed["status"], failed["error_code"]) == ("failed", "OUT_OF_MEMORY")
        assert "than there is for it: Unable to allocate 256. PiB. Make smaller" in failed["error"]


def test_every_task_of_a_pipeline_is_watched():
    free = {"simulate", "describe", "validate_model", "models"}
    assert tasks.TASKS.keys() - tasks.BOUNDED == free


def test_an_element_may_run_longer_than_a_simulation(tmp_path):
    with engine(tmp_path, workers(1, time_limit=0.3)) as bench:
        done = bench.ran({"a": entry("sleep 1")})
        assert (done["status"], done["error"]) == ("completed", None)
        simple = bench.ended(bench.submitted_simple({"a": entry("sleep 1")}), "simple_pipelines")
        assert simple["status"] == "completed"


def test_an_element_that_takes_too_long_is_told_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(pipelines, "TIME_LIMIT", 0.3)
    with engine(tmp_path, workers(1)) as bench:
        failed = bench.ran({"a": entry("sleep 60")})
        assert (failed["status"], failed["error_code"]) == ("failed", "EXECUTION_TIMEOUT")
        assert failed["error"].startswith(
            "a: The run was stopped after 0.3 s. The option 'maxtime'"
        )
