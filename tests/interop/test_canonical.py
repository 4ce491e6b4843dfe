"""What the comparison of two clients sees, and what it leaves out."""

import json

import pytest
from canonical import requests_by_call
from recorder import Passed

CALL = "some.call"
MEASUREMENT = "3f2c9a1e"
JSON = {"content-type": "application/json"}


def passed(method, path, body=None, query=""):
    sent = b"" if body is None else json.dumps(body).encode()
    return Passed(CALL, method, path, query, JSON if sent else {}, sent, 200)


def canonical(*requests):
    return requests_by_call(requests, {MEASUREMENT: "to fit"})[CALL]


@pytest.mark.parametrize(
    "request_",
    [
        passed("POST", "/projects", {"name": "P"}),
        passed("PATCH", "/projects/p", {"name": "Q"}),
        passed("DELETE", "/projects/p"),
        passed("PUT", "/storage/a", {"rows": 1}),
        passed("GET", "/projects/p"),
        passed("GET", f"/cell_measurements/{MEASUREMENT}"),
    ],
    ids=lambda request: f"{request.method} {request.path}",
)
def test_what_is_sent_twice_is_not_what_is_sent_once(request_):
    once = canonical(request_)
    assert canonical(request_, request_) == once * 2


@pytest.mark.parametrize(
    "look",
    [
        passed("POST", "/simulations/statuses", {"simulation_ids": ["s"]}),
        passed("GET", "/jobs/j"),
        passed(
            "GET",
            f"/cell_measurements/{MEASUREMENT}",
            query="include_time_series=false&include_steps=false",
        ),
    ],
    ids=lambda request: f"{request.method} {request.path}",
)
def test_looks_count_once(look):
    read = passed("GET", "/projects/p")
    assert canonical(look, look, look) == canonical(look)
    assert canonical(read, look, look) == canonical(read, look)


def test_the_order_of_reads_does_not_count_and_that_of_writes_does():
    first, second = passed("GET", "/projects/p"), passed("GET", "/projects/q")
    assert canonical(first, second) == canonical(second, first)
    first, second = passed("DELETE", "/projects/p"), passed("DELETE", "/projects/q")
    assert canonical(first, second) != canonical(second, first)
