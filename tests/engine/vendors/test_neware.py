"""Neware step files: words, units and order as in public files; what cannot be said is refused."""

import re
from xml.etree import ElementTree

import pytest
from ionworks_engine.vendors import neware
from ionworks_engine.vendors.compare import differences
from ionworks_engine.vendors.convert import convert, parse
from ionworks_engine.vendors.errors import Inexpressible, Unreadable
from ionworks_engine.vendors.flatten import flatten
from ionworks_engine.vendors.program import Guard, Hold, Record, Repeat, Stop

from ionworks import ucp

# As BTS Client 8.0.1.492 saves them: C-rate mode, currents of a cell of 3 mA.h beside the rates.
SAVED = """<?xml version="1.0" encoding="GB2312"?>
<root>
  <config type="Step File" version="18" client_version="BTS Client 8" date="20250917190650">
    <Head_Info>
      <Operate Value="66" />
      <Scale Value="1" />
      <Start_Step Value="1" Hide_Ctrl_Step="0" />
      <Remark Value="扣式电池" />
      <RateType Value="105" />
      <SCQ Value="9000" />
      <MultCap Value="10800" />
    </Head_Info>
    <Whole_Prt>
      <Protect>
        <Main>
          <Volt>
            <Upper Value="50000" />
            <Lower Value="0" />
          </Volt>
        </Main>
      </Protect>
      <Record>
        <Main>
          <Time Value="30000" />
        </Main>
      </Record>
    </Whole_Prt>
    <Step_Info Num="7">
      <Step1 Step_ID="1" Step_Type="4">
        <Limit>
          <Main>
            <Time Value="180000" />
          </Main>
        </Limit>
        <Record>
          <Main>
            <Time Value="5000" />
          </Main>
        </Record>
      </Step1>
      <Step2 Step_ID="2" Step_Type="7">
        <Limit>
          <Main>
            <Curr Value="0.15" />
            <Rate Value="0.05" />
            <Volt Value="42000" />
            <Stop_Curr Value="0.06" />
            <Stop_Rate Value="0.02" />
          </Main>
        </Limit>
      </Step2>
      <Step3 Step_ID="3" Step_Type="1">
        <Limit>
          <Main>
            <Curr Value="1.5" />
            <Rate Value="0.5" />
            <Time Value="7200000" />
            <Stop_Volt Value="44000" />
          </Main>
        </Limit>
      </Step3>
      <Step4 Step_ID="4" Step_Type="3">
        <Limit>
          <Main>
            <Curr Value="1.5" />
            <Rate Value="0.5" />
            <Volt Value="44000" />
            <Time Value="3600000" />
            <Stop_Curr Value="0.03" />
            <Stop_Rate Value="0.01" />
          </Main>
        </Limit>
      </Step4>
      <Step5 Step_ID="5" Step_Type="2">
        <Limit>
          <Main>
            <Curr Value="1.54" />
            <Cap Value="5544" />
            <Stop_Volt Value="500" />
          </Main>
        </Limit>
        <Protect>
          <Main>
            <Volt>
              <Upper Value="46000" />
              <Lower Value="-50000" />
            </Volt>
          </Main>
        </Protect>
      </Step5>
      <Step6 Step_ID="6" Step_Type="5">
        <Limit>
          <Other>
            <Start_Step Value="3" />
            <Cycle_Count Value="500" />
          </Other>
        </Limit>
      </Step6>
      <Step7 Step_ID="7" Step_Type="6">
      </Step7>
    </Step_Info>
    <SMBUS>
      <SMBUS_Info Num="0" AdjacentInterval="0" />
    </SMBUS>
  </config>
</root>
"""
RATE = """
steps:
- Charge: {mode: C-rate, value: 0.5, ends: [Voltage > 4.2]}
- Charge: {mode: Voltage, value: 4.2, ends: [C-rate < 0.05]}
"""


def written(text, **options):
    return convert(text, "neware", verify=True, **options)


def steps_of(made):
    root = ElementTree.fromstring(made.files.primary.content)
    return list(root.find("config/Step_Info"))


