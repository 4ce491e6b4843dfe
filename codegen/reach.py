"""Which schemas requests use, and which responses use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
Side = Literal["requests", "responses"]


def methods(path_item: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the operations of one path by their HTTP method."""
    return {method: path_item[method] for method in METHODS if method in path_item}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and operation, in the order of the document."""
    for path, item in document.get("paths", {}).items():
        for method, operation in methods(item).items():
            yield path, method, operation


def component_schemas(document: dict[str, Any], side: Side) -> set[str]:
    """Name the component schemas that requests (parameters included) or responses reach."""
    places = ("parameters", "requestBody") if side == "requests" else ("responses",)
    roots = [item.get("parameters", []) for item in document["paths"].values()]
    start = list(roots) if side == "requests" else []
    start += [operation.get(place) for _, _, operation in operations(document) for place in places]
    return {name for kind, name in _closure(document, start) if kind == "schemas"}


def look_up(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference within the document; anything else is returned as it is."""
    seen = 0
    while "$ref" in node and seen < 16:
        kind, name = node["$ref"].split("/")[-2:]
        node, seen = document["components"][kind][name], seen + 1
    return node


def _closure(document: dict[str, Any], start: list[Any]) -> set[tuple[str, str]]:
    reached: set[tuple[str, str]] = set()
    waiting = list(start)
    while waiting:
        for reference in references(waiting.pop()):
            _, _, kind, name = reference.split("/")
            if (kind, name) not in reached:
                reached.add((kind, name))
                waiting.append(document["components"][kind][name])
    return reached


def references(node: Any) -> Iterator[str]:
    """Yield every reference below a node, examples left out."""
    for child in nodes(node):
        if isinstance(child.get("$ref"), str):
            yield child["$ref"]


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping below a value, itself included, but no example and no map of fields.

    What stands inside of a text, its ``contentSchema``, is no part of the API's own schemas.
    """
    if isinstance(value, dict):
        yield value
        for key, child in value.items():
            if key == "properties":
                yield from nodes(list(child.values()))
            elif key not in {"example", "examples", "contentSchema"}:
                yield from nodes(child)
    elif isinstance(value, list):
        for child in value:
            yield from nodes(child)
