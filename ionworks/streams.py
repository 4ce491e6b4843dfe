"""Many calls whose results are handed on while later ones still run: in order, a few at once.

Never more results wait to be taken than calls run at once, so that memory stays bounded however
many calls there are.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable
from itertools import islice
from typing import TypeVar

__all__ = ["async_stream", "sync_stream"]

T = TypeVar("T")
Item = TypeVar("Item")


async def async_stream(
    function: Callable[[Item], Awaitable[T]], items: Iterable[Item], at_once: int
) -> AsyncGenerator[T, None]:
    """Call for every item, a few at once, and yield each result when its turn has come.

    Whoever stops taking results stops the calls that have not been made.
    """
    coming = iter(items)
    running = deque(asyncio.ensure_future(function(item)) for item in islice(coming, at_once))
    try:
        while running:
            result = await running[0]
            running.popleft()
            running.extend(asyncio.ensure_future(function(item)) for item in islice(coming, 1))
            yield result
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def sync_stream(function: Callable[[Item], T], items: Iterable[Item], at_once: int) -> Generator[T, None, None]:
    """Call for every item in a few threads; the synchronous twin of `async_stream`."""
    if at_once == 1:
        yield from map(function, items)
        return
    from concurrent.futures import ThreadPoolExecutor

    threads = ThreadPoolExecutor(at_once, thread_name_prefix="ionworks")
    coming = iter(items)
    running = deque(threads.submit(function, item) for item in islice(coming, at_once))
    try:
        while running:
            result = running.popleft().result()
            running.extend(threads.submit(function, item) for item in islice(coming, 1))
            yield result
    finally:
        threads.shutdown(cancel_futures=True)
