"""Multi-species models of open-circuit data: PyBaMM's own functions, and fits back to the truth."""

import numpy as np
import pytest
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import MissingParametersError, PipelineError
from ionworks_engine.pipelines.fits.data_fit import fit
from ionworks_engine.pipelines.models.msmr_rules import projected
from ionworks_engine.pipelines.models.msmr_slots import full_name
from ionworks_engine.pipelines.objectives import build
from ionworks_engine.pipelines.objectives.base import SolveError
from ionworks_engine.pipelines.values import ParameterSet

TEMPERATURE = 298.15
SITES = {"negative": 6, "positive": 4}
LIMITS = {"negative": (0.005, 1.2), "positive": (3.2, 4.4)}
OPTIONS = {
    "number of MSMR reactions": ("6", "4"),
    "open-circuit potential": "MSMR",
    "particle": "MSMR",
    "intercalation kinetics": "MSMR",
}
BALANCE = {
    "Negative electrode capacity [A.h]": 3.2,
    "Negative electrode lower excess capacity [A.h]": 0.05,
    "Positive electrode capacity [A.h]": 3.5,
    "Positive electrode lower excess capacity [A.h]": 0.6,
}
CAPACITY, VOLTAGE = "Capacity [A.h]", "Voltage [V]"
SLOPE, CAPACITY_SLOPE = "Differential voltage [V/Ah]", "Differential capacity [Ah/V]"


@pytest.fixture(scope="module")
def example():
    return pybamm.ParameterValues("MSMR_Example")


def filling(example, electrode, potential):
    """Stoichiometry as PyBaMM computes it."""
    side = getattr(pybamm.LithiumIonParameters(OPTIONS), electrode[0]).prim
    symbol = side.x(pybamm.Vector(potential), pybamm.Scalar(TEMPERATURE))
    with np.errstate(over="ignore"):
        return example.process_symbol(symbol).evaluate().ravel()


def known(example, *electrodes):
    """Sites of some electrodes, and their capacities."""
    wanted = ("standard potential", "occupancy fraction", "ideality factor")
    values = {"Ambient temperature [K]": TEMPERATURE}
    for electrode in electrodes:
        side = electrode.capitalize()
        for name, value in example.items():
            if name.startswith(f"{side} electrode host") and any(each in name for each in wanted):
                values[name] = float(value)
        values |= {name: value for name, value in BALANCE.items() if name.startswith(side)}
    return values


def potentials_of(values):
    return {name: value for name, value in values.items() if "standard potential" in name}


def half_cell_data(example, electrode, noise=0.0, points=400, seed=0):
    """Even capacities and the potentials there, from PyBaMM's function."""
    potential = np.linspace(*LIMITS[electrode], 40001)
    filled = filling(example, electrode, potential)
    stoichiometry = np.linspace(filled.min(), filled.max(), points)
    voltage = np.interp(stoichiometry, filled[::-1], potential[::-1])
    voltage += noise * np.random.default_rng(seed).standard_normal(points)
    side = electrode.capitalize()
    total = BALANCE[f"{side} electrode capacity [A.h]"]
    lower = BALANCE[f"{side} electrode lower excess capacity [A.h]"]
    return {CAPACITY: (total * stoichiometry - lower).tolist(), VOLTAGE: voltage.tolist()}


def half_cell_model(electrode, **options):
    return {
        "type": "MSMRHalfCellModel",
        "electrode": electrode,
        "options": {"species format": "Xj", **options},
    }


def half_cell(data, electrode="positive", model=None, **options):
    model = model or half_cell_model(electrode)
    return {"type": "MSMRHalfCell", "data": {"data": data}, "options": {"model": model, **options}}


def built(settings, given, free, context=None):
    context = context or Context(ParameterSet(given))
    return build("ocv", settings, context, free)


def fitted(settings, given, parameters, **more):
    element = {"element_type": "data_fit", "objectives": {"ocv": settings}, **more}
    return fit({**element, "parameters": parameters}, Context(ParameterSet(given)))


def without(values, names):
    return {name: value for name, value in values.items() if name not in names}


def worst(model, data):
    return {name: np.nanmax(np.abs(model[name] - data[name])) for name in data}


def slopes_by_hand(objective, values, name, step):
    ahead = objective.evaluate({**values, name: values[name] + step})
    behind = objective.evaluate({**values, name: values[name] - step})
    return {each: (ahead[each] - behind[each]) / (2 * step) for each in ahead}


