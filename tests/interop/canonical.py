"""Requests in a form in which those of two clients can be compared.

Ids of what a script made are replaced by the names that it gives them, ids that only servers
tell are numbered within a call; compression and headers are left aside. Looks that are repeated
while something runs count once, all else as often as it was sent; the order of what is only read
does not count.
"""

import gzip
import io
import json
import re
from itertools import groupby
from urllib.parse import parse_qsl

import polars as pl

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|[0-9a-f]{32}")
_STORAGE = "/storage/"
TOGETHER = {"GET", "HEAD", "PUT"}
"""Methods whose order among themselves does not count: reads, and the files of one upload."""
_LOOK = re.compile(
    r"POST /simulations/statuses|GET /jobs/"
    r"|GET /cell_measurements/[^/?]+\?include_steps=false&include_time_series=false$"
)
"""What asks how far something has got: how often it is asked depends on time."""


class Names:
    """The names of ids: those that the script gave, and numbers for all others."""

    def __init__(self, given):
        self._given = given
        self._numbered = {}

    def put(self, text):
        """Replace every id in a text."""
        for identity, name in self._given.items():
            text = text.replace(identity, f"<{name}>")
        return _ID.sub(lambda found: self._number(found[0]), text)

    def _number(self, identity):
        return f"<{self._numbered.setdefault(identity, len(self._numbered) + 1)}>"


def requests_by_call(passed, given):
    """Return the requests of every call, in the order of the calls: lists of texts."""
    named = [each for each in passed if each.call]
    by_call = {}
    for each in named:
        by_call.setdefault(each.call, []).append(each)
    return {call: _canonical(requests, given) for call, requests in by_call.items()}


def _canonical(requests, given):
    names = Names(given)
    found = []
    for method, alike in groupby(requests, lambda each: each.method):
        texts = _looks_once([names.put(_text(each)) for each in alike])
        found += sorted(texts) if method in TOGETHER else texts
    return found


def _looks_once(texts):
    looks = set()
    for text in texts:
        if text not in looks:
            yield text
        if _LOOK.match(text):
            looks.add(text)


def _number(digits):
    """JSON does not tell 1.0 from 1."""
    number = float(digits)
    return int(number) if number.is_integer() else number


def _text(request):
    path, query = request.path, request.query
    if path.startswith(_STORAGE):
        path, query = "/storage/…", ""
    pairs = "&".join(f"{name}={value}" for name, value in sorted(parse_qsl(query, True)))
    line = f"{request.method} {path}{'?' * bool(pairs)}{pairs}"
    return f"{line} {_body(request)}".rstrip()


def _body(request):
    body = request.body
    if request.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    if not body:
        return ""
    if body[:4] == b"PAR1":
        frame = pl.read_parquet(io.BytesIO(body))
        return f"parquet {json.dumps(frame.to_dict(as_series=False), sort_keys=True)}"
    if request.headers.get("content-type", "").startswith("application/json"):
        return json.dumps(json.loads(body, parse_float=_number), sort_keys=True)
    return f"{len(body)} bytes {body[:40]!r}"
