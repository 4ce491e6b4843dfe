"""Digests: those that storage tells of what it sends, and those of what came.

They are in the headers of RFC 9530. Storage that tells none is taken at its word.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256

__all__ = ["WANTED", "Tally"]

WANTED = {"Want-Content-Digest": "sha-256=10"}
"""What asks for the digest of an answer that holds but a part of an object."""

_SHA_256 = re.compile(r"(?:^|,)[ \t]*sha-256=:([A-Za-z0-9+/]{43}=):")
_BATCH = 1 << 20


class Tally:
    """The SHA-256 of bytes as they come, held against the one that was told.

    It is worked out in a thread beside, so that the network is not kept waiting.

    Examples
    --------
    >>> from ionworks.storage.digests import Tally
    >>> told = {"content-digest": "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:"}
    >>> tally = Tally.told(told, "content-digest")
    >>> tally.add(b"abc")
    >>> tally.digest() == tally.expected
    True
    """

    def __init__(self, expected: bytes) -> None:
        self.expected = expected
        self._hash, self._held = sha256(), bytearray()
        self._aside: ThreadPoolExecutor | None = None
        self._last: Future[None] | None = None

    @classmethod
    def told(cls, headers: Mapping[str, str], name: str) -> Tally | None:
        """Return a tally for what a header tells, ``None`` if it tells nothing."""
        found = _SHA_256.search(headers.get(name, ""))
        return cls(b64decode(found[1])) if found else None

    def add(self, chunk: bytes) -> None:
        """Take the bytes that come next."""
        self._held += chunk
        if len(self._held) >= _BATCH:
            self._settle()
            # One of its own: a thread that others share is gone in a process that was forked.
            self._aside = self._aside or ThreadPoolExecutor(1, "ionworks-digest")
            self._last = self._aside.submit(self._hash.update, self._held)
            self._held = bytearray()

    def digest(self) -> bytes:
        """Return the digest of all that came."""
        self._settle()
        if self._aside is not None:
            self._aside.shutdown(wait=False)
            self._aside = None
        self._hash.update(self._held)
        self._held = bytearray()
        return self._hash.digest()

    def _settle(self) -> None:
        """Wait until the batch before is in: no more than two are ever in memory."""
        if self._last is not None:
            self._last.result()
            self._last = None
