"""Steps and cycles against closed forms, and the form in which a series is stored."""

import json
import math

import numpy as np
import polars as pl
import pytest
from ionworks_engine.measurements import columns, cycles, series, steps
from ionworks_engine.measurements.ingest import ingest
from measured import parquet
from measured import series as cycling


def derived(columns, **options):
    """Return the steps of columns, as lists."""
    return steps.derive(series.normalised(pl.DataFrame(columns)), **options).to_dict(
        as_series=False
    )


def at(value, time):
    return float(value(time) if callable(value) else value)


def discharge(current, times, step=0, voltage=3.7):
    """Return rows of one step at a current, perhaps a function of time in h."""
    return {
        "Time [s]": [3600.0 * t for t in times],
        "Current [A]": [at(current, t) for t in times],
        "Voltage [V]": [voltage] * len(times),
        "Step count": [step] * len(times),
    }


def joined(*parts):
    return {name: [value for part in parts for value in part[name]] for name in parts[0]}


def test_charge_is_the_trapezoid_of_current_over_time():
    uneven = [0.0, 0.1, 0.15, 0.5, 0.51, 1.0]
    found = derived(discharge(lambda t: 2 + t, uneven))
    # A line is integrated exactly, however its points are spread: 2 + 1/2.
    assert found["Discharge capacity [A.h]"] == pytest.approx([2.5], rel=1e-12)
    assert found["Charge capacity [A.h]"] == [0.0]
    assert found["Discharge energy [W.h]"] == pytest.approx([2.5 * 3.7], rel=1e-12)
    assert found["Duration [s]"] == [3600.0]


def test_means_are_over_time_however_its_points_are_spread():
    uneven = [0.0, 0.01, 0.02, 0.03, 1.0]
    columns = discharge(lambda t: 2 + t, uneven) | {
        "Temperature [degC]": [20.0, 20.0, 20.0, 20.0, 30.0]
    }
    columns["Voltage [V]"] = [4 - t for t in uneven]
    found = derived(columns)
    assert found["Mean current [A]"] == pytest.approx([2.5])
    assert found["Mean voltage [V]"] == pytest.approx([3.5])
    assert found["Mean temperature [degC]"] == pytest.approx([0.03 * 20 + 0.97 * 25])
    moved = found["Discharge capacity [A.h]"][0] - found["Charge capacity [A.h]"][0]
    assert found["Mean current [A]"][0] * found["Duration [s]"][0] / 3600 == pytest.approx(moved)


def test_a_step_without_a_duration_has_the_mean_of_its_rows():
    columns = discharge(2, [0.0, 0.0]) | {"Current [A]": [1.0, 2.0]}
    found = derived(columns)
    assert found["Mean current [A]"] == [1.5]
    assert found["Discharge capacity [A.h]"] == [0.0]


def test_charge_and_discharge_within_a_step_are_kept_apart():
    points = np.linspace(0, 1, 2001)
    found = derived(discharge(lambda t: math.cos(2 * math.pi * t), points))
    # Half of a period each way: 2 * 1 / (2 pi).
    assert found["Discharge capacity [A.h]"] == pytest.approx([1 / math.pi], rel=1e-5)
    assert found["Charge capacity [A.h]"] == pytest.approx([1 / math.pi], rel=1e-5)


def test_what_lies_between_two_steps_belongs_to_neither():
    first = discharge(2, [0.0, 1.0])
    second = discharge(-1, [3.0, 4.0], step=1)
    found = derived(joined(first, second))
    assert found["Discharge capacity [A.h]"] == pytest.approx([2.0, 0.0])
    assert found["Charge capacity [A.h]"] == pytest.approx([0.0, 1.0])
    assert found["Start index"] == [0, 2]
    assert found["End index"] == [1, 3]


def test_what_the_cycler_counted_is_taken_before_any_integral():
    columns = discharge(2, [0.0, 0.5, 1.0])
    columns["Discharge capacity [A.h]"] = [0.0, 1.1, 2.2]
    columns["Charge capacity [A.h]"] = [0.0, 0.0, 0.0]
    found = derived(columns)
    assert found["Discharge capacity [A.h]"] == pytest.approx([2.2])
    # Energy was not counted: it is an integral.
    assert found["Discharge energy [W.h]"] == pytest.approx([2 * 3.7])


