"""What tests of Dask share: clusters on loopback, executors over fake tasks."""

import asyncio
import socket
import subprocess
import sys
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from conftest import until
from distributed import LocalCluster
from ionworks_engine.jobs.dask_executor import DaskExecutor

HERE = Path(__file__).parent


@contextmanager
def cluster_of(workers):
    """Run a scheduler in this process, and so many Dask workers of one thread."""
    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
        memory_limit=0,
    ) as cluster:
        yield cluster


def on(address, tasks="fake_tasks", **options):
    """Return an executor; to be called on a loop that runs."""
    return DaskExecutor(address, tasks=tasks, search_path=[HERE], **options)


@asynccontextmanager
async def executor_on(address, tasks="fake_help", seats=2, **options):
    """Run an executor; yield it once it has so many seats."""
    executor = on(address, tasks, **options)
    try:
        await until(lambda: executor.strength >= seats, seconds=30)
        yield executor
    finally:
        await executor.close()


def play(scenario, seconds=60):
    """Run a scenario to its end, or fail."""
    return asyncio.run(asyncio.wait_for(scenario, seconds))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def dask(*words, **environment):
    """Start a program of Dask."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{words[0]}", *words[1:]]
    return subprocess.Popen(
        command,
        env=environment or None,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def scheduler(port):
    """Start a scheduler at a port of loopback."""
    options = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
    return dask("scheduler", *options, "--port", str(port))


def worker(port, **environment):
    """Start a Dask worker of one thread for the scheduler at a port."""
    options = ("--host", "127.0.0.1", "--no-dashboard", "--no-nanny", "--nthreads", "1")
    return dask("worker", f"tcp://127.0.0.1:{port}", *options, **environment)


@contextmanager
def running(*processes):
    """End processes at last."""
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
