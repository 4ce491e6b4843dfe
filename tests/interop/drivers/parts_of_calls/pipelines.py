"""Pipelines of elements, and simple ones."""

import ionworks_schema as iws
import pybamm

from parts_of_calls.data import settle

NAME = "Negative particle diffusivity [m2.s-1]"


def run(call, project, cell, series):
    """Submit, wait, read, change and remove."""
    known = iws.direct_entries.DirectEntry(
        parameters={"Ambient temperature [K]": 298.15}, source="datasheet"
    )
    built = iws.Pipeline({"known": known}, name="built", description="d")
    made = call("pipeline.create", built, note="built")
    call.know("built", made.id)
    elements = {"known": {"element_type": "entry", "values": {"Ambient temperature [K]": 298.15}}}
    options = {"live_progress_updates": False}
    written = call("pipeline.create", {"elements": elements, "name": "w"}, options=options)
    pipeline = call.know("pipeline", written.id)
    quiet = {"timeout": 60, "poll_interval": 0.2, "verbose": False}
    call("pipeline.wait_for_completion", made.id, note="built", **quiet)
    call("pipeline.wait_for_completion", pipeline, **quiet)
    call("pipeline.get", pipeline)
    call("pipeline.result", pipeline)
    call("pipeline.list", note="all")
    call("pipeline.list", project, 3, note="page")
    if call.has("pipeline.update"):
        newer(call, pipeline)
    simple(call, project, elements)
    return fit(call, cell, series)


def fit(call, cell, series):
    """Fit to a simulated discharge, and read what the job leaves."""
    columns = ["Time [s]", "Current [A]", "Voltage [V]", "Step count"]
    detail = {"measurement": {"name": "to fit"}, "time_series": series.select(columns)}
    stored = call("cell_measurement.create", cell, detail, note="to fit")
    measured = call.know("to fit", getattr(stored, "id", None) or stored.measurement.id)
    settle(call, measured)
    known = iws.direct_entries.DirectEntry(
        parameters=pybamm.ParameterValues("Chen2020"), source="Chen"
    )
    driven = iws.objectives.CurrentDriven(f"db:{measured}", options={"model": "SPMe"})
    wanted = iws.Parameter(NAME, initial_value=3e-14, bounds=(1e-15, 1e-12))
    search = iws.DataFit(
        objectives={"1C": driven},
        parameters={NAME: wanted},
        cost=iws.costs.SSE(),
        optimizer=iws.optimizers.ScipyLeastSquares(),
    )
    made = call("pipeline.create", iws.Pipeline({"known": known, "fit": search}), note="fit")
    call.know("fit", made.id)
    quiet = {"timeout": 60, "poll_interval": 0.2, "verbose": False}
    call("pipeline.wait_for_completion", made.id, note="fit", **quiet)
    result = call("pipeline.result", made.id, note="fit")
    elements = {each["name"]: each for each in call.plainly(f"pipelines/{made.id}/elements")}
    job = call.know("job of the fit", elements["fit"]["job_id"])
    call("job.get_metadata", job)
    call("pipeline.get_element_metadata", made.id, "fit")
    call("job.get_parameter_trace", job)
    call("job.get_posterior_samples", job)
    if call.has("job.get_series"):
        call("job.get_series_channels", job)
        call("job.get_series", job, "1C")
        window = {"columns": ["Voltage [V] (model)"], "max_points": 10, "x_min": 5.0, "x_max": 50.0}
        call("job.get_series", job, "1C", note="window", x_column="Time [s]", **window)
        call("job.get_plot_data", job, "1C", 0, 100)
        call("pipeline.get_element_series_channels", made.id, "fit")
        call("pipeline.get_element_series", made.id, "fit", "1C", max_points=10)
    return result.element_results["fit"]["parameter_values"][NAME]


def newer(call, pipeline):
    """What old clients have no methods for."""
    call("pipeline.list", note="filters", name="eq.w", status="in.(completed,failed)")
    sorting = {"offset": 0, "order_by": "created_at", "order": "asc"}
    call("pipeline.list", note="sorted", created_at_gt="2020-01-01", **sorting)
    call("pipeline.update", pipeline, name="renamed", description="changed")
    call("pipeline.cancel", pipeline)
    call("pipeline.delete", pipeline)


def simple(call, project, elements):
    """The pipelines of one element."""
    config = {"elements": elements, "options": {"live_progress_updates": True}}
    made = call("simple_pipeline.create", config, name="s", description="d")
    pipeline = call.know("simple", made.id)
    named = call("simple_pipeline.create", {"elements": elements}, project, note="project")
    call.know("named", named.id)
    quiet = {"timeout": 60, "poll_interval": 0.2, "verbose": False}
    call("simple_pipeline.wait_for_completion", pipeline, **quiet)
    call("simple_pipeline.get", pipeline)
    call("simple_pipeline.list", note="page", limit=25)
    call("simple_pipeline.list", note="status", status="in.(pending,running)")
    sorting = {"order_by": "created_at", "order": "asc"}
    call("simple_pipeline.list", note="name", name="ilike.%S%", **sorting)
    call("simple_pipeline.update", pipeline, name="Renamed", description="notes")
    call("simple_pipeline.cancel", pipeline)
    call("simple_pipeline.delete", pipeline)
