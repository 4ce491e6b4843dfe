"""Electrodes of known potential are balanced back, and a potential's function fitted back."""

import numpy as np
import pytest
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import MissingParametersError, PipelineError
from ionworks_engine.pipelines.fits.data_fit import fit
from ionworks_engine.pipelines.objectives import build
from ionworks_engine.pipelines.values import ParameterSet

CAPACITY, VOLTAGE = "Capacity [A.h]", "Voltage [V]"
SLOPE, CAPACITY_SLOPE = "Differential voltage [V/Ah]", "Differential capacity [Ah/V]"
NEGATIVE, POSITIVE = "Negative electrode OCP [V]", "Positive electrode OCP [V]"
# Chen2020's electrodes, and a window inside 0 to 1
BALANCE = {
    "Negative electrode capacity [A.h]": 5.8276,
    "Negative electrode lower excess capacity [A.h]": 0.153,
    "Positive electrode capacity [A.h]": 8.7323,
    "Positive electrode lower excess capacity [A.h]": 2.31,
}
USABLE = 5.0
HALF = {name: value for name, value in BALANCE.items() if name.startswith("Positive")}


@pytest.fixture(scope="module")
def chen():
    return pybamm.ParameterValues("Chen2020")


@pytest.fixture(scope="module")
def potentials(chen):
    return {name: chen[name] for name in (NEGATIVE, POSITIVE)}


def potential(chen, name, stoichiometry):
    """The potential as PyBaMM computes it."""
    return chen[name](pybamm.Vector(stoichiometry)).evaluate().ravel()


def full_cell_data(chen, points=300, noise=0.0):
    capacity = np.linspace(0, USABLE, points)
    negative = (BALANCE["Negative electrode lower excess capacity [A.h]"] + USABLE - capacity) / (
        BALANCE["Negative electrode capacity [A.h]"]
    )
    voltage = potential(chen, POSITIVE, stoichiometry(capacity)) - potential(
        chen, NEGATIVE, negative
    )
    voltage += noise * np.random.default_rng(7).standard_normal(points)
    return {CAPACITY: capacity.tolist(), VOLTAGE: voltage.tolist()}


def stoichiometry(capacity):
    """Of the positive electrode."""
    lower, total = sorted(HALF.values())
    return (lower + capacity) / total


def half_cell_data(chen, points=200, noise=0.0):
    capacity = np.linspace(-0.5, 6.0, points)
    voltage = potential(chen, POSITIVE, stoichiometry(capacity))
    voltage += noise * np.random.default_rng(9).standard_normal(points)
    return {CAPACITY: capacity.tolist(), VOLTAGE: voltage.tolist()}


def full_cell(data, **options):
    return {"type": "ElectrodeBalancing", "data": {"data": data}, "options": options}


def half_cell(data, kind="ElectrodeBalancingHalfCell", electrode="positive", **options):
    return {"type": kind, "electrode": electrode, "data": {"data": data}, "options": options}


def built(settings, given, free, context=None):
    context = context or Context(ParameterSet(given))
    return build("ocv", settings, context, free)


def fitted(settings, given, parameters, context=None, **more):
    element = {"element_type": "data_fit", "objectives": {"ocv": settings}, **more}
    context = context or Context(ParameterSet(given))
    return fit({**element, "parameters": parameters}, context)


def started(values, factor=1.1):
    return {
        name: {"initial_value": factor * value, "bounds": [0.3 * value, 2.5 * value]}
        for name, value in values.items()
    }


def assert_derivatives(objective, values):
    names = sorted(values)
    _, slopes = objective.derivatives(values, names)
    for place, name in enumerate(names):
        step = 1e-6 * max(1.0, abs(values[name]))
        ahead, behind = (
            objective.evaluate({**values, name: values[name] + sign * step}) for sign in (1, -1)
        )
        for each in ahead:
            hand = (ahead[each] - behind[each]) / (2 * step)
            scale = np.abs(hand).max()
            error = np.abs(hand - slopes[each][:, place])
            assert np.percentile(error, 98) <= 1e-4 * scale, (name, each)


# -- full cells --------------------------------------------------------------------------


