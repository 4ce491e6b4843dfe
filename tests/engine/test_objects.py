"""Storage under signed addresses: what they open, for whom, and for how long."""

import asyncio
import base64
import hashlib
import threading
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from conftest import app_client, until
from ionworks_engine import receiving
from ionworks_engine.storage import FileStore, times
from storage_places import address, confirmed, opened, sent, stored

from ionworks import Ionworks
from ionworks.errors import ConnectionFailedError

CONTENT = bytes(range(256)) * 20


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def client(folder):
    with app_client(folder, api_key="a-key", max_upload=1 << 20) as client:
        client.get("/healthz")
        with_key(client)
        yield client


def with_key(client):
    client._http.headers["X-API-Key"] = "a-key"


def bare(client, method, url, **options):
    """Ask without the key, as storage is asked."""
    options["headers"] = {**options.get("headers", {}), "X-API-Key": ""}
    return client.request(method, url, **options)


def changed(url, **values):
    return str(httpx.URL(url).copy_merge_params(values))


@pytest.fixture
def url(client):
    return address(client, sent(client, CONTENT, "run 1.csv", content_type="text/csv"))


def test_a_signed_address_opens_without_a_key(client, url):
    answer = bare(client, "GET", url)
    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["content-type"] == "text/csv"
    assert answer.headers["etag"] == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''run%201.csv"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert bare(client, "GET", "/projects").status_code == 401


def test_its_head_tells_the_size(client, url):
    answer = bare(client, "HEAD", url)
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.content == b""


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=-300", 4820, 5120), ("bytes=10-19", 10, 20), ("bytes=5000-", 5000, 5120)],
)
def test_ranges_are_served(client, url, asked, start, stop):
    answer = bare(client, "GET", url, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == CONTENT[start:stop]
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/5120"


def digest_of(content):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def test_the_digest_of_the_file_is_told_and_that_of_a_range_if_wanted(client, url):
    wanted = {"Want-Content-Digest": "sha-256=10"}
    whole = bare(client, "GET", url, headers=wanted)
    assert whole.headers["repr-digest"] == digest_of(CONTENT)
    assert "content-digest" not in whole.headers
    part = bare(client, "GET", url, headers={**wanted, "Range": "bytes=1000-4999"})
    assert part.content == CONTENT[1000:5000]
    assert part.headers["content-digest"] == digest_of(CONTENT[1000:5000])
    assert part.headers["repr-digest"] == digest_of(CONTENT)
    for headers in ({}, {"Want-Content-Digest": "sha-256=0"}, {"Want-Content-Digest": "md5=1"}):
        asked = {**headers, "Range": "bytes=0-9"}
        assert "content-digest" not in bare(client, "GET", url, headers=asked).headers


def test_many_ranges_are_told_without_a_digest(client, url):
    asked = {"Want-Content-Digest": "sha-256=1", "Range": "bytes=0-9,20-29"}
    answer = bare(client, "GET", url, headers=asked)
    assert answer.status_code == 206
    assert "content-digest" not in answer.headers


def test_what_was_damaged_at_rest_is_not_taken_for_what_was_stored(folder):
    content = CONTENT
    with Ionworks.local(folder) as client:
        raw = client.raw_data.upload(None, content, name="an export")
        assert client.raw_data.download(raw.id) == content
        [path] = (
            each
            for each in (folder / "files").rglob("*")
            if each.is_file() and each.read_bytes() == content
        )
        path.chmod(0o600)
        path.write_bytes(content[:500] + bytes([content[500] ^ 1]) + content[501:])
        with pytest.raises(ConnectionFailedError, match="damaged where it is kept"):
            client.raw_data.download(raw.id)


def test_a_range_behind_the_end_is_refused(client, url):
    answer = bare(client, "GET", url, headers={"Range": "bytes=6000-7000"})
    assert answer.status_code == 416


def test_conditions_are_honoured(client, url):
    etag = bare(client, "HEAD", url).headers["etag"]
    assert bare(client, "GET", url, headers={"If-None-Match": etag}).status_code == 304
    assert bare(client, "GET", url, headers={"If-None-Match": f'"x", W/{etag}'}).status_code == 304
    assert bare(client, "GET", url, headers={"If-None-Match": '"x"'}).status_code == 200
    part = {"Range": "bytes=0-9"}
    resumed = bare(client, "GET", url, headers={**part, "If-Range": etag})
    assert resumed.status_code == 206
    assert bare(client, "GET", url, headers={**part, "If-Range": '"x"'}).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "0" * 64},
        {"signature": "é"},
        {"expires": "9999999999"},
        {"filename": "other.exe"},
        {"type": "text/html"},
    ],
    ids=str,
)
def test_a_changed_address_opens_nothing(client, url, change):
    answer = bare(client, "GET", changed(url, **change))
    assert answer.status_code == 403
    assert "does not fit" in answer.json()["message"]
    assert httpx.URL(url).params["signature"] not in answer.text


