"""Jobs survive what happens to workers and engines, and say what it was."""

import asyncio
import os
import signal
import time
from pathlib import Path

import polars as pl
import pytest
from conftest import all_ended, enqueue, fake_workers, job, run_of, until, with_jobs
from ionworks_engine.jobs import memory
from ionworks_engine.jobs.executor import OutOfTime, WorkerDied
from ionworks_engine.storage import queue
from ionworks_engine.storage.tables import jobs as jobs_table
from sqlalchemy import update
from stored import open_store


def play(store, *runs, **options):
    """Enqueue runs, let them end, return their job rows."""
    ids = enqueue(store, *runs)

    async def scenario(_jobs):
        await until(lambda: all_ended(store, ids))

    with_jobs(store, scenario, **options)
    return [job(store, i) for i in ids]


def frames_of(store, row):
    run = run_of(store, row.id)
    return [
        pl.read_parquet(store.files.path(name)) for name in (run.time_series_file, run.steps_file)
    ]


def test_a_finished_run_leaves_its_frames_and_metrics(store):
    [row] = play(store, {"value": 2.75})
    run = run_of(store, row.id)
    assert (row.status, row.error, row.lease_owner) == ("completed", None, None)
    assert row.result == {"simulation_id": run.id}
    assert run.storage_folder == f"simulations/{run.id}"
    assert run.metrics == {"affinity": "cell"}
    assert frames_of(store, row)[0]["Voltage [V]"].to_list() == [4.0, 2.75]


def test_a_failed_run_keeps_its_frames_and_names_the_step(store):
    [row] = play(store, {"do": "fail"})
    assert (row.status, row.error_code) == ("failed", "SOLVER_ERROR")
    assert row.error == "steps[1].Charge: IDA_BAD_K"
    assert frames_of(store, row)[0].height == 2
    assert run_of(store, row.id).storage_folder is None


def test_refusals_and_bugs_end_a_job_in_words(store):
    refused, broken = play(store, {"do": "refuse"}, {"do": "break"})
    assert (refused.error_code, refused.error) == ("CONFIGURATION_ERROR", "The cell has no anode.")
    assert (broken.error_code, broken.error) == ("INTERNAL_ERROR", "ZeroDivisionError: a bug")


def test_a_library_that_prints_does_not_break_the_protocol(store):
    assert [row.status for row in play(store, {"do": "print"}, {})] == ["completed"] * 2


def test_a_worker_that_dies_once_costs_a_retry(store, tmp_path):
    runs = [{"do": "die once", "mark": str(tmp_path / "mark")}, *({"value": i} for i in range(6))]
    rows = play(store, *runs)
    assert [row.status for row in rows] == ["completed"] * 7
    assert [row.attempts for row in rows] == [2, 1, 1, 1, 1, 1, 1]


def test_a_poisonous_job_ends_and_takes_no_other_with_it(store):
    rows = play(store, {"do": "die"}, {}, {}, executor=lambda: fake_workers(1))
    assert [row.status for row in rows] == ["failed", "completed", "completed"]
    assert rows[0].attempts == queue.MAX_ATTEMPTS
    assert "SIGKILL" in rows[0].error


def test_a_run_that_takes_too_long_is_stopped(store):
    executor = lambda: fake_workers(1, time_limit=0.4)  # noqa: E731
    rows = play(store, {"do": "sleep", "seconds": 60}, {}, executor=executor)
    assert [row.status for row in rows] == ["failed", "completed"]
    assert rows[0].error_code == "EXECUTION_TIMEOUT"
    assert "0.4 s" in rows[0].error


def test_a_task_that_may_take_longer_does():
    async def scenario():
        executor = fake_workers(1, time_limit=0.3)
        try:
            nap = {"do": "sleep", "seconds": 1.0}
            longer = await request(executor, "a", nap, time_limit=60.0)
            with pytest.raises(OutOfTime, match="stopped after 0"):
                await request(executor, "a", nap)
            return longer.error
        finally:
            await executor.close()

    assert asyncio.run(scenario()) is None


def test_workers_that_cannot_start_fail_the_job_with_their_last_words(store):
    [row] = play(store, {}, executor=lambda: fake_workers_of("no_such_tasks"))
    assert row.status == "failed"
    assert "no_such_tasks" in row.error


