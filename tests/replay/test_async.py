"""The other colour: it sends what the synchronous client sent, for it replays the same cassettes."""

import asyncio
from pathlib import Path

import pytest

CASSETTES = Path(__file__).parents[2] / "cassettes"


@pytest.fixture(scope="module")
def vcr_cassette_dir():
    return str(CASSETTES)


def replayed(name):
    return [pytest.mark.vcr, pytest.mark.default_cassette(name)]


class TestAsync:
    pytestmark = [pytest.mark.skipif("config.getoption('--record-mode') not in (None, 'none')")]

    @pytest.mark.vcr
    @pytest.mark.default_cassette("account/test_whoami")
    def test_whoami(self, async_client):
        async def run():
            async with async_client as client:
                return await client.whoami()

        assert asyncio.run(run()).authorized_organization["id"]
