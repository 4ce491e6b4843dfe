"""Markov chains of the posterior, by the methods of ``pints``.

A quick search (Nelder-Mead) goes to the mode near the start first: methods that learn their steps
from where they have been learn nothing on a far slope. Chains then walk a space in which the mode
is at nought and every coordinate varies by about one, by the second differences of the
log-posterior there; they begin at a point drawn around the mode. Gradients, where a method needs
them, are central differences.

M. Clerx et al., "Probabilistic inference on noisy time series (PINTS)", J. Open Res. Softw. 7(1),
2019, doi:10.5334/jors.252.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ionworks_engine.pipelines.errors import refuse
from ionworks_engine.pipelines.optimizers import diagnostics
from ionworks_engine.pipelines.optimizers.base import Floats, Minimisable, Optimum
from ionworks_engine.pipelines.optimizers.options import SAMPLERS
from ionworks_engine.pipelines.optimizers.strategies import drawing
from ionworks_engine.pipelines.optimizers.watching import Stopped, Watched

DRAWS = 1000
BURN_IN = 0.1
"""Share of the draws that are not counted, where the settings do not say."""
_LEARNING = 0.2
"""Share of the draws in which a method may find its feet first, likewise, 200 at the most."""
_TRIES = 12
_WARM_UP = 150
"""Draws in which ``pints`` lets NUTS find its step at least; a shorter chain is looking for it
all the way."""
_WALK = 2.38
"""Over the square root of the number of parameters: the best step of a random walk (A. Gelman,
G. O. Roberts and W. R. Gilks, Bayesian Statistics 5, 1996)."""
_NUDGE = 1e-3
"""Step of a gradient, in the unit of the coordinate."""
_ENDLESS = 1e300
"""Stands in for what a point without any density costs: searches take no infinity."""
_SEARCH = 200
"""Evaluations of the search for the mode, for each parameter, at the most."""
_NEAR = 0.05
"""How near to its maximum the search comes, in the logarithm of the posterior."""
_AROUND, _FAR = 1.5, 20.0
"""How wide first points are drawn around the mode, in units; how much less likely they may be."""
_NARROW = 0.2
"""Share of its unit below which the spread of a chain is not the posterior's."""
_FLAT = 1e-4
"""Of a curvature in units of its diagonal: below it nothing is known of that direction."""
_LEARNT = 200
"""As many steps as a method has adapted before: ``pints`` gives the first one a weight of 1, by
which a chain that has not moved yet forgets all it knows of the posterior's width."""


def sample(
    settings: Mapping[str, Any], watched: Watched, limit: int | None, seed: int | None
) -> Optimum:
    """Draw one chain from the posterior, from the start of the problem.

    Returns
    -------
    Optimum
        At the best point of the chain, with the chain beside it: ``chains`` (chain, draw,
        parameter) in the parameters' own units, ``log_pdfs`` (chain, draw) of the density over
        the search space, and what `diagnostics.describe` says of them.
    """
    method = settings.get("method") or SAMPLERS[0]
    count = int(settings.get("max_iterations") or DRAWS)
    count = count if limit is None else min(count, limit)
    try:
        chain = _Chain(method, _Posterior(watched, count), count, settings, seed)
    except Stopped as stopped:
        raise refuse("optimizer", f"no time for a chain to begin: {stopped}") from None
    message, success = "All draws were made.", True
    try:
        chain.run(count)
    except Stopped as stopped:
        message, success = str(stopped), False
    if len(chain.points) < 2:
        raise refuse("optimizer", f"no time for even two draws: {message}")
    burnin = settings.get("burnin_iterations")
    burnin = round(BURN_IN * len(chain.points)) if burnin is None else int(burnin)
    return _told(watched, method, chain, min(burnin, len(chain.points) - 2), success, message)


def merged(found: Sequence[Optimum], names: Sequence[str]) -> Optimum:
    """Make one posterior of chains from several starts.

    Parameters
    ----------
    found
        What `sample` came to from each start.
    names
        The parameters, in their order.

    Returns
    -------
    Optimum
        The best of them, with all chains; they are cut to the length of the shortest.
    """
    best = min(found, key=lambda one: one.cost)
    draws = min(len(one.extra["chains"][0]) for one in found)
    chains = np.array([one.extra["chains"][0][:draws] for one in found])
    log_pdfs = [one.extra["log_pdfs"][0][:draws] for one in found]
    burnin = min(max(one.extra["burnin"] for one in found), draws - 2)
    rates = [one.extra["acceptance_rate"] for one in found]
    narrow = [name for name in names if any(name in one.extra["narrow"] for one in found)]
    extra = {
        **best.extra,
        **diagnostics.describe(chains, names, burnin, narrow),
        "narrow": narrow,
        "log_pdfs": log_pdfs,
        "acceptance_rate": float(np.mean(rates)),
    }
    return Optimum(
        best.x,
        best.cost,
        all(one.success for one in found),
        best.message,
        sum(one.evaluations for one in found),
        sum(one.iterations for one in found),
        best.kind,
        extra,
    )


