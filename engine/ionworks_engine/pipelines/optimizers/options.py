"""The names of what each optimizer may be told: those of the libraries, and ours beside them."""

from __future__ import annotations

from collections.abc import Mapping

Names = frozenset[str]


def _names(text: str) -> Names:
    return frozenset(text.split())


_GRADIENT = "jac gtol eps finite_diff_rel_step disp"
MINIMIZE: Mapping[str, Names] = {
    "Nelder-Mead": _names("maxiter maxfev disp initial_simplex xatol fatol adaptive"),
    "Powell": _names("maxiter maxfev disp xtol ftol direc"),
    "CG": _names(f"{_GRADIENT} maxiter norm c1 c2"),
    "BFGS": _names(f"{_GRADIENT} maxiter norm xrtol c1 c2 hess_inv0"),
    "L-BFGS-B": _names(f"{_GRADIENT} maxiter maxcor ftol maxfun iprint maxls"),
    "TNC": _names(
        f"{_GRADIENT} scale offset mesg_num maxCGit eta stepmx accuracy minfev ftol xtol "
        "rescale maxfun"
    ),
    "COBYLA": _names("rhobeg maxiter disp catol f_target"),
    "COBYQA": _names(
        "disp maxfev maxiter f_target feasibility_tol initial_tr_radius final_tr_radius scale"
    ),
    "SLSQP": _names("jac maxiter ftol iprint disp eps finite_diff_rel_step"),
    "trust-constr": _names(
        "jac xtol gtol barrier_tol maxiter verbose finite_diff_rel_step disp "
        "initial_constr_penalty initial_tr_radius initial_barrier_parameter "
        "initial_barrier_tolerance factorization_method"
    ),
}
"""By method of ``scipy.optimize.minimize``; methods that need second derivatives are left out."""

UNBOUNDED = frozenset({"CG", "BFGS"})
"""Methods of ``minimize`` that know no bounds."""

SCIPY: Mapping[str, Names] = {
    "ScipyMinimize": _names("method tol max_iterations options"),
    "ScipyLeastSquares": _names(
        "method jac ftol xtol gtol x_scale loss f_scale diff_step tr_solver tr_options max_nfev "
        "max_iterations verbose"
    ),
    "ScipyLsqLinear": _names(
        "method jac_rel_step warm_start tol lsq_solver lsmr_tol lsmr_maxiter max_iter "
        "max_iterations verbose"
    ),
    "ScipyDifferentialEvolution": _names(
        "workers max_iterations maxiter population_size popsize strategy mutation recombination "
        "seed tol atol polish init updating disp"
    ),
    "ScipyDualAnnealing": _names(
        "max_iterations maxiter initial_temp restart_temp_ratio visit accept maxfun seed "
        "no_local_search minimizer_kwargs"
    ),
    "ScipyBasinhopping": _names(
        "max_iterations niter T stepsize minimizer_kwargs interval seed niter_success "
        "target_accept_rate stepwise_factor disp"
    ),
    "ScipyShgo": _names("max_iterations n iters sampling_method minimizer_kwargs options"),
}
LOCAL = _names("method tol options jac")
"""What ``minimizer_kwargs`` of a global method may say."""

ASK_TELL = _names(
    "log_to_screen sigma0 max_iterations max_unchanged_iterations "
    "max_unchanged_iterations_threshold min_iterations max_evaluations population_size threshold "
    "absolute_tolerance relative_tolerance xtol population_convergence_tol flat_fitness_tol "
    "convergence_patience surrogate_convergence_tol algorithm_options"
)
_SURROGATE = "n_initial noise_floor"
METHODS: Mapping[str, Names | None] = {
    "CMAES": None,
    "Nelder-Mead": frozenset(),
    "XNES": frozenset(),
    "PSO": _names(
        "inertia_weight constriction c1 c2 boundary_handling velocity_clamping v_max_fraction "
        "max_iterations"
    ),
    "DifferentialEvolution": _names(
        "mutation_strategy crossover_method F CR dither p_best_rate archive_size_ratio "
        "memory_size boundary_handling"
    ),
    "BayesianOptimization": _names(_SURROGATE),
    "TuRBO": _names(
        f"{_SURROGATE} n_candidates tr_length_init tr_length_min tr_length_max "
        "tr_success_tolerance tr_failure_tolerance gp_max_points"
    ),
    "SOBER": _names(f"{_SURROGATE} n_candidates n_nystrom gp_kernel"),
}
"""Algorithm options by ask/tell method; ``None``: whatever the library knows (pycma)."""

BOUNDARIES = ("absorb", "reflect", "random", "ignore")
MUTATIONS = (
    "rand_1",
    "best_1",
    "current_to_best_1",
    "rand_2",
    "best_2",
    "current_to_pbest_1",
)
CROSSOVERS = ("binomial", "exponential")
CLAMPINGS = ("none", "fraction", "adaptive")
NOISES = ("standard", "low", "deterministic")
WORDS: Mapping[str, tuple[str, ...]] = {
    "boundary_handling": BOUNDARIES,
    "mutation_strategy": MUTATIONS,
    "crossover_method": CROSSOVERS,
    "velocity_clamping": CLAMPINGS,
}
"""Options that are one of a few words."""

SAMPLERS = (
    "DramACMC",
    "HamiltonianMCMC",
    "HaarioBardenetACMC",
    "MALAMCMC",
    "MetropolisRandomWalkMCMC",
    "MonomialGammaHamiltonianMCMC",
    "NoUTurnMCMC",
    "PopulationMCMC",
    "RelativisticMCMC",
    "SliceDoublingMCMC",
    "SliceRankShrinkingMCMC",
    "SliceStepoutMCMC",
)
