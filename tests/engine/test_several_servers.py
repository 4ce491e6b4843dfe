"""Several servers on one store: they share the queue, the files, the keys and the links."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import polars as pl
import pytest
from conftest import HERE, app_client, enqueue, job
from ionworks_engine.idempotency import Repeats
from ionworks_engine.storage import StoreError, queue, tables
from sqlalchemy import func, insert, select
from storage_places import confirmed, opened
from stored import SERVER, open_store, served_options, sqlite_only
from test_server_cli import free_port

LEASE = 3.0
GIVE_UP = 90.0


class Server:
    """A process that serves a store with fake tasks, one at a time."""

    def __init__(self, folder):
        port = free_port()
        command = [sys.executable, str(HERE / "fake_server.py"), str(LEASE), "--port", str(port)]
        command += [*served_options(folder), "--workers", "1"]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60)

    def until_up(self):
        give_up = time.monotonic() + GIVE_UP
        while True:
            with contextlib.suppress(httpx.TransportError):
                self.client.get("/healthz")
                return self
            assert self._process.poll() is None, self._process.stderr.read()
            assert time.monotonic() < give_up
            time.sleep(0.05)

    def kill(self):
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def close(self):
        self.client.close()
        self._process.terminate()
        self._process.communicate(timeout=GIVE_UP)


@contextlib.contextmanager
def servers(folder, number):
    started = [Server(folder) for _ in range(number)]
    try:
        yield [server.until_up() for server in started]
    finally:
        for server in started:
            server.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A store and two servers that have it open; for tests that look at their own jobs only."""
    folder = tmp_path_factory.mktemp("shared") / "store"
    with contextlib.closing(open_store(folder)) as store, servers(folder, 2) as started:
        yield store, started


def states(store, ids):
    with store.reading() as connection:
        jobs = select(tables.jobs.c.status).where(tables.jobs.c.id.in_(ids))
        return Counter(connection.scalars(jobs))


def until(condition):
    give_up = time.monotonic() + GIVE_UP
    while not condition():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.05)


def counted(folder, number, seconds):
    """Return the inputs of jobs that each leave a mark in a file of their own when they begin."""
    folder.mkdir()
    return [
        {"do": "count", "file": str(folder / str(i)), "seconds": seconds} for i in range(number)
    ]


def runs_of(store, ids):
    """Return the ids of the programs that ran what was kept; its files are there."""
    table = tables.simulations
    with store.reading() as connection:
        rows = connection.execute(select(table).where(table.c.job_id.in_(ids))).all()
    for row in rows:
        assert store.files.path(row.time_series_file).is_file()
    return [pl.read_parquet(store.files.path(row.steps_file))["Pid"][0] for row in rows]


def test_what_a_killed_server_held_runs_elsewhere_and_every_job_ends_once(store, tmp_path):
    ids = enqueue(store, *counted(tmp_path / "marks", 200, 0.03))
    with servers(tmp_path / "store", 3) as started:
        until(lambda: states(store, ids)["completed"] >= 40)
        started[0].kill()
        until(lambda: states(store, ids) == {"completed": 200})
    marks = {i: len((tmp_path / "marks" / str(i)).read_text()) for i in range(200)}
    # The one at work, and those whose end was still to be stored.
    assert sum(mark - 1 for mark in marks.values()) <= 8
    assert sum(job(store, each).attempts - 1 for each in ids) <= 8
    assert len(set(runs_of(store, ids))) >= 3
    assert len(store.files.names()) == len({*named_files(store)})


def named_files(store):
    with store.reading() as connection:
        for column in tables.FILES:
            yield from connection.scalars(select(column).where(column.is_not(None)))


def test_servers_run_no_job_twice(shared, tmp_path):
    store, _ = shared
    ids = enqueue(store, *counted(tmp_path / "marks", 120, 0.02))
    until(lambda: states(store, ids) == {"completed": 120})
    assert {len((tmp_path / "marks" / str(i)).read_text()) for i in range(120)} == {1}
    assert {job(store, each).attempts for each in ids} == {1}


