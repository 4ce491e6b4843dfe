"""What stands in a written procedure, against the structure of the public ones."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from ionworks_engine.vendors import maccor
from ionworks_engine.vendors.convert import convert
from ionworks_engine.vendors.errors import Inexpressible
from ionworks_engine.vendors.files import UNVERIFIED, Files
from ionworks_engine.vendors.flatten import flatten
from ionworks_engine.vendors.program import (
    Assign,
    Count,
    Drive,
    Guard,
    Hold,
    Jump,
    Program,
    Repeat,
    Spectrum,
    Stop,
)

from ionworks import ucp
from ionworks.ucp.tree import Call, Number, Operation, Position, Profile, Variable

NOWHERE = Position("")
ORDER = ["StepType", "StepMode", "StepValue", "Limits", "Ends", "Reports", "Range"]
ORDER += ["Option1", "Option2", "Option3", "StepNote"]

CC_CV = """\
    <TestStep>
      <StepType> Charge </StepType>
      <StepMode>Current </StepMode>
      <StepValue>0.5C</StepValue>
      <Limits>
        <Voltage>4.2</Voltage>
      </Limits>
      <Ends>
        <EndEntry>
          <EndType>Current </EndType>
          <SpecialType> </SpecialType>
          <Oper>&lt;= </Oper>
          <Step>002</Step>
          <Value>0.05C</Value>
        </EndEntry>
        <EndEntry>
          <EndType>StepTime</EndType>
          <SpecialType> </SpecialType>
          <Oper> = </Oper>
          <Step>003</Step>
          <Value>05:00:00</Value>
        </EndEntry>
      </Ends>
      <Reports>
        <ReportEntry>
          <ReportType>StepTime</ReportType>
          <Value>00:00:30</Value>
        </ReportEntry>
        <ReportEntry>
          <ReportType>Voltage </ReportType>
          <Value>0.005</Value>
        </ReportEntry>
      </Reports>
      <Range>A</Range>
      <Option1>N</Option1>
      <Option2>N</Option2>
      <Option3>N</Option3>
      <StepNote>fill &amp; hold</StepNote>
    </TestStep>
"""
END_STEP = """\
    <TestStep>
      <StepType>  End   </StepType>
      <StepMode>        </StepMode>
      <StepValue></StepValue>
      <Limits/>
      <Ends/>
      <Reports/>
      <Range></Range>
      <Option1></Option1>
      <Option2></Option2>
      <Option3></Option3>
      <StepNote></StepNote>
    </TestStep>
  </ProcSteps>
</MaccorTestProcedure>
"""


def rest(goto: int, seconds: float = 60.0, **more: object) -> Hold:
    return replace(Hold(kind="Rest", stops=(Stop("Time", ">=", seconds, goto),)), **more)


def steps_of(files: Files) -> list[dict[str, object]]:
    """Read the steps by another reader than ours, words stripped."""
    root = ElementTree.fromstring(files.primary.content)
    found = []
    for element in root.iter("TestStep"):
        assert [child.tag for child in element] == ORDER
        ends = [
            "".join((entry.findtext(tag) or "").strip() for tag in ("EndType", "Oper", "Value"))
            + f">{int(entry.findtext('Step') or 0)}"
            + ("!" if entry.findtext("ChanSafetyEnd") else "")
            for entry in element.iter("EndEntry")
        ]
        texts = {tag: (element.findtext(tag) or "").strip() for tag in ORDER}
        sets = [
            e.findtext("Value") for e in element.iter("ReportEntry") if "SetVar" in str(e[0].text)
        ]
        limits = {child.tag: child.text for child in element.iterfind("Limits/*")}
        found.append({**texts, "Ends": ends, "Limits": limits, "sets": sets})
    return found


def written(*lines: object, **more: object) -> list[dict[str, object]]:
    return steps_of(maccor.write(Program(lines=lines, **more), "test"))  # type: ignore[arg-type]


def column(steps: list[dict[str, object]], key: str) -> list[object]:
    return [step[key] for step in steps]


def test_the_text_is_that_of_public_procedures() -> None:
    text = """
global: {resolution: {time: 30, voltage: 0.005}}
steps:
  - Charge: {mode: C-rate, value: 0.5, hold_voltage: 4.2, duration: 18000, note: fill & hold,
             ends: ["C-rate < 0.05", {"Time > 18000": {goto: End}}]}
  - Rest: {duration: 60}
