"""Optimizers find what is known, as scipy does where they are scipy's, and end when they should."""

import time

import numpy as np
import pytest
import scipy.optimize
from closed_forms import Line, Valley
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.optimizers import Optimum, catalogue, run

LOCAL = ["Nelder-Mead", "Powell", "CG", "BFGS", "L-BFGS-B", "TNC", "COBYLA", "COBYQA", "SLSQP"]
LOCAL += ["trust-constr"]
NO_STOP = {"xtol": None, "population_convergence_tol": None, "max_unchanged_iterations": 10**6}


def found(settings, problem=None, **options):
    assert not list(catalogue.check(settings, "optimizer"))
    before = repr(settings)
    optimum = run(settings, problem or Valley(), **{"seed": 3, **options})
    assert repr(settings) == before
    return optimum


@pytest.mark.parametrize(
    ("settings", "tolerance"),
    [
        *(({"type": "ScipyMinimize", "method": method}, 1e-2) for method in LOCAL),
        ({"type": "ScipyMinimize"}, 1e-4),
        ({"type": "ScipyLeastSquares"}, 1e-6),
        ({"type": "ScipyLeastSquares", "method": "dogbox"}, 1e-6),
        ({"type": "ScipyDifferentialEvolution"}, 1e-6),
        ({"type": "ScipyDualAnnealing", "max_iterations": 50}, 1e-4),
        ({"type": "ScipyBasinhopping", "niter": 5}, 1e-4),
        ({"type": "ScipyShgo"}, 1e-4),
        *(({"type": kind}, 1e-5) for kind in ("CMAES", "DifferentialEvolution", "PSO", "XNES")),
        ({"type": "Pints"}, 1e-5),
        ({"type": "AskTellOptimizer", "method": "Nelder-Mead"}, 1e-5),
        ({"type": "BayesianOptimization", "max_iterations": 25}, 0.2),
        ({"type": "TuRBO", "max_iterations": 25}, 0.2),
    ],
    ids=str,
)
def test_it_finds_the_bottom_of_the_valley(settings, tolerance):
    problem = Valley()
    optimum = found(settings, problem)
    assert optimum.x == pytest.approx([1, 1], abs=tolerance)
    assert optimum.cost == pytest.approx(problem.cost(optimum.x), abs=1e-15)
    assert optimum.evaluations >= 5
    assert optimum.iterations > 0
    assert optimum.kind == "OptimizationResult"
    assert all((x >= -2).all() and (x <= 3).all() for x in problem.evaluated) or settings[
        "type"
    ].startswith("ScipyB"), "no model is asked beyond the bounds"


@pytest.mark.parametrize("kind", ["CMAES", "XNES", "ScipyMinimize", "ScipyLeastSquares"])
@pytest.mark.parametrize("size", [1, 4])
def test_it_needs_no_bounds(kind, size):
    optimum = found({"type": kind}, Valley(size, bounded=False))
    assert optimum.x == pytest.approx(np.ones(size), abs=1e-3)


@pytest.mark.parametrize("mutation", ["rand_1", "best_1", "current_to_best_1", "rand_2", "best_2"])
@pytest.mark.parametrize("crossover", ["binomial", "exponential"])
def test_every_differential_evolution_finds_the_bottom(mutation, crossover):
    own = {"mutation_strategy": mutation, "crossover_method": crossover}
    optimum = found({"type": "DifferentialEvolution", "algorithm_options": own}, Valley(3))
    assert optimum.x == pytest.approx([1, 1, 1], abs=1e-4)


@pytest.mark.parametrize("how", ["absorb", "reflect", "random", "ignore"])
@pytest.mark.parametrize("kind", ["DifferentialEvolution", "PSO"])
def test_a_bottom_at_the_bound_is_found_from_inside(kind, how):
    problem = Valley()
    problem.upper = np.array([0.5, 3.0])
    problem.start = np.array([0.0, 0.0])
    settings = {"type": kind, "algorithm_options": {"boundary_handling": how}}
    optimum = found({**settings, "max_iterations": 200}, problem)
    assert optimum.x == pytest.approx([0.5, 0.25], abs=5e-2 if how == "random" else 2e-3)
    assert all((x <= problem.upper).all() for x in problem.evaluated)


