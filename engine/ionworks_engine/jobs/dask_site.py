"""What runs inside a Dask worker: worker programs, started, fed and killed as the engine asks.

The Dask worker itself computes nothing and imports no PyBaMM: it holds the pipes of programs that
do. The engine reaches it by one operation, by way of the scheduler. It keeps asking what the
programs say; when it has not for a while it is gone, and so are then its programs and files.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import platform
import shutil
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

from ionworks_engine.jobs import memory
from ionworks_engine.jobs.executor import OutOfMemory
from ionworks_engine.jobs.programs import LocalProgram, start_here

OPERATION = "ionworks_engine"
POLL = 5.0
"""Seconds that the engine waits, at most, to be told that nothing was said."""
LEASE = 20.0
"""Seconds without a question after which the engine is taken to be gone."""
PIECE = 4 << 20
"""Bytes that go over the network at once."""
GONE = "gone"
_HELD = 16
_MATTERS = (
    "ionworks-api",
    "pybamm",
    "pybammsolvers",
    "casadi",
    "numpy",
    "scipy",
    "polars",
    "distributed",
)

Said: TypeAlias = tuple[int, bytes, tuple[bool, str] | None]
"""The number of a program, a piece of what it says, and, if it ended, how: starved, its words."""


def versions() -> dict[str, str]:
    """Return the versions of what results depend on, and a digest of our own code."""
    found = {"python": platform.python_version()}
    for name in _MATTERS:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return {**found, "code of the engine": _digest()}


@cache
def _digest() -> str:
    """Return what tells the code of this process from other code of the same version."""
    code = hashlib.sha256()
    for package in ("ionworks_engine", "ionworks"):
        found = find_spec(package)
        if found is None or found.origin is None:
            continue
        root = Path(found.origin).parent
        for path in sorted(root.rglob("*.py")):
            code.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return code.hexdigest()[:12]


async def open_site(token: str, probe: str | None, *, dask_worker: Any) -> dict[str, Any]:
    """Make ready to run programs here.

    Parameters
    ----------
    token
        By which the engine calls it; also what stands in the probe.
    probe
        The path of a file in the engine's folder, if that may be shared.
    dask_worker
        The Dask worker that this runs in.

    Returns
    -------
    dict
        ``folder``, in which the site keeps its files, and whether this machine has the engine's
        own: ``shared``.
    """
    dask_worker.handlers[OPERATION] = _serve
    site = _SITES[token] = _Site(token, Path(dask_worker.local_directory) / f"ionworks-{token}")
    shared = probe is not None and await asyncio.to_thread(_sees, Path(probe), token)
    return {"folder": str(site.folder), "shared": shared}


async def _serve(token: str, method: str, args: Sequence[Any]) -> Any:
    """Answer one question of the engine."""
    site = _SITES.get(token)
    return GONE if site is None else await getattr(site, method)(*args)


def _sees(probe: Path, token: str) -> bool:
    """Whether a file of the engine can be read here, and one be written beside it."""
    with suppress(OSError, UnicodeDecodeError):
        beside = probe.with_name(f"{probe.name}-answered")
        if probe.read_text() == token:
            beside.touch()
            beside.unlink()
            return True
    return False


class _Site:
    """The programs of one engine in this Dask worker, and the files that they read and wrote."""

    def __init__(self, token: str, folder: Path) -> None:
        self.folder = folder
        self._token = token
        self._programs: dict[int, LocalProgram] = {}
        self._pumps: set[asyncio.Task[None]] = set()
        self._said: asyncio.Queue[Said] = asyncio.Queue(_HELD)
        folder.mkdir(parents=True)
        self._lapse = self._later()

    async def start(
        self, number: int, tasks: str, memory_limit: int | None, search_path: Sequence[str]
    ) -> None:
        """Start a program; it ends with a word of its own, also when it could not be started."""
        most = memory.MOST_BYTES if memory_limit is None else memory_limit
        try:
            program = await start_here(tasks, most, search_path)
        except OSError as error:
            await self._said.put((number, b"", (False, f"No process could be started: {error}")))
            return
        self._programs[number] = program
        pump = asyncio.create_task(self._pump(number, program))
        self._pumps.add(pump)
        pump.add_done_callback(self._pumps.discard)

    async def write(self, number: int, piece: bytes) -> None:
        """Pass on what the engine says to a program, if that still lives."""
        if number in self._programs:
            self._programs[number].write(piece)

    async def read(self) -> list[Said]:
        """Wait for what the programs say; nothing, if they do not for a while."""
        self._lapse.cancel()
        said: list[Said] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL):
                said.append(await self._said.get())
        while not self._said.empty() and sum(len(piece) for _, piece, _ in said) < PIECE:
            said.append(self._said.get_nowait())
        self._lapse.cancel()
        if self._token in _SITES:
            self._lapse = self._later()
        return said

    async def kill(self, number: int) -> None:
        """End a program."""
        if number in self._programs:
            self._programs[number].kill()

    async def put(self, name: str, offset: int, piece: bytes) -> None:
        """Write a piece of a file to its place: once or twice, the file is the same."""
        with os.fdopen(os.open(self.folder / name, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            file.seek(offset)
            file.write(piece)

    async def get(self, name: str, offset: int) -> bytes:
        """Return a piece of a file; nothing at its end."""
        with (self.folder / name).open("rb") as file:
            file.seek(offset)
            return file.read(PIECE)

    async def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        (self.folder / name).unlink(missing_ok=True)

    async def close(self) -> None:
        """End all programs, remove all files."""
        _SITES.pop(self._token, None)
        self._lapse.cancel()
        for pump in self._pumps:
            pump.cancel()
        for program in self._programs.values():
            program.kill()
        for program in self._programs.values():
            await program.ended()
        with suppress(asyncio.QueueFull):
            self._said.put_nowait(_NOTHING)
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _pump(self, number: int, program: LocalProgram) -> None:
        while piece := await program.replies.read(PIECE):
            await self._said.put((number, piece, None))
        fate = await program.ended()
        del self._programs[number]
        await self._said.put((number, b"", (isinstance(fate, OutOfMemory), str(fate))))

    def _later(self) -> asyncio.TimerHandle:
        """Close the site some time from now, unless the engine asks again."""
        return asyncio.get_running_loop().call_later(LEASE, self._abandon)

    def _abandon(self) -> None:
        closing = asyncio.create_task(self.close())
        _CLOSING.add(closing)
        closing.add_done_callback(_CLOSING.discard)


_NOTHING: Said = (-1, b"", None)
"""Wakes who waits for what is said, when nothing will be any more."""
_SITES: dict[str, _Site] = {}
_CLOSING: set[asyncio.Task[None]] = set()
