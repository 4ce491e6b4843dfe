"""Whole fits of a closed form: results, starts, arrays, validations."""

import doctest
import json
from importlib import import_module

import ionworks_schema as iws
import numpy as np
import pytest
from decays import DECAY, RATE, TIMES, VARIABLE, Decay, built, context, decay
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.fits import array_fit
from ionworks_engine.pipelines.fits.data_fit import fit
from ionworks_engine.pipelines.validation import validate
from scipy import optimize

DATA = decay(2.5, 0.9) + 0.01 * np.cos(7 * np.arange(len(TIMES)))
FREE = {
    DECAY: {"initial_value": 3.0, "bounds": [1.0, 5.0]},
    RATE: {"initial_value": 0.7, "bounds": [0.01, 10.0], "transform": "Log10"},
}
ELEMENT = {"objectives": {"one": {"data": {}}}, "parameters": FREE}


@pytest.fixture
def decays(monkeypatch):
    def made(**labels):
        return built(monkeypatch, labels or {"one": lambda given: Decay(DATA, given)})

    return made


def best():
    found, _ = optimize.curve_fit(lambda t, h, r: decay(h, r, t), TIMES, DATA, p0=[3.0, 0.7])
    return dict(zip((DECAY, RATE), found, strict=True))


def test_a_fit_finds_what_scipy_finds(decays):
    decays()
    where = context()
    found = fit(ELEMENT, where)
    assert found.values == pytest.approx(best(), rel=1e-5)
    expected = np.sum((decay(*best().values()) - DATA) ** 2) / DATA.mean() ** 2
    assert found.best_cost == pytest.approx(expected, rel=1e-6)
    assert len(where.assumptions) == 2
    assert "SSE" in where.assumptions[0]
    assert "ScipyLeastSquares" in where.assumptions[1]


def test_a_result_decodes_with_the_schema(decays):
    decays()
    found = fit(ELEMENT, context())
    wire = json.loads(json.dumps(found.result, allow_nan=False))
    decoded = iws.from_config(wire)
    assert isinstance(decoded, iws.results.OptimizationResult)
    assert decoded.parameter_values == pytest.approx(found.values)
    assert decoded.cost == found.best_cost
    assert decoded.children == [decoded]
    assert decoded.x == pytest.approx(list(found.values.values()))
    assert decoded.initial_guess == pytest.approx({DECAY: 3.0, RATE: 0.7})
    assert len(decoded.samples) == len(decoded.costs) == len(found.metadata["intermediate_results"])


def test_series_and_plots_are_at_the_best_values_and_at_the_first(decays):
    decays()
    found = fit(ELEMENT, context())
    assert list(found.series["one"]) == ["optimal", "baseline"]
    model = f"{VARIABLE} (model)"
    assert found.series["one"]["optimal"][model] == pytest.approx(decay(*found.values.values()))
    assert found.series["one"]["baseline"][model] == pytest.approx(decay(3.0, 0.7))
    manifest = found.metadata["validation_plot_config"]["objectives"]
    assert manifest == {"one": {"type": "CurrentDriven", "plot_count": 1}}
    assert [trace["name"] for trace in found.plots["one"][0]["traces"]] == ["Data", "Model"]


def test_nothing_is_told_where_it_is_not_wanted(decays):
    decays()
    found = fit({**ELEMENT, "options": {"skip_objective_callbacks": True}}, context())
    assert found.series == found.plots == {}
    assert "validation_plot_config" not in found.metadata


def test_starts_are_children_by_rising_cost(decays):
    decays()
    optimizer = {"type": "ScipyMinimize", "method": "Nelder-Mead", "max_iterations": 12}
    element = {**ELEMENT, "multistarts": 4, "optimizer": optimizer, "options": {"seed": 2}}
    found = fit(element, context())
    costs = [child["cost"] for child in found.result["children"]]
    assert len(set(costs)) == 4
    assert costs == sorted(costs)
    assert found.result["cost"] == found.best_cost == costs[0]
    assert found.values == pytest.approx(found.result["children"][0]["parameter_values"])
    rows = found.metadata["intermediate_results"]
    lowest = [row["best_cost"] for row in rows]
    assert lowest == sorted(lowest, reverse=True)
    assert {row["multistart_job_id"] for row in rows} == {0, 1, 2, 3}
    decoded = iws.from_config(json.loads(json.dumps(found.result)))
    assert [child.cost for child in decoded.children] == costs
    again = fit(element, context())
    assert again.result == found.result


