"""Breaking changes are named, one by one with their place."""

import copy
import json

import pytest

from codegen.check import unannounced
from codegen.diff import breaking_changes
from codegen.layout import Layout

BUNDLE = json.loads(Layout().bundle.read_text("utf-8"))


def schema(document, name):
    return document["components"]["schemas"][name]


def properties(document, name):
    return schema(document, name)["properties"]


def changed(change):
    document = copy.deepcopy(BUNDLE)
    change(document)
    return breaking_changes(BUNDLE, document)


def drop_operation(document):
    del document["paths"]["/simulations"]["get"]


def drop_path(document):
    del document["paths"]["/users/me"]


def rename_operation(document):
    document["paths"]["/users/me"]["get"]["operationId"] = "get_me"


def drop_parameter(document):
    parameters = document["paths"]["/simulations"]["get"]["parameters"]
    parameters[:] = [each for each in parameters if each.get("name") != "state"]


def require_parameter(document):
    document["components"]["parameters"]["ProjectFilter"]["required"] = True


def add_required_parameter(document):
    document["paths"]["/jobs/"]["get"]["parameters"] = [
        {"name": "project_id", "in": "query", "required": True, "schema": {"type": "string"}}
    ]


def tighten_parameter(document):
    document["components"]["parameters"]["Limit"]["schema"]["maximum"] = 50


def require_field(document):
    schema(document, "ProjectCreate")["required"].append("description")


def drop_request_field(document):
    del properties(document, "ProjectCreate")["description"]


def drop_nested_request_field(document):
    del properties(document, "DesignRow")["std"]


def drop_word(document):
    schema(document, "DesignSampling")["enum"].remove("random")


def close_words(document):
    properties(document, "PybammModelQuery")["module"]["enum"] = ["lithium_ion"]


def change_request_type(document):
    properties(document, "ProjectCreate")["name"] = {"type": "integer"}


def refuse_null(document):
    properties(document, "ProjectUpdate")["description"] = {"type": "string"}


def narrow_number(document):
    properties(document, "QuickModel")["capacity"]["type"] = "integer"


def tighten_bound(document):
    properties(document, "SimulationBatch")["max_backward_jumps"]["maximum"] = 10


def add_pattern(document):
    properties(document, "ProjectCreate")["name"]["pattern"] = "^[A-Z]"


def loosen_format(document):
    del properties(document, "Project")["created_at"]["format"]


def want_credential(document):
    del document["paths"]["/healthz"]["get"]["security"]


def drop_choice(document):
    choices = properties(document, "SimulationBatch")["parameterized_model"]["anyOf"]
    choices[:] = [choice for choice in choices if "QuickModel" not in choice.get("$ref", "")]


def narrow_free_form(document):
    properties(document, "ModelCreate")["config"]["additionalProperties"] = {"type": "string"}


def require_body(document):
    document["paths"]["/jobs/{job_id}/cancel"]["post"]["requestBody"]["required"] = True


def drop_response_field(document):
    del properties(document, "Simulation")["metrics"]


def drop_field_of_items(document):
    del properties(document, "Finding")["line"]


def drop_required_response_field(document):
    del properties(document, "Project")["name"]
    schema(document, "Project")["required"].remove("name")


def stop_promising(document):
    schema(document, "Job")["required"].remove("is_failed")


def answer_null(document):
    properties(document, "Project")["name"]["type"] = ["string", "null"]


def answer_other_type(document):
    properties(document, "Job")["priority"] = {"type": "number"}


def drop_success_status(document):
    responses = document["paths"]["/projects"]["post"]["responses"]
    responses["200"] = responses.pop("201")


def answer_later(document):
    document["paths"]["/projects"]["post"]["responses"]["202"] = {"description": "Later."}


def answer_elsewhere(document):
    document["paths"]["/projects"]["get"]["responses"]["307"] = {"description": "Elsewhere."}


def drop_header(document):
    del document["paths"]["/projects"]["post"]["responses"]["201"]["headers"]


