"""Measurements and raw data, through the public client as it comes; argument 2 is a cell's id."""

import logging
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

import ionworks
from ionworks import Ionworks, IonworksError

sys.path.insert(0, str(Path(__file__).parent))
from watching import report, watched

url, project, spec_id = sys.argv[1:4]
FOLDER = Path(tempfile.mkdtemp())
ionworks.set_cache_directory(FOLDER / "cache")
ionworks.set_dataframe_backend("polars")
client = watched(Ionworks("any-key", url, project_id=project))
cell = client.cell_instance.create(spec_id, {"name": "measured"})
# Old clients never wait; new ones look every two seconds.
UNWATCHED = {"wait_for_processing": False} if hasattr(client.cell_measurement, "extend") else {}
seen = {}
PARTS = []


class Parts(logging.Handler):
    """Notes the S3 operations that boto3 says it sends."""

    def emit(self, record):
        if str(record.msg).startswith("Making request for"):
            PARTS.append(record.args[0].name)


logging.getLogger("botocore.endpoint").addHandler(Parts())
logging.getLogger("botocore.endpoint").setLevel(logging.DEBUG)


def refused(call, *arguments, **keywords):
    try:
        call(*arguments, **keywords)
    except (IonworksError, ValueError, TypeError, FileNotFoundError) as error:
        return {
            "kind": type(error).__name__,
            "status": getattr(error, "status_code", None),
            "message": str(error),
        }
    return None


def ready(measurement_id):
    """Wait as old clients do not."""
    while (row := client.cell_measurement.get(measurement_id)).processing_status not in {
        "ready",
        "failed",
    }:
        time.sleep(0.1)
    return row


def series(rows_per_step=101, first_step=0, start=0.0, noise=0.0):
    """1 A out for an hour, ten minutes of rest, 1 A in for an hour: a charge of 1 A.h each way."""
    frames = []
    seconds = start
    for step, (current, duration) in enumerate([(1.0, 3600.0), (0.0, 600.0), (-1.0, 3600.0)]):
        t = np.linspace(0.0, duration, rows_per_step)
        moved = current * t / 3600.0
        soc = {0: 1.0 - moved, 1: 0.0 * t, 2: -moved}[step]
        frames.append(
            pl.DataFrame(
                {
                    "Time [s]": seconds + t,
                    "Voltage [V]": 3.0 + 1.2 * soc - 0.05 * current,
                    "Current [A]": np.full(rows_per_step, current),
                    "Step count": np.full(rows_per_step, first_step + step),
                    "Discharge capacity [A.h]": np.clip(moved, 0.0, None),
                    "Charge capacity [A.h]": np.clip(-moved, 0.0, None),
                    "Chamber": 25.0 + noise * np.random.default_rng(step).random(rows_per_step),
                }
            )
        )
        seconds += duration
    return pl.concat(frames)


def summary(frame):
    frame = pl.from_pandas(frame) if isinstance(frame, pd.DataFrame) else frame
    return {
        "columns": frame.columns,
        "rows": frame.height,
        "time": frame["Time [s]"].sum(),
        "voltage": frame["Voltage [V]"].sum(),
        "current": frame["Current [A]"].sum(),
    }