class _Posterior:
    """The log-posterior over coordinates of unit scale, nought at its mode.

    Parameters
    ----------
    watched
        The problem.
    count
        How many draws there will be: the search for the mode takes no more evaluations.

    Attributes
    ----------
    unit
        How far each coordinate of the search varies while the others stand still: the least that
        a chain of it spreads. NaN where that could not be measured.
    """

    def __init__(self, watched: Watched, count: int) -> None:
        self.watched = watched
        self._ends = watched.lower, watched.upper
        self.start = np.clip(watched.start, *self._ends)
        size = len(self.start)
        self._shape = np.eye(size)
        if not math.isfinite(self._at(self.start)):
            raise refuse("optimizer", "the posterior is nought at the start of the chain")
        self._climb(min(_SEARCH * size, count))
        self.top = self(np.zeros(size))
        self.unit, steps = self._measured(self.top)
        self._shape = self._whitened(steps)

    def _climb(self, most: int) -> None:
        """Move the start to the mode near by: down the slope, then over what hides it."""
        from scipy.optimize import minimize

        until = self.watched.evaluations + most
        bounds = self.watched.bounds if self.watched.is_bounded else None
        value = -self._at(self.start)
        while (left := until - self.watched.evaluations) > 0:
            before = value
            for method, options in self._methods(left):
                found = minimize(
                    lambda x: min(-self._at(x), _ENDLESS),
                    self.start,
                    method=method,
                    bounds=bounds,
                    options=options,
                )
                if found.fun < value:
                    self.start, value = np.clip(found.x, *self._ends), float(found.fun)
            if before - value < _NEAR:
                break

    def _methods(self, left: int) -> list[tuple[str, dict[str, Any]]]:
        steps = [0.02 * min(abs(x) or 1.0, self._reach(k)) for k, x in enumerate(self.start)]
        inside = self.start + steps <= self.watched.upper
        corners = self.start + np.diag(np.where(inside, steps, -np.array(steps)))
        simplex = np.vstack([self.start, corners])
        return [
            ("L-BFGS-B", {"maxfun": left // 2, "eps": 1e-2 * np.array(steps)}),
            (
                "Nelder-Mead",
                {
                    "initial_simplex": simplex,
                    "maxfev": left // 2,
                    "xatol": math.inf,
                    "fatol": 0.1 * _NEAR,
                },
            ),
        ]

    def point(self, scaled: Floats) -> Floats:
        """Return the search space's point."""
        return np.asarray(self.start + self._shape @ scaled)

    def __call__(self, scaled: Floats) -> float:
        return self._at(self.point(np.asarray(scaled, float)))

    def _at(self, point: Floats) -> float:
        self.watched.check_time()
        if (point < self.watched.lower).any() or (point > self.watched.upper).any():
            return -math.inf
        problem: Minimisable = self.watched.problem
        log_prior = problem.log_prior(point)
        if not math.isfinite(log_prior):
            return -math.inf
        value = log_prior + problem.log_likelihood(point)
        value = value if math.isfinite(value) else -math.inf
        self.watched.seen(point, -value)
        return value

    def with_gradient(self, scaled: Floats) -> tuple[float, Floats]:
        """Return the log-posterior and its derivatives, nought where there is no density."""
        value = self(scaled)
        gradient = np.zeros(len(scaled))
        if math.isfinite(value):
            for index in range(len(scaled)):
                ends = [self._nudged(scaled, index, way) for way in (_NUDGE, -_NUDGE)]
                if all(map(math.isfinite, ends)):
                    gradient[index] = (ends[0] - ends[1]) / (2 * _NUDGE)
        return value, gradient

    def _nudged(self, scaled: Floats, index: int, by: float) -> float:
        moved = np.array(scaled, float)
        moved[index] += by
        return self(moved)

    def _measured(self, first: float) -> tuple[Floats, Floats]:
        """Return how far each coordinate varies: where the second difference is one.

        Beside it the same with a guess in place of what could not be measured.
        """
        origin = np.zeros(len(self.start))
        units = np.full(len(self.start), math.nan)
        guesses = 0.01 * np.where(self.start == 0, 1.0, np.abs(self.start))
        for index, step in enumerate(guesses):
            for _ in range(_TRIES):
                ends = [self._nudged(origin, index, way) for way in (step, -step)]
                bend = 2 * first - sum(ends)
                if math.isfinite(bend) and 0.3 < bend < 3:
                    units[index] = step / math.sqrt(bend)
                    break
                step *= 0.1 if not bend < 3 else 4.0
                step = min(step, self._reach(index))
        return units, np.where(np.isfinite(units), units, guesses)

    def _whitened(self, steps: Floats) -> Floats:
        """Return the directions in which the posterior varies by one, none with another.

        Mixed second differences make the curvature; where it is no hill the coordinates stay.
        """
        size = len(steps)
        bends = np.eye(size)
        for i in range(size):
            for j in range(i):
                corners = [
                    a * b * self(a * steps * np.eye(size)[i] + b * steps * np.eye(size)[j])
                    for a in (1, -1)
                    for b in (1, -1)
                ]
                bends[i, j] = bends[j, i] = -sum(corners) / 4
        if not np.isfinite(bends).all() or np.linalg.eigvalsh(bends)[0] < _FLAT:
            return np.diag(steps)
        return np.asarray(steps[:, None] * np.linalg.cholesky(np.linalg.inv(bends)))

    def _reach(self, index: int) -> float:
        span = float(self.watched.upper[index] - self.watched.lower[index])
        return span if math.isfinite(span) and span > 0 else 10 * (abs(self.start[index]) or 1.0)


def _first(posterior: _Posterior, rng: np.random.Generator) -> Floats:
    """Return where a chain begins: around the mode, so that several come from several sides."""
    for _ in range(_TRIES):
        drawn = rng.normal(0.0, _AROUND, len(posterior.start))
        if posterior(drawn) > posterior.top - _FAR:
            return drawn
    return np.zeros(len(posterior.start))


class _Chain:
    """One chain of a method of ``pints``."""

    def __init__(
        self,
        method: str,
        posterior: _Posterior,
        count: int,
        settings: Mapping[str, Any],
        seed: int | None,
    ) -> None:
        import pints

        self.posterior = posterior
        rng = np.random.default_rng(seed)
        self._state = np.random.RandomState(rng.integers(2**32)).get_state()
        origin = _first(posterior, rng)
        walks = method == "MetropolisRandomWalkMCMC"
        width = _WALK**2 / len(origin) if walks else 1.0
        self._sampler = getattr(pints, method)(origin, np.full(len(origin), width))
        if isinstance(self._sampler, pints.AdaptiveCovarianceMC):
            self._sampler._adaptations = _LEARNT
        if method == "MALAMCMC":
            self._sampler.set_epsilon(np.ones(len(origin)))
        learning = settings.get("initial_phase_iterations")
        self._learning = min(200, round(_LEARNING * count)) if learning is None else int(learning)
        if hasattr(self._sampler, "set_number_adaption_steps"):
            self._sampler.set_number_adaption_steps(max(_WARM_UP, self._learning))
        elif self._sampler.needs_initial_phase():
            self._sampler.set_initial_phase(self._learning > 0)
        self._needs_gradient = self._sampler.needs_sensitivities()
        self.points: list[Floats] = []
        self.log_pdfs: list[float] = []
        self.accepted = 0

    def run(self, count: int) -> None:
        """Make so many draws."""
        with drawing(self._state), np.errstate(all="ignore"):
            while len(self.points) < count:
                asked = self._sampler.ask()
                if asked is None:
                    continue
                told = self._sampler.tell(self._evaluated(asked))
                if told is not None:
                    self._drawn(told)

    def _evaluated(self, asked: Floats) -> Any:
        if self._needs_gradient:
            return self.posterior.with_gradient(asked)
        return self.posterior(asked)

    def _drawn(self, told: Any) -> None:
        point, log_pdf, accepted = told
        self.points.append(self.posterior.point(np.array(point, float)))
        self.log_pdfs.append(float(log_pdf[0] if self._needs_gradient else log_pdf))
        self.accepted += bool(accepted)
        self.posterior.watched.step()
        if len(self.points) == self._learning and self._sampler.needs_initial_phase():
            self._sampler.set_initial_phase(False)


def _told(
    watched: Watched, method: str, chain: _Chain, burnin: int, success: bool, message: str
) -> Optimum:
    values = [watched.problem.values(point) for point in chain.points]
    chains = np.array([[[one[name] for name in watched.names] for one in values]])
    spread = np.std(chain.points[burnin:], axis=0)
    narrow = [
        name
        for name, width, unit in zip(watched.names, spread, chain.posterior.unit, strict=True)
        if width < _NARROW * unit
    ]
    extra = {
        "method": method,
        **diagnostics.describe(chains, watched.names, burnin, narrow),
        "log_pdfs": [chain.log_pdfs],
        "acceptance_rate": chain.accepted / len(chain.points),
        "narrow": narrow,
    }
    cost = float(watched.problem.cost(watched.best))
    return watched.optimum(success, message, cost=cost, kind="PosteriorResult", extra=extra)
