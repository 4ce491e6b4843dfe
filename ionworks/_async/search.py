"""``client.search``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ionworks_openapi.api.search import search_everything
from ionworks_openapi.models import SearchEntityType

from ionworks.calls import async_call
from ionworks.requests import choice, given, several, text
from ionworks.results.search import SearchResponse

if TYPE_CHECKING:
    from ionworks._async.session import AsyncSession

__all__ = ["AsyncSearchClient"]

_SHORTEST = 2


class AsyncSearchClient:
    """Find things of every kind by their names and notes."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def query(
        self,
        q: str,
        *,
        limit: int = 25,
        offset: int = 0,
        per_type: int = 5,
        entity_types: str | Iterable[str] | None = None,
        project_id: str | None = None,
    ) -> SearchResponse:
        """Search names, descriptions and notes.

        Parameters
        ----------
        q
            What to look for, 2 characters or more: a part of a name in any case, or the beginnings
            of words of a description.
        limit, offset
            The part of the results to return: 1 to 100, from this one on.
        per_type
            How many of one kind at most: 1 to 20.
        entity_types
            Only these kinds, such as ``cell_instance`` or ``["study", "model"]``.
        project_id
            Only those of this project, and those that belong to none. Without it, all that are
            visible, whatever the client's project.

        Returns
        -------
        SearchResponse
            A sequence of results, and how many there are in all, ``total``.

        Raises
        ------
        ValueError
            If there are fewer than 2 characters to look for, or a kind is unknown.

        Examples
        --------
        >>> spec = await client.cell_spec.create_or_get({"name": "NMC622-GR"})
        >>> found = await client.search.query("nmc622", entity_types="cell_specification")
        >>> spec.id in [result.id for result in found]
        True
        """
        wanted = text(q, "q").strip()
        if len(wanted) < _SHORTEST:
            raise ValueError(f"q must have {_SHORTEST} characters or more, not {q!r}")
        kinds = None if entity_types is None else _kinds(entity_types)
        if kinds == []:
            return SearchResponse(results=[], query=wanted, total=0, limit=limit, offset=offset)
        answer = await async_call(
            search_everything.asyncio_detailed,
            client=self._session.api,
            q=q,
            limit=limit,
            offset=offset,
            per_type=per_type,
            entity_types=given(kinds),
            project_id=given(project_id),
        )
        return SearchResponse.of(answer)


def _kinds(entity_types: str | Iterable[str]) -> list[Any]:
    words = several(entity_types, "entity_types")
    return [choice(SearchEntityType, word, "entity_types") for word in words]
