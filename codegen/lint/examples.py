"""Rules for examples: they are there, and they validate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import jsonschema_rs

from codegen.lint.problem import JSON, Document, Problem, bodies, parameters
from codegen.reach import look_up, operations

_BUNDLE = "urn:bundle"


def example_present(document: Document) -> Iterator[Problem]:
    """Require at least one example of every JSON body."""
    for place, path, content in bodies(document):
        if path[-1] == JSON and not content.get("examples"):
            yield Problem("example_present", place, "needs examples")


def example_valid(document: Document) -> Iterator[Problem]:
    """Require of examples what their schemas describe."""
    registry = jsonschema_rs.Registry([(_BUNDLE, document)])
    for place, content_path, content in bodies(document):
        for name, example in content.get("examples", {}).items():
            value = look_up(document, example).get("value")
            for message in _errors(registry, (*content_path, "schema"), value):
                yield Problem("example_valid", f"{place} example {name}", message)
    for path, method, _ in operations(document):
        for parameter in parameters(document, path, method):
            if "example" in parameter:
                validator = _validator(registry, parameter["schema"])
                place = f"{method} {path} {parameter['name']}"
                for error in validator.iter_errors(parameter["example"]):
                    yield Problem("example_valid", place, error.message)


def _errors(registry: Any, path: tuple[str, ...], value: Any) -> Iterator[str]:
    escaped = (part.replace("~", "~0").replace("/", "~1") for part in path)
    schema = {"$ref": f"{_BUNDLE}#/{'/'.join(quote(part) for part in escaped)}"}
    for error in _validator(registry, schema).iter_errors(value):
        yield f"{'/'.join(str(part) for part in error.instance_path)}: {error.message}"


def _validator(registry: Any, schema: Document) -> Any:
    absolute = _with_absolute_references(schema)
    return jsonschema_rs.Draft202012Validator(absolute, registry=registry, validate_formats=True)


def _with_absolute_references(node: Any) -> Any:
    if isinstance(node, list):
        return [_with_absolute_references(child) for child in node]
    if not isinstance(node, dict):
        return node
    return {
        key: f"{_BUNDLE}{child}"
        if key == "$ref" and isinstance(child, str) and child.startswith("#")
        else _with_absolute_references(child)
        for key, child in node.items()
    }


RULES = (example_present, example_valid)
