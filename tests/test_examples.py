"""Every example runs as a user runs it, in a folder of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "ionworks " in block
]


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


@pytest.mark.parametrize("commands", COMMANDS)
def test_what_the_readme_types_runs_as_it_stands(commands, tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    programs = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    command = ["bash", "-euc", commands]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert {"out.png", "sweep.parquet"} <= {path.name for path in tmp_path.iterdir()}


def test_the_readme_types_something():
    assert len(COMMANDS) == 1
