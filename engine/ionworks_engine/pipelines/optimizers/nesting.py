"""A search in a search: the outer one over some parameters, the inner one over all others.

At each point of the outer search the inner one runs to its end, from where it ended last: with
least squares inside this is variable projection (G. H. Golub and V. Pereyra, SIAM J. Numer. Anal.
10(2), 1973, doi:10.1137/0710036).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ionworks_engine.pipelines.errors import near, refuse
from ionworks_engine.pipelines.optimizers.base import Floats, Minimisable, Optimum

Inner = Callable[[Mapping[str, Any], Minimisable], Optimum]


class Concentrated:
    """What is left of a problem when all but some parameters are always at their best.

    Parameters
    ----------
    problem
        The whole problem.
    names
        The parameters of the outer search.
    inner
        Settings of the inner search.
    search
        Runs it.

    Raises
    ------
    PipelineError
        If a name is none of the problem's, or nothing is left for the inner search.
    """

    def __init__(
        self, problem: Minimisable, names: Sequence[str], inner: Mapping[str, Any], search: Inner
    ) -> None:
        self._problem, self._settings, self._search = problem, inner, search
        self.has_residuals = problem.has_residuals
        known = list(problem.names)
        for name in names:
            if name not in known:
                words = f"no parameter of this fit is called {name!r}{near(name, known)}"
                raise refuse("optimizer.parameters", words)
        self.names = [name for name in known if name in names]
        self._rest = [name for name in known if name not in names]
        if not self._rest:
            raise refuse("optimizer.parameters", "all parameters: none is left for 'inner'")
        self._mine = np.array([known.index(name) for name in self.names])
        self._others = np.array([known.index(name) for name in self._rest])
        whole = np.asarray(problem.start, float)
        self.start = whole[self._mine]
        self.lower = np.asarray(problem.lower, float)[self._mine]
        self.upper = np.asarray(problem.upper, float)[self._mine]
        self._last = whole
        self.evaluations = 0
        self._best: tuple[float, Floats] | None = None

    def cost(self, x: Floats) -> float:
        """Return the least cost that the inner search finds at an outer point."""
        whole = self._last.copy()
        whole[self._mine] = x
        found = self._search(self._settings, self._problem.restricted(self._rest, whole))
        whole[self._others] = found.x
        self._last = whole
        self.evaluations += found.evaluations
        if self._best is None or found.cost < self._best[0]:
            self._best = found.cost, whole.copy()
        return found.cost

    def costs(self, points: Floats) -> Floats:
        """Return the costs at the rows of a matrix, one after another."""
        return np.array([self.cost(point) for point in points])

    def best(self) -> Floats:
        """Return the best whole point so far."""
        return self._last if self._best is None else self._best[1]

    def values(self, x: Floats) -> Mapping[str, float]:
        """Return the outer parameters at a point, the inner ones as they were last."""
        whole = self._last.copy()
        whole[self._mine] = x
        return self._problem.values(whole)

    def stop(self) -> bool:
        """Whether there is no time left."""
        return self._problem.stop()

    def residuals(self, x: Floats) -> Floats:
        """Return the whole problem's residuals at the best inner point."""
        self.cost(x)
        return self._problem.residuals(self._last)

    def jacobian(self, x: Floats) -> Floats | None:
        """Return nothing: what the inner search does is not differentiated."""
        del x
        return None

    def log_prior(self, x: Floats) -> float:
        """Refuse: an inner search has no density."""
        raise refuse("optimizer", f"a nested problem cannot be sampled (at {x})")

    log_likelihood = log_prior

    def restricted(self, names: Sequence[str], fixed: Floats) -> Minimisable:
        """Refuse: it is a part already."""
        del fixed
        raise refuse("optimizer.optimizer", f"cannot be Nested itself (over {list(names)})")
