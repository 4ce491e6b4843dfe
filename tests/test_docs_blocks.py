"""What the documentation shows to be run, runs, and prints what it says."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import ionworks.local
from ionworks import Ionworks, cache, set_dataframe_backend
from tests.documents import PAGES, ROOT, blocks, text

ELSEWHERE = {
    "README.md": "tests/test_examples.py",
    "docs/measurements.md": "tests/unit/test_measurements_docs.py",
    "docs/ucp.md": "tests/unit/test_ucp_docs.py",
}
"""Pages whose Python is run in tests of their own."""

SHELL_ELSEWHERE = {
    "README.md": "tests/test_examples.py",
    "docs/cli.md": "tests/engine/test_cli_docs.py",
}
"""Pages whose commands are run in tests of their own."""

NOT_RUN = {
    "pip install ": "changes the environment that it runs in; its extras are looked up below",
    "make ": "is run by hand, or by continuous integration; its target is looked up below",
    "export ": "is a setting of who reads it",
    "ionworks serve ": "runs until it is stopped; its options are looked up below",
    "dask ": "joins machines; the tests of the engine start a cluster in one",
    "python -W error::DeprecationWarning -m pytest": "is a run of the reader's own tests",
    "npm ": "is run with exact versions by tests/languages",
    "npx ": "is run with exact versions by tests/languages",
    "openapi-generator-cli ": "is run with exact versions by tests/languages",
}
"""Why a command of the shell is not run, by how its line begins."""

ALONE = {
    "docs/guides/lists.md",
    "docs/guides/projects.md",
    "docs/guides/protocols.md",
    "docs/pictures.md",
}
"""Pages that begin with an empty store."""

PYTHON = [page for page in PAGES if page not in ELSEWHERE and blocks(page, "python")]
SHELLS = ("sh", "bash", "shell", "console")
COMMANDS = [
    pytest.param(line.strip(), id=f"{block}: {line.strip()}")
    for page in PAGES
    if page not in SHELL_ELSEWHERE
    for block in blocks(page, *SHELLS)
    for line in block.code.splitlines()
    if line.strip() and not line.strip().startswith("#")
]
SETTINGS = ("API_URL", "API_KEY", "API_TOKEN", "PROJECT_ID", "ORGANIZATION_ID", "DATAFRAME_BACKEND")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A client of the engine that stands in for the platform, for all pages."""
    with Ionworks.local(tmp_path_factory.mktemp("engine")) as client:
        yield client


@pytest.fixture
def reader(page, shared, tmp_path, monkeypatch):
    """A reader's place: an empty folder, and an account of the shared engine.

    A local engine without a folder is the shared one, too: to start one a page takes long.
    """
    folder, attach = Path(shared.api_url.partition(":")[2]), ionworks.local.attach
    if page not in ALONE:
        monkeypatch.setattr(ionworks.local, "attach", lambda path: attach(path or folder))
    monkeypatch.delenv("PROJECT_ID", raising=False)
    for name in SETTINGS:
        monkeypatch.delenv(f"IONWORKS_{name}", raising=False)
    monkeypatch.setenv("IONWORKS_API_URL", shared.api_url)
    monkeypatch.chdir(tmp_path)
    kept = dict(cache._CACHE_CONFIG)
    yield tmp_path
    set_dataframe_backend("polars")
    cache._CACHE_CONFIG.update(kept)


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("page", PYTHON)
def test_the_python_of_a_page_runs_and_prints_what_it_says(page, capsys):
    names = {}
    for block in blocks(page, "python"):
        block.run(names)
        printed = capsys.readouterr().out
        if block.said is not None:
            assert block.prints(printed), f"{block} printed\n{printed}"
    if "client" in names:
        names["client"].close()


@pytest.mark.parametrize("page", sorted(ELSEWHERE.keys() | SHELL_ELSEWHERE.keys()))
def test_what_runs_elsewhere_is_named_there(page):
    for place in (ELSEWHERE, SHELL_ELSEWHERE):
        if page in place:
            assert page.rpartition("/")[2] in (ROOT / place[page]).read_text("utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_run_or_there_is_a_reason_why_not(command):
    assert any(command.startswith(beginning) for beginning in NOT_RUN), command


@pytest.mark.parametrize("page", PAGES)
def test_targets_and_extras_are_there(page):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"(?:^ *|`)make ([a-z-]+)", text(page), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{page}: make {target}"
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for named in re.findall(r"ionworks-api\[([\w,]+)\]", text(page)):
        assert set(named.split(",")) <= extras["optional-dependencies"].keys(), f"{page}: {named}"


def test_options_of_the_server_are_there():
    command = [sys.executable, "-m", "ionworks_engine", "serve", "--help"]
    known = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    serve = re.compile(r"^(?:ionworks|python -m ionworks_engine) serve (.*)$", re.MULTILINE)
    named = [
        (page, option)
        for page in PAGES
        for line in serve.findall(text(page))
        for option in re.findall(r"--[a-z-]+", line)
    ]
    assert named
    assert [each for each in named if f"{each[1]} " not in known] == []


@pytest.mark.parametrize("block", blocks("docs/languages.md", "typescript", "ruby"), ids=str)
def test_programs_in_other_languages_are_those_that_are_tested(block):
    source = {"typescript": "typescript/quickstart.ts", "ruby": "ruby/quickstart.rb"}
    tested = ROOT / "tests/languages" / source[block.language]
    before, _, _ = tested.read_text("utf-8").partition(block.code)
    said_first = before.splitlines()
    assert len(said_first) == 1
    assert said_first[0].startswith(("//", "#"))
