"""Worker programs as the engine sees them: something to write to, to read from and to kill.

Program        the interface; where it runs is nobody's concern
LocalProgram   a process of this machine
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import ionworks_engine
from ionworks_engine.jobs import frames, memory
from ionworks_engine.jobs.executor import OutOfMemory, WorkerDied

TASKS = "ionworks_engine.jobs.tasks"
_STREAM_LIMIT = 1 << 22
_LAST_WORDS = 2000
_OWN_GROUP: dict[str, Any] = {"process_group": 0} if os.name == "posix" else {}
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")

Fate: TypeAlias = WorkerDied | OutOfMemory
"""How a program ended, as the task that it was at is told."""


class Program(Protocol):
    """A worker program that was started."""

    def send(self, head: frames.Head) -> None:
        """Write a message to it, after all that were sent before.

        Raises
        ------
        ValueError
            If the head holds a NaN or an infinity.
        """

    async def receive(self) -> frames.Message:
        """Read what it says next.

        Raises
        ------
        EOFError, ConnectionError
            When it has ended.
        """

    def kill(self) -> None:
        """End it at once; it may be dead already."""

    async def ended(self) -> Fate:
        """Wait until it is gone, and say how it ended."""


Start: TypeAlias = Callable[[], Awaitable[Program]]
"""Starts a program."""


class LocalProgram:
    """A worker program in a process of this machine; see `start_here`."""

    def __init__(self, process: asyncio.subprocess.Process, kills: int) -> None:
        if process.stdin is None or process.stdout is None:
            raise ValueError("the process has no pipes")
        self.replies = process.stdout
        self._requests = process.stdin
        self._process = process
        self._kills = kills
        self._words = asyncio.create_task(_last_words(process.stderr))

    def send(self, head: frames.Head) -> None:
        """Write a message to it."""
        self.write(frames.encode(head))

    def write(self, piece: bytes) -> None:
        """Write a piece of a message to it."""
        self._requests.write(piece)

    async def receive(self) -> frames.Message:
        """Read what it says next."""
        return await frames.receive(self.replies)

    def kill(self) -> None:
        """Kill the process, and what it started."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if _OWN_GROUP:
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:
                    self._process.kill()

    async def ended(self) -> Fate:
        """Wait until it is gone, and say how it ended."""
        code, words = await self._process.wait(), await self._words
        if memory.was_too_little(code, words, self._kills):
            return OutOfMemory(memory.too_little(words))
        return WorkerDied(_obituary(code, words))


async def start_here(tasks: str, memory_limit: int, search_path: Sequence[str]) -> LocalProgram:
    """Start a worker program on this machine.

    Parameters
    ----------
    tasks
        The module whose ``TASKS`` it serves.
    memory_limit
        Bytes that it may take over one of the module's ``BOUNDED`` tasks.
    search_path
        Folders in which it looks for modules, beside those of this package.
    """
    kills = memory.kills()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "ionworks_engine.jobs.worker", tasks, str(memory_limit)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(search_path),
        limit=_STREAM_LIMIT,
        **_OWN_GROUP,
    )
    return LocalProgram(process, kills)


def _environment(search_path: Sequence[str]) -> dict[str, str]:
    """Return the environment of a worker: where its modules are, one thread each, no telemetry."""
    here = Path(ionworks_engine.__file__).parents[1]
    roots = [*search_path, str(here), str(_root_of_ionworks(here))]
    inherited = os.environ.get("PYTHONPATH")
    path = [*dict.fromkeys(roots), *([inherited] if inherited else [])]
    return {
        **os.environ,
        **dict.fromkeys(_ONE_THREAD, "1"),
        "PYTHONPATH": os.pathsep.join(path),
        "PYBAMM_DISABLE_TELEMETRY": "true",
    }


def _root_of_ionworks(default: Path) -> Path:
    found = importlib.util.find_spec("ionworks")
    return Path(found.origin).parents[1] if found and found.origin else default


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