def test_a_cost_without_residuals_is_minimised_by_nelder_mead(decays):
    decays()
    where = context()
    found = fit({**ELEMENT, "cost": {"type": "RMSE"}}, where)
    assert found.values == pytest.approx(best(), rel=1e-3)
    assert any("Nelder-Mead" in text for text in where.assumptions)


def test_least_squares_needs_residuals(decays):
    decays()
    element = {**ELEMENT, "cost": {"type": "RMSE"}, "optimizer": {"type": "ScipyLeastSquares"}}
    with pytest.raises(PipelineError, match=r"sums of squares|residuals"):
        fit(element, context())


def test_failures_at_some_points_are_counted_and_do_not_stop_a_fit(decays):
    decays(one=lambda given: Decay(DATA, given, exact=False, breaks=2.0))
    optimizer = {"type": "DifferentialEvolution", "max_iterations": 30, "population_size": 10}
    found = fit({**ELEMENT, "optimizer": optimizer, "options": {"seed": 1}}, context())
    assert found.metadata["failures"] > 0
    assert found.metadata["first_failure"] == "the rate is too high for the solver"
    assert found.values == pytest.approx(best(), rel=0.05)


def test_a_fit_that_fails_everywhere_says_the_solvers_first_words(decays):
    decays(one=lambda given: Decay(DATA, given, breaks=-1.0))
    with pytest.raises(PipelineError, match="the rate is too high for the solver") as failed:
        fit(ELEMENT, context())
    assert failed.value.code == "SOLVER_ERROR"


class Listening:
    """An aid that keeps what it is told, and may be canceled after so many words."""

    workers = 1
    origin = None

    def __init__(self, most=10**9):
        self.told = []
        self.most = most

    def tell(self, progress):
        self.told.append(dict(progress))
        if len(self.told) >= self.most:
            raise KeyboardInterrupt

    def hand_over(self, *_):
        return None


NELDER_MEAD = {**ELEMENT, "optimizer": {"type": "ScipyMinimize", "method": "Nelder-Mead"}}


def test_progress_is_told_unless_it_is_not_wanted(decays):
    decays()
    aid = Listening()
    fit(NELDER_MEAD, context(aid=aid, live=False))
    assert not aid.told
    fit(NELDER_MEAD, context(aid=aid))
    assert {"best_cost", "iteration"} <= set(aid.told[-1])
    aid.told.clear()
    fit({**NELDER_MEAD, "multistarts": 3}, context(aid=aid))
    lowest = [progress["best_cost"] for progress in aid.told]
    assert lowest == sorted(lowest, reverse=True)


@pytest.mark.parametrize("more", [{}, {"multistarts": 3}])
def test_what_a_canceled_fit_found_is_in_its_progress(decays, more):
    decays()
    aid = Listening(most=30)
    with pytest.raises(KeyboardInterrupt):
        fit({**NELDER_MEAD, **more}, context(aid=aid))
    found = aid.told[-1]
    assert set(found["inputs"]) == {DECAY, RATE}
    model = decay(found["inputs"][DECAY], found["inputs"][RATE])
    cost = np.sum((model - DATA) ** 2) / DATA.mean() ** 2
    assert found["best_cost"] == pytest.approx(cost, rel=1e-9)


@pytest.mark.parametrize("more", [{}, {"multistarts": 3}])
def test_the_last_progress_has_the_final_counts(decays, more):
    decays()
    aid = Listening()
    found = fit({**NELDER_MEAD, **more}, context(aid=aid))
    children = found.result["children"] or [found.result]
    assert aid.told[-1] == {
        "best_cost": found.best_cost,
        "inputs": dict(zip((DECAY, RATE), found.result["x"], strict=True)),
        "iteration": sum(one["iterations"] for one in children),
        "evaluations": found.metadata["evaluations"],
    }


def test_a_posterior_has_its_chains_in_the_metadata(decays):
    decays()
    element = {
        "objectives": {"one": {"data": {}}},
        "parameters": {DECAY: FREE[DECAY], RATE: 0.9},
        "cost": {"type": "GaussianLogLikelihood", "sigma": {VARIABLE: 0.05}},
        "optimizer": {"type": "PintsSampler", "max_iterations": 1500, "burnin_iterations": 300},
        "options": {"seed": 1},
    }
    found = fit(element, context())
    decoded = iws.from_config(json.loads(json.dumps(found.result)))
    assert isinstance(decoded, iws.results.PosteriorResult)
    fall = np.exp(-0.9 * TIMES)
    mean, std = fall @ DATA / (fall @ fall), 0.05 / np.sqrt(fall @ fall)
    summary = found.result["posterior_summary"][DECAY]
    assert summary["mean"] == pytest.approx(mean, abs=0.3 * std)
    assert summary["std"] == pytest.approx(std, rel=0.3)
    assert np.shape(found.metadata["samples"][DECAY])[-1] == 1500
    assert found.metadata["sample_param_names"] == [DECAY]
    assert found.metadata["sample_burnin"] == 300


