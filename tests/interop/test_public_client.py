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
