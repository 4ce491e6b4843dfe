"""Confidence intervals and Sobol indices, against closed forms and repeated noise."""

import json
import math

import ionworks_schema as iws
import numpy as np
import pytest
from decays import DECAY, RATE, TIMES, VARIABLE, Decay, built, context, decay
from ionworks_engine.pipelines.confidence import intervals
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.fits.data_fit import fit
from ionworks_engine.pipelines.sensitivity import sensitivity
from scipy import optimize, stats

TRUTH = {DECAY: 2.5, RATE: 0.9}
NOISE = 0.02
FREE = {
    DECAY: {"initial_value": 3.0, "bounds": [1.0, 5.0]},
    RATE: {"initial_value": 0.7, "bounds": [0.01, 10.0]},
}
ELEMENT = {"objectives": {"one": {"data": {}}}, "parameters": FREE}


def noisy(seed, **truth):
    values = {**TRUTH, **truth}
    random = np.random.default_rng(seed)
    return decay(values[DECAY], values[RATE]) + random.normal(0, NOISE, len(TIMES))


def fitted(data):
    return optimize.curve_fit(
        lambda t, h, r: decay(h, r, t), TIMES, data, p0=[2.5, 0.9], absolute_sigma=False
    )


def at(values, **more):
    return context(fits=({**values},), **more)


def one(monkeypatch, data, **more):
    return built(monkeypatch, {"one": lambda given: Decay(data, given, **more)})


@pytest.mark.parametrize("exact", [True, False])
def test_an_interval_is_that_of_curve_fit(monkeypatch, exact):
    data = noisy(0)
    best, covariance = fitted(data)
    one(monkeypatch, data, exact=exact)
    found = intervals(ELEMENT, at(dict(zip(TRUTH, best, strict=True)))).result
    reach = stats.t.ppf(0.975, len(TIMES) - 2)
    for place, name in enumerate(TRUTH):
        width = reach * math.sqrt(covariance[place, place])
        ends = found["intervals"][name]
        middle = best[place]
        assert (ends["lower"], ends["upper"]) == pytest.approx(
            (middle - width, middle + width), rel=1e-3
        )
    assert np.array(found["covariance"]) == pytest.approx(covariance, rel=2e-3)
    decoded = iws.from_config(json.loads(json.dumps(found)))
    assert isinstance(decoded, iws.results.ConfidenceIntervalResult)
    assert decoded.confidence_level == 0.95


def test_known_noise_makes_a_normal_interval(monkeypatch):
    data = noisy(1)
    best, _ = fitted(data)
    one(monkeypatch, data)
    element = {
        **ELEMENT,
        "variable_standard_deviations": {VARIABLE: NOISE},
        "confidence_level": 0.9,
    }
    found = intervals(element, at(dict(zip(TRUTH, best, strict=True)))).result
    height, rate = best
    fall = np.exp(-rate * TIMES)
    slopes = np.column_stack([fall, -height * TIMES * fall])
    covariance = NOISE**2 * np.linalg.inv(slopes.T @ slopes)
    assert np.array(found["covariance"]) == pytest.approx(covariance, rel=1e-6)
    width = stats.norm.ppf(0.95) * math.sqrt(covariance[1, 1])
    assert found["intervals"][RATE]["upper"] - rate == pytest.approx(width, rel=1e-6)


@pytest.mark.parametrize("transform", ["Identity", "Log10"])
def test_95_percent_intervals_cover_the_truth_that_often(monkeypatch, transform):
    covered = dict.fromkeys(TRUTH, 0)
    free = {DECAY: FREE[DECAY], RATE: {**FREE[RATE], "transform": transform}}
    element = {**ELEMENT, "parameters": free, "options": {"skip_objective_callbacks": True}}
    for seed in range(100):
        one(monkeypatch, noisy(1000 + seed))
        best = fit(element, context()).values
        found = intervals(element, at(best)).result["intervals"]
        for name, truth in TRUTH.items():
            covered[name] += found[name]["lower"] <= truth <= found[name]["upper"]
    assert all(90 <= count <= 99 for count in covered.values()), covered


def test_intervals_hold_where_the_fit_weights_the_same_noise_unevenly(monkeypatch):
    """Normalising by the mean weights a small signal more; the noise is the same."""
    small = {DECAY: 0.5}
    covered = 0
    objectives = {"one": {"data": {}}, "two": {"data": {}}}
    element = {
        "objectives": objectives,
        "parameters": {RATE: FREE[RATE]},
        "options": {"skip_objective_callbacks": True},
    }
    for seed in range(100):
        makers = {
            "one": lambda _, s=seed: Decay(noisy(2000 + s), {DECAY: 2.5}),
            "two": lambda _, s=seed: Decay(noisy(3000 + s, **small), {DECAY: 0.5}),
        }
        built(monkeypatch, makers)
        best = fit(element, context()).values
        ends = intervals(element, at(best)).result["intervals"][RATE]
        covered += ends["lower"] <= TRUTH[RATE] <= ends["upper"]
    assert 90 <= covered <= 99


