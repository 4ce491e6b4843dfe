"""An object in parts, as S3 takes it: which parts there are, and what is said about each.

One part is read when it is sent and forgotten when it has been, so that no more of them are in
memory than are sent at once.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import md5
from html import escape
from urllib.parse import quote

from ionworks.storage.answers import Bucket, element, elements
from ionworks.storage.bodies import Body
from ionworks.storage.sigv4 import UNSIGNED, payload_hash, signed_headers

__all__ = ["MOST_IN_ONE", "PART", "THRESHOLD", "Part", "S3Request", "completion", "kept", "parts"]

THRESHOLD = PART = 16 << 20
MOST_IN_ONE = 1 << 30
_MOST_PARTS = 10_000
_CHECKSUM = "x-amz-checksum-crc32"


@dataclass(frozen=True)
class Part:
    """One part of a body: its number from 1, and which bytes it has."""

    number: int
    start: int
    stop: int

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.stop - self.start


@dataclass(frozen=True)
class S3Request:
    """A request to a bucket, signed."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @classmethod
    def signed(
        cls,
        bucket: Bucket,
        method: str,
        query: Mapping[str, str],
        now: datetime,
        body: bytes = b"",
        **headers: str,
    ) -> S3Request:
        """Return a signed request about the bucket's object; ``_`` in a header's name is ``-``.

        A body that goes encrypted is not hashed: its checksum is.
        """
        pairs = "&".join(f"{name}={quote(value, safe='-_.~')}" for name, value in query.items())
        url = f"{bucket.endpoint}/{quote(bucket.path, safe='/-_.~')}?{pairs}"
        payload = UNSIGNED if url.startswith("https:") else payload_hash(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        signed = signed_headers(bucket.credentials, method, url, named, payload, now)
        return cls(method, url, signed, body)


def parts(size: int) -> list[Part]:
    """Return the parts of a body of a size: of 16 MiB, or as large as 10,000 parts must be.

    Examples
    --------
    >>> from ionworks.storage.multipart import parts
    >>> [part.size for part in parts(40 << 20)]
    [16777216, 16777216, 8388608]
    """
    step = max(PART, -(-size // _MOST_PARTS))
    starts = range(0, size, step)
    return [
        Part(number, start, min(start + step, size)) for number, start in enumerate(starts, start=1)
    ]


def checksum(content: bytes) -> str:
    """Return the CRC32 of a part, as storage checks it."""
    return b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()


def completion(sent: Mapping[int, tuple[str, str]]) -> bytes:
    """Return the document that makes one object of parts: number to ETag and checksum."""
    listed = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(etag, quote=False)}</ETag>"
        f"<ChecksumCRC32>{crc}</ChecksumCRC32></Part>"
        for number, (etag, crc) in sorted(sent.items())
    )
    return f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()


def kept(answer: bytes, body: Body, wanted: Iterable[Part]) -> dict[int, tuple[str, str]]:
    """Return which parts the storage has whole, by its list of them.

    A part counts if size and checksum are those of the body; one without a checksum, if its ETag
    is the MD5 of the body's bytes.
    """
    listed = {
        element(entry, "PartNumber"): entry
        for entry in (text.encode() for text in elements(answer, "Part"))
    }
    found = {}
    for part in wanted:
        entry = listed.get(str(part.number))
        if entry is None or element(entry, "Size") != str(part.size):
            continue
        content = body.read(part.start, part.stop)
        etag, crc = element(entry, "ETag") or "", checksum(content)
        stated = element(entry, "ChecksumCRC32")
        digest = md5(content, usedforsecurity=False).hexdigest()
        if stated == crc or (stated is None and etag.strip('"') == digest):
            found[part.number] = (etag, crc)
    return found
