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


@pytest.fixture(scope="module")
def relaxing():
    """Ten minutes at 2C, ten at C/25, and a rest with 1 mA of leakage, as PyBaMM has it."""
    times = np.concatenate([np.linspace(0, 600, 61), 600 + np.linspace(1, 600, 61)])
    times = np.append(times, 1200 + np.linspace(1, 3000, 61))
    columns = {TIME: times, CURRENT: np.repeat([10.0, 0.2, 0.001], 61)}
    (voltage,) = by_hand(pybamm.lithium_ion.SPM(), columns)
    return {**columns, VOLTAGE: voltage, "Step count": np.repeat([0, 1, 2], 61)}


def part(columns, step):
    return {name: values[columns["Step count"] == step] for name, values in columns.items()}


def test_a_rest_with_leakage_is_as_good(relaxing):
    rest = part(relaxing, 2)
    (issue,) = check_measurement_data({**rest, TIME: rest[TIME] - 1201, "Step count": np.zeros(61)})
    assert issue.code == "current_sign_reversed"
    assert built(rest) == []


def test_noise_about_no_current_is_as_good(relaxing):
    rest = part(relaxing, 2)
    del rest["Step count"]
    for seed in range(5):
        noise = np.random.default_rng(seed).normal(0, 2e-3, 61)
        assert built({**rest, CURRENT: noise}) == []


def test_a_voltage_that_relaxes_against_a_small_current_is_noted(relaxing):
    (note,) = built(part(relaxing, 1))
    assert note.startswith(f"{PLACE}: Positive current charges the cell here")
    assert note.endswith("But only 0.0333 A.h moved so, which may be relaxation.")


def assumed(data, columns, path):
    """Build an objective of a part of a stored measurement; return what was noted."""
    pl.DataFrame(columns).write_parquet(path)
    steps = path.with_name("steps.parquet")
    ends = {"Start index": [0, 61, 122], "End index": [60, 121, 182]}
    pl.DataFrame({"Step count": [0, 1, 2], "Cycle count": [0, 0, 0], **ends}).write_parquet(steps)
    sources = Sources(
        {"m": {"time_series": path, "steps": steps}},
        {"entry.data": {"data": "db:m", "time_range": {"start": 601}}},
    )
    given = Context(context().given, sources, where="elements.fit")
    settings = {"type": "CurrentDriven", "data": data, "options": {"model": "SPM"}}
    build("cell", settings, given, DIFFUSIVITIES)
    return given.assumptions


WINDOWS = [
    {"data": "db:m", "time_range": {"start": 601, "end": 1200}},
    {"data": "db:m", "options": {"first_step": 1, "last_step": 1}},
    {"data": {"data": "db:m", "time_range": {"start": 601}}, "time_range": {"end": 1200}},
    "entry.data",
]


@pytest.mark.parametrize("data", WINDOWS)
def test_the_sign_is_judged_before_anything_is_chosen(relaxing, tmp_path, data):
    assert assumed(data, relaxing, tmp_path / "series.parquet") == []


@pytest.mark.parametrize("data", WINDOWS)
def test_a_part_of_a_measurement_of_the_wrong_sign_is_refused(relaxing, tmp_path, data):
    columns = {**relaxing, CURRENT: -relaxing[CURRENT]}
    with pytest.raises(PipelineError, match=r"fit\.objectives\.cell\.data.*current_sign_reversed"):
        assumed(data, columns, tmp_path / "series.parquet")


def test_what_nothing_reads_may_be_nan_or_infinite(relaxing, tmp_path):
    odd = {"Aux [V]": np.full(183, np.nan), "Pressure [bar]": np.full(183, np.inf)}
    assert assumed("db:m", {**relaxing, **odd}, tmp_path / "series.parquet") == []


@pytest.mark.parametrize("volts", [0.0, 60.0])
def test_a_single_voltage_that_no_cell_has_is_noted(discharge, volts):
    voltage = discharge[VOLTAGE].copy()
    voltage[7] = volts
    (note,) = built({**discharge, VOLTAGE: voltage})
    assert note.startswith(f"{PLACE}: 'Voltage [V]' is {volts:g} in row 7 and far from the model's")
    assert "2.5 to 4.2 V in 1 of 61 rows" in note
