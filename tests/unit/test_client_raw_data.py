"""``client.raw_data`` of both colours, in this process and over loopback."""

import asyncio
import io
import logging
import os
import traceback
from contextlib import contextmanager

import pytest

from ionworks import AsyncIonworks, Ionworks, cache, errors
from tests.unit.storage_server import api_and_storage, upload_info

MIB = 1 << 20


class Both:
    """``client.raw_data`` of either colour, to be called the same way."""

    def __init__(self, client, loop):
        self.client, self._loop = client, loop

    def __getattr__(self, name):
        call = getattr(self.client.raw_data, name)

        def blocking(*args, **kwargs):
            answer = call(*args, **kwargs)
            if asyncio.iscoroutine(answer):
                answer = self._loop.run_until_complete(answer)
            if type(answer).__name__ == "AsyncPage":
                self._loop.run_until_complete(answer.all())
            return answer

        return blocking


@contextmanager
def raw_data_of(client):
    if isinstance(client, Ionworks):
        with client:
            yield Both(client, None)
        return
    loop = asyncio.new_event_loop()
    try:
        yield Both(client, loop)
    finally:
        loop.run_until_complete(client.aclose())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@pytest.fixture(autouse=True)
def _own_settings(tmp_path, monkeypatch):
    for name in ("IONWORKS_API_URL", "IONWORKS_API_KEY", "IONWORKS_PROJECT_ID", "PROJECT_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(cache._CACHE_CONFIG, "directory", tmp_path / "cache")
    monkeypatch.setitem(cache._CACHE_CONFIG, "enabled", True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("engine")
    with Ionworks.local(folder):
        yield folder


@pytest.fixture(
    params=[(Ionworks, "here"), (AsyncIonworks, "here"), (Ionworks, "net"), (AsyncIonworks, "net")],
    ids=["sync, in process", "async, in process", "sync, loopback", "async, loopback"],
)
def raw(request, folder):
    kind, place = request.param
    if place == "here":
        client = kind.local(folder)
    else:
        url = request.getfixturevalue("engine_url")
        with Ionworks("k", url) as first:
            project = first.project.list(limit=1)[0].id
        client = kind("k", url, project)
    with raw_data_of(client) as raw:
        yield raw


def some(size):
    return os.urandom(min(size, 1000)) * (size // 1000 + 1)


def test_bytes_there_and_back(raw):
    kept = raw.upload(None, b"Time,Voltage\n0,3.7\n", name="day 1", source="Neware")
    assert (kept.name, kept.filename, kept.source) == ("day 1", "upload.bin", "Neware")
    assert kept.size_bytes == 19
    assert raw.get(kept.id).id == kept.id
    assert raw.download(kept.id) == b"Time,Voltage\n0,3.7\n"


def test_a_path_keeps_its_name_and_kind(raw, tmp_path):
    path = tmp_path / "ü day 1.csv"
    path.write_bytes(b"a,b\n")
    kept = raw.upload(None, path, metadata={"channel": 7})
    assert (kept.filename, kept.name, kept.content_type) == (path.name, path.name, "text/csv")
    assert kept.metadata == {"channel": 7}
    assert raw.download(kept.id) == b"a,b\n"
    assert raw.upload(None, str(path)).filename == path.name


def test_a_handle_is_sent_from_where_it_stands_and_stays_open(raw, tmp_path):
    path = tmp_path / "log.txt"
    path.write_bytes(b"header;body")
    with path.open("rb") as handle:
        handle.seek(7)
        kept = raw.upload(None, handle)
        assert not handle.closed
    assert raw.download(kept.id) == b"body"
    assert kept.filename == "log.txt"


def test_a_pipe_is_sent_whole(raw):
    class Pipe(io.RawIOBase):
        def __init__(self):
            self.left = io.BytesIO(b"0123456789" * 200_000)

        def readable(self):
            return True

        def readinto(self, buffer):
            return self.left.readinto(buffer)

    kept = raw.upload(None, Pipe())
    assert raw.download(kept.id) == b"0123456789" * 200_000


def test_an_empty_file(raw):
    kept = raw.upload(None, b"")
    assert kept.size_bytes == 0
    assert raw.download(kept.id, use_cache=False) == raw.download(kept.id) == b""


@pytest.mark.parametrize("size", [16 * MIB - 1, 16 * MIB, 40 * MIB + 17])
def test_large_files_whole_and_in_parts(raw, tmp_path, size):
    path = tmp_path / "large.bin"
    path.write_bytes(content := some(size)[:size])
    kept = raw.upload(None, path)
    assert kept.size_bytes == size
    assert raw.download(kept.id, use_cache=False) == content
    saved = raw.download_to(kept.id, tmp_path / "new" / "folder")
    assert saved == tmp_path / "new" / "folder" / "large.bin"
    assert saved.read_bytes() == content
    assert [entry.name for entry in saved.parent.iterdir()] == ["large.bin"]


def test_a_second_download_comes_from_the_disk(raw):
    kept = raw.upload(None, b"abc")
    assert raw.download(kept.id) == b"abc"
    key = raw.client._session.cache_key(kept.id, "raw_data", "3")
    if raw.client.api_url.startswith("local"):
        assert key is None
        return
    path = cache.DiskCache().find(key)
    assert path.read_bytes() == b"abc"
    path.write_bytes(b"xyz")
    assert raw.download(kept.id) == b"xyz"
    assert raw.download(kept.id, use_cache=False) == b"abc"
    path.write_bytes(b"longer")
    with pytest.raises(errors.ConnectionFailedError, match="6 bytes came"):
        raw.download(kept.id)
    assert raw.download(kept.id) == b"abc"
    raw.delete(kept.id)
    assert cache.DiskCache().find(key) is None
    with pytest.raises(errors.NotFoundError):
        raw.download(kept.id)


def test_saving_never_replaces_what_is_there(raw, tmp_path):
    kept = raw.upload(None, b"new")
    path = tmp_path / "upload.bin"
    path.write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        raw.download_to(kept.id, tmp_path)
    assert path.read_bytes() == b"mine"
    assert raw.download_to(kept.id, tmp_path, overwrite=True) == path
    assert path.read_bytes() == b"new"
    before = path.stat().st_mtime_ns
    assert raw.download_to(kept.id, tmp_path) == path
    assert path.stat().st_mtime_ns == before


def test_it_is_listed_changed_and_deleted(raw):
    one = raw.upload(None, b"1", name="listed 50% a", source="S")
    two = raw.upload(None, b"2", name="listed 50% b")
    names = [item.name for item in raw.list(name="50%", order_by="name", order="desc")._items]
    assert names[:2] == ["listed 50% b", "listed 50% a"]
    assert len(raw.list(name_exact="listed 50% a")) >= 1
    assert len(raw.list(limit=1)) == 1
    assert next(item.id for item in raw.list(filters={"source": "eq.S"})._items) == one.id
    changed = raw.update(one.id, name="renamed", source="", metadata={"a": 1})
    assert (changed.name, changed.source, changed.metadata) == ("renamed", None, {"a": 1})
    assert raw.update(one.id, source="T").name == "renamed"
    assert list(raw.list_measurements(one.id)._items) == []
    for each in (one, two):
        raw.delete(each.id)
        with pytest.raises(errors.NotFoundError):
            raw.get(each.id)


def test_an_address_for_another_program(raw):
    kept = raw.upload(None, b"abc")
    url = raw.download_url(kept.id)
    assert "/storage/objects/" in url
    assert "signature=" in url


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (io.StringIO("text"), "read bytes"),
        (5, "path, bytes or an opened file"),
        ("gone.csv", r"^there is no file gone\.csv: nothing was sent$"),
        (".", "folder"),
    ],
    ids=["text", "number", "absent", "folder"],
)
def test_what_is_no_file_is_refused_before_anything_is_sent(raw, file, problem):
    before = raw.list().total
    with pytest.raises((TypeError, OSError), match=problem):
        raw.upload(None, file)
    assert raw.list().total == before


@pytest.mark.parametrize("timeout", [0, -1, "long", (10, 0), True, float("nan")])
def test_a_timeout_that_is_none_is_refused(raw, timeout):
    before = raw.list().total
    with pytest.raises(ValueError, match="timeout must be a positive number"):
        raw.upload(None, b"abc", timeout=timeout)
    assert raw.list().total == before


@pytest.mark.parametrize("timeout", [30, (10, 30)])
def test_timeouts_as_the_public_client_takes_them(raw, timeout):
    kept = raw.upload(None, b"abc", timeout=timeout)
    assert raw.download(kept.id, read_timeout=timeout) == b"abc"


def test_a_name_that_is_no_text_is_sent_as_near_to_it_as_can_be(raw, tmp_path):
    path = tmp_path / "messung-\udce4.csv"
    try:
        path.write_bytes(b"abc")
    except OSError:
        pytest.skip("this file system has no such names")
    assert raw.upload(None, path).filename == "messung-?.csv"


def test_a_file_that_shrinks_leaves_nothing(raw, tmp_path, monkeypatch):
    path = tmp_path / "shrinking.bin"
    path.write_bytes(some(20 * MIB))
    before = raw.list().total
    from ionworks.storage.bodies import Body

    real = Body.of

    def of(source):
        body = real(source)
        os.truncate(path, 100)
        return body

    monkeypatch.setattr(Body, "of", of)
    with pytest.raises(OSError, match=r"shrinking\.bin became shorter"):
        raw.upload(None, path)
    assert raw.list().total == before


class TestFaults:
    @pytest.fixture
    def servers(self):
        with api_and_storage() as servers:
            yield servers

    @pytest.fixture(params=[Ionworks, AsyncIonworks], ids=["sync", "async"])
    def raw(self, request, servers, monkeypatch):
        from functools import partial

        from ionworks.retry import RetryPolicy

        quick = partial(RetryPolicy, first_pause=0.0, longest_pause=0.0)
        monkeypatch.setattr("ionworks.transport.RetryPolicy", quick)
        api, storage = servers
        record = {
            "id": "r",
            "project_id": "p",
            "name": "day 1",
            "filename": "day1.csv",
            "size_bytes": 5,
        }
        for name in ("organization_id", "content_type", "source", "created_by_email"):
            record[name] = None
        record |= {"metadata": {}, "created_at": None, "updated_at": None}
        self.record, self.api, self.storage = record, api, storage
        place = upload_info(storage, "day1.csv")
        place.multipart = place.multipart.__dict__
        api.answers = {
            "/raw_data/initiate-upload": (200, {"raw_data_id": "r", "uploads": [place.__dict__]}),
            "/raw_data/r/confirm-upload": (200, record),
            "/raw_data/r": (200, record),
            "/raw_data/r/download-url": (200, {"url": f"{place.signed_url}"}),
        }
        with raw_data_of(request.param("iw_secret", api.url, organization_id="org-1")) as raw:
            yield raw

    def test_the_storage_hears_no_credential(self, raw):
        raw.upload("p", b"12345")
        assert raw.download("r", use_cache=False) == b"12345"
        assert len(self.storage.seen) == 2
        for sent in self.storage.seen:
            assert not {"x-api-key", "authorization", "x-organization-id"} & set(sent.headers)
        for sent in self.api.seen:
            assert sent.headers["x-api-key"] == "iw_secret"

    def test_a_size_that_is_not_the_records_is_an_error(self, raw, tmp_path):
        self.storage.objects["/kept/data.parquet"] = b"1234"
        with pytest.raises(errors.ConnectionFailedError, match="4 bytes came of 'day 1'"):
            raw.download("r")
        with pytest.raises(errors.ConnectionFailedError, match="4 bytes came of 'day 1'"):
            raw.download_to("r", tmp_path / "saved")
        assert list((tmp_path / "saved").iterdir()) == []

    @pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/b", "..", "a\\b", "CON", "a\0b"])
    def test_a_name_never_leaves_the_folder(self, raw, tmp_path, name):
        self.storage.objects["/kept/data.parquet"] = b"12345"
        self.record["filename"] = name
        with pytest.raises(errors.IonworksError, match="names a file"):
            raw.download_to("r", tmp_path / "saved")
        assert not (tmp_path / "saved").exists()
        assert [path.name for path in tmp_path.iterdir()] in ([], ["cache"])

    def test_an_address_that_has_lapsed_is_asked_for_again(self, raw):
        self.storage.objects["/kept/data.parquet"] = b"12345"
        self.storage.faults = [("cut", 2), ("status", 403)]
        assert raw.download("r", use_cache=False) == b"12345"
        asked = [entry.path for entry in self.api.seen].count("/raw_data/r/download-url")
        assert asked == 2

    def test_an_upload_that_fails_is_not_confirmed_and_tells_no_secret(self, raw, caplog):
        self.storage.faults = [("status", 403)]
        with (
            caplog.at_level(logging.DEBUG),
            pytest.raises(errors.ConnectionFailedError) as refused,
        ):
            raw.upload("p", b"12345")
        said = "".join(traceback.format_exception(refused.value)) + caplog.text
        assert "hush" not in said
        assert "iw_secret" not in said
        assert not any("confirm" in entry.path for entry in self.api.seen)
