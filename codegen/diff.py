"""What breaks for the users of the last release.

Breaking is: an operation, parameter, response or response field that is gone; a request that was
accepted and no longer is; a response that holds what could not be there before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codegen.bundle import read_bundle
from codegen.language import without
from codegen.layout import Layout
from codegen.narrowing import Comparison, Narrowing
from codegen.reach import look_up, methods, operations

Document = dict[str, Any]
Parameters = dict[tuple[str, str], Document]

_IN_REQUESTS = {
    "type": "no longer accepts {}",
    "word": "no longer accepts {}",
    "bound": "no longer accepts {}",
    "closed": "no longer accepts {}",
    "field": "no longer accepts field {}",
    "required": "now requires field {}",
}
_IN_RESPONSES = {
    "type": "may now be {}",
    "word": "may now be {}",
    "bound": "may now hold {}",
    "closed": "may now hold {}",
    "field": "may now hold field {}",
    "required": "no longer always has field {}",
}


def breaking_changes(released: Document, current: Document) -> list[str]:
    """Name each breaking change between two bundles, with its place.

    Parameters
    ----------
    released
        The bundle that users have.
    current
        The bundle that is to replace it.
    """
    return list(_changes(without(released), without(current)))


def diff(layout: Layout) -> list[str]:
    """Name the breaking changes of this working copy since the last release."""
    return breaking_changes(read_bundle(layout.released), read_bundle(layout.bundle))


def _changes(released: Document, current: Document) -> Iterator[str]:
    for path, method, old in operations(released):
        place = f"{method} {path}"
        new = methods(current.get("paths", {}).get(path, {})).get(method)
        if new is None:
            yield f"{place}: operation {old['operationId']} is gone"
            continue
        if new["operationId"] != old["operationId"]:
            yield f"{place}: operation {old['operationId']} is now {new['operationId']}"
        if _is_open(released, old) and not _is_open(current, new):
            yield f"{place}: a credential is now required"
        both = (released, current)
        yield from _parameters(
            both, _stated(released, path, old), _stated(current, path, new), place
        )
        yield from _request(both, old, new, place)
        yield from _responses(both, old, new, place)


def _is_open(document: Document, operation: Document) -> bool:
    wanted = operation.get("security", document.get("security", []))
    return not wanted or {} in wanted


def _stated(document: Document, path: str, operation: Document) -> Parameters:
    stated = [*document["paths"][path].get("parameters", []), *operation.get("parameters", [])]
    found = [look_up(document, parameter) for parameter in stated]
    return {(parameter["in"], parameter["name"]): parameter for parameter in found}


def _parameters(
    both: tuple[Document, Document], old: Parameters, new: Parameters, place: str
) -> Iterator[str]:
    for (where, name), parameter in old.items():
        if (where, name) not in new:
            yield f"{place}: {where} parameter {name} is gone"
        else:
            schemas = parameter["schema"], new[where, name]["schema"]
            found = Comparison(*both).narrowings(*schemas, f"{place} {where} {name}")
            yield from _worded(found, _IN_REQUESTS)
    for (where, name), parameter in new.items():
        required_before = old.get((where, name), {}).get("required", False)
        if parameter.get("required") and not required_before:
            yield f"{place}: {where} parameter {name} is now required"


def _request(
    both: tuple[Document, Document], old: Document, new: Document, place: str
) -> Iterator[str]:
    bodies = [
        look_up(document, op.get("requestBody", {}))
        for document, op in zip(both, (old, new), strict=True)
    ]
    if bodies[1].get("required") and not bodies[0].get("required"):
        yield f"{place}: a request body is now required"
    for media_type, content in bodies[0].get("content", {}).items():
        if media_type not in bodies[1].get("content", {}):
            yield f"{place}: request {media_type} is gone"
            continue
        schemas = content["schema"], bodies[1]["content"][media_type]["schema"]
        found = Comparison(*both).narrowings(*schemas, f"{place} request")
        yield from _worded(found, _IN_REQUESTS)


def _responses(
    both: tuple[Document, Document], old: Document, new: Document, place: str
) -> Iterator[str]:
    released, current = both
    for status, response in old["responses"].items():
        if not status.startswith("2"):
            continue
        if status not in new["responses"]:
            yield f"{place}: response {status} is gone"
            continue
        before, after = look_up(released, response), look_up(current, new["responses"][status])
        for media_type, content in before.get("content", {}).items():
            where = f"{place} {status}"
            if media_type not in after.get("content", {}):
                yield f"{where}: {media_type} is gone"
                continue
            schemas = after["content"][media_type]["schema"], content["schema"]
            found = Comparison(current, released).narrowings(*schemas, where)
            yield from _worded(found, _IN_RESPONSES)
            yield from _lost_fields(both, content["schema"], schemas[0], where)


def _lost_fields(
    both: tuple[Document, Document], old: Document, new: Document, place: str
) -> Iterator[str]:
    before = _described(both[0], old, place, frozenset())
    after = _described(both[1], new, place, frozenset())
    for field in before:
        if field not in after:
            yield f"{field}: response field is gone"


def _described(
    document: Document, schema: Document, place: str, above: frozenset[str]
) -> list[str]:
    """List every field below a response's schema by its place, recursion cut."""
    reference = schema.get("$ref", "")
    if reference in above:
        return []
    schema, above = look_up(document, schema), above | {reference} - {""}
    found = []
    for name, child in schema.get("properties", {}).items():
        found += [f"{place}/{name}", *_described(document, child, f"{place}/{name}", above)]
    for key, mark in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(schema.get(key), dict):
            found += _described(document, schema[key], f"{place}{mark}", above)
    for choice in schema.get("anyOf", []):
        found += _described(document, choice, place, above)
    return found


def _worded(found: Iterator[Narrowing], words: dict[str, str]) -> Iterator[str]:
    for narrowing in found:
        yield f"{narrowing.place}: {words[narrowing.kind].format(narrowing.detail)}"