"""
    files = convert(text.replace("duration: 18000, ", ""), "maccor", filename_stem="a b").files
    body = files.primary.content.decode()
    assert files.primary.name == "a b.000"
    assert body.startswith(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<?maccor-application progid="Maccor Procedure File"?>\n<MaccorTestProcedure>\n  <header>\n'
    )
    assert "  <ProcSteps>\n" + CC_CV in body
    assert body.endswith(END_STEP)


@pytest.mark.parametrize(
    ("hold", "mode", "value", "limits"),
    [
        (Hold(kind="Charge", mode="Current", value=1.5), "Current", "1.5", {}),
        (Hold(kind="Discharge", mode="C-rate", value=2.0), "Current", "2.0C", {}),
        (Hold(kind="Charge", mode="Voltage", value=4.1), "Voltage", "4.1", {}),
        (
            Hold(kind="Discharge", mode="Current", value=1e-4, hold_voltage=2.5),
            "Current",
            "1.0E-4",
            {"Voltage": "2.5"},
        ),
        (Hold(kind="Rest"), "", "", {}),
    ],
)
def test_steps_have_their_words(hold: Hold, mode: str, value: str, limits: dict[str, str]) -> None:
    line = replace(hold, stops=(Stop("Time", ">=", 1.0, 1),))
    step, end = written(line)
    word = {"Discharge": "Dischrge"}.get(hold.kind, hold.kind)
    assert (step["StepType"], step["StepMode"], step["StepValue"]) == (word, mode, value)
    assert step["Limits"] == limits
    assert end["StepType"] == "End"


def test_ends_have_their_words_and_steps() -> None:
    stops = (
        Stop("Voltage", "<", 2.5, 1),
        Stop("Current", "<=", 0.05, 2),
        Stop("C-rate", ">", 1.5, 1),
        Stop("Capacity", ">=", 1.1, 1),
        Stop("Temperature", ">", 45.0, 2),
        Stop("Time", ">", 0.5, 1),
    )
    line = Hold(kind="Discharge", mode="Current", value=1.0, stops=stops)
    assert written(line, rest(2))[0]["Ends"] == [
        "Voltage<=2.5>2",
        "Current<=0.05>3",
        "Current>=1.5C>2",
        "Amp Hour>=1.1>2",
        "Themocpl>=1/45.0>3",
        "StepTime=::.5>2",
    ]


def test_loops_nest_with_one_counter_a_level() -> None:
    lines: list[object] = [rest(1), Repeat(start=0, count=2.0), rest(3)]
    lines += [Repeat(start=2, count=3.0)]
    lines += [Repeat(start=0, count=4.0), rest(6), Repeat(start=5, count=5.0)]
    steps = written(*lines)
    assert column(steps, "StepType") == [
        *("Do 1", "Do 2", "Rest", "Loop 2", "Do 2", "Rest", "Loop 2", "Loop 1"),
        *("Do 1", "Rest", "Loop 1", "End"),
    ]
    loops = [step["Ends"] for step in steps if str(step["StepType"]).startswith("Loop")]
    assert loops == [["Loop Cnt=2>5"], ["Loop Cnt=3>8"], ["Loop Cnt=4>9"], ["Loop Cnt=5>12"]]


def test_a_jump_behind_a_loop_is_the_loops_exit() -> None:
    lines = [rest(1), Repeat(start=0, count=2.0), Jump(condition=None, goto=4), rest(4), rest(5)]
    steps = written(*lines)
    assert column(steps, "StepType") == ["Do 1", "Rest", "Loop 1", "Rest", "Rest", "End"]
    assert steps[2]["Ends"] == ["Loop Cnt=2>5"]


def test_a_loop_is_begun_at_its_do_and_goes_on_behind_it() -> None:
    again = Hold(kind="Rest", stops=(Stop("Voltage", ">", 4.0, 1), Stop("Time", ">=", 1.0, 2)))
    before = Hold(kind="Rest", stops=(Stop("Time", ">=", 1.0, 1),))
    after = Hold(kind="Rest", stops=(Stop("Time", ">=", 1.0, 1), Stop("Voltage", "<", 3.0, 4)))
    steps = written(before, again, Repeat(start=1, count=2.0), after)
    assert column(steps, "StepType") == ["Rest", "Do 1", "Rest", "Loop 1", "Rest", "End"]
    assert steps[0]["Ends"] == ["StepTime=00:00:01>2"]
    assert steps[2]["Ends"] == ["Voltage>=4.0>3", "StepTime=00:00:01>4"]
    assert steps[4]["Ends"] == ["StepTime=00:00:01>2", "Voltage<=3.0>6"]


def test_safety_limits_stand_first_in_every_step_and_as_the_channels_in_step_1() -> None:
    guards = (
        Guard("Voltage", "high", 4.3, 2),
        Guard("Temperature", "high", 55.0, 2),
        Guard("Charge current", "high", 5.0, 2),
        Guard("Discharge current", "high", 5.0, 2),
    )
    charge = Hold(kind="Charge", mode="Current", value=1.0, stops=(Stop("Voltage", ">", 4.3, 2),))
    steps = written(rest(1), charge, guards=guards)
    common = ["Voltage>=4.3>3", "Themocpl>=1/55.0>3"]
    assert steps[0]["Ends"] == [
        *(f"{end}!" for end in common),
        "Current>=5.0>3!",
        "StepTime=00:01:00>2",
    ]
    assert steps[1]["Ends"] == [*common, "Current>=5.0>3", "Voltage>=4.3>3"]


def test_a_limit_of_one_direction_stands_in_the_steps_of_that_direction() -> None:
    guards = (Guard("Charge current", "high", 3.0, 2),)
    charge = Hold(kind="Charge", mode="Voltage", value=4.2, stops=(Stop("Time", ">=", 9.0, 1),))
    steps = written(charge, replace(charge, kind="Discharge"), guards=guards)
    assert steps[0]["Ends"] == ["Current>=3.0>3", "StepTime=00:00:09>2"]
    assert steps[1]["Ends"] == ["StepTime=00:00:09>2"]


def test_a_test_that_begins_with_a_loop_gets_a_step_for_its_safety() -> None:
    steps = written(rest(1), Repeat(start=0, count=2.0), guards=(Guard("Voltage", "high", 4.3, 2),))
    assert column(steps, "StepType") == ["Rest", "Do 1", "Rest", "Loop 1", "End"]
    assert steps[0]["Ends"] == ["Voltage>=4.3>5!", "StepTime=::.01>2"]
    assert steps[2]["Ends"] == ["Voltage>=4.3>5", "StepTime=00:01:00>4"]


def test_variables_are_set_at_the_end_of_the_step_before() -> None:
    lines = (rest(1), Assign(name="VAR_N", value=2.0), Assign(name="VAR2", value=-1.5), Count())
    steps = written(*lines)
    assert column(steps, "StepType") == ["Rest", "AdvCycle", "End"]
    assert steps[0]["sets"] == ["atEnd: VAR1=2", "atEnd: VAR2=-1.5"]


def test_variables_of_a_step_with_several_ways_out_stay_with_the_step() -> None:
    tree = ucp.load(
        """
