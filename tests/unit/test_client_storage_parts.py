"""The pieces that uploads and downloads are made of, each on its own."""

import asyncio
import io
import logging
import pickle
import sys
import threading
from itertools import pairwise

import polars as pl
import pytest

from ionworks import AsyncIonworks, Ionworks, progress
from ionworks._async.tables import AsyncTable
from ionworks._sync.tables import Table
from ionworks.config import Config
from ionworks.errors import ConnectionFailedError, IonworksError
from ionworks.secrecy import Home, hide_signatures, host_of
from ionworks.storage import multipart
from ionworks.storage.answers import StorageRefusedError, Target, element
from ionworks.storage.bodies import Body, Outgoing
from ionworks.storage.downloads import Landing, Span, redirect_of
from ionworks.storage.rowgroups import Contents
from ionworks.storage.windows import Window
from ionworks.transport import async_http, sync_http
from tests.unit.storage_server import upload_info


class TestWhoMaySee:
    home = Home("https://api.example.test/v1")

    @pytest.mark.parametrize(
        "url",
        [
            "https://api.example.test/projects",
            "https://api.example.test:443/projects",
            "https://API.example.test/storagerooms",
            "https://api.example.test/projects/storage/k",
            "https://api.example.test/storage/../projects",
        ],
    )
    def test_the_api_itself(self, url):
        assert self.home.is_trusted(url)

    @pytest.mark.parametrize(
        "url",
        [
            "http://api.example.test/projects",
            "https://api.example.test:8443/projects",
            "https://api.example.test.evil.test/projects",
            "https://api.example.test@evil.test/projects",
            "https://evil.test/?https://api.example.test/",
            "https://api.example.test/storage/objects/k?signature=s",
            "https://api.example.test//storage/objects/k",
            "https://api.example.test/projects/../storage/objects/k",
            "https://api.example.test/./storage/objects/k",
            "https://api.example.test/%73torage/objects/k",
            "https://api.example.test/%2573torage/objects/k",
            "https://api.example.test/projects/%2e%2e%2fstorage/objects/k",
            "https://api.example.test\\storage\\objects\\k",
            "https://api.example.test/storage",
            "https://api.example.test:99999/projects",
            "https://[api.example.test/projects",
            "//evil.test/projects",
            "file:///etc/passwd",
        ],
    )
    def test_nobody_else(self, url):
        assert not self.home.is_trusted(url)

    def test_storage_is_named_by_its_host(self):
        assert (
            host_of("https://user:pass@s3.test:9000/bucket/key?X-Amz-Signature=a") == "s3.test:9000"
        )
        said = self.home.call("PUT", "https://s3.test/bucket/key?X-Amz-Signature=a")
        assert said == "PUT to the storage at s3.test"
        assert self.home.call("GET", "https://api.example.test/p?a=b") == (
            "GET https://api.example.test/p"
        )
        assert self.home.call("GET", "https://me:hush@api.example.test/p") == (
            "GET https://api.example.test/p"
        )

    @pytest.mark.parametrize("logger", ["httpx", "httpcore.http11"])
    def test_logs_go_without_signed_queries(self, caplog, logger):
        hide_signatures()
        with caplog.at_level(logging.DEBUG):
            logging.getLogger(logger).info(
                "HTTP Request: %s %s", "GET", "https://s.test/k?a=1&X-Amz-Signature=hush&b=2"
            )
            logging.getLogger(logger).info("GET https://api.test/projects?name=eq.a")
        assert "hush" not in caplog.text
        assert "https://s.test/k?..." in caplog.text
        assert "name=eq.a" in caplog.text

    @pytest.mark.parametrize("password", ["hush", "hush'\"", "hush@me", "%68hush"])
    def test_logs_go_without_passwords(self, caplog, password):
        hide_signatures()
        place = f"http://user:{password}@s.test:9000/k"
        with caplog.at_level(logging.DEBUG):
            answer = (b"HTTP/1.1", 307, b"", [(b"Location", place.encode()), (b"X", b"me@home")])
            logging.getLogger("httpcore.http11").debug("receive_response_headers %r", answer)
            logging.getLogger("httpx").info("HTTP Request: %s %s", "GET", place)
        assert "hush" not in caplog.text
        assert "user" not in caplog.text
        assert caplog.text.count("//s.test:9000/k") == 2
        assert "me@home" in caplog.text

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (b'{"error_code": "STORAGE_FULL", "message": "The disk is full."}',
             "507 STORAGE_FULL The disk is full."),
            (b'{"detail": "no room for https://s.test/k?signature=hush"}', "507 no room for ..."),
            (b'{"error_code": 5, "message": {"a": 1}, "detail": ["hush"]}', "507"),
            (b'["hush"]', "507"),
            (b"[" * 100_000, "507"),
            (b'{"message": "' + b"x" * 1000 + b'"}', "507 " + "x" * 300),
        ],
    )  # fmt: skip
    def test_the_reason_of_a_refusal_is_told(self, body, said):
        error = StorageRefusedError.to("take it", "https://s.test/k?signature=hush", 507, body)
        assert str(error) == f"the storage at s.test did not take it: {said}"

    def test_what_storage_says_is_repeated_without_addresses(self):
        body = (
            b"<Error><Code>SignatureDoesNotMatch</Code><Message>no, not https://s.test/k?signature="
            b"hush</Message><StringToSign>hush</StringToSign></Error>"
        )
        error = StorageRefusedError.to("take it", "https://s.test/k?signature=hush", 403, body)
        assert str(error) == (
            "the storage at s.test did not take it: 403 SignatureDoesNotMatch no, not ..."
        )
        assert error.denies_access
        assert "hush" not in repr(error)
        copy = pickle.loads(pickle.dumps(error))
        assert (str(copy), copy.status, copy.code) == (str(error), 403, "SignatureDoesNotMatch")

    def test_a_place_for_an_upload_shows_no_secret(self):
        class Server:
            url = "http://127.0.0.1:1"

        target = Target.of(upload_info(Server))
        assert target.bucket.credentials.secret_access_key == "hush-secret"
        assert "hush" not in repr(target) + repr(target.bucket) + repr(target.bucket.credentials)


