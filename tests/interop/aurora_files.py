"""Protocols for a public package, and the files that it writes of them."""

import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
DRIVER = Path(__file__).parent / "drivers" / "aurora.py"


def document(capacity, *method, **more):
    """A protocol for a cell of this capacity [A.h]."""
    sample = {"name": "cell", "capacity_mAh": capacity * 1000}
    return {"sample": sample, "record": {"time_s": 10}, "method": list(method)} | more


def current(until_voltage=None, until_time=None, **value):
    ends = {"until_voltage_V": until_voltage, "until_time_s": until_time}
    return {"step": "constant_current"} | value | ends


def voltage(volts, **ends):
    return {"step": "constant_voltage", "voltage_V": volts} | ends


def rest(seconds):
    return {"step": "open_circuit_voltage", "until_time_s": seconds}


def loop(to, count):
    return {"step": "loop", "loop_to": to, "cycle_count": count}


def written(both, *formats):
    """What the package writes for the documents of ``both``: name -> format -> text."""
    python = ROOT / ".venv-interop" / "aurora" / "bin/python"
    assert python.exists(), f"{python} is missing: run `make test`"
    done = subprocess.run(
        [python, "-I", DRIVER, *formats],
        input=json.dumps([given for given, _ in both.values()]),
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return dict(zip(both, json.loads(done.stdout.splitlines()[-1]), strict=True))
