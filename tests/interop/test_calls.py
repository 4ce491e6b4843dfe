"""Every public method of the public clients is driven or listed, every operation reached.

And what our client sends is what the public client sends, call by call, but for what is wanted.
All of it comes from one run of ``drivers/calls.py`` with each client.
"""

import json
from collections import Counter
from urllib.parse import parse_qsl, urlencode

import pytest
from canonical import requests_by_call
from conftest import NEW, OLD, OWN
from judged import ALIASES, DRIVEN, HERE, OUTSIDE, UNREACHED, driven, is_outside
from judged_page import PAGE, counts, sections, surface_rows
from spec_operations import OPERATIONS
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

PUBLIC = NEW, OLD
each = pytest.mark.parametrize("version", PUBLIC)


@pytest.fixture(scope="module")
def public(drive, called):
    """The public methods of each client."""
    for version in PUBLIC:
        called(version)
    return {version: set(drive.called[version, "calls"]["public"]) for version in PUBLIC}


def is_alias(method):
    return method.partition(".")[0] in ALIASES


@each
def test_every_public_method_is_driven_or_listed(public, version):
    assert len(public[version]) > 200
    unknown = public[version] - driven()
    assert {name for name in unknown if not is_alias(name) and not is_outside(name)} == set()


@each
def test_what_is_said_to_be_driven_answers(drive, public, version):
    returned = set(drive.called[version, "calls"]["returned"])
    assert (driven() & public[version]) - returned == set()


def test_nothing_is_listed_that_no_client_has(public):
    either = public[NEW] | public[OLD]
    assert driven() - either == set()
    assert set(HERE) - either == set()
    resources = {name.partition(".")[0] for name in either}
    assert {name for name in OUTSIDE if name not in either | resources} == set()
    assert set(DRIVEN) - {""} <= resources


@each
def test_aliases_are_the_same(drive, version):
    assert drive.called[version, "calls"]["aliases"] == ALIASES


def test_every_operation_of_the_spec_is_reached(drive, public):
    reached = set().union(*(drive.reached(version, "calls") for version in public))
    missed = {name for name, _, _ in OPERATIONS} - reached
    assert missed == set(UNREACHED)
    assert len(OPERATIONS) >= 125


@pytest.fixture(scope="module")
def outside(drive, public):
    """What came of the calls to what the engine does not have."""
    wanted = {
        version: sorted(name for name in public[version] - driven() if is_outside(name))
        for version in PUBLIC
    }
    return drive.at_once(PUBLIC, "outside", lambda version: [json.dumps(wanted[version])])


@each
def test_what_the_engine_does_not_have_is_refused_by_its_path(outside, version):
    found = outside(version)
    refused = {name: answer for name, answer in found.items() if name not in HERE}
    assert len(refused) > 60
    for name, answer in refused.items():
        assert answer["kind"] == "IonworksError", (name, answer)
        assert answer["status"] in {404, 405}, (name, answer)
        assert "There is no " in answer["message"] or "takes " in answer["message"], (name, answer)


@each
def test_what_ends_in_the_client_itself(outside, version):
    for name, answer in outside(version).items():
        if name in HERE:
            kind, named = HERE[name]
            assert (answer["kind"], answer["status"]) == (kind, None), name
            assert named in answer["message"], name


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


def test_the_page_counts_the_methods(public):
    assert sections()["Every method"] == list(surface_rows(public))


def test_the_page_counts_the_operations(drive, public):
    reached = {version: drive.reached(version, "calls") for version in public}
    sentence = (
        f"All {len(OPERATIONS)} operations of the spec are reached and answered: "
        f"{len(reached[NEW])} by 0.38.0, the one for results as JSON by 0.20.0."
    )
    assert sentence in PAGE.read_text(encoding="utf-8")
    assert reached[OLD] - reached[NEW] == {"get_simulation_result"}


def test_the_page_counts_the_calls(sent):
    assert counts(sent, NEW, OWN) in PAGE.read_text(encoding="utf-8").replace("\n", " ")
