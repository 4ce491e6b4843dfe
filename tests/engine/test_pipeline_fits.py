"""What a fit is made of: parameters, search space, priors, constraints, the problem."""

import math

import numpy as np
import pybamm
import pytest
from decays import DECAY, RATE, VARIABLE, Decay, built, context, decay
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.fits.assembly import assemble
from ionworks_engine.pipelines.fits.distributions import read_distribution
from ionworks_engine.pipelines.fits.parameters import read_parameters
from ionworks_engine.pipelines.fits.starts import starts
from ionworks_engine.pipelines.fits.transforms import TRANSFORMS
from ionworks_engine.pipelines.values import write_values
from scipy import stats

DATA = decay(2.5, 0.9)
OBJECTIVES = {"one": {"data": {}}}
FREE = {
    DECAY: {"initial_value": 3.0, "bounds": [1.0, 5.0]},
    RATE: {"initial_value": 0.7, "bounds": [0.01, 10.0], "transform": "Log10"},
}


def tree(symbol):
    return write_values({"x": symbol})["x"]


def problem_of(monkeypatch, element, makers=None, given=None):
    built(monkeypatch, makers or {"one": lambda given: Decay(DATA, given)})
    found = {"objectives": OBJECTIVES, "cost": {"type": "SSE", "normalization": "identity"}}
    return assemble({**found, **element}, context(given))


def parameter(config, name="p"):
    return read_parameters({name: config}, None, "elements.fit").space.parameters[0]


@pytest.mark.parametrize(
    ("config", "initial"),
    [
        ({"initial_value": 2.0, "bounds": [0, 10]}, 2.0),
        ({"bounds": [0, 10]}, 5.0),
        ({}, 1.0),
        ({"bounds": [3.0, None]}, 3.0),
        ({"prior": {"distribution": "Normal", "mean": 4.0, "std": 1.0}}, 4.0),
        ({"prior": {"distribution": "LogNormal", "mean": 1.0, "std": 1.0}}, math.e),
    ],
)
def test_initial_values_have_defaults(config, initial):
    assert parameter(config).initial == pytest.approx(initial)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms_go_there_and_back_and_know_their_slope(name):
    transform = TRANSFORMS[name]
    for value in (0.2, 1.3):
        place = transform.forward(value)
        assert transform.backward(place) == pytest.approx(value)
        above, below = (transform.backward(place + sign * 1e-6) for sign in (1, -1))
        assert transform.slope(place) == pytest.approx((above - below) / 2e-6, rel=1e-6)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_bounds_stay_in_the_parameters_own_units_and_rise_in_the_search(name):
    one = parameter({"initial_value": 2.0, "bounds": [0.5, 4.0], "transform": name})
    low, high = one.coordinates
    assert low < one.coordinate(2.0) < high
    assert sorted([one.value(low), one.value(high)]) == pytest.approx([0.5, 4.0])


def test_coordinates_are_shares_of_the_initial_value_unless_they_are_logarithms():
    plain = parameter({"initial_value": -4.0, "bounds": [-8.0, 0.0]})
    assert plain.coordinate(-4.0) == pytest.approx(-1.0)
    assert parameter({"initial_value": -4.0, "normalize": False}).coordinate(-4.0) == -4.0
    assert parameter({"initial_value": 0.0, "bounds": [-2, 8]}).coordinate(4.0) == 0.5
    ratio = parameter({"initial_value": 1e-14, "bounds": [1e-16, 1e-12], "transform": "Log10"})
    assert ratio.coordinates == pytest.approx((-16, -12))


def test_null_bounds_are_no_bounds_and_nought_is_endless_in_a_logarithm():
    assert parameter({"bounds": [0, None], "initial_value": 1}).coordinates == (0, math.inf)
    one = parameter({"bounds": [0, 10], "initial_value": 1, "transform": "Log"})
    assert one.coordinates[0] == -math.inf
    assert parameter({"bounds": [-5, 0], "initial_value": -1, "transform": "Inverse"}).coordinates[
        0
    ] == pytest.approx(-math.inf)


