"""What the kinds of jobs give to the job system, and what it gives back to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection, Row

from ionworks_engine.jobs.executor import Reply


@dataclass(frozen=True, slots=True)
class Order:
    """What a job asks of an executor."""

    task: str
    request: dict[str, Any]
    affinity: str = ""
    scratch: tuple[str, ...] = ()
    """Paths that the task may write; its reply lists under ``written`` those that it did."""
    notes: Callable[[Connection, Mapping[str, Any]], None] | None = None
    """Stores how far the task says it is, while it runs; without it nobody is told."""
    time_limit: float | None = None
    """Seconds after which it is stopped; without it those of the executor."""


class Kind(Protocol):
    """What the jobs of one ``job_type`` ask for, and what they leave behind."""

    def orders(self, connection: Connection, jobs: Sequence[Row[Any]]) -> Mapping[str, Order]:
        """Return what each job asks for, by job id; a job without an order has lost its subject."""

    def settle(self, connection: Connection, ended: Sequence[Ended]) -> Sequence[Mapping[str, Any]]:
        """Store what came of jobs; return for each how it ends, see ``queue.finish``.

        Called again for the same job it must leave the same.
        """


@dataclass(slots=True)
class Ended:
    """A job that ran to its end, or whose worker died over it.

    ``files`` names the stored blobs of the reply, and after them the files that the task wrote;
    ``unneeded`` those of which ``settle`` says that its rows need them no longer. ``follows`` is
    set by a ``settle`` that puts another job into the queue.
    """

    job: Row[Any]
    reply: Reply
    died: bool = False
    files: list[str] = field(default_factory=list)
    scratch: tuple[str, ...] = ()
    unneeded: list[str] = field(default_factory=list)
    follows: bool = False
