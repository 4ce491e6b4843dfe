"""Markov chains of the posterior, by the methods of ``pints``.

Chains walk a space in which every coordinate of the search begins at nought and varies by about
one: its unit is measured at the start, by second differences of the log-posterior. Gradients,
where a method needs them, are central differences.

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
_WALK = 2.38
"""Over the square root of the number of parameters: the best step of a random walk (A. Gelman,
G. O. Roberts and W. R. Gilks, Bayesian Statistics 5, 1996)."""
_NUDGE = 1e-3
"""Step of a gradient, in the unit of the coordinate."""


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
    posterior = _Posterior(watched)
    chain = _Chain(method, posterior, count, settings, seed)
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
    extra = {
        **best.extra,
        **diagnostics.describe(chains, names, burnin),
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
    """The log-posterior over coordinates of unit scale."""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        self.start = np.clip(watched.start, watched.lower, watched.upper)
        self.unit = np.ones(len(self.start))
        first = self(np.zeros(len(self.start)))
        if not math.isfinite(first):
            raise refuse("optimizer", "the posterior is nought at the start of the chain")
        self.unit = self._measured(first)

    def point(self, scaled: Floats) -> Floats:
        """Return the search space's point."""
        return np.asarray(self.start + scaled * self.unit)

    def __call__(self, scaled: Floats) -> float:
        self.watched.check_time()
        point = self.point(np.asarray(scaled, float))
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

    def _measured(self, first: float) -> Floats:
        """Return how far each coordinate varies: where the second difference is one."""
        origin = np.zeros(len(self.start))
        units = np.empty(len(self.start))
        for index, value in enumerate(self.start):
            step = 0.01 * (abs(value) or 1.0)
            fallback = step
            for _ in range(_TRIES):
                ends = [self._nudged(origin, index, way) for way in (step, -step)]
                bend = 2 * first - sum(ends)
                if math.isfinite(bend) and 0.3 < bend < 3:
                    fallback = step / math.sqrt(bend)
                    break
                step *= 0.1 if not bend < 3 else 4.0
                step = min(step, self._reach(index))
            units[index] = fallback
        return units

    def _reach(self, index: int) -> float:
        span = float(self.watched.upper[index] - self.watched.lower[index])
        return span if math.isfinite(span) and span > 0 else 10 * (abs(self.start[index]) or 1.0)


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

        self._posterior = posterior
        origin = np.zeros(len(posterior.start))
        rng = np.random.default_rng(seed)
        self._state = np.random.RandomState(rng.integers(2**32)).get_state()
        walks = method == "MetropolisRandomWalkMCMC"
        width = _WALK**2 / len(origin) if walks else 1.0
        self._sampler = getattr(pints, method)(origin, np.full(len(origin), width))
        if method == "MALAMCMC":
            self._sampler.set_epsilon(np.ones(len(origin)))
        learning = settings.get("initial_phase_iterations")
        self._learning = min(200, round(_LEARNING * count)) if learning is None else int(learning)
        if hasattr(self._sampler, "set_number_adaption_steps"):
            self._sampler.set_number_adaption_steps(self._learning)
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
            return self._posterior.with_gradient(asked)
        return self._posterior(asked)

    def _drawn(self, told: Any) -> None:
        point, log_pdf, accepted = told
        self.points.append(self._posterior.point(np.array(point, float)))
        self.log_pdfs.append(float(log_pdf[0] if self._needs_gradient else log_pdf))
        self.accepted += bool(accepted)
        self._posterior.watched.step()
        if len(self.points) == self._learning and self._sampler.needs_initial_phase():
            self._sampler.set_initial_phase(False)


def _told(
    watched: Watched, method: str, chain: _Chain, burnin: int, success: bool, message: str
) -> Optimum:
    values = [watched.problem.values(point) for point in chain.points]
    chains = np.array([[[one[name] for name in watched.names] for one in values]])
    extra = {
        "method": method,
        **diagnostics.describe(chains, watched.names, burnin),
        "log_pdfs": [chain.log_pdfs],
        "acceptance_rate": chain.accepted / len(chain.points),
    }
    cost = float(watched.problem.cost(watched.best))
    return watched.optimum(success, message, cost=cost, kind="PosteriorResult", extra=extra)
