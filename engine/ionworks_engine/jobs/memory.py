"""How much memory a task may take, and how to tell that a process ended of taking too much.

A limit of the operating system would count addresses, of which allocators keep many times what
they use: a thread looks at what is used instead, where that can be seen (Linux).
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

OUT_OF_MEMORY = "OUT_OF_MEMORY"
"""The word for programs, in the error of a task that took too much."""
EXIT_CODE = 78
"""With which a worker ends itself."""
_MOST = 8 << 30
_SHARE = 2
_EVERY = 0.05
USED = Path("/proc/self/statm")
_COUNTED = Path("/proc/vmstat")
_NOT_GIVEN = "memory allocation of"
"""What programs say when the system gives them no more, and end."""
_SAID = re.compile(
    r"memory allocation of \d+ bytes failed|\d+ MiB of memory used, \d+ MiB allowed"
    r"|Unable to allocate [\d.]+ \w+"
)


def _most_bytes() -> int:
    """Return what one task may take: 8 GiB, but at most half of the machine's memory."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return _MOST
    return min(_MOST, whole // _SHARE)


MOST_BYTES = _most_bytes()


@contextmanager
def bounded(most: int) -> Iterator[None]:
    """End this process when it takes more than ``most`` bytes meanwhile."""
    if not USED.exists():
        yield
        return
    over = Event()
    Thread(target=_watch, args=(most, over), daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _watch(most: int, over: Event) -> None:
    page = os.sysconf("SC_PAGE_SIZE")
    while not over.wait(_EVERY):
        used = int(USED.read_text().split()[1]) * page
        if used > most:
            words = f"{used >> 20} MiB of memory used, {most >> 20} MiB allowed"
            print(words, file=sys.stderr)  # noqa: T201
            sys.stderr.flush()
            os._exit(EXIT_CODE)


def kills() -> int:
    """Return how many processes this machine has ended so far because its memory was full."""
    try:
        counted = dict(line.split() for line in _COUNTED.read_text().splitlines())
    except OSError:
        return 0
    return int(counted.get("oom_kill", 0))


def was_too_little(code: int, words: str, kills_before: int) -> bool:
    """Whether a process that ended like this had too little memory.

    Parameters
    ----------
    code
        With which it ended; a signal is negative.
    words
        The end of what it said.
    kills_before
        `kills` when it began.
    """
    if code == EXIT_CODE or (code == -signal.SIGABRT and _NOT_GIVEN in words):
        return True
    return code == -signal.SIGKILL and kills() > kills_before


def too_little(words: str) -> str:
    """Say that a task had too little memory, and how much, where its last words tell.

    Examples
    --------
    >>> too_little("memory allocation of 8000 bytes failed, stack backtrace:")
    'It needs more memory than there is for it: memory allocation of 8000 bytes failed.'
    >>> too_little("")
    'It needs more memory than there is for it.'
    """
    said = _SAID.findall(words)
    return "It needs more memory than there is for it" + (f": {said[-1]}." if said else ".")
