"""How models under a measured current are solved: jumps, derivatives, where they end."""

import numpy as np
import pytest
from hand_made import CURRENT, D_P, TIME, VOLTAGE, by_hand, context, listed, objective, steady
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.fits.data_fit import fit
from ionworks_engine.pipelines.objectives.base import SolveError
from ionworks_engine.pipelines.validation import validate

AMBIENT = "Ambient temperature [K]"
CONTACT = "Contact resistance [Ohm]"
WIDTH = "Electrode width [m]"
ALGEBRAIC = {"surface form": "algebraic"}


def jumps(count=2):
    """A minute of rest and a minute of discharge, with two rows where the current jumps."""
    times, current = [], []
    for begin in 120.0 * np.arange(count):
        times += [begin, begin + 60, begin + 60, begin + 90, begin + 120]
        current += [0.0, 0.0, 5.0, 5.0, 5.0]
    return {TIME: np.array(times), CURRENT: np.array(current), VOLTAGE: np.full(len(times), 4.0)}


def swinging():
    """Discharge, rest, charge and discharge again; a row every 30 s."""
    times = np.arange(0, 1800, 30.0)
    current = np.select([times < 600, times < 900, times < 1500], [5.0, 0.0, -4.0], 2.0)
    return {TIME: times, CURRENT: current, VOLTAGE: np.full(times.size, 3.7)}


# -- jumps ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["SPM", "SPMe"])
def test_the_second_of_two_rows_at_the_same_time_is_after_the_jump(kind):
    columns = jumps()
    repeated = np.append(False, np.diff(columns[TIME]) == 0)
    assert repeated.sum() == 3
    apart = {**columns, TIME: columns[TIME] + 1e-6 * repeated}
    (voltage,) = by_hand(getattr(pybamm.lithium_ion, kind)(), apart)
    for objective_type in ("CurrentDriven", "Pulse"):
        one = objective(columns, {}, kind=objective_type, model=kind)
        assert one.evaluate({})[VOLTAGE] == pytest.approx(voltage, abs=2e-5)


def test_a_resistance_shows_at_the_row_after_the_jump():
    given = context(**{CONTACT: 0.0})
    model = {"type": "SPM", "options": {"contact resistance": "true"}}
    one = objective(jumps(), {CONTACT: 0.01}, given=given, kind="Pulse", model=model)
    fall = one.evaluate({CONTACT: 0.0})[VOLTAGE] - one.evaluate({CONTACT: 0.01})[VOLTAGE]
    assert fall == pytest.approx(0.01 * jumps()[CURRENT], abs=1e-9)


def test_a_jump_takes_no_time_over_voltage():
    columns = jumps(1)
    columns[VOLTAGE] = np.array([4.19, 4.18, 4.05, 4.03, 4.02])
    (columns[VOLTAGE],) = by_hand(
        pybamm.lithium_ion.SPM(), {**columns, TIME: columns[TIME] + 1e-6 * np.eye(5)[2]}
    )
    one = objective(columns, {}, model="SPM", **{"independent variable": "voltage"})
    assert one.evaluate({})[TIME][2:] == pytest.approx(columns[TIME][2:], abs=1e-2)


# -- derivatives ------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "options"), [("SPMe", ALGEBRAIC), ("DFN", {})])
def test_temperature_has_derivatives_where_unknowns_are_algebraic(kind, options):
    columns = swinging()
    one = objective(columns, {AMBIENT: 298.15}, model={"type": kind, "options": options})
    found, slopes = one.derivatives({AMBIENT: 298.15}, [AMBIENT])
    model = getattr(pybamm.lithium_ion, kind)(options)
    above, below = (by_hand(model, columns, **{AMBIENT: 298.15 + t})[0] for t in (2, -2))
    differences = (above - below) / 4
    scale = np.abs(differences).max()
    assert found[VOLTAGE] == pytest.approx(one.evaluate({AMBIENT: 298.15})[VOLTAGE], abs=1e-4)
    assert slopes[VOLTAGE][:, 0] == pytest.approx(differences, abs=1e-2 * scale)


@pytest.mark.parametrize("kelvin", [282.0, 290.0, 315.0])
def test_the_start_is_found_far_from_where_algebraic_unknowns_are_guessed(kelvin):
    columns = swinging()
    one = objective(columns, {AMBIENT: 298.15}, model="DFN")
    (voltage,) = by_hand(pybamm.lithium_ion.DFN(), columns, **{AMBIENT: kelvin})
    assert one.evaluate({AMBIENT: kelvin})[VOLTAGE] == pytest.approx(voltage, abs=1e-4)


