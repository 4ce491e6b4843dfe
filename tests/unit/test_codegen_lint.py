"""Each rule of the spec's lint fails on a description that breaks it, under its own name."""

import copy
import json

import pytest

from codegen.layout import Layout
from codegen.lint import RULES, lint, standard

NAMED = {rule.__name__: rule for rule in (*RULES, standard)}
BUNDLE = json.loads(Layout().bundle.read_text("utf-8"))


def operation(document, path, method="get"):
    return document["paths"][path][method]


def schema(document, name):
    return document["components"]["schemas"][name]


def misname(document):
    operation(document, "/projects")["operationId"] = "fetchProjects"


def repeat_name(document):
    operation(document, "/projects")["operationId"] = "list_models"


def unknown_tag(document):
    operation(document, "/projects")["tags"] = ["project"]


def two_tags(document):
    operation(document, "/projects")["tags"] = ["projects", "models"]


def no_summary(document):
    del operation(document, "/projects")["summary"]


def undescribed_parameter(document):
    del document["components"]["parameters"]["ProjectId"]["description"]


def empty_path_parameter(document):
    del document["components"]["parameters"]["ProjectId"]["schema"]["minLength"]


def path_parameter_without_example(document):
    del document["components"]["parameters"]["ProjectId"]["example"]


def unbounded_limit(document):
    del document["components"]["parameters"]["Limit"]["schema"]["maximum"]


def limit_without_default_in_a_body(document):
    del schema(document, "SimulationStatusQuery")["properties"]["limit"]["default"]


def missing_not_found(document):
    del operation(document, "/jobs/{job_id}")["responses"]["404"]


def missing_too_large(document):
    del operation(document, "/projects", "post")["responses"]["413"]


def missing_unauthorized(document):
    del operation(document, "/users/me")["responses"]["401"]


def own_error(document):
    content = document["components"]["responses"]["NotFound"]["content"]["application/json"]
    content["schema"] = {"$ref": "#/components/schemas/Health"}
    content["examples"] = {"up": {"value": {"status": "ok"}}}


def created_with_200(document):
    responses = operation(document, "/projects", "post")["responses"]
    responses["200"] = responses.pop("201")


def no_correlation_id(document):
    del operation(document, "/healthz")["responses"]["200"]["headers"]


def charset(document):
    content = operation(document, "/healthz")["responses"]["200"]["content"]
    content["application/json; charset=utf-8"] = content.pop("application/json")


def deleted_with_200(document):
    responses = operation(document, "/cell_measurements/{measurement_id}/watch", "delete")[
        "responses"
    ]
    responses["200"] = responses.pop("204")


def numbers_in_query(document):
    parameter = document["components"]["parameters"]["TagsAll"]
    parameter["schema"]["items"] = {"type": "number", "description": "A number [-]."}


def joined_list_in_query(document):
    document["components"]["parameters"]["TagsAll"]["explode"] = False


def object_in_query(document):
    parameter = document["components"]["parameters"]["NameFilter"]
    parameter["schema"] = {"type": "object", "additionalProperties": {"type": "string"}}


def shared_schema(document):
    body = operation(document, "/projects", "post")["requestBody"]
    body["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/Project"}


def orphan(document):
    document["components"]["schemas"]["Orphan"] = {"type": "string", "description": "Alone."}


def nameless_object(document):
    schema(document, "Health")["properties"]["load"] = {
        "type": "object",
        "description": "How busy it is.",
        "properties": {"jobs": {"type": "integer", "description": "How many jobs wait."}},
    }


def nameless_enumeration(document):
    schema(document, "ProjectCreate")["properties"]["colour"] = {
        "description": "Its colour.",
        "type": "string",
        "enum": ["red", "blue"],
    }


def nameless_choice(document):
    del schema(document, "Job")["properties"]["status"]["title"]


def tolerant_request(document):
    del schema(document, "ProjectCreate")["additionalProperties"]


def vague_request(document):
    schema(document, "ModelCreate")["properties"]["config"]["description"] = "The equations."


def strict_response(document):
    schema(document, "Project")["additionalProperties"] = False


def strict_word(document):
    schema(document, "Job")["properties"]["status"] = {
        "description": "Where it stands.",
        "anyOf": [{"$ref": "#/components/schemas/JobStatus"}, {"type": "null"}],
    }


def strict_word_alone(document):
    schema(document, "Job")["properties"]["status"] = {"$ref": "#/components/schemas/JobStatus"}


def strict_word_in_a_list(document):
    schema(document, "Job")["properties"]["history"] = {
        "type": "array",
        "description": "Where it stood.",
        "items": {"$ref": "#/components/schemas/JobStatus"},
    }


def silent_schema(document):
    del schema(document, "Project")["description"]


