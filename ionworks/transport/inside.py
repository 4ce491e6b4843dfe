"""The engine of this process, asked in place of a network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from ionworks.asgi import Answer, Question

if TYPE_CHECKING:
    from ionworks.local import LocalEngine

__all__ = ["LOCAL_URL", "ask", "ask_async"]

LOCAL_URL = "http://ionworks.local"


def ask(engine: LocalEngine, request: httpx.Request) -> httpx.Response:
    """Put a request to the engine."""
    with _engine_in_time(request) as limit:
        return _response(engine.sync_answer(_question(request), limit))


async def ask_async(engine: LocalEngine, request: httpx.Request) -> httpx.Response:
    """Put a request to the engine; the asynchronous twin of `ask`."""
    with _engine_in_time(request) as limit:
        return _response(await engine.async_answer(_question(request), limit))


def _question(request: httpx.Request) -> Question:
    return Question(
        method=request.method,
        path=request.url.path,
        raw_path=request.url.raw_path.partition(b"?")[0],
        query=request.url.query,
        headers=[(name.lower(), value) for name, value in request.headers.raw],
        body=request.content,
    )


def _response(answer: Answer) -> httpx.Response:
    return httpx.Response(answer.status, headers=answer.headers, content=answer.body)


@contextmanager
def _engine_in_time(request: httpx.Request) -> Iterator[float]:
    """Give the engine the time that the network would have, and say so as the network would."""
    if request.url.host != httpx.URL(LOCAL_URL).host:
        raise httpx.ConnectError("the local engine answers for itself only", request=request)
    try:
        yield request.extensions["timeout"]["read"]
    except TimeoutError as error:
        raise httpx.ReadTimeout("the local engine is busy", request=request) from error
