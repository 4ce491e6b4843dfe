"""The run that every language makes, and the numbers that our own client gets for it."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path

import pytest

from ionworks import Ionworks

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BUNDLE = ROOT / "openapi/dist/ionworks.json"
KEY = "any key"
PROTOCOL = """\
global: {initial_soc: 1, temperature: 25}
steps:
  - Discharge: {mode: C-rate, value: 1, ends: [Voltage < 2.5]}
  - Rest: {duration: 600}
"""


def run(command, folder, **environment):
    """Run a command in a folder; return what it writes, or fail with what it complains of."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, f"{command[0]}: {(done.stdout + done.stderr)[-4000:]}"
    return done.stdout


def last_line(output):
    return json.loads(output.splitlines()[-1])


@cache
def of_our_client(url, simulation_id):
    """Return the same numbers as Python gets them, by way of Parquet."""
    with Ionworks(KEY, url) as client:
        result = client.simulation.get_result(simulation_id)
    return {
        "time": result.time_series["Time [s]"].to_list(),
        "voltage": result.time_series["Voltage [V]"].to_list(),
        "steps": result.steps["Step type"].to_list(),
        "capacity": result.metrics["Discharge capacity [A.h]"],
    }


def assert_equals_ours(found, url):
    """Compare what a program of another language printed with what our client gets."""
    assert found["status"] == "completed"
    ours = of_our_client(url, found["simulation_id"])
    assert len(ours["time"]) > 50
    assert found["steps"] == ours["steps"] == ["Constant current discharge", "Rest"]
    for name in ("time", "voltage"):
        assert found[name] == pytest.approx(ours[name], rel=1e-12)
    assert found["capacity"] == pytest.approx(ours["capacity"], rel=1e-12)
    assert 4.5 < found["capacity"] < 5.2
    assert found["refused"] == [404, "NOT_FOUND"]
