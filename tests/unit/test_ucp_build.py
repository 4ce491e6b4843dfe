"""Protocols built in Python: the same as written ones, refused where they are wrong."""

import copy
import inspect

import numpy as np
import pytest
import yaml

from ionworks import ucp

START = ucp.Protocol()


def body(protocol):
    return protocol.body()["steps"]


def test_the_example_of_the_readme_is_the_same_in_both_languages():
    built = (
        ucp.Protocol(initial_soc=1, temperature=25)
        .charge(c_rate=1, until="Voltage > 4.2")
        .rest(600)
        .discharge(current=2, until=["Voltage < 2.5", "Capacity > 1"], name="Down")
    )
    text = """
    global: {initial_soc: 1, temperature: 25}
    steps:
      - Charge: {mode: C-rate, value: 1, ends: [Voltage > 4.2]}
      - Rest: {duration: 600}
      - Discharge: {mode: Current, value: 2, ends: [Voltage < 2.5, Capacity > 1], name: Down}
    """
    assert built.load() == ucp.load(text)
    assert built.text() == ucp.dump(text)
    assert built.explain() == ucp.explain(text)
    assert built.check() == []


COMMON = {
    "duration": 60,
    "until": "Time > 5",
    "name": "A",
    "temperature": 10,
    "resolution": 1,
    "set_variable": {"VAR_Q": "Capacity"},
    "note": "n",
}
AS_WRITTEN = {
    "duration": 60,
    "ends": ["Time > 5"],
    "name": "A",
    "temperature": 10,
    "resolution": {"time": 1},
    "set_variable": [{"name": "VAR_Q", "eval": "Capacity"}],
    "note": "n",
}


@pytest.mark.parametrize(
    ("built", "step"),
    [
        (START.charge(voltage=4.2, **COMMON), {"Charge": {"mode": "Voltage", "value": 4.2}}),
        (START.charge(power=5, **COMMON), {"Charge": {"mode": "Power", "value": 5}}),
        (
            START.discharge(resistance=3, hold_voltage=2.5, **COMMON),
            {"Discharge": {"mode": "Resistance", "value": 3, "hold_voltage": 2.5}},
        ),
        (
            START.step("VAR_S", current='input["I"]', **COMMON),
            {None: {"direction": "VAR_S", "mode": "Current", "value": 'input["I"]'}},
        ),
        (START.rest(**COMMON), {"Rest": {}}),
        (
            START.drive_cycle("WLTP", scale=0.5, repeat=2, **COMMON),
            {"DriveCycle": {"profile": "WLTP", "scale": 0.5, "repeat": 2}},
        ),
        (
            START.waveform("sine", c_rate=1, period=10, offset=0.5, **COMMON),
            {
                "Waveform": {"shape": "sine", "mode": "C-rate", "amplitude": 1}
                | {"period": 10, "offset": 0.5}
            },
        ),
    ],
)
def test_steps_are_written_as_the_language_has_them(built, step):
    ((key, own),) = step.items()
    assert body(built) == [{key: own | AS_WRITTEN} if key else own | AS_WRITTEN]


def test_what_takes_no_time():
    built = (
        START.set(VAR_N=0, VAR_M="VAR_N + 1")
        .control(advance_cycle=True, goto={"VAR_N >= 3": "End"}, name="Count", note="n")
        .ambient(45, name="Warm")
        .eis(1e4, 0.1, points_per_decade=5, voltage=0.005, name="Z")
        .eis(1e4, 0.1)
    )
    assert body(built) == [
        {
            "Control": {
                "set_variable": [
                    {"name": "VAR_N", "eval": 0},
                    {"name": "VAR_M", "eval": "VAR_N + 1"},
                ]
            }
        },
        {
            "Control": {
                "name": "Count",
                "advance_cycle": True,
                "ends": [{"VAR_N >= 3": {"goto": "End"}}],
                "note": "n",
            }
        },
        {"Ambient temperature": {"name": "Warm", "value": 45}},
        {
            "EIS": {
                "name": "Z",
                "start_frequency": 10000,
                "end_frequency": 0.1,
                "points_per_decade": 5,
                "mode": "Voltage",
                "amplitude": 0.005,
            }
        },
        {"EIS": {"start_frequency": 10000, "end_frequency": 0.1}},
    ]
    assert built.check() == []


def ends_of(**how):
    return [
        (end.text, end.goto and end.goto.target)
        for end in START.charge(current=1, **how).rest(1, name="A").load().steps[0].ends
    ]


