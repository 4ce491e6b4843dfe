"""How thick should the positive electrode be? One batch, one frame, one plot."""

from pathlib import Path

import matplotlib.pyplot as plt

from ionworks import Ionworks, doe

THICKNESS = "Positive electrode thickness [m]"
DESIGN = {
    "sampling": "grid",
    "rows": [{"type": "range", "name": THICKNESS, "min": 50e-6, "max": 100e-6, "count": 6}],
}
PROTOCOL = """
global: {initial_soc: 1, temperature: 25}
steps:
  - Discharge: {mode: Current, value: 5, ends: [Voltage < 2.5]}
"""

print(doe.preview(DESIGN))

with Ionworks.local() as client:
    models = {model.name: model.id for model in client.parameterized_model.list_by_project()}
    runs = client.simulation.protocol_batch(
        {
            "parameterized_model": models["Chen2020 SPMe"],
            "protocol_experiment": {"protocol": PROTOCOL, "name": "5 A discharge"},
            "design_parameters_doe": DESIGN,
        }
    )
    records = client.simulation.wait_for_completion(runs)
    results = [client.simulation.get_result(run.simulation_id) for run in runs]

axes = plt.figure(layout="constrained").add_subplot(
    xlabel="Capacity [A.h]", ylabel="Voltage [V]", title="5 A discharge"
)
for run, record, result in zip(runs, records, results, strict=True):
    micrometres = run.design_parameters[THICKNESS] * 1e6
    print(f"{micrometres:.0f} um: {record.metrics['Discharge energy [W.h]']:.2f} W.h")
    series = result.time_series
    axes.plot(series["Capacity [A.h]"], series["Voltage [V]"], label=f"{micrometres:.0f} um")
axes.legend(title="Positive electrode")
plot = Path("out/sweep.png")
plot.parent.mkdir(exist_ok=True)
axes.figure.savefig(plot, dpi=120)
print(f"Plot: {plot}")
