"""The job system: takes jobs from the queue, has them run, settles what came of them.

Rows first: a job is claimed under a lease before it runs, and what came of it is stored in the
same transaction that ends it. More is claimed than runs, so that no worker waits for the engine; an
attempt counts from when a worker is at it. Many jobs are claimed, counted and settled at once, so
that the engine's share of a short run stays far below the run itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import SQLAlchemyError

from ionworks_engine.jobs.executor import Executor, OutOfMemory, OutOfTime, Reply, WorkerDied
from ionworks_engine.jobs.kinds import Ended, Kind, Order
from ionworks_engine.jobs.leases import LOOK_EVERY, Leases
from ionworks_engine.jobs.memory import OUT_OF_MEMORY
from ionworks_engine.jobs.progress import Progress
from ionworks_engine.jobs.settling import Settling, clear
from ionworks_engine.storage import Store, queue
from ionworks_engine.storage.database import is_unavailable, words_of

LEASE = 30.0
PATIENCE = 120.0
_COUNT_EVERY = 0.05
"""Seconds between two writes of what has begun: each costs as much as storing a result."""
_log = logging.getLogger(__name__)


class Jobs:
    """Run the jobs of a store.

    Parameters
    ----------
    store
        Where jobs and results live.
    executor
        What runs them.
    kinds
        By ``job_type``: what the jobs ask for and leave behind.
    lease
        Seconds for which a claim holds; it is renewed three times in that time.
    patience
        Seconds after which a short task that somebody waits for is stopped.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        kinds: Mapping[str, Kind],
        lease: float = LEASE,
        patience: float = PATIENCE,
    ) -> None:
        self._store = store
        self._executor = executor
        self._kinds = kinds
        self._leases = Leases(store, lease)
        self._owner = self._leases.owner
        self._patience = patience
        self._held: dict[str, asyncio.Task[None]] = {}
        self._doubtful: set[str] = set()
        self._running: set[str] = set()
        self._begun: set[str] = set()
        self._settling = Settling(store, kinds, lambda: bool(self._held), self.wake)
        self._troubled = False
        self._work = asyncio.Event()
        self._beginning = asyncio.Event()
        self._services: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to take jobs from the queue."""
        works = (self._take(), self._count(), self._settling.run())
        self._services = [asyncio.create_task(work) for work in works]
        self._work.set()

    async def close(self) -> None:
        """Stop at once; what had not ended goes back to the queue."""
        *before, settling = self._services
        await _stop(*before, *self._held.values())
        await self._executor.close()
        await self._settling.finish(settling)
        try:
            self._leases.give_back(self._unended())
        except SQLAlchemyError as error:
            _log.warning(
                "Jobs could not be given back; their leases will lapse: %s", words_of(error)
            )

    def wake(self) -> None:
        """Say that there are new jobs."""
        self._work.set()

    async def ask(self, task: str, request: dict[str, Any], *, affinity: str = "") -> Reply:
        """Run a short task that somebody waits for; it is no job and leaves no trace."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._executor.run(task, request, affinity=affinity, urgent=True)
        except TimeoutError:
            return _failure("EXECUTION_TIMEOUT", f"No answer came within {self._patience:g} s.")
        except (WorkerDied, OutOfTime, OutOfMemory) as error:
            return _failure("INTERNAL_ERROR", str(error))

    def cancel(self, connection: Connection, job_id: str) -> bool:
        """Cancel a job; false when it has ended already.

        Its worker is stopped once the caller's transaction is over, unless that was rolled back.
        """
        canceled = queue.cancel(connection, job_id, self._store.now())
        if job_id in self._held:
            self._doubtful.add(job_id)
            self._work.set()
        return canceled

    async def _take(self) -> None:
        """Claim jobs as room comes free; keep the leases; see what other servers do."""
        while True:
            woken = self._work.is_set()
            self._work.clear()
            try:
                self._turn(woken)
            except Exception as error:
                self._leases.trouble()
                self._say(error)
            else:
                self._troubled = False
            # Not wait_for: in Python 3.11 it loses a cancel that comes along with the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._work.wait()

    def _say(self, error: Exception) -> None:
        if not is_unavailable(error):
            _log.error("Jobs could not be claimed; trying again.", exc_info=error)
        elif not self._troubled:
            _log.warning("The database cannot be used; trying again: %s", words_of(error))
        self._troubled = is_unavailable(error)

    def _turn(self, woken: bool) -> None:
        self._stop_canceled()
        idle = max(0, self._executor.strength - len(self._held))
        seen = self._leases.look(self._held.keys(), idle)
        self._leases.keep(self._unended(), idle)
        if seen is not None:
            self._stop(seen.lost)
            self._share(seen.wanted)
        if woken or (seen is not None and seen.free):
            self._claim()

    def _unended(self) -> list[str]:
        return [*self._held, *self._settling.unsettled()]

    def _waiting(self) -> list[str]:
        """Return the jobs that wait here for a worker, the last claimed first."""
        return [job_id for job_id in reversed(self._held) if job_id not in self._running]

    def _stop_canceled(self) -> None:
        """Stop what was canceled here, once that is stored."""
        if not self._doubtful:
            return
        with self._store.reading() as connection:
            ours = queue.held(connection, self._owner, list(self._doubtful))
        self._stop(self._doubtful - ours)
        self._doubtful.clear()

    def _stop(self, job_ids: Iterable[str]) -> None:
        for job_id in job_ids:
            self._running.discard(job_id)
            stopped = self._held.pop(job_id, None)
            if stopped is not None:
                stopped.cancel()

    def _share(self, wanted: int) -> None:
        """Give jobs that wait here to servers that could run them at once."""
        beyond = len(self._held) - self._executor.strength
        if given := self._waiting()[: max(0, min(wanted, beyond))]:
            self._stop(given)
            self._leases.give_back(given)

    def _claim(self) -> None:
        capacity = self._executor.capacity
        room = capacity - len(self._held)
        # Half empty at least: with fewer free places all workers are busy, and a claim of many
        # costs no more than a claim of one.
        if room < max(1, capacity // 2) or self._leases.yielding():
            return
        rows, orders = self._leases.claim(room, self._orders)
        for row in rows:
            self._held[row.id] = asyncio.create_task(self._run(row, orders.get(row.id)))

    def _orders(self, connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, Order]:
        orders: dict[str, Order] = {}
        for job_type in {row.job_type for row in rows}:
            mine = [row for row in rows if row.job_type == job_type]
            orders.update(self._kinds[job_type].orders(connection, mine))
        return orders

    async def _count(self) -> None:
        """Count attempts, as many at a time as have begun."""
        while True:
            await self._beginning.wait()
            self._beginning.clear()
            begun = set(self._begun)
            try:
                with self._store.writing() as connection:
                    queue.begin(connection, self._owner, begun, self._store.now())
                self._begun -= begun
            except Exception as error:
                # Only watching suffers: what ends is counted then.
                if not is_unavailable(error):
                    _log.exception("Jobs could not be marked as running.")
            await asyncio.sleep(_COUNT_EVERY)

    def _begin(self, job_id: str) -> None:
        self._running.add(job_id)
        self._begun.add(job_id)
        self._beginning.set()

    async def _run(self, job: Row[Any], order: Order | None) -> None:
        died, scratch = False, order.scratch if order else ()
        try:
            reply = await self._reply(job, order)
        except WorkerDied as error:
            reply, died = _failure("INTERNAL_ERROR", str(error)), True
        except OutOfTime as error:
            reply = _failure("EXECUTION_TIMEOUT", str(error))
        except OutOfMemory as error:
            # It would need as much again: it is not tried again.
            reply = _failure(OUT_OF_MEMORY, str(error))
        except Exception as error:
            _log.exception("Job %s could not be run.", job.id)
            reply = _failure("INTERNAL_ERROR", f"{type(error).__name__}: {error}")
        except asyncio.CancelledError:
            clear(scratch)
            raise
        self._held.pop(job.id, None)
        self._running.discard(job.id)
        self._settling.add(Ended(job, reply, died, scratch=scratch))
        self._work.set()

    async def _reply(self, job: Row[Any], order: Order | None) -> Reply:
        if order is None:
            return _failure("INTERNAL_ERROR", "What this job was for is no longer there.")
        run = partial(
            self._executor.run,
            order.task,
            order.request,
            affinity=order.affinity,
            begun=partial(self._begin, job.id),
            time_limit=order.time_limit,
        )
        if order.notes is None:
            return await run()
        progress = Progress(partial(self._note, job.id, order.notes))
        try:
            return await run(notes=progress.tell)
        finally:
            progress.close()

    def _note(
        self,
        job_id: str,
        store: Callable[[Connection, Mapping[str, Any]], None],
        told: Mapping[str, Any],
    ) -> None:
        """Store how far a job is, if it is still ours."""
        with self._store.writing() as connection:
            if queue.held(connection, self._owner, [job_id]):
                store(connection, told)


async def _stop(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _failure(code: str, message: str) -> Reply:
    return Reply(error={"code": code, "message": message})