def limits(step):
    return {child.tag: float(child.get("Value")) for child in step.find("Limit/Main")}


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_saved_file_is_read(encoding):
    program = neware.read(SAVED.encode(encoding), {})
    assert program.lines == (
        Hold(kind="Rest", stops=(Stop("Time", ">=", 180.0, 1),), record=Record(time=5.0)),
        Hold(
            kind="Charge",
            mode="C-rate",
            value=0.05,
            hold_voltage=4.2,
            stops=(Stop("C-rate", "<", 0.02, 2),),
        ),
        Hold(
            kind="Charge",
            mode="C-rate",
            value=0.5,
            stops=(Stop("Voltage", ">", 4.4, 3), Stop("Time", ">=", 7200.0, 3)),
        ),
        Hold(
            kind="Charge",
            mode="Voltage",
            value=4.4,
            stops=(Stop("C-rate", "<", 0.01, 4), Stop("Time", ">=", 3600.0, 4)),
        ),
        Hold(
            kind="Discharge",
            mode="Current",
            value=0.00154,
            stops=(
                Stop("Voltage", "<", 0.05, 5),
                Stop("Capacity", ">", 0.00154, 5),
                Stop("Voltage", ">", 4.6, 6),
            ),
        ),
        Repeat(start=2, count=500.0),
    )
    assert program.guards == (Guard("Voltage", "high", 5.0, 6), Guard("Voltage", "low", 0.0, 6))
    assert program.record == Record(time=30.0)
    assert program.capacity == pytest.approx(0.003)
    assert program.title == "扣式电池"
    assert program.notes == ("The limit on the voltage of -5 V of Step5 of the file was not read.",)


def test_what_was_read_is_written_to_read_back_equal():
    program = neware.read(SAVED.encode(), {})
    again = neware.read(neware.write(program, "again").primary.content, {})
    assert again == program


def test_the_elements_stand_in_the_order_of_saved_files():
    made = written(RATE, nominal_capacity_ah=3)
    text = made.files.primary.content.decode()
    assert text.startswith(
        '<?xml version="1.0" encoding="utf-8"?>\n<root>\n  <config type="Step File"'
    )
    held = steps_of(made)[1]
    assert [child.tag for child in held.find("Limit/Main")] == [
        "Curr", "Rate", "Volt", "Stop_Curr", "Stop_Rate"
    ]  # fmt: skip
    order = [child.tag for child in ElementTree.fromstring(text).find("config")]
    saved = [child.tag for child in ElementTree.fromstring(SAVED).find("config")]
    assert order == saved


def test_a_step_stores_rows_by_a_rule_that_stands_behind_its_limits():
    """Public step files have Limit, then protections, then Record."""
    made = written("""
steps:
- Rest: {duration: 60, resolution: {time: 5}}
- Rest: {duration: 60}
""")
    first, second, _ = steps_of(made)
    assert [child.tag for child in first] == ["Limit", "Record"]
    assert first.find("Record/Main/Time").get("Value") == "5000"
    assert [child.tag for child in second] == ["Limit"]


def test_a_protocol_without_resolution_stores_a_row_a_minute_and_says_so():
    root = ElementTree.fromstring(written(RATE, nominal_capacity_ah=3).files.primary.content)
    record = root.find("config/Whole_Prt/Record/Main")
    assert [(child.tag, child.get("Value")) for child in record] == [("Time", "60000")]
    told = "A row is saved every 60 s where the protocol says nothing."
    assert told in written(RATE, nominal_capacity_ah=3).notes
    given = "global: {resolution: {voltage: 0.01}}" + RATE
    assert told not in written(given, nominal_capacity_ah=3).notes


PROTECTIONS = (
    '<Protect><Main><Volt><Upper Is_Select="{on}" Value="45000" /></Volt>'
    '<Curr><Upper Value="2000" /><Lower Value="-3000" /></Curr>'
    '<Temp Is_Select="{on}"><Upper Value="600" /></Temp><Cap><Upper Value="7200" /></Cap>'
    '<Delay_Time Value="0" /></Main><Aux><Upper Value="{aux}" /></Aux></Protect>'
)


def protected(at, **values):
    """The saved file with its protections replaced at one place."""
    return neware.read(SAVED.replace(at, PROTECTIONS.format(**values) + at, 1).encode(), {})


def unread(program):
    return [re.sub(r" \(line \d+\)", "", note) for note in program.notes]


def test_protections_that_the_language_cannot_say_are_told():
    of_step = protected("</Step3>", on="1", aux="500")
    stops = of_step.lines[2].stops
    assert Stop("Voltage", ">", 4.5, 6) in stops
    assert Stop("Current", ">", 2.0, 6) in stops
    assert unread(of_step)[:4] == [
        f"The {what} of Step3 of the file was not read."
        for what in ("protection Aux", "protection Temp", "protection Cap",
                     "limit on the discharge current")
    ]  # fmt: skip
    text = re.sub(r"<Protect>.*?</Protect>", "", SAVED, count=1, flags=re.DOTALL)
    whole = "<Whole_Prt>" + PROTECTIONS.format(on="1", aux="500")
    of_test = neware.read(text.replace("<Whole_Prt>", whole).encode(), {})
    assert of_test.guards == (
        Guard("Voltage", "high", 4.5, 6),
        Guard("Charge current", "high", 2.0, 6),
        Guard("Discharge current", "high", 3.0, 6),
    )
    assert unread(of_test)[-3:] == [
        f"The protection {what} of the file was not read." for what in ("Aux", "Temp", "Cap")
    ]


