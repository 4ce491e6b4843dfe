"""Every example runs as a user runs it, in a folder of its own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def run(folder, *arguments):
    command = [sys.executable, "-W", "error", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.stem)
def ran(request, tmp_path):
    return request.param.stem, run(tmp_path, request.param), tmp_path


def test_it_runs_and_says_what_it_found(ran):
    name, said, folder = ran
    expected = {
        "quickstart": ["Constant current discharge", "Discharge capacity [A.h]"],
        "sweep": ["50 um", "100 um", "W.h"],
        "cell_data": ["LGM50-001 of BATCH-2026-001", "Constant voltage charge", "Coulombic"],
        "fit": ["% from the truth", "RMSE at 1.5C: 0.", "out/fit.png"],
        "own_model": ["Temperature [degC]", "Total heating [W]"],
        "to_cycler": ["3 times", "out/protocol.000", "No device has verified", "hold 4.2 V"],
        "check_protocol": ["line 3", "C-rate", "Voltage", "line 10", "inputs: ['Formation rate']"],
    }[name]
    for words in expected:
        assert words in said
    plots = list(folder.glob("out/*.png"))
    assert all(plot.stat().st_size > 10_000 for plot in plots)
    assert bool(plots) == (name in {"quickstart", "sweep", "cell_data", "fit"})


@pytest.mark.parametrize("block", BLOCKS[1:])
def test_what_the_readme_shows_runs_as_it_stands(block, tmp_path):
    assert run(tmp_path, "-c", block)
