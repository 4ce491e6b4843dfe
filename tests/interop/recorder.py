"""A recording server: it stands between a client and the engine, and writes down what passes."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import uvicorn

MARK = "/-/call/"
"""A request to this path names the call that the requests after it belong to."""

KEPT = 1 << 20
"""Bodies of more bytes than this are passed on, and not kept."""

_OF_THE_CONNECTION = {b"connection", b"transfer-encoding", b"keep-alive"}


@dataclass(frozen=True)
class Passed:
    """One request as the client sent it, and the status of the answer."""

    call: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    status: int


class Recorder:
    """An ASGI app that forwards everything to ``target`` and keeps it in ``passed``."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._call = ""
        self._http: httpx.AsyncClient
        self.passed: list[Passed] = []

    async def __call__(self, scope, receive, send):
        if scope["path"].startswith(MARK):
            self._call = scope["path"].removeprefix(MARK)
            await send({"type": "http.response.start", "status": 204})
            await send({"type": "http.response.body"})
            return
        call, body = self._call, await _read(receive)
        status = await self._forward(scope, body, send)
        self.passed.append(
            Passed(
                call=call,
                method=scope["method"],
                path=scope["path"],
                query=scope["query_string"].decode(),
                headers={name.decode(): value.decode() for name, value in scope["headers"]},
                body=body if len(body) <= KEPT else b"",
                status=status,
            )
        )

    async def _forward(self, scope, body, send):
        path = scope["raw_path"].decode()
        query = scope["query_string"].decode()
        headers = [pair for pair in scope["headers"] if pair[0] not in _OF_THE_CONNECTION]
        url = f"{self._target}{path}{'?' * bool(query)}{query}"
        request = httpx.Request(scope["method"], url, headers=headers, content=body)
        answer = await self._http.send(request, stream=True)
        kept = [pair for pair in answer.headers.raw if pair[0].lower() not in _OF_THE_CONNECTION]
        start = {"type": "http.response.start", "status": answer.status_code, "headers": kept}
        await send(start)
        async for chunk in answer.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body"})
        await answer.aclose()
        return answer.status_code

    async def serve(self, server, listener):
        """Serve until the server is told to end."""
        async with httpx.AsyncClient(timeout=120, trust_env=False) as self._http:
            await server.serve(sockets=[listener])


async def _read(receive):
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


@contextmanager
def recording(target: str) -> Iterator[tuple[str, list[Passed]]]:
    """Stand before ``target`` on a free loopback port; yield the address and what passes."""
    recorder = Recorder(target)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        recorder, log_level="warning", lifespan="off", ws="none", server_header=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=lambda: asyncio.run(recorder.serve(server, listener)), name="recorder"
    )
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", recorder.passed
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        listener.close()
