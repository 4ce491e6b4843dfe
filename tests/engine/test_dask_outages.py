"""Schedulers and Dask workers that are not there yet, not there any more, or not the right ones."""

import asyncio
import logging
import os
from types import SimpleNamespace

import psutil
import pytest
from clusters import HERE, executor_on, free_port, on, play, running, scheduler, worker
from conftest import enqueue, job, until, with_jobs
from ionworks_engine.jobs import dask_executor, dask_site
from ionworks_engine.jobs.executor import PlaceLost

LOGGER = "ionworks_engine.jobs.dask_executor"


def warnings_in(caplog):
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == LOGGER and record.levelno == logging.WARNING
    ]


def test_jobs_outlive_a_scheduler_that_comes_late_and_goes(store, tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(dask_executor, "_CONNECT", 1.0)
    port, mark = free_port(), tmp_path / "mark"
    first, *others = enqueue(store, {"do": "count", "file": str(mark), "seconds": 1}, {}, {})

    async def scenario(jobs):
        jobs.wake()
        await until(lambda: len(warnings_in(caplog)) == 1)
        assert job(store, first).status == "pending"
        assert (await jobs.ask("describe", {"cell": {}})).error is None, "what is asked is answered"
        with running(scheduler(port), worker(port)):
            await until(mark.exists, seconds=40)
        await until(lambda: job(store, first).status == "pending")
        with running(scheduler(port), worker(port)):
            ids = [first, *others]
            await until(lambda: {job(store, name).status for name in ids} == {"completed"}, 40)

    with caplog.at_level(logging.INFO, LOGGER):
        with_jobs(store, scenario, executor=lambda: on(f"127.0.0.1:{port}"))
    assert mark.read_text() == "xx"
    assert job(store, first).attempts == 2
    away, back, lost, *_ = warnings_in(caplog)
    assert "cannot be reached: jobs wait" in away
    assert back == f"The Dask scheduler at 127.0.0.1:{port} answers."
    assert "was lost" in lost


def test_a_dask_worker_with_another_version_is_not_used(tmp_path, caplog):
    port = free_port()
    other = tmp_path / "polars-0.0.1.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: polars\nVersion: 0.0.1\n")
    search_path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": search_path}

    async def scenario():
        async with executor_on(f"127.0.0.1:{port}", seats=0) as executor:
            await until(lambda: any("polars" in words for words in warnings_in(caplog)), 40)
            assert executor.capacity == 0

    with running(scheduler(port), worker(port, **environment)):
        play(scenario())
    [words] = [words for words in warnings_in(caplog) if "polars" in words]
    assert "is not used: " in words
    assert "polars is 0.0.1 there and " in words


def dask_worker(folder):
    return SimpleNamespace(handlers={}, local_directory=str(folder))


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Return how to ask a site that is given up after a moment without a question."""
    monkeypatch.setattr(dask_site, "LEASE", 0.5)
    monkeypatch.setattr(dask_site, "POLL", 0.1)
    host = dask_worker(tmp_path)

    async def opened():
        await dask_site.open_site("token", None, dask_worker=host)
        serve = host.handlers[dask_site.OPERATION]
        return lambda method, *args: serve("token", method, args)

    return opened


def test_programs_and_files_go_when_the_engine_asks_no_more(site, tmp_path):
    async def scenario():
        ask = await site()
        await ask("put", "0", 0, b"volts")
        await ask("start", 1, "fake_help", None, [str(HERE)])
        while not await ask("read"):
            pass
        children = psutil.Process().children()
        programs = [each for each in children if "ionworks_engine.jobs.worker" in each.cmdline()]
        assert [each.is_running() for each in programs] == [True]
        for _ in range(8):
            assert await ask("read") == [], "as long as it is asked, it stays"
        await until(lambda: not list(tmp_path.iterdir()))
        await until(lambda: not any(map(psutil.Process.is_running, programs)))
        assert await ask("read") == dask_site.GONE

    play(scenario())


def test_pieces_of_a_file_may_come_twice(site):
    async def scenario():
        ask = await site()
        for offset, piece in [(0, b"ab"), (2, b"cd"), (0, b"ab"), (2, b"cd")]:
            await ask("put", "0", offset, piece)
        assert await ask("get", "0", 0) == b"abcd"
        assert await ask("get", "0", 4) == b""
        await ask("close")

    play(scenario())


def test_a_program_that_cannot_start_says_so(site, monkeypatch):
    async def no_memory(*_):
        raise OSError(12, "Cannot allocate memory")

    async def scenario():
        ask = await site()
        monkeypatch.setattr(dask_site, "start_here", no_memory)
        await ask("start", 3, "fake_help", None, [])
        [(number, piece, ended)] = await ask("read")
        await ask("close")
        return number, piece, ended

    number, piece, (starved, words) = play(scenario())
    assert (number, piece, starved) == (3, b"", False)
    assert "Cannot allocate memory" in words


def test_losing_a_machine_is_said_with_its_address():
    port, begun = free_port(), []

    async def scenario():
        with running(scheduler(port)):
            machine = worker(port)
            with running(machine):
                async with executor_on(f"127.0.0.1:{port}", seats=1) as executor:
                    nap = executor.run("nap", {"seconds": 60}, begun=lambda: begun.append(True))
                    asked = asyncio.create_task(nap)
                    await until(lambda: begun)
                    machine.kill()
                    with pytest.raises(PlaceLost, match=r"tcp://127\.0\.0\.1:\d+ was lost"):
                        await asked

    play(scenario())
