"""The files that tasks read and write on a machine that does not share the engine's folder.

Freight  what lies there
Load     what one task reads and writes

A file is sent once to a Dask worker and kept there while there is room: the parts of a fit and the
elements of a pipeline read the same ones again and again.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from ionworks_engine.jobs import frames
from ionworks_engine.jobs.carried import elsewhere
from ionworks_engine.jobs.dask_site import PIECE

KEPT = 4 << 30
"""Bytes that stay at a Dask worker when no task needs them any more."""
Call = Callable[..., Awaitable[Any]]


class Freight:
    """Files at one Dask worker.

    Parameters
    ----------
    call
        Asks the Dask worker.
    folder
        Where its files lie.
    kept
        How many bytes of them stay there though nobody needs them.
    """

    def __init__(self, call: Call, folder: str, kept: int = KEPT) -> None:
        self._call = call
        self._folder = folder
        self._kept = kept
        self._names = map(str, itertools.count())
        self._there: dict[str, str] = {}
        self._sizes: dict[str, int] = {}
        self._needed: Counter[str] = Counter()
        self._sending = asyncio.Lock()

    def reserve(self, path: str) -> str:
        """Return where a file will lie over there, once it is sent; it is needed from now on."""
        self._needed[path] += 1
        if path not in self._there:
            self._there[path] = next(self._names)
        return f"{self._folder}/{self._there[path]}"

    def outgoing(self) -> str:
        """Return where a file is to be written over there."""
        return f"{self._folder}/{next(self._names)}"

    async def send(self, path: str) -> None:
        """Send a file that is not there yet; make room for it."""
        async with self._sending:
            if path in self._sizes:
                return
            await self._make_room(await asyncio.to_thread(_size, path))
            sent = 0
            while piece := await asyncio.to_thread(_piece, path, sent):
                await self._call("put", self._there[path], sent, piece)
                sent += len(piece)
            self._sizes[path] = sent

    async def fetch(self, source: str, path: str) -> None:
        """Fetch a file that was written over there, and remove it there."""
        name = source.rpartition("/")[2]
        with await asyncio.to_thread(Path(path).open, "wb") as file:
            while piece := await self._call("get", name, file.tell()):
                await asyncio.to_thread(file.write, piece)
        await self._call("remove", name)

    def release(self, paths: Iterable[str]) -> None:
        """Say that a task needs its files no longer."""
        self._needed.subtract(paths)
        self._needed += Counter()

    async def _make_room(self, size: int) -> None:
        """Remove the oldest files that nobody needs."""
        for path in [path for path in self._sizes if not self._needed[path]]:
            if sum(self._sizes.values()) + size <= self._kept:
                break
            await self._call("remove", self._there.pop(path))
            del self._sizes[path]


class Load:
    """The files of one task; none, where the folder is shared.

    Parameters
    ----------
    freight
        What lies at the Dask worker, unless it shares the folder.
    """

    def __init__(self, freight: Freight | None) -> None:
        self._freight = freight
        self._read: list[str] = []
        self._written: dict[str, str] = {}

    def packed(self, head: frames.Head) -> frames.Head:
        """Return the task's message with the paths of the other machine."""
        if self._freight is None:
            return head
        freight = self._freight

        def read(path: str) -> str:
            self._read.append(path)
            return freight.reserve(path)

        def written(path: str) -> str:
            there = freight.outgoing()
            self._written[there] = path
            return there

        return {**head, "request": elsewhere(head["task"], head["request"], read, written)}

    async def send(self) -> None:
        """Send what the task reads."""
        if self._freight is not None:
            for path in self._read:
                await self._freight.send(path)

    async def unpacked(self, head: frames.Head) -> frames.Head:
        """Return the task's reply with paths of this machine, where the files lie now."""
        self.release()
        if self._freight is None or "written" not in head:
            return head
        try:
            for there in head["written"]:
                await self._freight.fetch(there, self._written[there])
        except OSError as error:
            words = f"What the task wrote could not be fetched: {error}"
            return {"ok": False, "error": {"code": "INTERNAL_ERROR", "message": words}}
        return {**head, "written": [self._written[there] for there in head["written"]]}

    def release(self) -> None:
        """Say that the task needs its files no longer."""
        if self._freight is not None:
            self._freight.release(self._read)


def _size(path: str) -> int:
    return Path(path).stat().st_size


def _piece(path: str, offset: int) -> bytes:
    with Path(path).open("rb") as file:
        file.seek(offset)
        return file.read(PIECE)
