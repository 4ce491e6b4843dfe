"""Arguments become what the generated calls take: ids, filters and bodies, checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Protocol, Self, TypeVar

from ionworks_openapi.types import UNSET, Unset

__all__ = ["choice", "given", "matching", "moment", "path_id", "request_body"]

_LONGEST_ID = 1000

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)
Body = TypeVar("Body", bound="_Body")


class _Body(Protocol):
    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self: ...

    def to_dict(self) -> dict[str, Any]: ...


def given(value: T | None) -> T | Unset:
    """Return the value, or what the generated calls take for "leave it out"."""
    return UNSET if value is None else value


def matching(part: str | None, exact: str | None = None) -> str | Unset:
    """Return the filter for texts that are, or else contain, what is given."""
    if exact is not None:
        return f"eq.{exact}"
    return UNSET if part is None else f"ilike.%{part}%"


def moment(time: str | date | None) -> str | Unset:
    """Return the filter for a time, given as ISO text or as a date or time of Python."""
    if isinstance(time, date):
        return time.isoformat()
    return given(time)


def choice(kind: type[Word], word: str | None, name: str) -> Word | Unset:
    """Return one of the words that the API knows here.

    Raises
    ------
    ValueError
        If it is none of them.
    """
    if word is None:
        return UNSET
    try:
        return kind(word)
    except ValueError:
        known = ", ".join(kind)
        raise ValueError(f"{name} must be one of {known}, not {word!r}") from None


def path_id(value: Any, name: str) -> str:
    """Return an id that may stand in a path: a text, or the ``id`` of what is given.

    Raises
    ------
    ValueError
        If it is empty, ``.``, ``..`` or holds a ``/``, which would name something else; if it is
        too long, or holds half a character.
    TypeError
        If it is no id, and has none.
    """
    found = value if isinstance(value, str) else getattr(value, "id", None)
    if found is None and hasattr(value, "urn"):
        found = str(value)
    if not isinstance(found, str):
        raise TypeError(f"{name} must be a text, not {value!r}")
    if found.strip() in ("", ".", ".."):
        raise ValueError(f"{name} must name something, not {found!r}")
    if len(found) > _LONGEST_ID:
        raise ValueError(
            f"{name} has {len(found)} characters, an id at most {_LONGEST_ID}: {found[:20]!r}..."
        )
    if "/" in found:
        raise ValueError(f'{name} holds a "/", as no id does: {found!r}')
    if any("\ud800" <= character <= "\udfff" for character in found):
        raise ValueError(f"{name} holds half of a character, as no id does: {found!r}")
    return found


def request_body(kind: type[Body], values: Any, where: str) -> Body:
    """Return the body of a request, refusing what the API would not take.

    Raises
    ------
    ValueError
        If a key is missing or unknown, named by its path.
    """
    if not isinstance(values, Mapping):
        raise ValueError(f"{where} must be a mapping, not {values!r}")
    try:
        body = kind.from_dict(values)
    except KeyError as error:
        raise ValueError(f"{where} needs the key {error}") from None
    unknown = list(_lost(values, body.to_dict()))
    if unknown:
        near = get_close_matches(unknown[0], list(kind.__annotations__), n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise ValueError(f"{where} has no key {', '.join(unknown)}{hint}")
    return body


def _lost(values: Any, kept: Any, path: str = "") -> list[str]:
    """Name the keys that are in the values and not in what was kept of them."""
    if isinstance(values, Mapping) and isinstance(kept, Mapping):
        here = [f"{path}{key}" for key in values if key not in kept]
        below = (_lost(values[key], kept[key], f"{path}{key}.") for key in values if key in kept)
        return [*here, *(name for names in below for name in names)]
    if isinstance(values, list) and isinstance(kept, list):
        pairs = enumerate(zip(values, kept, strict=False))
        return [name for i, (one, two) in pairs for name in _lost(one, two, f"{path}{i}.")]
    return []