def drop_header_of_an_error(document):
    del document["components"]["responses"]["TooManyRequests"]["headers"]["Retry-After"]


def loosen_header(document):
    document["components"]["headers"]["RetryAfter"]["schema"] = {"type": "string"}


def drop_field_of_errors(document):
    del properties(document, "Error")["detail"]


def drop_field_of_a_choice(document):
    del properties(document, "MultipartUploadInfo")["region"]


def raise_least_fields(document):
    schema(document, "PipelineUpdate")["minProperties"] = 2


def want_a_field_of_any(document):
    schema(document, "ProjectUpdate")["minProperties"] = 1


def lower_most_fields(document):
    schema(document, "DriveCycleSamples")["maxProperties"] = 1


def change_default(document):
    document["components"]["parameters"]["Limit"]["schema"]["default"] = 5


def drop_default_of_a_field(document):
    del properties(document, "QuickModel")["capacity"]["default"]


def write_parameter_otherwise(document):
    document["components"]["parameters"]["Limit"]["style"] = "deepObject"


def join_values(document):
    parameters = document["paths"]["/cell_specifications"]["get"]["parameters"]
    ids = next(each for each in parameters if each.get("name") == "material_ids")
    ids["explode"] = False


def encode_otherwise(document):
    content = document["paths"]["/protocols/parse"]["post"]["requestBody"]["content"]
    content["multipart/form-data"]["encoding"] = {"file": {"contentType": "text/csv"}}


def move_to_another_tag(document):
    document["paths"]["/users/me"]["get"]["tags"] = ["discovery"]


def drop_media_type(document):
    path = document["paths"]["/simulations/{simulation_id}/steps/download"]
    content = path["get"]["responses"]["200"]["content"]
    content["text/csv"] = content.pop("application/vnd.apache.parquet")


BREAKING = [
    (drop_operation, "get /simulations: operation list_simulations is gone"),
    (drop_path, "get /users/me: operation get_current_user is gone"),
    (rename_operation, "get /users/me: operation get_current_user is now get_me"),
    (drop_parameter, "get /simulations: query parameter state is gone"),
    (require_parameter, "get /models: query parameter project_id is now required"),
    (add_required_parameter, "get /jobs/: query parameter project_id is now required"),
    (tighten_parameter, "get /models query limit: no longer accepts values beyond maximum 50"),
    (require_field, "post /projects request: now requires field description"),
    (drop_request_field, "post /projects request: no longer accepts field description"),
    (drop_nested_request_field, "no longer accepts field std"),
    (drop_word, "no longer accepts random"),
    (close_words, "request/module: no longer accepts any but lithium_ion"),
    (change_request_type, "post /projects request/name: no longer accepts string"),
    (refuse_null, "patch /projects/{project_id} request/description: no longer accepts null"),
    (narrow_number, "no longer accepts number"),
    (tighten_bound, "request/max_backward_jumps: no longer accepts values beyond maximum 10"),
    (add_pattern, "request/name: no longer accepts values beyond pattern ^[A-Z]"),
    (loosen_format, "200/created_at: may now hold values beyond format date-time"),
    (want_credential, "get /healthz: a credential is now required"),
    (drop_choice, "request/parameterized_model: no longer accepts field quick_model"),
    (narrow_free_form, "post /models request/config{}: no longer accepts any type"),
    (require_body, "post /jobs/{job_id}/cancel: a request body is now required"),
    (drop_response_field, "get /simulations/{simulation_id} 200/metrics: response field is gone"),
    (drop_field_of_items, "post /protocols/validate 200/findings[]/line: response field is gone"),
    (
        drop_required_response_field,
        "get /projects/{project_id} 200: no longer always has field name",
    ),
    (stop_promising, "get /jobs/{job_id} 200: no longer always has field is_failed"),
    (answer_null, "get /projects/{project_id} 200/name: may now be null"),
    (answer_other_type, "get /jobs/{job_id} 200/priority: may now be number"),
    (drop_success_status, "post /projects: response 201 is gone"),
    (answer_later, "post /projects: may now answer 202"),
    (answer_elsewhere, "get /projects: may now answer 307"),
    (drop_header, "post /projects 201: header x-correlation-id is gone"),
    (drop_header_of_an_error, "responses/TooManyRequests: header Retry-After is gone"),
    (loosen_header, "responses/TooManyRequests header Retry-After: may now be string"),
    (drop_field_of_errors, "responses/NotFound/detail: response field is gone"),
    (drop_field_of_a_choice, "/multipart/region: response field is gone"),
    (
        raise_least_fields,
        "patch /pipelines/{pipeline_id} request: no longer accepts values beyond minProperties 2",
    ),
    (want_a_field_of_any, "request: no longer accepts values beyond minProperties 1"),
    (lower_most_fields, "no longer accepts values beyond maxProperties 1"),
    (change_default, "get /models query limit: no longer defaults to 100"),
    (drop_default_of_a_field, "quick_model/capacity: no longer defaults to 1.0"),
    (
        write_parameter_otherwise,
        "get /models: query parameter limit is now written in style deepObject",
    ),
    (join_values, "query parameter material_ids is now written in style form"),
    (encode_otherwise, "request multipart/form-data is now encoded otherwise"),
    (move_to_another_tag, "get /users/me: operation get_current_user is no longer under tag users"),
    (drop_media_type, "steps/download 200: application/vnd.apache.parquet is gone"),
]