def test_jobs_that_wait_at_one_server_go_to_one_that_is_idle(store, tmp_path):
    """One server claims all of them; nobody waits behind long ones while another does nothing."""
    with servers(tmp_path / "store", 1):
        ids = enqueue(store, *counted(tmp_path / "marks", 6, 2.0))
        until(lambda: all(job(store, each).lease_owner for each in ids))
        with servers(tmp_path / "store", 1):
            until(lambda: states(store, ids) == {"completed": 6})
    assert len(set(runs_of(store, ids))) == 2
    assert {len((tmp_path / "marks" / str(i)).read_text()) for i in range(6)} == {1}


def test_a_cancel_reaches_the_server_that_runs_the_job(shared):
    store, (one, _) = shared
    nap = {"do": "sleep", "seconds": 600}
    long = enqueue(store, nap, nap)
    until(lambda: states(store, long) == {"processing": 2})
    assert len({job(store, each).lease_owner for each in long}) == 2
    for each in long:
        assert one.client.post(f"/jobs/{each}/cancel").status_code == 200
    # Both workers are free again only once their long runs were stopped.
    short = enqueue(store, *({"do": "sleep", "seconds": 1.5} for _ in range(2)))
    until(lambda: states(store, short) == {"completed": 2})
    assert len({*runs_of(store, short)}) == 2
    assert states(store, long) == {"canceled": 2}


def test_every_server_sees_what_another_runs(shared):
    store, started = shared
    [name] = enqueue(store, {"do": "sleep", "seconds": 600})
    with store.reading() as connection:
        mine = tables.simulations.c.job_id == name
        run = connection.scalar(select(tables.simulations.c.id).where(mine))
    until(lambda: job(store, name).status == "processing")
    for server in started:
        assert server.client.get(f"/simulations/{run}").json()["status"] == "processing"
    assert server.client.post(f"/jobs/{name}/cancel").status_code == 200


# Two engines in one process: what may happen between any two of their steps


@pytest.fixture
def pair(tmp_path):
    with app_client(tmp_path / "pair") as one, app_client(tmp_path / "pair") as other:
        yield one, other


def test_a_key_is_for_one_request_whichever_servers_it_reaches(pair):
    barrier = threading.Barrier(2)

    def create(client, number):
        barrier.wait(20)
        headers = {"Idempotency-Key": f"key {number}"}
        return client.post("/projects", json={"name": f"p{number}"}, headers=headers)

    with ThreadPoolExecutor(2) as threads:
        for number in range(25):
            answers = list(threads.map(create, pair, [number] * 2))
            assert [answer.status_code for answer in answers] == [201, 201], answers[1].text
            assert answers[0].content == answers[1].content
    assert pair[0].get("/projects").json()["total"] == 26


def test_a_name_is_given_once_by_however_many_servers(pair):
    project = pair[0].project()
    barrier = threading.Barrier(2)

    def create(client, path, body):
        barrier.wait(20)
        return client.post(path, json=body).status_code

    with ThreadPoolExecutor(2) as threads:
        for number in range(15):
            name = {"name": f"n{number}"}
            specification = {**name, "project_id": project}
            for path, body in (("/projects", name), ("/cell_specifications", specification)):
                codes = sorted(threads.map(create, pair, [path] * 2, [body] * 2))
                assert codes == [201, 409], path


def test_an_upload_begun_at_one_server_goes_on_at_another(pair):
    one, other = pair
    place = opened(one)
    assert other.put(place["uploads"][0]["signed_url"], content=b"volts").status_code == 200
    made = confirmed(one, place, 5)
    assert made.status_code == 200
    address = one.get(f"/raw_data/{made.json()['id']}/download-url").json()["url"]
    assert other.get(address).content == b"volts"


@pytest.fixture
def second(store, tmp_path):  # noqa: ARG001 - the first one is to be there
    second = open_store(tmp_path / "store")
    yield second
    second.close()


def change(store, name):
    with store.writing() as connection:
        connection.execute(insert(tables.facts).values(name=name, value="x"))


def test_a_repeat_waits_for_what_another_server_is_about_to_answer(store, second):
    async def scenario():
        changed, gate = asyncio.Event(), asyncio.Event()

        async def serve():
            change(store, "done")
            changed.set()
            await gate.wait()
            return {"by": "one"}

        first = asyncio.create_task(Repeats(store).once("k", "f", 200, serve))
        await changed.wait()
        again = asyncio.create_task(Repeats(second).once("k", "f", 200, serve))
        await asyncio.sleep(0.3)
        assert not again.done()
        gate.set()
        return await first, await again

    assert asyncio.run(scenario()) == ({"by": "one"}, {"by": "one"})


