"""The documented calls on pipelines, word for word, against the local engine."""

import asyncio

import ionworks_schema as iws
import numpy as np
import polars as pl
import pybamm
import pytest

from ionworks import AsyncIonworks, Ionworks
from ionworks.errors import IonworksError, NotFoundError

DIFFUSIVITY = "Negative particle diffusivity [m2.s-1]"
TRUTH = 5.3e-14


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def client(store):
    with Ionworks.local(store) as client:
        yield client


@pytest.fixture(scope="module")
def measurement_id(client):
    """Return a discharge of PyBaMM's SPM with another diffusivity, uploaded."""
    values = pybamm.lithium_ion.SPM().default_parameter_values
    values[DIFFUSIVITY] = TRUTH
    times = np.arange(0, 3000.0, 30.0)
    simulation = pybamm.Simulation(pybamm.lithium_ion.SPM(), parameter_values=values)
    run = simulation.solve([0, times[-1]], t_interp=times)
    series = pl.DataFrame(
        {
            "Time [s]": run.t,
            "Current [A]": run["Current [A]"].entries,
            "Voltage [V]": run["Voltage [V]"].entries,
            "Step count": np.zeros(run.t.size, dtype=int),
        }
    )
    spec = client.cell_spec.create({"name": "guide"})
    cell = client.cell_instance.create(spec.id, {"name": "1"})
    data = {"measurement": {"name": "May 14"}, "time_series": series}
    return client.cell_measurement.create(cell.id, data).id


def minimal():
    # Known parameters from a datasheet or literature
    known = iws.direct_entries.DirectEntry(
        parameters={"Ambient temperature [K]": 298.15},
        source="datasheet",
    )

    # A simple capacity calculation
    capacity_pos = iws.calculations.ElectrodeCapacity(electrode="positive")
    capacity_neg = iws.calculations.ElectrodeCapacity(electrode="negative")

    # Assemble and submit
    return iws.Pipeline(
        {"known": known, "Q_pos": capacity_pos, "Q_neg": capacity_neg},
        name="Capacity pipeline",
    )


@pytest.mark.parametrize("form", [lambda pipeline: pipeline, lambda pipeline: pipeline.to_config()])
def test_a_minimal_pipeline_names_what_it_lacks_and_returns_what_finished(client, form):
    submission = client.pipeline.create(form(minimal()))
    assert submission.status == "pending"
    with pytest.raises(IonworksError, match=r"Q_pos.*Positive electrode thickness \[m\]"):
        client.pipeline.wait_for_completion(submission.id, verbose=False)
    statuses = [each.status for each in client.pipeline.elements(submission.id)]
    assert statuses == ["completed", "failed", "skipped"]
    result = client.pipeline.result(submission.id)
    assert dict(result.element_results["known"].parameter_values) == {
        "Ambient temperature [K]": 298.15
    }


def test_a_minimal_pipeline_with_its_geometry(client):
    pipeline = iws.Pipeline(
        {
            "Chen2020": iws.direct_entries.DirectEntry(
                parameters=pybamm.ParameterValues("Chen2020"), source="Chen et al. 2020"
            ),
            **minimal().elements,
        },
        name="Capacity pipeline",
    )
    submission = client.pipeline.create(pipeline)
    client.pipeline.wait_for_completion(submission.id, verbose=False)
    result = client.pipeline.result(submission.id)
    found = result.element_results
    assert found["Q_neg"].parameter_values["Negative electrode capacity [A.h]"] == pytest.approx(
        5.8276, abs=1e-4
    )
    assert found["Q_pos"].parameter_values["Positive electrode capacity [A.h]"] == pytest.approx(
        8.7323, abs=1e-4
    )
    values = pybamm.ParameterValues(result.parameter_values)
    given = pybamm.ParameterValues("Chen2020")
    ends = []
    for parameters in (values, given):
        simulation = pybamm.Simulation(pybamm.lithium_ion.SPM(), parameter_values=parameters)
        ends.append(simulation.solve([0, 60])["Voltage [V]"].entries[-1])
    assert ends[0] == pytest.approx(ends[1], abs=1e-5)