def test_a_current_limit_of_the_wrong_sign_is_told():
    whole = '<Curr><Upper Value="0" /><Lower Value="5" /></Curr><Volt>'
    program = neware.read(SAVED.replace("<Volt>", whole, 1).encode(), {})
    assert [guard.quantity for guard in program.guards] == ["Voltage", "Voltage"]
    assert program.notes[-2:] == (
        "The limit on the charge current of 0 A of the file was not read.",
        "The limit on the discharge current of -0.005 A of the file was not read.",
    )


def test_what_is_deselected_is_not_in_force():
    of_step = protected("</Step3>", on="0", aux="500")
    assert [stop for stop in of_step.lines[2].stops if stop.goto == 6] == [
        Stop("Current", ">", 2.0, 6)
    ]
    assert not any("Temp" in note for note in of_step.notes)
    for old, found in (
        ('<Upper Value="50000" />', lambda program: len(program.guards) == 1),
        ('<Time Value="30000" />', lambda program: program.record == Record()),
        ('<Time Value="5000" />', lambda program: program.lines[0].record == Record()),
    ):
        text = SAVED.replace(old, old.replace("Value", 'Is_Select="0" Value'), 1)
        assert found(neware.read(text.encode(), {})), old
        assert not found(neware.read(SAVED.encode(), {})), old


def test_counts_of_no_protections_are_not_told():
    """As public programs write them into every step."""
    empty = '<AdvancedPrt><CV_Chg><CurrRise Count="0" /></CV_Chg><Safe N2GroupCount="0" />'
    text = SAVED.replace("</Step3>", f"{empty}</AdvancedPrt></Step3>", 1)
    assert neware.read(text.encode(), {}) == neware.read(SAVED.encode(), {})
    assert neware.read(text.encode(), {}).notes == neware.read(SAVED.encode(), {}).notes
    some = neware.read(text.replace('Count="0"', 'Count="2"', 1).encode(), {})
    assert "The protection AdvancedPrt of Step3 of the file was not read." in unread(some)


def test_c_rates_become_milliamps_of_the_nominal_capacity():
    charge, held, end = steps_of(written(RATE, nominal_capacity_ah=3))
    assert limits(charge) == {"Curr": 1500, "Rate": 0.5, "Stop_Volt": 42000}
    assert limits(held) == {
        "Curr": 1500, "Rate": 0.5, "Volt": 42000, "Stop_Curr": 150, "Stop_Rate": 0.05
    }  # fmt: skip
    assert end.get("Step_Type") == "6"
    assert (
        parse(written(RATE, nominal_capacity_ah=3).files.primary.content).nominal_capacity_ah == 3
    )


@pytest.mark.parametrize(
    "text", [RATE, RATE.replace("mode: C-rate, value: 0.5", "mode: Current, value: 1.5")]
)
def test_c_rates_without_a_capacity_are_refused(text):
    with pytest.raises(Inexpressible, match="give nominal_capacity_ah") as caught:
        convert(text, "neware")
    assert caught.value.line in ("step 1", "step 2")


def test_gotos_are_conditions_with_the_number_of_a_step():
    made = written("""
steps:
- Charge:
    mode: Current
    value: 1
    duration: 600
    ends: [Voltage > 4.1, {"Voltage < 2.5": {goto: Park}}, {"Current > 1.2": {goto: End}}]
- Rest: {duration: 60, ends: [{"Time > 30": {goto: Park}}]}
- Rest: {name: Park, duration: 5}
""")
    first, second = steps_of(made)[:2]
    conditions = [dict(child.items()) for child in first.find("Limit/Other")]
    facts = ("type", "CmpType", "Value", "Jump_Line")
    assert [tuple(one[key] for key in facts) for one in conditions] == [
        ("1", "5", "25000", "3"),
        ("2", "3", "1200", "4"),
    ]
    assert first.find("Limit/Other").get("CndCount") == "2"
    assert second.find("Limit/Other/Cnd1").get("CmpType") == "4"
    assert any("condition with a jump" in note for note in made.notes)


def test_conditions_of_public_programs_are_read():
    condition = (
        '<Other CndCount="1"><Cnd1 type="1" Function="0" CmpType="3" Jump_Line="{}" Value="36000"'
        ' TimeGoto="0" GlobleUserID="2147483647" GLobleType="1" GlobalVar="2147483647" Aux="0" />'
        "</Other></Limit>"
    )
    for jump, line in (("65526", 1), ("6", 5), ("7", 6), ("65533", 6)):
        text = SAVED.replace("</Limit>", condition.format(jump), 1)
        program = neware.read(text.encode(), {})
        assert program.lines[0].stops[0] == Stop("Voltage", ">", 3.6, line)
    assert "'stop'" in program.notes[0]


