"""Jobs run in the Dask workers of a cluster: each to one end, whatever happens to the cluster."""

import asyncio
import os
import signal
from pathlib import Path

import fake_help
import psutil
import pytest
from clusters import cluster_of, executor_on, on, play
from conftest import enqueue, job, run_of, until, with_jobs
from ionworks_engine.jobs.executor import OutOfMemory, OutOfTime, WorkerDied
from ionworks_engine.storage import tables
from sqlalchemy import func, select

POINTS = 200


@pytest.fixture(scope="module")
def cluster():
    with cluster_of(2) as cluster:
        yield cluster


@pytest.fixture
def address(cluster):
    return cluster.scheduler_address


def log(folder):
    path = folder / "log"
    return [line.split(" ", 1) for line in path.read_text().splitlines()] if path.exists() else []


def dask_pids(cluster):
    return {nanny.pid for nanny in cluster.workers.values()}


def test_each_dask_worker_has_a_program_for_each_of_its_threads(cluster, address):
    async def scenario():
        async with executor_on(address) as executor:
            assert executor.capacity == 32
            naps = [executor.run("nap", {"seconds": 0.3}, affinity=str(n)) for n in range(12)]
            return {reply.content["pid"] for reply in await asyncio.gather(*naps)}, [
                psutil.Process(pid).ppid()
                for pid in {r.content["pid"] for r in await asyncio.gather(*again(executor))}
            ]

    def again(executor):
        return [executor.run("nap", {"seconds": 0.1}) for _ in range(6)]

    pids, parents = play(scenario())
    assert len(pids) == 2
    assert set(parents) == dask_pids(cluster)
    assert not any(map(psutil.pid_exists, pids)), "closing left a program behind"


