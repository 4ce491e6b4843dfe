"""Eight threads and eight event loops on one client; processes on one store."""

import asyncio
import contextlib
import json
import sqlite3
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ionworks import AsyncIonworks, Ionworks
from tests.robustness.sharing import check, use, use_async

ROOT = Path(__file__).parents[2]
USERS = [f"user {number}" for number in range(8)]
HANGS = 300


@pytest.fixture
def place(request, tmp_path):
    """Return the arguments of a client: of a store of its own, or of a project on loopback."""
    if request.param == "local":
        return {"api_url": f"local:{tmp_path / 'store'}"}
    url = request.getfixturevalue("engine_url")
    with Ionworks("key", url) as client:
        project = client.project.create({"name": f"Shared {uuid.uuid4()}"}).id
    return {"api_key": "key", "api_url": url, "project_id": project}


def at_once(user):
    """Let every user do something in a thread of its own; return what each did."""
    ready = threading.Barrier(len(USERS))

    def act(name):
        ready.wait()
        return user(name)

    with ThreadPoolExecutor(len(USERS)) as threads:
        return dict(zip(USERS, threads.map(act, USERS, timeout=HANGS), strict=True))


@pytest.mark.parametrize("place", ["local", "loopback"], indirect=True)
def test_eight_threads_share_a_client(place):
    project = place.get("project_id")
    with Ionworks(**place) as client:
        check(client, at_once(lambda name: use(client, name, project)), project)


@pytest.mark.parametrize("place", ["local", "loopback"], indirect=True)
def test_eight_event_loops_share_a_client(place):
    project = place.get("project_id")
    client = AsyncIonworks(**place)
    used = at_once(lambda name: asyncio.run(use_async(client, name, project)))
    asyncio.run(client.aclose())
    with Ionworks(**place) as client:
        check(client, used, project)


def test_two_processes_share_a_local_store(tmp_path):
    folder = tmp_path / "store"
    program = [sys.executable, "-m", "tests.robustness.sharing", folder]
    running = {
        name: subprocess.Popen([*program, name], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for name in USERS[:2]
    }
    used = {name: json.loads(each.communicate(timeout=HANGS)[0]) for name, each in running.items()}
    with Ionworks.local(folder) as client:
        check(client, used)
    with contextlib.closing(sqlite3.connect(folder / "ionworks.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
