"""Models under a measured current: PyBaMM by hand, derivatives, what is missing or wrong."""

import numpy as np
import pytest
from hand_made import (
    CURRENT,
    D_N,
    D_P,
    DIFFUSIVITIES,
    TIME,
    VOLTAGE,
    by_hand,
    context,
    listed,
    objective,
    pulses,
    slopes_by_differences,
    steady,
)
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.errors import MissingParametersError, PipelineError
from ionworks_engine.pipelines.objectives import build
from ionworks_engine.pipelines.objectives.base import Objective, SolveError
from ionworks_engine.pipelines.solving.course import course
from ionworks_engine.pipelines.solving.equations import CURRENT as CURRENT_FUNCTION
from ionworks_engine.pipelines.solving.equations import equations
from ionworks_engine.pipelines.solving.linear import LinearPart
from ionworks_engine.pipelines.solving.settings import Settings
from ionworks_engine.pipelines.solving.simulator import Machine, Simulator

THIN = "Negative electrode thickness [m]"
HEAT = {"thermal": "lumped"}


@pytest.mark.parametrize(
    ("kind", "options", "within"),
    [("SPM", {}, 1e-6), ("SPMe", {}, 5e-6), ("DFN", {}, 1e-4), ("SPMe", HEAT, 2e-4)],
)
def test_voltage_is_that_of_pybamm(kind, options, within):
    columns = steady()
    one = objective(columns, DIFFUSIVITIES, model={"type": kind, "options": options})
    moved = {D_N: 2e-14, D_P: 6e-15}
    model = getattr(pybamm.lithium_ion, kind)(options)
    (voltage,) = by_hand(model, columns, **moved)
    assert one.evaluate(moved)[VOLTAGE] == pytest.approx(voltage, abs=within)
    assert isinstance(one, Objective)
    assert one.inputs == {D_N, D_P}


@pytest.mark.parametrize("kind", ["SPM", "SPMe"])
def test_pulses_are_followed_between_their_rows(kind):
    columns = pulses()
    one = objective(columns, DIFFUSIVITIES, kind="Pulse", model=kind)
    (voltage,) = by_hand(getattr(pybamm.lithium_ion, kind)(), columns)
    assert one.evaluate(DIFFUSIVITIES)[VOLTAGE] == pytest.approx(voltage, abs=2e-5)


def test_a_noisy_current_is_followed_whole_where_asked():
    columns = steady(rows=400)
    noise = np.random.default_rng(1).standard_normal(400)
    columns[CURRENT] = 3 + 0.05 * noise
    one = objective(columns, {}, model="SPMe", interpolant_lossless=True)
    (voltage,) = by_hand(pybamm.lithium_ion.SPMe(), columns)
    assert one.evaluate({})[VOLTAGE] == pytest.approx(voltage, abs=1e-4)


def test_a_course_keeps_within_what_is_allowed_with_far_fewer_points():
    times = np.arange(2000.0)
    current = np.sin(times / 300) + (times > 1000)
    thin = course(times, current, atol=1e-3, rtol=0)
    assert thin.times.size < 100
    assert np.abs(thin.at(times) - current).max() <= 1e-3 + 1e-12
    assert course(times, current, lossless=True).times.size == times.size


def test_modes_that_cannot_be_told_apart_are_stepped():
    """``a' = I - a, b' = a - b`` has one mode only: ``b = I (1 - (1 + t) e^-t)``."""
    model = pybamm.BaseModel()
    first, second = pybamm.Variable("a"), pybamm.Variable(VOLTAGE)
    current = pybamm.FunctionParameter(CURRENT_FUNCTION, {TIME: pybamm.t})
    model.rhs = {first: current - first, second: first - second}
    model.initial_conditions = {first: pybamm.Scalar(0), second: pybamm.Scalar(0)}
    model.variables = {VOLTAGE: second}
    settings = Settings(rtol=1e-8, atol=1e-10)
    compiled = equations(model, pybamm.ParameterValues({}), [], [VOLTAGE], settings, "")
    machine = Machine(compiled)
    assert isinstance(machine.solvers[0], LinearPart)
    times = np.linspace(0, 5, 20)
    found = Simulator(machine, course(times, np.full(20, 3.0)), times).run(np.zeros(0))[0]
    assert not isinstance(machine.solvers[0], LinearPart)
    assert found == pytest.approx(3 * (1 - (1 + times) * np.exp(-times)), abs=1e-6)


