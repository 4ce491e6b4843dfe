"""BioLogic settings: sequences, units, signs, older techniques, refusals."""

import pytest
from ionworks_engine.vendors import biologic
from ionworks_engine.vendors.convert import convert, parse
from ionworks_engine.vendors.errors import Inexpressible, Unreadable
from ionworks_engine.vendors.program import Chamber, Guard, Hold, Program, Repeat, Spectrum, Stop
from ionworks_engine.vendors.restore import restore

from ionworks import ucp

HEAD = """BT-LAB SETTING FILE

Number of linked techniques : {count}

Device : BCS-810
Ecell ctrl range : min = 0,00 V, max = 10,00 V
Safety Limits :
\tEcell min = 2,50 V
\tEcell max = 4,50 V
\t|I| = 12,000 mA
\tfor t > 100 ms
Comments : ours
Battery capacity : 3,000 mA.h
Cycle Definition : Charge/Discharge alternance

"""


def table(number, name, **rows):
    lines = [f"Technique : {number}", name]
    for row, cells in rows.items():
        lines.append("".join(str(cell).ljust(20) for cell in (row, *cells)))
    return "\n".join(lines) + "\n\n"


def settings(*tables):
    return (HEAD.format(count=len(tables)) + "".join(tables)).encode("cp1252")


def modulo(*sequences):
    """One technique from mappings of cells; what they leave out is blank."""
    names = ["ctrl_type", "Apply I/C", "ctrl1_val", "ctrl1_val_unit", "ctrl1_val_vs"]
    names += ["ctrl2_val", "ctrl2_val_unit", "ctrl3_val", "ctrl3_val_unit", "N"]
    names += ["charge/discharge", "ctrl_seq", "ctrl_repeat", "ctrl_Nd", "lim_nb"]
    for place in (1, 2):
        names += [f"lim{place}_{part}" for part in ("type", "comp", "value", "value_unit")]
        names += [f"lim{place}_{part}" for part in ("action", "seq")]
    names += ["rec_nb", "rec1_type", "rec1_value", "rec1_value_unit", "Bandwidth"]
    blank = {"lim_nb": 0, "rec_nb": 0, "Bandwidth": 4, "ctrl_seq": 0, "ctrl_repeat": 0}
    columns = [blank | sequence for sequence in sequences]
    cells = {name: [column.get(name, "") for column in columns] for name in names}
    return table(1, "Modulo Bat", Ns=range(len(columns)), **cells)


def limits(*given):
    """Cells of limits such as ``("Time", ">", "1,5", "h", "Next sequence", 1)``."""
    parts = ("type", "comp", "value", "value_unit", "action", "seq")
    cells = {"lim_nb": len(given)}
    for place, limit in enumerate(given, start=1):
        cells |= {f"lim{place}_{part}": cell for part, cell in zip(parts, limit, strict=True)}
    return cells


def stops(line):
    return [(stop.quantity, stop.operator, stop.value, stop.goto) for stop in line.stops]


def test_modulo_bat_with_decimal_commas_units_and_gotos():
    up = {"ctrl_type": "CC", "Apply I/C": "C / N", "N": "2,00", "charge/discharge": "Charge"}
    record = {"rec_nb": 1, "rec1_type": "Ecell", "rec1_value": "5,000", "rec1_value_unit": "mV"}
    down = {
        "ctrl_type": "CC",
        "Apply I/C": "I",
        "ctrl1_val": "250,000",
        "ctrl1_val_unit": "\u00b5A",
        "ctrl1_val_vs": "<None>",
        "charge/discharge": "Discharge",
    }
    data = settings(
        modulo(
            {"ctrl_type": "Rest"} | limits(("Time", ">", "1,500", "h", "Next sequence", 1)),
            up | record | limits(("Ecell", ">", "4,200", "V", "Goto sequence", 3)),
            down | limits(("Ecell", "<", "3000,000", "mV", "Stop", 3)),
            {"ctrl_type": "Loop", "ctrl_seq": 1, "ctrl_repeat": 9},
        )
    )
    program = biologic.read(data, {})
    rest, charge, discharge, loop = program.lines
    assert stops(rest) == [("Time", ">=", 5400.0, 1)]
    assert (charge.kind, charge.mode, charge.value) == ("Charge", "C-rate", 0.5)
    assert stops(charge) == [("Voltage", ">", 4.2, 3)]
    assert charge.record.voltage == 0.005
    assert (discharge.kind, discharge.value) == ("Discharge", 0.00025)
    assert stops(discharge) == [("Voltage", "<", 3.0, 4)]
    assert loop == Repeat(start=1, count=10.0)
    assert program.capacity == 0.003
    assert set(program.guards) == {
        Guard("Voltage", "low", 2.5, 4),
        Guard("Voltage", "high", 4.5, 4),
        Guard("Charge current", "high", 0.012, 4),
        Guard("Discharge current", "high", 0.012, 4),
    }
    assert any("after 100 ms" in note for note in program.notes)


