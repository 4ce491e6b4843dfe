"""What programs say, written as schedules: keys, signs, units, side files, refusals."""

from itertools import pairwise

import pytest
from arbin_files import sections_of
from ionworks_engine.vendors import arbin, arbin_sdx
from ionworks_engine.vendors.convert import convert
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.program import Hold, Program, Stop


def made(text, target="arbin", **more):
    return convert(text, target, verify=True, **more)


def limits(sections, index):
    for place in range(int(sections[f"Schedule_Step{index}"]["m_uLimitNum"])):
        limit = sections[f"Schedule_Step{index}_Limit{place}"]
        comparisons = [
            " ".join(
                limit[f"Equation{number}_sz{part}"] for part in ("Left", "CompareSign", "Right")
            )
            for number in range(3)
        ]
        joined = " & ".join(text for text in comparisons if text.strip())
        yield joined, limit["m_szGotoStep"], limit["m_bStepLimit"]


TEXT = """
global: {resolution: {time: 10, voltage: 0.01}}
safety_limits: {max_voltage: 4.3, min_voltage: 2.5, max_charge_current: 2, max_discharge_current: 4}
steps:
- Charge: {name: Fill, mode: C-rate, value: 0.5, hold_voltage: 4.2, ends: [C-rate < 0.05]}
- Discharge: {mode: Current, value: 3, ends: [Voltage < 3, "Time > 9000": {goto: End}]}
- Rest: {duration: 600}
"""


def test_version_7_says_signs_limits_and_scopes():
    sections = sections_of(made(TEXT, nominal_capacity_ah=2).files.primary.content)
    assert sections["Version Section"]["Current_Version"] == "Schedule Version 7.00.13"
    top = sections["Schedule"]
    assert top["m_VoltageSafetyScope"] == "2.500000^4.300000"
    assert top["m_CurrentSafetyScope"] == "-4.000000^2.000000"
    assert (top["m_bCheckVoltageSafety"], top["m_bCheckCurrentSafety"]) == ("1", "1")
    fill, down, _ = (sections[f"Schedule_Step{index}"] for index in range(3))
    assert (fill["m_szStepCtrlType"], fill["m_szCtrlValue"]) == ("CCCV", "1")
    assert (fill["m_szExtCtrlValue1"], fill["m_szExtCtrlValue2"]) == ("4.2", "0")
    assert (down["m_szStepCtrlType"], down["m_szCtrlValue"]) == ("Current(A)", "-3")
    assert list(limits(sections, 0)) == [
        ("PV_CHAN_CV_Stage_Current < 0.1 & PV_CHAN_CV_StageTime > 1", "Next Step", "1"),
        ("DV_Time >= 10", "Next Step", "0"),
        ("DV_Voltage >= 0.01", "Next Step", "0"),
    ]
    assert list(limits(sections, 1))[:2] == [
        ("PV_CHAN_Voltage < 3", "Next Step", "1"),
        ("PV_CHAN_Step_Time > 9000", "End Test", "1"),
    ]
    assert next(limits(sections, 2)) == ("PV_CHAN_Step_Time >= 600", "End Test", "1")


def test_version_8_keeps_c_rates_and_bounds_in_the_test_object():
    files = made(TEXT, "arbin_sdx", nominal_capacity_ah=2).files
    sections = sections_of(files.primary.content)
    assert sections["Schedule"]["m_TestObjName"] == "protocol.to"
    assert sections["Schedule_Step0"]["m_szCtrlValue"] == "0.5 * MV_NominalCapacity"
    assert sections["Schedule_Step0"]["m_nMaxCurrent"] == "1"
    assert next(limits(sections, 0))[0] == "PV_CHAN_Current < 0.05 * MV_NominalCapacity"
    safety = [sections[f"Schedule_CSchedule_IvSafetyAndSDL{index}"] for index in range(2)]
    assert [item["m_szSafetyHigh"] for item in safety] == ["50%", "100%"]
    assert [item["m_szSafetyLow"] for item in safety] == ["-100%", "100%"]
    (asset,) = files.assets
    content = sections_of(asset.content)["Content"]
    assert asset.name == "protocol.to"
    assert {
        key: content[key] for key in content if key.startswith("m_fM") and key != "m_fMass"
    } == {
        "m_fMaxCurrentCharge": "4",
        "m_fMaxVoltageCharge": "4.3",
        "m_fMinVoltageCharge": "2.5",
    }
    assert content["m_fNorminalCapacity"] == "2"


def test_all_keys_of_a_saved_schedule_are_there_in_their_order():
    seven = list(sections_of(made(TEXT, nominal_capacity_ah=2).files.primary.content)["Schedule"])
    assert len(seven) == 74
    assert seven[:3] == ["m_uMUID", "m_szCreator", "m_szComments"]
    eight = made(TEXT, "arbin_sdx", nominal_capacity_ah=2).files.primary.content
    top = list(sections_of(eight)["Schedule"])
    assert len(top) == 90
    assert top == sorted(top, key=str.lower)
    assert b"\n\n\n[Schedule_Step0]\n" in eight


def test_a_written_file_is_the_same_each_time():
    first, second = (made(TEXT, "arbin_sdx", nominal_capacity_ah=2).files for _ in range(2))
    assert first == second