IMPOSSIBLE = [
    12, None, ["https://s.test/"], "no address", "s.test/k", "file:///etc/passwd", "ftp://s.test/",
    "http:///k", "http://[x", "http://s.test:99999/", "http://s.test:0/", "http://s.test:b/",
    "http://a..b/", "http://" + "a" * 64 + ".test/", "http://:80/",
]  # fmt: skip


class TestImpossibleStorage:
    class Server:
        url = "http://127.0.0.1:1"

    @pytest.mark.parametrize("url", IMPOSSIBLE, ids=ascii)
    def test_a_place_for_an_upload(self, url):
        target = upload_info(self.Server, parts=False)
        target.signed_url = url
        problem = "no storage to upload to" if url is None else "no right address"
        with pytest.raises(IonworksError, match=problem):
            Target.of(target)

    @pytest.mark.parametrize("url", IMPOSSIBLE, ids=ascii)
    def test_a_place_for_parts(self, url):
        target = upload_info(self.Server)
        target.multipart.endpoint = url
        with pytest.raises(ConnectionFailedError, match="no right address"):
            Target.of(target)

    @pytest.mark.parametrize(
        "name", ["bucket", "object_path", "access_key_id", "secret_access_key", "region"]
    )
    @pytest.mark.parametrize("value", [None, 5, "", "a\r\nHost: evil.test", "\ud800"])
    def test_what_is_said_of_it(self, name, value):
        target = upload_info(self.Server)
        setattr(target.multipart, name, value)
        with pytest.raises(IonworksError, match=f"no right {name}"):
            Target.of(target)

    def test_a_token_is_one_or_none(self):
        target = upload_info(self.Server)
        target.multipart.session_token = None
        assert Target.of(target).bucket.credentials.session_token is None
        target.multipart.session_token = ["hush"]
        with pytest.raises(IonworksError, match="no right session_token"):
            Target.of(target)

    @pytest.mark.parametrize("location", [url for url in IMPOSSIBLE if isinstance(url, str)])
    def test_a_redirect(self, location):
        is_relative = location in ("no address", "s.test/k")
        headers = {"location": location}
        if is_relative:
            assert redirect_of("https://s.test/a/b", 307, headers).startswith("https://s.test/a/")
        else:
            with pytest.raises(ConnectionFailedError, match="no right address"):
                redirect_of("https://s.test/a/b", 307, headers)

    @pytest.mark.parametrize("url", IMPOSSIBLE, ids=ascii)
    def test_whatever_is_to_be_transferred(self, url):
        config = Config(api_url="http://127.0.0.1:1", api_key="k")
        with (
            sync_http(config) as http,
            pytest.raises(ConnectionFailedError, match="no right address"),
            http.transfer("GET", url, {}),
        ):
            pass

    @pytest.mark.parametrize("where", ["0-{}/*", "{}-{}/*", "0-1/{}", "*/{}", "0-²/*"])
    def test_a_range_beyond_all_files(self, where):
        headers = {"content-range": f"bytes {where.replace('{}', '9' * 5000)}"}
        with pytest.raises(ConnectionFailedError, match="did not say which"):
            Landing(io.BytesIO()).begin(206, headers)

    @pytest.mark.parametrize("length", ["9" * 5000, "²", "-1", "1e3"])
    def test_a_length_that_is_none_is_not_counted_on(self, length):
        landing = Landing(io.BytesIO())
        landing.begin(200, {"content-length": length})
        assert landing.total is None

    @pytest.mark.parametrize("number", ["²", "x", "9" * 5000])
    def test_a_list_with_a_part_that_has_no_number(self, number):
        listed = f"<Part><PartNumber>{number}</PartNumber><Size>3</Size></Part>".encode()
        assert multipart.kept(listed, Body.of(b"abc"), multipart.parts(3)) == {}


