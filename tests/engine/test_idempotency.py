"""Requests sent again under one key: done once, answered alike, whatever happened in between."""

import asyncio
import gzip
import json
import subprocess
import sys
from datetime import timedelta

import pytest
from conftest import app_client, until
from ionworks_engine.idempotency import Repeats
from ionworks_engine.storage import tables, times
from sqlalchemy import func, select
from storage_places import confirmed, opened, sent


@pytest.fixture
def client(tmp_path):
    with app_client(tmp_path / "store") as client:
        yield client


def again(key):
    return {"Idempotency-Key": key}


def create(client, name, key, **options):
    return client.post("/projects", json={"name": name}, headers=again(key), **options)


def kept(client):
    with client.app.state.services.store.reading() as connection:
        return connection.execute(select(tables.idempotency)).all()


def names(client):
    return sorted(item["name"] for item in client.get("/projects").json()["items"])


def test_a_repeat_is_answered_as_the_first_one_was(client):
    first, second = create(client, "a", "k"), create(client, "a", "k")
    assert second.status_code == first.status_code == 201
    assert second.content == first.content
    assert second.headers["content-type"] == "application/json"
    assert names(client) == ["Default project", "a"]
    assert create(client, "a", "another").status_code == 409


def test_an_update_is_not_done_again(client):
    path = f"/projects/{create(client, 'a', 'k').json()['id']}"
    first = client.patch(path, json={"name": "b"}, headers=again("update"))
    client.patch(path, json={"name": "c"})
    assert client.patch(path, json={"name": "b"}, headers=again("update")).json() == first.json()
    assert client.get(path).json()["name"] == "c"


def test_a_key_is_for_one_request(client):
    assert create(client, "a", "k").status_code == 201
    answer = create(client, "b", "k")
    assert answer.status_code == 422
    assert answer.json()["detail"]["errors"][0]["path"] == "header.Idempotency-Key"
    path = f"/projects/{client.project()}"
    assert client.patch(path, json={"name": "a"}, headers=again("k")).status_code == 422
    assert names(client) == ["Default project", "a"]


def test_the_same_body_compressed_is_the_same_request(client):
    first = create(client, "a", "k")
    for moment in (1, 2):
        body = gzip.compress(first.request.content, mtime=moment)
        headers = {**again("k"), "Content-Encoding": "gzip", "Content-Type": "application/json"}
        assert client.post("/projects", content=body, headers=headers).json() == first.json()


def test_what_was_refused_may_be_sent_again(client):
    create(client, "a", "first")
    assert create(client, "a", "k").status_code == 409
    client.patch(f"/projects/{project_named(client, 'a')}", json={"name": "b"})
    assert create(client, "a", "k").status_code == 201
    assert create(client, "", "k2").status_code == 422
    assert create(client, "c", "k2").status_code == 201


def project_named(client, name):
    return next(i["id"] for i in client.get("/projects").json()["items"] if i["name"] == name)


def test_what_changes_nothing_is_not_remembered(client):
    body = {"simulation_ids": []}
    client.post("/simulations/statuses", json=body, headers=again("k"))
    assert kept(client) == []
    client.get("/projects", headers=again("k"))
    assert kept(client) == []


@pytest.mark.parametrize("key", ["", "é", "x" * 256, "a\tb"])
def test_what_is_no_key_is_refused(client, key):
    answer = client.post("/projects", json={"name": "a"}, headers=[(b"idempotency-key", enc(key))])
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.text
    assert names(client) == ["Default project"]


def enc(text):
    return text.encode("latin-1")


def test_keys_are_kept_for_a_day(client):
    create(client, "a", "k")
    store = client.app.state.services.store
    store.clock = lambda: times.now() + timedelta(hours=23)
    store.sweep()
    assert len(kept(client)) == 1
    store.clock = lambda: times.now() + timedelta(hours=25)
    store.sweep()
    assert kept(client) == []


def test_a_large_answer_is_given_again_whole(client):
    raw_data = sent(client, b"x")
    path, body = f"/raw_data/{raw_data['id']}", {"metadata": {"log": ["é" * 100] * 20_000}}
    first = client.patch(path, json=body, headers=again("k"))
    assert client.patch(path, json=body, headers=again("k")).json() == first.json()
    assert len(first.json()["metadata"]["log"]) == 20_000


# Repeats that come while the first one is served


def test_concurrent_repeats_wait_for_the_first(store):
    served = []

    async def scenario():
        repeats, gate = Repeats(store), asyncio.Event()

        async def serve():
            served.append(1)
            await gate.wait()
            with store.writing() as connection:
                connection.execute(tables.facts.insert().values(name="done", value="x"))
            return {"number": len(served)}

        tasks = [asyncio.create_task(repeats.once("k", "f", 200, serve)) for _ in range(5)]
        other = asyncio.create_task(repeats.once("k", "another", 200, serve))
        await until(lambda: served)
        gate.set()
        return await asyncio.gather(*tasks), await asyncio.gather(other, return_exceptions=True)

    answers, (refused,) = asyncio.run(scenario())
    assert answers == [{"number": 1}] * 5
    assert refused.status == 422