def silent_field(document):
    del schema(document, "Project")["properties"]["name"]["description"]


def number_without_unit(document):
    capacity = schema(document, "QuickModel")["properties"]["capacity"]
    capacity["description"] = "The cell's capacity."


def numbers_of_a_map_without_unit(document):
    parameters = schema(document, "Simulation")["properties"]["design_parameters"]
    parameters["description"] = "Its design."


def column_as_field(document):
    schema(document, "Job")["properties"]["Voltage [V]"] = {
        "type": "number",
        "description": "Voltage [V].",
    }


def phantom_requirement(document):
    schema(document, "Job")["required"].append("phase")


def no_example(document):
    content = operation(document, "/projects", "post")["requestBody"]["content"]
    del content["application/json"]["examples"]


def wrong_request_example(document):
    content = operation(document, "/projects", "post")["requestBody"]["content"]
    content["application/json"]["examples"]["fast_charge"]["value"]["color"] = "red"


def wrong_shared_example(document):
    document["components"]["examples"]["Project"]["value"]["id"] = 7


def wrong_time_in_an_example(document):
    document["components"]["examples"]["Project"]["value"]["created_at"] = "yesterday"


def wrong_error_example(document):
    content = document["components"]["responses"]["NotFound"]["content"]["application/json"]
    del content["examples"]["unknown_id"]["value"]["message"]


def wrong_parameter_example(document):
    document["components"]["parameters"]["JobId"]["example"] = 7


def wrong_default(document):
    document["components"]["parameters"]["Limit"]["schema"]["default"] = 1000


def wrong_default_of_a_component(document):
    schema(document, "OrderDirection")["default"] = "down"


def not_openapi(document):
    del document["info"]["title"]


BREAKS = [
    ("operation_id", misname),
    ("standard", repeat_name),
    ("operation_tag", unknown_tag),
    ("operation_tag", two_tags),
    ("operation_summary", no_summary),
    ("parameter_described", undescribed_parameter),
    ("parameter_described", empty_path_parameter),
    ("parameter_described", path_parameter_without_example),
    ("paging_bounds", unbounded_limit),
    ("paging_bounds", limit_without_default_in_a_body),
    ("error_responses", missing_not_found),
    ("error_responses", missing_too_large),
    ("error_responses", missing_unauthorized),
    ("error_form", own_error),
    ("success_status", created_with_200),
    ("correlation_id", no_correlation_id),
    ("json_content_type", charset),
    ("success_status", deleted_with_200),
    ("plain_query", numbers_in_query),
    ("plain_query", joined_list_in_query),
    ("plain_query", object_in_query),
    ("request_or_response", shared_schema),
    ("unused_component", orphan),
    ("named_components", nameless_object),
    ("named_components", nameless_enumeration),
    ("borrowed_names", nameless_choice),
    ("closed_requests", tolerant_request),
    ("closed_requests", vague_request),
    ("open_responses", strict_response),
    ("open_enumerations", strict_word),
    ("open_enumerations", strict_word_alone),
    ("open_enumerations", strict_word_in_a_list),
    ("described", silent_schema),
    ("described", silent_field),
    ("units", number_without_unit),
    ("units", numbers_of_a_map_without_unit),
    ("field_names", column_as_field),
    ("required_exist", phantom_requirement),
    ("example_present", no_example),
    ("example_valid", wrong_request_example),
    ("example_valid", wrong_shared_example),
    ("example_valid", wrong_time_in_an_example),
    ("example_valid", wrong_error_example),
    ("example_valid", wrong_parameter_example),
    ("standard", wrong_default),
    ("standard", wrong_default_of_a_component),
    ("standard", not_openapi),
]


def test_the_description_is_sound():
    assert lint(BUNDLE) == []


@pytest.mark.parametrize(("rule", "breach"), BREAKS, ids=[f.__name__ for _, f in BREAKS])
def test_a_breach_is_reported_under_its_rule(rule, breach):
    document = copy.deepcopy(BUNDLE)
    breach(document)
    problems = list(NAMED[rule](document))
    assert problems
    assert {problem.rule for problem in problems} == {rule}


def test_every_rule_has_a_breach_that_shows_it_can_fail():
    assert set(NAMED) == {rule for rule, _ in BREAKS}


def test_a_document_that_is_no_openapi_is_judged_by_the_standard_alone():
    document = copy.deepcopy(BUNDLE)
    misname(document)
    not_openapi(document)
    assert {problem.rule for problem in lint(document)} == {"standard"}


def test_a_problem_says_where_and_what_would_be_right():
    document = copy.deepcopy(BUNDLE)
    number_without_unit(document)
    assert [str(problem) for problem in lint(document)] == [
        "schemas/QuickModel/capacity: its description should name the unit, like [A.h] or [-] "
        "[units]"
    ]
