"""Links that let the bearer in: to one object, for one purpose, for a while.

A link names the object, what may be done, until when, and how a download is called; a signature
with the store's secret binds them together. So storage needs no credentials of the API, and a link
that was changed anywhere opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from ionworks_engine.errors import forbidden
from ionworks_engine.storage import Store

STORAGE = "/storage/"
OBJECTS = f"{STORAGE}objects"
DOWNLOAD_LASTS = timedelta(hours=1)
UPLOAD_LASTS = timedelta(hours=6)
_READ, _WRITE = "GET", "PUT"
_ANOTHER = (
    "The signature does not fit this request: it is for another object or another method, or the "
    "address was changed. Ask the API for a new one."
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a link lets its bearer do: fetch a file under a name, or fill an upload."""

    key: str
    filename: str
    media_type: str


class Links:
    """The links of a store.

    Parameters
    ----------
    store
        Whose secret signs, and whose clock counts.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def download(self, origin: str, content: str, filename: str, media_type: str) -> str:
        """Return where a stored file can be fetched for an hour."""
        return self._link(origin, _READ, Grant(content, filename, media_type), DOWNLOAD_LASTS)

    def upload(self, origin: str, upload_id: str) -> str:
        """Return where the file of an upload can be put."""
        return self._link(origin, _WRITE, Grant(upload_id, "", ""), UPLOAD_LASTS)

    def opened(self, method: str, key: str, query: Mapping[str, str]) -> Grant:
        """Return what a request to storage may do.

        Raises
        ------
        ApiError
            403, saying whether a signature is missing, does not fit, or has expired.
        """
        if "signature" not in query:
            raise forbidden("This address needs a signature: ask the API for a signed one.")
        grant = Grant(key, query.get("filename", ""), query.get("type", ""))
        purpose = _READ if method == "HEAD" else method
        expires = query.get("expires", "")
        fitting = self._sign(purpose, grant, expires)
        if not hmac.compare_digest(fitting.encode(), query["signature"].encode()):
            raise forbidden(_ANOTHER)
        if int(expires) < self.clock().timestamp():
            raise forbidden("This address has expired: ask the API for a new one.")
        return grant

    def _link(self, origin: str, purpose: str, grant: Grant, lasts: timedelta) -> str:
        expires = str(int((self.clock() + lasts).timestamp()))
        stated = {"filename": grant.filename, "type": grant.media_type, "expires": expires}
        query = {name: value for name, value in stated.items() if value}
        query["signature"] = self._sign(purpose, grant, expires)
        return f"{origin}{OBJECTS}/{grant.key}?{urlencode(query)}"

    def _sign(self, purpose: str, grant: Grant, expires: str) -> str:
        words = [purpose, grant.key, expires, grant.filename, grant.media_type]
        return self.seal(json.dumps(words))

    def clock(self) -> datetime:
        """Return the present moment."""
        return self._store.clock()

    def seal(self, text: str) -> str:
        """Return a signature of a text that only this store can make."""
        return hmac.new(self._store.secret, text.encode(), hashlib.sha256).hexdigest()