def test_who_joined_hears_of_an_interruption_and_may_try_again(store):
    async def scenario():
        repeats = Repeats(store)

        async def hang():
            await asyncio.Event().wait()

        async def succeed():
            return "done"

        first = asyncio.create_task(repeats.once("k", "f", 200, hang))
        await asyncio.sleep(0)
        joined = asyncio.create_task(repeats.once("k", "f", 200, hang))
        await asyncio.sleep(0)
        first.cancel()
        heard = await asyncio.gather(joined, return_exceptions=True)
        return heard[0], await repeats.once("k", "f", 200, succeed)

    heard, then = asyncio.run(scenario())
    assert heard.status == 503
    assert then == "done"


def test_what_goes_on_after_the_answer_is_no_part_of_the_request(store):
    async def scenario():
        repeats, tasks = Repeats(store), []

        async def later():
            await asyncio.sleep(0)
            with store.writing() as connection:
                connection.execute(tables.facts.insert().values(name="later", value="x"))

        async def serve():
            tasks.append(asyncio.create_task(later()))
            return {}

        await repeats.once("k", "f", 200, serve)
        await tasks[0]

    asyncio.run(scenario())
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.idempotency)) == 0


def test_a_change_that_is_rolled_back_takes_its_key_along(store):
    async def fail():
        with store.writing() as connection:
            connection.execute(tables.facts.insert().values(name="done", value="x"))
            raise KeyError

    async def twice():
        with pytest.raises(KeyError), store.writing():
            raise KeyError
        with store.writing() as connection:
            connection.execute(tables.facts.insert().values(name="done", value="x"))

    with pytest.raises(KeyError):
        asyncio.run(Repeats(store).once("k", "f", 200, fail))
    with store.reading() as connection:
        assert connection.execute(select(tables.idempotency)).first() is None
    asyncio.run(Repeats(store).once("k", "f", 200, twice))
    with store.reading() as connection:
        assert connection.execute(select(tables.idempotency.c.status)).scalar_one() == 200


# An engine that is killed between the change and its answer

KILLED = """
import os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from conftest import app_client
from ionworks_engine.idempotency import Repeats

Repeats._remember = lambda *_: os.kill(os.getpid(), 9)
method, path, body, folder = sys.argv[2:]
with app_client(Path(folder)) as client:
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    client.request(method, path, content=body, headers=headers)
"""


def killed_at_the_answer(folder, here, method, path, body):
    """Have an engine do it and die before it has an answer; then repeat it."""
    command = [sys.executable, "-c", KILLED, here, method, path, json.dumps(body), folder]
    ended = subprocess.run([str(word) for word in command], check=False, timeout=120)
    assert ended.returncode == -9
    with app_client(folder) as client:
        headers = {**again("k"), "Content-Type": "application/json"}
        answer = client.request(method, path, content=json.dumps(body), headers=headers)
        return answer, names(client)


HERE = __file__.rpartition("/")[0]


def test_a_thing_of_a_name_is_told_by_its_id(tmp_path):
    answer, there = killed_at_the_answer(tmp_path, HERE, "POST", "/projects", {"name": "a"})
    assert there == ["Default project", "a"]
    assert answer.status_code == 409
    assert len(answer.json()["detail"]["existing_id"]) == 36


def test_a_thing_whose_name_may_come_twice_comes_once(tmp_path):
    body = {"name": "m", "config": {"type": "SPM"}}
    with app_client(tmp_path) as client:
        body["project_id"] = client.project()
    answer, _ = killed_at_the_answer(tmp_path, HERE, "POST", "/models", body)
    assert answer.status_code == 409
    with app_client(tmp_path) as client:
        mine = client.get("/models", params={"name": "eq.m"}).json()["items"]
    assert [model["id"] for model in mine] == [answer.json()["detail"]["existing_id"]]


def test_a_confirmation_is_told_what_came_of_it(tmp_path):
    with app_client(tmp_path) as client:
        place = opened(client)
        client.put(place["uploads"][0]["signed_url"], content=b"abc")
    body = {key: place[key] for key in ("project_id", "filename")} | {"size_bytes": 3}
    path = f"/raw_data/{place['raw_data_id']}/confirm-upload"
    answer, _ = killed_at_the_answer(tmp_path, HERE, "POST", path, body)
    assert answer.status_code == 409
    assert answer.json()["detail"] == {"existing_id": place["raw_data_id"]}


def test_an_update_is_done_again_to_the_same_end(tmp_path):
    with app_client(tmp_path) as client:
        raw_data = sent(client, b"abc")
    path = f"/raw_data/{raw_data['id']}"
    answer, _ = killed_at_the_answer(tmp_path, HERE, "PATCH", path, {"name": "b"})
    assert answer.status_code == 200
    assert answer.json()["name"] == "b"


def test_confirming_twice_without_a_key_is_told_the_id(client):
    place = opened(client)
    client.put(place["uploads"][0]["signed_url"], content=b"abc")
    assert confirmed(client, place, 3).status_code == 200
    assert confirmed(client, place, 3).json()["detail"] == {"existing_id": place["raw_data_id"]}