def test_one_counted_column_does_not_need_the_other():
    columns = discharge(-2, [0.0, 0.5, 1.0])
    columns["Charge capacity [A.h]"] = [0.0, None, 2.2]
    columns["Discharge capacity [A.h]"] = [None, None, None]
    found = derived(columns)
    assert found["Charge capacity [A.h]"] == pytest.approx([2.2])
    assert found["Discharge capacity [A.h]"] == [0.0]


@pytest.mark.parametrize(
    "counted",
    [
        lambda row: row == 60,
        lambda row: row >= 30,
        lambda row: row < 30,
        lambda row: row == 0,
        lambda row: row in {0, 17, 60},
        lambda row: row % 7 == 3,
        lambda row: row > 60,
    ],
    ids=["last", "late", "early", "first", "some", "every seventh", "none"],
)
def test_what_was_counted_in_some_rows_only_is_still_the_whole_step(counted):
    columns = discharge(2, [row / 60 for row in range(61)])
    columns["Voltage [V]"] = [4.0 - row / 60 for row in range(61)]
    columns["Discharge capacity [A.h]"] = [
        2.0 * row / 60 if counted(row) else None for row in range(61)
    ]
    columns["Discharge energy [W.h]"] = [
        2.0 * (4 * h - h**2 / 2) if counted(row) else None
        for row, h in enumerate(row / 60 for row in range(61))
    ]
    found = derived(columns)
    assert found["Discharge capacity [A.h]"] == pytest.approx([2.0])
    assert found["Discharge energy [W.h]"] == pytest.approx([7.0])


def test_a_count_stands_alone_where_no_current_was_measured():
    columns = discharge(2, [0.0, 0.5, 1.0])
    columns["Current [A]"] = [None, None, None]
    columns["Discharge capacity [A.h]"] = [0.0, 1.1, 2.2]
    found = derived(columns)
    assert found["Discharge capacity [A.h]"] == pytest.approx([2.2])
    assert found["Charge capacity [A.h]"] == [None]


def test_measured_power_makes_the_energy():
    columns = discharge(2, [0.0, 0.5, 1.0])
    columns["Power [W]"] = [7.0, 7.0, 7.0]
    found = derived(columns)
    assert found["Discharge energy [W.h]"] == pytest.approx([7.0])
    assert found["Min power [W]"] == found["Mean power [W]"] == found["Max power [W]"] == [7.0]


def test_points_that_were_not_measured_are_passed_over():
    columns = discharge(2, [0.0, 0.25, 0.5, 0.75, 1.0])
    columns["Current [A]"][2] = None
    columns["Voltage [V]"][3] = None
    found = derived(columns)
    assert found["Discharge capacity [A.h]"] == pytest.approx([2.0])
    assert found["Discharge energy [W.h]"] == pytest.approx([7.4])
    assert found["Mean current [A]"] == pytest.approx([2.0])


def test_a_step_of_one_row_moved_nothing():
    found = derived(joined(discharge(2, [0.0]), discharge(0, [1, 2], step=1)))
    assert found["Discharge capacity [A.h]"] == [0.0, 0.0]
    assert found["Duration [s]"] == [0.0, 3600.0]
    assert found["Step type"] == ["Constant current discharge", "Rest"]


@pytest.mark.parametrize(
    ("current", "voltage", "expected"),
    [
        (0, 3.5, "Rest"),
        (2, lambda t: 4 - t, "Constant current discharge"),
        (-2, lambda t: 3 + t, "Constant current charge"),
        (lambda t: -2 * math.exp(-3 * t), 4.2, "Constant voltage charge"),
        (lambda t: 8 / (4 - t), lambda t: 4 - t, "Constant power discharge"),
        (lambda t: 1 + t, lambda t: 4 - t, "Unknown step type"),
    ],
)
def test_steps_are_named_by_what_was_held(current, voltage, expected):
    points = np.linspace(0, 1, 50)
    columns = discharge(current, points)
    columns["Voltage [V]"] = [at(voltage, t) for t in points]
    assert derived(columns)["Step type"] == [expected]


def test_a_type_does_not_contradict_the_mean_beside_it():
    charge = [row / 3600 for row in range(100)]
    discharging = [(100 + 100 * row) / 3600 for row in range(100)]
    columns = joined(discharge(-1, charge), discharge(1, discharging))
    # Over rows the mean is 0, over time it is not.
    found = derived(columns)
    assert found["Mean current [A]"][0] > 0.9
    assert found["Step type"] == ["Constant voltage discharge"]
    [cycle] = cycles.derive(steps.derive(pl.DataFrame(columns))).to_dicts()
    assert cycle["Mean discharge current [A]"] == pytest.approx(found["Mean current [A]"][0])
    assert cycle["Discharge duration [s]"] == found["Duration [s]"][0]


