"""One metadata call: in-process, and over loopback HTTP against the platform's public client."""

import subprocess
import tempfile
from pathlib import Path

import httpx

from benchmarks.import_time import PUBLIC
from benchmarks.timing import median, report
from ionworks import Ionworks
from tests.conftest import serving

THEIRS = """
import statistics, sys, time
from ionworks import Ionworks
client = Ionworks("key", sys.argv[1])
project = client.project.list()[0].id
def seconds():
    start = time.perf_counter()
    client.project.get(project)
    return time.perf_counter() - start
for _ in range(50): seconds()
print(statistics.median(seconds() for _ in range(500)))
"""


def local() -> float:
    with Ionworks.local() as client:
        project = client.project.list()[0].id
        median(lambda: client.project.get(project), 50)
        return median(lambda: client.project.get(project), 500)


def loopback(url: str) -> float:
    with Ionworks("key", url) as client:
        project = client.project.list()[0].id
        median(lambda: client.project.get(project), 50)
        return median(lambda: client.project.get(project), 500)


def bare(url: str) -> float:
    with Ionworks("key", url) as client, httpx.Client() as session:
        address = f"{url}/projects/{client.project.list()[0].id}"
        return median(lambda: session.get(address).json(), 500)


def public(url: str) -> float:
    command = [PUBLIC, "-I", "-c", THEIRS, url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.splitlines()[-1])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as url:
        theirs, plain, ours = public(url), bare(url), loopback(url)
    report("project.get, local", local(), "a budget of 1.5 ms", 1.5e-3, "< 1")
    report("project.get, loopback", ours, "public 0.38.0", theirs, "<= 0.9")
    report("project.get, loopback", ours, "bare httpx", plain, "near 1")


if __name__ == "__main__":
    main()
