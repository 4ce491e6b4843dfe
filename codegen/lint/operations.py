"""Rules for operations: their names, parameters and responses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codegen.lint.problem import (
    JSON,
    Document,
    Problem,
    bodies,
    fields,
    kinds,
    named_operations,
    parameters,
)
from codegen.reach import look_up, operations

_VERBS = {
    "assign",
    "attach",
    "cancel",
    "change",
    "confirm",
    "convert",
    "create",
    "delete",
    "detach",
    "download",
    "get",
    "initiate",
    "list",
    "parse",
    "remove",
    "search",
    "unwatch",
    "update",
    "validate",
    "watch",
}
_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def operation_id(document: Document) -> Iterator[Problem]:
    """Require operations to be named verb_noun in snake case; the standard wants each name once."""
    for place, operation in named_operations(document):
        name = operation.get("operationId", "")
        verb, _, noun = name.partition("_")
        if not (_SNAKE_CASE.fullmatch(name) and verb in _VERBS and noun):
            wanted = f"a verb of {', '.join(sorted(_VERBS))} and a noun, like list_projects"
            yield Problem("operation_id", place, f"operationId {name!r} should be {wanted}")


def operation_tag(document: Document) -> Iterator[Problem]:
    """Require one tag of an operation, which the root describes."""
    declared = {tag["name"] for tag in document.get("tags", []) if tag.get("description")}
    for place, operation in named_operations(document):
        tags = operation.get("tags", [])
        if len(tags) != 1 or tags[0] not in declared:
            yield Problem(
                "operation_tag", place, f"should have one tag of {sorted(declared)}, has {tags}"
            )


def operation_summary(document: Document) -> Iterator[Problem]:
    """Require a summary that is one short phrase without a full stop."""
    for place, operation in named_operations(document):
        summary = operation.get("summary", "")
        if not 0 < len(summary) <= 80 or summary.endswith("."):
            yield Problem(
                "operation_summary", place, "needs a summary of up to 80 characters, no full stop"
            )


def parameter_described(document: Document) -> Iterator[Problem]:
    """Require a description of parameters; in a path an example too, and never an empty value."""
    for path, method, _ in operations(document):
        for parameter in parameters(document, path, method):
            place = f"{method} {path} {parameter['name']}"
            if not parameter.get("description"):
                yield Problem("parameter_described", place, "needs a description")
            if parameter["in"] == "path" and not parameter["schema"].get("minLength"):
                yield Problem("parameter_described", place, "needs minLength: 1, it is in the path")
            if parameter["in"] == "path" and "example" not in parameter:
                yield Problem("parameter_described", place, "needs an example, it is in the path")


def paging_bounds(document: Document) -> Iterator[Problem]:
    """Require a default and bounds of a limit, a default and a minimum of an offset."""
    wanted = {
        "limit": ("minimum", "maximum", "default"),
        "offset": ("minimum", "default"),
    }
    found = [
        (f"{method} {path} {parameter['name']}", parameter["name"], parameter["schema"])
        for path, method, _ in operations(document)
        for parameter in parameters(document, path, method)
    ]
    found += [(place, place.rpartition("/")[2], schema) for place, schema in fields(document)]
    for place, name, schema in found:
        missing = [key for key in wanted.get(name, ()) if key not in look_up(document, schema)]
        if missing:
            yield Problem("paging_bounds", place, f"should state {' and '.join(missing)}")


def error_responses(document: Document) -> Iterator[Problem]:
    """Require of an operation the errors that its shape makes possible."""
    for path, method, operation in operations(document):
        wanted = {"429", "500"}
        secured = operation.get("security", document.get("security", [])) != []
        places = {parameter["in"] for parameter in parameters(document, path, method)}
        wanted |= {"401", "403"} if secured else set()
        wanted |= {"404"} if "path" in places else set()
        wanted |= {"422"} if "query" in places else set()
        wanted |= {"400", "413", "422"} if "requestBody" in operation else set()
        missing = sorted(wanted - operation["responses"].keys())
        if missing:
            yield Problem(
                "error_responses", f"{method} {path}", f"does not describe {', '.join(missing)}"
            )


def error_form(document: Document) -> Iterator[Problem]:
    """Require the one form, `Error`, of every error."""
    for path, method, operation in operations(document):
        for status, response in operation["responses"].items():
            content = look_up(document, response).get("content", {})
            schema = content.get(JSON, {}).get("schema", {})
            if status[0] in "45" and schema != {"$ref": "#/components/schemas/Error"}:
                yield Problem(
                    "error_form", f"{method} {path} {status}", "should answer with schema Error"
                )


def success_status(document: Document) -> Iterator[Problem]:
    """Require 201 of creating, 204 of the method DELETE, 200 of everything else."""
    for path, method, operation in operations(document):
        place = f"{method} {path}"
        creates = operation.get("operationId", "").startswith("create_")
        wanted = "204" if method == "delete" else "201" if creates else "200"
        stated = [status for status in operation["responses"] if status.startswith("2")]
        if stated != [wanted]:
            yield Problem("success_status", place, f"should answer {wanted}, describes {stated}")


def correlation_id(document: Document) -> Iterator[Problem]:
    """Require the correlation id of every response."""
    for place, operation in named_operations(document):
        for status, response in operation["responses"].items():
            if "x-correlation-id" not in look_up(document, response).get("headers", {}):
                yield Problem(
                    "correlation_id", f"{place} {status}", "needs the header x-correlation-id"
                )


def json_content_type(document: Document) -> Iterator[Problem]:
    """Require `application/json` exactly: clients in use do not read it with a parameter."""
    for place, path, _ in bodies(document):
        if "json" in path[-1] and path[-1] != JSON:
            yield Problem("json_content_type", place, f"should be {JSON} exactly")


def plain_query(document: Document) -> Iterator[Problem]:
    """Require plain values of a query parameter: one, or texts by repeating it."""
    for path, method, _ in operations(document):
        for parameter in parameters(document, path, method):
            schema = look_up(document, parameter["schema"])
            if parameter["in"] == "query" and not _is_plain(document, parameter, schema):
                place = f"{method} {path} {parameter['name']}"
                yield Problem(
                    "plain_query",
                    place,
                    "should be one plain value, or a list of texts that repeats the parameter",
                )


def _is_plain(document: Document, parameter: Document, schema: Document) -> bool:
    if kinds(schema) != {"array"}:
        return not kinds(schema) & {"array", "object"}
    items = look_up(document, schema.get("items", {}))
    return kinds(items) == {"string"} and not {"style", "explode"} & parameter.keys()


RULES = (
    operation_id,
    operation_tag,
    operation_summary,
    parameter_described,
    paging_bounds,
    error_responses,
    error_form,
    success_status,
    correlation_id,
    json_content_type,
    plain_query,
)
