"""The pages about pipelines."""

import tempfile
from pathlib import Path

import ionworks_schema as iws
import numpy as np
import pandas as pd
import pybamm

from parts_of_seeds import refusal, until_ready

DIFFUSIVITY = "Negative particle diffusivity [m2.s-1]"
NAMED = "Negative electrode diffusivity [m2.s-1]"
TRUTH = 5.3e-14
TYPED = {"type": "CurrentDriven", "options": {"model": "SPM"}}
"""What newer clients want of every objective before they send it."""


def measured(client):
    """Upload a discharge of PyBaMM's SPM with another diffusivity; return its id and rows."""
    values = pybamm.lithium_ion.SPM().default_parameter_values
    values[DIFFUSIVITY] = TRUTH
    times = np.arange(0, 3000.0, 30.0)
    simulation = pybamm.Simulation(pybamm.lithium_ion.SPM(), parameter_values=values)
    run = simulation.solve([0, times[-1]], t_interp=times)
    names = "Current [A]", "Voltage [V]"
    columns = {"Time [s]": run.t, **{name: run[name].entries for name in names}}
    data = pd.DataFrame(columns).assign(**{"Step count": 0})
    cell = client.cell_instance.create(client.cell_spec.create({"name": "fits"}).id, {"name": "1"})
    detail = {"measurement": {"name": "May 14"}, "time_series": data}
    stored = client.cell_measurement.create(cell.id, detail)
    name = getattr(stored, "id", None) or stored.measurement.id
    return until_ready(client, name), data


def minimal():
    """Return the guide's minimal pipeline."""
    known = iws.direct_entries.DirectEntry(
        parameters={"Ambient temperature [K]": 298.15},
        source="datasheet",
    )
    capacity_pos = iws.calculations.ElectrodeCapacity(electrode="positive")
    capacity_neg = iws.calculations.ElectrodeCapacity(electrode="negative")
    return iws.Pipeline(
        {"known": known, "Q_pos": capacity_pos, "Q_neg": capacity_neg},
        name="Capacity pipeline",
    )


def run(client, measurement):
    """Submit each pipeline of the guides and read its result."""
    submission = client.pipeline.create(minimal())
    lacks = refusal(client.pipeline.wait_for_completion, submission.id)
    partial = client.pipeline.result(submission.id).element_results
    untyped = refusal(client.pipeline.create, parameterization(measurement))
    typed = {**TYPED, "data": f"db:{measurement}"} if untyped else {}
    pipeline = client.pipeline.create(parameterization(measurement, **typed))
    result = client.pipeline.wait_for_completion(
        pipeline.id,
        timeout=600,
        poll_interval=2,
        verbose=True,
    )
    elements = dict(client.pipeline.result(pipeline.id).element_results.items())
    model = {"element_type": "entry", "values": {"model": pybamm.lithium_ion.SPM()}}
    direct = refusal(client.pipeline.create, {"elements": {"entry": model}, "name": "direct"})
    return {
        "created": [submission.status, pipeline.status],
        "untyped": untyped,
        "lacks": lacks["message"],
        "partial": partial["known"]["parameter_values"],
        "status": result.status,
        "fitted": elements["data_fit"]["parameter_values"][NAMED],
        "direct": direct,
        "listed": client.pipeline.get(pipeline.id).id == pipeline.id,
        "page": len(client.pipeline.list()),
    }


def parameterization(measurement, **objective):
    """Return the guide's raw configuration, with what newer clients want of an objective."""
    return {
        "name": "NMC622 Parameterization",
        "elements": {
            "entry": {
                "element_type": "entry",
                "values": {"model": {"type": "SPM"}, "data": f"db:{measurement}"},
            },
            "data_fit": {
                "element_type": "data_fit",
                "objectives": {"voltage": {"data": "entry.data", **objective}},
                "parameters": {NAMED: {"bounds": [1e-16, 1e-12], "initial_value": 3.3e-14}},
            },
        },
    }


def from_files(client, data):
    """Fit to the same data out of a file and out of a folder."""
    fitted = {}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        data.to_csv(place / "data.csv", index=False)
        (place / "data_dir").mkdir()
        data.to_parquet(place / "data_dir/time_series.parquet")
        steps = pd.DataFrame({"Step count": [0], "Start index": [0], "End index": [len(data) - 1]})
        steps.to_parquet(place / "data_dir/steps.parquet")
        for scheme, name in (("file", "data.csv"), ("folder", "data_dir/")):
            made = client.pipeline.create({"elements": elements(f"{scheme}:{place / name}")})
            client.pipeline.wait_for_completion(made.id, poll_interval=1, verbose=False)
            found = client.pipeline.result(made.id).element_results
            fitted[scheme] = found["fit"]["parameter_values"][DIFFUSIVITY]
    rows = {"Time [s]": range(1001), "Voltage [V]": [3.7] * 1001, "Current [A]": [1.0] * 1001}
    long = elements(pd.DataFrame(rows))
    return {"fitted": fitted, "inline": refusal(client.pipeline.create, {"elements": long})}


def elements(data):
    """Return a fit to ``data``."""
    return {
        "model": {"element_type": "entry", "values": {"model": {"type": "SPM"}}},
        "fit": {
            "element_type": "data_fit",
            "objectives": {"voltage": {"data": data, **TYPED}},
            "parameters": {DIFFUSIVITY: {"bounds": [1e-14, 1e-13], "initial_value": 2e-14}},
        },
    }
