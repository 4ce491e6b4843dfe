"""Where one schema accepts less than another.

A request breaks when the new schema accepts less than the old one did. A response breaks when the
old schema, by which users read, accepts less than the new one produces. Both are this question.

Keywords are compared by what they mean, so that what is only written otherwise is not named. Those
that judge and are not known here (``pattern``, ``allOf``, ``not`` and so on) are compared by their
text, with what they refer to: another text may accept less, and nothing is passed over.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from codegen.reach import look_up

Document = dict[str, Any]

_LOWER = ("minimum", "exclusiveMinimum")
_UPPER = ("maximum", "exclusiveMaximum")
_FEWEST = ("minLength", "minItems", "minProperties")
_MOST = ("maxLength", "maxItems", "maxProperties")
_SAID = {"$comment", "default", "deprecated", "description", "example", "examples", "externalDocs"}
_SAID |= {"summary", "title"}
_FOLLOWED = {"type", "enum", "const", "properties", "required", "additionalProperties", "items"}
_FOLLOWED |= {*_LOWER, *_UPPER, *_FEWEST, *_MOST, "multipleOf", "uniqueItems", "anyOf", "oneOf"}


@dataclass(frozen=True)
class Narrowing:
    """One place at which less is accepted."""

    place: str
    kind: str
    detail: str

    def of_type(self, place: str) -> bool:
        """Say whether it is the type that is not accepted at a place, not what is within."""
        return self.kind == "type" and self.place == place


@dataclass(frozen=True)
class Comparison:
    """Compares schemas of two documents; recursive schemas are followed once.

    Parameters
    ----------
    before, after
        The documents that hold the schemas.
    sent
        Whether users send what the schemas describe. Then it counts what stands for a value that
        they leave out, and what a field may hold that they were free to make up.
    """

    before: Document
    after: Document
    sent: bool = False
    above: frozenset[tuple[str | None, str | None]] = frozenset()

    def narrowings(self, before: Document, after: Document, place: str) -> Iterator[Narrowing]:
        """Yield where `after` accepts less than `before`."""
        pair = before.get("$ref"), after.get("$ref")
        if None in pair:
            yield from self._within(before, after, place)
        elif pair not in self.above:
            yield from replace(self, above=self.above | {pair})._within(before, after, place)

    def _within(self, before: Document, after: Document, place: str) -> Iterator[Narrowing]:
        before, after = _resolved(self.before, before), _resolved(self.after, after)
        if self.sent:
            yield from _of_default(before, after, place)
        before, after = _but(before, "default"), _but(after, "default")
        choices = _choices(before), _choices(after)
        if choices != ([before], [after]):
            yield from self._between_choices(*choices, place)
            return
        yield from _of_types(before, after, place)
        if _types(after) and not _types(before) & _types(after):
            return
        yield from _of_words(before, after, place)
        yield from _of_bounds(before, after, place)
        yield from self._of_texts(before, after, place)
        yield from self._of_fields(before, after, place)
        yield from self._of_free_fields(before, after, place)
        yield from self._of_parts(before, after, place)

    def _between_choices(
        self, before: list[Document], after: list[Document], place: str
    ) -> Iterator[Narrowing]:
        for choice in before:
            attempts = [list(self.narrowings(choice, other, place)) for other in after]
            if all(attempts):
                yield from min(attempts, key=lambda found: (found[0].of_type(place), len(found)))

    def _of_texts(self, before: Document, after: Document, place: str) -> Iterator[Narrowing]:
        for key in sorted(after.keys() - _FOLLOWED - _SAID):
            wanted = _judging(self.after, after[key])
            if not key.startswith("x-") and _judging(self.before, before.get(key)) != wanted:
                shown = f"{key} {wanted}" if isinstance(wanted, str) else key
                yield Narrowing(place, "bound", f"values beyond {shown}")

    def _of_fields(self, before: Document, after: Document, place: str) -> Iterator[Narrowing]:
        known, accepted = before.get("properties", {}), after.get("properties", {})
        others = after.get("additionalProperties")
        if others is False and _is_open(before):
            yield Narrowing(place, "closed", "fields that are not described")
        for name in known:
            if name in accepted:
                yield from self.narrowings(known[name], accepted[name], f"{place}/{name}")
            elif others is False:
                yield Narrowing(place, "field", name)
            elif isinstance(others, dict):
                yield from self.narrowings(known[name], others, f"{place}/{name}")
        for name in sorted(set(after.get("required", [])) - set(before.get("required", []))):
            yield Narrowing(place, "required", name)

    def _of_free_fields(self, before: Document, after: Document, place: str) -> Iterator[Narrowing]:
        """Yield where fields get a schema that users were free to make up."""
        if not self.sent or not _is_open(before) or after.get("additionalProperties") is False:
            return
        others = before.get("additionalProperties")
        free = others if isinstance(others, dict) else {}
        for name, schema in after.get("properties", {}).items():
            if name not in before.get("properties", {}):
                yield from self.narrowings(free, schema, f"{place}/{name}")

    def _of_parts(self, before: Document, after: Document, place: str) -> Iterator[Narrowing]:
        for key, mark in (("items", "[]"), ("additionalProperties", "{}")):
            inner, outer = after.get(key), before.get(key)
            if isinstance(inner, dict) and outer is not False:
                known = outer if isinstance(outer, dict) else {}
                yield from self.narrowings(known, inner, f"{place}{mark}")


def _resolved(document: Document, schema: Document) -> Document:
    if "$ref" not in schema:
        return schema
    return _joined(look_up(document, schema), _but(schema, "$ref"))


def _but(schema: Document, keyword: str) -> Document:
    return {key: value for key, value in schema.items() if key != keyword}


def _joined(outer: Document, inner: Document) -> Document:
    """Return one schema for two that hold at once; of what both say, the inner's."""
    fields = {**outer.get("properties", {}), **inner.get("properties", {})}
    required = [*outer.get("required", []), *inner.get("required", [])]
    together = {"properties": fields, "required": required}
    return {**outer, **inner, **{key: value for key, value in together.items() if value}}


