"""Ionworks: battery simulations, data and models from Python.

::

    from ionworks import Ionworks

    client = Ionworks()              # the platform, with IONWORKS_API_KEY
    client = Ionworks.local()        # or this machine: no account, no network

Everything here is loaded when it is first used, so that importing the package costs next to
nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ionworks import doe, errors, ucp
    from ionworks.assumptions import AssumptionWarning
    from ionworks.cache import (
        clear_cache,
        get_cache_directory,
        get_cache_enabled,
        get_cache_ttl,
        set_cache_directory,
        set_cache_enabled,
        set_cache_ttl,
    )
    from ionworks.client import AsyncIonworks, Ionworks
    from ionworks.errors import (
        IonworksError,
        MeasurementProcessingError,
        MeasurementValidationError,
    )
    from ionworks.frames import get_dataframe_backend, set_dataframe_backend
    from ionworks.navigator import AsyncNavigator, Navigator
    from ionworks.results import ConvertResult, ParsedProtocol, SimulationResult
    from ionworks.validators import IssueCode, ValidationIssue

    __version__: str

__all__ = [
    "AssumptionWarning",
    "AsyncIonworks",
    "AsyncNavigator",
    "ConvertResult",
    "Ionworks",
    "IonworksError",
    "IssueCode",
    "MeasurementProcessingError",
    "MeasurementValidationError",
    "Navigator",
    "ParsedProtocol",
    "SimulationResult",
    "ValidationIssue",
    "__version__",
    "clear_cache",
    "doe",
    "errors",
    "get_cache_directory",
    "get_cache_enabled",
    "get_cache_ttl",
    "get_dataframe_backend",
    "set_cache_directory",
    "set_cache_enabled",
    "set_cache_ttl",
    "set_dataframe_backend",
    "ucp",
]

_HOMES = {
    "AssumptionWarning": "ionworks.assumptions",
    "AsyncIonworks": "ionworks.client",
    "AsyncNavigator": "ionworks.navigator",
    "ConvertResult": "ionworks.results",
    "Ionworks": "ionworks.client",
    "IonworksError": "ionworks.errors",
    "IssueCode": "ionworks.validators",
    "MeasurementProcessingError": "ionworks.errors",
    "MeasurementValidationError": "ionworks.errors",
    "Navigator": "ionworks.navigator",
    "ParsedProtocol": "ionworks.results",
    "SimulationResult": "ionworks.results",
    "ValidationIssue": "ionworks.validators",
    "clear_cache": "ionworks.cache",
    "get_cache_directory": "ionworks.cache",
    "get_cache_enabled": "ionworks.cache",
    "get_cache_ttl": "ionworks.cache",
    "get_dataframe_backend": "ionworks.frames",
    "set_cache_directory": "ionworks.cache",
    "set_cache_enabled": "ionworks.cache",
    "set_cache_ttl": "ionworks.cache",
    "set_dataframe_backend": "ionworks.frames",
}
_MODULES = {"doe", "errors", "ucp"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    elif name in _MODULES:
        value = import_module(f"ionworks.{name}")
    elif name == "__version__":
        from importlib.metadata import version

        value = version("ionworks-api")
    else:
        raise AttributeError(f"module 'ionworks' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