def assert_derivatives(objective, values, tolerance=1e-3):
    """Derivatives agree with central differences, relative to the largest of each variable."""
    names = sorted(values)
    numbers, slopes = objective.derivatives(values, names)
    again = objective.evaluate(values)
    for each, column in numbers.items():
        np.testing.assert_array_equal(column, again[each])
    for place, name in enumerate(names):
        hand = slopes_by_hand(objective, values, name, 1e-5 * max(abs(values[name]), 0.1))
        for each, expected in hand.items():
            # a point where a slope is cut off has no derivative; a median is blind to those few
            error = np.abs(expected - slopes[each][:, place])
            scale = max(np.abs(expected).max(), np.abs(slopes[each]).max() * 1e-3)
            assert np.percentile(error, 95) <= tolerance * scale, (name, each)


# -- the closed form --------------------------------------------------------------------


@pytest.mark.parametrize("electrode", ["negative", "positive"])
def test_capacity_is_that_of_pybamms_function(example, electrode):
    given = known(example, electrode)
    data = half_cell_data(example, electrode)
    objective = built(half_cell(data, electrode), given, potentials_of(given))
    numbers = objective.evaluate(potentials_of(given))
    total = BALANCE[f"{electrode.capitalize()} electrode capacity [A.h]"]
    lower = BALANCE[f"{electrode.capitalize()} electrode lower excess capacity [A.h]"]
    order = np.argsort(data[CAPACITY])
    expected = total * filling(example, electrode, np.array(data[VOLTAGE])[order]) - lower
    np.testing.assert_allclose(numbers[CAPACITY], expected, atol=1e-9)


def test_sites_given_as_capacities_are_the_same(example):
    given = known(example, "positive")
    data = half_cell_data(example, "positive")
    fractions = built(half_cell(data), given, potentials_of(given))
    total = BALANCE["Positive electrode capacity [A.h]"]
    as_capacities = {
        name.replace("occupancy fraction", "occupancy capacity") + " [A.h]": total * value
        for name, value in given.items()
        if "occupancy fraction" in name
    }
    others = without(given, [name for name in given if "fraction" in name])
    model = half_cell_model("positive", **{"species format": "Qj"})
    settings = half_cell(data, model=model)
    capacities = built(settings, {**others, **as_capacities}, potentials_of(given))
    one, other = (each.evaluate(potentials_of(given)) for each in (fractions, capacities))
    np.testing.assert_allclose(one[CAPACITY], other[CAPACITY], atol=1e-12)
    # without an option, sites are capacities
    plain = half_cell(data, model={"type": "MSMRHalfCellModel", "electrode": "positive"})
    default = built(plain, {**others, **as_capacities}, potentials_of(given))
    np.testing.assert_array_equal(default.evaluate({})[CAPACITY], other[CAPACITY])


def test_temperature_widens_the_steps(example):
    given = {**known(example, "positive"), "Ambient temperature [K]": 333.15}
    data = half_cell_data(example, "positive")
    objective = built(half_cell(data), given, {})
    side = pybamm.LithiumIonParameters(OPTIONS).p.prim
    voltage = np.array(data[VOLTAGE])
    warm = example.process_symbol(side.x(pybamm.Vector(voltage), pybamm.Scalar(333.15)))
    expected = 3.5 * warm.evaluate().ravel() - 0.6
    np.testing.assert_allclose(objective.evaluate({})[CAPACITY], expected, atol=1e-9)


def test_a_temperature_that_is_not_given_is_assumed(example):
    given = without(known(example, "positive"), ["Ambient temperature [K]"])
    context = Context(ParameterSet(given))
    built(half_cell(half_cell_data(example, "positive")), given, {}, context)
    assert any("298.15 K" in each for each in context.assumptions)


def test_two_phases_hold_lithium_at_one_potential(example):
    """Silicon beside graphite: contents add up, a lower excess is one or a sum of two."""
    graphite, other = (known(example, "negative") for _ in range(2))
    phases = {}
    for prefix, sites, total in (("Primary: ", graphite, 3.0), ("Secondary: ", other, 0.5)):
        shift = 0.2 if prefix.startswith("S") else 0.0
        for name, value in sites.items():
            if "host site" in name:
                phases[prefix + name] = value + shift * ("potential" in name)
        phases[f"{prefix}Negative electrode capacity [A.h]"] = total
    voltage = np.linspace(0.05, 1.0, 200)
    content = 3.0 * filling(example, "negative", voltage)
    content += 0.5 * filling(example, "negative", voltage - 0.2)
    data = {CAPACITY: (content - 0.03).tolist(), VOLTAGE: voltage.tolist()}
    model = half_cell_model("negative", **{"particle phases": "2"})
    settings = half_cell(data, model=model)
    base = {"Ambient temperature [K]": TEMPERATURE, **phases}
    whole = {**base, "Negative electrode lower excess capacity [A.h]": 0.03}
    split = {
        **base,
        "Primary: Negative electrode lower excess capacity [A.h]": 0.02,
        "Secondary: Negative electrode lower excess capacity [A.h]": 0.01,
    }
    for given in (whole, split):
        objective = built(settings, given, {})
        assert worst(objective.evaluate({}), objective.variables)[CAPACITY] < 1e-12


