"""What an element may take at the most: of memory, and of time."""

import pytest
from ionworks_engine.jobs import memory, pipelines, tasks
from piped import engine, entry, problems, workers

MIB = 2**20
ROOM = 500 * MIB
"""Enough for a worker that does nothing."""


@pytest.fixture
def bench(tmp_path):
    with engine(tmp_path) as bench:
        yield bench


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


LONG = "x" * 10**6
FIT = {
    "element_type": "data_fit",
    "objectives": {"o": {"data": {"Time [s]": [0], "Current [A]": [1], "Voltage [V]": [4]}}},
    "parameters": {"Negative particle diffusivity [m2.s-1]": {"bounds": [1e-15, 1e-12]}},
}


@pytest.mark.parametrize(
    "element",
    [
        {**FIT, "optimizer": {"type": LONG}},
        {**FIT, "cost": {"type": LONG}},
        {**FIT, LONG: 1},
        {**FIT, **{f"key {i}": 1 for i in range(20_000)}},
        {**FIT, "objectives": {"o": {**FIT["objectives"]["o"], "type": LONG}}},
        {**FIT, "objectives": {"o": {"data": LONG}}},
        {**FIT, "objectives": {"o": {"data": f"db:{LONG}"}}},
        {**FIT, "objectives": {"o": {"data": {"data": {"Time [s]": [0]}, LONG: 1}}}},
        {**FIT, "objectives": {f"o {i}": None for i in range(20_000)}},
        {**FIT, "options": {"seed": LONG}},
        {**FIT, "multistarts": LONG},
        {"element_type": "calculation", "type": LONG},
        {"element_type": "entry", "name": LONG},
        {"element_type": "entry", "values": {LONG: None}},
    ],
)
@pytest.mark.parametrize("kind", ["pipelines", "simple_pipelines"])
def test_a_refusal_repeats_little_of_what_was_sent(bench, kind, element):
    submit = bench.submit if kind == "pipelines" else bench.submit_simple
    answer = submit({"a": element})
    assert answer.status_code in (404, 422)
    assert len(answer.content) < 100_000
    assert len(answer.json()["message"]) < 20_000


def test_a_refusal_says_that_there_is_more(bench):
    told = problems(bench.submit({"a": {**FIT, **{f"key {i}": 1 for i in range(30)}}}))
    assert sum(path.startswith("elements.a.key ") for path in told) == 20
    assert told["elements.a"] == "has 10 more unknown keys"
    objectives = dict.fromkeys(map(str, range(999)))
    many = problems(bench.submit_simple({"a": {**FIT, "objectives": objectives}}))
    assert len(many) == 101
    assert many["config.elements"] == "and more; mend these first"
