"""The catalogue knows what may be told to whom, and needs none of them to say so."""

import inspect
import subprocess
import sys

import ionworks_schema as iws
import pytest
import scipy.optimize
from ionworks_engine.pipelines.optimizers import catalogue, ceilings, options
from ionworks_engine.pipelines.optimizers.kinds import DRAWN, KINDS, PARTS

SCHEMA = iws.parameter_estimators


def problems(settings):
    return list(catalogue.check(settings, "optimizer"))


def test_it_needs_no_library_of_those_it_knows():
    code = (
        "import sys; from ionworks_engine.pipelines.optimizers import catalogue as c;"
        "assert not list(c.check({'type': 'CMAES'}, ''));"
        "print([m for m in ('scipy', 'pints', 'cma', 'sklearn', 'pybamm') if m in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_path()
    )
    assert told.stdout.strip() == "[]"


def _path():
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.mark.parametrize(
    "optimizer",
    [
        SCHEMA.ScipyMinimize(method="L-BFGS-B", max_iterations=5, tol=1e-3),
        SCHEMA.ScipyLeastSquares(method="trf", ftol=1e-4, max_nfev=9),
        SCHEMA.ScipyLsqLinear(method="bvls", jac_rel_step=1e-2, warm_start=False),
        SCHEMA.ScipyDifferentialEvolution(workers=2, population_size=5, mutation=[0.5, 1]),
        SCHEMA.ScipyDualAnnealing(initial_temp=100.0, no_local_search=True),
        SCHEMA.ScipyBasinhopping(niter=3, T=2.0, stepsize=0.1, minimizer_kwargs={"tol": 1e-3}),
        SCHEMA.ScipyShgo(n=10, iters=2, sampling_method="sobol"),
        SCHEMA.CMAES(sigma0=[0.1, 0.2], algorithm_options={"CMA_diagonal": True}),
        SCHEMA.DifferentialEvolution(
            algorithm_options=SCHEMA.DEOptions(F=0.6, CR=0.8, dither=[0.4, 0.9], memory_size=4)
        ),
        SCHEMA.PSO(algorithm_options=SCHEMA.PSOOptions(inertia_weight=[0.9, 0.4], c1=1.4)),
        SCHEMA.XNES(),
        SCHEMA.BayesianOptimization(
            algorithm_options=SCHEMA.BayesianOptimizationOptions(n_initial=4, noise_floor="low")
        ),
        SCHEMA.TuRBO(algorithm_options=SCHEMA.TuRBOOptions(tr_length_init=0.4, n_candidates=99)),
        SCHEMA.AskTellOptimizer("PSO", algorithm_options={"c1": 1.0}),
        SCHEMA.AskTellOptimizer("Nelder-Mead"),
        SCHEMA.Nested(parameters=["a"], optimizer=SCHEMA.CMAES(), inner=SCHEMA.ScipyMinimize()),
        SCHEMA.GridSearch(npts=4),
        SCHEMA.PointEstimateOptimizer(),
        SCHEMA.PointEstimateSampler(),
        SCHEMA.DummyOptimizer(),
        SCHEMA.DummySampler(),
        SCHEMA.PintsSampler(method="NoUTurnMCMC", burnin_iterations=10, max_iterations=50),
    ],
    ids=lambda optimizer: type(optimizer).__name__,
)
def test_everything_that_the_schema_writes_is_taken(optimizer):
    assert problems(optimizer.to_config()) == []


def test_every_type_of_the_schema_is_known():
    union = SCHEMA.Nested.model_fields["inner"].annotation
    kinds = {c.model_fields["type"].default for c in union.__args__}
    assert kinds - {"SOBER"} <= set(catalogue.OPTIMIZERS)
    assert set(SCHEMA.parameter_estimators.ASK_TELL_DEFAULTS) <= options.ASK_TELL


SOLVERS = {
    "Nelder-Mead": "neldermead",
    "L-BFGS-B": "lbfgsb",
    "trust-constr": "trustregion_constr",
}


@pytest.mark.parametrize("name", sorted(options.MINIMIZE))
def test_the_options_of_minimize_are_those_of_scipy(name):
    module = scipy.optimize._minimize
    solver = getattr(module, f"_minimize_{SOLVERS.get(name, name.lower())}")
    theirs = set(inspect.signature(solver).parameters)
    # How much is printed: some releases of scipy know of it no more, and only say so.
    loudness = {"disp", "iprint"}
    assert options.MINIMIZE[name] - {"jac"} - loudness <= theirs


