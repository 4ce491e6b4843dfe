"""The rules for measurements: each on both sides of its threshold, and all of them together."""

import doctest
import math
import pickle
import pkgutil
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from ionworks import validators
from ionworks.errors import (
    IonworksError,
    MeasurementProcessingError,
    MeasurementValidationError,
)
from ionworks.validators import IssueCode, ValidationIssue, check_measurement_data, columns

NAN, INF = float("nan"), float("inf")
ROWS = 20


def good(**changed):
    """One discharge of 20 rows, with the columns that are changed."""
    columns = {
        "Time [s]": [60.0 * row for row in range(ROWS)],
        "Current [A]": [3.0] * ROWS,
        "Voltage [V]": [4.1 - 0.01 * row for row in range(ROWS)],
        "Step count": [0] * ROWS,
        "Cycle count": [0] * ROWS,
        "Discharge capacity [A.h]": [0.05 * row for row in range(ROWS)],
    }
    return columns | changed


def with_value(name, row, value):
    values = list(good()[name])
    values[row] = value
    return good(**{name: values})


def good_rows(count):
    """The first current and voltage of a good discharge."""
    return {name: good()[name][:count] for name in ("Current [A]", "Voltage [V]")}


def without(*names):
    return {name: values for name, values in good().items() if name not in names}


def codes(issues):
    return [issue.code.value for issue in issues]


def found(data, **arguments):
    return codes(check_measurement_data(data, **arguments))


@pytest.mark.parametrize(
    "name", [module.name for module in pkgutil.iter_modules(validators.__path__)]
)
def test_the_examples_of_the_docstrings_hold(name):
    module = import_module(f"ionworks.validators.{name}")
    assert doctest.testmod(module).failed == 0


def test_the_examples_of_the_errors_hold():
    assert doctest.testmod(import_module("ionworks.errors")).failed == 0


def test_nothing_is_found_in_good_data():
    assert found(good(), strict=True, voltage_window=(3.0, 4.2), rated_capacity=1.0) == []


RULES = [
    # time
    (with_value("Time [s]", 0, 0.9e-6), []),
    (with_value("Time [s]", 0, 1.1e-6), ["time_does_not_start_at_zero"]),
    (with_value("Time [s]", 5, 240.0), []),
    (with_value("Time [s]", 5, 240.0 - 1e-9), ["time_not_monotonic"]),
    (with_value("Time [s]", 5, None), ["time_missing_on_non_eis_row"]),
    (
        good(
            **{
                "Time [s]": [60.0 * row + 18000 * (row > 9) for row in range(ROWS)],
                "Discharge capacity [A.h]": [0.0] * ROWS,
            }
        ),
        ["discharge_capacity_integral_mismatch", "time_gap_too_large"],
    ),
    # steps
    (without("Step count"), ["step_count_missing"]),
    (good(**{"Step count": [1] * ROWS}), ["step_count_does_not_start_at_zero"]),
    (
        with_value("Step count", 19, 1),
        [
            "cumulative_value_not_reset",
            "step_too_few_points",
            "discharge_capacity_integral_mismatch",
        ],
    ),
    (
        with_value("Step count", 19, 2),
        [
            "step_count_non_sequential",
            "cumulative_value_not_reset",
            "step_too_few_points",
            "discharge_capacity_integral_mismatch",
        ],
    ),
    (with_value("Cycle count", 7, 1), ["cycle_changes_within_step"]),
    # capacities
    (with_value("Discharge capacity [A.h]", 0, -0.9e-6), []),
    (with_value("Discharge capacity [A.h]", 0, -1.1e-6), ["cumulative_value_not_reset"]),
    (with_value("Discharge capacity [A.h]", 9, 0.4 - 0.9e-6), []),
    (with_value("Discharge capacity [A.h]", 9, 0.4 - 1.1e-6), ["cumulative_value_decreased"]),
    (good(**{"Discharge capacity [A.h]": [0.05 * 1.11 * row for row in range(ROWS)]}), []),
    (
        good(**{"Discharge capacity [A.h]": [0.05 * 1.12 * row for row in range(ROWS)]}),
        ["discharge_capacity_integral_mismatch"],
    ),
    # energies, of the power and of current times voltage
    (
        good(
            **{
                "Power [W]": [10.0] * ROWS,
                "Discharge energy [W.h]": [row / 6 for row in range(ROWS)],
            }
        ),
        [],
    ),
    (
        good(
            **{
                "Power [W]": [10.0] * ROWS,
                "Discharge energy [W.h]": [row / 5 for row in range(ROWS)],
            }
        ),
        ["discharge_energy_integral_mismatch"],
    ),
    (good(**{"Discharge energy [W.h]": [0.2 * row for row in range(ROWS)]}), []),
    (
        good(**{"Discharge energy [W.h]": [0.05 * row for row in range(ROWS)]}),
        ["discharge_energy_integral_mismatch"],
    ),
    (
        good(**{"Charge energy [W.h]": [0.2 * row for row in range(ROWS)]}),
        ["charge_energy_integral_mismatch"],
    ),
    (good(**{"Charge energy [W.h]": [0.0] * ROWS}), []),
    # current and voltage
    (
        good(**{"Current [A]": [-3.0] * ROWS}),
        ["current_sign_reversed", "discharge_capacity_integral_mismatch"],
    ),
    (with_value("Voltage [V]", 19, 3.0), []),
    (with_value("Voltage [V]", 10, 3.0), ["voltage_continuity"]),
    (
        good(
            **{
                "Voltage [V]": [4.1] * 10 + [3.0] * 10,
                "Current [A]": [0.0] * ROWS,
                "Discharge capacity [A.h]": [0.0] * ROWS,
            }
        ),
        ["voltage_continuity"],
    ),
]


@pytest.mark.parametrize(("data", "expected"), RULES)
def test_each_rule_has_its_threshold(data, expected):
    assert sorted(found(data, strict=True, voltage_window=(3.0, 4.2))) == sorted(expected)


