"""Every cassette, whoever recorded it: no secret in it, and nothing that the spec does not say."""

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema_rs
import pytest
import yaml

ROOT = Path(__file__).parents[2]
CASSETTES = sorted((ROOT / "cassettes").rglob("*.yaml"))
HEADERS = {
    "request": {"accept", "content-type", "content-encoding", "range"},
    "response": {
        *("content-type", "retry-after", "location"),
        *("content-length", "content-range", "accept-ranges", "etag"),
    },
}
SECRETS = {
    "key": re.compile(r"iwk?_[A-Za-z0-9]{6,}|AKIA[A-Z0-9]{16}"),
    "token": re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}|[Bb]earer [A-Za-z0-9]"),
    "signature": re.compile(r"X-Amz-Signature|[?&](sig|token|signature)=", re.IGNORECASE),
    "credential": re.compile(
        r'"(token|access_key_id|secret_access_key|session_token)": ?"(?!scrubbed")'
    ),
    "address": re.compile(r"(?<!_version\":\")\b\d{1,3}(\.\d{1,3}){3}\b"),
    "e-mail": re.compile(r"[\w.+-]+@(?!localhost\b)[\w-]+\.[\w.]+"),
    "home": re.compile(r"/(home|root|Users|tmp)/\w+"),
}


@cache
def interactions(path):
    return yaml.safe_load(path.read_text())["interactions"]


def is_stored(interaction):
    return urlsplit(interaction["request"]["uri"]).path.startswith("/storage/")


def of_the_api(path):
    return [each for each in interactions(path) if not is_stored(each)]


def text_of(body):
    if isinstance(body, bytes):
        return body.decode("latin-1")
    return body or ""


@pytest.fixture(params=CASSETTES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def cassette(request):
    return request.param


def test_there_are_cassettes():
    assert len(CASSETTES) >= 10


def test_a_cassette_stays_small(cassette):
    assert 0 < len(interactions(cassette)) < 150


def test_the_scan_finds_what_it_looks_for():
    for kind, said in {
        "key": '{"key":"iwk_0123456789abcdef"}',
        "token": "Bearer 0a1b2c",
        "signature": "https://files.test/a?X-Amz-Signature=00",
        "credential": '{"session_token": "00"}',
        "address": '"host":"10.1.2.3"',
        "e-mail": "someone@example.com",
        "home": "/home" + "/someone",
    }.items():
        assert SECRETS[kind].search(said), kind


def test_only_listed_headers_are_kept(cassette):
    for interaction in interactions(cassette):
        for half in ("request", "response"):
            assert {name.lower() for name in interaction[half]["headers"]} <= HEADERS[half]


@pytest.mark.parametrize("kind", SECRETS)
def test_nothing_secret_is_kept(cassette, kind):
    for interaction in interactions(cassette):
        request, response = interaction["request"], interaction["response"]
        said = [request["uri"], *response["headers"].get("location", [])]
        if not is_stored(interaction):
            said.append(text_of(request["body"]))
        if "json" in str(response["headers"]):
            said.append(text_of(response["body"]["string"]))
        for text in said:
            assert not (match := SECRETS[kind].search(unquote(text))), match.group()


@pytest.fixture(scope="module")
def bundle():
    return json.loads((ROOT / "openapi/dist/ionworks.json").read_text())


@pytest.fixture(scope="module")
def operations(bundle):
    """Pairs of a pattern of the path and what the spec says of it, literal paths first."""
    paths = sorted(bundle["paths"].items(), key=lambda item: item[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$"), item) for path, item in paths]


def operation_of(operations, request):
    path = urlsplit(request["uri"]).path
    for pattern, item in operations:
        if pattern.match(path) and request["method"].lower() in item:
            return item, item[request["method"].lower()]
    raise AssertionError(f"the spec has no {request['method']} {path}")


@pytest.fixture(scope="module")
def conforms(bundle):
    registry = jsonschema_rs.Registry([("urn:bundle", bundle)])

    def check(schema, value):
        absolute = json.loads(json.dumps(schema).replace('"#/', '"urn:bundle#/'))
        validator = jsonschema_rs.Draft202012Validator(absolute, registry=registry)
        assert [error.message for error in validator.iter_errors(value)] == []

    return check


def media_type(half):
    [value] = [v for name, v in half["headers"].items() if name.lower() == "content-type"]
    return (value if isinstance(value, str) else value[0]).partition(";")[0]


def sent(media, body):
    """Return a body as its schema sees it: JSON, or the parts of a form by name."""
    if media == "application/json":
        return json.loads(body)
    names = re.findall(r'form-data; name="(\w+)"; filename="[^"/]+"', text_of(body))
    assert len(names) == len(set(names)) == text_of(body).count("form-data")
    return dict.fromkeys(names, "bytes")


def resolve(bundle, node):
    while "$ref" in node:
        target = bundle
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def test_what_is_stored_is_sent_and_fetched_and_nothing_else(cassette):
    for interaction in filter(is_stored, interactions(cassette)):
        request, status = interaction["request"], interaction["response"]["status"]["code"]
        assert (request["method"], status) in {("PUT", 200), ("GET", 200), ("GET", 206)}
        assert urlsplit(request["uri"]).query == ""


def test_what_was_sent_is_in_the_spec(cassette, bundle, operations, conforms):
    for interaction in of_the_api(cassette):
        request = interaction["request"]
        item, operation = operation_of(operations, request)
        declared = [*item.get("parameters", []), *operation.get("parameters", [])]
        names = {resolve(bundle, parameter)["name"] for parameter in declared}
        assert {name for name, _ in parse_qsl(urlsplit(request["uri"]).query)} <= names
        if request["body"]:
            media = media_type(request)
            schema = resolve(bundle, operation["requestBody"])["content"][media]["schema"]
            if interaction["response"]["status"]["code"] < 400:
                conforms(schema, sent(media, request["body"]))


def test_what_came_back_is_in_the_spec(cassette, bundle, operations, conforms):
    for interaction in of_the_api(cassette):
        _, operation = operation_of(operations, interaction["request"])
        status = str(interaction["response"]["status"]["code"])
        assert status in operation["responses"], f"{operation['operationId']} answered {status}"
        content = resolve(bundle, operation["responses"][status]).get("content", {})
        response = interaction["response"]
        if content:
            assert media_type(response) in content
        if "application/json" in content:
            conforms(content["application/json"]["schema"], json.loads(response["body"]["string"]))
