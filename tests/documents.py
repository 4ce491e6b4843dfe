"""The pages of the documentation as text: their blocks, and what is said to be printed by them."""

import doctest
import math
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGES = {
    str(path.relative_to(ROOT)): path
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
}
_BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<code>.*?)^(?P=indent)```\n"
    r"(?:\n(?P=indent)```text\n(?P<said>.*?)^(?P=indent)```\n)?",
    re.MULTILINE | re.DOTALL,
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]\d+)?")
_CHECKER = doctest.OutputChecker()


class Block(NamedTuple):
    """A piece of code on a page.

    ``said`` is the text block right below it: what it prints, with ``...`` for what may differ.
    """

    page: str
    line: int
    language: str
    code: str
    said: str | None

    def __str__(self):
        return f"{self.page}:{self.line}"

    def run(self, names):
        """Run it as Python; what fails names the line of the page."""
        code = "\n" * self.line + self.code
        exec(compile(code, ROOT / self.page, "exec"), names)

    def prints(self, output):
        """Whether this is what the page says that it prints, numbers to a thousandth."""
        if "..." in self.said:
            return _CHECKER.check_output(self.said, output, doctest.ELLIPSIS)
        numbers = zip(_NUMBER.findall(self.said), _NUMBER.findall(output), strict=False)
        close = all(math.isclose(float(a), float(b), rel_tol=1e-3) for a, b in numbers)
        return close and _NUMBER.split(self.said) == _NUMBER.split(output)


def text(page):
    return PAGES[page].read_text("utf-8")


def blocks(page, *languages):
    """Return the blocks of a page that are in one of these languages, in their order."""
    whole = text(page)
    return [
        Block(
            page, whole.count("\n", 0, found.start()) + 1, *found.group("language", "code", "said")
        )
        for found in _BLOCK.finditer(whole)
        if found["language"] in languages
    ]


def anchors(page):
    """Return what headings of a page are linked by."""
    titles = re.findall(
        r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text(page), flags=re.S | re.M), re.M
    )
    return {re.sub(r"[^\w -]", "", title).lower().strip().replace(" ", "-") for title in titles}