def test_cc_cv_impedance_and_a_change_of_the_state_of_charge():
    held = {
        "ctrl_type": "CC-CV",
        "Apply I/C": "I",
        "ctrl1_val": "10.000",
        "ctrl1_val_unit": "mA",
        "ctrl2_val": "2.500",
        "ctrl2_val_unit": "V",
        "ctrl3_val": "1.000",
        "ctrl3_val_unit": "mA",
        "charge/discharge": "Discharge",
    }
    impedance = {
        "ctrl_type": "PEIS",
        "ctrl1_val": "10.000",
        "ctrl1_val_unit": "mV",
        "ctrl2_val": "100.000",
        "ctrl2_val_unit": "kHz",
        "ctrl3_val": "10.000",
        "ctrl3_val_unit": "mHz",
        "ctrl_Nd": 6,
    }
    pulse = {"ctrl_type": "CC", "Apply I/C": "I", "ctrl1_val": "1.000", "ctrl1_val_unit": "mA"}
    soc = limits(("|delta SoC|", ">", "2.000", "%", "Next sequence", 3))
    data = settings(modulo(held, impedance, pulse | {"charge/discharge": "Charge"} | soc))
    program = biologic.read(data, {})
    first, spectrum, _ = program.lines
    assert (first.kind, first.value, first.hold_voltage) == ("Discharge", 0.01, 2.5)
    assert stops(first) == [("Current", "<", 0.001, 1)]
    assert isinstance(spectrum, Spectrum)
    assert (spectrum.amplitude, spectrum.mode) == (0.01, "Voltage")
    assert (spectrum.start_frequency, spectrum.end_frequency) == (1e5, 0.01)
    assert "SOC + 0.02" in ucp.explain(restore(program))


GCPL = {
    "Ns": (0, 1, 2),
    "Set I/C": ("I", "C / N", "I"),
    "Is": ("0,000", "1,500", "-3,000"),
    "unit Is": ("mA", "mA", "mA"),
    "vs.": ("<None>",) * 3,
    "N": ("1,00", "2,00", "1,00"),
    "I sign": ("> 0", "> 0", "< 0"),
    "t1 (h:m:s)": ("0:00:0,0000", "5:00:0,0000", "3:00:0,0000"),
    "dE1 (mV)": ("0,00", "5,00", "5,00"),
    "dt1 (s)": ("0,000", "10,000", "10,000"),
    "EM (V)": ("0,000", "4,300", "3,000"),
    "tM (h:m:s)": ("0:00:0,0000", "2:00:0,0000", "0:00:0,0000"),
    "Im": ("0,000", "150,000", "0,000"),
    "unit Im": ("mA", "\u00b5A", "mA"),
    "dtq (s)": ("0,000", "10,000", "10,000"),
    "dQM": ("0,000",) * 3,
    "unit dQM": ("mA.h",) * 3,
    "tR (h:m:s)": ("0:00:0,0000", "0:05:0,0000", "0:05:0,0000"),
    "dER/dt (mV/h)": ("0,0",) * 3,
    "dER (mV)": ("0,00",) * 3,
    "dtR (s)": ("60,000", "10,000", "10,000"),
    "goto Ns'": (0, 0, 1),
    "nc cycles": (0, 0, 4),
}
OCV = {
    "tR (h:m:s)": ("3:00:0,0000",),
    "dER/dt (mV/h)": ("0,0",),
    "record": ("Ewe",),
    "dER (mV)": ("5,00",),
    "dtR (s)": ("10,000",),
}