def test_where_the_solver_gets_no_further_it_is_said_without_its_words():
    one = objective(steady(), {WIDTH: 1.58}, model="DFN")
    with pytest.raises(SolveError) as caught:
        one.evaluate({WIDTH: 0.2})
    assert "initial state" in caught.value.message
    assert "IDA" not in caught.value.message


# -- where models end -------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "over"),
    [("SPM", {}), ("SPMe", {}), ({"type": "GITTModel"}, {"Ohmic resistance [Ohm]": 0.0})],
)
def test_beyond_full_and_empty_particles_there_is_no_model(model, over):
    columns = steady(duration=5400, rows=91)
    one = objective(columns, {}, given=context(**over), model=model)
    names = ["Minimum negative", "Maximum positive"]
    surfaces = by_hand(
        pybamm.lithium_ion.SPM(),
        columns,
        [f"{each} particle surface stoichiometry" for each in names],
    )
    beyond = (surfaces[0] < 0) | (surfaces[1] > 1)
    assert 20 < beyond.sum() < 40
    (model_there,) = one.evaluate({}).values()
    assert np.isnan(model_there).tolist() == beyond.tolist()
    assert one.plots({})[0]["traces"][1]["y"][-1] is None
    assert np.isnan(one.channels({})["Voltage [V] (model)"]).tolist() == beyond.tolist()


def test_what_was_emptied_does_not_come_back():
    columns = steady(duration=6000, rows=101)
    columns[CURRENT] = np.where(columns[TIME] < 4500, 5.0, -5.0)
    voltage = objective(columns, {}, model="SPM").evaluate({})[VOLTAGE]
    first = int(np.flatnonzero(np.isnan(voltage))[0])
    assert 60 <= first < 75
    assert np.isnan(voltage[first:]).all()


def test_a_search_is_told_how_far_beyond_it_is():
    columns = steady(duration=3300, rows=56)
    (columns[VOLTAGE],) = by_hand(pybamm.lithium_ion.SPM(), columns)
    settings = {"type": "CurrentDriven", **listed(columns), "options": {"model": "SPM"}}
    parameters = {WIDTH: {"initial_value": 0.7, "bounds": [0.3, 4]}}
    known = context()
    found = fit({"objectives": {"cell": settings}, "parameters": parameters}, known)
    assert found.values[WIDTH] == pytest.approx(1.58, rel=1e-4)
    one = objective(columns, {WIDTH: 0.7}, model="SPM")
    assert np.isfinite(one.evaluate({WIDTH: 0.7})[VOLTAGE]).all()
    assert np.isnan(one.channels({WIDTH: 0.7})["Voltage [V] (model)"]).any()


@pytest.mark.parametrize("axis", ["time", "voltage"])
def test_a_search_that_begins_beyond_is_shown_without_a_model(axis):
    full = {"Initial concentration in negative electrode [mol.m-3]": 40000.0}
    columns = {**steady(), VOLTAGE: np.linspace(4, 3, 61)}
    one = objective(columns, full, model="SPM", **{"independent variable": axis})
    *_, shown = one.channels(full).values()
    assert np.isnan(shown).all()
    assert one.plots(full)[0]["traces"][1]["y"] == [None] * 61


def test_a_voltage_that_is_no_number_is_an_error_whatever_surfaces_are():
    model = {"type": "SPM", "options": {"contact resistance": "true"}}
    one = objective(steady(), {CONTACT: 0.01}, given=context(**{CONTACT: 0.0}), model=model)
    for compute in (one.evaluate, lambda values: one.derivatives(values, [CONTACT])):
        with pytest.raises(SolveError):
            compute({CONTACT: float("nan")})


def test_statistics_say_where_the_model_ends():
    columns = steady(duration=5400, rows=91)
    settings = {"type": "CurrentDriven", **listed(columns), "options": {"model": "SPM"}}
    known = context()
    found = validate({"objectives": {"cell": settings}}, known).result
    assert found["summary_stats"]["cell"]["RMSE"] < 1
    assert "29 of 91 points" in " ".join(known.assumptions)


def test_surfaces_that_are_watched_are_no_reason_to_fit_a_diffusivity():
    columns = {**steady(), "Temperature [degC]": np.full(61, 25.0)}
    one = objective(
        columns,
        {D_P: 4e-15, AMBIENT: 298.15},
        model="SPM",
        **{"objective variables": ["Temperature [degC]"]},
    )
    assert one.inputs == {AMBIENT}
