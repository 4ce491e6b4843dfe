"""What procedures say, as programs; and what of it can only be told in words."""

from __future__ import annotations

import pytest
from ionworks_engine.vendors import maccor
from ionworks_engine.vendors.convert import parse
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.program import (
    Assign,
    Count,
    Drive,
    Guard,
    Hold,
    Jump,
    Program,
    Record,
    Repeat,
    Spectrum,
    Stop,
)
from maccor_files import END, MINUTE, end, procedure, report, rest, step

from ionworks.ucp.tree import Input, Number, Operation, Position, Variable

NOWHERE = Position("")


def read(*steps: str, **side_files: bytes) -> Program:
    return maccor.read(procedure(*steps), {k.replace("_", "."): v for k, v in side_files.items()})


def again(program: Program) -> Program:
    files = maccor.write(program, "again")
    return maccor.read(files.primary.content, {f.name: f.content for f in files.assets})


def told(program: Program, words: str) -> bool:
    return any(words in note for note in program.notes)


def test_a_cc_cv_step_is_one_hold() -> None:
    charge = step(
        "Charge",
        "Current",
        "0.5C",
        limits="<Voltage>4.2</Voltage>",
        ends=[end("Current", "<=", "0.05C", 2), end("StepTime", "=", "05:00:00", 2)],
        reports=[MINUTE, report("Voltage", "0.01")],
        note="fill",
    )
    program = read(charge, END)
    assert program.lines == (
        Hold(
            kind="Charge",
            mode="C-rate",
            value=0.5,
            hold_voltage=4.2,
            stops=(Stop("C-rate", "<=", 0.05, 1), Stop("Time", ">=", 18_000.0, 1)),
        ),
    )
    assert program.record == Record(time=60.0, voltage=0.01)
    assert program.lines[0].note == "fill"
    assert program.notes == ()


def test_a_voltage_with_a_limit_of_current_is_a_hold_of_that_current() -> None:
    limited = step(
        "Dischrge",
        "Voltage",
        "2.7",
        limits="<Current>0.333</Current>",
        ends=[end("Current", "<=", "0.05", 2)],
        reports=[MINUTE],
    )
    (line,) = read(limited, END).lines
    assert isinstance(line, Hold)
    assert (line.kind, line.mode, line.value, line.hold_voltage) == (
        *("Discharge", "Current", 0.333),
        2.7,
    )


def test_every_end_is_a_stop_with_its_line() -> None:
    ends = [
        end("Voltage", ">=", "4.2", 2),
        end("Current", "<=", "0.1", 3),
        end("Amp Hour", ">=", "1.5", 3),
        end("Themocpl", ">=", "1/50.0", 2),
    ]
    program = read(rest(2, "::.5", *ends), rest(3), END)
    assert program.lines[0].stops == (  # type: ignore[union-attr]
        Stop("Time", ">=", 0.5, 1),
        Stop("Voltage", ">=", 4.2, 1),
        Stop("Current", "<=", 0.1, 2),
        Stop("Capacity", ">=", 1.5, 2),
        Stop("Temperature", ">=", 50.0, 1),
    )


def test_a_multiple_of_the_capacity_asks_for_it() -> None:
    program = read(rest(2, "01:00:00", end("Amp Hour", ">=", "1.1C", 2)), END)
    value = program.lines[0].stops[1].value  # type: ignore[union-attr]
    capacity = Input("Nominal capacity [A.h]", NOWHERE)
    assert value == Operation("*", Number(1.1, NOWHERE), capacity, NOWHERE)
    assert told(program, 'input["Nominal capacity [A.h]"]')
    assert again(program) == program


def loop(label: str, count: int, following: int) -> str:
    return step(f"Loop {label}", ends=[end("Loop Cnt", "=", str(count), following)])


def test_loops_are_repeats_whatever_their_counters() -> None:
    program = read(
        *(step("Do 3"), step("Do 1"), rest(4), loop("1", 2, 5), step("AdvCycle")),
        *(loop("3", 5, 7), step("Do Test"), rest(9), loop("Test", 7, 10), END),
    )
    assert program.lines == (
        *(Hold(kind="Rest", stops=(Stop("Time", ">=", 60.0, 1),)), Repeat(start=0, count=2.0)),
        *(Count(), Repeat(start=0, count=5.0)),
        *(Hold(kind="Rest", stops=(Stop("Time", ">=", 60.0, 5),)), Repeat(start=4, count=7.0)),
    )
    assert again(program) == program