def test_the_model_is_the_difference_of_pybamms_potentials(chen, potentials):
    objective = built(full_cell(full_cell_data(chen)), {**potentials, **BALANCE}, {})
    model, data = objective.evaluate({}), objective.variables
    assert list(data) == [VOLTAGE, SLOPE]
    np.testing.assert_allclose(model[VOLTAGE], data[VOLTAGE], atol=1e-12)
    np.testing.assert_allclose(model[SLOPE], data[SLOPE], atol=1e-9)


def test_derivatives(chen, potentials):
    data = full_cell_data(chen, 120)
    assert_derivatives(built(full_cell(data), potentials, BALANCE), BALANCE)
    half = half_cell(half_cell_data(chen), **{"objective variables": [VOLTAGE, SLOPE]})
    assert_derivatives(built(half, potentials, HALF), HALF)


@pytest.mark.parametrize(("noise", "tolerance"), [(0.0, 1e-5), (1e-3, 0.01)])
def test_capacities_and_excess_are_fitted_back(chen, potentials, noise, tolerance):
    data = full_cell_data(chen, noise=noise)
    found = fitted(full_cell(data), potentials, started(BALANCE)).values
    for name, value in BALANCE.items():
        assert found[name] == pytest.approx(value, abs=tolerance)
    upper = BALANCE["Negative electrode capacity [A.h]"] - USABLE - 0.153
    assert found["Usable capacity [A.h]"] == pytest.approx(USABLE)
    name = "Negative electrode upper excess capacity [A.h]"
    assert found[name] == pytest.approx(upper, abs=2 * tolerance)


def test_upper_excess_capacities_may_be_fitted_instead(chen, potentials):
    upper = {
        "Negative electrode upper excess capacity [A.h]": 5.8276 - 0.153 - USABLE,
        "Positive electrode upper excess capacity [A.h]": 8.7323 - 2.31 - USABLE,
    }
    lower = {name: value for name, value in BALANCE.items() if "lower" in name}
    data = full_cell_data(chen)
    found = fitted(full_cell(data), potentials, started({**lower, **upper})).values
    for name, value in {**lower, **upper}.items():
        assert found[name] == pytest.approx(value, abs=1e-5)
    implied = built(full_cell(data), {**potentials, **BALANCE}, {}).implied({})
    assert implied == pytest.approx({**upper, "Usable capacity [A.h]": USABLE})


def test_a_charge_is_read_as_the_discharge_it_undoes(chen, potentials):
    data = full_cell_data(chen)
    charge = {name: values[::-1] for name, values in data.items()}
    charge[CAPACITY] = (USABLE - np.array(charge[CAPACITY])).tolist()
    context = Context(ParameterSet({**potentials, **BALANCE}))
    objective = built(full_cell(charge), {}, {}, context)
    np.testing.assert_allclose(objective.variables[VOLTAGE], data[VOLTAGE])
    np.testing.assert_allclose(objective.evaluate({})[VOLTAGE], data[VOLTAGE], atol=1e-12)
    assert context.assumptions


def test_the_frame_does_not_move_with_a_cutoff(chen, potentials):
    """Points beyond a cut-off are not compared; capacity still counts from the first of all."""
    data = full_cell_data(chen)
    options = {"dUdQ cutoff": 0.5}
    objective = built(full_cell(data, **options), potentials, BALANCE)
    assert 50 < objective.variables[VOLTAGE].size < 295
    found = fitted(full_cell(data, **options), potentials, started(BALANCE, 1.05)).values
    for name, value in BALANCE.items():
        assert found[name] == pytest.approx(value, abs=1e-4)


def test_a_direction_takes_its_own_potentials(chen, potentials):
    """Charging lithiates the negative electrode and delithiates the positive one."""
    own = {
        "Negative electrode lithiation OCP [V]": lambda sto: chen[NEGATIVE](sto) - 0.03,
        "Positive electrode delithiation OCP [V]": lambda sto: chen[POSITIVE](sto) + 0.02,
    }
    data = full_cell_data(chen)
    context = Context(ParameterSet({**potentials, **BALANCE, **own}))
    charged = built(full_cell(data, direction="charge"), {}, {}, context).evaluate({})
    np.testing.assert_allclose(charged[VOLTAGE], np.array(data[VOLTAGE]) + 0.05, atol=1e-12)
    assert not context.assumptions
    discharged = built(full_cell(data, direction="discharge"), {}, {}, context).evaluate({})
    np.testing.assert_allclose(discharged[VOLTAGE], data[VOLTAGE], atol=1e-12)
    assert len(context.assumptions) == 2