def _choices(schema: Document) -> list[Document]:
    for key in ("anyOf", "oneOf"):
        if schema.get(key):
            choices = [_joined(_but(schema, key), choice) for choice in schema[key]]
            return [each for choice in choices for each in _choices(choice)]
    types = schema.get("type")
    if isinstance(types, list) and len(types) > 1:
        words = _words(schema)
        return [
            _of_kind(schema, kind) for kind in types if kind != "null" or None in (words or [None])
        ]
    return [schema]


def _of_kind(schema: Document, kind: str) -> Document:
    if kind == "null":
        return {"type": "null"}
    words = [word for word in schema.get("enum", []) if word is not None]
    return {**schema, "type": kind, **({"enum": words} if words else {})}


def _judging(document: Document, node: Any, above: frozenset[str] = frozenset()) -> Any:
    """Return a keyword's value without what only describes, references followed."""
    if isinstance(node, list):
        return [_judging(document, child, above) for child in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str) and reference not in above:
        return _judging(document, _resolved(document, node), above | {reference})
    return {
        key: {name: _judging(document, each, above) for name, each in child.items()}
        if key == "properties"
        else _judging(document, child, above)
        for key, child in node.items()
        if key not in _SAID
    }


def _types(schema: Document) -> set[str]:
    stated = schema.get("type", [])
    types = {stated} if isinstance(stated, str) else set(stated)
    return types | {"integer"} if "number" in types else types


def _is_open(schema: Document) -> bool:
    return "object" in _types(schema) and schema.get("additionalProperties") is not False


def _words(schema: Document) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _of_default(before: Document, after: Document, place: str) -> Iterator[Narrowing]:
    if "default" in before and before["default"] != after.get("default", ...):
        yield Narrowing(place, "default", json.dumps(before["default"]))


def _of_types(before: Document, after: Document, place: str) -> Iterator[Narrowing]:
    accepted = _types(after)
    if accepted and not _types(before):
        yield Narrowing(place, "type", "any type")
    for lost in sorted(_types(before) - accepted if accepted else ()):
        yield Narrowing(place, "type", lost)


def _of_words(before: Document, after: Document, place: str) -> Iterator[Narrowing]:
    known, accepted = _words(before), _words(after)
    if accepted is None:
        return
    if known is None:
        yield Narrowing(place, "word", "any but " + ", ".join(map(str, accepted)))
    for word in known or []:
        if word not in accepted:
            yield Narrowing(place, "word", str(word))


def _of_bounds(before: Document, after: Document, place: str) -> Iterator[Narrowing]:
    tighter = [key for key in _FEWEST if after.get(key, 0) > before.get(key, 0)]
    tighter += [key for key in _MOST if after.get(key, math.inf) < before.get(key, math.inf)]
    for keys, sign in ((_LOWER, 1), (_UPPER, -1)):
        known = max(_limits(before, keys, sign).values(), default=(-math.inf, 0))
        tighter += [key for key, limit in _limits(after, keys, sign).items() if limit > known]
    if "multipleOf" in after and not _divides(after["multipleOf"], before.get("multipleOf")):
        tighter.append("multipleOf")
    if after.get("uniqueItems") and not before.get("uniqueItems"):
        tighter.append("uniqueItems")
    for key in tighter:
        yield Narrowing(place, "bound", f"values beyond {key} {after[key]}")


def _limits(schema: Document, keys: tuple[str, str], sign: int) -> dict[str, tuple[float, int]]:
    """Return each limit as a pair that is greater the less it lets through."""
    return {
        key: (sign * schema[key], excluded)
        for excluded, key in enumerate(keys)
        if schema.get(key) is not None
    }


def _divides(part: float, whole: float | None) -> bool:
    return whole is not None and Fraction(str(whole)) % Fraction(str(part)) == 0
