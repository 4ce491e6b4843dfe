"""One Dask worker as the engine sees it: a place where programs run, or that is lost.

Place        asks the Dask worker, and hears what its programs say
DaskProgram  one of those programs

Whatever goes wrong on the way to a Dask worker loses the place as a whole: nobody can tell what
arrived. Its tasks are tried again, and the place is opened anew if it is still there.
"""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from distributed import Client

from ionworks_engine.jobs import dask_site, frames
from ionworks_engine.jobs.executor import OutOfMemory, PlaceLost, WorkerDied
from ionworks_engine.jobs.freight import Freight, Load
from ionworks_engine.jobs.programs import Fate

PATIENCE = 15.0
"""Seconds after which an answer will not come any more."""
_FAREWELL = 2.0


class Unfit(Exception):  # noqa: N818 - it is said of a Dask worker, it is not an error of ours
    """A Dask worker whose results would not be those of this machine; the message says why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What programs are to be started with; see `ionworks_engine.jobs.programs.start_here`."""

    tasks: str
    memory_limit: int | None
    search_path: Sequence[str]


class Place:
    """A Dask worker.

    Parameters
    ----------
    client
        Connected to its scheduler.
    address
        Of the Dask worker.
    wanted
        What programs are to be started with.
    lost
        Called once, when nothing can run there any more.
    """

    def __init__(
        self, client: Client, address: str, wanted: Wanted, lost: Callable[[Place], None]
    ) -> None:
        self.address = address
        self.freight: Freight | None = None
        self._client: Any = client
        self._wanted = wanted
        self._on_lost = lost
        self.why_lost = ""
        self._token = uuid.uuid4().hex
        self._numbers = itertools.count()
        self._programs: dict[int, DaskProgram] = {}
        self._reading: asyncio.Task[None] | None = None

    async def open(self, folder: Path | None) -> None:
        """Make the Dask worker ready.

        Parameters
        ----------
        folder
            Of the engine, in which the files lie that tasks read; ``None``: never looked for there.

        Raises
        ------
        Unfit
            If it has other versions of what results depend on.
        """
        run = partial(self._client.run, workers=[self.address])
        async with asyncio.timeout(PATIENCE):
            try:
                found = await run(dask_site.versions)
            except ImportError as error:
                raise Unfit(f"it cannot import the engine: {error}") from None
            if differences := list(_differences(dask_site.versions(), found[self.address])):
                raise Unfit("; ".join(differences))
            with _probe(folder, self._token) as probe:
                opened = await run(dask_site.open_site, self._token, probe)
        made = opened[self.address]
        if not made["shared"]:
            self.freight = Freight(self.call, made["folder"])
        self._reading = asyncio.create_task(self._read())

    async def start(self) -> DaskProgram:
        """Start a program there."""
        program = DaskProgram(self, next(self._numbers))
        self._programs[program.number] = program
        wanted = self._wanted
        try:
            await self.call(
                "start", program.number, wanted.tasks, wanted.memory_limit, [*wanted.search_path]
            )
        except PlaceLost:
            program.kill()
            raise
        return program

    async def call(self, method: str, *arguments: Any) -> Any:
        """Ask the Dask worker.

        Raises
        ------
        PlaceLost
            If it cannot be reached, or answers no more.
        """
        if not self.why_lost:
            asked = {"token": self._token, "method": method, "args": arguments}
            message = {"op": dask_site.OPERATION, **asked}
            try:
                async with asyncio.timeout(PATIENCE):
                    answer = await self._client.scheduler.proxy(worker=self.address, msg=message)
                if answer != dask_site.GONE:
                    return answer
                self.lose("it has given this engine up")
            except Exception as error:
                self.lose(f"it does not answer ({type(error).__name__})")
        raise PlaceLost(self.why_lost)

    def lose(self, why: str) -> None:
        """Give the place up: whatever runs there is lost."""
        if self.why_lost:
            return
        self.why_lost = f"The Dask worker at {self.address} was lost: {why}."
        self._on_lost(self)
        if self._reading is not None:
            self._reading.cancel()
        for program in list(self._programs.values()):
            self._bury(program, PlaceLost(self.why_lost))

    async def close(self) -> None:
        """Let everything there end."""
        if not self.why_lost:
            if self._reading is not None:
                self._reading.cancel()
            with suppress(PlaceLost, TimeoutError):  # It notices that nobody asks any more.
                async with asyncio.timeout(_FAREWELL):
                    await self.call("close")
            self.lose("the engine has ended")

    def give_up(self, program: DaskProgram, why: str) -> None:
        """End a program that cannot go on."""
        program.kill()
        self._bury(program, WorkerDied(why))

    def _bury(self, program: DaskProgram, fate: Fate) -> None:
        self._programs.pop(program.number, None)
        program.end(fate)

    async def _read(self) -> None:
        """Hear what the programs say, as long as there is a way."""
        with suppress(PlaceLost):  # Whoever waits for a program is told by that.
            while True:
                for number, piece, ended in await self.call("read"):
                    if number in self._programs:
                        self._hear(self._programs[number], piece, ended)

    def _hear(self, program: DaskProgram, piece: bytes, ended: tuple[bool, str] | None) -> None:
        if ended is None:
            program.hear(piece)
        else:
            starved, words = ended
            self._bury(program, OutOfMemory(words) if starved else WorkerDied(words))


