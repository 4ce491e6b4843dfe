"""Requests that are sent again: the same key means the same request, which is done once.

The key is written in the transaction of the request's own change: neither survives a crash without
the other. The answer is added to it afterwards; if the engine ended in between, the request is
judged again by what it left behind. Only what changed something is remembered, for 24 h.

A repeat may reach another server of the same store while the first one still serves: whoever stores
first, wins; the change of the other is taken back, and it answers what the first one answered.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from ionworks_engine.errors import ApiError, Problem, conflict, invalid
from ionworks_engine.storage import Store, times
from ionworks_engine.storage.store import companion
from ionworks_engine.storage.tables import idempotency

_LONGEST_KEY = 255
_INTERRUPTED = "The same request, sent before, was interrupted: send it again."
_ANSWERED_WITHIN = timedelta(seconds=5)
"""Between a change and its answer there are milliseconds, unless the server died."""
_LOOK_EVERY = 0.05
Serve = Callable[[], Awaitable[Any]]


def read_key(headers: dict[bytes, bytes]) -> str | None:
    """Return the key that a request carries.

    Raises
    ------
    ApiError
        422 if it cannot be one.
    """
    given = headers.get(b"idempotency-key")
    if given is None:
        return None
    key = given.decode("latin-1").strip()
    if not (0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
        message = f"send 1 to {_LONGEST_KEY} plain characters, such as a random UUID"
        raise invalid([Problem("header.Idempotency-Key", message)])
    return key


def fingerprint(method: str, path: str, query: bytes, body: bytes) -> str:
    """Return what makes a request the same as another one."""
    stated = json.dumps([method, path, query.decode("latin-1")]).encode()
    return hashlib.sha256(stated + b"\n" + body).hexdigest()


class Repeats:
    """The keys of a store, and the requests under way that carry one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._under_way: dict[str, tuple[str, asyncio.Future[Any]]] = {}
        self._unanswered: set[str] = set()

    async def once(self, key: str, stated: str, status: int, serve: Serve) -> Any:
        """Serve a request, or answer as it was answered before.

        Parameters
        ----------
        key, stated
            The key, and the fingerprint of the request.
        status
            That of a good answer.
        serve
            Does what is asked, and returns the answer: a JSON value, if it is to be remembered.

        Raises
        ------
        ApiError
            422 if the key belongs to another request; 409 with the id of what was created if the
            answer was lost; whatever ``serve`` raises, which is not remembered.
        """
        while True:
            try:
                if key in self._under_way:
                    return await self._join(key, stated)
                before = self._remembered(key, stated)
                if before is None or not self._is_served_elsewhere(before):
                    return await self._again(key, stated, before, status, serve)
                await asyncio.sleep(_LOOK_EVERY)
            except _Overtaken:
                continue

    def _is_served_elsewhere(self, before: Row[Any]) -> bool:
        """Whether another server may be about to remember its answer."""
        if before.status is not None or before.key in self._unanswered:
            return False
        if self._store.alone and before.created_at < self._store.opened_at:
            return False
        return bool(before.created_at > times.stamp(self._store.clock() - _ANSWERED_WITHIN))

    async def _again(
        self, key: str, stated: str, before: Row[Any] | None, status: int, serve: Serve
    ) -> Any:
        """Serve a request that may have been served before."""
        if before is not None and before.status is not None:
            return before.answer
        if before is not None and before.subject_id is not None:
            message = "This was done already; its answer was lost when the engine ended."
            raise conflict(message, before.subject_id)
        change = _Change(key, stated, self._store.now, written=before is not None)
        return await self._serve(change, status, serve)

    async def _serve(self, change: _Change, status: int, serve: Serve) -> Any:
        coming: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        coming.add_done_callback(asyncio.Future.exception)
        self._under_way[change.key] = (change.stated, coming)
        token = companion.set(change)
        try:
            answer = await serve()
        except Exception as error:
            coming.set_exception(error)
            raise
        except BaseException:
            coming.set_exception(ApiError(503, "INTERRUPTED", _INTERRUPTED))
            raise
        else:
            coming.set_result(answer)
        finally:
            change.over = True
            companion.reset(token)
            del self._under_way[change.key]
            if change.written:
                # Nobody else serves it: a repeat need not wait for an answer.
                self._unanswered.add(change.key)
        if change.written and isinstance(answer, dict | list | None):
            self._remember(change.key, status, answer)
        return answer

    async def _join(self, key: str, stated: str) -> Any:
        first, coming = self._under_way[key]
        _refuse_other(first, stated)
        return await asyncio.shield(coming)

    def _remembered(self, key: str, stated: str) -> Row[Any] | None:
        query = select(idempotency).where(idempotency.c.key == key)
        with self._store.reading() as connection:
            row = connection.execute(query).first()
        if row is not None:
            _refuse_other(row.fingerprint, stated)
        return row

    def _remember(self, key: str, status: int, answer: Any) -> None:
        mine = update(idempotency).where(idempotency.c.key == key)
        with self._store.writing() as connection:
            connection.execute(mine.values(status=status, answer=answer))
        self._unanswered.discard(key)


class _Overtaken(Exception):  # noqa: N818
    """Another server has stored a change of the same request: this one is taken back."""


class _Change:
    """The key of a request, written along with the first change that is committed."""

    def __init__(self, key: str, stated: str, now: Callable[[], str], *, written: bool) -> None:
        self.key = key
        self.stated = stated
        self.written = written
        self.over = False
        self._now = now

    def begin(self, connection: Connection) -> None:
        if not (self.written or self.over):
            row = {"key": self.key, "fingerprint": self.stated, "created_at": self._now()}
            try:
                connection.execute(insert(idempotency).values(row))
            except IntegrityError:
                raise _Overtaken from None

    def committed(self) -> None:
        self.written = self.written or not self.over


def creates(connection: Connection, subject_id: str) -> None:
    """Say what the request under way creates: a repeat is told, should the answer be lost.

    It is for what has no name that must be new: a second one of those is refused as it is.
    """
    change = companion.get()
    if isinstance(change, _Change):
        mine = update(idempotency).where(idempotency.c.key == change.key)
        connection.execute(mine.values(subject_id=subject_id))


def _refuse_other(first: str, stated: str) -> None:
    if first != stated:
        message = "this key was sent with another request; use a new one for each request"
        raise invalid([Problem("header.Idempotency-Key", message)])
