"""A simulation from submission to result, through the public client as it comes."""

import sys
import uuid
from pathlib import Path

from ionworks import Ionworks

sys.path.insert(0, str(Path(__file__).parent))
from watching import report, watched

PROTOCOL = """
global:
  initial_soc: 1
  temperature: 25
steps:
  - direction: Discharge
    mode: C-rate
    value: input["C-rate"]
    ends:
      - variable: Voltage [V]
        value: 2.5
"""

url, model, project = sys.argv[1:4]
client = watched(Ionworks("any-key", url, project_id=project))
study = client.study.create({"name": f"Discharge {uuid.uuid4()}"}, project_id=project)
submitted = client.simulation.protocol(
    {
        "study_id": study.id,
        "parameterized_model": model,
        "protocol_experiment": {"protocol": PROTOCOL, "name": "1C discharge"},
        "experiment_parameters": {"C-rate": 1.0},
        "design_parameters": {"Positive electrode thickness [m]": 75.6e-6},
    }
)
record = client.simulation.wait_for_completion(submitted.simulation_id)
result = client.simulation.get_result(submitted.simulation_id)
series, steps = result.time_series, result.steps


def of_the_study():
    return [each["id"] for each in client.get(f"/simulations?study_id={study.id}")["simulations"]]


submitted_to = of_the_study()
client.study.remove_simulation(study.id, submitted.simulation_id)
removed = of_the_study()
mapping = client.study.assign_simulation(study.id, submitted.simulation_id)
again = client.study.assign_simulation(study.id, submitted.simulation_id)
counted = next(each for each in client.study.list() if each.id == study.id)
assigned = of_the_study()
client.study.delete(study.id)
report(
    {
        "study": {
            "submitted": submitted_to,
            "removed": removed,
            "assigned": assigned,
            "count": counted.simulation_count,
            "same": mapping == again and mapping["simulation_id"] == submitted.simulation_id,
            "simulation_stays": client.simulation.get(submitted.simulation_id)["id"],
        },
        "simulation_id": submitted.simulation_id,
        "job_id": submitted.job_id,
        "record_id": record["id"],
        "finished": bool(record["storage_folder"]),
        "columns": list(series.columns),
        "last_voltage": series["Voltage [V]"][-1],
        "capacity": series["Discharge capacity [A.h]"][-1],
        "mean_current": series["Current [A]"].mean(),
        "step_types": list(steps["Step type"]),
        "metrics": result.metrics,
    }
)
