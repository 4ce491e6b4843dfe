"""How answers are shown in a notebook: as tables, escaped, without secrets, and cut to a length.

Nothing here asks a server for anything: shown is what is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

__all__ = [
    "HIDDEN",
    "hides",
    "in_a_cell",
    "table_of_fields",
    "table_of_items",
    "titled",
    "without_queries",
]

HIDDEN = "…"
_MOST_LETTERS = 200
_MOST_LETTERS_IN_LIST = 60
_MOST_ITEMS = 8
_MOST_ROWS = 20
_DIGITS = 8
_TELLING = (
    "name",
    "id",
    "simulation_id",
    "status",
    "state",
    "processing_status",
    "error",
    "entity_type",
    "measurement_type",
    "element_type",
    "model_name",
    "form_factor",
    "batch",
    "tags",
    "created_at",
)
"""What a list shows of its items, where they have it."""


# The rules are those of the generated models. They are loaded when something is shown: the client
# package that they stand in brings httpx along, which constructing a client does without.


def hides(name: object) -> bool:
    """Whether a field of this name may be a secret."""
    from ionworks_openapi import printing

    return printing.hides(name)


def without_queries(text: str) -> str:
    """Return a text with the addresses in it without their queries, which may be signatures."""
    from ionworks_openapi import printing

    return printing.without_queries(text)


def in_a_cell(value: Any, most: int = _MOST_LETTERS) -> str:
    """Return a value as the escaped text of a cell: short, and without secrets in it.

    Examples
    --------
    >>> in_a_cell("<b>"), in_a_cell({"token": "t", "n": 1}), in_a_cell(list(range(9)))
    ('&lt;b&gt;', '{n: 1}', '&lt;9 items&gt;')
    """
    text = without_queries(_text(value))
    return escape(text if len(text) <= most else f"{text[: most - 1]}…")


def table_of_fields(values: Mapping[Any, Any], caption: str = "") -> str:
    """Return an HTML table with a row a field; secrets are not among them."""
    rows = "".join(
        f"<tr><th>{in_a_cell(name)}</th><td>{HIDDEN if hides(name) else in_a_cell(value)}</td></tr>"
        for name, value in values.items()
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}{rows}</table>"


def table_of_items(items: Iterable[Any], total: int) -> str:
    """Return an HTML table with a row an item, numbered, and a note how many more there are.

    Parameters
    ----------
    items
        Those that are at hand, from the first on.
    total
        How many there are.
    """
    shown = list(items)[:_MOST_ROWS]
    fields = [_fields(item) for item in shown]
    columns = [name for name in _TELLING if any(name in each for each in fields)]
    if columns:
        head = "".join(f"<th>{escape(name)}</th>" for name in ("", *columns))
        rows = [_row(number, each, columns) for number, each in enumerate(fields)]
    else:
        head = ""
        rows = [
            f"<tr><td>{number}</td><td><code>{in_a_cell(repr(item))}</code></td></tr>"
            for number, item in enumerate(shown)
        ]
    more = f"<p>… and {total - len(shown)} more</p>" if total > len(shown) else ""
    return f"<table>{f'<tr>{head}</tr>' if head else ''}{''.join(rows)}</table>{more}"


def titled(title: str, content: str) -> str:
    """Return a part of what is shown with a title above it."""
    return f"<p><b>{escape(title)}</b></p>{content}"


def _row(number: int, values: Mapping[str, Any], columns: Sequence[str]) -> str:
    cells = "".join(
        f"<td>{in_a_cell(values.get(name, ''), _MOST_LETTERS_IN_LIST)}</td>" for name in columns
    )
    return f"<tr><td>{number}</td>{cells}</tr>"


def _fields(item: Any) -> dict[str, Any]:
    """Return what is known of an item of a list, without what is absent."""
    if hasattr(type(item), "__attrs_attrs__"):
        from ionworks_openapi.printing import shown_fields

        return dict(shown_fields(item))
    values = item if isinstance(item, Mapping) else getattr(item, "__dict__", {})
    return {str(name): value for name, value in values.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.{_DIGITS}g}"
    if isinstance(value, Mapping):
        if len(value) > _MOST_ITEMS:
            return f"<{len(value)} entries>"
        pairs = [f"{key}: {_text(one)}" for key, one in value.items() if not hides(key)]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        if len(value) > _MOST_ITEMS:
            return f"<{len(value)} items>"
        return ", ".join(map(_text, value))
    if hasattr(value, "shape") and hasattr(value, "columns"):
        rows, columns = value.shape
        return f"<{rows} rows, {columns} columns>"
    return "" if value is None else repr(value)
