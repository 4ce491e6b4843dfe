"""Calculations on data: interpolants, Arrhenius laws and pulses, on data made with PyBaMM."""

import json
import re

import numpy as np
import pytest
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.calculations import CALCULATIONS
from ionworks_engine.pipelines.calculations.pulse import Pulse, response
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.values import ParameterSet
from scipy.interpolate import CubicSpline, PchipInterpolator

R = 8.314462618
CHEN = {
    name: value
    for name, value in pybamm.ParameterValues("Chen2020").items()
    if not isinstance(value, str)
}
KINDS = ("linear", "cubic", "pchip")


def calculated(kind, given=None, context=None, **settings):
    context = context or Context(ParameterSet(given or {}), where="elements.it")
    return dict(CALCULATIONS[kind]({"type": kind, **settings}, context))


def over_the_wire(values):
    """Write values as JSON and read them back."""
    return ParameterSet.read(json.loads(json.dumps(ParameterSet(values).written())), "values")


def columns(x, y, name):
    return {"data": {"Stoichiometry": list(map(float, x)), name: list(map(float, y))}}


def voltage(values):
    simulation = pybamm.Simulation(pybamm.lithium_ion.SPM(), parameter_values=values)
    return simulation.solve([0, 1800], t_interp=np.linspace(0, 1800, 19))["Voltage [V]"].entries


# -- interpolants -----------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_measured_functions_run_in_a_model_as_the_functions_they_were_sampled_from(kind):
    cell, x = ParameterSet(CHEN), np.linspace(0.001, 0.999, 400)
    options = {"interpolator": kind}
    values = dict(CHEN)
    for side in ("negative", "positive"):
        measured = cell.evaluated(f"{side.capitalize()} electrode OCP [V]", x)
        data = columns(x, measured, "Voltage [V]")
        values |= calculated("OCPDataInterpolant", electrode=side, data=data, options=options)
        entropic = columns(x, 1e-4 * x, "Entropic change [V.K-1]")
        values |= calculated(
            "EntropicChangeDataInterpolant", electrode=side, data=entropic, options=options
        )
        diffusing = columns(x, 3e-14 * np.exp(x), "Diffusivity [m2.s-1]")
        values |= calculated(
            "DiffusivityDataInterpolant",
            electrode=side,
            data=diffusing,
            options={**options, "transformation": "log"},
        )
    by_hand = pybamm.ParameterValues("Chen2020")
    for side in ("Negative", "Positive"):
        by_hand[f"{side} electrode OCP entropic change [V.K-1]"] = lambda sto: 1e-4 * sto
        by_hand[f"{side} particle diffusivity [m2.s-1]"] = lambda sto, _: 3e-14 * np.exp(sto)
    hot = {"Ambient temperature [K]": 308.15, "Initial temperature [K]": 308.15}
    by_hand.update(hot)
    found = voltage(over_the_wire(values | hot).pybamm())
    np.testing.assert_allclose(found, voltage(by_hand), atol=2e-4)


@pytest.mark.parametrize(
    ("kind", "by_scipy"),
    [
        ("linear", lambda x, y: lambda at: np.interp(at, x, y)),
        ("cubic", CubicSpline),
        ("pchip", PchipInterpolator),
    ],
)
def test_the_interpolators_are_scipys(kind, by_scipy):
    x = np.array([0.05, 0.2, 0.35, 0.6, 0.95])
    y = np.array([4.3, 4.1, 4.05, 3.8, 3.2])
    shuffled = [3, 0, 4, 2, 1]
    found = over_the_wire(
        calculated(
            "OCPDataInterpolant",
            electrode="positive",
            data=columns(x[shuffled], y[shuffled], "Voltage [V]"),
            options={"interpolator": kind, "direction": "lithiation", "phase": "secondary"},
        )
    )
    at = np.linspace(0.05, 0.95, 41)
    name = "Secondary: Positive electrode lithiation OCP [V]"
    np.testing.assert_allclose(found.evaluated(name, at), by_scipy(x, y)(at), atol=1e-9)


