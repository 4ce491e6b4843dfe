"""The whole engine with real workers: what comes out is what PyBaMM says, and stays."""

import io
import math

import numpy as np
import polars as pl
import pytest
from conftest import app_client

CHEN = "system-chen2020-spm"
THICKNESS = "Positive electrode thickness [m]"
DISCHARGE = """
global:
  initial_soc: 1
  temperature: 25
steps:
  - direction: Discharge
    mode: C-rate
    value: 1
    ends:
      - variable: Voltage [V]
        value: 2.5
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with app_client(tmp_path_factory.mktemp("store"), executor=None, workers=2) as client:
        yield client


def accepted(answer):
    assert answer.status_code == 201, answer.text
    return answer.json()


def series_of(client, run):
    content = client.get(f"/simulations/{run['id']}/time_series/download").content
    return pl.read_parquet(io.BytesIO(content))


def steps_of(client, run):
    content = client.get(f"/simulations/{run['id']}/steps/download").content
    return pl.read_parquet(io.BytesIO(content))


@pytest.fixture(scope="module")
def discharge(client):
    [run] = client.wait(accepted(client.submit(client.template(DISCHARGE, "1C"))))
    assert run["status"] == "completed", run["error"]
    return run


def test_a_discharge_agrees_with_pybamm_run_by_hand(client, discharge):
    import pybamm

    simulation = pybamm.Simulation(
        pybamm.lithium_ion.SPM(), parameter_values=pybamm.ParameterValues("Chen2020"), C_rate=1
    )
    by_hand = simulation.solve([0, 4000], initial_soc=1)
    series = series_of(client, discharge)
    time, voltage = series["Time [s]"].to_numpy(), series["Voltage [V]"].to_numpy()
    assert time[-1] == pytest.approx(by_hand.t[-1], rel=1e-3)
    inside = time <= by_hand.t[-1]
    expected = by_hand["Voltage [V]"](time[inside])
    assert np.abs(voltage[inside] - expected)[1:].max() < 1e-3
    assert voltage[-1] == pytest.approx(2.5, abs=2.5e-3)
    capacity = np.trapezoid(series["Current [A]"].to_numpy(), time) / 3600
    assert discharge["metrics"]["Discharge capacity [A.h]"] == pytest.approx(capacity, rel=1e-4)


def test_steps_join_the_series(client, discharge):
    series, steps = series_of(client, discharge), steps_of(client, discharge)
    assert series.schema["Step count"] == steps.schema["Step count"]
    assert series.join(steps, on="Step count").height == series.height


def test_a_design_gives_each_point_its_own_result(client):
    design = {
        "sampling": "grid",
        "rows": [{"type": "discrete", "name": THICKNESS, "values": [8e-5, 6e-5, 7e-5]}],
    }
    batch = accepted(client.submit(client.template(DISCHARGE), design_parameters_doe=design))
    runs = client.wait(batch)
    assert [run["status"] for run in runs] == ["completed"] * 3
    capacity = [run["metrics"]["Discharge capacity [A.h]"] for run in runs]
    assert capacity[1] < capacity[2] < capacity[0]


def test_extra_variables_come_with_the_series(client):
    asked = ["X-averaged cell temperature [K]"]
    batch = accepted(client.submit(client.template(DISCHARGE), extra_variables=asked))
    series = series_of(client, client.wait(batch)[0])
    assert series[asked[0]][0] == pytest.approx(298.15)


def test_a_quick_model_gives_about_its_capacity(client):
    model = {"quick_model": {"capacity": 3.0, "chemistry": "LFP/Graphite", "resistance_pct": 1}}
    text = """
