"""What breaks for the users of the last release.

Breaking is: an operation, parameter, response, header or response field that is gone; a request,
credential or address that was accepted and no longer is, or that no longer means the same; a
response that holds what could not be there before. Requests may widen and responses narrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codegen.access import Both, lost_access, lost_shared_access
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
    "default": "no longer defaults to {}",
}
_IN_RESPONSES = {
    "type": "may now be {}",
    "word": "may now be {}",
    "bound": "may now hold {}",
    "closed": "may now hold {}",
    "field": "may now hold field {}",
    "required": "no longer always has field {}",
}
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}


def breaking_changes(released: Document, current: Document) -> list[str]:
    """Name each breaking change between two bundles, with its place.

    Parameters
    ----------
    released
        The bundle that users have.
    current
        The bundle that is to replace it.
    """
    return list(dict.fromkeys(_changes((without(released), without(current)))))


def diff(layout: Layout) -> list[str]:
    """Name the breaking changes of this working copy since the last release."""
    return breaking_changes(read_bundle(layout.released), read_bundle(layout.bundle))


def _changes(both: Both) -> Iterator[str]:
    released, current = both
    yield from lost_shared_access(both)
    for path, method, old in operations(released):
        place = f"{method} {path}"
        new = methods(current.get("paths", {}).get(path, {})).get(method)
        if new is None:
            yield f"{place}: operation {old['operationId']} is gone"
            continue
        yield from _names(old, new, place)
        yield from lost_access(both, path, method, place)
        yield from _parameters(
            both, _stated(released, path, old), _stated(current, path, new), place
        )
        yield from _request(both, old, new, place)
        yield from _responses(both, old, new, place)


def _names(old: Document, new: Document, place: str) -> Iterator[str]:
    """Name what generated clients call an operation, and the tag in which they put it."""
    if new["operationId"] != old["operationId"]:
        yield f"{place}: operation {old['operationId']} is now {new['operationId']}"
    for tag in old.get("tags", []):
        if tag not in new.get("tags", []):
            yield f"{place}: operation {old['operationId']} is no longer under tag {tag}"


def _stated(document: Document, path: str, operation: Document) -> Parameters:
    stated = [*document["paths"][path].get("parameters", []), *operation.get("parameters", [])]
    found = [look_up(document, parameter) for parameter in stated]
    return {(parameter["in"], parameter["name"]): parameter for parameter in found}


def _parameters(both: Both, old: Parameters, new: Parameters, place: str) -> Iterator[str]:
    for (where, name), parameter in old.items():
        if (where, name) not in new:
            yield f"{place}: {where} parameter {name} is gone"
            continue
        other = new[where, name]
        if _written(other) != _written(parameter):
            yield f"{place}: {where} parameter {name} is now written in {_written(other)}"
        schemas = parameter["schema"], other["schema"]
        found = Comparison(*both, sent=True).narrowings(*schemas, f"{place} {where} {name}")
        yield from _worded(found, _IN_REQUESTS)
    for (where, name), parameter in new.items():
        required_before = old.get((where, name), {}).get("required", False)
        if parameter.get("required") and not required_before:
            yield f"{place}: {where} parameter {name} is now required"


def _written(parameter: Document) -> str:
    style = parameter.get("style", _STYLES[parameter["in"]])
    return f"style {style}{', explode' * parameter.get('explode', style == 'form')}"


def _request(both: Both, old: Document, new: Document, place: str) -> Iterator[str]:
    before, after = (
        look_up(document, operation.get("requestBody", {}))
        for document, operation in zip(both, (old, new), strict=True)
    )
    if after.get("required") and not before.get("required"):
        yield f"{place}: a request body is now required"
    for media_type, content in before.get("content", {}).items():
        if media_type not in after.get("content", {}):
            yield f"{place}: request {media_type} is gone"
            continue
        other = after["content"][media_type]
        if other.get("encoding") != content.get("encoding"):
            yield f"{place}: request {media_type} is now encoded otherwise"
        schemas = content.get("schema", {}), other.get("schema", {})
        found = Comparison(*both, sent=True).narrowings(*schemas, f"{place} request")
        yield from _worded(found, _IN_REQUESTS)


def _responses(both: Both, old: Document, new: Document, place: str) -> Iterator[str]:
    known, answered = old["responses"], new["responses"]
    for status, response in known.items():
        if status in answered:
            shared = "$ref" in response and response == answered[status]
            where = (
                response["$ref"].removeprefix("#/components/") if shared else f"{place} {status}"
            )
            before, after = look_up(both[0], response), look_up(both[1], answered[status])
            yield from _headers(both, before, after, where)
            yield from _contents(both, before, after, where)
        elif status.startswith("2"):
            yield f"{place}: response {status} is gone"
    for status in answered:
        if status[0] in "23" and not {status, f"{status[0]}XX"} & known.keys():
            yield f"{place}: may now answer {status}"


def _headers(both: Both, before: Document, after: Document, where: str) -> Iterator[str]:
    kept = {name.lower(): header for name, header in after.get("headers", {}).items()}
    for name, header in before.get("headers", {}).items():
        if name.lower() not in kept:
            yield f"{where}: header {name} is gone"
            continue
        old, new = look_up(both[0], header), look_up(both[1], kept[name.lower()])
        if old.get("required") and not new.get("required"):
            yield f"{where}: no longer always has header {name}"
        schemas = new.get("schema", {}), old.get("schema", {})
        found = Comparison(both[1], both[0]).narrowings(*schemas, f"{where} header {name}")
        yield from _worded(found, _IN_RESPONSES)


def _contents(both: Both, before: Document, after: Document, where: str) -> Iterator[str]:
    for media_type, content in before.get("content", {}).items():
        if media_type not in after.get("content", {}):
            yield f"{where}: {media_type} is gone"
            continue
        old, new = content.get("schema", {}), after["content"][media_type].get("schema", {})
        found = Comparison(both[1], both[0]).narrowings(new, old, where)
        yield from _worded(found, _IN_RESPONSES)
        yield from _lost_fields(both, old, new, where)


def _lost_fields(both: Both, old: Document, new: Document, place: str) -> Iterator[str]:
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
    for key in ("anyOf", "oneOf", "allOf"):
        for choice in schema.get(key, []):
            found += _described(document, choice, place, above)
    return found


def _worded(found: Iterator[Narrowing], words: dict[str, str]) -> Iterator[str]:
    for narrowing in found:
        yield f"{narrowing.place}: {words[narrowing.kind].format(narrowing.detail)}"
