"""What a helper does for the owner of a fit: build the problem once, evaluate points, run starts.

The owner's side is :mod:`ionworks_engine.pipelines.fits.population`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np

from ionworks_engine.pipelines.aid import UNKNOWN
from ionworks_engine.pipelines.fits import data_fit
from ionworks_engine.pipelines.fits.problem import Problem
from ionworks_engine.pipelines.runner import context_of

_KEPT = 4
_PROBLEMS: OrderedDict[str, Problem] = OrderedDict()


def evaluate(request: Mapping[str, Any]) -> dict[str, Any]:
    """Evaluate points of a population.

    Parameters
    ----------
    request
        The ``points``, the ``key`` of their problem and, where this worker may not know it, the
        ``origin`` and the ``element`` that it is built from.

    Returns
    -------
    dict
        ``outcomes``, or that the problem is ``unknown``.
    """
    problem = _problem(request)
    if problem is None:
        return dict(UNKNOWN)
    points = np.asarray(request["points"], dtype=float)
    return {"outcomes": [problem.outcome(point).written() for point in points]}


def run_start(request: Mapping[str, Any]) -> dict[str, Any]:
    """Run an optimizer from one start.

    Parameters
    ----------
    request
        The ``start``, and the problem as in `evaluate`.

    Returns
    -------
    dict
        ``end``: what the start came to; or that the problem is ``unknown``.
    """
    problem = _problem(request)
    if problem is None:
        return dict(UNKNOWN)
    return {"end": data_fit.start_one(problem, request["start"])}


def _problem(request: Mapping[str, Any]) -> Problem | None:
    """Return the problem of a key: one of the last few, or built now from what came with it."""
    key = request["key"]
    if key not in _PROBLEMS:
        if "element" not in request:
            return None
        context = context_of(request["origin"])
        _PROBLEMS[key] = data_fit.problem(request["element"], context)
        while len(_PROBLEMS) > _KEPT:
            _PROBLEMS.popitem(last=False)
    _PROBLEMS.move_to_end(key)
    return _PROBLEMS[key]
