"""What a cassette keeps of requests and answers: nothing secret, and no host.

Headers are kept by allow-list. The address of a file in storage is signed: its query is dropped,
wherever it stands, so that a replay asks at the same address without a signature.
"""

import json
import re
from urllib.parse import urlsplit, urlunsplit

from vcr.request import Request

HOST = "http://engine.test"
STORAGE = "/storage/"
SCRUBBED = "scrubbed"
KEPT_REQUEST_HEADERS = {"accept", "content-type", "content-encoding", "range"}
KEPT_RESPONSE_HEADERS = {
    "content-type",
    "retry-after",
    "location",
    "content-length",
    "content-range",
    "accept-ranges",
    "etag",
}
SECRET_FIELDS = {"token", "access_key_id", "secret_access_key", "session_token"}
ADDRESS_FIELDS = {"signed_url", "url", "endpoint"}
BOUNDARY = re.compile(r"(multipart/form-data; boundary=)(\w+)")


def at_host(uri):
    """Return an address at the one host that cassettes know; one in storage unsigned."""
    parts = urlsplit(uri)
    query = "" if parts.path.startswith(STORAGE) else parts.query
    return urlunsplit((*urlsplit(HOST)[:2], parts.path, query, ""))


def scrub_request(request):
    kept = {k: v for k, v in request.headers.items() if k.lower() in KEPT_REQUEST_HEADERS}
    body = request.body
    for name, value in kept.items():
        if drawn := BOUNDARY.fullmatch(value):
            # Drawn anew for each request, and so never twice the same.
            kept[name] = BOUNDARY.sub(r"\1boundary", value)
            body = body.replace(drawn[2].encode(), b"boundary")
    return Request(request.method, at_host(request.uri), body, kept)


def scrub_response(response):
    kept = {k: v for k, v in response["headers"].items() if k.lower() in KEPT_RESPONSE_HEADERS}
    for name, values in kept.items():
        if name.lower() == "location":
            kept[name] = [at_host(value) for value in values]
    return {**response, "headers": kept, "body": _scrub_body(kept, response["body"])}


def _scrub_body(headers, body):
    if "application/json" not in str(headers):
        return body
    told = json.loads(body["string"])
    scrubbed = _scrub(told)
    # Only what held a secret is written anew: everything else stays as it was sent.
    return body if scrubbed == told else {"string": json.dumps(scrubbed).encode()}


def _scrub(value, field=None):
    if isinstance(value, list):
        return [_scrub(item, field) for item in value]
    if isinstance(value, dict):
        return {name: _scrub(item, name) for name, item in value.items()}
    if isinstance(value, str) and field in SECRET_FIELDS:
        return SCRUBBED
    if isinstance(value, str) and field in ADDRESS_FIELDS and STORAGE in value:
        return at_host(value)
    return value


def same_range(first, second):
    """Ask of a request for a part of a file that it is for the same part."""
    assert first.headers.get("range") == second.headers.get("range")


def same_content(first, second):
    """Ask for equal bodies; how a table is packed for storage is not the client's doing."""
    if not first.path.startswith(STORAGE):
        assert first.body == second.body