def test_near_points_are_merged_and_gaps_left_out():
    context = Context(where="elements.it")
    data = columns([0.0, 0.5, 0.5 + 1e-9, 1.0, 0.7], [4, 3.6, 3.4, 3.0, np.nan], "Voltage [V]")
    found = calculated("OCPDataInterpolant", context=context, electrode="lumped", data=data)
    values = ParameterSet(found)
    np.testing.assert_allclose(
        values.evaluated("Electrode OCP [V]", [0, 0.5, 0.75]), [4, 3.5, 3.25], atol=1e-8
    )
    assert context.assumptions == ["1 of 5 rows of the data were left out: gaps."]


@pytest.mark.parametrize(
    ("x", "y", "kind", "words"),
    [
        ([0, 0.5, 1.2], [4, 3, 2], "linear", r"must be from 0 to 1, but holds 1\.2"),
        ([0, 0.5, 0.5], [4, 3, 2], "cubic", "has 2 different points, but 'cubic' needs 4"),
        ([0.3], [4], "linear", "has 1 different points, but 'linear' needs 2"),
    ],
)
def test_points_that_make_no_curve_are_refused(x, y, kind, words):
    data = columns(x, y, "Voltage [V]")
    options = {"interpolator": kind}
    with pytest.raises(PipelineError, match=rf"elements\.it\.data: .*{words}"):
        calculated("OCPDataInterpolant", electrode="positive", data=data, options=options)


def test_options_of_interpolants_are_read_strictly():
    data = columns([0, 1], [4, 3], "Voltage [V]")
    with pytest.raises(PipelineError, match=r"options\.tolerance: must not be below 0"):
        calculated("OCPDataInterpolant", electrode="negative", data=data, options={"tolerance": -1})
    data = columns([0, 1], [4, 3], "Diffusivity [m2.s-1]")
    options = {"scale factor": "no"}
    with pytest.raises(PipelineError, match=r"options\.scale factor: must be one of True, False"):
        calculated("DiffusivityDataInterpolant", electrode="negative", data=data, options=options)


def test_columns_that_lack_are_all_named():
    data = {"data": {"Capacity [A.h]": [0.0, 1.0]}}
    with pytest.raises(PipelineError, match=r"'Stoichiometry', 'Diffusivity \[m2\.s-1\]'"):
        calculated("DiffusivityDataInterpolant", electrode="positive", data=data)


def test_a_scale_factor_stays_free_and_entropic_changes_are_scaled():
    data = columns([0.0, 1.0], [1e-14, 3e-14], "Diffusivity [m2.s-1]")
    found = calculated(
        "DiffusivityDataInterpolant",
        electrode="negative",
        data=data,
        phase="primary",
        options={"scale factor": True},
    )
    free = {"Primary: Negative particle diffusivity scale factor": 2.0}
    values = over_the_wire(found | free)
    name = "Primary: Negative particle diffusivity [m2.s-1]"
    assert values.evaluated(name, 0.5, 300.0) == pytest.approx(4e-14, rel=1e-9, abs=0)
    entropic = columns([0.0, 1.0], [1e-4, 3e-4], "Entropic change [V.K-1]")
    options = {"scale factor": -2.0}
    found = calculated(
        "EntropicChangeDataInterpolant", electrode="negative", data=entropic, options=options
    )
    name = "Negative electrode OCP entropic change [V.K-1]"
    assert ParameterSet(found).evaluated(name, 0.5) == pytest.approx(-4e-4)
    zero = columns([0.0, 1.0], [0.0, 1e-14], "Diffusivity [m2.s-1]")
    with pytest.raises(PipelineError, match="must be above 0"):
        calculated("DiffusivityDataInterpolant", electrode="negative", data=zero)


@pytest.mark.parametrize("transformation", ["none", "log"])
@pytest.mark.parametrize("kind", KINDS)
def test_diffusivities_keep_their_outermost_values_and_say_so(kind, transformation):
    x, y = [0.3, 0.45, 0.6, 0.7], [1e-14, 7e-15, 3e-15, 1e-15]
    context = Context(where="elements.it")
    options = {"interpolator": kind, "transformation": transformation}
    data = columns(x, y, "Diffusivity [m2.s-1]")
    settings = {"electrode": "positive", "data": data, "options": options}
    values = over_the_wire(calculated("DiffusivityDataInterpolant", context=context, **settings))
    found = values.evaluated(DIFFUSIVITY, [0.01, *x, 0.95], 300.0)
    np.testing.assert_allclose(found, [y[0], *y, y[-1]], rtol=1e-9)
    assert context.assumptions == [
        f"{DIFFUSIVITY!r} keeps its outermost values below the stoichiometry 0.3 and above 0.7, "
        "where its points end."
    ]


