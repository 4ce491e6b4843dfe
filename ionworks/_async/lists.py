"""How the resources list what the server hands out in pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ionworks.calls import async_call
from ionworks.paging import PAGE_SIZE, AsyncPage, Chunk

if TYPE_CHECKING:
    from ionworks._async.session import AsyncSession

__all__ = ["async_list", "async_nothing"]


async def async_list(
    session: AsyncSession,
    operation: Callable[..., Any],
    *path: str,
    query: Mapping[str, Any],
    limit: int | None,
    offset: int | None,
    at_once: int = PAGE_SIZE,
    read: Callable[[Any], Any] | None = None,
) -> AsyncPage[Any]:
    """Return a page of what a generated list call hands out.

    Parameters
    ----------
    session
        Whose connection is used.
    operation
        The generated call.
    *path
        The ids in its path.
    query
        Its query parameters, without ``limit`` and ``offset``.
    limit, offset
        The part of the list to return. Without a limit, all of it, fetched as it is read.
    at_once
        How many items to ask the server for in one call.
    read
        What becomes of an item; without it, it stays the generated model.
    """

    async def fetch(limit: int, offset: int) -> Chunk:
        page = await async_call(
            operation, *path, client=session.api, limit=limit, offset=offset, **query
        )
        items = page.items if read is None else [read(item) for item in page.items]
        return Chunk(items, page.total)

    return await AsyncPage[Any].open(fetch, limit, offset, at_once)


async def async_nothing() -> AsyncPage[Any]:
    """Return an empty page; no call is made."""

    async def fetch(limit: int, offset: int) -> Chunk:  # noqa: ARG001  # as every fetch
        return Chunk((), 0)

    return await AsyncPage[Any].open(fetch)
