"""What schedules say, read into programs: types, signs, counters, totals, formulas, safety."""

import pytest
from arbin_files import AMPS, AT_ONCE, TIME, VOLTS, limit, schedule, step, text
from ionworks_engine.vendors import arbin, arbin_sdx, ini_text
from ionworks_engine.vendors.errors import Unreadable
from ionworks_engine.vendors.program import Count, Drive, Guard, Hold, Jump, Repeat, Stop
from ionworks_engine.vendors.restore import restore

from ionworks import ucp

REST = step("Pause", "Rest", limit("Next Step", (TIME, ">=", "60")))


def stops(line):
    return [(stop.quantity, stop.operator, stop.value, stop.goto) for stop in line.stops]


def test_signs_say_directions_and_labels_jumps():
    data = schedule(
        step(
            "In",
            "Current(A)",
            limit("Out", (VOLTS, ">=", "4.2")),
            limit("Next Step", ("DV_Time", ">=", "5"), ends=0),
            value="1.5",
        ),
        REST,
        step("Out", "C-Rate", limit("End Test", (VOLTS, "<=", "3")), value="-0.5"),
    )
    program = arbin.read(data, {})
    first, pause, last = program.lines
    assert (first.kind, first.mode, first.value) == ("Charge", "Current", 1.5)
    assert stops(first) == [("Voltage", ">=", 4.2, 2)]
    assert first.record.time == 5
    assert pause == Hold(kind="Rest", stops=(Stop("Time", ">=", 60.0, 2),))
    assert (last.kind, last.mode, last.value) == ("Discharge", "C-rate", 0.5)
    assert stops(last) == [("Voltage", "<=", 3.0, 3)]
    assert program.title == "ours"


def test_currents_of_a_discharge_are_magnitudes():
    data = schedule(
        step("Down", "CCCV", limit("Next Step", (AMPS, ">", "-0.05")), value="-2", first="2.5"),
        step("Hold", "Voltage(V)", limit("Next Step", (AMPS, ">=", "-0.02")), value="2.5"),
    )
    down, hold = arbin.read(data, {}).lines
    assert (down.kind, down.value, down.hold_voltage) == ("Discharge", 2.0, 2.5)
    assert stops(down) == [("Current", "<", 0.05, 1)]
    assert (hold.kind, hold.mode) == ("Discharge", "Voltage")
    assert stops(hold) == [("Current", "<=", 0.02, 2)]


def test_formulas_and_multiples_of_the_nominal_capacity():
    data = schedule(
        step(
            "Up",
            "CCCV",
            limit("Next Step", (AMPS, "<=", "0.05 * MV_NominalCapacity")),
            value="MV_NominalCapacity / 2",
            first="F_Vmax",
        ),
        version="8.00.11",
        formulas=[("F_Half", "4.2/2"), ("F_Vmax", "F_Half*2 + 0")],
    )
    (line,) = arbin_sdx.read(data, {}).lines
    assert (line.mode, line.value, line.hold_voltage) == ("C-rate", 0.5, 4.2)
    assert stops(line) == [("C-rate", "<=", 0.05, 1)]


def test_a_counter_that_is_cleared_before_is_a_loop():
    data = schedule(
        step("Begin", "Set Variable(s)", AT_ONCE, value="131072", first="0", second="0"),
        REST,
        step("Count", "Set Variable(s)", AT_ONCE, value="15", first="1", second="0"),
        step(
            "Back",
            "Set Variable(s)",
            limit("Pause", ("TC_Counter2", "<", "20")),
            limit("Next Step", ("TC_Counter2", "=", "20")),
            value="0",
            first="4",
            second="0",
        ),
    )
    pause, count, loop = arbin.read(data, {}).lines
    assert (pause.kind, count, loop) == ("Rest", Count(), Repeat(start=0, count=20.0))


def test_a_counter_that_is_not_cleared_on_every_way_is_a_variable():
    data = schedule(
        step(
            "First",
            "Rest",
            limit("Inside", (VOLTS, "<", "3")),
            limit("Next Step", (TIME, ">", "9")),
        ),
        step("Begin", "Set Variable(s)", AT_ONCE, value="65536"),
        step("Inside", "Rest", limit("Next Step", (TIME, ">", "9"))),
        step(
            "Back",
            "Set Variable(s)",
            limit("Inside", ("TC_Counter1", "<", "3")),
            limit("Next Step", ("TC_Counter1", ">=", "3")),
            first="2",
        ),
        step("Again", "Rest", limit("Inside", (TIME, ">", "9"))),
    )
    tree = restore(arbin.read(data, {}))
    told = ucp.explain(tree)
    assert "VAR_TC_COUNTER1 = VAR_TC_COUNTER1 + 1; if VAR_TC_COUNTER1 < 3" in told
    assert not any(isinstance(line, Repeat) for line in arbin.read(data, {}).lines)


