"""The names of what each optimizer may be told: those of the libraries, and ours beside them.

What each of them may be is told by ``kinds``.
"""

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
SHGO = _names(
    "maxfev f_min f_tol maxiter maxev maxtime minhgrd symmetry minimize_every_iter local_iter "
    "infty_constraints disp"
)
"""What ``options`` of ``shgo`` may say."""
LSMR = _names("regularize damp atol btol conlim maxiter")
"""What ``tr_options`` of ``least_squares`` may say."""

ASK_TELL = _names(
    "log_to_screen sigma0 max_iterations max_unchanged_iterations "
    "max_unchanged_iterations_threshold min_iterations max_evaluations population_size threshold "
    "absolute_tolerance relative_tolerance xtol population_convergence_tol flat_fitness_tol "
    "convergence_patience surrogate_convergence_tol algorithm_options"
)
_SURROGATE = "n_initial noise_floor"
METHODS: Mapping[str, Names] = {
    "CMAES": _names(
        "AdaptSigma CMA_active CMA_cmean CMA_diagonal CMA_elitist CMA_mirrors "
        "CMA_mu CMA_on CMA_rankmu CMA_rankone CSA_dampfac CSA_invariant_path CSA_squared maxstd "
        "maxstd_boundrange mindx minstd popsize"
    ),
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
"""Algorithm options by ask/tell method."""
CMAES_ELSEWHERE: Mapping[str, str] = {
    "bounds": "the bounds of the parameters",
    "seed": "the fit's options.seed",
    "timeout": "the fit's options.maxtime",
    "CMA_stds": "sigma0 of the optimizer",
    "ftarget": "threshold of the optimizer",
    "maxiter": "max_iterations of the optimizer",
    "maxfevals": "max_evaluations of the optimizer",
    "tolx": "xtol of the optimizer",
    "tolflatfitness": "flat_fitness_tol of the optimizer",
    **dict.fromkeys(
        ("tolfun", "tolfunhist", "tolfunrel"),
        "absolute_tolerance, relative_tolerance and max_unchanged_iterations of the optimizer",
    ),
    **dict.fromkeys(("tolstagnation", "tolxstagnation"), "max_unchanged_iterations"),
}
"""What stands for options of ``cma.CMAOptions`` that are not the method's own."""

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
