"""Names in requests: blanks around one are no part of it, and one of blanks is none.

So two names never differ by what cannot be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ionworks_engine import components
from ionworks_engine.errors import Problem, invalid
from ionworks_engine.validation import key_path

_PLACES = (
    ("name",),
    ("batch",),
    ("measurement", "name"),
    *((slot, "material", "name") for slot in components.SLOTS),
)


def tidied(body: Any) -> Any:
    """Return a body with its names as they are stored; all else in it is as it was.

    Parameters
    ----------
    body
        A request's JSON, valid against its schema.

    Raises
    ------
    ApiError
        422 with the place of each name that is of blanks only.

    Examples
    --------
    >>> tidied({"name": " cell 1 ", "notes": " "})
    {'name': 'cell 1', 'notes': ' '}
    """
    found = list(_names(body))
    problems = [Problem(path, "a name is more than blanks") for path, name in found if not name]
    if problems:
        raise invalid(problems)
    for path, name in found:
        body = _with(body, path.split("."), name)
    return body


def _names(body: Any) -> Iterator[tuple[str, str]]:
    for place in _PLACES:
        value = body
        for key in place:
            value = value.get(key) if isinstance(value, Mapping) else None
        if isinstance(value, str):
            yield key_path(place), value.strip()


def _with(body: Mapping[str, Any], place: list[str], name: str) -> dict[str, Any]:
    key, *further = place
    return {**body, key: _with(body[key], further, name) if further else name}
