"""The public schedules, where a folder with them is given: IONWORKS_VENDOR_FILES.

The folder holds `.sdu`, `.sdx`, `.to` and `.txt` files, at any depth, under their own names or with
a prefix that ends with an underscore.
"""

import os
from pathlib import Path

import pytest
from ionworks_engine.vendors.compare import differences
from ionworks_engine.vendors.convert import parse
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.formats import format_of, recognised

FOLDER = os.environ.get("IONWORKS_VENDOR_FILES")
FILES = sorted(Path(FOLDER).rglob("*")) if FOLDER else []
TARGETS = {".sdu": "arbin", ".sdx": "arbin_sdx"}
SCHEDULES = [path for path in FILES if path.suffix.lower() in TARGETS]

pytestmark = pytest.mark.skipif(
    not SCHEDULES, reason="IONWORKS_VENDOR_FILES names no folder with public schedules"
)


def beside(path):
    found = {}
    for other in path.parent.iterdir():
        if other.suffix.lower() in (".to", ".txt") and other.is_file():
            parts = other.name.split("_")
            found |= {"_".join(parts[k:]): other.read_bytes() for k in range(len(parts))}
    return found


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("path", SCHEDULES, ids=lambda path: path.name)
def test_a_public_schedule_is_read_and_written_as_the_same(path, alone):
    module = format_of(TARGETS[path.suffix.lower()])
    program = module.read(path.read_bytes(), {} if alone else beside(path))
    files = module.write(program, "again")
    assets = {asset.name: asset.content for asset in files.assets}
    again = module.read(files.primary.content, assets)
    assert again == program
    assert differences(program, again) == []


@pytest.mark.parametrize("path", SCHEDULES, ids=lambda path: path.name)
def test_a_public_schedule_is_known_by_its_content_and_becomes_a_protocol(path):
    data = path.read_bytes()
    assert [target for target, _ in recognised(data)] == [TARGETS[path.suffix.lower()]]
    parsed = parse(data, "schedule.txt")
    assert parsed.cycler_type == "Arbin"
    assert parsed.error is None


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
@pytest.mark.parametrize("path", SCHEDULES, ids=lambda path: path.name)
def test_a_public_schedule_that_is_cut_is_refused(path, share):
    data = path.read_bytes()
    with pytest.raises(Unreadable):
        format_of(TARGETS[path.suffix.lower()]).read(data[: int(len(data) * share)], {})