def submitted(client, measurement_id):
    pipeline = client.pipeline.create({
        "name": "NMC622 Parameterization",
        "elements": {
            "entry": {
                "element_type": "entry",
                "values": {
                    "model": {"type": "SPM"},
                    "data": f"db:{measurement_id}",
                },
            },
            "data_fit": {
                "element_type": "data_fit",
                "objectives": {"voltage": {"data": "entry.data"}},
                "parameters": {
                    "Negative electrode diffusivity [m2.s-1]": {
                        "bounds": [1e-16, 1e-12],
                        "initial_value": 3.3e-14,
                    }
                },
            },
        },
    })  # fmt: skip
    assert pipeline.status == "pending"
    result = client.pipeline.wait_for_completion(
        pipeline.id,
        timeout=600,        # seconds (default: 600)
        poll_interval=2,    # seconds between polls (default: 2)
        verbose=True,
    )  # fmt: skip
    assert result.status == "completed"
    return client.pipeline.result(pipeline.id)


def test_submitting_a_pipeline(client, measurement_id, capsys):
    with pytest.warns(UserWarning, match="CurrentDriven"):
        pipeline_result = submitted(client, measurement_id)
    assert "data_fit" in capsys.readouterr().out
    found = {}
    for name, element in pipeline_result.element_results.items():
        found[name] = element
        assert repr(element)
    fitted = found["data_fit"].parameter_values["Negative electrode diffusivity [m2.s-1]"]
    assert fitted == pytest.approx(TRUTH, rel=0.01)
    assert any("CurrentDriven" in sentence for sentence in found["data_fit"].assumptions)
    assert set(found["entry"].parameter_values) == set()
    told = client.pipeline.elements(pipeline_result.pipeline_id)[1].progress
    assert told["evaluations"] == found["data_fit"].evaluations
    assert told["inputs"]["Negative electrode diffusivity [m2.s-1]"] == fitted


def test_pybamm_model_support(client):
    pipeline = client.pipeline.create({
        "elements": {
            "entry": {
                "element_type": "entry",
                "values": {
                    "model": pybamm.lithium_ion.SPM(),
                },
            },
        },
    })  # fmt: skip
    assert client.pipeline.wait_for_completion(pipeline.id, verbose=False).status == "completed"


def configuration(measurement_id):
    return {
        "elements": {
            "initial_params": {
                "element_type": "entry",
                "values": {"Negative particle diffusivity [m2.s-1]": 2e-14},
            },
            "fit": {
                "element_type": "data_fit",
                "objectives": {"voltage": {"data": f"db:{measurement_id}"}},
                "parameters": {
                    "Negative particle diffusivity [m2.s-1]": {
                        "bounds": [1e-14, 1e-13],
                        "initial_value": 2e-14,
                    }
                },
                "cost": {"type": "RMSE"},
                "optimizer": {"type": "DifferentialEvolution", "max_iterations": 10},
            },
        }
    }