def steps_table(**changed):
    columns = {
        "Step count": [0, 1, 2],
        "Step type": ["Constant current discharge", "Rest", "Constant current charge"],
        "Duration [s]": [3600.0, 60.0, 3600.0],
        "Mean current [A]": [1.0, 0.0, -1.0],
        "Min current [A]": [1.0, 0.0, -1.0],
        "Max current [A]": [1.0, 0.0, -1.0],
        "Std current [A]": [0.0, 0.0, 0.0],
        "Discharge capacity [A.h]": [1.0, 0.0, 0.0],
        "Charge capacity [A.h]": [0.0, 0.0, 1.0],
    }
    return columns | changed


SWAPPED = {
    "Discharge capacity [A.h]": [0.0, 0.0, 1.0],
    "Charge capacity [A.h]": [1.0, 0.0, 0.0],
}
DISCHARGED_TWICE = {"Step type": ["discharge", "rest", "discharge"]}
SWAP = ["charge_discharge_capacity_columns_swapped"]
STEP_RULES = [
    ({}, []),
    (SWAPPED, SWAP),
    (SWAPPED | {"Duration [s]": [59.0] * 3}, []),
    (SWAPPED | {"Duration [s]": [60.0] * 3}, SWAP),
    (SWAPPED | {"Mean current [A]": [0.9e-3, 0, -0.9e-3]}, []),
    (SWAPPED | {"Min current [A]": [-2.0] * 3, "Max current [A]": [2.0] * 3}, SWAP),
    (
        SWAPPED
        | {
            "Min current [A]": [-2.0] * 3,
            "Max current [A]": [2.0] * 3,
            "Std current [A]": [0.51] * 3,
        },
        [],
    ),
    (
        SWAPPED
        | {
            "Charge capacity [A.h]": [1.0, 0.0, 0.251],
            "Discharge capacity [A.h]": [0.251, 0.0, 1.0],
        },
        [],
    ),
    (
        SWAPPED
        | {
            "Charge capacity [A.h]": [1.0, 0.0, 0.249],
            "Discharge capacity [A.h]": [0.249, 0.0, 1.0],
        },
        SWAP,
    ),
    (
        DISCHARGED_TWICE
        | {"Discharge capacity [A.h]": [2.01, 0.0, 2.0], "Mean current [A]": [1.0, 0.0, 1.0]},
        [],
    ),
    (
        DISCHARGED_TWICE
        | {
            "Discharge capacity [A.h]": [2.01, 0.0, 2.01],
            "Charge capacity [A.h]": [0.0] * 3,
            "Mean current [A]": [1.0, 0.0, 1.0],
        },
        ["consecutive_same_direction_full_steps"],
    ),
    (
        DISCHARGED_TWICE
        | {
            "Step type": ["charge", "rest", "EIS"],
            "Discharge capacity [A.h]": [0.0] * 3,
            "Charge capacity [A.h]": [2.1] * 3,
            "Mean current [A]": [-1.0, 0.0, 0.0],
        },
        [],
    ),
    ({"Discharge capacity [A.h]": [5.0, 0.0, 0.0]}, []),
    ({"Discharge capacity [A.h]": [5.01, 0.0, 0.0]}, ["step_capacity_exceeds_rated"]),
]


@pytest.mark.parametrize(("changed", "expected"), STEP_RULES)
def test_each_rule_of_the_steps_has_its_threshold(changed, expected):
    steps = steps_table(**changed)
    assert found(good(), strict=True, steps_df=steps, rated_capacity=1.0) == expected
    assert found(good(), strict=False, steps_df=steps, rated_capacity=1.0) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Discharge capacity [A.h]", INF, ["value_infinite"]),
        ("Remark", -INF, ["value_infinite"]),
        ("Step count", NAN, ["value_not_a_number"]),
        ("Std current [A]", NAN, []),
        ("Step count", None, []),
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_the_numbers_of_the_steps_are_finite(name, value, expected, strict):
    steps = pl.DataFrame(steps_table())
    row = pl.int_range(pl.len()) == 1
    broken = steps.with_columns(
        pl.when(row)
        .then(value)
        .otherwise(steps[name] if name in steps.columns else 1.0)
        .alias(name)
    )
    issues = check_measurement_data(good(), strict, steps_df=broken)
    assert codes(issues) == expected
    for issue in issues:
        assert issue.message.startswith(f"{name!r} of the steps is ")
        assert issue.payload["row_index"] == 1


def spectrum(**changed):
    return {
        "Frequency [Hz]": [1000.0, 100.0, 10.0, 1.0],
        "Z_Re [Ohm]": [0.01, 0.02, 0.03, 0.04],
        "Z_Im [Ohm]": [0.0, -0.02, -0.02, -0.01],
    } | changed


@pytest.mark.parametrize(
    ("changed", "rated", "expected"),
    [
        ({}, 5.0, []),
        ({"Z_Im [Ohm]": [0.0, 0.03, 0.045, -0.0251]}, None, []),
        ({"Z_Im [Ohm]": [0.0, 0.03, 0.045, -0.0249]}, None, ["eis_zim_sign_reversed"]),
        ({"Z_Im [Ohm]": [0.0, 0.5, 0.25, -0.25]}, None, ["eis_zim_sign_reversed"]),
        ({"Z_Im [Ohm]": [NAN, 0.5, 0.25, -0.2]}, None, ["eis_zim_sign_reversed"]),
        ({"Z_Im [Ohm]": [NAN, NAN, 0.25, 0.25]}, None, []),
        # Three points in all will do: both parts may be reversed, so that few are left.
        ({"Z_Re [Ohm]": [-0.01, -0.02, -0.03, -0.04]}, None, []),
        (
            {"Z_Re [Ohm]": [-0.01, -0.02, -0.03, -0.04], "Z_Im [Ohm]": [0.0, 0.02, 0.02, 0.01]},
            None,
            ["eis_zim_sign_reversed"],
        ),
        ({"Z_Im [Ohm]": [NAN, 0.5, 0.25, 0.2], "Frequency [Hz]": [3.0, 2.0, 1.0, 0.0]}, None, []),
        (
            {
                "Frequency [Hz]": [0.0, 100.0, 10.0, 1.0],
                "Z_Re [Ohm]": [0.0, 6.0, 7.0, 8.0],
                "Z_Im [Ohm]": [0.0, 0.02, 0.02, 0.02],
            },
            1.0,
            ["eis_zim_sign_reversed", "eis_impedance_magnitude_implausible"],
        ),
        ({"Z_Re [Ohm]": [5.0, 6.0, 7.0, 8.0]}, 1.0, []),
        ({"Z_Re [Ohm]": [-5.0, 6.0, 7.0, 8.0]}, 1.0, []),
        ({}, 0.05 / 0.01 * 99, []),
        ({}, 0.05 / 0.01 * 101, ["eis_impedance_magnitude_implausible"]),
        ({}, 0.05 / 0.01 / 101, ["eis_impedance_magnitude_implausible"]),
    ],
)
def test_each_rule_of_spectra_has_its_threshold(changed, rated, expected):
    data = spectrum(**changed)
    assert found(data, strict=True, data_type="eis", rated_capacity=rated) == expected
    assert found(data, data_type="eis", rated_capacity=rated) == []


