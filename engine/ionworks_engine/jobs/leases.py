"""The jobs that this server holds among those of all servers, and for how long.

A server claims more jobs than run at once. So that none waits here while another server is idle,
each says how many more it could run; one that holds jobs which nobody has begun gives some back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, func, select

from ionworks_engine.storage import Store, queue, times
from ionworks_engine.storage.tables import servers

LOOK_EVERY = 0.5
"""Seconds between two looks at what other servers did."""
_RENEWED = 3.5
"""Times that a lease is renewed while it holds."""
_FURTHEST = 2
"""Leases from now that no lease reaches, unless the clock was set back after it was taken."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Look:
    """What there was to see of the queue and of other servers."""

    lost: set[str]
    """Jobs held here that were canceled, or taken over by others."""
    free: bool
    """Whether there are jobs to claim."""
    wanted: int
    """How many more the other servers could run at once."""


class Leases:
    """Leases on jobs of a store.

    Parameters
    ----------
    store
        Whose jobs.
    seconds
        For which a lease holds.

    Attributes
    ----------
    owner
        Who holds them: the id of the server.
    """

    def __init__(self, store: Store, seconds: float) -> None:
        self.owner = store.id
        self._store = store
        self._seconds = seconds
        self._renew_from = 0.0
        self._look_from = 0.0
        self._claim_from = 0.0
        self._told = -1
        # Those of servers that died are taken over by whoever has been there for a while: after
        # trouble with the database, others that live may not have renewed theirs yet.
        self._reclaim_from = 0.0 if store.alone else time.monotonic() + seconds
        self._ahead = self._clock_ahead()

    def keep(self, ids: Iterable[str], idle: int) -> None:
        """Renew leases when that is due, and take back those of servers that are gone.

        Parameters
        ----------
        ids
            The jobs that this server is still about to end; other leases of its own lapse.
        idle
            How many more jobs it could run at once.
        """
        now = time.monotonic()
        if now < self._renew_from:
            return
        self._heed_clock(now)
        until = self._until()
        with self._store.writing() as connection:
            self._store.stay(connection, until, idle)
            queue.renew(connection, self.owner, ids, until)
            if now >= self._reclaim_from:
                stamp = self._store.now()
                furthest = self._until(_FURTHEST)
                queue.reclaim(connection, stamp, lapsed_before=stamp, none_beyond=furthest)
        self._store.keep_up()
        self._told, self._renew_from = idle, now + self._seconds / _RENEWED

    def trouble(self) -> None:
        """Hear that the database could not be used: the others' leases may have suffered, too."""
        self._reclaim_from = time.monotonic() + self._seconds
        self._renew_from = 0.0

    def claim(
        self, room: int, orders: Callable[[Connection, Sequence[Row[Any]]], T]
    ) -> tuple[Sequence[Row[Any]], T]:
        """Claim up to ``room`` jobs; return them and what ``orders`` makes of them."""
        with self._store.claiming() as connection:
            rows = queue.claim(connection, self.owner, self._until(), room)
            return rows, orders(connection, rows)

    def look(self, ids: Collection[str], idle: int) -> Look | None:
        """Look, now and then, at what other servers did; ``None`` when it is not yet time."""
        now = time.monotonic()
        if now < self._look_from:
            return None
        self._look_from = now + LOOK_EVERY
        with self._store.reading() as connection:
            held = queue.held(connection, self.owner, list(ids)) if ids else set()
            others, wanted = self._others(connection)
            if others and idle != self._told:
                self._renew_from = now
            return Look(set(ids) - held, queue.any_free(connection), wanted)

    def yielding(self) -> bool:
        """Whether others have the first choice: this server has just given jobs back."""
        return time.monotonic() < self._claim_from

    def give_back(self, ids: Iterable[str]) -> None:
        """Let others have jobs."""
        self._claim_from = time.monotonic() + 2 * LOOK_EVERY
        with self._store.writing() as connection:
            queue.release(connection, self.owner, ids, self._store.now())

    def _others(self, connection: Connection) -> tuple[int, int]:
        """Return how many other servers live, and how many more jobs they could run."""
        others = (servers.c.id != self.owner, servers.c.expires_at >= self._store.now())
        query = select(func.count(), func.coalesce(func.sum(servers.c.idle), 0)).where(*others)
        number, wanted = connection.execute(query).one()
        return int(number), int(wanted)

    def _heed_clock(self, now: float) -> None:
        """After the clock was set, judge others once they had the time to renew their leases."""
        ahead = self._clock_ahead()
        if abs(ahead - self._ahead) > self._seconds / 2:
            self._reclaim_from = now + self._seconds
        self._ahead = ahead

    def _clock_ahead(self) -> float:
        return self._store.clock().timestamp() - time.monotonic()

    def _until(self, leases: int = 1) -> str:
        return times.stamp(self._store.clock() + timedelta(seconds=leases * self._seconds))