@pytest.mark.filterwarnings("ignore:.*CurrentDriven")
def test_a_simple_pipeline_from_its_submission_to_its_deletion(client, measurement_id):
    config = configuration(measurement_id)
    sp = client.simple_pipeline.create(
        config,
        name="NMC622 diffusivity fit",
        description="Single-parameter fit on the May 14 dataset",
    )
    assert sp.status == "pending"
    completed = client.simple_pipeline.wait_for_completion(
        sp.id,
        timeout=600,        # seconds (default: 600)
        poll_interval=2,    # seconds between polls (default: 2)
        verbose=True,
        raise_on_failure=True,
    )  # fmt: skip
    found = completed.result["parameter_values"]
    assert found == {DIFFUSIVITY: pytest.approx(TRUTH, rel=0.05)}

    page = client.simple_pipeline.list(limit=25)
    assert sp.id in [each.id for each in page.items]
    assert (page.count, page.total) == (len(page.items), len(page.items))
    assert sp.id not in [
        each.id for each in client.simple_pipeline.list(status="in.(pending,running)")
    ]
    assert len(client.simple_pipeline.list(name="ilike.%DIFFUSIVITY%").items) == 1
    assert not client.simple_pipeline.list(
        created_at_gt="2020-05-08",
        created_at_lt="2020-05-15",
        order_by="created_at",
        order="asc",
    ).items

    renamed = client.simple_pipeline.update(sp.id, name="Renamed", description="notes")
    assert (renamed.name, renamed.description) == ("Renamed", "notes")
    with pytest.raises(ValueError, match="name"):
        client.simple_pipeline.update(sp.id)
    assert client.simple_pipeline.cancel(sp.id).status == "completed"
    client.simple_pipeline.delete(sp.id)
    with pytest.raises(NotFoundError):
        client.simple_pipeline.get(sp.id)


@pytest.mark.filterwarnings("ignore:.*CurrentDriven")
def test_options_are_no_part_of_the_configuration(client, measurement_id):
    config = {**configuration(measurement_id), "options": {"live_progress_updates": True}}
    sp = client.simple_pipeline.create(config, options={"live_progress_updates": False})
    assert dict(sp.options) == {"live_progress_updates": False}
    client.simple_pipeline.cancel(sp.id)
    assert "options" in config


def test_an_unknown_element_type_fails_when_it_is_run(client):
    sp = client.simple_pipeline.create({"elements": {"x": {"element_type": "guess"}}})
    with pytest.raises(IonworksError, match="data_fit"):
        client.simple_pipeline.wait_for_completion(sp.id, verbose=False)


@pytest.mark.filterwarnings("ignore:.*CurrentDriven")
def test_the_asynchronous_client_does_the_same(store, measurement_id):
    async def fit():
        async with AsyncIonworks.local(store) as other:
            submitted = await other.simple_pipeline.create(configuration(measurement_id))
            return await other.simple_pipeline.wait_for_completion(submitted.id, verbose=False)

    found = asyncio.run(fit()).result["parameter_values"]
    assert found == {DIFFUSIVITY: pytest.approx(TRUTH, rel=0.05)}


@pytest.mark.filterwarnings("ignore::ionworks.AssumptionWarning")
def test_a_measurement_is_compared_with_the_model_of_its_cell(client, measurement_id):
    """The specification's newest parameterized model stands in where none is named."""
    cell = client.cell_instance.get(client.cell_measurement.get(measurement_id).cell_instance_id)
    spec = cell.cell_specification_id
    model = client.model.create({"name": "SPM of the guide", "config": pybamm.lithium_ion.SPM()})
    values = pybamm.lithium_ion.SPM().default_parameter_values
    values[DIFFUSIVITY] = TRUTH
    data = {"name": "the truth", "model_id": model.id, "parameters": values}
    stored = client.parameterized_model.create(spec, data)
    assert stored.cell_spec_id == spec
    listed = client.parameterized_model.list_by_cell_specification(spec)
    assert [each.id for each in listed] == [stored.id]
    elements = {
        "validation": {
            "element_type": "validation",
            "objectives": {"voltage": {"data": f"db:{measurement_id}"}},
        }
    }
    pipeline = client.pipeline.create({"elements": elements})
    client.pipeline.wait_for_completion(pipeline.id, verbose=False)
    found = client.pipeline.result(pipeline.id).element_results["validation"]
    assert found.summary_stats["voltage"]["RMSE"] < 1e-5
    renamed = client.parameterized_model.update(spec, stored.id, {"description": "tied"})
    assert renamed.description == "tied"
    with pytest.raises(NotFoundError):
        client.parameterized_model.delete(client.cell_spec.create({"name": "other"}).id, stored.id)
    client.parameterized_model.delete(spec, stored.id)
    assert not client.parameterized_model.list_by_cell_specification(spec)
