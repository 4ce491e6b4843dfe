"""Where one schema accepts less than another.

A request breaks when the new schema accepts less than the old one did. A response breaks when the
old schema, by which users read, accepts less than the new one produces. Both are this question.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from codegen.reach import look_up

Document = dict[str, Any]

_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_EXACT = ("const", "format", "multipleOf", "pattern", "uniqueItems")


@dataclass(frozen=True)
class Narrowing:
    """One place at which less is accepted."""

    place: str
    kind: str
    detail: str


@dataclass(frozen=True)
class Comparison:
    """Compares schemas of two documents; recursive schemas are followed once."""

    before: Document
    after: Document
    above: frozenset[tuple[str | None, str | None]] = frozenset()

    def narrowings(self, before: Document, after: Document, place: str) -> Iterator[Narrowing]:
        """Yield where `after` accepts less than `before`."""
        pair = before.get("$ref"), after.get("$ref")
        if None in pair:
            yield from self._within(before, after, place)
        elif pair not in self.above:
            inner = Comparison(self.before, self.after, self.above | {pair})
            yield from inner._within(before, after, place)

    def _within(self, before: Document, after: Document, place: str) -> Iterator[Narrowing]:
        before, after = look_up(self.before, before), look_up(self.after, after)
        choices = _choices(before), _choices(after)
        if len(choices[0]) > 1 or len(choices[1]) > 1:
            yield from self._between_choices(*choices, place)
            return
        yield from _of_types(before, after, place)
        yield from _of_words(before, after, place)
        yield from _of_bounds(before, after, place)
        yield from self._of_fields(before, after, place)
        yield from self._of_parts(before, after, place)

    def _between_choices(
        self, before: list[Document], after: list[Document], place: str
    ) -> Iterator[Narrowing]:
        for choice in before:
            attempts = [list(self.narrowings(choice, other, place)) for other in after]
            if all(attempts):
                yield min(attempts, key=len)[0]

    def _of_fields(self, before: Document, after: Document, place: str) -> Iterator[Narrowing]:
        known, accepted = before.get("properties", {}), after.get("properties", {})
        closed = after.get("additionalProperties") is False
        if (
            closed
            and before.get("additionalProperties") is not False
            and "object" in _types(before)
        ):
            yield Narrowing(place, "closed", "fields that are not described")
        for name in known:
            if name in accepted:
                yield from self.narrowings(known[name], accepted[name], f"{place}/{name}")
            elif closed:
                yield Narrowing(place, "field", name)
        for name in sorted(set(after.get("required", [])) - set(before.get("required", []))):
            yield Narrowing(place, "required", name)

    def _of_parts(self, before: Document, after: Document, place: str) -> Iterator[Narrowing]:
        for key, mark in (("items", "[]"), ("additionalProperties", "{}")):
            inner = after.get(key)
            if isinstance(inner, dict):
                outer = before.get(key)
                known = outer if isinstance(outer, dict) else {}
                yield from self.narrowings(known, inner, f"{place}{mark}")


def _choices(schema: Document) -> list[Document]:
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return [each for choice in choices for each in _choices(choice)]
    types = schema.get("type")
    if isinstance(types, list) and len(types) > 1:
        return [{**schema, "type": each} for each in types]
    return [schema]


def _types(schema: Document) -> set[str]:
    stated = schema.get("type", [])
    types = {stated} if isinstance(stated, str) else set(stated)
    return types | {"integer"} if "number" in types else types


def _of_types(before: Document, after: Document, place: str) -> Iterator[Narrowing]:
    accepted = _types(after)
    if accepted and not _types(before):
        yield Narrowing(place, "type", "any type")
    for lost in sorted(_types(before) - accepted if accepted else ()):
        yield Narrowing(place, "type", lost)


def _of_words(before: Document, after: Document, place: str) -> Iterator[Narrowing]:
    if "enum" in after and "enum" not in before:
        yield Narrowing(place, "word", "any but " + ", ".join(map(str, after["enum"])))
    for word in before.get("enum", []) if "enum" in after else []:
        if word not in after["enum"]:
            yield Narrowing(place, "word", str(word))


def _of_bounds(before: Document, after: Document, place: str) -> Iterator[Narrowing]:
    for keys, sign in ((_LOWER, 1), (_UPPER, -1)):
        for key in keys:
            if key in after and (key not in before or sign * after[key] > sign * before[key]):
                yield Narrowing(place, "bound", f"values beyond {key} {after[key]}")
    for key in _EXACT:
        if key in after and before.get(key) != after[key]:
            yield Narrowing(place, "bound", f"values beyond {key} {after[key]}")
