"""The examples in the docstrings of the formats run."""

import doctest
import pkgutil
from importlib import import_module

import pytest
from ionworks_engine import vendors

MODULES = sorted(found.name for found in pkgutil.iter_modules(vendors.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    module = import_module(f"ionworks_engine.vendors.{name}")
    assert doctest.testmod(module).failed == 0
