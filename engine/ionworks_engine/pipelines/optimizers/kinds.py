"""What each option of an optimizer may be: a closed list, so that no library reads what it likes.

Some libraries evaluate words, and read files that words name. So an option reaches one only as a
number, a switch, one of a few words or a list of numbers, and only if it is listed here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ionworks_engine.pipelines.optimizers import ceilings


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value must be, in words and as a test."""

    right: str
    holds: Callable[[Any], bool]

    def __or__(self, other: Kind) -> Kind:
        return Kind(f"{self.right}, or {other.right}", lambda v: self.holds(v) or other.holds(v))


def is_whole(value: Any) -> bool:
    """Whether it is a whole number, and not true or false."""
    return isinstance(value, int) and not isinstance(value, bool)


def whole(low: int, high: int) -> Kind:
    """Return the kind of whole numbers of a range."""
    return Kind(
        f"a whole number from {low:,} to {high:,}", lambda v: is_whole(v) and low <= v <= high
    )


def number(low: float = -math.inf, high: float = math.inf) -> Kind:
    """Return the kind of numbers of a range, its ends among them."""
    right = "a number"
    if math.isfinite(low):
        right += f" from {low:g} to {high:g}" if math.isfinite(high) else f" of at least {low:g}"
    return Kind(right, lambda v: _is_number(v) and low <= v <= high)


def word(*words: str) -> Kind:
    """Return the kind of one of a few words."""
    listed = ", ".join(map(repr, words))
    return Kind(f"one of {listed}", lambda v: isinstance(v, str) and v in words)


def listed(each: Kind) -> Kind:
    """Return the kind of a list of numbers, not too long."""
    return Kind(
        f"a list of at most {ceilings.NUMBERS:,} of them, each {each.right}",
        lambda v: (
            isinstance(v, list) and 0 < len(v) <= ceilings.NUMBERS and all(map(each.holds, v))
        ),
    )


def _is_number(value: Any) -> bool:
    # An int beyond the range of floats is none that a library can take.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and _is_finite(value)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _is_pair(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2 and all(map(_is_number, value))


def _is_range(value: Any) -> bool:
    return _is_pair(value) and value[0] <= value[1]


def _is_matrix(value: Any) -> bool:
    if not isinstance(value, list) or not all(isinstance(row, list) and row for row in value):
        return False
    rows = {len(row) for row in value}
    count = sum(map(len, value))
    return (
        len(rows) == 1
        and count <= ceilings.NUMBERS
        and all(_is_number(n) for r in value for n in r)
    )


FLAG = Kind("true or false", lambda v: isinstance(v, bool))
ABOVE_0 = Kind("a number above 0", lambda v: _is_number(v) and v > 0)
AT_LEAST_0 = number(0)
SHARE = number(0, 1)
COUNT = whole(1, ceilings.COUNT)
LOUDNESS = FLAG | whole(-1, 1_000)
MATRIX = Kind(f"rows of numbers, at most {ceilings.NUMBERS:,} in all", _is_matrix)
RANGE = Kind("[low, high]", _is_range)
DIFFERENCES = word("2-point", "3-point")
EACH_ABOVE_0 = ABOVE_0 | listed(ABOVE_0)

BOUNDARIES = ("absorb", "reflect", "random", "ignore")
MUTATIONS = ("rand_1", "best_1", "current_to_best_1", "rand_2", "best_2", "current_to_pbest_1")
NOISES = ("standard", "low", "deterministic")
STRATEGIES = tuple(
    f"{mutant}{crossover}"
    for mutant in ("best1", "best2", "rand1", "rand2", "randtobest1", "currenttobest1")
    for crossover in ("bin", "exp")
)
"""Of scipy's differential evolution."""


def _of(kind: Kind, names: str) -> dict[str, Kind]:
    return dict.fromkeys(names.split(), kind)