@pytest.mark.parametrize(
    "own",
    [
        {"inertia_weight": [0.9, 0.4], "c1": 1.5, "c2": 1.5, "max_iterations": 100},
        {"velocity_clamping": "none"},
        {"velocity_clamping": "adaptive", "v_max_fraction": 0.5, "max_iterations": 300},
        {"constriction": False, "c1": 0.7, "c2": 0.7, "inertia_weight": [0.7, 0.7]},
    ],
    ids=str,
)
def test_every_swarm_finds_the_bottom(own):
    optimum = found({"type": "PSO", "algorithm_options": own})
    assert optimum.x == pytest.approx([1, 1], abs=1e-3)


def test_shade_solves_what_its_paper_is_about():
    """Rastrigin's function in 5 dimensions has 11**5 pits; only one is the deepest."""

    class Pits(Valley):
        has_residuals = False

        def cost(self, x):
            x = np.asarray(x)
            return float(10 * len(x) + np.sum(x**2 - 10 * np.cos(2 * np.pi * x)))

    problem = Pits(5)
    problem.lower, problem.upper = np.full(5, -5.12), np.full(5, 5.12)
    settings = {"type": "DifferentialEvolution", "population_size": 50, "max_iterations": 600}
    optimum = found(settings, problem)
    assert optimum.cost < 1e-3


def scipy_by_hand(name, **options):
    problem = Valley()
    bounds = [(-2.0, 3.0)] * 2
    return getattr(scipy.optimize, name)(problem.cost, bounds, **options)


