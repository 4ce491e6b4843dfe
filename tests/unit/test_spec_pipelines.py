"""Pipelines and simple pipelines, against what the platform's client sends and reads."""

import json

import jsonschema_rs
import pytest

from codegen.layout import Layout
from codegen.lint.problem import parameters
from codegen.reach import operations

BUNDLE = json.loads(Layout().bundle.read_text("utf-8"))
REGISTRY = jsonschema_rs.Registry([("urn:bundle", BUNDLE)])
OPERATIONS = {each["operationId"]: (path, method) for path, method, each in operations(BUNDLE)}
LISTED = {
    "project_id", "limit", "name", "description", "status", "created_by_email", "created_at",
    "updated_at", "created_at_gt", "created_at_lt", "updated_at_gt", "updated_at_lt", "order_by",
    "order",
}  # fmt: skip
QUERIES = {
    "list_pipelines": LISTED | {"skip", "id"},
    "list_simple_pipelines": LISTED | {"offset"},
    "get_job_series": {
        "objective", "source", "columns", "x_column", "max_points", "x_min", "x_max",
    },
    "get_plot_data": {"objective_name", "plot_index", "max_points", "x_min", "x_max"},
    "get_job_metadata": set(),
}  # fmt: skip
FIT = {
    "element_type": "data_fit",
    "objectives": {"voltage": {"data": "db:3fa8c1de"}},
    "parameters": {"Negative particle diffusivity [m2.s-1]": {"bounds": [1e-14, None]}},
}
ACCEPTED = [
    ("PipelineCreate", {"project_id": "p", "elements": {}}),
    ("PipelineCreate", {"project_id": "p", "elements": {"fit": FIT}, "options": {}}),
    ("PipelineCreate", {"project_id": "p", "elements": {"x": {"element_type": "Direct Entry"}}}),
    ("PipelineCreate", {"project_id": "p", "elements": {"x": {"element_type": "no such type"}}}),
    (
        "PipelineCreate",
        {"project_id": "p", "elements": {}, "output_file": "a.json", "description": "d"},
    ),
    (
        "SimplePipelineCreate",
        {"project_id": "p", "config": {"elements": {"fit": FIT}, "output_file": "a.json"}},
    ),
    ("PipelineOptions", {"live_progress_updates": None}),
    ("PipelineUpdate", {"description": "d"}),
]
REFUSED = [
    ("PipelineCreate", {"project_id": "p"}),
    ("PipelineCreate", {"elements": {}}),
    ("PipelineCreate", {"project_id": "p", "elements": [FIT]}),
    ("PipelineCreate", {"project_id": "p", "elements": {}, "element": {}}),
    ("PipelineCreate", {"project_id": "p", "elements": {}, "options": {"live_progress": True}}),
    ("SimplePipelineCreate", {"project_id": "p", "elements": {}}),
    ("SimplePipelineCreate", {"project_id": "p", "config": {"elements": [FIT]}}),
    ("PipelineUpdate", {}),
    ("PipelineUpdate", {"name": ""}),
]


def problems(name, value):
    schema = {"$ref": f"urn:bundle#/components/schemas/{name}"}
    return list(jsonschema_rs.Draft202012Validator(schema, registry=REGISTRY).iter_errors(value))


@pytest.mark.parametrize("operation_id", QUERIES)
def test_queries_are_the_platforms(operation_id):
    found = parameters(BUNDLE, *OPERATIONS[operation_id])
    assert {each["name"] for each in found if each["in"] == "query"} == QUERIES[operation_id]


@pytest.mark.parametrize(("name", "value"), ACCEPTED)
def test_what_the_platforms_client_sends_is_accepted(name, value):
    assert not problems(name, value)


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_what_cannot_be_meant_is_refused(name, value):
    assert problems(name, value)


def test_a_word_for_a_status_that_comes_later_is_no_error():
    known = {"id": "i", "name": "n", "is_terminal": False, "is_failed": False}
    assert not problems("Pipeline", {**known, "status": "paused", "later": 1})
    assert not problems(
        "PipelineElement", {"name": "n", "element_type": "forecast", "status": "paused"}
    )
