"""Our rules against those of the public client, on some hundreds of measurements, good and broken.

What we find on purpose where it finds nothing, or something else, is in `WANTED`.
"""

import json
import math
from collections import Counter

import measured_frames
import polars as pl
import pytest
from measured_frames import COUNT, DISCHARGE, Case

from ionworks.validators import (
    IssueCode,
    check_measurement_data,
    positive_current_is_charge,
)

OURS_ALONE = {
    IssueCode.REQUIRED_COLUMN_MISSING,
    IssueCode.DUPLICATE_COLUMN,
    IssueCode.COLUMN_NOT_NUMERIC,
    IssueCode.VALUE_NOT_A_NUMBER,
    IssueCode.VALUE_INFINITE,
    IssueCode.NO_ROWS,
    IssueCode.DATA_TYPE_MISMATCH,
}
JUDGED = ("Time [s]", "Current [A]", "Voltage [V]")
NOT_OF_UPLOADS = {IssueCode.TIME_SERIES_ROW_COUNT_EXCEEDED}


def ask(drive, folder, cases):
    for name, case in cases.items():
        case.series.write_parquet(folder / f"{name}.parquet")
        if case.steps is not None:
            case.steps.write_parquet(folder / f"{name}.steps.parquet")
    given = {name: case.arguments for name, case in cases.items()}
    (folder / "cases.json").write_text(json.dumps(given))
    return drive("0.38.0", "validators", str(folder))


def ours(case):
    return check_measurement_data(case.series, steps_df=case.steps, **case.arguments)


@pytest.fixture(scope="module")
def cases():
    return measured_frames.all_cases()


@pytest.fixture(scope="module")
def theirs(drive, cases, tmp_path_factory):
    return ask(drive, tmp_path_factory.mktemp("measured"), cases)


def tally(found):
    return Counter((str(issue["code"]), issue["severity"]) for issue in found)


def test_both_find_the_same(cases, theirs):
    differing = {}
    for name, case in cases.items():
        found = [vars(issue) for issue in ours(case) if issue.code not in OURS_ALONE]
        answer = theirs[name].get("found", theirs[name])
        if answer is theirs[name] or tally(found) != tally(answer):
            differing[name] = (answer, found)
    assert differing == {}


def alike(mine, other):
    if isinstance(other, dict):
        return all(key in mine and alike(mine[key], value) for key, value in other.items())
    if isinstance(other, list):
        return len(mine) == len(other) and all(map(alike, mine, other))
    if isinstance(other, float):
        return math.isclose(mine, other, rel_tol=1e-5, abs_tol=1e-9) or mine != mine
    return mine == other


def comparable(payload, series):
    """Leave out the row of an integral where times are missing: theirs counts timed rows only."""
    timed = not series["Time [s]"].null_count() if "Time [s]" in series.columns else True
    return {name: value for name, value in payload.items() if timed or name != "worst_row_index"}


def test_the_values_are_the_same(cases, theirs):
    compared, differing = 0, []
    for name, case in cases.items():
        mine = {}
        for issue in ours(case):
            mine.setdefault(str(issue.code), []).append(issue.payload)
        for issue in theirs[name]["found"]:
            payload = mine[issue["code"]].pop(0)
            compared += 1
            if not alike(payload, comparable(issue["payload"], case.series)):
                differing.append((name, issue["code"], payload, issue["payload"]))
    assert differing == []
    assert compared > 500


def test_every_rule_was_broken_somewhere(theirs):
    broken = {issue["code"] for answer in theirs.values() for issue in answer["found"]}
    assert broken == {code.value for code in IssueCode} - OURS_ALONE - NOT_OF_UPLOADS


def test_much_was_found_good(theirs):
    assert sum(not answer["found"] for answer in theirs.values()) > 40


def test_both_judge_a_step_alike(cases, theirs):
    judged = {name: answer["verdict"] for name, answer in theirs.items() if answer["verdict"]}
    assert len(judged) > 300
    differing = {}
    for name, (is_charge, p) in judged.items():
        columns = (
            cases[name].series[column] for column in ("Time [s]", "Current [A]", "Voltage [V]")
        )
        mine = positive_current_is_charge(*columns)
        if mine != (is_charge, pytest.approx(p, abs=1e-6)):
            differing[name] = (mine, is_charge, p)
    assert differing == {}


