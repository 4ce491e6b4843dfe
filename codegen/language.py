"""The JSON Schema of the protocol language in the bundle, for those who read no Python.

Its one source is `ionworks.ucp.SCHEMA`. `embed` puts it where the API description keeps a place
for it, with references that lead through the whole bundle. Texts that hold a protocol refer to it
by ``contentSchema``, which says what is inside a text and judges nothing.

What follows the API alone (its rules, the generator of the client, the comparison of releases)
looks at the bundle `without` it: the language has rules and users of its own.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ionworks.ucp import SCHEMA

COMPONENT = "UniversalCyclerProtocol"
_INSIDE = f"#/components/schemas/{COMPONENT}"

Document = dict[str, Any]


def embed(document: Document) -> Document:
    """Return the bundle with the language's schema in its place, if it keeps one."""
    schemas = document.get("components", {}).get("schemas", {})
    if COMPONENT not in schemas:
        return document
    language = {key: value for key, value in SCHEMA.items() if key != "$schema"}
    described = {**schemas, COMPONENT: _led_through(deepcopy(language))}
    return {**document, "components": {**document["components"], "schemas": described}}


def without(document: Document) -> Document:
    """Return a copy of the bundle that does not speak of the language."""
    found: Document = _stripped(document)
    found.get("components", {}).get("schemas", {}).pop(COMPONENT, None)
    return found


def _led_through(node: Any) -> Any:
    """Make references from the schema's own root start at the bundle's root."""
    if isinstance(node, list):
        return [_led_through(child) for child in node]
    if not isinstance(node, dict):
        return node
    return {
        key: f"{_INSIDE}{child.removeprefix('#')}"
        if key == "$ref" and isinstance(child, str)
        else _led_through(child)
        for key, child in node.items()
    }


def _stripped(node: Any) -> Any:
    if isinstance(node, list):
        return [_stripped(child) for child in node]
    if not isinstance(node, dict):
        return node
    return {key: _stripped(child) for key, child in node.items() if key != "contentSchema"}
