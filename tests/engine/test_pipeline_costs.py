"""Costs, against numpy and scipy by hand."""

import math

import numpy as np
import pytest
from decays import TIMES, VARIABLE, Decay, decay
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.fits.cost_checks import NAMES, check_cost
from ionworks_engine.pipelines.fits.cost_reading import Reader
from scipy import stats

CURRENT = "Current [A]"
DATA = decay() + 0.1 * np.sin(np.arange(len(TIMES)))
MODEL = decay(2.8, 0.8)
ERRORS = MODEL - DATA
ROWWISE = ["SSE", "MSE", "RMSE", "MAE", "Max"]


def cost_of(config, objectives=None, notes=None):
    reader = Reader(objectives or {"a": Decay(DATA)}, (notes if notes is not None else []).append)
    return reader.read(config, "cost")


def value(config, model=MODEL, data=DATA, values=None):
    return cost_of(config, {"a": Decay(data)}).value({"a": {VARIABLE: model}}, values or {})


def by_hand(name, errors):
    return {
        "SSE": np.sum(errors**2),
        "MSE": np.mean(errors**2),
        "RMSE": np.sqrt(np.mean(errors**2)),
        "MAE": np.mean(np.abs(errors)),
        "Max": np.max(np.abs(errors)),
    }[name]


@pytest.mark.parametrize("name", ROWWISE)
@pytest.mark.parametrize(
    ("normalization", "scale"),
    [
        (None, abs(DATA.mean())),
        ("mean", abs(DATA.mean())),
        ("range", DATA.max() - DATA.min()),
        ("sum_squares", np.sum(DATA**2)),
        ("mean_squares", np.mean(DATA**2)),
        ("root_mean_squares", math.sqrt(np.mean(DATA**2))),
        ("identity", 1.0),
        (0.05, 0.05),
    ],
)
def test_rowwise_costs_are_numpys(name, normalization, scale):
    config = {"type": name, "normalization": normalization}
    assert value(config) == pytest.approx(by_hand(name, ERRORS / scale), rel=1e-12)


@pytest.mark.parametrize("name", ["SSE", "MSE", "MAE", "Max"])
def test_squares_of_residuals_sum_to_the_cost(name):
    weights = {"objective_weights": {"a": 2.0, "b": 0.5}, "variable_weights": {CURRENT: 3.0}}
    objectives = {"a": Decay(DATA), "b": Decay(2 * DATA, extra={CURRENT: DATA**2})}
    cost = cost_of({"type": name, **weights}, objectives)
    outputs = {"a": {VARIABLE: MODEL}, "b": {VARIABLE: MODEL, CURRENT: MODEL**2}}
    residuals = cost.residuals(outputs, {})
    assert residuals @ residuals == pytest.approx(cost.value(outputs, {}), rel=1e-12)


def test_residuals_of_mean_absolute_errors_have_the_errors_signs():
    residuals = cost_of({"type": "MAE"}).residuals({"a": {VARIABLE: MODEL}}, {})
    assert np.array_equal(np.sign(residuals), np.sign(ERRORS))


def test_weights_multiply_and_terms_are_summed():
    objectives = {"a": Decay(DATA), "b": Decay(DATA, extra={CURRENT: DATA**2})}
    outputs = {"a": {VARIABLE: MODEL}, "b": {VARIABLE: MODEL, CURRENT: MODEL**2}}
    config = {
        "type": "MSE",
        "normalization": "identity",
        "objective_weights": {"b": 0.5},
        "variable_weights": {CURRENT: 3.0},
    }
    own = np.mean(ERRORS**2)
    expected = own + 0.5 * (own + 3.0 * np.mean((MODEL**2 - DATA**2) ** 2))
    assert cost_of(config, objectives).value(outputs, {}) == pytest.approx(expected, rel=1e-12)


def test_a_root_mean_square_of_several_terms_is_the_root_of_their_mean_squares():
    objectives = {"a": Decay(DATA), "b": Decay(DATA)}
    outputs = {"a": {VARIABLE: MODEL}, "b": {VARIABLE: MODEL}}
    config = {"type": "RMSE", "normalization": "identity"}
    expected = math.sqrt(2 * np.mean(ERRORS**2))
    assert cost_of(config, objectives).value(outputs, {}) == pytest.approx(expected, rel=1e-12)


