"""Configurations of pipelines as ``ionworks_schema`` 0.33 writes them, and how tests run them."""

import json
from functools import cache
from pathlib import Path

from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.runner import run_element

HERE = Path(__file__).parent / "pipelines"
EXAMPLES = sorted(path.stem for path in HERE.glob("*.json"))


@cache
def _chen2020():
    return json.dumps(pybamm.ParameterValues("Chen2020").to_json())


def chen2020():
    """The whole set as the schema writes it: PyBaMM's JSON without the citations."""
    values = json.loads(_chen2020())
    values.pop("citations", None)
    return values


def example(name):
    """The elements of an example by the beginning of its name."""
    (path,) = HERE.glob(f"{name}_*.json")
    elements = json.loads(path.read_text())["elements"]
    for element in elements.values():
        values = element.get("values", {})
        if "Chen2020" in values:
            del values["Chen2020"]
            element["values"] = {**chen2020(), **values}
    return elements


def run_all(elements, folder, **request):
    """Run every element from state to state; return heads and files by element."""
    state, done = None, {}
    for name in elements:
        sent = json.loads(json.dumps({"name": name, "elements": elements, **request}))
        head, blobs = run_element({**sent, "state": state})
        files = dict(zip(head["files"], blobs, strict=True))
        path = Path(folder) / "state.json"
        path.write_bytes(files["state"])
        state = str(path)
        done[name] = (head, files)
    return done


def result(done, name):
    return json.loads(done[name][1]["result"])


def cumulative(done):
    return json.loads(list(done.values())[-1][1]["state"])["parameter_values"]
