"""Cell data against the public client: the same script, the same engine, over loopback."""

import http.client
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import polars as pl

from benchmarks.import_time import PUBLIC
from benchmarks.timing import best, report
from ionworks import Ionworks, set_cache_directory
from tests.conftest import serving

RATED, RESISTANCE = 5.0, 0.02
MEASUREMENTS, ROWS = 100, 10_000

COMMON = """
import json, re, sys, tempfile, time
from pathlib import Path
import polars as pl
from ionworks import Ionworks, set_cache_directory
set_cache_directory(tempfile.mkdtemp())
url, argument = sys.argv[1:]
def say(seconds):
    # Not ru_maxrss: a child inherits the peak of its parent.
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
    print(json.dumps({"seconds": seconds, "peak_mb": int(peak[1]) / 1024}))
def timed(work):
    start = time.perf_counter(); work(); return time.perf_counter() - start
"""

DETAIL = f"""
client = Ionworks("key", url)
client.whoami()
def look():
    detail = client.cell_instance.detail(argument)
    assert len(detail.measurements) == {MEASUREMENTS}
    assert all(m.time_series.shape[0] == {ROWS} for m in detail.measurements)
say(timed(look))
"""

UPLOAD = """
client = Ionworks("key", url)
frame = pl.read_parquet(argument + "/long.parquet")
instance = open(argument + "/instance").read()
data = {"measurement": {"name": str(time.time())}, "time_series": frame}
say(timed(lambda: client.cell_measurement.create(instance, data)))
"""

VALIDATE = """
from ionworks.validators import validate_measurement_data
frame = pl.read_parquet(argument)
validate_measurement_data(frame.head(1000))
say(min(timed(lambda: validate_measurement_data(frame)) for _ in range(3)))
"""


def cycling(steps: int, rows: int) -> pl.DataFrame:
    """Return a cell that is discharged, rests, is charged and rests, sampled every second."""
    step = np.repeat(np.arange(steps), rows)
    within = np.tile(np.arange(rows, dtype=float), steps)
    sign = np.array([1.0, 0.0, -1.0, 0.0])[step % 4]
    current = sign * RATED * 2880 / max(rows - 1, 1)
    moved = np.abs(current) * within / 3600
    soc = np.select(
        [step % 4 == 0, step % 4 == 1, step % 4 == 2],
        [0.9 - moved / RATED, 0.1, 0.1 + moved / RATED],
        0.9,
    )
    noise = np.random.default_rng(0).normal(scale=1e-4, size=step.size)
    return pl.DataFrame(
        {
            "Time [s]": np.arange(step.size, dtype=float),
            "Step count": step,
            "Cycle count": step // 4,
            "Current [A]": current,
            "Voltage [V]": 3.0 + 1.1 * soc - RESISTANCE * current + noise,
            "Temperature [degC]": 25 + 100 * noise,
            "Discharge capacity [A.h]": np.where(sign > 0, moved, 0.0),
            "Charge capacity [A.h]": np.where(sign < 0, moved, 0.0),
        }
    )


def run(python: object, script: str, url: str, argument: object) -> dict[str, float]:
    command = [str(python), "-I", "-c", COMMON + script, url, str(argument)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def fastest(
    python: object, script: str, url: str, argument: object, repeats: int
) -> dict[str, float]:
    return min(
        (run(python, script, url, argument) for _ in range(repeats)), key=lambda r: r["seconds"]
    )


def against_public(
    what: str, script: str, url: str, argument: object, target: str, repeats: int = 3
) -> None:
    """Print the ratio of times and, beside it, the peaks of memory."""
    theirs = fastest(PUBLIC, script, url, argument, repeats)
    ours = fastest(sys.executable, script, url, argument, repeats)
    report(what, ours["seconds"], "public 0.38.0", theirs["seconds"], target)
    print(f"    peak memory: {ours['peak_mb']:.0f} MB, public 0.38.0: {theirs['peak_mb']:.0f} MB")


def raw_transfer(url: str) -> int:
    """Fetch a signed address with the standard library alone."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port)
    connection.request("GET", f"{place.path}?{place.query}")
    size = len(connection.getresponse().read())
    connection.close()
    return size


def signed(url: str, measurement: str) -> str:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port)
    connection.request("GET", f"/cell_measurements/{measurement}/time_series/download")
    location = connection.getresponse().getheader("Location")
    connection.close()
    return location


def download(client: Ionworks, url: str, measurement: str, folder: Path) -> None:
    copy = folder / "copy.parquet"
    with urllib.request.urlopen(signed(url, measurement)) as answer:
        copy.write_bytes(answer.read())
    reading = best(lambda: pl.read_parquet(copy), 3)
    transfer = best(lambda: raw_transfer(signed(url, measurement)), 3)
    spent = best(lambda: client.cell_measurement.time_series(measurement, use_cache=False), 3)
    report(
        "download of 5 million rows",
        spent,
        "read_parquet and a raw transfer",
        reading + transfer,
        "<= 1.3",
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as name, serving(Path(name) / "engine") as url:
        folder = Path(name)
        set_cache_directory(folder / "cache")
        many, long = folder / "many.parquet", folder / "long.parquet"
        cycling(4_000, 50).write_parquet(many)
        cycling(2_000, 2_500).write_parquet(long)
        against_public(
            "validation of 200,000 rows in 4,000 steps", VALIDATE, url, many, "<= 0.05", 1
        )
        with Ionworks("key", url) as client:
            spec = client.cell_spec.create(
                {"name": "Benchmark", "project_id": client.project.list()[0].id}
            )
            cell = client.cell_instance.create(spec.id, {"name": "many short ones"})
            short = cycling(20, ROWS // 20)
            for number in range(MEASUREMENTS):
                data = {"measurement": {"name": f"{number}"}, "time_series": short}
                client.cell_measurement.create(cell.id, data, wait_for_processing=False)
            made = [measurement.id for measurement in client.cell_measurement.list(cell.id)]
            client.cell_measurement.wait_for_processing(made)
            against_public(
                f"detail of {MEASUREMENTS} x {ROWS:,} rows", DETAIL, url, cell.id, "<= 0.6"
            )
            one = client.cell_instance.create(spec.id, {"name": "long ones"})
            (folder / "instance").write_text(one.id)
            against_public("upload of 5 million rows x 8 columns", UPLOAD, url, folder, "<= 0.8", 2)
            download(client, url, client.cell_measurement.list(one.id)[0].id, folder)


if __name__ == "__main__":
    main()
