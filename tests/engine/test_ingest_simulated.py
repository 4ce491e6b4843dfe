"""Cycling that PyBaMM made, measured back: the charge is conserved, the steps are the same."""

import io

import polars as pl
import pytest
from measured import engine

PROTOCOL = """
global:
  initial_soc: 1
  temperature: 25
steps:
  - Cycling:
      repeat: 3
      steps:
        - Discharge:
            mode: C-rate
            value: 1
            ends: [{variable: "Voltage [V]", value: 2.5}]
        - Rest: {duration: 600}
        - Charge:
            mode: C-rate
            value: 0.5
            ends: [{variable: "Voltage [V]", value: 4.2}]
        - Charge:
            mode: Voltage
            value: 4.2
            ends: [{variable: C-rate, value: 0.05}]
        - Rest: {duration: 600}
"""
RAW = ["Time [s]", "Voltage [V]", "Current [A]", "Step count", "Cycle count"]
AMOUNTS = [
    "Discharge capacity [A.h]",
    "Charge capacity [A.h]",
    "Discharge energy [W.h]",
    "Charge energy [W.h]",
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """An engine with the workers that it has in earnest, and a simulation."""
    with engine(tmp_path_factory.mktemp("store"), executor=None, workers=1) as lab:
        [run] = lab.http.wait(lab.http.submit(lab.http.template(PROTOCOL)).json())
        assert run["status"] == "completed", run["error"]
        for part in ("time_series", "steps"):
            content = lab.get(f"/simulations/{run['id']}/{part}/download").content
            setattr(lab, part, pl.read_parquet(io.BytesIO(content)))
        lab.metrics = run["metrics"]
        yield lab


@pytest.fixture(scope="module")
def counted(lab):
    """What the simulation wrote, uploaded whole."""
    return lab.measured(lab.time_series, name="Counted")["id"]


@pytest.fixture(scope="module")
def bare(lab):
    """Only what any cycler measures: amounts are integrals."""
    return lab.measured(lab.time_series.select(RAW), name="Bare")["id"]


def test_the_series_comes_back_as_it_went(lab, counted):
    assert lab.table(counted, "time_series").equals(lab.time_series)


def test_the_steps_are_those_of_the_simulation(lab, counted):
    found = lab.table(counted, "steps")
    same = ["Step count", "Cycle count", "Start index", "End index", "Step type"]
    assert found.select(same).equals(lab.steps.select(same))
    close = ["Start time [s]", "End time [s]", "Duration [s]", "Start voltage [V]"]
    close += ["End voltage [V]", "Min voltage [V]", "Max voltage [V]", *AMOUNTS]
    for name in close:
        expected = lab.steps[name].to_list()
        assert found[name].to_list() == pytest.approx(expected, rel=1e-9, abs=1e-9), name


def test_integrals_of_what_was_measured_come_to_what_pybamm_counted(lab, bare):
    found = lab.table(bare, "steps")
    constant = lab.steps["Step type"].str.starts_with("Constant current")
    for name in AMOUNTS[:2]:
        # Constant current is integrated exactly; a decaying one as finely as it was sampled.
        exact = found.filter(constant)[name].to_list()
        assert exact == pytest.approx(lab.steps.filter(constant)[name].to_list(), rel=1e-9)
        assert found[name].to_list() == pytest.approx(lab.steps[name].to_list(), rel=2e-3, abs=1e-9)
    for name in AMOUNTS[2:]:
        assert found[name].to_list() == pytest.approx(lab.steps[name].to_list(), rel=2e-3, abs=1e-9)
    means = lab.steps["Mean current [A]"].to_list()
    assert found["Mean current [A]"].to_list() == pytest.approx(means, rel=2e-3, abs=1e-9)


def test_the_cycles_are_those_of_the_simulation(lab, counted):
    found = lab.get(f"{lab.of(counted)}/cycles").json()["cycles"]
    expected = lab.metrics["Cycles"]
    for name in ["Cycle count", *AMOUNTS, "Coulombic efficiency", "Energy efficiency"]:
        assert found[name] == pytest.approx([each[name] for each in expected], rel=1e-9), name
    assert found["Cycle duration [s]"] == pytest.approx([c["Duration [s]"] for c in expected])


def test_the_charge_is_conserved_from_full_to_full(lab, bare):
    found = lab.get(f"{lab.of(bare)}/cycles").json()["cycles"]
    # From the second cycle on each begins and ends at the same state.
    assert found["Coulombic efficiency"][1:] == pytest.approx([1.0, 1.0], rel=5e-4)
    assert found["Capacity retention"][2] == pytest.approx(found["Capacity retention"][1], rel=1e-6)


def test_extending_the_running_test_comes_to_the_same(lab, counted):
    parts = [lab.time_series.slice(at, 300) for at in range(0, lab.time_series.height, 300)]
    made = lab.measured(parts[0], name="Running")["id"]
    for part in parts[1:]:
        assert lab.settled(lab.extend(made, part))["processing_error"] is None
    for part in ("time_series", "steps"):
        assert lab.table(made, part).equals(lab.table(counted, part))