def test_older_techniques_become_steps_and_loops():
    data = settings(
        table(1, "Open Circuit Voltage", **OCV),
        table(2, "Galvanostatic Cycling with Potential Limitation", **GCPL),
        table(3, "Loop", **{"goto Ne": (2,), "nt times": (49,)}),
    )
    program = biologic.read(data, {})
    rest, charge, held, pause, discharge, again, inner, outer = program.lines
    assert stops(rest) == [("Time", ">=", 10800.0, 1)]
    assert (charge.mode, charge.value) == ("C-rate", 0.5)
    assert stops(charge) == [("Voltage", ">", 4.3, 2), ("Time", ">=", 18000.0, 3)]
    assert (held.mode, held.value) == ("Voltage", 4.3)
    assert stops(held) == [("Time", ">=", 7200.0, 3), ("Current", "<", 0.00015, 3)]
    assert pause.kind == again.kind == "Rest"
    assert (discharge.kind, discharge.value) == ("Discharge", 0.003)
    assert inner == Repeat(start=1, count=5.0)
    assert outer == Repeat(start=1, count=50.0)
    assert parse(data).error is None


def written(text, **more):
    made = convert(text, "biologic_mps", verify=True, **more)
    content = made.files.primary.content
    return made, content.decode("cp1252"), columns(content)


def test_all_columns_are_twenty_characters_wide():
    _, content, cells = written("steps: [{Rest: {duration: 60}}, {Rest: {duration: 90.5}}]")
    lines = content.split("\r\n")
    start = lines.index("Modulo Bat") + 1
    assert {len(line) for line in lines[start:] if line} == {60}
    assert cells["lim1_value"] == ["60.000", "90.500"]
    assert content.encode("cp1252").decode("cp1252") == content


def columns(content):
    rows = {}
    for row in content.decode("cp1252").replace("\r", "").split("\n"):
        rows.setdefault(
            row[:20].strip(), [row[k : k + 20].strip() for k in range(20, len(row), 20)]
        )
    return rows


DIRECTIONS = """
steps:
- Charge: {mode: Current, value: 0.0000075, ends: [Voltage > 4.2]}
- Discharge: {mode: Current, value: 2.5, ends: [Voltage < 3]}
- Discharge: {mode: Voltage, value: 3, ends: [Current < 0.1]}
"""


def test_a_discharge_is_a_sign_in_ec_lab_and_a_word_in_bt_lab():
    made, _, ours = written(DIRECTIONS)
    theirs = columns(made.files.assets[0].content)
    assert ours["ctrl1_val"] == ["7.500", "-2.500", "3.000"]
    assert ours["charge/discharge"] == ["Charge"] * 3
    assert theirs["ctrl1_val"] == ["7.500", "2.500", "3.000"]
    assert theirs["charge/discharge"] == ["Charge", "Discharge", "Discharge"]
    for cells in (ours, theirs):
        assert cells["ctrl1_val_unit"] == ["\u00b5A", "A", "V"]
        assert cells["I Range"] == ["10 \u00b5A", "10 A", "10 A"]
    assert any("range of 10 A" in note for note in made.notes)
    assert any("give each its own software" in note for note in made.notes)


def test_both_files_are_read_as_the_same():
    made, _, _ = written(DIRECTIONS)
    one, other = (
        biologic.read(file.content, {}) for file in (made.files.primary, *made.files.assets)
    )
    assert one == other
    assert [line.kind for line in one.lines] == ["Charge", "Discharge", "Discharge"]