whole = series()
seen["sent"] = summary(whole)
made = client.cell_measurement.create(
    cell.id,
    {
        "measurement": {
            "name": "Formation",
            "notes": "noisy",
            "start_time": "2024-05-01T10:00:00+02:00",
            "end_time": "2024-05-01T12:10:00+02:00",
            "protocol": {"name": "C/1 cycle", "definition": {"rate": 1}},
            "test_setup": {"cycler": "Maccor", "channel_number": 3},
        },
        "time_series": whole,
    },
)
row = ready(made.id)
seen["made"] = {
    "steps_created": made.steps_created,
    "status": row.processing_status,
    "start": row.start_time,
    "end": row.end_time,
    "protocol": row.protocol,
    "setup": row.test_setup,
    "notes": row.notes,
}
steps = client.cell_measurement.steps(made.id)
cycles = client.cell_measurement.cycles(made.id)
both = client.cell_measurement.steps_and_cycles(made.id)
seen["steps"] = {
    "types": list(steps["Step type"]),
    "durations": list(steps["Duration [s]"]),
    "discharge": list(steps["Discharge capacity [A.h]"]),
    "charge": list(steps["Charge capacity [A.h]"]),
    "starts": list(steps["Start time [s]"]),
    "mean_current": list(steps["Mean current [A]"]),
}
seen["cycles"] = {
    "count": cycles.height,
    "discharge": list(cycles["Discharge capacity [A.h]"]),
    "charge": list(cycles["Charge capacity [A.h]"]),
    "efficiency": list(cycles["Coulombic efficiency"]),
}
seen["both"] = {
    "steps": list(both.steps["Step type"]) == seen["steps"]["types"],
    "cycles": list(both.cycles["Discharge capacity [A.h]"]) == seen["cycles"]["discharge"],
}
back = client.cell_measurement.time_series(made.id, use_cache=False)
seen["back"] = summary(back)
seen["equal"] = whole.equals(back.select(whole.columns))
detail = client.cell_measurement.detail(made.id, use_cache=False)
seen["detail"] = {
    "series": summary(detail.time_series),
    "steps": list(detail.steps["Step type"]),
    "cycles": detail.cycles.height,
    "instance": detail.instance_id == cell.id,
    "specification": detail.specification_id == spec_id,
}
if hasattr(client.cell_measurement, "extend"):
    window = client.cell_measurement.time_series(made.id, use_cache=False, row_range=(95, 105))
    seen["window"] = window.equals(back.slice(95, 10))

pandas = client.cell_measurement.create(
    cell.id,
    {
        "measurement": {"name": "With steps"},
        "time_series": whole.to_pandas(),
        "steps": steps.to_pandas(),
    },
    **UNWATCHED,
)
status = ready(pandas.id)
ionworks.set_dataframe_backend("pandas")
own = client.cell_measurement.steps(pandas.id)
seen["pandas"] = {
    "status": status.processing_status,
    "error": status.processing_error,
    "steps": list(own["Step type"]),
    "kind": type(own).__name__,
    "back": summary(client.cell_measurement.time_series(pandas.id)),
}
ionworks.set_dataframe_backend("polars")
columns = {"Step count": [0, 0, 0], "Voltage [V]": [4.2, 3.7, 3.0], "SOC": [1.0, 0.5, 0.0]}
curve = client.cell_measurement.create(
    cell.id,
    {"measurement": {"name": "OCV", "data_type": "ocp"}, "time_series": columns},
    **UNWATCHED,
)
seen["ocp"] = {
    "status": ready(curve.id).processing_status,
    "back": client.cell_measurement.time_series(curve.id).to_dict(as_series=False),
}
spectrum = {
    "Frequency [Hz]": [1000.0, 100.0, 10.0, 1.0],
    "Z_Re [Ohm]": [0.010, 0.012, 0.018, 0.020],
    "Z_Im [Ohm]": [-0.001, -0.004, -0.005, -0.002],
    "Step count": [0, 0, 0, 0],
}
impedance = client.cell_measurement.create(
    cell.id,
    {"measurement": {"name": "EIS", "data_type": "eis"}, "time_series": spectrum},
    **UNWATCHED,
)
seen["eis"] = {
    "status": ready(impedance.id).processing_status,
    "error": client.cell_measurement.get(impedance.id).processing_error,
    "back": client.cell_measurement.time_series(impedance.id)["Z_Im [Ohm]"].to_list(),
    "types": list(client.cell_measurement.steps(impedance.id)["Step type"]),
}

again = client.cell_measurement.create_or_get(
    cell.id, {"measurement": {"name": "Formation"}, "time_series": whole}
)
seen["again"] = again.id == made.id
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    seen["refused"] = {
        "name": refused(
            client.cell_measurement.create,
            cell.id,
            {"measurement": {"name": "Formation"}, "time_series": whole},
        ),
        "sign": refused(
            client.cell_measurement.create,
            cell.id,
            {
                "measurement": {"name": "x"},
                "time_series": whole.with_columns(-pl.col("Current [A]")),
            },
        ),
        "frame": refused(
            client.cell_measurement.create,
            cell.id,
            {"measurement": {"name": "x"}, "time_series": [1, 2]},
        ),
        "field": refused(
            client.cell_measurement.create,
            cell.id,
            {"measurement": {"name": "x", "colour": "red"}, "time_series": whole},
        ),
        "backwards": refused(
            client.cell_measurement.create,
            cell.id,
            {
                "measurement": {"name": "x", "start_time": "2024-05-02", "end_time": "2024-05-01"},
                "time_series": whole,
            },
        ),
        "channel": refused(
            client.cell_measurement.create,
            cell.id,
            {
                "measurement": {"name": "x", "channel_id": "c", "start_time": "2024-05-02"},
                "time_series": whole,
            },
        ),
        "absent": refused(client.cell_measurement.get, "no-such-measurement"),
    }