def test_values_of_a_direction_win_over_plain_ones(example):
    given = {**known(example, "positive"), "Number of reactions in positive electrode": 4}
    data = half_cell_data(example, "positive")
    directed = "Positive electrode host site standard potential (delithiation) (0) [V]"
    assert directed == full_name("U0_p_d_0")
    moved = {**given, directed: 3.7}
    model = half_cell_model("positive", direction="delithiation")
    plain = built(half_cell(data), moved, {}).evaluate({})
    other = built(half_cell(data, model=model), moved, {}).evaluate({})
    replaced = {**given, "Positive electrode host site standard potential (0) [V]": 3.7}
    expected = built(half_cell(data), replaced, {}).evaluate({})
    np.testing.assert_array_equal(other[CAPACITY], expected[CAPACITY])
    assert np.abs(plain[CAPACITY] - other[CAPACITY]).max() > 0.01
    # how many kinds of sites there are must not be guessed
    uncounted = without(moved, ["Number of reactions in positive electrode"])
    with pytest.raises(PipelineError, match="1 and 4 standard potentials"):
        built(half_cell(data, model=model), uncounted, {})


def test_voltage_and_slopes_are_those_of_the_capacity_inverted(example):
    given = known(example, "negative")
    data = half_cell_data(example, "negative", points=3000)
    wanted = [CAPACITY, VOLTAGE, SLOPE, CAPACITY_SLOPE]
    settings = half_cell(data, "negative", **{"objective variables": wanted, "dUdQ cutoff": "none"})
    objective = built(settings, given, {})
    model = objective.evaluate({})
    np.testing.assert_allclose(model[VOLTAGE], data[VOLTAGE], atol=2e-6)
    # a broad window is the slope of a straight line through it: compare with numpy's
    q, v = (np.array(data[name]) for name in (CAPACITY, VOLTAGE))
    middle = 1500
    near = np.abs(q - q[middle]) <= 0.02 * np.ptp(q) * (1 + 1e-9)
    assert model[SLOPE][middle] == pytest.approx(np.polyfit(q[near], v[near], 1)[0], rel=1e-4)
    inverse = np.polyfit(v[near], q[near], 1)[0]
    assert model[CAPACITY_SLOPE][middle] == pytest.approx(inverse, rel=1e-3)


def test_derivatives_of_half_cells(example):
    given = known(example, "negative")
    free = without(given, ["Ambient temperature [K]"])
    data = half_cell_data(example, "negative", points=150)
    for method in ("project", "explicit", "reformulate"):
        options = {
            "constrain Xj method": method,
            "penalize Xj complement bounds": True,
            "objective variables": [CAPACITY, VOLTAGE, SLOPE, CAPACITY_SLOPE],
        }
        objective = built(half_cell(data, "negative", **options), {}, free)
        # away from the start, so that no rule is just met
        away = {name: value * (1 + 0.02 * (k % 3)) for k, (name, value) in enumerate(free.items())}
        assert_derivatives(objective, away)


def test_a_width_that_no_electrode_has_is_no_answer(example):
    given = known(example, "positive")
    width = "Positive electrode host site ideality factor (0)"
    objective = built(half_cell(half_cell_data(example, "positive")), given, {width: 1.0})
    for wrong in (0.0, -1.0):
        with pytest.raises(SolveError, match="none of the data"):
            objective.evaluate({width: wrong})


# -- what fractions must add up to -------------------------------------------------------


def test_projection_is_the_nearest_point_of_the_simplex():
    rng = np.random.default_rng(3)
    for _ in range(20):
        start = rng.normal(0.3, 0.4, 4)
        near = projected(start)
        assert near.sum() == pytest.approx(1)
        assert near.min() >= 0
        for other in rng.dirichlet(np.ones(4), 200):
            assert np.linalg.norm(near - start) <= np.linalg.norm(other - start) + 1e-12


