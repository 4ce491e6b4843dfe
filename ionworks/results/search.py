"""What a search found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from ionworks.showing import table_of_items, titled

if TYPE_CHECKING:
    from ionworks_openapi.models import SearchResult

__all__ = ["SearchResponse"]


@dataclass(frozen=True, repr=False)
class SearchResponse(Sequence["SearchResult"]):
    """The results of this page, as a sequence, best first.

    Attributes
    ----------
    results
        Each with ``id``, ``entity_type``, ``name``, ``project_id`` and ``parent_id``.
    query
        What was looked for, without blanks around it.
    total
        How many there are in all.
    limit, offset
        The part that was asked for.

    Examples
    --------
    >>> from ionworks.results.search import SearchResponse
    >>> found = SearchResponse(results=[], query="nmc", total=0, limit=25, offset=0)
    >>> len(found), list(found), bool(found)
    (0, [], False)
    """

    results: Sequence[SearchResult]
    query: str
    total: int
    limit: int
    offset: int

    @classmethod
    def of(cls, answer: Any) -> SearchResponse:
        """Return what the API answered."""
        return cls(answer.results, answer.query, answer.total, answer.limit, answer.offset)

    def __len__(self) -> int:
        return len(self.results)

    @overload
    def __getitem__(self, index: int) -> SearchResult: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[SearchResult]: ...
    def __getitem__(self, index: int | slice) -> SearchResult | Sequence[SearchResult]:
        return self.results[index]

    def __repr__(self) -> str:
        return f"SearchResponse({self.query!r}: <{len(self)} of {self.total}>)"

    def _repr_html_(self) -> str:
        title = f"{len(self)} of {self.total} for {self.query}"
        return titled(title, table_of_items(self.results, len(self)))
