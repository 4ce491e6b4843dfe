"""Tasks for tests of Dask: they read and write files where they are told to, or grow."""

import time
from pathlib import Path


def reverse(request):
    into = Path(request["into"])
    into.write_bytes(Path(request["source"]).read_bytes()[::-1])
    return {"folder": str(into.parent), "written": [str(into)]}, []


def grow(_request):
    taken = []
    while True:
        taken.append(b"x" * (1 << 24))
        time.sleep(0.01)


TASKS = {"ingest": reverse, "grow": grow}
BOUNDED = frozenset({"grow"})