def test_unchecked_bounds_and_values_are_put_right():
    one = parameter({"bounds": [4, 2], "check_bounds": False, "initial_value": 3})
    assert (one.lower, one.upper) == (2, 4)
    assert (
        parameter({"bounds": [2, 4], "initial_value": 9, "check_initial_value": False}).initial == 4
    )


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"bounds": [4, 2]}, "p.bounds: must rise"),
        ({"bounds": [2, 2]}, "must rise"),
        ({"bounds": [2]}, "two numbers"),
        ({"bounds": [0, 1], "initial_value": 2}, "outside the bounds"),
        ({"initial_value": "2"}, "finite number"),
        ({"transform": "Log1O"}, "did you mean 'Log10'"),
        ({"transform": "Log", "initial_value": -1.0}, "positive"),
        ({"transform": "Log", "bounds": [-1, 3]}, "positive"),
        ({"transform": "Inverse", "bounds": [-1, 3], "initial_value": 1}, "zero"),
        ({"initial": 2}, "'initial_value'"),
        ({"prior": {"distribution": "Norm", "mean": 1, "std": 1}}, "did you mean 'Normal'"),
        ({"prior": {"distribution": "Normal", "mean": 1, "std": 0}}, "std: must be positive"),
        ({"prior": {"distribution": "Normal", "mean": 1}}, "lacks 'std'"),
        ({"prior": {"distribution": "PointMass", "value": 1}}, "no density"),
        (
            {"initial_guess_distribution": {"distribution": "Normal", "mean": 0, "std": 1}},
            "Uniform",
        ),
        (
            {
                "bounds": [0, 1],
                "initial_guess_distribution": {"distribution": "Uniform", "lb": 0, "ub": 2},
            },
            "outside the bounds",
        ),
        ("a", "must be a number, an expression"),
        (None, "must be a number, an expression"),
    ],
)
def test_wrong_parameters_are_refused_with_their_place(config, words):
    with pytest.raises(PipelineError, match=words) as refused:
        read_parameters({"p": config}, None, "elements.fit")
    assert "elements.fit.parameters.p" in str(refused.value)


def test_two_names_of_one_parameter_are_refused():
    old, new = (f"Negative {what} diffusivity [m2.s-1]" for what in ("electrode", "particle"))
    with pytest.raises(PipelineError, match="are the same parameter"):
        read_parameters({old: {}, new: {}}, None, "elements.fit")


NORMAL = {"distribution": "Normal", "mean": 3.0, "std": 0.2}


@pytest.mark.parametrize(
    "priors",
    [
        {"p": {"type": "Prior", "distribution": NORMAL}},
        {"p": NORMAL},
        {"p": {"type": "Normal", "mean": 3.0, "std": 0.2}},
        [{"type": "Prior", "name": "p", "distribution": NORMAL}],
        {"type": "Prior", "name": "p", "distribution": NORMAL},
        [{"type": "Prior", "distribution": NORMAL}],
        {"type": "Prior", "distribution": NORMAL},
    ],
)
def test_priors_are_read_in_every_layout(priors):
    found = read_parameters({"p": {}}, priors, "elements.fit")
    assert [prior.names for prior in found.priors] == [("p",)]
    assert found.priors[0].cost({"p": 3.4}) == pytest.approx(2.0)


def test_priors_alone_name_the_free_parameters():
    found = read_parameters(None, {"p": NORMAL, "q": NORMAL}, "elements.fit")
    assert found.space.names == ("p", "q")
    assert found.space.parameters[0].initial == 3.0


def test_a_nameless_prior_of_several_parameters_is_refused():
    with pytest.raises(PipelineError, match="does not say which parameter"):
        read_parameters({"p": {}, "q": {}}, [{"distribution": NORMAL}], "elements.fit")


def test_a_prior_on_an_unknown_parameter_names_near_ones():
    with pytest.raises(PipelineError, match="did you mean 'rate'"):
        read_parameters({"rate": {}}, {"rat": NORMAL}, "elements.fit")


