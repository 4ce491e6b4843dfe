"""An ASGI application, spoken to directly: its life, and one exchange with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Answer", "Application", "Question"]

Message = MutableMapping[str, Any]
App = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]
Headers = list[tuple[bytes, bytes]]

_VERSIONS = {"version": "3.0", "spec_version": "2.4"}


@dataclass(frozen=True)
class Question:
    """An HTTP request. The path is as it stands in the address, quoted."""

    method: str
    path: str
    raw_path: bytes
    query: bytes
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Answer:
    """An HTTP response, whole."""

    status: int
    headers: Headers
    body: bytes


class Application:
    """An application and what it keeps from its start to its end."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._state: dict[str, Any] = {}
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self._life: asyncio.Future[None] | None = None

    async def start(self) -> None:
        """Start the application.

        Raises
        ------
        RuntimeError
            With the application's own words, if it does not start.
        """
        scope = {"type": "lifespan", "asgi": _VERSIONS, "state": self._state}
        self._life = asyncio.ensure_future(self._app(scope, self._to_app.get, self._from_app.put))
        await self._say("startup")

    async def stop(self) -> None:
        """Stop the application and wait until it has."""
        await self._say("shutdown")
        if self._life is not None:
            await self._life

    async def exchange(self, question: Question) -> Answer:
        """Put a question to the application and return its whole answer."""
        to_be_read: list[Message] = [{"type": "http.request", "body": question.body}]
        start: Message = {}
        chunks: list[bytes] = []

        async def receive() -> Message:
            if to_be_read:
                return to_be_read.pop()
            hung_up: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
            return await hung_up

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))

        try:
            await self._app(self._scope(question), receive, send)
        except Exception:
            # Starlette answers with 500 and raises on: then the answer says it already.
            if not start:
                raise
        return Answer(start["status"], list(start.get("headers", [])), b"".join(chunks))

    def _scope(self, question: Question) -> Message:
        return {
            "type": "http",
            "asgi": _VERSIONS,
            "http_version": "1.1",
            "method": question.method,
            "scheme": "http",
            "path": question.path,
            "raw_path": question.raw_path,
            "query_string": question.query,
            "root_path": "",
            "headers": question.headers,
            "client": ("local", 0),
            "server": ("local", 80),
            "state": self._state.copy(),
        }

    async def _say(self, word: str) -> None:
        assert self._life is not None, "start() comes first"
        await self._to_app.put({"type": f"lifespan.{word}"})
        heard = asyncio.ensure_future(self._from_app.get())
        either: set[asyncio.Future[Any]] = {heard, self._life}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not heard.done():
            heard.cancel()
            await self._life
            raise RuntimeError(f"the application ended without a word at {word}")
        message = heard.result()
        if message["type"].endswith(".failed"):
            await asyncio.wait({self._life})
            self._life.exception()
            raise RuntimeError(str(message.get("message", "")).strip() or f"{word} failed")
