"""Uploads in parts: what clients of S3 send, and what they are told.

Requests are signed by `ionworks.storage.sigv4`, held to published examples in its own tests; that
the engine understands another implementation is shown with boto3 in the room of interoperability.
"""

import asyncio
import base64
import hashlib
import re
import threading
import zlib
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from conftest import app_client
from ionworks_engine.s3 import endpoint
from ionworks_engine.storage import times
from storage_places import address, confirmed, opened, stored

from ionworks.storage import sigv4

PARTS = {1: b"one" * 1000, 2: b"two" * 2000, 3: b"three" * 10}
CHUNKED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


@pytest.fixture
def client(tmp_path):
    with app_client(tmp_path / "store", api_key="k", max_upload=100_000) as client:
        client._http.headers["X-API-Key"] = "k"
        yield client


@pytest.fixture
def place(client):
    return opened(client)


class Bucket:
    """A client of S3 for one upload; ``using`` replaces parts of its credentials."""

    def __init__(self, client, place, **using):
        self._client = client
        self.target = {**place["uploads"][0]["multipart"], **using}

    def ask(self, method, body=b"", headers=None, payload=None, sign=None, **query):
        target = self.target
        path = f"{target['endpoint']}/{target['bucket']}/{target['object_path']}"
        url = f"{path}?{urlencode(query)}" if query else path
        keys = (target["access_key_id"], target["secret_access_key"], target["session_token"])
        named = sigv4.signed_headers(
            sigv4.Credentials(*keys, region=target["region"]),
            method,
            url,
            headers or {},
            payload or sigv4.payload_hash(body),
            datetime.now(UTC),
        )
        named |= {"X-API-Key": ""} | (sign or {})
        return self._client.request(method, url, content=body, headers=named)

    def begin(self):
        answer = self.ask("POST", uploads="")
        assert answer.status_code == 200, answer.text
        return word(answer, "UploadId")

    def part(self, upload, number, body, **options):
        return self.ask("PUT", body, uploadId=upload, partNumber=number, **options)

    def complete(self, upload, etags, **options):
        listed = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
            for number, etag in etags
        )
        space = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
        body = f"<CompleteMultipartUpload {space}>{listed}</CompleteMultipartUpload>".encode()
        return self.ask("POST", body, uploadId=upload, **options)


def word(answer, name):
    found = re.search(f"<{name}>(.*?)</{name}>", answer.text)
    return found and found[1]


def words(answer, name):
    return re.findall(f"<{name}>(.*?)</{name}>", answer.text)


def refused(answer, status, code):
    assert (answer.status_code, word(answer, "Code")) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/xml"
    assert word(answer, "Message")
    return answer


@pytest.fixture
def bucket(client, place):
    return Bucket(client, place)


def all_parts(bucket, upload):
    return [
        (number, bucket.part(upload, number, body).headers["etag"])
        for number, body in PARTS.items()
    ]


def test_parts_become_one_file(client, place, bucket, tmp_path):
    upload = bucket.begin()
    answer = bucket.complete(upload, all_parts(bucket, upload))
    whole = b"".join(PARTS.values())
    assert word(answer, "ETag") == f'"{hashlib.sha256(whole).hexdigest()}"'
    assert stored(tmp_path / "store") == {hashlib.sha256(whole).hexdigest()}
    raw_data = confirmed(client, place, len(whole)).json()
    assert client.get(address(client, raw_data)).content == whole


def test_parts_are_put_in_their_order_whenever_they_come(client, place, bucket):
    upload = bucket.begin()
    etags = {n: bucket.part(upload, n, PARTS[n]).headers["etag"] for n in (3, 1, 2)}
    bucket.complete(upload, sorted(etags.items()))
    raw_data = confirmed(client, place, sum(map(len, PARTS.values()))).json()
    assert client.get(address(client, raw_data)).content == b"".join(PARTS.values())


def test_a_part_sent_again_replaces_the_first(bucket, tmp_path):
    upload = bucket.begin()
    bucket.part(upload, 1, b"wrong")
    right = bucket.part(upload, 1, b"right").headers["etag"]
    assert bucket.complete(upload, [(1, right)]).status_code == 200
    assert stored(tmp_path / "store") == {hashlib.sha256(b"right").hexdigest()}


def test_parts_of_the_same_content_are_both_there(client, place, bucket):
    upload = bucket.begin()
    etags = [(n, bucket.part(upload, n, b"same").headers["etag"]) for n in (1, 2)]
    bucket.complete(upload, etags)
    assert confirmed(client, place, 8).status_code == 200


