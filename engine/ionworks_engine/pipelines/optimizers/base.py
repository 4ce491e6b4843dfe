"""What an optimizer works on, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Tell = Callable[[Mapping[str, Any]], None]


class Minimisable(Protocol):
    """A function of the search space, as ``fits.problem.Problem`` is one.

    Points are arrays of the length of ``names``, in the search space: scaled and transformed.
    """

    @property
    def names(self) -> Sequence[str]:
        """The parameters, in the order of the coordinates."""

    @property
    def start(self) -> Floats:
        """Where a search begins."""

    @property
    def lower(self) -> Floats:
        """Lower bounds of the coordinates; may be ``-inf``."""

    @property
    def upper(self) -> Floats:
        """Upper bounds of the coordinates; may be ``inf``."""

    @property
    def has_residuals(self) -> bool:
        """Whether the cost is a sum of squares of residuals."""

    def cost(self, x: Floats) -> float:
        """Return the cost at a point: always finite."""

    def costs(self, points: Floats) -> Floats:
        """Return the costs at the rows of a matrix, with the help of idle workers."""

    def residuals(self, x: Floats) -> Floats:
        """Return the residuals at a point, whose squares' sum is the cost."""

    def jacobian(self, x: Floats) -> Floats | None:
        """Return the derivatives of the residuals, where the models offer them."""

    def values(self, x: Floats) -> Mapping[str, float]:
        """Return the parameters at a point, in their own units."""

    def log_prior(self, x: Floats) -> float:
        """Return the logarithm of the prior density, ``-inf`` where it is nought."""

    def log_likelihood(self, x: Floats) -> float:
        """Return the logarithm of the probability of the data."""

    def restricted(self, names: Sequence[str], fixed: Floats) -> Minimisable:
        """Return the problem of some parameters, the others held at the values of ``fixed``.

        ``fixed`` is a whole point of this problem; its entries of ``names`` are the new start.
        """

    def stop(self) -> bool:
        """Whether there is no time left."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """Where an optimizer or a sampler ended.

    Attributes
    ----------
    x
        The best point, in the search space.
    cost
        The cost there.
    success, message
        Whether it ended because it had converged, and why it ended.
    evaluations, iterations
        What it took.
    kind
        The type of result of ``ionworks_schema``: ``OptimizationResult``, ``EnsembleResult`` or
        ``PosteriorResult``.
    extra
        What this type of result has beside those: plain values.
    """

    x: Floats
    cost: float
    success: bool
    message: str
    evaluations: int
    iterations: int
    kind: str = "OptimizationResult"
    extra: dict[str, Any] = field(default_factory=dict)

    def written(self) -> dict[str, Any]:
        """Return plain values, for another process."""
        return {
            "x": [float(value) for value in self.x],
            "cost": float(self.cost),
            "success": bool(self.success),
            "message": self.message,
            "evaluations": int(self.evaluations),
            "iterations": int(self.iterations),
            "kind": self.kind,
            "extra": self.extra,
        }

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Optimum:
        """Read back what `written` gave."""
        return cls(**{**written, "x": np.asarray(written["x"], float)})
