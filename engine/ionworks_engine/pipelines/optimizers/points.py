"""The simplest estimators: the start itself, and all points of a grid."""

from __future__ import annotations

import itertools
import math

import numpy as np

from ionworks_engine.pipelines.optimizers.base import Floats, Optimum
from ionworks_engine.pipelines.optimizers.watching import Watched

_AT_ONCE = 256


def start_only(method: str, watched: Watched) -> Optimum:
    """Take the start for the answer."""
    watched.cost(watched.start)
    watched.step()
    return watched.optimum(
        True, "The start was evaluated.", kind="EnsembleResult", extra={"method": method}
    )


def grid(npts: int, watched: Watched) -> Optimum:
    """Evaluate ``npts`` evenly spaced values of each coordinate, with all others' ones.

    Evenly spaced as the search sees a parameter: under a logarithm the ratios are even.
    """
    axes = np.linspace(watched.lower, watched.upper, npts).T if npts > 1 else watched.start[:, None]
    points, costs = [], []
    for block in _blocks(axes):
        points.append(block)
        costs.append(watched.costs(block))
        watched.step()
    return _ensemble(watched, np.vstack(points), np.concatenate(costs))


def _blocks(axes: Floats) -> list[Floats]:
    everything = itertools.product(*axes.tolist())
    count = math.ceil(math.prod(len(axis) for axis in axes) / _AT_ONCE)
    return [np.array(list(itertools.islice(everything, _AT_ONCE))) for _ in range(count)]


def _ensemble(watched: Watched, points: Floats, costs: Floats) -> Optimum:
    values = [watched.problem.values(point) for point in points]
    samples = [[one[name] for name in watched.names] for one in values]
    extra = {"method": "GridSearch", "samples": samples, "costs": costs.tolist()}
    message = f"All {len(points)} points of the grid were evaluated."
    return watched.optimum(True, message, kind="EnsembleResult", extra=extra)
