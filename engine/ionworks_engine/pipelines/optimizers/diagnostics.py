"""What a set of Markov chains says: summary, convergence, and how much they are worth.

A. Gelman et al., "Bayesian data analysis", 3rd edition, 2014, 11.4 and 11.5.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ionworks_engine.pipelines.optimizers.base import Floats

_FEWEST = 4
"""Draws of half a chain below which nothing is said of its convergence."""
_ROUND_OFF = 1e-10
"""Share of its values below which the spread of a chain is none."""
MOST_R_HAT = 1.05
"""Above it chains, or the halves of one, do not agree."""
FEWEST_WORTH = 50
"""Independent draws below which a summary is coarse."""
_LEAST_ACCEPTED, _MOST_ACCEPTED = 0.02, 0.95
_WALKS = frozenset({"DramACMC", "HaarioBardenetACMC", "MetropolisRandomWalkMCMC"})
"""Methods whose steps are too small where nearly all are accepted; others may accept them all."""


def describe(
    chains: Floats, names: Sequence[str], burnin: int, narrow: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what the results of a sampler have beside the optimum.

    Parameters
    ----------
    chains
        Of shape (chain, draw, parameter), in the parameters' own units.
    names
        The parameters.
    burnin
        How many draws at the beginning of each chain are not counted.
    narrow
        Parameters whose chains are known to hold still, however well their halves agree.

    Returns
    -------
    dict
        ``chains``, ``parameter_names``, ``burnin``, and by parameter ``r_hat``, ``ess`` and
        ``posterior_summary``; what cannot be said, of a chain that holds still, is left out.
    """
    kept = chains[:, burnin:]
    by_name = {name: kept[:, :, index] for index, name in enumerate(names)}
    moving = {name: draws for name, draws in by_name.items() if name not in narrow}
    return {
        "chains": chains.tolist(),
        "parameter_names": list(names),
        "burnin": burnin,
        "r_hat": _known({name: r_hat(draws) for name, draws in moving.items()}),
        "ess": _known({name: effective_size(draws) for name, draws in moving.items()}),
        "posterior_summary": {name: _summary(draws) for name, draws in by_name.items()},
    }


def doubts(told: Mapping[str, Any]) -> Iterator[str]:
    """Say why chains are not to be trusted, a sentence each; nothing where they may be.

    Parameters
    ----------
    told
        What `describe` said, with the ``method``, the ``acceptance_rate`` and which parameters are
        ``narrow``.
    """
    kept = len(told["chains"][0]) - told["burnin"]
    still = [name for name in told["parameter_names"] if name not in told["r_hat"]]
    if kept < 2 * _FEWEST:
        yield f"The chains have {kept} draws each: too few to tell whether they have converged."
    elif still:
        yield (
            f"The chains of {_listed(still)} hold still: their spread is not that of the "
            "posterior; start elsewhere, draw more, or use another method, such as "
            "SliceStepoutMCMC."
        )
    apart = {name: each for name, each in told["r_hat"].items() if each > MOST_R_HAT}
    if apart:
        yield (
            f"The chains do not agree on {_listed(apart)} (r_hat up to {max(apart.values()):.3g}, "
            f"which should be below {MOST_R_HAT}): draw more."
        )
    few = {name: each for name, each in told["ess"].items() if each < FEWEST_WORTH}
    if few:
        yield (
            f"The draws of {_listed(few)} are worth {min(few.values()):.0f} independent ones only: "
            "means and quantiles are coarse; draw more."
        )
    rate = told["acceptance_rate"]
    if rate < _LEAST_ACCEPTED or (rate > _MOST_ACCEPTED and told["method"] in _WALKS):
        size = "large" if rate < _LEAST_ACCEPTED else "small"
        yield f"{rate:.3g} of all proposals were accepted: the steps were too {size}."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))


def r_hat(draws: Floats) -> float:
    """Return the potential scale reduction of split chains: near 1 when they agree.

    Parameters
    ----------
    draws
        Of one parameter, of shape (chain, draw); one chain is enough, as each is split in two.

    Returns
    -------
    float
        NaN for chains that are too short or never moved.
    """
    half = draws.shape[1] // 2
    if half < _FEWEST or _is_still(draws):
        return math.nan
    parts = np.vstack([draws[:, :half], draws[:, -half:]])
    within = float(parts.var(axis=1, ddof=1).mean())
    between = half * float(parts.mean(axis=1).var(ddof=1))
    return math.sqrt((half - 1) / half + between / (within * half))


def effective_size(draws: Floats) -> float:
    """Return how many independent draws the chains are worth.

    By the autocorrelations up to where the sum of two neighbouring ones is no longer positive
    (C. J. Geyer, Stat. Sci. 7(4), 1992), with the variance between the split chains.

    Parameters
    ----------
    draws
        Of one parameter, of shape (chain, draw).
    """
    half = draws.shape[1] // 2
    if half < _FEWEST or _is_still(draws):
        return math.nan
    parts = np.vstack([draws[:, :half], draws[:, -half:]])
    within = float(parts.var(axis=1, ddof=1).mean())
    spread = (half - 1) / half * within + float(parts.mean(axis=1).var(ddof=1))
    covariances = np.mean([_autocovariances(part) for part in parts], axis=0)
    correlations = 1.0 - (within - covariances) / spread
    pairs = correlations[1 : 2 * ((half - 1) // 2) + 1].reshape(-1, 2).sum(axis=1)
    ends = np.flatnonzero(pairs <= 0)
    total = float(pairs[: ends[0] if len(ends) else len(pairs)].sum())
    return parts.size / (1.0 + 2.0 * total)


def _is_still(draws: Floats) -> bool:
    """Whether any of the chains never moved, but for round-off."""
    spread = np.ptp(draws, axis=1)
    return bool(np.any(spread <= _ROUND_OFF * np.abs(draws).max()))


def _autocovariances(values: Floats) -> Floats:
    """Return the autocovariances of a series, by the Fourier transform."""
    count = len(values)
    power = np.abs(np.fft.rfft(values - values.mean(), 2 * count)) ** 2
    return np.asarray(np.fft.irfft(power)[:count] / count)


def _summary(draws: Floats) -> dict[str, float]:
    flat = draws.ravel()
    low, median, high = (float(q) for q in np.quantile(flat, [0.05, 0.5, 0.95]))
    return {
        "mean": float(flat.mean()),
        "std": float(flat.std(ddof=1)),
        "median": median,
        "q05": low,
        "q95": high,
    }


def _known(values: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in values.items() if math.isfinite(value)}
