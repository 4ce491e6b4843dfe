"""HTTP: the one handwritten module that knows httpx.

A request passes, from the outside in::

    Http              encodes the body, chooses the timeout, raises IonworksError
      Retry           repeats what may be repeated
        Network       says who is asking, to the API's own origin only;
                      one connection pool a route: direct, or through a proxy

``Http.transfer`` goes the same way below ``Http``, for what comes from storage or goes there: it
follows no redirect, keeps no whole answer, and says nothing of signed addresses.

The engine of this process is asked by ``Http`` itself: nobody listens in, and what it refuses
once it refuses again.

Each layer has its asynchronous twin beside it.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import cache, partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx

from ionworks.asgi import Answer, Question
from ionworks.config import Config, Proxies
from ionworks.encode import PayloadError, packed_json
from ionworks.errors import ConnectionFailedError, IonworksError, RequestTimeoutError
from ionworks.refusals import Refusal
from ionworks.retry import (
    CONNECT_TIMEOUT,
    TRANSFER_TIMEOUT,
    RetryPolicy,
    is_repeatable,
    read_timeout,
)
from ionworks.secrecy import Home, hide_signatures, host_of, is_address
from ionworks.storage.answers import checked_address
from ionworks.storage.bodies import Body, Outgoing

if TYPE_CHECKING:
    from ionworks.local import LocalEngine

__all__ = ["Arrival", "AsyncHttp", "Http", "async_http", "sync_http"]

Arrival = httpx.Response
"""An answer of which only the head is here: ``status_code``, ``headers``, and its body to come."""

LOCAL_URL = "http://ionworks.local"
_POOL_LIMITS = httpx.Limits(max_connections=40, max_keepalive_connections=20)
_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_HOPELESS = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)
_KEYED = frozenset({"POST", "PATCH"})

hide_signatures()


def sync_http(config: Config, engine: LocalEngine | None = None) -> Http:
    """Return a client for these settings; a local engine answers in place of the network."""
    if engine is not None:
        # Recorders of HTTP know MockTransport and intercept it; one of ours they would not see.
        return Http(config, httpx.MockTransport(partial(_ask, engine)))
    network = Network(config, Proxies.of_environment())
    return Http(config, Retry(network, RetryPolicy(config.max_retries)))


def async_http(config: Config, engine: LocalEngine | None = None) -> AsyncHttp:
    """Return the asynchronous twin of `sync_http`."""
    if engine is not None:
        return AsyncHttp(config, httpx.MockTransport(partial(_ask_async, engine)))
    network = AsyncNetwork(config, Proxies.of_environment())
    return AsyncHttp(config, AsyncRetry(network, RetryPolicy(config.max_retries)))


class Http(httpx.Client):
    """An httpx client that sends our JSON and raises our errors.

    Attributes
    ----------
    home
        Where the API is served.
    policy
        How often to repeat what broke off.
    """

    def __init__(self, config: Config, transport: httpx.BaseTransport) -> None:
        super().__init__(transport=transport, **_client_options(config))
        self._timeout_asked, self._way = config.timeout, transport
        self.home = Home(str(self.base_url))
        self.policy = RetryPolicy(config.max_retries)

    def build_request(self, *args: Any, **kwargs: Any) -> httpx.Request:
        """Encode the body and choose the timeout."""
        with _sendable():
            return super().build_request(*args, **_prepared(self._timeout_asked, **kwargs))

    def send(self, request: httpx.Request, **kwargs: Any) -> httpx.Response:
        """Send, follow redirects, and raise what went wrong."""
        with _our_errors(self.home, request):
            response = super().send(request, **kwargs)
            response.read()
        return _accepted(self.home, response)

    @contextmanager
    def transfer(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Body | bytes | None = None,
        **extensions: Any,
    ) -> Iterator[Arrival]:
        """Send to storage, or ask it; whatever its status, the answer is to be read in here."""
        request = _transfer(method, url, headers, body, extensions)
        with _our_errors(self.home, request):
            response = self._way.handle_request(request)
            try:
                yield response
            finally:
                response.close()


class AsyncHttp(httpx.AsyncClient):
    """The asynchronous twin of `Http`."""

    def __init__(self, config: Config, transport: httpx.AsyncBaseTransport) -> None:
        super().__init__(transport=transport, **_client_options(config))
        self._timeout_asked, self._way = config.timeout, transport
        self.home = Home(str(self.base_url))
        self.policy = RetryPolicy(config.max_retries)

    def build_request(self, *args: Any, **kwargs: Any) -> httpx.Request:
        """Encode the body and choose the timeout."""
        with _sendable():
            return super().build_request(*args, **_prepared(self._timeout_asked, **kwargs))

    async def send(self, request: httpx.Request, **kwargs: Any) -> httpx.Response:
        """Send, follow redirects, and raise what went wrong."""
        with _our_errors(self.home, request):
            response = await super().send(request, **kwargs)
            await response.aread()
        return _accepted(self.home, response)

    @asynccontextmanager
    async def transfer(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Body | bytes | None = None,
        **extensions: Any,
    ) -> AsyncIterator[Arrival]:
        """Send to storage, or ask it; the asynchronous twin of `Http.transfer`."""
        request = _transfer(method, url, headers, body, extensions)
        with _our_errors(self.home, request):
            response = await self._way.handle_async_request(request)
            try:
                yield response
            finally:
                await response.aclose()


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
        route = _route(request.url, self._proxies)
        with self._lock:
            if route not in self._pools:
                self._pools[route] = httpx.HTTPTransport(**_pool_options(route))
        return self._pools[route].handle_request(self._sign(request))

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()


_AsyncPools = dict[tuple[str, str | None], httpx.AsyncHTTPTransport]


class AsyncNetwork(httpx.AsyncBaseTransport):
    """The asynchronous twin of `Network`; each event loop has pools of its own.

    A client may be used from many loops, one after the other or in threads at the same time: the
    connections of one loop cannot be used in another. Those of a loop that is closed are let go
    when another begins.
    """

    def __init__(self, config: Config, proxies: Proxies) -> None:
        self._sign, self._proxies = _Signature(config), proxies
        self._pools: dict[asyncio.AbstractEventLoop, _AsyncPools] = {}
        self._lock = threading.Lock()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        route = _route(request.url, self._proxies)
        pools = self._here()
        if route not in pools:
            pools[route] = httpx.AsyncHTTPTransport(**_pool_options(route))
        return await pools[route].handle_async_request(self._sign(request))

    async def aclose(self) -> None:
        with self._lock:
            everywhere, self._pools = self._pools, {}
        await _close(everywhere.pop(asyncio.get_running_loop(), {}))
        for loop, pools in everywhere.items():
            if loop.is_running():
                _close_in(loop, pools)

    def _here(self) -> _AsyncPools:
        """Return the pools of the loop that runs: nobody else touches them."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if loop not in self._pools:
                kept = self._pools.items()
                self._pools = {known: pools for known, pools in kept if not known.is_closed()}
                self._pools[loop] = {}
            return self._pools[loop]


