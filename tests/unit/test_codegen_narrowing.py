"""Each keyword of a schema, both ways: what accepts less is named, what accepts as much is not.

A pair that narrows a request is one that a response may take, and the other way round.
"""

import pytest

from codegen.narrowing import Comparison

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
LIST = {"type": "array", "items": TEXT}
FREE = {"type": "object"}
A = {"type": "object", "required": ["a"], "properties": {"a": TEXT}}
B = {"type": "object", "required": ["b"], "properties": {"b": TEXT}}
A_REFERENCE = {"$ref": "#/components/schemas/A"}


def named(before, after, *, sent=True, parts=({}, {})):
    documents = [{"components": {"schemas": each}} for each in parts]
    found = Comparison(*documents, sent=sent).narrowings(before, after, "body")
    return [(each.place, each.kind, each.detail) for each in found]


def bound(detail):
    return [("body", "bound", f"values beyond {detail}")]


NARROWER = {
    "pattern": (TEXT, TEXT | {"pattern": "^a"}, bound("pattern ^a")),
    "other pattern": (TEXT | {"pattern": "b"}, TEXT | {"pattern": "a"}, bound("pattern a")),
    "format": (TEXT, TEXT | {"format": "date"}, bound("format date")),
    "media type": (
        TEXT | {"contentMediaType": "application/yaml"},
        TEXT | {"contentMediaType": "application/json"},
        bound("contentMediaType application/json"),
    ),
    "minLength": (TEXT, TEXT | {"minLength": 1}, bound("minLength 1")),
    "maxLength": (TEXT | {"maxLength": 9}, TEXT | {"maxLength": 8}, bound("maxLength 8")),
    "minimum": (NUMBER, NUMBER | {"minimum": 0}, bound("minimum 0")),
    "exclusive": (
        NUMBER | {"minimum": 0},
        NUMBER | {"exclusiveMinimum": 0},
        bound("exclusiveMinimum 0"),
    ),
    "exclusive at the top": (
        NUMBER | {"maximum": 1},
        NUMBER | {"exclusiveMaximum": 1},
        bound("exclusiveMaximum 1"),
    ),
    "multipleOf": (NUMBER | {"multipleOf": 5}, NUMBER | {"multipleOf": 10}, bound("multipleOf 10")),
    "minItems": (LIST, LIST | {"minItems": 1}, bound("minItems 1")),
    "uniqueItems": (LIST, LIST | {"uniqueItems": True}, bound("uniqueItems True")),
    "items": (
        {"type": "array"},
        LIST,
        [("body[]", "type", "any type")],
    ),
    "minProperties": (
        FREE | {"minProperties": 1},
        FREE | {"minProperties": 2},
        bound("minProperties 2"),
    ),
    "maxProperties": (FREE, FREE | {"maxProperties": 3}, bound("maxProperties 3")),
    "propertyNames": (FREE, FREE | {"propertyNames": {"pattern": "^a"}}, bound("propertyNames")),
    "known field into others": (
        {"type": "object", "properties": {"a": TEXT}},
        {"type": "object", "additionalProperties": NUMBER},
        [("body/a", "type", "string"), ("body{}", "type", "any type")],
    ),
    "const": (TEXT | {"enum": ["a", "b"]}, TEXT | {"const": "a"}, [("body", "word", "b")]),
    "words": (TEXT, TEXT | {"enum": ["a", "b"]}, [("body", "word", "any but a, b")]),
    "null among words": (
        {"type": ["string", "null"], "enum": ["a", None]},
        {"type": ["string", "null"], "enum": ["a"]},
        [("body", "type", "null")],
    ),
    "a choice": (
        {"oneOf": [A, B]},
        {"oneOf": [A]},
        [("body", "required", "a"), ("body/a", "type", "any type")],
    ),
    "the only choice": ({"anyOf": [TEXT]}, {"anyOf": [NUMBER]}, [("body", "type", "string")]),
    "all that a choice lacks": (
        {"anyOf": [FREE, {"type": "null"}]},
        {"anyOf": [A | {"required": ["a", "b"]}, {"type": "null"}]},
        [("body", "required", "a"), ("body", "required", "b"), ("body/a", "type", "any type")],
    ),
    "beside a choice": (
        {"anyOf": [A, B]},
        {"anyOf": [A, B], "minProperties": 2},
        bound("minProperties 2"),
    ),
    "beside a reference": (
        A_REFERENCE,
        A_REFERENCE | {"minProperties": 2},
        bound("minProperties 2"),
    ),
    "allOf": ({"allOf": [A]}, {"allOf": [A, B]}, bound("allOf")),
    "not": (TEXT, TEXT | {"not": {"const": "a"}}, bound("not")),
}
PLACES = {"a choice": 1, "beside a choice": 2}


