"""Every public method of the public clients is driven or listed, every operation reached."""

import json

import pytest
from conftest import NEW, OLD
from judged import ALIASES, DRIVEN, HERE, OUTSIDE, UNREACHED, driven, is_outside
from spec_operations import OPERATIONS

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