def test_a_distribution_of_several_values_is_of_indexed_names():
    stem = "Host site occupancy fraction [-]"
    names = [f"Host site occupancy fraction ({k}) [-]" for k in range(3)]
    free = {name: {"bounds": [0, 1]} for name in names}
    prior = {stem: {"distribution": "Dirichlet", "alpha": [2.0, 3.0, 4.0]}}
    assert read_parameters(free, prior, "elements.fit").priors[0].names == tuple(names)


def test_a_uniform_prior_narrows_the_bounds():
    prior = {"distribution": "Uniform", "lb": 1.0, "ub": 2.0}
    one = parameter({"bounds": [0, 10], "initial_value": 1.5, "prior": prior})
    assert (one.lower, one.upper) == (1.0, 2.0)
    with pytest.raises(PipelineError, match="its prior allows"):
        parameter({"bounds": [0, 10], "initial_value": 5.0, "prior": prior})


COV = [[0.04, 0.01], [0.01, 0.09]]


@pytest.mark.parametrize(
    ("config", "reference", "values"),
    [
        ({"distribution": "Normal", "mean": 1, "std": 2}, stats.norm(1, 2), [0.3]),
        ({"distribution": "LogNormal", "mean": 1, "std": 0.5}, stats.lognorm(0.5, 0, math.e), [2]),
        ({"distribution": "Uniform", "lb": 1, "ub": 3}, stats.uniform(1, 2), [2.5]),
        (
            {"distribution": "MultivariateNormal", "mean": [1, 2], "cov": COV},
            stats.multivariate_normal([1, 2], COV),
            [1.1, 1.7],
        ),
        (
            {"distribution": "Dirichlet", "alpha": [2.0, 3.0, 4.0]},
            stats.dirichlet([2, 3, 4]),
            [0.2, 0.3, 0.5],
        ),
    ],
)
def test_densities_are_scipys(config, reference, values):
    found = read_distribution(config, "prior").log_density(np.array(values, dtype=float))
    expected = reference.logpdf(values if len(values) > 1 else values[0])
    assert found == pytest.approx(float(expected), rel=1e-10)


def test_modes_are_where_densities_are_largest():
    for config in (
        {"distribution": "LogNormal", "mean": 0.3, "std": 0.5},
        {"distribution": "MultivariateLogNormal", "mean": [0.1, 0.4], "cov": COV},
        {"distribution": "Dirichlet", "alpha": [2.0, 3.0, 4.0]},
    ):
        found = read_distribution(config, "prior")
        highest = found.log_density(found.mode)
        for place in range(found.size):
            for step in (0.97, 1.03):
                moved = np.array(found.mode)
                moved[place] *= step
                assert found.log_density(moved) < highest


def test_a_prior_of_logarithms_is_transformed_from_the_normal():
    config = {"distribution": "MultivariateLogNormal", "mean": [0.1, 0.4], "cov": COV}
    values = np.array([1.2, 0.8])
    expected = stats.multivariate_normal([0.1, 0.4], COV).logpdf(np.log(values))
    found = read_distribution(config, "prior").log_density(values)
    assert found == pytest.approx(float(expected - np.log(values).sum()), rel=1e-10)


def test_starts_are_the_initial_values_then_one_from_each_stratum():
    space = read_parameters(FREE, None, "elements.fit").space
    found = starts({"multistarts": 9}, space, space.start, 3, "elements.fit")
    assert np.array_equal(found[0], space.start)
    drawn = np.array(found[1:])
    shares = (drawn - space.lower) / (space.upper - space.lower)
    assert np.array_equal(np.sort(np.floor(shares * 8), axis=0), np.tile(np.arange(8.0), (2, 1)).T)
    again = starts({"multistarts": 9}, space, space.start, 3, "elements.fit")
    assert np.array_equal(found, again)
    other = starts({"multistarts": 9}, space, space.start, 4, "elements.fit")
    assert not np.array_equal(found, other)


