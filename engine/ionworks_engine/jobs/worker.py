"""The worker program: takes requests on its standard input, one at a time, and answers them.

Run as ``python -P -m ionworks_engine.jobs.worker MODULE BYTES``. ``MODULE.TASKS`` maps the
name of a task to a function of the request's ``request`` that returns an answer and its blobs; over
one of ``MODULE.BOUNDED`` it ends itself rather than take more memory than BYTES. The program
imports that module before it reports ready, so that a ready worker is a warm one. ``workers`` in a
request is how many there are of its kind, to whom an `Aided` task may offer parts of its work
(``aid``).

The pipes it was started with become private: libraries that print would break the protocol, so
what they print goes to the error stream. It ends when the engine closes the pipe or dies.

The engine may take a request back, with ``forget`` and its place among all requests from 0. It is
told at once what came of that, ``{"forgot": place, "begun": false}``: one that has not begun never
will, and is not answered.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from queue import SimpleQueue
from threading import Lock, Thread
from typing import BinaryIO

from ionworks_engine.jobs import frames
from ionworks_engine.jobs.aid import Aided, Calling, Task
from ionworks_engine.jobs.memory import OUT_OF_MEMORY, bounded, too_little
from ionworks_engine.pipelines.aid import ALONE, Aid

_SET_PARENT_DEATH_SIGNAL = 1


def main(module: str, most_bytes: int) -> None:
    """Serve requests until the input ends."""
    requests, replies = _private_pipes()
    _die_with_parent()
    _give_way()
    served = importlib.import_module(module)
    outbox = _Outbox(replies)
    inbox = _Inbox(requests, outbox)
    outbox.write({"ready": True})
    for head in inbox:
        inbox.aid = Calling(head["request"], head["workers"], outbox.write)
        with bounded(most_bytes) if head["task"] in served.BOUNDED else nullcontext():
            reply = answer(served.TASKS, head, inbox.aid)
            inbox.aid.close()
        outbox.send(reply)


def answer(tasks: Mapping[str, Task], head: frames.Head, aid: Aid = ALONE) -> bytes:
    """Do one task and return the reply: ``ok`` with what it made, or the error it met.

    An exception with a ``code`` is a refusal in the task's own words; any other is an internal
    error, whose traceback goes to the error stream.
    """
    try:
        task, request = tasks[head["task"]], head["request"]
        made, blobs = task.do(request, aid) if isinstance(task, Aided) else task(request)
        return frames.encode({"ok": True, **made}, blobs)
    except MemoryError as error:
        refusal = {"code": OUT_OF_MEMORY, "message": too_little(str(error))}
        return frames.encode({"ok": False, "error": refusal})
    except Exception as error:
        code = getattr(error, "code", None)
        if isinstance(code, str):
            refusal = {"code": code, "message": getattr(error, "message", None) or str(error)}
        else:
            traceback.print_exc()
            refusal = {"code": "INTERNAL_ERROR", "message": f"{type(error).__name__}: {error}"}
        return frames.encode({"ok": False, "error": refusal})


class _Outbox:
    """Messages to the engine, whole ones: a task and the thread that reads write them."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._turn = Lock()

    def write(self, head: frames.Head) -> None:
        """Send a head without blobs."""
        self.send(frames.encode(head))

    def send(self, message: bytes) -> None:
        """Send a message."""
        with self._turn:
            self._stream.write(message)
            self._stream.flush()


class _Inbox:
    """Requests read as they come, also while one is worked on: it may take back the next.

    What the engine says of the parts that a task has offered goes to its ``aid``.
    """

    def __init__(self, stream: BinaryIO, outbox: _Outbox) -> None:
        self.aid: Calling | None = None
        self._stream = stream
        self._outbox = outbox
        self._heads: SimpleQueue[frames.Head | None] = SimpleQueue()
        self._forgotten: set[int] = set()
        self._begun = 0
        # What is taken back must not begin meanwhile.
        self._turn = Lock()
        Thread(target=self._read, daemon=True).start()

    def __iter__(self) -> Iterator[frames.Head]:
        """Wait for each request that is not taken back, until the input ends."""
        for head in iter(self._heads.get, None):
            with self._turn:
                number, self._begun = self._begun, self._begun + 1
            if number not in self._forgotten:
                yield head

    def _read(self) -> None:
        try:
            while (message := frames.read(self._stream)) is not None:
                if "forget" in message[0]:
                    self._forget(message[0]["forget"])
                elif "part" in message[0]:
                    if self.aid is not None:
                        self.aid.told(message[0])
                else:
                    self._heads.put(message[0])
        finally:
            self._heads.put(None)

    def _forget(self, number: int) -> None:
        with self._turn:
            begun = number < self._begun
            if not begun:
                self._forgotten.add(number)
        self._outbox.write({"forgot": number, "begun": begun})


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(requests, "rb"), os.fdopen(replies, "wb")


def _die_with_parent() -> None:
    """End a busy worker too when its engine is killed: an idle one sees the end of its input."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _give_way() -> None:
    """Let the engine answer, and its user work, while all processors compute."""
    if hasattr(os, "nice"):
        os.nice(5)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
