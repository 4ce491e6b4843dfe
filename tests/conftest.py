"""What every room of the tests shares: an engine of its own process, listening on loopback."""

import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_healthy(server, url, deadline=60.0):
    give_up = time.monotonic() + deadline
    while time.monotonic() < give_up:
        if server.poll() is not None:
            raise RuntimeError(f"the engine ended at start: {server.stderr.read()}")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the engine did not answer within {deadline} s")


@contextmanager
def serving(folder: Path, *options):
    """Run ``python -m ionworks_engine serve`` on a free loopback port; yield its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "ionworks_engine", "serve", "--port", str(port)]
    server = subprocess.Popen(
        [*command, "--data", str(folder), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until_healthy(server, url)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=30)
        server.stderr.close()


@pytest.fixture(scope="session")
def engine_url(tmp_path_factory):
    """Address of an engine on loopback that the whole session shares."""
    with serving(tmp_path_factory.mktemp("engine")) as url:
        yield url
