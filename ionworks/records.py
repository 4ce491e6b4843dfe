"""Answers without a class of their own: mappings that also answer by attribute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ionworks.showing import HIDDEN, hides, table_of_fields, without_queries

__all__ = ["Record"]

_SHOWN = 60


class Record(dict[str, Any]):
    """A mapping whose keys are also attributes, all the way down.

    A key that is also the name of a method of ``dict``, such as ``items``, is reached
    by ``record["items"]`` only.

    Examples
    --------
    >>> from ionworks.records import Record
    >>> record = Record({"status": "completed", "metrics": {"Capacity [A.h]": 5.0}})
    >>> record.status == record["status"]
    True
    >>> record.metrics["Capacity [A.h]"]
    5.0
    """

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        super().__init__({key: _as_record(value) for key, value in (values or {}).items()})

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            known = ", ".join(map(str, self))
            raise AttributeError(f"no {name!r} here, only: {known}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(key for key in self if key.isidentifier())})

    def __repr__(self) -> str:
        shown = ((key, HIDDEN if hides(key) else _shown(value)) for key, value in self.items())
        return "{" + ", ".join(f"{key!r}: {text}" for key, text in shown) + "}"

    def __reduce__(self) -> tuple[type[Record], tuple[dict[str, Any]]]:
        return type(self), (dict(self),)

    def _repr_html_(self) -> str:
        return table_of_fields(self)


def _as_record(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Record(value)
    if isinstance(value, list):
        return [_as_record(item) for item in value]
    return value


def _shown(value: Any) -> str:
    if isinstance(value, Record | list) and len(value) > 8:
        return f"<{len(value)} {'entries' if isinstance(value, Record) else 'items'}>"
    text = without_queries(repr(value))
    if isinstance(value, Record) or len(text) <= _SHOWN:
        return text
    return text[: _SHOWN - 1] + "…"
