"""Signatures against the examples that AWS publishes."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from ionworks.storage.sigv4 import (
    UNSIGNED,
    Credentials,
    canonical_request,
    payload_hash,
    signature,
    signed_headers,
)

SUITE = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", service="service")
S3 = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
HOST = "examplebucket.s3.amazonaws.com"


def signature_of(headers):
    return headers["authorization"].rpartition("Signature=")[2]


@pytest.mark.parametrize(
    ("method", "query", "headers", "expected"),
    [
        ("GET", "", {}, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "", {}, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET",
            "Param2=value2&Param1=value1",
            {},
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "POST",
            "",
            {"My-Header1": "value1"},
            "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
        ),
        (
            "GET",
            "",
            {"My-Header1": " value1", "My-Header2": '"a   b   c"'},
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
        ),
    ],
    ids=["get-vanilla", "post-vanilla", "query-order-key", "header-key-sort", "header-value-trim"],
)
def test_the_published_suite(method, query, headers, expected):
    signed = {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z", **headers}
    pairs = parse_qsl(query, keep_blank_values=True)
    request = canonical_request(method, "/", pairs, signed, EMPTY)
    assert signature(SUITE, "20150830T123600Z", request) == expected


@pytest.mark.parametrize(
    ("method", "url", "headers", "body", "expected"),
    [
        (
            "GET",
            f"https://{HOST}/test.txt",
            {"Range": "bytes=0-9"},
            b"",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT",
            f"https://{HOST}/test%24file.text",
            {
                "Date": "Fri, 24 May 2013 00:00:00 GMT",
                "x-amz-storage-class": "REDUCED_REDUNDANCY",
            },
            b"Welcome to Amazon S3.",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            "GET",
            f"https://{HOST}/?lifecycle",
            {},
            b"",
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            "GET",
            f"https://{HOST}/?max-keys=2&prefix=J",
            {},
            b"",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
    ids=["get-object", "put-object", "lifecycle", "list-objects"],
)
def test_the_published_examples_of_s3(method, url, headers, body, expected):
    now = datetime(2013, 5, 24, tzinfo=UTC)
    signed = signed_headers(S3, method, url, headers, payload_hash(body), now)
    assert signature_of(signed) == expected


def test_every_header_is_signed_and_the_token_too():
    temporary = Credentials("AKID", "secret", "token", "eu-west-1")
    now = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    headers = signed_headers(temporary, "PUT", "http://s3.test:9/b/k", {"A": "b"}, UNSIGNED, now)
    assert headers["x-amz-security-token"] == "token"
    assert headers["host"] == "s3.test:9"
    assert (
        "Credential=AKID/20150830/eu-west-1/s3/aws4_request, "
        "SignedHeaders=a;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
    ) in headers["authorization"]


def test_secrets_stay_out_of_what_is_printed():
    shown = repr(Credentials("AKID", "hush", "hushed"))
    assert "AKID" in shown
    assert "hush" not in shown