@pytest.mark.parametrize("voltage", [3.7, None])
def test_without_a_current_there_is_no_type(voltage):
    columns = discharge(2, [0.0, 0.5, 1.0], voltage=voltage)
    columns["Current [A]"] = [None] * 3
    found = derived(columns)
    assert found["Step type"] == ["Unknown step type"]
    assert found["Std current [A]"] == [None]


def test_a_voltage_that_was_not_measured_was_not_constant():
    columns = discharge(lambda t: 1 + t, np.linspace(0, 1, 50), voltage=None)
    found = derived(columns)
    assert found["Step type"] == ["Unknown step type"]
    assert found["Std voltage [V]"] == [None]


def test_the_rated_capacity_says_what_a_rest_is():
    trickle = discharge(4e-4, [0.0, 0.5, 1.0])
    spike = discharge(5, [1.0, 1.001, 1.002], step=1)
    both = joined(trickle, spike)
    assert derived(both)["Step type"][0] == "Rest"
    named = derived(both, rated_capacity=0.05)["Step type"]
    assert named[0] == "Constant current discharge"


def spectrum(points=5, step=0, measured=True):
    frequency = np.logspace(4, -1, points)
    return {
        "Time [s]": [None] * points,
        "Current [A]": [None] * points,
        "Voltage [V]": [3.7 if measured else None] * points,
        "Step count": [step] * points,
        "Frequency [Hz]": frequency.tolist(),
        "Z_Re [Ohm]": (0.01 + 0.02 / (1 + frequency**2)).tolist(),
        "Z_Im [Ohm]": (-0.02 * frequency / (1 + frequency**2)).tolist(),
    }


def test_a_spectrum_moves_no_charge_that_is_known():
    found = derived(spectrum())
    assert found["Step type"] == ["EIS"]
    for amount in steps.AMOUNTS:
        assert found[amount] == [None]
    assert found["Duration [s]"] == [None]


def test_hundreds_of_spectra_may_come_before_anything_with_a_time():
    spectra = [spectrum(step=step) for step in range(150)]
    after = discharge(2, [0.0, 1.0], step=150)
    after |= {name: [None, None] for name in spectra[0] if name not in after}
    frame = pl.DataFrame(joined(*spectra, after), infer_schema_length=None)
    table = steps.derive(series.normalised(frame))
    assert table["Step type"].to_list() == ["EIS"] * 150 + ["Constant current discharge"]
    # What was measured of the cycle counts; what was not is no zero beside it.
    assert cycles.derive(table)["Discharge capacity [A.h]"].to_list() == pytest.approx([2.0])


@pytest.mark.parametrize("drop", ["Voltage [V]", "Time [s]", "Step count", "Current [A]"])
def test_a_spectrum_needs_no_more_than_its_impedance(drop):
    frame = pl.DataFrame(spectrum(), infer_schema_length=None).drop(drop)
    assert steps.derive(series.normalised(frame))["Step type"].to_list() == ["EIS"]


def test_an_open_circuit_curve_has_one_step_and_no_amounts():
    curve = {"Step count": [0] * 3, "Voltage [V]": [4.2, 3.7, 3.0], "SOC": [1.0, 0.5, 0.0]}
    table = steps.derive(series.normalised(pl.DataFrame(curve)))
    assert table["Max voltage [V]"].to_list() == [4.2]
    assert table["Discharge capacity [A.h]"].to_list() == [None]
    cycle = cycles.derive(table).row(0, named=True)
    assert cycle["Discharge capacity [A.h]"] is None
    assert cycle["Capacity throughput [A.h]"] is None
    assert cycle["Min voltage [V]"] == 3.0


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, [0, 0, 0, 0]),
        ({"Cycle count": [0, 0, 1, 1]}, [0, 0, 1, 1]),
        ({"Cycle count": [7, 7, 9, 9]}, [7, 7, 9, 9]),
        ({"Cycle number": [3, 3, 9, 9]}, [0, 0, 1, 1]),
        ({"Cycle from cycler": [5, 5, 5, 1]}, [0, 0, 0, 1]),
        ({"Cycle from cycler": [None, 1, None, 2]}, [0, 0, 0, 1]),
        ({"Cycle from cycler": [9, 9, 9, 9], "Cycle count": [0, 1, 1, 2]}, [0, 1, 1, 2]),
    ],
)
def test_cycles_are_as_stated_or_counted_from_changes(columns, expected):
    parts = [discharge(1, [2 * k, 2 * k + 1], step=k) for k in range(4)]
    rows = joined(*parts) | {
        name: [value for value in values for _ in range(2)] for name, values in columns.items()
    }
    assert derived(rows)["Cycle count"] == expected


