"""Giving a protocol its numbers."""

import pytest

from ionworks import ucp

TEXT = """
global:
  initial_soc: input["Start"]
  resolution: {time: 'input["dt"]'}
steps:
  - Cycle:
      repeat: input["Cycles"]
      steps:
        - Discharge:
            mode: C-rate
            value: input["C-rate"]
            duration: input["Limit [s]"]
            ends:
              - Voltage < input["Cut-off [V]"]
              - {variable: SOC, value: 'input["Low"]'}
        - Rest: {duration: 60}
"""
VALUES = {
    "Start": 1,
    "dt": 5,
    "Cycles": 2,
    "C-rate": "0.5",
    "Limit [s]": 7200,
    "Cut-off [V]": 2.5,
    "Low": 0.1,
}
REST = {"steps": [{"Rest": {"duration": 1}}]}


def bind(values, source=TEXT):
    return ucp.bind(ucp.load(source), values)


def findings(values, source=TEXT):
    with pytest.raises(ucp.ProtocolError) as caught:
        bind(values, source)
    return caught.value.findings


def test_every_input_becomes_its_number():
    bound = bind(VALUES)
    (cycle,) = bound.steps
    step = cycle.steps[0]
    assert (bound.start.soc.value, bound.start.resolution.time.value) == (1.0, 5.0)
    assert (cycle.repeat.value, step.value.value, step.duration.value) == (2.0, 0.5, 7200.0)
    assert [end.text for end in step.ends] == ["Voltage < 2.5", "SOC <= 0.1"]
    assert step.ends[0].position.line == 14


def test_the_bound_tree_is_that_of_the_same_document_with_numbers():
    text = TEXT
    for name, value in VALUES.items():
        text = text.replace(f'input["{name}"]', str(value))
    plain, bound = ucp.load(text), bind(VALUES)
    assert [end.text for end in plain.steps[0].steps[0].ends] == [
        end.text for end in bound.steps[0].steps[0].ends
    ]
    assert plain.steps[0].steps[0].value.value == bound.steps[0].steps[0].value.value
    assert plain.steps[0].repeat.value == bound.steps[0].repeat.value


def test_binding_leaves_the_protocol_alone():
    protocol = ucp.load(TEXT)
    ucp.bind(protocol, VALUES)
    assert protocol == ucp.load(TEXT)


def test_missing_inputs_are_named_with_the_place_of_their_first_use():
    found = findings({})
    assert [finding.code for finding in found] == ["missing-input"] * 7
    assert str(found[2].position) == "steps[0].Cycle.repeat (line 7, column 15)"
    assert all(
        repr(name) in finding.message
        for name, finding in zip(
            ["Start", "dt", "Cycles", "C-rate", "Limit [s]", "Cut-off [V]", "Low"],
            found,
            strict=True,
        )
    )


def test_extra_parameters_are_refused_with_near_names():
    (finding,) = findings({**VALUES, "c_rate": 1})
    assert (finding.code, finding.suggestion) == ("unknown-parameter", "C-rate")
    assert str(finding.position) == "experiment_parameters['c_rate']"
    (finding,) = findings({**VALUES, "Ambient temperature": 30})
    assert finding.suggestion == "Ambient temperature [degC]"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, None, "abc", "", [1], "nan"])
def test_what_is_no_finite_number_is_refused(value):
    (finding,) = findings({**VALUES, "C-rate": value})
    assert finding.code == "not-a-number"
    assert "C-rate" in finding.position.path


@pytest.mark.parametrize(
    ("name", "value", "words", "line"),
    [
        ("Start", 80, "soc_percentage", 3),
        ("dt", 0, "above 0", 4),
        ("Cycles", 1.5, "whole", 7),
        ("C-rate", -1, "magnitudes", 11),
        ("C-rate", 0, "Rest", 11),
        ("Limit [s]", -5, "above 0", 12),
        ("Low", 50, "fraction", 15),
    ],
)
def test_values_are_judged_in_their_place(name, value, words, line):
    (finding,) = findings({**VALUES, name: value})
    assert finding.code == "out-of-range"
    assert f"input[{name!r}]" in finding.message
    assert words in finding.message
    assert finding.position.line == line


