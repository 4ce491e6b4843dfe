"""A simulation from submission to result, through the public client as it comes."""

import json
import sys

from ionworks import Ionworks

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
client = Ionworks("any-key", url, project_id=project)
submitted = client.simulation.protocol(
    {
        "parameterized_model": model,
        "protocol_experiment": {"protocol": PROTOCOL, "name": "1C discharge"},
        "experiment_parameters": {"C-rate": 1.0},
        "design_parameters": {"Positive electrode thickness [m]": 75.6e-6},
    }
)
record = client.simulation.wait_for_completion(submitted.simulation_id)
result = client.simulation.get_result(submitted.simulation_id)
series, steps = result.time_series, result.steps
print(
    json.dumps(
        {
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
)
