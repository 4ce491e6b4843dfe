"""A server that is not there: what the client sends is kept, what it gets is laid out before."""

import asyncio
import json
from contextlib import contextmanager
from unittest.mock import patch

import httpx

from ionworks import AsyncIonworks, Ionworks

URL = "https://api.example.test"


class Stub:
    """Answers with what it is given, in order; the last answer stands for all that follow."""

    def __init__(self):
        self.requests = []
        self.answers = []

    def will(self, *answers):
        self.answers = list(answers)
        return self

    def __call__(self, request):
        request.read()
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        answer = answer(request) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def paths(self):
        return [f"{request.method} {request.url.path}" for request in self.requests]

    def body(self, index=-1):
        return json.loads(self.requests[index].content)


def reply(body=None, status=200, **headers):
    """Return a JSON answer; header names have underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: httpx.Response(status, json=body, headers=named, request=request)


def raw(content, status=200, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: httpx.Response(status, content=content, headers=named, request=request)


@contextmanager
def stubbed():
    """Put a stub below everything of ours: retries, credentials and encoding are the real ones."""
    stub = Stub()

    def handle(_transport, request):
        return stub(request)

    async def handle_async(_transport, request):
        await request.aread()
        return stub(request)

    with (
        patch.object(httpx.HTTPTransport, "handle_request", handle),
        patch.object(httpx.AsyncHTTPTransport, "handle_async_request", handle_async),
    ):
        yield stub


class Blocking:
    """An asynchronous client, to be used as if it were not."""

    def __init__(self, target, loop):
        self._target, self._loop = target, loop

    def __getattr__(self, name):
        value = getattr(self._target, name)
        if not callable(value):
            return Blocking(value, self._loop) if name in RESOURCES else value

        def call(*args, **kwargs):
            answer = value(*args, **kwargs)
            return self._loop.run_until_complete(answer) if asyncio.iscoroutine(answer) else answer

        return call


RESOURCES = {
    "cell_batch",
    "cell_instance",
    "cell_measurement",
    "cell_spec",
    "job",
    "model",
    "parameterized_model",
    "pipeline",
    "project",
    "protocol",
    "raw_data",
    "search",
    "simple_pipeline",
    "simulation",
    "study",
}


@contextmanager
def client_of(colour, *args, **kwargs):
    """Yield a client of either colour, to be called the same way."""
    if colour == "sync":
        with Ionworks(*args, **kwargs) as client:
            yield client
        return
    loop = asyncio.new_event_loop()
    client = AsyncIonworks(*args, **kwargs)
    try:
        yield Blocking(client, loop)
    finally:
        loop.run_until_complete(client.aclose())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
