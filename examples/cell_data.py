"""A cell's data: stored, checked, cut into steps and cycles, and plotted.

The data is simulated here; a cycler's own file goes in by ``cell_measurement.create_from_file``.
"""

from pathlib import Path

from ionworks import Ionworks

AGEING = """
global: {initial_soc: 0, temperature: 25}
steps:
  - Cycles:
      repeat: 3
      steps:
        - Charge: {mode: C-rate, value: 0.5, ends: [Voltage > 4.2]}
        - Charge: {mode: Voltage, value: 4.2, ends: [Current < 0.1]}
        - Rest: {duration: 900}
        - Discharge: {mode: C-rate, value: 1, ends: [Voltage < 2.8]}
        - Rest: {duration: 900}
"""
MEASURED = ["Time [s]", "Step count", "Cycle count", "Current [A]", "Voltage [V]"]

with Ionworks.local() as client:
    run = client.simulation.protocol(
        {
            "parameterized_model": {"quick_model": {"capacity": 5, "chemistry": "NMC/Graphite"}},
            "protocol_experiment": {"protocol": AGEING, "name": "three cycles"},
        }
    )
    client.simulation.wait_for_completion(run)
    series = client.simulation.get_result(run.simulation_id).time_series

    specification = client.cell_spec.create_or_get(
        {
            "name": "LG M50",
            "form_factor": "21700",
            "ratings": {"capacity": {"value": 5, "unit": "A.h"}},
            "cathode": {"material": {"name": "NMC811"}},
            "anode": {"material": {"name": "Graphite-SiOx"}},
        }
    )
    cell = client.cell_instance.create_or_get(
        specification.id, {"name": "LGM50-001", "batch": "BATCH-2026-001"}
    )
    client.cell_measurement.create_or_get(
        cell.id,
        {
            "measurement": {"name": "three cycles", "tags": ["ageing", "25 degC"]},
            "time_series": series.select(MEASURED),
        },
    )

    detail = client.cell_instance.detail(cell.id)
    measurement = detail.measurements[0]
    print(f"{detail.instance.name} of {detail.instance.batch}: {measurement.name}")
    print(measurement.steps.select("Step count", "Step type", "Duration [s]", "End voltage [V]"))
    print(
        measurement.cycles.select("Cycle count", "Discharge capacity [A.h]", "Coulombic efficiency")
    )

    axes = detail.plot()
    picture = Path("out/cell_data.png")
    picture.parent.mkdir(exist_ok=True)
    axes[0].figure.savefig(picture, dpi=150)
    print(f"Plot: {picture}")
