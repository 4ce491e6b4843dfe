"""The battery core: from a cell, a protocol and its inputs to frames, with PyBaMM.

Plain values in, plain values out. Importing this package, or its ``library``, loads no PyBaMM;
the functions below do on first use, so they belong in a worker process.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ionworks_engine.battery.errors import BatteryError

if TYPE_CHECKING:
    from ionworks_engine.battery.discovery import pybamm_models, validate_model
    from ionworks_engine.battery.results import Outcome
    from ionworks_engine.battery.run import describe, simulate

__all__ = ["BatteryError", "Outcome", "describe", "pybamm_models", "simulate", "validate_model"]

_HOMES = {
    "Outcome": "results",
    "describe": "run",
    "pybamm_models": "discovery",
    "simulate": "run",
    "validate_model": "discovery",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
