"""What an element comes to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ionworks_engine.pipelines.objectives.base import Floats, Plot


@dataclass(frozen=True)
class Finished:
    """What an element comes to.

    Parameters
    ----------
    result
        A plain mapping that ``ionworks_schema.from_config`` decodes, its kind under ``type``.
    values
        Native values that later elements receive.
    metadata
        What belongs to a fit beside its result: its trace, samples, the list of plots, failures.
    series
        By objective and source (``optimal``, ``baseline``): data and model by channel.
    plots
        By objective.
    best_cost
        Of a fit.
    """

    result: dict[str, Any]
    values: Mapping[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    series: dict[str, dict[str, dict[str, Floats]]] = field(default_factory=dict)
    plots: dict[str, list[Plot]] = field(default_factory=dict)
    best_cost: float | None = None


def plain(value: Any) -> Any:
    """Return a value as JSON has it: arrays as lists, numbers that are none as ``None``.

    Examples
    --------
    >>> plain({"a": np.array([1.0, np.nan])})
    {'a': [1.0, None]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
