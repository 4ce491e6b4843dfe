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
    project_of_ones_own,
    ran,
    working_at,
)

from ionworks import Ionworks


@pytest.fixture(scope="module")
def project(engine_url):
    with project_of_ones_own(engine_url) as made:
        yield made


@pytest.fixture(autouse=True)
def served(engine_url, project, tmp_path, monkeypatch):
    """A user whose commands work at a server of this machine."""
    working_at(monkeypatch, tmp_path, engine_url, project)
    return engine_url


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
    assert err.startswith(f"error: --set or --sweep: {THICKNESS[:-4]!r} is not a parameter")
    assert THICKNESS in err


def test_a_run_can_be_left_and_waited_for(capsys):
    (sent,) = asked(capsys, "simulate", INPUTS, *SPM, *ONE_C, "--no-wait")["simulations"]
    (job,) = asked(capsys, "jobs", "wait", sent["job_id"])
    assert job["status"] == "completed"
    assert asked(capsys, "jobs", "show", sent["job_id"])["job_type"] == "simulate"
    assert sent["job_id"] in {one["job_id"] for one in asked(capsys, "jobs", "list", "-n", "0")}
    assert "of" in ran(capsys, "jobs", "list", "-n", "1")[2]
    (waited_for,) = asked(capsys, "simulations", "wait", sent["id"], sent["id"])["simulations"]
    shown = asked(capsys, "simulations", "show", sent["id"])
    assert shown == waited_for
    assert shown["metrics"]["Discharge capacity [A.h]"] == pytest.approx(2.5, rel=1e-6)
    saved = asked(capsys, "simulations", "download", sent["id"], "-o", "s.csv", "--table", "steps")
    assert saved == {"files": ["s.csv"], "rows": 1}
    assert pl.read_csv("s.csv")["Duration [s]"].to_list() == pytest.approx([1800])
    assert ran(capsys, "simulations", "cancel", sent["id"])[0] == 0
    assert ran(capsys, "simulations", "download", sent["id"])[0] == 2


def test_waiting_too_long_ends_with_6_and_tells_how_to_go_on(capsys):
    Path("long.yaml").write_text(ENDLESS % 2.6)
    long = ["simulate", "long.yaml", *SPM, "--timeout", "0.1"]
    code, out, err = ran(capsys, *long)
    assert (code, out) == (6, "")
    (go_on,) = re.findall(r"^to go on: ionworks (simulations wait [0-9a-f-]{36})$", err, re.M)
    error = json.loads(ran(capsys, *long, "--json")[2])["error"]
    (run,) = error["simulations"]
    assert go_on.split() == ["simulations", "wait", run["id"]]
    assert run["status"] == error["states"][run["id"]]
    assert ran(capsys, *go_on.split(), "--timeout", "0")[0] == 6
    assert ran(capsys, "jobs", "wait", run["job_id"], "--timeout", "0")[0] == 6
    code, out, _ = ran(capsys, "simulations", "cancel", run["id"])
    assert code == 0
    assert "cancel" in out
    code, out, err = ran(capsys, *go_on.split())
    assert code == 1
    assert "canceled" in out
    assert f"simulation {run['id']} canceled" in err


def test_cells_and_their_data_go_up_and_down(capsys, tmp_path):
    cell = "NMC622-GR/" + tmp_path.name
    asked(capsys, "cells", "create", cell, "--batch", "B-1")
    rows = [f"{10 * n},2.5,{4.1 - n / 100},0" for n in range(50)]
    Path("RPT 1.csv").write_text("\n".join(["Time [s],Current [A],Voltage [V],Step count", *rows]))
    code, out, err = ran(
        capsys, "measurements", "upload", "RPT 1.csv", "--cell", cell, "--tag", "rpt"
    )
    assert code == 0, err
    assert re.search(r"^RPT 1 +time_series +ready +rpt", out, re.MULTILINE)
    assert "RPT 1.csv: Read from RPT 1.csv" in err
    (listed,) = asked(capsys, "measurements", "list", "--cell", cell)
    wanted = listed["id"]
    assert asked(capsys, "measurements", "show", wanted)["name"] == "RPT 1"
    answer = asked(capsys, "measurements", "download", wanted, "-o", "back.csv", "--plot", "m.png")
    assert answer == {"files": ["back.csv", "m.png"], "rows": 50}
    assert pl.read_csv("back.csv")["Voltage [V]"][-1] == pytest.approx(3.61)
    code, _, err = ran(
        capsys, "measurements", "download", wanted, "-o", "p.csv", "--max-points", "2"
    )
    assert (code, err.partition(" cannot")[0]) == (2, "error: --max-points 2")
    assert "or fewer columns, each with --column" in err
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