def test_a_value_used_twice_is_judged_once_a_rule():
    ends = ['SOC < input["x"]', 'SOC < input["x"]', 'Voltage < input["x"]']
    source = {"steps": [{"Rest": {"ends": ends}}]}
    assert [finding.code for finding in findings({"x": -1}, source)] == ["out-of-range"] * 2


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("Initial SOC", 0.5, (0.5, "fraction", None, None)),
        ("initial_soc", "0.5", (0.5, "fraction", None, None)),
        ("Initial SOC [%]", 50, (50, "percent", None, None)),
        ("Initial voltage [V]", 3.7, (None, "fraction", 3.7, None)),
        ("Initial temperature [degC]", 30, (None, "fraction", None, 30)),
        ("Ambient temperature [degC]", 30, (None, "fraction", None, 30)),
        ("Temperature [degC]", 30, (None, "fraction", None, 30)),
        ("initial_temperature", 30, (None, "fraction", None, 30)),
        ("temperature", -10, (None, "fraction", None, -10)),
    ],
)
def test_the_start_may_always_be_set(name, value, wanted):
    start = bind({name: value}, REST).start
    given = [start.soc, start.voltage, start.temperature]
    soc, voltage, heat = [None if item is None else item.value for item in given]
    assert (soc, start.soc_unit, voltage, heat) == wanted
    full = {"global": {"initial_soc": 1, "temperature": 25}, **REST}
    again = bind({name: value}, full).start
    changed = again.soc or again.voltage if wanted[3] is None else again.temperature
    assert changed.value == float(value)
    assert (again.soc is None) == (wanted[2] is not None)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"Initial SOC": 80}, "out-of-range"),
        ({"Initial SOC [%]": 101}, "out-of-range"),
        ({"Initial voltage [V]": -1}, "out-of-range"),
        ({"temperature": 300}, "out-of-range"),
        ({"Initial SOC": 0.5, "Initial SOC [%]": 60}, "contradiction"),
        ({"Initial SOC": 0.5, "Initial voltage [V]": 3.7}, "contradiction"),
        ({"temperature": 20, "Temperature [degC]": 25}, "contradiction"),
        ({"Initial soc": 0.5}, "unknown-parameter"),
    ],
)
def test_wrong_overrides(values, code):
    (finding,) = findings(values, REST)
    assert finding.code == code
    assert finding.position.path.startswith("experiment_parameters[")


def test_overrides_may_agree():
    start = bind({"Initial SOC": 0.3, "Initial SOC [%]": 30, "temperature": 20}, REST).start
    assert start.soc.value == 0.3


def test_a_name_that_the_protocol_uses_is_just_that_input():
    source = {
        "global": {
            "initial_state_type": "soc_percentage",
            "initial_state_value": 'input["Initial SOC"]',
        },
        "steps": [{"Rest": {"duration": 'input["temperature"]'}}],
    }
    bound = bind({"Initial SOC": 80, "temperature": 600}, source)
    assert (bound.start.soc.value, bound.start.soc_unit, bound.start.temperature) == (
        *(80, "percent"),
        None,
    )
    assert bound.steps[0].duration.value == 600


def test_an_override_takes_the_place_of_an_input():
    source = {"global": {"initial_soc": 'input["x"]'}, **REST}
    assert bind({"Initial SOC [%]": 50}, source).start.soc.value == 50
    assert bind({"Initial SOC [%]": 50, "x": 0.5}, source).start.soc.value == 50
    assert findings({"Initial SOC [%]": 50, "x": 0.6}, source)[0].code == "contradiction"


RATES = """
global: {initial_soc: 'input["percent"] / 100'}
safety_limits: {max_voltage: 'input["V"] + 0.1'}
steps:
  - Control: {set_variable: [{name: VAR_N, eval: 'input["n"] * 2'}]}
  - Loop:
      repeat: input["n"] - 1
      steps:
        - Charge:
            mode: C-rate
            value: ifelse(VAR_N > input["n"], input["rate"], 2 * input["rate"])
            hold_voltage: input["V"]
            ends:
              - C-rate < input["rate"] / 20
              - {"Capacity > input['rate'] * VAR_N": {goto: Next}}
        - Control: {ends: [{"VAR_N > input['n']": {goto: Next}}]}
        - Ambient temperature: {value: 'input["n"] * 10'}
        - Waveform: {shape: sine, mode: Current, amplitude: 1, period: 'input["n"]', duration: 1}
"""
NUMBERS = {"percent": 80, "V": 4.2, "n": 2, "rate": 0.5}


def test_inputs_inside_expressions_are_bound_and_folded():
    tree = bind(NUMBERS, RATES)
    text = RATES
    for name, number in NUMBERS.items():
        text = text.replace(f'input["{name}"]', str(number)).replace(
            f"input['{name}']", str(number)
        )
    plain = ucp.load(text)
    assert tree.start.soc.value == plain.start.soc.value == 0.8
    assert tree.safety.limits[0].value.value == pytest.approx(4.3)
    assert "input" not in ucp.dump(tree)
    assert ucp.dump(tree) == ucp.dump(plain)
    loop = tree.steps[1]
    assert loop.repeat.value == 1
    assert [end.text for end in loop.steps[0].ends] == ["C-rate < 0.025", "Capacity > 0.5 * VAR_N"]
    assert loop.steps[3].frequency.value == 0.5