def test_a_cubic_diffusivity_that_swings_below_zero_is_refused():
    data = columns(
        [0, 0.2, 0.4, 0.6, 1], [1e-13, 1e-13, 1e-16, 1e-16, 1e-16], "Diffusivity [m2.s-1]"
    )
    options = {"interpolator": "cubic"}
    settings = {"electrode": "positive", "data": data}
    with pytest.raises(PipelineError, match=r"options\.interpolator: 'cubic' gets to -.*'pchip'"):
        calculated("DiffusivityDataInterpolant", **settings, options=options)
    calculated(
        "DiffusivityDataInterpolant", **settings, options=options | {"transformation": "log"}
    )


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("OCPDataInterpolant", "Voltage [V]"),
        ("EntropicChangeDataInterpolant", "Entropic change [V.K-1]"),
    ],
)
def test_extrapolation_is_told(kind, column):
    for ends, told in (((0.001, 0.999), False), ((0.1, 1.0), True), ((0.0, 0.9), True)):
        context = Context(where="elements.it")
        data = columns(ends, [4.0, 3.0], column)
        calculated(kind, context=context, electrode="negative", data=data)
        assert any("is extrapolated" in each for each in context.assumptions) == told


# -- temperature ------------------------------------------------------------------


def arrhenius(at_reference, energy, temperature, reference=298.15):
    return at_reference * np.exp(energy / R * (1 / reference - 1 / np.asarray(temperature)))


@pytest.mark.parametrize(
    ("column", "at_reference", "energy", "arguments"),
    [
        (
            "Positive particle diffusivity [m2.s-1]",
            "Positive particle reference diffusivity [m2.s-1]",
            "Positive particle diffusivity activation energy [J.mol-1]",
            1,
        ),
        (
            "Electrolyte conductivity [S.m-1]",
            "Electrolyte reference conductivity [S.m-1]",
            "Electrolyte conductivity activation energy [J.mol-1]",
            1,
        ),
        (
            "Negative electrode exchange-current density [A.m-2]",
            "Negative electrode exchange-current density at reference temperature [A.m-2]",
            "Negative electrode reaction activation energy [J.mol-1]",
            3,
        ),
        (
            "Ohmic resistance [Ohm]",
            "Ohmic resistance at reference temperature [Ohm]",
            "Ohmic resistance activation energy [J.mol-1]",
            0,
        ),
    ],
)
def test_a_law_is_found_again(column, at_reference, energy, arguments):
    temperatures = np.array([278.15, 288.15, 298.15, 318.15])
    data = {
        "data": {
            "Temperature [K]": temperatures.tolist(),
            column: arrhenius(2e-3, -2e4, temperatures).tolist(),
        }
    }
    values = over_the_wire(calculated("ArrheniusLogLinear", data=data, include_func=True))
    assert values.number("Reference temperature [K]") == 298.15
    assert values.number(at_reference) == pytest.approx(2e-3, rel=1e-9)
    assert values.number(energy) == pytest.approx(-2e4, rel=1e-9)
    found = values.evaluated(column, *([1.0] * arguments), 310.0)
    assert found == pytest.approx(arrhenius(2e-3, -2e4, 310.0), rel=1e-9)


@pytest.mark.parametrize(
    ("column", "arguments"),
    [
        ("Exchange-current density for plating [A.m-2]", 2),
        ("Thermodynamic factor", 1),
        ("Positive electrode Young's modulus [Pa]", 1),
    ],
)
def test_a_law_is_called_as_pybamms_models_call_it(column, arguments):
    data = {"data": {"Temperature [K]": [288.15, 298.15], column: [1.0, 2.0]}}
    values = over_the_wire(calculated("ArrheniusLogLinear", data=data, include_func=True))
    assert values.evaluated(column, *([7.0] * arguments), 298.15) == pytest.approx(2.0)
    ocp = {"data": {"Temperature [K]": [288.15, 298.15], "Positive electrode OCP [V]": [3.0, 4.0]}}
    with pytest.raises(PipelineError, match=r"it\.include_func: .* of stoichiometry, not of"):
        calculated("ArrheniusLogLinear", data=ocp, include_func=True)


