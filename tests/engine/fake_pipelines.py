"""Pipeline tasks for tests of the server: the ``source`` of an element says how it behaves."""

import io
import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import polars as pl
from ionworks_engine.jobs.aid import Aided
from ionworks_engine.measurements.ingest import ingest

POINTS = 1000
TIME, DATA, MODEL = "Time [s]", "Voltage [V] (data)", "Voltage [V] (model)"


class RefusedError(Exception):
    code = "CONFIGURATION_ERROR"


def spiked(peak):
    """Return a curve with one point that nobody may lose."""
    return [peak if i == 617 else 4.0 - i / POINTS for i in range(POINTS)]


def parquet(columns):
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


def behave(element, aid):
    match str(element.get("source", "")).split():
        case ["fail", *words]:
            raise RefusedError(" ".join(words))
        case ["break"]:
            raise ZeroDivisionError("a bug")
        case ["sleep", seconds]:
            time.sleep(float(seconds))
        case ["count", file, seconds]:
            with Path(file).open("a") as log:
                log.write("x")
            time.sleep(float(seconds))
        case ["die", mark] if not Path(mark).exists():
            Path(mark).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        case ["die"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["fill", size]:
            held = b"x" * int(size)
            time.sleep(60)
            del held
        case ["allocate"]:
            np.zeros(1 << 55)
        case ["tell", seconds]:
            aid.tell({"best_cost": 0.5, "iteration": 3})
            time.sleep(float(seconds))


def fitted():
    """Return what a fit leaves beside its result."""
    axes = {"xaxis": {"title": {"text": TIME}}, "yaxis": {"title": {"text": "Voltage [V]"}}}
    traces = [
        {"name": name, "x": list(range(POINTS)), "y": spiked(peak)}
        for name, peak in (("Data", 9.0), ("Model", 8.0))
    ]
    channels = {TIME: [float(i) for i in range(POINTS)], DATA: spiked(9.0), MODEL: spiked(8.0)}
    channels[MODEL][0] = None
    plots = {"voltage": [{"type": "timeseries", "traces": traces, "layout": axes}]}
    metadata = {"intermediate_results": [{"best_cost": 0.25, "cost": 0.25}], "failures": 0}
    files = {
        "metadata": json.dumps(metadata).encode(),
        "plots": json.dumps(plots).encode(),
        "series/0": parquet(channels),
        "series/1": parquet({TIME: [0.0, 1.0], DATA: [4.0, 3.0], MODEL: [4.0, 2.0]}),
    }
    told = [["voltage", source, list(channels)] for source in ("optimal", "baseline")]
    return files, told


def run_element(request, aid):
    name = request["name"]
    element = request["elements"][name]
    behave(element, aid)
    before = json.loads(Path(request["state"]).read_text()) if request["state"] else {}
    values = {**before.get("parameter_values", {}), **_values(element)}
    seen = [*before.get("seen", []), name]
    result = {"type": "PassthroughResult", "parameter_values": _values(element)}
    result |= {"request": _told(request), "assumptions": [f"{name} was faked"]}
    state = {"parameter_values": values, "handles": {}, "model": None, "fits": [], "seen": seen}
    return _answer(state, result, {**element})


def run_simple(request, aid):
    values, last = {}, {}
    for last in request["elements"].values():
        behave(last, aid)
        values |= _values(last)
    result = {"type": "PassthroughResult", "parameter_values": values, "assumptions": []}
    return _answer({"parameter_values": values}, result, last)


def _answer(state, result, element):
    files = {"state": json.dumps(state).encode(), "result": json.dumps(result).encode()}
    series = []
    if element.get("source") == "fit":
        more, series = fitted()
        files |= more
    head = {"files": list(files), "series": series, "assumptions": result["assumptions"]}
    return {**head, "best_cost": 0.25 if series else None}, list(files.values())


def _values(element):
    return element.get("values", {})


def _told(request):
    """Return what a request brings along, with what can be read at its paths."""
    return {
        "order": list(request["elements"]),
        "live": request["live"],
        "mapped": request["mapped"],
        "cells": sorted(request["cells"]),
        "pipelines": {
            name: json.loads(Path(path).read_text())["parameter_values"]
            for name, path in request["pipelines"].items()
        },
        "measurements": {
            name: {
                "rows": pl.read_parquet(each["time_series"]).height,
                "steps": pl.read_parquet(each["steps"]).height,
                "cell": each["cell"] and each["cell"]["model"]["type"],
                "name": each["metadata"]["name"],
            }
            for name, each in request["measurements"].items()
        },
    }


TASKS = {
    "ingest": ingest,
    "pipeline_element": Aided(run_element),
    "simple_pipeline": Aided(run_simple),
}
BOUNDED = frozenset(TASKS)
