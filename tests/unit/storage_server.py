"""An API and its storage on two loopback ports, and the faults that befall them.

The API answers ``GET /cell_measurements/{id}/time_series/download`` with a redirect; the storage
keeps objects, honours ranges, and takes parts as S3 does. What each was sent is written down.
"""

import base64
import hashlib
import json
import re
import socket
import struct
import threading
import zlib
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

from ionworks.storage.sigv4 import Credentials, canonical_request, signature

CREDENTIALS = Credentials("AKID", "hush-secret", "hush-token", "here")
QUERY = "signature=hush-signed"
SECRETS = ("hush", "iw_secret", "org-1")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.handle_any
        raise AttributeError(name)

    def handle_any(self):
        self.server.handle_exchange(self)

    def body(self, fault=None):
        """Read the request's body; a fault breaks the connection in the midst of it."""
        length = int(self.headers.get("Content-Length") or 0)
        wanted = length if fault is None else min(fault, length)
        content = self.rfile.read(wanted)
        if len(content) < length:
            self.hang_up()
            return None
        return content

    def hang_up(self):
        """Reset the connection, as a host does that goes down."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()

    def answer(self, status, content=b"", cut=None, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if cut is None:
            self.wfile.write(content)
        else:
            self.wfile.write(content[:cut])
            self.wfile.flush()
            self.close_connection = True

    def finish(self):
        with suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen = []
        self.faults = []
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_):
        pass

    def note(self, handler, body=b""):
        headers = {name.lower(): value for name, value in handler.headers.items()}
        entry = SimpleNamespace(
            method=handler.command, path=handler.path, headers=headers, size=len(body or b"")
        )
        with self.lock:
            self.seen.append(entry)

    def fault(self, kind):
        """Take the next fault if it is of a kind."""
        with self.lock:
            if self.faults and self.faults[0][0] == kind:
                return self.faults.pop(0)[1]
        return None


class Storage(Server):
    """Faults: ``("cut", n)`` ends an answer after n bytes, ``("reset", n)`` a request after n,
    ``("status", n)`` answers so, ``("lost", n)`` does what is asked and answers nothing,
    ``("altered", n)`` sends another byte than the n-th."""

    def __init__(self):
        super().__init__()
        self.objects = {}
        self.types = {}
        self.uploads = {}
        self.knows_ranges = True
        self.tells_digests = False
        self.most_parts_at_once = self._open_parts = 0
        self.page = 1000

    def handle_exchange(self, handler):
        path = urlsplit(handler.path).path
        if path.startswith("/s3/"):
            self.s3(handler, path.removeprefix("/s3/bucket/"))
        elif handler.command == "PUT":
            self.put(handler, path)
        else:
            self.get(handler, path)

    def get(self, handler, path):
        self.note(handler)
        status = self.fault("status")
        content = self.objects.get(path)
        if status or content is None or QUERY not in handler.path:
            code = status or (404 if content is None else 403)
            text = f"<Error><Code>Refused</Code><Message>{handler.path}</Message></Error>"
            handler.answer(code, text.encode())
            return
        etag = f'"{hashlib.md5(content).hexdigest()}"'
        span = self.span(handler, content, etag)
        if span is None:
            self.give(handler, 200, content, content, ETag=etag)
        elif span == "unsatisfiable":
            handler.answer(416, b"no such range", Content_Range=f"bytes */{len(content)}")
        else:
            start, stop = span
            where = f"bytes {start}-{stop - 1}/{len(content)}"
            piece = content[start:stop]
            self.give(handler, 206, piece, content, ETag=etag, Content_Range=where)

    def give(self, handler, status, piece, content, **headers):
        if self.tells_digests:
            headers["Repr_Digest"] = digest_of(content)
            if "sha-256" in handler.headers.get("Want-Content-Digest", ""):
                headers["Content_Digest"] = digest_of(piece)
        if (place := self.fault("altered")) is not None:
            piece = piece[:place] + bytes([piece[place] ^ 1]) + piece[place + 1 :]
        handler.answer(status, piece, self.fault("cut"), **headers)

    def span(self, handler, content, etag):
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", handler.headers.get("Range", ""))
        if not asked or not self.knows_ranges:
            return None
        if handler.headers.get("If-Range", etag) != etag:
            return None
        first, last = asked.groups()
        if not first:
            start, stop = max(0, len(content) - int(last)), len(content)
        else:
            start = int(first)
            stop = min(len(content), int(last) + 1 if last else len(content))
        return (start, stop) if start < stop else "unsatisfiable"

    def put(self, handler, path):
        fault = self.fault("reset")
        body = handler.body(fault)
        self.note(handler, body)
        if body is None:
            return
        if status := self.fault("status"):
            text = f"<Error><Code>Refused</Code><Message>{handler.path}</Message></Error>"
            handler.answer(status, text.encode())
            return
        self.objects[path] = body
        self.types[path] = handler.headers["Content-Type"]
        handler.answer(200)

    def s3(self, handler, key):
        query = dict(parse_qsl(urlsplit(handler.path).query, keep_blank_values=True))
        fault = self.fault("reset") if "partNumber" in query else None
        with self.lock:
            self._open_parts += "partNumber" in query
            self.most_parts_at_once = max(self.most_parts_at_once, self._open_parts)
        body = handler.body(fault)
        with self.lock:
            self._open_parts -= "partNumber" in query
        self.note(handler, body)
        if body is None:
            return
        if status := self.fault("status"):
            handler.answer(status, b"<Error><Code>SlowDown</Code></Error>")
        elif code := self.fault("refuse"):
            handler.answer(403, f"<Error><Code>{code}</Code></Error>".encode())
        elif problem := self.problem(handler, body):
            handler.answer(403, f"<Error><Code>{problem}</Code></Error>".encode())
        else:
            status, content, headers = self.act(handler, key, query, body)
            if self.fault("lost") is not None:
                handler.hang_up()
            else:
                handler.answer(status, content, **headers)

    def problem(self, handler, body):
        """Check the signature as storage does, from what arrived."""
        stated = handler.headers["Authorization"]
        names = re.search(r"SignedHeaders=([^,]+)", stated)[1].split(";")
        parts = urlsplit(handler.path)
        request = canonical_request(
            handler.command,
            parts.path,
            parse_qsl(parts.query, keep_blank_values=True),
            {name: handler.headers[name] for name in names},
            handler.headers["x-amz-content-sha256"],
        )
        time = handler.headers["x-amz-date"]
        if signature(CREDENTIALS, time, request) != stated.rpartition("=")[2]:
            return "SignatureDoesNotMatch"
        if hashlib.sha256(body).hexdigest() != handler.headers["x-amz-content-sha256"]:
            return "XAmzContentSHA256Mismatch"
        return None

    def act(self, handler, key, query, body):
        upload = self.uploads.get(query.get("uploadId"))
        if "uploads" in query:
            name = f"upload/{len(self.uploads)}+1"
            self.uploads[name] = SimpleNamespace(parts={}, type=handler.headers["Content-Type"])
            return 200, f"<R><UploadId>{name}</UploadId></R>".encode(), {}
        if upload is None:
            return 404, b"<Error><Code>NoSuchUpload</Code></Error>", {}
        if handler.command == "PUT":
            return self.take_part(handler, upload, int(query["partNumber"]), body)
        if handler.command == "GET":
            return 200, self.list_parts(upload, int(query["part-number-marker"])), {}
        del self.uploads[query["uploadId"]]
        if handler.command == "POST":
            text = body.decode()
            listed = [int(n) for n in re.findall("<PartNumber>(.*?)<", text)]
            etags = re.findall("<ETag>(.*?)<", text)
            assert etags == [upload.parts[n][0] for n in listed]
            self.objects[f"/{key}"] = b"".join(upload.parts[n][1] for n in listed)
            self.types[f"/{key}"] = upload.type
            return 200, b"<R/>", {}
        return 204, b"", {}

    def take_part(self, handler, upload, number, body):
        crc = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
        if handler.headers["x-amz-checksum-crc32"] != crc:
            return 400, b"<Error><Code>BadDigest</Code></Error>", {}
        etag = f'"{hashlib.md5(body).hexdigest()}"'
        upload.parts[number] = (etag, body, crc)
        return 200, b"", {"ETag": etag}

    def list_parts(self, upload, marker):
        numbers = [n for n in sorted(upload.parts) if n > marker]
        shown = numbers[: self.page]
        listed = "".join(
            f"<Part><PartNumber>{n}</PartNumber><ETag>&quot;{upload.parts[n][0][1:-1]}&quot;</ETag>"
            f"<Size>{len(upload.parts[n][1])}</Size></Part>"
            for n in shown
        )
        more = str(len(numbers) > len(shown)).lower()
        last = shown[-1] if shown else marker
        return (
            f"<R>{listed}<IsTruncated>{more}</IsTruncated>"
            f"<NextPartNumberMarker>{last}</NextPartNumberMarker></R>"
        ).encode()


class Api(Server):
    """Redirects every GET to the storage, unless ``answers`` has something else for its path."""

    def __init__(self, storage):
        super().__init__()
        self.storage = storage
        self.answers = {}

    def handle_exchange(self, handler):
        body = handler.body()
        self.note(handler, body)
        path = urlsplit(handler.path).path
        if path in self.answers:
            status, document = self.answers[path]
            content = json.dumps(document).encode()
            handler.answer(status, content, Content_Type="application/json")
        else:
            target = f"{self.storage.url}{path}?{QUERY}"
            handler.answer(307, Location=target)


def digest_of(content):
    """Return the digest of a content as a header of RFC 9530 tells it."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def upload_info(storage, name="data.parquet", *, parts=True, key="kept/data.parquet", expires=60):
    """Return an UploadInfo as the API gives it."""
    bucket = SimpleNamespace(
        endpoint=f"{storage.url}/s3",
        region=CREDENTIALS.region,
        bucket="bucket",
        object_path=key,
        access_key_id=CREDENTIALS.access_key_id,
        secret_access_key=CREDENTIALS.secret_access_key,
        session_token=CREDENTIALS.session_token,
        expires_at=(datetime.now().astimezone() + timedelta(minutes=expires)).isoformat(),
    )
    return SimpleNamespace(
        filename=name,
        signed_url=f"{storage.url}/{key}?{QUERY}",
        token="t",
        path=key,
        multipart=bucket if parts else None,
    )


@contextmanager
def api_and_storage():
    storage = Storage()
    api = Api(storage)
    servers = (storage, api)
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield api, storage
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
