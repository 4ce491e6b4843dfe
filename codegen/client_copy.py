"""The bundle as the client generator should see it.

``openapi/dist/ionworks.json`` says what is on the wire. The generator gets a private copy in which

- only success responses are left, since errors and redirects are the transport's business, and
  under any code of success: 200 for 201 must lose no response;
- objects without described properties are plain values, so that dicts stay dicts both ways;
- fields that a response may leave out are required and nullable, so that they read as ``None``;
- defaults are left to the server, so that nothing is sent that nobody asked for;
- times are text, so that no odd time loses a response, and the service judges those it is sent.

Request bodies and query parameters keep the difference between a value, ``null`` and nothing.
"""

from __future__ import annotations

from typing import Any

from codegen.language import without
from codegen.reach import component_schemas, methods, nodes

Schema = dict[str, Any]


def client_copy(bundle: dict[str, Any]) -> dict[str, Any]:
    """Return the generator's copy of a bundle; the bundle itself is left as it is."""
    document = without(bundle)
    _keep_success_responses(document)
    responses = component_schemas(document, "responses")
    schemas = document.get("components", {}).get("schemas", {})
    for name in responses:
        _make_absent_fields_null(schemas[name])
    _keep_times_as_text(document)
    _open_free_form(document)
    _leave_defaults_to_the_server(document)
    return document


def _keep_success_responses(document: dict[str, Any]) -> None:
    for item in document["paths"].values():
        for operation in methods(item).values():
            answers = operation["responses"].items()
            success = [response for status, response in answers if status.startswith("2")]
            operation["responses"] = {"2XX": success[0]} if success else {}


def _make_absent_fields_null(schema: Schema) -> None:
    properties = schema.get("properties", {})
    required = schema.get("required", [])
    for name in properties:
        if name not in required:
            properties[name] = _nullable(properties[name])
    if properties:
        schema["required"] = list(properties)


def _nullable(schema: Schema) -> Schema:
    if _allows_null(schema):
        return schema
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    described = {key: schema[key] for key in ("description",) if key in schema}
    rest = {key: value for key, value in schema.items() if key != "description"}
    return {"anyOf": [rest, {"type": "null"}], **described}


def _allows_null(schema: Schema) -> bool:
    kinds = schema.get("type")
    return (
        not schema.keys() - {"description"}
        or kinds == "null"
        or (isinstance(kinds, list) and "null" in kinds)
        or any(_allows_null(choice) for choice in schema.get("anyOf", []))
    )


def _keep_times_as_text(document: dict[str, Any]) -> None:
    for node in nodes(document):
        if node.get("format") in {"date-time", "date"}:
            del node["format"]


def _open_free_form(document: dict[str, Any]) -> None:
    schemas = document.get("components", {}).get("schemas", {})
    free = {f"#/components/schemas/{name}" for name in schemas if _is_free_form(schemas[name])}
    for node in list(nodes(document)):
        if _is_free_form(node) or node.get("$ref") in free:
            described = {key: node[key] for key in ("description",) if key in node}
            node.clear()
            node.update(described)
    document.get("components", {})["schemas"] = {
        name: schema
        for name, schema in schemas.items()
        if f"#/components/schemas/{name}" not in free
    }


def _leave_defaults_to_the_server(document: dict[str, Any]) -> None:
    for node in nodes(document):
        node.pop("default", None)


def _is_free_form(schema: Schema) -> bool:
    return schema.get("type") in ("object", ["object", "null"]) and not schema.get("properties")