def test_an_inductive_tail_is_no_reversed_sign():
    tail = {
        "Frequency [Hz]": [1e5, 1e4, 1000.0, 100.0, 10.0],
        "Z_Re [Ohm]": [0.012, 0.011, 0.01, 0.02, 0.03],
        "Z_Im [Ohm]": [0.5, 0.1, 0.001, -0.02, -0.02],
    }
    assert found(tail, strict=True, data_type="eis") == []


def test_curves_and_spectra_need_their_columns():
    assert found({"Step count": [0]}, data_type="ocp") == [
        "ocp_voltage_column_missing",
        "ocp_x_axis_column_missing",
    ]
    assert found({"Voltage [V]": [4.0], "SOC": [1.0]}, data_type="ocp") == ["step_count_missing"]
    assert found({"Frequency [Hz]": [1.0]}, data_type="eis") == ["eis_columns_missing"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (good(), "cycler"),
        (spectrum(), "eis"),
        (spectrum(**{"Frequency [Hz]": [1.0, None, 2.0, 3.0]}), "eis"),
        (spectrum(**{"Frequency [Hz]": [1.0, 0.0, 2.0, 3.0], "Time [s]": [0.0] * 4}), "eis"),
        (spectrum(**{"Frequency [Hz]": [1.0, 0.0, 2.0, 3.0], "Current [A]": [0.0] * 4}), "cycler"),
        ({"Voltage [V]": [4.0], "Stoichiometry": [0.1]}, "ocp"),
        ({"Voltage [V]": [4.0], "SOC": [0.1], "Time [s]": [0.0]}, "ocp"),
        ({"Voltage [V]": [4.0], "SOC": [0.1], "Current [A]": [0.0]}, "cycler"),
        ({"Voltage [V]": [4.0], "SOC": [0.1], "Time [s]": [0.0], "current/A": [0.0]}, "cycler"),
        ({"Voltage [V]": [4.0], "SOC": [0.1], "current density": [0.0]}, "ocp"),
        ({"Frequency [Hz]": [1.0, None], "Voltage [V]": [4.0, 3.9], "SOC": [1.0, 0.9]}, "ocp"),
        ({"Voltage [V]": [4.0]}, "cycler"),
        ({"Frequency [Hz]": []}, "cycler"),
        (good(**{"Frequency [Hz]": [0.0] * ROWS}), "cycler"),
        (spectrum(**{"Frequency [Hz]": [1e-5, 1.0, 2.0, 3.0]}), "eis"),
        (spectrum(**{"Frequency [Hz]": [0.0, 0.0, 0.0, 0.0]}), "cycler"),
    ],
)
def test_the_kind_is_told_from_the_columns(data, kind):
    assert validators.infer_data_type(data) == kind


CURVE = {"Voltage [V]": [4.0, 3.9], "SOC": [1.0, 0.9], "Step count": [0, 0]}


@pytest.mark.parametrize(
    ("data", "kind", "said"),
    [
        (CURVE, "ocp", None),
        (CURVE | {"Time [s]": [0.0, 1.0]}, "ocp", None),
        (spectrum(**{"Frequency [Hz]": [1.0, None, 2.0, 3.0]}), "eis", None),
        (
            CURVE | {"Current [A]": [0.0, 0.0]},
            "ocp",
            r"there is 'Current \[A\]': .*a cycler's data",
        ),
        (CURVE | {"Frequency [Hz]": [1.0, 2.0]}, "ocp", r"every row has a .*for a spectrum"),
        (
            good(**{name: [values[-1]] * 19 + [0.0] for name, values in spectrum().items()}),
            "eis",
            r"row 19 has no 'Frequency \[Hz\]' above 0: .*a cycler's data",
        ),
        (
            CURVE | {name: [0.0, 0.0] for name in spectrum()},
            "eis",
            "row 0 has no .*for an open-circuit curve",
        ),
    ],
)
def test_data_are_of_the_kind_that_they_are_called(data, kind, said):
    issues = check_measurement_data(data, data_type=kind)
    assert codes(issues) == (["data_type_mismatch"] if said else [])
    assert all(re.search(said, issue.message) for issue in issues)
    if not said:
        assert found(data) == []


NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPAN = 60.0 * (ROWS - 1)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (NOW, None, []),
        (NOW + timedelta(seconds=1), None, ["start_time_in_future"]),
        (None, "2026-01-01T00:00:01Z", ["end_time_in_future"]),
        ("2025-01-02", "2025-01-01", ["end_time_before_start_time"]),
        ("2025-01-02T00:00:00Z", "2025-01-01", []),
        ("2025-01-01", "soon", []),
        (NOW - timedelta(seconds=SPAN * 1.049), NOW, []),
        (NOW - timedelta(seconds=SPAN * 1.06), NOW, ["duration_mismatch"]),
    ],
)
def test_moments_are_warned_of(start, end, expected):
    issues = check_measurement_data(good(), start_time=start, end_time=end, now=NOW)
    assert codes(issues) == expected
    assert {issue.severity for issue in issues} <= {"warning"}


