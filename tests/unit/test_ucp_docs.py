"""The reference of the language: its examples load, its table of cyclers is the one in force.

``python -m tests.unit.test_ucp_docs`` writes the table anew.
"""

import doctest
import pkgutil
import re
from importlib import import_module
from typing import get_args

import pytest
from ionworks_engine.vendors.capabilities import CONSTRUCTS, TABLE

from ionworks import ucp
from ionworks.ucp import grammar, rules, safety, tree
from tests.documents import PAGES, blocks

PAGE = PAGES["docs/ucp.md"]
TEXT = PAGE.read_text(encoding="utf-8")
BEGIN, END = "<!-- capabilities: begin -->\n", "<!-- capabilities: end -->"


@pytest.mark.parametrize("block", blocks("docs/ucp.md", "yaml"), ids=str)
def test_every_example_loads_and_comes_back(block):
    assert ucp.check(block.code) == []
    loaded = ucp.load(block.code)
    assert ucp.load(ucp.dump(loaded)) == loaded
    assert ucp.explain(loaded)


@pytest.mark.parametrize("block", blocks("docs/ucp.md", "python"), ids=str)
def test_every_piece_of_python_runs(block, capsys):
    block.run({})
    assert "steps:\n  - " in capsys.readouterr().out


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(ucp.__path__)])
def test_the_examples_of_the_docstrings_hold(name):
    assert doctest.testmod(import_module(f"ionworks.ucp.{name}")).failed == 0


def test_the_examples_of_the_package_hold():
    outcome = doctest.testmod(ucp)
    assert (outcome.failed, outcome.attempted > 0) == (0, True)


def test_the_strings_of_pybamm_load():
    lines = re.findall(r"^    ((?:Discharge|Charge|Rest|Hold) .*)$", TEXT, re.MULTILINE)
    assert len(lines) == 5
    assert ucp.check("\n".join(lines)) == []


def test_every_word_of_the_language_is_on_the_page():
    words = [
        *get_args(tree.Mode),
        *get_args(tree.Shape),
        *get_args(tree.Counter),
        *get_args(tree.Quantity),
        *grammar.FUNCTIONS,
        *safety.BOUNDS,
        *rules.RESOLUTION,
    ]
    assert [word for word in words if word not in TEXT] == []
    for quantity, unit in rules.UNITS.items():
        assert f"| `{quantity}` | {unit or 'fraction'} |" in TEXT


def render():
    """Write the table of capabilities as Markdown; sentences become numbered notes below it."""
    notes: list[str] = []

    def cell(answer):
        word, _, instead = answer.partition(": ") if answer.startswith("no") else ("", "", answer)
        if answer in ("yes", "no"):
            return answer
        note = instead[0].upper() + instead[1:].removesuffix(".") + "."
        if note not in notes:
            notes.append(note)
        return f"{word or 'yes'} ({notes.index(note) + 1})"

    rows = ["| | " + " | ".join(TABLE) + " |", "|---|" + "---|" * len(TABLE)]
    for construct in CONSTRUCTS:
        cells = " | ".join(cell(column[construct]) for column in TABLE.values())
        rows.append(f"| {construct} | {cells} |")
    numbered = [f"{index}. {note}" for index, note in enumerate(notes, start=1)]
    return "\n".join([*rows, "", *numbered]) + "\n"


def test_the_table_of_cyclers_is_the_one_in_force():
    assert TEXT.split(BEGIN)[1].split(END)[0] == render()


if __name__ == "__main__":
    before, rest = TEXT.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}{render()}{END}{rest.split(END)[1]}", encoding="utf-8")
