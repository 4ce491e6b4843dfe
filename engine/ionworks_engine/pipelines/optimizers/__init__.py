"""Optimizers and samplers: one function that runs any of them on a problem.

catalogue    which there are and what each may be told; refuses what is not installed
base         what they work on (``Minimisable``), what they come to (``Optimum``)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ionworks_engine.pipelines.optimizers.base import Minimisable, Optimum, Tell


def run(
    settings: Mapping[str, Any],
    problem: Minimisable,
    *,
    seed: int | None = None,
    max_iterations: int | None = None,
    maxtime: float | None = None,
    tell: Tell | None = None,
) -> Optimum:
    """Minimise the cost of a problem, or sample its posterior.

    Parameters
    ----------
    settings
        The optimizer as on the wire; `catalogue.check` found nothing wrong with it.
    problem
        What is minimised, starting at its ``start``.
    seed
        Makes a random optimizer repeat itself; its own ``seed`` wins.
    max_iterations
        At most this many, whatever the settings say.
    maxtime
        Seconds after which the best point so far is taken.
    tell
        Called after every iteration with ``best_cost``, ``iteration`` and ``evaluations``.

    Raises
    ------
    PipelineError
        If the optimizer cannot work on this problem: one that needs bounds, or residuals.
    """
    raise NotImplementedError


__all__ = ["Minimisable", "Optimum", "run"]
