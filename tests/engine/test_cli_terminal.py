"""The program itself, in a pipe and on a terminal: progress and colours where someone looks."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from typed import (
    ENDLESS,
    INPUTS,
    ONE_C,
    PROGRAM,
    SPM,
    THICKNESS,
    on_a_terminal,
    project_of_ones_own,
    working_at,
)

from ionworks.cli import main


@pytest.fixture(scope="module")
def project(engine_url):
    with project_of_ones_own(engine_url) as made:
        yield made


@pytest.fixture(autouse=True)
def served(engine_url, project, tmp_path, monkeypatch):
    """A user whose commands work at a server of this machine."""
    working_at(monkeypatch, tmp_path, engine_url, project)
    return engine_url


def test_in_a_pipe_nothing_but_data_is_written():
    seen = subprocess.run(
        [*PROGRAM, "simulate", INPUTS, *SPM, *ONE_C],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert seen.stderr == ""
    assert "\x1b" not in seen.stdout
    assert "Discharge capacity [A.h]" in seen.stdout


def test_a_reader_that_leaves_is_no_error():
    command = " ".join([f"'{word}'" for word in [*PROGRAM, "models", "variables", *SPM[1:]]])
    seen = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{command} | head -n 1"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (seen.returncode, seen.stderr) == (0, "")
    assert len(seen.stdout.splitlines()) == 1


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_of_few_signs_gets_what_it_can(encoding):
    Path("käfig.yaml").write_text("steps: [{Rest: {duration: 60, note: '→ 25 °C'}}]", "utf-8")
    environ = {**os.environ, "PYTHONIOENCODING": encoding}
    for extra in ([], ["--json"]):
        seen = subprocess.run(
            [*PROGRAM, "protocol", "check", "käfig.yaml", "nowhere→.yaml", *extra],
            env=environ,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert seen.returncode == 2
        text = seen.stderr.decode(encoding)
        assert "Traceback" not in text
        assert "nowhere\\u2192.yaml" in text


def test_on_a_terminal_there_are_tables_and_progress():
    with on_a_terminal(["simulate", INPUTS, *SPM, *ONE_C]) as (process, screen):
        seen = screen()
        assert process.wait(30) == 0
    assert "━" in seen
    assert "Constant current discharge" in seen
    assert "─" in seen


def test_without_colour_a_terminal_gets_none(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    with on_a_terminal(["models", "list"]) as (process, screen):
        seen = screen()
        assert process.wait(30) == 0
    assert "Chen2020 SPM" in seen
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", seen)


def test_numbers_and_ids_stay_whole_on_a_narrow_terminal():
    with on_a_terminal(
        ["simulate", INPUTS, *SPM, *ONE_C, "--sweep", f"{THICKNESS}=7e-5:8e-5:3"], 50
    ) as (
        process,
        screen,
    ):
        seen = screen()
        assert process.wait(30) == 0
    assert len(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", seen)) == 3
    assert re.search(r"\b9\.\d{4,5}\b", seen)


def test_ctrl_c_names_what_runs_on():
    Path("long.yaml").write_text(ENDLESS % 2.61)
    with on_a_terminal(["simulate", "long.yaml", *SPM]) as (process, screen):
        assert "0/1" in screen("0/1")
        os.kill(process.pid, signal.SIGINT)
        seen = screen()
        assert process.wait(30) == 130
    assert "waiting was stopped; still running: " in seen
    (simulation,) = re.findall(r"to go on: ionworks simulations wait ([0-9a-f-]{36})", seen)
    assert main(["simulations", "wait", simulation, "--timeout", "0"]) == 6
    assert main(["simulations", "cancel", simulation]) == 0
