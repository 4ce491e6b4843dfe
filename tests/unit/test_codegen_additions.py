"""What only adds, says more of answers or is written otherwise breaks nobody."""

import copy
import json

import pytest

from codegen.diff import breaking_changes
from codegen.layout import Layout

BUNDLE = json.loads(Layout().bundle.read_text("utf-8"))


def schema(document, name):
    return document["components"]["schemas"][name]


def properties(document, name):
    return schema(document, name)["properties"]


def add_operation(document):
    document["paths"]["/cells"] = {"get": {"operationId": "list_cells", "responses": {}}}


def add_optional_parameter(document):
    document["paths"]["/jobs/"]["get"]["parameters"] = [
        {"name": "project_id", "in": "query", "schema": {"type": "string"}}
    ]


def add_optional_request_field(document):
    properties(document, "ProjectCreate")["colour"] = {"type": "string"}


def add_response_field(document):
    properties(document, "Project")["colour"] = {"type": "string"}
    schema(document, "Project")["required"].append("colour")


def widen_request(document):
    properties(document, "ProjectCreate")["name"]["maxLength"] = 1000
    properties(document, "QuickModel")["capacity"]["type"] = ["number", "null"]
    schema(document, "DesignSampling")["enum"].append("sobol")


def promise_more(document):
    schema(document, "Project")["required"].append("created_at")
    properties(document, "Model")["chemistry"]["type"] = "string"


def add_word_to_an_open_enumeration(document):
    schema(document, "JobStatus")["enum"].append("paused")


def reword(document):
    schema(document, "Project")["description"] = "Another description."
    document["paths"]["/projects"]["get"]["summary"] = "Find projects"


def add_error(document):
    responses = document["paths"]["/projects"]["get"]["responses"]
    responses["503"] = {"description": "Closed for repair."}


def let_bounds_go(document):
    del schema(document, "PipelineUpdate")["minProperties"]
    schema(document, "DriveCycleSamples")["maxProperties"] = 3
    del document["components"]["parameters"]["Limit"]["schema"]["maximum"]


def bound_answers(document):
    properties(document, "Project")["name"] |= {"pattern": "^[^ ]", "maxLength": 99}
    properties(document, "Project")["name"]["default"] = "unnamed"


def tell_a_default(document):
    document["components"]["parameters"]["ProjectFilter"]["schema"]["default"] = "all"


def write_out_what_is_meant(document):
    document["components"]["parameters"]["Limit"] |= {"style": "form", "explode": True}


def answer_in_more_forms(document):
    path = document["paths"]["/simulations/{simulation_id}/steps/download"]
    path["get"]["responses"]["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
    body = document["paths"]["/projects"]["post"]["requestBody"]["content"]
    body["application/yaml"] = body["application/json"]


def add_header(document):
    headers = document["components"]["responses"]["NotFound"]["headers"]
    headers["x-hint"] = {"schema": {"type": "string"}}
    headers["X-Correlation-Id"] = headers.pop("x-correlation-id")


def drop_error(document):
    del document["paths"]["/projects"]["get"]["responses"]["403"]


def deprecate(document):
    document["paths"]["/users/me"]["get"]["deprecated"] = True
    document["components"]["parameters"]["Limit"]["deprecated"] = True
    properties(document, "ProjectCreate")["name"]["deprecated"] = True
    properties(document, "Project")["name"]["deprecated"] = True


HARMLESS = [
    add_operation,
    add_optional_parameter,
    add_optional_request_field,
    add_response_field,
    widen_request,
    promise_more,
    add_word_to_an_open_enumeration,
    reword,
    add_error,
    let_bounds_go,
    bound_answers,
    tell_a_default,
    write_out_what_is_meant,
    answer_in_more_forms,
    add_header,
    drop_error,
    deprecate,
]


@pytest.mark.parametrize("change", HARMLESS, ids=[f.__name__ for f in HARMLESS])
def test_an_addition_breaks_nothing(change):
    document = copy.deepcopy(BUNDLE)
    change(document)
    assert breaking_changes(BUNDLE, document) == []