def test_projected_fractions_go_on_as_they_were_used(example):
    given = known(example, "positive")
    fractions = {name: 1.3 * value for name, value in given.items() if "fraction" in name}
    data = half_cell_data(example, "positive")
    objective = built(half_cell(data), given, fractions)
    implied = objective.implied(fractions)
    assert sum(implied[name] for name in fractions) == pytest.approx(1)
    used = built(half_cell(data), {**given, **implied}, {})
    np.testing.assert_allclose(
        objective.evaluate(fractions)[CAPACITY], used.evaluate({})[CAPACITY], atol=1e-12
    )


def test_fractions_of_which_some_are_fixed_stay_as_they_are(example):
    given = known(example, "positive")
    one = "Positive electrode host site occupancy fraction (0)"
    objective = built(half_cell(half_cell_data(example, "positive")), given, {one: 0.5})
    assert objective.implied({one: 0.5}) == {}


def test_the_last_fraction_is_what_the_others_leave(example):
    given = known(example, "positive")
    names = [f"Positive electrode host site occupancy fraction ({k})" for k in range(4)]
    free = {name: given[name] for name in names[:3]}
    data = half_cell_data(example, "positive")
    settings = half_cell(data, **{"constrain Xj method": "reformulate"})
    objective = built(settings, without(given, names), free)
    assert objective.implied(free)[names[3]] == pytest.approx(given[names[3]], abs=1e-5)
    assert worst(objective.evaluate(free), objective.variables)[CAPACITY] < 1e-3


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"constrain Xj method": "explicit"}, {"occupancy fraction (0)": 0.5}),
        (
            {"constrain Xj method": "reformulate", "penalize Xj complement bounds": True},
            {"occupancy fraction (0)": 0.9},
        ),
        ({"preserve U0j order": True}, {"standard potential (0) [V]": 3.6}),
    ],
)
def test_soft_conditions_are_points_that_miss_their_data(example, options, wrong):
    given = known(example, "positive")
    if "preserve U0j order" in options:
        given = _descending(given)
    free = without(given, ["Ambient temperature [K]"])
    points = half_cell_data(example, "positive")
    plain = built(half_cell(points), given, free)
    objective = built(half_cell(points, **options), given, free)
    extra = objective.variables[CAPACITY].size - plain.variables[CAPACITY].size
    assert extra in (1, 3)
    for name, data in plain.variables.items():  # whichever variables a cost takes
        assert objective.variables[name].size - data.size == extra
    met = objective.evaluate(free)[CAPACITY] - objective.variables[CAPACITY]
    assert np.abs(met[-extra:]).max() < 2e-3
    broken = {f"Positive electrode host site {name}": value for name, value in wrong.items()}
    missed = objective.evaluate({**free, **broken})[CAPACITY] - objective.variables[CAPACITY]
    assert np.abs(missed[-extra:]).max() > 1
    assert list(objective.channels(free)) == list(plain.channels(free))
    assert objective.channels(free)[f"{CAPACITY} (data)"].size == 400


def _descending(given):
    """The same sites, their indices turned round."""
    turned = {}
    for name, value in given.items():
        index = next((k for k in range(4) if f"({k})" in name), None)
        turned[name if index is None else name.replace(f"({index})", f"({3 - index})")] = value
    return turned


def test_potentials_that_do_not_descend_cannot_keep_their_order(example):
    given = known(example, "positive")
    settings = half_cell(half_cell_data(example, "positive"), **{"preserve U0j order": True})
    with pytest.raises(PipelineError, match="descend with the index"):
        built(settings, given, potentials_of(given))


# -- fits back to the truth --------------------------------------------------------------


def started(values, rng, away=0.01):
    return {
        name: {
            "initial_value": value + away * rng.uniform(-1, 1),
            "bounds": [value - 0.1, value + 0.1],
        }
        for name, value in values.items()
    }


@pytest.mark.parametrize("electrode", ["negative", "positive"])
def test_potentials_are_fitted_back_from_noisy_voltages(example, electrode):
    """1 mV of noise on 400 voltages leaves every one of the potentials within 1 mV."""
    given = known(example, electrode)
    sought = potentials_of(given)
    parameters = started(sought, np.random.default_rng(1))
    data = half_cell_data(example, electrode, noise=1e-3)
    settings = half_cell(data, electrode, **{"objective variables": [VOLTAGE]})
    found = fitted(settings, without(given, sought), parameters).values
    assert max(abs(found[name] - value) for name, value in sought.items()) < 1e-3


