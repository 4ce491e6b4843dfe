"""What our client sends is what the public client sends, call by call, but for what is wanted."""

import json
from collections import Counter
from urllib.parse import parse_qsl, urlencode

import pytest
from canonical import requests_by_call
from conftest import NEW, OWN
from wanted import (
    BY_HAND,
    NO_OPTIONS,
    OURS_ALONE,
    PAGES,
    PAGING,
    SOMETIMES,
    WAITS,
    WANTED,
)

DIFFERING = {*PAGES, *WANTED, *NO_OPTIONS, *WAITS}


@pytest.fixture(scope="module")
def sent(drive, called):
    """What each client sent, by its calls."""
    return {
        version: requests_by_call(drive.passed[version, "calls"], called(version)["names"])
        for version in (NEW, OWN)
    }


def test_the_same_calls_were_made(sent):
    of_public = {call for call, requests in sent[NEW].items() if requests}
    public_alone = of_public - set(sent[OWN])
    ours_alone = set(sent[OWN]) - of_public
    assert public_alone == BY_HAND
    assert ours_alone == {*OURS_ALONE, "cell_measurement.time_series kept again"}


def test_all_other_calls_send_the_same(sent):
    compared = set(sent[NEW]) - BY_HAND - DIFFERING
    differing = {call for call in compared if sent[NEW][call] != sent[OWN][call]}
    assert differing == set()
    assert len(compared) >= 140


def unpaged(request, kept):
    """Leave out what only ours says of pages."""
    line, _, query = request.partition("?")
    pairs = [pair for pair in parse_qsl(query, True) if pair[0] not in PAGING - kept]
    return line, urlencode(pairs)


@pytest.mark.parametrize("call", sorted(PAGES))
def test_lists_differ_by_their_pages_alone(sent, call):
    public, ours = sent[NEW][call], sent[OWN][call]
    assert public != ours
    assert len(public) == len(ours)
    for theirs, own in zip(public, ours, strict=True):
        kept = {name for name, _ in parse_qsl(theirs.partition("?")[2], True)}
        assert unpaged(own, kept) == unpaged(theirs, kept)


@pytest.mark.parametrize("call", sorted(WANTED))
def test_what_differs_differs_as_wanted(sent, call):
    public, ours = (Counter(sent[version].get(call, ())) for version in (NEW, OWN))
    assert tuple((public - ours).elements()) == WANTED[call].public
    assert tuple((ours - public).elements()) == WANTED[call].ours


@pytest.mark.parametrize("call", sorted(NO_OPTIONS))
def test_no_options_are_no_field(sent, call):
    (public,), (ours,) = sent[NEW][call], sent[OWN][call]
    told = json.loads(public.split(" ", 2)[2])
    assert told.pop("options") == {}
    assert json.loads(ours.split(" ", 2)[2]) == told


def path(request):
    """Leave out the body and the query."""
    return request.partition(" {")[0].partition("?")[0]


@pytest.mark.parametrize("call", sorted(WAITS))
def test_waits_look_where_they_are_said_to(sent, call):
    for version, wanted in ((NEW, WAITS[call].public), (OWN, WAITS[call].ours)):
        looks = {path(request) for request in sent[version][call]}
        assert set(wanted) <= looks
        others = looks - set(wanted)
        assert all(look.startswith(SOMETIMES) for look in others), others


def test_the_same_was_found(called):
    for version in (NEW, OWN):
        seen = called(version)
        assert seen["fitted"] == pytest.approx(3.3e-14, rel=0.01, abs=0)
        assert seen["account"]["found"]
        assert seen["account"]["thermal"]["valid"]
        assert seen["voltage"]