def test_temperature_is_an_objective_variable_of_thermal_models():
    columns = {**steady(), "Temperature [degC]": np.full(61, 25.0)}
    names = [VOLTAGE, "Temperature [degC]"]
    model = {"type": "SPM", "options": HEAT}
    one = objective(columns, {}, model=model, **{"objective variables": names})
    found = one.evaluate({})
    (kelvin,) = by_hand(
        pybamm.lithium_ion.SPM(HEAT), columns, ["Volume-averaged cell temperature [K]"]
    )
    assert kelvin[-1] > 299
    assert found["Temperature [degC]"] == pytest.approx(kelvin - 273.15, abs=2e-3)
    assert list(one.channels({})) == [
        TIME,
        "Voltage [V] (data)",
        "Voltage [V] (model)",
        "Temperature [degC] (data)",
        "Temperature [degC] (model)",
    ]


@pytest.mark.parametrize(
    ("kind", "options", "name", "start", "within"),
    [
        ("SPM", {}, D_P, 4e-15, 1e-5),
        ("SPMe", {}, D_N, 3.3e-14, 1e-5),
        ("SPMe", {}, "Cation transference number", 0.26, 2e-2),
        ("SPM", {}, THIN, 8.5e-5, 1e-4),
        ("SPM", HEAT, D_N, 3.3e-14, 2e-2),
    ],
)
def test_derivatives_are_those_of_differences(kind, options, name, start, within):
    tight = {"solver": {"rtol": 1e-9, "atol": 1e-9}}
    model = {"type": kind, "options": options}
    one = objective(steady(), {name: start}, model=model, simulation_kwargs=tight)
    values = {name: start}
    found, slopes = one.derivatives(values, [name, "unheard of"])
    differences = slopes_by_differences(one, values, name, VOLTAGE, share=2e-4)
    scale = np.abs(differences).max()
    assert scale > 0
    assert found[VOLTAGE] == pytest.approx(one.evaluate(values)[VOLTAGE], abs=1e-6)
    assert slopes[VOLTAGE].shape == (61, 2)
    assert slopes[VOLTAGE][:, 0] == pytest.approx(differences, abs=within * scale)
    assert not slopes[VOLTAGE][:, 1].any()


@pytest.mark.parametrize(
    ("kind", "options", "domains", "within"),
    [
        ("SPM", {}, ["Positive electrode"], 1e-5),
        ("SPMe", {}, ["Negative electrode"], 5e-5),
        ("SPMe", {}, ["Separator"], 5e-5),
        ("SPMe", {}, ["Positive electrode"], 5e-5),
        ("SPMe", {}, ["Separator", "Positive electrode"], 5e-5),
        ("SPMe", HEAT, ["Separator"], 2e-4),
        ("SPMe", {"surface form": "algebraic"}, ["Positive electrode"], 2e-4),
        ("DFN", {}, ["Positive electrode"], 1e-3),
        ("DFN", {}, ["Separator"], 1e-3),
    ],
)
def test_a_thickness_is_varied_without_building_the_model_anew(kind, options, domains, within):
    columns = steady()
    names = [f"{domain} thickness [m]" for domain in domains]
    free = {name: pybamm.ParameterValues("Chen2020")[name] for name in names}
    one = objective(columns, free, model={"type": kind, "options": options})
    model = getattr(pybamm.lithium_ion, kind)(options)
    for share in (1.0, 0.9):
        values = {name: share * value for name, value in free.items()}
        (voltage,) = by_hand(model, columns, **values)
        assert one.evaluate(values)[VOLTAGE] == pytest.approx(voltage, abs=within)


