"""The way to a server: repeated where it may be, signed for the API only, pooled by route."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import httpx

from ionworks.config import Config, Proxies
from ionworks.retry import RetryPolicy, is_repeatable
from ionworks.secrecy import Home, is_address

__all__ = ["AsyncNetwork", "AsyncRetry", "Network", "Retry"]

_POOL_LIMITS = httpx.Limits(max_connections=40, max_keepalive_connections=20)
_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_HOPELESS = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)


class Retry(httpx.BaseTransport):
    """Repeats what may be repeated; an answer counts once its body has arrived whole.

    An answer that is to be streamed counts from its head on, and its reader resumes it.
    """

    def __init__(
        self,
        inner: httpx.BaseTransport,
        policy: RetryPolicy,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._inner, self._policy, self._sleep = inner, policy, sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send, and send again while it may help."""
        attempt = 0
        while True:
            try:
                response = self._inner.handle_request(request)
                pause = _pause_after_answer(self._policy, attempt, request, response)
                try:
                    if pause is not None or not _is_streamed(request):
                        response.read()
                except BaseException:
                    response.close()
                    raise
                if pause is None:
                    return response
            except httpx.TransportError as error:
                pause = _pause_after_error(self._policy, attempt, request, error)
                if pause is None:
                    raise
            self._sleep(pause)
            attempt += 1

    def close(self) -> None:
        """Close what is below."""
        self._inner.close()


class AsyncRetry(httpx.AsyncBaseTransport):
    """The asynchronous twin of `Retry`."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        policy: RetryPolicy,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._inner, self._policy, self._sleep = inner, policy, sleep

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send, and send again while it may help."""
        attempt = 0
        while True:
            try:
                response = await self._inner.handle_async_request(request)
                pause = _pause_after_answer(self._policy, attempt, request, response)
                try:
                    if pause is not None or not _is_streamed(request):
                        await response.aread()
                except BaseException:
                    await response.aclose()
                    raise
                if pause is None:
                    return response
            except httpx.TransportError as error:
                pause = _pause_after_error(self._policy, attempt, request, error)
                if pause is None:
                    raise
            await self._sleep(pause)
            attempt += 1

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()


class _Signature:
    """Signs a copy, so that a redirect made from the original carries no credential away."""

    def __init__(self, config: Config) -> None:
        self._headers = config.credential_headers
        self._home = Home(config.api_url)

    def __call__(self, request: httpx.Request) -> httpx.Request:
        is_signed = request.extensions.get("is_signed")
        if is_signed or not self._headers or not self._home.is_trusted(str(request.url)):
            return request
        headers = request.headers.copy()
        headers.update(self._headers)
        return httpx.Request(
            request.method,
            request.url,
            headers=headers,
            stream=request.stream,
            extensions=request.extensions,
        )


class Network(httpx.BaseTransport):
    """One connection pool a route, opened when first needed: TLS is not set up for nothing."""

    def __init__(self, config: Config, proxies: Proxies) -> None:
        self._sign, self._proxies = _Signature(config), proxies
        self._pools: dict[tuple[str, str | None], httpx.HTTPTransport] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send over the pool of the request's route."""
        route = _route(request.url, self._proxies)
        with self._lock:
            if route not in self._pools:
                self._pools[route] = httpx.HTTPTransport(**_pool_options(route))
        return self._pools[route].handle_request(self._sign(request))

    def close(self) -> None:
        """Close the pools."""
        for pool in self._pools.values():
            pool.close()


_AsyncPools = dict[tuple[str, str | None], httpx.AsyncHTTPTransport]


class AsyncNetwork(httpx.AsyncBaseTransport):
    """The asynchronous twin of `Network`; each event loop has pools of its own.

    A client may be used from many loops, one after the other or in threads at the same time: the
    connections of one loop cannot be used in another. They are closed when `asyncio.run` ends it;
    of a loop that was closed without that, they are let go when another begins.
    """

    def __init__(self, config: Config, proxies: Proxies) -> None:
        self._sign, self._proxies = _Signature(config), proxies
        self._pools: dict[asyncio.AbstractEventLoop, _AsyncPools] = {}
        self._ends: dict[asyncio.AbstractEventLoop, AsyncGenerator[None, None]] = {}
        self._lock = threading.Lock()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send over the pool of the request's route, in this loop."""
        route = _route(request.url, self._proxies)
        pools = await self._here()
        if route not in pools:
            pools[route] = httpx.AsyncHTTPTransport(**_pool_options(route))
        return await pools[route].handle_async_request(self._sign(request))

    async def aclose(self) -> None:
        """Close the pools of every loop."""
        with self._lock:
            ends, self._pools, self._ends = self._ends, {}, {}
        here = ends.pop(asyncio.get_running_loop(), None)
        if here is not None:
            await here.aclose()
        for loop, end in ends.items():
            if loop.is_running():
                _close_in(loop, end)

    async def _here(self) -> _AsyncPools:
        """Return the pools of the loop that runs: nobody else touches them."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if loop in self._pools:
                return self._pools[loop]
            for known in [known for known in self._pools if known.is_closed()]:
                del self._pools[known], self._ends[known]
            pools = self._pools[loop] = {}
            end = self._ends[loop] = _closed_at_the_end(pools)
        await anext(end)
        return pools


async def _closed_at_the_end(pools: _AsyncPools) -> AsyncGenerator[None, None]:
    """Close pools when this is closed, as a loop that is shut down does with its generators."""
    try:
        yield
    finally:
        for pool in pools.values():
            await pool.aclose()


def _close_in(loop: asyncio.AbstractEventLoop, end: AsyncGenerator[None, None]) -> None:
    """Close pools where they are used, in a loop that runs in another thread."""
    closing = end.aclose()
    try:
        asyncio.run_coroutine_threadsafe(closing, loop)
    except RuntimeError:  # the loop has just been closed
        closing.close()


def _pause_after_answer(
    policy: RetryPolicy, attempt: int, request: httpx.Request, response: httpx.Response
) -> float | None:
    if response.status_code in request.extensions.get("final", ()):
        return None
    return policy.pause_after_status(
        attempt,
        response.status_code,
        repeatable=_is_repeatable(request),
        retry_after=response.headers.get("Retry-After"),
    )


def _pause_after_error(
    policy: RetryPolicy, attempt: int, request: httpx.Request, error: httpx.TransportError
) -> float | None:
    if isinstance(error, _HOPELESS):
        return None
    sent = not isinstance(error, _NOTHING_SENT)
    return policy.pause_after_failure(attempt, repeatable=_is_repeatable(request), sent=sent)


def _is_repeatable(request: httpx.Request) -> bool:
    return bool(request.extensions.get("repeatable")) or is_repeatable(
        request.method, request.headers.get("Idempotency-Key")
    )


def _is_streamed(request: httpx.Request) -> bool:
    return bool(request.extensions.get("streamed"))


def _route(url: httpx.URL, proxies: Proxies) -> tuple[str, str | None]:
    if not is_address(str(url)):
        raise httpx.UnsupportedProtocol("the server refers to an address that cannot be")
    return url.scheme, proxies.proxy_for(url.scheme, url.netloc.decode())


def _pool_options(route: tuple[str, str | None]) -> dict[str, Any]:
    scheme, proxy = route
    uses_tls = scheme == "https" or proxy is not None
    return {"verify": uses_tls, "proxy": proxy, "limits": _POOL_LIMITS}
