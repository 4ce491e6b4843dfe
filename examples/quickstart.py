"""Discharge and recharge a cell on this machine: no account, no network."""

from pathlib import Path

import matplotlib.pyplot as plt

from ionworks import Ionworks

PROTOCOL = """
global: {initial_soc: 1, temperature: 25}
steps:
  - Discharge: {mode: C-rate, value: 1, ends: [Voltage < 2.5]}
  - Rest: {duration: 1800}
  - Charge: {mode: C-rate, value: 0.5, ends: [Voltage > 4.2]}
  - Charge: {mode: Voltage, value: 4.2, ends: [Current < 0.05]}
"""

with Ionworks.local() as client:
    models = {model.name: model for model in client.parameterized_model.list_by_project()}
    run = client.simulation.protocol(
        {
            "parameterized_model": models["Chen2020 SPMe"].id,
            "protocol_experiment": {"protocol": PROTOCOL, "name": "1C and back"},
        }
    )
    client.simulation.wait_for_completion(run.simulation_id)
    result = client.simulation.get_result(run.simulation_id)

print(result.time_series.select("Time [s]", "Voltage [V]", "Current [A]", "Step count", "SOC"))
print(result.steps.select("Step count", "Step type", "Duration [s]", "Ended by"))
for name, value in result.metrics.items():
    print(f"{name}: {value}")

hours = result.time_series["Time [s]"] / 3600
figure, (voltage, current) = plt.subplots(2, sharex=True, layout="constrained")
voltage.plot(hours, result.time_series["Voltage [V]"])
voltage.set_ylabel("Voltage [V]")
current.plot(hours, result.time_series["Current [A]"], color="tab:orange")
current.set(xlabel="Time [h]", ylabel="Current [A]", title="positive current is discharge")
plot = Path("out/quickstart.png")
plot.parent.mkdir(exist_ok=True)
figure.savefig(plot, dpi=120)
print(f"\nPlot: {plot}")