def test_an_objectives_own_weights_hold_where_the_cost_gives_none():
    one = Decay(DATA)
    one.variable_weights = {VARIABLE: 4.0}
    outputs = {"a": {VARIABLE: MODEL}}
    plain = value({"type": "SSE"})
    assert cost_of({"type": "SSE"}, {"a": one}).value(outputs, {}) == pytest.approx(4 * plain)
    given = {"type": "SSE", "variable_weights": {VARIABLE: 2.0}}
    assert cost_of(given, {"a": one}).value(outputs, {}) == pytest.approx(2 * plain)


@pytest.mark.parametrize(
    ("fill", "number"), [("mean", np.mean), ("min", np.min), (7.0, lambda _: 7.0)]
)
def test_what_stands_in_where_the_model_does_not_get_to(fill, number):
    short = np.where(TIMES > 1.5, np.nan, MODEL)
    filled = np.where(TIMES > 1.5, number(MODEL[TIMES <= 1.5]), MODEL)
    config = {"type": "SSE", "nan_values": fill, "normalization": "identity"}
    assert value(config, model=short) == pytest.approx(np.sum((filled - DATA) ** 2), rel=1e-12)


def test_rows_without_data_are_skipped_and_not_counted():
    holed = np.where(np.arange(len(TIMES)) % 3 == 0, np.nan, DATA)
    kept = np.isfinite(holed)
    config = {"type": "MSE", "normalization": "identity"}
    assert value(config, data=holed) == pytest.approx(np.mean(ERRORS[kept] ** 2), rel=1e-12)


def test_chi_square_divides_by_the_deviation_and_nothing_else():
    config = {"type": "ChiSquare", "variable_standard_deviations": {VARIABLE: 0.02}}
    assert value(config) == pytest.approx(np.sum((ERRORS / 0.02) ** 2), rel=1e-12)
    residuals = cost_of(config).residuals({"a": {VARIABLE: MODEL}}, {})
    assert residuals == pytest.approx(ERRORS / 0.02, rel=1e-12)


@pytest.mark.parametrize("sigma", [0.05, "noise"])
def test_a_gaussian_likelihood_is_scipys(sigma):
    config = {"type": "GaussianLogLikelihood", "sigma": {VARIABLE: sigma}}
    expected = -stats.norm.logpdf(DATA, loc=MODEL, scale=0.05).sum()
    assert value(config, values={"noise": 0.05}) == pytest.approx(expected, rel=1e-12)


def test_a_gaussian_likelihood_fills_with_a_million_where_nothing_is_said():
    short = np.where(TIMES > 1.9, np.nan, MODEL)
    config = {"type": "GaussianLogLikelihood", "sigma": {VARIABLE: 1.0}}
    filled = np.where(TIMES > 1.9, 1e6, MODEL)
    expected = -stats.norm.logpdf(DATA, loc=filled, scale=1.0).sum()
    assert value(config, model=short) == pytest.approx(expected, rel=1e-12)


def test_a_variable_without_a_deviation_is_left_out_and_noted():
    objectives = {"a": Decay(DATA, extra={CURRENT: DATA**2})}
    notes = []
    config = {"type": "ChiSquare", "variable_standard_deviations": {VARIABLE: 1.0}}
    cost = cost_of(config, objectives, notes)
    outputs = {"a": {VARIABLE: MODEL, CURRENT: MODEL**2}}
    assert cost.value(outputs, {}) == pytest.approx(np.sum(ERRORS**2), rel=1e-12)
    assert any(CURRENT in note for note in notes)


def test_a_wasserstein_distance_is_scipys_by_variable():
    config = {"type": "Wasserstein", "normalization": "identity"}
    expected = stats.wasserstein_distance(MODEL, DATA)
    assert value(config) == pytest.approx(expected, rel=1e-12)


def test_a_weighted_wasserstein_distance_compares_clouds_of_different_sizes():
    places, masses = "Voltage [V] (model axis)", "Differential capacity [Ah/V] (model axis)"
    data = {places: np.linspace(0, 1, 7), masses: np.linspace(-1, 2, 7)}
    model = {places: np.linspace(0.1, 1.1, 11), masses: np.linspace(1, 3, 11)}
    one = Decay(DATA, extra=data)
    config = {
        "type": "Wasserstein",
        "position_variable": places,
        "weight_variable": masses,
        "normalization": "range",
    }
    expected = stats.wasserstein_distance(
        model[places], data[places], np.abs(model[masses]), np.abs(data[masses])
    )
    outputs = {"a": {VARIABLE: MODEL, **model}}
    assert cost_of(config, {"a": one}).value(outputs, {}) == pytest.approx(expected, rel=1e-9)


