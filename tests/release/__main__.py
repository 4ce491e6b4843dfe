"""``python -m tests.release``: the wheel on every Python that is on hand, with and without extras.

Pythons are looked for as ``python3.11`` to ``python3.13`` on the path, and among the arguments.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from tests.release import building

HERE = Path(__file__).parent
VERSIONS = ("3.11", "3.12", "3.13")
CAPACITY = 5 / 6
"""Of ten minutes at 1C, a nominal capacity of 5 A.h [A.h]."""


def version_of(python):
    code = "import sys; print('.'.join(map(str, sys.version_info[:2])))"
    return building.run([python, "-I", "-c", code]).strip()


def pythons():
    """Return an interpreter for each version that is there."""
    on_path = (shutil.which(f"python{version}") for version in VERSIONS)
    there = [*sys.argv[1:], sys.executable, *filter(None, on_path)]
    found = {}
    for python in there:
        try:
            found.setdefault(version_of(python), python)
        except (OSError, AssertionError):
            continue  # A launcher without that version behind it.
    return {version: found[version] for version in VERSIONS if version in found}


def check(wheel, version, python, folder):
    bare = building.install(folder / f"{version}-bare", wheel, python)
    seen = json.loads(building.run([bare / "python", "-I", HERE / "bare.py"]))
    assert seen["loaded by the import"] == [], seen
    assert all("pip install 'ionworks-api[" in words for words in seen["refusals"].values()), seen
    full = building.install(folder / f"{version}-full", wheel, python, building.EVERYTHING)
    capacity = json.loads(building.run([full / "python", "-I", HERE / "full.py"]))
    assert abs(capacity - CAPACITY) < 1e-6 * CAPACITY, capacity
    print(f"{version}: without extras, and with all of them", flush=True)


def main():
    there = pythons()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _, wheel = building.build(folder / "dist")
        for version, python in there.items():
            check(wheel, version, python, folder)
    missing = [version for version in VERSIONS if version not in there]
    print(f"{wheel.name}: {len(there)} passed, 0 failed; not on hand: {missing or 'none'}")


if __name__ == "__main__":
    main()