def test_reference_exchange_currents_follow_butler_and_volmer():
    column = "Negative electrode reference exchange-current density [A.m-2]"
    data = {"data": {"Temperature [K]": [290.0, 310.0], column: [1.0, 2.0]}}
    given = {"Reference temperature [K]": 290.0}
    found = calculated("ArrheniusLogLinear", given, data=data, include_func=True)
    extra = {"Initial concentration in electrolyte [mol.m-3]": 1000.0}
    values = over_the_wire(found | extra)
    assert values.number(column) == pytest.approx(1.0)
    name = "Negative electrode exchange-current density [A.m-2]"
    assert values.evaluated(name, 1000.0, 0.5, 1.0, 310.0) == pytest.approx(1.0)  # half of 2


def test_the_reference_temperature_is_one_for_all():
    data = {"data": {"Temperature [K]": [280.0, 310.0], "a": [1.0, 2.0]}}
    context = Context(where="elements.it")
    found = calculated("ArrheniusLogLinear", context=context, data=data)
    assert found["Reference temperature [K]"] == 310.0
    assert "from the data" in context.assumptions[0]
    given = {"Reference temperature [K]": 298.15}
    found = calculated("ArrheniusLogLinear", given, data=data)
    energy = R * np.log(2) / (1 / 280 - 1 / 310)
    assert found["a activation energy [J.mol-1]"] == pytest.approx(energy)
    assert found["a at reference temperature"] == pytest.approx(arrhenius(2, energy, 298.15, 310))
    with pytest.raises(PipelineError, match=r"is 300 K, but .* given as 298\.15 K"):
        calculated("ArrheniusLogLinear", given, data=data, reference_temperature=300.0)
    celsius = {"data": {"Temperature [K]": [5.0, 25.0, 45.0], "a": [1.0, 2.0, 3.0]}}
    with pytest.raises(PipelineError, match=r"above 150 K in every row, but holds 5"):
        calculated("ArrheniusLogLinear", data=celsius)
    with pytest.raises(PipelineError, match=r"reference_temperature: must be .* in K"):
        calculated("ArrheniusLogLinear", data=data, reference_temperature=25.0)
    flat = {"data": {"Temperature [K]": [280.0, 280.0], "a": [1.0, 2.0]}}
    with pytest.raises(PipelineError, match="two different temperatures"):
        calculated("ArrheniusLogLinear", data=flat)
    below = {"data": {"Temperature [K]": [280.0, 290.0], "a": [1.0, -2.0]}}
    with pytest.raises(PipelineError, match="must be above 0, but holds -2"):
        calculated("ArrheniusLogLinear", data=below)


# -- pulses -----------------------------------------------------------------------


def simulated_pulse(diffusivity, seconds, current_share=0.1):
    """Pulse a half cell with PyBaMM: a rest, a discharge and a long rest, as a data table."""
    values = pybamm.ParameterValues("Xu2019")
    values["Positive particle diffusivity [m2.s-1]"] = diffusivity
    values["Positive electrode OCP [V]"] = lambda sto: 4.3 - 0.8 * sto
    values["Initial concentration in positive electrode [mol.m-3]"] = 0.5 * 48230
    values["Upper voltage cut-off [V]"], values["Lower voltage cut-off [V]"] = 4.5, 3.0
    current = current_share * 0.0024
    experiment = pybamm.Experiment(
        [
            pybamm.step.rest(duration=60, period=10),
            pybamm.step.current(current, duration=seconds, period=1),
            pybamm.step.rest(duration=40000, period=500),
        ]
    )
    solution = pybamm.Simulation(
        pybamm.lithium_ion.SPM({"working electrode": "positive"}),
        experiment=experiment,
        parameter_values=values,
        solver=pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10),
        var_pts={**pybamm.lithium_ion.SPM().default_var_pts, "r_p": 400},
    ).solve()
    steps = [step for cycle in solution.cycles for step in cycle.steps]
    return {
        "Time [s]": np.concatenate([step["Time [s]"].entries for step in steps]).tolist(),
        "Current [A]": np.concatenate([step["Current [A]"].entries for step in steps]).tolist(),
        "Voltage [V]": np.concatenate([step["Voltage [V]"].entries for step in steps]).tolist(),
        "Step number": [i for i, step in enumerate(steps) for _ in step["Time [s]"].entries],
    }


