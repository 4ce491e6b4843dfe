"""Files for machines without the engine's folder: what is sent, kept, fetched and named there."""

import asyncio
import json

import pytest
from ionworks_engine.jobs import freight
from ionworks_engine.jobs.carried import elsewhere
from ionworks_engine.jobs.freight import Freight, Load

PIECE = 8


class Yonder:
    """The folder of a Dask worker."""

    def __init__(self, monkeypatch):
        monkeypatch.setattr(freight, "PIECE", PIECE)
        self.files = {}
        self.sent = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def call(self, method, name, *arguments):
        await self.gate.wait()
        return getattr(self, method)(name, *arguments)

    def put(self, name, offset, piece):
        assert len(piece) <= PIECE
        self.sent += len(piece)
        content = self.files.get(name, b"")
        self.files[name] = content[:offset] + piece + content[offset + len(piece) :]

    def get(self, name, offset):
        return self.files[name][offset : offset + PIECE]

    def remove(self, name):
        del self.files[name]


@pytest.fixture
def yonder(monkeypatch):
    return Yonder(monkeypatch)


def file(folder, name, size):
    path = folder / name
    path.write_bytes(name.encode() * size)
    return str(path)


def ingest(load, source, into="/here/into"):
    """Return the request of an ingest as it goes over."""
    request = {"source": source, "steps": None, "before": None, "into": into}
    return load.packed({"task": "ingest", "request": request})["request"]


def test_a_file_is_sent_once_for_all_tasks_that_read_it(yonder, tmp_path):
    source = file(tmp_path, "a", 3 * PIECE + 1)

    async def scenario():
        carrier = Freight(yonder.call, "/there")
        loads = [Load(carrier) for _ in range(3)]
        requests = [ingest(load, source) for load in loads]
        await asyncio.gather(*(load.send() for load in loads))
        return requests

    requests = asyncio.run(scenario())
    assert {request["source"] for request in requests} == {"/there/0"}
    assert yonder.files == {"0": b"a" * (3 * PIECE + 1)}
    assert yonder.sent == 3 * PIECE + 1


def test_a_sending_that_was_broken_off_is_begun_again(yonder, tmp_path):
    source = file(tmp_path, "a", 3 * PIECE)

    async def scenario():
        carrier = Freight(yonder.call, "/there")
        first, second = Load(carrier), Load(carrier)
        ingest(first, source)
        ingest(second, source)
        yonder.gate.clear()
        broken = asyncio.create_task(first.send())
        await asyncio.sleep(0.05)
        broken.cancel()
        await asyncio.gather(broken, return_exceptions=True)
        yonder.gate.set()
        await second.send()

    asyncio.run(scenario())
    assert yonder.files == {"0": b"a" * 3 * PIECE}


def test_room_is_made_by_what_no_task_needs(yonder, tmp_path):
    sources = [file(tmp_path, name, 2 * PIECE) for name in "abc"]

    async def scenario():
        carrier = Freight(yonder.call, "/there", kept=4 * PIECE)
        loads = [Load(carrier) for _ in sources]
        for load, source in zip(loads, sources, strict=True):
            ingest(load, source)
            await load.send()
        assert len(yonder.files) == 3, "all are needed, however many they are"
        loads[1].release()
        again = Load(carrier)
        assert ingest(again, file(tmp_path, "d", PIECE))["source"] == "/there/6"
        await again.send()
        assert sorted(yonder.files) == ["0", "4", "6"]
        back = Load(carrier)
        assert ingest(back, sources[1])["source"] == "/there/8", "a name is not given twice"

    asyncio.run(scenario())


def test_what_was_written_is_fetched_to_where_it_was_wanted(yonder, tmp_path):
    into = tmp_path / "into"

    async def scenario():
        load = Load(Freight(yonder.call, "/there"))
        request = ingest(load, file(tmp_path, "a", 1), str(into))
        yonder.files[request["into"].rpartition("/")[2]] = b"v" * (2 * PIECE + 3)
        return await load.unpacked({"ok": True, "written": [request["into"]]})

    assert asyncio.run(scenario()) == {"ok": True, "written": [str(into)]}
    assert into.read_bytes() == b"v" * (2 * PIECE + 3)
    assert yonder.files == {}


def test_a_full_disk_here_fails_the_task_and_says_why(yonder, tmp_path):
    async def scenario():
        load = Load(Freight(yonder.call, "/there"))
        request = ingest(load, file(tmp_path, "a", 1), str(tmp_path / "no such folder" / "into"))
        return await load.unpacked({"ok": True, "written": [request["into"]]})

    reply = asyncio.run(scenario())
    assert not reply["ok"]
    assert "could not be fetched" in reply["error"]["message"]


def test_every_path_of_a_request_is_replaced_and_nothing_else():
    element = {
        "elements": [{"values": {"/here/a": "/here/b"}}],
        "state": "/here/state",
        "live": None,
        "measurements": {
            "m": {"time_series": "/here/series", "steps": None, "cell": "/here/x", "metadata": {}}
        },
        "cells": {"c": "/here/c"},
        "pipelines": {"p": "/here/p"},
        "mapped": {},
    }
    part = {"points": [[1.0]], "key": "k", "origin": {**element, "state": {"values": "/here/y"}}}
    read = []

    def there(path):
        read.append(path)
        return path.replace("/here/", "/there/")

    for task in ("pipeline_element", "simple_pipeline"):
        moved = elsewhere(task, element, there, there)
        assert read == ["/here/state", "/here/series", "/here/p"]
        assert moved["measurements"]["m"]["time_series"] == "/there/series"
        assert moved["elements"] == element["elements"]
        read.clear()
    for task in ("evaluate_population", "run_start"):
        moved = elsewhere(task, part, there, there)
        assert read == ["/here/series", "/here/p"]
        assert moved["origin"]["state"] == {"values": "/here/y"}
        assert json.dumps(moved).count("/there/") == 2
        read.clear()
        assert elsewhere(task, {"points": [], "key": "k"}, there, there) == {
            "points": [],
            "key": "k",
        }
    assert elsewhere("simulate", element, there, there) == element
    assert read == []