def test_the_cycle_index_counts_from_one_and_cycle_from_zero():
    data = schedule(
        REST,
        step(
            "Loop",
            "Set Variable(s)",
            limit("Pause", ("PV_CHAN_Cycle_Index", "<=", "500")),
            limit("End Test", ("PV_CHAN_Cycle_Index", ">", "500")),
            value="15",
            first="1",
        ),
    )
    _, count, jump = arbin.read(data, {}).lines
    assert count == Count()
    assert isinstance(jump, Jump)
    assert (jump.condition.left.name, jump.condition.sign) == ("Cycle", "<=")
    assert (jump.condition.right.value, jump.goto) == (499, 0)


def test_a_capacity_that_counts_over_steps_becomes_a_variable():
    charge = "PV_CHAN_Charge_Capacity"
    data = schedule(
        step("CC1", "Current(A)", limit("Next Step", (charge, ">", "0.1")), value="4"),
        step("CC2", "Current(A)", limit("Next Step", (charge, ">", "0.9")), value="2"),
    )
    told = ucp.explain(restore(arbin.read(data, {})))
    assert "until Capacity > (0.9 - VAR_CHARGE_CAPACITY) A.h" in told
    assert told.count("VAR_CHARGE_CAPACITY + Capacity") == 2


def test_a_capacity_that_is_cleared_before_is_that_of_the_step():
    charge = "PV_CHAN_Charge_Capacity"
    data = schedule(
        step("Clear", "Set Variable(s)", AT_ONCE, value="15", first="0", second="0"),
        step("CC1", "Current(A)", limit("Next Step", (charge, ">", "0.1")), value="4"),
    )
    (line,) = arbin.read(data, {}).lines
    assert stops(line) == [("Capacity", ">", 0.1, 1)]


def test_an_end_that_also_asks_a_counter_has_a_condition():
    data = schedule(
        step("Begin", "Set Variable(s)", AT_ONCE, value="65536"),
        step(
            "Taper",
            "Current(A)",
            limit("Next Step", (VOLTS, ">=", "4.1"), ("TC_Counter1", "<", "2")),
            limit("Next Step", (VOLTS, ">=", "4.2")),
            value="1",
        ),
        step(
            "More",
            "Set Variable(s)",
            limit("Taper", ("TC_Counter1", "<", "3")),
            limit("Next Step", ("TC_Counter1", ">=", "3")),
            first="2",
        ),
    )
    told = ucp.explain(restore(arbin.read(data, {})))
    assert "ifelse(VAR_TC_COUNTER1 < 2, 4.1, 1000000000" in told


def test_ramps_and_simulations_are_drive_cycles_positive_for_discharge():
    data = schedule(
        step(
            "Ramp",
            "Current Ramp(A)",
            limit("Next Step", (TIME, ">=", "100")),
            value="2",
            first="-0.01",
        ),
        step(
            "Sim", "Current Simulation", limit("Next Step", (VOLTS, ">=", "4.2")), value="City.txt"
        ),
        version="8.00.11",
    )
    program = arbin_sdx.read(data, {"CITY.TXT": b"1\t1.5\n2\t1.5\n2.001\t-3\n4\t-3\n"})
    ramp, city = program.profiles
    assert (ramp.name, ramp.times, ramp.values) == ("Ramp", (0, 100), (-2, -1))
    assert (city.times, city.values) == ((0, 2, 2, 4), (-1.5, -1.5, 3, 3))
    assert program.lines[0] == Drive(profile="Ramp")
    alone = arbin_sdx.read(data, {})
    assert alone.missing == ("City",)


def test_what_the_language_lacks_is_told():
    data = schedule(
        step("IR", "Internal Resistance", AT_ONCE, value="0.5", first="50.00", second="0"),
        step("Bus", "Write CAN Messages", AT_ONCE, value="1000"),
        step("In", "Current(A)", limit("Unsafe", (TIME, ">=", "9")), value="CAN_MV_RX1"),
        version="8.00.11",
    )
    program = arbin_sdx.read(data, {})
    told = " ".join(program.notes)
    for words in ("step 1 (IR) measures", "step 2 (Bus) sends", "CAN_MV_RX1", "as unsafe"):
        assert words in told
    assert len(program.lines) == 1


