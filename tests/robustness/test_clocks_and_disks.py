"""Clocks that are set, and stores that can be read only: clear answers, and nothing is spoilt."""

import contextlib
import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from ionworks_engine.jobs import leases
from ionworks_engine.jobs.leases import Leases
from ionworks_engine.storage import Store, StoreError, times
from ionworks_engine.storage.tables import jobs
from sqlalchemy import event, insert, select

from tests.robustness.in_process import URL, InProcess
from tests.robustness.known_things import EXAMPLES, series

LEASE = 30.0
DAY = timedelta(days=1)


class Clock:
    """The time of day, which can be set, and beside it the time that passes."""

    def __init__(self):
        self.set_by, self.passed = timedelta(), 0.0

    def now(self, real=times.now):
        return real() + self.set_by + timedelta(seconds=self.passed)

    def monotonic(self, real=time.monotonic):
        return real() + self.passed

    def passes(self, seconds):
        self.passed += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(times, "now", clock.now)
    monkeypatch.setattr(leases, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


# Leases of servers that share a store


@pytest.fixture
def servers(tmp_path, clock):
    """Two servers with leases; the first has claimed the only job, and both know one another."""
    with contextlib.ExitStack() as closing:
        stores = [closing.enter_context(contextlib.closing(Store(tmp_path))) for _ in range(2)]
        first, second = (Leases(store, LEASE) for store in stores)
        clock.passes(2 * LEASE)
        job = {"job_type": "simulate", "subject_id": "s", "affinity": "", "status": "pending"}
        job |= {"priority": 5, "attempts": 0, "created_at": stores[0].now()}
        with stores[0].writing() as connection:
            connection.execute(insert(jobs).values(id="job", updated_at=stores[0].now(), **job))
        first.keep([], 1)
        second.keep([], 1)
        claimed, _ = first.claim(1, lambda *_: None)
        assert [row.id for row in claimed] == ["job"]
        yield first, second, lambda: _owner_in(stores[0])


def _owner_in(store):
    with store.reading() as connection:
        return connection.scalar(select(jobs.c.lease_owner))


@pytest.mark.parametrize("by", [DAY, -DAY, 400 * DAY])
def test_a_server_that_lives_keeps_its_jobs_when_the_clock_is_set(servers, clock, by):
    first, second, owner = servers
    clock.set_by = by
    for _ in range(12):
        clock.passes(LEASE / 3)
        second.keep([], 1)
        assert owner() == first.owner
        first.keep(["job"], 0)


@pytest.mark.parametrize("by", [timedelta(), DAY, -DAY, 400 * DAY])
def test_jobs_of_a_dead_server_are_taken_over_though_the_clock_was_set(servers, clock, by):
    _, second, owner = servers
    clock.set_by = by
    for _ in range(5):
        clock.passes(LEASE / 2)
        second.keep([], 1)
    assert owner() is None


# A whole engine


def post(engine, path, body=None, key=None):
    headers = {"Idempotency-Key": key} if key else {}
    return engine.ask(httpx.Request("POST", URL + path, json=body or {}, headers=headers))


def get(engine, path):
    answer = engine.ask(httpx.Request("GET", URL + path))
    assert answer.status_code == 200, answer.text
    return answer.json()


def simulate(engine, number):
    """Run a simulation that is like no other; return its status."""
    steps = f"steps: [{{Discharge: {{mode: C-rate, value: 1, duration: {number}}}}}]"
    experiment = {"protocol": steps, "name": f"run {number}"}
    parsed = post(engine, "/protocols/parse-to-template", {"protocol_experiment": experiment})
    body = {
        "parameterized_model": "system-chen2020-spm",
        "experiment_template_id": parsed.json()["template_id"],
        "experiment_parameter_sets": [{}],
    }
    answer = post(engine, "/simulations/with-template/batch", body)
    assert answer.status_code == 201, answer.text
    return answer.json()[0]["simulation_id"]


def ended(engine, name):
    give_up = time.monotonic() + 60
    while (run := get(engine, f"/simulations/{name}"))["status"] not in ("completed", "failed"):
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.02)
    return run["status"]


def initiated(engine, name):
    """Begin an upload; return how to end it, which tells the status."""
    project = get(engine, "/projects")["items"][0]["id"]
    [said] = EXAMPLES["initiate_raw_data_upload"]
    body = {**said, "name": name, "project_id": project}
    place = post(engine, "/raw_data/initiate-upload", body).json()
    [address] = [each["signed_url"] for each in place["uploads"]]

    def end():
        sent = engine.ask(httpx.Request("PUT", address, content=series()))
        told = {**body, "size_bytes": len(series())}
        path = f"/raw_data/{place['raw_data_id']}/confirm-upload"
        confirmed = post(engine, path, told)
        return sent.status_code, confirmed.status_code

    return end