@pytest.mark.parametrize(("change", "line"), BREAKING, ids=[f.__name__ for f, _ in BREAKING])
def test_a_breaking_change_is_named_with_its_place(change, line):
    found = changed(change)
    assert any(line in each for each in found), found


def test_what_an_error_shared_by_all_operations_loses_is_named_once():
    found = changed(drop_header_of_an_error)
    assert found == ["responses/TooManyRequests: header Retry-After is gone"]


@pytest.mark.parametrize("key", ["allOf", "anyOf", "oneOf"])
def test_a_field_that_a_part_of_an_answer_loses_is_named(key):
    released = copy.deepcopy(BUNDLE)
    part = {"type": "object", "properties": {"colour": {"type": "string"}}}
    properties(released, "CurrentUser")["taste"] = {key: [part]}
    document = copy.deepcopy(released)
    properties(document, "CurrentUser")["taste"][key][0]["properties"] = {}
    assert "get /users/me 200/taste/colour: response field is gone" in breaking_changes(
        released, document
    )


def test_an_answer_of_a_range_could_be_there_before():
    released = copy.deepcopy(BUNDLE)
    responses = released["paths"]["/projects"]["post"]["responses"]
    responses["2XX"] = responses["201"]
    document = copy.deepcopy(released)
    answer_later(document)
    assert breaking_changes(released, document) == []


def test_a_header_that_is_no_longer_always_there_is_named():
    released = copy.deepcopy(BUNDLE)
    released["components"]["headers"]["RetryAfter"]["required"] = True
    assert breaking_changes(released, BUNDLE) == [
        "responses/TooManyRequests: no longer always has header Retry-After"
    ]
    assert breaking_changes(BUNDLE, released) == []


def test_recursive_schemas_are_compared_once():
    document = copy.deepcopy(BUNDLE)
    tree = {"type": "array", "items": {"$ref": "#/components/schemas/Project"}}
    properties(document, "Project")["parts"] = tree
    assert breaking_changes(document, document) == []
    narrowed = copy.deepcopy(document)
    properties(narrowed, "Project")["parts"] = {
        "type": ["array", "null"],
        "items": tree["items"],
    }
    assert breaking_changes(document, narrowed) != []


@pytest.mark.parametrize(("version", "named"), [("1.0.0", 1), ("1.9.0", 1), ("2.0.0", 0)])
def test_check_names_what_breaks_unless_a_new_major_version_announces_it(version, named):
    document = copy.deepcopy(BUNDLE)
    drop_path(document)
    document["info"]["version"] = version
    gone = "breaks users of 1.0.0: get /users/me: operation get_current_user is gone"
    assert unannounced(BUNDLE, document) == [gone] * named
