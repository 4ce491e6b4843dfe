"""An engine that ends itself (SIGKILL) at a point that a file names, and then renames that file.

    python tests/robustness/dying_engine.py FILE serve ...

A point is a place in the code, reached from outside of it: before and after each commit that an
upload needs, before and after each renaming of a file, before files go, and within the worker.
"""

import functools
import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

COMMITS = (
    "opened",
    "filled",
    "parts begun",
    "part kept",
    "parts completed",
    "confirmed",
    "answered",
    "claimed",
    "settled",
)
RENAMED = ("body", "part", "joined parts", "result")
WORKER = ("worker begins", "worker is done")
ANSWERED = {"opened": "opening answered", "confirmed": "confirmation answered"}
"""By what was last done: which answer is stored, for who asks again."""
POINTS = (
    *(
        f"{when} {what}"
        for what in (*COMMITS, *ANSWERED.values())
        for when in ("before", "after")
        if what != "answered"
    ),
    *(f"{what} renamed, {when}" for what in RENAMED for when in ("before", "after")),
    "old files go",
    *WORKER,
)
_ARMED = "KILL_POINT_FILE"


def reach(point):
    """End this process if this is the point; the file then says that it was reached."""
    armed = Path(os.environ[_ARMED])
    try:
        if armed.read_text() != point:
            return
    except FileNotFoundError:
        return
    armed.rename(armed.with_suffix(".hit"))
    os.kill(os.getpid(), signal.SIGKILL)


class _Doing:
    """What the engine is at: functions under way, or run in the transaction under way."""

    def __init__(self):
        self.names = []
        self.last = None
        self.storing = "body"

    def is_said_by(self, owner, function, name):
        """Let a call of a function say what is done in the transaction in or around it."""
        real = getattr(owner, function)

        @functools.wraps(real)
        def saying(*arguments, **options):
            self.names.append(name)
            made = None
            try:
                made = real(*arguments, **options)
            finally:
                # Nothing to claim is no claim.
                if name == "claimed" and not made:
                    self.names.remove(name)
            return made

        setattr(owner, function, saying)

    def stores(self, owner, function, what):
        """Let a call of a function say which files are stored from now on."""
        real = getattr(owner, function)

        @functools.wraps(real)
        def saying(*arguments, **options):
            self.storing = what
            return real(*arguments, **options)

        setattr(owner, function, saying)


def _break_commits(doing):
    from ionworks_engine import uploads
    from ionworks_engine.idempotency import Repeats
    from ionworks_engine.jobs.measurements import MeasurementJobs
    from ionworks_engine.s3 import parts
    from ionworks_engine.storage import Store, queue

    saying = (
        (uploads, "open_uploads"),
        (uploads, "fill"),
        (parts, "begin"),
        (parts, "keep"),
        (parts, "complete"),
        (uploads, "taken"),
        (Repeats, "_remember"),
        (queue, "claim"),
        (MeasurementJobs, "settle"),
    )
    for (owner, function), name in zip(saying, COMMITS, strict=True):
        doing.is_said_by(owner, function, name)
    changing = Store._changing

    @contextmanager
    def dying(store, **how):
        done = []
        try:
            with changing(store, **how) as connection:
                yield connection
                done = [ANSWERED.get(doing.last, n) if n == "answered" else n for n in doing.names]
                for name in done:
                    reach(f"before {name}")
        finally:
            doing.names.clear()
        for name in done:
            doing.last = name if name in ANSWERED else doing.last
            reach(f"after {name}")

    Store._changing = dying


def _break_files(doing):
    from ionworks_engine.jobs.settling import Settling
    from ionworks_engine.objects import Objects
    from ionworks_engine.s3.endpoint import S3Objects
    from ionworks_engine.storage.files import FileStore

    storing = ((Objects, "_put"), (S3Objects, "_put_part"), (S3Objects, "_join"))
    for (owner, function), what in zip((*storing, (Settling, "_put_files")), RENAMED, strict=True):
        doing.stores(owner, function, what)
    replace, discarding = Path.replace, FileStore.discarding

    def dying_replace(path, target):
        what = doing.storing
        reach(f"{what} renamed, before")
        done = replace(path, target)
        reach(f"{what} renamed, after")
        return done

    @contextmanager
    def dying_discarding(files):
        with discarding(files) as discard:

            def dying(names):
                # Once they are moved aside, and before that is known to hold.
                discard(names := set(names))
                if names:
                    reach("old files go")

            yield dying

    Path.replace, FileStore.discarding = dying_replace, dying_discarding


def _ingest(request):
    from ionworks_engine.measurements.ingest import ingest

    reach("worker begins")
    made = ingest(request)
    reach("worker is done")
    return made


TASKS = {"ingest": _ingest}
BOUNDED = frozenset({"ingest"})


def main():
    os.environ[_ARMED] = sys.argv[1]
    from ionworks_engine import server
    from ionworks_engine.jobs import executors

    here = Path(__file__)
    executors.ProcessExecutor = functools.partial(
        executors.ProcessExecutor, tasks=here.stem, search_path=[here.parent]
    )
    doing = _Doing()
    _break_commits(doing)
    _break_files(doing)
    sys.exit(server.main(sys.argv[2:]))


if __name__ == "__main__":
    main()