# What the public client lets through, the engine still refuses.
hidden = whole.drop("Voltage [V]")
try:
    bad = client.cell_measurement.create(
        cell.id, {"measurement": {"name": "No voltage"}, "time_series": hidden}
    )
    seen["failed"] = {"reason": ready(bad.id).processing_error, "raised": None}
except IonworksError as error:
    seen["failed"] = {"reason": str(error), "raised": type(error).__name__}
failed = client.cell_measurement.list(cell.id, name_exact="No voltage")
seen["failed"]["status"] = [each.processing_status for each in failed]
mended = client.cell_measurement.create(
    cell.id, {"measurement": {"name": "No voltage"}, "time_series": whole}, **UNWATCHED
)
seen["mended"] = ready(mended.id).processing_status

if hasattr(client.cell_measurement, "extend"):
    running = client.cell_measurement.create(
        cell.id,
        {"measurement": {"name": "Running", "start_time": "2024-05-03"}, "time_series": whole},
    )
    more = series(first_step=3, start=7800.0)
    extended = client.cell_measurement.extend(running.id, more)
    joined = client.cell_measurement.time_series(running.id, use_cache=False)
    seen["extended"] = {
        "status": extended.processing_status,
        "equal": pl.concat([whole, more]).equals(joined.select(whole.columns)),
        "steps": client.cell_measurement.steps(running.id, use_cache=False).height,
        "overlap": refused(client.cell_measurement.extend, running.id, more),
        "still": client.cell_measurement.time_series(running.id, use_cache=False).height,
        "ended": client.cell_measurement.update(running.id, {"end_time": "2024-05-04"}).end_time,
        "after_the_end": refused(client.cell_measurement.extend, running.id, more),
        "empty": refused(client.cell_measurement.extend, running.id, more.clear()),
    }

large = series(rows_per_step=400_000, noise=1.0)
PARTS.clear()
big = client.cell_measurement.create(
    cell.id, {"measurement": {"name": "Large"}, "time_series": large}, **UNWATCHED
)
status = ready(big.id)
got = client.cell_measurement.time_series(big.id, use_cache=False)
seen["large"] = {
    "status": status.processing_status,
    "error": status.processing_error,
    "equal": large.equals(got.select(large.columns)),
    "parts": {name: PARTS.count(name) for name in sorted(set(PARTS))},
    "steps": list(client.cell_measurement.steps(big.id)["Discharge capacity [A.h]"]),
}
if hasattr(client.cell_measurement, "extend"):
    far = client.cell_measurement.time_series(
        big.id, use_cache=False, row_range=(1_000_000, 1_000_010)
    )
    seen["large"]["window"] = far.equals(got.slice(1_000_000, 10))
del large, got

first, second = FOLDER / "anode 1.png", FOLDER / "notes.txt"
first.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
second.write_bytes("Zürich".encode())
pictures = client.cell_measurement.create_file(
    cell.id, "Teardown", [str(first), str(second)], notes="n"
)
seen["files"] = {
    "status": pictures.processing_status,
    "names": client.cell_measurement.list_files(pictures.id),
    "plain": client.cell_measurement.get_file(pictures.id, "notes.txt").decode(),
    "not_a_picture": refused(
        client.cell_measurement.create_file, cell.id, "y", [str(second)], validate_images=True
    ),
    "absent": refused(client.cell_measurement.create_file, cell.id, "z", ["/no/such/file"]),
    "no_such": refused(client.cell_measurement.get_file, pictures.id, "no.txt"),
}

