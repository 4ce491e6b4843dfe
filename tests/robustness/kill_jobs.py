"""Kill workers and the engine while jobs run; every job must end once, and none be lost.

    python -m tests.robustness.kill_jobs [jobs] [--seed N]

One client submits runs and takes a few of them back, while at random moments a worker or the whole
engine is killed (SIGKILL), and started again. In the end every job that the client was told of has
ended once, and so has every other one; what completed is there and right, what failed was tried as
often as is said; files and rows name each other; the database is whole.
"""

import argparse
import contextlib
import io
import itertools
import os
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from random import Random
from unittest.mock import patch

import polars as pl
from ionworks_engine.storage import Store, queue, tables
from sqlalchemy import select

from ionworks import Ionworks
from ionworks.errors import IonworksError
from tests.robustness import job_tasks
from tests.robustness.kill_uploads import HANGS, Engine, eventually

TRIES = 3
"""How often a run is begun before it fails, as is said to users."""
MODEL = "system-chen2020-spm"
PROTOCOL = "steps: [{Discharge: {mode: C-rate, value: 'input[\"Job\"]', duration: 60}}]"
TAKEN_BACK = 0.05
WORKERS_OF_KILLS = 0.8
PAUSE = 0.25
"""How long, on average, runs go on before the next kill, in s: some are over in that time."""
_WATCH_ENDS = """
CREATE TABLE seen_to_end (job_id TEXT, status TEXT);
CREATE TRIGGER job_ends AFTER UPDATE OF status ON jobs
WHEN NEW.status IN ('completed', 'failed', 'canceled')
BEGIN INSERT INTO seen_to_end VALUES (NEW.id, NEW.status); END;
"""


class Mortal(Engine):
    """An engine whose workers run `job_tasks`."""

    workers = 2

    def _program(self):
        return (job_tasks.__file__,)

    def workers_alive(self):
        """Return the process ids of its workers."""
        with contextlib.suppress(OSError):
            task = Path(f"/proc/{self._process.pid}/task")
            children = [(each / "children").read_text().split() for each in task.iterdir()]
            return [int(pid) for pids in children for pid in pids]
        return []


class Submitting(threading.Thread):
    """A client that submits runs, one a number, and takes some of them back.

    Attributes
    ----------
    told
        The job of each run of which the client knows that it was taken, by number.
    taken_back
        The numbers of those that it asked to be canceled.
    """

    def __init__(self, client, count, random):
        super().__init__()
        self._client, self._count, self._random = client, count, random
        self._template = client.protocol.create("of jobs", PROTOCOL).id
        self.told, self.taken_back, self.trouble = {}, set(), None

    def run(self):
        give_up = time.monotonic() + HANGS + self._count
        try:
            for number in itertools.count(1):
                with contextlib.suppress(IonworksError):
                    self._submit(number)
                if len(self.told) == self._count:
                    return
                assert time.monotonic() < give_up, "hardly any run can be submitted"
        except BaseException as error:
            self.trouble = error

    def _submit(self, number):
        run = self._client.simulation.protocol(
            {
                "parameterized_model": MODEL,
                "protocol_id": self._template,
                "experiment_parameters": {"Job": number},
            }
        )
        self.told[number] = run.job_id
        if self._random.random() < TAKEN_BACK:
            self.taken_back.add(number)
            self._client.job.cancel(run.job_id)