def test_guesses_are_the_first_starts_and_one_mapping_holds_for_all():
    space = read_parameters(FREE, None, "elements.fit").space
    element = {"initial_guesses": [{DECAY: 2.0}, {DECAY: 4.0, RATE: 1.0}], "multistarts": 3}
    found = [space.values(x) for x in starts(element, space, space.start, 0, "elements.fit")]
    assert [one[DECAY] for one in found[:2]] == pytest.approx([2.0, 4.0])
    assert [one[RATE] for one in found[:2]] == pytest.approx([0.7, 1.0])
    assert len(found) == 3
    common = {
        "initial_guesses": {DECAY: 2.0},
        "multistarts": 4,
        "initial_guess_sampler": {"type": "Uniform"},
    }
    values = [space.values(x) for x in starts(common, space, space.start, 0, "elements.fit")]
    assert [one[DECAY] for one in values] == pytest.approx([2.0] * 4)
    assert len({one[RATE] for one in values}) == 4


def test_starts_are_drawn_from_the_range_that_the_user_gave():
    guesses = {"distribution": "Uniform", "lb": 2.0, "ub": 2.5}
    config = {DECAY: {**FREE[DECAY], "initial_guess_distribution": guesses}}
    space = read_parameters(config, None, "elements.fit").space
    found = starts({"multistarts": 20}, space, space.start, 0, "elements.fit")
    values = [space.values(x)[DECAY] for x in found[1:]]
    assert 2.0 <= min(values) < 2.05
    assert 2.45 < max(values) <= 2.5


@pytest.mark.parametrize(
    ("element", "words"),
    [
        ({"multistarts": 0}, "from 1 on"),
        ({"initial_guesses": {"Hight [V]": 1.0}}, "did you mean 'Height \\[V\\]'"),
        ({"initial_guesses": [{DECAY: 9.0}]}, "initial_guesses.0.*outside the bounds"),
        ({"multistarts": 2, "initial_guess_sampler": {"type": "Sobol"}}, "no sampler 'Sobol'"),
    ],
)
def test_wrong_starts_are_refused(element, words):
    space = read_parameters(FREE, None, "elements.fit").space
    with pytest.raises(PipelineError, match=words):
        starts(element, space, space.start, 0, "elements.fit")


def test_the_cost_of_a_point_is_that_of_its_values(monkeypatch):
    problem = problem_of(monkeypatch, {"parameters": FREE}).problem
    x = problem.point({DECAY: 2.0, RATE: 0.5})
    assert problem.values(x) == pytest.approx({DECAY: 2.0, RATE: 0.5})
    assert problem.cost(x) == pytest.approx(np.sum((decay(2.0, 0.5) - DATA) ** 2), rel=1e-9)
    assert problem.residuals(x) == pytest.approx(decay(2.0, 0.5) - DATA, rel=1e-9)


def test_the_last_point_is_remembered(monkeypatch):
    made = built(monkeypatch, {"one": lambda given: Decay(DATA, given)})
    element = {"objectives": OBJECTIVES, "parameters": FREE}
    problem = assemble(element, context()).problem
    problem.cost(problem.start)
    problem.residuals(problem.start)
    problem.cost(problem.start)
    assert made["one"].solves == 1


def test_derivatives_go_through_transforms_links_and_priors(monkeypatch):
    linked = 0.2 * pybamm.Parameter("Base") ** 2
    free = {
        "Base": {"initial_value": 1.5, "bounds": [0.5, 3.0], "transform": "Inverse"},
        DECAY: {**FREE[DECAY], "prior": {"distribution": "LogNormal", "mean": 0.0, "std": 1.0}},
        RATE: tree(linked),
    }
    assembly = problem_of(monkeypatch, {"parameters": free})
    problem = assembly.problem
    x = problem.start
    jacobian = problem.jacobian(x)
    for place in range(len(x)):
        moved = [np.array(x), np.array(x)]
        moved[0][place] += 1e-6
        moved[1][place] -= 1e-6
        up, down = (problem.residuals(one) for one in moved)
        assert jacobian[:, place] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-7)
    assert assembly.found(problem.values(x))[RATE] == pytest.approx(0.2 * 1.5**2)