class DaskProgram:
    """A worker program in a Dask worker."""

    def __init__(self, place: Place, number: int) -> None:
        self.number = number
        self._place = place
        self._replies = asyncio.StreamReader()
        self._fate: asyncio.Future[Fate] = asyncio.get_running_loop().create_future()
        self._waiting: asyncio.Queue[tuple[Load, bytes]] = asyncio.Queue()
        self._loads: deque[Load] = deque()
        self._writing = asyncio.create_task(self._write())
        self._killing: asyncio.Task[None] | None = None

    def send(self, head: frames.Head) -> None:
        """Write a message to it, its files before it."""
        load, is_task = Load(self._place.freight), "task" in head
        message = frames.encode(load.packed(head) if is_task else head)
        if is_task:
            self._loads.append(load)
        self._waiting.put_nowait((load, message))

    async def receive(self) -> frames.Message:
        """Read what it says next; a reply comes after the files that it names."""
        head, blobs = await frames.receive(self._replies)
        if "ok" in head:
            head = await self._loads.popleft().unpacked(head)
        return head, blobs

    def kill(self) -> None:
        """End it; it hears nothing more."""
        self._writing.cancel()
        if not self._fate.done() and self._killing is None:
            self._killing = asyncio.create_task(self._kill())

    async def ended(self) -> Fate:
        """Wait until it is gone, and say how it ended."""
        return await self._fate

    def hear(self, piece: bytes) -> None:
        """Take a piece of what it says."""
        self._replies.feed_data(piece)

    def end(self, fate: Fate) -> None:
        """Take it for ended."""
        if not self._fate.done():
            self._fate.set_result(fate)
            self._writing.cancel()
            self._replies.feed_eof()
            for load in self._loads:
                load.release()

    async def _write(self) -> None:
        """Write message after message, each piece by piece."""
        while True:
            load, message = await self._waiting.get()
            try:
                await load.send()
                for start in range(0, len(message), dask_site.PIECE):
                    piece = message[start : start + dask_site.PIECE]
                    await self._place.call("write", self.number, piece)
            except PlaceLost:
                return
            except OSError as error:
                self._place.give_up(self, f"A file for a task could not be read: {error}")

    async def _kill(self) -> None:
        with suppress(PlaceLost):  # It has ended with its place.
            await self._place.call("kill", self.number)


def _differences(here: dict[str, str], there: dict[str, str]) -> Iterator[str]:
    """Yield what is another version over there: results would differ with where a job ran."""
    for name in sorted(here.keys() | there.keys()):
        if here.get(name) != there.get(name):
            theirs, ours = there.get(name, "missing"), here.get(name, "missing")
            yield f"{name} is {theirs} there and {ours} here"


@contextmanager
def _probe(folder: Path | None, token: str) -> Iterator[str | None]:
    """Lay a file into a folder, for others to find that they have the same; yield its path."""
    if folder is None:
        yield None
        return
    path = folder.resolve() / f".seen-by-{token}"
    path.write_text(token)
    try:
        yield str(path)
    finally:
        path.unlink(missing_ok=True)
