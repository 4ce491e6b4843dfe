"""Derivatives by differences of solutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ionworks_engine.battery.terms import Floats
from ionworks_engine.pipelines.objectives.base import SolveError


def differences(
    states: Callable[[Floats], Floats],
    inputs: Floats,
    places: Sequence[int],
    here: Floats,
    share: float,
) -> Floats:
    """Return how a solution changes with some inputs, by central differences.

    Where there is none on one side, the difference is that of the other.

    Parameters
    ----------
    states
        What solves, of the inputs; a row for each time.
    inputs, places
        All inputs, and which of them are moved.
    here
        The solution at the inputs.
    share
        How far they are moved, as a share of their value.

    Returns
    -------
    ndarray
        Of shape ``(*here.shape, len(places))``; NaN where no side has a solution.

    Examples
    --------
    >>> import numpy as np
    >>> square = lambda x: x[:1, None] ** 2
    >>> float(differences(square, np.array([3.0]), [0], np.array([[9.0]]), 1e-3)[0, 0, 0])
    6.0
    """
    columns = np.empty((*here.shape, len(places)))
    for column, place in enumerate(places):
        step = share * abs(inputs[place]) or share
        above, below = (_moved(states, inputs, place, side, here) for side in (step, -step))
        central = (above - below) / (2 * step)
        single = np.where(np.isfinite(above), (above - here) / step, (here - below) / step)
        columns[..., column] = np.where(np.isfinite(central), central, single)
    return columns


def _moved(
    states: Callable[[Floats], Floats], inputs: Floats, place: int, step: float, here: Floats
) -> Floats:
    moved = inputs.copy()
    moved[place] += step
    try:
        return states(moved)
    except SolveError:
        return np.full(here.shape, np.nan)