def test_there_are_no_derivatives_where_one_objective_offers_none(monkeypatch):
    makers = {
        "one": lambda given: Decay(DATA, given),
        "two": lambda given: Decay(DATA, given, exact=False),
    }
    element = {"parameters": FREE, "objectives": {"one": {"data": {}}, "two": {"data": {}}}}
    problem = problem_of(monkeypatch, element, makers).problem
    assert problem.jacobian(problem.start) is None


def test_derivatives_where_the_model_does_not_reach_are_those_of_what_stands_in(monkeypatch):
    makers = {"one": lambda given: Decay(DATA, given, reach=1.5)}
    problem = problem_of(monkeypatch, {"parameters": FREE}, makers).problem
    jacobian = problem.jacobian(problem.start)
    moved = problem.start + np.array([1e-6, 0.0])
    change = (problem.residuals(moved) - problem.residuals(problem.start)) / 1e-6
    assert jacobian[:, 0] == pytest.approx(change, rel=1e-4)
    assert abs(jacobian[-1, 0]) > 0


def test_links_may_go_through_links_and_given_parameters(monkeypatch):
    free = {
        DECAY: FREE[DECAY],
        "Half": tree(0.5 * pybamm.Parameter(DECAY) + pybamm.Parameter("Offset")),
        RATE: tree(pybamm.Parameter("Half") - 1.0),
    }
    assembly = problem_of(monkeypatch, {"parameters": free}, given={"Offset": 0.2})
    found = assembly.found({DECAY: 3.0})
    assert found == pytest.approx({DECAY: 3.0, "Half": 1.7, RATE: 0.7})


def test_inputs_in_an_expression_are_parameters(monkeypatch):
    free = {DECAY: FREE[DECAY], RATE: tree(0.25 * pybamm.InputParameter(DECAY))}
    assembly = problem_of(monkeypatch, {"parameters": free})
    assert assembly.found({DECAY: 4.0})[RATE] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (pybamm.Parameter("Offset [V]") * 2, "'Offset \\[V\\]'"),
        (pybamm.Parameter(RATE) * 2, "refers to itself"),
    ],
)
def test_wrong_links_are_refused(monkeypatch, expression, words):
    free = {DECAY: FREE[DECAY], RATE: tree(expression)}
    with pytest.raises(PipelineError, match=words):
        problem_of(monkeypatch, {"parameters": free})


def _nested(depth):
    found = {"$type": "pybamm.expression_tree.scalar.Scalar", "name": "1", "value": 1.0}
    for _ in range(depth):
        found = {
            "$type": "pybamm.expression_tree.unary_operators.Negate",
            "name": "-",
            "children": [found],
        }
    return found


@pytest.mark.parametrize(
    ("hostile", "words"),
    [
        ({"$type": "os.PathLike"}, "may only name types under"),
        ({"$type": "pybamm.Simulation"}, "may only name types under"),
        (_nested(5000), "nested more than"),
        ("os.system", "must be an expression"),
        ([1.0], "must be an expression"),
    ],
)
def test_hostile_expressions_are_refused_before_they_are_decoded(monkeypatch, hostile, words):
    constraint = {"type": "Constraint", "fun": hostile}
    objectives = {"one": {"data": {}, "constraints": [constraint]}}
    with pytest.raises(PipelineError, match=words):
        problem_of(monkeypatch, {"parameters": FREE, "objectives": objectives})
    if isinstance(hostile, dict):
        with pytest.raises(PipelineError, match=words):
            problem_of(monkeypatch, {"parameters": {**FREE, "Linked": hostile}})


def test_links_in_a_circle_are_refused(monkeypatch):
    free = {
        DECAY: FREE[DECAY],
        RATE: tree(pybamm.Parameter("Other") * 2),
        "Other": tree(pybamm.Parameter(RATE) * 2),
    }
    with pytest.raises(PipelineError, match="circle"):
        problem_of(monkeypatch, {"parameters": free})


