"""A model and parameters of one's own: PyBaMM objects go in as they are."""

import pybamm

from ionworks import Ionworks

PROTOCOL = """
global: {initial_soc: 1, temperature: 10}
steps:
  - Discharge: {mode: Power, value: 12, ends: [Voltage < 2.7]}
"""

model = pybamm.lithium_ion.DFN({"thermal": "lumped"})
values = pybamm.ParameterValues("Chen2020")
values["Total heat transfer coefficient [W.m-2.K-1]"] = 5.0

with Ionworks.local() as client:
    stored = client.model.create({"name": "Lumped thermal DFN", "config": model})
    cell = client.parameterized_model.create(
        None, {"name": "LG M50, poorly cooled", "model_id": stored.id, "parameters": values}
    )
    run = client.simulation.protocol(
        {
            "parameterized_model": cell.id,
            "protocol_experiment": {"protocol": PROTOCOL, "name": "12 W in the cold"},
            "extra_variables": ["Total heating [W]"],
        }
    )
    client.simulation.wait_for_completion(run, timeout=120)
    result = client.simulation.get_result(run.simulation_id)

print(
    result.time_series.select("Time [s]", "Voltage [V]", "Temperature [degC]", "Total heating [W]")
)
