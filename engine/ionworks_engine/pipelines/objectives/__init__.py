"""Objectives by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ionworks_engine.pipelines.objectives.base import Objective


def build(name: str, settings: Mapping[str, Any], context: Any, free: Mapping[str, float]) -> Objective:
    """Build an objective; see the body to come."""
    raise NotImplementedError
