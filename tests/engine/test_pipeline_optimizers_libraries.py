"""What libraries are told: nothing that they could evaluate or open, and what makes them right."""

import numpy as np
import pytest
import scipy.optimize
from closed_forms import Valley
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.optimizers import catalogue, options, run


def found(settings, problem=None, **more):
    assert not list(catalogue.check(settings, "optimizer"))
    return run(settings, problem or Valley(), **{"seed": 3, **more})


def test_shgo_leaves_the_cells_of_its_local_searches():
    """The least point is in another cell than the best corner: scipy's own answer is a wall."""

    class Skew(Valley):
        has_residuals = False

        def cost(self, x):
            self.evaluated.append(np.array(x))
            times = np.linspace(0, 2, 41)
            gap = x[0] * np.exp(-x[1] * times) - 2.756 * np.exp(-3.111 * times)
            return float(gap @ gap)

    problem = Skew()
    problem.lower, problem.upper = np.array([2.17, 0.57]), np.array([9.7, 18.2])
    bounds = list(zip(problem.lower, problem.upper, strict=True))
    theirs = scipy.optimize.shgo(problem.cost, bounds)
    assert abs(theirs.x[1] - 3.111) > 1, "nothing to mend"
    optimum = found({"type": "ScipyShgo"}, problem)
    assert optimum.x == pytest.approx([2.756, 3.111], rel=1e-4)
    assert optimum.evaluations < 200


def test_shgo_differentiates_by_wide_steps_that_stay_inside():
    problem = Valley()
    problem.has_residuals = False
    problem.lower, problem.upper = np.array([-2.0, -2.0]), np.array([0.5, 3.0])
    found({"type": "ScipyShgo"}, problem)
    points = np.array(problem.evaluated)
    assert (points >= problem.lower).all()
    assert (points <= problem.upper).all()
    gaps = np.abs(np.diff(points, axis=0)).max(axis=1)
    assert (gaps[(gaps > 0) & (gaps < 1e-2)] > 1e-5).mean() > 0.8, "steps of a solver's noise"


@pytest.mark.parametrize("optimum", [0.0, 0.3, 1.0])
def test_a_covariance_of_one_bounded_parameter_finds_it_anywhere(optimum):
    """At a bound ``cma`` 4.5 widens the spread of one coordinate to its limit, and fails."""

    class Ditch(Valley):
        def residuals(self, x):
            return np.array([x[0] - optimum])

    problem = Ditch(1, start=0.5)
    problem.lower, problem.upper = np.zeros(1), np.ones(1)
    for kind in ("CMAES", "Pints"):
        for sigma0 in (None, 5.0):
            settings = {"type": kind, "sigma0": sigma0, "xtol": 1e-9}
            assert found(settings, problem).x == pytest.approx([optimum], abs=1e-4)
    with pytest.raises(PipelineError, match=r"maxstd: needs two parameters"):
        found({"type": "CMAES", "algorithm_options": {"maxstd": 0.1}}, problem)


OWN = {
    "AdaptSigma": False, "CMA_active": False, "CMA_cmean": 0.5, "CMA_diagonal": True,
    "CMA_elitist": True, "CMA_mirrors": 0.2, "CMA_mu": 2, "CMA_on": 0.5,
    "CMA_rankmu": 0.2, "CMA_rankone": 0.2, "CSA_dampfac": 0.5, "CSA_invariant_path": True,
    "CSA_squared": True, "maxstd": 1e-3, "maxstd_boundrange": 1e-3, "mindx": 0.5, "minstd": 0.5,
    "popsize": 9,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(options.METHODS["CMAES"]))
def test_every_option_of_a_covariance_changes_the_search(name):
    ways = []
    for own in ({}, {name: OWN[name]}):
        problem = Valley(3)
        found({"type": "CMAES", "max_iterations": 30, "algorithm_options": own}, problem)
        ways.append(np.array(problem.evaluated))
    assert ways[0].shape != ways[1].shape or not np.allclose(*ways)


def test_a_covariance_reads_and_writes_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cma_signals.in").write_text("{'timeout': 0, 'CMA_on': 0, 'CMA_cmean': 0}")
    opened = []
    monkeypatch.setattr("builtins.open", lambda *given, **_: opened.append(given))
    settings = {"type": "CMAES", "max_iterations": 30}
    beside = found(settings).x
    assert opened == []
    assert [each.name for each in tmp_path.iterdir()] == ["cma_signals.in"]
    (tmp_path / "cma_signals.in").unlink()
    assert found(settings).x == pytest.approx(beside, abs=0)


def test_settings_are_judged_again_where_they_are_used():
    own = {"signals_filename": "/etc/hostname"}
    with pytest.raises(PipelineError, match=r"optimizer\.algorithm_options\.signals_filename"):
        run({"type": "CMAES", "algorithm_options": own}, Valley())


def test_what_a_library_cannot_do_is_a_refusal():
    with pytest.raises(PipelineError, match="CMAES"):
        found({"type": "CMAES", "algorithm_options": {"CMA_mu": 1000}})


class Small(Valley):
    """The valley seen from so high that absolute tolerances take the start for its bottom."""

    def residuals(self, x):
        return 1e-7 * super().residuals(x)

    def jacobian(self, x):
        slopes = super().jacobian(x)
        return None if slopes is None else 1e-7 * slopes


@pytest.mark.parametrize(
    "settings",
    [
        {"type": "ScipyLeastSquares"},
        {"type": "ScipyLeastSquares", "loss": "soft_l1", "f_scale": 1e-6},
        {"type": "ScipyMinimize"},
        *({"type": "ScipyMinimize", "method": one} for one in ("BFGS", "CG", "SLSQP", "TNC")),
        {"type": "ScipyDualAnnealing", "max_iterations": 20},
        {"type": "ScipyBasinhopping", "niter": 5},
        {"type": "ScipyShgo"},
        {"type": "ScipyDifferentialEvolution", "max_iterations": 5, "polish": True},
    ],
    ids=str,
)
def test_small_costs_are_no_reason_to_stay_at_the_start(settings):
    problem = Small()
    optimum = run(settings, problem, seed=3)
    assert optimum.x == pytest.approx([1, 1], abs=2e-2)
    assert optimum.cost == pytest.approx(problem.cost(optimum.x), rel=1e-9), "the true cost"


def test_a_target_and_a_robust_scale_are_in_the_true_units():
    target = 1e-2 * Small().cost([0.6, 0.6])
    settings = {"type": "ScipyMinimize", "method": "COBYQA", "f_target": target}
    reached = run(settings, Small()).cost
    assert target / 100 < reached <= target, "and no further"

    one = {"type": "ScipyLeastSquares", "loss": "cauchy", "xtol": 1e-12, "ftol": 1e-12}
    found = run({**one, "f_scale": 2e-7}, Outlying()).x
    assert found == pytest.approx([3.0], abs=0.1), "the outlier weighs nothing"


class Outlying:
    """The place of five measurements of small numbers, one of which is far off."""

    names = ("place",)
    start, lower, upper = np.array([2.9]), np.array([-np.inf]), np.array([np.inf])
    has_residuals = True

    def residuals(self, x):
        return 1e-6 * (x[0] - np.array([3.0, 3.0, 3.0, 3.0, 9.0]))

    def cost(self, x):
        return float(np.sum(self.residuals(x) ** 2))

    def jacobian(self, x):
        del x

    def stop(self):
        return False