@pytest.mark.parametrize(
    ("name", "is_near"),
    [
        ("Volatge [V]", True),
        ("Cell Voltage (V)", True),
        ("voltage_V", True),
        ("Ewe/V", False),
        ("Current [A]", False),
    ],
)
def test_names_that_may_be_meant_are_near(name, is_near):
    assert columns.near("Voltage [V]", ["Rest", name]) == ([name] if is_near else [])


@pytest.mark.parametrize(
    "odd",
    [5, np.datetime64("2025"), pd.NaT, object(), "soon"],
    ids=["number", "of NumPy", "of pandas", "object", "text"],
)
def test_what_is_no_moment_is_passed_over(odd):
    assert found(good(), start_time=odd, end_time=odd, now=NOW) == []


def test_a_day_is_its_first_moment():
    day = date(2026, 1, 2)
    ends = {"end_time": "2026-01-01T23:59:59", "now": NOW}
    assert found(good(), start_time=day, **ends) == ["end_time_before_start_time"]
    assert found(good(), start_time=day - timedelta(days=1), **ends) == ["duration_mismatch"]


def test_short_data_may_differ_by_a_minute():
    half_a_second = {"Time [s]": [0.0, 0.5], "Step count": [0, 0], **good_rows(2)}
    start = NOW - timedelta(seconds=100)
    assert found(half_a_second, start_time=start, end_time=NOW, now=NOW) == ["duration_mismatch"]
    short = {name: values[:2] for name, values in good().items()}
    for seconds, expected in ((119, []), (121, ["duration_mismatch"])):
        start = NOW - timedelta(seconds=seconds)
        assert found(short, start_time=start, end_time=NOW, now=NOW) == expected


OURS = [
    (without("Current [A]"), [("required_column_missing", {"column": "Current [A]", "near": []})]),
    (
        {
            "Current [mA]" if name == "Current [A]" else name: values
            for name, values in good().items()
        },
        [("required_column_missing", {"column": "Current [A]", "near": ["Current [mA]"]})],
    ),
    (
        {name.lower(): values for name, values in good().items()},
        [
            ("required_column_missing", {"column": "Time [s]", "near": ["time [s]"]}),
            ("required_column_missing", {"column": "Current [A]", "near": ["current [a]"]}),
            ("required_column_missing", {"column": "Voltage [V]", "near": ["voltage [v]"]}),
            ("step_count_missing", {"near": ["step count"]}),
        ],
    ),
    (with_value("Current [A]", 3, NAN), [("value_not_a_number", {"row_index": 3})]),
    (with_value("Voltage [V]", 3, NAN), [("value_not_a_number", {"row_index": 3})]),
    (with_value("Current [A]", 3, None), []),
    (with_value("Voltage [V]", 3, None), []),
    (with_value("Discharge capacity [A.h]", 3, NAN), []),
    (with_value("Time [s]", 3, NAN), [("time_missing_on_non_eis_row", {"row_index": 3})]),
    (
        with_value("Current [A]", 4, -INF),
        [("value_infinite", {"row_index": 4, "observed": "-inf", "num_rows": 1})],
    ),
    (good(Pressure=[INF] * ROWS), [("value_infinite", {"column": "Pressure", "num_rows": ROWS})]),
    (
        good(**{"Voltage [V]": ["4,1"] * ROWS}),
        [("column_not_numeric", {"column": "Voltage [V]", "row_index": 0, "observed": "4,1"})],
    ),
    (
        good(**{"Step count": ["0"] * ROWS}),
        [("column_not_numeric", {"column": "Step count", "dtype": "String"})],
    ),
    (good(Note=["text"] * ROWS), []),
    ({name: values[:0] for name, values in good().items()}, [("no_rows", {})]),
]


@pytest.mark.parametrize(("data", "expected"), OURS)
@pytest.mark.parametrize("strict", [False, True])
def test_what_no_rule_could_read_is_named(data, expected, strict):
    issues = check_measurement_data(data, strict=strict)
    assert codes(issues) == [code for code, _ in expected]
    for issue, (_, payload) in zip(issues, expected, strict=True):
        assert issue.severity == "error"
        assert payload.items() <= issue.payload.items()


@pytest.mark.parametrize("missing", [NAN, None])
def test_every_row_needs_a_step(missing):
    data = without("Discharge capacity [A.h]") | {"Step count": [0.0] * 5 + [missing] + [0.0] * 14}
    issues = check_measurement_data(data)
    assert codes(issues) == ["step_count_non_sequential"]
    assert {issue.payload["row_index"] for issue in issues} == {5}


def test_a_value_that_is_none_is_told_once_where_a_rule_tells_of_it():
    rows = {"Time [s]": [100.0, NAN, 120.0], "Step count": [3.0, NAN, 4.0]}
    issues = validators.check_extension(rows)
    assert codes(issues) == ["value_not_a_number", "time_missing_on_non_eis_row"]
    assert issues[0].payload["column"] == "Step count"
    assert "NaN in row 1" in issues[1].message
    curve = {"Voltage [V]": [4.0, 3.9], "SOC": [1.0, 0.5], "Time [s]": [0.0, NAN]}
    assert found(curve | {"Step count": [0, 0]}, data_type="ocp") == ["value_not_a_number"]


def test_rows_of_a_spectrum_need_no_time():
    frequency = [None] * 10 + [1.0] * 10
    for missing in (None, NAN):
        time = [60.0 * row for row in range(10)] + [missing] * 10
        current = [3.0] * 10 + [missing] * 10
        data = good(**{"Time [s]": time, "Current [A]": current, "Frequency [Hz]": frequency})
        assert found(data) == []