def test_a_loop_that_exits_elsewhere_is_followed_by_a_jump() -> None:
    program = read(step("Do 1"), rest(3), loop("1", 2, 5), rest(5), rest(6), END)
    assert program.lines[1:3] == (Repeat(start=0, count=2.0), Jump(condition=None, goto=4))
    assert again(program) == program


def test_gotos_into_and_around_loops_are_told_of() -> None:
    assert told(
        read(rest(3), step("Do 1"), rest(4), rest(5), loop("1", 2, 6), END), "into the loop"
    )
    back = rest(3, "00:01:00", end("Voltage", ">=", "4.0", 1))
    assert told(read(step("Do 1"), back, loop("1", 2, 4), END), "begins the loop")


CHANNEL = [
    end("Voltage", ">=", "4.3", 3, channel=True),
    end("Current", ">=", "5.0", 3, channel=True),
]


def guarded(*more: str) -> bytes:
    charge = step(
        "Charge",
        "Current",
        "1.0",
        ends=[end("Voltage", ">=", "4.2", 3), *more],
        reports=[MINUTE],
    )
    return procedure(rest(2, "00:00:05", *CHANNEL), charge, END)


def test_ends_that_all_steps_share_with_the_channel_are_safety_limits() -> None:
    data = guarded(end("Voltage", ">=", "4.3", 3), end("Current", ">=", "5.0", 3))
    program = maccor.read(data, {})
    assert program.guards == (
        Guard("Voltage", "high", 4.3, 2),
        Guard("Charge current", "high", 5.0, 2),
        Guard("Discharge current", "high", 5.0, 2),
    )
    assert [len(line.stops) for line in program.lines] == [1, 1]  # type: ignore[union-attr]
    assert again(program) == program


@pytest.mark.parametrize("other", [(), (end("Voltage", ">=", "4.3", 1),)])
def test_a_limit_that_a_step_lacks_or_leaves_otherwise_stays_an_end(other: tuple[str, ...]) -> None:
    program = maccor.read(guarded(*other, end("Current", ">=", "5.0", 3)), {})
    assert [guard.quantity for guard in program.guards] == ["Charge current", "Discharge current"]
    assert Stop("Voltage", ">=", 4.3, 2) in program.lines[0].stops  # type: ignore[union-attr]
    assert told(program, "those steps alone")
    assert again(program) == program


def test_a_pause_ends_what_trips_into_it_and_lets_pass_what_comes_along() -> None:
    safety = end("Voltage", ">=", "4.3", 2, channel=True)
    program = maccor.read(
        procedure(
            rest(3, "00:00:05", safety),
            step("Pause"),
            rest(4, "00:00:10", end("Voltage", ">=", "4.3", 2)),
            step("Pause"),
            rest(6, "00:00:20", end("Voltage", ">=", "4.3", 2)),
            END,
        ),
        {},
    )
    gotos = [[stop.goto for stop in line.stops] for line in program.lines]  # type: ignore[union-attr]
    assert gotos == [[1], [2], [3]]
    assert program.guards == (Guard("Voltage", "high", 4.3, 3),)
    assert told(program, "Step 4 pauses")


def test_a_variable_that_nobody_sets_is_an_input() -> None:
    function = step(
        "Chg Func",
        "Current",
        "0|VAR1",
        limits="<Voltage>4.43|4.43</Voltage>",
        ends=[end("Voltage", ">=", "4.4", 2)],
        reports=[MINUTE],
        option2="Y",
    )
    program = read(function, END)
    assert program.lines == (
        Hold(
            kind="Charge",
            mode="Current",
            value=Input("VAR1", NOWHERE),
            hold_voltage=4.43,
            stops=(Stop("Voltage", ">=", 4.4, 1),),
        ),
    )
    assert told(program, 'input["VAR1"]')
    assert told(program, "Option2 is Y")
    assert again(program) == program


