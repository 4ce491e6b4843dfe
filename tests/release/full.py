"""Runs in an environment with every extra: the main job, on the engine of the wheel."""

import json

from ionworks import Ionworks

PROTOCOL = "steps: [{Discharge: {mode: C-rate, value: 1, duration: 600}}]"

with Ionworks.local() as client:
    models = {model.name: model.id for model in client.parameterized_model.list_by_project()}
    run = client.simulation.protocol(
        {
            "parameterized_model": models["Chen2020 SPMe"],
            "protocol_experiment": {"protocol": PROTOCOL, "name": "ten minutes"},
        }
    )
    client.simulation.wait_for_completion(run, verbose=False)
    found = client.simulation.get_result(run.simulation_id)

print(json.dumps(found.metrics["Discharge capacity [A.h]"]))