def test_fixed_numbers_are_given_to_the_models(monkeypatch):
    free = {DECAY: FREE[DECAY], RATE: 0.9}
    problem = problem_of(monkeypatch, {"parameters": free}).problem
    assert problem.cost(problem.point({DECAY: 2.5})) == pytest.approx(0, abs=1e-20)


def test_constraints_and_penalties_cost_their_weighted_squares(monkeypatch):
    height, rate = pybamm.Parameter(DECAY), pybamm.InputParameter(RATE)
    objective = {
        "data": {},
        "constraints": [
            {"type": "Constraint", "fun": tree(height <= 2 * rate), "regularizer_weight": 10.0},
            {"type": "Constraint", "fun": tree(height - 3.5 * rate)},
        ],
        "penalties": [{"type": "Penalty", "fun": tree(height + rate), "regularizer_weight": 0.1}],
    }
    element = {"parameters": FREE, "objectives": {"one": objective}}
    problem = problem_of(monkeypatch, element).problem
    for h, r in ((2.0, 0.5), (1.0, 5.0)):
        own = 10 * max(0, h - 2 * r) ** 2 + (h - 3.5 * r) ** 2 + 0.1 * (h + r) ** 2
        x = problem.point({DECAY: h, RATE: r})
        assert problem.cost(x) - np.sum((decay(h, r) - DATA) ** 2) == pytest.approx(own, rel=1e-9)
        residuals = problem.residuals(x)
        assert residuals @ residuals == pytest.approx(problem.cost(x), rel=1e-12)


def test_a_constraint_on_what_there_is_not_is_refused(monkeypatch):
    objective = {
        "data": {},
        "constraints": [{"type": "Constraint", "fun": tree(pybamm.Parameter("Hight") - 1)}],
    }
    with pytest.raises(PipelineError, match=r"objectives.one.constraints.0.*'Hight'"):
        problem_of(monkeypatch, {"parameters": FREE, "objectives": {"one": objective}})


def test_an_objectives_own_cost_wins_over_that_of_the_fit(monkeypatch):
    makers = dict.fromkeys(("one", "two"), lambda given: Decay(DATA, given))
    own = {"type": "MAE", "normalization": 0.1}
    objectives = {"one": {"data": {}, "cost": own}, "two": {"data": {}}}
    problem = problem_of(
        monkeypatch, {"parameters": FREE, "objectives": objectives}, makers
    ).problem
    errors = decay() - DATA
    expected = np.mean(np.abs(errors / 0.1)) + np.sum(errors**2)
    assert problem.cost(problem.start) == pytest.approx(expected, rel=1e-9)
    common = {"type": "SSE", "normalization": "identity", "objective_weights": {"one": 0.5}}
    element = {"parameters": FREE, "objectives": objectives, "cost": common}
    weighted = problem_of(monkeypatch, element, makers).problem
    expected = 0.5 * np.mean(np.abs(errors / 0.1)) + np.sum(errors**2)
    assert weighted.cost(weighted.start) == pytest.approx(expected, rel=1e-9)


def test_a_parameter_that_no_objective_uses_is_refused_and_near_names_told(monkeypatch):
    free = {**FREE, "Heigth [V]": {"initial_value": 1.0}}
    with pytest.raises(PipelineError, match=r"no objective uses it.*did you mean 'Height \[V\]'"):
        problem_of(monkeypatch, {"parameters": free}, given={DECAY: 1.0})
    problem_of(monkeypatch, {"parameters": free, "options": {"validate": False}})


def test_a_name_that_is_right_is_not_what_was_meant_instead(monkeypatch):
    """The models know no contact resistance unless they are asked to."""
    free = {**FREE, "Contact resistance [Ohm]": {"initial_value": 0.01}}
    with pytest.raises(PipelineError, match="unless one of their options brings it in") as caught:
        problem_of(monkeypatch, {"parameters": free})
    assert "did you mean" not in caught.value.message


