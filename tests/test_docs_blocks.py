"""What the documentation shows to be run, runs, and prints what it says."""


import pytest
from tests.documents import PAGES, ROOT, blocks

from ionworks import Ionworks, set_dataframe_backend

ELSEWHERE = {
    "README.md": "tests/test_examples.py",
    "docs/cli.md": "tests/engine/test_cli_docs.py",
}
"""Pages whose blocks are run in tests of their own."""

NEEDS_MORE = {
    "pip install": "installs into the environment that it runs in",
    "make ": "a target of the Makefile, run as continuous integration or by hand",
    "export ": "a setting for the shell of who reads it",
}
"""Why a command of the shell is not run here, by how its line begins."""

PYTHON = [page for page in PAGES if page not in ELSEWHERE and blocks(page, "python")]
SHELL = [block for page in PAGES for block in blocks(page, "sh", "bash", "shell", "console")]
SETTINGS = ("API_URL", "API_KEY", "API_TOKEN", "PROJECT_ID", "ORGANIZATION_ID", "DATAFRAME_BACKEND")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A client of the engine that stands in for the platform, for all pages."""
    with Ionworks.local(tmp_path_factory.mktemp("engine")) as client:
        yield client


@pytest.fixture
def reader(shared, tmp_path, monkeypatch):
    """A reader's place: an empty folder, and an account of the shared engine."""
    monkeypatch.delenv("PROJECT_ID", raising=False)
    for name in SETTINGS:
        monkeypatch.delenv(f"IONWORKS_{name}", raising=False)
    monkeypatch.setenv("IONWORKS_API_URL", shared.api_url)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    set_dataframe_backend("polars")


@pytest.mark.parametrize("page", PYTHON)
def test_the_python_of_a_page_runs_and_prints_what_it_says(page, reader, capsys):
    names = {}
    for block in blocks(page, "python"):
        block.run(names)
        printed = capsys.readouterr().out
        if block.said is not None:
            assert block.prints(printed), f"{block} printed\n{printed}"
    if "client" in names:
        names["client"].close()
