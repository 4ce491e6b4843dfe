"""Run the platform's public client, each version in an environment of its own."""

import json
import os
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from recorder import recording  # noqa: E402
from spec_operations import operation_of  # noqa: E402

ROOT = HERE.parents[1]
DRIVERS = HERE / "drivers"
NEW, OLD = "0.38.0", "0.20.0"
OWN = "own"
"""Our client, which the same scripts must drive: it stands in for the public one."""


def interpreter(version, root=ROOT):
    """Return how Python is started for a client, and its environment.

    The public clients see nothing but their own environments. Ours is that of the checkout, which
    need not be the one that is installed.
    """
    if version != OWN:
        return [ROOT / ".venv-interop" / version / "bin/python", "-I"], dict(os.environ)
    places = os.pathsep.join(str(root / part) for part in ("", "generated", "engine"))
    return [sys.executable, "-P", "-s"], {**os.environ, "PYTHONPATH": places}


class Drive:
    """Runs drivers with the clients of several versions against one engine.

    Every request passes a recording server; what was called and what passed is kept.
    """

    def __init__(self, engine_url: str) -> None:
        self._engine = engine_url
        self._pool = ThreadPoolExecutor(2)
        self.passed = {}
        self.called = {}

    def __call__(self, version, driver, *arguments):
        """Run a driver with the client of ``version``; return the JSON on its last line."""
        with recording(self._engine) as (url, passed):
            answer = self._run(version, driver, url, *arguments)
        if "public" not in answer:
            return answer
        self.passed[version, driver] = passed
        self.called[version, driver] = answer
        return answer["seen"]

    def at_once(self, versions, driver, arguments):
        """Run a driver with several clients, two at a time; return what each saw when asked."""
        started = {
            version: self._pool.submit(self, version, driver, *arguments(version))
            for version in versions
        }
        return lambda version: started[version].result()

    def close(self):
        """Wait for what runs."""
        self._pool.shutdown(cancel_futures=True)

    def _run(self, version, driver, *arguments):
        python, environment = interpreter(version)
        assert Path(python[0]).exists(), f"{python[0]} is missing: run `make test`"
        done = subprocess.run(
            [*python, DRIVERS / f"{driver}.py", *arguments],
            capture_output=True,
            text=True,
            timeout=180,
            env={**environment, "PYBAMM_DISABLE_TELEMETRY": "true"},
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout.splitlines()[-1])

    def reached(self, version, driver):
        """Return the ids of the operations that a driver reached and that answered well."""
        well = [each for each in self.passed[version, driver] if each.status < 400]
        return {operation_of(each.method, each.path) for each in well} - {None}


@pytest.fixture(scope="session")
def drive(engine_url):
    """Run a driver with the client of ``version``; return the JSON on its last line."""
    drive = Drive(engine_url)
    yield drive
    drive.close()


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


@pytest.fixture(scope="session")
def models(engine_url):
    """Ids of the library's models, by their names."""
    with urllib.request.urlopen(f"{engine_url}/parameterized_models?limit=100") as answer:
        return {each["name"]: each["id"] for each in json.load(answer)["items"]}


@pytest.fixture(scope="session")
def first_project(engine_url):
    """The id of the project that a new store has."""
    with urllib.request.urlopen(f"{engine_url}/projects?order_by=created_at&order=asc") as answer:
        return json.load(answer)["items"][0]["id"]


@pytest.fixture(scope="session")
def called(drive, make, models):
    """Return what the calls of ``drivers/calls.py`` saw, for each client."""

    def arguments(version):
        return make("projects", name=f"Calls of {version}"), models["Chen2020 SPMe"]

    return drive.at_once((NEW, OWN, OLD), "calls", arguments)
