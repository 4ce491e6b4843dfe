"""The client over real sockets, on loopback."""

import asyncio
import gc
import gzip
import json
import os
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ionworks import AsyncIonworks, Ionworks, errors

ME = {"id": "u", "email": "a@b", "authorized_organization": None, "organizations": []}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.heard(b"")
        self.server.act(self)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard(body)
        self.server.act(self)

    def heard(self, body):
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append((headers, body))

    def answer(self, body, status=200, **headers):
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def hang_up(self):
        self.close_connection = True
        self.connection.shutdown(2)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def serving(act):
    server = Server(("127.0.0.1", 0), Handler)
    server.act, server.seen = act, []
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def _direct(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def test_a_key_does_not_reach_another_port():
    with (
        serving(lambda handler: handler.answer(ME)) as storage,
        serving(lambda handler: handler.answer({}, 307, Location=f"{storage.url}/signed")) as api,
        Ionworks("secret", api.url, organization_id="o") as client,
    ):
        assert client.whoami().id == "u"
    assert api.seen[0][0]["x-api-key"] == "secret"
    assert not {"x-api-key", "x-organization-id"} & set(storage.seen[0][0])


@pytest.mark.parametrize("host", ["s.test:99999", "a..b", "a" * 64 + ".test"])
def test_a_redirect_to_an_address_that_cannot_be_is_an_error_of_ours(host):
    def redirect(handler):
        handler.answer({}, 307, Location=f"http://{host}/?signature=hush")

    with serving(redirect) as api, Ionworks("k", api.url) as client:
        with pytest.raises(errors.ConnectionFailedError) as refused:
            client.whoami()
        assert len(api.seen) == 1
    assert "hush" not in repr(refused.value)


def test_a_dropped_connection_is_tried_again_under_one_key():
    def twice_nothing(handler):
        if len(handler.server.seen) in (1, 2):
            handler.hang_up()
        else:
            handler.answer({**ME, "name": "n", "organization_id": "o"}, 200)

    with serving(twice_nothing) as server, Ionworks("k", server.url) as client:
        assert client.whoami().id == "u"
        assert len(server.seen) == 3
    with serving(twice_nothing) as server, Ionworks("k", server.url) as client:
        assert client.project.create({"name": "n"}).id == "u"
        keys = [headers["idempotency-key"] for headers, _ in server.seen]
        assert len(keys) == 3
        assert len(set(keys)) == 1


def test_a_large_body_arrives_packed():
    text = "steps: []\n" * 60_000
    with serving(lambda handler: handler.answer([])) as server, Ionworks("k", server.url) as client:
        client.protocol.find_input_references(text)
    headers, body = server.seen[0]
    assert headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(body)) == {"protocol": text}


def test_a_slow_answer_is_a_timeout():
    release = threading.Event()
    with serving(lambda _: release.wait(5)) as server:
        client = Ionworks("k", server.url, timeout=0.05, max_retries=0)
        with client, pytest.raises(errors.RequestTimeoutError, match=r"within 0\.05 s"):
            client.whoami()
        release.set()


def test_nobody_there():
    with serving(Handler.hang_up) as server:
        url = server.url
    client = Ionworks("k", url, max_retries=0)
    with client, pytest.raises(errors.ConnectionFailedError, match="refused"):
        client.whoami()


# What the first loop left open cannot be closed any more once that loop is.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_async_client_outlives_an_event_loop():
    with serving(lambda handler: handler.answer(ME)) as server:
        client = AsyncIonworks("k", server.url)

        async def ask():
            answers = await asyncio.gather(*(client.whoami() for _ in range(5)))
            return {answer.id for answer in answers}

        async def ask_and_close():
            async with client:
                return await ask()

        assert asyncio.run(ask()) == {"u"}
        assert asyncio.run(ask_and_close()) == {"u"}
        client = None
        gc.collect()


class Loop:
    """An event loop that runs in a thread of its own."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    async def quiet(self):
        """Wait until all else in this loop has ended."""
        while asyncio.all_tasks() != {asyncio.current_task()}:
            await asyncio.sleep(0.001)

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(30)
        self.loop.close()


@pytest.fixture
def loops():
    loops = [Loop(), Loop()]
    yield loops
    for loop in loops:
        loop.close()


def connection(handler):
    """Answer with the port that the client has at its end of the connection."""
    handler.answer({**ME, "id": str(handler.client_address[1])})


def test_loops_that_take_turns_keep_their_connections_until_all_are_closed(loops):
    with serving(connection) as server:
        client = AsyncIonworks("k", server.url)
        used = [[loop.run(client.whoami()).id for loop in loops] for _ in range(4)]
        assert len(server.seen) == 8
        assert used == [used[0]] * 4
        assert len(set(used[0])) == 2
        loops[0].run(client.aclose())
        for loop in loops:
            loop.run(loop.quiet())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_loop_that_is_closed_is_let_go():
    with serving(connection) as server:
        client = AsyncIonworks("k", server.url)

        async def ask():
            await client.whoami()
            return weakref.ref(asyncio.get_running_loop())

        first = asyncio.run(ask())
        asyncio.run(ask())
        gc.collect()
        assert first() is None
        client = None
        gc.collect()


def test_the_connections_of_a_loop_that_has_ended_are_closed_at_once():
    def count():
        return len(list(Path("/proc/self/fd").iterdir()))

    async def ask():
        await asyncio.gather(*(client.whoami() for _ in range(3)))

    with serving(lambda handler: handler.answer(ME)) as server:
        client = AsyncIonworks("k", server.url)
        gc.disable()
        try:
            asyncio.run(ask())
            before = count()
            for _ in range(10):
                asyncio.run(ask())
            until = time.monotonic() + 10  # The server, of this process too, hears of it later.
            while count() >= before + 10 and time.monotonic() < until:
                time.sleep(0.01)
            assert count() < before + 10
        finally:
            gc.enable()


def test_many_loops_at_once_do_not_get_in_each_others_way():
    async def ask(client):
        answers = await asyncio.gather(*(client.whoami() for _ in range(4)))
        return [*answers, await client.whoami()]

    loops = [Loop() for _ in range(8)]
    with serving(connection) as server, ThreadPoolExecutor(8) as threads:
        for _ in range(5):
            client = AsyncIonworks("k", server.url, max_retries=0)
            done = [threads.submit(loop.run, ask(client)) for loop in loops]
            assert [len(one.result(30)) for one in done] == [5] * 8
            loops[0].run(client.aclose())
            for loop in loops:
                loop.run(loop.quiet())
    for loop in loops:
        loop.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_opens_connections_of_its_own():
    with (
        serving(lambda handler: handler.answer({**ME, "id": str(handler.client_address[1])})) as (
            server
        ),
        Ionworks("k", server.url) as client,
    ):
        mine = client.whoami().id
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.write(writer, client.whoami().id.encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        theirs = os.read(reader, 100).decode()
        assert theirs.isdigit()
        assert theirs != mine
        assert client.whoami().id == mine
        os.close(reader)
        os.close(writer)