def test_an_array_fit_is_the_parameters_against_the_keys(decays):
    rates = {"0.5": 0.8, "0.1": 1.6}
    makers = {label: lambda g, r=rate: Decay(decay(2.5, r), g) for label, rate in rates.items()}
    decays(**makers)
    element = {**ELEMENT, "objectives": {label: {"data": {}} for label in rates}}
    found = array_fit.fit(element, context())
    assert np.array(found.values[RATE]) == pytest.approx(np.array([[0.1, 0.5], [1.6, 0.8]]))
    decoded = iws.from_config(json.loads(json.dumps(found.result)))
    array = decoded.parameter_values[RATE]
    assert array["$type"] == "numpy.ndarray"
    assert np.array(array["data"]) == pytest.approx(np.array(found.values[RATE]))
    assert [child["independent_variable"] for child in found.result["children"]] == [0.1, 0.5]
    assert set(found.series) == set(found.plots) == {"0.1", "0.5"}
    assert set(found.metadata["validation_plot_config"]["objectives"]) == {"0.1", "0.5"}


@pytest.mark.parametrize(
    ("objectives", "words"),
    [
        ({"cold": {"data": {}}}, "'cold' is no number"),
        ({"0.1": {"data": {}}, "0.10": {"data": {}}}, "same number as '0.1'"),
        ({"type": "Pulse", "data": {}}, "'type' is no number"),
    ],
)
def test_the_keys_of_an_array_fit_are_numbers(objectives, words):
    with pytest.raises(PipelineError, match=words):
        array_fit.fit({**ELEMENT, "objectives": objectives}, context())


GIVEN = {DECAY: 2.4, RATE: 0.9}
ERRORS = decay(2.4, 0.9) - DATA


def test_a_validation_tells_errors_in_the_units_of_the_measurement(decays):
    decays()
    where = context(GIVEN)
    found = validate({"objectives": {"one": {"data": {}}}}, where)
    expected = {
        "RMSE": np.sqrt(np.mean(ERRORS**2)),
        "MAE": np.mean(np.abs(ERRORS)),
        "Max": np.max(np.abs(ERRORS)),
    }
    assert found.result["summary_stats"]["one"] == pytest.approx(expected)
    assert "units of the measurement" in where.assumptions[0]
    decoded = iws.from_config(json.loads(json.dumps(found.result)))
    assert isinstance(decoded, iws.results.ValidationResult)
    assert found.result["parameter_values"] == GIVEN
    channels = found.result["validation_results"]["one"]
    assert list(channels) == ["Time [s]", f"{VARIABLE} (data)", f"{VARIABLE} (model)"]
    assert list(found.series["one"]) == ["optimal"]


def test_given_statistics_are_normalised_as_costs_and_that_is_noted(decays):
    decays()
    where = context(GIVEN)
    stats = ["RMSE", {"type": "RMSE", "normalization": "identity"}, {"type": "Max"}]
    found = validate({"objectives": {"one": {"data": {}}}, "summary_stats": stats}, where)
    summary = found.result["summary_stats"]["one"]
    rmse = np.sqrt(np.mean(ERRORS**2))
    expected = {
        "RMSE": rmse / DATA.mean(),
        "RMSE (2)": rmse,
        "Max": np.max(np.abs(ERRORS)) / DATA.mean(),
    }
    assert summary == pytest.approx(expected)
    assert sum("divided by the mean" in text for text in where.assumptions) == 2


def test_statistics_of_several_variables_are_told_one_by_one(decays):
    decays(one=lambda given: Decay(DATA, given, extra={"Square [V2]": DATA**2}))
    element = {"objectives": {"one": {"data": {}}}}
    summary = validate(element, context(GIVEN)).result["summary_stats"]["one"]
    assert "RMSE" not in summary
    assert summary[f"RMSE {VARIABLE}"] == pytest.approx(np.sqrt(np.mean(ERRORS**2)))
    squares = decay(2.4, 0.9) ** 2 - DATA**2
    assert summary["Max Square [V2]"] == pytest.approx(np.max(np.abs(squares)))


