"""The public settings, where a folder with them is given: IONWORKS_VENDOR_FILES.

The folder holds `.mps` files, at any depth.
"""

import os
from pathlib import Path

import pytest
from ionworks_engine.vendors import biologic
from ionworks_engine.vendors.compare import differences
from ionworks_engine.vendors.convert import parse
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.program import Record, TimedLine

FOLDER = os.environ.get("IONWORKS_VENDOR_FILES")
SETTINGS = sorted(Path(FOLDER).rglob("*.mps")) if FOLDER else []

pytestmark = pytest.mark.skipif(
    not SETTINGS, reason="IONWORKS_VENDOR_FILES names no folder with public settings"
)


def records(program):
    lines = [line for line in program.lines if isinstance(line, TimedLine)]
    return [line.record if line.record != Record() else program.record for line in lines]


@pytest.mark.parametrize("path", SETTINGS, ids=lambda path: path.name)
def test_public_settings_are_read_and_written_as_the_same(path):
    program = biologic.read(path.read_bytes(), {})
    files = biologic.write(program, "again")
    for file in (files.primary, *files.assets):
        again = biologic.read(file.content, {})
        expected = biologic.as_written(program)
        assert differences(expected, again) == []
        assert records(again) == records(expected)


@pytest.mark.parametrize("path", SETTINGS, ids=lambda path: path.name)
def test_public_settings_become_a_protocol(path):
    parsed = parse(path.read_bytes(), path.name)
    assert parsed.cycler_type == "BioLogic"
    assert parsed.error is None


@pytest.mark.parametrize("share", [0.05, 0.4, 0.8])
@pytest.mark.parametrize("path", SETTINGS, ids=lambda path: path.name)
def test_public_settings_that_are_cut_are_refused(path, share):
    data = path.read_bytes()
    with pytest.raises(Unreadable):
        biologic.read(data[: int(len(data) * share)], {})
