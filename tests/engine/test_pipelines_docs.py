"""The pages on pipelines: their Python runs, their links lead somewhere."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ["pipelines", "calculations", "msmr", "objectives", "fitting", "optimizers"]


def text(page):
    return (DOCS / f"{page}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_the_python_runs(page, capsys, monkeypatch, tmp_path):
    for name in ("IONWORKS_API_URL", "IONWORKS_PROJECT_ID", "PROJECT_ID", "IONWORKS_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in re.findall(r"```python\n(.*?)```", text(page), re.DOTALL):
        exec(block, names)
    if page == "pipelines":
        assert capsys.readouterr().out.split() == ["5.8276", "4.000e-14"]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for target, anchor in re.findall(r"\]\(([\w./-]*)(?:#([\w-]+))?\)", text(page)):
        path = (DOCS / target) if target else DOCS / f"{page}.md"
        assert path.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", t).lower().replace(" ", "-") for t in titles}