def test_an_objective_that_fails_is_told_and_the_others_go_on(decays):
    decays(one=lambda given: Decay(DATA, given), two=lambda given: Decay(DATA, given, breaks=0.5))
    element = {"objectives": {"one": {"data": {}}, "two": {"data": {}}}}
    found = validate(element, context(GIVEN))
    assert list(found.result["summary_stats"]) == ["one"]
    words = "the rate is too high for the solver"
    assert found.result["failed_objectives"] == {"two": words}
    decays(one=lambda given: Decay(DATA, given, breaks=0.5))
    with pytest.raises(PipelineError, match=words):
        validate({"objectives": {"one": {"data": {}}}}, context(GIVEN))


def test_points_that_the_model_does_not_get_to_are_told(decays):
    decays(one=lambda given: Decay(DATA, given, reach=1.0))
    where = context(GIVEN)
    validate({"objectives": {"one": {"data": {}}}}, where)
    lacking = int(np.sum(TIMES > 1.0))
    assert any(f"{lacking} of {len(TIMES)} points" in text for text in where.assumptions)


EMPTY = np.full(len(TIMES), np.nan)
TWO = {"objectives": {"one": {"data": {}}, "two": {"data": {}}}}


def test_data_without_a_number_are_no_perfect_agreement(decays):
    decays(one=lambda given: Decay(EMPTY, given))
    for run, element in ((fit, ELEMENT), (validate, {"objectives": ELEMENT["objectives"]})):
        with pytest.raises(PipelineError, match=r"'Voltage.*no number to compare") as refused:
            run(element, context(GIVEN))
        assert refused.value.code == "CONFIGURATION_ERROR"


def test_an_objective_without_a_number_fails_a_fit_and_is_told_of_a_validation(decays):
    decays(one=lambda given: Decay(DATA, given), two=lambda given: Decay(EMPTY, given))
    with pytest.raises(PipelineError, match=r"two: 'Voltage.*no number to compare"):
        fit({**ELEMENT, **TWO}, context())
    found = validate(TWO, context(GIVEN)).result
    assert list(found["summary_stats"]) == ["one"]
    assert "no number to compare" in found["failed_objectives"]["two"]


def test_a_statistic_of_nothing_is_no_number(decays):
    decays(one=lambda given: Decay(DATA, given, extra={"Square [V2]": EMPTY}))
    chi = {"type": "ChiSquare", "variable_standard_deviations": {VARIABLE: 0.1}}
    element = {"objectives": ELEMENT["objectives"], "summary_stats": ["RMSE", chi]}
    summary = validate(element, context(GIVEN)).result["summary_stats"]["one"]
    assert summary["RMSE Square [V2]"] is None
    assert summary["ChiSquare Square [V2]"] is None
    assert summary["ChiSquare"] == pytest.approx(np.sum((ERRORS / 0.1) ** 2))
    decays(one=lambda given: Decay(DATA, given, extra={"Square [V2]": DATA**2}))
    summary = validate(element, context(GIVEN)).result["summary_stats"]["one"]
    assert summary["ChiSquare Square [V2]"] is None


def test_a_cost_that_nothing_is_left_in_is_refused(decays):
    decays(one=lambda given: Decay(DATA, given, extra={"Square [V2]": DATA**2}))
    cost = {"type": "SSE", "calculation_structure": {"one": []}}
    with pytest.raises(PipelineError, match="compares nothing"):
        fit({**ELEMENT, "cost": cost}, context())


def test_a_model_beyond_what_a_cell_can_do_is_told(decays):
    decays()
    mad = {DECAY: 2.4, RATE: -5.0}
    where = context(mad)
    validate({"objectives": ELEMENT["objectives"]}, where)
    far = int(np.sum(2.4 * np.exp(5.0 * TIMES) > 10 * DATA.max()))
    expected = f"beyond what a cell can do at {far} of {len(TIMES)} points"
    assert any(expected in text and "52863" in text for text in where.assumptions)
    fixed = {DECAY: {"initial_value": 2.4}, RATE: -5.0}
    where = context()
    element = {**ELEMENT, "parameters": fixed, "optimizer": {"type": "DummyOptimizer"}}
    fit(element, where)
    assert any("beyond what a cell can do" in text for text in where.assumptions)
    where = context(GIVEN)
    validate({"objectives": ELEMENT["objectives"]}, where)
    assert not any("beyond" in text for text in where.assumptions)