def fake_workers_of(tasks):
    from ionworks_engine.jobs.processes import ProcessExecutor

    return ProcessExecutor(1, tasks=tasks)


def test_cancel_stops_pending_and_running_jobs_and_spares_the_rest(store):
    ids = enqueue(store, {"do": "sleep", "seconds": 60}, {"value": 1}, {"value": 2}, {"value": 3})

    async def scenario(jobs):
        await until(lambda: job(store, ids[0]).status == "processing")
        await asyncio.sleep(0.4)
        with store.writing() as connection:
            assert jobs.cancel(connection, ids[0])
            assert jobs.cancel(connection, ids[2])
        await until(lambda: all_ended(store, ids))
        with store.writing() as connection:
            assert not jobs.cancel(connection, ids[0])

    started = time.monotonic()
    with_jobs(store, scenario, executor=lambda: fake_workers(1))
    assert time.monotonic() - started < 10
    assert [job(store, i).status for i in ids] == ["canceled", "completed", "canceled", "completed"]
    assert run_of(store, ids[2]).time_series_file is None


def test_a_cancel_that_is_rolled_back_leaves_the_job_running(store):
    [name] = enqueue(store, {"do": "sleep", "seconds": 0.5})

    async def scenario(jobs):
        await until(lambda: job(store, name).status == "processing")
        with store.writing() as connection:
            assert jobs.cancel(connection, name)
            connection.rollback()
        await until(lambda: all_ended(store, [name]))

    with_jobs(store, scenario)
    assert job(store, name).status == "completed"


def test_a_worker_killed_from_outside_is_replaced(store):
    ids = enqueue(store, {"value": 1})

    async def scenario(jobs):
        await until(lambda: all_ended(store, ids))
        pid = frames_of(store, job(store, ids[0]))[1]["Pid"][0]
        os.kill(pid, signal.SIGKILL)
        more = enqueue(store, {"value": 2}, {"value": 3})
        jobs.wake()
        await until(lambda: all_ended(store, more))
        return [job(store, i).status for i in more]

    assert with_jobs(store, scenario) == ["completed", "completed"]


def test_closing_gives_unfinished_jobs_back(store):
    ids = enqueue(store, *({"do": "sleep", "seconds": 60} for _ in range(5)))

    async def scenario(_jobs):
        await until(lambda: job(store, ids[0]).status == "processing")

    with_jobs(store, scenario)
    assert {(job(store, i).status, job(store, i).attempts) for i in ids} == {("pending", 0)}


def test_jobs_of_an_engine_that_was_killed_run_at_the_next_start(tmp_path):
    store = open_store(tmp_path)
    [left, poisonous] = enqueue(store, {"value": 2.5}, {})
    with store.writing() as connection:
        queue.claim(connection, "gone", "2999-01-01", 2)
        queue.begin(connection, "gone", [left, poisonous], store.now())
        connection.execute(
            update(jobs_table).where(jobs_table.c.id == poisonous).values(attempts=3)
        )
    store.close()

    store = open_store(tmp_path)

    async def scenario(_jobs):
        await until(lambda: all_ended(store, [left, poisonous]))

    with_jobs(store, scenario)
    assert job(store, left).status == "completed"
    assert job(store, poisonous).status == "failed"
    assert "3 times" in job(store, poisonous).error
    store.close()


def test_waiting_behind_others_is_no_attempt(tmp_path):
    """Engines that are killed again and again: the job they run is given up, no other."""
    [running, *waiting] = ids = enqueue(store := open_store(tmp_path), *({} for _ in range(4)))
    for engine in ("one", "two", "three"):
        with store.writing() as connection:
            queue.reclaim(connection, store.now(), lapsed_before=None)
            claimed = queue.claim(connection, engine, "2999-01-01", 16)
            queue.begin(connection, engine, [running], store.now())
        assert [row.id for row in claimed] == ids
        assert [job(store, i).status for i in ids] == ["processing", *["pending"] * 3]
    with store.writing() as connection:
        queue.reclaim(connection, store.now(), lapsed_before=None)
    assert {(job(store, i).status, job(store, i).attempts) for i in waiting} == {("pending", 0)}
    assert (job(store, running).status, job(store, running).attempts) == ("failed", 3)
    store.close()