def test_a_voltage_held_from_elsewhere_keeps_its_current_as_a_limit():
    text = SAVED.replace('<Stop_Volt Value="44000" />', '<Stop_Volt Value="43000" />')
    held = neware.read(text.encode(), {}).lines[3]
    assert (held.mode, held.value, held.hold_voltage) == ("C-rate", 0.5, 4.4)


def test_a_rate_and_a_current_that_differ_are_told():
    text = SAVED.replace('<Curr Value="0.15" />', '<Curr Value="0.3" />')
    program = neware.read(text.encode(), {})
    assert (program.lines[1].mode, program.lines[1].value) == ("C-rate", 0.05)
    assert "0.05 C and 0.0003 A" in program.notes[0]
    absolute = neware.read(
        text.replace('RateType Value="105"', 'RateType Value="103"').encode(), {}
    )
    assert (absolute.lines[1].mode, absolute.lines[1].value) == ("Current", 0.0003)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('<Scale Value="1" />', '<Scale Value="100" />', "Scale: the scale is 100"),
        ('Step_Type="2"', 'Step_Type="17"', "type 17 (simulation of a profile) are not read"),
        ('Step_Type="2"', 'Step_Type="99"', "type 99 are not read"),
        ('Step_Type="2"', 'Step_Type="x"', "Step_Type is 'x'"),
        ('Step_ID="3"', 'Step_ID="4"', "this is the step 4; 3 should stand here"),
        ('<Curr Value="1.54" />', "", "<Curr> is missing"),
        ('Value="1.54"', 'Value="1,54"', "the value '1,54' is no number"),
        ('Value="1.54"', 'Value="nan"', "the value 'nan' is no number"),
        ("<Cap ", "<Cop ", "Cop: this limit is not known"),
        ('<Start_Step Value="3" />', '<Start_Step Value="9" />', "goes to step 9"),
        ('<Cycle_Count Value="500" />', '<Cycle_Count Value="0" />', "runs 0 times"),
        ('<Time Value="180000" />', "", "nothing ends this step"),
        ('type="Step File"', 'type="Map File"', "this is no step file"),
    ],
)
def test_what_is_not_known_is_refused_with_its_line(old, new, said):
    with pytest.raises(Unreadable, match=re.escape(said)) as caught:
        neware.read(SAVED.replace(old, new, 1).encode(), {})
    assert caught.value.line


def test_every_cut_of_a_file_is_refused():
    data = SAVED.encode()
    for size in range(0, len(data) - len("</root>\n"), 97):
        with pytest.raises(Unreadable):
            neware.read(data[:size], {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "steps: [{Charge: {mode: Current, value: 1, ends: [{'Voltage > 4': {goto: End}}]}},"
            " {Rest: {duration: 9}}]",
            "a step that ends by jumps alone",
        ),
        ("steps: [{Rest: {ends: [Voltage < 3]}}]", "a step that ends by jumps alone"),
        (
            "steps: [{Discharge: {mode: Current, value: 1, duration: 9, ends: [Current > 2]}}]",
            "a jump on the current of a discharge",
        ),
        (
            "steps: [{Charge: {mode: Current, value: 1e-12, ends: [Voltage > 4]}}]",
            "the number 1e-09",
        ),
        (
            "steps: [" + "{Rest: {duration: 60}}," * 255 + "]",
            "255 steps",
        ),
    ],
)
def test_what_a_file_has_no_place_for_is_refused(text, said):
    with pytest.raises(Inexpressible, match=re.escape(said)):
        convert(text, "neware")


def test_values_are_kept_to_the_digits_that_a_file_has():
    text = "steps: [{Charge: {mode: Current, value: 0.000123456, ends: [Voltage > 3.65432]}}]"
    charge = steps_of(written(text))[0]
    assert limits(charge) == {"Curr": 0.123456, "Stop_Volt": 36543.2}


def test_the_same_protocol_is_the_same_file():
    first, second = written(RATE, nominal_capacity_ah=3), written(RATE, nominal_capacity_ah=3)
    assert first == second


def test_a_parsed_file_is_a_protocol_that_means_the_same():
    parsed = parse(SAVED.encode())
    assert parsed.cycler_type == "Neware"
    program = neware.read(SAVED.encode(), {})
    assert differences(program, flatten(ucp.load(parsed.ucp), capacity=0.003)) == []


def test_a_jump_into_the_middle_of_a_loop_is_refused():
    text = """
steps:
- Discharge: {mode: Current, value: 1, duration: 99, ends: [{"Voltage < 3.5": {goto: Inside}}]}
- Loop:
    repeat: 3
    steps:
    - Rest: {duration: 1}
    - Rest: {name: Inside, duration: 2}
"""
    with pytest.raises(Inexpressible, match=r"step 1.*middle of a loop, to step 3"):
        convert(text, "neware")
