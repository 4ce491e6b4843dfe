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
_HOSTAGE = 2.0
"""Seconds that a program may take to say whether it has begun a task: solvers let nobody speak."""


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


class _Given:
    """A task that a program was given: its place among all of these, and what is known of it.

    ``work`` is ``None`` when nobody wants its answer any more. ``asked_back``: whether the program
    has begun it is not known yet.
    """

    __slots__ = ("asked_back", "number", "work")

    def __init__(self, number: int, work: Work) -> None:
        self.number = number
        self.work: Work | None = work
        self.asked_back = False


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
        self._works: deque[_Given] = deque()
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
        return self._works[0].work if self._works else None

    def has_room(self, ahead: int) -> bool:
        """Whether it takes one more when it may have ``ahead``: none behind a long one.

        Nor behind one taken back: should the worker have begun it all the same, it is no short one.
        """
        if not self._works:
            return self.ready
        first = self._works[0]
        is_short = first.work is not None and not first.asked_back and not self._is_long
        return self.ready and self.load < ahead and is_short

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
        self._works.append(_Given(self._given, work))
        self._given += 1
        self.affinity = work.affinity or self.affinity
        if len(self._works) == 1:
            self._head_changed()

    def drop(self, work: Work) -> None:
        """Stop a task whose answer nobody wants; one that has not begun never does."""
        given = self._find(work)
        if given is None:
            return
        if given is self._works[0] and not given.asked_back:
            self._kill()
        elif self.ready:
            given.work = None
            self._ask_back(given)

    def recall(self, work: Work) -> bool:
        """Take back a task that it has in its pipe; false if it has begun it."""
        given = self._find(work)
        if given is None or given is self._works[0] or not self.ready:
            return False
        given.work = None
        self._ask_back(given)
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
            work = self._works.popleft().work
            if work is not None and not work.future.done():
                work.future.set_result(Reply.of(message))
            self._head_changed()
            self._keeper.feed()

    def _hear(self, said: Mapping[str, Any]) -> None:
        work = self.head
        if "forgot" in said:
            self._learn(said["forgot"], said["begun"])
        elif work is not None and not work.future.done():
            self._keeper.called(self, work, said)

    def _find(self, work: Work) -> _Given | None:
        return next((given for given in self._works if given.work is work), None)

    def _ask_back(self, given: _Given) -> None:
        if not given.asked_back:
            given.asked_back = True
            self.say({"forget": given.number})
            asyncio.get_running_loop().call_later(_HOSTAGE, self._do_without, given)

    def _do_without(self, given: _Given) -> None:
        """Give back what the program says nothing of: it is at another task, and cannot speak."""
        if given.asked_back and given in self._works:
            self._give_back(given)

    def _give_back(self, given: _Given) -> None:
        work, given.work = given.work, None
        if work is not None and not work.future.done():
            self._keeper.take_back([work], "")

    def _learn(self, number: int, begun: bool) -> None:
        """Learn whether the program had begun a task when it was asked back."""
        given = next((each for each in self._works if each.number == number), None)
        if given is None:
            return
        was_head = given is self._works[0]
        given.asked_back = False
        if not begun:
            self._works.remove(given)
            self._give_back(given)
        if was_head:
            self._head_changed()
        self._keeper.feed()

    def _head_changed(self) -> None:
        """Time the task that now runs; one that nobody wants is not let run for long."""
        self._stop_timers()
        self._is_long = False
        if self._works and not self._works[0].asked_back:
            head = self._works[0].work
            limit = head.time_limit if head else _GRACE
            if head and head.begun:
                head.begun()
            later = asyncio.get_running_loop().call_later
            self._timers = [later(limit, self._too_long, head), later(SHORT, self._turn_long)]

    def _stop_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()

    def _turn_long(self) -> None:
        """Ask back what waits behind a task that is not short."""
        self._is_long = True
        if self.ready:
            for given in list(self._works)[1:]:
                self._ask_back(given)

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
        head = works[0].work if works and not works[0].asked_back else None
        if head is not None:
            head.fail(fate)
        blamed = not (self._was_ready or isinstance(fate, PlaceLost))
        left = [given.work for given in works if given.work and given.work is not head]
        self._keeper.take_back(left, str(fate) if blamed else "")
