"""What is meant by a name that was typed: one thing, or none and what is near it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ionworks.cli.failures import MissingError

if TYPE_CHECKING:
    from ionworks_openapi.models import CellSpecification

    from ionworks.client import Ionworks
    from ionworks.paging import Page

__all__ = ["found", "found_cell", "is_id", "specifications"]

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MOST_NAMED = 10


def is_id(text: str) -> bool:
    """Whether a text looks like the id of something rather than its name."""
    return bool(_ID.fullmatch(text))


def found(items: Iterable[Any], wanted: str, what: str) -> Any:
    """Return the item of an id or of a name; a name in another case will do if only one has it.

    Raises
    ------
    MissingError
        If there is none: the message has names that are near.
    ValueError
        If several have the name.

    Examples
    --------
    >>> from ionworks.cli.naming import found
    >>> from ionworks.records import Record
    >>> found([Record({"id": "m-1", "name": "Chen2020 SPMe"})], "chen2020 spme", "model").id
    'm-1'
    """
    listed = list(items)
    same_id = [item for item in listed if item.id == wanted]
    exactly = [item for item in listed if item.name == wanted]
    nearly = [item for item in listed if (item.name or "").casefold() == wanted.strip().casefold()]
    matches = same_id or exactly or nearly
    if not matches:
        raise MissingError(f"no {what} {wanted!r}{_hint(wanted, [item.name for item in listed])}")
    if len(matches) > 1:
        ids = ", ".join(item.id for item in matches[:_MOST_NAMED])
        raise ValueError(f"{len(matches)} {what}s are called {wanted!r}: give an id, of {ids}")
    return matches[0]


def found_cell(client: Ionworks, wanted: str) -> Any:
    """Return a cell by its id, its name, or that of its specification, a slash and its name."""
    if is_id(wanted):
        return client.cell_instance.get(wanted)
    specification, slash, name = wanted.partition("/")
    if slash:
        spec = found(specifications(client), specification, "cell specification")
        return found(client.cell_instance.list(spec.id), name, "cell")
    cells = [cell for spec in specifications(client) for cell in client.cell_instance.list(spec.id)]
    return found(cells, wanted, "cell")


def specifications(client: Ionworks, limit: int | None = None) -> Page[CellSpecification]:
    """Return the types of cell of the project: a name is once in one, and may be in others."""
    return client.cell_spec.list(limit=limit, project_id=client.project_id)


def _hint(wanted: str, names: list[str]) -> str:
    known = [name for name in names if name]
    near = get_close_matches(wanted, known, n=3, cutoff=0.5)
    if near:
        return ": did you mean " + " or ".join(map(repr, near)) + "?"
    more = ", ..." if len(known) > _MOST_NAMED else ""
    return (
        f": there are {', '.join(map(repr, known[:_MOST_NAMED]))}{more}"
        if known
        else ": none is there"
    )