def test_every_way_to_say_where_to_go():
    both = [("Voltage > 4.2", "A"), ("Capacity > 2", "End")]
    assert ends_of(until={"Voltage > 4.2": "A", "Capacity > 2": "End"}) == both
    assert ends_of(until=["Voltage > 4.2", {"Capacity > 2": "End"}], goto="A") == both
    assert ends_of(until=({"Voltage > 4.2": {"goto": "A"}}, {"Capacity > 2": "End"})) == both
    mapping = {"variable": "Voltage [V]", "value": 4.2}
    assert ends_of(until=mapping, goto="End") == [("Voltage >= 4.2", "End")]
    assert ends_of(until=[mapping | {"goto": "A"}], goto="End") == [("Voltage >= 4.2", "A")]
    assert ends_of(until={"expression": "SOC > 1"}, goto="A") == [("SOC > 1", "A")]
    assert ends_of(until="SOC > 1", duration=60, goto="A") == [
        ("SOC > 1", "A"),
        ("Time >= 60", "A"),
    ]
    assert ends_of(until="SOC > 1", duration=60) == [("SOC > 1", None)]


def test_blocks_and_their_drive_cycles():
    pulse = START.profile("P", [0, 1], current=[1, 1]).drive_cycle("P").rest(10)
    built = START.profile("Q", [0, 1], power=[1, 2]).repeat(3, pulse, name="Pulses")
    assert built.body() == {
        "drive_cycles": {
            "Q": {"Time [s]": [0, 1], "Power [W]": [1, 2]},
            "P": {"Time [s]": [0, 1], "Current [A]": [1, 1]},
        },
        "steps": [
            {
                "Pulses": {
                    "repeat": 3,
                    "steps": [{"DriveCycle": {"profile": "P"}}, {"Rest": {"duration": 10}}],
                }
            }
        ],
    }
    nested = START.repeat('input["n"]', built, name="Outer").load()
    assert nested.steps[0].steps[0].name == "Pulses"
    assert [profile.name for profile in nested.profiles] == ["Q", "P"]


def test_head_of_a_protocol():
    resolution = {"time": 1, "voltage": 0.01}
    built = (
        ucp.Protocol(initial_voltage=3.7, temperature='input["T"]', resolution=resolution)
        .safety(max_voltage=4.3, max_temperature=(60, "Cool"), goto="Park")
        .rest(1, name="Cool")
        .rest(1, name="Park")
    )
    assert built.load() == ucp.load(
        """
        global:
          initial_state_type: voltage
          initial_state_value: 3.7
          temperature: input["T"]
          resolution: {time: 1, voltage: 0.01}
        safety_limits: {max_voltage: 4.3, max_temperature: {value: 60, goto: Cool}, goto: Park}
        steps:
          - Rest: {duration: 1, name: Cool}
          - Rest: {duration: 1, name: Park}
        """
    )
    percent = ucp.Protocol(initial_soc_percent=30, resolution=5).rest(1).load()
    assert (percent.start.soc.value, percent.start.soc_unit) == (30, "percent")
    assert percent.start.resolution.time.value == 5
    assert list(built.safety(min_voltage=2).body()["safety_limits"]) == ["min_voltage"]


def test_calls_return_new_protocols_and_change_none():
    first = START.rest(1)
    second = first.rest(2)
    assert (len(body(START)), len(body(first)), len(body(second))) == (0, 1, 2)
    taken = second.body()
    taken["steps"][0]["Rest"]["duration"] = 99
    assert body(second)[0] == {"Rest": {"duration": 1}}
    assert second == first.rest(2) != first
    assert hash(second) == hash(first.rest(2))
    assert first != "Rest"
    assert copy.deepcopy(second) == second
    assert repr(first) == "<ucp.Protocol of 1 step>"
    with pytest.raises(AttributeError):
        first.steps = ()


def test_arrays_and_their_numbers_become_plain():
    time, power = np.array([0.0, 0.5, 1.0]), np.array([1, 2, 3])
    built = START.profile("P", time, power=power).drive_cycle("P", scale=np.float64(0.5))
    built = built.rest(np.int64(60))
    assert yaml.safe_load(built.text()) == built.body()
    assert built.body()["drive_cycles"]["P"]["Power [W]"] == [1, 2, 3]
    assert type(body(built)[1]["Rest"]["duration"]) is int


