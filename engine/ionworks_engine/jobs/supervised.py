"""One worker program and what it is at: started when needed, replaced when it dies.

A worker does one task at a time and may have the next one already in its pipe, so that it does
not wait for the engine between short ones. Behind a task that turns out to be long nothing waits.
What a task says while it runs goes to the ``calls`` of its `Work`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ionworks_engine.jobs.executor import Begun, Notes, OutOfTime, PlaceLost, Reply, WorkerDied
from ionworks_engine.jobs.programs import Fate, Program, Start

SHORT = 0.1
"""Seconds after which a task counts as long, and nothing waits behind it any more."""
_GRACE = 1.0


class Work:
    """A task on its way: what the worker is sent, and the future of its reply.

    Parameters
    ----------
    head
        Of the message to the worker.
    affinity, time_limit, urgent, notes, begun
        As for an executor.
    owner
        The task that offered this one as a part of itself.
    """

    __slots__ = (
        "affinity",
        "begun",
        "future",
        "head",
        "notes",
        "owner",
        "parts",
        "passed_over",
        "time_limit",
        "urgent",
    )

    def __init__(
        self,
        head: Mapping[str, Any],
        affinity: str,
        time_limit: float,
        *,
        urgent: bool = False,
        notes: Notes | None = None,
        begun: Begun | None = None,
        owner: Work | None = None,
    ) -> None:
        self.head = head
        self.affinity = affinity
        self.time_limit = time_limit
        self.urgent = urgent
        self.notes = notes
        self.begun = begun
        self.owner = owner
        self.parts: dict[int, Work] = {}
        self.passed_over = 0
        self.future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

    def fail(self, error: Exception) -> None:
        """Answer with an error, unless it is answered already."""
        if not self.future.done():
            self.future.set_exception(error)


class Keeper(Protocol):
    """Whom workers work for."""

    @property
    def strength(self) -> int:
        """How many workers there are, to whom a task may offer parts of its work."""

    def feed(self) -> None:
        """Hand out what waits: a worker has room."""

    def take_back(self, works: Sequence[Work], reason: str) -> None:
        """Take what a worker had not begun; with a reason it died at its start."""

    def called(self, worker: Worker, work: Work, head: Mapping[str, Any]) -> None:
        """Hear what a task says while it runs."""


class Worker:
    """One worker program, restarted as often as needed.

    Parameters
    ----------
    keeper
        Whom it works for.
    start
        Starts its program.
    place
        Where that runs: of one place, one program starts at a time.
    spare
        Whether it is kept for urgent tasks.
    """

    def __init__(
        self, keeper: Keeper, start: Start, *, place: str = "", spare: bool = False
    ) -> None:
        self._keeper = keeper
        self._start = start
        self.place = place
        self.spare = spare
        self.affinity = ""
        self.ready = False
        self._was_ready = False
        self._works: deque[Work | None] = deque()  # None: taken back, still to be answered
        self._process: Program | None = None
        self._life: asyncio.Task[None] | None = None
        self._given = 0
        self._timers: list[asyncio.TimerHandle] = []
        self._is_long = False
        self._retired = False
        self._dismissed = False

    @property
    def load(self) -> int:
        """How many tasks it has, running and waiting in its pipe."""
        return len(self._works)

    @property
    def head(self) -> Work | None:
        """The task that it is at."""
        return self._works[0] if self._works else None

    def has_room(self, ahead: int) -> bool:
        """Whether it takes one more when it may have ``ahead``: none behind a long one.

        Nor behind one taken back: should the worker have begun it all the same, it is no short one.
        """
        if not self._works:
            return self.ready
        return self.ready and self.load < ahead and self._works[0] is not None and not self._is_long

    @property
    def down(self) -> bool:
        """Whether there is no process, and none on its way."""
        return self._life is None and not (self._retired or self._dismissed)

    @property
    def starting(self) -> bool:
        """Whether a process is on its way."""
        return self._life is not None and not self.ready

    def start(self) -> None:
        """Start the process; it takes work once it is ready."""
        self._was_ready = False
        self._given = 0
        self._life = asyncio.create_task(self._live())

    def give(self, work: Work) -> None:
        """Send a task down the pipe.

        Raises
        ------
        ValueError
            If it holds a NaN or an infinity: it is not sent.
        """
        self.say({**work.head, "workers": self._keeper.strength})
        self._works.append(work)
        self._given += 1
        self.affinity = work.affinity or self.affinity
        if len(self._works) == 1:
            self._head_changed()

    def drop(self, work: Work) -> None:
        """Stop a task whose answer nobody wants; one that has not begun never does."""
        if work not in self._works:
            return
        if self._works[0] is work:
            self._kill()
        elif self.ready:
            self._forget(self._works.index(work))

    def recall(self, work: Work) -> bool:
        """Take back a task that it has in its pipe; false if it has begun it."""
        if work not in self._works or self._works[0] is work or not self.ready:
            return False
        self._forget(self._works.index(work))
        return True

    def say(self, head: dict[str, Any]) -> None:
        """Tell the program, or the task that it is at."""
        if self._process is None:
            raise RuntimeError("a worker without a process cannot be written to")
        self._process.send(head)

    def retire(self) -> None:
        """Kill the process for good, and what it is at."""
        self._retired = True
        self._kill()

    def dismiss(self) -> None:
        """Kill the process for good; its tasks learn of it, or go back."""
        self._dismissed = True
        self._kill()

    async def ended(self) -> None:
        """Wait until the process is gone."""
        if self._life is not None:
            await asyncio.gather(self._life, return_exceptions=True)

    async def _live(self) -> None:
        fate: Fate
        try:
            process = self._process = await self._start()
        except PlaceLost as lost:
            fate = lost
        except OSError as error:
            fate = WorkerDied(f"No worker process could be started: {error}")
        else:
            if self._retired or self._dismissed:
                self._kill()
            try:
                with contextlib.suppress(EOFError, ConnectionError):
                    await self._converse(process)
            finally:
                self._kill()
                fate = await process.ended()
        self._bury(fate)

    async def _converse(self, process: Program) -> None:
        await process.receive()
        self.ready = self._was_ready = True
        self._keeper.feed()
        while True:
            message = await process.receive()
            if "ok" not in message[0]:
                self._hear(message[0])
                continue
            work = self._works.popleft()
            if work is not None and not work.future.done():
                work.future.set_result(Reply.of(message))
            self._head_changed()
            self._keeper.feed()

    def _hear(self, said: Mapping[str, Any]) -> None:
        work = self.head
        if work is not None and not work.future.done():
            self._keeper.called(self, work, said)

    def _forget(self, place: int) -> None:
        answered = self._given - len(self._works)
        self.say({"forget": answered + place})
        self._works[place] = None

    def _head_changed(self) -> None:
        """Time the task that now runs; one that was taken back should be answered at once."""
        self._stop_timers()
        self._is_long = False
        if self._works:
            head = self._works[0]
            limit = head.time_limit if head else _GRACE
            if head and head.begun:
                head.begun()
            later = asyncio.get_running_loop().call_later
            self._timers = [later(limit, self._too_long, head), later(SHORT, self._turn_long)]

    def _stop_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()

    def _turn_long(self) -> None:
        """Give back what waits behind a task that is not short."""
        self._is_long = True
        waiting = [(place, work) for place, work in enumerate(self._works) if place and work]
        if waiting and self.ready:
            for place, _ in waiting:
                self._forget(place)
            self._keeper.take_back([work for _, work in waiting], "")

    def _too_long(self, work: Work | None) -> None:
        if work:
            work.fail(OutOfTime(f"The run was stopped after {work.time_limit:g} s."))
        self._kill()

    def _kill(self) -> None:
        self.ready = False
        if self._process is not None:
            self._process.kill()

    def _bury(self, fate: Fate) -> None:
        """Blame the task that ran, give the rest back."""
        works, self._works = list(self._works), deque()
        self._process = self._life = None
        self.affinity = ""
        self._stop_timers()
        if self._retired:
            return
        if works and works[0]:
            works[0].fail(fate)
        blamed = not (self._was_ready or isinstance(fate, PlaceLost))
        self._keeper.take_back([w for w in works[1:] if w], str(fate) if blamed else "")
