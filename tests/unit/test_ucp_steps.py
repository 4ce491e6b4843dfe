"""Every kind of step with all its keys, and the sections beside the steps."""

import pytest

from ionworks import ucp
from ionworks.ucp.tree import Ambient, Control, DriveCycle, Impedance, Step, Waveform
from ionworks.ucp.writing import write

WAVE = {"shape": "sine", "mode": "Current", "amplitude": 1, "duration": 1}
PROFILE = {"Time [s]": [0, 1, 1, 2.5], "Current [A]": [1, -0.5, 0, 2]}
SWEEP = {"start_frequency": 1000, "end_frequency": 0.01}


def read(item):
    return ucp.load({"steps": [item]}).steps[0]


def only(*steps, **sections):
    findings = ucp.check({"steps": list(steps), **sections})
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


def test_a_cccv_in_one_step():
    charge = {"mode": "C-rate", "value": 0.5, "hold_voltage": 4.2, "ends": ["C-rate < 0.05"]}
    step = read({"Charge": charge})
    assert (step.mode, step.value.value, step.hold_voltage.value) == ("C-rate", 0.5, 4.2)
    finding = only({"Charge": {**charge, "mode": "Voltage", "value": 4.2}})
    assert (finding.code, finding.position.path) == (
        *("contradiction",),
        "steps[0].Charge.hold_voltage",
    )
    assert only({"Charge": {**charge, "hold_voltage": 0}}).code == "out-of-range"
    assert only({"Rest": {"duration": 1, "hold_voltage": 4}}).code == "unknown-key"


def test_a_resistance():
    step = read({"Discharge": {"mode": "Resistance", "value": 2.5, "duration": 10}})
    assert (step.mode, step.value.value) == ("Resistance", 2.5)
    zero = {"Discharge": {"mode": "Resistance", "value": 0, "duration": 10}}
    assert "above 0" in only(zero).message
    charge = {"Charge": {"mode": "Resistance", "value": 1, "duration": 10}}
    assert (only(charge).code, only(charge).position.path) == (
        *("unknown-mode",),
        "steps[0].Charge.mode",
    )


@pytest.mark.parametrize(
    "item",
    [
        {"Rest": {"duration": 1}},
        {"Charge": {"mode": "Current", "value": 1, "duration": 1}},
        {"DriveCycle": {"profile": "P"}},
        {"Waveform": {**WAVE, "frequency": 1}},
        {"EIS": SWEEP},
    ],
)
def test_what_every_step_that_takes_time_may_have(item):
    ((kind, keys),) = item.items()
    common = {"name": "here", "temperature": 30, "resolution": {"time": 1, "voltage": 0.01}}
    common |= {"note": "why", "set_variable": [{"name": "VAR_N", "eval": "Capacity * 2"}]}
    sections = {"drive_cycles": {"P": PROFILE}}
    step = ucp.load({"steps": [{kind: keys | common}], **sections}).steps[0]
    assert (step.name, step.note, step.temperature.value) == ("here", "why", 30)
    assert (step.resolution.time.value, step.resolution.current) == (1, None)
    (assignment,) = step.assignments
    assert (assignment.name, write(assignment.value)) == ("VAR_N", "Capacity * 2")
    for key, wrong, code in (
        ("name", 5, "bad-name"),
        ("name", " ", "bad-name"),
        ("note", 1, "bad-name"),
        ("temperature", 300, "out-of-range"),
        ("resolution", 0, "out-of-range"),
        ("resolution", {"tim": 1}, "unknown-key"),
        ("set_variable", {"VAR_N": 1}, "not-a-list"),
        ("set_variable", [], "empty"),
        ("set_variable", [5], "not-a-mapping"),
        ("set_variable", [{"name": "VAR_N"}], "missing-key"),
        ("set_variable", [{"name": "SOC", "eval": 1}], "bad-name"),
        ("set_variable", [{"name": "a b", "eval": 1}], "bad-name"),
        ("set_variable", [{"name": 5, "eval": 1}], "bad-name"),
        ("set_variable", [{"name": "VAR_N", "evl": 1}], "unknown-key"),
    ):
        finding = only({kind: keys | {key: wrong}}, **sections)
        assert finding.code == code
        assert f".{kind}.{key}" in finding.position.path