def refused(call, *arguments, **keywords):
    with pytest.raises(ucp.ProtocolError) as caught:
        call(*arguments, **keywords)
    (finding,) = caught.value.findings
    return finding.code, finding.position.path


LAST = START.rest(1)


@pytest.mark.parametrize(
    ("call", "keywords", "code", "place"),
    [
        (START.charge, {"c_rate": -1, "duration": 1}, "out-of-range", "charge(c_rate)"),
        (START.charge, {"power": "5 W", "duration": 1}, "not-a-number", "charge(power)"),
        (START.charge, {"duration": 1}, "missing-key", "charge()"),
        (
            START.charge,
            {"current": 1, "power": 1, "duration": 1},
            "contradiction",
            "charge(current, power)",
        ),
        (START.charge, {"current": 1}, "missing-end", "charge()"),
        (
            START.discharge,
            {"current": 1, "until": "Volt < 3"},
            "unknown-variable",
            "discharge(until[0])",
        ),
        (START.discharge, {"current": 1, "until": 5}, "bad-end", "discharge(until[0])"),
        (
            START.discharge,
            {"current": 1, "untill": "SOC < 0.5"},
            "unknown-key",
            "discharge(untill)",
        ),
        (
            START.discharge,
            {"current": 1, "until": "SOC < 0", "name": ""},
            "bad-name",
            "discharge(name)",
        ),
        (
            START.charge,
            {"voltage": 4, "hold_voltage": 4, "duration": 1},
            "contradiction",
            "charge(hold_voltage)",
        ),
        (START.rest, {"duration": 0}, "out-of-range", "rest(duration)"),
        (START.rest, {"duration": True}, "not-a-number", "rest(duration)"),
        (START.rest, {"duration": 1, "temperature": 300}, "out-of-range", "rest(temperature)"),
        (START.rest, {"duration": 1, "resolution": -1}, "out-of-range", "rest(resolution.time)"),
        (
            START.rest,
            {"duration": 1, "set_variable": {"1x": 1}},
            "bad-name",
            "rest(set_variable[0].name)",
        ),
        (START.rest, {"duration": 1, "set_variable": 5}, "not-a-mapping", "rest(set_variable)"),
        (START.rest, {"duration": 1, "until": object()}, "bad-value", "rest(until[0])"),
        (START.rest, {"duration": float("nan")}, "not-finite", "rest(duration)"),
        (START.control, {"goto": "End"}, "not-a-mapping", "control(goto)"),
        (START.profile, {"name": 5, "time": [0, 1], "power": [1, 1]}, "bad-name", "profile(name)"),
        (START.profile, {"name": "P", "time": 5, "power": [1]}, "not-a-number", "profile(time)"),
        (START.repeat, {"times": 2, "steps": LAST, "name": 5}, "bad-name", "repeat(name)"),
        (START.rest, {"goto": "End"}, "missing-end", "rest(goto)"),
        (START.rest, {"duration": 1, "note": 5}, "bad-name", "rest(note)"),
        (
            START.step,
            {"direction": 0, "current": 1, "duration": 1},
            "out-of-range",
            "step(direction)",
        ),
        (
            START.waveform,
            {"shape": "sinus", "current": 1, "frequency": 1, "duration": 1},
            "unknown-word",
            "waveform(shape)",
        ),
        (
            START.waveform,
            {"shape": "sine", "current": -1, "frequency": 1, "duration": 1},
            "out-of-range",
            "waveform(current)",
        ),
        (
            START.waveform,
            {"shape": "sine", "current": 1, "duration": 1},
            "missing-key",
            "waveform()",
        ),
        (
            START.eis,
            {"start_frequency": 0, "end_frequency": 1},
            "out-of-range",
            "eis(start_frequency)",
        ),
        (
            START.eis,
            {"start_frequency": 1, "end_frequency": 1, "voltage": 0},
            "out-of-range",
            "eis(voltage)",
        ),
        (
            START.eis,
            {"start_frequency": 1, "end_frequency": 1, "duration": 1},
            "unknown-key",
            "eis(duration)",
        ),
        (START.ambient, {"temperature": 999}, "out-of-range", "ambient(temperature)"),
        (START.set, {"SOC": 1}, "bad-name", "control(set_variable[0].name)"),
        (START.control, {}, "missing-key", "control()"),
        (START.control, {"goto": {"1 +": "End"}}, "bad-expression", "control(goto[0])"),
        (START.safety, {"max_voltage": "x y"}, "bad-expression", "safety(max_voltage)"),
        (START.safety, {"max_charge_current": -1}, "out-of-range", "safety(max_charge_current)"),
        (START.drive_cycle, {"profile": ""}, "bad-name", "drive_cycle(profile)"),
        (START.drive_cycle, {"profile": "P", "goto": "End"}, "missing-end", "drive_cycle(goto)"),
        (
            START.profile,
            {"name": "P", "time": [1, 2], "current": [1, 1]},
            "out-of-range",
            "profile(time)",
        ),
        (START.profile, {"name": "P", "time": [0, 1], "power": [1]}, "empty", "profile(power)"),
        (START.profile, {"name": "P", "time": [0, 1]}, "missing-key", "profile()"),
        (START.repeat, {"times": 0, "steps": LAST}, "out-of-range", "repeat(times)"),
        (START.repeat, {"times": 1, "steps": LAST, "name": " "}, "missing-name", "repeat(name)"),
        (START.repeat, {"times": 1, "steps": START}, "empty", "repeat(steps)"),
        (START.repeat, {"times": 1, "steps": "Rest"}, "bad-value", "repeat(steps)"),
        (
            START.repeat,
            {"times": 1, "steps": ucp.Protocol(initial_soc=1).rest(1)},
            "contradiction",
            "repeat(steps)",
        ),
        (ucp.Protocol, {"initial_soc": 80}, "out-of-range", "Protocol(initial_soc)"),
        (
            ucp.Protocol,
            {"initial_soc_percent": 101},
            "out-of-range",
            "Protocol(initial_soc_percent)",
        ),
        (
            ucp.Protocol,
            {"initial_soc": 1, "initial_voltage": 4},
            "contradiction",
            "Protocol(initial_soc, initial_voltage)",
        ),
        (ucp.Protocol, {"temperature": 298.15}, "out-of-range", "Protocol(temperature)"),
    ],
)
def test_a_wrong_argument_is_refused_at_the_call(call, keywords, code, place):
    assert refused(call, **keywords) == (code, place)


