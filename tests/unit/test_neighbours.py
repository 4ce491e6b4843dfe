"""The public ``ionworksdata`` on our package: it imports, reads, judges, corrects and loads."""

import ast
from importlib import import_module
from pathlib import Path

import ionworksdata
import numpy as np
import polars as pl
import pytest
from ionworksdata import transform

from ionworks import Ionworks, cache, validators
from ionworks.errors import MeasurementValidationError
from ionworks.validators import IssueCode, check_measurement_data
from tests.unit import neighbour_exports
from tests.unit.neighbour_exports import AMPERES, FORMATS, ROWS, SECONDS

HOME = Path(ionworksdata.__file__).parent
MOVED = AMPERES * SECONDS * (ROWS - 1) / 3600
CUTOFFS = {"cell_metadata": {"Lower voltage cut-off [V]": 2.0, "Upper voltage cut-off [V]": 5.0}}
OPTIONS = {"repower": CUTOFFS}
UNNAMED = {"csv"}
DISCHARGE, CHARGE = "Discharge capacity [A.h]", "Charge capacity [A.h]"


def wanted_names():
    """Every name that the neighbour takes from our package, with the module that it is in."""
    for path in sorted(HOME.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ionworks":
                yield from ((node.module, alias.name) for alias in node.names)


def test_all_that_it_takes_from_us_is_there():
    wanted = set(wanted_names())
    assert {
        ("ionworks.validators", "running_step_reset_integral"),
        ("ionworks.cache", "_load_from_cache"),
        ("ionworks", "Ionworks"),
    } <= wanted
    missing = [pair for pair in wanted if not hasattr(import_module(pair[0]), pair[1])]
    assert missing == []


@pytest.fixture
def export(tmp_path):
    """Write the export of a cycler; return its path and the reader that is to be found."""

    def write(name):
        file, writer = FORMATS[name]
        writer(tmp_path / file, neighbour_exports.measured())
        return tmp_path / file

    return write


def read(path, name):
    reader = "csv" if name in UNNAMED else ionworksdata.read.detect_reader(path)
    return ionworksdata.read.time_series_and_steps(path, reader, options=OPTIONS.get(name))


@pytest.mark.parametrize("name", FORMATS)
def test_the_exports_of_cyclers_are_read(export, name):
    series, steps = read(export(name), name)
    assert series.height == 4 * ROWS
    assert steps["Step type"].to_list() == [
        "Rest",
        "Constant current discharge",
        "Rest",
        "Constant current charge",
    ]
    assert steps[DISCHARGE].to_list() == pytest.approx([0, MOVED, 0, 0], rel=1e-9)
    assert steps[CHARGE].to_list() == pytest.approx([0, 0, 0, MOVED], rel=1e-9)
    assert steps["Mean current [A]"].to_list() == pytest.approx([0, AMPERES, 0, -AMPERES])
    assert check_measurement_data(series, strict=True, steps_df=steps, rated_capacity=2.0) == []


@pytest.mark.parametrize("name", FORMATS)
def test_readers_are_found(export, name):
    path = export(name)
    if name in UNNAMED:
        with pytest.raises(ValueError, match="Could not automatically detect"):
            ionworksdata.read.detect_reader(path)
    else:
        assert ionworksdata.read.detect_reader(path) == name.removesuffix(" zipped").removesuffix(
            " parquet"
        )


def test_data_that_break_a_rule_raise_our_error(tmp_path):
    rows = neighbour_exports.measured().head(71)
    path = tmp_path / "test.bdf"
    neighbour_exports.bdf(path, rows.with_columns(step=pl.Series([1] * 50 + [2] + [3] * 20)))
    with pytest.raises(MeasurementValidationError) as raised:
        ionworksdata.read.time_series_and_steps(path, options={"validate_strict": True})
    assert raised.value.has_code(IssueCode.STEP_TOO_FEW_POINTS)


@pytest.fixture
def series(export):
    """The series of a good export, with capacities, energies and power."""
    return read(export("neware"), "neware")[0]


def codes(frame, **arguments):
    return [issue.code.value for issue in check_measurement_data(frame, **arguments)]


def test_a_reversed_current_is_set_right(series):
    reversed_current = series.with_columns(-pl.col("Current [A]"))
    assert "current_sign_reversed" in codes(reversed_current)
    right = transform.set_positive_current_for_discharge(reversed_current)
    assert right["Current [A]"].to_list() == series["Current [A]"].to_list()


def test_a_current_without_sign_is_signed(series):
    unsigned = series.with_columns(pl.col("Current [A]").abs())
    assert "current_sign_unsigned" in codes(unsigned)
    right = transform.set_positive_current_for_discharge(unsigned)
    assert codes(right) == []


def test_swapped_columns_are_swapped_back(series):
    swapped = series.rename({DISCHARGE: CHARGE, CHARGE: DISCHARGE})
    steps = ionworksdata.steps.summarize(swapped)
    assert codes(swapped, strict=True, steps_df=steps) == [
        "discharge_capacity_integral_mismatch",
        "charge_capacity_integral_mismatch",
        "charge_discharge_capacity_columns_swapped",
    ]
    right = transform.fix_swapped_charge_discharge_columns(swapped)
    assert right[DISCHARGE].to_list() == series[DISCHARGE].to_list()


def test_nothing_is_swapped_where_the_sign_of_the_current_is_wrong(series):
    reversed_current = series.with_columns(-pl.col("Current [A]"))
    with pytest.warns(UserWarning, match="refusing to swap"):
        kept = transform.fix_swapped_charge_discharge_columns(reversed_current)
    assert kept.equals(reversed_current)


def test_capacity_energy_and_power_follow_from_current_and_voltage(series):
    bare = series.select("Time [s]", "Current [A]", "Voltage [V]", "Step count")
    made = transform.set_power(transform.set_energy(transform.set_capacity(bare)))
    assert codes(made, strict=True) == []
    second = made.filter(pl.col("Step count") == 1)
    hours, watts = second["Time [s]"].to_numpy() / 3600, second["Power [W]"].to_numpy()
    assert second["Discharge energy [W.h]"][-1] == pytest.approx(np.trapezoid(watts, hours))
    assert second[DISCHARGE].to_numpy() == pytest.approx(AMPERES * (hours - hours[0]))


def test_steps_and_time_are_counted(series):
    bare = series.select(
        pl.col("Time [s]") + 5, "Current [A]", "Voltage [V]", pl.col("Step from cycler") + 3
    )
    made = transform.set_step_count(transform.reset_time(bare))
    assert codes(made) == []
    assert made["Step count"].to_list() == series["Step count"].to_list()


def test_steps_are_summarized_into_cycles(series):
    steps = ionworksdata.steps.summarize(series)
    assert (steps["Start index"][1], steps["End index"][1]) == (ROWS, 2 * ROWS - 1)
    cycles = ionworksdata.cycle_metrics.get_cycle_metrics(steps)
    assert cycles["Discharge capacity [A.h]"].to_list() == pytest.approx([MOVED])
    assert cycles["Coulombic efficiency"].to_list() == pytest.approx([1.0])


def test_a_written_file_is_read_again(series, tmp_path):
    path = tmp_path / "again.bdf"
    ionworksdata.write.bdf(series, path)
    again, _ = ionworksdata.read.time_series_and_steps(path)
    for name in ("Time [s]", "Current [A]", "Voltage [V]"):
        assert again[name].to_list() == pytest.approx(series[name].to_list(), abs=1e-9)


def test_the_settings_of_the_cache_are_shared(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "_CACHE_CONFIG", dict(cache._CACHE_CONFIG))
    ionworksdata.load.set_cache_directory(tmp_path)
    assert cache.get_cache_directory() == tmp_path == ionworksdata.load.get_cache_directory()
    ionworksdata.load._save_to_cache("m", {"steps": pl.DataFrame({"Step count": [0]})})
    assert ionworksdata.load._load_from_cache("m")["steps"].rows() == [(0,)]
    ionworksdata.load.clear_cache()
    assert ionworksdata.load._load_from_cache("m") is None


@pytest.fixture(scope="module")
def uploaded(tmp_path_factory):
    """A client of an engine of our own that holds the export as a measurement, and its id."""
    folder = tmp_path_factory.mktemp("neighbour")
    before = cache.get_cache_directory()
    cache.set_cache_directory(folder / "cache")
    neighbour_exports.neware(folder / "test.csv", neighbour_exports.measured())
    series, steps = ionworksdata.read.time_series_and_steps(folder / "test.csv")
    with Ionworks.local(folder / "engine") as client:
        cell = client.cell_instance.create(client.cell_spec.create({"name": "s"}).id, {"name": "i"})
        detail = {"measurement": {"name": "m"}, "time_series": series, "steps": steps}
        yield client, client.cell_measurement.create(cell.id, detail).id, series
    cache.set_cache_directory(before)


@pytest.mark.parametrize("use_cache", [True, False])
def test_a_measurement_is_loaded_from_the_engine(uploaded, use_cache):
    client, measurement, series = uploaded
    loader = ionworksdata.DataLoader.from_db(measurement, client=client, use_cache=use_cache)
    assert loader.initial_voltage == series["Voltage [V]"][0]
    assert loader.data["Voltage [V]"].to_list() == series["Voltage [V]"].to_list()
    assert loader.steps[DISCHARGE].to_list() == pytest.approx([0, MOVED, 0, 0])


def test_some_steps_of_a_measurement_are_loaded_from_the_engine(uploaded):
    client, measurement, series = uploaded
    loader = ionworksdata.DataLoader.from_db(
        measurement, {"first_step": 1, "last_step": 1}, use_cache=False, client=client
    )
    assert loader.steps.height == 1
    part = series.slice(ROWS, ROWS)
    assert loader.data["Current [A]"].to_list() == part["Current [A]"].to_list() == [AMPERES] * ROWS
    assert loader.initial_voltage == series["Voltage [V]"][ROWS - 1]


def test_what_it_reads_is_what_the_engine_makes_of_it(uploaded):
    """The steps that the engine derives are those that the neighbour summarizes."""
    client, measurement, series = uploaded
    cell = client.cell_measurement.get(measurement).cell_instance_id
    detail = {"measurement": {"name": "without steps"}, "time_series": series}
    made = client.cell_measurement.create(cell, detail)
    steps = client.cell_measurement.steps(made.id)
    expected = ionworksdata.steps.summarize(series)
    for name in ("Step type", "Start index", "End index", DISCHARGE, "Mean current [A]"):
        assert steps[name].to_list() == pytest.approx(expected[name].to_list()), name


def test_the_constants_are_those_of_the_public_client():
    assert validators.EIS_RESISTANCE_CAPACITY_PRODUCT == 0.05
    assert validators.CAPACITY_ENERGY_INTEGRAL_TOLERANCE == 0.10
    assert (validators.EIS_FREQ_COL, validators.EIS_ZRE_COL, validators.EIS_ZIM_COL) == (
        "Frequency [Hz]",
        "Z_Re [Ohm]",
        "Z_Im [Ohm]",
    )
