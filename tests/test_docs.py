"""The site of the documentation: it builds without a warning, and stands on its own."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from ionworks import Ionworks
from tests.documents import PAGES, ROOT, anchors, text

LOADING = {
    "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src",
    "audio": "src", "embed": "src", "object": "data", "form": "action",
}  # fmt: skip
"""The attribute by which an element loads something, or sends something somewhere."""
LOADED_LINKS = {"stylesheet", "preload", "modulepreload", "icon", "preconnect", "dns-prefetch"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


class Page(HTMLParser):
    """What a page loads, links to, and can be linked by."""

    def __init__(self, path):
        super().__init__()
        self.loads, self.links, self.ids = [], [], set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag in LOADING:
            self.loads.append(given.get(LOADING[tag]))
        if tag == "link" and LOADED_LINKS & set((given.get("rel") or "").split()):
            self.loads.append(given["href"])
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if given.get("srcset"):
            self.loads.append(given["srcset"])
        self.loads += re.findall(r"url\(([^)]*)\)", given.get("style") or "")


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def is_elsewhere(address):
    return bool(address) and (bool(urlsplit(address.strip("'\" ")).netloc))


def test_every_page_became_one_of_the_site(site, pages):
    built = {str(path.relative_to(site)) for path in pages}
    written = {name.removeprefix("docs/") for name in PAGES if name.startswith("docs/")}
    assert {name.removesuffix(".md") + ".html" for name in written} <= built
    assert {"examples/quickstart.html", "examples/protocols.html", "changelog.html"} <= built


def test_pages_load_nothing_from_elsewhere(pages):
    found = [(path.name, load) for path, page in pages.items() for load in page.loads]
    assert len(found) > len(pages)
    assert [each for each in found if is_elsewhere(each[1])] == []


def test_styles_load_nothing_from_elsewhere(site):
    sheets = [path.read_text("utf-8") for path in site.rglob("*.css")]
    addresses = [found for sheet in sheets for found in re.findall(r"url\(([^)]*)\)", sheet)]
    imports = [found for sheet in sheets for found in re.findall(r"@import\s+([^;]*);", sheet)]
    assert sheets
    assert [each for each in [*addresses, *imports] if is_elsewhere(each)] == []


def test_no_link_within_the_site_is_dead(site, pages):
    dead = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            start = site if parts.path.startswith("/") else path.parent
            place = unquote(parts.path).lstrip("/")
            target = (start / place).resolve() if parts.path else path
            target = site / "index.html" if target == site else target
            anchor = unquote(parts.fragment)
            known = pages[target].ids if target in pages else set()
            if not target.exists() or (anchor and target in pages and anchor not in known):
                dead.append(f"{path.relative_to(site)}: {link}")
    assert dead == []


def test_every_page_is_once_in_the_navigation():
    named = re.findall(r"([\w/]+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert sorted(set(named)) == sorted(named)


def test_every_list_and_table_became_one(site):
    """Python's Markdown wants a blank line before each, where others do not."""
    lost = re.compile(r"<p>[^<]*(?:<(?!/p>)[^<]*)*?\n(?:- |\d\. |\| )")
    assert lost.search("<p>so:\n- one</p>")
    found = {
        path.name: match[0][-60:]
        for path in sorted(site.rglob("*.html"))
        for match in [lost.search(path.read_text("utf-8"))]
        if match
    }
    assert found == {}


def test_every_resource_of_a_client_has_its_page(site):
    with Ionworks("any-key", "http://127.0.0.1:9") as client:
        names = [name for name in dir(client) if not name.startswith("_")]
        kinds = {name: type(getattr(client, name)).__name__ for name in names}
    resources = {name for name, kind in kinds.items() if kind.endswith("Client")} - {"measurement"}
    assert len(resources) > 10
    for name in resources:
        page = (site / "api" / f"{name}.html").read_text("utf-8")
        assert "doc-function" in page, name


def test_docstrings_became_tables_of_arguments(site):
    page = (site / "api/simulation.html").read_text("utf-8")
    assert "Examples" in page
    assert "max_backward_jumps" in page
    assert "-------" not in page


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere_where_the_sources_are_read(page):
    folder = PAGES[page].parent
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)", text(page)):
        path = (folder / target).resolve() if target else PAGES[page]
        assert path.exists(), f"{page}: {target}"
        if anchor and path.suffix == ".md":
            assert anchor in anchors(str(path.relative_to(ROOT))), f"{page}: {target}#{anchor}"
