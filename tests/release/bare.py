"""Runs in an environment without extras: what works there, and what each missing extra says."""

import importlib.metadata
import json
import sys

import ionworks

EXTRAS = ("pybamm", "starlette", "pandas", "matplotlib", "ionworks_schema", "ionworksdata", "dask")

light = [name for name in ("polars", "numpy", "typer", *EXTRAS) if name in sys.modules]


def refusal(call):
    try:
        call()
    except ModuleNotFoundError as error:
        return str(error)
    return "nothing was missing"


def draw():
    import polars as pl

    from ionworks.results import SimulationResult

    frame = pl.DataFrame({"Time [s]": [0.0, 1.0], "Voltage [V]": [4.0, 3.9], "Current [A]": 1.0})
    SimulationResult(frame, pl.DataFrame(), {}).plot()


def read_a_file():
    from ionworks.measurements import cycler_files

    cycler_files.library()


def rebuild_a_function():
    from ionworks.results.elements import native_values

    native_values({"x": {"$type": "pybamm.expression_tree.scalar.Scalar"}})


def decode():
    from ionworks.results import elements

    elements._schema()


protocol = "steps: [{Rest: {duration: 10}}]"
print(
    json.dumps(
        {
            "version": ionworks.__version__,
            "stated": importlib.metadata.version("ionworks-api"),
            "loaded by the import": light,
            "findings": len(ionworks.ucp.check(protocol)),
            "explained": ionworks.ucp.explain(protocol),
            "refusals": {
                "engine": refusal(ionworks.Ionworks.local),
                "engine, functions": refusal(rebuild_a_function),
                "plot": refusal(draw),
                "pandas": refusal(lambda: ionworks.set_dataframe_backend("pandas")),
                "data": refusal(read_a_file),
                "schema": refusal(decode),
            },
        }
    )
)