def test_a_design_ends_once_though_a_dask_worker_is_killed_in_the_middle(store, cluster, tmp_path):
    runs = [tmp_path / f"run-{number}" for number in range(POINTS)]
    wanted = [{"do": "count", "file": str(run), "seconds": 0.02, "value": 3.0} for run in runs]
    ids = enqueue(store, *wanted)

    done = select(func.count()).where(tables.jobs.c.status == "completed")

    def ended():
        with store.reading() as connection:
            return connection.execute(done).scalar()

    async def scenario(jobs):
        jobs.wake()
        await until(lambda: ended() > POINTS // 4, seconds=30)
        os.kill(min(dask_pids(cluster)), signal.SIGKILL)
        before = ended()
        await until(lambda: ended() == POINTS, seconds=30)
        return before

    before = with_jobs(store, scenario, executor=lambda: on(cluster.scheduler_address))
    assert before < POINTS, "the kill came too late to matter"
    assert all(job(store, name).status == "completed" for name in ids)
    begun = [run.stat().st_size for run in runs]
    assert sum(begun) <= POINTS + 2, "only what was in that Dask worker's pipe may run again"
    assert max(job(store, name).attempts for name in ids) <= 2
    assert all(run_of(store, name).time_series_file for name in ids)


def test_what_a_task_tells_is_heard_while_it_runs(address):
    notes, begun = [], []

    async def scenario():
        async with executor_on(address) as executor:
            telling = {"notes": notes.append, "begun": lambda: begun.append(True)}
            asked = asyncio.create_task(executor.run("tell", {"seconds": 0.1}, **telling))
            await until(lambda: notes)
            assert not asked.done()
            return await asked

    reply = play(scenario())
    assert reply.content == {"workers": 2, "is_origin": True}
    assert notes[0] == {"progress": {"iteration": 0, "first": True}}
    assert notes[-1] == {"progress": {"iteration": 9}}
    assert begun == [True]


def test_cancelling_kills_what_runs_and_leaves_the_rest(address, tmp_path):
    long = {"count": 4, "element": {"log": str(tmp_path / "log"), "seconds": 60}}

    async def scenario():
        async with executor_on(address) as executor:
            asked = asyncio.create_task(executor.run("populate", long))
            await until(lambda: log(tmp_path))
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
            [pid] = {int(pid) for pid, _ in log(tmp_path)}
            await until(lambda: not psutil.pid_exists(pid))
            naps = (executor.run("nap", {"seconds": 0.1}) for _ in range(4))
            return await asyncio.gather(*naps)

    assert len(play(scenario())) == 4


def test_parts_of_a_population_go_to_the_other_dask_worker(cluster, address, tmp_path):
    element = {"log": str(tmp_path / "log"), "seconds": 0.02}
    asked = {"count": 24, "element": element, "times": 2, "until_helped": True}

    async def scenario():
        async with executor_on(address) as executor:
            reply = await executor.run("populate", asked)
            pids = {int(pid) for pid, _ in log(tmp_path)}
            return reply, {psutil.Process(pid).ppid() for pid in pids}

    reply, parents = play(scenario())
    expected = [fake_help.cost([float(number)]).written() for number in range(24)]
    assert reply.content["outcomes"] == expected
    assert parents == dask_pids(cluster)


def test_a_task_that_kills_its_program_is_told_so_and_harms_no_other(address):
    async def scenario():
        async with executor_on(address, tasks="fake_tasks") as executor:
            deadly = executor.run("simulate", {"cell": {}, "inputs": {"do": "die"}})
            with pytest.raises(WorkerDied, match="SIGKILL"):
                await deadly
            return await executor.run("simulate", {"cell": {}, "inputs": {}})

    assert len(play(scenario()).blobs) == 2


def test_limits_of_time_and_memory_hold_over_there(address):
    async def too_long():
        async with executor_on(address, time_limit=0.3) as executor:
            await executor.run("nap", {"seconds": 60})

    async def too_large():
        limits = {"tasks": "fake_dask", "memory_limit": 300 << 20}
        async with executor_on(address, **limits) as executor:
            await executor.run("grow", {})

    with pytest.raises(OutOfTime, match=r"0\.3 s"):
        play(too_long())
    with pytest.raises(OutOfMemory, match="MiB"):
        play(too_large())


def test_what_somebody_waits_for_does_not_wait_for_what_is_long(address):
    begun = []

    def begin():
        begun.append(True)

    async def scenario():
        async with executor_on(address) as executor:
            naps = (executor.run("nap", {"seconds": 60}, begun=begin) for _ in range(4))
            long = [asyncio.create_task(nap) for nap in naps]
            await until(lambda: len(begun) == 2)
            reply = await executor.run("nap", {"seconds": 0}, urgent=True)
            for each in long:
                each.cancel()
            return psutil.Process(reply.content["pid"]).ppid()

    assert play(scenario()) == os.getpid(), "the spare program is of the engine's own machine"


@pytest.mark.parametrize("shared", [True, False])
def test_files_are_read_and_written_whether_or_not_a_folder_is_shared(address, tmp_path, shared):
    source, into = tmp_path / "source", tmp_path / "into"
    content = os.urandom(9 << 20)
    source.write_bytes(content)

    async def scenario():
        folder = tmp_path if shared else None
        async with executor_on(address, tasks="fake_dask", folder=folder) as executor:
            request = {"source": str(source), "steps": None, "before": None, "into": str(into)}
            replies = [await executor.run("ingest", request) for _ in range(2)]
            assert list(tmp_path.iterdir()) in ([source, into], [into, source])
            return replies

    for reply in play(scenario()):
        assert reply.error is None
        assert reply.content["written"] == [str(into)]
        assert (reply.content["folder"] == str(tmp_path)) is shared
        assert Path(reply.content["folder"]).exists() is shared, "files were left over there"
    assert into.read_bytes() == content[::-1]


def test_a_file_that_is_not_there_costs_only_its_own_task(address, tmp_path):
    async def scenario():
        async with executor_on(address, tasks="fake_dask") as executor:
            lost = {"source": str(tmp_path / "lost"), "into": str(tmp_path / "into")}
            with pytest.raises(WorkerDied, match="could not be read"):
                await executor.run("ingest", lost)
            found = tmp_path / "found"
            found.write_bytes(b"ab")
            return await executor.run("ingest", {**lost, "source": str(found)})

    assert play(scenario()).error is None


def test_a_number_that_json_has_not_is_refused_at_once(address):
    async def scenario():
        async with executor_on(address) as executor:
            with pytest.raises(ValueError, match="JSON"):
                await executor.run("nap", {"seconds": float("nan")})

    play(scenario())