export = FOLDER / "formation.csv"
export.write_bytes(b"t,V\r\n0,4.2\r\n")
raw = client.raw_data.upload(project, export, source="maccor", metadata={"channel": 3})
noise = np.random.default_rng(7).bytes(40 * 1024 * 1024)
huge = FOLDER / "huge.bin"
huge.write_bytes(noise)
PARTS.clear()
bulk = client.raw_data.upload(project, huge, name="Huge")
parts = {name: PARTS.count(name) for name in sorted(set(PARTS))}
client.cell_measurement.attach_raw_data(made.id, [raw.id, bulk.id])
client.cell_measurement.attach_raw_data(made.id, [raw.id])
attached = client.cell_measurement.list_raw_data(made.id)
client.cell_measurement.detach_raw_data(made.id, bulk.id)
seen["raw"] = {
    "name": raw.name,
    "size": raw.size_bytes,
    "type": raw.content_type,
    "metadata": raw.metadata,
    "parts": parts,
    "same": client.raw_data.download(bulk.id, use_cache=False) == noise,
    "plain": client.raw_data.download(raw.id, use_cache=False).decode(),
    "listed": sorted(each.name for each in client.raw_data.list(project)),
    "attached": sorted(each.name for each in attached),
    "after": [each.name for each in client.cell_measurement.list_raw_data(made.id)],
    "measurements": list(client.raw_data.list_measurements(raw.id)) == [made.id],
    "renamed": client.raw_data.update(raw.id, name="Export", source="").name,
    "source": client.raw_data.get(raw.id).source,
}
client.raw_data.delete(bulk.id)
seen["raw"]["gone"] = refused(client.raw_data.get, bulk.id)["status"]

client.cell_measurement.watch(made.id)
client.cell_measurement.watch(made.id)
client.cell_measurement.unwatch(made.id)
seen["watch_absent"] = refused(client.cell_measurement.watch, "no-such-measurement")["status"]


def names(items):
    return [each.name for each in items]


listing = client.cell_measurement.list
seen["lists"] = {
    "all": sorted(names(listing(cell.id))),
    "files": names(listing(cell.id, measurement_type="file")),
    "contains": sorted(names(listing(cell.id, name="form"))),
    "started": names(listing(cell.id, started_after="2024-05-01", started_before="2024-05-02")),
    "by_start": names(listing(cell.id, started_after="2024-01-01", order_by="start_time")),
    "page": names(listing(cell.id, 1, 1, order_by="name", order="asc")),
}
if hasattr(client.cell_measurement, "add_tags"):
    tags = client.cell_measurement
    seen["tags"] = {
        "added": tags.add_tags([made.id, big.id], ["Formation", "fast"]),
        "spelling": tags.add_tags(pictures.id, ["FORMATION"]),
        "again": tags.add_tags(made.id, ["fast"]),
        "all": sorted(names(listing(cell.id, tags_all=["formation", "FAST"]))),
        "any": sorted(names(listing(cell.id, tags_any=["formation"]))),
        "one_text": sorted(names(listing(cell.id, tags_any="fast"))),
        "usage": [[each.tag, each.usage_count] for each in tags.list_tags(project)],
        "found": [each.tag for each in tags.list_tags(project, q="FORM")],
        "project": sorted(names(tags.list_by_project(project, tags_any=["fast"]))),
        "text": sorted(names(tags.list_by_project(project, q="c/1"))),
        "removed": tags.remove_tags([made.id], ["FAST"]),
        "left": tags.get(made.id).tags,
        "unknown": refused(tags.add_tags, ["no-such-measurement"], ["x"])["status"],
        "too_long": refused(tags.add_tags, [made.id], ["x" * 51])["status"],
        "too_many": refused(tags.add_tags, [made.id], [f"t{n}" for n in range(51)])["status"],
    }

composed = client.cell_instance.detail(cell.id, include_time_series=False)
by_name = {each.name: each for each in composed.measurements}
seen["composed"] = {
    "specification": composed.specification_id == spec_id,
    "names": sorted(by_name),
    "steps": by_name["Formation"].steps.height,
    "cycles": by_name["Formation"].cycles.height,
    "series": by_name["Formation"].time_series is None,
    "files": sorted(by_name["Teardown"].files or {}),
}
client.cell_measurement.delete(made.id)
seen["deleted"] = refused(client.cell_measurement.get, made.id)["status"]
seen["others_stay"] = summary(client.cell_measurement.time_series(pandas.id, use_cache=False))
client.cell_instance.delete(cell.id)
seen["cell_gone"] = [
    refused(client.cell_measurement.get, pandas.id)["status"],
    client.raw_data.get(raw.id).name,
]
report(seen)
