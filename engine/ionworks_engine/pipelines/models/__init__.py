"""Models by their configuration: PyBaMM's own, custom ones, and those written here."""

from __future__ import annotations

from typing import Any


def load(config: Any, where: str) -> Any:
    """Build the PyBaMM model that a configuration names; see the body to come."""
    raise NotImplementedError


def model_and_parameters(settings: Any, context: Any) -> Any:
    """Return model, parameter values and settings of an objective; see the body to come."""
    raise NotImplementedError
