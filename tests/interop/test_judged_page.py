"""``docs/judged.md`` says what the tables say."""

import pytest
from judged_page import difference_rows, outside_rows, refusal_rows, sections


@pytest.fixture(scope="module")
def shown():
    return sections()


def test_the_differences(shown):
    assert shown["What ours sends otherwise"] == list(difference_rows())


def test_what_is_outside(shown):
    assert shown["What the engine does not have"] == list(outside_rows())


def test_what_the_clients_refuse(shown):
    assert shown["What the clients refuse of the guides"] == list(refusal_rows())