def test_what_waits_for_a_worker_is_pending_and_nobody_elses(store):
    async def scenario(jobs):
        long, *waiting = ids = enqueue(store, {"do": "sleep", "seconds": 60}, {}, {})
        jobs.wake()
        await until(lambda: job(store, long).status == "processing")
        await until(lambda: job(store, waiting[1]).lease_owner)
        with store.writing() as connection:
            assert queue.claim(connection, "other", "2999-01-01", 16) == []
        found = [(job(store, i).status, job(store, i).attempts) for i in ids]
        with store.writing() as connection:
            jobs.cancel(connection, long)
        await until(lambda: all_ended(store, ids))
        return found, [job(store, i).attempts for i in waiting]

    found, attempts = with_jobs(store, scenario, executor=lambda: fake_workers(1))
    assert found == [("processing", 1), ("pending", 0), ("pending", 0)]
    assert attempts == [1, 1]


def test_a_lease_that_lapses_while_the_engine_runs_is_taken_over(store):
    async def scenario(_jobs):
        ids = enqueue(store, {})
        with store.writing() as connection:
            queue.claim(connection, "other", store.now(), 1)
        await until(lambda: all_ended(store, ids))
        return job(store, ids[0]).status

    assert with_jobs(store, scenario, lease=0.3) == "completed"


def test_a_long_run_keeps_its_lease(store):
    [row] = play(store, {"do": "sleep", "seconds": 1.2}, lease=0.3)
    assert (row.status, row.attempts) == ("completed", 1)


def test_results_that_cannot_be_stored_fail_the_jobs_and_stop_nothing(store, monkeypatch):
    ids = enqueue(store, {})

    async def scenario(jobs):
        monkeypatch.setattr(store.files, "put", full_disk)
        await until(lambda: all_ended(store, ids))
        monkeypatch.undo()
        more = enqueue(store, {"value": 9})
        jobs.wake()
        await until(lambda: all_ended(store, more))
        return job(store, more[0]).status

    assert with_jobs(store, scenario) == "completed"
    assert "No space left" in job(store, ids[0]).error


def full_disk(_content):
    raise OSError(28, "No space left on device")


def test_work_of_one_cell_stays_with_one_worker():
    """Two cells that alternate in the queue: each worker keeps to its own."""

    async def scenario():
        executor = fake_workers(2)
        slow = {"do": "sleep", "seconds": 0.03}
        try:
            await asyncio.gather(*(request(executor, cell, slow) for cell in "xyxyxy" * 5))
            runs = [request(executor, cell, slow) for cell in "xy" * 20]
            return await asyncio.gather(*runs)
        finally:
            await executor.close()

    pids = {"x": [], "y": []}
    for reply in asyncio.run(scenario()):
        pids[reply.content["metrics"]["affinity"]].append(pid_of(reply))
    for cell in pids.values():
        assert max(cell.count(pid) for pid in cell) >= 17


def pid_of(reply):
    return pl.read_parquet(reply.blobs[1])["Pid"][0]


def request(executor, cell, inputs=None, **options):
    order = {"cell": {"name": cell}, "inputs": inputs or {}}
    return executor.run("simulate", order, affinity=cell, **options)


def test_urgent_work_does_not_wait_for_long_runs():
    long = {"do": "sleep", "seconds": 60}

    async def scenario():
        executor = fake_workers(1)
        tasks = [asyncio.create_task(request(executor, "a", long)) for _ in "abc"]
        await asyncio.sleep(0.5)
        try:
            question = executor.run("describe", {"cell": {}}, urgent=True)
            return await asyncio.wait_for(question, timeout=10)
        finally:
            for task in tasks:
                task.cancel()
            await executor.close()

    assert asyncio.run(scenario()).content["nominal_capacity"] == 5.0