def test_variables_of_different_lengths_cannot_be_compared_row_by_row():
    cost = cost_of({"type": "SSE"})
    with pytest.raises(PipelineError, match="calculation_structure"):
        cost.value({"a": {VARIABLE: MODEL[:5]}}, {})


def test_a_calculation_structure_says_what_is_compared():
    objectives = {"a": Decay(DATA, extra={CURRENT: DATA**2}), "b": Decay(DATA)}
    outputs = {"a": {VARIABLE: MODEL, CURRENT: MODEL**2}, "b": {VARIABLE: 0 * MODEL}}
    one = {"type": "SSE", "normalization": "identity", "calculation_structure": {"a": [VARIABLE]}}
    assert cost_of(one, objectives).value(outputs, {}) == pytest.approx(np.sum(ERRORS**2))
    none = {**one, "calculation_structure": {"a": []}}
    assert cost_of(none, objectives).value(outputs, {}) == 0
    old = {"type": "SSE", "normalization": "identity", "objective_names": ["b"]}
    assert cost_of(old, objectives).value(outputs, {}) == pytest.approx(np.sum(DATA**2))


def test_a_multi_cost_sums_its_weighted_parts():
    sse, largest = {"type": "SSE"}, {"type": "Max"}
    config = {"type": "MultiCost", "costs": [{"cost": sse, "weight": 2.0}, largest]}
    assert value(config) == pytest.approx(2 * value(sse) + value(largest), rel=1e-12)
    cost = cost_of(config)
    residuals = cost.residuals({"a": {VARIABLE: MODEL}}, {})
    assert residuals @ residuals == pytest.approx(value(config), rel=1e-12)
    assert not cost_of({"type": "MultiCost", "costs": [sse, {"type": "RMSE"}]}).has_residuals


def test_data_whose_mean_is_nought_are_not_normalised_and_that_is_noted():
    notes = []
    cost = cost_of({"type": "SSE"}, {"a": Decay(np.zeros(len(TIMES)))}, notes)
    assert cost.value({"a": {VARIABLE: MODEL}}, {}) == pytest.approx(np.sum(MODEL**2))
    assert any("not normalised" in note for note in notes)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"type": "RSME"}, "did you mean 'RMSE'"),
        ({"type": "DesignFunction"}, "optimises designs"),
        ({"type": "SSE", "scale": 1.0}, "cost.scale"),
        ({"type": "SSE", "normalization": "median"}, "did you mean 'mean'"),
        ({"type": "SSE", "normalization": -1.0}, "positive"),
        ({"type": "SSE", "nan_values": "max"}, "'mean', 'min' or a number"),
        ({"type": "SSE", "variable_weights": {VARIABLE: -1}}, "0 or more"),
        ({"type": "ChiSquare"}, "standard deviation"),
        ({"type": "ChiSquare", "variable_standard_deviations": {VARIABLE: 0}}, "positive"),
        ({"type": "GaussianLogLikelihood", "sigma": {VARIABLE: None}}, "name of a parameter"),
        ({"type": "Wasserstein", "position_variable": VARIABLE}, "together"),
        ({"type": "MultiCost", "costs": []}, "one at the least"),
        ({"type": "MultiCost", "costs": [{"type": "SSE"}], "nan_values": 1.0}, "component"),
        (["SSE"], "must be a cost"),
    ],
)
def test_a_wrong_cost_is_refused_without_data(config, words):
    with pytest.raises(PipelineError, match=words):
        check_cost(config, "cost")


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"type": "SSE", "calculation_structure": {"b": None}}, "no objective 'b'"),
        ({"type": "SSE", "calculation_structure": {"a": ["Voltage"]}}, "'Voltage \\[V\\]'"),
        ({"type": "ChiSquare", "variable_standard_deviations": {"V": 1.0}}, "no variable 'V'"),
        (
            {"type": "Wasserstein", "position_variable": VARIABLE, "weight_variable": "dQ"},
            "no objective has 'dQ'",
        ),
        ({"type": "SSE", "objective_weights": {"b": 2}}, "objective_weights: no objective 'b'"),
        ({"type": "SSE", "variable_weights": {"Voltage": 2}}, "no variable 'Voltage'"),
    ],
)
def test_a_cost_that_names_what_there_is_not_is_refused(config, words):
    with pytest.raises(PipelineError, match=words):
        cost_of(config)


def test_a_name_alone_is_a_cost_with_its_defaults():
    assert value("RMSE") == pytest.approx(value({"type": "RMSE"}))
    assert set(ROWWISE) < set(NAMES)
