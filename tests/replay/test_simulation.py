"""`client.simulation` as the user's own documents show it."""

import polars as pl
import pytest

from ionworks import SimulationResult
from ionworks.errors import IonworksError, NotFoundError

pytestmark = pytest.mark.vcr

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

WITH_INPUTS = """
global:
  initial_soc: input["Initial SOC"]
steps:
  - direction: Discharge
    mode: C-rate
    value: input["C-rate"]
    ends:
      - variable: Voltage [V]
        value: 2.5
"""

UNSOLVABLE = """
global: {initial_soc: 0.5}
steps:
  - Discharge: {mode: Power, value: 100000, duration: 600}
"""

THICKNESS = "Positive electrode thickness [m]"


@pytest.fixture
def submit(client):
    project = client.project.list()[0].id
    models = client.parameterized_model.list_by_project(project, summary=True)
    model = next(model.id for model in models if model.name == "Chen2020 SPM")

    def submit(protocol, method="protocol", **settings):
        config = {
            "parameterized_model": model,
            "protocol_experiment": {"protocol": protocol, "name": "Discharge"},
            "project_id": project,
            **settings,
        }
        return getattr(client.simulation, method)(config)

    return submit


def test_one_run_from_submission_to_frames(client, submit):
    response = submit(DISCHARGE)
    assert response.simulation_id
    assert response.job_id

    record = client.simulation.wait_for_completion(
        response.simulation_id, timeout=120, poll_interval=2, verbose=False
    )
    assert record["status"] == record.status == "completed"
    assert record["error"] is None

    result = client.simulation.get_result(response.simulation_id)
    assert isinstance(result, SimulationResult)
    assert isinstance(result.time_series, pl.DataFrame)
    assert result.time_series["Voltage [V]"][-1] == pytest.approx(2.5, abs=1e-3)
    assert result.steps["Step type"].to_list() == ["Constant current discharge"]
    assert result.metrics


def test_experiment_and_design_parameters(client, submit):
    response = submit(
        WITH_INPUTS,
        experiment_parameters={"Initial SOC": 1.0, "C-rate": 0.5},
        design_parameters={THICKNESS: 75e-6},
    )
    client.simulation.wait_for_completion(response.simulation_id, timeout=120, verbose=False)
    result = client.simulation.get_result(response.simulation_id)
    assert result.time_series["Current [A]"].mean() == pytest.approx(2.5, rel=1e-3)
    assert response.design_parameters == {THICKNESS: 75e-6}


def test_a_sweep_keeps_the_order_of_its_points(client, submit):
    thicknesses = [60e-6, 75e-6, 90e-6]
    row = {"type": "discrete", "name": THICKNESS, "values": thicknesses}
    responses = submit(
        DISCHARGE,
        "protocol_batch",
        design_parameters_doe={"sampling": "grid", "rows": [row]},
    )
    results = client.simulation.wait_for_completion(
        [r.simulation_id for r in responses], timeout=300, verbose=False
    )
    assert [r.design_parameters[THICKNESS] for r in responses] == thicknesses
    assert [record.id for record in results] == [r.simulation_id for r in responses]
    assert {record["status"] for record in results} == {"completed"}


def test_the_same_submission_is_the_same_run(client, submit):
    first = submit(DISCHARGE.replace("value: 1\n", "value: 0.7\n"))
    client.simulation.wait_for_completion(first, timeout=120, verbose=False)
    again = submit(DISCHARGE.replace("value: 1\n", "value: 0.7\n"))
    assert again.simulation_id == first.simulation_id
    assert (first.already_existed, again.already_existed) == (False, True)


def test_a_failed_run_says_where_it_failed_and_keeps_its_rows(client, submit):
    response = submit(UNSOLVABLE)
    with pytest.raises(IonworksError, match="step"):
        client.simulation.wait_for_completion(response.simulation_id, verbose=False)
    record = client.simulation.wait_for_completion(
        response.simulation_id, raise_on_failure=False, verbose=False
    )
    assert record["status"] == "failed"
    assert "step" in record["error"].lower()


def test_list_get_and_delete(client, submit):
    response = submit(DISCHARGE)
    client.simulation.wait_for_completion(response, timeout=120, verbose=False)
    assert response.simulation_id in [simulation["id"] for simulation in client.simulation.list()]
    assert client.simulation.get(response.simulation_id)["status"] == "completed"
    finished = client.simulation.list(state="completed", limit=100)
    assert response.simulation_id in [simulation["id"] for simulation in finished]

    client.simulation.delete(response.simulation_id)
    with pytest.raises(NotFoundError):
        client.simulation.get(response.simulation_id)