class Engine:
    """An engine that keeps what it is asked."""

    def __init__(self):
        self.asked = []

    def sync_answer(self, question, timeout):
        from ionworks.asgi import Answer

        self.asked.append((question, timeout))
        return Answer(200, [(b"content-type", b"application/json")], b"{}")

    async def async_answer(self, question, timeout):
        return self.sync_answer(question, timeout)


class TestTheEngineOfThisProcess:
    def ask(self, colour, method, path):
        engine = Engine()
        if colour == "sync":
            with sync_http(Config(api_url="local"), engine) as http:
                http.request(method=method, url=path)
        else:

            async def ask():
                async with async_http(Config(api_url="local"), engine) as http:
                    await http.request(method=method, url=path)

            asyncio.run(ask())
        [(question, _)] = engine.asked
        return question

    @pytest.mark.parametrize("colour", ["sync", "async"])
    @pytest.mark.parametrize("method", ["POST", "PATCH"])
    def test_it_hears_a_key(self, colour, method):
        headers = dict(self.ask(colour, method, "/projects").headers)
        assert len(headers[b"idempotency-key"]) == 36

    def test_reading_has_no_key(self):
        assert b"idempotency-key" not in dict(self.ask("sync", "GET", "/projects").headers)

    def test_a_percent_sign_in_a_name_is_one(self):
        assert self.ask("sync", "GET", "/files/100%2525.csv").path == "/files/100%25.csv"

    def test_it_answers_for_itself_only(self):
        engine = Engine()
        http = sync_http(Config(api_url="local"), engine)
        with http, pytest.raises(ConnectionFailedError, match="for itself only"):
            http.get("https://elsewhere.test/x")
        assert engine.asked == []


