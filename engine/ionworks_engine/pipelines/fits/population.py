"""Many evaluations of one problem, shared with the workers that have nothing to do.

The problem is rebuilt by a helper from the request that its owner runs for and from the element
it belongs to, once: a helper keeps the last ones it built. Helpers send back bare outcomes, so
that penalties, traces and counts are the owner's alone and the numbers do not depend on who
computed them.

A helper rebuilds with ``runner.context_of(origin)``, the context of the element that the request
names, and ``fits.data_fit.problem(element, context)``; it evaluates with ``problem.outcome(x)``
and runs a start with ``fits.data_fit.start_one(problem, start)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ionworks_engine.pipelines.aid import Aid
from ionworks_engine.pipelines.optimizers.base import Floats, Optimum


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one evaluation came to: the bare cost, or NaN and the solver's words."""

    cost: float
    error: str = ""


class Population:
    """Evaluate the points of one problem.

    Parameters
    ----------
    evaluate
        The bare cost at a point: no penalty, no trace, the same in every process.
    aid
        Who may help.
    element
        What a helper rebuilds the problem from, beside ``aid.origin``: the wire form of the
        element whose objectives, parameters and cost these are. ``None``: nobody can help.
    """

    def __init__(
        self,
        evaluate: Callable[[Floats], Outcome],
        aid: Aid,
        element: Mapping[str, Any] | None,
    ) -> None:
        self._evaluate = evaluate
        self._aid = aid
        self._element = element

    def outcomes(self, points: Floats) -> list[Outcome]:
        """Return the outcome at each row of a matrix, in their order."""
        raise NotImplementedError


def optima(
    start_one: Callable[[Mapping[str, Any]], dict[str, Any]],
    starts: Sequence[Mapping[str, Any]],
    aid: Aid,
    element: Mapping[str, Any] | None,
) -> list[dict[str, Any]]:
    """Run an optimizer from several starts, shared with idle workers.

    Parameters
    ----------
    start_one
        Runs one start and returns plain values (an `Optimum` ``written``, its trace, counts).
    starts
        What each start is given: plain values (its point, its seed, the optimizer's settings).
    aid, element
        As of a `Population`. A helper calls ``fits.data_fit.start_one(problem, start)``.
    """
    raise NotImplementedError


__all__ = ["Optimum", "Outcome", "Population", "optima"]
