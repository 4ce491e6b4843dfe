"""How models are shown: in a line or as a table, without what is absent and without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from html import escape
from typing import Any

from attrs import fields

from .types import Unset

__all__ = ["hides", "in_a_line", "in_a_table", "shown_fields", "without_queries"]

_FIRST = ("id", "name")
_WIDTH = 100
_MORE = "…"
_SECRET = re.compile(
    r"token|secret|password|credential|signature|(?<![a-z])signed|object_path|(access|api)_?key",
    re.IGNORECASE,
)
_QUERY = re.compile(r"""(\w://[^\s?]*)\?[^\s'"<>]*""")
"""Of an address: where a signature stands."""


def in_a_line(model: Any) -> str:
    """Return the first fields of a model, as many as a line has room for."""
    head = f"{type(model).__name__}("
    shown: list[str] = []
    for name, value in shown_fields(model):
        part = f"{name}={_shown(value, most=40, items=3)}"
        if shown and len(f"{head}{', '.join([*shown, part, _MORE])})") > _WIDTH:
            shown.append(_MORE)
            break
        shown.append(part)
    return f"{head}{', '.join(shown)})"


def in_a_table(model: Any) -> str:
    """Return the fields of a model as an HTML table."""
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(_shown(value, most=200, items=8))}</td></tr>"
        for name, value in shown_fields(model)
    )
    return f"<table><caption>{type(model).__name__}</caption>{rows}</table>"


def shown_fields(model: Any) -> Iterator[tuple[str, Any]]:
    """Give what a model holds and may show: what names it first, what it does not know last."""
    known = {field.name: getattr(model, field.name, None) for field in fields(type(model))}
    more = known.pop("additional_properties", None) or {}
    first = {name: known.pop(name) for name in _FIRST if name in known}
    values = {**first, **known, **more}
    secrets = [value for name, value in values.items() if hides(name)]
    for name, value in values.items():
        if not (_is_absent(value) or value in secrets):
            yield str(name), value


def without_queries(text: str) -> str:
    """Return a text with the addresses in it without their queries, which may be signatures."""
    return _QUERY.sub(r"\1?...", text)


def _is_absent(value: Any) -> bool:
    is_empty = isinstance(value, str | list | Mapping) and not value
    return value is None or isinstance(value, Unset) or is_empty


def hides(name: object) -> bool:
    """Whether what has this name is a secret."""
    return bool(_SECRET.search(str(name)))


def _shown(value: Any, most: int, items: int) -> str:
    text = without_queries(_text(value, items))
    return text if len(text) <= most else text[: most - 1] + _MORE


def _text(value: Any, items: int) -> str:
    if isinstance(value, Enum):
        return repr(value.value)
    if isinstance(value, Mapping):
        if len(value) > items:
            return f"<{len(value)} entries>"
        open_ones = [(key, one) for key, one in value.items() if not hides(key)]
        return "{" + ", ".join(f"{key!r}: {_text(one, items)}" for key, one in open_ones) + "}"
    if isinstance(value, list):
        if len(value) > items:
            return f"<{len(value)} items>"
        return "[" + ", ".join(_text(one, items) for one in value) + "]"
    return repr(value)