def of_a_cycler_that_writes_zero(**changed):
    """Good data with a spectrum of three rows at the end, and 0 for what has no frequency."""
    timed = pl.DataFrame(good(**changed)).with_columns(
        pl.lit(0.0).alias(name) for name in spectrum()
    )
    later = pl.DataFrame(spectrum()).with_columns(
        pl.lit(60.0 * ROWS).alias("Time [s]"), pl.lit(1).alias("Step count")
    )
    return pl.concat([timed, later.cast(pl.Float64)], how="diagonal_relaxed")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"Current [A]": [-3.0] * ROWS}, ["current_sign_reversed"]),
        (with_value("Time [s]", 5, None), ["time_missing_on_non_eis_row"]),
        (with_value("Voltage [V]", 5, NAN), ["value_not_a_number"]),
        (with_value("Time [s]", 5, 0.0), ["time_not_monotonic"]),
    ],
)
def test_a_frequency_of_zero_is_none(changed, expected):
    mixed = of_a_cycler_that_writes_zero(**changed)
    assert found(mixed) == expected
    assert found(mixed[:ROWS]) == expected
    assert found(mixed[:ROWS].drop("Z_Re [Ohm]", "Z_Im [Ohm]")) == expected


def test_a_fall_is_seen_across_what_was_not_measured():
    data = with_value("Discharge capacity [A.h]", 9, None)
    data["Discharge capacity [A.h]"][10] = 0.1
    [issue] = check_measurement_data(data)
    assert issue.code == IssueCode.CUMULATIVE_VALUE_DECREASED
    assert issue.payload["row_index"] == 10
    assert (issue.payload["previous_value"], issue.payload["current_value"]) == (0.4, 0.1)


def test_every_error_about_rows_names_the_first():
    broken = [data for data, expected in [*RULES, *OURS] if expected]
    rowless = {"step_count_missing", "required_column_missing", "no_rows"}
    for data in broken:
        for issue in check_measurement_data(data, strict=True, voltage_window=(3.0, 4.2)):
            assert issue.code in rowless or 0 <= issue.payload["row_index"] < ROWS, issue
            if issue.code not in rowless:
                assert f"row {issue.payload['row_index']}" in issue.message or (
                    f"rows {issue.payload['row_index']}" in issue.message
                ), issue.message


@pytest.mark.parametrize("name", sorted(validators.STRICT_CHECK_NAMES))
def test_strict_checks_can_be_left_out_and_no_others(name):
    assert found(with_value("Cycle count", 7, 1), strict=True, skip_checks={name}) == (
        [] if name == "cycle_constant_within_step" else ["cycle_changes_within_step"]
    )
    assert found(with_value("Cycle count", 7, 1), strict=True, skip_checks=name) == (
        [] if name == "cycle_constant_within_step" else ["cycle_changes_within_step"]
    )


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(ValueError, match=r"time_monotonic.*There are: capacity_energy"):
        check_measurement_data(good(), skip_checks=["time_monotonic"])
    for window in ((4.2, 2.5), (3.0,), "3", (3.0, NAN), 3.0):
        with pytest.raises(ValueError, match="lowest and the highest voltage"):
            check_measurement_data(good(), voltage_window=window)


def test_errors_raise_and_warnings_warn():
    steps = steps_table(**{"Discharge capacity [A.h]": [9.0, 0.0, 0.0]})
    with (
        pytest.warns(UserWarning, match="times the rated capacity") as warned,
        pytest.raises(MeasurementValidationError) as raised,
    ):
        validators.validate_measurement_data(
            with_value("Time [s]", 5, 0.0),
            strict=True,
            steps_df=steps,
            rated_capacity=1.0,
            skip_checks=["capacity_energy_from_current_power"],
        )
    assert warned[0].filename == __file__
    assert isinstance(raised.value, IonworksError)
    assert codes(raised.value.errors) == ["time_not_monotonic"]
    assert raised.value.has_code(IssueCode.TIME_NOT_MONOTONIC)
    assert raised.value.has_code("time_not_monotonic")
    assert not raised.value.has_code("step_count_missing")
    assert "runs back 1 time(s), first in row 5: 0 s after 240 s" in str(raised.value)
    assert validators.validate_measurement_data(good()) is None


def test_a_thousand_like_issues_are_summed_up():
    data = good(**{"Step count": list(range(ROWS))})
    with pytest.raises(MeasurementValidationError) as raised:
        validators.validate_measurement_data(data)
    assert len(raised.value.errors) == ROWS - 1
    lines = str(raised.value).splitlines()
    assert len(lines) == 7
    assert lines[-1] == (
        "- ... and 14 more of cumulative_value_not_reset in column 'Discharge capacity [A.h]'"
    )


def test_errors_travel_between_processes():
    issue = ValidationIssue(IssueCode.NO_ROWS, "none", payload={"column": "a"})
    error = pickle.loads(pickle.dumps(MeasurementValidationError("bad", [issue])))
    assert (str(error), error.errors) == ("bad", [issue])
    failed = pickle.loads(pickle.dumps(MeasurementProcessingError("bad", failures={"m": "why"})))
    assert (failed.measurement_id, failed.failures) == ("m", {"m": "why"})
    assert MeasurementProcessingError("bad").measurement_id is None


def test_rows_to_be_added_need_time_and_step():
    check = validators.check_extension
    assert check({"Time [s]": [100.0, 110.0], "Step count": [3, 3]}) == []
    assert codes(check({"Time [s]": [], "Step count": []})) == ["no_rows"]
    assert [issue.payload["column"] for issue in check({"Voltage [V]": [1.0]})] == [
        "Time [s]",
        "Step count",
    ]
    assert codes(check({"Time [s]": [2.0, 1.0], "Step count": [3, 3]})) == ["time_not_monotonic"]
    assert codes(check({"Time [s]": [2.0, INF], "Step count": [3, 3]})) == [
        "value_infinite",
        "time_missing_on_non_eis_row",
    ]


