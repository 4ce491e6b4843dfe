"""Every example in a public docstring runs, against the engine where it needs one."""

import doctest
import pkgutil
from importlib import import_module

import pytest

import ionworks
from ionworks import Ionworks

SUBPACKAGES = ("ionworks._async", "ionworks.ucp", "ionworks.doe", "ionworks.cli")
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(ionworks.__path__, "ionworks.")
    if not module.name.startswith(SUBPACKAGES)
)


@pytest.fixture(scope="module")
def client():
    with Ionworks.local() as client:
        yield client


@pytest.mark.parametrize("name", MODULES)
def test_examples(name, client):
    found = doctest.DocTestFinder().find(import_module(name), extraglobs={"client": client})
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for example in found:
        runner.run(example)
    assert runner.summarize(verbose=False).failed == 0


def test_there_are_examples_to_run():
    finder = doctest.DocTestFinder()
    examples = {
        name: sum(len(t.examples) for t in finder.find(import_module(name))) for name in MODULES
    }
    assert examples["ionworks._sync.simulation"] >= 5
    assert examples["ionworks._sync.protocol"] >= 3
