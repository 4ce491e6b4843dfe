"""Kill the engine in the middle of uploads; nothing may be lost, half there or left over.

    python -m tests.robustness.kill_uploads [rounds] [--seed N]

In each round the client uploads something to an engine of its own process, which is killed
(SIGKILL) meanwhile: first at each point that `dying_engine` knows, by a client that stays and by
one that goes, then at random moments. It is started again, in some rounds killed once more while it
starts, and in some the client is still trying. Then what was uploaded is there, whole and readable,
or absent; what the client was told is there, is there; files and rows name each other; and a repeat
succeeds.
"""

import argparse
import contextlib
import hashlib
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from functools import partial
from pathlib import Path
from random import Random

from ionworks_engine.storage import tables

from ionworks import Ionworks
from ionworks.cache import get_cache_enabled, set_cache_enabled
from ionworks.errors import IonworksError
from tests.robustness.dying_engine import POINTS, WORKER
from tests.robustness.upload_scenarios import KINDS, Extension, LargeRawFile, Series

HANGS = 120.0
SETTLES = 20.0
DYING = Path(__file__).with_name("dying_engine.py")
KIND_AT = {
    **{point: LargeRawFile for point in POINTS if "part" in point},
    "old files go": Extension,
}
"""What is uploaded to reach a point; a short series for the others."""
ANSWER_LOST = {"after confirmed", "before confirmation answered"}
"""Where the client that repeats is told that it is there already, as it had named it."""
COMMITTED = {
    *("after confirmed", "before confirmation answered", "after confirmation answered"),
    *("before claimed", "after claimed", "result renamed, before", "result renamed, after"),
    *("before settled", "after settled", "old files go", *WORKER),
}
"""Where the upload is there for good, though its client goes."""


class Engine:
    """An engine in a process of its own, always on the same port and the same folder."""

    workers = 1

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._process = None
        self._armed = folder.with_name("point")
        self._hit = folder.with_name("point.hit")

    def start(self, *, wait=True):
        command = [sys.executable, *self._program(), "serve", "--workers", str(self.workers)]
        with (self.folder.parent / "engine.log").open("a") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(self._port), "--data", str(self.folder)],
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        if wait:
            eventually(self._is_healthy)

    def _program(self):
        return DYING, self._armed

    def arm(self, point):
        """Have the engine, or its worker, end itself at a point."""
        self._hit.unlink(missing_ok=True)
        self._armed.write_text(point)

    def disarm(self):
        self._armed.unlink(missing_ok=True)

    def has_died(self):
        return self._process.poll() is not None

    def was_hit(self):
        """Whether the point was reached."""
        return self._hit.exists()

    def kill(self):
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def _is_healthy(self):
        assert self._process.poll() is None, "the engine ended; its log says why"
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
            return True
        return False


def eventually(holds):
    """Wait until something holds; it is an error if it never does."""
    give_up = time.monotonic() + HANGS
    while not holds():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.02)


class Attempt:
    """An upload under way, in a thread."""

    def __init__(self, scenario, client):
        self.told = False
        self.trouble = None
        self._scenario, self._client = scenario, client
        self._thread = threading.Thread(target=self._act)
        self._thread.start()

    def _act(self):
        try:
            self._scenario.act(self._client)
            self.told = True
        except (IonworksError, TimeoutError) as error:
            self.trouble = error
        except RuntimeError as error:
            # It was closed by who abandons it, whatever it was at.
            if "closed" not in str(error):
                raise

    @property
    def is_over(self):
        return not self._thread.is_alive()

    def abandon(self):
        """Go away, as if this process had been killed, too."""
        self._client.close()
        self.join()

    def join(self):
        self._thread.join(HANGS)
        assert not self._thread.is_alive(), "the client hangs"
        trouble = self.trouble
        # What is wrong with an upload is nothing that a killed engine may say.
        assert getattr(trouble, "status_code", None) not in (400, 422), trouble


