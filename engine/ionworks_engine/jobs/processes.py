"""The executor of worker programs on this machine: started when needed, kept warm."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ionworks_engine.jobs import memory
from ionworks_engine.jobs.crew import TIME_LIMIT, Crew
from ionworks_engine.jobs.programs import TASKS, start_here
from ionworks_engine.jobs.supervised import Worker


class ProcessExecutor(Crew):
    """Run tasks in worker programs of this machine.

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
        Seconds after which a task is stopped that says nothing else.
    memory_limit
        Bytes that a worker may take over one of the module's ``BOUNDED`` tasks.
    """

    def __init__(
        self,
        workers: int,
        *,
        tasks: str = TASKS,
        search_path: Sequence[Path] = (),
        time_limit: float = TIME_LIMIT,
        memory_limit: int = memory.MOST_BYTES,
    ) -> None:
        super().__init__(time_limit)
        start = partial(start_here, tasks, memory_limit, [str(folder) for folder in search_path])
        self.enlist(Worker(self, start, spare=number == workers) for number in range(workers + 1))