class TestBodies:
    @pytest.fixture(params=["bytes", "path", "text path", "handle", "pipe"])
    def body(self, request, tmp_path):
        content = bytes(range(256)) * 10
        path = tmp_path / "a.bin"
        path.write_bytes(content)

        class Pipe(io.BytesIO):
            def seekable(self):
                return False

        handle = path.open("rb")
        source = {
            "bytes": content,
            "path": path,
            "text path": str(path),
            "handle": handle,
            "pipe": Pipe(content),
        }[request.param]
        with Body.of(source) as body:
            yield body
        handle.close()

    def test_any_range_in_any_order_from_any_thread(self, body):
        content, found = bytes(range(256)) * 10, {}

        def read(start):
            found[start] = body.read(start, start + 100)

        threads = [threading.Thread(target=read, args=(start,)) for start in range(2400, 0, -300)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert found == {start: content[start : start + 100] for start in range(300, 2401, 300)}
        assert body.size == 2560

    def test_a_file_is_sent_though_its_name_goes(self, tmp_path):
        path = tmp_path / "gone"
        path.write_bytes(b"abc")
        with Body.of(path) as body:
            path.unlink()
            assert body.read(0, 3) == b"abc"

    def test_each_attempt_begins_at_the_beginning_and_is_counted(self, monkeypatch):
        monkeypatch.setattr("ionworks.storage.bodies._SENT_AT_ONCE", 4)
        heard = []
        outgoing = Outgoing(Body.of(b"0123456789"), heard.append)
        pieces = iter(outgoing)
        assert (next(pieces), next(pieces)) == (b"0123", b"4567")
        assert b"".join(outgoing) == b"0123456789"
        assert sum(heard) == 10
        assert -8 in heard

        async def collect():
            return [piece async for piece in outgoing]

        assert asyncio.run(collect()) == [b"0123", b"4567", b"89"]
        assert sum(heard) == 10


class TestLanding:
    def land(self, span=Span(0), most=None):  # noqa: B008
        file = io.BytesIO()
        return Landing(file, span, most), file

    def test_a_piece_at_a_time(self):
        landing, file = self.land(most=4)
        content, asked = b"0123456789", []
        while not landing.is_complete:
            wanted = landing.request()["Range"]
            asked.append(wanted)
            start, last = map(int, wanted.removeprefix("bytes=").split("-"))
            last = min(last, len(content) - 1)
            landing.begin(206, {"content-range": f"bytes {start}-{last}/10", "content-length": "4"})
            landing.write(content[start : last + 1])
            landing.end()
        assert asked == ["bytes=0-3", "bytes=4-7", "bytes=8-9"]
        assert file.getvalue() == content

    def test_a_validator_goes_along_when_it_is_resumed(self):
        landing, _ = self.land()
        assert landing.request() == {}
        landing.begin(200, {"content-length": "10", "etag": '"v"'})
        landing.write(b"0123")
        with pytest.raises(ConnectionFailedError, match="4 of 10 bytes"):
            landing.end()
        assert landing.request() == {"Range": "bytes=4-9", "If-Range": '"v"'}

    def test_a_weak_validator_is_none(self):
        landing, _ = self.land()
        headers = {"content-length": "10", "etag": 'W/"v"', "last-modified": "Mon, 1 Jan"}
        landing.begin(200, headers)
        landing.write(b"0")
        assert landing.request() == {"Range": "bytes=1-9", "If-Range": "Mon, 1 Jan"}

    def test_another_content_replaces_what_came(self):
        landing, file = self.land()
        landing.begin(200, {"content-length": "10", "etag": '"v"'})
        landing.write(b"0123")
        landing.begin(200, {"content-length": "3", "etag": '"w"'})
        landing.write(b"abc")
        landing.end()
        assert landing.is_complete
        assert file.getvalue() == b"abc"

    @pytest.mark.parametrize(
        "headers",
        [
            {"content-range": "bytes 4-9/10", "etag": '"w"'},
            {"content-range": "bytes 4-11/12", "etag": '"v"'},
            {"content-range": "bytes 5-9/10", "etag": '"v"'},
        ],
        ids=["validator", "length", "place"],
    )
    def test_two_contents_are_never_joined(self, headers):
        landing, file = self.land()
        landing.begin(200, {"content-length": "10", "etag": '"v"'})
        landing.write(b"0123")
        with pytest.raises(ConnectionFailedError, match="asked for bytes from 0 on"):
            landing.begin(206, headers)
        assert file.getvalue() == b""
        assert landing.request() == {}

    def test_a_content_that_changes_for_ever_ends(self):
        landing, _ = self.land()
        for number in range(4):
            landing.begin(200, {"content-length": "10", "etag": f'"{number}"'})
        with pytest.raises(ConnectionFailedError, match="changes while it is read"):
            landing.begin(200, {"content-length": "10", "etag": '"4"'})

    def test_a_packed_answer_is_refused(self):
        landing, _ = self.land()
        with pytest.raises(ConnectionFailedError, match="packed"):
            landing.begin(200, {"content-length": "10", "content-encoding": "gzip"})

    def test_a_part_that_is_not_named_is_refused(self):
        landing, _ = self.land(Span(3, 5))
        with pytest.raises(ConnectionFailedError, match="did not say which"):
            landing.begin(206, {"content-length": "2"})

    def test_a_part_without_a_byte_is_refused(self):
        landing, _ = self.land(Span(5, 9))
        with pytest.raises(ConnectionFailedError, match="without a byte"):
            landing.begin(206, {"content-range": "bytes 5-4/10", "content-length": "0"})

    def test_an_end_is_counted_from_the_end(self):
        landing, file = self.land(Span(-4))
        assert landing.request()["Range"] == "bytes=-4"
        landing.begin(206, {"content-range": "bytes 6-9/10", "content-length": "4"})
        landing.write(b"6789")
        landing.end()
        assert (landing.start, landing.total, file.getvalue()) == (6, 10, b"6789")

    @pytest.mark.parametrize(
        ("location", "target"),
        [
            ("/b?c=1", "https://a.test/b?c=1"),
            ("https://s.test/x", "https://s.test/x"),
            ("//s.test/x", "https://s.test/x"),
        ],
    )
    def test_redirects(self, location, target):
        assert redirect_of("https://a.test/d/e", 307, {"location": location}) == target
        assert redirect_of("https://a.test/d/e", 200, {"location": location}) is None
        assert redirect_of("https://a.test/d/e", 304, {}) is None


class TestParts:
    def test_the_largest_body_has_no_more_than_ten_thousand(self):
        found = multipart.parts(5 << 40)
        assert len(found) <= 10_000
        assert found[0].start == 0
        assert found[-1].stop == 5 << 40
        assert all(one.stop == two.start for one, two in pairwise(found))

    @pytest.mark.parametrize(
        ("entry", "is_kept"),
        [
            ("<Size>3</Size><ETag>&quot;900150983cd24fb0d6963f7d28e17f72&quot;</ETag>", True),
            ("<Size>3</Size><ETag>&quot;1&quot;</ETag>", False),
            ("<Size>3</Size><ETag>1</ETag><ChecksumCRC32>NSRBwg==</ChecksumCRC32>", True),
            ("<Size>3</Size><ETag>1</ETag><ChecksumCRC32>AAAAAA==</ChecksumCRC32>", False),
            (
                "<Size>3</Size><ETag>900150983cd24fb0d6963f7d28e17f72</ETag>"
                "<ChecksumCRC32>AAAAAA==</ChecksumCRC32>",
                False,
            ),
            ("<Size>2</Size><ETag>&quot;900150983cd24fb0d6963f7d28e17f72&quot;</ETag>", False),
        ],
    )
    def test_a_part_is_kept_if_it_is_the_same(self, entry, is_kept):
        answer = f"<R><Part><PartNumber>1</PartNumber>{entry}</Part></R>".encode()
        found = multipart.kept(answer, Body.of(b"abc"), multipart.parts(3))
        assert bool(found) is is_kept

    def test_xml_is_read_by_its_tags_and_never_expanded(self):
        assert element(b"<A><Code>a &amp; b</Code></A>", "Code") == "a & b"
        assert element(b"<!DOCTYPE x [<!ENTITY y 'z'>]><Code>&y;</Code>", "Code") == "&y;"
        assert element(b"\xff\xfe", "Code") is None


class TestMeter:
    def test_a_terminal_has_a_bar(self, monkeypatch):
        class Terminal(io.StringIO):
            def isatty(self):
                return True

        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)
        monkeypatch.setenv("TERM", "xterm")
        with progress.meter("data.parquet", 100, True) as advance:
            advance(60)
            advance(-60)
            advance(100)
            with progress.meter("second.parquet", 100, True) as second:
                second(100)
        assert "data.parquet" in terminal.getvalue()
        assert "second" not in terminal.getvalue()

    @pytest.mark.parametrize("shown", [True, False])
    def test_a_pipe_hears_nothing(self, capsys, shown):
        with progress.meter("data.parquet", 100, shown) as advance:
            advance(100)
        assert capsys.readouterr() == ("", "")

    def test_a_program_without_a_console(self, monkeypatch):
        monkeypatch.setattr(sys, "stdout", None)
        with progress.meter("data.parquet", 100, True) as advance:
            advance(100)


