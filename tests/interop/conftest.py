"""Run the platform's public client, each version in an environment of its own."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

ROOT = HERE.parents[1]
DRIVERS = HERE / "drivers"
OWN = "own"
"""Our client, which the same scripts must drive: it stands in for the public one."""


@pytest.fixture(scope="session")
def drive(engine_url):
    """Run a driver with the client of ``version``; return the JSON on its last line."""

    def run(version, driver, *arguments):
        python = ROOT / ".venv-interop" / version / "bin/python"
        if version == OWN:
            python = Path(sys.executable)
        assert python.exists(), f"{python} is missing: run `make test`"
        done = subprocess.run(
            [python, "-I", DRIVERS / f"{driver}.py", engine_url, *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "PYBAMM_DISABLE_TELEMETRY": "true"},
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout.splitlines()[-1])

    return run


@pytest.fixture(scope="session")
def make(engine_url):
    """Make something by a plain request; return its id."""

    def post(path, **body):
        request = urllib.request.Request(
            f"{engine_url}/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["id"]

    return post
