"""The task that processes uploads, made slow or deadly by columns of the upload."""

import os
import signal
import time
from pathlib import Path

import polars as pl
from ionworks_engine.measurements.ingest import ingest


def held(request):
    columns = []
    if Path(request["source"]).exists():
        columns = pl.scan_parquet(request["source"]).collect_schema().names()
    if "Hold" in columns:
        Path(request["into"]).write_bytes(b"half")
        while not Path(os.environ.get("FAKE_INGEST_GATE", os.devnull)).exists():
            time.sleep(0.01)
    if "Die" in columns:
        Path(request["into"]).write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGKILL)
    if "Grow" in columns:
        with Path(os.environ["FAKE_INGEST_GATE"]).open("a") as file:
            file.write("x")
        taken = []
        while True:
            taken.append(b"x" * (1 << 24))
            time.sleep(0.01)
    if "Abort" in columns:
        os.write(2, b"memory allocation of 800 bytes failed\n")
        os.abort()
    return ingest(request)


TASKS = {"ingest": held}
BOUNDED = frozenset({"ingest"})