async def _close(pools: _AsyncPools) -> None:
    for pool in pools.values():
        await pool.aclose()


def _close_in(loop: asyncio.AbstractEventLoop, pools: _AsyncPools) -> None:
    """Close pools where they are used, in a loop that runs in another thread."""
    closing = _close(pools)
    try:
        asyncio.run_coroutine_threadsafe(closing, loop)
    except RuntimeError:  # the loop has just been closed
        closing.close()


def _ask(engine: LocalEngine, request: httpx.Request) -> httpx.Response:
    with _engine_in_time(request) as limit:
        return _response(engine.sync_answer(_question(request), limit))


async def _ask_async(engine: LocalEngine, request: httpx.Request) -> httpx.Response:
    with _engine_in_time(request) as limit:
        return _response(await engine.async_answer(_question(request), limit))


def _question(request: httpx.Request) -> Question:
    return Question(
        method=request.method,
        path=request.url.path,
        raw_path=request.url.raw_path.partition(b"?")[0],
        query=request.url.query,
        headers=[(name.lower(), value) for name, value in request.headers.raw],
        body=request.content,
    )


def _response(answer: Answer) -> httpx.Response:
    return httpx.Response(answer.status, headers=answer.headers, content=answer.body)


@contextmanager
def _engine_in_time(request: httpx.Request) -> Iterator[float]:
    """Give the engine the time that the network would have, and say so as the network would."""
    if request.url.host != httpx.URL(LOCAL_URL).host:
        raise httpx.ConnectError("the local engine answers for itself only", request=request)
    try:
        yield request.extensions["timeout"]["read"]
    except TimeoutError as error:
        raise httpx.ReadTimeout("the local engine is busy", request=request) from error


def _client_options(config: Config) -> dict[str, Any]:
    return {
        "base_url": LOCAL_URL if config.is_local else config.api_url,
        "headers": {"Accept": "application/json", "User-Agent": _user_agent()},
        "follow_redirects": True,
        "trust_env": False,
    }


@cache
def _user_agent() -> str:
    return f"ionworks-api/{version('ionworks-api')} httpx/{httpx.__version__}"


