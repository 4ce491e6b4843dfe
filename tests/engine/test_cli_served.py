"""The commands at work on a served engine: what they answer is what the client gets."""

import json
import re
from pathlib import Path

import polars as pl
import pytest
from typed import (
    ENDLESS,
    INPUTS,
    ONE_C,
    PROTOCOLS,
    SPM,
    THICKNESS,
    asked,
    completed,
    nothing_set_up,
    ran,
)

from ionworks import Ionworks
from tests.conftest import serving


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("engine")) as address:
        yield address


@pytest.fixture(autouse=True)
def served(url, tmp_path, monkeypatch):
    """A user whose commands work at a server of this machine."""
    nothing_set_up(monkeypatch, tmp_path)
    monkeypatch.setenv("IONWORKS_API_URL", url)
    return url


def test_what_is_saved_is_what_the_client_gets(capsys, served):
    saved = ["--save", "run.parquet", "--variables", "X-averaged cell temperature [K]"]
    (run,) = asked(capsys, "simulate", INPUTS, *SPM, *ONE_C, *saved)["simulations"]
    with Ionworks("any", served) as client:
        expected = client.simulation.get_result(run["id"])
    frame = pl.read_parquet("run.parquet")
    assert frame.equals(expected.time_series)
    assert frame["X-averaged cell temperature [K]"][0] == pytest.approx(298.15)
    assert run["metrics"]["Discharge capacity [A.h]"] == pytest.approx(2.5, rel=1e-6)
    assert run["experiment_parameters"]["Depth of discharge"] == 0.5


def test_a_sweep_is_a_grid_of_inputs_and_parameters(capsys):
    code, out, err = ran(
        capsys,
        *("simulate", INPUTS, *SPM, "--set", "Initial SOC=1", "--set", "Depth of discharge=0.2"),
        *("--sweep", "C-rate=1:2:2", "--sweep", f"{THICKNESS}=70e-6,80e-6"),
        *("--save", "sweep.csv", "--plot", "sweep.svg"),
    )
    assert (code, err) == (0, "")
    head, *rows = [re.split(r"  +", line.strip()) for line in out.splitlines()]
    assert head[:3] == ["C-rate", THICKNESS, "Discharge capacity [A.h]"]
    assert [row[:2] for row in rows] == [
        *(["1", "7e-05"], ["1", "8e-05"], ["2", "7e-05"], ["2", "8e-05"])
    ]
    frame = pl.read_csv("sweep.csv")
    ends = frame.group_by("C-rate", THICKNESS, maintain_order=True).last()
    assert ends["Time [s]"].to_list() == pytest.approx([720, 720, 360, 360])
    assert ends["Current [A]"].to_list() == pytest.approx([5, 5, 10, 10])
    drawn = Path("sweep.svg").read_text()
    assert "<svg" in drawn


def test_a_run_that_fails_ends_with_1_and_saves_only_what_is_whole(capsys):
    Path("discharge.yaml").write_text(
        "global: {initial_soc: 0.5}\n"
        "steps:\n"
        "  - Discharge: {mode: Current, value: 'input[\"I [A]\"]', duration: 60}\n"
    )
    sweep = ["--sweep", "I [A]=1,5000", "--save", "good.csv"]
    code, out, err = ran(capsys, "simulate", "discharge.yaml", *SPM, *sweep)
    assert code == 1
    assert "1 of 2 simulations failed" in err
    assert "(I [A] = 5000) failed: " in err
    assert "failed" in out
    assert pl.read_csv("good.csv")["I [A]"].unique().to_list() == [1]


def test_a_name_that_nothing_has_ends_with_3_and_what_is_near(capsys):
    code, out, err = ran(capsys, "simulate", INPUTS, "--model", "Chen2020 SPMee", *ONE_C)
    assert (code, out) == (3, "")
    assert "did you mean 'Chen2020 SPMe'" in err
    assert ran(capsys, "jobs", "show", "none")[0] == 3
    assert ran(capsys, "cells", "show", "none/none")[0] == 3
    assert ran(capsys, "models", "list", "--project", "none")[0] == 3


