"""A server on a Dask cluster: simulations, uploads and fits come to what they come to here."""

import time

import numpy as np
import polars as pl
import pytest
from clusters import cluster_of
from conftest import EXAMPLE, app_client
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.jobs.dask_executor import DaskExecutor
from ionworks_engine.pipelines.values import write_values
from measured import Lab
from test_server_cli import serving

from ionworks import Ionworks

NAME = "Negative particle diffusivity [m2.s-1]"
TRUTH = 5e-15
ENDED = {"completed", "failed", "canceled"}


@pytest.fixture(scope="module")
def address():
    with cluster_of(2) as cluster:
        yield cluster.scheduler_address


def test_serve_runs_simulations_on_the_cluster(address, tmp_path):
    place = address.replace("tcp://", "dask://")
    with serving(tmp_path / "data", "--executor", place) as (_, http):
        project = http.get("/projects").json()["items"][0]["id"]
        with Ionworks("any", str(http.base_url), project_id=project) as client:
            models = {model.name: model for model in client.parameterized_model.list_by_project()}
            run = client.simulation.protocol(
                {
                    "parameterized_model": models["Chen2020 SPM"].id,
                    "protocol_experiment": {"protocol": EXAMPLE, "name": "1C"},
                }
            )
            client.simulation.wait_for_completion(run.simulation_id, verbose=False)
            result = client.simulation.get_result(run.simulation_id)
    assert result.metrics["Discharge capacity [A.h]"] == pytest.approx(5, rel=0.05)
    assert not list((tmp_path / "data").glob(".seen-by-*"))


def discharge():
    """Return a discharge with a diffusivity that is to be found."""
    values = pybamm.ParameterValues("Chen2020")
    values[NAME] = TRUTH
    times = np.linspace(0, 1800, 30)
    simulation = pybamm.Simulation(pybamm.lithium_ion.SPM(), parameter_values=values)
    run = simulation.solve([0, 1800], t_interp=times)
    columns = ("Time [s]", "Current [A]", "Voltage [V]")
    return pl.DataFrame({name: run[name](times) for name in columns} | {"Step count": [0] * 30})


def entry():
    known = {
        name: value
        for name, value in pybamm.ParameterValues("Chen2020").items()
        if name != "citations"
    }
    return {"element_type": "entry", "values": write_values(known)}


def fit_to(measurement):
    settings = {"type": "DifferentialEvolution", "population_size": 8, "max_iterations": 12}
    return {
        "element_type": "data_fit",
        "objectives": {"v": {"data": f"db:{measurement}", "options": {"model": "SPM"}}},
        "parameters": {NAME: {"bounds": [1e-15, 2e-14], "initial_value": 2e-15}},
        "cost": {"type": "SSE"},
        "optimizer": settings,
        "options": {"seed": 1},
    }


def test_uploads_and_fits_find_their_files_where_no_folder_is_shared(address, tmp_path):
    measured = discharge()
    with Lab(app_client(tmp_path, executor=lambda: DaskExecutor(address))) as lab:
        found = lab.measured(measured, name="1C")
        table = lab.table(found["id"], "time_series")
        assert table["Voltage [V]"].to_list() == measured["Voltage [V]"].to_list()
        elements = {"known": entry(), "fit": fit_to(found["id"])}
        pipeline = lab.post("/pipelines", json={"project_id": lab.project, "elements": elements})
        assert pipeline.status_code == 201, pipeline.text
        path = f"/pipelines/{pipeline.json()['id']}"
        give_up = time.monotonic() + 60
        while (told := lab.get(path).json())["status"] not in ENDED:
            assert time.monotonic() < give_up, "waited in vain"
            time.sleep(0.05)
        assert told["status"] == "completed", told
        fitted = lab.get(f"{path}/result").json()["element_results"]["fit"]["parameter_values"]
    assert fitted[NAME] == pytest.approx(TRUTH, rel=0.05)