def test_variables_are_set_on_every_way_out_of_a_step() -> None:
    setting = step(
        "Rest",
        ends=[end("StepTime", "=", "00:01:00", 2), end("Voltage", ">=", "4.0", 4)],
        reports=[MINUTE, report("SetVar", "atEnd: VAR2=100")],
    )
    function = step(
        "Chg Func", "Current", "0|VAR2", ends=[end("Voltage", ">=", "4.4", 3)], reports=[MINUTE]
    )
    program = read(setting, function, rest(4), END)
    assert program.lines[:5] == (
        Hold(kind="Rest", stops=(Stop("Time", ">=", 60.0, 1), Stop("Voltage", ">=", 4.0, 3))),
        Assign(name="VAR2", value=100.0),
        Jump(condition=None, goto=5),
        Assign(name="VAR2", value=100.0),
        Jump(condition=None, goto=7),
    )
    assert program.lines[5].value == Variable("VAR2", NOWHERE)  # type: ignore[union-attr]
    assert again(program) == program


def test_a_rising_current_is_a_straight_drive_cycle() -> None:
    ramp = step(
        "Chg Func",
        "Current",
        "0|4*CRATE*(STIME/3600)",
        ends=[end("Voltage", ">=", "3.6", 2)],
        reports=[report("Voltage", "0.001")],
    )
    program = read(ramp, END)
    (profile,) = program.profiles
    (line,) = program.lines
    assert isinstance(line, Drive)
    assert (profile.mode, profile.times, profile.values) == ("C-rate", (0, 86400), (0, -96))
    assert line.stops == (Stop("Voltage", ">=", 3.6, 1),)
    assert again(program) == program


def test_any_other_formula_is_an_input_with_its_text() -> None:
    odd = step(
        "Chg Func",
        "Current",
        "0|2*VAR3/(1+STIME)",
        ends=[end("Voltage", ">=", "3.6", 2)],
        reports=[MINUTE],
    )
    program = read(odd, END)
    assert program.lines[0].value == Input("Chg Func 0|2*VAR3/(1+STIME)", NOWHERE)  # type: ignore[union-attr]
    assert told(program, "cannot say")
    assert again(program) == program


def test_a_ramp_with_a_limit_and_a_discharging_function_are_no_ramps() -> None:
    limited = step(
        "Chg Func",
        "Current",
        "0|4*CRATE*(STIME/3600)",
        limits="<Voltage>4.2|4.2</Voltage>",
        ends=[end("Voltage", ">=", "4.2", 2)],
    )
    line = read(limited, END).lines[0]
    assert isinstance(line, Hold)
    assert (line.value, line.hold_voltage) == (
        Input("Chg Func 0|4*CRATE*(STIME/3600)", NOWHERE),
        4.2,
    )
    down = step("Dischg Func", "Current", "0|VAR1", ends=[end("Voltage", "<=", "2.5", 2)])
    line = read(down, END).lines[0]
    assert isinstance(line, Hold)
    assert (line.kind, line.value) == ("Discharge", Input("VAR1", NOWHERE))


def test_ends_of_a_waveforms_step_are_kept() -> None:
    follow = step("FastWave", value="PROF", ends=[end("Voltage", "<=", "2.5", 3)])
    program = read(follow, rest(3), END, PROF_MWF=ROWS.encode())
    assert program.lines[0].stops == (  # type: ignore[union-attr]
        Stop("Voltage", ">=", 4.2, 1),
        Stop("Voltage", "<=", 2.5, 3),
    )


def test_a_formula_is_an_input_of_a_protocol_that_is_right() -> None:
    ends = [end("Voltage", ">=", "3.6", 2)]
    odd = step("Chg Func", "Current", "0|2*VAR3/(1+STIME)", ends=ends, reports=[MINUTE])
    parsed = parse(procedure(odd, END))
    assert parsed.error is None
    assert 'input["Chg Func 0|2*VAR3/(1+STIME)"]' in parsed.ucp


def test_a_cold_chamber_is_read_and_written() -> None:
    cold = [end("Themocpl", "<=", "1/-20.0", 2), end("Voltage", "<=", "-0.1", 2)]
    program = read(rest(2, "00:01:00", *cold), END)
    assert [stop.value for stop in program.lines[0].stops] == [60.0, -20.0, -0.1]  # type: ignore[union-attr]
    assert again(program) == program


