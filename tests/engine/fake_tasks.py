"""Tasks for tests of the job system: a run's inputs say how it behaves, no PyBaMM."""

import io
import os
import signal
import time
from pathlib import Path

import polars as pl


class RefusedError(Exception):
    code = "CONFIGURATION_ERROR"


def parquet(columns):
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


def simulate(request):
    inputs = request["inputs"]
    match inputs.get("do", os.environ.get("FAKE_RUNS", "echo")):
        case "sleep":
            time.sleep(inputs["seconds"])
        case "count":
            with Path(inputs["file"]).open("a") as file:
                file.write("x")
            time.sleep(inputs["seconds"])
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "die once":
            mark = Path(inputs["mark"])
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGSEGV)
        case "refuse":
            raise RefusedError("The cell has no anode.")
        case "break":
            raise ZeroDivisionError("a bug")
        case "print":
            print("noise on standard output", flush=True)
    frames = [
        parquet({"Time [s]": [0.0, 1.0], "Voltage [V]": [4.0, inputs.get("value", 3.0)]}),
        parquet({"Step count": [0], "Pid": [os.getpid()]}),
    ]
    error = None
    if inputs.get("do") == "fail":
        error = {"code": "SOLVER_ERROR", "message": "IDA_BAD_K", "step": "steps[1].Charge"}
    return {"metrics": {"affinity": request["cell"].get("name")}, "error": error}, frames


def describe(request):
    cell = request["cell"]
    settings = cell.get("simulation_settings") or {}
    for given in (cell.get("parameters", {}).get("values", {}), settings.get("var_pts", {})):
        if "broken" in given:
            raise RefusedError("There is no parameter 'broken'.")
    return {
        "variables": ["Voltage [V]", "Current [A]", "X-averaged cell temperature [K]"],
        "parameters": {
            "Positive electrode thickness [m]": 7.5e-5,
            "Negative electrode thickness [m]": 8.5e-5,
            "Nominal cell capacity [A.h]": 5,
            "Negative electrode OCP [V]": {"$type": "pybamm.Interpolant"},
            "Ambient temperature [K]": 298.15,
            "citations": ["Chen2020"],
        },
        "nominal_capacity": 5.0,
    }, []


def validate_model(request):
    name = request["model"].get("type", "Nothing")
    if name != "Nothing":
        return {"valid": True, "error": None, "error_type": None}, []
    error = f"There is no model {name!r}."
    return {"valid": False, "error": error, "error_type": "CONFIGURATION_ERROR"}, []


def models(_request):
    return {"models": {"lithium_ion": ["SPM"]}, "options": {}, "version": "0"}, []


TASKS = {
    "simulate": simulate,
    "describe": describe,
    "validate_model": validate_model,
    "models": models,
}
BOUNDED = frozenset()