def test_a_parameter_that_the_model_does_not_have_is_refused(capsys):
    code, _, err = ran(capsys, "simulate", INPUTS, *SPM, *ONE_C, "--set", f"{THICKNESS[:-4]}=1")
    assert code == 2
    assert THICKNESS in err


def test_a_run_can_be_left_and_waited_for(capsys):
    (sent,) = asked(capsys, "simulate", INPUTS, *SPM, *ONE_C, "--no-wait")
    (job,) = asked(capsys, "jobs", "wait", sent["job_id"])
    assert job["status"] == "completed"
    assert asked(capsys, "jobs", "show", sent["job_id"])["job_type"] == "simulate"
    assert sent["job_id"] in {one["job_id"] for one in asked(capsys, "jobs", "list", "-n", "0")}
    assert "of" in ran(capsys, "jobs", "list", "-n", "1")[2]
    shown = asked(capsys, "simulations", "show", sent["simulation_id"])
    assert shown["metrics"]["Discharge capacity [A.h]"] == pytest.approx(2.5, rel=1e-6)
    saved = asked(
        capsys, "simulations", "download", sent["simulation_id"], "-o", "s.csv", "--table", "steps"
    )
    assert saved == {"files": ["s.csv"], "rows": 1}
    assert pl.read_csv("s.csv")["Duration [s]"].to_list() == pytest.approx([1800])
    assert ran(capsys, "simulations", "cancel", sent["simulation_id"])[0] == 0
    assert ran(capsys, "simulations", "download", sent["simulation_id"])[0] == 2


def test_waiting_too_long_ends_with_6(capsys):
    Path("long.yaml").write_text(ENDLESS % 2.6)
    code, out, err = ran(capsys, "simulate", "long.yaml", *SPM, "--timeout", "0.1")
    assert (code, out) == (6, "")
    (simulation,) = re.findall(r"[0-9a-f-]{36}", err)[:1]
    code, out, _ = ran(capsys, "simulations", "cancel", simulation)
    assert code == 0
    assert "cancel" in out


def test_cells_and_their_data_go_up_and_down(capsys, tmp_path):
    cell = "NMC622-GR/" + tmp_path.name
    made = asked(capsys, "cells", "create", cell, "--batch", "B-1")
    rows = [f"{10 * n},2.5,{4.1 - n / 100},0" for n in range(50)]
    Path("RPT 1.csv").write_text("\n".join(["Time [s],Current [A],Voltage [V],Step count", *rows]))
    code, out, err = ran(
        capsys, "measurements", "upload", "RPT 1.csv", "--cell", cell, "--tag", "rpt"
    )
    assert code == 0
    assert re.search(r"^RPT 1 +time_series +ready +rpt", out, re.MULTILINE)
    assert "RPT 1.csv: Read from RPT 1.csv" in err
    again = ran(capsys, "measurements", "upload", "RPT 1.csv", "--cell", made["id"])
    assert again[0] == 2
    assert "already" in again[2]
    (listed,) = asked(capsys, "measurements", "list", "--cell", cell)
    wanted = listed["id"]
    assert asked(capsys, "measurements", "show", wanted)["name"] == "RPT 1"
    answer = asked(capsys, "measurements", "download", wanted, "-o", "back.csv", "--plot", "m.png")
    assert answer == {"files": ["back.csv", "m.png"], "rows": 50}
    assert pl.read_csv("back.csv")["Voltage [V]"][-1] == pytest.approx(3.61)
    part = ["--column", "Voltage [V]", "--max-points", "10"]
    assert asked(capsys, "measurements", "download", wanted, "-o", "p.csv", *part)["rows"] <= 10
    for table in ("steps", "cycles"):
        saved = asked(
            capsys, "measurements", "download", wanted, "-o", "t.parquet", "--table", table
        )
        assert saved["rows"] == pl.read_parquet("t.parquet").height == 1
    detail = asked(capsys, "cells", "show", cell)
    assert [one["id"] for one in detail["measurements"]] == [wanted]
    assert tmp_path.name in ran(capsys, "cells", "list", "-s", "NMC622-GR")[1]
    assert f"        RPT 1  {wanted}\n" in ran(capsys, "cells", "tree")[1]
    assert "NMC622-GR" in ran(capsys, "cells", "specifications")[1]


