"""Uploads and downloads over real sockets: whole, in parts, in ranges, and through faults."""

import asyncio
import logging
import os
from functools import partial

import pytest

from ionworks import AsyncIonworks, Ionworks, errors
from ionworks.retry import RetryPolicy
from ionworks.storage import multipart
from ionworks.storage.bodies import Body
from tests.unit.storage_server import QUERY, SECRETS, api_and_storage, upload_info

PATH = "/cell_measurements/m/time_series/download"
MIB = 1 << 20


class Operation:
    """A module of the generated layer, as far as storage needs it."""

    @staticmethod
    def _get_kwargs(measurement_id):
        return {"method": "get", "url": f"/cell_measurements/{measurement_id}/time_series/download"}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    for name in ("IONWORKS_API_TOKEN", "IONWORKS_PROJECT_ID", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(
        "ionworks.transport.RetryPolicy", partial(RetryPolicy, first_pause=0.0, longest_pause=0.0)
    )


@pytest.fixture
def servers():
    with api_and_storage() as servers:
        yield servers


@pytest.fixture
def api(servers):
    return servers[0]


@pytest.fixture
def storage(servers):
    return servers[1]


class Storing:
    """The storage of a client of either colour, to be called the same way."""

    def __init__(self, colour, api):
        options = {"organization_id": "org-1", "max_retries": 2}
        kind = Ionworks if colour == "sync" else AsyncIonworks
        self.client = kind("iw_secret", api.url, **options)
        self.loop = asyncio.new_event_loop() if colour == "async" else None

    def __getattr__(self, name):
        call = getattr(self.client._session.storage, name)

        def blocking(*args, **kwargs):
            answer = call(*args, **kwargs)
            return answer if self.loop is None else self.loop.run_until_complete(answer)

        return blocking

    def close(self):
        if self.loop is None:
            self.client.close()
        else:
            self.loop.run_until_complete(self.client.aclose())
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
            self.loop.close()


@pytest.fixture(params=["sync", "async"])
def client(request, api):
    storing = Storing(request.param, api)
    yield storing
    storing.close()


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of 64 KiB, so that a small body has many."""
    monkeypatch.setattr(multipart, "PART", 64 * 1024)
    for colour in ("_async", "_sync"):
        monkeypatch.setattr(f"ionworks.{colour}.storage.THRESHOLD", 64 * 1024)


def content_of(size, seed=0):
    return bytes((i * 31 + seed + (i >> 8)) & 0xFF for i in range(size))


class TestUploadsInOne:
    def test_it_arrives_with_its_kind_and_no_credential(self, client, storage):
        client.upload(upload_info(storage), Body.of(b"abc"), "text/csv")
        assert storage.objects == {"/kept/data.parquet": b"abc"}
        assert storage.types == {"/kept/data.parquet": "text/csv"}
        [sent] = storage.seen
        assert not {"x-api-key", "authorization", "x-organization-id"} & set(sent.headers)
        assert sent.headers["content-length"] == "3"
        assert "transfer-encoding" not in sent.headers

    @pytest.mark.parametrize("size", [10, 100_000])
    def test_storage_of_the_api_itself_hears_no_credential_either(self, storage, size, monkeypatch):
        for colour in ("_async", "_sync"):
            monkeypatch.setattr(f"ionworks.{colour}.storage.THRESHOLD", 64 * 1024)
        for colour in ("sync", "async"):
            storing = Storing(colour, storage)
            storing.upload(upload_info(storage), Body.of(content_of(size)), "text/csv")
            storing.close()
        assert storage.objects == {"/kept/data.parquet": content_of(size)}
        assert not any("x-api-key" in sent.headers for sent in storage.seen)

    def test_an_empty_body(self, client, storage):
        client.upload(upload_info(storage), Body.of(b""), "text/plain")
        assert storage.objects == {"/kept/data.parquet": b""}

    def test_a_broken_connection_begins_it_anew(self, client, storage, tmp_path):
        path = tmp_path / "data.parquet"
        path.write_bytes(content := content_of(3 * MIB))
        storage.faults = [("reset", MIB), ("reset", 2 * MIB)]
        with Body.of(path) as body:
            client.upload(upload_info(storage, parts=False), body, "x/y")
        assert storage.objects["/kept/data.parquet"] == content
        assert len(storage.seen) == 3

    def test_it_ends_with_the_host_and_nothing_secret(self, client, storage):
        storage.faults = [("status", 403)]
        with pytest.raises(errors.ConnectionFailedError) as refused:
            client.upload(upload_info(storage), Body.of(b"abc"), "x/y")
        assert refused.value.status_code is None
        assert f"127.0.0.1:{storage.server_port} did not take data.parquet: 403 Refused" in str(
            refused.value
        )
        assert not [secret for secret in SECRETS if secret in repr(refused.value)]
        assert "/kept" not in str(refused.value)
        assert QUERY not in str(refused.value)

    def test_a_conflict_of_storage_is_none_of_the_api(self, client, storage):
        storage.faults = [("status", 409)]
        with pytest.raises(errors.ConnectionFailedError) as refused:
            client.upload(upload_info(storage), Body.of(b"abc"), "x/y")
        assert not isinstance(refused.value, errors.ConflictError)

    @pytest.mark.parametrize("status", [504, 524])
    def test_a_slow_way_is_left_for_parts(self, client, storage, status):
        storage.faults = [("status", status)]
        client.upload(upload_info(storage), Body.of(b"abc"), "x/y")
        assert storage.objects == {"/kept/data.parquet": b"abc"}
        assert [entry.method for entry in storage.seen] == ["PUT", "POST", "PUT", "POST"]

    def test_a_file_that_shrinks_is_named(self, client, storage, tmp_path):
        path = tmp_path / "d.csv"
        path.write_bytes(b"0123456789")
        with Body.of(path) as body:
            os.truncate(path, 4)
            with pytest.raises(OSError, match=r"d\.csv became shorter .* 4 of 10 bytes"):
                client.upload(upload_info(storage), body, "x/y")
        assert storage.objects == {}


@pytest.mark.usefixtures("small_parts")
class TestUploadsInParts:
    size = 5 * 64 * 1024 + 17

    def test_parts_make_the_whole(self, client, storage):
        content = content_of(self.size)
        client.upload(upload_info(storage, key="a b/ü+%.parquet"), Body.of(content), "x/y")
        assert storage.objects["/a%20b/%C3%BC%2B%25.parquet"] == content
        assert storage.types["/a%20b/%C3%BC%2B%25.parquet"] == "x/y"
        assert storage.most_parts_at_once <= 2
        for sent in storage.seen:
            assert "x-api-key" not in sent.headers
            assert "x-organization-id" not in sent.headers

    def test_a_reset_sends_that_part_again(self, client, storage):
        content = content_of(self.size)
        storage.faults = [("reset", 1000)]
        client.upload(upload_info(storage), Body.of(content), "x/y")
        assert storage.objects["/kept/data.parquet"] == content
        assert sum(entry.size for entry in storage.seen if entry.method == "PUT") == self.size

    def test_what_arrived_is_not_sent_again(self, client, storage):
        """The answers to a part are lost as often as it is tried; then the storage is asked."""
        content = content_of(self.size)
        storage.page = 2
        storage.faults = [("lost", 1)] * 6
        real, storage.fault = storage.fault, None

        def fault(kind):
            begun = any("partNumber" in entry.path for entry in storage.seen)
            return real(kind) if begun or kind != "lost" else None

        storage.fault = fault
        client.upload(upload_info(storage), Body.of(content), "x/y")
        assert storage.objects["/kept/data.parquet"] == content
        assert any("part-number-marker" in entry.path for entry in storage.seen)

    def test_an_answer_lost_to_the_last_call_is_no_failure(self, client, storage):
        content = content_of(self.size)
        real, storage.faults = storage.fault, [("lost", 1)]

        def fault(kind):
            last = storage.seen and storage.seen[-1]
            is_last = last and last.method == "POST" and "uploadId" in last.path
            return real(kind) if is_last else None

        storage.fault = fault
        client.upload(upload_info(storage), Body.of(content), "x/y")
        assert storage.faults == []
        assert storage.objects["/kept/data.parquet"] == content

    @pytest.mark.parametrize("code", ["AccessDenied", "ExpiredToken"])
    def test_without_access_it_goes_in_one(self, client, storage, code):
        content = content_of(self.size)
        storage.faults = [("refuse", code)]
        client.upload(upload_info(storage), Body.of(content), "x/y")
        assert storage.objects["/kept/data.parquet"] == content
        assert "x-amz-date" not in storage.seen[-1].headers

    def test_what_is_given_up_is_taken_away_and_told(self, client, storage):
        storage.faults = [("refuse", "InvalidPart")] * 1
        real = storage.fault

        def fault(kind):
            return real(kind) if any("partNumber=3" in e.path for e in storage.seen) else None

        storage.fault = fault
        with pytest.raises(errors.ConnectionFailedError, match="InvalidPart") as refused:
            client.upload(upload_info(storage), Body.of(content_of(self.size)), "x/y")
        assert "bytes had been sent" in str(refused.value)
        assert storage.objects == storage.uploads == {}
        assert not [secret for secret in SECRETS if secret in repr(refused.value)]

    def test_expired_credentials_are_refused_before_anything_is_sent(self, client, storage):
        with pytest.raises(errors.IonworksError, match=r"expired \d+ s ago"):
            client.upload(upload_info(storage, expires=-1), Body.of(content_of(self.size)), "x/y")
        assert storage.seen == []

    def test_credentials_that_may_not_last_are_warned_of(self, client, storage, monkeypatch):
        for colour in ("_async", "_sync"):
            monkeypatch.setattr(f"ionworks.{colour}.multipart._SLOWEST", 1)
        with pytest.warns(UserWarning, match="expire in 3"):
            client.upload(upload_info(storage), Body.of(content_of(self.size)), "x/y")


class TestDownloads:
    def test_the_redirect_is_followed_without_credentials(self, client, api, storage):
        storage.objects[PATH] = content_of(1000)
        assert client.download(Operation, "m") == storage.objects[PATH]
        [asked], [given] = api.seen, storage.seen
        assert asked.headers["x-api-key"] == "iw_secret"
        assert asked.headers["x-organization-id"] == "org-1"
        assert not {"x-api-key", "authorization", "x-organization-id"} & set(given.headers)

    @pytest.mark.parametrize("cuts", [[10], [MIB, 5], [0, 100, 200]])
    def test_a_break_is_resumed_where_it_was(self, client, storage, cuts):
        storage.objects[PATH] = content = content_of(2 * MIB)
        storage.faults = [("cut", cut) for cut in cuts]
        assert client.download(Operation, "m") == content
        ranges = [entry.headers.get("range") for entry in storage.seen]
        got = 0
        for cut, asked in zip(cuts, ranges[1:], strict=True):
            got += cut
            assert asked in (f"bytes={got}-{2 * MIB - 1}", None if got == 0 else "")

    def test_it_gives_up_with_the_host_and_how_far_it_came(self, client, storage):
        storage.objects[PATH] = content_of(1000)
        storage.faults = [("cut", 0)] * 20
        with pytest.raises(errors.ConnectionFailedError) as broken:
            client.download(Operation, "m")
        assert f"storage at 127.0.0.1:{storage.server_port} broke off" in str(broken.value)
        assert not [secret for secret in SECRETS if secret in repr(broken.value)]

    def test_another_content_begins_anew(self, client, storage):
        storage.objects[PATH] = content_of(1000)
        storage.faults = [("cut", 100)]
        real = storage.span

        def changed(*args):
            storage.objects[PATH] = content_of(1200, seed=7)
            return real(args[0], storage.objects[PATH], '"new"')

        def span(handler, content, etag):
            if len(storage.seen) == 1:
                return real(handler, content, etag)
            return changed(handler, content, etag)

        storage.span = span
        assert client.download(Operation, "m") in (content_of(1000), content_of(1200, seed=7))

    def test_a_server_without_ranges(self, client, storage):
        storage.objects[PATH] = content_of(1000)
        storage.knows_ranges = False
        storage.faults = [("cut", 100)]
        assert client.download(Operation, "m") == storage.objects[PATH]

    def test_a_chain_of_redirects_carries_no_credential_and_ends(self, client, storage):
        def away(handler, path):
            storage.note(handler)
            handler.answer(302, Location=f"{storage.url}{path}?{QUERY}")

        storage.get = away
        with pytest.raises(errors.ConnectionFailedError, match="redirects") as refused:
            client.download(Operation, "m")
        assert 2 <= len(storage.seen) <= 10
        for entry in storage.seen:
            assert not {"x-api-key", "authorization", "x-organization-id"} & set(entry.headers)
        assert not [secret for secret in SECRETS if secret in repr(refused.value)]

    @pytest.mark.parametrize(
        "location",
        ["ftp://s.test/x", "file:///etc/passwd", "http://[broken", "http://a:b:c/?sig=x"],
    )
    def test_a_redirect_to_what_is_no_storage_is_an_error_of_ours(self, client, api, location):
        api.handle_exchange = lambda handler: handler.answer(307, Location=location)
        with pytest.raises(errors.ConnectionFailedError):
            client.download(Operation, "m")

    def test_an_empty_object(self, client, storage):
        storage.objects[PATH] = b""
        assert client.download(Operation, "m") == b""

    def test_what_is_not_there(self, client, api, storage):
        api.answers[PATH] = (404, {"error_code": "NOT_FOUND", "message": "no such measurement"})
        with pytest.raises(errors.NotFoundError, match="no such measurement"):
            client.download(Operation, "m")
        assert storage.seen == []

    def test_to_a_file_all_or_nothing(self, client, storage, tmp_path):
        storage.objects[PATH] = content_of(3000)
        path = tmp_path / "data.bin"
        path.write_bytes(b"old")
        storage.faults = [("cut", 0)] * 20
        with pytest.raises(errors.ConnectionFailedError):
            client.download_to(path, Operation, "m")
        assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("data.bin", b"old")]
        storage.faults = [("cut", 100)]
        client.download_to(path, Operation, "m")
        assert path.read_bytes() == content_of(3000)
        assert list(tmp_path.iterdir()) == [path]

    def test_signed_addresses_stay_out_of_logs(self, client, storage, caplog):
        storage.objects[PATH] = b"abc"
        with caplog.at_level(logging.DEBUG):
            client.download(Operation, "m")
            client.upload(upload_info(storage), Body.of(b"abc"), "x/y")
        assert caplog.records
        assert not [secret for secret in SECRETS if secret in caplog.text]


class TestDigests:
    """Bytes that are other ones on arrival are never taken for what was stored."""

    @pytest.fixture(autouse=True)
    def _told(self, storage):
        storage.tells_digests = True
        storage.objects[PATH] = content_of(3 * MIB + 17)

    @pytest.mark.parametrize("place", [0, 2 * MIB, 3 * MIB + 16])
    def test_what_was_altered_is_fetched_again(self, client, storage, place):
        storage.faults = [("altered", place)]
        assert client.download(Operation, "m") == storage.objects[PATH]
        assert [entry.headers.get("range") for entry in storage.seen] == [None, None]

    def test_it_is_checked_over_all_that_came_in_pieces(self, client, storage):
        storage.faults = [("cut", MIB), ("altered", 5)]
        assert client.download(Operation, "m") == storage.objects[PATH]
        assert len(storage.seen) == 3

    def test_what_stays_altered_is_said_to_be_damaged(self, client, storage, tmp_path):
        storage.faults = [("altered", 7)] * 20
        with pytest.raises(errors.ConnectionFailedError, match="damaged where it is kept") as told:
            client.download_to(tmp_path / "data.bin", Operation, "m")
        assert f"storage at 127.0.0.1:{storage.server_port} failed" in str(told.value)
        assert not [secret for secret in SECRETS if secret in repr(told.value)]
        assert (len(storage.seen), list(tmp_path.iterdir())) == (2, [])

    def test_what_comes_altered_each_time_is_given_up(self, client, storage):
        storage.faults = [("altered", place) for place in range(20)]
        with pytest.raises(errors.ConnectionFailedError, match="altered again"):
            client.download(Operation, "m")
        assert len(storage.seen) < 6

    @pytest.mark.parametrize("told", ["", "md5=:YQ==:", "sha-256=:short=:", "sha-256"])
    def test_without_a_digest_nothing_is_checked(self, client, storage, told, monkeypatch):
        monkeypatch.setattr("tests.unit.storage_server.digest_of", lambda _: told)
        storage.faults = [("altered", 0)]
        assert client.download(Operation, "m") != storage.objects[PATH]
        assert len(storage.seen) == 1
