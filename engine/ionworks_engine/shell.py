"""Around every request: its correlation id, its credential, and errors in one form."""

from __future__ import annotations

import binascii
import hmac
import json
import logging
import uuid
from base64 import b64decode
from collections.abc import Collection, Mapping
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ionworks_engine.errors import ApiError
from ionworks_engine.receiving import failing_in_words

_log = logging.getLogger(__name__)
_NO_KEY = "Send the engine's key in the header X-API-Key, or as Authorization: Bearer KEY."
_SIGN_IN = "Sign in with any name, and with the engine's key as the password."


class Shell:
    """ASGI middleware.

    Parameters
    ----------
    app
        What it surrounds.
    api_key
        The key that requests must carry; ``None`` accepts any.
    public
        Paths that need no key.
    signed
        How the paths begin that need none because each address is signed.
    for_people
        Paths of pages: a browser may send the key as a password there, and is asked for it. Nowhere
        else, because it sends a password along with requests that other sites make.
    """

    def __init__(
        self,
        app: ASGIApp,
        api_key: str | None,
        public: Collection[str],
        signed: str,
        for_people: Collection[str] = (),
    ) -> None:
        self._app = app
        self._key = api_key.encode() if api_key else None
        self._public = public
        self._signed = signed
        self._for_people = for_people

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation, started = str(uuid.uuid4()), False

        async def tagged(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-correlation-id", correlation.encode()),
                ]
            await send(message)

        try:
            self._admit(scope)
            with failing_in_words():
                await self._app(scope, receive, tagged)
        except ApiError as error:
            await refuse(error, tagged)
        except Exception:
            _log.exception("Request %s failed: %s %s", correlation, scope["method"], scope["path"])
            if started:
                raise
            await refuse(_unexpected(correlation), tagged)

    def _admit(self, scope: Scope) -> None:
        path = scope["path"]
        if self._key is None or path in self._public or path.startswith(self._signed):
            return
        in_browser = path in self._for_people
        given = _keys(dict(scope["headers"]), in_browser)
        if not any(hmac.compare_digest(key, self._key) for key in given):
            raise _PasswordNeeded() if in_browser else ApiError(401, "UNAUTHORIZED", _NO_KEY)


class _PasswordNeeded(ApiError):  # noqa: N818
    """A page was asked for without the key."""

    def __init__(self) -> None:
        super().__init__(401, "UNAUTHORIZED", _SIGN_IN)


def _keys(headers: Mapping[bytes, bytes], in_browser: bool) -> list[bytes]:
    """Return what a request carries as a key."""
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    given = [headers.get(b"x-api-key", b"")]
    if scheme.lower() == b"bearer":
        given.append(token.strip())
    if scheme.lower() == b"basic" and in_browser:
        with suppress(binascii.Error):
            given.append(b64decode(token.strip()).partition(b":")[2])
    return given


def _unexpected(correlation: str) -> ApiError:
    message = f"The engine failed; its log has more under {correlation}."
    return ApiError(500, "INTERNAL_ERROR", message)


async def refuse(error: ApiError, send: Send) -> None:
    """Answer a request with an error in its envelope."""
    body = json.dumps(error.document(), ensure_ascii=False, allow_nan=False).encode(
        errors="replace"
    )
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    if error.status == 405:
        headers.append((b"allow", error.detail["allow"].encode()))
    if isinstance(error, _PasswordNeeded):
        headers.append((b"www-authenticate", b'Basic realm="Ionworks engine", charset="UTF-8"'))
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
