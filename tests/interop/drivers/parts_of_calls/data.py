"""Measurements, their tags and files, and raw data."""

import tempfile
from pathlib import Path

import polars as pl

SERIES = pl.DataFrame(
    {
        "Time [s]": [0.0, 1800.0, 3600.0, 3600.0, 5400.0, 7200.0],
        "Step count": [0, 0, 0, 1, 1, 1],
        "Current [A]": [1.0, 1.0, 1.0, -1.0, -1.0, -1.0],
        "Voltage [V]": [4.1, 3.7, 3.2, 3.4, 3.8, 4.15],
    }
)
TOLD = {
    "name": "RPT",
    "notes": "n",
    "protocol": {"name": "C/1"},
    "start_time": "2024-05-01T08:00:00+00:00",
    "test_setup": {"cycler": "Maccor", "channel_number": 3},
}


def run(call, project, cell):
    """Upload, read and find; return the id of a measurement."""
    detail = {"measurement": TOLD, "time_series": SERIES}
    made = call("cell_measurement.create", cell, detail)
    measurement = call.know("measurement", getattr(made, "id", None) or made.measurement.id)
    settle(call, measurement)
    call("cell_measurement.create_or_get", cell, detail)
    call("cell_measurement.get", measurement)
    call("cell_measurement.update", measurement, {"notes": "changed"})
    read(call, measurement)
    lists(call, cell)
    files(call, cell)
    raw(call, project, measurement)
    call("cell_measurement.watch", measurement)
    call("cell_measurement.unwatch", measurement)
    if call.has("cell_measurement.add_tags"):
        grown(call, cell)
        tags(call, project, measurement)
    if call.has("resolve_measurement"):
        call("resolve_measurement", "NCM622/Gr 21700", "001", "RPT")
    call("cell_instance.detail", cell, note="all")
    call("cell_instance.detail", cell, False, False, False, note="records")
    return measurement


def settle(call, measurement):
    """Wait until it is stored, as old clients do not."""
    while call("cell_measurement.get", measurement, note="until it is ready").processing_status in {
        "pending",
        "running",
    }:
        pass


def read(call, measurement):
    """Read it whole and in parts; again from the cache."""
    call("cell_measurement.time_series", measurement, note="kept")
    call("cell_measurement.time_series", measurement, note="kept again")
    call("cell_measurement.time_series", measurement, note="fresh", use_cache=False)
    call("cell_measurement.steps", measurement, use_cache=False)
    call("cell_measurement.cycles", measurement, use_cache=False)
    call("cell_measurement.steps_and_cycles", measurement, use_cache=False)
    call("cell_measurement.detail", measurement, use_cache=False)
    only = {"use_cache": False, "include_time_series": False, "include_cycles": False}
    call("cell_measurement.detail", measurement, note="steps", **only)
    if call.has("cell_measurement.extend"):
        rows = {"use_cache": False, "row_range": (1, 4)}
        call("cell_measurement.time_series", measurement, note="rows", **rows)


def lists(call, cell):
    """Find it by every filter."""
    call("cell_measurement.list", cell, note="all")
    call("cell_measurement.list", cell, 2, 0, note="page", order_by="start_time", order="asc")
    call("cell_measurement.list", cell, note="kind", measurement_type="time_series")
    called = {"name": "rp", "started_after": "2024-01-01", "started_before": "2025-01-01"}
    call("cell_measurement.list", cell, note="filters", **called)
    call("cell_measurement.list", cell, note="exact", name_exact="RPT")


def files(call, cell):
    """Keep files and values."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("a.png", "b.txt")]
        paths[0].write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(16))
        paths[1].write_text("b")
        names = [str(path) for path in paths]
        made = call("cell_measurement.create_file", cell, "Teardown", names, notes="n")
    kept = call.know("files", getattr(made, "id", None) or made.measurement.id)
    call("cell_measurement.list_files", kept)
    call("cell_measurement.get_file", kept, "b.txt")
    call("cell_measurement.download_files", kept, use_cache=False)
    call("cell_measurement.download_files", kept, False, ["a.png"], note="one")
    mass = {"mass": {"value": 68.4, "unit": "g"}}
    made = call("cell_measurement.create_properties", cell, "Weighing", mass, notes="n")
    call.know("values", made.id)
    call("cell_measurement.delete", made.id)


def raw(call, project, measurement):
    """Keep raw data, and tie them to a measurement."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        path.write_text("t,V\n0,4.2\n")
        told = {"source": "maccor", "metadata": {"channel": 3}}
        kept = call("raw_data.upload", project, path, **told)
    call.know("raw", kept.id)
    call("raw_data.get", kept.id)
    call("raw_data.list", project, note="all")
    call("raw_data.list", project, 5, 1, note="page")
    call("raw_data.update", kept.id, name="Export", metadata={"channel": 4})
    call("cell_measurement.attach_raw_data", measurement, [kept.id])
    call("cell_measurement.list_raw_data", measurement)
    call("raw_data.list_measurements", kept.id)
    call("cell_measurement.detach_raw_data", measurement, kept.id)
    call("raw_data.download_url", kept.id)
    call("raw_data.download", kept.id, use_cache=False)
    call("raw_data.delete", kept.id)


def grown(call, cell):
    """Let a running test grow."""
    detail = {"measurement": {"name": "Running"}, "time_series": SERIES}
    running = call(
        "cell_measurement.create", cell, detail, note="unwatched", wait_for_processing=False
    )
    call.know("running", running.id)
    call("cell_measurement.wait_for_processing", [running.id])
    more = SERIES.with_columns(pl.col("Time [s]") + 7200.0, pl.col("Step count") + 2)
    call("cell_measurement.extend", running.id, more, wait_for_processing=False)
    call("cell_measurement.wait_for_processing", running.id, note="one")


def tags(call, project, measurement):
    """Tag, find by tags, and untag."""
    call("cell_measurement.add_tags", [measurement], ["RPT", "fast"])
    call("cell_measurement.add_tags", measurement, ["one"], note="one")
    call("cell_measurement.list_tags", project, note="all")
    call("cell_measurement.list_tags", project, note="page", q="rp", limit=5)
    call("cell_measurement.list_by_project", project, note="all")
    found = {"tags_all": ["RPT", "fast"], "order_by": "name", "order": "asc"}
    call("cell_measurement.list_by_project", project, 5, 0, note="tags", **found)
    call("cell_measurement.list_by_project", project, note="text", q="rpt", tags_any=["x", "fast"])
    call("cell_measurement.remove_tags", [measurement], ["one"])
