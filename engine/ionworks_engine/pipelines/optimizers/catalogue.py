"""Which optimizers and samplers there are, and what each may be told. Needs none of them.

``check`` is what a submission is looked at with: it imports neither scipy nor what it looks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Problems = Iterator[tuple[str, str]]


def check(settings: Any, where: str) -> Problems:
    """Yield what is wrong with the settings of an optimizer, with the key path of each.

    Parameters
    ----------
    settings
        As on the wire: ``{"type": "DifferentialEvolution", "max_iterations": 10}``.
    where
        The key path of the settings, ``elements.fit.optimizer``.
    """
    raise NotImplementedError


def needs_bounds(settings: Mapping[str, Any]) -> bool:
    """Whether every parameter that this optimizer searches must have finite bounds."""
    raise NotImplementedError


def is_sampler(settings: Mapping[str, Any]) -> bool:
    """Whether it samples a posterior, for which the cost must be a log-likelihood."""
    raise NotImplementedError