class TestTheEngine:
    """Against the engine: what storage gives of a table there, of both colours."""

    @pytest.mark.parametrize("colour", ["sync", "async"])
    @pytest.mark.parametrize("place", ["in process", "loopback"])
    def test_a_part_of_a_table(self, colour, place, request, tmp_path, monkeypatch):
        monkeypatch.delenv("IONWORKS_API_URL", raising=False)
        frame = pl.DataFrame({"Time [s]": range(200_000), "V": [n % 977 for n in range(200_000)]})
        path = tmp_path / "t.parquet"
        frame.write_parquet(path, row_group_size=10_000)
        window = Window.of(["V"], (50_000, 150_000), (60_000, 60_999))
        threads = set()
        real = Contents.frame

        def noted(*args):
            threads.add(threading.current_thread())
            return real(*args)

        monkeypatch.setattr(Contents, "frame", noted)
        url = (
            f"local:{tmp_path}" if place == "in process" else request.getfixturevalue("engine_url")
        )
        with Ionworks("k", url) as client:
            kept = client.raw_data.upload(client.project.list(limit=1)[0].id, path)
            if colour == "sync":
                stored = client._session.storage.at(lambda: client.raw_data.download_url(kept.id))
                found = Table(stored, None).read(window)
            else:
                found = asyncio.run(self.read(AsyncIonworks("k", url), kept.id, window))
        assert found.equals(frame[60_000:61_000].select("V"))
        assert (threading.main_thread() in threads) is (colour == "sync")

    async def read(self, client, raw_data_id, window):
        async with client:
            stored = client._session.storage.at(lambda: client.raw_data.download_url(raw_data_id))
            return await AsyncTable(stored, None).read(window)
