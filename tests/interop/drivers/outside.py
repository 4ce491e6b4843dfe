"""Calls everything that the engine has no operation for; says what came of each call.

Arguments come from the signatures: a text, a mapping or a list where one is asked for.
"""

import inspect
import io
import json
import sys
import warnings
from pathlib import Path

import ionworks_schema as iws
import pybamm

import ionworks
from ionworks import Ionworks

sys.path.insert(0, str(Path(__file__).parent))
from watching import report, watched

warnings.simplefilter("ignore")
url, methods = sys.argv[1:3]
ORGANIZED = "organization_id" in inspect.signature(Ionworks).parameters
client = watched(
    Ionworks("any-key", url, project_id="p", **({"organization_id": "o"} if ORGANIZED else {}))
)
BY_NAME = {
    "config": iws.Pipeline({}),
    "data": {"name": "x", "config": {"type": "SPM"}},
    "example_id": "x",
    "file": io.BytesIO(b"t,V\n0,4\n"),
    "fit_results": {},
    "mapping": {"a": "b"},
    "model": pybamm.lithium_ion.SPM(),
    "payload": None,
    "role": "Member",
    "options": {"thermal": "lumped"},
}


BY_METHOD = {
    "analysis.find_one": {"analysis_id": "x"},
    "analysis.list": {"measurement_id": "x"},
    "cycler.detail_from_cycler": {
        "cycler": ionworks.Cycler(id="x", name="x", site_id="x", project_id="x")
    },
    "ecm.fit_from_measurements": {"config": {"measurements": []}},
    "material_property_dataset.to_prior": {"std": 1.0},
}


def arguments(name, method):
    given = dict(BY_METHOD.get(name, {}))
    for parameter in inspect.signature(method).parameters.values():
        if parameter.default is not parameter.empty or parameter.name in given:
            continue
        kind = str(parameter.annotation)
        fallback = ["x"] if kind.startswith("list") else {"x": [1.0]} if "dict" in kind else "x"
        given[parameter.name] = BY_NAME.get(parameter.name, fallback)
    return given


def outcome(name):
    resource, _, method = name.rpartition(".")
    itself = getattr(getattr(client.itself, resource), method)
    try:
        answer = getattr(getattr(client, resource), method)(**arguments(name, itself))
    except Exception as error:
        status = getattr(error, "status_code", None)
        return {"kind": type(error).__name__, "status": status, "message": str(error)}
    return {"kind": type(answer).__name__, "status": None, "message": ""}


report({name: outcome(name) for name in json.loads(methods)})
