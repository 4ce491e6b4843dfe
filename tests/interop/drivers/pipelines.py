"""Pipelines through the public client as it comes, built by hand and with ionworks-schema."""

import json
import sys
import time
import warnings
from pathlib import Path

import ionworks_schema as iws
import numpy as np
import pandas as pd
import pybamm

from ionworks import Ionworks, IonworksError

sys.path.insert(0, str(Path(__file__).parent))
from watching import report, watched

warnings.simplefilter("ignore")
url, project = sys.argv[1:3]
client = watched(Ionworks("any-key", url, project_id=project))
seen = {}
NAME = "Negative particle diffusivity [m2.s-1]"
TRUTH = 4.4e-14


def refused(call, *arguments, **keywords):
    try:
        call(*arguments, **keywords)
    except IonworksError as error:
        return {"status": error.status_code, "message": str(error)}
    except ValueError as error:
        return {"status": None, "message": str(error)}
    return None


values = pybamm.ParameterValues("Chen2020")
values[NAME] = TRUTH
times = np.arange(0, 3000, 30.0)
simulation = pybamm.Simulation(pybamm.lithium_ion.SPM(), parameter_values=values)
run = simulation.solve([0, times[-1]], t_interp=times)
frame = pd.DataFrame(
    {
        "Time [s]": run.t,
        "Current [A]": run["Current [A]"].entries,
        "Voltage [V]": run["Voltage [V]"].entries,
    }
)
spec = client.cell_spec.create({"name": f"for pipelines {project}"})
cell = client.cell_instance.create(spec.id, {"name": "1"})
series = frame.assign(**{"Step count": 0})
stored = client.cell_measurement.create(
    cell.id, {"measurement": {"name": "discharge"}, "time_series": series}
)
uploaded = getattr(stored, "id", None) or stored.measurement.id
# Old clients never wait.
while not hasattr(client.cell_measurement, "extend") and (
    client.get(f"/cell_measurements/{uploaded}")["processing_status"] != "ready"
):
    time.sleep(0.05)

parameter = iws.Parameter(NAME, initial_value=3e-14, bounds=(1e-15, 1e-12))
known = iws.direct_entries.DirectEntry(parameters=pybamm.ParameterValues("Chen2020"), source="Chen")


def driven(data):
    return iws.objectives.CurrentDriven(data, options={"model": "SPM"})


pipeline = client.pipeline.create(
    iws.Pipeline(
        {
            "z known": known,
            "a capacity": iws.calculations.ElectrodeCapacity(electrode="negative"),
            "m fit": iws.DataFit(
                objectives={"1C": driven(frame), "stored": driven(f"db:{uploaded}")},
                parameters={NAME: parameter},
                cost=iws.costs.SSE(),
                optimizer=iws.optimizers.ScipyLeastSquares(),
            ),
            "b validation": iws.Validation(
                objectives={"1C": driven(frame)}, summary_stats=[iws.costs.RMSE()]
            ),
        },
        name=f"typed {project}",
    )
)
done = client.pipeline.wait_for_completion(pipeline.id, verbose=False)
result = client.pipeline.result(pipeline.id)
found = result.element_results
seen["raw"] = {
    "created": pipeline.status,
    "status": done.status,
    "order": list(found),
    "capacity": found["a capacity"]["parameter_values"]["Negative electrode capacity [A.h]"],
    "fitted": found["m fit"]["parameter_values"][NAME],
    "rmse": found["b validation"]["summary_stats"]["1C"]["RMSE"],
}
if hasattr(result, "element"):
    fit = result.element("m fit")
    overlay = fit.overlay
    seen["typed"] = {
        "fitted": fit.parameter_values[NAME],
        "cost": fit.cost,
        "classes": {name: type(each).__name__ for name, each in result.results.items()},
        "series": sorted(fit.series["stored"]["optimal"]),
        "rows": len(fit.series["1C"]["optimal"]["Time [s]"]),
        "overlay": {name: len(each["plots"]) for name, each in overlay.items()},
        "trace": sorted(fit.trace[0])[:2],
        "posterior": fit.posterior,
    }
    seen["rest"] = {
        "channels": client.pipeline.get_element_series_channels(pipeline.id, "m fit"),
        "part": client.pipeline.get_element_series(
            pipeline.id, "m fit", "1C", columns=["Voltage [V] (model)"], max_points=10
        ),
        "metadata": sorted(client.pipeline.get_element_metadata(pipeline.id, "m fit")),
        "listed": [each.id for each in client.pipeline.list(name=f"eq.typed {project}")]
        == [pipeline.id],
        "running": len(client.pipeline.list(status="in.(pending,running)")),
        "page": client.pipeline.list(limit=1, offset=0, order_by="name", order="asc").total,
        "renamed": client.pipeline.update(pipeline.id, description="d").description,
        "canceled": client.pipeline.cancel(pipeline.id).status,
    }
