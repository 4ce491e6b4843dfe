"""JSON schemas as people read them: types in words that link, limits, fields with their depth."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

_DEEPEST = 5
_SCHEMAS = "#/components/schemas/"
_FACTS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minProperties": "at least {} fields",
    "maxProperties": "at most {} fields",
    "pattern": "matches {}",
    "format": "format {}",
    "contentMediaType": "holds {}",
}


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of text, with the anchor that it leads to."""

    text: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object, or a parameter; ``depth`` counts the objects around it."""

    name: str
    kind: Sequence[Word]
    needed: bool
    facts: Sequence[str]
    description: str
    depth: int = 0


def anchor(reference: str) -> str:
    """Return the anchor of a schema on the page.

    Examples
    --------
    >>> anchor("#/components/schemas/Protocol/$defs/global")
    'schema-Protocol.global'
    """
    return "schema-" + title(reference)


def title(reference: str) -> str:
    """Return how the page calls a schema."""
    return reference.removeprefix(_SCHEMAS).replace("/$defs/", ".")


def kind_of(schema: Schema | bool) -> list[Word]:
    """Return what a schema allows, in words.

    Examples
    --------
    >>> [word.text for word in kind_of({"type": ["string", "null"]})]
    ['string or null']
    >>> kind_of({"type": "array", "items": {"$ref": "#/components/schemas/Job"}})[1]
    Word(text='Job', anchor='schema-Job')
    """
    return _joined(list(_words(schema)))


def _words(schema: Schema | bool) -> Iterator[Word]:
    if isinstance(schema, bool):
        yield Word("anything" if schema else "nothing")
    elif "$ref" in schema:
        yield Word(title(schema["$ref"]), anchor(schema["$ref"]))
    elif "const" in schema:
        yield Word(_json(schema["const"]))
    elif "enum" in schema:
        yield Word(" or ".join(map(_json, schema["enum"])))
    elif choices := _choices(schema):
        yield from _alternatives(choices)
    else:
        types = schema.get("type", "anything")
        for number, name in enumerate([types] if isinstance(types, str) else types):
            yield from [Word(" or ")] if number else []
            yield from _named_type(name, schema)


def _named_type(name: str, schema: Schema) -> Iterator[Word]:
    if name == "array":
        yield from _of("array", schema.get("items"))
    elif name == "object" and "properties" not in schema:
        extra = schema.get("additionalProperties")
        yield from _of("object", extra if isinstance(extra, Mapping) else None)
    else:
        yield Word(name)


def _of(whole: str, part: Schema | None) -> Iterator[Word]:
    yield Word(whole)
    if part:
        yield Word(" of ")
        words = list(_words(part))
        several = any(" or " in word.text for word in words)
        yield from [Word("("), *words, Word(")")] if several else words


def _alternatives(choices: Sequence[Schema]) -> Iterator[Word]:
    told: list[list[Word]] = []
    for choice in choices:
        words = list(_words(choice))
        if words not in told:
            told.append(words)
    for number, words in enumerate(told):
        yield from [Word(" or ")] if number else []
        yield from words


def _joined(words: Sequence[Word]) -> list[Word]:
    """Return words with texts side by side made one."""
    joined: list[Word] = []
    for word in words:
        if joined and not word.anchor and not joined[-1].anchor:
            joined[-1] = Word(joined[-1].text + word.text)
        else:
            joined.append(word)
    return joined


def _choices(schema: Schema) -> Sequence[Schema]:
    found: Sequence[Schema] = (
        schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf") or ()
    )
    return found


def _parts(schema: Schema) -> Iterator[Schema | bool]:
    yield from _choices(schema)
    if "items" in schema:
        yield schema["items"]


def facts_of(schema: Schema | bool) -> list[str]:
    """Return limits and default of a schema, those of its alternatives among them.

    Examples
    --------
    >>> facts_of({"type": "integer", "minimum": 1, "default": 100})
    ['at least 1', 'default 100']
    """
    if isinstance(schema, bool):
        return []
    facts = [text.format(schema[key]) for key, text in _FACTS.items() if key in schema]
    for part in _parts(schema):
        facts += [fact for fact in facts_of(part) if fact not in facts]
    if "default" in schema:
        facts.append(f"default {_json(schema['default'])}")
    return facts


def fields_of(schema: Schema, depth: int = 0) -> Iterator[Field]:
    """Yield the fields of an object and, below each, those of objects written inside of it."""
    needed = schema.get("required", ())
    for name, child in schema.get("properties", {}).items():
        yield _field(name, child, name in needed, depth)
        yield from _inside(child, depth)
    extra = schema.get("additionalProperties")
    if isinstance(extra, Mapping) and extra and "properties" in schema:
        yield _field("any other name", extra, needed=False, depth=depth)
        yield from _inside(extra, depth)


def _field(name: str, schema: Schema | bool, needed: bool, depth: int) -> Field:
    description = schema.get("description", "") if isinstance(schema, Mapping) else ""
    return Field(name, kind_of(schema), needed, facts_of(schema), description, depth)


def _inside(schema: Schema | bool, depth: int) -> Iterator[Field]:
    if isinstance(schema, bool) or depth >= _DEEPEST:
        return
    extra = schema.get("additionalProperties")
    if "properties" in schema:
        yield from fields_of(schema, depth + 1)
    elif isinstance(extra, Mapping):
        yield from _inside(extra, depth)
    for part in _parts(schema):
        yield from _inside(part, depth)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