def test_short_work_does_not_wait_behind_long_work_while_a_worker_is_idle():
    async def scenario():
        executor = fake_workers(2)
        nap = {"do": "sleep", "seconds": 0.5}
        tasks = [request(executor, "a", {"do": "sleep", "seconds": 60})]
        try:
            await request(executor, "a")
            # The long one gets a companion at once, the short ones come when it is known as long.
            tasks = [*map(asyncio.create_task, [*tasks, request(executor, "a", nap)])]
            await asyncio.sleep(0.3)
            tasks += [asyncio.create_task(request(executor, "a")) for _ in range(3)]
            await asyncio.wait_for(asyncio.gather(*tasks[1:]), timeout=10)
            return [task.done() for task in tasks], await request(executor, "b")
        finally:
            for task in tasks:
                task.cancel()
            await executor.close()

    done, later = asyncio.run(scenario())
    assert done == [False, True, True, True, True]
    assert later.error is None


def test_what_is_taken_back_from_behind_long_work_runs_once(tmp_path):
    """The worker that had it in its pipe leaves it out, and goes on with what comes next."""
    runs = tmp_path / "runs"

    async def scenario():
        executor = fake_workers(2)
        try:
            await asyncio.gather(*(request(executor, "a", SOON) for _ in range(8)))
            count = {"do": "count", "file": str(runs), "seconds": 0.4}
            replies = await asyncio.gather(*(request(executor, "a", count) for _ in range(9)))
            return {pid_of(reply) for reply in replies}
        finally:
            await executor.close()

    assert len(asyncio.run(scenario())) == 2
    assert len(runs.read_text()) == 9


SOON = {"do": "sleep", "seconds": 0.3}


def test_canceled_work_that_has_not_begun_costs_no_worker():
    async def scenario():
        executor = fake_workers(1)
        try:
            first = await request(executor, "a")
            running = asyncio.create_task(request(executor, "a", SOON))
            waiting = asyncio.create_task(request(executor, "a", {"do": "sleep", "seconds": 60}))
            await asyncio.sleep(0.02)
            waiting.cancel()
            await running
            last = await asyncio.wait_for(request(executor, "a"), timeout=10)
            return pid_of(first), pid_of(last)
        finally:
            await executor.close()

    first, last = asyncio.run(scenario())
    assert first == last


def test_a_question_that_is_not_answered_in_time_is_given_up(store):
    async def scenario(jobs):
        slow = {"cell": {"name": "a"}, "inputs": {"do": "sleep", "seconds": 60}}
        reply = await jobs.ask("simulate", slow)
        quick = await jobs.ask("describe", {"cell": {}})
        return reply.error["code"], quick.error

    executor = lambda: fake_workers(1)  # noqa: E731
    assert with_jobs(store, scenario, executor, patience=1.5) == ("EXECUTION_TIMEOUT", None)


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [({"do": "die"}, WorkerDied), ({"do": "sleep", "seconds": 60}, OutOfTime)],
)
def test_the_executor_raises_what_happened_to_a_task(behaviour, error):
    async def scenario():
        executor = fake_workers(1, time_limit=1.0)
        try:
            with pytest.raises(error):
                await request(executor, "a", behaviour)
        finally:
            await executor.close()

    asyncio.run(scenario())


def test_no_worker_outlives_a_closed_executor():
    async def scenario():
        executor = fake_workers(1)
        reply = await request(executor, "a")
        await executor.close()
        return pid_of(reply)

    assert not Path(f"/proc/{asyncio.run(scenario())}").exists()


@pytest.mark.parametrize(
    ("code", "words", "kills", "expected"),
    [
        (memory.EXIT_CODE, "", 0, True),
        (-signal.SIGABRT, "memory allocation of 8 bytes failed", 0, True),
        (-signal.SIGABRT, "corrupted size vs. prev_size", 0, False),
        (-signal.SIGKILL, "", 1, True),
        (-signal.SIGKILL, "", 0, False),
        (-signal.SIGSEGV, "", 1, False),
        (1, "", 1, False),
    ],
)
def test_a_process_that_had_too_little_memory_is_told_from_others(
    monkeypatch, tmp_path, code, words, kills, expected
):
    counted = tmp_path / "vmstat"
    monkeypatch.setattr(memory, "_COUNTED", counted)
    assert memory.kills() == 0
    counted.write_text("pgfault 7\noom_kill 3\n")
    before = memory.kills()
    counted.write_text(f"pgfault 9\noom_kill {3 + kills}\n")
    assert memory.was_too_little(code, words, before) is expected