FORMS = {
    "polars": pl.DataFrame,
    "pandas": pd.DataFrame,
    "arrow-backed pandas": lambda columns: pl.DataFrame(columns).to_pandas(
        use_pyarrow_extension_array=True
    ),
    "nullable pandas": lambda columns: pd.DataFrame(columns).convert_dtypes(),
    "lists": dict,
    "tuples": lambda columns: {name: tuple(values) for name, values in columns.items()},
    "arrays": lambda columns: {name: np.array(values) for name, values in columns.items()},
    "polars series": lambda columns: {name: pl.Series(values) for name, values in columns.items()},
    "pandas series": lambda columns: {name: pd.Series(values) for name, values in columns.items()},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_data_is_judged_alike(form):
    make = FORMS[form]
    assert found(make(good()), strict=True) == []
    assert found(make(with_value("Time [s]", 5, 0.0))) == ["time_not_monotonic"]
    frame = validators.as_frame(make(good()))
    assert isinstance(frame, pl.DataFrame)
    assert frame.to_dict(as_series=False) == good()


@pytest.mark.parametrize(
    "form", ["polars", "pandas", "lists", "arrays", "polars series", "pandas series"]
)
def test_nan_is_refused_in_every_form(form):
    assert found(FORMS[form](with_value("Voltage [V]", 3, NAN))) == ["value_not_a_number"]


def test_nan_of_arrow_is_refused_too():
    data = pl.DataFrame(with_value("Voltage [V]", 3, NAN))
    assert found(data.to_pandas(use_pyarrow_extension_array=True)) == ["value_not_a_number"]


@pytest.mark.parametrize("form", ["polars", "lists", "tuples", "polars series", "nullable pandas"])
def test_what_was_not_measured_is_null_in_every_form(form):
    data = with_value("Voltage [V]", 3, None)
    assert found(FORMS[form](data)) == []
    assert validators.as_frame(FORMS[form](data))["Voltage [V]"].null_count() == 1


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        ([1, 2], TypeError, "time_series must be a polars or pandas DataFrame or a dict"),
        (None, TypeError, "not NoneType"),
        ("file.csv", TypeError, "not str"),
        (pl.LazyFrame({"a": [1]}), TypeError, r"call \.collect\(\)"),
        (pl.Series([1]), TypeError, "not Series"),
        ({"Time [s]": 1.0}, TypeError, "column 'Time \\[s\\]' of time_series must be a list"),
        ({"Time [s]": "01"}, TypeError, "must be a list"),
        ({"a": [1], "b": [1, 2]}, ValueError, "one length, but have 'a': 1, 'b': 2"),
        ({"a": [1.0, "x"]}, TypeError, "column 'a' of time_series mixes .*: float, str"),
        (pd.DataFrame({"a": [1.0, "x"]}), TypeError, "mixes .*: float, str"),
        ({"a": np.array(1.0)}, TypeError, "column 'a' of time_series must be a list"),
    ],
)
def test_what_is_no_frame_is_refused_by_name(data, error, said):
    with pytest.raises(error, match=said):
        check_measurement_data(data)


def test_whole_and_other_numbers_stand_together():
    frame = validators.as_frame({"Time [s]": [0, 1.5, None], "Step count": [0, 0, 1]})
    assert frame.dtypes == [pl.Float64, pl.Int64]
    assert frame["Time [s]"].to_list() == [0.0, 1.5, None]


@pytest.mark.parametrize(
    "values",
    [
        np.array([0, 1.5, None], dtype=object),
        pd.Series([0, 1.5, None], dtype=object),
        pd.Series([0, 1.5, pd.NA], dtype=object),
        pd.Series([0, 1.5, pd.NA], dtype="Float64"),
        np.ma.masked_array([0, 1.5, 9], [False, False, True]),
    ],
    ids=str,
)
def test_what_is_missing_in_objects_is_null(values):
    assert validators.as_frame({"a": values})["a"].to_list() == [0.0, 1.5, None]
    if isinstance(values, pd.Series):
        assert validators.as_frame(values.to_frame("a"))["a"].to_list() == [0.0, 1.5, None]


NO_TABLE_HOLDS = {
    "complex": np.array([1 + 2j]),
    "longdouble": np.array([1], dtype="longdouble"),
    "void": np.zeros(1, dtype=[("a", float)]),
    "object": [object()],
    "set": [{1}],
    "dict": [{}],
    "list": [[object()]],
    "Decimal": [Decimal("nan")],
    "int": [2**200],
    "int.": [2**64, 1, None],
    "int. Real numbers of up to 64 bits": pl.Series([1], dtype=pl.Int128),
    "str": ["\ud800"],
    "datetime64": np.array([1], dtype="datetime64[ps]"),
    "timedelta64": np.array([1], dtype="timedelta64[M]"),
    "Decimal256Scalar": pa.array([Decimal(1)], type=pa.decimal256(60)),
}


@pytest.mark.parametrize("kind", NO_TABLE_HOLDS)
def test_what_no_table_can_hold_is_named_at_the_door(kind):
    with pytest.raises(TypeError, match=f"column 'a' of steps holds what no table can: {kind}"):
        validators.as_frame({"a": NO_TABLE_HOLDS[kind]}, "steps")


@pytest.mark.parametrize("values", [np.array([1 + 2j]), [object()], [Decimal("inf")], [2**200]])
def test_what_no_table_can_hold_is_named_in_pandas_too(values):
    with pytest.raises(TypeError, match="column 'a' of time_series holds what no table can"):
        check_measurement_data(pd.DataFrame({"a": values}))


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (pl.Series([object()], dtype=pl.Object), "object"),
        (pl.Series([1], dtype=pl.Int128), "int"),
        (pl.Series([[2**64]], dtype=pl.List(pl.Int128)), "Series"),
        (pl.Series([], dtype=pl.Int128), "Int128"),
    ],
)
def test_what_only_polars_can_hold_is_named(column, kind):
    frame = column.to_frame("a")
    with pytest.raises(TypeError, match=f"'a' of time_series holds what no table can: {kind}"):
        check_measurement_data(frame)