def test_safety_limits_of_both_versions():
    seven = schedule(
        REST,
        m_bCheckVoltageSafety=1,
        m_VoltageSafetyScope="2.500000^4.300000",
        m_bCheckCurrentSafety=1,
        m_CurrentSafetyScope="-5.000000^1000000.000000",
    )
    assert set(arbin.read(seven, {}).guards) == {
        Guard("Voltage", "low", 2.5, 1),
        Guard("Voltage", "high", 4.3, 1),
        Guard("Discharge current", "high", 5.0, 1),
    }
    safety = {"m_szItem": "DV_Voltage", "m_szSafetyHigh": "105%", "m_szSafetyLow": "100%"}
    eight = schedule(
        REST,
        version="8.00.11",
        m_TestObjName="cell.to",
        m_nIvSafetyAndSDLNum=1,
        extra={"Schedule_CSchedule_IvSafetyAndSDL0": safety},
    )
    values = {"m_fMaxVoltageCharge": 4, "m_fMinVoltageCharge": 2.5, "m_fNorminalCapacity": 3}
    program = arbin_sdx.read(eight, {"cell.to": text([("Content", values)])})
    assert program.guards == (Guard("Voltage", "low", 2.5, 1), Guard("Voltage", "high", 4.2, 1))
    assert program.capacity == 3
    assert "cell.to, which is not there" in arbin_sdx.read(eight, {}).notes[0]


WRONG = {
    "type": (
        step("A", "Power(W)", AT_ONCE, value="3"),
        r"step 1 \(A\): steps of the type 'Power\(W\)'",
    ),
    "label": (step("A", "Rest", limit("Nowhere", (TIME, ">", "9"))), "no step labelled 'Nowhere'"),
    "sign": (step("A", "Rest", limit("Next Step", (TIME, "~", "9"))), "'~' is none of"),
    "number": (step("A", "Rest", limit("Next Step", (TIME, ">", "9 h"))), "'9 h' is no number"),
    "code": (
        step("A", "Current(A)", AT_ONCE, value="__import__('os').name"),
        "is no number or multiple",
    ),
    "bits": (step("A", "Set Variable(s)", AT_ONCE, value="2097152"), "is not known"),
    "left": (step("A", "Rest", limit("Next Step", ("PV_CHAN_Odd", ">", "9"))), "PV_CHAN_Odd"),
    "two": (
        step("A", "Current(A)", limit("Next Step", (VOLTS, ">", "4"), (TIME, ">", "9")), value="1"),
        "several measured values",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_read_is_refused_with_its_line(case):
    given, words = WRONG[case]
    with pytest.raises(Unreadable, match=words) as caught:
        arbin.read(schedule(given), {})
    assert caught.value.line is not None


def test_missing_steps_and_limits_mean_a_cut_file():
    data = schedule(REST, REST)
    for gone in (b"[Schedule_Step1]", b"[Schedule_Step1_Limit0]"):
        with pytest.raises(Unreadable, match="cut or damaged"):
            arbin.read(data[: data.index(gone)], {})


def test_line_breaks_in_values_are_two_bytes():
    data = ini_text.write([("Schedule", {"m_szComments": "one\ntwo"})], 0)
    assert data == b"[Schedule]\nm_szComments=one\xff\xfetwo\n"
    section = ini_text.parse(data.replace(b"\n", b"\r\n"))["Schedule"]
    assert section.text("m_szComments") == "one\ntwo"
    assert section.at("m_szComments") == 2


@pytest.mark.parametrize(
    ("data", "words", "line"),
    [
        (b"no heading=1\n", "neither a", 1),
        (b"[A]\nx=1\n[A]\n", "already", 3),
        (b"[A]\njust words\n", "neither a", 2),
        (b"[A]\nx=" + b"1" * 17_000_000, "bytes are more than", None),
        (b"[A]\n" + b"x=1\n" * 1_000_001, "more than the 1000000 lines", None),
    ],
)
def test_text_that_is_no_ini_is_refused(data, words, line):
    with pytest.raises(Unreadable, match=words) as caught:
        ini_text.parse(data)
    assert caught.value.line == line
