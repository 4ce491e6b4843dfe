"""How thick should the positive electrode be? One batch, one frame, one plot."""

from pathlib import Path

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
    client.simulation.wait_for_completion(runs)
    results = client.simulation.get_results(runs)

for point, result in zip(results.points, results, strict=True):
    energy = result.metrics["Discharge energy [W.h]"]
    print(f"{1e6 * point[THICKNESS]:.0f} um: {energy:.2f} W.h")
voltage, *_ = results.plot(variables=["Voltage [V]"], x="Capacity [A.h]")
plot = Path("out/sweep.png")
plot.parent.mkdir(exist_ok=True)
voltage.figure.savefig(plot, dpi=120)
print(f"Plot: {plot}")
