"""Experiment strings, held to what PyBaMM itself reads in them."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ionworks import ucp
from ionworks.ucp.evaluate import evaluate
from ionworks.ucp.tree import Live, Position

STRINGS = [
    "Discharge at 1C for 0.5 hours",
    "Discharge at C/20 for 0.5 hours",
    "Charge at 0.5 C for 45 minutes",
    "Discharge at 1 A for 0.5 hours",
    "Charge at 200 mA for 45 minutes",
    "Discharge at 1W for 0.5 hours",
    "Charge at 200mW for 45 minutes",
    "Rest for 10 minutes",
    "Hold at 1V for 20 seconds",
    "Charge at 1 C until 4.1V",
    "Hold at 4.1 V until 50mA",
    "Hold at 3V until C/50",
    "Discharge at C/3 for 2 hours or until 2.5 V",
    "Discharge at 5 W for 90 min or until 3 V",
    "Charge at 4.2 V until 0.05 A",
    "Rest for 1.5 h (30 second period)",
    "Charge at C/5 for 30 minutes or until 4200 mV (1 minute period)",
    "Discharge at 4 Ohm until 2.5 V",
    "Discharge at 50 mOhm for 10 s",
    "Rest for 1 hour or until > 3.2 V",
]
MODES = {"CRate": "C-rate"} | {mode: mode for mode in ("Current", "Voltage", "Power", "Resistance")}
QUANTITIES = {
    "VoltageTermination": "Voltage",
    "CurrentTermination": "Current",
    "CRateTermination": "C-rate",
}


@pytest.mark.parametrize("text", STRINGS)
def test_a_string_means_what_pybamm_reads_in_it(text):
    pybamm = pytest.importorskip("pybamm")
    require_same(text, pybamm.step.string(text))


decimals = st.integers(1, 9999).flatmap(
    lambda number: st.sampled_from([f"{number}", f"{number / 100:g}", f"{number}e-2"])
)
values = st.builds("{}{}{}".format, decimals, st.sampled_from(["", " "]), st.sampled_from("AVWC"))
milli = st.builds("{} m{}".format, decimals, st.sampled_from("AVW"))
shares = st.builds("C/{}".format, st.integers(1, 100))
times = st.builds(
    "{} {}".format,
    decimals,
    st.sampled_from(
        [
            "s",
            "sec",
            "second",
            "seconds",
            "m",
            "min",
            "minute",
            "minutes",
            "h",
            "hr",
            "hour",
            "hours",
        ]
    ),
)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["Charge", "Discharge"]),
    values | milli | shares,
    st.none() | times,
    st.sampled_from([None, "2.5 V", "4200mV", "> 3 V", "< 3.5V", "C/50", "20 mA"]),
    st.none() | times,
)
def test_any_string_means_what_pybamm_reads_in_it(verb, value, duration, until, period):
    pybamm = pytest.importorskip("pybamm")
    assume(duration or until)
    assume(not (value.endswith("V") and "m" not in value and float(value.rstrip(" V")) > 1000))
    text = f"{verb} at {value}"
    text += f" for {duration}" if duration else ""
    text += f"{' or' if duration else ''} until {until}" if until else ""
    text += f" ({period} period)" if period else ""
    ends_on_what_it_holds = until is not None and held(value) == held(until)
    errors = [finding for finding in ucp.check(text) if finding.severity == "error"]
    assert bool(errors) == ends_on_what_it_holds
    if not ends_on_what_it_holds:
        require_same(text, pybamm.step.string(text))


def held(text):
    """The quantity that a value fixes: a C-rate fixes the current."""
    return re.sub("[^AVWC]", "", text).replace("C", "A")


def require_same(text, theirs):
    protocol = ucp.load(text)
    (ours,) = protocol.steps
    if theirs.duration is not None and " for " in text:
        assert ours.duration.value == pytest.approx(theirs.duration, rel=1e-12)
    else:
        assert ours.duration is None
    if ours.kind == "Rest":
        assert type(theirs).__name__ == "Rest"
    else:
        assert ours.mode == MODES[type(theirs).__name__]
        assert ours.value.value == pytest.approx(abs(theirs.value), rel=1e-12)
        if ours.mode != "Voltage":
            assert ours.kind.lower() == theirs.direction
    limits = [(QUANTITIES[type(end).__name__], end.value) for end in theirs.termination]
    assert [(end.quantity, end.value.value) for end in ours.ends] == [
        (quantity, pytest.approx(value, rel=1e-12)) for quantity, value in limits
    ]
    period = ours.resolution and ours.resolution.time.value
    assert period == (pytest.approx(theirs.period) if "period" in text else None)


def steps(text):
    return [
        (step.kind, step.mode, step.value and step.value.value, [end.text for end in step.ends])
        for step in ucp.load(text).steps
    ]


def test_directions_of_ends_and_holds():
    text = """
    # one cycle
    Discharge at 1C until 2.5 V     # down
    Hold at 2.5 V until C/50
    Rest for 10 minutes

    Charge at 1 A until 4.2 V
    Rest for 10 minutes
    Hold at 4.2 V until 50 mA
    """
    assert steps(text) == [
        ("Discharge", "C-rate", 1, ["Voltage < 2.5"]),
        ("Discharge", "Voltage", 2.5, ["C-rate < 0.02"]),
        ("Rest", None, None, []),
        ("Charge", "Current", 1, ["Voltage > 4.2"]),
        ("Rest", None, None, []),
        (None, "Voltage", 4.2, ["Current < 0.05"]),
    ]
    lines = [step.position.line for step in ucp.load(text).steps]
    assert lines == [3, 4, 5, 7, 8, 9]


@pytest.mark.parametrize(
    "before", ["", "Rest for 1 hour\n", "Charge at 1C for 1 h\nRest for 1 h\n"]
)
def test_a_hold_without_a_direction_before_it_goes_as_the_voltage_says(before):
    step = ucp.load(f"{before}Hold at 4.2 V until C/50 or 50 mA").steps[-1]
    assert (step.kind, step.mode, step.value.value) == (None, "Voltage", 4.2)
    above = evaluate(step.direction, {Live("Voltage", Position("")): 4.3}.__getitem__)
    below = evaluate(step.direction, {Live("Voltage", Position("")): 4}.__getitem__)
    assert (above, below) == (1, -1)
    assert [end.text for end in step.ends] == ["C-rate < 0.02", "Current < 0.05"]


def test_a_power_step_may_end_on_current():
    assert steps("Discharge at 5 W until 3 A")[0][3] == ["Current < 3"]


def test_a_rest_may_end_on_a_voltage_with_a_sign():
    assert steps("Rest for 1 h or until > 3 V")[0][3] == ["Voltage > 3"]


def test_lists_are_read_like_lines():
    strings = ["Discharge at C/3 until 2.5 V", "Rest for 10 minutes"]
    as_yaml = "- Discharge at C/3 until 2.5 V\n- Rest for 10 minutes  # wait\n"
    as_flow = '["Discharge at C/3 until 2.5 V",\n "Rest for 10 minutes"]'
    as_lines = '"Discharge at C/3 until 2.5 V",\n"Rest for 10 minutes"\n'
    wanted = ucp.body("\n".join(strings))
    for source in (strings, tuple(strings), as_yaml, as_flow, as_lines):
        assert ucp.body(source) == wanted
    assert ucp.load(as_yaml).steps[1].position.line == 2


def test_the_body_is_a_protocol_with_exact_numbers():
    body = ucp.body("Discharge at C/3 until 2.5 V\nRest for 10 minutes (5 second period)")
    assert body == {
        "steps": [
            {"Discharge": {"mode": "C-rate", "value": 1 / 3, "ends": ["Voltage < 2.5"]}},
            {"Rest": {"duration": 600, "resolution": {"time": 5}}},
        ],
    }
    assert ucp.check(body) == []


def test_a_step_may_end_on_several_things():
    assert steps("Charge at 5 W until 4.2 V or C/50 or 20 mA")[0][3] == [
        "Voltage > 4.2",
        "C-rate < 0.02",
        "Current < 0.02",
    ]


@pytest.mark.parametrize(
    ("text", "degrees", "seconds"),
    [
        ("Rest for 1 h at 25oC", 25, None),
        ("Rest for 1 h (45 degC)", 45, None),
        ("Rest for 1 h at -10 °C", -10, None),
        ("Rest for 1 h at 298.15K", 25, None),
        ("Hold at 4.2 V until C/50 at 10oC (30 second period)", 10, 30),
        ("Hold at 4.2 V until C/50 (2 minute period) at 283.15 K", 10, 120),
        ("Charge at 1 A until 4.2 V (1 hour period)", None, 3600),
    ],
)
def test_temperature_and_period_stand_at_the_end(text, degrees, seconds):
    (step,) = ucp.load(text).steps
    assert (step.temperature and step.temperature.value) == degrees
    assert (step.resolution and step.resolution.time.value) == seconds


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("Rest for 1 h\nDischrge at 1C for 1 h", "bad-instruction", "Discharge"),
        ("Rest for 1 day", "bad-instruction", "hours"),
        ("Rest for ten minutes", "bad-instruction", "minutes"),
        ("Rest for 1 h (soon period)", "bad-instruction", "seconds"),
        ("Rest at 1 A for 1 h", "bad-instruction", "no value"),
        ("Rest for 1 h or until 3 V", "bad-instruction", "rise or fall"),
        ("Rest for 1 h or until 3 A", "bad-instruction", "no current"),
        ("Charge for 1 h", "bad-instruction", "needs a value"),
        ("Charge at 1 for 1 h", "bad-instruction", "unit"),
        ("Charge at 1 c for 1 h", "bad-instruction", "unit"),
        ("Charge at 1 mC for 1 h", "bad-instruction", "unit"),
        ("Charge at C/0 for 1 h", "bad-instruction", "unit"),
        ("Charge at 1e999 A for 1 h", "bad-instruction", "unit"),
        ("Charge at 1 A until 4 Ohm", "bad-instruction", "resistance"),
        ("Hold at 4.2 V until > C/50", "bad-instruction", "without"),
        ("Charge at 5 W until < 1 A", "bad-instruction", "magnitudes"),
        ("Rest for 1 h at 25oC (45oC)", "bad-instruction", "Keep one"),
        ("Rest for 1 h (1 s period) (2 s period)", "bad-instruction", "Keep one"),
        ("Rest for 1 h at 1.2.3oC", "bad-instruction", "25oC"),
        ("Rest for 1 h at 400 degC", "out-of-range", "kelvin"),
        ("Charge at 1 A until 4.2 V or 4", "bad-instruction", "unit"),
        ("Hold at 1 A for 1 h", "bad-instruction", "voltage"),
        ("Charge at 1 A until 2 A", "bad-instruction", "cannot end"),
        ("Charge at 1 A until C/2", "bad-instruction", "cannot end"),
        ("Hold at 4.2 V until 4.1 V", "bad-instruction", "cannot end"),
        ("Charge at 1 A until 1 h", "bad-instruction", "unit"),
        ("Run for 1 h", "bad-instruction", "no instruction"),
        ("Rest for " + "1" * 400 + " s", "bad-instruction", "too long"),
        ("Charge at 0 A for 1 h", "out-of-range", "Rest"),
        ("Rest for 1 h\nCharge at 1 A", "missing-end", "never end"),
        ("- Rest for 1 h\n- 5", "bad-instruction", "Every item"),
    ],
)
def test_wrong_strings(text, code, words):
    findings = ucp.check(text)
    assert [finding.code for finding in findings] == [code]
    assert words in f"{findings[0].message} {findings[0].suggestion}"
    assert findings[0].position.line is not None


def test_all_wrong_lines_are_named_at_once():
    findings = ucp.check("Rest for 1 day\nRest for 1 h\nCharge at 1 for 1 h")
    assert [finding.position.line for finding in findings] == [1, 3]
    with pytest.raises(ucp.ProtocolError, match="1 day"):
        ucp.body("Rest for 1 day")


def test_strings_among_steps_are_told_to_stand_alone():
    (finding,) = ucp.check({"steps": ["Rest for 1 hour"]})
    assert finding.code == "bare-step"
    assert "without `steps:`" in finding.message
