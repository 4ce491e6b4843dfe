"""Values against the bundle's schemas: every problem at once, each with its key path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from jsonschema_rs import Draft202012Validator, Registry, ValidationError

from ionworks_engine.bundle import Operation, Parameter
from ionworks_engine.errors import Problem, meant

_BASE = "urn:ionworks"
_LONGEST = 300
_MOST = 100
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_WORDS = {
    "object": "an object",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


class Schemas:
    """Makes validators for places in the bundle.

    Parameters
    ----------
    bundle
        The API description.
    """

    def __init__(self, bundle: Mapping[str, Any]) -> None:
        self.bundle = bundle
        self._registry = Registry([(_BASE, dict(bundle))])

    def at(self, pointer: str) -> Schema:
        """Return the schema a pointer such as ``#/components/schemas/Error`` leads to."""
        return self._compile(_reference(pointer))

    def of_parameters(self, parameters: Sequence[Parameter]) -> Schema:
        """Return the schema of parameters taken together as one object."""
        return self._compile(
            {
                "type": "object",
                "properties": {p.name: _reference(p.pointer) for p in parameters},
                "required": [p.name for p in parameters if p.required],
            }
        )

    def _compile(self, schema: Mapping[str, Any]) -> Schema:
        validator = Draft202012Validator(
            dict(schema), registry=self._registry, validate_formats=True
        )
        return Schema(validator, self.bundle)


class Schema:
    """A compiled schema that says what is wrong with a value."""

    def __init__(self, validator: Draft202012Validator, bundle: Mapping[str, Any]) -> None:
        self._validator = validator
        self._bundle = bundle

    def problems(self, value: Any, prefix: str = "") -> list[Problem]:
        """Return what is wrong with a value; nothing for a good one."""
        if self._validator.is_valid(value):
            return []
        errors = list(self._validator.iter_errors(value))[:_MOST]
        return [problem for error in errors for problem in self._tell(error, prefix)]

    def _tell(self, error: ValidationError, prefix: str) -> Iterator[Problem]:
        path = key_path(error.instance_path, prefix)
        kind: Any = error.kind
        match kind.name:
            case "additionalProperties" | "unevaluatedProperties":
                known = self._known(error)
                for name in kind.unexpected:
                    there = key_path([*error.instance_path, name], prefix)
                    yield Problem(there, f"{name!r} is not a field{meant(name, known)}")
            case "required":
                there = key_path([*error.instance_path, kind.property], prefix)
                yield Problem(there, f"{kind.property!r} is required")
            case "type":
                wanted = " or ".join(_WORDS[name] for name in kind.types)
                yield Problem(path, f"this must be {wanted}, not {_shown(error.instance)}")
            case "enum":
                options = [str(option) for option in kind.options]
                hint = meant(str(error.instance), options)
                yield Problem(path, f"{_shown(error.instance)} is not one of the choices{hint}")
            case "anyOf" | "oneOf" if hasattr(kind, "context"):
                for inner in self._nearest(error):
                    yield from self._tell(inner, prefix)
            case "format" if kind.format == "date":
                yield Problem(path, f"{_shown(error.instance)} is no date such as 2024-01-20")
            case _:
                yield Problem(path, _shortened(error))

    def _nearest(self, error: ValidationError) -> Iterable[ValidationError]:
        """Return the errors of the alternative that was most likely meant."""
        place = error.instance_path

        def distance(branch: Sequence[ValidationError]) -> tuple[bool, int]:
            other_type = any(e.kind.name == "type" and e.instance_path == place for e in branch)
            names = sum(len(getattr(e.kind, "unexpected", "x")) for e in branch)
            return other_type, names

        kind: Any = error.kind
        branch: Sequence[ValidationError] = min(kind.context, key=distance)
        return branch

    def _known(self, error: ValidationError) -> list[str]:
        node: Any = self._bundle
        for part in error.schema_path[:-1]:
            node = node[part]
        return list(node.get("properties", ()))


def _reference(pointer: str) -> dict[str, str]:
    return {"$ref": _BASE + quote(pointer, safe="#/~")}


def key_path(parts: Iterable[str | int], prefix: str = "") -> str:
    """Return a path as people write it.

    Examples
    --------
    >>> key_path(["rows", 0, "min"])
    'rows[0].min'
    """
    path = prefix
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def read_query(
    operation: Operation, pairs: Iterable[tuple[str, str]]
) -> tuple[dict[str, Any], list[Problem]]:
    """Read a query string's pairs as the operation's parameters, each in its own type."""
    known = {p.name: p for p in operation.parameters if p.place == "query"}
    given: dict[str, Any] = {}
    problems = []
    for name, text in pairs:
        if name not in known:
            message = f"{name!r} is not a parameter of this operation{meant(name, list(known))}"
            problems.append(Problem(f"query.{name}", message))
        elif "\0" in text:
            # A database may take it for the end: what is asked for would be another thing.
            problems.append(Problem(f"query.{name}", "this holds U+0000, which is no text"))
        elif known[name].kind == "array":
            given.setdefault(name, []).append(text)
        elif name in given:
            problems.append(Problem(f"query.{name}", "this is given twice"))
        else:
            given[name] = _typed(text, known[name].kind)
    return given, problems


def _typed(text: str, kind: str) -> Any:
    """Read a text as a type; as what it is when it cannot be, for the schema to say so."""
    if kind == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    if kind == "integer" and text.lstrip("-").isdecimal() and len(text) < 19:
        return int(text)
    if kind == "number" and _NUMBER.fullmatch(text):
        return float(text)
    return text


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "null"
    return repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:57]}..."


def _shortened(error: ValidationError) -> str:
    """Return a validator's own words, without echoing large values."""
    instance = error.instance
    if isinstance(instance, str | dict | list) and len(str(instance)) > 60:
        return error.message.replace(_echo(error), "this")[:_LONGEST]
    return error.message[:_LONGEST]


def _echo(error: ValidationError) -> str:
    return json.dumps(error.instance, ensure_ascii=False, separators=(",", ":"))