TWICE = {
    "SSE twice": [("SSE", 1.0), ("SSE", 1.0)],
    "SSE and MSE": [("SSE", 1.0), ("MSE", float(len(TIMES)))],
    "SSE and MAE": [("SSE", 1.0), ("MAE", 1.0)],
    "a sum in a sum": [("SSE", 1.0), ("MultiCost", 2.0)],
}


@pytest.mark.parametrize("newton", [True, False])
@pytest.mark.parametrize("more", [{}, {"variable_standard_deviations": {VARIABLE: NOISE}}])
@pytest.mark.parametrize("parts", TWICE.values(), ids=TWICE)
def test_rows_that_a_cost_compares_twice_count_once(monkeypatch, parts, more, newton):
    best, _ = fitted(data := noisy(9))
    one(monkeypatch, data)
    where = at(dict(zip(TRUTH, best, strict=True)))
    inner = {"costs": [{"cost": {"type": "SSE"}, "weight": 3.0}]}
    costs = [
        {"cost": {"type": kind, **(inner if kind == "MultiCost" else {})}, "weight": weight}
        for kind, weight in parts
    ]
    element = {**ELEMENT, **more, "gauss_newton": newton}
    found = intervals({**element, "cost": {"type": "MultiCost", "costs": costs}}, where).result
    alone = intervals({**element, "cost": {"type": "SSE"}}, where).result
    assert np.array(found["covariance"]) == pytest.approx(np.array(alone["covariance"]), rel=1e-4)
    assert found["intervals"][RATE] == pytest.approx(alone["intervals"][RATE], rel=1e-4)


def test_a_prior_weighs_beside_an_rmse_as_it_does_in_the_cost(monkeypatch):
    """Its second derivatives at the optimum, by differences of the formula itself."""
    data = noisy(10)
    (height, rate), _ = fitted(data)
    one(monkeypatch, data)
    prior = {"distribution": "Normal", "mean": float(rate), "std": 0.5}
    element = {
        **ELEMENT,
        "parameters": {RATE: {**FREE[RATE], "prior": prior}, DECAY: float(height)},
        "cost": {"type": "RMSE", "normalization": "identity"},
        "variable_standard_deviations": {VARIABLE: NOISE},
    }
    monkeypatch.setattr(Decay, "_read", lambda _, values: (height, values[RATE]))
    variance = intervals(element, at({RATE: float(rate)})).result["covariance"][0][0]
    slopes = -height * TIMES * np.exp(-rate * TIMES)
    errors = decay(height, rate) - data
    weight = 1 / (2 * len(TIMES) * math.sqrt(np.mean(errors**2)))
    curvature = weight * slopes @ slopes + 0.5 / 0.5**2
    assert variance == pytest.approx(
        NOISE**2 * weight**2 * slopes @ slopes / curvature**2, rel=1e-4
    )


def test_second_differences_agree_with_gauss_and_newton_near_the_optimum(monkeypatch):
    data = decay(2.5, 0.9) + 1e-4 * np.cos(7 * np.arange(len(TIMES)))
    best, _ = fitted(data)
    one(monkeypatch, data)
    where = at(dict(zip(TRUTH, best, strict=True)))
    quick = intervals(ELEMENT, where).result["covariance"]
    full = intervals({**ELEMENT, "gauss_newton": False}, where).result["covariance"]
    assert np.array(full) == pytest.approx(np.array(quick), rel=0.01)


def test_an_interval_is_cut_at_the_bounds_unless_it_is_not_wanted(monkeypatch):
    data = noisy(2)
    one(monkeypatch, data)
    free = {**FREE, DECAY: {"initial_value": 2.5, "bounds": [2.499, 2.501]}}
    element = {**ELEMENT, "parameters": free}
    where = at({DECAY: 2.5, RATE: 0.9})
    ends = intervals(element, where).result["intervals"][DECAY]
    assert (ends["lower"], ends["upper"]) == (2.499, 2.501)
    free_ends = intervals({**element, "use_parameter_bounds": False}, where).result["intervals"]
    assert free_ends[DECAY]["lower"] < 2.49


def test_intervals_of_a_logarithm_are_ratios(monkeypatch):
    one(monkeypatch, noisy(3))
    free = {**FREE, RATE: {**FREE[RATE], "transform": "Log10"}}
    found = intervals({**ELEMENT, "parameters": free}, at(TRUTH)).result["intervals"][RATE]
    assert found["upper"] / 0.9 == pytest.approx(0.9 / found["lower"])


