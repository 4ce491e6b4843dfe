"""Where tasks run: one small interface, so that the queue does not care.

Executor
InlineExecutor    in this very process: tests, and machines that cannot spawn
ProcessExecutor   supervised worker programs (``processes.py``): the default
DaskExecutor      the same on the machines of a Dask cluster (``dask_executor.py``)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ionworks_engine.jobs import frames
from ionworks_engine.jobs.aid import Noting, Task
from ionworks_engine.jobs.worker import answer

Notes = Callable[[dict[str, Any]], None]
"""Takes what a task says while it runs."""
Begun = Callable[[], None]
"""Hears that a task is no longer waiting."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back from a task: ``content`` and ``blobs``, or the ``error`` it met."""

    content: dict[str, Any] = field(default_factory=dict)
    blobs: list[bytes] = field(default_factory=list)
    error: dict[str, Any] | None = None

    @classmethod
    def of(cls, message: frames.Message) -> Reply:
        """Read a worker's message."""
        head, blobs = message
        if head.pop("ok"):
            return cls(head, blobs)
        return cls(error=head["error"])


class WorkerDied(Exception):  # noqa: N818 - it is said of a worker, it is not an error of ours
    """The process that ran a task ended; the message says how, with its last words."""


class PlaceLost(WorkerDied):
    """The machine of a worker went, or the way to it: no task is to blame."""


class OutOfTime(Exception):  # noqa: N818
    """A task ran longer than it may."""


class OutOfMemory(Exception):  # noqa: N818
    """The process that ran a task took more memory than it may, or than there is."""


class Executor(Protocol):
    """Runs tasks. ``run`` may be cancelled: the task then stops, or never starts."""

    capacity: int
    """How many tasks are worth handing over at once."""

    @property
    def strength(self) -> int:
        """How many tasks run at once."""

    async def run(
        self,
        task: str,
        request: dict[str, Any],
        *,
        affinity: str = "",
        urgent: bool = False,
        notes: Notes | None = None,
        begun: Begun | None = None,
        time_limit: float | None = None,
    ) -> Reply:
        """Run one task.

        Parameters
        ----------
        task, request
            Its name and what it is given.
        affinity
            Tasks of equal affinity share work (a compiled model) when one worker takes them.
        urgent
            Somebody waits for it: before all others, and not behind a long one.
        notes
            Called with what the task says while it runs: ``{"progress": {...}}``.
        begun
            Called once, when the task begins to run.
        time_limit
            Seconds after which it is stopped, where it may take longer than others.

        Raises
        ------
        WorkerDied, OutOfTime, OutOfMemory
        """

    async def close(self) -> None:
        """Stop everything at once."""


class InlineExecutor:
    """Runs each task in this process, while everything else waits."""

    capacity = 1
    strength = 1

    def __init__(self, tasks: Mapping[str, Task]) -> None:
        self._tasks = tasks

    async def run(
        self,
        task: str,
        request: dict[str, Any],
        *,
        affinity: str = "",
        urgent: bool = False,
        notes: Notes | None = None,
        begun: Begun | None = None,
        time_limit: float | None = None,
    ) -> Reply:
        """Run one task to its end."""
        del affinity, urgent, time_limit
        if begun is not None:
            begun()
            # Whoever listens writes it down before the task has this process to itself.
            await asyncio.sleep(0)
        aid = Noting(request, notes)
        message = answer(self._tasks, {"task": task, "request": request}, aid)
        aid.close()
        return Reply.of(frames.decode(message))

    async def close(self) -> None:
        """Do nothing: nothing is left running."""
