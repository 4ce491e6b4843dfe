"""HTTP: the one handwritten room that knows httpx.

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

from functools import partial
from typing import TYPE_CHECKING

import httpx

from ionworks.config import Config, Proxies
from ionworks.retry import RetryPolicy
from ionworks.secrecy import hide_signatures
from ionworks.transport.http import Arrival, AsyncHttp, Http
from ionworks.transport.inside import ask, ask_async
from ionworks.transport.network import AsyncNetwork, AsyncRetry, Network, Retry

if TYPE_CHECKING:
    from ionworks.local import LocalEngine

__all__ = ["Arrival", "AsyncHttp", "Http", "Retry", "async_http", "sync_http"]

hide_signatures()


def sync_http(config: Config, engine: LocalEngine | None = None) -> Http:
    """Return a client for these settings; a local engine answers in place of the network."""
    if engine is not None:
        # Recorders of HTTP know MockTransport and intercept it; one of ours they would not see.
        return Http(config, httpx.MockTransport(partial(ask, engine)))
    network = Network(config, Proxies.of_environment())
    return Http(config, Retry(network, RetryPolicy(config.max_retries)))


def async_http(config: Config, engine: LocalEngine | None = None) -> AsyncHttp:
    """Return the asynchronous twin of `sync_http`."""
    if engine is not None:
        return AsyncHttp(config, httpx.MockTransport(partial(ask_async, engine)))
    network = AsyncNetwork(config, Proxies.of_environment())
    return AsyncHttp(config, AsyncRetry(network, RetryPolicy(config.max_retries)))
