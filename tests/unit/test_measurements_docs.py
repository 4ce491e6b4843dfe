"""The page on measurements: its Python prints what it says, its rules are those in force."""

import inspect
import re
from pathlib import Path

import pytest

from ionworks import validators
from ionworks.validators import IssueCode, columns
from tests.documents import anchors, blocks, text

PAGE = "docs/measurements.md"
TEXT = text(PAGE)


def rows():
    """The cells of each row of each table."""
    lines = (line for line in TEXT.splitlines() if line.startswith("| "))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def row_of(code):
    [found] = [cells for cells in rows() if f"`{code}`" in " ".join(cells[:-1])]
    return found


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch):
    for name in ("IONWORKS_API_URL", "IONWORKS_PROJECT_ID", "PROJECT_ID", "IONWORKS_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_the_python_runs_and_prints_what_is_said(capsys):
    names = {}
    for block in blocks(PAGE, "python"):
        block.run(names)
    assert capsys.readouterr().out.splitlines() == [
        "[]",
        "current_sign_reversed 0",
        "True",
        "ready",
        "[]",
        "['value_not_a_number in row 7']",
        "False True",
        "True error",
        "{'row_index': 0, 'observed': 5.0, 'tolerance': 1e-06}",
        "4 V True",
    ]


@pytest.mark.parametrize("line", re.findall(r"^prints (.*?)[.:]", TEXT, re.MULTILINE))
def test_what_is_said_to_be_printed_is_tested_above(line):
    said = re.findall(r"`([^`]+)`", line)
    assert said
    source = Path(__file__).read_text(encoding="utf-8")
    assert [word for word in said if f'"{word}"' not in source] == []


@pytest.mark.parametrize("code", [code for code in IssueCode if "row_count" not in code])
def test_every_rule_has_one_row(code):
    assert row_of(code)


def test_no_row_names_a_rule_that_is_not_there():
    named = {
        name for cells in rows() for name in re.findall(r"`([a-z_]{8,})`", " ".join(cells[:-1]))
    }
    assert named <= {*IssueCode, *validators.STRICT_CHECK_NAMES, "skip_checks"}


def test_every_strict_check_stands_by_its_name():
    first = [cells[0] for cells in rows()]
    assert [name for name in validators.STRICT_CHECK_NAMES if f"`{name}`" not in first] == []


def test_every_column_is_in_the_table():
    first = " ".join(cells[0] for cells in rows())
    assert [name for name in columns.SERIES_NUMBERS if f"`{name}`" not in first] == []
    assert [name for name in columns.STEP_NUMBERS if f"`{name}`" not in TEXT] == []


def test_the_additional_codes_are_marked():
    marked = {
        name
        for cells in rows()
        if cells[0].endswith("*")
        for name in re.findall(r"`([a-z_]+)`", cells[0])
    }
    names = list(IssueCode)
    assert marked == {code.value for code in names[names.index(IssueCode.DURATION_MISMATCH) + 1 :]}


THRESHOLDS = [
    ("time_does_not_start_at_zero", validators.validate_time_starts_at_zero, "tolerance"),
    ("time_not_monotonic", validators.validate_time_monotonic, "tolerance"),
    (
        "cumulative_value_not_reset",
        validators.validate_cumulative_values_reset_per_step,
        "tolerance",
    ),
    ("step_too_few_points", validators.validate_minimum_points_per_step, "min_points"),
    ("time_gap_too_large", validators.validate_time_gaps, "max_gap_seconds"),
    (
        "charge_energy_integral_mismatch",
        validators.validate_capacity_energy_from_current_power,
        "tolerance",
    ),
    ("voltage_continuity", validators.validate_voltage_continuity, "max_bad_fraction"),
    ("voltage_continuity", validators.validate_voltage_continuity, "jump_fraction"),
    (
        "charge_discharge_capacity_columns_swapped",
        validators.validate_charge_discharge_column_direction,
        "swapped_fraction_threshold",
    ),
    (
        "consecutive_same_direction_full_steps",
        validators.validate_consecutive_same_direction_full_steps,
        "full_step_fraction",
    ),
    ("step_capacity_exceeds_rated", validators.validate_step_capacity_within_rated, "max_ratio"),
    ("eis_zim_sign_reversed", validators.validate_eis_zim_sign, "reversed_fraction_threshold"),
    ("eis_impedance_magnitude_implausible", validators.validate_eis_impedance_magnitude, "factor"),
    (
        "eis_impedance_magnitude_implausible",
        validators.validate_eis_impedance_magnitude,
        "r_times_q",
    ),
    ("duration_mismatch", validators.validate_measurement_timing, "duration_tolerance_frac"),
    ("duration_mismatch", validators.validate_measurement_timing, "duration_tolerance_min_s"),
]


@pytest.mark.parametrize(("code", "rule", "argument"), THRESHOLDS)
def test_thresholds_are_those_in_force(code, rule, argument):
    threshold = inspect.signature(rule).parameters[argument].default
    assert re.search(rf"(?<![\d.]){re.escape(f'{threshold:g}')}(?![\d.]\d)", row_of(code)[-1])


def test_who_may_say_that_columns_are_swapped_is_on_the_page():
    [paragraph] = re.findall(r"^A step has a say.*?\n\n", TEXT, re.MULTILINE | re.DOTALL)
    rule = inspect.signature(validators.validate_charge_discharge_column_direction).parameters
    for name in ("rest_tol", "min_duration_s", "max_std_to_mean_ratio", "dominance_ratio"):
        assert f" {rule[name].default:g} " in paragraph.replace("\n", " "), name


def test_every_part_of_the_page_is_linked_from_it():
    assert set(re.findall(r"\]\(#([^)]*)\)", TEXT)) == anchors(PAGE) - {"measurements"}
