"""How generated calls are made: one adapter a colour, and one way to make many at once.

What the generated layer raises while it reads an answer becomes an `IonworksError` here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from ionworks.encode import PayloadError
from ionworks.errors import IonworksError
from ionworks.records import Record

if TYPE_CHECKING:
    from ionworks_openapi.types import Response

__all__ = [
    "async_aside",
    "async_call",
    "async_map",
    "async_mapping",
    "async_text",
    "async_to_end",
    "sync_aside",
    "sync_call",
    "sync_map",
    "sync_mapping",
    "sync_text",
    "sync_to_end",
]

P = ParamSpec("P")
T = TypeVar("T")
Item = TypeVar("Item")

_PATIENCE = 30.0
"""How long in s someone who was cancelled waits for the end of a call."""

_UNREADABLE = (KeyError, ValueError, TypeError, AttributeError, IndexError)


async def async_call(
    operation: Callable[P, Coroutine[Any, Any, Response[T]]], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Make a generated call and return what the API describes as its answer.

    Raises
    ------
    IonworksError
        If the server refuses, does not answer, or answers something else.
    """
    with _readable(operation):
        response = await operation(*args, **kwargs)
    return _parsed(operation, response)


def sync_call(operation: Callable[P, Response[T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Make a generated call; the synchronous twin of `async_call`."""
    with _readable(operation):
        response = operation(*args, **kwargs)
    return _parsed(operation, response)


async def async_mapping(
    operation: Callable[P, Coroutine[Any, Any, Response[Any]]], *args: P.args, **kwargs: P.kwargs
) -> Record:
    """Make a generated call whose answer the API leaves free-form, and return the mapping."""
    with _readable(operation):
        response = await operation(*args, **kwargs)
        return _mapping(response.content)


def sync_mapping(
    operation: Callable[P, Response[Any]], *args: P.args, **kwargs: P.kwargs
) -> Record:
    """Make a generated call with a free-form answer; the twin of `async_mapping`."""
    with _readable(operation):
        response = operation(*args, **kwargs)
        return _mapping(response.content)


async def async_text(
    operation: Callable[P, Coroutine[Any, Any, Response[str]]], *args: P.args, **kwargs: P.kwargs
) -> str:
    """Make a generated call that is answered with a text, plain or as JSON."""
    with _readable(operation):
        response = await operation(*args, **kwargs)
        return _text(response)


def sync_text(operation: Callable[P, Response[str]], *args: P.args, **kwargs: P.kwargs) -> str:
    """Make a generated call that is answered with a text; the twin of `async_text`."""
    with _readable(operation):
        response = operation(*args, **kwargs)
        return _text(response)


async def async_map(
    function: Callable[[Item], Awaitable[T]], items: Sequence[Item], at_once: int
) -> list[T]:
    """Call for every item, a few at once; the results are in the order of the items."""
    slots = asyncio.Semaphore(at_once)

    async def in_slot(item: Item) -> T:
        async with slots:
            return await function(item)

    tasks = [asyncio.ensure_future(in_slot(item)) for item in items]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()


def sync_map(function: Callable[[Item], T], items: Sequence[Item], at_once: int) -> list[T]:
    """Call for every item in a few threads; the synchronous twin of `async_map`."""
    if at_once == 1 or len(items) <= 1:
        return [function(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor

    threads = ThreadPoolExecutor(min(at_once, len(items)), thread_name_prefix="ionworks")
    try:
        return list(threads.map(function, items))
    finally:
        threads.shutdown(cancel_futures=True)


async def async_aside(function: Callable[[], T]) -> T:
    """Call what blocks without blocking the loop."""
    return await asyncio.to_thread(function)


def sync_aside(function: Callable[[], T]) -> T:
    """Call what blocks; the synchronous twin of `async_aside`."""
    return function()


async def async_to_end(function: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Call what should not be left half-done: who is cancelled meanwhile hears of it at its end."""
    task = asyncio.ensure_future(function())
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=_PATIENCE)
        raise
    finally:
        task.cancel()


def sync_to_end(function: Callable[[], T]) -> T:
    """Call in a thread, which Ctrl-C does not reach; the synchronous twin of `async_to_end`."""
    from concurrent.futures import ThreadPoolExecutor, wait

    thread = ThreadPoolExecutor(1, thread_name_prefix="ionworks")
    coming = thread.submit(copy_context().run, function)
    try:
        return coming.result()
    except KeyboardInterrupt:
        wait([coming], _PATIENCE)
        raise
    finally:
        thread.shutdown(wait=False)


@contextmanager
def _readable(operation: Callable[..., object]) -> Iterator[None]:
    try:
        yield
    except PayloadError:
        raise
    except _UNREADABLE as error:
        missing = f"the field {error} is missing" if isinstance(error, KeyError) else str(error)
        raise IonworksError(
            f"the answer to {_name(operation)} is not what the API describes: {missing}"
        ) from error


def _mapping(content: bytes) -> Record:
    values = json.loads(content)
    if not isinstance(values, dict):
        raise ValueError(f"a mapping was expected, a {type(values).__name__} came")
    return Record(values)


def _text(response: Response[str]) -> str:
    is_json = response.headers.get("content-type", "").startswith("application/json")
    text = json.loads(response.content) if is_json else response.parsed
    if not isinstance(text, str):
        raise ValueError(f"a text was expected, a {type(text).__name__} came")
    return text


def _parsed(operation: Callable[..., object], response: Response[T]) -> T:
    if response.parsed is None and response.content:
        raise IonworksError(
            f"the answer to {_name(operation)} came with status {int(response.status_code)}, "
            "which the API does not describe",
            int(response.status_code),
        )
    return cast("T", response.parsed)


def _name(operation: Callable[..., object]) -> str:
    return operation.__module__.rpartition(".")[2]
