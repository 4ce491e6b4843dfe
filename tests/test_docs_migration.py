"""The page on moving from the public client names what is new and what is missing, all of it."""

import json
import re
import subprocess

import pytest

from ionworks import Ionworks
from tests.documents import ROOT, text

PAGE = "docs/migration.md"
PUBLIC = ROOT / ".venv-interop/0.38.0/bin/python"
LISTED = """
import json
from inspect import ismethod
from ionworks import Ionworks
client = Ionworks("any-key", "http://127.0.0.1:9")
parts = {name: getattr(client, name) for name in dir(client) if not name.startswith("_")}
print(json.dumps({
    name: [m for m in dir(part) if not m.startswith("_") and ismethod(getattr(part, m))]
    for name, part in parts.items()
    if type(part).__name__.endswith("Client") and name != "measurement"
}))
"""


@pytest.fixture(scope="module")
def public():
    """The resources of the public client and their methods."""
    if not PUBLIC.exists():
        pytest.skip("the public client is not installed: run `make test`")
    command = [PUBLIC, "-I", "-c", LISTED]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return json.loads(said.stdout)


@pytest.fixture(scope="module")
def own():
    with Ionworks("any-key", "http://127.0.0.1:9") as client:
        parts = {name: getattr(client, name) for name in dir(client) if not name.startswith("_")}
        return {
            name: [m for m in dir(part) if not m.startswith("_") and callable(getattr(part, m))]
            for name, part in parts.items()
            if type(part).__name__.endswith("Client") and name != "measurement"
        }


def part(name):
    return re.search(rf"<!-- {name}: begin -->(.*)<!-- {name}: end -->", text(PAGE), re.DOTALL)[1]


def names(cell):
    return set(re.findall(r"`([\w.]+)`", cell))


def test_what_is_new_is_named(public, own):
    new = {
        f"{resource}.{method}"
        for resource, methods in own.items()
        for method in methods
        if method not in public.get(resource, [])
    }
    assert names(part("new")) == new


def test_what_is_missing_is_named(public, own):
    rows = [line.split("|")[1:3] for line in part("missing").splitlines() if line.startswith("| `")]
    whole = {name for resources, said in rows if "whole" in said for name in names(resources)}
    assert whole == public.keys() - own.keys()
    for resource in public.keys() & own.keys():
        [said] = [names(said) for cell, said in rows if names(cell) == {resource}] or [set()]
        assert said == set(public[resource]) - set(own[resource]), resource