RADIUS = {"Positive particle radius [m]": 5.3e-6}
DIFFUSIVITY = "Positive particle diffusivity [m2.s-1]"


@pytest.mark.parametrize(
    ("truth", "seconds", "options", "long"),
    [
        (1e-15, 60, {"dt_IR": 2.0, "dt_pulse": 10.0}, False),
        (4e-15, 600, {}, True),
        (1e-14, 600, {}, True),
        (1e-14, 600, {"dt_IR": 2.0, "dt_pulse": 100.0}, True),
    ],
)
def test_the_diffusivity_of_a_pulse_is_that_of_the_model(truth, seconds, options, long):
    data = simulated_pulse(truth, seconds)
    context = Context(ParameterSet(RADIUS), where="elements.it")
    settings = {"electrode": "positive", "data": {"data": data}, "options": options}
    found = calculated("DiffusivityFromPulse", context=context, **settings)
    assert found[DIFFUSIVITY] == pytest.approx(truth, rel=0.05, abs=0)
    assert bool(context.assumptions) == long
    if long:
        flat = re.search(r"would give ([0-9.e-]+)\.", context.assumptions[0])
        assert abs(float(flat[1]) / truth - 1) > 0.05


@pytest.mark.parametrize("lost", [1, 3])
def test_a_pulse_begins_with_its_rows_where_the_end_of_the_rest_was_not_logged(lost):
    data = simulated_pulse(1e-14, 60)
    rest = data["Step number"].count(0)
    for column in data.values():
        del column[rest - lost : rest]
    context = Context(ParameterSet(RADIUS), where="elements.it")
    settings = {"electrode": "positive", "data": {"data": data}, "options": {"dt_IR": 2.0}}
    found = calculated("DiffusivityFromPulse", context=context, **settings)
    assert found[DIFFUSIVITY] == pytest.approx(1e-14, rel=0.05, abs=0)
    assert f"the last row at rest is {10 * lost} s older" in context.assumptions[0]


def points(before=4.0, jumped=3.98, ended=3.95, after=3.99, *, rest=True):
    times, currents = [0.0, 10.0], [0.0, 0.0]
    volts, steps = [before, before], [1, 1]
    if not rest:
        times, currents, volts, steps = [], [], [], []
    times += [10.0, 610.0, 611.0, 9000.0]
    currents += [0.1, 0.1, 0.0, 0.0]
    return {
        "data": {
            "Time [s]": times,
            "Current [A]": currents,
            "Voltage [V]": [*volts, jumped, ended, 3.97, after],
            "Step number": [*steps, 2, 2, 3, 3],
        }
    }


def test_equation_26_itself_and_its_limit():
    pulse = Pulse(4.0, 3.98, 3.95, 3.99, 0.0, 600.0, 600.0)
    by_hand = 4 / (np.pi * 600) * (5e-6 / 3) ** 2 * (0.01 / 0.03) ** 2
    assert pulse.in_flat_particles(5e-6) == pytest.approx(by_hand, rel=1e-9, abs=0)
    steep = Pulse(4.0, 3.98, 3.48, 3.999, 0.0, 600.0, 600.0)
    flat, exact = steep.in_flat_particles(5e-6), steep.in_spheres(5e-6)
    assert exact == pytest.approx(flat, rel=0.01, abs=0)


def test_the_result_is_that_of_spheres_and_has_the_name_of_its_phase():
    given = {"Secondary: Negative particle radius [m]": 5e-6}
    found = calculated(
        "DiffusivityFromPulse",
        given,
        electrode="negative",
        direction="delithiation",
        phase="secondary",
        data=points(),
    )
    (diffusivity,) = found.values()
    assert list(found) == ["Secondary: Negative particle delithiation diffusivity [m2.s-1]"]
    time = diffusivity * 600 / 5e-6**2
    assert response(time) / (3 * time) == pytest.approx(3.0, rel=1e-9)


