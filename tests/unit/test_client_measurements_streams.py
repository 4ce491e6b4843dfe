"""Many calls, a few at once: in order, no further ahead than that, and stopped when left."""

import asyncio
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ionworks.streams import AsyncStream, Stream
from tests.unit.stub import client_of

AT_ONCE = 4


class Counted:
    """A call that remembers how many of it ran at once, and how many were begun."""

    def __init__(self, broken=None):
        self.begun, self.running, self.most = 0, 0, 0
        self._broken, self._lock = broken, threading.Lock()

    def _begin(self, item):
        with self._lock:
            self.begun += 1
            self.running += 1
            self.most = max(self.most, self.running)
        if item == self._broken:
            raise ValueError(f"no {item}")

    def _end(self, item):
        with self._lock:
            self.running -= 1
        return item * item

    def sync(self, item):
        self._begin(item)
        time.sleep(0.002 * (item % 3))
        return self._end(item)

    async def later(self, item):
        self._begin(item)
        await asyncio.sleep(0.002 * (item % 3))
        return self._end(item)

    def stream(self, colour, count):
        if colour == "sync":
            return Stream(self.sync, range(count), AT_ONCE)
        return AsyncStream(self.later, range(count), AT_ONCE)


def taken(stream, most=None):
    """Take the first results of a stream of either colour, then leave it."""

    async def take():
        found = []
        async for item in stream:
            found.append(item)
            if len(found) == most:
                break
        await stream.aclose()
        return found

    if hasattr(stream, "__aiter__"):
        return asyncio.run(take())
    found = [item for _, item in zip(range(most or 10**6), stream, strict=False)]
    stream.close()
    return found


@pytest.fixture(params=["sync", "async"])
def colour(request):
    return request.param


def test_results_come_in_order(colour):
    calls = Counted()
    assert taken(calls.stream(colour, 50)) == [item * item for item in range(50)]
    assert 1 < calls.most <= AT_ONCE


def test_who_leaves_stops_what_has_not_begun(colour):
    calls = Counted()
    assert taken(calls.stream(colour, 1000), most=3) == [0, 1, 4]
    assert calls.begun <= 3 + 1 + AT_ONCE


def test_an_error_comes_in_its_turn(colour):
    calls = Counted(broken=5)
    with pytest.raises(ValueError, match="no 5"):
        taken(calls.stream(colour, 1000))
    assert calls.begun <= 6 + AT_ONCE


def test_nothing_gives_nothing(colour):
    assert taken(Counted().stream(colour, 0)) == []


def test_one_at_once_needs_no_thread():
    names = list(Stream(lambda _: threading.current_thread().name, range(3), 1))
    assert names == [threading.current_thread().name] * 3


class OneFile(BaseHTTPRequestHandler):
    """Refers to where a file is, and gives it."""

    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.server.connections += 1

    def do_GET(self):
        elsewhere = not self.path.startswith("/place")
        self.send_response(307 if elsewhere else 200)
        if elsewhere:
            self.send_header("Location", "/place/a.txt")
        content = b"somewhere else" if elsewhere else b"content"
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def test_a_redirect_costs_no_connection(colour):
    server = ThreadingHTTPServer(("127.0.0.1", 0), OneFile)
    server.connections = 0
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with client_of(colour, "k", f"http://127.0.0.1:{server.server_port}") as client:
            for _ in range(3):
                assert client.cell_measurement.get_file("id", "a.txt") == b"content"
        assert server.connections == 1
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
