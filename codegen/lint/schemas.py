"""Rules for schemas: what keeps requests strict, responses tolerant and numbers with a unit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codegen.lint.problem import Document, Problem, fields, kinds
from codegen.reach import component_schemas, nodes, references

_FIELD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_UNIT = re.compile(r"\[[^\]]+\]|\bunit\b")


def request_or_response(document: Document) -> Iterator[Problem]:
    """Keep schemas of requests and of responses apart: one is strict and the other tolerant."""
    both = component_schemas(document, "requests") & component_schemas(document, "responses")
    for name in sorted(both):
        yield Problem(
            "request_or_response",
            f"schemas/{name}",
            "is used by requests and by responses; describe two schemas",
        )


def unused_component(document: Document) -> Iterator[Problem]:
    """Require that something refers to each component."""
    used = set(references(document)) | _example_references(document)
    for kind, named in document.get("components", {}).items():
        for name in named:
            if kind != "securitySchemes" and f"#/components/{kind}/{name}" not in used:
                yield Problem("unused_component", f"{kind}/{name}", "nothing refers to it")


def _example_references(document: Document) -> set[str]:
    return {
        example["$ref"]
        for node in nodes(document)
        if isinstance(node.get("examples"), dict)
        for example in node["examples"].values()
        if isinstance(example, dict) and "$ref" in example
    }


def named_components(document: Document) -> Iterator[Problem]:
    """Require objects with fields, and enumerations, to be components with a name."""
    top = document.get("components", {}).get("schemas", {})
    named = {id(schema) for schema in top.values()}
    for node in nodes(document):
        described = "properties" in node or "enum" in node
        if described and id(node) not in named:
            keys = sorted(node.get("properties", node.get("enum", [])))
            yield Problem(
                "named_components", f"an object or enumeration of {keys}", "should be a component"
            )


def borrowed_names(document: Document) -> Iterator[Problem]:
    """Require a choice in a field to have a title, where its made-up name would be a component's.

    Generators of other languages call what stands in ``status`` of ``Job`` a ``JobStatus``, over
    the component of this name. One thing or null is no choice: they read it as that thing.
    """
    schemas = document.get("components", {}).get("schemas", {})
    taken = {_plain(name): name for name in schemas}
    for owner, schema in schemas.items():
        for field, child in schema.get("properties", {}).items():
            name = taken.get(_plain(owner + field))
            choices = [each for each in child.get("anyOf", []) if each != {"type": "null"}]
            if name and len(choices) > 1 and "title" not in child:
                yield Problem(
                    "borrowed_names",
                    f"schemas/{owner}/{field}",
                    f"needs a title: without it its choice is taken for the component {name}",
                )


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def closed_requests(document: Document) -> Iterator[Problem]:
    """Require a request to refuse fields it does not know, or to say that it is free-form."""
    for name in sorted(component_schemas(document, "requests")):
        for node in nodes(document["components"]["schemas"][name]):
            if "object" not in kinds(node):
                continue
            if "properties" in node and node.get("additionalProperties") is not False:
                yield Problem(
                    "closed_requests", f"schemas/{name}", "needs additionalProperties: false"
                )
            elif _holds_anything(node) and not _is_free(node):
                yield Problem(
                    "closed_requests",
                    f"schemas/{name}",
                    "has an object without fields; describe them or say that it is free-form",
                )


def _holds_anything(node: Document) -> bool:
    return "properties" not in node and node.get("additionalProperties", True) is True


def _is_free(node: Document) -> bool:
    return "free-form" in node.get("description", "")


def open_responses(document: Document) -> Iterator[Problem]:
    """Require a response to keep fields that are unknown today."""
    for name in sorted(component_schemas(document, "responses")):
        for node in nodes(document["components"]["schemas"][name]):
            if False in (node.get("additionalProperties"), node.get("unevaluatedProperties")):
                yield Problem(
                    "open_responses", f"schemas/{name}", "refuses unknown fields in a response"
                )


def open_enumerations(document: Document) -> Iterator[Problem]:
    """Require `type: string` beside an enumeration in a response, so that a new word survives."""
    schemas = document.get("components", {}).get("schemas", {})
    enums = {f"#/components/schemas/{name}" for name in schemas if "enum" in schemas[name]}
    for name in sorted(component_schemas(document, "responses")):
        for node in nodes(schemas[name]):
            choices = node.get("anyOf", [])
            if any("string" in kinds(choice) for choice in choices):
                choices_open = {id(choice) for choice in choices}
            else:
                choices_open = set()
            for child in _children(node):
                if child.get("$ref") in enums and id(child) not in choices_open:
                    yield Problem(
                        "open_enumerations",
                        f"schemas/{name}",
                        f"{child['$ref'].rpartition('/')[2]} should be one choice of an anyOf "
                        "with type: string",
                    )


def _children(node: Document) -> list[Document]:
    found: list[Document] = [*node.get("properties", {}).values(), *node.get("anyOf", [])]
    found += [node[key] for key in ("items", "additionalProperties") if key in node]
    return [child for child in found if isinstance(child, dict)]


def described(document: Document) -> Iterator[Problem]:
    """Require a description of every schema and every field."""
    schemas = document.get("components", {}).get("schemas", {})
    places = [(f"schemas/{name}", schema) for name, schema in schemas.items()]
    for place, schema in [*places, *fields(document)]:
        if not schema.get("description") and "$ref" not in schema:
            yield Problem("described", place, "needs a description")


def units(document: Document) -> Iterator[Problem]:
    """Require the unit of a number: `[s]`, `[-]` for none, or whose unit it shares."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield from _without_unit(schema, schema.get("description", ""), f"schemas/{name}")


def _without_unit(schema: Document, description: str, place: str) -> Iterator[Problem]:
    description = schema.get("description", description)
    if "number" in kinds(schema) and not _UNIT.search(description):
        yield Problem("units", place, "its description should name the unit, like [A.h] or [-]")
    for field, child in schema.get("properties", {}).items():
        yield from _without_unit(child, "", f"{place}/{field}")
    for child in [
        *schema.get("anyOf", []),
        schema.get("items"),
        schema.get("additionalProperties"),
    ]:
        if isinstance(child, dict):
            yield from _without_unit(child, description, place)


def field_names(document: Document) -> Iterator[Problem]:
    """Require snake case of fields; columns such as `Voltage [V]` are keys of a map."""
    for place, _ in fields(document):
        if not _FIELD.fullmatch(place.rpartition("/")[2]):
            yield Problem("field_names", place, "should be snake_case, or a key of a map")


def required_exist(document: Document) -> Iterator[Problem]:
    """Require fields to be described that are required."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        for field in schema.get("required", []):
            if field not in schema.get("properties", {}):
                yield Problem(
                    "required_exist", f"schemas/{name}", f"requires unknown field {field}"
                )


RULES = (
    request_or_response,
    unused_component,
    named_components,
    borrowed_names,
    closed_requests,
    open_responses,
    open_enumerations,
    described,
    units,
    field_names,
    required_exist,
)
