"""Raw data: files announced, sent, confirmed, told about, fetched and deleted."""

import pytest
from conftest import app_client
from ionworks_engine import rawdata, uploads
from ionworks_engine.errors import ApiError
from ionworks_engine.storage import tables
from sqlalchemy import insert, select
from storage_places import address, confirmed, opened, sent, stored


@pytest.fixture
def client(tmp_path):
    with app_client(tmp_path / "store") as client:
        yield client


@pytest.fixture
def raw_data(client):
    told = {"name": "Formation", "content_type": "text/csv", "source": "maccor"}
    return sent(client, b"a,b", "run.csv", metadata={"Cycler": "4200"}, **told)


def store_of(client):
    return client.app.state.services.store


def attach(client, raw_data, *measurements):
    rows = [
        {"measurement_id": name, "raw_data_id": raw_data["id"], "created_at": f"2026-01-0{9 - i}"}
        for i, name in enumerate(measurements)
    ]
    with store_of(client).writing() as connection:
        connection.execute(insert(tables.measurement_raw_data), rows)


def test_what_was_told_is_kept(client, raw_data):
    assert raw_data["name"] == "Formation"
    assert raw_data["filename"] == "run.csv"
    assert raw_data["content_type"] == "text/csv"
    assert raw_data["source"] == "maccor"
    assert raw_data["metadata"] == {"Cycler": "4200"}
    assert raw_data["size_bytes"] == 3
    assert client.get(f"/raw_data/{raw_data['id']}").json() == raw_data


def test_the_file_is_what_was_sent(client, raw_data):
    answer = client.get(address(client, raw_data))
    assert answer.content == b"a,b"
    assert answer.headers["content-type"] == "text/csv"
    assert answer.headers["content-disposition"] == 'attachment; filename="run.csv"'


def test_its_name_is_that_of_the_file_if_none_is_told(client):
    assert sent(client, b"x", "run.mpr")["name"] == "run.mpr"


def test_an_empty_file_is_a_file(client):
    raw_data = sent(client, b"")
    assert raw_data["size_bytes"] == 0
    assert client.get(address(client, raw_data)).content == b""


def test_there_is_nothing_before_the_confirmation(client):
    place = opened(client)
    client.put(place["uploads"][0]["signed_url"], content=b"x")
    assert client.get(f"/raw_data/{place['raw_data_id']}").status_code == 404
    listed = client.get("/raw_data", params={"project_id": place["project_id"]})
    assert listed.json()["total"] == 0


def test_what_did_not_come_cannot_be_confirmed(client):
    place = opened(client)
    answer = confirmed(client, place, 1)
    assert answer.status_code == 400
    assert "'run.csv'" in answer.json()["message"]
    client.put(place["uploads"][0]["signed_url"], content=b"x")
    assert confirmed(client, place, 1).status_code == 200


def test_what_came_short_is_not_confirmed_and_may_be_sent_again(client):
    place = opened(client)
    client.put(place["uploads"][0]["signed_url"], content=b"abc")
    answer = confirmed(client, place, 4)
    assert answer.status_code == 400
    assert "3 bytes came, 4 were sent" in answer.json()["message"]
    client.put(place["uploads"][0]["signed_url"], content=b"abcd")
    assert confirmed(client, place, 4).status_code == 200


def test_another_file_than_announced_is_not_confirmed(client):
    place = opened(client)
    client.put(place["uploads"][0]["signed_url"], content=b"abc")
    answer = confirmed(client, place, 3, filename="other.csv")
    assert answer.status_code == 422
    assert answer.json()["detail"]["errors"][0]["path"] == "filename"


def test_an_unknown_upload_or_project_is_named(client):
    place = opened(client)
    unknown = confirmed(client, {**place, "raw_data_id": "nothing"}, 1)
    assert unknown.status_code == 404
    assert "'nothing'" in unknown.json()["message"]
    body = {"project_id": "nowhere", "filename": "a"}
    assert client.post("/raw_data/initiate-upload", json=body).status_code == 404


def test_a_page_is_of_one_project_and_filtered(client, raw_data):
    sent(client, b"x", "other.mpr", source="biologic")
    other = client.post("/projects", json={"name": "other"}).json()["id"]
    mine = {"project_id": raw_data["project_id"]}
    page = client.get("/raw_data", params=mine).json()
    assert [item["filename"] for item in page["items"]] == ["other.mpr", "run.csv"]
    assert (page["count"], page["total"]) == (2, 2)
    for narrowed in ({"name": "eq.Formation"}, {"filename": "ilike.%.CSV"}, {"source": "maccor"}):
        page = client.get("/raw_data", params={**mine, **narrowed}).json()
        assert [item["id"] for item in page["items"]] == [raw_data["id"]]
    assert client.get("/raw_data", params={"project_id": other}).json()["items"] == []
    assert client.get("/raw_data", params={"project_id": "nowhere"}).status_code == 404


