"""The end of jobs: what they gave is stored, in the same transaction that ends them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ionworks_engine.jobs.kinds import Ended, Kind
from ionworks_engine.storage import Store, queue
from ionworks_engine.storage.database import is_unavailable, words_of

_GATHER = 0.03
"""Seconds to wait for company, while there is some: storing ten costs hardly more than one."""
_AGAIN = 0.5
"""Seconds between attempts to store what was made while the database cannot be used."""
_log = logging.getLogger(__name__)


class Settling:
    """Stores what jobs gave, as much as there is at a time.

    Parameters
    ----------
    store
        Where results live.
    kinds
        By ``job_type``: what the jobs leave behind.
    more_to_come
        Whether other jobs are under way, for whose end it is worth to wait a moment.
    wake
        Called when there is a new job in the queue.
    """

    def __init__(
        self,
        store: Store,
        kinds: Mapping[str, Kind],
        more_to_come: Callable[[], bool],
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._owner = store.id
        self._kinds = kinds
        self._more_to_come = more_to_come
        self._wake = wake
        self._ended: list[Ended] = []
        self._some = asyncio.Event()
        self._storing = asyncio.Lock()
        self._closing = False

    def add(self, ended: Ended) -> None:
        """Take a job that has ended."""
        self._ended.append(ended)
        self._some.set()

    def unsettled(self) -> list[str]:
        """Return the ids of jobs whose end is not stored yet."""
        return [ended.job.id for ended in self._ended]

    async def run(self) -> None:
        """Store what ended, until canceled."""
        while True:
            await self._some.wait()
            if self._more_to_come():
                await asyncio.sleep(_GATHER)
            async with self._storing:
                self._some.clear()
                batch = list(self._ended)
                try:
                    await self._store_all(batch)
                except Exception as error:
                    self._give_up(batch, error)
                finally:
                    # Until now their leases were kept.
                    self._ended = self._ended[len(batch) :]

    async def finish(self, running: asyncio.Task[None]) -> None:
        """Cancel ``run`` once what it is storing is stored, or cannot be."""
        self._closing = True
        async with self._storing:
            running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def _store_all(self, batch: Sequence[Ended]) -> None:
        """Store the files of a batch durably, then its rows and its end in one transaction."""
        try:
            await asyncio.to_thread(self._put_files, batch)
            unwanted = await self._end_when_possible(batch)
        finally:
            self._store.files.release([name for ended in batch for name in ended.files])
            clear(path for ended in batch for path in ended.scratch)
        if unwanted:
            self._store.discard_files(unwanted)

    async def _end_when_possible(self, batch: Sequence[Ended]) -> list[str]:
        """End the jobs of a batch; while the database cannot be used, what they gave is kept."""
        while True:
            try:
                with self._store.writing() as connection:
                    return self._end(connection, batch)
            except DBAPIError as error:
                if self._closing or not is_unavailable(error):
                    raise
                _forget(batch)
            await asyncio.sleep(_AGAIN)

    def _put_files(self, batch: Sequence[Ended]) -> None:
        for ended in batch:
            for blob in ended.reply.blobs:
                ended.files.append(self._store.files.put(blob))
            for path in ended.reply.content.get("written", ()):
                ended.files.append(self._store.files.adopt(Path(path)))

    def _end(self, connection: Connection, batch: Sequence[Ended]) -> list[str]:
        """End the jobs of a batch; return the files that are needed no longer.

        These are those of jobs canceled meanwhile, and what the ends of others replace. A job whose
        worker could not even be started counts as tried.
        """
        now, names = self._store.now(), [ended.job.id for ended in batch]
        queue.begin(connection, self._owner, names, now)
        held = queue.held(connection, self._owner, names)
        wanted, unwanted = [], []
        for ended in batch:
            if ended.job.id not in held:
                unwanted += ended.files
            elif ended.died and queue.retry(connection, self._owner, ended.job.id, now):
                self._wake()
            else:
                wanted.append(ended)
        endings: list[Mapping[str, Any]] = []
        for job_type in {ended.job.job_type for ended in wanted}:
            mine = [ended for ended in wanted if ended.job.job_type == job_type]
            endings += self._kinds[job_type].settle(connection, mine)
        queue.finish(connection, self._owner, now, endings)
        if any(ended.follows for ended in wanted):
            self._wake()
        return unwanted + [name for ended in wanted for name in ended.unneeded]

    def _give_up(self, batch: Sequence[Ended], error: Exception) -> None:
        """Have jobs fail whose results cannot be stored; where nothing can, they run again."""
        if is_unavailable(error):
            _log.warning("Results were lost, their jobs will run again: %s", words_of(error))
            return
        _log.error("Results could not be stored.", exc_info=error)
        reason = f"The result could not be stored: {words_of(error)}"
        endings = [queue.failed(ended.job.id, "INTERNAL_ERROR", reason) for ended in batch]
        try:
            with self._store.writing() as connection:
                queue.finish(connection, self._owner, self._store.now(), endings)
        except Exception:
            _log.exception("Failures could not be stored either; the leases will lapse.")


def clear(paths: Iterable[str]) -> None:
    """Remove files that a task may have written."""
    for path in paths:
        Path(path).unlink(missing_ok=True)


def _forget(batch: Sequence[Ended]) -> None:
    """Undo what an end that was not stored has written to its jobs."""
    for ended in batch:
        ended.unneeded, ended.follows = [], False