def test_a_word_is_the_direction_of_a_bt_lab_voltage_whatever_is_before_it():
    """As in the public formation: its last sequence discharges at 3.5 V."""
    up = {"ctrl_type": "CC", "Apply I/C": "I", "ctrl1_val": "1.000", "ctrl1_val_unit": "A"}
    held = {"ctrl_type": "CV", "ctrl1_val": "3.500", "ctrl1_val_unit": "V"}
    time = limits(("Time", ">", "1", "h", "Next sequence", 1))
    for one, other in (("Charge", "Discharge"), ("Discharge", "Charge")):
        before = up | time | {"charge/discharge": one}
        data = settings(modulo(before, held | time | {"charge/discharge": other}))
        assert [line.kind for line in biologic.read(data, {}).lines] == [one, other]


RATES_DOWN = """
steps:
- Discharge: {mode: C-rate, value: 0.25, ends: [Voltage < 3]}
"""
HELD = "{mode: Voltage, value: 3.5, ends: [Current < 0.1]}"
UNSHOWN = {
    "first": f"steps:\n- Discharge: {HELD}",
    "after a rest": f"steps:\n- Rest: {{duration: 60}}\n- Discharge: {HELD}",
    "after another": DIRECTIONS + f"- Discharge: {HELD}",
    "against the current": RATES_DOWN + f"- Charge: {HELD}",
}


@pytest.mark.parametrize("case", UNSHOWN)
def test_a_voltage_whose_direction_ec_lab_does_not_show_is_refused(case):
    text = UNSHOWN[case]
    step = text.count("\n- ")
    with pytest.raises(
        Inexpressible, match="say its direction but by the constant current"
    ) as told:
        convert(text, "biologic_mps")
    assert told.value.line == f"step {step}"


INTO = """
steps:
- Rest: {duration: 60, ends: [{"Voltage < 3": {goto: Inside}}]}
- Loop:
    repeat: 3
    steps:
    - Charge: {mode: Current, value: 1, ends: [Voltage > 4.2]}
    - Discharge: {name: Inside, mode: Current, value: 1, ends: [Voltage < 3]}
"""


def test_a_jump_into_the_middle_of_a_loop_is_refused_one_to_its_first_step_written():
    with pytest.raises(Inexpressible, match=r"step 1.*into the middle of a loop, to step 3"):
        convert(INTO, "biologic_mps")
    _, _, cells = written(INTO.replace("goto: Inside", "goto: Loop"))
    assert cells["ctrl_type"] == ["Rest", "CC", "CC", "Loop"]
    with pytest.raises(Inexpressible, match="into the middle of a loop"):
        convert(
            "safety_limits: {max_voltage: {value: 4.3, goto: Inside}}"
            + INTO.replace("goto: Inside", "goto: Loop"),
            "biologic_mps",
        )


def test_a_negative_current_that_is_called_a_discharge_is_refused():
    """Either way of saying it is known, and each turns the other around."""
    up = {"ctrl_type": "CC", "Apply I/C": "I", "ctrl1_val": "-1.000", "ctrl1_val_unit": "mA"}
    end = limits(("Ecell", "<", "3", "V", "Stop", 1))
    with pytest.raises(Unreadable, match=r"Discharge of -0\.001"):
        biologic.read(settings(modulo(up | end | {"charge/discharge": "Discharge"})), {})


RATES = """
steps:
- Charge: {mode: C-rate, value: 0.2, ends: [Voltage > 4.2]}
- Discharge: {mode: C-rate, value: 0.25, ends: [Voltage < 3]}
"""


def test_c_rates_are_currents_of_the_capacity():
    made, content, cells = written(RATES, nominal_capacity_ah=0.05)
    assert cells["Apply I/C"] == ["I", "I"]
    assert cells["ctrl1_val"] == ["10.000", "-12.500"]
    assert columns(made.files.assets[0].content)["ctrl1_val"] == ["10.000", "12.500"]
    assert "Battery capacity : 50.000 mA.h" in content


