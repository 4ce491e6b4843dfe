"""Recorded HTTP: the client against ``cassettes/``, with the network blocked.

``make record`` records from an engine on loopback, or from the platform when
``IONWORKS_TEST_API_KEY`` is set (a key of its own: the production key is never read).
`scrubbing` says what is kept; the clock of the recording is stored in the cassette.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from vcr.persisters.filesystem import FilesystemPersister

from ionworks import AsyncIonworks, Ionworks, cache
from tests.conftest import serving
from tests.replay.scrubbing import (
    HOST,
    same_content,
    same_range,
    scrub_request,
    scrub_response,
)

CASSETTES = Path(__file__).parents[2] / "cassettes"
KEY = "recorded"


def pytest_recording_configure(config, vcr):
    """Keep the cassette's metadata, which the plugin's own persister drops."""
    del config
    vcr.register_persister(FilesystemPersister)
    vcr.register_matcher("content", same_content)
    vcr.register_matcher("range", same_range)


def pytest_collection_modifyitems(items):
    for item in items:
        if "vcr" in item.keywords:
            item.add_marker(pytest.mark.block_network)


@pytest.fixture
def vcr_config():
    return {
        "match_on": ["method", "path", "query", "content", "range"],
        "before_record_request": scrub_request,
        "before_record_response": scrub_response,
        "decode_compressed_response": True,
    }


@pytest.fixture(scope="module")
def vcr_cassette_dir(request):
    return str(CASSETTES / request.path.stem.removeprefix("test_"))


@pytest.fixture(autouse=True)
def nothing_cached(tmp_path):
    """Keep what earlier runs and the user have in their cache out of the tests, and away."""
    before = cache.get_cache_directory()
    cache.set_cache_directory(tmp_path / "cache")
    yield
    cache.set_cache_directory(before)


@pytest.fixture(autouse=True)
def every_interaction_is_played(vcr, record_mode):
    yield
    if vcr is not None and record_mode == "none":
        unplayed = [
            f"{request.method} {request.path}"
            for index, request in enumerate(vcr.requests)
            if not vcr.play_counts[index]
        ]
        assert unplayed == []


@pytest.fixture(scope="session")
def server(record_mode, tmp_path_factory):
    """Address and key to talk to: recorded, the platform's, or those of a fresh engine."""
    if record_mode == "none":
        yield HOST, KEY
    elif key := os.environ.get("IONWORKS_TEST_API_KEY"):
        yield os.environ.get("IONWORKS_TEST_API_URL", "https://api.ionworks.com"), key
    else:
        with serving(tmp_path_factory.mktemp("recorded")) as url:
            yield url, KEY


@pytest.fixture
def client(server):
    url, key = server
    with Ionworks(key, url) as client:
        yield client


@pytest.fixture
def async_client(server):
    url, key = server
    return AsyncIonworks(key, url)


@pytest.fixture
def now(vcr):
    """The time of the recording: an ISO text that a replay sees again."""
    return vcr.get_metadata("recorded_at", datetime.now(UTC).isoformat(timespec="seconds"))