def test_what_has_come_is_listed_by_pages(bucket):
    upload = bucket.begin()
    etags = all_parts(bucket, upload)
    first = bucket.ask("GET", uploadId=upload, **{"max-parts": 2})
    assert words(first, "PartNumber") == ["1", "2"]
    assert words(first, "Size") == ["3000", "6000"]
    assert words(first, "ETag") == [etag for _, etag in etags[:2]]
    crc = base64.b64encode(zlib.crc32(PARTS[1]).to_bytes(4, "big")).decode()
    assert words(first, "ChecksumCRC32")[0] == crc
    assert word(first, "IsTruncated") == "true"
    marker = word(first, "NextPartNumberMarker")
    second = bucket.ask("GET", uploadId=upload, **{"part-number-marker": marker})
    assert words(second, "PartNumber") == ["3"]
    assert word(second, "IsTruncated") == "false"


def test_a_completion_that_was_not_heard_is_answered_again(bucket):
    upload = bucket.begin()
    etags = all_parts(bucket, upload)
    first, second = bucket.complete(upload, etags), bucket.complete(upload, etags)
    assert first.status_code == second.status_code == 200
    assert first.content == second.content


def test_what_was_completed_takes_no_more_parts(client, place, bucket):
    upload = bucket.begin()
    etags = all_parts(bucket, upload)
    first = bucket.complete(upload, etags)
    for number in (1, 9):
        refused(bucket.part(upload, number, b"late"), 404, "NoSuchUpload")
    refused(bucket.ask("GET", uploadId=upload), 404, "NoSuchUpload")
    # Nor does a late part get in the way of who did not hear the answer.
    assert bucket.complete(upload, etags).content == first.content
    whole = b"".join(PARTS.values())
    raw_data = confirmed(client, place, len(whole)).json()
    assert client.get(address(client, raw_data)).content == whole


def test_a_completion_asked_for_twice_at_once_is_done_once(client, bucket, monkeypatch):
    joined, running, go = [], threading.Event(), threading.Event()
    concatenate = endpoint._concatenate

    def slow(*arguments):
        joined.append(1)
        running.set()
        assert go.wait(30)
        concatenate(*arguments)

    monkeypatch.setattr(endpoint, "_concatenate", slow)
    upload = bucket.begin()
    etags = all_parts(bucket, upload)
    answers = []
    askers = [
        threading.Thread(target=lambda: answers.append(bucket.complete(upload, etags)))
        for _ in range(2)
    ]
    askers[0].start()
    assert running.wait(30)
    askers[1].start()
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0.2), client._loop).result(30)
    go.set()
    for asker in askers:
        asker.join(30)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert joined == [1]


def test_an_abort_lets_go_of_the_parts_and_keeps_the_place(bucket, tmp_path):
    upload = bucket.begin()
    all_parts(bucket, upload)
    assert bucket.ask("DELETE", uploadId=upload).status_code == 204
    assert stored(tmp_path / "store") == set()
    refused(bucket.part(upload, 1, b"x"), 404, "NoSuchUpload")
    refused(bucket.ask("GET", uploadId=upload), 404, "NoSuchUpload")
    assert bucket.begin() != upload


def test_beginning_anew_forgets_what_came_before(client, place, bucket, tmp_path):
    client.put(place["uploads"][0]["signed_url"], content=b"earlier")
    first = bucket.begin()
    etags = all_parts(bucket, first)
    second = bucket.begin()
    assert stored(tmp_path / "store") == set()
    refused(bucket.complete(first, etags), 404, "NoSuchUpload")
    refused(bucket.complete(second, etags), 400, "InvalidPart")
    answer = confirmed(client, place, 7)
    assert answer.status_code == 400
    assert answer.json()["detail"] == {"missing": ["run.csv"]}


def test_a_whole_object_may_be_put(client, place, bucket):
    assert bucket.ask("PUT", b"whole").status_code == 200
    assert confirmed(client, place, 5).status_code == 200


def test_parts_renew_the_place(client, bucket):
    store = client.app.state.services.store
    upload = bucket.begin()
    for hours in (5, 10, 15):
        store.clock = lambda hours=hours: times.now() + timedelta(hours=hours)
        assert bucket.part(upload, hours, b"x").status_code == 200
        store.sweep()
    assert words(bucket.ask("GET", uploadId=upload), "PartNumber") == ["5", "10", "15"]


def test_a_place_that_expired_takes_its_parts_along(client, bucket, tmp_path):
    store = client.app.state.services.store
    upload = bucket.begin()
    all_parts(bucket, upload)
    store.clock = lambda: times.now() + timedelta(hours=7)
    store.sweep()
    assert stored(tmp_path / "store") == set()
    refused(bucket.part(upload, 1, b"x"), 404, "NoSuchUpload")