def test_differential_capacity_on_both_axes(chen, potentials):
    options = {
        "objective variables": [VOLTAGE, CAPACITY_SLOPE],
        "dQdU model axis": True,
        "dQdU cutoff": 8.0,
    }
    given = {**potentials, **BALANCE, "Positive electrode lower excess capacity [A.h]": 2.4}
    objective = built(full_cell(full_cell_data(chen), **options), given, {})
    data, model = objective.variables, objective.evaluate({})
    masked = data[CAPACITY_SLOPE].size
    assert 100 < masked < 300
    assert np.abs(data[CAPACITY_SLOPE]).max() <= 8.0
    assert {name: column.size for name, column in model.items()} == {
        VOLTAGE: 300,
        CAPACITY_SLOPE: masked,
        f"{VOLTAGE} (dQdU)": masked,
        f"{CAPACITY} (dQdU)": masked,
        f"{CAPACITY_SLOPE} (model axis)": masked,
        f"{VOLTAGE} (model axis)": masked,
    }
    # looked up at the measured voltages, and where the model's own are
    own = np.argsort(model[f"{VOLTAGE} (model axis)"])
    expected = np.interp(
        data[f"{VOLTAGE} (dQdU)"],
        model[f"{VOLTAGE} (model axis)"][own],
        model[f"{CAPACITY_SLOPE} (model axis)"][own],
    )
    inside = np.isfinite(model[CAPACITY_SLOPE])
    error = np.abs(model[CAPACITY_SLOPE] - expected)[inside]
    assert np.median(error) < 0.01
    assert objective.derivatives({}, ()) is None


def test_a_stoichiometry_beyond_one_costs_ever_more(chen, potentials):
    data = full_cell_data(chen)
    worst = []
    for total in (5.1, 4.9, 4.7):
        free = {"Negative electrode capacity [A.h]": total}
        objective = built(full_cell(data), {**potentials, **BALANCE}, free)
        model = objective.evaluate(free)[VOLTAGE]
        assert np.isfinite(model).all()
        worst.append(np.abs(model - data[VOLTAGE]).max())
    assert worst[0] < worst[1] < worst[2]
    assert worst[2] > 1


# -- half cells --------------------------------------------------------------------------


@pytest.mark.parametrize(("noise", "tolerance"), [(0.0, 1e-6), (1e-3, 5e-3)])
def test_a_half_cell_is_aligned_with_its_potential(chen, potentials, noise, tolerance):
    data = half_cell_data(chen, noise=noise)
    found = fitted(half_cell(data, GITT=True), potentials, started(HALF)).values
    for name, value in HALF.items():
        assert found[name] == pytest.approx(value, abs=tolerance)


def test_a_short_name_sets_the_capacity_and_goes_on_by_its_full_one(chen, potentials):
    full = "Positive electrode capacity [A.h]"
    parameters = started({"Q_pe": HALF[full]})
    lower = {name: value for name, value in HALF.items() if name != full}
    data = half_cell_data(chen)
    found = fitted(half_cell(data), {**potentials, **lower}, parameters).values
    assert found["Q_pe"] == found[full] == pytest.approx(HALF[full], abs=1e-6)


def test_a_potentials_function_is_fitted_back():
    truth = {"U0 [V]": 4.4, "Slope [V]": 0.8, "Step [V]": 0.05}

    def form(sto):
        first, slope, step = (pybamm.Parameter(name) for name in truth)
        return first - slope * sto + step * pybamm.tanh(10 * (sto - 0.5))

    filled = np.linspace(0.3, 1.0, 80)
    voltage = 4.4 - 0.8 * filled + 0.05 * np.tanh(10 * (filled - 0.5))
    voltage += 1e-3 * np.random.default_rng(1).standard_normal(80)
    data = {CAPACITY: (3.0 * filled).tolist(), VOLTAGE: voltage.tolist()}
    settings = half_cell(data, "OCPHalfCell")
    parameters = started({**truth, "Q_pe": 3.0}, 1.08)
    found = fitted(settings, {POSITIVE: form}, {**parameters}).values
    # what a line of this slope leaves to the capacity's error
    assert found["U0 [V]"] == pytest.approx(4.4, abs=0.02)
    assert found["Step [V]"] == pytest.approx(0.05, abs=2e-3)
    given = {"Positive electrode capacity [A.h]": 3.0, POSITIVE: form}
    sure = fitted(settings, given, started(truth, 1.08)).values
    for name, value in truth.items():
        assert sure[name] == pytest.approx(value, abs=2e-3)
    assert_derivatives(
        built(settings, {POSITIVE: form}, {**truth, "Q_pe": 3.0}), {**truth, "Q_pe": 3.0}
    )


