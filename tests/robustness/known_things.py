"""What an engine holds, as learnt from its answers: requests that name it get far."""

import copy
import io
from random import Random

import polars as pl

from codegen.reach import look_up, operations
from tests.engine.described import BUNDLE

OFTEN = 0.8
"""How often a request names what is there, or was."""
_KINDS = {
    "batches": "batch_id",
    "instances": "cell_instance_id",
    "specifications": "cell_spec_id",
    "templates": "protocol_id",
    "create": "measurement_id",
    "studies": "study_id",
    "projects": "project_id",
    "parameterized_models": "parameterized_model_id",
    "simple_pipelines": "simple_pipeline_id",
    "pipelines": "pipeline_id",
    "models": "model_id",
}
"""By how a path ends that makes something: what paths call the id of it."""
_TOLD = ("measurement_id", "raw_data_id", "job_id", "simulation_id", "template_id")


EXPORT = bytes(18204)
"""A file as large as the examples say."""


def series():
    """Return a measured discharge and charge, as uploads hold it."""
    steps = [0, 0, 0, 1, 1, 1]
    columns = {
        "Time [s]": [0.0, 1800.0, 3600.0, 3600.0, 5400.0, 7200.0],
        "Current [A]": [2.0 - 4.0 * step for step in steps],
        "Voltage [V]": [4.0, 3.6, 3.0, 3.2, 3.7, 4.1],
        "Step count": steps,
        "Cycle count": [0] * 6,
    }
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


FURNISHING = (
    "create_model",
    "create_parameterized_model",
    "create_experiment_template",
    "create_simulation_batch",
    "create_cell_specification",
    "create_cell_batch",
    "create_cell_instance",
    "initiate_measurement_upload",
    "confirm_measurement_upload",
    "initiate_raw_data_upload",
    "confirm_raw_data_upload",
    "attach_raw_data",
    "create_cell_parameterized_model",
    "create_study",
    "assign_simulation_to_study",
    "create_pipeline",
    "create_simple_pipeline",
)
"""What makes one of each kind, in this order, by what the examples say."""


def _parameters():
    for path, _, operation in operations(BUNDLE):
        for parameter in [
            *BUNDLE["paths"][path].get("parameters", ()),
            *operation.get("parameters", ()),
        ]:
            yield look_up(BUNDLE, parameter)


EXAMPLE_IDS = {
    parameter["example"]: parameter["name"]
    for parameter in _parameters()
    if parameter["in"] == "path" and parameter["name"] not in ("name", "filename")
}
"""By the ids that examples have: what paths call them."""
EXAMPLES = {
    operation["operationId"]: [
        look_up(BUNDLE, example)["value"]
        for example in operation["requestBody"]["content"]["application/json"]["examples"].values()
    ]
    for _, _, operation in operations(BUNDLE)
    if "application/json" in operation.get("requestBody", {}).get("content", ())
}


class Things:
    """Ids by what paths call them."""

    def __init__(self, random: Random):
        self._random, self._ids, self._made = random, {}, 0

    def __getitem__(self, name):
        """Return the ids of a kind."""
        return self._ids.get(name, [])

    def choose(self, kind):
        """Return an id of a kind, half of the time the first: the first ones belong together."""
        return self[kind][0] if self._random.random() < 0.5 else self._random.choice(self[kind])

    def refer(self, case):
        """Let a request name what is there; one that deletes, only some of the later ones."""
        deletes = case.method.upper() == "DELETE"
        for values in (case.path_parameters, case.query):
            for name in values or {}:
                if deletes and name != next(reversed(case.path_parameters)):
                    values[name] = next(iter(self[name]), values[name])
                elif self[name][deletes:] and self._random.random() < OFTEN:
                    values[name] = self[name][-1] if deletes else self.choose(name)

    def exemplify(self, case):
        """Let a request say what the examples of its operation do."""
        examples = EXAMPLES.get(case.operation.definition.raw["operationId"])
        if examples and self._random.random() < OFTEN:
            case.body = self.filled(self._random.choice(examples))

    def filled(self, value, key=""):
        """Return an example with ids of what is there, and names that are new."""
        if isinstance(value, dict):
            return {name: self.filled(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if isinstance(value, str) and (named := EXAMPLE_IDS.get(value.removeprefix("db:"))):
            prefix = "db:" if value.startswith("db:") else ""
            return prefix + self.choose(named) if self[named] else value
        if key == "name":
            self._made += 1
            return f"{value} {self._made}"
        return copy.copy(value)

    def learn(self, path, told):
        """Remember what an answer names; return the addresses to which uploads are to go."""
        if isinstance(told, dict):
            told = [told, *told.get("items", ())]
        told = [each for each in told if isinstance(each, dict)]
        for each in told:
            self._learn(path, each)
        places = [place for each in told for place in [each, *each.get("uploads", ())]]
        return [place["signed_url"] for place in places if _is_wanted(place)]

    def _learn(self, path, told):
        for name in _TOLD:
            if isinstance(told.get(name), str):
                self._keep("protocol_id" if name == "template_id" else name, told[name])
        if isinstance(told.get("id"), str):
            kinds = (kind for end, kind in _KINDS.items() if path.endswith(end))
            if kind := next(kinds, None):
                self._keep(kind, told["id"])

    def _keep(self, kind, name):
        known = self._ids.setdefault(kind, [])
        if name not in known:
            known.append(name)
            del known[1:-20]


def _is_wanted(place):
    """Whether a file is to go there; the table of steps is derived where none goes."""
    return place.get("signed_url") and "steps" not in str(place.get("filename"))
