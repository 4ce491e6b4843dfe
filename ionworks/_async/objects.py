"""One object in storage, read by way of the API: its address is asked for, then its bytes."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ionworks.cache import CacheKey, DiskCache
from ionworks.calls import async_aside
from ionworks.errors import ConnectionFailedError
from ionworks.refusals import Refusal
from ionworks.storage.answers import StorageRefusedError
from ionworks.storage.downloads import (
    WHOLE,
    AlteredError,
    AsyncLocate,
    Landing,
    Span,
    redirect_of,
)

if TYPE_CHECKING:
    from ionworks._async.session import AsyncSession
    from ionworks.transport import Arrival

__all__ = ["AsyncObject", "async_kept"]

_MOST_HOPS = 5
_LOCAL_PIECE = 16 << 20
_LAPSED = frozenset({400, 401, 403, 404, 410})
_EMPTY = 416


class AsyncObject:
    """An object, by what says where it is.

    That is an address in storage, or one of the API that refers to it. Where it was found is kept,
    and asked for anew if it is not honoured any more.
    """

    def __init__(self, session: AsyncSession, locate: AsyncLocate, patience: float) -> None:
        self._session, self._locate, self._patience = session, locate, patience
        self._place: str | None = None
        # The engine of this process hands over whole answers: a piece at a time is in memory.
        self._most = _LOCAL_PIECE if session.config.is_local else None

    async def read(self, span: Span = WHOLE) -> tuple[bytes, Landing]:
        """Return bytes of the object, and which ones they are.

        Raises
        ------
        IonworksError
            If the API refuses, or the storage does, or the connection breaks time and again, or
            what comes is not what the storage says that it sent.
        """
        buffer = BytesIO()
        landing = Landing(buffer, span, self._most)
        await self._fill(landing)
        return buffer.getvalue(), landing

    async def save(self, path: Path) -> None:
        """Write the object to a file, which is whole or absent."""
        aside = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            await self.write(aside)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)

    async def write(self, path: Path) -> None:
        """Write the object to a new file, which may be left in part if that fails."""
        with path.open("xb") as file:
            await self._fill(Landing(file, most=self._most))

    async def _fill(self, landing: Landing) -> None:
        breaks, count = 0, -1
        while not landing.is_complete:
            is_answered = False
            try:
                async with self._answer(landing) as arrival:
                    is_answered = True
                    landing.begin(arrival.status_code, arrival.headers)
                    if arrival.status_code != _EMPTY:
                        async for chunk in arrival.aiter_bytes():
                            landing.write(chunk)
                    landing.end()
            except ConnectionFailedError as error:
                if not is_answered:
                    raise
                breaks = 0 if landing.count > count else breaks + 1
                count = landing.count
                await self._pause(None if landing.is_hopeless else breaks, error)

    async def _pause(self, breaks: int | None, error: ConnectionFailedError) -> None:
        """Wait before it is asked for again, which ``None`` breaks say to be in vain."""
        http = self._session.http
        pause = None
        if breaks is not None:
            pause = http.policy.pause_after_failure(breaks, repeatable=True)
        if pause is None:
            where = http.home.call("GET", self._place or "")
            how = "failed" if isinstance(error, AlteredError) else "broke off"
            raise ConnectionFailedError(f"{where} {how}: {error.message}") from error
        await self._session.sleep(pause)

    @asynccontextmanager
    async def _answer(self, landing: Landing) -> AsyncIterator[Arrival]:
        """Ask for what is missing, following redirects by hand: each may go to another host."""
        url, headers = self._place or await self._locate(), landing.request()
        asked = url
        for _ in range(_MOST_HOPS):
            async with self._session.http.transfer(
                "GET", url, headers, streamed=True, patience=self._patience
            ) as arrival:
                target = redirect_of(url, arrival.status_code, arrival.headers)
                if target is None and arrival.status_code in _LAPSED and self._place is not None:
                    target, self._place = await self._locate(), None
                if target is None:
                    await self._check(asked, url, arrival)
                    self._place = url
                    yield arrival
                    return
                await arrival.aread()  # else the connection cannot be used again
            url = target
        call = self._session.http.home.call("GET", url)
        raise ConnectionFailedError(f"{call} is the last of {_MOST_HOPS} redirects")

    async def _check(self, asked: str, url: str, arrival: Arrival) -> None:
        if arrival.status_code in (200, 206):
            return
        content = await arrival.aread()
        empty = arrival.headers.get("content-range") == "bytes */0"
        if arrival.status_code == _EMPTY and empty:
            return
        home = self._session.http.home
        if home.is_trusted(url):
            call = home.call("GET", url)
            raise Refusal(arrival.status_code, call, arrival.headers, content).error()
        if (moved := home.moved(asked, url)) is not None:
            call = home.call("GET", asked)
            raise ConnectionFailedError(
                f"{call} was redirected to {moved}; the answer is {arrival.status_code}"
            )
        raise StorageRefusedError.to("give what was stored", url, arrival.status_code, content)


async def async_kept(stored: AsyncObject, key: CacheKey) -> Path | None:
    """Return where an object is kept on disk, brought there first if it was not.

    It is ``None`` if nothing can be kept.
    """
    cache = DiskCache()
    found = await async_aside(lambda: cache.find(key))
    aside = await async_aside(lambda: cache.room(key)) if found is None else None
    if aside is None:
        return found
    with suppress(OSError):
        try:
            await stored.write(aside)
            return await async_aside(lambda: cache.keep(key, aside))
        finally:
            aside.unlink(missing_ok=True)
    return None
