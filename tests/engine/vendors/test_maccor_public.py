"""The public procedures, where a folder with them is given: IONWORKS_VENDOR_FILES.

The folder holds `.000`, `.MWF` and `.FRA` files, at any depth, under their own names or with a
prefix that ends with an underscore.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ionworks_engine.vendors import maccor
from ionworks_engine.vendors.compare import differences
from ionworks_engine.vendors.convert import parse
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.maccor_waves import profile_of, read_wave

FOLDER = os.environ.get("IONWORKS_VENDOR_FILES")
FILES = sorted(Path(FOLDER).rglob("*")) if FOLDER else []


def with_suffix(*suffixes: str) -> list[Path]:
    return [path for path in FILES if path.suffix.lower() in suffixes]


PROCEDURES = [path for path in with_suffix(".000") if b"<TestStep>" in path.read_bytes()]
WITHOUT_STEPS = [path for path in with_suffix(".000") if path not in PROCEDURES]

pytestmark = pytest.mark.skipif(
    not PROCEDURES, reason="IONWORKS_VENDOR_FILES names no folder with public procedures"
)


def beside() -> dict[str, bytes]:
    found = {}
    for path in with_suffix(".mwf", ".fra"):
        parts = path.name.split("_")
        found |= {"_".join(parts[k:]): path.read_bytes() for k in range(len(parts))}
    return found


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("path", PROCEDURES, ids=lambda path: path.name)
def test_a_public_procedure_is_read_and_written_as_the_same(path: Path, alone: bool) -> None:
    program = maccor.read(path.read_bytes(), {} if alone else beside())
    files = maccor.write(program, "again")
    assets = {asset.name: asset.content for asset in files.assets}
    again = maccor.read(files.primary.content, assets)
    assert again == program
    assert differences(program, again) == []


@pytest.mark.parametrize("path", PROCEDURES, ids=lambda path: path.name)
def test_a_public_procedure_is_a_protocol_without_errors(path: Path) -> None:
    parsed = parse(path.read_bytes(), path.name)
    assert parsed.cycler_type == "Maccor"
    assert parsed.error is None


@pytest.mark.parametrize("path", WITHOUT_STEPS, ids=lambda path: path.name)
def test_a_file_without_steps_is_refused(path: Path) -> None:
    with pytest.raises(Unreadable, match="ProcSteps"):
        maccor.read(path.read_bytes(), {})


@pytest.mark.parametrize("path", with_suffix(".mwf"), ids=lambda path: path.name)
def test_a_public_waveform_makes_a_drive_cycle(path: Path) -> None:
    rows = read_wave(path.read_bytes(), path.name)
    profile = profile_of(rows, "P")
    assert profile is not None
    assert profile.times[-1] == pytest.approx(sum(row.seconds for row in rows))
    pairs = zip(profile.times, profile.times[1:], profile.values, strict=False)
    charge = sum((end - begin) * value for begin, end, value in pairs)
    assert charge == pytest.approx(sum(row.seconds * row.signed for row in rows))