@pytest.mark.parametrize("electrode", ["negative", "positive"])
def test_potentials_and_capacities_are_fitted_back_by_default(example, electrode):
    given = known(example, electrode)
    side = electrode.capitalize()
    balance = {name: value for name, value in BALANCE.items() if name.startswith(side)}
    sought = potentials_of(given)
    parameters = started(sought, np.random.default_rng(2), 0.005)
    parameters |= {
        name: {"initial_value": 1.03 * value, "bounds": [0.5 * value, 2 * value]}
        for name, value in balance.items()
    }
    data = half_cell_data(example, electrode)
    done = fitted(half_cell(data, electrode), without(given, {**sought, **balance}), parameters)
    assert done.result["type"] == "OptimizationResult"
    assert max(abs(done.values[name] - value) for name, value in sought.items()) < 1e-3
    for name, value in balance.items():
        assert done.values[name] == pytest.approx(value, abs=2e-3)


def wide_and_narrow(example):
    """Graphite and a site of its own at 0.4 V as two phases, and data of both, from numpy."""
    given = {"Ambient temperature [K]": TEMPERATURE}
    total = 3.0
    for name, value in known(example, "negative").items():
        if "fraction" in name:
            name = name.replace("fraction", "capacity") + " [A.h]"
            value *= total
        if "host site" in name:
            given[f"Primary: {name}"] = value
    sought = {
        "Secondary: Negative electrode host site occupancy capacity (0) [A.h]": 1.5,
        "Secondary: Negative electrode host site standard potential (0) [V]": 0.4,
        "Negative electrode lower excess capacity [A.h]": 0.3,
    }
    given["Secondary: Negative electrode host site ideality factor (0)"] = 3.0
    potential = np.linspace(0.02, 1.0, 200)
    away = (potential - 0.4) * 96485.33212 / (8.314462618 * TEMPERATURE * 3.0)
    content = total * filling(example, "negative", potential) + 1.5 / (1 + np.exp(away)) - 0.3
    model = {"type": "MSMRHalfCellModel", "electrode": "negative"}
    model["options"] = {"particle phases": "2"}
    return (
        half_cell({CAPACITY: content.tolist(), VOLTAGE: potential.tolist()}, model=model),
        given,
        sought,
    )


@pytest.mark.parametrize(
    "variables", [None, [CAPACITY], [VOLTAGE], [SLOPE, CAPACITY], [SLOPE, VOLTAGE]]
)
def test_data_that_the_start_does_not_reach_lead_back(example, variables):
    """At the start a fifth of the capacities are of no potential that the sites have."""
    settings, given, sought = wide_and_narrow(example)
    if variables is not None:
        settings["options"]["objective variables"] = variables
    bounds = ([0.5, 3.0], [0.2, 0.7], [0.0, 1.0])
    parameters = {
        name: {"initial_value": start, "bounds": between}
        for name, start, between in zip(sought, (1.2, 0.45, 0.1), bounds, strict=True)
    }
    found = fitted(settings, given, parameters)
    assert found.values == pytest.approx(sought, abs=1e-6)


def test_derivatives_hold_where_data_leave_the_model(example):
    """Of every point, not of most: beyond the data's potentials the model goes on smoothly."""
    settings, given, sought = wide_and_narrow(example)
    settings["options"]["objective variables"] = [CAPACITY, VOLTAGE, SLOPE]
    objective = built(settings, given, sought)
    # the sites are empty 0.5 V beyond the data at the capacity of one point
    numbers = (1.2649031123530183, 0.4316354974535421, 0.17476561141789196)
    away = dict(zip(sought, numbers, strict=True))
    model = objective.evaluate(away)
    assert np.isfinite(model[VOLTAGE]).all()
    assert model[VOLTAGE].max() > 1.1
    _, slopes = objective.derivatives(away, list(away))
    for place, name in enumerate(away):
        for each, expected in slopes_by_hand(objective, away, name, 1e-6).items():
            scale = np.abs(expected).max()
            np.testing.assert_allclose(slopes[each][:, place], expected, atol=1e-4 * scale)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_of_the_sites_come_back_by_default_from_noisy_voltages(example, seed):
    """1 mV of noise, graphite: capacities at measured voltages leave 100 mV, widths 3."""
    given = known(example, "negative")
    sought = {name: value for name, value in given.items() if "host site" in name}
    rng = np.random.default_rng(seed)
    parameters = started(potentials_of(given), rng)
    parameters |= {
        name: {"initial_value": value * (1 + 0.1 * rng.uniform(-1, 1)), "bounds": [0, 3 * value]}
        for name, value in sought.items()
        if "potential" not in name
    }
    data = half_cell_data(example, "negative", noise=1e-3, seed=seed)
    found = fitted(half_cell(data, "negative"), without(given, sought), parameters).values
    for word, most in (("potential", 0.03), ("fraction", 0.01), ("ideality", 0.25)):
        away = [abs(found[name] - value) for name, value in sought.items() if word in name]
        assert max(away) < most


