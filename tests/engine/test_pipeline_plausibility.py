"""Data of driven models is held to the rules for uploads, wherever it came from."""

import numpy as np
import polars as pl
import pytest
from hand_made import CURRENT, DIFFUSIVITIES, TIME, VOLTAGE, by_hand, context, listed, objective
from ionworks_engine.battery.quiet import pybamm
from ionworks_engine.pipelines.context import Context
from ionworks_engine.pipelines.data import Sources
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.objectives import build

from ionworks.validators import check_measurement_data

PLACE = "elements.fit.objectives.cell.data"


@pytest.fixture(scope="module")
def discharge():
    """An hour at 1C, as PyBaMM has it."""
    times = np.linspace(0, 3000, 61)
    columns = {TIME: times, CURRENT: np.full(61, 5.0)}
    (voltage,) = by_hand(pybamm.lithium_ion.SPM(), columns)
    return {**columns, VOLTAGE: voltage}


def built(columns, **more):
    """Build an objective; return what was noted."""
    given = Context(context().given, where="elements.fit")
    objective(columns, DIFFUSIVITIES, given=given, model="SPM", **more)
    return given.assumptions


@pytest.mark.parametrize("kind", ["CurrentDriven", "Pulse"])
def test_a_current_of_the_wrong_sign_is_refused_in_the_words_of_the_rule(discharge, kind):
    columns = {**discharge, CURRENT: -discharge[CURRENT]}
    (issue,) = check_measurement_data({**columns, "Step count": np.zeros(61)})
    with pytest.raises(PipelineError) as caught:
        built(columns, kind=kind)
    assert caught.value.message == f"{PLACE}: {issue.message} [{issue.code}]"


def test_a_current_without_a_sign_is_refused(discharge):
    there_and_back = {
        TIME: np.append(discharge[TIME], 3060 + discharge[TIME]),
        CURRENT: np.full(122, 5.0),
        VOLTAGE: np.append(discharge[VOLTAGE], discharge[VOLTAGE][::-1]),
        "Step count": np.repeat([4, 6], 61),
    }
    with pytest.raises(PipelineError, match=r"no sign.*\[current_sign_unsigned\]"):
        built(there_and_back)


def test_a_stored_measurement_is_held_to_the_same_rules(discharge, tmp_path):
    path = tmp_path / "series.parquet"
    pl.DataFrame({**discharge, CURRENT: -discharge[CURRENT]}).write_parquet(path)
    sources = Sources({"m": {"time_series": path}})
    given = Context(context().given, sources, where="elements.fit")
    with pytest.raises(PipelineError, match="current_sign_reversed"):
        build("cell", {"data": "db:m", "options": {"model": "SPM"}}, given, DIFFUSIVITIES)


def test_data_over_voltage_is_held_to_them_too(discharge):
    with pytest.raises(PipelineError, match="current_sign_reversed"):
        built({**discharge, CURRENT: -discharge[CURRENT]}, **{"independent variable": "voltage"})


def test_good_data_is_nothing_to_note(discharge):
    assert built(discharge) == []


def test_rows_from_the_middle_of_a_test_are_as_good(discharge):
    later = {**discharge, TIME: discharge[TIME] + 700, "Step count": np.repeat([3, 5], [31, 30])}
    cycler = {"Discharge capacity [A.h]": 2 + discharge[TIME] / 720}
    assert built({**later, **cycler}) == []


def test_gaps_of_the_voltage_are_left_to_the_cost(discharge):
    voltage = discharge[VOLTAGE].tolist()
    voltage[7] = None
    data = {**listed(discharge)["data"], VOLTAGE: voltage}
    given = context()
    settings = {"data": data, "options": {"model": "SPM"}}
    found = build("cell", settings, given, DIFFUSIVITIES).variables[VOLTAGE]
    assert np.flatnonzero(np.isnan(found)).tolist() == [7]


def test_a_column_that_only_the_rules_want_may_lack(discharge):
    columns = {TIME: discharge[TIME], CURRENT: discharge[CURRENT]}
    columns["Temperature [degC]"] = np.full(61, 25.0)
    model = {"type": "SPM", "options": {"thermal": "lumped"}}
    options = {"model": model, "objective variables": ["Temperature [degC]"]}
    settings = {"data": listed(columns)["data"], "options": options}
    assert list(build("cell", settings, context(), {}).variables) == ["Temperature [degC]"]


def test_a_voltage_in_millivolts_is_noted(discharge):
    (note,) = built({**discharge, VOLTAGE: 1000 * discharge[VOLTAGE]})
    assert note.startswith(f"{PLACE}: 'Voltage [V]' is about 3")
    assert "4.2 V: is it in mV" in note


def test_a_current_in_milliamperes_is_noted(discharge):
    (note,) = built({**discharge, CURRENT: 1000 * discharge[CURRENT]})
    assert "moves 4167 A.h at up to 5000 A" in note
    assert "'Nominal cell capacity [A.h]' is 5: is the current in mA" in note


def test_parameters_of_another_cell_are_noted(discharge):
    given = context("Marquis2019")
    objective(discharge, {}, given=given, model="SPM")
    (note,) = given.assumptions
    assert "4.167 A.h at up to 5 A" in note
    assert "is 0.6806: is the current in mA, or are the parameters those of another cell" in note


def test_a_sign_that_cannot_be_told_is_noted(discharge):
    """Two thirds of the charge moved say discharge, a third that positive current charges."""
    shape = discharge[VOLTAGE]
    columns = {
        TIME: np.arange(183) * 50.0,
        CURRENT: np.repeat([5.0, -5.0, 5.0], 61),
        VOLTAGE: np.concatenate([shape, shape, shape]),
    }
    (note,) = built(columns)
    assert "cannot be told" in note
    assert "[current_sign_indeterminate]" in note


def test_rows_far_apart_are_noted(discharge):
    times, current = discharge[TIME].copy(), discharge[CURRENT].copy()
    times[-1], current[-2:] = 30000.0, 0.0
    (note,) = built({**discharge, TIME: times, CURRENT: current})
    assert "[time_gap_too_large]" in note