class Killing:
    """One engine, its jobs, and who kills.

    Attributes
    ----------
    kills
        How often a worker was killed, and how often the engine.
    """

    def __init__(self, folder, seed, count):
        self._folder, self._random, self._count = folder, Random(seed), count
        self._engine, self.kills = Mortal(folder / "store"), Counter()

    def play(self):
        """Play it to the end; return the submissions."""
        log = {job_tasks.LOG: str(self._folder / "runs.log")}
        with patch.dict(os.environ, log):
            self._engine.start()
            try:
                return self._play()
            finally:
                self._engine.kill()

    def _play(self):
        with sqlite3.connect(self._database, timeout=60) as database:
            database.executescript(_WATCH_ENDS)
        database.close()
        with Ionworks("key", self._engine.url) as client:
            project = client.project.list()[0].id
        with Ionworks("key", self._engine.url, project, max_retries=3) as client:
            # Numbers of its own: the two draw at the same time.
            submitting = Submitting(client, self._count, Random(self._random.random()))
            submitting.start()
            while submitting.is_alive() or self._are_open():
                self._let_work(submitting)
                self._kill()
            submitting.join()
        if submitting.trouble:
            raise submitting.trouble
        return submitting

    def _let_work(self, submitting):
        """Wait until a run has begun since the last kill, and a moment longer.

        Else a slow machine would only ever see workers that die while they start.
        """
        log = self._folder / "runs.log"
        before = log.stat().st_size if log.exists() else 0
        eventually(
            lambda: (
                (log.exists() and log.stat().st_size > before)
                or not (submitting.is_alive() or self._are_open())
            )
        )
        time.sleep(self._random.uniform(0, 2 * PAUSE))

    def _kill(self):
        workers = self._engine.workers_alive()
        if workers and self._random.random() < WORKERS_OF_KILLS:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._random.choice(workers), signal.SIGKILL)
            self.kills["worker"] += 1
            return
        self._engine.kill()
        self.kills["engine"] += 1
        if self._random.random() < 0.2:
            self._engine.start(wait=False)
            time.sleep(self._random.uniform(0, 1.5))
            self._engine.kill()
            self.kills["engine"] += 1
        self._engine.start()

    def _are_open(self):
        with contextlib.closing(sqlite3.connect(self._database, timeout=60)) as database:
            query = "SELECT count(*) FROM jobs WHERE status IN ('pending', 'processing')"
            return database.execute(query).fetchone()[0] > 0

    @property
    def _database(self):
        return self._folder / "store" / "ionworks.db"

    def problems(self, submitting):
        """Return what is not as it should be."""
        with contextlib.closing(sqlite3.connect(self._database)) as database:
            [[whole]] = database.execute("PRAGMA integrity_check").fetchall()
            ends = Counter(job for (job,) in database.execute("SELECT job_id FROM seen_to_end"))
        found = [] if whole == "ok" else [f"the database: {whole}"]
        with contextlib.closing(Store(self._folder / "store")) as store:
            store.sweep()
            found += _problems_of_files(store)
            found += _problems_of_jobs(store, submitting, ends)
        return [*found, *self._problems_of_begins()]

    def _problems_of_begins(self):
        """Say which runs began more often than kills can explain: two workers had them.

        Those that had ended, but were not stored yet when an engine was killed, begin again, too.
        """
        begun = Counter((self._folder / "runs.log").read_text().split())
        most = 1 + self.kills.total()
        yield from (f"run {n} began {often} times" for n, often in begun.items() if often > most)


def _problems_of_files(store):
    with store.reading() as connection:
        named = {
            name
            for column in tables.FILES
            for name in connection.scalars(select(column).where(column.is_not(None)))
        }
    stored = store.files.names()
    if stored != named:
        yield f"{len(stored - named)} files belong to nothing, {len(named - stored)} are missing"


def _problems_of_jobs(store, submitting, ends):
    runs, jobs = tables.simulations, tables.jobs
    columns = (jobs.c.status, jobs.c.attempts, jobs.c.error, runs.c.time_series_file)
    query = select(jobs.c.id, runs.c.experiment_parameters["Job"].as_float(), *columns)
    with store.reading() as connection:
        rows = connection.execute(query.join(runs, runs.c.job_id == jobs.c.id)).all()
    there, numbers = {row.id for row in rows}, Counter(int(row[1]) for row in rows)
    yield from (f"run {n} is lost" for n, job in submitting.told.items() if job not in there)
    yield from (f"run {n} is there {often} times" for n, often in numbers.items() if often > 1)
    for row in rows:
        number = int(row[1])
        if ends[row.id] != 1:
            yield f"run {number} ended {ends[row.id]} times"
        if problem := _problem_of(store, row, number, number in submitting.taken_back):
            yield f"run {number} is {row.status}: {problem}"


def _problem_of(store, row, number, is_taken_back):
    if row.status == queue.COMPLETED:
        content = store.files.path(row.time_series_file).read_bytes()
        value = pl.read_parquet(io.BytesIO(content))["Voltage [V]"][1]
        return None if value == number else f"its result is that of run {value:g}"
    if row.status == queue.FAILED:
        return None if row.attempts == TRIES else f"{row.attempts} tries: {row.error}"
    return None if row.status == queue.CANCELED and is_taken_back else "nobody asked for that"


def kill_jobs(folder, seed, count):
    """Play it in a folder; return the kills, how jobs ended, and what was wrong."""
    killing = Killing(Path(folder), seed, count)
    submitting = killing.play()
    problems = killing.problems(submitting)
    with contextlib.closing(Store(Path(folder) / "store")) as store, store.reading() as connection:
        statuses = Counter(connection.scalars(select(tables.jobs.c.status)))
    return killing.kills, statuses, problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_AS_IS)
    parser.add_argument("jobs", nargs="?", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kills, statuses, problems = kill_jobs(folder, asked.seed, asked.jobs)
    print(*problems, sep="\n")
    print(f"{dict(kills)} killed, jobs {dict(statuses)}, with --seed {asked.seed}")
    sys.exit(bool(problems))


_AS_IS = argparse.RawDescriptionHelpFormatter

if __name__ == "__main__":
    main()