@pytest.mark.parametrize(
    ("name", "value", "code", "words"),
    [
        ("percent", 180, "out-of-range", 'input["percent"] / 100: The initial SOC'),
        ("n", 0.5, "out-of-range", "number of repeats"),
        ("n", 21, "out-of-range", "temperature"),
        ("n", 0, "no-value", "divides by zero"),
        ("rate", 0, "out-of-range", "C-rate"),
    ],
)
def test_values_that_are_worked_out_are_judged_in_their_place(name, value, code, words):
    found = findings({**NUMBERS, name: value}, RATES)
    assert any(finding.code == code and words in finding.message for finding in found)


def test_a_block_may_be_worked_out_to_run_no_time():
    assert bind({**NUMBERS, "n": 1}, RATES).steps[1].repeat.value == 0


def test_an_override_must_agree_with_what_it_displaces():
    source = {"global": {"initial_soc": "input['x'] / 100"}, **REST}
    assert bind({"Initial SOC": 0.5, "x": 50}, source).start.soc.value == 0.5
    (finding,) = findings({"Initial SOC": 0.5, "x": 60}, source)
    assert finding.code == "contradiction"


DRIVE = {"steps": [{"DriveCycle": {"profile": "WLTP"}}]}
CURRENT = {"Time [s]": [0, 1], "Current [A]": [1, 2]}


def test_drive_cycles_are_added_and_replaced():
    tree = ucp.bind(ucp.load(DRIVE), {}, {"WLTP": CURRENT})
    assert [(one.name, one.values) for one in tree.profiles] == [("WLTP", (1, 2))]
    own = ucp.load({"drive_cycles": {"WLTP": {"Time [s]": [0, 5], "C-rate": [1, 1]}}, **DRIVE})
    assert ucp.bind(own, {}).profiles[0].mode == "C-rate"
    assert ucp.bind(own, {}, {"WLTP": CURRENT}).profiles[0].mode == "Current"
    array = {"Time [s]": range(3), "Power [W]": (value / 2 for value in range(3))}
    assert ucp.bind(own, {}, {"WLTP": array}).profiles[0].values == (0, 0.5, 1)


@pytest.mark.parametrize(
    ("profiles", "code"),
    [
        (None, "missing-drive-cycle"),
        ({"WLTP": CURRENT, "More": CURRENT}, "unknown-parameter"),
        ({"WLTP": {"Time [s]": [0, 1]}}, "bad-profile"),
        ({"WLTP": {"Time [s]": [0, 1], "Current": [1, 1]}}, "bad-profile"),
        ({"WLTP": 5}, "bad-profile"),
        ({"WLTP": {"Time [s]": [1, 2], "Current [A]": [1, 1]}}, "bad-profile"),
        ({"WLTP": {"Time [s]": [0, 2, 1], "Current [A]": [1, 1, 1]}}, "bad-profile"),
        ({"WLTP": {"Time [s]": [0, 1], "Current [A]": [1]}}, "bad-profile"),
        ({"WLTP": {"Time [s]": [0, 1], "Current [A]": [1, float("nan")]}}, "not-a-number"),
        ({"WLTP": {"Time [s]": [0, 1], "Current [A]": ["1", 1]}}, "not-a-number"),
        ({"WLTP": {"Time [s]": [0, 1], "Current [A]": 5}}, "bad-profile"),
    ],
)
def test_drive_cycles_that_are_missing_or_wrong(profiles, code):
    with pytest.raises(ucp.ProtocolError) as caught:
        ucp.bind(ucp.load(DRIVE), {}, profiles)
    (finding,) = caught.value.findings
    assert finding.code == code


def test_a_drive_cycle_that_no_step_follows_is_refused_with_the_nearest():
    with pytest.raises(ucp.ProtocolError) as caught:
        ucp.bind(DRIVE, {}, {"WLT": CURRENT})
    unused, missing = sorted(caught.value.findings, key=lambda finding: finding.code, reverse=True)
    assert (unused.code, unused.suggestion) == ("unknown-parameter", "WLTP")
    assert unused.position.path == "drive_cycles.WLT"
    assert missing.code == "missing-drive-cycle"


@pytest.mark.parametrize(
    "source",
    [
        "Rest for 10 minutes",
        {"steps": [{"Rest": {"duration": 600}}]},
        ["Rest for 10 minutes"],
        ucp.Protocol().rest(600),
        ucp.load("Rest for 10 minutes"),
    ],
)
def test_any_source_may_be_bound_and_documented(source, tmp_path):
    assert ucp.bind(source, {}).steps[0].duration.value == 600
    assert ucp.document(source) == {"steps": [{"Rest": {"duration": 600}}]}
    path = tmp_path / "protocol.yaml"
    path.write_text(ucp.dump(source))
    assert ucp.bind(path, {}) == ucp.bind(source, {})


def test_what_is_no_source_is_refused():
    for call in (ucp.document, lambda source: ucp.bind(source, {})):
        with pytest.raises(ucp.ProtocolError, match="not int"):
            call(5)