steps:
  - Rest: {name: A, duration: 10, set_variable: [{name: VAR1, eval: 3}],
           ends: [{"Voltage > 4": {goto: End}}, {"Voltage < 3": {goto: B}}]}
  - Rest: {duration: 20}
  - Rest: {name: B, duration: 30}
"""
    )
    program = flatten(tree)
    steps = steps_of(maccor.write(program, "x"))
    assert column(steps, "StepType") == ["Rest", "Rest", "Rest", "End"]
    assert steps[0]["Ends"] == ["Voltage>=4.0>4", "Voltage<=3.0>3", "StepTime=00:00:10>2"]
    assert steps[0]["sets"] == ["atEnd: VAR1=3"]


def test_variables_and_jumps_that_no_step_can_carry_get_a_rest() -> None:
    lines = [
        Count(),
        Assign(name="VAR1", value=1.0),
        Jump(condition=None, goto=4),
        rest(4),
        rest(5),
    ]
    steps = written(*lines)
    assert column(steps, "StepType") == ["AdvCycle", "Rest", "Rest", "Rest", "End"]
    assert steps[1]["Ends"] == ["StepTime=::.01>4"]
    assert steps[1]["sets"] == ["atEnd: VAR1=1"]


def test_a_variable_current_is_a_charge_function() -> None:
    value = Variable("VAR_I", NOWHERE)
    charge = Hold(
        kind="Charge",
        mode="Current",
        value=value,
        hold_voltage=4.2,
        stops=(Stop("Time", ">=", 1.0, 2),),
    )
    steps = written(Assign(name="VAR_I", value=2.0), charge)
    assert (steps[1]["StepType"], steps[1]["StepValue"]) == ("Chg Func", "0|VAR1")
    assert steps[1]["Limits"] == {"Voltage": "4.2|4.2"}


PROFILE = Profile("US 06", "C-rate", (0, 1, 1, 4, 5), (0.5, 0.5, -1, -1, 0), NOWHERE)
BOUNDS = (Guard("Voltage", "high", 4.3, 1), Guard("Voltage", "low", 2.4, 1))


def test_a_drive_cycle_is_a_waveform_of_rows() -> None:
    line = Drive(profile="US 06", scale=2.0)
    program = Program(lines=(line,), profiles=(PROFILE,), guards=BOUNDS, capacity=3.0)
    files = maccor.write(program, "x")
    assert steps_of(files)[1]["StepType"] == "FastWave"
    assert steps_of(files)[1]["StepValue"] == "US_06"
    (wave,) = files.assets
    assert wave.name == "US_06.MWF"
    assert wave.content.decode().splitlines() == [
        "D\tI\t3\t\t\t1\tV\t<=\t2.4\tT\t1\tA",
        "C\tI\t6\t\t\t3\tV\t>=\t4.3\tT\t1\tA",
        "C\tI\t3\t\t\t1\tV\t>=\t4.3\tT\t1\tA",
    ]
    assert any("US_06.MWF" in note for note in files.notes)


def test_repeated_and_cut_drive_cycles_are_written_out() -> None:
    stops = (Stop("Time", ">=", 12.0, 1),)
    line = Drive(profile="US 06", repeat=3, stops=stops)
    program = Program(lines=(line,), profiles=(PROFILE,), guards=BOUNDS, capacity=1.0)
    rows = [
        row.split("\t") for row in maccor.write(program, "x").assets[0].content.decode().split()
    ]
    assert rows
    cells = [
        line.split("\t")
        for line in maccor.write(program, "x").assets[0].content.decode().splitlines()
    ]
    seconds = [float(row[5]) for row in cells]
    charge = sum(float(row[2]) * float(row[5]) * (-1 if row[0] == "C" else 1) for row in cells)
    assert sum(seconds) == 12
    assert charge == pytest.approx(2 * (0.5 - 3 - 0.5) + 0.5 - 1)


def test_drive_cycles_with_the_same_rows_share_a_file_and_others_do_not() -> None:
    lines = (Drive(profile="US 06"), Drive(profile="US 06"), Drive(profile="US 06", scale=0.5))
    program = Program(lines=lines, profiles=(PROFILE,), guards=BOUNDS, capacity=3.0)
    files = maccor.write(program, "x")
    assert [asset.name for asset in files.assets] == ["US_06.MWF", "US_06_2.MWF"]
    values = [step["StepValue"] for step in steps_of(files)]
    assert values[1:4] == ["US_06", "US_06", "US_06_2"]


def test_an_impedance_spectrum_is_a_sweep_file() -> None:
    line = Spectrum(start_frequency=1e5, end_frequency=0.01, mode="Voltage", amplitude=0.005)
    files = maccor.write(Program(lines=(line,)), "x")
    assert steps_of(files)[0]["StepType"] == "FRA"
    assert files.assets[0].name == "EIS.FRA"
    entries = files.assets[0].content.decode().splitlines()
    wanted = ["Mode=0", "Amplitude=5", "InitFreq=100000", "EndFreq=0.01", "StepPerDec=10"]
    assert set(wanted) <= set(entries)


def test_the_same_program_gives_the_same_bytes() -> None:
    program = Program(lines=(rest(1), Drive(profile="US 06")), profiles=(PROFILE,), guards=BOUNDS)
    program = replace(program, capacity=1.0)
    assert maccor.write(program, "x") == maccor.write(program, "x")


def test_every_written_test_says_that_no_device_has_verified_it() -> None:
    assert UNVERIFIED in maccor.write(Program(lines=(rest(1),)), "x").notes


TWO = Operation("*", Number(2, NOWHERE), Variable("VAR1", NOWHERE), NOWHERE)
LONG = Hold(kind="Rest", stops=(Stop("Time", ">=", 360_000.0, 1),))
DEEP = [rest(1), *(Repeat(start=0, count=2.0) for _ in range(4))]
CROSSING = [rest(1), rest(2), Repeat(start=0, count=2.0), rest(4), Repeat(start=1, count=2.0)]
INTO = [rest(2), rest(2), rest(3), Repeat(start=1, count=2.0)]
CURRENT_EIS = Spectrum(start_frequency=1e3, end_frequency=1.0)
DRIVE = Drive(profile="US 06")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([Hold(kind="Rest")], "step 1: maccor cannot express a step without an end"),
        ([LONG], "a time of 360000 s"),
        (DEEP, "deeper than 3; public procedures have up to 3 loop counters"),
        (CROSSING, "loops that cross"),
        (INTO, "step 1: maccor cannot express a jump into the middle of a loop, to step 3"),
        ([CURRENT_EIS], "modulated current"),
        ([rest(1), Repeat(start=0, count=2.5)], "count of a loop"),
        ([rest(1), Repeat(start=0, count=Variable("VAR1", NOWHERE))], "count of a loop"),
        ([rest(1), Assign(name="VAR1", value=TWO)], "worked out in the run"),
        ([Jump(condition=TWO, goto=0)], "step 1: maccor cannot express branch"),
        ([rest(1, stops=(Stop("Voltage", ">", TWO, 1),))], "an expression"),
        ([rest(1, stops=(Stop("Time", "<", 5.0, 1),))], "this end on Time"),
        ([rest(k + 1) for k in range(999)], "1000 steps"),
        ([DRIVE], "without the safety limit max_voltage"),
        ([Assign(name=f"VAR_{k}", value=0.0) for k in range(9)], "9 variables"),
    ],
)
def test_what_no_public_procedure_says_is_refused(lines: list[object], words: str) -> None:
    program = Program(lines=tuple(lines), profiles=(PROFILE,), capacity=1.0)  # type: ignore[arg-type]
    with pytest.raises(Inexpressible) as caught:
        maccor.write(program, "x")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"stops": (Stop("Voltage", "<", 3.0, 1),)}, "charges and discharges"),
        ({"stops": (Stop("Voltage", "<", 3.0, 0),)}, "goto at the end of a drive cycle"),
        ({"stops": (Stop("Capacity", ">", 3.0, 1),)}, "end of a drive cycle on Capacity"),
        ({"profile": "Absent !"}, "which is not given"),
    ],
)
def test_what_a_waveform_cannot_do_is_refused(change: dict[str, object], words: str) -> None:
    line = replace(DRIVE, **change)  # type: ignore[arg-type]
    program = Program(lines=(line,), profiles=(PROFILE,), guards=BOUNDS, capacity=1.0)
    with pytest.raises(Inexpressible, match=words):
        maccor.write(program, "x")


@pytest.mark.parametrize(
    "step",
    [
        "Charge: {mode: Power, value: 5, duration: 60}",
        "Discharge: {mode: Resistance, value: 5, duration: 60}",
        "Waveform: {shape: sine, mode: Current, amplitude: 1, frequency: 1, duration: 60}",
        "Ambient temperature: {value: 40}",
        "Rest: {duration: 60, temperature: 40}",
        "Rest: {ends: [SOC > 0.5]}",
        "Charge: {mode: Current, value: 1, ends: [Energy > 1]}",
        "Charge: {mode: Current, value: 1, ends: [Power > 1]}",
        "Charge: {mode: Current, value: 1, ends: [dV/dt < 1e-5]}",
    ],
)
def test_the_door_names_step_and_line_of_what_it_refuses(step: str) -> None:
    text = f"steps:\n  - Rest: {{duration: 1}}\n  - {step}\n"
    with pytest.raises(Inexpressible) as caught:
        convert(text, "maccor")
    assert caught.value.position is not None
    assert caught.value.position.line == 3


def test_titles_and_notes_cannot_break_the_text() -> None:
    nasty = "</StepNote>&\x00\x1b\ufffe<!-- 電 \U0001f50b"
    files = maccor.write(Program(lines=(rest(1, note=nasty),), title=nasty), "x")
    root = ElementTree.fromstring(files.primary.content)
    note = root.findtext(".//StepNote") or ""
    assert "</StepNote>&" in note
    assert "\x00" not in note


def test_an_unused_function_is_an_expression_too() -> None:
    call = Call("abs", (Number(1, NOWHERE),), NOWHERE)
    line = Hold(kind="Charge", mode="Current", value=call, stops=(Stop("Time", ">=", 1.0, 1),))
    with pytest.raises(Inexpressible, match="a variable alone"):
        maccor.write(Program(lines=(line,)), "x")