def test_what_is_told_can_be_changed(client, raw_data):
    path = f"/raw_data/{raw_data['id']}"
    changed = client.patch(path, json={"source": "", "metadata": {"a": 1}}).json()
    assert (changed["source"], changed["metadata"], changed["name"]) == (
        None,
        {"a": 1},
        "Formation",
    )
    assert changed["updated_at"] > raw_data["updated_at"]
    assert client.patch(path, json={}).status_code == 422
    assert client.patch(path, json={"filename": "x"}).status_code == 422
    assert client.get(address(client, raw_data)).content == b"a,b"


def test_deleting_takes_the_file_and_the_links_along(client, raw_data, tmp_path):
    attach(client, raw_data, "m1")
    assert client.delete(f"/raw_data/{raw_data['id']}").status_code == 204
    assert client.get(f"/raw_data/{raw_data['id']}").status_code == 404
    assert client.delete(f"/raw_data/{raw_data['id']}").status_code == 404
    assert stored(tmp_path / "store") == set()
    with store_of(client).reading() as connection:
        assert connection.execute(select(tables.measurement_raw_data)).first() is None


def test_two_of_the_same_content_live_apart(client, tmp_path):
    one, two = sent(client, b"same"), sent(client, b"same")
    assert len(stored(tmp_path / "store")) == 1
    assert client.delete(f"/raw_data/{one['id']}").status_code == 204
    assert client.get(address(client, two)).content == b"same"
    assert client.delete(f"/raw_data/{two['id']}").status_code == 204
    assert stored(tmp_path / "store") == set()


def test_a_file_being_sent_outlives_the_deletion_of_its_twin(client):
    raw_data, place = sent(client, b"same"), opened(client)
    client.put(place["uploads"][0]["signed_url"], content=b"same")
    client.delete(f"/raw_data/{raw_data['id']}")
    assert client.get(address(client, confirmed(client, place, 4).json())).content == b"same"


def test_its_measurements_are_listed_the_newest_link_first(client, raw_data):
    attach(client, raw_data, "m1", "m2", "m3")
    path = f"/raw_data/{raw_data['id']}/cell_measurements"
    page = client.get(path, params={"limit": 2, "offset": 1}).json()
    assert page == {"items": ["m2", "m3"], "count": 2, "total": 3}
    assert client.get("/raw_data/none/cell_measurements").status_code == 404


def test_all_of_a_project_can_be_removed_at_once(client, raw_data):
    store = store_of(client)
    attach(client, raw_data, "m1")
    with store.writing() as connection:
        which = tables.raw_data.c.project_id == raw_data["project_id"]
        files = rawdata.remove(connection, which)
        assert len(files) == 1
        assert connection.execute(select(tables.raw_data)).first() is None
        assert connection.execute(select(tables.measurement_raw_data)).first() is None


# Places with several files, as measurements have them


def places(client, names, owner="m1"):
    """Open places from within the engine, as the operations do."""
    services, urls = client.app.state.services, []

    class Call:
        store, links, origin = services.store, services.links, "http://engine"

    async def work():
        with services.store.writing() as connection:
            urls.extend(uploads.open_uploads(Call, connection, "extend", owner, names))

    client.run(work())
    return [place["signed_url"] for place in urls]


def taken(client, owner="m1", **options):
    async def work():
        with store_of(client).writing() as connection:
            return uploads.taken(connection, "extend", owner, **options)

    return client.run(work())


def test_each_place_has_its_file(client):
    one, two = places(client, ["a", "b"])
    client.put(two, content=b"2", headers={"Content-Type": "text/plain"})
    with pytest.raises(ApiError, match="'a'"):
        taken(client)
    client.put(one, content=b"11")
    come = taken(client)
    assert [(name, file.size_bytes) for name, file in come.items()] == [("a", 2), ("b", 1)]
    assert come["b"].content_type == "text/plain"
    with pytest.raises(ApiError, match="no open upload for 'm1'"):
        taken(client)


def test_some_files_need_not_come(client):
    one, _ = places(client, ["a", "b"])
    client.put(one, content=b"1")
    assert list(taken(client, optional=["b"])) == ["a"]


def test_what_is_not_named_when_it_is_taken_goes(client, tmp_path):
    one, two = places(client, ["a", "b"])
    client.put(one, content=b"1")
    client.put(two, content=b"2")
    taken(client)
    assert stored(tmp_path / "store") == set()


def test_opening_again_closes_what_was_open(client, tmp_path):
    (first,) = places(client, ["a"])
    client.put(first, content=b"old")
    (second,) = places(client, ["a"])
    assert stored(tmp_path / "store") == set()
    assert client.put(first, content=b"older").status_code == 404
    with pytest.raises(ApiError, match="Not uploaded yet"):
        taken(client)
    client.put(second, content=b"new!")
    assert taken(client)["a"].size_bytes == 4


def test_places_of_others_stay_open(client):
    (mine,), (theirs,) = places(client, ["a"]), places(client, ["a"], "m2")
    client.put(mine, content=b"1")
    client.put(theirs, content=b"22")
    assert taken(client)["a"].size_bytes == 1
    assert taken(client, "m2")["a"].size_bytes == 2
