"""How far a running job is: what its task tells, written down as often as it is worth."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextvars import copy_context
from typing import Any

INTERVAL = 0.5
"""Seconds between two writes: people who watch need no more, and the database has other work."""
_log = logging.getLogger(__name__)


class Progress:
    """Merges what a task tells, and passes it on now and then.

    Parameters
    ----------
    write
        Stores what is known by now.
    interval
        Seconds between two writes.

    Examples
    --------
    >>> async def told_twice():
    ...     written = []
    ...     progress = Progress(written.append, interval=60)
    ...     progress.tell({"progress": {"best_cost": 2.0, "iteration": 1}})
    ...     progress.tell({"progress": {"best_cost": 1.0}})
    ...     progress.close()
    ...     return written
    >>> asyncio.run(told_twice())
    [{'best_cost': 2.0, 'iteration': 1}, {'best_cost': 1.0, 'iteration': 1}]
    """

    def __init__(
        self, write: Callable[[Mapping[str, Any]], None], interval: float = INTERVAL
    ) -> None:
        self._write = write
        self._interval = interval
        self._known: dict[str, Any] = {}
        self._due = 0.0
        # Notes come by way of workers, which may have been started while a request was served:
        # nothing of that request belongs to what is written here.
        self._context = copy_context()
        self._timer: asyncio.TimerHandle | None = None

    def tell(self, note: Mapping[str, Any]) -> None:
        """Take a note of the task, on the loop; one without ``progress`` says nothing."""
        told = note.get("progress")
        if not isinstance(told, Mapping):
            return
        self._known.update(told)
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._due - loop.time()
        if wait > 0:
            self._timer = loop.call_later(wait, self._store)
        else:
            self._store()

    def close(self) -> None:
        """Write what was told last: the task is over."""
        if self._timer is not None:
            self._timer.cancel()
            self._store()

    def _store(self) -> None:
        self._timer = None
        self._due = asyncio.get_running_loop().time() + self._interval
        try:
            self._context.run(self._write, dict(self._known))
        except Exception:
            # Only watching suffers: the next note is written again.
            _log.exception("Progress could not be stored.")