def _prepared(timeout_asked: float | None, /, **options: Any) -> dict[str, Any]:
    """Fill in what a request needs beyond what the generated call says."""
    payload = options.pop("json", None)
    headers = httpx.Headers(options.get("headers"))
    if options["method"].upper() in _KEYED:
        headers.setdefault("Idempotency-Key", str(uuid4()))
    if options.get("files"):
        # A boundary of its own, drawn by httpx: the one of the generated call is the same always,
        # and a file could hold it.
        del headers["Content-Type"]
    if payload is not None:
        options["content"], said = packed_json(payload)
        headers.update(said)
    read = read_timeout(options["method"], str(options["url"]), timeout_asked)
    timeout = httpx.Timeout(read, connect=min(read, CONNECT_TIMEOUT))
    return {**options, "headers": headers, "timeout": timeout}


@contextmanager
def _sendable() -> Iterator[None]:
    """Blame what was given, not the server, if no address can be made of it."""
    try:
        yield
    except httpx.InvalidURL as error:
        raise PayloadError(f"an id or a filter cannot stand in an address: {error}") from None
    except UnicodeEncodeError as error:
        broken = error.object[error.start : error.end]
        raise PayloadError(f"text with the broken character {broken!a} cannot be sent") from None


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


class _Outgoing(Outgoing, httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body on its way, as httpx takes it."""


def _transfer(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: Body | bytes | None,
    extensions: Mapping[str, Any],
) -> httpx.Request:
    """Make a request as storage takes it: nothing in it that its sender did not ask for.

    Of ``extensions``, ``is_signed`` says that no credential is needed, even by the API;
    ``patience`` is how long to wait, in s; ``streamed`` leaves the answer's body to the caller;
    ``repeatable`` lets a POST be tried again; ``final`` names statuses that are not to be; and
    ``advance`` hears how much of the body has gone.
    """
    patience = extensions.get("patience", TRANSFER_TIMEOUT)
    timeout = dict.fromkeys(("read", "write", "pool"), patience) | {"connect": CONNECT_TIMEOUT}
    host = host_of(checked_address(url))
    try:
        own = httpx.Headers({"Host": host, "Accept-Encoding": "identity"})
        own.update({"User-Agent": _user_agent(), **headers})
        sent: dict[str, Any] = {"content": body}
        if body:
            # In pieces, bytes too: the HTTP library copies what is left of a piece as it writes.
            whole = Body.of(body) if isinstance(body, bytes) else body
            own["Content-Length"] = str(whole.size)
            sent = {"stream": _Outgoing(whole, extensions.get("advance"))}
        return httpx.Request(
            method, url, headers=own, extensions={**extensions, "timeout": timeout}, **sent
        )
    except (httpx.InvalidURL, ValueError):
        raise ConnectionFailedError("the server named a storage with no right address") from None


def _route(url: httpx.URL, proxies: Proxies) -> tuple[str, str | None]:
    if not is_address(str(url)):
        raise httpx.UnsupportedProtocol("the server refers to an address that cannot be")
    return url.scheme, proxies.proxy_for(url.scheme, url.netloc.decode())


def _pool_options(route: tuple[str, str | None]) -> dict[str, Any]:
    scheme, proxy = route
    uses_tls = scheme == "https" or proxy is not None
    return {"verify": uses_tls, "proxy": proxy, "limits": _POOL_LIMITS}


@contextmanager
def _our_errors(home: Home, request: httpx.Request) -> Iterator[None]:
    try:
        yield
    except (httpx.RequestError, httpx.InvalidURL) as error:
        raise _our_error(home.call(request.method, str(request.url)), request, error) from error


def _our_error(call: str, request: httpx.Request, error: Exception) -> IonworksError:
    if isinstance(error, httpx.TimeoutException):
        limit = request.extensions["timeout"]["read"]
        hint = "" if "patience" in request.extensions else "; Ionworks(timeout=...) sets the limit"
        return RequestTimeoutError(
            f"no answer to {call} within {limit:g} s ({type(error).__name__}){hint}"
        )
    if isinstance(error, httpx.DecodingError):
        return ConnectionFailedError(f"the answer to {call} cannot be unpacked: {error}")
    return ConnectionFailedError(f"no answer to {call}: {str(error) or type(error).__name__}")


def _accepted(home: Home, response: httpx.Response) -> httpx.Response:
    if response.status_code < 400:
        return response
    call = home.call(response.request.method, str(response.request.url))
    raise Refusal(response.status_code, call, response.headers, response.content).error()