def test_the_size_of_what_is_joined_needs_uniform_meshes():
    mesh = {"submesh_types": {"separator": pybamm.Exponential1DSubMesh.to_config()}}
    with pytest.raises(PipelineError, match="size of the separator"):
        objective(
            steady(),
            {"Positive electrode thickness [m]": 7.5e-5},
            model="SPMe",
            simulation_kwargs=mesh,
        )


@pytest.mark.parametrize(
    ("entry", "value", "state"),
    [("Initial SOC [%]", 40.0, 0.4), ("Initial voltage [V]", 3.6, "3.6 V")],
)
def test_the_start_is_what_an_entry_says(entry, value, state):
    columns = steady(duration=1000)
    one = objective(columns, {entry: value, D_N: 3e-14}, model="SPM")
    parameters = pybamm.ParameterValues("Chen2020")
    parameters.set_initial_state(state)
    (voltage,) = by_hand(
        pybamm.lithium_ion.SPM(), columns, values=dict(parameters.items()), **{D_N: 3e-14}
    )
    values = {entry: value, D_N: 3e-14}
    assert one.inputs == {entry, D_N}
    assert one.evaluate(values)[VOLTAGE] == pytest.approx(voltage, abs=2e-5)
    slopes = one.derivatives(values, [entry])[1][VOLTAGE][:, 0]
    differences = slopes_by_differences(one, values, entry, VOLTAGE, share=1e-4)
    assert slopes == pytest.approx(differences, abs=1e-3 * np.abs(differences).max())


def test_an_objective_has_parameters_of_its_own():
    columns = steady()
    warm = objective(columns, {}, model="SPM", parameters={"Ambient temperature [K]": 320.0})
    (voltage,) = by_hand(pybamm.lithium_ion.SPM(), columns, **{"Ambient temperature [K]": 320.0})
    assert warm.evaluate({})[VOLTAGE] == pytest.approx(voltage, abs=1e-6)


def test_old_names_of_parameters_are_understood():
    old = "Negative electrode diffusivity [m2.s-1]"
    one = objective(steady(), {old: 3.3e-14}, model="SPM")
    assert one.inputs == {old}
    (voltage,) = by_hand(pybamm.lithium_ion.SPM(), steady(), **{D_N: 2e-14})
    assert one.evaluate({old: 2e-14})[VOLTAGE] == pytest.approx(voltage, abs=1e-6)


def test_what_no_model_needs_is_no_input():
    free = {
        "sigma": 0.1,
        "SEI solvent diffusivity [m2.s-1]": 1.0,
        "Cation transference number": 0.3,
    }
    one = objective(steady(), free, model="SPM")
    assert one.inputs == frozenset()


def test_over_voltage_the_time_to_each_voltage_is_compared():
    columns = steady(rows=200)
    (columns[VOLTAGE],) = by_hand(pybamm.lithium_ion.SPM(), columns, **{D_N: 2e-14})
    one = objective(columns, {D_N: 2e-14}, model="SPM", **{"independent variable": "voltage"})
    found = one.evaluate({D_N: 2e-14})[TIME]
    assert list(one.variables) == [TIME]
    assert found[1:] == pytest.approx(columns[TIME][1:], abs=2.0)
    assert one.plots({D_N: 2e-14})[0]["layout"]["xaxis"]["title"]["text"] == VOLTAGE
    assert one.derivatives({D_N: 2e-14}, [D_N]) is None


def test_values_that_give_no_numbers_are_an_error_of_the_solve():
    one = objective(steady(), DIFFUSIVITIES, model="SPM")
    with pytest.raises(SolveError):
        one.evaluate({D_N: float("nan"), D_P: 4e-15})
    assert np.isfinite(one.evaluate(DIFFUSIVITIES)[VOLTAGE]).all()


