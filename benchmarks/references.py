"""The references: the same work written by hand in PyBaMM, built and solved anew for each point."""

import os

os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"

import pybamm

DISCHARGE = "Discharge at 1C until 2.5 V"
CCCV = (
    DISCHARGE,
    "Rest for 10 minutes",
    "Charge at 1C until 4.2 V",
    "Hold at 4.2 V until C/50",
    "Rest for 10 minutes",
)


def simulate(instructions: tuple[str, ...], design: dict[str, float]) -> None:
    """Build and solve an SPMe with Chen2020 by Experiment, and read voltage and current."""
    values = pybamm.ParameterValues("Chen2020")
    values.update(design)
    experiment = pybamm.Experiment([instructions], period="60 seconds")
    simulation = pybamm.Simulation(
        pybamm.lithium_ion.SPMe(), parameter_values=values, experiment=experiment
    )
    solution = simulation.solve(initial_soc=1)
    _ = solution["Voltage [V]"].entries, solution["Current [A]"].entries


def discharge_without_experiment() -> None:
    """Build and solve one 1C discharge the shortest way that PyBaMM has."""
    simulation = pybamm.Simulation(
        pybamm.lithium_ion.SPMe(), parameter_values=pybamm.ParameterValues("Chen2020")
    )
    solution = simulation.solve([0, 3600], initial_soc=1)
    _ = solution["Voltage [V]"].entries, solution["Current [A]"].entries