UNITS = ["s", "m", "h", "D", "W", "M", "Y", "ms", "us", "ns"]


@pytest.mark.parametrize(
    ("unit", "make"),
    [("10ms", dict), *((unit, make) for unit in UNITS for make in (dict, pd.DataFrame))],
)
def test_moments_of_every_unit_are_read(unit, make):
    given = np.array(["2024-01-01", "NaT", "1969-01-01"], dtype=f"datetime64[{unit}]")
    column = validators.as_frame(make({"a": given}))["a"].cast(pl.Datetime("us"))
    assert column.to_list() == given.astype("datetime64[us]").tolist()


@pytest.mark.parametrize("unit", ["s", "m", "h", "D", "W", "ms", "us", "ns"])
def test_durations_of_every_unit_are_read(unit):
    given = np.array([3000, "NaT", -1000], dtype=f"timedelta64[{unit}]")
    column = validators.as_frame({"a": given})["a"].cast(pl.Duration("us"))
    assert column.to_list() == given.astype("timedelta64[us]").tolist()


def test_a_moment_too_far_for_its_type_does_not_become_another():
    with pytest.raises(TypeError, match="datetime64"):
        validators.as_frame({"a": np.array([2**62], dtype="datetime64[s]")})


def of_pandas():
    ns = pd.to_datetime(["2024-01-01", None])
    return {
        "Int64": (pd.array([2**53 + 1, None], dtype="Int64"), [2**53 + 1, None]),
        "Float64": (pd.array([1.5, None], dtype="Float64"), [1.5, None]),
        "boolean": (pd.array([True, None], dtype="boolean"), [True, None]),
        "string": (pd.array(["a", None], dtype="string"), ["a", None]),
        "category": (pd.Categorical(["a", None]), ["a", None]),
        "NA first": ([pd.NA, 1.0], [None, 1.0]),
        "NA last": ([1.0, pd.NA], [1.0, None]),
        "NaT": ([datetime(2024, 1, 1), pd.NaT], [datetime(2024, 1, 1), None]),
        "only NA": ([pd.NA, pd.NA], [None, None]),
        "index": (pd.Index([2**53 + 1, 2]), [2**53 + 1, 2]),
        "moments": (ns, [datetime(2024, 1, 1), None]),
        "array of moments": (ns.array, [datetime(2024, 1, 1), None]),
        "objects": (np.array([pd.NA, "a"], dtype=object), [None, "a"]),
    }


@pytest.mark.parametrize("kind", of_pandas())
def test_arrays_of_pandas_are_the_same_in_a_dict_and_in_a_frame(kind):
    values, expected = of_pandas()[kind]
    assert validators.as_frame({"a": values})["a"].to_list() == expected
    assert validators.as_frame(pd.DataFrame({"a": values}))["a"].to_list() == expected


def test_columns_of_one_name_are_refused():
    data = pd.DataFrame([[0.0, 1.0]], columns=["Time [s]", "Time [s]"])
    [issue] = check_measurement_data(data)
    assert (issue.code, issue.payload["column"]) == (IssueCode.DUPLICATE_COLUMN, "Time [s]")
    with pytest.raises(MeasurementValidationError, match="2 columns are named 'Time \\[s\\]'"):
        validators.as_frame(data, "steps")
    with pytest.raises(MeasurementValidationError, match="2 columns are named '1'"):
        validators.as_frame({1: [0.0], "1": [1.0]})


def test_an_index_with_a_name_is_a_column():
    data = pd.DataFrame(good()).set_index("Time [s]")
    assert found(data) == []
    assert validators.as_frame(data)["Time [s]"].to_list() == good()["Time [s]"]


def test_every_level_of_an_index_is_a_column():
    data = pd.DataFrame(good())
    data.index = pd.MultiIndex.from_arrays(
        [data["Time [s]"], range(ROWS)], names=["Time [s]", "Cycle from cycler"]
    )
    frame = validators.as_frame(data)
    assert frame.columns == ["Cycle from cycler", *good()]
    assert frame["Cycle from cycler"].to_list() == list(range(ROWS))
    data.index = pd.MultiIndex.from_arrays(
        [range(ROWS), range(ROWS)], names=["Time [s]", "Cycle from cycler"]
    )
    assert found(data) == ["duplicate_column"]


def test_an_index_that_counts_may_be_named_as_a_column():
    data = pd.DataFrame({"row": [0, 1], "": [2, 3]})
    data.index.name = "row"
    assert validators.as_frame(data).columns == ["row", ""]


def test_frames_are_not_changed():
    data = pl.DataFrame(with_value("Voltage [V]", 3, NAN))
    before = data.clone()
    check_measurement_data(data, strict=True)
    assert data.equals(before)
    assert validators.without_nan(data)["Voltage [V]"].null_count() == 1


@pytest.mark.parametrize("dtype", [pl.Float32, pl.Int16, pl.UInt64, pl.Decimal(12, 3)])
def test_every_type_of_number_will_do(dtype):
    data = pl.DataFrame(good()).with_columns(pl.col("Time [s]", "Current [A]").cast(dtype))
    assert found(data) == []


