"""Where the requests of our client differ on purpose from those of the public one, and why.

A call that is not here sends the same. Lines are those of ``canonical.py``.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """What only the public client sends, what only ours sends, and the reason."""

    why: str
    public: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()


PAGING = {"limit", "offset", "skip"}
PAGES_WHY = (
    "Lists ask for their pages by size and start: without a limit ours go on to the last page, "
    "where the public client stops at the size that the server chooses."
)
PAGES = {
    "cell_batch.list all",
    "cell_instance.list all",
    "cell_instance.list batch",
    "cell_instance.list filters",
    "cell_measurement.list all",
    "cell_measurement.list exact",
    "cell_measurement.list filters",
    "cell_measurement.list kind",
    "cell_measurement.list_by_project all",
    "cell_measurement.list_by_project text",
    "cell_measurement.list_tags all",
    "cell_measurement.list_tags page",
    "cell_spec.list all",
    "cell_spec.list cathode",
    "cell_spec.list exact",
    "cell_spec.list filters",
    "cell_spec.list material",
    "cell_spec.list materials",
    "model.list all",
    "model.list exact",
    "parameterized_model.list_by_project default",
    "parameterized_model.list_by_project of a cell",
    "parameterized_model.list_by_project summary",
    "pipeline.list all",
    "pipeline.list filters",
    "pipeline.list page",
    "pipeline.list sorted",
    "project.list all",
    "project.list contains",
    "project.list exact",
    "protocol.find_by_name",
    "protocol.list default",
    "protocol.list heavy",
    "resolve_measurement",
    "simulation.list of a model",
    "simulation.list of a study",
    "simulation.list summary",
    "study.list all",
    "study.list exact",
    "study.list filters",
    "study.list_measurements all",
}

KIND_WHY = (
    "Ours names the kind of a measurement in both requests of an upload, not only in the last."
)
UPLOAD = "POST /cell_instances/<cell>/cell_measurements/initiate-upload"
TABLES_WHY = "Steps come together with the cycles in one answer, without a redirect to a file."
TEN_WHY = "Without a limit ours goes on to the last page, where the public client stops at ten."
WANTED = {
    "cell_measurement.create": Difference(
        KIND_WHY,
        (f'{UPLOAD} {{"measurement": {{"name": "RPT", "notes": "n"}}}}',),
        (
            f'{UPLOAD} {{"measurement": {{"name": "RPT", "notes": "n"}}, '
            '"measurement_type": "time_series"}',
        ),
    ),
    "cell_measurement.create to fit": Difference(
        KIND_WHY,
        (f'{UPLOAD} {{"measurement": {{"name": "to fit"}}}}',),
        (f'{UPLOAD} {{"measurement": {{"name": "to fit"}}, "measurement_type": "time_series"}}',),
    ),
    "cell_measurement.create unwatched": Difference(
        KIND_WHY,
        (f'{UPLOAD} {{"measurement": {{"name": "Running"}}}}',),
        (f'{UPLOAD} {{"measurement": {{"name": "Running"}}, "measurement_type": "time_series"}}',),
    ),
    "cell_measurement.create_or_get": Difference(
        "Ours looks for the name before it sends anything, and compares the rows that are there "
        "with those that are given, to warn where another series has the name.",
        (
            f'{UPLOAD} {{"measurement": {{"name": "RPT", "notes": "n"}}}}',
            "GET /cell_measurements/<measurement>",
        ),
        (
            "GET /cell_instances/<cell>/cell_measurements?limit=200&name=eq.RPT&offset=0",
            "GET /cell_measurements/<measurement>/time_series/download",
            "GET /storage/…",
        ),
    ),
    "cell_measurement.time_series kept": Difference(
        "What the cache keeps belongs to the record's last change: ours asks for the record, so "
        "that a series which has grown is not answered out of the cache.",
        ours=("GET /cell_measurements/<measurement>",),
    ),
    "cell_measurement.time_series kept again": Difference(
        "What the cache keeps belongs to the record's last change: ours asks for the record, so "
        "that a series which has grown is not answered out of the cache.",
        ours=("GET /cell_measurements/<measurement>",),
    ),
    "cell_measurement.time_series rows": Difference(
        "A part of a small file comes with the end of the file, which says what is where; the "
        "public client's reader asks for the end first, and then for the part.",
        ("GET /storage/…",),
    ),
    "cell_measurement.steps": Difference(
        TABLES_WHY,
        ("GET /cell_measurements/<measurement>/steps/download", "GET /storage/…"),
        ("GET /cell_measurements/<measurement>/steps_and_cycles",),
    ),
    "cell_measurement.detail": Difference(
        TABLES_WHY,
        ("GET /cell_measurements/<measurement>/steps/download", "GET /storage/…"),
    ),
    "cell_measurement.detail steps": Difference(
        TABLES_WHY,
        ("GET /cell_measurements/<measurement>/steps/download", "GET /storage/…"),
        ("GET /cell_measurements/<measurement>/steps_and_cycles",),
    ),
    "cell_instance.detail all": Difference(
        "Ours takes the records from the list instead of asking for each again, steps with the "
        "cycles, and a series anew whose record has changed since it was kept.",
        (
            "GET /cell_instances/<cell>/cell_measurements",
            "GET /cell_measurements/<files>",
            "GET /cell_measurements/<measurement>",
            "GET /cell_measurements/<measurement>/steps/download",
            "GET /cell_measurements/<running>",
            "GET /cell_measurements/<running>/steps/download",
            "GET /storage/…",
        ),
        (
            "GET /cell_instances/<cell>/cell_measurements?limit=200&offset=0",
            "GET /cell_measurements/<measurement>/time_series/download",
        ),
    ),
    "cell_instance.detail records": Difference(
        "Ours takes the records from the list instead of asking for each again; files are told "
        "by their names even where no table is wanted.",
        (
            "GET /cell_instances/<cell>/cell_measurements",
            "GET /cell_measurements/<files>",
            "GET /cell_measurements/<measurement>",
            "GET /cell_measurements/<running>",
        ),
        (
            "GET /cell_instances/<cell>/cell_measurements?limit=200&offset=0",
            "GET /cell_measurements/<files>/files",
        ),
    ),
    "simple_pipeline.list status": Difference(
        TEN_WHY,
        (
            "GET /simple_pipelines?limit=10&offset=0&order=desc&order_by=created_at"
            "&project_id=<project>&status=in.(pending,running)",
        ),
        (
            "GET /simple_pipelines?limit=100&offset=0&order=desc&order_by=created_at"
            "&project_id=<project>&status=in.(pending,running)",
        ),
    ),
    "simple_pipeline.list name": Difference(
        TEN_WHY,
        (
            "GET /simple_pipelines?limit=10&name=ilike.%S%&offset=0&order=asc"
            "&order_by=created_at&project_id=<project>",
        ),
        (
            "GET /simple_pipelines?limit=100&name=ilike.%S%&offset=0&order=asc"
            "&order_by=created_at&project_id=<project>",
        ),
    ),
}

OPTIONS_WHY = "No options are no field; the public client sends an empty mapping for a builder."
NO_OPTIONS = {"pipeline.create built", "pipeline.create fit"}
"""Calls in which only the public client sends ``"options": {}``."""

WAITS = {
    "simulation.wait_for_completion": Difference(
        "Ours asks for the status in one request for all, and for the records once they ended.",
        ("GET /simulations/<simulation>",),
        ("POST /simulations/statuses", "GET /simulations/<simulation>"),
    ),
    "simulation.wait_for_completion some": Difference(
        "Ours asks for the status in one request for all, and for the records once they ended.",
        ("GET /simulations/<simulation 0>", "GET /simulations/<simulation 1>"),
        (
            "POST /simulations/statuses",
            "GET /simulations/<simulation 0>",
            "GET /simulations/<simulation 1>",
        ),
    ),
    **{
        f"pipeline.wait_for_completion {name}".strip(): Difference(
            "Ours says which element runs or failed; between, it looks at the list, which is "
            "lighter than the record with its configuration.",
            (f"GET /pipelines/<{name or 'pipeline'}>",),
            (
                f"GET /pipelines/<{name or 'pipeline'}>",
                f"GET /pipelines/<{name or 'pipeline'}>/elements",
            ),
        )
        for name in ("", "built", "fit")
    },
}
"""How often a wait looks, and at what, depends on time: paths are compared, not their number."""
SOMETIMES = ("GET /jobs/", "GET /pipelines")
"""Looks that a wait has only while something runs."""

BY_HAND = {
    "delete a study",
    "get",
    "patch",
    "post",
    "post_multipart",
    "redirect_url",
    "request",
    "request_raw",
    "upload_multipart",
}
"""Requests made by hand: the methods of ours say what they do, and it has none for these."""

OURS_ALONE = {"project.create_or_get": "The public client has it for everything but projects."}
