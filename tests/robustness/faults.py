"""A network that fails in every way that networks do, between our client and a real engine.

It stands in for httpx's transports, below everything of ours: retries, credentials and decoding are
the real ones. What fails, and how, depends on the seed, the call, and how many requests to the same
address went before: nothing depends on the order in which threads come by.
"""

import asyncio
import email.utils
import json
import re
import time
from collections import Counter
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from random import Random
from unittest.mock import patch

import httpx

from ionworks import transport
from tests.robustness.in_process import URL

ELSEWHERE = "http://elsewhere.test"
PORTAL = b"<html><title>Please sign in to this network</title></html>"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
"""Ids are other ones each time: what fails must not depend on them."""
_asked_to_wait = ContextVar("_asked_to_wait", default=0.0)


class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that breaks off."""

    def __init__(self, beginning, error):
        self._beginning, self._error = beginning, error

    def __iter__(self):
        yield self._beginning
        raise self._error

    async def __aiter__(self):
        for piece in self:
            yield piece


def _raising(kind):
    def fail(request, _answer, _random):
        raise kind("of the test", request=request)

    return fail


def _busy(request, _answer, random):
    wait = random.choice([0, 1, 7])
    _asked_to_wait.set(wait)
    text = str(wait)
    if random.random() < 0.3:
        text = email.utils.formatdate(time.time() + wait, usegmt=True)
        _asked_to_wait.set(max(0, wait - 1))
    status = random.choice([429, 503])
    return _answer_of(request, status, b'{"message": "busy"}', {"Retry-After": text})


def _gateway(request, _answer, random):
    status = random.choice([500, 502, 503, 504])
    return _answer_of(request, status, b"<html>Bad gateway</html>", _HTML)


def _portal(request, _answer, _random):
    return _answer_of(request, 200, PORTAL, _HTML)


def _moved(request, _answer, random):
    path = random.choice(["/login", request.url.raw_path.decode()])
    return _answer_of(request, random.choice([302, 303, 307, 308]), b"", _to(ELSEWHERE + path))


def _cut(request, answer, random):
    """Break off in the body, or in the head when there is none."""
    body = answer.content
    error = httpx.RemoteProtocolError(
        "peer closed connection without sending complete message body", request=request
    )
    if not body:
        raise error
    stream = Broken(body[: random.randrange(len(body))], error)
    return httpx.Response(answer.status_code, headers=answer.headers, stream=stream)


def _half(request, answer, random):
    """Half of the JSON, and a length that says that it is all."""
    if not _is_json(answer):
        return _cut(request, answer, random)
    half = answer.content[: random.randrange(1, len(answer.content))]
    return _answer_of(request, answer.status_code, half, {"Content-Type": "application/json"})


def _garbled(request, answer, random):
    """Two other bytes in the JSON; one other bit in a file, which nothing else of it tells."""
    if not answer.content:
        return _cut(request, answer, random)
    if not _is_json(answer):
        body = bytearray(answer.content)
        body[random.randrange(len(body))] ^= 1 << random.randrange(8)
        return _answer_of(request, answer.status_code, bytes(body), answer.headers)
    at = random.randrange(len(answer.content))
    body = answer.content[:at] + b"\xff\xfe" + answer.content[at + 2 :]
    return _answer_of(request, answer.status_code, body, {"Content-Type": "application/json"})


def _unpackable(request, answer, random):
    del random
    headers = {**_without_length(answer), "Content-Encoding": "gzip"}
    stream = httpx.ByteStream(b"\x1f\x8b\x08\x00 this is no gzip")
    return httpx.Response(answer.status_code, headers=headers, stream=stream, request=request)


def _page_instead(request, answer, _random):
    if answer.status_code >= 300:
        return answer
    return _answer_of(request, answer.status_code, PORTAL, _HTML)


BEFORE = {
    "refused": _raising(httpx.ConnectError),
    "no connection in time": _raising(httpx.ConnectTimeout),
    "no connection free": _raising(httpx.PoolTimeout),
    "reset before": _raising(httpx.WriteError),
    "stalled before": _raising(httpx.WriteTimeout),
    "busy": _busy,
    "gateway": _gateway,
    "portal": _portal,
    "moved": _moved,
}
"""What keeps a request from being served."""
AFTER = {
    "reset after": _raising(httpx.ReadError),
    "stalled after": _raising(httpx.ReadTimeout),
    "closed after": _raising(httpx.RemoteProtocolError),
    "gateway after": _gateway,
    "cut": _cut,
    "half": _half,
    "garbled": _garbled,
    "unpackable": _unpackable,
    "page instead": _page_instead,
    "moved after": _moved,
}
"""What keeps the answer to a request that was served."""


class Faults:
    """The network.

    Parameters
    ----------
    engine
        Who answers behind it.
    seed
        What fails depends on it.
    rate
        How often something does.
    secrets
        What must never reach another host.

    Attributes
    ----------
    seen
        How often each fault befell a request.
    leaks
        What reached another host though it must not.
    """

    def __init__(self, engine, seed, rate, secrets):
        self._engine, self._seed, self._rate, self._secrets = engine, seed, rate, secrets
        self._call, self._requests = "", Counter()
        self.seen, self.leaks, self.pauses = Counter(), [], []

    def begin(self, call):
        """Say which call the requests from now on belong to; a name of none lets all pass."""
        self._call, self._requests = call, Counter()

    def handle(self, request):
        """Answer a request, or fail."""
        request.read()
        if (answer := self._elsewhere(request)) is not None:
            return answer
        before, after, random = self._draw(request)
        if before is not None:
            return before(request, None, random)
        answer = self._engine.ask(request)
        return answer if after is None else after(request, answer, random)

    async def handle_async(self, request):
        """Answer a request, or fail; the twin of `handle`."""
        await request.aread()
        if (answer := self._elsewhere(request)) is not None:
            return answer
        before, after, random = self._draw(request)
        if before is not None:
            return before(request, None, random)
        answer = await self._engine.ask_async(request)
        return answer if after is None else after(request, answer, random)

    def slept(self, pause):
        """Take a pause of the client without waiting; it must be as long as it was asked for."""
        asked = _asked_to_wait.get()
        _asked_to_wait.set(0.0)
        if pause < asked:
            self.leaks.append(f"paused {pause} s, asked for {asked} s ({self._call})")

    async def slept_async(self, pause):
        """Take a pause; the twin of `slept`."""
        self.slept(pause)
        await asyncio.sleep(0)

    def _draw(self, request):
        # What was asked for by an answer that stood is no matter of this request.
        _asked_to_wait.set(0.0)
        if not self._call:
            return None, None, None
        what = f"{request.method} {_ID.sub('*', request.url.path)}"
        self._requests[what] += 1
        random = Random(f"{self._seed} {self._call} {what} {self._requests[what]}")
        if random.random() >= self._rate:
            return None, None, random
        kinds = random.choice([BEFORE, AFTER])
        name = random.choice(list(kinds))
        self.seen[name] += 1
        fault = kinds[name]
        return (fault, None, random) if kinds is BEFORE else (None, fault, random)

    def _elsewhere(self, request):
        """Answer for another host, as the page of a network or as a stranger would."""
        if str(request.url).startswith(URL):
            return None
        sent = f"{request.url} {request.headers.raw}"
        self.leaks += [
            f"{secret} went to {request.url.host}" for secret in self._secrets if secret in sent
        ]
        if request.url.path == "/login":
            return _answer_of(request, 200, PORTAL, _HTML)
        random = Random(f"{self._seed} {self._call} {_ID.sub('*', request.url.path)}")
        status = random.choice([401, 403, 404])
        return _answer_of(request, status, b'{"detail": "no such page"}', _JSON)


@contextmanager
def faulty(faults):
    """Put a network below every client of ours in this process, and let no client wait."""

    def handle(_transport, request):
        return faults.handle(request)

    async def handle_async(_transport, request):
        return await faults.handle_async(request)

    retry = partial(transport.Retry, sleep=faults.slept)
    async_retry = partial(transport.AsyncRetry, sleep=faults.slept_async)
    with (
        patch.object(httpx.HTTPTransport, "handle_request", handle),
        patch.object(httpx.AsyncHTTPTransport, "handle_async_request", handle_async),
        patch.object(transport, "Retry", retry),
        patch.object(transport, "AsyncRetry", async_retry),
    ):
        yield


_HTML = {"Content-Type": "text/html; charset=utf-8"}
_JSON = {"Content-Type": "application/json"}


def _to(location):
    return {"Location": location}


def _answer_of(request, status, body, headers):
    return httpx.Response(status, headers=headers, content=body, request=request)


def _is_json(answer):
    try:
        return bool(answer.content) and json.loads(answer.content) is not None
    except ValueError:
        return False


def _without_length(answer):
    return {
        name: value for name, value in answer.headers.items() if name.lower() != "content-length"
    }