def test_an_address_opens_its_own_object_only(client, url):
    other = address(client, sent(client, b"other"))
    key, other_key = urlsplit(url).path, urlsplit(other).path
    assert bare(client, "GET", url.replace(key, other_key)).status_code == 403


def test_an_address_to_fetch_from_cannot_be_sent_to(client, url):
    assert bare(client, "PUT", url, content=b"x").status_code == 403
    place = opened(client)["uploads"][0]["signed_url"]
    assert bare(client, "GET", place).status_code == 403


def test_an_address_without_a_signature_says_so(client, url):
    answer = bare(client, "GET", urlsplit(url).path)
    assert answer.status_code == 403
    assert "needs a signature" in answer.json()["message"]
    answer = bare(client, "DELETE", url)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, PUT"


def test_an_address_expires(client, url):
    store = client.app.state.services.store
    store.clock = lambda: times.now() + timedelta(hours=1, seconds=2)
    answer = bare(client, "GET", url)
    assert answer.status_code == 403
    assert "has expired" in answer.json()["message"]


@pytest.mark.parametrize("media_type", ["text/html\r\nX-Evil: 1", "no type", "text/é"])
def test_a_media_type_that_is_none_goes_as_bytes(client, media_type):
    body = {"filename": "a", "content_type": media_type}
    raw_data = sent(client, b"x", **body)
    answer = bare(client, "GET", address(client, raw_data))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("../../etc/passwd", 'filename="passwd"'),
        ("C:\\temp\\run.csv", 'filename="run.csv"'),
        ("a\r\nb.csv", 'filename="ab.csv"'),
        ('quote".csv', "filename*=utf-8''quote%22.csv"),
        ("..", None),
    ],
)
def test_a_file_is_offered_under_a_name_that_leads_nowhere(client, name, saved):
    answer = bare(client, "GET", address(client, sent(client, b"x", name)))
    assert answer.headers.get("content-disposition") == (saved and f"attachment; {saved}")


def test_a_file_that_went_is_not_there(client):
    raw_data = sent(client, CONTENT)
    url = address(client, raw_data)
    assert client.delete(f"/raw_data/{raw_data['id']}").status_code == 204
    answer = bare(client, "GET", url)
    assert answer.status_code == 404
    assert "deleted" in answer.json()["message"]


# Sending


def test_what_is_sent_twice_counts_once(client, folder):
    place = opened(client)
    url = place["uploads"][0]["signed_url"]
    assert bare(client, "PUT", url, content=b"first").status_code == 200
    answer = bare(client, "PUT", url, content=b"second")
    assert answer.headers["etag"] == f'"{hashlib.sha256(b"second").hexdigest()}"'
    assert stored(folder) == {hashlib.sha256(b"second").hexdigest()}
    assert confirmed(client, place, 6).json()["size_bytes"] == 6


def test_what_is_sent_too_late_leaves_nothing(client, folder):
    place = opened(client)
    url = place["uploads"][0]["signed_url"]
    assert client.put(url, content=b"kept").status_code == 200
    assert confirmed(client, place, 4).status_code == 200
    answer = client.put(url, content=b"too late")
    assert answer.status_code == 404
    assert "confirmed" in answer.json()["message"]
    assert stored(folder) == {hashlib.sha256(b"kept").hexdigest()}


def test_a_place_expires_and_is_swept(client, folder):
    place = opened(client)
    client.put(place["uploads"][0]["signed_url"], content=b"x")
    store = client.app.state.services.store
    store.sweep()
    assert len(stored(folder)) == 1
    store.clock = lambda: times.now() + timedelta(hours=7)
    store.sweep()
    assert stored(folder) == set()
    answer = confirmed(client, place, 1)
    assert answer.status_code == 404
    assert place["raw_data_id"] in answer.json()["message"]