# What is refused


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([], "MalformedXML"),
        ([(2, "e2"), (1, "e1")], "InvalidPartOrder"),
        ([(1, "e1"), (1, "e1")], "InvalidPartOrder"),
        ([(1, "other")], "InvalidPart"),
        ([(4, "e1")], "InvalidPart"),
        ([("x", "e1")], "MalformedXML"),
    ],
)
def test_a_list_of_parts_that_is_wrong_is_refused(bucket, parts, code):
    upload = bucket.begin()
    known = {f"e{number}": etag for number, etag in all_parts(bucket, upload)}
    refused(bucket.complete(upload, [(n, known.get(e, e)) for n, e in parts]), 400, code)
    assert words(bucket.ask("GET", uploadId=upload), "PartNumber") == ["1", "2", "3"]


@pytest.mark.parametrize("body", [b"no xml", b"<!DOCTYPE a><a/>", b""])
def test_what_is_no_list_is_refused(bucket, body):
    refused(bucket.ask("POST", body, uploadId=bucket.begin()), 400, "MalformedXML")


def test_a_total_that_does_not_fit_is_refused(bucket):
    upload = bucket.begin()
    etags = all_parts(bucket, upload)
    wrong = bucket.complete(upload, etags, headers={"x-amz-mp-object-size": "1"})
    refused(wrong, 400, "InvalidRequest")
    size = str(sum(map(len, PARTS.values())))
    right = bucket.complete(upload, etags, headers={"x-amz-mp-object-size": size})
    assert right.status_code == 200


@pytest.mark.parametrize("number", ["0", "10001", "x", "-1"])
def test_a_number_that_no_part_has_is_refused(bucket, number):
    refused(bucket.part(bucket.begin(), number, b"x"), 400, "InvalidArgument")


def test_all_parts_together_are_bounded(bucket, tmp_path):
    upload = bucket.begin()
    assert bucket.part(upload, 1, b"x" * 60_000).status_code == 200
    refused(bucket.part(upload, 2, b"y" * 60_000), 413, "EntityTooLarge")
    assert bucket.part(upload, 1, b"z" * 90_000).status_code == 200
    assert stored(tmp_path / "store") == {hashlib.sha256(b"z" * 90_000).hexdigest()}


@pytest.mark.parametrize(
    ("method", "query"), [("GET", {}), ("DELETE", {}), ("POST", {}), ("PUT", {"uploads": ""})]
)
def test_other_operations_are_not_served(bucket, method, query):
    refused(bucket.ask(method, **query), 501, "NotImplemented")


def test_another_bucket_is_not_there(client, place):
    refused(Bucket(client, place, bucket="other").ask("POST", uploads=""), 404, "NoSuchBucket")


def test_credentials_are_for_one_upload(client, place):
    other = opened(client)["uploads"][0]["multipart"]["object_path"]
    stolen = Bucket(client, place, object_path=other)
    refused(stolen.ask("POST", uploads=""), 403, "InvalidAccessKeyId")
    guessed = Bucket(client, place, object_path=other, access_key_id=other.replace("-", ""))
    refused(guessed.ask("POST", uploads=""), 403, "SignatureDoesNotMatch")


def test_credentials_cannot_be_made_to_last(client, place):
    longer = Bucket(client, place, session_token="9999999999")
    refused(longer.ask("POST", uploads=""), 403, "SignatureDoesNotMatch")
    refused(Bucket(client, place, session_token="x").ask("POST", uploads=""), 400, "InvalidToken")


def test_credentials_expire(client, bucket):
    store = client.app.state.services.store
    upload = bucket.begin()
    store.clock = lambda: times.now() + timedelta(hours=25)
    refused(bucket.part(upload, 1, b"x"), 400, "ExpiredToken")


@pytest.mark.parametrize(
    "sign",
    [
        {"authorization": ""},
        {"authorization": "AWS4-HMAC-SHA256 Credential=a/b"},
        {"x-amz-date": "20200101T000000Z"},
        {"x-amz-date": "now"},
        {"x-amz-security-token": ""},
    ],
    ids=str,
)
def test_a_request_that_is_not_signed_is_refused(bucket, sign):
    answer = bucket.ask("POST", sign=sign, uploads="")
    assert answer.status_code in (400, 403)
    assert word(answer, "Code") in {"AccessDenied", "InvalidToken", "SignatureDoesNotMatch"}
    assert bucket.target["secret_access_key"] not in answer.text


def test_a_header_that_was_changed_on_the_way_is_refused(bucket):
    answer = bucket.ask("POST", headers={"content-type": "a/b"}, sign={"content-type": "c/d"})
    refused(answer, 403, "SignatureDoesNotMatch")


# What vouches for a body