broken = client.pipeline.create(
    iws.Pipeline({"Q_pos": iws.calculations.ElectrodeCapacity(electrode="positive")}, name="lacks")
)
seen["lacks"] = refused(client.pipeline.wait_for_completion, broken.id, verbose=False)
again = client.pipeline.create(
    {
        "elements": {
            "all": {"element_type": "entry", "pipeline_id": pipeline.id, "keep": [NAME]},
        }
    }
)
client.pipeline.wait_for_completion(again.id, verbose=False)
seen["kept"] = client.pipeline.result(again.id).element_results["all"]["parameter_values"][NAME]

if hasattr(result, "element"):
    model = client.model.create({"name": "SPM", "config": {"type": "SPM"}, "project_id": project})
    tied = client.parameterized_model.create(
        spec.id, {"name": "tied", "model_id": model.id, "parameters": values}
    )
    page = client.parameterized_model.list_by_cell_specification(spec.id)
    seen["tied"] = [each.id for each in page] == [tied.id]
    elements = {
        "v": {"element_type": "validation", "objectives": {"1C": {"data": f"db:{uploaded}"}}}
    }
    followed = client.simple_pipeline.create({"elements": elements}, name="of its cell")
    answer = client.simple_pipeline.wait_for_completion(followed.id, verbose=False)
    seen["of_its_cell"] = answer.result["summary_stats"]["1C"]["RMSE"]

config = {
    "elements": {
        "known": known.to_config(),
        "fit": {
            "element_type": "data_fit",
            "objectives": {"voltage": {"data": f"db:{uploaded}", "options": {"model": "SPM"}}},
            "parameters": {NAME: {"bounds": [1e-14, 1e-13], "initial_value": 2e-14}},
            "cost": {"type": "RMSE"},
            "optimizer": {"type": "ScipyMinimize", "method": "Nelder-Mead"},
        },
    },
    "options": {"live_progress_updates": False},
}
simple = client.simple_pipeline.create(config, name=f"simple {project}")
ended = client.simple_pipeline.wait_for_completion(simple.id, verbose=False)
seen["simple"] = {
    "created": simple.status,
    "status": ended.status,
    "fitted": ended.result["parameter_values"][NAME],
    "listed": [each.id for each in client.simple_pipeline.list(name="ilike.%SIMPLE%").items],
    "id": simple.id,
    "page": client.simple_pipeline.list(limit=1, name=f"simple {project}").total,
    "renamed": client.simple_pipeline.update(simple.id, name="Renamed").name,
    "canceled": client.simple_pipeline.cancel(simple.id).status,
}
odd = client.simple_pipeline.create({"elements": {"x": {"element_type": "guess"}}})
seen["unknown"] = refused(client.simple_pipeline.wait_for_completion, odd.id, verbose=False)
turned = json.loads(json.dumps(config))
turned["elements"]["fit"]["parameters"][NAME]["bounds"] = [1e-13, 1e-14]
seen["turned"] = refused(client.simple_pipeline.create, turned)
client.simple_pipeline.delete(simple.id)
seen["gone"] = [refused(client.simple_pipeline.get, simple.id)["status"]]
if hasattr(client.pipeline, "delete"):
    client.pipeline.delete(pipeline.id)
    seen["gone"].append(refused(client.pipeline.get, pipeline.id)["status"])
report(seen)