def test_the_numbers_of_the_cycler_stand_beside_the_count():
    parts = [discharge(1, [2 * k, 2 * k + 1], step=k) for k in range(3)]
    numbers = {
        "Cycle number": [1, 1, 50, 50, 100, 100],
        "Cycle from cycler": [None, 7, 7, 7, 8, 8],
    }
    table = steps.derive(pl.DataFrame(joined(*parts) | numbers))
    for found in (table, cycles.derive(table)):
        assert found["Cycle count"].to_list() == [0, 1, 2]
        assert found["Cycle number"].to_list() == [1, 50, 100]
        assert found["Cycle from cycler"].to_list() == [7, 7, 8]
    stated = steps.derive(pl.DataFrame(joined(*parts) | numbers | {"Cycle count": [3] * 6}))
    assert cycles.derive(stated).select(pl.col("^Cycle (count|number)$")).row(0) == (3, 1)
    assert "Cycle number" not in cycles.derive(steps.derive(cycling())).columns


def with_a_step_not_measured():
    """Return a cycle with a step of no known current, and a whole one with a spectrum."""
    hidden = discharge(-1, [1, 2], step=1) | {"Current [A]": [None, None]}
    parts = [
        discharge(1, [0, 1]),
        hidden,
        discharge(-0.1, [2, 3], step=2),
        discharge(1, [3, 4], step=3),
        discharge(-1, [4, 5], step=4),
    ]
    columns = joined(*parts) | {"Cycle count": [0] * 6 + [1] * 4}
    impedance = pl.DataFrame(spectrum(step=5) | {"Cycle count": [1] * 5})
    return pl.concat([pl.DataFrame(columns), impedance], how="diagonal_relaxed")


def test_a_sum_is_not_known_when_a_part_of_it_is_not():
    table = steps.derive(series.normalised(with_a_step_not_measured()))
    assert table["Step type"][1] == "Unknown step type"
    first, second = cycles.derive(table).to_dicts()
    unknown = ["Coulombic efficiency", "Energy efficiency", "Charge capacity [A.h]"]
    unknown += ["Discharge capacity [A.h]", "Charge duration [s]", "Capacity throughput [A.h]"]
    for name in unknown:
        assert first[name] is None, name
    assert first["Cycle duration [s]"] == 3 * 3600.0
    # A spectrum takes no charge that is told of; what was counted on from a gap is unknown.
    assert second["Coulombic efficiency"] == pytest.approx(1.0)
    assert second["Charge duration [s]"] == 3600.0
    assert second["Capacity throughput [A.h]"] is None
    assert table["Cycle charge capacity [A.h]"].to_list() == [None] * 3 + [1.0] * 3


def test_cycles_are_what_their_steps_come_to():
    table = steps.derive(cycling(cycles=3))
    found = cycles.derive(table)
    assert found["Cycle count"].to_list() == [0, 1, 2]
    assert found["Discharge capacity [A.h]"].to_list() == pytest.approx([2.0] * 3)
    assert found["Charge capacity [A.h]"].to_list() == pytest.approx([2.02] * 3)
    assert found["Coulombic efficiency"].to_list() == pytest.approx([2.0 / 2.02] * 3)
    assert found["Energy efficiency"].to_list() == pytest.approx([7.0 / 7.07] * 3)
    assert found["Capacity throughput [A.h]"].to_list() == pytest.approx([4.02, 8.04, 12.06])
    assert found["Energy throughput [W.h]"].to_list() == pytest.approx([14.07, 28.14, 42.21])
    assert found["Mean charge current [A]"].to_list() == pytest.approx([-2.02] * 3)
    assert found["Start time [s]"].to_list() == [0.0, 7200.0, 14400.0]
    assert found["Cycle duration [s]"].to_list() == [7200.0] * 3
    assert table["Cycle charge capacity [A.h]"].to_list() == pytest.approx([2.02] * 6)


