"""The clients: our JSON goes out, our errors come back, and storage is asked without a trace."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from importlib.metadata import version
from typing import Any
from uuid import uuid4

import httpx

from ionworks.config import Config
from ionworks.encode import PayloadError, packed_json
from ionworks.errors import ConnectionFailedError, IonworksError, RequestTimeoutError
from ionworks.refusals import Refusal
from ionworks.retry import CONNECT_TIMEOUT, TRANSFER_TIMEOUT, RetryPolicy, read_timeout
from ionworks.secrecy import Home, host_of
from ionworks.storage.answers import checked_address
from ionworks.storage.bodies import Body, Outgoing
from ionworks.transport.inside import LOCAL_URL

__all__ = ["Arrival", "AsyncHttp", "Http"]

Arrival = httpx.Response
"""An answer of which only the head is here: ``status_code``, ``headers``, and its body to come."""

_KEYED = frozenset({"POST", "PATCH"})
_READING = frozenset({"GET", "HEAD"})
_SAME_METHOD = frozenset({307, 308})


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
        self.event_hooks = {"response": [self._check_redirect]}

    def _check_redirect(self, response: httpx.Response) -> None:
        _check_redirect(self.home, response)

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
        self.event_hooks = {"response": [self._check_redirect]}

    async def _check_redirect(self, response: httpx.Response) -> None:
        _check_redirect(self.home, response)

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


def _check_redirect(home: Home, response: httpx.Response) -> None:
    """Let nothing that changes something be done elsewhere, or be taken for done by a page."""
    asked = response.request
    if not response.has_redirect_location or asked.method in _READING:
        return
    target = str(asked.url.join(response.headers["Location"]))
    if home.is_trusted(target) and response.status_code in _SAME_METHOD:
        return
    raise ConnectionFailedError(
        f"{home.call(asked.method, str(asked.url))} was not answered by the API but redirected "
        f"to {_where(home, asked.url, target)}; it was not followed"
    )


def _where(home: Home, asked: httpx.URL, target: str) -> str:
    """Say where a redirect leads, and what to make of it."""
    moved = home.moved(str(asked), target)
    return moved or f"{host_of(target)}, as networks do that ask for a login"


def _accepted(home: Home, response: httpx.Response) -> httpx.Response:
    status, url = response.status_code, response.url
    if status < 400:
        return response
    if response.history and status < 500 and not home.is_trusted(str(url)):
        # Of keys, rights and things of the API only the API can tell.
        asked = response.history[0].url
        raise ConnectionFailedError(
            f"{home.call(response.request.method, str(asked))} was redirected to "
            f"{_where(home, asked, str(url))}; the key did not go there, and the answer is {status}"
        )
    call = home.call(response.request.method, str(url))
    raise Refusal(status, call, response.headers, response.content).error()