def test_points_that_the_best_model_of_a_fit_does_not_get_to_are_told(decays):
    decays(one=lambda given: Decay(DATA, given, reach=1.0))
    where = context()
    fit({**ELEMENT, "optimizer": {"type": "DummyOptimizer"}}, where)
    lacking = int(np.sum(TIMES > 1.0))
    assert any(f"{lacking} of {len(TIMES)} points" in text for text in where.assumptions)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sed": 1}, "did you mean 'seed'"),
        ({"maxtime": 0}, "above 0"),
        ({"max_iterations": "3"}, "must be a number"),
    ],
)
def test_wrong_options_are_refused(decays, options, words):
    decays()
    with pytest.raises(PipelineError, match=words):
        fit({**ELEMENT, "options": options}, context())


def test_a_bare_objective_is_called_by_its_type(decays):
    decays(Pulse=lambda given: Decay(DATA, given))
    found = fit({**ELEMENT, "objectives": {"type": "Pulse", "data": {}}}, context())
    assert list(found.series) == ["Pulse"]


@pytest.mark.parametrize(
    "name",
    [
        "results",
        "validation",
        "confidence",
        "fits.data_fit",
        "fits.parameters",
        "fits.cost_checks",
        "fits.distributions",
        "fits.starts",
    ],
)
def test_what_docstrings_show_is_so(name):
    outcome = doctest.testmod(import_module(f"ionworks_engine.pipelines.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_doubts_about_chains_are_said_and_the_result_decodes(decays):
    decays()
    element = {
        **ELEMENT,
        "cost": {"type": "ChiSquare", "variable_standard_deviations": {VARIABLE: 0.01}},
        "multistarts": 2,
    }
    for draws, words in ((12, ["too few to tell"]), (60, ["independent ones", "do not agree"])):
        where = context()
        optimizer = {"type": "PintsSampler", "max_iterations": draws, "burnin_iterations": 5}
        found = fit({**element, "optimizer": optimizer}, where)
        said = " ".join(where.assumptions)
        assert any(each in said for each in words)
        decoded = iws.from_config(json.loads(json.dumps(found.result, allow_nan=False)))
        assert isinstance(decoded, iws.results.PosteriorResult)
        assert "narrow" not in found.result


def test_weighted_clouds_need_numbers_of_both_variables(decays):
    decays(one=lambda given: Decay(DATA, given, extra={"Square [V2]": EMPTY}))
    clouds = {"position_variable": VARIABLE, "weight_variable": "Square [V2]"}
    element = {**ELEMENT, "cost": {"type": "Wasserstein", **clouds}}
    with pytest.raises(PipelineError, match=r"'Square .* has no number to compare"):
        fit(element, context())


class Indifferent(Decay):
    """A model that takes a height, and computes without it."""

    def _read(self, values):
        return 2.5, super()._read(values)[1]


@pytest.mark.parametrize(
    ("optimizer", "words"),
    [
        (None, "is where it began"),
        ({"type": "DifferentialEvolution", "max_iterations": 3}, "happened to leave it"),
    ],
)
def test_a_parameter_that_moves_nothing_is_named(decays, optimizer, words):
    decays(one=lambda given: Indifferent(DATA, given, exact=False))
    where = context()
    fit({**ELEMENT, "optimizer": optimizer}, where)
    [said] = [text for text in where.assumptions if "changes no number" in text]
    assert repr(DECAY) in said
    assert words in said
    assert not any("ended where it began" in text for text in where.assumptions)


@pytest.mark.parametrize(
    ("optimizer", "is_told"),
    [
        ({"type": "ScipyMinimize", "method": "BFGS", "gtol": 1e9}, True),
        ({"type": "DummyOptimizer"}, False),
        ({"type": "ScipyMinimize", "method": "BFGS"}, False),
    ],
    ids=str,
)
def test_a_search_that_ends_where_it_began_is_told(decays, optimizer, is_told):
    decays()
    where = context()
    free = {name: {"initial_value": one["initial_value"]} for name, one in FREE.items()}
    fit({**ELEMENT, "parameters": free, "optimizer": optimizer}, where)
    told = [text for text in where.assumptions if "ended where it began" in text]
    assert len(told) == (2 if is_told else 0)


@pytest.mark.parametrize(("deviation", "is_the_prior"), [(1e-9, True), (1e9, False)])
def test_a_prior_that_drives_a_parameter_to_its_bound_is_told(decays, deviation, is_the_prior):
    decays()
    where = context()
    prior = {"distribution": "LogNormal", "mean": 2.6, "std": deviation}
    free = {**FREE, DECAY: {"initial_value": 2.0, "bounds": [1.0, 2.2], "prior": prior}}
    fit({**ELEMENT, "parameters": free}, where)
    [said] = [text for text in where.assumptions if "ended at a bound" in text]
    assert ("those of the logarithm" in said) == is_the_prior
    assert ("the data may want" in said) != is_the_prior