@pytest.mark.parametrize(
    ("direction", "wanted"),
    [
        ("VAR_S", "VAR_S"),
        ("ifelse(SOC > 0.5, Discharge, Charge)", "ifelse(SOC > 0.5, 1, -1)"),
        ('input["sign"]', 'input["sign"]'),
        ("Charge * 1", "-1"),
        ("-2", "-2"),
    ],
)
def test_a_direction_may_be_worked_out(direction, wanted):
    first = {"Control": {"set_variable": [{"name": "VAR_S", "eval": -1}]}}
    keys = {"mode": "Current", "value": 1, "ends": ["Time > 5"]}
    nested, flat = {f"direction[{direction}]": keys}, {"direction": direction, **keys}
    for item in (nested, flat):
        step = ucp.load({"steps": [first, item]}).steps[1]
        assert isinstance(step, Step)
        assert (step.kind, write(step.direction), step.value.value) == (None, wanted, 1)


@pytest.mark.parametrize(
    ("item", "code", "suggestion"),
    [
        ({"direction[0]": {"mode": "Current", "value": 1, "duration": 1}}, "out-of-range", None),
        ({"direction[1": {"mode": "Current", "value": 1}}, "unknown-step", "direction[...]"),
        ({"direction[]": {"mode": "Current", "value": 1, "duration": 1}}, "not-a-number", None),
        (
            {"direction[a.b]": {"mode": "Current", "value": 1, "duration": 1}},
            "bad-expression",
            None,
        ),
        ({"direction[1]": {"duration": 1}}, "missing-key", None),
        ({"direction[1]": 5}, "not-a-mapping", None),
        ({"direction": "discharg", "duration": 1}, "unknown-word", "Discharge"),
        ({"direction": 0, "mode": "Current", "value": 1, "duration": 1}, "out-of-range", None),
        ({"direction": True, "duration": 1}, "unknown-word", None),
    ],
)
def test_wrong_directions(item, code, suggestion):
    finding = only(item)
    assert (finding.code, finding.suggestion) == (code, suggestion)


def test_on_a_step_without_a_known_direction_the_sense_of_a_voltage_is_open():
    end = {"variable": "Voltage", "value": 3}
    keys = {"mode": "Current", "value": 1, "ends": [end]}
    assert only({"direction": 1, **keys}).code == "ambiguous-end"
    keys["ends"] = [{**end, "operator": ">"}]
    assert read({"direction": 1, **keys}).ends[0].text == "Voltage > 3"


@pytest.mark.parametrize("key", ["DriveCycle", "Drive", "Drive cycle"])
def test_drive_cycles(key):
    steps = [{key: {"profile": "P", "scale": "-1", "repeat": 3, "ends": ["Voltage < 3"]}}]
    protocol = ucp.load({"drive_cycles": {"P": PROFILE}, "steps": steps})
    (step,), (profile,) = protocol.steps, protocol.profiles
    assert isinstance(step, DriveCycle)
    assert (step.profile, step.scale.value, step.repeat.value) == ("P", -1, 3)
    assert (profile.name, profile.mode) == ("P", "Current")
    assert profile.times == (0, 1, 1, 2.5)
    assert profile.values == (1, -0.5, 0, 2)
    only_key = only({key: {"scale": 1}}, drive_cycles={"P": PROFILE})
    assert only_key.code == "missing-key"


@pytest.mark.parametrize(
    ("profile", "code", "words"),
    [
        ({"Time [s]": [0, 1], "Current [A]": [1]}, "empty", "at least 2"),
        ({"Time [s]": [0, 1, 2], "Current [A]": [1, 1]}, "bad-profile", "3 and 2"),
        ({"Time [s]": [0, 2, 1], "Current [A]": [1, 1, 1]}, "bad-profile", "goes back from 2 s"),
        ({"Time [s]": [0, 0], "Current [A]": [1, 1]}, "bad-profile", "takes time"),
        ({"Time [s]": [1, 2], "Current [A]": [1, 1]}, "out-of-range", "begins at 0"),
        ({"Time [s]": [0, "x"], "Current [A]": [1, 1]}, "not-a-number", "'x'"),
        ({"Time [s]": 5, "Current [A]": [1, 1]}, "not-a-list", "list of numbers"),
        ({"Time [s]": [0, 1]}, "missing-key", "Power [W]"),
        ({"Time [s]": [0, 1], "Current [A]": [1, 1], "C-rate": [1, 1]}, "missing-key", "one of"),
        ({"Time [s]": [0, 1], "Current [mA]": [1, 1]}, "unknown-key", "Current [mA]"),
        (5, "not-a-mapping", "Time [s]"),
    ],
)
def test_wrong_drive_cycles(profile, code, words):
    finding = only({"Rest": {"duration": 1}}, drive_cycles={"P": profile})
    assert finding.code == code
    assert words in finding.message
    assert finding.position.path.startswith("drive_cycles.P")


