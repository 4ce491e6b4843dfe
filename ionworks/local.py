"""The one door to the engine: it runs in this process, on an event loop of its own.

Both colours of the client go through that loop, so that the engine's state belongs to one loop
however many the user has. Clients of the same folder share one engine.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError
from pathlib import Path

from ionworks_engine import extra

from ionworks.asgi import Answer, Application, Question
from ionworks.errors import ConnectionFailedError

__all__ = ["LocalEngine", "attach", "serve"]

_PATIENCE = 30.0
_CLOSED = "the local engine was closed: make a new client"
_CLASS = re.compile(r"^(\w+\.)+\w+: ")
"""Of an error, at the beginning of the last line of its traceback."""
_engines: dict[Path, LocalEngine] = {}
_attaching = threading.Lock()


def attach(path: Path | None) -> LocalEngine:
    """Return the engine of a folder, started if it was not running.

    Parameters
    ----------
    path
        The folder that keeps what is stored; ``None`` for a temporary one of its own.

    Raises
    ------
    ModuleNotFoundError
        If the engine is not installed.
    NotADirectoryError
        If there is something else where the folder should be.
    """
    extra.require()
    if path is None:
        return LocalEngine(Path(tempfile.mkdtemp(prefix="ionworks-")), temporary=True)
    folder = path.expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is no folder: the local engine keeps its store in one")
    with _attaching:
        engine = _engines.get(folder)
        if engine is None or not engine.share():
            engine = _engines[folder] = LocalEngine(folder)
        return engine


def serve(arguments: Sequence[str]) -> int:
    """Run the engine as a server, as ``ionworks serve`` does, until it is stopped.

    Parameters
    ----------
    arguments
        The options of the engine's own command line, without ``serve``.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    ModuleNotFoundError
        If the engine is not installed.
    """
    extra.require()
    from ionworks_engine import server

    return server.main(["serve", *arguments], program="ionworks")


class LocalEngine:
    """An engine on a loop of its own, in a thread of its own.

    It starts at once and does not keep its maker waiting: the first question does that.
    """

    def __init__(self, folder: Path, *, temporary: bool = False) -> None:
        self._folder, self._temporary = folder, temporary
        self._process = os.getpid()
        self._users, self._lock = 1, threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._trouble: asyncio.Future[str] = self._loop.create_future()
        self._stopping = asyncio.Event()
        self._application: Application | None = None
        self._thread = threading.Thread(target=self._run, name="ionworks-engine", daemon=True)
        self._thread.start()

    def sync_answer(self, question: Question, timeout: float | None = None) -> Answer:
        """Put a question and wait for the answer.

        Raises
        ------
        TimeoutError
            If no answer comes within ``timeout``, in s.
        ConnectionFailedError
            If the engine could not start, or is of another process.
        """
        self._check_process()
        coming = asyncio.run_coroutine_threadsafe(self._exchange(question), self._loop)
        try:
            return coming.result(timeout)
        except CancelledError:
            raise ConnectionFailedError(_CLOSED) from None
        except BaseException:
            coming.cancel()
            raise

    async def async_answer(self, question: Question, timeout: float | None = None) -> Answer:
        """Put a question from another loop; the asynchronous twin of `sync_answer`."""
        self._check_process()
        coming = asyncio.run_coroutine_threadsafe(self._exchange(question), self._loop)
        # Not wait_for: that of Python 3.11 returns an answer to who was cancelled meanwhile.
        async with asyncio.timeout(timeout):
            return await asyncio.wrap_future(coming)

    def share(self) -> bool:
        """Count one user more; whether the engine still runs for it."""
        with self._lock:
            alive = self._users > 0 and self._process == os.getpid() and self._thread.is_alive()
            self._users += alive
            return alive

    def release(self) -> None:
        """Count one user less; the last one stops the engine, and a temporary store goes."""
        if self._process != os.getpid():
            return
        with self._lock:
            self._users -= 1
            if self._users:
                return
        self._loop.call_soon_threadsafe(self._stopping.set)
        if threading.current_thread() is not self._thread:
            self._thread.join(_PATIENCE)

    def _check_process(self) -> None:
        if self._process != os.getpid():
            raise ConnectionFailedError(
                "this client was made before the process forked, and its engine stayed behind: "
                "make a new client in the child, or start children by spawning"
            )
        if not self._thread.is_alive():
            raise ConnectionFailedError(_CLOSED)

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._live())
        finally:
            if self._temporary:
                shutil.rmtree(self._folder, ignore_errors=True)

    async def _live(self) -> None:
        try:
            self._application = await self._started()
        except Exception as error:
            last_line = (str(error).strip() or type(error).__name__).splitlines()[-1]
            self._trouble.set_result(_CLASS.sub("", last_line))
            await self._stopping.wait()
            return
        self._trouble.set_result("")
        await self._stopping.wait()
        await self._application.stop()

    async def _started(self) -> Application:
        from ionworks_engine import create_app

        application = Application(create_app(self._folder))
        await application.start()
        return application

    async def _exchange(self, question: Question) -> Answer:
        trouble = await asyncio.shield(self._trouble)
        if self._application is None:
            raise ConnectionFailedError(
                f"the local engine in {self._folder} did not start: {trouble}"
            )
        return await self._application.exchange(question)
