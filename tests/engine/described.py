"""The operations on cell data as the API describes them, and the ids in its examples."""

import json

from codegen.layout import Layout
from codegen.reach import operations

BUNDLE = json.loads(Layout().bundle.read_text("utf-8"))
TAGS = {
    "projects", "cell_specifications", "cell_batches", "cell_instances", "cell_measurements",
    "raw_data", "studies", "search",
}  # fmt: skip
OPERATIONS = [each for each in operations(BUNDLE) if each[2]["tags"][0] in TAGS]
MADE = {
    "create_project": "project_id",
    "create_cell_specification": "cell_spec_id",
    "create_cell_batch": "batch_id",
    "create_cell_instance": "cell_instance_id",
    "create_cell_measurement": "measurement_id",
    "create_study": "study_id",
}
EXAMPLE_IDS = {
    "7c9a2f0e": "project_id",
    "21d0f5b8": "cell_spec_id",
    "e04b6a17": "batch_id",
    "5d1c7a90": "cell_instance_id",
    "3fa8c1de": "measurement_id",
    "9e70c2b1": "measurement_id",
    "b81f03c4": "raw_data_id",
    "a95e7d02": "study_id",
}


def learn(ids, operation, answer):
    """Remember what was made, by the name of the path's parameter that asks for it."""
    if answer.status_code not in (200, 201):
        return
    told = answer.json()
    if kind := MADE.get(operation["operationId"]):
        ids.setdefault(kind, []).append(told["id"])
    if operation["operationId"].startswith("initiate_"):
        for kind in told.keys() & {"measurement_id", "raw_data_id"}:
            ids.setdefault(kind, []).append(told[kind])