def test_a_noise_is_used_by_the_cost(monkeypatch):
    free = {**FREE, "sigma": {"initial_value": 0.1, "bounds": [0.001, 1.0]}}
    cost = {"type": "GaussianLogLikelihood", "sigma": {VARIABLE: "sigma"}}
    problem = problem_of(monkeypatch, {"parameters": free, "cost": cost}).problem
    expected = -stats.norm.logpdf(DATA, decay(), 0.1).sum()
    assert problem.cost(problem.start) == pytest.approx(expected, rel=1e-9)


def test_a_point_without_an_answer_costs_more_than_any_other(monkeypatch):
    makers = {"one": lambda given: Decay(DATA, given, breaks=5.0)}
    problem = problem_of(monkeypatch, {"parameters": FREE}, makers).problem
    failing = problem.point({DECAY: 2.0, RATE: 9.0})
    first = problem.cost(failing)
    assert first == pytest.approx(1e6 * np.sum(DATA**2))
    residuals = problem.residuals(failing)
    assert residuals @ residuals == pytest.approx(first)
    assert len(residuals) == len(DATA)
    worst = problem.cost(problem.point({DECAY: 5.0, RATE: 0.01}))
    assert first > 10 * worst
    assert problem.failures == 2
    assert problem.ledger.first_failure == "the rate is too high for the solver"


def test_the_trace_has_every_improvement(monkeypatch):
    problem = problem_of(monkeypatch, {"parameters": FREE}).problem
    heights = [3.0, 4.0, 2.8, 2.9, 2.6]
    for height in heights:
        problem.cost(problem.point({DECAY: height, RATE: 0.9}))
    assert [row["iteration"] for row in problem.trace] == [1, 3, 5]
    assert [row["inputs_unscaled"][DECAY] for row in problem.trace] == pytest.approx([3, 2.8, 2.6])
    costs = [row["best_cost"] for row in problem.trace]
    assert costs == sorted(costs, reverse=True)


def test_a_restricted_problem_moves_some_parameters_only(monkeypatch):
    problem = problem_of(monkeypatch, {"parameters": FREE}).problem
    point = problem.point({DECAY: 2.0, RATE: 0.4})
    part = problem.restricted([RATE], point)
    assert list(part.names) == [RATE]
    assert part.cost(part.start) == pytest.approx(problem.cost(point))
    assert part.values(part.start) == pytest.approx({DECAY: 2.0, RATE: 0.4})
    jacobian = part.jacobian(part.start)
    assert jacobian[:, 0] == pytest.approx(problem.jacobian(point)[:, 1])
    assert part.ledger is problem.ledger


def test_a_posterior_over_the_search_space_is_that_of_the_parameters(monkeypatch):
    prior = {"distribution": "LogNormal", "mean": 0.0, "std": 1.0}
    free = {RATE: {**FREE[RATE], "prior": prior}, DECAY: 2.5}
    cost = {"type": "ChiSquare", "variable_standard_deviations": {VARIABLE: 0.1}}
    problem = problem_of(monkeypatch, {"parameters": free, "cost": cost}).problem
    rates = (0.5, 2.0)
    xs = [problem.point({RATE: rate}) for rate in rates]
    expected = [stats.lognorm(1.0).logpdf(rate) + math.log(rate * math.log(10)) for rate in rates]
    assert [problem.log_prior(x) for x in xs] == pytest.approx(expected)
    differences = np.diff([problem.log_likelihood(x) for x in xs])
    by_hand = np.diff([stats.norm.logpdf(DATA, decay(2.5, rate), 0.1).sum() for rate in rates])
    assert differences == pytest.approx(by_hand, rel=1e-9)
    assert problem.log_prior(np.array([5.0])) == -math.inf


def test_a_sampler_needs_a_likelihood(monkeypatch):
    problem = problem_of(monkeypatch, {"parameters": FREE}).problem
    with pytest.raises(PipelineError, match="GaussianLogLikelihood"):
        problem.log_likelihood(problem.start)
