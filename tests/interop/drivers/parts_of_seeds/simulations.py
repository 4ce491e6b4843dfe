"""The page about running simulations."""

from parts_of_seeds import refusal

SINGLE = """
global:
  initial_soc: 1
  temperature: 25
steps:
  - direction: Discharge
    mode: C-rate
    value: 1
    ends:
      - variable: Voltage [V]
        value: 2.5
"""
PARAMETERIZED = """
global:
  initial_soc: input["Initial SOC"]
steps:
  - direction: Discharge
    mode: C-rate
    value: input["C-rate"]
    ends:
      - variable: Voltage [V]
        value: 2.5
"""
THICKNESS = "Positive electrode thickness [m]"
DOE = {
    "sampling": "grid",
    "rows": [{"type": "discrete", "name": THICKNESS, "values": [50e-6, 75e-6, 100e-6]}],
}
ROWS = {
    "range": {"type": "range", "name": THICKNESS, "min": 50e-6, "max": 100e-6, "count": 3},
    "normal": {"type": "normal", "name": THICKNESS, "mean": 75e-6, "std": 5e-6, "count": 3},
}


def run(client, model):
    """Run one, with parameters, and some; wait; read the results."""
    experiment = {"protocol": SINGLE, "name": "1C Discharge"}
    single = {"parameterized_model": model, "protocol_experiment": experiment}
    response = client.simulation.protocol(single)
    client.simulation.wait_for_completion(
        response.simulation_id,
        timeout=120,
        poll_interval=2,
        verbose=True,
    )
    parameterized = client.simulation.protocol(
        {
            "parameterized_model": model,
            "protocol_experiment": {
                "protocol": PARAMETERIZED,
                "name": "Parameterized Discharge",
            },
            "experiment_parameters": {"Initial SOC": 1.0, "C-rate": 0.5},
            "design_parameters": {THICKNESS: 75e-6},
        }
    )
    client.simulation.wait_for_completion(parameterized.simulation_id, raise_on_failure=False)
    responses = client.simulation.protocol_batch({**single, "design_parameters_doe": DOE})
    results = client.simulation.wait_for_completion([r.simulation_id for r in responses], 300)
    result = client.simulation.get_result(response.simulation_id)
    ts = result.time_series.to_pandas()
    return {
        "id": response.simulation_id,
        "job": bool(response.job_id),
        "batch": len({each["id"] for each in results}),
        "designs": designs(client, single),
        "got": client.simulation.get(response.simulation_id)["id"] == response.simulation_id,
        "columns": {"Time [s]", "Voltage [V]", "Current [A]"} <= set(ts.columns),
        "last": float(ts["Voltage [V]"].iloc[-1]),
        "hours": float(ts["Time [s]"].iloc[-1]) / 3600,
        "slower": last_time(client, parameterized),
        "steps": list(result.steps["Step type"]),
        "metrics": bool(result.metrics),
        "all": refusal(client.simulation.list),
        "both": refusal(
            client.simulation.protocol,
            {**single, "design_parameters": {THICKNESS: 75e-6}, "design_parameters_doe": DOE},
        ),
        "many": refusal(client.simulation.protocol, {**single, "design_parameters_doe": DOE}),
    }


def last_time(client, response):
    """Return how long a discharge took, in hours."""
    series = client.simulation.get_result(response.simulation_id).time_series
    return series["Time [s]"][-1] / 3600


def designs(client, single):
    """Count the simulations of every other kind of row and of sampling."""
    counts = {}
    for kind, row in ROWS.items():
        for sampling in ("grid", "random", "latin_hypercube"):
            doe = {"sampling": sampling, "rows": [row], "count": 3}
            if sampling == "grid":
                doe.pop("count")
            made = client.simulation.protocol_batch({**single, "design_parameters_doe": doe})
            counts[f"{kind} {sampling}"] = len({each.simulation_id for each in made})
    return counts