def test_of_two_servers_that_serve_one_key_the_first_to_store_wins(store, second):
    async def scenario():
        begun, gate = asyncio.Event(), asyncio.Event()

        async def slow():
            begun.set()
            await gate.wait()
            change(store, "slow")
            return {"by": "slow"}

        async def quick():
            change(second, "quick")
            return {"by": "quick"}

        first = asyncio.create_task(Repeats(store).once("k", "f", 200, slow))
        await begun.wait()
        other = await Repeats(second).once("k", "f", 200, quick)
        gate.set()
        return await first, other

    assert asyncio.run(scenario()) == ({"by": "quick"}, {"by": "quick"})
    with store.reading() as connection:
        mine = tables.facts.c.name.in_(["slow", "quick"])
        assert list(connection.scalars(select(tables.facts.c.name).where(mine))) == ["quick"]


def name_file(store, content):
    row = {"id": "u", "kind": "raw_data", "owner_id": "o", "position": 0, "filename": "f"}
    row |= {"content": content, "expires_at": "9", "created_at": "", "updated_at": ""}
    with store.naming(content), store.writing() as connection:
        connection.execute(insert(tables.uploads).values(row))


@pytest.mark.parametrize("swept", ["swept", "discarded"])
def test_a_file_that_one_server_stores_survives_the_tidying_of_another(store, second, swept):
    name = store.files.put(b"abc")
    if swept == "swept":
        second.sweep()
    else:
        second.discard_files([name])
    assert not store.files.path(name).exists()
    name_file(store, name)
    assert store.files.path(name).read_bytes() == b"abc"
    second.sweep()
    assert store.files.names() == {name}
    assert len(list((store.files.path(name).parents[1] / "aside").iterdir())) == 0


def test_a_file_on_its_way_in_survives_the_tidying_of_another(store, second):
    path = store.files.fresh()
    path.write_bytes(b"half")
    second.sweep()
    assert path.exists()


def test_what_a_dead_server_left_aside_goes_once_it_was_gone_for_long(store, tmp_path):
    second = open_store(tmp_path / "store")
    path = second.files.fresh()
    path.write_bytes(b"half")
    second.close()
    store.sweep()
    assert not path.exists()


def test_only_the_first_server_takes_back_leases_that_have_not_lapsed(tmp_path):
    first = open_store(tmp_path)
    [name] = enqueue(first, {})
    with first.writing() as connection:
        queue.claim(connection, "another", "2999-01-01", 1)
    second = open_store(tmp_path)
    assert (first.alone, second.alone) == (True, False)
    assert job(second, name).lease_owner == "another"
    second.close()
    first.close()
    third = open_store(tmp_path)
    assert third.alone
    assert job(third, name).lease_owner is None
    third.close()


def test_senders_to_a_server_that_still_runs_are_not_cut_off_by_another(store, second):
    assert second.served_since == store.opened_at < second.opened_at


def test_a_server_that_leaves_is_not_counted_any_more(store, tmp_path):
    open_store(tmp_path / "store").close()
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.servers)) == 1


@sqlite_only
def test_the_files_of_one_database_are_never_used_with_another(tmp_path):
    open_store(tmp_path / "own").close()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "store.id").write_text("x")
    with pytest.raises(StoreError, match="name that one with --database"):
        open_store(tmp_path / "other")


@pytest.mark.skipif(SERVER is None, reason="needs PostgreSQL: make test-postgres")
def test_a_database_has_one_folder_and_a_folder_one_database(tmp_path):
    from stored import database_of, Store  # noqa: I001

    one, other = database_of(tmp_path / "one"), database_of(tmp_path / "other")
    store = Store(tmp_path / "one", database=one)
    store.files.release([store.files.put(b"abc")])
    store.close()
    with pytest.raises(StoreError, match="does not hold the files"):
        Store(tmp_path / "other", database=one)
    with pytest.raises(StoreError, match="holds files of another database"):
        Store(tmp_path / "one", database=other)
    with pytest.raises(StoreError, match="name that one with --database"):
        Store(tmp_path / "one")
    Store(tmp_path / "lite").close()
    with pytest.raises(StoreError, match="a store of its own, kept in SQLite"):
        Store(tmp_path / "lite", database=other)
