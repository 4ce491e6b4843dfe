"""Simulations, their jobs, and studies."""

PROTOCOL = """
global: {temperature: 25}
steps:
  - Discharge: {mode: C-rate, value: 'input["C-rate"]', duration: 1200}
"""
THICKNESS = "Positive electrode thickness [m]"
VALUES = [70e-6, 80e-6]


def run(call, model, measurement):
    """Run one and some, look at them, gather them in a study."""
    told = {"name": "Sweep", "description": "d"}
    study = call.know("study", call("study.create", told).id)
    experiment = {"protocol": PROTOCOL, "name": "1C"}
    common = {"parameterized_model": model, "protocol_experiment": experiment}
    common = {**common, "experiment_parameters": {"C-rate": 1.0}}
    single = {**common, "study_id": study, "design_parameters": {THICKNESS: 75.6e-6}}
    run = call("simulation.protocol", single)
    simulation = call.know("simulation", run.simulation_id)
    job = call.know("job", run.job_id)
    doe = {"sampling": "grid", "rows": [{"type": "discrete", "name": THICKNESS, "values": VALUES}]}
    many = call("simulation.protocol_batch", {**common, "design_parameters_doe": doe})
    for n, each in enumerate(many):
        call.know(f"simulation {n}", each.simulation_id)
        call.know(f"job {n}", each.job_id)
    ids = [each.simulation_id for each in many]
    quiet = {"timeout": 60, "poll_interval": 0.2, "verbose": False}
    call("simulation.wait_for_completion", simulation, **quiet)
    call("simulation.wait_for_completion", ids, note="some", **quiet)
    call("simulation.get", simulation)
    result = call("simulation.get_result", simulation)
    call("simulation.list", model, note="of a model")
    call("simulation.list", study_id=study, note="of a study")
    if call.has("simulation.get_statuses"):
        newer(call, model, ids)
    call("job.get", job)
    call("job.list")
    call("job.cancel", job)
    studies(call, study, simulation, measurement)
    return result.time_series


def newer(call, model, ids):
    """What old clients have no methods for."""
    call("simulation.get_statuses", ids)
    call("simulation.list", model, note="page", limit=2, offset=1)
    call("simulation.list", model, note="summary", state="completed", summary=True)
    call("simulation.delete", ids[0])


def studies(call, study, simulation, measurement):
    """Gather, read and let go."""
    call("study.get", study)
    call("study.list", note="all")
    call("study.list", note="filters", name="Sw", order_by="name", order="desc", limit=3)
    call("study.list", note="exact", name_exact="Sweep")
    call("study.update", study, {"name": "Sweep v2"})
    call("study.assign_simulation", study, simulation)
    call("study.assign_measurement", study, measurement)
    call("study.list_measurements", study, note="all")
    call("study.list_measurements", study, note="page", limit=1, offset=0)
    call("study.remove_measurement", study, measurement)
    call("study.remove_simulation", study, simulation)
    call("study.delete", study)