@pytest.mark.parametrize(
    ("settings", "by_hand"),
    [
        (
            {"type": "ScipyDifferentialEvolution", "max_iterations": 7, "population_size": 4},
            lambda: scipy_by_hand(
                "differential_evolution", maxiter=7, popsize=4, polish=False, rng=3
            ),
        ),
        (
            {"type": "ScipyDifferentialEvolution", "maxiter": 5, "workers": -1, "seed": 8},
            lambda: scipy_by_hand(
                "differential_evolution", maxiter=5, polish=False, rng=8, updating="deferred"
            ),
        ),
        (
            {"type": "ScipyDualAnnealing", "maxiter": 20, "no_local_search": True},
            lambda: scipy_by_hand(
                "dual_annealing", maxiter=20, no_local_search=True, rng=3, x0=[0.6, 0.6]
            ),
        ),
        (
            {"type": "ScipyMinimize", "method": "nelder-mead", "max_iterations": 11},
            lambda: scipy.optimize.minimize(
                Valley().cost,
                [0.6, 0.6],
                method="Nelder-Mead",
                bounds=[(-2, 3)] * 2,
                options={"maxiter": 11},
            ),
        ),
        (
            {"type": "ScipyMinimize", "method": "Powell", "ftol": 1e-2, "tol": None},
            lambda: scipy.optimize.minimize(
                Valley().cost,
                [0.6, 0.6],
                method="Powell",
                bounds=[(-2, 3)] * 2,
                options={"ftol": 1e-2},
            ),
        ),
        (
            {"type": "ScipyMinimize", "method": "L-BFGS-B", "options": {"eps": 1e-7}},
            lambda: scipy.optimize.minimize(
                Valley().cost,
                [0.6, 0.6],
                method="L-BFGS-B",
                bounds=[(-2, 3)] * 2,
                options={"eps": 1e-7},
            ),
        ),
        (
            {"type": "ScipyLeastSquares", "max_nfev": 3, "diff_step": 1e-6},
            lambda: scipy.optimize.least_squares(
                Valley().residuals, [0.6, 0.6], bounds=(-2, 3), max_nfev=3, diff_step=1e-6
            ),
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_it_is_what_scipy_gives_by_hand(settings, by_hand):
    optimum, theirs = found(settings), by_hand()
    assert optimum.success == bool(theirs.success)
    # The best point seen: a step taken to differentiate may be better than where scipy ended.
    assert optimum.cost <= Valley().cost(theirs.x) * (1 + 1e-12)
    assert optimum.x == pytest.approx(theirs.x, abs=1e-3)
    if "Least" not in settings["type"]:  # whose differences scipy does not count
        assert optimum.evaluations == theirs.nfev


def test_derivatives_of_the_models_are_used_where_there_are_some():
    with_own, without = Valley(4, offers_jacobian=True), Valley(4)
    one = found({"type": "ScipyLeastSquares"}, with_own)
    two = found({"type": "ScipyLeastSquares"}, without)
    assert one.x == pytest.approx(two.x, abs=1e-6)
    assert len(with_own.evaluated) < len(without.evaluated) / 2
    forced = Valley(4, offers_jacobian=True)
    found({"type": "ScipyLeastSquares", "jac": "3-point"}, forced)
    assert len(forced.evaluated) > len(without.evaluated)
    descended = found({"type": "ScipyMinimize", "method": "BFGS"}, Valley(4, offers_jacobian=True))
    assert descended.x == pytest.approx(np.ones(4), abs=1e-5)


def test_bounded_linear_least_squares_is_solved_at_once():
    matrix, target = [[1.0, 0.5], [0.2, 2.0], [1.0, 1.0]], [3.0, -1.0, 0.5]
    problem = Line(matrix, target, [0.0, 0.0], [2.0, 2.0], [1.0, 1.0])
    theirs = scipy.optimize.lsq_linear(np.array(matrix), target, bounds=(0, 2), method="bvls")
    assert theirs.active_mask.any()
    optimum = found({"type": "ScipyLsqLinear"}, problem)
    assert optimum.x == pytest.approx(theirs.x, abs=1e-9)
    assert len(problem.evaluated) == 4
    problem.start = optimum.x
    warm = found({"type": "ScipyLsqLinear"}, problem)
    assert warm.x == pytest.approx(theirs.x, abs=1e-9)
    assert "active" in warm.message
    problem.start = np.array([2.0, 2.0])
    wrong = found({"type": "ScipyLsqLinear"}, problem)
    assert wrong.x == pytest.approx(theirs.x, abs=1e-9)
    assert "active" not in wrong.message


def test_a_grid_has_every_point_once():
    problem = Valley()
    optimum = found({"type": "GridSearch", "npts": 6}, problem)
    assert optimum.kind == "EnsembleResult"
    assert optimum.x.tolist() == [1.0, 1.0]
    assert optimum.cost == 0.0
    axis = np.linspace(-2, 3, 6)
    assert {tuple(s) for s in optimum.extra["samples"]} == {(a, b) for a in axis for b in axis}
    assert optimum.extra["costs"] == [Valley().cost(np.array(s)) for s in optimum.extra["samples"]]


@pytest.mark.parametrize(
    "kind", ["PointEstimateOptimizer", "PointEstimate", "Dummy", "DummyOptimizer", "DummySampler"]
)
def test_a_point_estimate_is_the_start(kind):
    problem = Valley()
    optimum = found({"type": kind}, problem)
    assert optimum.x.tolist() == [0.6, 0.6]
    assert (optimum.cost, optimum.kind) == (Valley().cost([0.6, 0.6]), "EnsembleResult")
    assert len(problem.evaluated) == 1


@pytest.mark.parametrize(
    "outer",
    [
        {"type": "CMAES", "max_iterations": 25},
        {"type": "ScipyMinimize", "method": "Nelder-Mead"},
        {"type": "ScipyLeastSquares"},
    ],
    ids=lambda value: value["type"],
)
def test_a_nested_search_holds_the_inner_parameters_at_their_best(outer):
    problem = Valley(3)
    inner = {"type": "ScipyLeastSquares"}
    settings = {"type": "Nested", "parameters": ["b"], "optimizer": outer, "inner": inner}
    optimum = found(settings, problem)
    assert optimum.x == pytest.approx([1, 1, 1], abs=2e-2)
    assert optimum.cost == pytest.approx(problem.cost(optimum.x))
    assert optimum.evaluations > optimum.iterations


def test_a_nested_search_may_be_nested():
    deeper = {
        "type": "Nested",
        "parameters": ["b"],
        "optimizer": {"type": "ScipyMinimize", "method": "Powell"},
        "inner": {"type": "ScipyLsqLinear"},
    }
    settings = {
        "type": "Nested",
        "parameters": ["a"],
        "optimizer": {"type": "ScipyMinimize", "method": "Nelder-Mead"},
        "inner": deeper,
    }
    assert found(settings, Valley(3)).x == pytest.approx([1, 1, 1], abs=2e-2)


@pytest.mark.parametrize("names", [["x"], ["a", "b"]])
def test_a_nested_search_needs_parameters_that_are_there_and_leave_some(names):
    part = {"type": "ScipyMinimize"}
    settings = {"type": "Nested", "parameters": names, "optimizer": part, "inner": part}
    with pytest.raises(PipelineError, match=r"optimizer\.parameters"):
        run(settings, Valley())


RANDOM = ["CMAES", "XNES", "PSO", "DifferentialEvolution", "ScipyDifferentialEvolution"]
RANDOM += ["ScipyDualAnnealing", "ScipyBasinhopping", "BayesianOptimization", "TuRBO"]


@pytest.mark.parametrize("kind", RANDOM)
def test_a_seed_repeats_a_search_and_leaves_numpys_own_alone(kind):
    settings = {"type": kind, "max_iterations": 4}
    if kind == "ScipyDualAnnealing":
        settings["no_local_search"] = True
    np.random.seed(5)
    first = found(settings, Valley(start=-1.9), seed=11)
    drawn = np.random.random()
    np.random.seed(5)
    assert np.random.random() == drawn
    again, other = (found(settings, Valley(start=-1.9), seed=seed) for seed in (11, 12))
    assert again.written() == first.written()
    assert other.written() != first.written()


def test_what_is_told_while_it_runs():
    told = []
    optimum = found({"type": "CMAES", "max_iterations": 5}, tell=told.append)
    assert [each["iteration"] for each in told] == [1, 2, 3, 4, 5]
    assert [each["best_cost"] for each in told] == sorted(
        (each["best_cost"] for each in told), reverse=True
    )
    assert told[-1]["best_cost"] == optimum.cost
    assert told[-1]["evaluations"] == optimum.evaluations == 30


def test_generations_are_evaluated_at_once_for_others_to_help():
    problem = Valley()
    found({"type": "DifferentialEvolution", "population_size": 12, "max_iterations": 3}, problem)
    assert problem.generations == [12, 12, 12]


@pytest.mark.parametrize(
    ("settings", "words", "success"),
    [
        ({"max_iterations": 3}, "max_iterations", False),
        ({"max_evaluations": 40, **NO_STOP}, "max_evaluations", False),
        ({"threshold": 0.5}, "threshold", True),
        ({"max_unchanged_iterations": 12, "absolute_tolerance": 9.0}, "max_iter", False),
        (
            {**NO_STOP, "max_unchanged_iterations": 2, "relative_tolerance": 0.999},
            "max_unchanged_iterations",
            True,
        ),
        ({**NO_STOP, "xtol": 0.2}, "xtol", True),
        ({**NO_STOP, "population_convergence_tol": 0.2}, "population_convergence_tol", True),
        ({**NO_STOP, "flat_fitness_tol": 1e-4}, "flat_fitness_tol", True),
    ],
    ids=str,
)
def test_every_rule_can_end_a_search(settings, words, success):
    defaults = {"absolute_tolerance": 1e9} if "relative_tolerance" in settings else {}
    common = {"type": "DifferentialEvolution", "population_size": 8, "max_iterations": 400}
    optimum = found({**common, **defaults, **settings})
    if words == "max_iter":
        assert optimum.iterations > 12, "an improvement of one per cent counts, however small"
        return
    assert words in optimum.message
    assert optimum.success is success
    assert optimum.evaluations <= settings.get("max_evaluations", 10**9)
    if words == "max_iterations":
        assert optimum.iterations == 3


def test_no_rule_is_looked_at_before_the_least_number_of_iterations():
    settings = {"type": "DifferentialEvolution", "threshold": 1e9, "min_iterations": 6}
    assert found(settings).iterations == 6


def test_the_surrogate_ends_when_nothing_is_to_be_gained():
    settings = {"type": "BayesianOptimization", "surrogate_convergence_tol": 0.5}
    assert "surrogate_convergence_tol" in found(settings).message


def test_the_limit_of_the_fit_goes_before_that_of_the_optimizer():
    assert found({"type": "ScipyMinimize", "method": "TNC"}, max_iterations=9).evaluations < 50
    for kind in ("CMAES", "ScipyDifferentialEvolution", "ScipyMinimize"):
        assert found({"type": kind, "max_iterations": 50}, max_iterations=2).iterations == 2
    assert found({"type": "CMAES", "max_iterations": 2}, max_iterations=50).iterations == 2
    assert len(found({"type": "ScipyLeastSquares"}, max_iterations=1).message) > 0


@pytest.mark.parametrize("kind", ["CMAES", "ScipyMinimize", "ScipyLeastSquares", "ScipyShgo"])
def test_when_the_time_is_over_the_best_point_so_far_is_the_answer(kind):
    problem = Valley()
    problem.time_is_up = True
    optimum = found({"type": kind}, problem)
    assert not optimum.success
    assert "time" in optimum.message
    assert optimum.cost == min(Valley().cost(x) for x in problem.evaluated)
    slow = Valley()
    slow.cost = lambda x: (time.sleep(0.01), Valley.cost(slow, x))[1]
    assert found({"type": "ScipyMinimize"}, slow, maxtime=0.03).evaluations < 10


@pytest.mark.parametrize("kind", ["DifferentialEvolution", "PSO", "TuRBO", "ScipyShgo"])
def test_what_needs_bounds_names_the_parameters_that_have_none(kind):
    problem = Valley()
    problem.upper = np.array([3.0, np.inf])
    with pytest.raises(PipelineError, match="finite bounds of 'b'"):
        run({"type": kind}, problem)


def test_what_needs_residuals_says_so():
    problem = Valley()
    problem.has_residuals = False
    with pytest.raises(PipelineError, match="sums of squares"):
        run({"type": "ScipyLeastSquares"}, problem)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"type": "ScipyLeastSquares", "method": "lm"}, "lm"),
        ({"type": "ScipyDifferentialEvolution", "strategy": "worst"}, "strategy"),
        ({"type": "CMAES", "algorithm_options": {"no_such_option": 1}}, "no_such_option"),
        ({"type": "CMAES", "sigma0": [0.1, 0.1, 0.1]}, "3 steps for 2 parameters"),
        ({"type": "GridSearch", "npts": 2000}, "250,000 are the most"),
    ],
)
def test_what_a_library_refuses_is_refused_in_its_words(settings, words):
    with pytest.raises(PipelineError, match=words):
        run(settings, Valley())


def test_the_first_step_may_be_given():
    wide, narrow = Valley(bounded=False), Valley(bounded=False)
    found({"type": "CMAES", "sigma0": 1.0, "max_iterations": 1}, wide)
    found({"type": "CMAES", "sigma0": [1e-6, 1e-3], "max_iterations": 1}, narrow)
    assert np.ptp(wide.evaluated, axis=0).min() > 0.1
    assert np.ptp(narrow.evaluated, axis=0)[0] < 1e-4 < np.ptp(narrow.evaluated, axis=0)[1]


def test_an_optimum_goes_to_another_process_and_back():
    optimum = found({"type": "GridSearch", "npts": 2})
    again = Optimum.read(optimum.written())
    assert again.written() == optimum.written()
