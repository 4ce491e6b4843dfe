"""Models by their configuration: PyBaMM's own, custom ones, and those written here.

builtin    PyBaMM's own classes and serialised custom models
gitt, ecm  models that schemas describe in words, written as PyBaMM models
msmr       multi-species models, which have a closed form and are no PyBaMM models
choosing   which model and which parameters an objective works with
"""

from __future__ import annotations

from ionworks_engine.pipelines.models.builtin import load
from ionworks_engine.pipelines.models.choosing import Chosen, model_and_parameters

__all__ = ["Chosen", "load", "model_and_parameters"]