def test_retention_is_relative_to_the_first_cycle():
    parts = [discharge(2 - 0.1 * k, [2 * k, 2 * k + 1], step=k) for k in range(3)]
    table = steps.derive(pl.DataFrame(joined(*parts) | {"Cycle count": [0, 0, 1, 1, 2, 2]}))
    found = cycles.derive(table)
    assert found["Capacity retention"].to_list() == pytest.approx([1.0, 0.95, 0.9])
    assert found["Capacity fade"].to_list() == pytest.approx([0.0, 0.05, 0.1])
    assert found["Coulombic efficiency"].to_list() == [None] * 3


def test_a_rest_with_a_trace_of_current_is_no_discharge():
    parts = [discharge(2, [0, 1]), discharge(1e-5, [1, 10], step=1)]
    found = cycles.derive(steps.derive(pl.DataFrame(joined(*parts))))
    assert found["Discharge duration [s]"].to_list() == [3600.0]
    assert found["Mean discharge current [A]"].to_list() == [2.0]
    assert found["Cycle duration [s]"].to_list() == [36000.0]


def test_mean_temperature_weighs_only_the_time_it_was_measured():
    parts = [
        discharge(2, [0, 1]),
        discharge(1, [1, 4], step=1),
        discharge(2, [4, 14], step=2),
    ]
    warmth = {"Temperature [degC]": [20.0, 20.0, 24.0, 24.0, None, None]}
    table = steps.derive(pl.DataFrame(joined(*parts) | warmth))
    assert table["Mean temperature [degC]"].to_list() == [20.0, 24.0, None]
    assert cycles.derive(table)["Mean temperature [degC]"].to_list() == pytest.approx([23.0])


def test_thousands_of_steps_agree_with_numpy():
    rng = np.random.default_rng(4)
    rows, count = 40_000, 4_000
    step = np.sort(rng.integers(0, count, rows))
    step = np.unique(step, return_inverse=True)[1]
    time = np.cumsum(rng.uniform(0, 2, rows))
    current = rng.normal(0, 1, rows)
    frame = pl.DataFrame(
        {"Time [s]": time, "Current [A]": current, "Voltage [V]": 3.7, "Step count": step}
    )
    found = steps.derive(frame)
    for index in (0, 1, 777, int(step[-1])):
        mine = step == index
        expected = np.trapezoid(np.maximum(current[mine], 0), time[mine]) / 3600
        got = found["Discharge capacity [A.h]"][index]
        assert got == pytest.approx(expected, rel=1e-12, abs=1e-15)
        net = np.trapezoid(current[mine], time[mine]) / np.ptp(time[mine])
        assert found["Mean current [A]"][index] == pytest.approx(net, rel=1e-9)
    assert found["Step count"].to_list() == list(range(int(step[-1]) + 1))


