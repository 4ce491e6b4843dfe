"""What becomes of points that leave the box between the bounds."""

from __future__ import annotations

import numpy as np

from ionworks_engine.pipelines.optimizers.base import Floats


def returned(
    points: Floats, lower: Floats, upper: Floats, how: str, rng: np.random.Generator
) -> Floats:
    """Bring points back into a box.

    Parameters
    ----------
    points
        As rows.
    lower, upper
        The box.
    how
        ``absorb``: to the bound; ``reflect``: as far inside as they were outside; ``random``:
        anywhere; ``ignore``: they stay where they are, and are infinitely bad.
    rng
        For ``random``.

    Examples
    --------
    >>> box = np.zeros(1), np.ones(1)
    >>> returned(np.array([[1.25]]), *box, "reflect", np.random.default_rng())
    array([[0.75]])
    """
    if how == "ignore":
        return points
    if how == "absorb":
        return np.clip(points, lower, upper)
    outside = (points < lower) | (points > upper)
    if how == "random":
        return np.where(outside, rng.uniform(lower, upper, points.shape), points)
    span = np.where(upper > lower, upper - lower, 1.0)
    folded = np.mod(points - lower, 2 * span)
    inside = lower + np.minimum(folded, 2 * span - folded)
    return np.clip(np.where(outside, inside, points), lower, upper)
