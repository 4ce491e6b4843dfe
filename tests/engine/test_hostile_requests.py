"""Requests for cell data, bent at random: every answer is one that the description knows.

Bodies start from the description's own examples, so that many get far before something is wrong.
The engine checks its good answers against the description itself, and fails if they differ.
"""

import copy
import json
import random
from urllib.parse import quote

import jsonschema_rs
import pytest
from conftest import app_client
from described import BUNDLE, EXAMPLE_IDS, OPERATIONS, learn

from codegen.lint.problem import parameters
from codegen.reach import look_up

REGISTRY = jsonschema_rs.Registry([("urn:bundle", BUNDLE)])
ERROR = jsonschema_rs.Draft202012Validator(
    {"$ref": "urn:bundle#/components/schemas/Error"}, registry=REGISTRY
)
WORDS = [
    "", " ", "x", "\x00", "a\x00b", "é" * 300, "x" * 5000, "../..", "%", "_", "\\", "\u202e",
    "ilike.%\\", "like.\\", "in.(", "in.()", "not.is.null", "is.null", "is.maybe", "eq.", "gte.",
    "gt.x", "null", "true", "name", "asc", "2024-02-30", "2024-01-01", "10000-01-01", "1e5",
    "2024-01-01T00:00:00+25:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00",
]  # fmt: skip
UNITS = ["m", "", "-", "nounit", "m" * 300, "m**9999999999", "(((((", "10**10**10", "1/0", 5, None]
OTHERS = [
    None, True, 0, -1, 1.5, 1e308, 10**30, [], {}, [None], {"": 1}, "\ud800",
    {"value": 1}, {"a": {"b": {"c": [1, {"d": None}]}}},
]  # fmt: skip


class Hostile:
    """Draws requests: often of things that are there, rarely right throughout."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.ids = {}

    def word(self):
        return self.random.choice(WORDS)

    def value(self):
        drawn = self.random.random()
        if drawn < 0.5:
            return self.word()
        if drawn < 0.7:
            return {"value": self.random.choice([1, "a", None]), "unit": self.random.choice(UNITS)}
        return self.random.choice(OTHERS)

    def known(self, kind):
        return self.random.choice(self.ids.get(kind) or ["nothing"])

    def address(self, path, method):
        stated = parameters(BUNDLE, path, method)
        for parameter in stated:
            if parameter["in"] == "path":
                # What is deleted at every turn would leave nothing to be hostile to.
                sure = 0.02 if method == "delete" else 0.95
                name = self.known(parameter["name"]) if self.random.random() < sure else self.word()
                encoded = quote(name.encode("utf-8", "surrogatepass"), safe="") or "%20"
                path = path.replace(f"{{{parameter['name']}}}", encoded)
        return path, [pair for each in stated if each["in"] == "query" for pair in self.query(each)]

    def query(self, parameter):
        if not parameter.get("required") and self.random.random() > 0.15:
            return []
        if parameter["name"] == "project_id" and self.random.random() < 0.7:
            return [(parameter["name"], self.known("project_id"))]
        return [(parameter["name"], self.word()) for _ in range(self.random.choice([1, 1, 1, 2]))]

    def body(self, operation):
        stated = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if stated is None:
            return None
        example = self.random.choice(list(stated["examples"].values()))
        body = self.filled(copy.deepcopy(look_up(BUNDLE, example)["value"]))
        return self.bent(body) if self.random.random() < 0.6 else body

    def filled(self, value):
        if isinstance(value, dict):
            return {name: self.filled(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if value in EXAMPLE_IDS:
            return self.known(EXAMPLE_IDS[value])
        if isinstance(value, str) and self.random.random() < 0.3:
            return f"{value}{self.random.randrange(1000)}"
        return value

    def bent(self, value):
        if isinstance(value, dict):
            kept = {name: item for name, item in value.items() if self.random.random() > 0.06}
            return {
                name: self.bent(item) if self.random.random() < 0.35 else item
                for name, item in kept.items()
            }
        if isinstance(value, list) and self.random.random() < 0.6:
            return [*map(self.bent, value), self.value()]
        return self.value()


@pytest.fixture
def client(tmp_path):
    with app_client(tmp_path) as client:
        yield client


@pytest.mark.parametrize("seed", range(4))
def test_every_answer_is_described(client, seed):
    hostile = Hostile(seed)
    answered = {}
    for path, method, operation in OPERATIONS * 10:
        address, query = hostile.address(path, method)
        body = hostile.body(operation)
        content = None if body is None else json.dumps(body)
        answer = client.request(
            method,
            address,
            params=query,
            content=content,
            headers={"Content-Type": "application/json"},
        )
        said = f"{operation['operationId']} {address} {query} {content}: {answer.text[:500]}"
        status = str(answer.status_code)
        # An unknown parameter of a query is refused even where no query is described.
        assert status in {*operation["responses"], "422"} - {"500"}, said
        if answer.status_code >= 400:
            assert ERROR.is_valid(answer.json()), said
        learn(hostile.ids, operation, answer)
        answered[status[0]] = answered.get(status[0], 0) + 1
    assert answered["2"] > 30
    assert answered["4"] > 30
