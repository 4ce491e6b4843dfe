"""Who may call and where: what shuts somebody out is named, what lets more in is not."""

import copy
import json

import pytest

from codegen.diff import breaking_changes
from codegen.layout import Layout

BUNDLE = json.loads(Layout().bundle.read_text("utf-8"))
EVERY = "every operation: "
KEY = "no longer accepts credential ApiKey (apiKey header X-API-Key)"
TOKEN = "no longer accepts credential BearerToken (http bearer)"
ADDRESS = BUNDLE["servers"][0]["url"]


def changed(change, released=BUNDLE):
    document = copy.deepcopy(released)
    change(document)
    return breaking_changes(released, document)


def schemes(document):
    return document["components"]["securitySchemes"]


def projects(document):
    return document["paths"]["/projects"]["get"]


def rename_header(document):
    schemes(document)["ApiKey"]["name"] = "X-Ionworks-Key"


def move_key(document):
    schemes(document)["ApiKey"]["in"] = "query"


def other_scheme(document):
    schemes(document)["BearerToken"]["scheme"] = "basic"


def drop_tokens(document):
    document["security"] = [{"ApiKey": []}]


def drop_keys(document):
    document["security"] = [{"BearerToken": []}]


def want_both(document):
    document["security"] = [{"ApiKey": [], "BearerToken": []}]


def want_scope(document):
    document["security"][1] = {"BearerToken": ["write"]}


def drop_tokens_of_one_operation(document):
    projects(document)["security"] = [{"ApiKey": []}]


def move_server(document):
    document["servers"] = [{"url": "https://api.example.com/v2"}]


def drop_servers(document):
    del document["servers"]


def move_one_operation(document):
    projects(document)["servers"] = [{"url": "https://projects.example.com"}]


def move_one_path(document):
    document["paths"]["/projects"]["servers"] = [{"url": "https://projects.example.com"}]


SHUT_OUT = [
    (rename_header, [EVERY + KEY]),
    (move_key, [EVERY + KEY]),
    (other_scheme, [EVERY + TOKEN]),
    (drop_tokens, [EVERY + TOKEN]),
    (drop_keys, [EVERY + KEY]),
    (want_both, [EVERY + KEY, EVERY + TOKEN]),
    (want_scope, [EVERY + TOKEN]),
    (drop_tokens_of_one_operation, [f"get /projects: {TOKEN}"]),
    (move_server, [f"{EVERY}server {ADDRESS} is gone"]),
    (drop_servers, [f"{EVERY}server {ADDRESS} is gone"]),
    (move_one_operation, [f"get /projects: server {ADDRESS} is gone"]),
    (
        move_one_path,
        [f"{method} /projects: server {ADDRESS} is gone" for method in ("get", "post")],
    ),
]


@pytest.mark.parametrize(("change", "lines"), SHUT_OUT, ids=[f.__name__ for f, _ in SHUT_OUT])
def test_who_is_shut_out_is_named_once(change, lines):
    assert changed(change) == lines


def accept_another_credential(document):
    schemes(document)["Cookie"] = {"type": "apiKey", "in": "cookie", "name": "session"}
    document["security"].insert(0, {"Cookie": []})


def let_anybody_read(document):
    projects(document)["security"] = []


def let_anybody_do_everything(document):
    document["security"].append({})


def rename_scheme(document):
    schemes(document)["Key"] = schemes(document).pop("ApiKey")
    document["security"][0] = {"Key": []}


def rewrite_scheme(document):
    schemes(document)["ApiKey"] |= {"name": "x-api-key", "description": "A key."}
    schemes(document)["BearerToken"] |= {"scheme": "Bearer", "bearerFormat": "JWT"}


def repeat_what_all_want(document):
    projects(document)["security"] = document["security"][::-1]


def add_server(document):
    document["servers"].insert(0, {"url": "https://eu.example.com"})
    document["servers"][1]["description"] = "The first one."


LETS_IN = [
    accept_another_credential,
    let_anybody_read,
    let_anybody_do_everything,
    rename_scheme,
    rewrite_scheme,
    repeat_what_all_want,
    add_server,
]


@pytest.mark.parametrize("change", LETS_IN, ids=[f.__name__ for f in LETS_IN])
def test_who_is_let_in_breaks_nobody(change):
    assert changed(change) == []


def test_a_credential_of_two_that_is_no_longer_wanted_breaks_nobody():
    released = copy.deepcopy(BUNDLE)
    want_both(released)
    assert changed(drop_tokens, released) == []


def test_nobody_who_came_without_a_credential_is_forgotten():
    released = copy.deepcopy(BUNDLE)
    released["security"] = []
    assert changed(drop_tokens, released) == [f"{EVERY}a credential is now required"]


def test_the_variables_of_an_address_belong_to_it():
    released = copy.deepcopy(BUNDLE)
    variables = {"region": {"default": "eu"}}
    released["servers"] = [{"url": "https://{region}.example.com", "variables": variables}]

    def other_region(document):
        document["servers"][0]["variables"]["region"]["default"] = "us"

    assert changed(other_region, released) == [
        f"{EVERY}server https://{{region}}.example.com is gone"
    ]
