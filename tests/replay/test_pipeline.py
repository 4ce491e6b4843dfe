"""`client.pipeline`, `client.simple_pipeline` and what their jobs tell."""

import pytest

from ionworks import Ionworks
from ionworks.errors import IonworksError, NotFoundError

pytestmark = pytest.mark.vcr

GEOMETRY = {
    "Positive electrode thickness [m]": 7.56e-05,
    "Positive electrode active material volume fraction": 0.665,
    "Maximum concentration in positive electrode [mol.m-3]": 63104.0,
    "Electrode height [m]": 0.065,
    "Electrode width [m]": 1.58,
    "Number of electrodes connected in parallel to make a cell": 1.0,
}
CAPACITY = "Positive electrode capacity [A.h]"
CALCULATION = {"element_type": "calculation", "type": "ElectrodeCapacity", "electrode": "positive"}


@pytest.fixture
def client(server, now):
    url, key = server
    with Ionworks(key, url) as plain:
        project = plain.project.create({"name": f"Pipelines {now}"})
        with Ionworks(key, url, project_id=project.id) as client:
            yield client
        plain.project.delete(project.id)


def test_a_pipeline_from_its_submission_to_its_deletion(client):
    config = {
        "name": "Capacity",
        "elements": {"geometry": {"element_type": "entry", "values": GEOMETRY}, "Q": CALCULATION},
    }
    pipeline = client.pipeline.create(config)
    assert pipeline.status == "pending"
    done = client.pipeline.wait_for_completion(pipeline.id, poll_interval=0.2, verbose=False)
    assert done.status == "completed"
    elements = client.pipeline.elements(pipeline.id)
    assert [(each.name, each.status) for each in elements] == [
        ("geometry", "completed"),
        ("Q", "completed"),
    ]
    result = client.pipeline.result(pipeline.id)
    # c_max eps L A F / 3600, with the Faraday constant by hand
    closed = 63104.0 * 0.665 * 7.56e-05 * 0.065 * 1.58 * 96485.33212 / 3600
    assert result.element_results["Q"].parameter_values[CAPACITY] == pytest.approx(closed)
    assert result.parameter_values[CAPACITY] == pytest.approx(closed)
    assert [each.id for each in client.pipeline.list(status="completed")] == [pipeline.id]
    assert client.pipeline.update(pipeline.id, description="by hand").description == "by hand"
    assert client.pipeline.cancel(pipeline.id).status == "completed"
    assert list(client.pipeline.get(pipeline.id).config["elements"]) == ["geometry", "Q"]
    client.pipeline.delete(pipeline.id)
    with pytest.raises(NotFoundError):
        client.pipeline.get(pipeline.id)


def test_a_pipeline_that_lacks_something(client):
    pipeline = client.pipeline.create({"elements": {"Q": CALCULATION}})
    with pytest.raises(IonworksError, match="Positive electrode thickness"):
        client.pipeline.wait_for_completion(pipeline.id, poll_interval=0.2, verbose=False)
    assert client.pipeline.result(pipeline.id).element_results == {}


def test_a_simple_pipeline_with_a_fit(client):
    soc = [0.1 * k for k in range(11)]
    config = {
        "elements": {
            "fit": {
                "element_type": "data_fit",
                "objectives": {
                    "discharge": {
                        "type": "CurrentDriven",
                        "options": {"model": {"type": "SPM"}},
                        "data": {
                            "Time [s]": [60.0 * k for k in range(11)],
                            "Current [A]": [0.5] * 11,
                            "Voltage [V]": [3.77 - 0.02 * x for x in soc],
                        },
                    }
                },
                "parameters": {
                    "Negative particle diffusivity [m2.s-1]": {
                        "bounds": [1e-14, 1e-13],
                        "initial_value": 4e-14,
                    }
                },
                "optimizer": {"type": "GridSearch", "npts": 3},
            }
        }
    }
    simple = client.simple_pipeline.create(config, name="grid")
    with pytest.warns(UserWarning, match="Marquis2019|default"):
        done = client.simple_pipeline.wait_for_completion(
            simple.id, poll_interval=0.2, verbose=False
        )
    assert set(done.result["parameter_values"]) == {"Negative particle diffusivity [m2.s-1]"}
    channels = client.job.get_series_channels(done.job_id)
    assert "Voltage [V] (model)" in channels["discharge"]["optimal"]
    series = client.job.get_series(done.job_id, "discharge", columns=["Time [s]"], x_max=120)
    assert series == {"Time [s]": [0.0, 60.0, 120.0]}
    assert client.job.get_metadata(done.job_id)["intermediate_results"]
    plot = client.job.get_plot_data(done.job_id, "discharge")
    assert {trace.name.split()[0] for trace in plot.traces} >= {"Data", "Model"}
    assert [each.id for each in client.simple_pipeline.list(name="grid")] == [simple.id]
    client.simple_pipeline.delete(simple.id)
