"""The API description this engine serves: its operations, found by operationId."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

METHODS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a path or a query.

    ``pointer`` leads to its schema in the bundle; ``kind`` is the JSON type it is read as.
    """

    name: str
    place: str
    required: bool
    pointer: str
    kind: str
    default: Any


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: what it takes, and what it answers.

    ``body`` is the pointer to the schema of its body, which comes as ``media``; ``answers`` the
    pointers to the schemas of its JSON answers by status; ``success`` is the status of a good
    answer.
    """

    id: str
    tag: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: str | None
    media: str | None
    body_required: bool
    success: int
    answers: Mapping[int, str]


def load_bundle() -> dict[str, Any]:
    """Return the API description: from the installed package, else from the checkout."""
    packaged = resources.files("ionworks_engine") / "ionworks.json"
    if not packaged.is_file():
        packaged = Path(__file__).parents[2] / "openapi/dist/ionworks.json"
    bundle: dict[str, Any] = json.loads(packaged.read_text(encoding="utf-8"))
    return bundle


def lookup(bundle: Mapping[str, Any], pointer: str) -> Any:
    """Return what a JSON pointer such as ``#/components/schemas/Error`` leads to."""
    node: Any = bundle
    for part in pointer.removeprefix("#/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        node = node[int(key)] if isinstance(node, list) else node[key]
    return node


def operations(bundle: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield every operation of a bundle."""
    for path, item in bundle["paths"].items():
        where = f"#/paths/{_escape(path)}"
        shared = [f"{where}/parameters/{i}" for i in range(len(item.get("parameters", [])))]
        for method in METHODS:
            if method in item:
                yield _operation(bundle, path, method, f"{where}/{method}", shared)


def _operation(
    bundle: Mapping[str, Any], path: str, method: str, where: str, shared: list[str]
) -> Operation:
    stated = lookup(bundle, where)
    own = [f"{where}/parameters/{i}" for i in range(len(stated.get("parameters", [])))]
    media = next(iter(stated.get("requestBody", {}).get("content", ())), None)
    answers = {
        int(status): f"{where}/responses/{status}/content/application~1json/schema"
        for status, answer in stated["responses"].items()
        if "application/json" in answer.get("content", {})
    }
    return Operation(
        id=stated["operationId"],
        tag=stated["tags"][0],
        method=method.upper(),
        path=path,
        parameters=tuple(_parameter(bundle, pointer) for pointer in [*shared, *own]),
        body=f"{where}/requestBody/content/{_escape(media)}/schema" if media else None,
        media=media,
        body_required=bool(stated.get("requestBody", {}).get("required")),
        success=min(int(status) for status in stated["responses"] if status[0] in "23"),
        answers=answers,
    )


def _parameter(bundle: Mapping[str, Any], pointer: str) -> Parameter:
    pointer, stated = _followed(bundle, pointer)
    schema_pointer, schema = _followed(bundle, f"{pointer}/schema")
    return Parameter(
        name=stated["name"],
        place=stated["in"],
        required=bool(stated.get("required")),
        pointer=schema_pointer,
        kind=schema.get("type", "string"),
        default=schema.get("default"),
    )


def _followed(bundle: Mapping[str, Any], pointer: str) -> tuple[str, Any]:
    """Follow references until there is something itself."""
    found = lookup(bundle, pointer)
    while "$ref" in found:
        pointer = found["$ref"]
        found = lookup(bundle, pointer)
    return pointer, found


def _escape(text: str) -> str:
    return text.replace("~", "~0").replace("/", "~1")