def test_where_no_sphere_fits_equation_26_stands_and_says_so():
    context = Context(ParameterSet(RADIUS), where="elements.it")
    data = points(ended=3.9799)
    found = calculated("DiffusivityFromPulse", context=context, electrode="positive", data=data)
    by_hand = 4 / (np.pi * 600) * (5.3e-6 / 3) ** 2 * (0.01 / 0.0001) ** 2
    assert found[DIFFUSIVITY] == pytest.approx(by_hand, rel=1e-6, abs=0)
    assert "no sphere responds" in context.assumptions[0]


def test_the_response_of_a_sphere_joins_its_limits():
    short = np.array([1e-6, 5e-5, 2e-4, 1e-3])
    series = 2 * np.sqrt(short / np.pi) + short + 4 / (3 * np.sqrt(np.pi)) * short**1.5
    np.testing.assert_allclose([response(t) for t in short], series, rtol=1e-4)
    assert response(2.0) == pytest.approx(6.2, rel=1e-9)
    pulse = Pulse(4.0, 4.0, 3.9, 3.95, 0.0, 100.0, 100.0)
    found = pulse.in_spheres(1e-5)
    time = found * 100 / 1e-10
    assert response(time) / (3 * time) == pytest.approx(2.0, rel=1e-9)


@pytest.mark.parametrize(
    ("data", "options", "words"),
    [
        (points(after=4.0), {}, "is 4 V before and after the pulse"),
        (points(after=4.1), {}, "but the rest potential from 4 to 4.1 V"),
        (points(), {"step number": 7}, "step 7 is not there; there are"),
        (points(), {"step number": 1}, "step 1 is a rest"),
        (points(), {"dt_pulse": 700.0}, "must be 0 to 600 s, not 700 s"),
        (points(), {"dt_IR": 10.0, "dt_pulse": 5.0}, "must be after dt_IR"),
    ],
)
def test_a_pulse_that_says_nothing_is_refused(data, options, words):
    with pytest.raises(PipelineError, match=words):
        calculated("DiffusivityFromPulse", RADIUS, electrode="positive", data=data, options=options)


def test_gaps_are_left_out_of_pulses_and_time_goes_on():
    data = points()
    for column in data["data"].values():
        column.insert(4, float("nan"))
    with_gap = calculated("DiffusivityFromPulse", RADIUS, electrode="positive", data=data)
    without = calculated("DiffusivityFromPulse", RADIUS, electrode="positive", data=points())
    assert with_gap == without
    back = points()
    back["data"]["Time [s]"][-1] = 0.0
    with pytest.raises(PipelineError, match=r"'Time \[s\]' must not go back"):
        calculated("DiffusivityFromPulse", RADIUS, electrode="positive", data=back)


def test_a_pulse_needs_a_rest_after_it_and_takes_its_start_for_one_before():
    ended = points()
    ended["data"] = {name: column[:4] for name, column in ended["data"].items()}
    with pytest.raises(PipelineError, match="no rest right after the pulse"):
        calculated("DiffusivityFromPulse", RADIUS, electrode="positive", data=ended)
    context = Context(ParameterSet(RADIUS), where="elements.it")
    data = points(rest=False, jumped=4.0)
    settings = {"electrode": "positive", "data": data, "options": {"dt_IR": 60.0}}
    found = calculated("DiffusivityFromPulse", context=context, **settings)
    second = found[DIFFUSIVITY] / 5.3e-6**2
    course = response(600 * second) - response(60 * second)
    assert course / (3 * 600 * second) == pytest.approx(0.045 / 0.01, rel=1e-6)
    assert "first point was taken" in context.assumptions[0]


def test_only_a_rest_right_before_the_pulse_is_its_beginning():
    data = points(jumped=4.0)
    data["data"]["Current [A]"][:2] = [-0.1, -0.1]
    context = Context(ParameterSet(RADIUS), where="elements.it")
    settings = {"electrode": "positive", "data": data, "options": {"step number": 2, "dt_IR": 0}}
    calculated("DiffusivityFromPulse", context=context, **settings)
    assert "No rest precedes the pulse" in context.assumptions[0]
    data["data"]["Current [A]"] = [0.0] * 6
    with pytest.raises(PipelineError, match="there is no step with a current"):
        calculated("DiffusivityFromPulse", RADIUS, electrode="positive", data=data)
