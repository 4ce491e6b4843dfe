"""Worker programs under supervision: started when needed, kept warm, replaced when they die.

Each worker does one task at a time and has the next one already in its pipe, so that it does not
wait for the engine between short ones. Behind a task that turns out to be long nothing waits: the
next one is taken back, for whichever worker is free first. A dead worker takes only the task it
was at with it; what was queued behind goes back to the front. Cancelling a running task kills its
worker: there is no other way to stop a solver.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import itertools
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ionworks_engine
from ionworks_engine.jobs import frames, memory
from ionworks_engine.jobs.executor import Notes, OutOfMemory, OutOfTime, Reply, WorkerDied

TIME_LIMIT = 3600.0
AHEAD = 2
SHORT = 0.1
"""Seconds after which a task counts as long, and nothing waits behind it any more."""
_GRACE = 1.0
_LOOK_AHEAD = 32
_STREAM_LIMIT = 1 << 22
_LAST_WORDS = 2000
_OWN_GROUP: dict[str, Any] = {"process_group": 0} if os.name == "posix" else {}
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")


class _Work:
    """A task on its way: its message, and the future of its reply."""

    __slots__ = ("affinity", "future", "message", "notes", "passed_over", "urgent")

    def __init__(
        self, message: bytes, affinity: str, urgent: bool, notes: Notes | None = None
    ) -> None:
        self.message = message
        self.affinity = affinity
        self.urgent = urgent
        self.notes = notes
        self.passed_over = 0
        self.future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()


class ProcessExecutor:
    """Run tasks in worker programs.

    Parameters
    ----------
    workers
        How many tasks may run at once. One more worker is started for urgent tasks when all of
        these are busy.
    tasks
        The module whose ``TASKS`` the workers serve.
    search_path
        Folders in which the workers look for modules, beside those of this package.
    time_limit
        Seconds after which a task is stopped.
    memory_limit
        Bytes that a worker may take over one of the module's ``BOUNDED`` tasks.
    """

    def __init__(
        self,
        workers: int,
        *,
        tasks: str = "ionworks_engine.jobs.tasks",
        search_path: Sequence[Path] = (),
        time_limit: float = TIME_LIMIT,
        memory_limit: int = memory.MOST_BYTES,
    ) -> None:
        self.capacity = 16 * workers
        self._backlog: deque[_Work] = deque()
        program = (sys.executable, "-P", "-m", "ionworks_engine.jobs.worker")
        command = [*program, tasks, str(memory_limit)]
        environment = _environment(search_path)

        def worker(spare: bool) -> _Worker:
            return _Worker(command, environment, time_limit, self._feed, self._take_back, spare)

        self._workers = [*(worker(spare=False) for _ in range(workers)), worker(spare=True)]

    async def run(
        self,
        task: str,
        request: dict[str, Any],
        *,
        affinity: str = "",
        urgent: bool = False,
        notes: Notes | None = None,
    ) -> Reply:
        """Run one task; cancelling this coroutine stops it.

        Raises
        ------
        WorkerDied
            If the worker ended while it was at this task.
        OutOfTime
            If the task ran longer than the limit.
        OutOfMemory
            If it needs more memory than it may have, or than there is.
        """
        message = frames.encode({"task": task, "request": request})
        work = _Work(message, affinity, urgent, notes)
        if urgent:
            self._backlog.appendleft(work)
        else:
            self._backlog.append(work)
        self._feed()
        try:
            return await work.future
        except asyncio.CancelledError:
            self._abandon(work)
            raise

    async def close(self) -> None:
        """Kill every worker; tasks in them are left without an answer."""
        self._backlog.clear()
        for worker in self._workers:
            worker.retire()
        await asyncio.gather(*(worker.ended() for worker in self._workers))

    def _feed(self) -> None:
        """Hand out the backlog: to idle workers, then ahead of those busy with short tasks."""
        for ahead in range(1, AHEAD + 1):
            for worker in self._workers:
                while self._backlog and worker.has_room(ahead):
                    work = self._choose(worker)
                    if work is None:
                        break
                    worker.give(work)
            if ahead == 1:
                self._start_one()

    def _choose(self, worker: _Worker) -> _Work | None:
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

    def _start_one(self) -> None:
        """Start a worker when work is left for which nobody is idle and none is on its way."""
        if not self._backlog or any(worker.starting for worker in self._workers):
            return
        for worker in self._workers:
            if worker.down and (not worker.spare or self._backlog[0].urgent):
                worker.start()
                return

    def _take_back(self, works: Sequence[_Work], reason: str) -> None:
        """Requeue what a worker had not begun; one that died at its start fails the first."""
        urgent = sum(1 for _ in itertools.takewhile(lambda work: work.urgent, self._backlog))
        for place, work in enumerate((w for w in works if not w.future.done()), urgent):
            self._backlog.insert(place, work)
        if reason and self._backlog:
            _fail(self._backlog.popleft(), WorkerDied(reason))
        self._feed()

    def _abandon(self, work: _Work) -> None:
        with contextlib.suppress(ValueError):
            self._backlog.remove(work)
        for worker in self._workers:
            worker.drop(work)


class _Worker:
    """One worker program, restarted as often as needed."""

    def __init__(
        self,
        command: Sequence[str],
        environment: dict[str, str],
        time_limit: float,
        idle: Callable[[], None],
        take_back: Callable[[Sequence[_Work], str], None],
        spare: bool,
    ) -> None:
        self.spare = spare
        self.affinity = ""
        self.ready = False
        self._was_ready = False
        self._command = command
        self._environment = environment
        self._time_limit = time_limit
        self._idle = idle
        self._take_back = take_back
        self._works: deque[_Work | None] = deque()  # None: taken back, still to be answered
        self._process: asyncio.subprocess.Process | None = None
        self._life: asyncio.Task[None] | None = None
        self._given = 0
        self._kills = 0
        self._timers: list[asyncio.TimerHandle] = []
        self._is_long = False
        self._retired = False

    @property
    def load(self) -> int:
        """How many tasks it has, running and waiting in its pipe."""
        return len(self._works)

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
        return self._life is None and not self._retired

    @property
    def starting(self) -> bool:
        """Whether a process is on its way."""
        return self._life is not None and not self.ready

    def start(self) -> None:
        """Start the process; it takes work once it is ready."""
        self._was_ready = False
        self._given = 0
        self._kills = memory.kills()
        self._life = asyncio.create_task(self._live())

    def give(self, work: _Work) -> None:
        """Send a task down the pipe."""
        self._write(work.message)
        self._works.append(work)
        self._given += 1
        self.affinity = work.affinity or self.affinity
        if len(self._works) == 1:
            self._head_changed()

    def drop(self, work: _Work) -> None:
        """Stop a task whose answer nobody wants; one that has not begun never does."""
        if work not in self._works:
            return
        if self._works[0] is work:
            self._kill()
        elif self.ready:
            self._forget(self._works.index(work))

    def retire(self) -> None:
        """Kill the process for good."""
        self._retired = True
        self._kill()

    async def ended(self) -> None:
        """Wait until the process is gone."""
        if self._life is not None:
            await asyncio.gather(self._life, return_exceptions=True)

    async def _live(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment,
            limit=_STREAM_LIMIT,
            **_OWN_GROUP,
        )
        self._process = process
        if self._retired:
            self._kill()
        words = asyncio.create_task(_last_words(process.stderr))
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionResetError):
                await self._converse(process.stdout)
        finally:
            self._kill()
            self._buried(await process.wait(), await words)

    async def _converse(self, replies: asyncio.StreamReader | None) -> None:
        if replies is None:
            return
        await frames.receive(replies)
        self.ready = self._was_ready = True
        self._idle()
        while True:
            message = await frames.receive(replies)
            work = self._works.popleft()
            if work is not None and not work.future.done():
                work.future.set_result(Reply.of(message))
            self._head_changed()
            self._idle()

    def _write(self, message: bytes) -> None:
        if self._process is None or self._process.stdin is None:
            raise RuntimeError("a worker without a process cannot be written to")
        self._process.stdin.write(message)

    def _forget(self, place: int) -> None:
        answered = self._given - len(self._works)
        self._write(frames.encode({"forget": answered + place}))
        self._works[place] = None

    def _head_changed(self) -> None:
        """Time the task that now runs; one that was taken back should be answered at once."""
        self._stop_timers()
        self._is_long = False
        if self._works:
            head = self._works[0]
            limit = self._time_limit if head else _GRACE
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
            self._take_back([work for _, work in waiting], "")

    def _too_long(self, work: _Work | None) -> None:
        if work:
            _fail(work, OutOfTime(f"The run was stopped after {self._time_limit:g} s."))
        self._kill()

    def _kill(self) -> None:
        self.ready = False
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if _OWN_GROUP:
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:
                    self._process.kill()

    def _buried(self, code: int, words: str) -> None:
        """Blame the task that ran, give the rest back."""
        works, self._works = list(self._works), deque()
        self._process = self._life = None
        self.affinity = ""
        self._stop_timers()
        if self._retired:
            return
        reason = _obituary(code, words)
        if works and works[0]:
            starved = memory.was_too_little(code, words, self._kills)
            _fail(works[0], (OutOfMemory if starved else WorkerDied)(reason))
        self._take_back([w for w in works[1:] if w], "" if self._was_ready else reason)


def _fail(work: _Work, error: Exception) -> None:
    if not work.future.done():
        work.future.set_exception(error)


async def _last_words(stream: asyncio.StreamReader | None) -> str:
    """Drain the error stream, keeping its end."""
    tail = b""
    while stream is not None and (chunk := await stream.read(65536)):
        tail = (tail + chunk)[-_LAST_WORDS:]
    return tail.decode(errors="replace").strip()


def _obituary(code: int, words: str) -> str:
    how = f"ended with code {code}"
    if code < 0:
        with contextlib.suppress(ValueError):
            how = f"was ended by signal {signal.Signals(-code).name}"
    return f"The worker process {how}." + (f" Its last words: {words}" if words else "")


def _environment(search_path: Sequence[Path]) -> dict[str, str]:
    """Return the environment of a worker: where its modules are, one thread each, no telemetry."""
    here = Path(ionworks_engine.__file__).parents[1]
    roots = [*search_path, here, _root_of_ionworks(here)]
    inherited = os.environ.get("PYTHONPATH")
    path = [*dict.fromkeys(map(str, roots)), *([inherited] if inherited else [])]
    return {
        **os.environ,
        **dict.fromkeys(_ONE_THREAD, "1"),
        "PYTHONPATH": os.pathsep.join(path),
        "PYBAMM_DISABLE_TELEMETRY": "true",
    }


def _root_of_ionworks(default: Path) -> Path:
    found = importlib.util.find_spec("ionworks")
    return Path(found.origin).parents[1] if found and found.origin else default