def test_a_drive_cycle_is_rows_of_seconds_and_amperes_positive_for_charge():
    text = """
drive_cycles:
  City: {"Time [s]": [0, 2, 2, 4.5], "Current [A]": [1, 1, -0.5, 2]}
steps:
- DriveCycle: {profile: City, scale: 2, repeat: 2, ends: [Voltage < 3]}
"""
    files = made(text).files
    sections = sections_of(files.primary.content)
    assert sections["Schedule_Step0"]["m_szStepCtrlType"] == "Current Simulation"
    (asset,) = files.assets
    assert sections["Schedule_Step0"]["m_szCtrlValue"] == asset.name
    rows = [tuple(map(float, row.split(b"\t"))) for row in asset.content.splitlines()]
    assert rows[:3] == [(0, -2), (2, -2), (2.001, 1)]
    assert rows[-1] == (9, -4)
    assert all(later[0] > sooner[0] for sooner, later in pairwise(rows))
    ends = [text for text, _, ends in limits(sections, 0) if ends == "1"]
    assert ends == ["PV_CHAN_Voltage < 3", "PV_CHAN_Step_Time >= 9"]


def test_one_straight_line_is_a_ramp():
    text = """
drive_cycles: {Ramp: {"Time [s]": [0, 300], "Current [A]": [-2, -0.5]}}
steps: [{DriveCycle: {profile: Ramp}}]
"""
    files = made(text).files
    step = sections_of(files.primary.content)["Schedule_Step0"]
    assert (step["m_szStepCtrlType"], step["m_szCtrlValue"]) == ("Current Ramp(A)", "2")
    assert step["m_szExtCtrlValue1"] == "-0.005"
    assert files.assets == ()


def test_five_loops_in_each_other_are_refused_and_four_are_not():
    inner = "{Rest: {duration: 60}}"
    for depth in range(1, 6):
        inner = f"{{L{depth}: {{repeat: 2, steps: [{inner}]}}}}"
        if depth < 5:
            made(f"steps: [{inner}]")
    with pytest.raises(Inexpressible, match="this deep"):
        made(f"steps: [{inner}]")


def test_c_rates_need_a_capacity_only_where_they_become_amperes():
    text = "steps: [{Charge: {mode: C-rate, value: 1, hold_voltage: 4.2, ends: [Current < 0.1]}}]"
    with pytest.raises(Inexpressible, match="nominal_capacity_ah"):
        made(text)
    notes = made(text, "arbin_sdx").notes
    assert any("nominal capacity in the test object" in note for note in notes)


def test_a_step_without_an_end_is_refused():
    with pytest.raises(Inexpressible, match="without an end"):
        arbin.write(Program(lines=(Hold(kind="Rest"),)), "x")


def test_labels_are_unique_and_never_words_of_the_cycler():
    lines = tuple(
        Hold(kind="Rest", stops=(Stop("Time", ">=", 60.0, index + 1),), label=label)
        for index, label in enumerate(["Next Step", "A", "A", "a=b\nc", "\u4f11"])
    )
    sections = sections_of(arbin_sdx.write(Program(lines=lines), "x").primary.content)
    labels = [sections[f"Schedule_Step{index}"]["m_szLabel"] for index in range(5)]
    assert labels == ["Next Step (2)", "A", "A (2)", "a-b c", "?"]


def test_a_constant_voltage_without_an_end_on_the_current_shows_no_direction():
    text = """
steps:
- Charge: {mode: Current, value: 1, ends: [Voltage > 4.2]}
- Discharge: {mode: Voltage, value: 4, duration: 60}
"""
    step = sections_of(made(text).files.primary.content)["Schedule_Step1"]
    assert (step["m_szStepCtrlType"], step["m_szCtrlValue"]) == ("Voltage(V)", "4")


CYCLES = """
drive_cycles:
  US 06: {"Time [s]": [0, 5, 5, 10], "Current [A]": [0, 0, -0.5, -0.5]}
steps:
- DriveCycle: {profile: US 06, scale: 2, repeat: 3}
"""


def test_names_of_files_have_no_blanks_and_rows_no_negative_zero():
    files = made(CYCLES).files
    assert [asset.name for asset in files.assets] == ["US_06--scale2--repeat3.txt"]
    step = sections_of(files.primary.content)["Schedule_Step0"]
    assert step["m_szCtrlValue"] == "US_06--scale2--repeat3.txt"
    rows = files.assets[0].content.decode().split()
    assert "0" in rows
    assert "-0" not in rows


def test_a_ramp_to_zero_has_no_negative_zero():
    text = """
drive_cycles: {Down: {"Time [s]": [0, 10], "Current [A]": [0, 1]}}
steps: [{DriveCycle: {profile: Down}}]
"""
    content = made(text).files.primary.content
    assert b"Current Ramp(A)" in content
    assert b"=-0\r" not in content
    assert sections_of(content)["Schedule_Step0"]["m_szCtrlValue"] == "0"


def test_drive_cycles_that_would_share_a_file_are_refused():
    more = '  US_06: {"Time [s]": [0, 5], "Current [A]": [0, 1]}'
    other = f"{more}\nsteps:\n- DriveCycle: {{profile: US_06}}"
    with pytest.raises(Inexpressible, match=r"would both be US_06\.txt"):
        made(CYCLES.replace("steps:", other))
    with pytest.raises(Inexpressible, match="means something else already"):
        made(CYCLES.replace("US 06", "US--repeat2").replace(", scale: 2, repeat: 3", ""))