def test_a_body_that_was_changed_on_the_way_is_refused(bucket, tmp_path):
    payload = sigv4.payload_hash(b"what was signed")
    answer = bucket.part(bucket.begin(), 1, b"what came", payload=payload)
    refused(answer, 400, "XAmzContentSHA256Mismatch")
    assert stored(tmp_path / "store") == set()


SUMS = {
    "crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "sha1": lambda body: hashlib.sha1(body).digest(),
    "sha256": lambda body: hashlib.sha256(body).digest(),
}


def encoded(name, body):
    return base64.b64encode(SUMS[name](body)).decode()


@pytest.mark.parametrize("name", SUMS)
def test_checksums_are_verified(bucket, name):
    upload, header = bucket.begin(), f"x-amz-checksum-{name}"
    right = {header: encoded(name, b"body")}
    answer = bucket.part(upload, 1, b"body", headers=right, payload=sigv4.UNSIGNED)
    assert answer.status_code == 200
    assert answer.headers[header] == right[header]
    wrong = bucket.part(upload, 1, b"b0dy", headers=right, payload=sigv4.UNSIGNED)
    refused(wrong, 400, "BadDigest")


def test_the_md5_of_a_body_is_verified(bucket):
    upload = bucket.begin()
    right = base64.b64encode(hashlib.md5(b"x", usedforsecurity=False).digest()).decode()
    assert bucket.part(upload, 1, b"x", headers={"content-md5": right}).status_code == 200
    for wrong in (base64.b64encode(bytes(16)).decode(), "!"):
        refused(bucket.part(upload, 1, b"x", headers={"content-md5": wrong}), 400, "BadDigest")


def test_a_length_of_thousands_of_digits_is_too_large(bucket):
    length = {"x-amz-decoded-content-length": "9" * 5000}
    refused(bucket.part(bucket.begin(), 1, b"x", headers=length), 413, "EntityTooLarge")


def test_a_checksum_that_cannot_be_verified_is_refused(bucket):
    headers = {"x-amz-checksum-crc64nvme": "AAAAAAAAAAA="}
    answer = bucket.part(bucket.begin(), 1, b"body", headers=headers)
    refused(answer, 400, "InvalidRequest")
    assert "crc32" in word(answer, "Message")


def chunks(*bodies, trailer=b""):
    framed = b"".join(b"%x\r\n%s\r\n" % (len(body), body) for body in bodies)
    return framed + b"0\r\n" + trailer + b"\r\n"


def chunked(bucket, upload, body, length, announced="x-amz-checksum-crc32"):
    headers = {"content-encoding": "aws-chunked", "x-amz-decoded-content-length": str(length)}
    headers |= {"x-amz-trailer": announced} if announced else {}
    return bucket.part(upload, 1, body, headers=headers, payload=CHUNKED)


def test_a_body_in_chunks_is_taken_out_of_them(client, place, bucket):
    upload, pieces = bucket.begin(), [b"x" * 5000, b"\r\n" * 700, b"end"]
    whole = b"".join(pieces)
    trailer = f"x-amz-checksum-crc32:{encoded('crc32', whole)}\r\n".encode()
    answer = chunked(bucket, upload, chunks(*pieces, trailer=trailer), len(whole))
    assert answer.status_code == 200, answer.text
    bucket.complete(upload, [(1, answer.headers["etag"])])
    raw_data = confirmed(client, place, len(whole)).json()
    assert client.get(address(client, raw_data)).content == whole


@pytest.mark.parametrize(
    ("body", "length", "code"),
    [
        (chunks(b"abc", trailer=b"x-amz-checksum-crc32:AAAAAA==\r\n"), 3, "BadDigest"),
        (chunks(b"abc"), 3, "BadDigest"),
        (chunks(b"abc", trailer=b"x-amz-checksum-crc32:NSRBwg==\r\n"), 4, "IncompleteBody"),
        (b"5\r\nabc", 5, "IncompleteBody"),
        (b"2\r\nabc\r\n0\r\n\r\n", 3, "IncompleteBody"),
        (b"zz\r\nabc", 3, "IncompleteBody"),
        (b"f" * 9000, 3, "IncompleteBody"),
        (b"", 0, "IncompleteBody"),
    ],
)
def test_chunks_that_are_broken_are_refused(bucket, tmp_path, body, length, code):
    refused(chunked(bucket, bucket.begin(), body, length), 400, code)
    assert stored(tmp_path / "store") == set()


def test_a_length_must_be_told(bucket):
    headers = {"transfer-encoding": "chunked"}
    answer = bucket.ask("PUT", headers=headers, sign={"content-length": ""})
    refused(answer, 411, "MissingContentLength")
