"""The work on a Dask cluster and the state in PostgreSQL, against one machine's own of both."""

import tempfile
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from dask.distributed import LocalCluster

from benchmarks import protocols, sweep
from benchmarks.battery import FRACTION
from benchmarks.timing import median, report, seconds
from ionworks import Ionworks
from tests.conftest import serving
from tests.postgres.server import running

POINTS = 200
CHANGES = 100


def points(client: Ionworks, low: float) -> float:
    """Time of a point of a design that was not computed yet [s]."""
    row = {"type": "range", "name": FRACTION, "min": low, "max": low + 0.1, "count": POINTS}
    design = {"sampling": "grid", "rows": [row]}
    return seconds(lambda: sweep.run(client, protocols.CCCV, design)) / POINTS


def compare(there: Ionworks, here: Ionworks, first: float) -> tuple[float, float]:
    """Time of a point at each, the better of two rounds that take turns [s].

    What was computed is not computed again: each comparison begins at points of its own.
    """
    for client in (there, here):
        sweep.warm(client, protocols.CCCV, FRACTION)
    rounds = [(points(there, low), points(here, low)) for low in (first, first + 1e-4)]
    away, home = zip(*rounds, strict=True)
    return min(away), min(home)


def changes(client: Ionworks) -> float:
    """Time of a request that changes something [s]."""
    cell = client.cell_spec.create({"name": "Benchmark"})
    texts = map(str, count())
    return median(lambda: client.cell_spec.update(cell.id, {"name": next(texts)}), CHANGES)


def client_of(stack: ExitStack, folder: Path, *options: str) -> Ionworks:
    url = stack.enter_context(serving(folder, "--workers", "2", *options))
    with Ionworks("key", url) as finding:
        project = finding.project.list()[0].id
    return stack.enter_context(Ionworks("key", url, project_id=project))


def main() -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        here = client_of(stack, folder / "here")
        with (
            LocalCluster(
                n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
            ) as cluster,
            ExitStack() as away,
        ):
            address = cluster.scheduler_address.replace("tcp://", "dask://")
            there = client_of(away, folder / "dask", "--executor", address)
            ours, theirs = compare(there, here, 0.701)
        what = f"CC-CV, a point of {POINTS}, on Dask, two workers"
        report(what, ours, "two local workers", theirs, "<= 1.2")
        database = stack.enter_context(running({}))
        there = client_of(stack, folder / "postgres", "--database", database.url)
        ours, theirs = compare(there, here, 0.703)
        what = f"CC-CV, a point of {POINTS}, state in PostgreSQL"
        report(what, ours, "state in SQLite", theirs, "near 1")
        report("a change, PostgreSQL", changes(there), "the same, SQLite", changes(here), "< 10")


if __name__ == "__main__":
    main()
