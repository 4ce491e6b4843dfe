"""Storage as other programs use it: boto3 sends in parts, polars reads by ranges."""

import json
import urllib.request

import polars as pl
import pytest


def ask(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if data else {}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
        return json.loads(answer.read())


@pytest.fixture
def place(engine_url):
    project = ask(f"{engine_url}/projects")["items"][-1]["id"]
    told = {"project_id": project, "filename": "whole.txt"}
    return {**told, **ask(f"{engine_url}/raw_data/initiate-upload", told)}


def address(engine_url, place, size):
    path = f"{engine_url}/raw_data/{place['raw_data_id']}"
    told = {key: place[key] for key in ("project_id", "filename")}
    ask(f"{path}/confirm-upload", {**told, "size_bytes": size})
    return ask(f"{path}/download-url")["url"]


def test_boto3_sends_in_parts(drive, engine_url, place):
    seen = drive("0.38.0", "parts", json.dumps(place["uploads"][0]["multipart"]))
    assert seen["pages"] == [[1000, 1000], True]
    assert seen["checksum"] is True
    assert seen["wrong part"] == "InvalidPart"
    assert seen["aborted"] == "NoSuchUpload"
    assert seen["wrong key"] == "SignatureDoesNotMatch"
    assert seen["other object"] == "InvalidAccessKeyId"
    with urllib.request.urlopen(address(engine_url, place, seen["size"])) as answer:
        assert answer.read() == b"".join(b"%07d\n" % line for line in range(1 << 21))


def test_polars_scans_a_signed_address(engine_url, place, tmp_path):
    frame = pl.DataFrame({"Time [s]": range(100_000), "Voltage [V]": [3.7] * 100_000})
    frame.write_parquet(tmp_path / "a.parquet", row_group_size=10_000)
    content = (tmp_path / "a.parquet").read_bytes()
    url = place["uploads"][0]["signed_url"]
    with urllib.request.urlopen(urllib.request.Request(url, content, method="PUT")) as answer:
        assert answer.status == 200
    scanned = pl.scan_parquet(address(engine_url, place, len(content)))
    assert scanned.slice(42_000, 10).collect().equals(frame.slice(42_000, 10))
