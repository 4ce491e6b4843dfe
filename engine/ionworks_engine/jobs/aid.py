"""How a running task is heard and helped: by notes to the engine, and by idle workers.

Aided     a task that is given an aid
Noting    in the engine's own process: notes only, nobody to help
Calling   in a worker program: notes and offers of work go down its pipe

A worker program writes, while it is at a task, ``{"note": {...}}``, ``{"offer": number, "task",
"request", "affinity", "first"}`` and ``{"take_back": number}``. The engine writes back, of each
offer, ``{"part": number, "told": "answer"|"lost"|"begun", "content"|"words"}``: ``begun`` says that
it cannot be taken back, the other two are its end.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any, TypeAlias

from ionworks_engine.pipelines.aid import UNKNOWN, Aid, Handed, HelperLost

Made: TypeAlias = tuple[dict[str, Any], Sequence[bytes]]
"""What a task returns: an answer, and its blobs."""


@dataclass(frozen=True, slots=True)
class Aided:
    """A task that says how far it is, and that others may help with."""

    do: Callable[[dict[str, Any], Aid], Made]


Task: TypeAlias = Callable[[dict[str, Any]], Made] | Aided
Write: TypeAlias = Callable[[dict[str, Any]], None]
_EVERY = 0.2
"""Seconds between notes; what comes in between is merged into the next one."""


class _Progress:
    """Passes progress on, not too often; the last word of each kind is never lost, only late."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._held: dict[str, Any] = {}
        self._written_at = -_EVERY

    def tell(self, progress: Mapping[str, Any]) -> None:
        self._held.update(progress)
        if time.monotonic() - self._written_at >= _EVERY:
            self.close()

    def close(self) -> None:
        """Write what is held back."""
        if self._held:
            self._written_at = time.monotonic()
            self._write({"progress": self._held})
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

    def close(self) -> None:
        """Pass on what was told last: the task is over."""
        self._progress.close()

    def hand_over(self, task: str, request: Mapping[str, Any], affinity: str) -> Handed | None:
        """Find nobody."""
        del task, request, affinity
        return None


class Calling:
    """The aid of a task in a worker program.

    Parameters
    ----------
    origin
        What the task was given.
    workers
        How many workers the engine has.
    write
        Puts a message into the pipe to the engine.
    """

    def __init__(self, origin: Mapping[str, Any], workers: int, write: Write) -> None:
        self.origin: Mapping[str, Any] | None = origin
        self.workers = workers
        self._write = write
        self._progress = _Progress(lambda note: write({"note": note}))
        self._parts: dict[int, _Part] = {}

    def tell(self, progress: Mapping[str, Any]) -> None:
        """Pass on how far the work is."""
        self._progress.tell(progress)

    def close(self) -> None:
        """Pass on what was told last: the task is over."""
        self._progress.close()

    def hand_over(self, task: str, request: Mapping[str, Any], affinity: str) -> Handed | None:
        """Offer a task to the other workers."""
        if self.workers < 2:
            return None
        number = next(_NUMBERS)
        offer = {"offer": number, "task": task, "affinity": affinity, "first": False}
        part = _Part(lambda: self._write({"take_back": number}), offer, request)
        self._parts[number] = part
        self._write(part.offer())
        return part

    def told(self, head: Mapping[str, Any]) -> None:
        """Take what the engine says of a part; called by the thread that reads the pipe."""
        part = self._parts.get(head["part"])
        if part is None:
            return
        if head["told"] == "answer" and head["content"] == UNKNOWN:
            self._write(part.whole_offer())
            return
        if head["told"] != "begun":
            del self._parts[head["part"]]
        part.told(head)


class _Part:
    """A part of the work that was offered."""

    def __init__(
        self, ask: Callable[[], None], offer: Mapping[str, Any], request: Mapping[str, Any]
    ) -> None:
        self._ask = ask
        self._offer = offer
        self._request = {name: value for name, value in request.items() if name != "recipe"}
        self._recipe = request.get("recipe", {})
        self._content: dict[str, Any] | None = None
        self._words = ""
        self._ended = Event()
        self._answered = Event()

    def offer(self) -> dict[str, Any]:
        return {**self._offer, "request": self._request}

    def whole_offer(self) -> dict[str, Any]:
        """Return the offer for a helper that asked for the recipe: next in turn."""
        return {**self._offer, "request": {**self._request, **self._recipe}, "first": True}

    def told(self, head: Mapping[str, Any]) -> None:
        if head["told"] != "begun":
            self._content, self._words = head.get("content"), head.get("words", "")
            self._ended.set()
        self._answered.set()

    def done(self) -> bool:
        """Whether it is known what became of it."""
        return self._ended.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for it, so long at most."""
        return self._ended.wait(seconds)

    def result(self) -> dict[str, Any]:
        """Wait for the answer."""
        self._ended.wait()
        if self._content is None:
            raise HelperLost(self._words)
        return self._content

    def take_back(self) -> None:
        """Ask for it back."""
        self._answered.clear()
        if not self._ended.is_set():
            self._ask()

    def is_back(self) -> bool:
        """Wait until it is known whether it came back."""
        if not self._ended.is_set():
            self._answered.wait()
        return self._ended.is_set() and self._content is None


_NUMBERS = itertools.count()
"""Of parts, for the life of the program: a late word of a former task's part means nobody."""


def _unheard(note: dict[str, Any]) -> None:
    del note
