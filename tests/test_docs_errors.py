"""The catalogue of errors is complete: every class of the client, every word of the engine."""

import ast
import json
import re
from functools import cache

import pytest

import ionworks.errors
from ionworks import doe, ucp
from ionworks.refusals import Refusal
from tests.documents import ROOT, blocks, text

PAGE = "docs/errors.md"
WORD = re.compile(r"[A-Z]{3,}(_[A-Z]+)*")
RAISERS = {"ApiError", "PipelineError", "BatteryError", "_failure", "failed"}
KEYS = {"code", "error_code"}
CLASSES = [
    *(getattr(ionworks.errors, name) for name in ionworks.errors.__all__),
    ucp.ProtocolError,
    ucp.EvaluationError,
    doe.DesignError,
]


def words_of(node):
    """Yield the error codes that a piece of code names."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if (
            name in RAISERS
        ):
            yield from args
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            yield from (value for key, value in pairs if getattr(key, "value", None) in KEYS)
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value)):
            if name in (value, "code"):
                yield node.value


@cache
def codes_in(folder):
    found = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for word in words_of(node):
                said = getattr(word, "value", None)
                if isinstance(said, str) and WORD.fullmatch(said):
                    found.setdefault(said, path.name)
    return found


def described_words():
    bundle = json.loads((ROOT / "openapi/dist/ionworks.json").read_text("utf-8"))
    schemas = bundle["components"]["schemas"]
    return {*schemas["ErrorCode"]["enum"], *schemas["JobErrorCode"]["enum"]}


def rows():
    """The rows of all tables of the page by what their first cell names."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text(PAGE).splitlines()
        if line.startswith("| `")
    ]
    return {name: row for row in cells for name in re.findall(r"`(\w+)`", row[0])}


def test_the_words_are_found_in_the_code():
    found = codes_in("engine/ionworks_engine")
    assert {"NOT_FOUND", "SOLVER_ERROR", "OUT_OF_MEMORY", "STORAGE_FULL"} <= found.keys()


@pytest.mark.parametrize(
    "word", sorted(described_words() | codes_in("engine/ionworks_engine").keys())
)
def test_every_word_has_a_row_that_says_what_to_do(word):
    assert word in rows(), f"{PAGE} lacks {word}"
    meaning = rows()[word][-2]
    assert len(meaning) > 5


def test_no_row_names_a_word_that_nobody_says():
    shown = {name for name in rows() if WORD.fullmatch(name)}
    assert shown == described_words() | codes_in("engine/ionworks_engine").keys()


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class_has_a_row_that_says_what_to_do(kind):
    row = rows()[kind.__name__]
    assert len(row) == 3
    assert all(len(cell) > 5 for cell in row)


@pytest.mark.parametrize("kind", [kind for kind in CLASSES if kind.__module__ == "ionworks.errors"])
def test_the_tree_shows_each_class_below_its_base(kind):
    tree = blocks(PAGE, "text")[0].code.splitlines()
    places = {re.search(r"\w+", line)[0]: line.index(re.search(r"\w+", line)[0]) for line in tree}
    [base] = kind.__bases__
    assert places[kind.__name__] == places[base.__name__] + 4


@pytest.mark.parametrize(
    "word", [name for name, row in rows().items() if len(row) == 5 and row[1].isdigit()]
)
def test_statuses_become_the_classes_that_the_page_says(word):
    status, name = rows()[word][1:3]
    error = Refusal(int(status), "GET /", {}, b"").error()
    assert f"`{type(error).__name__}`" == name
