"""How a page is answered: to GET and HEAD, so that a browser fetches and runs nothing for it."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ionworks_engine.call import Services
from ionworks_engine.errors import ApiError
from ionworks_engine.pages.rendering import STYLE_HASH

_METHODS = ("GET", "HEAD")
_HEADERS = {
    "content-security-policy": (
        f"default-src 'none'; style-src '{STYLE_HASH}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "vary": "accept-encoding, authorization",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class _Rendered:
    """A page in the two forms in which it is sent, and the tag that names this state of it."""

    plain: bytes
    zipped: bytes
    tag: str


class Page:
    """One page as an ASGI application.

    Parameters
    ----------
    path
        Where it stands.
    render
        Makes its HTML; called in a thread.
    kept
        Whether it is made once and stays as it is.
    """

    def __init__(self, path: str, render: Callable[[Services], str], *, kept: bool) -> None:
        self._path = path
        self._render = render
        self._rendered: _Rendered | None = None
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in _METHODS:
            allowed = ", ".join(_METHODS)
            message = f"{self._path} takes {allowed}, not {scope['method']}."
            raise ApiError(405, "METHOD_NOT_ALLOWED", message, {"allow": allowed})
        page = self._rendered
        if page is None:
            page = await asyncio.to_thread(self._make, scope["app"].state.services)
            self._rendered = page if self._kept else None
        answer = _answer(page, dict(scope["headers"]), kept=self._kept)
        if scope["method"] == "HEAD":
            answer.body = b""  # Its length stays that of the page.
        await answer(scope, receive, send)

    def _make(self, services: Services) -> _Rendered:
        # A name may hold half a surrogate pair, which no encoding knows.
        plain = self._render(services).encode(errors="replace")
        return _Rendered(
            plain, gzip.compress(plain, mtime=0), f'"{hashlib.sha256(plain).hexdigest()[:32]}"'
        )


def _answer(page: _Rendered, sent: dict[bytes, bytes], *, kept: bool) -> Response:
    headers = {**_HEADERS, "cache-control": "private, no-cache" if kept else "no-store"}
    if kept:
        headers["etag"] = page.tag
        if page.tag.encode() in sent.get(b"if-none-match", b""):
            return Response(status_code=304, headers=headers)
    body = page.plain
    if b"gzip" in sent.get(b"accept-encoding", b""):
        headers["content-encoding"] = "gzip"
        body = page.zipped
    return Response(body, headers=headers, media_type="text/html")
