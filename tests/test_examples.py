"""Every example runs as a user runs it, in a folder of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.stem)
def ran(request, tmp_path):
    command = [sys.executable, "-W", "error", request.param]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return request.param.stem, done.stdout, tmp_path


def test_it_runs_and_says_what_it_found(ran):
    name, said, folder = ran
    expected = {
        "quickstart": ["Constant current discharge", "Discharge capacity [A.h]"],
        "sweep": ["50 um", "100 um", "W.h"],
        "own_model": ["Temperature [degC]", "Total heating [W]"],
        "check_protocol": ["line 3", "C-rate", "Voltage", "line 10", "inputs: ['Formation rate']"],
    }[name]
    for words in expected:
        assert words in said
    plots = list(folder.glob("out/*.png"))
    assert all(plot.stat().st_size > 10_000 for plot in plots)
    assert bool(plots) == (name in {"quickstart", "sweep"})