def test_beyond_what_the_solver_reaches_there_is_nan():
    one = objective(steady(duration=6000), {D_P: 4e-15}, model="DFN")
    voltage = one.evaluate({D_P: 4e-15})[VOLTAGE]
    assert np.isfinite(voltage[:30]).all()
    assert np.isnan(voltage[-1])


def test_plots_name_data_and_model_with_units():
    (plot,) = objective(steady(), {}, model="SPM").plots({})
    assert [each["name"] for each in plot["traces"]] == ["Data", "Model"]
    assert plot["layout"]["yaxis"]["title"]["text"] == VOLTAGE
    assert plot["type"] == "CurrentDriven"


# -- defaults ---------------------------------------------------------------------


def test_what_is_left_out_is_assumed_and_said():
    bare = Context(where="elements.fit")
    one = build("v", {"data": listed(steady(current=0.1))}, bare, {D_N: 3e-14})
    words = " ".join(bare.assumptions)
    assert "CurrentDriven" in words
    assert "SPM" in words
    assert "default values" in words
    model = pybamm.lithium_ion.SPM()
    (voltage,) = by_hand(model, steady(current=0.1), values="Marquis2019", **{D_N: 3e-14})
    assert one.evaluate({D_N: 3e-14})[VOLTAGE] == pytest.approx(voltage, abs=1e-5)


def test_nothing_is_filled_into_a_parameter_set_that_was_given():
    values = dict(pybamm.ParameterValues("Chen2020").items())
    for name in ("Separator thickness [m]", "Positive electrode OCP [V]"):
        del values[name]
    given = context(values)
    with pytest.raises(MissingParametersError) as caught:
        objective(steady(), {}, given=given, model="SPMe")
    assert set(caught.value.names) == {"Separator thickness [m]", "Positive electrode OCP [V]"}
    assert given.assumptions == []


# -- refusals ---------------------------------------------------------------------


def without(name):
    return {key: column for key, column in steady().items() if key != name}


def falling():
    return {**steady(), TIME: steady()[TIME][::-1]}


def with_gap():
    return {**steady(), CURRENT: np.append(steady()[CURRENT][:-1], np.nan)}


@pytest.mark.parametrize(
    ("columns", "options", "words"),
    [
        (without(CURRENT), {}, "'Current [A]' is missing"),
        (without(VOLTAGE), {}, "'Voltage [V]' is missing"),
        (falling(), {}, "runs back 60 time(s), first in row 1"),
        (with_gap(), {}, "has gaps"),
        (steady(rows=1), {}, "two rows"),
        (steady(), {"objective variables": ["Voltage"]}, "'Voltage' is missing"),
        (steady(), {"independent variable": "charge"}, "'time' or 'voltage'"),
        (steady(), {"interpolant_atol": -1}, "interpolant_atol"),
        (steady(), {"modle": "SPM"}, "did you mean 'model'"),
        (steady(), {"simulation_kwargs": {"var_pts": {"r_q": 3}}}, "r_q"),
        (steady(), {"simulation_kwargs": {"solver": {"rtol": 2}}}, "rtol"),
        (steady(), {"parameterized_model_id": "x"}, "exclude each other"),
    ],
)
def test_what_is_wrong_is_said(columns, options, words):
    with pytest.raises(PipelineError) as caught:
        objective(columns, {}, **{"model": "SPM", **options})
    assert words in caught.value.message
    assert caught.value.message.startswith("elements.fit.objectives.cell")


@pytest.mark.parametrize("kind", ["Resistance", "Objective", "DesignObjective", "CurentDriven"])
def test_types_that_cannot_be_run_are_refused_with_the_reason(kind):
    with pytest.raises(PipelineError) as caught:
        objective(steady(), {}, kind=kind, model="SPM")
    assert kind in caught.value.message
