"""``docs/judged.md`` says what the tables say."""

from pathlib import Path

import pytest
from canonical import requests_by_call
from conftest import NEW, OLD, OWN
from judged_page import counts, difference_rows, outside_rows, refusal_rows, surface_rows
from spec_operations import OPERATIONS

PAGE = Path(__file__).parents[2] / "docs/judged.md"


@pytest.fixture(scope="module")
def sections():
    """The rows of the page's tables without their heads, by the headings above them."""
    found, rows = {}, []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            rows = found.setdefault(line.removeprefix("## "), [])
        elif line.startswith("|"):
            rows.append(line)
    return {heading: rows[2:] for heading, rows in found.items()}


def test_the_differences(sections):
    assert sections["What ours sends otherwise"] == list(difference_rows())


def test_what_is_outside(sections):
    assert sections["What the engine does not have"] == list(outside_rows())


def test_what_the_clients_refuse(sections):
    assert sections["What the clients refuse of the guides"] == list(refusal_rows())


def test_the_counts_of_methods(sections, drive, called):
    for version in (NEW, OLD):
        called(version)
    public = {version: set(drive.called[version, "calls"]["public"]) for version in (NEW, OLD)}
    assert sections["Every method"] == list(surface_rows(public))


def test_the_count_of_operations(drive, called):
    reached = {}
    for version in (NEW, OLD):
        called(version)
        reached[version] = drive.reached(version, "calls")
    sentence = (
        f"All {len(OPERATIONS)} operations of the spec are reached and answered: "
        f"{len(reached[NEW])} by 0.38.0, the one for results as JSON by 0.20.0."
    )
    assert sentence in PAGE.read_text(encoding="utf-8")
    assert reached[OLD] - reached[NEW] == {"get_simulation_result"}


def test_the_count_of_calls(drive, called):
    sent = {
        version: requests_by_call(drive.passed[version, "calls"], called(version)["names"])
        for version in (NEW, OWN)
    }
    assert counts(sent, NEW, OWN) in PAGE.read_text(encoding="utf-8").replace("\n", " ")
