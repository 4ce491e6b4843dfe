"""The commands without a server: the engine runs in their own process, for newcomers too."""

import json
import re
from pathlib import Path

import pytest
from typed import PROTOCOLS, asked, completed, nothing_set_up, ran

from ionworks.cli import main


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A user with nothing set up."""
    nothing_set_up(monkeypatch, tmp_path)
    return tmp_path


def test_a_newcomer_gets_a_picture_without_any_set_up(capsys, home):
    protocol = str(PROTOCOLS / "cc_cv_one_step.yaml")
    model = ["--model", "Chen2020 SPMe"]
    code, out, err = ran(capsys, "simulate", protocol, *model, "--plot", "out.png")
    assert code == 0
    assert Path("out.png").read_bytes().startswith(b"\x89PNG")
    assert err.count("\n") == 1
    assert f"the local engine is used, its store is {home / 'data/ionworks/store'}" in err
    assert re.search(r"^Charge capacity \[A\.h\] +4\.\d+$", out, re.MULTILINE)
    (run,) = asked(capsys, "simulations", "list")
    assert (run["name"], run["model_name"]) == ("cc_cv_one_step", "Chen2020 SPMe")
    assert asked(capsys, "config", "show")[0]["source"] is None


def test_completion_knows_commands_and_cyclers():
    assert "simulate" in completed("simu")
    assert {"maccor"} == set(completed("protocol convert x.yaml --to mac"))


def test_no_server_ends_with_5(capsys):
    code, out, err = ran(capsys, "whoami", "--url", "http://127.0.0.1:9")
    assert (code, out) == (5, "")
    assert "Traceback" not in err


def test_a_local_folder_is_a_place_like_any_other(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("IONWORKS_API_URL", f"local:{tmp_path / 'cells'}")
    code, _, err = ran(capsys, "cells", "create", "NMC622-GR/Cell 1")
    assert (code, err) == (0, "")
    assert [one["name"] for one in asked(capsys, "cells", "list")] == ["Cell 1"]
    assert Path(tmp_path, "cells/ionworks.db").is_file()


def test_serve_hands_its_options_on(capsys, tmp_path):
    assert main(["serve", "--help"]) == 0
    assert "usage: ionworks serve" in capsys.readouterr().out
    assert main(["serve", "--nope"]) == 2
    assert "ionworks serve: error" in capsys.readouterr().err
    code, out, err = ran(capsys, "serve", "--data", str(tmp_path), "--json")
    assert (code, out) == (2, "")
    assert "leave --json out" in json.loads(err)["error"]["message"]
    code, _, err = ran(capsys, "serve", "--data", str(tmp_path), "--host", "0.0.0.0")
    assert code == 1
    assert "give --api-key" in err
