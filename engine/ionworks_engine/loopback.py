"""Who may ask an engine without a key: programs of this machine, no pages of others in a browser.

A browser on this machine reaches what listens on loopback, whoever wrote the page that it shows.
Two things give such a page away. It may make the browser resolve a name of its own to this machine:
the name is then the host of the request. Or it asks the address itself, blindly, as it may without
being allowed to read the answer: browsers say where such a request comes from.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from ionworks_engine.errors import ApiError
from ionworks_engine.shell import refuse

_HERE = (b"same-origin", b"none")
"""Where a request comes from: a page of this engine, or the user by hand."""


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, as only it can reach it.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("LocalHost"), is_loopback("192.168.0.7")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class ThisMachineOnly:
    """ASGI middleware that refuses what pages of other sites ask for.

    A link on such a page may still be followed: it changes nothing, and only the user sees it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            host = headers.get(b"host", b"localhost").decode("latin-1")
            name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
            message = ""
            if not is_loopback(name.strip("[]")):
                message = f"This engine has no key and serves this machine only, not {host!r}."
            elif not (_is_from_here(headers, host) or _follows_a_link(scope["method"], headers)):
                message = "This engine has no key: pages of other sites may link to it, no more."
            if message:
                await refuse(ApiError(403, "FORBIDDEN", message), send)
                return
        await self._app(scope, receive, send)


def _is_from_here(headers: Mapping[bytes, bytes], host: str) -> bool:
    """Return whether no page of another site asks; what is no browser says nothing of sites."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site in _HERE
    # Older browsers tell the origin alone, at least when something may change.
    origin = headers.get(b"origin")
    return origin is None or origin.partition(b"://")[2].decode("latin-1") == host


def _follows_a_link(method: str, headers: Mapping[bytes, bytes]) -> bool:
    return (
        method == "GET"
        and headers.get(b"sec-fetch-mode") == b"navigate"
        and headers.get(b"sec-fetch-dest") == b"document"
    )