def test_waveforms():
    step = read({"Waveform": {**WAVE, "frequency": 0.5, "offset": "-1"}})
    assert isinstance(step, Waveform)
    assert (step.shape, step.mode, step.frequency.value, step.offset.value) == (
        *("sine", "Current"),
        *(0.5, -1),
    )
    assert read({"Waveform": {**WAVE, "period": 4}}).frequency.value == 0.25
    assert write(read({"Waveform": {**WAVE, "period": 'input["T"]'}}).frequency) == '1 / input["T"]'


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({}, "missing-key"),
        ({"frequency": 1, "period": 1}, "contradiction"),
        ({"frequency": 0}, "out-of-range"),
        ({"period": 0}, "out-of-range"),
        ({"period": 1e-320}, "not-finite"),
        ({"frequency": 1, "shape": "sinus"}, "unknown-word"),
        ({"frequency": 1, "mode": "Resistance"}, "unknown-mode"),
        ({"frequency": 1, "amplitude": -1}, "out-of-range"),
        ({"frequency": 1, "freqency": 1}, "unknown-key"),
    ],
)
def test_wrong_waveforms(keys, code):
    assert only({"Waveform": WAVE | keys}).code == code


def test_impedance_spectra():
    step = read({"EIS": {**SWEEP, "points_per_decade": 5, "mode": "Voltage", "amplitude": 0.01}})
    assert isinstance(step, Impedance)
    assert (step.start_frequency.value, step.end_frequency.value) == (1000, 0.01)
    assert (step.points_per_decade.value, step.mode, step.amplitude.value) == (5, "Voltage", 0.01)
    assert (read({"EIS": SWEEP}).mode, read({"EIS": SWEEP}).amplitude) == ("Current", None)
    for keys, code in (
        ({"duration": 1}, "unknown-key"),
        ({"ends": ["Time > 1"]}, "unknown-key"),
        ({"points_per_decade": 0.5}, "out-of-range"),
        ({"mode": "Power"}, "unknown-mode"),
        ({"start_frequency": 0}, "out-of-range"),
    ):
        assert only({"EIS": SWEEP | keys}).code == code
    assert only({"EIS": {"start_frequency": 1}}).code == "missing-key"


@pytest.mark.parametrize("key", ["Ambient temperature", "AmbientTemperature"])
def test_ambient_temperatures(key):
    step = read({key: {"value": 45, "name": "warm", "note": "n"}})
    assert isinstance(step, Ambient)
    assert (step.value.value, step.name, step.note) == (45, "warm", "n")
    assert only({key: {}}).code == "missing-key"
    assert only({key: {"value": 300}}).code == "out-of-range"


def test_controls():
    control = {
        "set_variable": [{"name": "VAR_N", "eval": 0}, {"name": "VAR_M", "eval": "VAR_N + 1"}],
        "advance_cycle": True,
        "ends": [
            {"VAR_M >= 3": {"goto": "End"}},
            {"expression": "VAR_M", "goto": "Next"},
            {"expression": 1, "goto": "Next"},
        ],
        "name": "count",
    }
    step = read({"Control": control})
    assert isinstance(step, Control)
    assert [one.name for one in step.assignments] == ["VAR_N", "VAR_M"]
    assert (step.advance_cycle, step.name) == (True, "count")
    assert [(write(one.condition), one.goto.target) for one in step.branches] == [
        ("VAR_M >= 3", "End"),
        ("VAR_M", "Next"),
        ("1", "Next"),
    ]


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({}, "missing-key"),
        ({"name": "only a name"}, "missing-key"),
        ({"advance_cycle": False}, "missing-key"),
        ({"advance_cycle": 1}, "unknown-word"),
        ({"ends": []}, "empty"),
        ({"ends": ["SOC > 1"]}, "bad-end"),
        ({"ends": [{"SOC > 1": "End"}]}, "bad-end"),
        ({"ends": [{"SOC > 1": {}}]}, "missing-key"),
        ({"ends": [{"expression": "SOC > 1"}]}, "missing-key"),
        ({"ends": [{"expression": "SOC >", "goto": "End"}]}, "bad-expression"),
        ({"ends": [{"SOC [V] > 1": {"goto": "End"}}]}, "bad-expression"),
        ({"ends": [{"variable": "SOC", "value": 1, "goto": "End"}]}, "bad-end"),
        ({"set_variable": [{"name": "VAR_N", "eval": 1}], "duration": 5}, "unknown-key"),
    ],
)
def test_wrong_controls(keys, code):
    assert only({"Control": keys}).code == code


