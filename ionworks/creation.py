"""What a thing that was found says otherwise than what was to be made in its place."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ionworks.encode import plain

__all__ = ["differences", "warn_of_differences"]

_BY_NAME = ("name", "project_id")
_IN_ANY_CASE = ("batch",)
_TIMES = ("start_time", "end_time")
_UNORDERED = ("tags",)
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


def warn_of_differences(
    what: str, given: Mapping[str, Any], found: Any, of_data: Sequence[str] = ()
) -> None:
    """Warn where what exists is not what was to be made: it is returned as it is.

    Parameters
    ----------
    what
        What exists, and its name.
    given, found
        What was to be made, and what was found in its place.
    of_data
        What else differs, that no update would change.
    """
    compared = {key: value for key, value in given.items() if key not in _BY_NAME}
    places = list(differences(compared, found.to_dict()))
    if places or of_data:
        more = [*places[:_SHOWN], *(["..."] if len(places) > _SHOWN else []), *of_data]
        hint = ". update() would change it" if places else ""
        warnings.warn(
            f"{what} exists and is returned as it is: {', '.join(more)}{hint}", stacklevel=4
        )


def _is_same(value: Any, kept: Any, key: str) -> bool:
    if key in _IN_ANY_CASE and isinstance(value, str) and isinstance(kept, str):
        return value.strip().casefold() == kept.casefold()
    if key in _TIMES and isinstance(value, str) and isinstance(kept, str):
        return _utc(value) == _utc(kept)
    if key in _UNORDERED and isinstance(value, list) and isinstance(kept, list):
        return {str(one).casefold() for one in value} == {str(one).casefold() for one in kept}
    return bool(value == kept)


def _utc(time: str) -> datetime:
    moment = datetime.fromisoformat(time)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
