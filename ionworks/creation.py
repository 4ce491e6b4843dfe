"""What a thing that was found says otherwise than what was to be made in its place."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from ionworks.encode import plain

__all__ = ["differences", "warn_of_differences"]

_BY_NAME = ("name", "project_id")
_IN_ANY_CASE = ("batch",)
_SHOWN = 5


def differences(
    given: Mapping[str, Any], found: Mapping[str, Any], path: str = ""
) -> Iterator[str]:
    """Say where what was found is not what was given, key by key.

    Keys that were not given, or given as ``None``, are not compared.

    Examples
    --------
    >>> from ionworks.creation import differences
    >>> given = {"ratings": {"capacity": {"value": 5.0, "unit": "A*h"}}}
    >>> found = {"ratings": {"capacity": {"value": 2.5, "unit": "A*h"}}, "notes": "old"}
    >>> list(differences(given, found))
    ['ratings.capacity.value is 2.5, not 5.0']
    """
    for key, value in given.items():
        kept = found.get(key)
        if value is None:
            continue
        if isinstance(value, Mapping) and isinstance(kept, Mapping):
            yield from differences(value, kept, f"{path}{key}.")
        elif not _is_same(plain(value), kept, key):
            yield f"{path}{key} is {kept!r}, not {value!r}"


def warn_of_differences(what: str, given: Mapping[str, Any], found: Any) -> None:
    """Warn where what exists is not what was to be made: it is returned as it is."""
    compared = {key: value for key, value in given.items() if key not in _BY_NAME}
    places = list(differences(compared, found.to_dict()))
    if places:
        more = ", ..." if len(places) > _SHOWN else ""
        warnings.warn(
            f"{what} exists and is returned as it is: {', '.join(places[:_SHOWN])}{more}. "
            "update() would change it",
            stacklevel=4,
        )


def _is_same(value: Any, kept: Any, key: str) -> bool:
    if key in _IN_ANY_CASE and isinstance(value, str) and isinstance(kept, str):
        return value.strip().casefold() == kept.casefold()
    return bool(value == kept)