def test_without_a_fit_before_it_the_initial_values_are_taken_and_that_is_noted(monkeypatch):
    one(monkeypatch, noisy(4))
    where = context()
    found = intervals(ELEMENT, where).result
    assert found["parameter_values"] == {DECAY: 3.0, RATE: 0.7}
    assert any("initial values" in text for text in where.assumptions)


def test_parameters_that_the_data_do_not_tell_apart_are_named(monkeypatch):
    makers = {"one": lambda given: Decay(noisy(5), given, times=np.zeros(len(TIMES)) + 1e-9)}
    built(monkeypatch, makers)
    with pytest.raises(PipelineError, match=r"'Rate \[s-1\]'"):
        intervals(ELEMENT, at(TRUTH))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"confidence_level": 95}, "between 0 and 1"),
        ({"variable_standard_deviations": {"Voltage": 0.1}}, "did you mean"),
        ({"variable_standard_deviations": {VARIABLE: 0}}, "positive"),
    ],
)
def test_wrong_settings_are_refused(monkeypatch, more, words):
    one(monkeypatch, noisy(6))
    with pytest.raises(PipelineError, match=words):
        intervals({**ELEMENT, **more}, at(TRUTH))


def test_too_few_data_are_refused(monkeypatch):
    data = np.where(np.arange(len(TIMES)) < 2, noisy(7), np.nan)
    one(monkeypatch, data)
    with pytest.raises(PipelineError, match="2 data cannot tell the spread of 2"):
        intervals(ELEMENT, at(TRUTH))


class Additive(Decay):
    """``a + 2 b`` at one time beside data of nought: its mean square has known indices."""

    def __init__(self, given):
        super().__init__([0.0], given, exact=False)

    def evaluate(self, values):
        total = 1.0 + values[DECAY] + 2.0 * values[RATE]
        return {VARIABLE: np.array([math.sqrt(max(total, 0.0))])}


def test_sobol_indices_are_those_of_a_sum(monkeypatch):
    built(monkeypatch, {"one": Additive})
    free = {DECAY: {"bounds": [0, 1]}, RATE: {"bounds": [0, 1]}}
    element = {
        **ELEMENT,
        "parameters": free,
        "cost": {"type": "SSE", "normalization": "identity"},
        "n_samples": 256,
        "calc_second_order": True,
    }
    found = sensitivity(element, at({DECAY: 0.3, RATE: 0.6})).result
    assert found["parameter_values"] == {DECAY: 0.3, RATE: 0.6}
    assert found["first_order"] == pytest.approx({DECAY: 0.2, RATE: 0.8}, abs=0.03)
    assert found["total_order"] == pytest.approx({DECAY: 0.2, RATE: 0.8}, abs=0.03)
    assert found["second_order"][DECAY][RATE] == pytest.approx(0, abs=0.05)
    assert found["evaluation_stats"]["evaluations"] == 256 * 6
    assert found["evaluation_stats"]["mean"] == pytest.approx(2.5, abs=0.02)
    decoded = iws.from_config(json.loads(json.dumps(found)))
    assert isinstance(decoded, iws.results.SensitivityResult)
    assert decoded.top_contributors(1) == [(RATE, pytest.approx(0.8, abs=0.03))]


def test_sobol_draws_evenly_in_the_logarithm_if_asked(monkeypatch):
    built(monkeypatch, {"one": Additive})
    free = {DECAY: {"bounds": [1, 100]}, RATE: 0.0}
    element = {
        **ELEMENT,
        "parameters": {**free, RATE: {"bounds": [1e-9, 2e-9]}},
        "cost": {"type": "SSE", "normalization": "identity"},
        "n_samples": 128,
        "use_log_transform": True,
    }
    found = sensitivity(element, context()).result
    assert found["evaluation_stats"]["mean"] == pytest.approx(1 + 99 / math.log(100), rel=0.01)
    assert found["log_transformed"] is True


def test_sobol_needs_finite_bounds(monkeypatch):
    built(monkeypatch, {"one": Additive})
    element = {**ELEMENT, "parameters": {DECAY: {"initial_value": 1.0}, RATE: {"bounds": [0, 1]}}}
    with pytest.raises(PipelineError, match=r"Height \[V\].bounds: must be finite"):
        sensitivity(element, context())


def test_sobol_points_without_an_answer_are_counted(monkeypatch):
    one(monkeypatch, noisy(8), breaks=9.0)
    where = context()
    found = sensitivity({**ELEMENT, "n_samples": 32}, where).result
    assert 0 < found["evaluation_stats"]["failures"] < found["evaluation_stats"]["evaluations"]
    assert any("no answer" in text for text in where.assumptions)
    one(monkeypatch, noisy(8), breaks=-1.0)
    with pytest.raises(PipelineError, match="the rate is too high"):
        sensitivity({**ELEMENT, "n_samples": 4}, context())
