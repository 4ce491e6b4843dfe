"""Roots of falling functions, all at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ionworks_engine.pipelines.models.msmr_slots import Floats

_ROUNDS = 200
_GAIN = 0.5
_CLOSE = 1e-13


def falling_roots(
    function: Callable[[Floats], tuple[Floats, Floats]], low: Floats, high: Floats
) -> Floats:
    """Find where a falling function of each element vanishes, by Newton's steps in a bracket.

    Parameters
    ----------
    function
        Returns the values and slopes at arguments of shape (n,).
    low, high
        The bracket. Where the function has one sign in all of it, the nearer end is returned; where
        there is none (NaN), NaN.

    Examples
    --------
    >>> import numpy as np
    >>> squares = np.array([4.0, 9.0])
    >>> falling_roots(lambda x: (squares - x**2, -2 * x), np.zeros(2), np.full(2, 10.0)).tolist()
    [2.0, 3.0]
    """
    at = 0.5 * (low + high)
    done, before = ~np.isfinite(at), np.full(at.shape, np.inf)
    for _ in range(_ROUNDS):
        value, slope = function(at)
        low, high = np.where(value > 0, at, low), np.where(value > 0, high, at)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = at - value / slope
        close = np.abs(step - at) <= _CLOSE
        helps = (step >= low) & (step <= high) & (np.abs(value) <= _GAIN * before)
        moved = np.where(helps | close, step, 0.5 * (low + high))
        at, done = np.where(done, at, moved), done | close | (high - low <= _CLOSE)
        before = np.abs(value)
        if done.all():
            break
    return at