global: {initial_soc: 1}
steps: [{Discharge: {mode: C-rate, value: 0.05, ends: [SOC < 0.01]}}]
"""
    [run] = client.wait(accepted(client.submit(client.template(text), model=model)))
    assert run["status"] == "completed", run["error"]
    assert run["metrics"]["Discharge capacity [A.h]"] == pytest.approx(0.99 * 3.0, rel=0.02)


def test_own_values_are_used(client):
    path = f"/parameterized_models/{CHEN}/parameter-values"
    values = client.get(path).json()
    assert values["Nominal cell capacity [A.h]"] == 5.0
    body = {"name": "Half", "model_id": "system-spm"}
    body["parameters"] = {**values, "Electrode width [m]": values["Electrode width [m]"] / 2}
    made = client.post("/parameterized_models", json=body)
    assert made.status_code == 201, made.text
    [run] = client.wait(
        accepted(client.submit(client.template(DISCHARGE), model=made.json()["id"]))
    )
    [whole] = client.wait(accepted(client.submit(client.template(DISCHARGE))))
    assert run["status"] == "completed", run["error"]
    ratio = run["metrics"]["Duration [s]"] / whole["metrics"]["Duration [s]"]
    assert 0.3 < ratio < 0.5


def problems(answer):
    assert answer.status_code == 422, answer.text
    return {each["path"]: each["message"] for each in answer.json()["detail"]["errors"]}


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"type": "SPN"}, "did you mean 'SPM'"),
        ({"type": "SPM", "options": {"thermal": "lumpy"}}, "lumpy"),
        ({"type": "SPM", "module": "os"}, "unknown model module"),
        ({"type": "custom"}, "custom"),
    ],
)
def test_models_that_pybamm_does_not_have_are_refused(client, config, words):
    found = problems(client.post("/models", json={"name": "M", "config": config}))
    assert words in found["config"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"Nominal cell capacity [A.h]": {"$type": "os.system"}}, "os.system"),
        (
            {"Nominal cell capacity [A.h]": {"$type": "builtins.float", "value": "NaN"}},
            "NaN",
        ),
        ({"Electrode width [m]": 1.0}, "Nominal cell capacity [A.h]"),
    ],
)
def test_values_that_make_no_cell_are_refused(client, values, words):
    body = {"name": "Bad", "model_id": "system-spm", "parameters": values}
    found = problems(client.post("/parameterized_models", json=body))
    assert words in found["parameters"]


def test_an_unknown_chemistry_is_refused(client):
    model = {"quick_model": {"capacity": 1, "chemistry": "NMC/Graphit"}}
    found = problems(client.submit(client.template(DISCHARGE), model=model))
    [(path, message)] = found.items()
    assert path == "parameterized_model.quick_model.chemistry"
    assert "'NMC/Graphit'; known are NMC/Graphite, LFP/Graphite" in message


def test_a_run_that_breaks_off_keeps_its_beginning(client):
    text = """
global: {initial_soc: 0.5}
steps:
  - Rest: {duration: 600}
  - Charge: {mode: Current, value: 1000, ends: [Capacity > 50]}
"""
    [run] = client.wait(accepted(client.submit(client.template(text))))
    assert run["status"] == "failed"
    assert run["storage_folder"] is None
    assert "steps[1]" in run["error"]
    assert run["error_code"] in {"SOLVER_ERROR", "EXECUTION_TIMEOUT"}
    assert steps_of(client, run)["Step type"][0] == "Rest"
    assert series_of(client, run)["Time [s]"].max() >= 600


def test_columns_for_older_clients_are_plain_numbers(client, discharge):
    columns = client.get(f"/simulations/{discharge['id']}/result").json()
    voltage = columns["time_series"]["Voltage [V]"]
    assert all(isinstance(value, float) and math.isfinite(value) for value in voltage)
    assert {len(column) for column in columns["time_series"].values()} == {len(voltage)}


def test_every_model_of_pybamm_is_listed(client):
    found = client.get("/discovery/pybamm_models").json()
    assert {"SPM", "SPMe", "DFN"} <= set(found["pybamm_models"]["lithium_ion"])
    assert "lumped" in found["options"]["thermal"]
    assert found["pybamm_version"].startswith("26.10")