def test_c_rates_without_a_capacity_are_divided_with_their_direction_as_a_word():
    made, _, ours = written(RATES)
    for cells in (ours, columns(made.files.assets[0].content)):
        assert cells["Apply I/C"] == ["C / N", "C / N"]
        assert cells["N"] == ["5.00", "4.00"]
        assert cells["charge/discharge"] == ["Charge", "Discharge"]
    assert any("enter it in the software" in note for note in made.notes)


@pytest.mark.parametrize("rate", [0.3, 2])
def test_other_c_rates_need_the_capacity(rate):
    with pytest.raises(Inexpressible, match="nominal_capacity_ah"):
        written(RATES.replace("0.25", str(rate)))


def test_a_capacity_becomes_the_time_that_it_takes():
    text = "steps: [{Charge: {mode: Current, value: 0.5, ends: [Capacity > 0.25]}}]"
    _, _, cells = written(text)
    assert (cells["lim1_type"], cells["lim1_value"]) == (["Time"], ["1800.000"])


def test_times_are_rounded_to_milliseconds_and_that_is_told():
    made, _, cells = written("steps: [{Rest: {duration: 2.1314}}, {Rest: {duration: 60}}]")
    assert cells["lim1_value"] == ["2.131", "60.000"]
    assert "Times are rounded to 0.001 s: 2.1314 s of step 1." in made.notes


def test_a_goto_to_the_end_stops_with_the_sequence_that_saved_settings_have():
    text = """
steps:
- Charge: {mode: Current, value: 1, ends: [{"Voltage > 4.2": {goto: End}}, Voltage < 2]}
- Rest: {duration: 60}
"""
    made, _, ours = written(text)
    for cells in (ours, columns(made.files.assets[0].content)):
        assert (cells["lim1_action"][0], cells["lim1_seq"][0]) == ("Stop", "9999")
        assert (cells["lim2_action"][0], cells["lim2_seq"][0]) == ("Next sequence", "1")


def test_bt_lab_gets_its_own_words():
    made, _, _ = written("steps: [{Charge: {mode: Current, value: 1, ends: [Voltage > 4.2]}}]")
    (other,) = made.files.assets
    assert other.name == "protocol-BT-Lab.mps"
    assert other.content.startswith(b"BT-LAB SETTING FILE\r\n")
    assert b"lim1_type           Ecell" in other.content
    assert b"lim1_Qprev_pct      100" in other.content