@pytest.mark.parametrize("by", [-2 * DAY, -400 * DAY])
def test_an_engine_whose_clock_is_set_back_works_on(tmp_path, clock, by):
    key, body = str(uuid.uuid4()), {"name": "made once"}
    with InProcess(tmp_path) as engine:
        made, upload = post(engine, "/projects", body, key).json(), initiated(engine, "early")
        clock.set_by = by
        assert post(engine, "/projects", body, key).json() == made
        assert ended(engine, simulate(engine, 1)) == "completed"
        assert upload() == (200, 200)
    with InProcess(tmp_path) as engine:
        assert post(engine, "/projects", body, key).json() == made
        assert ended(engine, simulate(engine, 2)) == "completed"
        assert get(engine, "/projects?name=eq.made once")["total"] == 1
    _assert_whole(tmp_path)


def test_an_engine_whose_clock_is_set_far_forward_works_on(tmp_path, clock):
    key, body = str(uuid.uuid4()), {"name": "made once"}
    with InProcess(tmp_path) as engine:
        made, upload = post(engine, "/projects", body, key).json(), initiated(engine, "early")
        clock.set_by = 400 * DAY
        assert post(engine, "/projects", body, key).json() == made
        assert ended(engine, simulate(engine, 1)) == "completed"
        # Its address has expired, and nothing came.
        sent, confirmed = upload()
        assert 400 <= sent < 500
        assert 400 <= confirmed < 500
        assert initiated(engine, "late")() == (200, 200)
    with InProcess(tmp_path) as engine:
        # A key is remembered for a day; a name that is taken is refused all the same.
        assert post(engine, "/projects", body, key).status_code == 409
        assert get(engine, "/projects?name=eq.made once")["total"] == 1
    _assert_whole(tmp_path)


def _assert_whole(folder):
    with contextlib.closing(sqlite3.connect(folder / "ionworks.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# Stores that can be read only


def test_an_engine_whose_store_can_only_be_read_says_so(tmp_path):
    with InProcess(tmp_path) as engine:
        made = post(engine, "/projects", {"name": "before"}).json()
        database = engine.store._database.engine

        def only_read(connection, _):
            connection.execute("PRAGMA query_only = 1")

        event.listen(database, "connect", only_read)
        database.dispose()
        refused = post(engine, "/projects", {"name": "after"})
        assert (refused.status_code, refused.json()["error_code"]) == (507, "STORAGE_READ_ONLY")
        assert "nothing was changed" in refused.json()["message"]
        assert get(engine, f"/projects/{made['id']}")["name"] == "before"
        event.remove(database, "connect", only_read)
        database.dispose()
        assert post(engine, "/projects", {"name": "after"}).status_code == 201


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_a_file_that_may_not_be_written_is_no_fault_of_the_engine(tmp_path, monkeypatch, code):
    def fail(*_):
        raise OSError(code, os.strerror(code))

    with InProcess(tmp_path) as engine:
        upload = initiated(engine, "refused")
        with monkeypatch.context() as broken:
            broken.setattr("ionworks_engine.storage.files._make_durable", fail)
            sent, _ = upload()
        assert sent == 507
        assert initiated(engine, "stored")() == (200, 200)


def upload_into(folder):
    """Print the statuses of an upload while the files' folders may not be written, and after."""
    with InProcess(folder) as engine:
        refused, stored = initiated(engine, "refused"), initiated(engine, "stored")
        places = [folder / "files", *(folder / "files").rglob("*")]
        for place in places:
            place.chmod(0o555)
        statuses = [refused()[0]]
        for place in places:
            place.chmod(0o755)
        print(json.dumps([*statuses, *stored()]))


def test_folders_that_the_server_may_not_write_are_no_fault_of_the_engine(tmp_path):
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and nothing here takes that from it")
    plainly = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    script = "import sys; from pathlib import Path; from tests.robustness import "
    script += "test_clocks_and_disks as here; here.upload_into(Path(sys.argv[1]))"
    done = subprocess.run(
        [*(plainly if os.geteuid() == 0 else []), sys.executable, "-c", script, tmp_path],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert json.loads(done.stdout.splitlines()[-1]) == [507, 200, 200]


def test_a_disk_that_can_only_be_read_is_named_at_the_start(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        mount = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", disk]
        made = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        made = False
    if not made:
        pytest.skip("no disk can be made here")
    try:
        Store(disk / "store").close()
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        with pytest.raises(StoreError, match=r"cannot be written: Read-only file system"):
            Store(disk / "store")
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        Store(disk / "store").close()
    finally:
        subprocess.run(["umount", disk], check=True)
