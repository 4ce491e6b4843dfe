"""Models by their configuration: PyBaMM's own, custom ones, and those written here.

builtin    PyBaMM's own classes and serialised custom models
gitt, ecm  models that schemas describe in words, written as PyBaMM models
msmr       multi-species models, which have a closed form and are no PyBaMM models
choosing   which model and which parameters an objective works with
vetting    what a serialised model may name, for use at submission

Importing this package loads no PyBaMM; asking it for a model does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ionworks_engine.pipelines.models.builtin import load
    from ionworks_engine.pipelines.models.choosing import Chosen, model_and_parameters

__all__ = ["Chosen", "load", "model_and_parameters"]

_HOMES = {"Chosen": "choosing", "load": "builtin", "model_and_parameters": "choosing"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
