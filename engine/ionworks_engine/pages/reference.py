"""The page at ``/docs``: every operation and every schema of the bundle that is served."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ionworks_engine.bundle import METHODS, lookup
from ionworks_engine.pages.rendering import render
from ionworks_engine.pages.schemas import Field, Word, anchor, facts_of, fields_of, kind_of, title

Bundle = Mapping[str, Any]
_RESPONSES = "#/components/responses/"


@dataclass(frozen=True, slots=True)
class Example:
    """A named example, as JSON text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a request or an answer carries in one media type."""

    media: str
    kind: Sequence[Word]
    fields: Sequence[Field]
    examples: Sequence[Example]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer by its status; ``shared`` names the one that many operations have."""

    status: str
    description: str
    shared: str
    contents: Sequence[Content]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    is_open: bool
    parameters: Sequence[tuple[str, Field]]
    body_needed: bool
    body: Sequence[Content]
    answers: Sequence[Answer]
    errors: Sequence[Answer]


@dataclass(frozen=True, slots=True)
class Shape:
    """A schema as the page shows it."""

    anchor: str
    title: str
    description: str
    kind: Sequence[Word]
    facts: Sequence[str]
    closed: bool
    fields: Sequence[Field]


def reference_page(bundle: Bundle) -> str:
    """Return the reference of an API description as HTML."""
    by_tag: dict[str, list[Operation]] = {tag["name"]: [] for tag in bundle["tags"]}
    for tag, operation in _operations(bundle):
        by_tag[tag].append(operation)
    shared = bundle["components"]["responses"]
    return render(
        "reference.html",
        {
            "info": bundle["info"],
            "tags": [tag for tag in bundle["tags"] if by_tag[tag["name"]]],
            "operations": by_tag,
            "shapes": list(_shapes(bundle)),
            "errors": [
                _answer(bundle, name, {"$ref": _RESPONSES + name}, whole=True)
                for name in shared
                if "content" in shared[name]
            ],
        },
    )


def _operations(bundle: Bundle) -> Iterator[tuple[str, Operation]]:
    for path, item in bundle["paths"].items():
        for method in METHODS:
            if method in item:
                shared = item.get("parameters", [])
                yield (
                    item[method]["tags"][0],
                    _operation(bundle, path, method, item[method], shared),
                )


def _operation(
    bundle: Bundle, path: str, method: str, stated: Mapping[str, Any], shared: list[Any]
) -> Operation:
    body = _resolved(bundle, stated.get("requestBody", {}))
    answers = [_answer(bundle, *each) for each in stated["responses"].items()]
    good = [answer for answer in answers if answer.status[0] in "123"]
    security = stated.get("security", bundle.get("security", []))
    return Operation(
        id=stated["operationId"],
        method=method.upper(),
        path=path,
        summary=stated.get("summary", ""),
        description=stated.get("description", ""),
        is_open=not security or {} in security,
        parameters=[_parameter(bundle, each) for each in [*shared, *stated.get("parameters", [])]],
        body_needed=bool(body.get("required")),
        body=list(_contents(bundle, body)),
        answers=good,
        errors=[answer for answer in answers if answer not in good],
    )


def _parameter(bundle: Bundle, stated: Mapping[str, Any]) -> tuple[str, Field]:
    found = _resolved(bundle, stated)
    schema = _resolved(bundle, found["schema"])
    described = found.get("description") or schema.get("description", "")
    needed = bool(found.get("required"))
    return found["in"], Field(found["name"], kind_of(schema), needed, facts_of(schema), described)


def _answer(
    bundle: Bundle, status: str, stated: Mapping[str, Any], *, whole: bool = False
) -> Answer:
    """Return an answer; of a shared one the contents only where it is shown ``whole``."""
    found = _resolved(bundle, stated)
    shared = stated.get("$ref", "").removeprefix(_RESPONSES)
    contents = () if shared and not whole else list(_contents(bundle, found))
    return Answer(status, found.get("description", ""), shared, contents)


def _contents(bundle: Bundle, stated: Mapping[str, Any]) -> Iterator[Content]:
    for media, content in stated.get("content", {}).items():
        schema = content.get("schema", {})
        yield Content(
            media,
            kind_of(schema),
            list(fields_of(schema)),
            [
                Example(name, json.dumps(_example(bundle, each), indent=2, ensure_ascii=False))
                for name, each in content.get("examples", {}).items()
            ],
        )


def _example(bundle: Bundle, stated: Mapping[str, Any]) -> Any:
    return _resolved(bundle, stated)["value"]


def _shapes(bundle: Bundle) -> Iterator[Shape]:
    for name, schema in bundle["components"]["schemas"].items():
        reference = f"#/components/schemas/{name}"
        yield _shape(reference, schema)
        for part, inner in schema.get("$defs", {}).items():
            yield _shape(f"{reference}/$defs/{part}", inner)


def _shape(reference: str, schema: Mapping[str, Any]) -> Shape:
    return Shape(
        anchor=anchor(reference),
        title=title(reference),
        description=schema.get("description", ""),
        kind=kind_of(schema),
        facts=facts_of(schema),
        closed=schema.get("additionalProperties") is False,
        fields=list(fields_of(schema)),
    )


def _resolved(bundle: Bundle, stated: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in stated:
        stated = lookup(bundle, stated["$ref"])
    return stated