PIPELINE = """
elements:
  geometry:
    element_type: entry
    values:
      Electrode height [m]: 0.065
      Electrode width [m]: 1.58
      Positive electrode thickness [m]: 7.56e-5
      Positive electrode active material volume fraction: 0.665
      Maximum concentration in positive electrode [mol.m-3]: 63104
      Number of electrodes connected in parallel to make a cell: 1
  Q_pos: {element_type: calculation, type: ElectrodeCapacity, electrode: positive}
"""
FARADAY = 96485.33212
Q_POS = 0.065 * 1.58 * 7.56e-5 * 0.665 * 63104 * FARADAY / 3600


def test_a_pipeline_from_file_to_parameters(capsys):
    Path("capacity.yaml").write_text(PIPELINE)
    sent = asked(capsys, "pipelines", "submit", "capacity.yaml")
    assert sent["name"] == "capacity"
    assert asked(capsys, "pipelines", "watch", sent["id"])["status"] == "completed"
    code, out, _ = ran(capsys, "pipelines", "result", sent["id"], "--save", "found.json")
    assert code == 0
    assert re.search(r"^Q_pos .* Positive electrode capacity \[A\.h\] +8\.7323", out, re.MULTILINE)
    found = json.loads(Path("found.json").read_text())
    assert found["Positive electrode capacity [A.h]"] == pytest.approx(Q_POS, rel=1e-6)
    assert sent["id"] in ran(capsys, "pipelines", "list")[1]
    assert ran(capsys, "pipelines", "cancel", sent["id"])[0] == 0


def test_a_pipeline_that_fails_ends_with_1(capsys):
    broken = PIPELINE.replace("      Electrode height [m]: 0.065\n", "")
    Path("broken.yaml").write_text(broken)
    code, out, err = ran(capsys, "pipelines", "submit", "broken.yaml", "--wait")
    assert (code, out) == (1, "")
    assert "Electrode height [m]" in err


def test_protocols_go_to_cyclers_and_back(capsys):
    protocol = str(PROTOCOLS / "cc_cv_two_steps.yaml")
    to = ["protocol", "convert", protocol, "--to", "neware", "-o", "out"]
    code, out, err = ran(capsys, *to, "--capacity", "5")
    assert (code, out) == (0, "out/cc_cv_two_steps.xml\n")
    assert "note: No device has verified this file." in err
    assert ran(capsys, *to, "--capacity", "4")[0] == 2
    assert ran(capsys, *to, "--capacity", "4", "--overwrite")[0] == 0
    code, out, _ = ran(capsys, "protocol", "read", "out/cc_cv_two_steps.xml", "-o", "back.yaml")
    assert (code, out) == (0, "")
    assert ran(capsys, "protocol", "check", "back.yaml")[0] == 0
    code, _, err = ran(capsys, "protocol", "convert", protocol, "--to", "biologic_bttest")
    assert code == 2
    assert "could destroy cells" in err


def test_models_are_found_and_completed(capsys):
    names = {model["name"] for model in asked(capsys, "models", "list", "--match", "chen")}
    assert names == {"Chen2020 SPM", "Chen2020 SPMe", "Chen2020 DFN"}
    assert "Positive electrode thickness [m]" in ran(capsys, "models", "show", "Chen2020 SPM")[1]
    assert "Voltage [V]" in asked(capsys, "models", "variables", "chen2020 spm")
    offered = completed("simulate x.yaml --model Chen")
    assert {word.split("\n")[0] for word in offered} >= {"Chen2020 SPM", "Chen2020 DFN"}


def test_who_where(capsys, served):
    assert asked(capsys, "whoami")["api_url"] == served
    projects = asked(capsys, "projects", "list")
    chosen = ["--project", projects[-1]["name"]]
    assert asked(capsys, "models", "list", *chosen)