class Rounds:
    """Rounds on one folder, which fills.

    Parameters
    ----------
    folder
        An empty one.
    seed
        What moments and contents depend on.
    """

    def __init__(self, folder, seed):
        self._random, self._folder = Random(seed), folder
        self._engine = Engine(folder / "store")
        self._project = None
        self._durations = {}
        self._verified = set()
        self.seen = Counter()

    def __enter__(self):
        self._engine.start()
        self._was_cached = get_cache_enabled()
        set_cache_enabled(False)
        try:
            self._prepare()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _prepare(self):
        with self._client(retries=2) as client:
            self._project = client.project.list()[0].id
        with self._client(retries=2) as client:
            spec = client.cell_spec.create({"name": "Cell"})
            self._cell = client.cell_instance.create(spec.id, {"name": "Cell 1"}).id
            for kind in KINDS:
                self._measure(client, kind)

    def _client(self, retries):
        return Ionworks("key", self._engine.url, self._project, max_retries=retries)

    def __exit__(self, *_):
        set_cache_enabled(self._was_cached)
        self._engine.kill()

    def _scenario(self, kind):
        folder = self._folder / f"files {self._random.getrandbits(64)}"
        folder.mkdir()
        return kind(self._cell, self._random, folder)

    def _measure(self, client, kind):
        """See how long an upload takes when nobody disturbs it."""
        scenario = self._scenario(kind)
        scenario.begin(client)
        begun = time.monotonic()
        scenario.act(client)
        self._durations[kind] = time.monotonic() - begun
        assert scenario.check(client, told=True)

    def play(self, kind):
        """Play one round with a kill at a random moment."""

        def wait(_):
            # Most often early: sending is shorter than being processed, and waited for.
            time.sleep(1.1 * self._random.random() ** 2 * self._durations[kind])
            self._engine.kill()

        attempt, _ = self._play(kind, wait, self._random.random() < 0.5)
        self.seen["told" if attempt.told else "untold"] += 1

    def play_at(self, point, *, persists):
        """Play one round with a kill at a point; the client stays and repeats, or goes as well."""

        def wait(attempt):
            eventually(lambda: self._engine.was_hit() or attempt.is_over)
            self._engine.disarm()
            assert self._engine.was_hit(), f"{point!r} is not reached: {attempt.trouble}"
            if point not in WORKER:
                eventually(self._engine.has_died)

        attempt, there = self._play(KIND_AT.get(point, Series), wait, persists, point)
        self.seen[point] += 1
        if persists and point not in ANSWER_LOST:
            assert attempt.told, f"killed at {point!r}, the client heard: {attempt.trouble!r}"
        if not persists:
            stored = "stored" if there else "not stored"
            assert there == (point in COMMITTED), f"killed at {point!r}, it is {stored}"

    def _play(self, kind, wait, persists, point=None):
        scenario = self._scenario(kind)
        with (
            self._client(retries=2) as client,
            self._client(retries=8 if persists else 0) as uploading,
        ):
            scenario.begin(client)
            if point:
                self._engine.arm(point)
            attempt = Attempt(scenario, uploading)
            wait(attempt)
            if not persists:
                attempt.abandon()
            if self._engine.has_died():
                self._start_again()
            attempt.join()
            there = scenario.check(client, attempt.told)
            # Before the repeat: it could need what was left over.
            self._check_store()
            scenario.repeat(client)
            self._check_store()
        self.seen[kind.__name__, "whole" if there else "absent"] += 1
        return attempt, there

    def _start_again(self):
        if self._random.random() < 0.2:
            self._engine.start(wait=False)
            time.sleep(self._random.uniform(0, 2.5))
            self._engine.kill()
        self._engine.start()

    def _check_store(self):
        """Files and rows name each other, and files are what they are called."""
        give_up = time.monotonic() + SETTLES
        while (left_over := self._left_over()) != (set(), set()):
            assert time.monotonic() < give_up, (
                f"files without rows, rows without files: {left_over}"
            )
            time.sleep(0.02)
        for name in self._named() - self._verified:
            with self._path(name).open("rb") as file:
                assert hashlib.file_digest(file, "sha256").hexdigest() == name
            self._verified.add(name)

    def _left_over(self):
        stored, named = self._stored(), self._named()
        return stored - named, named - stored

    def _named(self):
        place = f"file:{self._engine.folder / 'ionworks.db'}?mode=ro"
        with contextlib.closing(sqlite3.connect(place, uri=True)) as database:
            return {
                name
                for column in tables.FILES
                for (name,) in database.execute(
                    f"SELECT {column.name} FROM {column.table.name} WHERE {column.name} IS NOT NULL"
                )
            }

    def _stored(self):
        files = self._engine.folder / "files"
        return {
            "".join(path.relative_to(files).parts) for path in files.rglob("*") if path.is_file()
        }

    def _path(self, name):
        return self._engine.folder / "files" / name[:2] / name[2:]


def kill(rounds, seed, points=()):
    """Play rounds at points, each with whether the client stays, then others; say what was seen."""
    with tempfile.TemporaryDirectory() as folder, Rounds(Path(folder), seed) as playing:
        planned = [partial(playing.play_at, point, persists=stays) for point, stays in points]
        planned += [partial(playing.play, KINDS[number % len(KINDS)]) for number in range(rounds)]
        for number, play in enumerate(planned):
            try:
                play()
            except BaseException:
                print(f"seed {seed}, round {number}: {play}", file=sys.stderr)
                log = Path(folder) / "engine.log"
                print(log.read_text()[-4000:], file=sys.stderr)
                raise
        return playing.seen


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("rounds", nargs="?", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    begun = time.monotonic()
    points = [(point, stays) for point in POINTS for stays in (True, False)]
    seen = kill(given.rounds, given.seed, points)
    played, seconds = len(points) + given.rounds, time.monotonic() - begun
    print(f"{played} rounds in {seconds:.0f} s, seed {given.seed}:")
    for what, times in sorted(seen.items(), key=str):
        print(f"{times:5}  {what if isinstance(what, str) else ', '.join(what)}")


if __name__ == "__main__":
    main()