REFUSED = {
    "four ends": (
        "Charge: {mode: Current, value: 1, duration: 9,"
        ' ends: [Voltage > 4, Voltage < 2, {"Voltage > 4.5": {goto: End}}]}',
        "up to 3 limits",
    ),
    "current": ("Charge: {mode: Current, value: 11, duration: 9}", "the largest range is 10 A"),
    "voltage": ("Charge: {mode: Voltage, value: 12, duration: 9}", "from -10 to 10 V"),
    "time": ("Rest: {duration: 0.0001}", "multiples of 0.001 s"),
    "power": ("Discharge: {mode: Power, value: 1, duration: 9}", "show its sign"),
    "load": ("Discharge: {mode: Resistance, value: 1, duration: 9}", "no public settings"),
    "held discharge": (
        "Discharge: {mode: Current, value: 1, hold_voltage: 3, ends: [Current < 0.1]}",
        "show its sign",
    ),
    "hold": (
        "Charge: {mode: Current, value: 1, hold_voltage: 4.2, ends:"
        ' [{"Current < 0.1": {goto: End}}]}\n- Rest: {duration: 60}',
        "write CC and CV as two",
    ),
    "two last currents": (
        "Charge: {mode: Current, value: 1, hold_voltage: 4, ends: [Current < 0.1, Current < 0.2]}",
        "two ends on the current",
    ),
    "spectrum": (
        "EIS: {start_frequency: 1000, end_frequency: 1}",
        "without an amplitude",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_sequence_cannot_say_is_refused(case):
    step, words = REFUSED[case]
    with pytest.raises(Inexpressible, match=words):
        convert(f"steps:\n- {step}\n", "biologic_mps")


def test_a_line_without_a_sequence_is_refused_by_the_name_of_its_construct():
    lines = (Chamber(temperature=40.0), Hold(kind="Rest", stops=(Stop("Time", ">=", 9.0, 2),)))
    with pytest.raises(Inexpressible, match="cannot express chamber temperature here"):
        biologic.write(Program(lines=lines), "x")


def test_different_limits_on_the_current_are_refused():
    text = "safety_limits: {max_charge_current: 1}\nsteps: [{Rest: {duration: 60}}]"
    with pytest.raises(Inexpressible, match="the same value"):
        convert(text, "biologic_mps")


WRONG = {
    "technique": (table(1, "Cyclic Voltammetry", Ei=("1,0",)), "is 'Cyclic Voltammetry'"),
    "control": (modulo({"ctrl_type": "UP"}), "'UP' is not known"),
    "unit": (
        modulo({"ctrl_type": "CV", "ctrl1_val": "4.2", "ctrl1_val_unit": "kV"}),
        "the unit 'kV' is none of",
    ),
    "number": (
        modulo({"ctrl_type": "CV", "ctrl1_val": "4.2.1", "ctrl1_val_unit": "V"}),
        "'4.2.1' is no number",
    ),
    "relative": (
        modulo({"ctrl_type": "CV", "ctrl1_val": "1", "ctrl1_val_unit": "V", "ctrl1_val_vs": "Eoc"}),
        "'Eoc' is not known",
    ),
    "goto": (
        modulo({"ctrl_type": "Rest"} | limits(("Time", ">", "1", "s", "Goto sequence", 7))),
        "'7' is not known",
    ),
    "loop": (modulo({"ctrl_type": "Loop", "ctrl_seq": 3}), "a sequence after the loop"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_not_known_is_refused_with_its_line(case):
    given, words = WRONG[case]
    with pytest.raises(Unreadable, match=words) as caught:
        biologic.read(settings(given), {})
    assert caught.value.line is not None


@pytest.mark.parametrize(
    ("given", "damaged", "place"),
    [
        ("max = 4,50 V", "max = 4.-100 V", "line 9, Ecell max: '4.-100'"),
        ("|I| = 12,000", "|I| = 1.2.3", r"line 10, \|I\|: '1.2.3'"),
        ("t > 100 ms", "t > 1.0.0 ms", "line 11, for t >: '1.0.0'"),
        ("capacity : 3,000", "capacity : 3.0.0", "Battery capacity: '3.0.0'"),
    ],
)
def test_numbers_above_the_table_are_refused_with_their_line(given, damaged, place):
    data = settings(modulo({"ctrl_type": "Rest"} | limits(("Time", ">", "1", "s", "Stop", 1))))
    assert given.encode() in data
    with pytest.raises(Unreadable, match=place + " is no number"):
        biologic.read(data.replace(given.encode(), damaged.encode()), {})


def test_files_that_are_cut_or_foreign_are_refused():
    data = settings(modulo({"ctrl_type": "Rest"} | limits(("Time", ">", "1", "s", "Stop", 1))))
    assert biologic.recognises(data)
    for share in range(1, 20):
        with pytest.raises(Unreadable):
            biologic.read(data[: len(data) * share // 20], {})
    assert not biologic.recognises(b"EC-Lab ASCII FILE\nNb header lines : 5\n")
    assert not biologic.recognises(b"\x00\xff" * 50)


def test_a_current_limit_of_a_rest_is_told_and_left_out():
    data = settings(
        modulo(
            {"ctrl_type": "Rest"}
            | limits(("Time", ">", "9", "s", "Next sequence", 1), ("I", "<", "4", "mA", "Stop", 1))
        )
    )
    program = biologic.read(data, {})
    assert isinstance(program.lines[0], Hold)
    assert len(program.lines[0].stops) == 1
    assert any("limit on its current" in note for note in program.notes)
