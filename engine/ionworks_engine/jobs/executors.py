"""Executors by the name that the command line gives them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ionworks_engine.jobs.executor import Executor
from ionworks_engine.jobs.processes import ProcessExecutor

PROCESSES = "processes"
DASK = "dask://host:8786"
_DASK = re.compile(r"dask://(?P<place>[^/?#@]+:\d{1,5})/?")


class ExecutorError(Exception):
    """An executor that there is none of; the message says what there is."""


def named(
    address: str, workers: int | None = None, folder: Path | None = None
) -> Callable[[], Executor]:
    """Return what makes the executor of an address, once the engine's loop runs.

    Parameters
    ----------
    address
        ``processes`` for worker programs of this machine, ``dask://host:port`` for those of a Dask
        cluster by the address of its scheduler.
    workers
        How many tasks run at once on this machine; by default one for each processor. A cluster
        runs as many as its Dask workers have threads.
    folder
        The engine's own: machines of a cluster that have the same one read files there.

    Raises
    ------
    ExecutorError
        If the address is none, or what it needs is not installed.

    Examples
    --------
    >>> make = named("processes", 2)
    """
    if address == PROCESSES:
        return lambda: ProcessExecutor(workers or os.cpu_count() or 1)
    if found := _DASK.fullmatch(address):
        return _on_dask(found["place"], folder)
    raise ExecutorError(f"there is no executor {address!r}: give {PROCESSES} or {DASK}")


def _on_dask(place: str, folder: Path | None) -> Callable[[], Executor]:
    try:
        from ionworks_engine.jobs.dask_executor import DaskExecutor
    except ModuleNotFoundError as error:
        if error.name not in {"dask", "distributed"}:
            raise
        raise ExecutorError("Dask is missing: pip install 'ionworks-api[dask]'") from None
    return partial(DaskExecutor, place, folder=folder)