ODD = [
    pl.Series([None] * ROWS, dtype=pl.Null),
    pl.Series([True] * ROWS),
    pl.Series([NOW] * ROWS),
    pl.Series([timedelta(1)] * ROWS),
    pl.Series([[1]] * ROWS),
    pl.Series([{"a": 1}] * ROWS),
    pl.Series(["a"] * ROWS, dtype=pl.Categorical),
    pl.Series([1e308, -1e308] * (ROWS // 2)),
    pl.Series([2**64 - 1] * ROWS, dtype=pl.UInt64),
]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: str(odd.dtype))
@pytest.mark.parametrize("name", [*good(), "Frequency [Hz]", "Note"])
@pytest.mark.parametrize("kind", [None, "eis", "ocp"])
def test_no_column_whatever_is_in_it_makes_a_check_fail(odd, name, kind):
    data = pl.DataFrame(good()).with_columns(odd.alias(name))
    issues = check_measurement_data(data, strict=True, data_type=kind, steps_df=data)
    is_text = not (odd.dtype.is_numeric() or odd.dtype == pl.Null)
    named = [issue for issue in issues if issue.code == IssueCode.COLUMN_NOT_NUMERIC]
    assert bool(named) == (is_text and name != "Note")
    assert all(name in issue.message for issue in named)


def test_a_rule_alone_names_the_column_that_is_text():
    with pytest.raises(TypeError, match="column 'Time \\[s\\]' must hold numbers, but is of type"):
        validators.validate_time_gaps({"Time [s]": ["0", "1"]})


def test_unsigned_steps_do_not_wrap_around():
    data = pl.DataFrame(good(**{"Step count": [0] * 9 + [1] + [0] * 10}))
    issues = check_measurement_data(data.with_columns(pl.col("Step count").cast(pl.UInt8)))
    [issue] = [issue for issue in issues if issue.code == "step_count_non_sequential"]
    assert issue.payload["examples"] == [{"row_index": 9, "from": 1, "to": 0, "diff": -1}]


def test_integrals_start_anew_with_each_step():
    integral = validators.running_step_reset_integral
    time = [0, 3600, 7200, 10800]
    assert integral([1, 1, 1, 1], time, [0, 0, 1, 1]).tolist() == [0, 1, 0, 1]
    assert integral([1, 1, 1, 1], time).tolist() == [0, 1, 2, 3]
    boundary = validators.step_boundary_idx([0, 0, 1, 1])
    assert integral([1, 1, 1, 1], time, boundary_idx=boundary).tolist() == [0, 1, 0, 1]
    assert integral([1.0], [5.0]).tolist() == [0.0]
    assert integral([], []).size == 0


@pytest.mark.parametrize(
    ("reported", "integrated", "expected"),
    [
        ([1, 2, 3], [1, 2.5, 3], (1, 0.5 / 3, 3.0)),
        ([NAN, 2, 3], [1, 2.5, 3], (1, 0.5 / 3, 3.0)),
        ([0], [1], (0, 1.0, 1.0)),
        ([-1, -2], [1, 2], (1, 2.0, 2.0)),
        ([0, 0], [0, 0], (0, INF, 0.0)),
        ([NAN], [1], (0, INF, 1.0)),
        ([INF, 1], [1, 1], (0, INF, 0.0)),
        ([], [], (0, INF, 0.0)),
    ],
)
def test_the_worst_row_is_found(reported, integrated, expected):
    row, error, scale = validators.worst_row_relative_error(reported, integrated)
    assert (row, scale) == (expected[0], expected[2])
    assert math.isclose(error, expected[1])


def test_frames_become_lists_and_lists_frames():
    as_lists = validators.df_to_dict_validator
    for make in (pl.DataFrame, pd.DataFrame):
        assert as_lists(make({"a": [1.0, NAN, INF]})) == {"a": [1.0, None, None]}
    assert as_lists([1]) == [1]
    as_frame = validators.dict_to_df_validator
    assert as_frame({"a": [1, 2.5]}, "polars").to_dict(as_series=False) == {"a": [1.0, 2.5]}
    assert as_frame({"a": 1, "b": "x"}, "polars").rows() == [(1, "x")]
    assert isinstance(as_frame({"a": [1]}, "pandas"), pd.DataFrame)
    assert as_frame([{"a": 1}]) == [{"a": 1}]
    assert as_frame({}, "polars").shape == (0, 0)


def test_data_for_a_request_may_not_be_long():
    check = validators.validate_time_series_row_count
    assert check({"a": [0] * 1000}) == []
    assert codes(check({"a": [0] * 1001})) == ["time_series_row_count_exceeded"]


def test_the_rules_know_nothing_of_the_client():
    code = (
        "import sys, ionworks.validators; "
        "print(sorted(name for name in sys.modules if name.startswith('ionworks.') "
        "and not name.startswith('ionworks.validators')), "
        "[name for name in ('polars', 'pandas', 'scipy', 'httpx') if name in sys.modules])"
    )
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "['ionworks.errors'] []"


def test_the_choice_of_frames_is_the_clients():
    from ionworks import frames

    assert validators.set_dataframe_backend is frames.set_dataframe_backend
    assert validators.get_dataframe_backend() == frames.get_dataframe_backend()
    with pytest.raises(AttributeError, match="no_such_rule"):
        validators.no_such_rule  # noqa: B018


def test_a_share_of_jumps_that_is_just_allowed_is_allowed():
    """One of 20 pairs of rows jumps: 5 %."""
    voltage = [4.1] * 10 + [3.0] * 11
    assert validators.validate_voltage_continuity({"Voltage [V]": voltage}, (3.0, 4.2)) == []
    [issue] = validators.validate_voltage_continuity({"Voltage [V]": voltage[1:]}, (3.0, 4.2))
    payload = issue.payload
    assert (payload["row_index"], payload["bad_count"], payload["total_pairs"]) == (9, 1, 19)
    assert (payload["previous_voltage"], payload["current_voltage"]) == (4.1, 3.0)


@pytest.mark.parametrize(("factor", "expected"), [(1.0, []), (1.1, []), (1.12, ["W.h"])])
def test_energy_of_a_charge_is_that_of_its_negative_power(factor, expected):
    data = good(**{"Power [W]": [-10.0] * ROWS})
    data["Charge energy [W.h]"] = [factor * row / 6 for row in range(ROWS)]
    del data["Discharge capacity [A.h]"]
    issues = validators.validate_capacity_energy_from_current_power(data)
    assert [issue.payload["unit"] for issue in issues] == expected


@pytest.mark.parametrize(("jump", "bad"), [(0.799, False), (0.801, True)])
def test_a_jump_is_one_beyond_four_fifths_of_the_window(jump, bad):
    voltage = [4.0] * 5 + [4.0 - jump] * 5
    issues = validators.validate_voltage_continuity({"Voltage [V]": voltage}, (3.0, 4.0))
    assert bool(issues) is bad
