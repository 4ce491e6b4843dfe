"""Algebraic unknowns that fulfil their equations, and how these change with inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import splu

from ionworks_engine.battery.terms import Floats
from ionworks_engine.pipelines.objectives.base import SolveError

_ROUNDS = 30
_SETTLED = 1e-12


def settled(linearised: Callable[[Floats], tuple[Any, Any]], guess: Floats, first: int) -> Floats:
    """Solve the algebraic equations of a state by Newton's method.

    Parameters
    ----------
    linearised
        Of a state: the rates of all unknowns (what is missed, of algebraic ones) and their
        derivatives by the unknowns, as CasADi's matrices.
    guess
        A state near by.
    first
        Where the algebraic unknowns begin.

    Raises
    ------
    SolveError
        If none was found.
    """
    state = guess.copy()
    if first == state.size:
        return state
    for _ in range(_ROUNDS):
        rates, slopes = linearised(state)
        missed = rates.full().ravel()[first:]
        if not np.isfinite(missed).all():
            raise SolveError("the model is not finite in its initial state")
        step = solved(csc_matrix(slopes.sparse())[first:, first:], -missed)
        state[first:] += step
        if np.abs(step).max() < _SETTLED * max(1.0, np.abs(state[first:]).max()):
            return state
    raise SolveError("no consistent initial state was found")


def solved(matrix: Any, right: Floats) -> Floats:
    """Solve linear equations with a sparse matrix, for one or several right-hand sides.

    Raises
    ------
    SolveError
        If the matrix is singular.
    """
    try:
        return np.asarray(splu(csc_matrix(matrix)).solve(right))
    except RuntimeError:
        raise SolveError("the equations of the initial state are singular") from None