@pytest.mark.parametrize(
    ("kind", "function", "ours"),
    [
        ("ScipyLeastSquares", "least_squares", {"max_iterations"}),
        ("ScipyLsqLinear", "lsq_linear", {"max_iterations", "jac_rel_step", "warm_start"}),
        ("ScipyDifferentialEvolution", "differential_evolution", None),
        ("ScipyDualAnnealing", "dual_annealing", {"max_iterations"}),
        ("ScipyBasinhopping", "basinhopping", {"max_iterations"}),
        ("ScipyShgo", "shgo", {"max_iterations"}),
    ],
)
def test_the_options_of_the_others_are_those_of_scipy(kind, function, ours):
    ours = {"max_iterations", "population_size"} if ours is None else ours
    theirs = set(inspect.signature(getattr(scipy.optimize, function)).parameters)
    assert options.SCIPY[kind] - ours <= theirs


@pytest.mark.parametrize(
    ("settings", "path", "words"),
    [
        ("CMAES", "", "an object with a 'type'"),
        ({}, ".type", "no optimizer None"),
        ({"type": "CMAS"}, ".type", "did you mean 'CMAES'"),
        ({"type": ["CMAES"]}, ".type", "there is no optimizer"),
        ({"type": "SOBER"}, ".type", "TuRBO"),
        ({"type": "Pints", "method": "SOBER"}, ".method", "TuRBO"),
        ({"type": "AskTellOptimizer", "method": "DE"}, ".method", "no method 'DE'"),
        ({"type": "PSO", "swarm": 3}, ".swarm", "no option 'swarm'"),
        ({"type": "PSO", "algorithm_options": {"c3": 1}}, ".algorithm_options.c3", "c3"),
        ({"type": "PSO", "algorithm_options": [1]}, ".algorithm_options", "an object"),
        (
            {"type": "PSO", "algorithm_options": {"boundary_handling": "bounce"}},
            ".algorithm_options.boundary_handling",
            "'reflect'",
        ),
        (
            {"type": "PSO", "algorithm_options": {"constriction": True, "inertia_weight": [1, 0]}},
            ".algorithm_options.constriction",
            "inertia_weight",
        ),
        (
            {"type": "TuRBO", "algorithm_options": {"noise_floor": [0, 1]}},
            ".algorithm_options.noise_floor",
            "above 0",
        ),
        ({"type": "CMAES", "max_iterations": 0}, ".max_iterations", "from 1 to"),
        ({"type": "CMAES", "max_iterations": True}, ".max_iterations", "from 1 to"),
        ({"type": "CMAES", "xtol": -1}, ".xtol", "at least 0"),
        ({"type": "CMAES", "sigma0": 0}, ".sigma0", "above 0"),
        ({"type": "ScipyMinimize", "method": "Newton-CG"}, ".method", "L-BFGS-B"),
        ({"type": "ScipyMinimize", "method": "Powell", "xatol": 1}, ".xatol", "xatol"),
        ({"type": "ScipyMinimize", "options": {"no": 1}}, ".options.no", "no option"),
        ({"type": "ScipyLeastSquares", "method": "gauss"}, ".method", "'dogbox'"),
        ({"type": "ScipyBasinhopping", "take_step": 1}, ".take_step", "no option"),
        (
            {"type": "ScipyShgo", "minimizer_kwargs": {"args": 1}},
            ".minimizer_kwargs.args",
            "no option",
        ),
        ({"type": "ScipyDifferentialEvolution", "seed": -1}, ".seed", "4,294,967,295"),
        ({"type": "GridSearch", "npts": 2.5}, ".npts", "whole number"),
        ({"type": "PintsSampler", "method": "Gibbs"}, ".method", "no sampling method"),
        (
            {"type": "PintsSampler", "max_iterations": 10, "burnin_iterations": 10},
            ".burnin_iterations",
            "below max_iterations",
        ),
        ({"type": "Nested"}, ".parameters", "needs the names"),
        ({"type": "Nested", "parameters": ["a"], "inner": {"type": "X"}}, ".inner.type", "'X'"),
        (
            {
                "type": "Nested",
                "parameters": ["a"],
                "inner": {"type": "GridSearch"},
                "optimizer": {"type": "PSO"},
            },
            ".inner",
            "cannot be nested",
        ),
    ],
    ids=str,
)
def test_what_is_wrong_is_named_where_it_stands(settings, path, words):
    found = dict(problems(settings))
    assert f"optimizer{path}" in found
    assert words in found[f"optimizer{path}"]


