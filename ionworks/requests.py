"""Arguments become what the generated calls take: ids, filters and bodies, checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Protocol, Self, TypeVar

from ionworks_openapi.types import UNSET, Unset

__all__ = [
    "choice",
    "close_to",
    "given",
    "mapping",
    "matching",
    "moment",
    "path_id",
    "request_body",
    "same_name",
    "several",
    "shown",
    "text",
]

_LEAST_BEGINNING = 3
_LONGEST_ID = 1000
_LONGEST_SHOWN = 60
_WILDCARDS = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)
Body = TypeVar("Body", bound="_Body")

Path = tuple[str, ...]


class _Body(Protocol):
    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self: ...

    def to_dict(self) -> dict[str, Any]: ...


def given(value: T | None) -> T | Unset:
    """Return the value, or what the generated calls take for "leave it out"."""
    return UNSET if value is None else value


def text(value: Any, name: str) -> str:
    """Return a text as it is.

    Raises
    ------
    TypeError
        If it is none.
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, not {shown(value)}")
    return str(value)


def shown(value: object) -> str:
    """Return how a message shows what was given: short, and of something large only its type.

    Examples
    --------
    >>> from ionworks.requests import shown
    >>> shown(5), shown({"a": list(range(100))})
    ('5', 'a dict')
    """
    text = repr(value)
    if len(text) <= _LONGEST_SHOWN and "\n" not in text:
        return text
    article = "an" if type(value).__name__[0] in "AEIOUaeiou" else "a"
    return (
        f"{text[:_LONGEST_SHOWN]}..."
        if isinstance(value, str)
        else (f"{article} {type(value).__name__}")
    )


def matching(part: str | None, exact: str | None = None, name: str = "name") -> str | Unset:
    r"""Return the filter for texts that are, or else contain, what is given.

    What is given is plain text: ``%``, ``_`` and the backslash stand for themselves.

    Examples
    --------
    >>> from ionworks.requests import matching
    >>> print(matching("50%_a"))
    ilike.%50\%\_a%
    >>> matching("a", exact="50%_a")
    'eq.50%_a'
    """
    if exact is not None:
        return f"eq.{text(exact, f'{name}_exact')}"
    if part is None:
        return UNSET
    return f"ilike.%{text(part, name).translate(_WILDCARDS)}%"


def moment(time: str | date | None, name: str = "a time") -> str | Unset:
    """Return the filter for a time, given as ISO 8601 text or as a date or time of Python.

    Without a time zone it means UTC; a date means its midnight.

    Raises
    ------
    ValueError
        If the text is no time.
    TypeError
        If it is neither.
    """
    if time is None:
        return UNSET
    if isinstance(time, date):
        if time != time:  # pandas has a time that is none, and calls it a datetime
            raise ValueError(f"{name} must be a time, not {shown(time)}")
        return time.isoformat()
    try:
        datetime.fromisoformat(text(time, name))
    except ValueError:
        raise ValueError(
            f'{name} must be a time in ISO 8601 such as "2026-05-08" or '
            f'"2026-05-08T12:30:00Z", not {shown(time)}'
        ) from None
    return time


def same_name(one: str, other: str) -> bool:
    """Whether two names are one: the blanks around a name are no part of it.

    Examples
    --------
    >>> from ionworks.requests import same_name
    >>> same_name("Cell 1", " Cell 1 "), same_name("Cell 1", "cell 1")
    (True, False)
    """
    return one.strip() == other.strip()


def several(values: str | Iterable[Any], name: str, kind: str = "text") -> list[Any]:
    """Return what is given as a list; a text is one item, not its letters.

    Raises
    ------
    TypeError
        If it is neither a text nor a collection. It calls the items by their ``kind``.

    Examples
    --------
    >>> from ionworks.requests import several
    >>> several("aging", "tags"), several(("aging", "RPT"), "tags")
    (['aging'], ['aging', 'RPT'])
    """
    if isinstance(values, str):
        return [values]
    if isinstance(values, Mapping) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a {kind} or a list of {kind}s, not {shown(values)}")
    return list(values)


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
        raise ValueError(f"{name} must be one of {known}, not {shown(word)}") from None


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
        raise TypeError(f"{name} must be a text, not {shown(value)}")
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


def mapping(values: Any, where: str) -> Mapping[str, Any]:
    """Return a mapping as it is.

    Raises
    ------
    ValueError
        If it is none.
    """
    if not isinstance(values, Mapping):
        raise ValueError(f"{where} must be a mapping, not {shown(values)}")
    return values


def close_to(word: Any, known: Iterable[str]) -> str | None:
    """Return which of the known words another may be meant for: a near one, or a longer one.

    Examples
    --------
    >>> from ionworks.requests import close_to
    >>> close_to("desc", ["name", "description"]), close_to("nmae", ["name"])
    ('description', 'name')
    """
    words, given = list(known), str(word)
    near = get_close_matches(given, words, n=1)
    longer = [one for one in words if len(given) >= _LEAST_BEGINNING and one.startswith(given)]
    return next(iter([*near, *longer]), None)


def request_body(kind: type[Body], values: Any, where: str) -> Body:
    """Return the body of a request, refusing what the API would not take.

    What is given stays as it is: the body is made of a copy.

    Raises
    ------
    ValueError
        If a key is missing or unknown, named by its path, with the key that it may be for.
    """
    try:
        body = kind.from_dict(mapping(values, where))
    except KeyError as error:
        raise ValueError(f"{where} needs the key {error}") from None
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"{where} is not what the API takes: {error}") from None
    unknown = list(_lost(values, body.to_dict()))
    if unknown:
        names = ", ".join(".".join(path) for path in unknown)
        raise ValueError(f"{where} has no key {names}{_near(body, unknown[0])}")
    return body


def _lost(values: Any, kept: Any, path: Path = ()) -> Iterator[Path]:
    """Give the paths of the keys that are in the values and not in what was kept of them."""
    if values is kept:
        return
    if isinstance(values, Mapping) and isinstance(kept, Mapping):
        yield from ((*path, str(key)) for key in values if key not in kept)
        for key in values:
            if key in kept:
                yield from _lost(values[key], kept[key], (*path, str(key)))
    elif isinstance(values, list) and isinstance(kept, list):
        for index, (one, two) in enumerate(zip(values, kept, strict=False)):
            yield from _lost(one, two, (*path, str(index)))


def _near(body: Any, path: Path) -> str:
    """Say which key the last one of a path may be meant for, by what holds it."""
    for key in path[:-1]:
        body = body[int(key)] if isinstance(body, list) else getattr(body, key, None)
    near = close_to(path[-1], list(getattr(type(body), "__annotations__", ())))
    return f" (did you mean {near}?)" if near else ""
