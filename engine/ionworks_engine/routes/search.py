"""One search over everything that has a name."""

from __future__ import annotations

from typing import Any

from ionworks_engine.call import Call
from ionworks_engine.errors import ApiError, Problem, invalid
from ionworks_engine.records import find_project
from ionworks_engine.searching import SHORTEST, found


def search_everything(call: Call) -> dict[str, Any]:
    """Return what a text is found in: by name first, then by notes and descriptions."""
    text = call.query["q"].strip()
    if not text:
        raise ApiError(400, "BAD_REQUEST", "q: Say what to search for.")
    if len(text) < SHORTEST:
        raise invalid([Problem("query.q", f"Search for {SHORTEST} characters or more.")])
    limit, offset = call.query["limit"], call.query["offset"]
    project = call.query.get("project_id")
    with call.store.reading() as connection:
        if project is not None:
            find_project(connection, project)
        hits = found(
            connection,
            text,
            types=call.query.get("entity_types"),
            project=project,
            per_type=call.query["per_type"],
        )
    return {
        "results": hits[offset : offset + limit],
        "query": text,
        "total": len(hits),
        "limit": limit,
        "offset": offset,
    }
