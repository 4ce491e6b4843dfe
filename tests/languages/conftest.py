"""What the tests of other languages share: their folder on the path, and the protocol's file."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from first_run import PROTOCOL


@pytest.fixture(scope="session")
def protocol(tmp_path_factory):
    path = tmp_path_factory.mktemp("protocol") / "protocol.yaml"
    path.write_text(PROTOCOL)
    return path