@pytest.mark.parametrize("kind", ["CMAES", "XNES", "PintsSampler", "BayesianOptimization"])
def test_what_is_not_installed_is_refused_with_the_command_that_installs_it(kind, monkeypatch):
    monkeypatch.setattr(catalogue, "find_spec", lambda _: None)
    [(path, words)] = problems({"type": kind})
    assert path == "optimizer.type"
    assert "pip install 'ionworks-api[fit]'" in words
    assert problems({"type": "DifferentialEvolution"}) == []


def test_what_an_optimizer_needs_is_known_beforehand():
    assert catalogue.needs_bounds({"type": "Pints", "method": "PSO"})
    assert not catalogue.needs_bounds({"type": "Pints"})
    assert catalogue.needs_residuals({"type": "ScipyLsqLinear"})
    assert catalogue.is_sampler({"type": "PintsSampler"})
    assert not catalogue.is_sampler({"type": "GridSearch"})


def all_options():
    """Every option of every optimizer, wherever it stands."""
    tables = [options.MINIMIZE, options.SCIPY, options.METHODS, catalogue.OPTIMIZERS]
    own = [each for table in tables for name, each in table.items() if name != "SOBER"]
    return frozenset().union(*own, options.ASK_TELL, options.LOCAL, options.SHGO, options.LSMR)


def test_no_option_passes_without_a_kind():
    assert all_options() <= KINDS.keys() | PARTS
    assert KINDS.keys() <= all_options(), "a kind of no option"


@pytest.mark.parametrize("kinds", [KINDS, DRAWN])
def test_no_option_is_any_text_or_object(kinds):
    strange = ["/etc/hostname", "9**9**9**9", {"path": "x"}, [["x"]], 10**400, float("nan")]
    for value in [*strange, *([each] for each in strange)]:
        assert [name for name, kind in kinds.items() if kind.holds(value)] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("signals_filename", "/etc/hostname"),
        ("verb_filenameprefix", "/tmp/x"),
        ("verb_log", 1),
        ("randn", "np.random.randn"),
        ("CMA_sampler", "x"),
        ("vv", {}),
        ("is_feasible", "x"),
        ("termination_callback", "x"),
        ("CMA_eigenmethod", "x"),
        ("CMA_mu", "popsize // 2"),
        ("popsize", "4 + 3"),
        ("CMA_diagonal", 1),
    ],
)
def test_cma_is_told_numbers_and_switches_of_a_closed_list(name, value):
    [(path, _)] = problems({"type": "Pints", "algorithm_options": {name: value}})
    assert path == f"optimizer.algorithm_options.{name}"


@pytest.mark.parametrize("name", sorted(options.CMAES_ELSEWHERE))
def test_what_of_cma_is_set_elsewhere_is_refused_with_the_place(name):
    [(_, words)] = problems({"type": "CMAES", "algorithm_options": {name: 1}})
    assert options.CMAES_ELSEWHERE[name] in words
    import cma

    assert name in cma.CMAOptions.defaults()


@pytest.mark.parametrize(
    ("settings", "path", "most"),
    [
        *(
            ({"type": kind, "population_size": 10**8}, ".population_size", "2,000")
            for kind in ("DifferentialEvolution", "PSO", "CMAES", "XNES", "TuRBO", "Pints")
        ),
        ({"type": "ScipyDifferentialEvolution", "popsize": 10**8}, ".popsize", "2,000"),
        ({"type": "CMAES", "algorithm_options": {"popsize": 2001}}, "*.popsize", "2,000"),
        ({"type": "PSO", "max_iterations": 10**10}, ".max_iterations", "1,000,000,000"),
        ({"type": "ScipyMinimize", "method": "TNC", "maxfun": 2**31}, ".maxfun", "1,000,000,000"),
        (
            {"type": "DifferentialEvolution", "algorithm_options": {"memory_size": 10**8}},
            "*.memory_size",
            "2,000",
        ),
        (
            {"type": "DifferentialEvolution", "algorithm_options": {"archive_size_ratio": 101}},
            "*.archive_size_ratio",
            "100",
        ),
        (
            {"type": "BayesianOptimization", "algorithm_options": {"n_initial": 10**8}},
            "*.n_initial",
            "10,000",
        ),
        ({"type": "TuRBO", "algorithm_options": {"n_candidates": 5001}}, "*.n_candidates", "5,000"),
        (
            {"type": "TuRBO", "algorithm_options": {"gp_max_points": 9**9}},
            "*.gp_max_points",
            "2,000",
        ),
        ({"type": "ScipyShgo", "n": 10**8}, ".n", "10,000"),
        ({"type": "ScipyShgo", "iters": 21}, ".iters", "20"),
        ({"type": "PintsSampler", "max_iterations": 10**6}, ".max_iterations", "100,000"),
        ({"type": "GridSearch", "npts": 10**6}, ".npts", "250,000"),
        ({"type": "CMAES", "sigma0": [1.0] * 10_001}, ".sigma0", "10,000"),
        (
            {"type": "ScipyDifferentialEvolution", "init": [[0.5] * 2] * 5_001},
            ".init",
            "10,000",
        ),
    ],
    ids=lambda each: str(each)[:60],
)
def test_sizes_have_ceilings(settings, path, most):
    found = dict(problems(settings))
    words = found["optimizer" + path.replace("*", ".algorithm_options")]
    assert most in words
    assert len(words) < 200