class TestStoredForm:
    def test_counts_are_whole_measurements_are_floats_the_rest_stays(self):
        rough = pl.DataFrame(
            {
                "Note": ["a", "b"],
                "Time [s]": [0, 1],
                "Voltage [V]": pl.Series([3.7, 3.6], dtype=pl.Float32),
                "Step count": [0.0, 0.0],
                "Cycle number": [1.0, 1.5],
                "Flag": [True, False],
                "Code": [7, 8],
                "Aux": [1.0, math.nan],
            }
        )
        form = series.normalised(rough)
        assert form.columns == rough.columns
        types = {"Note": pl.String, "Flag": pl.Boolean, "Step count": pl.Int64, "Code": pl.Int64}
        for name, dtype in form.schema.items():
            assert dtype == types.get(name, pl.Float64), name
        assert form["Aux"].to_list() == [1.0, None]
        assert form["Cycle number"].to_list() == [1.0, 1.5]

    @pytest.mark.parametrize("dtype", [pl.Int64, pl.UInt64])
    def test_whole_numbers_that_floats_cannot_hold_stay(self, dtype):
        long, short = [1_700_000_000_000_000_001, None, 2**63 - 1], [2**53, -1 + 2**31, None]
        columns = {"Timestamp [ns]": long, "Steps [1]": short, "Code": long}
        form = series.normalised(pl.DataFrame(columns, schema=dict.fromkeys(columns, dtype)))
        assert form["Timestamp [ns]"].to_list() == form["Code"].to_list() == long
        assert form.dtypes == [dtype, pl.Float64, dtype]

    def run(self, tmp_path, content, **more):
        source = tmp_path / "source"
        source.write_bytes(content)
        request = {"source": str(source), "steps": None, "before": None, "rated_capacity": None}
        request |= {"into": str(tmp_path / "into"), **more}
        return ingest(request)

    @pytest.mark.parametrize("axis", ["Capacity [A.h]", "Stoichiometry", "SOC"])
    def test_an_open_circuit_curve_may_have_times(self, tmp_path, axis):
        curve = {
            "Time [s]": [0.0, 9.0, 99.0],
            "Voltage [V]": [4.2, 3.7, 3.0],
            axis: [0.0, 0.5, 1.0],
        }
        made, tables = self.run(tmp_path, parquet(pl.DataFrame(curve | {"Step count": [0] * 3})))
        assert (made["rows"], made["duration"]) == (3, 99.0)
        [step] = pl.read_parquet(tables[0]).to_dicts()
        assert (step["Step type"], step["Max voltage [V]"]) == ("Unknown step type", 4.2)
        assert step["Discharge capacity [A.h]"] is None

    def test_a_spectrum_may_have_rows_without_a_frequency(self, tmp_path):
        frame = pl.DataFrame(spectrum(points=20), infer_schema_length=None).drop("Current [A]")
        row = pl.int_range(pl.len())
        rough = frame.with_columns(pl.when(row != 7).then("Frequency [Hz]").name.keep())
        made, tables = self.run(tmp_path, parquet(rough.drop("Time [s]")))
        assert made["rows"] == 20
        assert pl.read_parquet(tables[0])["Step type"].to_list() == ["EIS"]

    def test_a_frequency_of_0_is_no_spectrum(self, tmp_path):
        content = parquet(cycling(**dict.fromkeys(("Frequency [Hz]", "Z_Re [Ohm]"), 0.0)))
        _, tables = self.run(tmp_path, content)
        assert "EIS" not in pl.read_parquet(tables[0])["Step type"].to_list()
        turned = cycling(**{"Frequency [Hz]": 0.0}).with_columns(-pl.col("Current [A]"))
        with pytest.raises(series.RefusedSeriesError, match="current_sign_reversed"):
            self.run(tmp_path, parquet(turned))

    def test_an_upload_that_is_in_this_form_is_kept(self, tmp_path):
        frame = cycling()
        made, blobs = self.run(tmp_path, parquet(frame, compression="zstd"))
        assert made == {"rows": 44, "duration": 14400.0, "written": []}
        assert len(blobs) == 3

    @pytest.mark.parametrize(
        ("change", "options"),
        [
            (lambda f: f.with_columns(Aux=pl.lit(math.nan)), {}),
            (lambda f: f.with_columns(pl.col("Step count").cast(pl.Float64)), {}),
            (lambda f: f, {"compression": "uncompressed"}),
            (lambda f: f, {"statistics": False}),
            (lambda f: f, {"row_group_size": 1}),
        ],
        ids=["nan", "float counts", "not compressed", "no statistics", "tiny groups"],
    )
    def test_any_other_is_written_anew(self, tmp_path, change, options):
        content = parquet(change(cycling()), **options)
        made, _ = self.run(tmp_path, content)
        assert made["written"] == [str(tmp_path / "into")]
        assert pl.read_parquet(tmp_path / "into")["Step count"].dtype == pl.Int64

    def test_row_groups_are_moderate(self, tmp_path):
        from pyarrow.parquet import ParquetFile

        rows = 300_000
        long = pl.DataFrame(
            {
                "Time [s]": np.arange(rows) * 1.0,
                "Current [A]": 1.0,
                "Voltage [V]": np.linspace(4, 3, rows),
                "Step count": np.zeros(rows, int),
            }
        )
        self.run(tmp_path, parquet(long, row_group_size=rows))
        layout = ParquetFile(tmp_path / "into").metadata
        assert [layout.row_group(at).num_rows for at in range(3)] == [100_000] * 3
        times = layout.row_group(1).column(0).statistics
        assert (times.min, times.max) == (100_000.0, 199_999.0)


def test_tables_are_written_down_in_json_unless_that_is_long(monkeypatch):
    tables = {
        "steps": pl.DataFrame({"Mean current [A]": [1.0, float("nan")], "Notes": ["é", None]})
    }
    text = columns.as_json(tables)
    assert json.loads(text) == {"steps": {"Mean current [A]": [1.0, None], "Notes": ["é", None]}}
    monkeypatch.setattr(columns, "MOST_JSON", 4 * columns.JSON_NUMBER + 1)
    assert columns.as_json(tables) == b""
