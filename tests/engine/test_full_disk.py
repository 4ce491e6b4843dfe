"""A disk without room: everything says so, nothing is lost, and room can be made by deleting."""

import contextlib
import errno
import os
import subprocess

import pytest
from ionworks_engine.storage import Store, StoreError, room
from measured import engine
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from stored import sqlite_only
from test_server_cli import serving

pytestmark = sqlite_only


@pytest.fixture
def lab(tmp_path):
    with engine(tmp_path / "store") as lab:
        yield lab


def grow_no_more(store):
    """Let the database have as many pages as it has; return what it then fails with."""

    def limited(connection, _):
        connection.execute("PRAGMA max_page_count = 1")

    engine = store._database.engine
    event.listen(engine, "connect", limited)
    engine.dispose()
    with pytest.raises(OperationalError) as caught, store.writing() as connection:
        connection.execute(text("CREATE TABLE much AS SELECT zeroblob(10000000)"))
    return caught.value


@pytest.fixture
def fill(monkeypatch, tmp_path):
    """Return how a disk is filled: it then takes nothing while the reserve takes up the last."""
    other = Store(tmp_path / "other")
    lack, changing = grow_no_more(other), Store._changing
    other.close()

    def lacking(store, **how):
        if store._reserve._path.exists():
            raise lack
        return changing(store, **how)

    return lambda: monkeypatch.setattr(Store, "_changing", lacking)


def refused(answer):
    assert answer.status_code == 507, answer.text
    assert answer.json()["error_code"] == "STORAGE_FULL"
    assert "disk is full" in answer.json()["message"]


def test_a_database_that_cannot_grow_is_a_full_disk(lab):
    assert room.is_lacking(grow_no_more(lab.app.state.services.store))
    body = {"name": "Another", "notes": "x" * 3_000_000, "project_id": lab.project}
    refused(lab.post("/cell_specifications", json=body))
    assert lab.get("/cell_specifications").json()["total"] == 1


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_file_that_the_disk_does_not_take_is_named(lab, monkeypatch, code):
    places = lab.initiate().json()["uploads"]
    bucket = places[0]["signed_url"]

    def fail(*_):
        raise OSError(code, os.strerror(code))

    for name in ("ionworks_engine.storage.files._make_durable", "pathlib.Path.replace"):
        with monkeypatch.context() as broken:
            broken.setattr(name, fail)
            refused(lab.put(bucket, content=b"x"))


def test_what_else_fails_is_no_full_disk():
    for error in (OSError(errno.EIO, ""), ValueError(), OperationalError("", {}, Exception())):
        assert not room.is_lacking(error)


def test_room_is_made_by_deleting_even_so(lab, fill, tmp_path):
    made, reserve = lab.measured()["id"], tmp_path / "store" / "reserve"
    fill()
    for _ in range(2):
        refused(lab.patch(lab.of(made), json={"notes": "n"}))
        refused(lab.initiate("Another"))
        assert reserve.stat().st_size > 1_000_000
    assert lab.delete(lab.of(made)).status_code == 204
    assert lab.get(lab.of(made)).status_code == 404
    assert lab.files() == set()
    # There is room again, so it is kept for the next time.
    assert reserve.stat().st_size > 1_000_000


def test_an_engine_starts_on_a_full_disk(fill, tmp_path):
    folder = tmp_path / "store"
    Store(folder).close()
    fill()
    Store(folder).close()


def test_a_disk_without_any_room_is_not_said_to_hold_no_store(fill, tmp_path):
    folder = tmp_path / "store"
    Store(folder).close()
    (folder / "reserve").unlink()
    (folder / "reserve").mkdir()
    fill()
    with pytest.raises(StoreError, match=r"its disk is full\. Nothing is lost"):
        Store(folder)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 20 MiB, where one may make it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", folder]
    try:
        made = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        made = False
    if not made:
        pytest.skip("no disk can be made here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_disk_that_is_really_full(small_disk):
    def add(client, name):
        return client.post("/projects", json={"name": name, "description": "x" * 9000})

    with serving(small_disk / "store") as (_, client):
        made = add(client, "first").json()["id"]
    filling = small_disk / "filling"
    with filling.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"0" * 4096)
    with serving(small_disk / "store") as (_, client):
        while (answer := add(client, f"more {os.urandom(8).hex()}")).status_code == 201:
            pass
        refused(answer)
        assert client.delete(f"/projects/{made}").status_code == 204
        filling.unlink()
        assert add(client, "at last").status_code == 201