def test_a_grid_is_refused_for_its_points_where_their_number_is_known():
    settings = {"type": "GridSearch", "npts": 100}
    [(path, words)] = catalogue.check(settings, "optimizer", 3)
    assert path == "optimizer.npts"
    assert words == "100**3 points; 250,000 are the most"
    assert not list(catalogue.check(settings, "optimizer", 2))
    assert [*catalogue.check(settings, "optimizer", 3_000)], "a number of 6000 digits"


def test_what_a_sampler_cannot_do_with_one_parameter_is_refused():
    settings = {"type": "PintsSampler", "method": "RelativisticMCMC"}
    [(path, words)] = catalogue.check(settings, "optimizer", 1)
    assert path == "optimizer.method"
    assert "HamiltonianMCMC" in words
    assert not list(catalogue.check(settings, "optimizer", 2))


def test_starts_have_a_ceiling_and_a_meaning():
    assert ceilings.of_starts(1_000, {"type": "PointEstimate"}) is None
    assert "1,000 are the most" in ceilings.of_starts(1_001, None)
    for kind in ("GridSearch", "ScipyShgo"):
        assert "leave multistarts out" in ceilings.of_starts(2, {"type": kind})
        assert ceilings.of_starts(1, {"type": kind}) is None


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"type": "ScipyShgo", "options": {"jac": "x"}}, ".options.jac"),
        ({"type": "ScipyShgo", "options": {"maxfev": "9"}}, ".options.maxfev"),
        ({"type": "ScipyShgo", "minimizer_kwargs": {"method": "no"}}, ".minimizer_kwargs.method"),
        (
            {"type": "ScipyDualAnnealing", "minimizer_kwargs": {"options": {"fatol": 1}}},
            ".minimizer_kwargs.options.fatol",
        ),
        (
            {"type": "ScipyDualAnnealing", "minimizer_kwargs": {"options": {"maxiter": "9"}}},
            ".minimizer_kwargs.options.maxiter",
        ),
        ({"type": "ScipyLeastSquares", "tr_options": {"show": True}}, ".tr_options.show"),
        ({"type": "ScipyLeastSquares", "method": ["trf"]}, ".method"),
        ({"type": "ScipyLsqLinear", "method": ["trf"]}, ".method"),
        ({"type": "ScipyMinimize", "jac": "cs"}, ".jac"),
        ({"type": "CMAES", "population_size": 9, "algorithm_options": {"popsize": 9}}, "*.popsize"),
        (
            {
                "type": "Nested",
                "parameters": ["a"],
                "optimizer": {"type": "PSO"},
                "inner": {"type": ["PSO"]},
            },
            ".inner.type",
        ),
    ],
    ids=str,
)
def test_options_of_options_are_looked_at_too(settings, path):
    assert "optimizer" + path.replace("*", ".algorithm_options") in dict(problems(settings))


def test_much_that_is_wrong_is_told_shortly():
    settings = {"type": "PSO", "algorithm_options": {f"x{n}": n for n in range(20_000)}}
    found = problems(settings)
    assert len(found) == 21
    assert found[-1][1] == "19,980 more options that PSO does not have"
    [(_, words)] = problems({"type": "x" * 10**6})
    assert len(words) < 200