def test_variables_weigh_by_what_noise_of_the_voltage_does_to_them(example):
    """Noise adds as much to the cost of one variable as to that of another."""
    given = known(example, "positive")
    wanted = {"objective variables": [CAPACITY, VOLTAGE, SLOPE, CAPACITY_SLOPE]}
    clean = built(half_cell(half_cell_data(example, "positive"), **wanted), given, {})
    assert max(clean.variable_weights.values()) == 1
    model = clean.evaluate({})
    costs = {name: [] for name in model}
    for seed in range(6):
        data = half_cell_data(example, "positive", noise=1e-4, seed=seed)
        noisy = built(half_cell(data, **wanted, **{"dUdQ cutoff": "none"}), given, {})
        for name, measured in noisy.variables.items():
            away = (noisy.evaluate({})[name] - measured) / np.ptp(clean.variables[name])
            costs[name].append(clean.variable_weights[name] * np.mean(away**2))
    means = {name: np.mean(each) for name, each in costs.items()}
    assert means[CAPACITY] == pytest.approx(means[VOLTAGE], rel=0.3)
    for name in (SLOPE, CAPACITY_SLOPE):  # counted as often as windows share a point
        assert means[name] < means[VOLTAGE]


def full_cell_data(example, points=300, noise=0.0, usable=2.7):
    """Discharge of two electrodes of PyBaMM's functions, inverted by numpy."""
    capacity = np.linspace(0, usable, points)
    curves = {}
    for electrode, lithium in (("negative", usable - capacity), ("positive", capacity)):
        side = electrode.capitalize()
        low, high = {"negative": (-0.2, 2.0), "positive": (2.5, 5.0)}[electrode]
        potential = np.linspace(low, high, 200001)
        content = BALANCE[f"{side} electrode capacity [A.h]"] * filling(
            example, electrode, potential
        )
        wanted = BALANCE[f"{side} electrode lower excess capacity [A.h]"] + lithium
        curves[electrode] = np.interp(wanted, content[::-1], potential[::-1])
    voltage = curves["positive"] - curves["negative"]
    voltage += noise * np.random.default_rng(5).standard_normal(points)
    return {CAPACITY: capacity.tolist(), VOLTAGE: voltage.tolist()}


def full_cell(data, **options):
    return {"type": "MSMRFullCell", "data": {"data": data}, "options": options}


def test_a_full_cell_is_two_half_cells_that_exchange_lithium(example):
    given = known(example, "negative", "positive")
    wanted = {"objective variables": [CAPACITY, VOLTAGE, SLOPE]}
    context = Context(ParameterSet(given))
    objective = built(full_cell(full_cell_data(example), **wanted), given, {}, context)
    away = worst(objective.evaluate({}), objective.variables)
    assert any("fractions (Xj)" in each for each in context.assumptions)
    assert away[VOLTAGE] < 2e-5
    assert away[CAPACITY] < 2e-4
    assert away[SLOPE] < 1e-3


def pair(negative=None, positive=None, **more):
    halves = {"negative": negative or {}, "positive": positive or {}}
    models = {
        f"{electrode}_electrode_model": {
            "type": "MSMRHalfCellModel",
            "electrode": electrode,
            "options": options,
        }
        for electrode, options in halves.items()
    }
    return {"type": "MSMRFullCellModel", **models, **more}


def test_options_of_a_full_cell_are_those_of_its_electrodes(example):
    given = known(example, "negative", "positive")
    data = full_cell_data(example)
    own = {"species format": "Xj"}
    each = built(full_cell(data, model=pair(own, own)), given, {}).evaluate({})
    both = built(full_cell(data, model=pair(options=own)), given, {}).evaluate({})
    np.testing.assert_array_equal(both[CAPACITY], each[CAPACITY])
    contrary = pair(own, own, options={"species format": "Qj"})
    first = built(full_cell(data, model=contrary), given, {}).evaluate({})
    np.testing.assert_array_equal(first[CAPACITY], each[CAPACITY])
    with pytest.raises(PipelineError, match=r"model\.options: no option 'nonsense'"):
        built(full_cell(data, model=pair(own, own, options={"nonsense": 1})), given, {})


