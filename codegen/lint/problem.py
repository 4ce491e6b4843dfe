"""What a rule reports, and the walks over a description that several rules share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from codegen.reach import look_up, methods, operations

Document = dict[str, Any]
JSON = "application/json"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: the rule's name, the place, and what would be right."""

    rule: str
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} [{self.rule}]"


def named_operations(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield `get /projects` and the operation, for every operation."""
    for path, method, operation in operations(document):
        yield f"{method} {path}", operation


def parameters(document: Document, path: str, method: str) -> list[Document]:
    """Return an operation's parameters, those of its path included, references followed."""
    item = document["paths"][path]
    stated = [*item.get("parameters", []), *methods(item)[method].get("parameters", [])]
    return [look_up(document, parameter) for parameter in stated]


def bodies(document: Document) -> Iterator[tuple[str, tuple[str, ...], Document]]:
    """Yield place, path in the document and media type object of every body with content.

    Shared responses stand once, under their component.
    """
    for path, method, operation in operations(document):
        here = ("paths", path, method)
        if "requestBody" in operation:
            yield from _contents(f"{method} {path} request", here, "requestBody", operation)
        for status, response in operation["responses"].items():
            if "$ref" not in response:
                yield from _contents(
                    f"{method} {path} {status}",
                    (*here, "responses"),
                    status,
                    operation["responses"],
                )
    for name in document.get("components", {}).get("responses", {}):
        shared = document["components"]["responses"]
        yield from _contents(f"responses/{name}", ("components", "responses"), name, shared)


def _contents(
    place: str, here: tuple[str, ...], key: str, parent: Document
) -> Iterator[tuple[str, tuple[str, ...], Document]]:
    for media_type, content in parent[key].get("content", {}).items():
        yield f"{place} {media_type}", (*here, key, "content", media_type), content


def fields(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield place and schema of every property of every component schema."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        for field, description in schema.get("properties", {}).items():
            yield f"schemas/{name}/{field}", description


def kinds(schema: Document) -> set[str]:
    """Return the types that a schema names, as a set."""
    stated = schema.get("type", [])
    return {stated} if isinstance(stated, str) else set(stated)