def test_a_list_is_always_a_block_and_so_is_a_mapping_with_steps():
    inner = [{"Rest": {"duration": 1}}]
    for name in (
        "Control",
        "EIS",
        "Discharge",
        "direction[1]",
        "DriveCycle",
        "Ambient temperature",
    ):
        for block in (inner, {"steps": inner}, {"repeat": "1 + 1", "steps": inner}):
            assert read({name: block}).name == name
    assert read({"A": {"repeat": "1 + 1", "steps": inner}}).repeat.value == 2
    assert only({"A": {"repeat": "1 - 1", "steps": inner}}).code == "out-of-range"


def test_safety_limits():
    limits = {"max_voltage": {"value": 4.3, "goto": "Park"}, "min_voltage": "2 + 0.4"}
    limits |= {"max_temperature": 'input["hot"]', "max_discharge_current": 5, "goto": "Park"}
    steps = [{"Rest": {"duration": 1}}, {"Park": [{"Rest": {"duration": 1}}]}]
    safety = ucp.load({"safety_limits": limits, "steps": steps}).safety
    assert safety.goto.target == "Park"
    assert [(one.quantity, one.side, write(one.value)) for one in safety.limits] == [
        ("Voltage", "high", "4.3"),
        ("Voltage", "low", "2.4"),
        ("Temperature", "high", 'input["hot"]'),
        ("Discharge current", "high", "5"),
    ]
    assert safety.limits[0].goto.target == "Park"
    assert safety.limits[1].goto is None


@pytest.mark.parametrize(
    ("limits", "code", "place"),
    [
        (5, "not-a-mapping", "safety_limits"),
        ({"max_volt": 4}, "unknown-key", "safety_limits.max_volt"),
        ({"max_voltage": 0}, "out-of-range", "safety_limits.max_voltage"),
        ({"max_voltage": {}}, "missing-key", "safety_limits.max_voltage"),
        ({"max_voltage": {"value": -1}}, "out-of-range", "safety_limits.max_voltage.value"),
        ({"max_voltage": "Voltage + 1"}, "not-constant", "safety_limits.max_voltage"),
        ({"max_charge_current": -5}, "out-of-range", "safety_limits.max_charge_current"),
        ({"max_voltage": 3, "min_voltage": 4}, "contradiction", "safety_limits.min_voltage"),
        (
            {"min_temperature": 3, "max_temperature": 3},
            "contradiction",
            "safety_limits.min_temperature",
        ),
    ],
)
def test_wrong_safety_limits(limits, code, place):
    finding = only({"Rest": {"duration": 1}}, safety_limits=limits)
    assert (finding.code, finding.position.path) == (code, place)


@pytest.mark.parametrize("text", ["VAR_N", "Voltage", "1 + Cycle", 'variable["A [b]"]'])
def test_before_the_first_step_only_numbers_and_inputs_have_a_value(text):
    finding = only({"Rest": {"duration": 1}}, **{"global": {"initial_soc": text}})
    assert (finding.code, finding.position.path) == ("not-constant", "global.initial_soc")
    start = {"initial_soc": '1 - 0.5 * input["x"]', "temperature": "20 + 5"}
    tree = ucp.load({"global": start, "steps": [{"Rest": {"duration": 1}}]})
    assert write(tree.start.soc) == '1 - 0.5 * input["x"]'
    assert tree.start.temperature.value == 25