def test_the_reference_stoichiometry_is_the_end_of_the_data(chen, potentials):
    """The most lithiated point of a positive electrode, the least of a negative one."""
    filled = np.linspace(0.4, 0.95, 50)
    capacity = 2.0 * filled
    data = {CAPACITY: capacity.tolist(), VOLTAGE: potential(chen, POSITIVE, filled).tolist()}
    given = {**potentials, "Positive electrode capacity [A.h]": 2.0}
    shifted = built(half_cell(data, "OCPHalfCell", theta_ref=0.95), given, {})
    np.testing.assert_allclose(shifted.evaluate({})[VOLTAGE], data[VOLTAGE], atol=1e-12)
    full = built(half_cell(data, "OCPHalfCell"), given, {}).evaluate({})[VOLTAGE]
    np.testing.assert_allclose(full[:-1], potential(chen, POSITIVE, filled + 0.05)[:-1], atol=1e-12)

    filled = np.linspace(0.1, 0.9, 50)
    data = {CAPACITY: (3.0 * filled).tolist(), VOLTAGE: potential(chen, NEGATIVE, filled).tolist()}
    given = {**potentials, "Negative electrode capacity [A.h]": 3.0}
    settings = half_cell(data, "OCPHalfCell", "negative", theta_ref=0.1)
    np.testing.assert_allclose(
        built(settings, given, {}).evaluate({})[VOLTAGE], data[VOLTAGE], atol=1e-12
    )


def test_limits_choose_the_points_of_a_potential(chen, potentials):
    filled = np.linspace(0.1, 0.99, 90)
    voltage = potential(chen, POSITIVE, filled)
    data = {"Stoichiometry": filled.tolist(), VOLTAGE: voltage.tolist()}
    options = {"stoichiometry limits": [0.2, 0.8], "voltage limits": [3.6, 4.2]}
    objective = built(half_cell(data, "OCPHalfCell", **options), potentials, {})
    inside = (filled >= 0.2) & (filled <= 0.8) & (voltage >= 3.6) & (voltage <= 4.2)
    np.testing.assert_array_equal(objective.variables[VOLTAGE], voltage[inside])
    assert next(iter(objective.channels({}))) == "Stoichiometry"


# -- refusals ----------------------------------------------------------------------------


def test_what_is_missing_is_named(chen, potentials):
    with pytest.raises(MissingParametersError) as caught:
        built(full_cell(full_cell_data(chen)), potentials, {})
    assert set(caught.value.names) == set(BALANCE)
    with pytest.raises(MissingParametersError) as caught:
        built(full_cell(full_cell_data(chen)), BALANCE, {})
    assert set(caught.value.names) == {NEGATIVE, POSITIVE}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (lambda data: full_cell(data, direction="lithiation"), "'charge' or 'discharge'"),
        (lambda data: full_cell(data, **{"dQdU model axes": True}), "did you mean"),
        (lambda data: half_cell(data, electrode="both"), "'positive' or 'negative'"),
        (lambda data: half_cell(data, "OCPHalfCell", theta_ref="full"), "a number"),
        (lambda data: half_cell(data, "OCPHalfCell", **{"voltage limits": [0, 1]}), "leave 0"),
        (lambda data: full_cell({VOLTAGE: data[VOLTAGE]}), "Capacity [A.h]"),
    ],
)
def test_wrong_settings_are_refused_with_what_is_right(chen, potentials, settings, words):
    with pytest.raises(PipelineError) as caught:
        built(settings(full_cell_data(chen)), {**potentials, **BALANCE}, {})
    assert words in caught.value.message