def test_a_file_that_is_too_large_is_refused_before_and_while_it_comes(client, folder):
    url = opened(client)["uploads"][0]["signed_url"]
    announced = client.put(url, content=b"x" * ((1 << 20) + 1))
    assert announced.status_code == 413
    assert announced.json()["detail"] == {"limit_bytes": 1 << 20}
    endless = put_pieces(client, url, [b"x" * 700_000] * 2)
    assert endless == 413
    assert stored(folder) == set()


def test_a_body_of_another_length_than_announced_is_refused(client, folder):
    url = opened(client)["uploads"][0]["signed_url"]
    assert put_pieces(client, url, [b"x" * 10], announced=b"11") == 400
    assert stored(folder) == set()


def test_a_connection_that_breaks_leaves_nothing(client, folder):
    url = opened(client)["uploads"][0]["signed_url"]
    assert put_pieces(client, url, [b"x" * 300_000] * 3, breaks=True) == 400
    assert stored(folder) == set()


def test_a_full_disk_is_named(client, folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    url = opened(client)["uploads"][0]["signed_url"]
    monkeypatch.setattr("ionworks_engine.storage.files.Incoming.write", full)
    answer = client.put(url, content=b"x" * 10)
    assert answer.status_code == 507
    assert "disk is full" in answer.json()["message"]
    assert stored(folder) == set()


def test_others_are_served_while_a_file_is_written(client, monkeypatch):
    """The disk is made to wait until another request was answered: else the wait never ends."""
    answered = threading.Event()
    write = receiving.Incoming.write

    def slow(incoming, piece):
        assert answered.wait(30), "nobody else was served"
        write(incoming, piece)

    monkeypatch.setattr(receiving.Incoming, "write", slow)
    url = opened(client)["uploads"][0]["signed_url"]
    sending = asyncio.run_coroutine_threadsafe(
        put(client, url, iter([(b"x" * 700_000, True), (b"y", False)]), None), client._loop
    )
    assert client.get("/projects").status_code == 200
    answered.set()
    assert sending.result(30) == 200


def test_a_request_that_is_given_up_at_the_last_moment_leaves_nothing(client, folder, monkeypatch):
    keeping, go = threading.Event(), threading.Event()
    keep = FileStore.keep

    def slow(files, incoming):
        keeping.set()
        assert go.wait(30)
        return keep(files, incoming)

    monkeypatch.setattr(FileStore, "keep", slow)
    url = opened(client)["uploads"][0]["signed_url"]
    sending = asyncio.run_coroutine_threadsafe(
        put(client, url, iter([(b"whole", False)]), None), client._loop
    )
    assert keeping.wait(30)
    sending.cancel()
    go.set()
    monkeypatch.undo()
    client.run(until(lambda: not stored(folder)))
    assert client.put(url, content=b"whole").status_code == 200
    assert len(stored(folder)) == 1


def put_pieces(client, url, pieces, announced=None, breaks=False):
    coming = [(piece, True) for piece in pieces] + ([] if breaks else [(b"", False)])
    return client.run(put(client, url, iter(coming), announced))


async def put(client, url, coming, announced):
    """Put a body piece by piece; when there are no more, the connection is gone."""
    statuses = []

    async def receive():
        piece = next(coming, None)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece[0], "more_body": piece[1]}

    async def send(message):
        statuses.append(message.get("status"))

    parts = urlsplit(url)
    scope = {
        "type": "http",
        "method": "PUT",
        "path": parts.path,
        "query_string": parts.query.encode(),
        "headers": [(b"content-length", announced)] if announced else [],
    }
    await client.app(scope, receive, send)
    return statuses[0]


def test_addresses_begin_where_the_client_found_the_engine(client):
    for host, origin in [
        ("lab.example.com:8787", "http://lab.example.com:8787"),
        ("[::1]:80", "http://[::1]:80"),
        ("evil.com/path?", "http://localhost"),
    ]:
        body = {"project_id": client.project(), "filename": "a"}
        answer = client.post("/raw_data/initiate-upload", json=body, headers={"Host": host})
        place = answer.json()["uploads"][0]
        assert place["signed_url"].startswith(f"{origin}/storage/objects/")
        assert place["multipart"]["endpoint"] == f"{origin}/storage/s3"


def test_nothing_of_an_address_is_logged_when_storage_fails(client, url, monkeypatch, caplog):
    def explode(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr("ionworks_engine.objects._last_part", explode)
    assert bare(client, "GET", url).status_code == 500
    assert "a bug" in caplog.text
    assert httpx.URL(url).params["signature"] not in caplog.text