ROWS = (
    "C\tI\t6.7\tV\t4.2\t1\tV\t>=\t4.2\tT\t1\tA\n"
    "C\tI\t6.5\tV\t4.2\t2\tV\t>=\t4.2\tT\t1\tA\n"
    "C\tI\t1.8\tV\t4.2\t3600\tI\t<=\t0.15\tT\t1\tA"
)
WAVES = (step("FastWave", value="PROF"), rest(3), END)


def test_a_waveform_is_a_drive_cycle_and_the_hold_that_ends_it() -> None:
    program = read(*WAVES, prof_MWF=ROWS.encode())
    (profile,) = program.profiles
    assert (profile.name, profile.mode) == ("PROF", "Current")
    assert (profile.times, profile.values) == ((0, 1, 1, 3), (-6.7, -6.7, -6.5, -6.5))
    assert program.lines[:2] == (
        Drive(profile="PROF", stops=(Stop("Voltage", ">=", 4.2, 1),)),
        Hold(
            kind="Charge",
            mode="Current",
            value=1.8,
            hold_voltage=4.2,
            stops=(Stop("Current", "<=", 0.15, 2), Stop("Time", ">=", 3600.0, 2)),
        ),
    )
    assert program.record == Record(time=1.0)
    assert again(program).lines == program.lines
    assert program.missing == ()


def test_the_second_flavour_has_a_header_that_counts_the_rows() -> None:
    header = "Maccor waveform file version 1.1\nX\n3\nTrue\n1\nNAN\nType\tMode\tValue\n"
    program = read(*WAVES, PROF_mwf=(header + ROWS).encode())
    assert program == read(*WAVES, PROF_MWF=ROWS.encode())
    with pytest.raises(Unreadable, match="says 3 rows, and there are 2"):
        read(*WAVES, PROF_MWF=(header + ROWS.rsplit("\n", 1)[0]).encode())


def test_power_with_rests_of_no_current_is_a_drive_cycle_of_power() -> None:
    rows = (
        "D\tI\t0.0\t\t\t2.0000\tV\t<=\t3.0\tT\t3.0\tA\r\n"
        "D\tP\t1.5\t\t\t1.0000\tV\t<=\t3.0\tT\t3.0\tA\r\n"
        "C\tP\t0.5\t\t\t1.0000\tV\t>=\t4.2\tT\t3.0\tA\r\n"
    )
    program = read(*WAVES, PROF_MWF=rows.encode())
    assert program.profiles[0].mode == "Power"
    assert program.profiles[0].values == (0, 0, 1.5, 1.5, -0.5, -0.5)
    assert told(program, "skip to the next row")


def test_a_waveform_that_is_not_there_is_missing() -> None:
    program = read(*WAVES)
    assert program.missing == ("PROF",)
    assert program.lines[0] == Drive(profile="PROF")
    assert told(program, "PROF.MWF, which is not given")


