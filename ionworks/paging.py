"""Lists that the server hands out in pages, as sequences.

With a limit a page is exactly that page. Without one it covers everything: its length is known
at once, its items are fetched when they are looked at. What the server calls its parts answers,
too: ``page["items"]``, ``page["total"]``, ``page["count"]``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any, Generic, Literal, NamedTuple, TypeVar, overload

from ionworks.showing import table_of_items

__all__ = ["AsyncFetch", "AsyncPage", "Chunk", "Fetch", "Page"]

T = TypeVar("T")

PAGE_SIZE = 100
_ANSWERS = ("items", "total", "count")
_SHOWN = 3
_WIDTH = 100


class Chunk(NamedTuple):
    """What one call for a part of a list brought: its items, and how many there are in all."""

    items: Sequence[Any]
    total: int | None


Fetch = Callable[[int, int], Chunk]
AsyncFetch = Callable[[int, int], Awaitable[Chunk]]


class _Part(Generic[T]):
    """The part of a list that was asked for: what has come of it, and how long it is.

    Attributes
    ----------
    total
        How many items the server has in all, whatever part was asked for.
    """

    def __init__(self, limit: int | None, offset: int | None, at_once: int) -> None:
        self._at_once = at_once
        self._limit = None if limit is None else _whole("limit", limit, least=1)
        self._offset = 0 if offset is None else _whole("offset", offset, least=0)
        self._items: list[T] = []
        self._length = at_once if self._limit is None else self._limit
        self._begun = False
        self.total = 0

    @property
    def count(self) -> int:
        """How many items this page has."""
        return self._length

    def __len__(self) -> int:
        return self._length

    def __bool__(self) -> bool:
        return self._length > 0

    def __repr__(self) -> str:
        shown = [_short(item) for item in self._items[:_SHOWN]]
        rest = self._length - len(shown)
        more = [f"… {rest} more"] if rest > 0 else []
        return f"<{self._length} of {self.total}: [{', '.join([*shown, *more])}]>"

    def _repr_html_(self) -> str:
        return f"<p>{self._length} of {self.total}</p>{table_of_items(self._items, self._length)}"

    def _answer(self, key: str) -> Any:
        if key not in _ANSWERS:
            raise KeyError(f"a page has {', '.join(_ANSWERS)}, not {key!r}")
        return getattr(self, key)

    def _request(self) -> tuple[int, int]:
        """Return the limit and the offset to ask for next."""
        missing = self._length - len(self._items)
        return min(self._at_once, missing), self._offset + len(self._items)

    def _take(self, chunk: Chunk) -> None:
        """Add a chunk. An empty one ends the list, whatever the total said."""
        self._items.extend(chunk.items)
        if not self._begun:
            self._begun = True
            self.total = max(chunk.total or 0, len(self._items) and self._offset + len(self._items))
            self._length = min(self._limit or self.total, max(0, self.total - self._offset))
        if not chunk.items:
            self._length = len(self._items)
        del self._items[self._length :]


class Page(_Part[T], Sequence[T]):  # type: ignore[misc]  # count is a number, as on the wire
    """A list of the server, as a sequence.

    It is fetched in parts, of 100 items if nothing else is said, each when it is first looked at.

    Examples
    --------
    >>> from ionworks.paging import Chunk, Page
    >>> page = Page.open(lambda limit, offset: Chunk(range(offset, offset + limit), 250))
    >>> len(page), page[-1], page[98:102]
    (250, 249, [98, 99, 100, 101])
    """

    def __init__(
        self,
        fetch: Fetch,
        limit: int | None = None,
        offset: int | None = None,
        at_once: int = PAGE_SIZE,
    ) -> None:
        super().__init__(limit, offset, at_once)
        self._fetch = fetch

    @classmethod
    def open(
        cls,
        fetch: Fetch,
        limit: int | None = None,
        offset: int | None = None,
        at_once: int = PAGE_SIZE,
    ) -> Page[T]:
        """Return the page with its first part fetched, so that its length is known."""
        page = cls(fetch, limit, offset, at_once)
        page._take(fetch(*page._request()))
        return page

    @property
    def items(self) -> list[T]:
        """Everything in this page."""
        return self.all()

    def all(self) -> list[T]:
        """Fetch what is missing and return everything in this page."""
        self._reach(self._length)
        return list(self._items)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    @overload
    def __getitem__(self, index: Literal["items"]) -> list[T]: ...
    @overload
    def __getitem__(self, index: Literal["total", "count"]) -> int: ...
    def __getitem__(self, index: int | slice | str) -> T | list[T] | int:
        if isinstance(index, str):
            found: list[T] | int = self._answer(index)
            return found
        if isinstance(index, slice):
            places = range(self._length)[index]
            self._reach(max(places, default=-1) + 1)
            return self._items[index] if len(places) else []
        place = range(self._length)[index]
        self._reach(place + 1)
        return self._items[place]

    def __iter__(self) -> Iterator[T]:
        place = 0
        while place < self._length:
            self._reach(place + 1)
            if place < self._length:
                yield self._items[place]
            place += 1

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and self.all() == list(other)

    __hash__ = None  # type: ignore[assignment]

    def _reach(self, length: int) -> None:
        while len(self._items) < min(length, self._length):
            self._take(self._fetch(*self._request()))


class AsyncPage(_Part[T]):
    """A list of the server, to be walked with ``async for`` or taken whole with ``all``.

    With a limit, and after ``all``, its items can also be reached by index.
    """

    def __init__(
        self,
        fetch: AsyncFetch,
        limit: int | None = None,
        offset: int | None = None,
        at_once: int = PAGE_SIZE,
    ) -> None:
        super().__init__(limit, offset, at_once)
        self._fetch = fetch

    @classmethod
    async def open(
        cls,
        fetch: AsyncFetch,
        limit: int | None = None,
        offset: int | None = None,
        at_once: int = PAGE_SIZE,
    ) -> AsyncPage[T]:
        """Return the page with its first part fetched; with a limit, with all its parts."""
        page = cls(fetch, limit, offset, at_once)
        page._take(await fetch(*page._request()))
        if limit is not None:
            await page.all()
        return page

    @property
    def items(self) -> list[T]:
        """Everything in this page, once it is here: with a limit, or after ``await all()``."""
        return self[:]

    async def all(self) -> list[T]:
        """Fetch what is missing and return everything in this page."""
        await self._reach(self._length)
        return list(self._items)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    @overload
    def __getitem__(self, index: Literal["items"]) -> list[T]: ...
    @overload
    def __getitem__(self, index: Literal["total", "count"]) -> int: ...
    def __getitem__(self, index: int | slice | str) -> T | list[T] | int:
        if isinstance(index, str):
            found: list[T] | int = self._answer(index)
            return found
        if len(self._items) < self._length:
            raise LookupError(
                f"{len(self._items)} of {self._length} items are here: "
                "walk the page with 'async for', or take it whole with 'await page.all()'"
            )
        return self._items[index]

    async def __aiter__(self) -> AsyncIterator[T]:
        place = 0
        while place < self._length:
            await self._reach(place + 1)
            if place < self._length:
                yield self._items[place]
            place += 1

    async def _reach(self, length: int) -> None:
        while len(self._items) < min(length, self._length):
            self._take(await self._fetch(*self._request()))


def _short(item: object) -> str:
    text = repr(item)
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


def _whole(name: str, value: int, least: int) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    number = value.__index__()
    if number < least:
        raise ValueError(f"{name} must be {least} or more, not {number}")
    return number
