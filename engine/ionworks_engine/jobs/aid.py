"""How a running task is heard and helped: by notes to the engine, and by idle workers.

Noting    in the engine's own process: notes only, nobody to help
Calling   in a worker program: notes and calls for help go down its pipe
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ionworks_engine.pipelines.aid import Handed

_EVERY = 0.2
"""Seconds between notes; what comes in between is merged into the next one."""


class _Progress:
    """Passes progress on, not too often; the last word of each kind is never lost, only late."""

    def __init__(self, send: Callable[[dict[str, Any]], None]) -> None:
        self._send = send
        self._held: dict[str, Any] = {}
        self._sent_at = -_EVERY

    def tell(self, progress: Mapping[str, Any]) -> None:
        self._held.update(progress)
        now = time.monotonic()
        if now - self._sent_at >= _EVERY:
            self._sent_at = now
            self._send({"progress": self._held})
            self._held = {}


class Noting:
    """The aid of a task that runs in the engine's own process.

    Parameters
    ----------
    origin
        What the task was given.
    notes
        Who listens, if anybody.
    """

    workers = 1

    def __init__(
        self, origin: Mapping[str, Any], notes: Callable[[dict[str, Any]], None] | None
    ) -> None:
        self.origin: Mapping[str, Any] | None = origin
        self._progress = _Progress(notes or _unheard)

    def tell(self, progress: Mapping[str, Any]) -> None:
        """Pass on how far the work is."""
        self._progress.tell(progress)

    def hand_over(self, task: str, request: Mapping[str, Any], affinity: str) -> Handed | None:
        """Find nobody."""
        del task, request, affinity
        return None


def _unheard(note: dict[str, Any]) -> None:
    del note
