"""Wheel and source as others get them, in an environment without any extra."""

import json
import re
import subprocess
import sys
import tarfile
import zipfile

import pytest

from tests.release import building

HERE = building.ROOT / "tests/release"
TYPED = """
from ionworks import Ionworks

client = Ionworks("key", "https://example.invalid")
name: str = client.project.get("id").id
wrong: int = client.project.get("id").id
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return building.build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def bare(built, tmp_path_factory):
    return building.install(tmp_path_factory.mktemp("bare") / "venv", built[1])


@pytest.fixture(scope="module")
def seen(bare):
    return json.loads(building.run([bare / "python", "-I", HERE / "bare.py"]))


def names(wheel):
    return {info.filename: info.CRC for info in zipfile.ZipFile(wheel).infolist()}


def test_the_wheel_holds_the_packages_and_what_they_read(built):
    inside = set(names(built[1]))
    assert {name.split("/")[0] for name in inside if "dist-info" not in name} == {
        "ionworks",
        "ionworks_engine",
        "ionworks_openapi",
    }
    markers = {f"{package}/py.typed" for package in ("ionworks", "ionworks_engine")}
    assert markers | {"ionworks_openapi/py.typed", "ionworks_engine/ionworks.json"} <= inside


def test_the_source_builds_the_same_wheel(built, tmp_path):
    source, wheel = built
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (unpacked,) = (tmp_path / "source").iterdir()
    again = building.build(tmp_path / "again", unpacked)[1]
    assert names(again) == names(wheel)


def test_the_client_works_without_extras(seen):
    assert seen["version"] == seen["stated"] != ""
    assert seen["loaded by the import"] == []
    assert seen["findings"] == 0
    assert "10 s" in seen["explained"]


def test_a_missing_extra_is_named(seen):
    for part, words in seen["refusals"].items():
        extra = part.partition(",")[0]
        assert f"pip install 'ionworks-api[{extra}]'" in words, (part, words)


def test_the_command_is_installed(bare):
    assert "simulate" in building.run([bare / "ionworks", "--help"])


@pytest.mark.parametrize("program", [["ionworks"], ["python", "-m", "ionworks_engine"]])
def test_a_server_without_the_engine_says_what_to_install(bare, program):
    asked = [bare / program[0], *program[1:], "serve"]
    refused = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    assert refused.returncode != 0
    assert "pip install 'ionworks-api[engine]'" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_its_types_are_seen_by_a_checker(bare, tmp_path):
    (tmp_path / "user.py").write_text(TYPED)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental"]
    command += ["--python-executable", bare / "python", "user.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    found = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert len(found) == 1, done.stdout
    assert re.search(r'user.py:6: error: .*"str".*"int"', found[0])