def test_a_direction_may_be_a_word():
    assert START.step("Charge", current=1, duration=1).load().steps[0].kind == "Charge"
    (one,) = START.step("VAR_S * Discharge", current=1, duration=1).set(VAR_S=1).body()["steps"][:1]
    assert one["direction"] == "VAR_S * Discharge"


def test_what_only_the_whole_can_show_is_told_when_it_is_loaded():
    built = START.rest(1, until={"Time > 1": "Nowhere"})
    assert [finding.code for finding in built.check()] == ["unknown-target"]
    with pytest.raises(ucp.ProtocolError, match="Nowhere"):
        built.load()
    assert START.charge(current="VAR_I", duration=1).check()[0].code == "unset-variable"
    assert START.check()[0].code == "empty"


def test_the_points_of_a_drive_cycle_are_given_once():
    one = START.profile("P", [0, 1], current=[1, 1])
    assert one.profile("P", [0, 1], current=[1, 1]) == one
    assert refused(one.profile, "P", [0, 1], current=[1, 2]) == ("contradiction", "profile()")


def test_every_call_says_its_units():
    for name, call in inspect.getmembers(ucp.Protocol, inspect.isfunction):
        if not name.startswith("_"):
            assert call.__doc__, name
    for name in ("charge", "discharge", "waveform", "eis", "safety", "profile", "ambient", "rest"):
        words = getattr(ucp.Protocol, name).__doc__
        assert any(f" {unit}" in words for unit in ("V", "Hz", "degC", "s")), name


@pytest.mark.parametrize(
    ("call", "name", "near"),
    [
        ("charge", "crate", "c_rate"),
        ("discharge", "hold_volts", "hold_voltage"),
        ("rest", "untill", "until"),
        ("waveform", "frequncy", "frequency"),
        ("drive_cycle", "scal", "scale"),
    ],
)
def test_an_unknown_argument_is_named_with_the_nearest(call, name, near):
    arguments = {"waveform": ("sine",), "drive_cycle": ("A",)}.get(call, ())
    with pytest.raises(ucp.ProtocolError) as caught:
        getattr(ucp.Protocol(), call)(*arguments, **{name: 1})
    (finding,) = caught.value.findings
    assert (finding.code, finding.suggestion) == ("unknown-key", near)
    assert finding.position.path == f"{call}({name})"
    assert repr(name) in finding.message
