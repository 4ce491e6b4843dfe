"""A crew of worker programs under supervision: who does what, and when.

Behind a task that turns out to be long nothing waits: the next one is taken back from its worker's
pipe, for whichever worker is free first. A dead worker takes only the task it was at with it; what
was queued behind goes back to the front. Cancelling a running task kills its worker: there is no
other way to stop a solver.

Help. A running task may offer parts of its work. They are handed out when nothing else waits, to
workers that are idle or at a part already, oldest first; their answers go back to the task. A part
that nobody has begun can be taken back; one that is lost, with its worker or by an error, is said
to be lost, and the task does it itself. When the task ends, so do its parts: those that wait are
forgotten, and if it was canceled, died or failed the workers at them are stopped.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from ionworks_engine.jobs.executor import Begun, Notes, Reply, WorkerDied
from ionworks_engine.jobs.supervised import Work, Worker

TIME_LIMIT = 3600.0
AHEAD = 2
_FOR_EACH = 16
"""Tasks that are worth handing over for each worker: none waits for the engine meanwhile."""
_LOOK_AHEAD = 32


class Crew:
    """Run tasks in worker programs; an executor, once it has workers.

    Parameters
    ----------
    time_limit
        Seconds after which a task is stopped that says nothing else.
    """

    def __init__(self, time_limit: float) -> None:
        self.capacity = 0
        self._time_limit = time_limit
        self._backlog: deque[Work] = deque()
        self._parts: deque[Work] = deque()
        self._workers: list[Worker] = []

    @property
    def strength(self) -> int:
        """How many workers there are, but for the one kept for urgent tasks."""
        return sum(not worker.spare for worker in self._workers)

    def enlist(self, workers: Iterable[Worker]) -> None:
        """Take workers in."""
        self._workers += workers
        self.capacity = _FOR_EACH * self.strength
        self.feed()

    def strike_off(self, workers: Iterable[Worker]) -> None:
        """Let workers go: a task that one was at fails, what it had not begun goes back."""
        gone = list(workers)
        self._workers = [worker for worker in self._workers if worker not in gone]
        self.capacity = _FOR_EACH * self.strength
        for worker in gone:
            worker.dismiss()

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
        """Run one task; cancelling this coroutine stops it, and all that help with it.

        Raises
        ------
        WorkerDied
            If the worker ended while it was at this task.
        OutOfTime
            If the task ran longer than the limit.
        OutOfMemory
            If it needs more memory than it may have, or than there is.
        """
        head = {"task": task, "request": request}
        limit = self._time_limit if time_limit is None else time_limit
        work = Work(head, affinity, limit, urgent=urgent, notes=notes, begun=begun)
        if urgent:
            self._backlog.appendleft(work)
        else:
            self._backlog.append(work)
        self.feed()
        try:
            return await work.future
        except asyncio.CancelledError:
            self._abandon(work)
            raise
        finally:
            self._release(work)

    async def close(self) -> None:
        """Kill every worker; tasks in them are left without an answer."""
        self._backlog.clear()
        self._parts.clear()
        for worker in self._workers:
            worker.retire()
        await asyncio.gather(*(worker.ended() for worker in self._workers))

    def feed(self) -> None:
        """Hand out the backlog: to idle workers, then ahead of those busy with short tasks."""
        for ahead in range(1, AHEAD + 1):
            for worker in self._workers:
                while self._backlog and worker.has_room(ahead):
                    work = self._choose(worker)
                    if work is None:
                        break
                    _give(worker, work)
            if ahead == 1:
                self._start_some()
        if not self._backlog:
            self._feed_parts()

    def take_back(self, works: Sequence[Work], reason: str) -> None:
        """Requeue what a worker had not begun; one that died at its start fails the first."""
        waiting = [work for work in works if not work.future.done()]
        urgent = sum(1 for _ in itertools.takewhile(lambda work: work.urgent, self._backlog))
        for place, work in enumerate((w for w in waiting if w.owner is None), urgent):
            self._backlog.insert(place, work)
        self._parts.extendleft(w for w in reversed(waiting) if w.owner is not None)
        if reason:
            queue = self._backlog or self._parts
            if queue:
                queue.popleft().fail(WorkerDied(reason))
        self.feed()

    def called(self, worker: Worker, work: Work, head: Mapping[str, Any]) -> None:
        """Hear what a task says while it runs: a note, or what it offers and wants back."""
        if "note" in head:
            if work.notes is not None:
                work.notes(head["note"])
        elif "offer" in head:
            wanted = {"task": head["task"], "request": head["request"]}
            part = Work(wanted, head["affinity"], work.time_limit, owner=work)
            work.parts[head["offer"]] = part
            part.future.add_done_callback(partial(_forward, worker, work, head["offer"]))
            if head["first"]:
                self._parts.appendleft(part)
            else:
                self._parts.append(part)
            self.feed()
        else:
            self._return_part(worker, work, head["take_back"])

    def _choose(self, worker: Worker) -> Work | None:
        """Pick for a worker: what is urgent, what it has compiled, then the oldest."""
        first = self._backlog[0]
        if worker.spare or first.urgent:
            # Urgent work stands first; it never queues behind something long.
            if not first.urgent or worker.load:
                return None
            return self._backlog.popleft()
        for index in range(min(len(self._backlog), _LOOK_AHEAD - first.passed_over)):
            if self._backlog[index].affinity == worker.affinity:
                first.passed_over += index > 0
                work = self._backlog[index]
                del self._backlog[index]
                return work
        return self._backlog.popleft()

    def _feed_parts(self) -> None:
        """Hand out parts: to idle workers, those that know the model first, then ahead."""
        for ahead in range(1, AHEAD + 1):
            for worker in sorted(self._workers, key=self._is_strange):
                while self._parts and _may_help(worker) and worker.has_room(ahead):
                    _give(worker, self._parts.popleft())
            if ahead == 1:
                self._start_some()

    def _is_strange(self, worker: Worker) -> bool:
        return not self._parts or worker.affinity != self._parts[0].affinity

    def _start_some(self) -> None:
        """Start workers for work that nobody is idle for: one at a time of each place.

        None is started for work that one on its way will take.
        """
        starting = [each for each in self._workers if each.starting]
        left = len(self._backlog) + len(self._parts) - len(starting)
        busy = {each.place for each in starting}
        is_urgent = bool(self._backlog) and self._backlog[0].urgent
        for worker in self._workers:
            if left > 0 and worker.down and worker.place not in busy:
                if worker.spare and not is_urgent:
                    continue
                worker.start()
                busy.add(worker.place)
                left -= 1

    def _return_part(self, worker: Worker, work: Work, number: int) -> None:
        """Give back a part that nobody has begun, or say that somebody has."""
        part = work.parts.get(number)
        if part is not None and part in self._parts:
            self._parts.remove(part)
        elif part is None or not any(each.recall(part) for each in self._workers):
            worker.say({"part": number, "told": "begun"})
            return
        part.future.cancel()

    def _release(self, work: Work) -> None:
        """Forget the parts of a task that ended; stop those begun unless it ended well."""
        ended_well = _ended_well(work.future)
        for part in list(work.parts.values()):
            begun = part not in self._parts
            part.future.cancel()
            if not begun:
                self._parts.remove(part)
            elif not any(each.recall(part) for each in self._workers) and not ended_well:
                self._abandon(part)
        work.parts.clear()

    def _abandon(self, work: Work) -> None:
        with contextlib.suppress(ValueError):
            self._backlog.remove(work)
        for worker in self._workers:
            worker.drop(work)


def _give(worker: Worker, work: Work) -> None:
    """Give a worker a task, unless that cannot be written down."""
    try:
        worker.give(work)
    except ValueError as error:
        work.fail(error)


def _may_help(worker: Worker) -> bool:
    """Whether a worker is idle, or at a part: behind other work no part ever waits."""
    return not worker.spare and (worker.head.owner is not None if worker.head else not worker.load)


def _ended_well(future: asyncio.Future[Reply]) -> bool:
    if not future.done() or future.cancelled() or future.exception() is not None:
        return False
    return future.result().error is None


def _forward(worker: Worker, work: Work, number: int, future: asyncio.Future[Reply]) -> None:
    """Tell a task what became of a part that it offered."""
    work.parts.pop(number, None)
    told: dict[str, Any] = {"part": number, "told": "lost"}
    if future.cancelled():
        told["words"] = "It was taken back."
    elif (error := future.exception()) is not None:
        told["words"] = str(error)
    elif (reply := future.result()).error is not None:
        told["words"] = str(reply.error["message"])
    else:
        told |= {"told": "answer", "content": reply.content}
    if worker.head is work and worker.ready:
        worker.say(told)
