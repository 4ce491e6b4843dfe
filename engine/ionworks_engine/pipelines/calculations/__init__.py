"""Calculations: parameters from other parameters, or from data without fitting.

Every module of this package that has a mapping ``CALCULATIONS`` (type to function of the element's
settings and its context) adds to :data:`CALCULATIONS`. They are gathered when first asked for, so
that :mod:`~ionworks_engine.pipelines.calculations.catalogue`, which the server uses when a
pipeline is submitted, can be imported without PyBaMM.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from ionworks_engine.pipelines.context import Context

    Calculate: TypeAlias = Callable[[Mapping[str, Any], Context], Mapping[str, Any]]
    CALCULATIONS: Mapping[str, Calculate]


def __getattr__(name: str) -> Any:
    if name == "CALCULATIONS":
        return _gathered()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _gathered() -> Mapping[str, Calculate]:
    gathered: dict[str, Calculate] = {}
    for module in pkgutil.iter_modules(__path__):
        own = getattr(import_module(f"{__name__}.{module.name}"), "CALCULATIONS", {})
        twice = sorted(set(own) & set(gathered))
        if twice:
            raise RuntimeError(f"{module.name} gives calculations that are there already: {twice}")
        gathered.update(own)
    return gathered
