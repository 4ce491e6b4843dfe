"""The platform's public client is the judge: unmodified, it drives the engine as its own server."""

import pytest


@pytest.fixture(scope="module")
def seen(drive):
    return drive("0.38.0", "look_around")


def test_it_finds_the_account_and_the_project(seen):
    assert seen["organization"]["id"]
    assert seen["project"]["name"]
    assert seen["health"]


def test_it_finds_the_library(seen):
    assert "Chen2020 SPMe" in seen["models"]
    assert seen["total"] >= len(seen["models"]) > 10
    assert seen["parameters"] > 20


def test_it_reads_discovery(seen):
    assert seen["capabilities"] == ["authentication", "domain_context", "openapi_spec", "schemas"]
    assert "json-schema.org" in seen["schema"]
    assert seen["pybamm"].startswith("26.")


def test_it_validates_protocols(seen):
    assert seen["valid"] is True
    assert seen["refused"]["valid"] is False
    assert "steps[0].Rest" in seen["refused"]["error"]
    assert seen["inputs"] == ["x", "y"]


CYCLERS = {
    "maccor": "Maccor",
    "arbin": "Arbin",
    "arbin_sdx": "Arbin",
    "neware": "Neware",
    "novonix": "Novonix",
    "biologic_mps": "BioLogic",
}


@pytest.fixture(scope="module")
def protocols(drive):
    return drive("0.38.0", "protocols", *CYCLERS)


@pytest.mark.parametrize("target", CYCLERS)
def test_it_converts_saves_and_reads_back(protocols, target):
    seen = protocols["converted"][target]
    assert seen["target"] == target
    assert seen["filename"].startswith("cell.")
    assert seen["saved"][0] == seen["filename"]
    assert seen["size"] > 100
    assert seen["cycler"] == CYCLERS[target]
    assert (seen["valid"], seen["error"], seen["required_drive_cycles"]) == (True, None, [])
    assert "4.2 V" in seen["human"]


def test_it_gets_the_files_beside_the_file(protocols):
    assert [name.rpartition(".")[2].upper() for name in protocols["assets"]] == ["MWF"]


def test_it_reads_why_a_conversion_or_a_file_is_refused(protocols):
    assert protocols["bttest"]["status"] == 422
    assert "biologic_mps" in protocols["bttest"]["message"]
    assert "capacity" in protocols["no_capacity"]["message"]
    assert protocols["no_file"]["status"] == 422
    wrong = protocols["wrong"]
    assert wrong["valid"] is False
    assert "line 2" in wrong["error"]


def test_it_reads_the_texts_of_saved_protocols(protocols):
    assert "4.2 V" in protocols["human"]
    assert protocols["source"] is True
    assert protocols["no_source"]["status"] == 404
    assert protocols["heavy"] is True
    assert protocols["inputs"] == ["x", "y"]


@pytest.mark.parametrize("version", ["0.38.0", "0.20.0"])
def test_it_runs_a_simulation_and_reads_the_result(drive, seen, version):
    run = drive(version, "simulate", seen["models"]["Chen2020 SPMe"], seen["project"]["id"])

    assert run["finished"]
    assert run["record_id"] == run["simulation_id"]
    assert run["step_types"] == ["Constant current discharge"]
    assert run["last_voltage"] == pytest.approx(2.5, abs=1e-3)
    assert run["capacity"] == pytest.approx(5.0, rel=0.05)
    assert run["mean_current"] == pytest.approx(5.0, rel=1e-3)
    assert run["metrics"]
    assert {"Time [s]", "Voltage [V]", "Current [A]", "Step count"} <= set(run["columns"])
    simulation = run["simulation_id"]
    assert run["study"] == {
        "submitted": [simulation],
        "removed": [],
        "assigned": [simulation],
        "count": 1,
        "same": True,
        "simulation_stays": simulation,
    }