ROWS = 50
TIME = [10.0 * row for row in range(ROWS)]
FALLING = [4.1 - 0.01 * row for row in range(ROWS)]
NAN, INF = float("nan"), float("inf")
GOOD = {
    "Time [s]": TIME,
    "Current [A]": [1.0] * ROWS,
    "Voltage [V]": FALLING,
    COUNT: [0] * ROWS,
}
CHARGED = {**GOOD, "Current [A]": [-1.0] * ROWS}
SPECTRUM = {
    "Frequency [Hz]": [100.0, 10.0, 1.0],
    "Z_Re [Ohm]": [0.01, 0.02, 0.03],
    "Z_Im [Ohm]": [-0.01, -0.02, -0.01],
}
CRASHED = "crashed"


def with_row(columns, name, row, value):
    values = list(columns[name])
    values[row] = value
    return {**columns, name: values}


def without(columns, name):
    return {key: values for key, values in columns.items() if key != name}


WANTED = {
    # What was not measured, or is no number, must not hide a wrong sign.
    "a voltage that was not measured": (
        with_row(CHARGED, "Voltage [V]", 5, None),
        {},
        [],
        ["current_sign_reversed"],
    ),
    "a current that is infinite": (
        with_row(CHARGED, "Current [A]", 5, INF),
        {},
        CRASHED,
        ["value_infinite", "current_sign_reversed"],
    ),
    "a current that is NaN": (
        with_row(GOOD, "Current [A]", 5, NAN),
        {},
        [],
        ["value_not_a_number"],
    ),
    "a voltage that is NaN": (
        with_row(GOOD, "Voltage [V]", 5, NAN),
        {},
        [],
        ["value_not_a_number"],
    ),
    "a time that is NaN": (
        with_row(GOOD, "Time [s]", 5, NAN),
        {},
        ["time_missing_on_non_eis_row"],
        ["time_missing_on_non_eis_row"],
    ),
    "an infinite value elsewhere": (
        {**GOOD, "Temperature [degC]": [INF] * ROWS},
        {},
        [],
        ["value_infinite"],
    ),
    # Columns that must be there, or must be numbers.
    "no current": (without(GOOD, "Current [A]"), {}, [], ["required_column_missing"]),
    "no voltage": (without(GOOD, "Voltage [V]"), {}, [], ["required_column_missing"]),
    "text for a current": (
        {**GOOD, "Current [A]": ["1,0"] * ROWS},
        {},
        CRASHED,
        ["column_not_numeric"],
    ),
    "no rows": ({name: values[:0] for name, values in GOOD.items()}, {}, [], ["no_rows"]),
    # A value that was not measured does not hide that a capacity fell.
    "a fall across a gap": (
        {**GOOD, DISCHARGE: [0.0, 1.0, None, *[0.5] * (ROWS - 3)]},
        {},
        [],
        ["cumulative_value_decreased"],
    ),
    # The kind of data is told from the columns where nobody said it.
    "a spectrum that is not called one": (SPECTRUM, {}, ["step_count_missing"], []),
    "a reversed spectrum that is not called one": (
        {**SPECTRUM, "Z_Im [Ohm]": [0.01, 0.02, 0.01], COUNT: [0, 0, 0]},
        {"strict": True},
        [],
        ["eis_zim_sign_reversed"],
    ),
    # A frequency of 0 is that of no spectrum.
    "a time that is missing where the frequency is 0": (
        {**with_row(GOOD, "Time [s]", 5, None), "Frequency [Hz]": [0.0] * ROWS},
        {},
        [],
        ["time_missing_on_non_eis_row"],
    ),
    # The server has only the columns to tell the kind of data by.
    "a cycler's data called a curve": (
        {**GOOD, "SOC": FALLING},
        {"data_type": "ocp"},
        [],
        ["data_type_mismatch"],
    ),
    # A window upside down used to switch the check off.
    "a voltage window upside down": (
        GOOD,
        {"strict": True, "voltage_window": [4.2, 2.5]},
        [],
        ValueError,
    ),
}


@pytest.fixture(scope="module")
def answers(drive, tmp_path_factory):
    wanted = {
        str(number): Case(pl.DataFrame(columns, strict=False)).told(**arguments)
        for number, (columns, arguments, _, _) in enumerate(WANTED.values())
    }
    found = ask(drive, tmp_path_factory.mktemp("wanted"), wanted)
    return {name: (found[str(number)], wanted[str(number)]) for number, name in enumerate(WANTED)}


@pytest.mark.parametrize("name", WANTED)
def test_what_we_find_on_purpose(answers, name):
    answer, case = answers[name]
    _, _, expected, mine = WANTED[name]
    if expected == CRASHED:
        assert "crashed" in answer
    else:
        assert [issue["code"] for issue in answer["found"]] == expected
    if mine is ValueError:
        with pytest.raises(ValueError, match="voltage_window"):
            ours(case)
    else:
        assert [issue.code.value for issue in ours(case)] == mine