def test_what_a_closed_form_does_not_use_is_told(example):
    given = known(example, "negative", "positive")
    settings = {"mesh": 5}
    model = pair(options={"species format": "Xj"})
    model["negative_electrode_model"]["simulation_settings"] = settings
    half = {**half_cell_model("positive"), "simulation_settings": settings}
    data = half_cell_data(example, "positive")
    unused = {"penalize Xj complement bounds": True}
    for objective, word in (
        (full_cell(full_cell_data(example), model=model), "simulation_settings"),
        (half_cell(data, model=half), "simulation_settings"),
        (half_cell(data, **unused), "penalize Xj"),
    ):
        context = Context(ParameterSet(given))
        built(objective, given, {}, context)
        assert [each for each in context.assumptions if word in each and "not used" in each]
    context = Context(ParameterSet(given))
    built(half_cell(data, **unused, **{"constrain Xj method": "reformulate"}), given, {}, context)
    assert not context.assumptions


def test_derivatives_of_full_cells(example):
    given = known(example, "negative", "positive")
    free = without(given, ["Ambient temperature [K]"])
    wanted = {"objective variables": [CAPACITY, VOLTAGE, SLOPE]}
    objective = built(full_cell(full_cell_data(example, 100), **wanted), {}, free)
    away = {name: value * (1 + 0.01 * (k % 3)) for k, (name, value) in enumerate(free.items())}
    assert_derivatives(objective, away)


@pytest.mark.parametrize("noise", [0.0, 1e-3])
def test_the_balance_of_a_full_cell_is_fitted_back(example, noise):
    given = known(example, "negative", "positive")
    parameters = {
        name: {"initial_value": 1.05 * value, "bounds": [0.5 * value, 2 * value]}
        for name, value in BALANCE.items()
    }
    data = full_cell_data(example, noise=noise)
    found = fitted(full_cell(data), without(given, BALANCE), parameters).values
    for name, value in BALANCE.items():
        assert found[name] == pytest.approx(value, abs=1e-3 if noise == 0 else 0.02)


@pytest.mark.parametrize("factor", [0.8, 1.35])
def test_the_balance_comes_back_from_electrodes_of_other_sizes(example, factor):
    given = known(example, "negative", "positive")
    parameters = {
        name: {"initial_value": factor * value, "bounds": [0.2 * value, 3 * value]}
        for name, value in BALANCE.items()
    }
    found = fitted(full_cell(full_cell_data(example)), without(given, BALANCE), parameters).values
    for name, value in BALANCE.items():
        assert found[name] == pytest.approx(value, abs=1e-4)


def test_an_upper_excess_stands_for_a_capacity(example):
    given = known(example, "negative", "positive")
    data = full_cell_data(example)
    whole = built(full_cell(data), given, {})
    implied = whole.implied({})
    assert implied["Usable capacity [A.h]"] == pytest.approx(2.7)
    uppers = {name: value for name, value in implied.items() if "upper" in name}
    expected = {
        "Negative electrode upper excess capacity [A.h]": 3.2 * 0.99999 - 0.05 - 2.7,
        "Positive electrode upper excess capacity [A.h]": 3.5 - 0.6 - 2.7,
    }
    assert uppers == pytest.approx(expected, abs=5e-5)
    totals = [name for name in BALANCE if "lower" not in name]
    other = built(full_cell(data), {**without(given, totals), **expected}, {})
    one, two = whole.evaluate({}), other.evaluate({})
    np.testing.assert_allclose(one[CAPACITY], two[CAPACITY], atol=2e-4)


# -- data, limits, cut-offs --------------------------------------------------------------


def test_data_the_other_way_round_are_turned(example):
    """Capacity that counts what is taken out begins with the most lithium."""
    given = known(example, "positive")
    data = half_cell_data(example, "positive")
    taken = {CAPACITY: (3.0 - np.array(data[CAPACITY])).tolist(), VOLTAGE: data[VOLTAGE]}
    context = Context(ParameterSet(given))
    turned = built(half_cell(taken), given, {}, context).variables[CAPACITY]
    plain = built(half_cell(data), given, {}).variables[CAPACITY]
    np.testing.assert_allclose(turned, plain - plain.min(), atol=1e-12)
    assert any("turned" in each or "largest less each" in each for each in context.assumptions)


def test_capacity_comes_from_current_where_there_is_none(example):
    given = known(example, "negative", "positive")
    data = full_cell_data(example)
    columns = {
        "Time [s]": (np.array(data[CAPACITY]) * 3600 / 0.25).tolist(),
        "Current [A]": [0.25] * 300,
        VOLTAGE: data[VOLTAGE],
    }
    other = built(full_cell(columns), given, {})
    plain = built(full_cell(data), given, {})
    np.testing.assert_allclose(other.variables[CAPACITY], plain.variables[CAPACITY], atol=1e-9)


