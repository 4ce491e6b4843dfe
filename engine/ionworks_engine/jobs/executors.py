"""Executors by the name that the command line gives them."""

from __future__ import annotations

import os
from collections.abc import Callable

from ionworks_engine.jobs.executor import Executor
from ionworks_engine.jobs.processes import ProcessExecutor

PROCESSES = "processes"


class ExecutorError(Exception):
    """An executor that there is none of; the message says what there is."""


def named(address: str, workers: int | None = None) -> Callable[[], Executor]:
    """Return what makes the executor of an address, once the engine's loop runs.

    Parameters
    ----------
    address
        ``processes`` for worker programs of this machine.
    workers
        How many tasks run at once on this machine; by default one for each processor.

    Raises
    ------
    ExecutorError
        If the address is none.

    Examples
    --------
    >>> make = named("processes", 2)
    """
    if address == PROCESSES:
        return lambda: ProcessExecutor(workers or os.cpu_count() or 1)
    raise ExecutorError(f"there is no executor {address!r}: give {PROCESSES}")
