"""How the spread of data becomes a spread of fitted parameters, to first order.

All is linear algebra of few rows and columns: derivatives enter as their products only, so that
long measurements cost no more than one pass.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ionworks_engine.pipelines.errors import refuse
from ionworks_engine.pipelines.objectives.base import Floats

_CONDITION = 1e12
_LEAST_NOISE = 1e-12


@dataclass(frozen=True)
class Rows:
    """What one variable of one objective adds.

    Parameters
    ----------
    variable
        Its name: rows of the same name have the same noise.
    errors
        Model less data, in the variable's own unit.
    slopes
        The model's derivatives by the coordinates, a row a datum.
    share
        Weight of a squared error in the cost; NaN where the cost is no sum of squares, which is
        then taken for the likelihood of normal errors.
    """

    variable: str
    errors: Floats
    slopes: Floats
    share: float

    def weight(self, noise: Mapping[str, float]) -> float:
        """Return the weight of a squared error."""
        if math.isfinite(self.share):
            return self.share
        return 0.5 / max(noise[self.variable], _LEAST_NOISE) ** 2

    @property
    def information(self) -> Floats:
        """The products of the derivatives."""
        return np.asarray(self.slopes.T @ self.slopes)


def first_noise(rows: Sequence[Rows], size: int) -> dict[str, float]:
    """Estimate the noise by variable, degrees of freedom shared in proportion to the data.

    Parameters
    ----------
    rows
        All terms.
    size
        How many parameters were fitted.
    """
    left = 1 - size / sum(len(one.errors) for one in rows)
    squares: dict[str, float] = {}
    counts: dict[str, int] = {}
    for one in rows:
        squares[one.variable] = squares.get(one.variable, 0.0) + float(one.errors @ one.errors)
        counts[one.variable] = counts.get(one.variable, 0) + len(one.errors)
    return {name: math.sqrt(squares[name] / (counts[name] * left)) for name in squares}


def noise_left(
    rows: Sequence[Rows], noise: Mapping[str, float], known: Mapping[str, float], inverse: Floats
) -> dict[str, float]:
    """Estimate the noise from what a fit leaves over, whatever the weights of that fit.

    Errors that are left are ``(1 - P) e`` with ``P = J inv(H) J' W``; the expectation of their
    squares, by variable, is linear in the variances of the noise, and is solved for them.

    Parameters
    ----------
    rows
        All terms.
    noise
        A first estimate, kept where the equations have no positive solution.
    known
        Noise that is not to be estimated.
    inverse
        Of half the second derivatives of the cost.
    """
    names = [name for name in noise if name not in known]
    every = [*names, *known]
    system = np.zeros((len(names), len(every)))
    squares = np.zeros(len(names))
    for i, name in enumerate(names):
        own = [one for one in rows if one.variable == name]
        squares[i] = sum(float(one.errors @ one.errors) for one in own)
        ahead = inverse @ sum(one.information for one in own) @ inverse
        for j, other in enumerate(every):
            theirs = [one for one in rows if one.variable == other]
            moved = sum(one.weight(noise) ** 2 * one.information for one in theirs)
            system[i, j] = float(np.sum(ahead * moved))
        lost = sum(one.weight(noise) * one.information for one in own)
        count = sum(len(one.errors) for one in own)
        system[i, i] += count - 2 * float(np.sum(inverse * lost))
    rest = squares - system[:, len(names) :] @ np.array([known[name] ** 2 for name in known])
    variances = np.linalg.lstsq(system[:, : len(names)], rest, rcond=None)[0]
    estimated = {
        name: math.sqrt(variance) if variance > 0 else noise[name]
        for name, variance in zip(names, variances.tolist(), strict=True)
    }
    return {**estimated, **known}


def inverted(curvature: Floats, names: Sequence[str], where: str) -> Floats:
    """Return the inverse of a curvature that determines all parameters.

    Raises
    ------
    PipelineError
        Naming the parameters that the data say nothing of, or do not tell apart.
    """
    size = np.sqrt(np.abs(np.diag(curvature)))
    if np.any(size == 0):
        lost = [name for name, one in zip(names, size, strict=True) if one == 0]
        raise refuse(where, f"the data say nothing of {', '.join(map(repr, lost))}")
    values, vectors = np.linalg.eigh(curvature / np.outer(size, size))
    if values[0] <= values[-1] / _CONDITION:
        part = np.abs(vectors[:, 0])
        lost = [name for name, one in zip(names, part, strict=True) if one > 0.1 * part.max()]
        raise refuse(
            where,
            f"the data do not tell {' and '.join(map(repr, lost))} apart: their intervals would be "
            "endless; hold one of them, or add data",
        )
    return np.asarray((vectors / values) @ vectors.T / np.outer(size, size))


def covariance(rows: Sequence[Rows], noise: Mapping[str, float], inverse: Floats) -> Floats:
    """Return the covariance of the coordinates that a noise makes."""
    spread = sum((one.weight(noise) * noise[one.variable]) ** 2 * one.information for one in rows)
    return np.asarray(inverse @ spread @ inverse)