@pytest.mark.parametrize(
    ("rows", "line", "words"),
    [
        ("", 1, "no rows"),
        ("C\tI\t1\n", 1, "12 columns"),
        (ROWS[:60], 2, "12 columns"),
        (ROWS.replace("C\tI\t6.5", "X\tI\t6.5"), 2, "neither C nor D"),
        (ROWS.replace("C\tI\t6.5", "C\tZ\t6.5"), 2, "none of I, P, V"),
        (ROWS.replace("6.5", "abc"), 2, "no number"),
        ("Maccor waveform file version 1.1\n1\n2", 3, "column names"),
    ],
)
def test_a_broken_waveform_is_refused_with_its_line(rows: str, line: int, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(*WAVES, PROF_MWF=rows.encode())
    assert caught.value.line == line
    assert words in str(caught.value)
    assert "PROF.MWF" in str(caught.value)


FRA = "[Setup]\nMode=0\n[Sweep]\nAmplitude=5\nInitFreq=100000\nEndFreq=.001\nStepPerDec=10\n"
SWEEPS = (rest(2), step("FRA", value="Sweep5mV"), END)


def test_a_sweep_is_an_impedance_spectrum() -> None:
    program = read(*SWEEPS, Sweep5mV_FRA=FRA.encode())
    assert program.lines[1] == Spectrum(
        start_frequency=1e5,
        end_frequency=1e-3,
        points_per_decade=10.0,
        mode="Voltage",
        amplitude=0.005,
    )
    assert again(program) == program


def test_a_sweep_that_is_absent_or_of_another_kind_is_told_of() -> None:
    assert told(read(*SWEEPS), "Sweep5mV.FRA is not given")
    assert told(read(*SWEEPS, Sweep5mV_FRA=FRA.replace("Mode=0", "Mode=1").encode()), "Mode=1")
    with pytest.raises(Unreadable, match="EndFreq"):
        read(*SWEEPS, Sweep5mV_FRA=FRA.replace(".001", "").encode())


def test_what_has_no_counterpart_is_told_of_and_not_dropped_in_silence() -> None:
    odd = end("WattHour", ">=", "3.0", 2)
    special = end("Voltage", ">=", "4.0", 2).replace("<SpecialType> ", "<SpecialType>X")
    reports = [MINUTE, report("Current", "0.001C"), report("SetVar", "atEnd: VAR1=VAR2*2")]
    program = read(
        step("Rest", ends=[end("StepTime", "=", "00:01:00", 2), odd, special], reports=reports),
        step("Imp"),
        END,
    )
    for words in ("WattHour", "X >= 4.0", "Current 0.001C", "VAR1=VAR2*2", "(Imp) is left out"):
        assert told(program, words), words


def test_the_door_reads_a_procedure_as_a_protocol_that_is_right() -> None:
    data = procedure(step("Do 1"), rest(3), loop("1", 2, 4), END, title="ageing")
    parsed = parse(data, "x.000")
    assert parsed.cycler_type == "Maccor"
    assert parsed.error is None
    assert "repeat: 2" in parsed.ucp


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ((), "no steps"),
        ((rest(2),), "not End: the file is cut"),
        ((step("Do 1"), rest(3), END), "has no Loop: the file is cut"),
        ((rest(2), step("Loop 1", ends=[end("Loop Cnt", "=", "2", 3)]), END), "begun is none"),
        ((rest(9), END), "goes to step 9; there are 2"),
        ((rest(0), END), "goes to step 0"),
        ((rest(2, "soon"), END), "'soon' is no time"),
        ((rest(2, "00:01:00", end("Voltage", ">=", "high", 2)), END), "'high' is no number"),
        ((rest(2, "00:01:00", end("Voltage", "=", "4.0", 2)), END), ">= or <="),
        ((rest(2, "00:01:00", end("Voltage", "!", "4.0", 2)), END), "none of =, >=, <="),
        ((rest(2, "00:01:00", end("Themocpl", ">=", "50", 2)), END), "thermocouple"),
        ((step("Charge", "Current", "fast", ends=[end("Voltage", ">=", "4.2", 2)]), END), "fast"),
        ((step("Charge", "Magic", "1.0", ends=[end("Voltage", ">=", "4.2", 2)]), END), "Magic"),
        ((step("Charge", "Current", "-1", ends=[end("Voltage", ">=", "4.2", 2)]), END), "above 0"),
        (
            (step("Charge", "Voltage", "1C", ends=[end("Voltage", ">=", "4.2", 2)]), END),
            "no voltage",
        ),
        ((step("Charge", "Current", "1.0"), END), "has no end"),
        ((step("Do 1"), rest(3), step("Loop 1"), END), "Loop Cnt"),
        ((step("Ramp", "Current", "1"), END), "in a way that is not known, Ramp"),
        ((step("FastWave"), END), "names no .MWF file"),
        ((step("FRA"), END), "names no .FRA file"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_its_line(
    steps: tuple[str, ...], words: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        read(*steps)
    assert words in str(caught.value)
    assert caught.value.line is not None


def test_a_procedure_cut_anywhere_is_refused_at_once() -> None:
    data = guarded(end("Voltage", ">=", "4.3", 3))
    last = data.rindex(b"</MaccorTestProcedure>") + len(b"</MaccorTestProcedure>") - 1
    for size in range(0, last, 7):
        with pytest.raises(Unreadable):
            maccor.read(data[:size], {})


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"PK\x03\x04", b"steps: []", b"<root/>"])
def test_other_files_are_not_taken_for_procedures(data: bytes) -> None:
    assert not maccor.recognises(data)
    with pytest.raises(Unreadable):
        maccor.read(data, {})


def test_a_procedure_is_recognised_by_its_content() -> None:
    data = procedure(rest(2), END)
    assert maccor.recognises(data)
    assert maccor.recognises(data.decode().encode("utf-16"))