@pytest.mark.parametrize("name", NARROWER)
def test_what_accepts_less_is_named(name):
    before, after, wanted = NARROWER[name]
    parts = ({"A": A}, {"A": A})
    assert sorted(named(before, after, parts=parts)) == sorted(wanted * PLACES.get(name, 1))


WIDENINGS = {name: (after, before) for name, (before, after, _) in NARROWER.items()}
ROUND = {
    "other pattern",
    "media type",
    "the only choice",
    "known field into others",
}  # Narrower either way.
BY_TEXT = {"allOf"}  # Another list of all that must hold could be any other.
ONLY_WRITTEN_OTHERWISE = {
    "a bound of nothing": (LIST, LIST | {"minItems": 0, "uniqueItems": False}),
    "one word": (TEXT | {"const": "a"}, TEXT | {"enum": ["a"]}),
    "one word more": (TEXT | {"const": "a"}, TEXT | {"enum": ["a", "b"]}),
    "a smaller step": (NUMBER | {"multipleOf": 0.3}, NUMBER | {"multipleOf": 0.1}),
    "null as a choice": (
        {"anyOf": [TEXT | {"minLength": 1}, {"type": "null"}]},
        {"type": ["string", "null"], "minLength": 1},
    ),
    "null among the words": (
        {"anyOf": [TEXT | {"enum": ["a"]}, {"type": "null"}]},
        {"type": ["string", "null"], "enum": ["a", None]},
    ),
    "nullable with a default": (
        NUMBER | {"default": 1.0},
        {"type": ["number", "null"], "default": 1.0},
    ),
    "typed others": (FREE | {"additionalProperties": False}, FREE | {"additionalProperties": TEXT}),
    "choices in another order": ({"oneOf": [A, B]}, {"oneOf": [B, A]}),
    "a further choice": ({"oneOf": [A]}, {"oneOf": [A, B]}),
    "what is said": (
        TEXT | {"description": "x", "examples": ["a"]},
        TEXT | {"title": "y", "deprecated": True, "x-order": 1},
    ),
    "what is said within": (
        {"allOf": [A | {"description": "x"}]},
        {"allOf": [A | {"description": "y"}]},
    ),
}


@pytest.mark.parametrize("name", sorted(WIDENINGS.keys() - ROUND - BY_TEXT))
def test_the_same_change_the_other_way_round_narrows_nothing(name):
    assert named(*WIDENINGS[name], parts=({"A": A}, {"A": A})) == []


@pytest.mark.parametrize("name", ONLY_WRITTEN_OTHERWISE)
def test_what_accepts_as_much_or_more_is_not_named(name):
    assert named(*ONLY_WRITTEN_OTHERWISE[name]) == []


def test_what_a_keyword_refers_to_is_compared_with_it():
    both = {"allOf": [A_REFERENCE]}
    described = {"A": A | {"properties": {"a": TEXT, "description": TEXT}}}
    other = {"A": A | {"properties": {"a": TEXT, "description": NUMBER}}}
    assert named(both, both, parts=(described, described)) == []
    assert named(both, both, parts=(described, other)) == bound("allOf")


@pytest.mark.parametrize("after", [NUMBER | {"default": 2}, NUMBER], ids=["other", "gone"])
def test_a_default_counts_for_those_who_send(after):
    before = NUMBER | {"default": 1}
    assert named(before, after) == [("body", "default", "1")]
    assert named(before, after, sent=False) == []
    assert named(NUMBER, before) == []


def test_a_default_of_several_types_is_named_once():
    nullable = {"type": ["number", "null"]}
    found = named(nullable | {"default": 1}, nullable | {"default": None})
    assert found == [("body", "default", "1")]


def test_a_default_within_a_choice_hides_nothing_from_those_who_read():
    def choice(default, name):
        fields = {"n": NUMBER | {"default": default}, "m": {"type": name}}
        return {"anyOf": [{"type": "object", "properties": fields}, {"type": "null"}]}

    assert named(choice(1, "string"), choice(2, "string"), sent=False) == []
    assert named(choice(1, "string"), choice(2, "integer"), sent=False) == [
        ("body/m", "type", "string")
    ]


def test_a_field_that_users_made_up_is_theirs_when_they_send_it():
    typed = FREE | {"properties": {"a": TEXT}}
    assert named(FREE, typed) == [("body/a", "type", "any type")]
    assert named(FREE, typed, sent=False) == []
    assert named(FREE | {"additionalProperties": TEXT}, typed) == []
