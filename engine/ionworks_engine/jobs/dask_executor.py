"""The executor of a Dask cluster: worker programs in Dask workers, one for each of their threads.

The engine keeps the queue, as with programs of its own machine: who does what is decided by the
`Crew`. Dask brings the programs to their machines and says which machines there are. No task is
given to Dask's own scheduler, and nothing of it is tried again by Dask.

Dask workers come and go; while there are none, or no scheduler, jobs wait. What somebody waits for,
such as the description of a model, is done by a spare program of the engine's own machine.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from distributed import Client

from ionworks_engine.jobs import memory
from ionworks_engine.jobs.crew import TIME_LIMIT, Crew
from ionworks_engine.jobs.dask_place import PATIENCE, Place, Unfit, Wanted
from ionworks_engine.jobs.programs import TASKS, start_here
from ionworks_engine.jobs.supervised import Worker

EVERY = 1.0
"""Seconds between two looks at which Dask workers there are."""
_CONNECT = 5.0
"""Seconds after which a scheduler that does not answer is taken to be away."""
_log = logging.getLogger(__name__)


class DaskExecutor(Crew):
    """Run tasks in worker programs on a Dask cluster; to be made where its event loop runs.

    Parameters
    ----------
    address
        Of the scheduler, as Dask writes it: ``host:port``, ``tcp://host:port``,
        ``tls://host:port``. How the way there is secured is what Dask's own configuration says.
    folder
        The engine's own, in which the files lie that tasks read. A Dask worker that sees the same
        one reads and writes there; to others files are sent.
    tasks
        The module whose ``TASKS`` the programs serve.
    search_path
        Folders in which programs look for modules, beside those of this package.
    time_limit
        Seconds after which a task is stopped that says nothing else.
    memory_limit
        Bytes that a program may take over one of the module's ``BOUNDED`` tasks; by default what
        its machine allows.
    """

    def __init__(
        self,
        address: str,
        *,
        folder: Path | None = None,
        tasks: str = TASKS,
        search_path: Sequence[Path] = (),
        time_limit: float = TIME_LIMIT,
        memory_limit: int | None = None,
    ) -> None:
        super().__init__(time_limit)
        self._address = address
        self._folder = folder
        self._wanted = Wanted(tasks, memory_limit, [str(each) for each in search_path])
        self._workers_of: dict[Place, list[Worker]] = {}
        self._known: set[str] = set()
        self._mute: set[str] = set()
        self._closed = False
        self._opening: dict[str, asyncio.Task[None]] = {}
        limit = memory.MOST_BYTES if memory_limit is None else memory_limit
        start = partial(start_here, tasks, limit, self._wanted.search_path)
        self.enlist([Worker(self, start, spare=True)])
        self._following = asyncio.create_task(self._follow())

    async def close(self) -> None:
        """Kill every program; tasks in them are left without an answer."""
        self._closed = True
        places = list(self._workers_of)
        await asyncio.gather(super().close(), *(place.close() for place in places))
        self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)

    async def _follow(self) -> None:
        """Stay connected to the scheduler, or try to be; say each time when that changes."""
        is_away = False
        while True:
            try:
                async with _connected(self._address) as client:
                    _log.log(
                        logging.WARNING if is_away else logging.INFO,
                        "The Dask scheduler at %s answers.",
                        self._address,
                    )
                    is_away = False
                    await self._watch(client)
            except Exception as error:
                if not is_away:
                    _log.warning(
                        "The Dask scheduler at %s cannot be reached: jobs wait until it can. %s",
                        self._address,
                        error,
                    )
                is_away = True
            await asyncio.sleep(EVERY)

    async def _watch(self, client: Any) -> None:
        """Look again and again which Dask workers there are."""
        try:
            while True:
                async with asyncio.timeout(PATIENCE):
                    found = await client.nthreads()
                self._meet(client, found)
                await asyncio.sleep(EVERY)
        finally:
            openings = list(self._opening.values())
            for opening in openings:
                opening.cancel()
            await asyncio.gather(*openings, return_exceptions=True)
            for place in list(self._workers_of):
                place.lose("so was the scheduler")
            self._known.clear()

    def _meet(self, client: Client, found: Mapping[str, int]) -> None:
        """Open what is new, give up what is gone."""
        self._known &= found.keys()
        self._mute &= found.keys()
        for place in list(self._workers_of):
            if place.address not in found:
                place.lose("its scheduler misses it")
        for address in found.keys() - self._known:
            self._known.add(address)
            opening = asyncio.create_task(self._open(client, address, found[address]))
            self._opening[address] = opening
            opening.add_done_callback(partial(self._opened, address))

    async def _open(self, client: Client, address: str, seats: int) -> None:
        """Take a Dask worker in, unless it would compute otherwise than this machine."""
        place = Place(client, address, self._wanted, self._lost)
        try:
            await place.open(self._folder)
        except Unfit as misfit:
            _log.warning("The Dask worker at %s is not used: %s.", address, misfit)
            return
        except Exception as error:
            self._known.discard(address)
            if address not in self._mute:
                _log.warning("The Dask worker at %s is not usable so far: %r.", address, error)
            self._mute.add(address)
            return
        self._mute.discard(address)
        workers = [Worker(self, place.start, place=address) for _ in range(seats)]
        self._workers_of[place] = workers
        self.enlist(workers)

    def _opened(self, address: str, opening: asyncio.Task[None]) -> None:
        if self._opening.get(address) is opening:
            del self._opening[address]

    def _lost(self, place: Place) -> None:
        """Let the workers of a place go; should it still be there, it is opened anew."""
        self._known.discard(place.address)
        if not self._closed:
            _log.warning("%s", place.why_lost)
        self.strike_off(self._workers_of.pop(place, []))


@asynccontextmanager
async def _connected(address: str) -> AsyncIterator[Client]:
    """Connect to a scheduler for a while."""
    make: Any = Client  # In part without annotations.
    client = make(address, asynchronous=True, set_as_default=False, timeout=_CONNECT)
    try:
        yield await client
    finally:
        await client.close()
