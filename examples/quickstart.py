"""Discharge and recharge a cell on this machine: no account, no network."""

from pathlib import Path

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

voltage, *_ = result.plot(variables=["Voltage [V]", "Current [A]"])
plot = Path("out/quickstart.png")
plot.parent.mkdir(exist_ok=True)
voltage.figure.savefig(plot, dpi=120)
print(f"\nPlot: {plot}")
