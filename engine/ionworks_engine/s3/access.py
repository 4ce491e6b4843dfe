"""Temporary credentials of one upload, and the signatures (SigV4) made with them.

Nothing of them is stored: the secret key is derived from the store's own secret, the upload and the
moment of expiry, which is the session token. When a request was signed does not matter beside that:
the clock of a computer in a lab may be wrong.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.types import Scope

from ionworks.storage.sigv4 import ALGORITHM, Credentials, canonical_request, signature
from ionworks_engine.links import STORAGE, Links
from ionworks_engine.s3.documents import S3Error

PATH = f"{STORAGE}s3"
BUCKET = "uploads"
REGION = "us-east-1"
_LASTS = timedelta(hours=24)
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} +Credential=(?P<key>[^/, ]+)/(?P<day>\d{{8}})/(?P<region>[^/, ]+)"
    r"/s3/aws4_request *, *SignedHeaders=(?P<signed>[^, ]+) *, *Signature=(?P<signature>[0-9a-f]+)"
)
_TIME = re.compile(r"\d{8}T\d{6}Z")


def target(links: Links, origin: str, upload_id: str) -> dict[str, Any]:
    """Return where an upload can be sent in parts, and with which credentials."""
    expires = links.clock() + _LASTS
    token = str(int(expires.timestamp()))
    made = _credentials(links, upload_id, token, REGION)
    return {
        "endpoint": f"{origin}{PATH}",
        "region": made.region,
        "bucket": BUCKET,
        "object_path": upload_id,
        "access_key_id": made.access_key_id,
        "secret_access_key": made.secret_access_key,
        "session_token": token,
        "expires_at": expires.isoformat(timespec="seconds"),
    }


def admit(links: Links, upload_id: str, scope: Scope) -> None:
    """Let a request to an upload pass if it is signed with the credentials of this upload.

    Raises
    ------
    S3Error
        Saying what is missing, does not fit or has expired.
    """
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    stated = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if stated is None:
        raise S3Error(403, "AccessDenied", f"Sign the request in its headers, by {ALGORITHM}.")
    time, token = headers.get("x-amz-date", ""), headers.get("x-amz-security-token", "")
    if not _TIME.fullmatch(time) or not time.startswith(stated["day"]):
        raise S3Error(403, "AccessDenied", "x-amz-date must be the time of the signature.")
    if not token.isdecimal():
        raise S3Error(400, "InvalidToken", "Send the session token as x-amz-security-token.")
    made = _credentials(links, upload_id, token, stated["region"])
    if not hmac.compare_digest(stated["key"].encode(), made.access_key_id.encode()):
        raise S3Error(403, "InvalidAccessKeyId", "This access key is for another upload.")
    fitting = signature(made, time, _canonical(scope, headers, stated["signed"].split(";")))
    if not hmac.compare_digest(fitting, stated["signature"]):
        message = "The signature does not fit: the secret key, or the request, is another one."
        raise S3Error(403, "SignatureDoesNotMatch", message)
    if int(token) < links.clock().timestamp():
        message = "These credentials have expired: initiate a new upload."
        raise S3Error(400, "ExpiredToken", message)


def _credentials(links: Links, upload_id: str, token: str, region: str) -> Credentials:
    secret = links.seal(f"s3 {upload_id} {token}")
    return Credentials(upload_id.replace("-", ""), secret, token, region)


def _canonical(scope: Scope, headers: Mapping[str, str], signed: list[str]) -> str:
    missing = sorted({"host", "x-amz-date"} - set(signed)) or sorted(set(signed) - headers.keys())
    if missing:
        raise S3Error(403, "AccessDenied", f"Sign, and send, the headers {', '.join(missing)}.")
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    path = scope.get("raw_path", quote(scope["path"]).encode()).decode("latin-1")
    named = {name: headers[name] for name in signed}
    return canonical_request(
        scope["method"], path, query, named, headers.get("x-amz-content-sha256", "")
    )