def test_cells_of_other_projects_are_not_in_the_way(capsys, tmp_path, served):
    cell = "NMC622-GR/" + tmp_path.name
    made = asked(capsys, "cells", "create", cell)
    with project_of_ones_own(served) as other:
        twin = asked(capsys, "cells", "create", cell, "--project", other)
        assert made["id"] != twin["id"]
        for project, expected in ((), made), (("--project", other), twin):
            shown = [
                asked(capsys, "cells", "show", name, *project) for name in (cell, tmp_path.name)
            ]
            assert [one["id"] for one in shown] == [expected["id"]] * 2
            listed = asked(capsys, "cells", "list", *project)
            assert ({made["id"], twin["id"]} & {one["id"] for one in listed}) == {expected["id"]}
        assert len(asked(capsys, "cells", "specifications", "--project", other)) == 1


def test_one_file_that_is_refused_keeps_none_of_the_others_from_going_up(capsys, tmp_path):
    cell = "NMC622-GR/" + tmp_path.name
    asked(capsys, "cells", "create", cell)
    rows = [f"{10 * n},2.5,{4.1 - n / 100},0" for n in range(50)]
    for name in ("a", "b"):
        Path(f"{name}.csv").write_text(
            "\n".join(["Time [s],Current [A],Voltage [V],Step count", *rows])
        )
    Path("bad.csv").write_text("Zeit,Strom,U\n0,2.5,4.1\n10,2.5,4.0\n")
    upload = ["measurements", "upload", "a.csv", "bad.csv", "nothere.csv", "b.csv", "--cell", cell]
    code, out, err = ran(capsys, *upload)
    assert code == 2
    assert re.findall(r"^\w+", out, re.MULTILINE) == ["Measurement", "a", "b"]
    assert "bad.csv cannot be read" in err
    assert "--column 'U=Voltage [V]'" in err
    assert "nothere.csv: " in err
    Path("bad.csv").write_text(Path("a.csv").read_text())
    code, out, err = ran(capsys, *upload, "--json")
    assert code == 2
    assert [one["name"] for one in json.loads(out)] == ["bad"]
    error = json.loads(err.splitlines()[-1])["error"]
    assert [(one["file"], one["exit_code"]) for one in error["failed"]] == [
        *(("a.csv", 2), ("nothere.csv", 2), ("b.csv", 2))
    ]
    assert "a.csv: There is a measurement named 'a'" in error["message"]


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
    waited_for = asked(capsys, "pipelines", "submit", "capacity.yaml", "--wait")
    assert sent.keys() <= waited_for.keys()
    assert waited_for["name"] == "capacity"
    assert waited_for == asked(capsys, "pipelines", "result", waited_for["id"])
    assert waited_for["parameter_values"] == pytest.approx(found, rel=1e-6)
    assert ran(capsys, "pipelines", "cancel", sent["id"])[0] == 0


def test_a_pipeline_that_fails_ends_with_1(capsys):
    broken = PIPELINE.replace("      Electrode height [m]: 0.065\n", "")
    Path("broken.yaml").write_text(broken)
    code, out, err = ran(capsys, "pipelines", "submit", "broken.yaml", "--wait", "--json")
    assert (code, out) == (1, "")
    error = json.loads(err.splitlines()[-1])["error"]
    assert "Electrode height [m]" in error["message"]
    assert list(error["states"].values()) == ["failed"]


def test_protocols_go_to_cyclers_and_back(capsys):
    protocol = str(PROTOCOLS / "cc_cv_two_steps.yaml")
    to = ["protocol", "convert", protocol, "--to", "neware", "-o", "out"]
    code, _, err = ran(capsys, *to)
    assert code == 2
    assert "give --capacity" in err
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


def test_a_client_names_the_project_that_the_command_tells(capsys, served, project, monkeypatch):
    monkeypatch.delenv("IONWORKS_PROJECT_ID")
    with Ionworks("any", served) as client:
        with pytest.raises(ValueError, match="set IONWORKS_PROJECT_ID"):
            client.parameterized_model.list_by_project()
        told = {one["id"] for one in asked(capsys, "projects", "list", "-n", "0")}
        assert told == {one.id for one in client.project.list()}
    assert project in told
    monkeypatch.setenv("IONWORKS_PROJECT_ID", project)
    with Ionworks("any", served) as client:
        assert client.parameterized_model.list_by_project()


def test_who_where(capsys, served):
    assert asked(capsys, "whoami")["api_url"] == served
    projects = asked(capsys, "projects", "list")
    chosen = ["--project", projects[-1]["name"]]
    assert asked(capsys, "models", "list", *chosen)
