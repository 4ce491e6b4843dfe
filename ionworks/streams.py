"""Many calls whose results are handed on while later ones still run: in order, a few at once.

No more results wait to be taken than calls run at once, so that memory stays bounded however many
calls there are. Streams are closed by who takes from them. They are no generators: a loop that
ends closes all its generators in any order, and one that waits for another is in its way.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

__all__ = ["AsyncStream", "Stream"]

T = TypeVar("T")
Item = TypeVar("Item")


class AsyncStream(Generic[Item, T]):
    """The results of a call for every item, each when its turn has come.

    Parameters
    ----------
    function
        The call.
    items
        What to call it for; read as far as calls are made.
    at_once
        How many calls run at once.
    """

    def __init__(
        self, function: Callable[[Item], Awaitable[T]], items: Iterable[Item], at_once: int
    ) -> None:
        self._function, self._coming, self._at_once = function, iter(items), at_once
        self._running: deque[asyncio.Future[T]] = deque()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        self._fill()
        if not self._running:
            raise StopAsyncIteration
        result = await self._running[0]
        self._running.popleft()
        self._fill()
        return result

    async def aclose(self) -> None:
        """Stop the calls that run, and make no others."""
        self._coming = iter(())
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running.clear()

    def _fill(self) -> None:
        for item in islice(self._coming, self._at_once - len(self._running)):
            self._running.append(asyncio.ensure_future(self._function(item)))


class Stream(Generic[Item, T]):
    """The results of a call for every item, made in a few threads; the twin of `AsyncStream`."""

    def __init__(self, function: Callable[[Item], T], items: Iterable[Item], at_once: int) -> None:
        self._function, self._coming, self._at_once = function, iter(items), at_once
        self._threads: ThreadPoolExecutor | None = None
        self._running: deque[Future[T]] = deque()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        if self._at_once == 1:
            return self._function(next(self._coming))
        self._fill()
        if not self._running:
            raise StopIteration
        result = self._running.popleft().result()
        self._fill()
        return result

    def close(self) -> None:
        """Wait for the calls that run, and make no others."""
        self._coming = iter(())
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        self._running.clear()

    def _fill(self) -> None:
        from concurrent.futures import ThreadPoolExecutor

        for item in islice(self._coming, self._at_once - len(self._running)):
            if self._threads is None:
                self._threads = ThreadPoolExecutor(self._at_once, thread_name_prefix="ionworks")
            self._running.append(self._threads.submit(self._function, item))
