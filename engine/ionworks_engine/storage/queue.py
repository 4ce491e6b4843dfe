"""The queue of jobs, as changes of one table.

A job is ``pending``, then ``processing``, then ``completed``, ``failed`` or ``canceled``. Whoever
claims a job holds its lease and renews it: while the job waits for a worker, still ``pending``, and
while it runs. A lease that lapsed belonged to an engine that died, and the job goes back to the
queue. It is begun ``MAX_ATTEMPTS`` times at most; waiting behind others counts for nothing.
Every change names the state it expects, so that a late answer never overwrites a cancel. Several
servers take jobs from one queue: each skips what another is just claiming.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, or_, select, update

from ionworks_engine.storage.tables import jobs

MAX_ATTEMPTS = 3
PENDING, PROCESSING = "pending", "processing"
COMPLETED, FAILED, CANCELED = "completed", "failed", "canceled"
TERMINAL = frozenset({COMPLETED, FAILED, CANCELED})
OPEN = (PENDING, PROCESSING)
_LONGEST_MESSAGE = 4000
_FREE = {"lease_owner": None, "lease_expires": None}
_FREE_TO_TAKE = (jobs.c.status == PENDING, jobs.c.lease_owner.is_(None))


def claim(connection: Connection, owner: str, until: str, limit: int) -> Sequence[Row[Any]]:
    """Lease up to ``limit`` pending jobs to ``owner``, the most urgent and oldest first."""
    query = select(jobs).where(*_FREE_TO_TAKE).order_by(jobs.c.priority.desc(), jobs.c.seq)
    rows = connection.execute(query.limit(limit).with_for_update(skip_locked=True)).all()
    if not rows:
        return []
    taken = update(jobs).where(jobs.c.id.in_([row.id for row in rows]), *_FREE_TO_TAKE)
    connection.execute(taken.values(lease_owner=owner, lease_expires=until))
    return rows


def any_free(connection: Connection) -> bool:
    """Whether there is a job to claim."""
    query = select(jobs.c.id).where(*_FREE_TO_TAKE).limit(1)
    return connection.execute(query).first() is not None


def begin(connection: Connection, owner: str, ids: Iterable[str], now: str) -> None:
    """Count an attempt of each job that a worker is at by now and that was not counted yet."""
    waiting = (jobs.c.status == PENDING, jobs.c.lease_owner == owner)
    begun = {"status": PROCESSING, "attempts": jobs.c.attempts + 1, "updated_at": now}
    connection.execute(update(jobs).where(jobs.c.id.in_(list(ids)), *waiting).values(**begun))


def renew(connection: Connection, owner: str, ids: Iterable[str], until: str) -> None:
    """Extend the leases of ``owner`` on jobs that it is still about to end."""
    mine = update(jobs).where(jobs.c.id.in_(list(ids)), *_held_by(owner))
    connection.execute(mine.values(lease_expires=until))


def reclaim(
    connection: Connection, now: str, *, lapsed_before: str | None, none_beyond: str | None = None
) -> None:
    """Return jobs whose lease lapsed to the queue; those tried too often fail, saying so.

    With ``lapsed_before`` none, every lease counts as lapsed. One that goes beyond ``none_beyond``
    is of a server that died before the clock was set back: it has lapsed, too.
    """
    begun = jobs.c.status == PROCESSING
    lapsed = [jobs.c.status.in_(OPEN), or_(begun, jobs.c.lease_owner.is_not(None))]
    if lapsed_before is not None:
        over = [jobs.c.lease_expires.is_(None), jobs.c.lease_expires < lapsed_before]
        if none_beyond is not None:
            over.append(jobs.c.lease_expires > none_beyond)
        lapsed.append(or_(*over))
    poisonous = update(jobs).where(*lapsed, begun, jobs.c.attempts >= MAX_ATTEMPTS)
    reason = f"The engine ended {MAX_ATTEMPTS} times while it ran this job; it is not tried again."
    failed = {"status": FAILED, "error": reason, "error_code": "INTERNAL_ERROR"}
    connection.execute(poisonous.values(updated_at=now, **failed, **_FREE))
    connection.execute(update(jobs).where(*lapsed).values(status=PENDING, updated_at=now, **_FREE))


def release(connection: Connection, owner: str, ids: Iterable[str], now: str) -> None:
    """Give unfinished jobs back, as if they had never been claimed."""
    mine = update(jobs).where(jobs.c.id.in_(list(ids)), *_held_by(owner))
    uncounted = case((jobs.c.status == PROCESSING, jobs.c.attempts - 1), else_=jobs.c.attempts)
    back = {"status": PENDING, "attempts": uncounted, "updated_at": now, **_FREE}
    connection.execute(mine.values(**back))


def held(connection: Connection, owner: str, ids: Sequence[str]) -> set[str]:
    """Return which of the jobs ``owner`` still has."""
    query = select(jobs.c.id).where(jobs.c.id.in_(ids), *_held_by(owner))
    return set(connection.scalars(query))


def retry(connection: Connection, owner: str, job_id: str, now: str) -> bool:
    """Queue a job again after its worker died; false when it was tried too often already."""
    mine = update(jobs).where(jobs.c.id == job_id, *_held_by(owner), jobs.c.attempts < MAX_ATTEMPTS)
    again = connection.execute(mine.values(status=PENDING, updated_at=now, **_FREE))
    return again.rowcount > 0


def completed(job_id: str, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a job ends well."""
    return {"of": job_id, "status": COMPLETED, "error_code": None, "error": None, "result": result}


def failed(job_id: str, code: str, message: str) -> dict[str, Any]:
    """Return how a job ends badly."""
    error = shortened(message)
    return {"of": job_id, "status": FAILED, "error_code": code, "error": error, "result": None}


def shortened(message: str) -> str:
    """Return a message as rows carry it: of one that lists thousands of things, the beginning."""
    message = message.replace("\0", "\N{SYMBOL FOR NULL}")
    more = len(message) - _LONGEST_MESSAGE
    return message if more <= 0 else f"{message[:_LONGEST_MESSAGE]} ... and {more:,} more letters"


_FINISH = update(jobs).where(
    jobs.c.id == bindparam("of"),
    or_(*(jobs.c.status == each for each in OPEN)),
    jobs.c.lease_owner == bindparam("holder"),
)


def finish(
    connection: Connection, owner: str, now: str, endings: Sequence[Mapping[str, Any]]
) -> None:
    """End jobs as ``completed`` or ``failed`` say; those that ``owner`` lost stay as they are."""
    if endings:
        common = {"holder": owner, "updated_at": now, **_FREE}
        connection.execute(_FINISH, [{**ending, **common} for ending in endings])


def cancel(connection: Connection, job_id: str, now: str) -> bool:
    """Cancel a job that has not ended; false when it has."""
    unfinished = update(jobs).where(jobs.c.id == job_id, jobs.c.status.in_(OPEN))
    reason = {"status": CANCELED, "error": "Canceled on request.", "error_code": "CANCELED"}
    return connection.execute(unfinished.values(updated_at=now, **reason, **_FREE)).rowcount > 0


def _held_by(owner: str) -> tuple[Any, ...]:
    return (jobs.c.status.in_(OPEN), jobs.c.lease_owner == owner)
