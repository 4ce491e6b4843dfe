# Generated from ionworks/_async/creation.py by `python -m codegen sync`; do not edit.
"""Making what may exist already: one way for every resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ionworks.creation import warn_of_differences
from ionworks.errors import ConflictError, NotFoundError

__all__ = ["sync_create_or_get"]

_ATTEMPTS = 2
_NAMES_OF_ID = ("existing_id", "existing_cell_specification_id", "existing_cell_instance_id")


def sync_create_or_get(
    create: Callable[[], Any],
    get: Callable[[str], Any],
    named: Callable[[], Any],
    what: str,
    same: Callable[[Any], bool],
    data: Mapping[str, Any] | None = None,
) -> Any:
    """Make something, or return what exists in its place, as it is.

    Parameters
    ----------
    create
        Makes it.
    get
        Returns what has this id. The id is that of the server's conflict.
    named
        Lists what may be it, where the server says that it exists and not its id. All pages of
        the list are searched.
    what
        What is made, and its name, for messages.
    same
        Whether an item of the list is it.
    data
        What is to be made. Where something exists that is not so, a warning says how.

    Raises
    ------
    ConflictError
        If the server says that it exists, and neither names nor lists it.
    """
    for _ in range(_ATTEMPTS):
        try:
            return create()
        except ConflictError as error:
            conflict = error
        existing = _existing_id(conflict) or _listed_id(named, same)
        if existing is None:
            break
        try:
            found = get(existing)
        except NotFoundError:
            continue  # Deleted between the two calls: there is room for it now.
        warn_of_differences(what, data or {}, found)
        return found
    raise ConflictError(
        f"{what} exists, says the server, but it neither names nor lists it: {conflict.message}",
        conflict.status_code,
        conflict.error_code,
        conflict.data,
        conflict.request_id,
    )


def _listed_id(named: Callable[[], Any], same: Callable[[Any], bool]) -> str | None:
    for item in named():
        if same(item):
            return str(item.id)
    return None


def _existing_id(conflict: ConflictError) -> str | None:
    for place in (conflict.detail, conflict.data):
        if isinstance(place, dict):
            for name in _NAMES_OF_ID:
                if isinstance(place.get(name), str):
                    return str(place[name])
    return None