KINDS: Mapping[str, Kind] = {
    **_of(COUNT, "max_iterations max_unchanged_iterations min_iterations max_evaluations maxiter"),
    **_of(COUNT, "convergence_patience max_nfev maxfun maxfev maxev niter max_iter lsmr_maxiter"),
    **_of(COUNT, "tr_success_tolerance tr_failure_tolerance interval niter_success"),
    **_of(whole(1, ceilings.POPULATION), "population_size popsize memory_size CMA_mu"),
    **_of(whole(1, ceilings.WARM_UP), "n_initial n"),
    **_of(whole(1, ceilings.CANDIDATES), "n_candidates"),
    **_of(whole(1, ceilings.OBSERVATIONS), "gp_max_points"),
    **_of(whole(1, ceilings.GRID), "npts"),
    **_of(whole(0, ceilings.DRAWS), "burnin_iterations initial_phase_iterations"),
    **_of(whole(1, 20), "iters"),
    **_of(whole(1, 1_000), "maxcor maxls"),
    **_of(whole(-1, ceilings.COUNT), "maxCGit mesg_num"),
    **_of(whole(-1, 1_000), "workers"),
    **_of(whole(0, 2**32 - 1), "seed"),
    **_of(LOUDNESS, "disp iprint verbose local_iter"),
    **_of(AT_LEAST_0, "absolute_tolerance relative_tolerance xtol population_convergence_tol"),
    **_of(AT_LEAST_0, "flat_fitness_tol surrogate_convergence_tol tol ftol gtol atol btol xatol"),
    **_of(AT_LEAST_0, "max_unchanged_iterations_threshold fatol xrtol catol feasibility_tol f_tol"),
    **_of(AT_LEAST_0, "barrier_tol initial_barrier_tolerance minhgrd damp T c1 c2 minfev"),
    **_of(AT_LEAST_0, "CMA_on CMA_rankmu CMA_rankone CMA_mirrors mindx minstd"),
    **_of(number(), "threshold f_target f_min accept eta stepmx accuracy rescale"),
    **_of(ABOVE_0, "F jac_rel_step tr_length_init tr_length_min tr_length_max rhobeg norm"),
    **_of(ABOVE_0, "initial_tr_radius final_tr_radius initial_constr_penalty conlim f_scale"),
    **_of(ABOVE_0, "initial_barrier_parameter initial_temp visit stepsize maxtime"),
    **_of(ABOVE_0, "CMA_cmean CSA_dampfac maxstd maxstd_boundrange"),
    **_of(SHARE, "CR p_best_rate v_max_fraction recombination restart_temp_ratio"),
    **_of(SHARE, "target_accept_rate stepwise_factor"),
    **_of(number(0, 100), "archive_size_ratio"),
    **_of(EACH_ABOVE_0, "eps finite_diff_rel_step diff_step sigma0"),
    **_of(FLAG, "adaptive warm_start polish no_local_search symmetry minimize_every_iter"),
    **_of(FLAG, "infty_constraints regularize log_to_screen constriction"),
    **_of(FLAG, "AdaptSigma CMA_active CMA_elitist CSA_squared CSA_invariant_path"),
    **_of(MATRIX, "initial_simplex direc hess_inv0"),
    "scale": FLAG | listed(number()),
    "offset": listed(number()),
    "x_scale": EACH_ABOVE_0 | word("jac"),
    "jac": DIFFERENCES,
    "loss": word("linear", "soft_l1", "huber", "cauchy", "arctan"),
    "tr_solver": word("exact", "lsmr"),
    "lsq_solver": word("exact", "lsmr"),
    "lsmr_tol": AT_LEAST_0 | word("auto"),
    "factorization_method": word(
        "NormalEquation", "AugmentedSystem", "QRFactorization", "SVDFactorization"
    ),
    "strategy": word(*STRATEGIES),
    "mutation": number(0, 2) | RANGE,
    "init": word("latinhypercube", "sobol", "halton", "random") | MATRIX,
    "updating": word("immediate", "deferred"),
    "sampling_method": word("simplicial", "halton", "sobol"),
    "boundary_handling": word(*BOUNDARIES),
    "mutation_strategy": word(*MUTATIONS),
    "crossover_method": word("binomial", "exponential"),
    "velocity_clamping": word("none", "fraction", "adaptive"),
    "dither": FLAG | RANGE,
    "inertia_weight": Kind("[start, end]", _is_pair),
    "noise_floor": word(*NOISES) | Kind("[low, high] above 0", lambda v: _is_range(v) and v[0] > 0),
    "CMA_diagonal": FLAG | whole(2, ceilings.COUNT),
}
"""By the name of the option: it is the same wherever the name stands."""
DRAWN: Mapping[str, Kind] = {**KINDS, "max_iterations": whole(2, ceilings.DRAWS)}
"""Of samplers, which keep every iteration."""

PARTS = frozenset(
    {"type", "method", "parameters", "optimizer", "inner"}
    | {"options", "minimizer_kwargs", "tr_options", "algorithm_options"}
)
"""Options that have options of their own, or whose words depend on the type."""
