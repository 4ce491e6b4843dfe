"""Signatures of storage requests: AWS Signature Version 4, in headers, with the standard library.

Both sides use it: the client signs what it sends with temporary credentials, the engine works out
the same signature for what it was sent.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

__all__ = [
    "ALGORITHM",
    "UNSIGNED",
    "Credentials",
    "canonical_request",
    "moment",
    "payload_hash",
    "signature",
    "signed_headers",
]

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
_UNRESERVED = "-_.~"


@dataclass(frozen=True)
class Credentials:
    """Who signs, and for which storage.

    Parameters
    ----------
    access_key_id
        The public half, which is sent.
    secret_access_key
        The secret half, which never is.
    session_token
        What temporary credentials send besides.
    region, service
        Where the signature holds.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    region: str = "us-east-1"
    service: str = "s3"

    def scope(self, time: str) -> str:
        """Return where and on which day a signature of this time holds."""
        return f"{time[:8]}/{self.region}/{self.service}/aws4_request"


def moment(now: datetime) -> str:
    """Return a time as signatures write it.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from ionworks.storage.sigv4 import moment
    >>> moment(datetime(2015, 8, 30, 12, 36, tzinfo=UTC))
    '20150830T123600Z'
    """
    return now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def payload_hash(body: bytes) -> str:
    """Return the hash of a body that a signature vouches for."""
    return hashlib.sha256(body).hexdigest()


def signed_headers(
    credentials: Credentials,
    method: str,
    url: str,
    headers: Mapping[str, str],
    payload: str,
    now: datetime,
) -> dict[str, str]:
    """Return all headers of a request, with those that sign it.

    Parameters
    ----------
    credentials
        Who signs.
    method, url
        The request line. Path and query must stand in the address as they will be sent.
    headers
        What the request says besides; all of it is signed.
    payload
        `payload_hash` of the body, or `UNSIGNED`.
    now
        When; storage refuses what is some minutes off.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from ionworks.storage.sigv4 import UNSIGNED, Credentials, signed_headers
    >>> headers = signed_headers(
    ...     Credentials("AKID", "secret"), "GET", "https://s3.test/bucket/key", {}, UNSIGNED,
    ...     datetime(2015, 8, 30, tzinfo=UTC),
    ... )
    >>> sorted(headers)
    ['authorization', 'host', 'x-amz-content-sha256', 'x-amz-date']
    """
    parts = urlsplit(url)
    time = moment(now)
    named = {name.lower(): value for name, value in headers.items()}
    named |= {"host": parts.netloc, "x-amz-date": time, "x-amz-content-sha256": payload}
    if credentials.session_token:
        named["x-amz-security-token"] = credentials.session_token
    query = parse_qsl(parts.query, keep_blank_values=True)
    request = canonical_request(method, parts.path, query, named, payload)
    authorization = (
        f"{ALGORITHM} Credential={credentials.access_key_id}/{credentials.scope(time)}, "
        f"SignedHeaders={';'.join(sorted(named))}, "
        f"Signature={signature(credentials, time, request)}"
    )
    return {**named, "authorization": authorization}


def canonical_request(
    method: str,
    path: str,
    query: Iterable[tuple[str, str]],
    headers: Mapping[str, str],
    payload: str,
) -> str:
    """Return the one form of a request that is signed.

    Parameters
    ----------
    method
        In capitals.
    path
        As it stands in the address, percent-encoded once.
    query
        Names and values, decoded.
    headers
        Those that are signed, and no others.
    payload
        As in the header ``x-amz-content-sha256``.
    """
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in query)
    named = sorted((name.lower(), " ".join(value.split())) for name, value in headers.items())
    return "\n".join(
        [
            method,
            path or "/",
            "&".join(f"{name}={value}" for name, value in pairs),
            *(f"{name}:{value}" for name, value in named),
            "",
            ";".join(name for name, _ in named),
            payload,
        ]
    )


def signature(credentials: Credentials, time: str, request: str) -> str:
    """Return the signature of a canonical request at a time such as ``20150830T123600Z``."""
    key = f"AWS4{credentials.secret_access_key}".encode()
    for part in credentials.scope(time).split("/"):
        key = _hmac(key, part)
    digest = hashlib.sha256(request.encode()).hexdigest()
    return _hmac(key, "\n".join([ALGORITHM, time, credentials.scope(time), digest])).hex()


def _encoded(text: str) -> str:
    return quote(text, safe=_UNRESERVED)


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