def test_pulses_count_where_they_have_relaxed(example):
    given = known(example, "positive")
    data = half_cell_data(example, "positive", points=20)
    rows = {CAPACITY: [], VOLTAGE: [], "Current [A]": []}
    for capacity, voltage in zip(data[CAPACITY], data[VOLTAGE], strict=True):
        for current, drop in ((1.0, 0.05), (0.0, 0.02), (0.0, 0.0)):
            rows[CAPACITY].append(capacity)
            rows[VOLTAGE].append(voltage - drop)
            rows["Current [A]"].append(current)
    objective = built(half_cell(rows, GITT=True), given, {})
    assert objective.variables[CAPACITY].size == 20
    assert worst(objective.evaluate({}), objective.variables)[CAPACITY] < 1e-3


def test_limits_and_cutoffs_choose_points(example):
    given = known(example, "positive")
    data = half_cell_data(example, "positive")
    voltage = np.array(data[VOLTAGE])
    within = built(half_cell(data, **{"voltage limits": [3.6, 4.1]}), given, {})
    inside = (voltage >= 3.6) & (voltage <= 4.1)
    assert within.variables[CAPACITY].size == inside.sum()
    everything = built(half_cell(data, **{"dUdQ cutoff": "none"}), given, {}).variables
    assert everything[SLOPE].size == 400
    limit = float(np.median(np.abs(everything[SLOPE])))
    halved = built(half_cell(data, **{"dUdQ cutoff": limit}), given, {}).variables
    assert halved[SLOPE].size == 200
    assert halved[CAPACITY].size == 400


def test_channels_and_plots(example):
    given = known(example, "positive")
    objective = built(half_cell(half_cell_data(example, "positive")), given, {})
    channels = objective.channels({})
    assert next(iter(channels)) == CAPACITY
    assert {column.size for column in channels.values()} == {400}
    plots = objective.plots({})
    titles = [plot["layout"]["yaxis"]["title"]["text"] for plot in plots]
    assert titles == [VOLTAGE, SLOPE]
    assert [each["name"] for each in plots[0]["traces"]] == ["Data", "Model"]
    np.testing.assert_allclose(plots[0]["traces"][0]["x"], plots[0]["traces"][1]["x"], atol=1e-3)


# -- refusals ----------------------------------------------------------------------------


def test_sites_that_are_missing_are_named(example):
    data = half_cell_data(example, "positive")
    with pytest.raises(MissingParametersError) as caught:
        built(half_cell(data), {}, {})
    assert "Positive electrode host site standard potential (0) [V]" in caught.value.names
    assert "Positive electrode capacity [A.h]" in caught.value.names


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"options": {}}, "options.model"),
        ({"options": {"model": {"type": "SPM"}}}, "MSMRHalfCellModel"),
        ({"options": {"model": {"type": "MSMRHalfCellModel", "electrode": "both"}}}, "'both'"),
        ({"options": {"model": half_cell_model("positive", direction="up")}}, "delithiation"),
        ({"options": {"model": half_cell_model("positive", phases="2")}}, "particle phases"),
        ({"voltage_limits": [3, 4]}, "voltage limits"),
        ({"voltage limits": [4, 3]}, "lower first"),
        ({"voltage limits": [1, 2]}, "at least 3 points"),
        ({"dUdQ cutoff": -1.0}, "above 0"),
        ({"dUdQ cutoff": 1e-9}, "leaves"),
        ({"GITT": "yes"}, "true or false"),
        ({"objective variables": ["Voltage"]}, "did you mean"),
        ({"constrain Xj method": "guess"}, "reformulate"),
    ],
)
def test_wrong_settings_are_refused_with_what_is_right(example, settings, words):
    given = known(example, "positive")
    data = half_cell_data(example, "positive")
    whole = settings if "options" in settings else half_cell(data, **settings)
    whole = {"type": "MSMRHalfCell", "data": {"data": data}, **whole}
    with pytest.raises(PipelineError) as caught:
        built(whole, given, {})
    assert words in caught.value.message
    assert caught.value.message.startswith("objectives.ocv")


def test_data_that_go_to_and_fro_are_refused(example):
    given = known(example, "positive")
    data = half_cell_data(example, "positive")
    both = {name: [*values, *values[::-1]] for name, values in data.items()}
    with pytest.raises(PipelineError, match="to and fro"):
        built(half_cell(both), given, {})
