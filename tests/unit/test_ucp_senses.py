"""Ends that hold at once or never, and voltages held at a safety limit: said, but not refused."""

import pytest

from ionworks import ucp

C_RATE = {"mode": "C-rate", "value": 1}
CV = {"mode": "Voltage", "value": 4.2}


def protocol(kind, **step):
    return {"steps": [{kind: step}]}


def codes(kind, step, *ends):
    """Return the codes for each end of a step that also has a duration."""
    found = ucp.check(protocol(kind, **step, duration=60, ends=list(ends)))
    assert all(finding.severity == "warning" for finding in found)
    return [finding.code for finding in found]


@pytest.mark.parametrize(
    ("kind", "step", "end"),
    [
        ("Rest", {}, "Time < 60"),
        ("Charge", C_RATE, "Capacity <= 1"),
        ("Discharge", C_RATE, "Energy < VAR_E"),
        ("DriveCycle", {"profile": "A"}, "Time < 5"),
        ("Charge", C_RATE, "Voltage < 4.2"),
        ("Charge", C_RATE | {"hold_voltage": 4.2}, "Voltage < 4.2"),
        ("Charge", {"mode": "Power", "value": 1}, "SOC < 0.8"),
        ("Discharge", C_RATE, "Voltage > 2.5"),
        ("Discharge", C_RATE, "SOC >= 0.2"),
        ("Charge", C_RATE, "C-rate > 0.5"),
        ("Charge", C_RATE | {"hold_voltage": 4.2}, "C-rate <= 1"),
        ("Discharge", {"mode": "Current", "value": 1}, "Current < 2"),
        ("Discharge", {"mode": "Power", "value": 1}, "Power >= 1"),
        ("Charge", CV, "Voltage > 4"),
        ("Rest", {}, "Current < 0.05"),
        ("direction[1]", C_RATE, "C-rate < 2"),
    ],
)
def test_an_end_that_holds_at_once(kind, step, end):
    document = protocol(kind, **step, duration=60, ends=[end])
    document["drive_cycles"] = {"A": {"Time [s]": [0, 9], "C-rate": [1, 1]}}
    document["steps"].insert(0, {"Control": {"set_variable": [{"name": "VAR_E", "eval": 1}]}})
    (finding,) = ucp.check(document)
    assert (finding.code, finding.severity) == ("holds-at-once", "warning")
    assert finding.position.path.endswith(".ends[0]")
    assert ucp.bind(ucp.load(document), {}) == ucp.load(document)


@pytest.mark.parametrize(
    ("kind", "step", "end"),
    [
        ("Charge", C_RATE, "C-rate < 0.05"),
        ("Charge", C_RATE, "Current < 0.05"),
        ("Discharge", C_RATE, "C-rate > 1"),
        ("Discharge", {"mode": "Power", "value": 1}, "Power < 0.5"),
        ("Charge", CV, "Voltage > 4.2"),
        ("Charge", CV, "Voltage >= 4.2"),
        ("Charge", CV, "Voltage > 4.3"),
        ("Charge", C_RATE | {"hold_voltage": 4.2}, "Voltage > 4.2"),
        ("Charge", C_RATE | {"hold_voltage": 4.2}, "Voltage > 4.3"),
        ("Rest", {}, "Capacity > 1"),
    ],
)
def test_an_end_that_is_never_met(kind, step, end):
    assert codes(kind, step, end) == ["never-met"]


@pytest.mark.parametrize(
    ("kind", "step", "ends"),
    [
        ("Charge", C_RATE, ["Voltage > 4.2"]),
        ("Charge", C_RATE, ["Voltage > 4.2", "Voltage < 2"]),
        ("Charge", C_RATE | {"hold_voltage": 4.2}, ["C-rate < 0.05", "Voltage < 2"]),
        ("Discharge", C_RATE, ["Voltage < 2.5", "Voltage > 4.3", "Temperature > 60"]),
        ("Charge", C_RATE | {"hold_voltage": 4.2}, ["C-rate < 0.05", "Current < 0.05"]),
        ("Charge", C_RATE | {"hold_voltage": 4.2}, ["Voltage > 4.1"]),
        ("Charge", CV, ["C-rate < 0.05", "SOC < 0.5"]),
        ("Charge", {"mode": "Power", "value": 1}, ["Current < 0.05"]),
        ("Charge", {"mode": "C-rate", "value": 'input["C"]'}, ["C-rate < 0.05"]),
        ("Charge", C_RATE, ["Voltage < SOC", 'Voltage < input["V"]']),
        ("Discharge", {"mode": "Resistance", "value": 1}, ["Current < 1"]),
        ("Rest", {}, ["Voltage < 3", "Time > 5", "Temperature < 30", "dV/dt < 1e-4"]),
        ("direction[SOC]", C_RATE, ["Voltage < 3", "Voltage > 4"]),
    ],
)
def test_what_may_be_meant_so_is_not_warned_of(kind, step, ends):
    assert codes(kind, step, *ends) == []


@pytest.mark.parametrize(
    ("kind", "step", "end", "suggestion"),
    [
        ("Charge", C_RATE, "Current < 0.05", "hold_voltage: 4.2"),
        ("Charge", C_RATE, "C-rate < 0.05", "hold_voltage: 4.2"),
        ("Discharge", C_RATE, "Current < 0.05", "Voltage < 2.5"),
        ("Charge", CV, "Voltage > 4.2", "C-rate < 0.05"),
        ("Rest", {}, "Capacity > 1", "duration: 600"),
        ("direction[1]", C_RATE, "C-rate < 0.05", "duration: 3600"),
    ],
)
def test_a_step_without_an_end_that_can_be_met_is_refused(kind, step, end, suggestion):
    (finding,) = ucp.check(protocol(kind, **step, ends=[end, end]))
    assert (finding.code, finding.severity) == ("missing-end", "error")
    assert finding.suggestion == suggestion
    assert finding.position.path.endswith(".ends")
    assert codes(kind, step, end) == ["never-met"]


def test_an_end_that_could_not_be_read_may_be_the_one_that_is_met():
    found = ucp.check(protocol("Charge", **C_RATE, ends=["C-rate < 0.05", "Votage > 4.2"]))
    assert {finding.code for finding in found} == {"unknown-variable", "never-met"}


@pytest.mark.parametrize(
    ("limits", "kind", "step", "words"),
    [
        ({"max_voltage": 4.2}, "Charge", CV, "just at"),
        ({"max_voltage": {"value": 4.1}}, "Charge", CV, "beyond"),
        ({"max_voltage": 4.2}, "Charge", C_RATE | {"hold_voltage": 4.2}, "just at"),
        ({"min_voltage": 2.6}, "Discharge", C_RATE | {"hold_voltage": 2.5}, "beyond"),
        ({"max_voltage": 4.3, "min_voltage": 2.5}, "Charge", CV, None),
        ({"max_voltage": 'input["V"]'}, "Charge", CV, None),
        ({"max_voltage": 4.1}, "Charge", C_RATE, None),
    ],
)
def test_a_voltage_held_at_a_safety_limit(limits, kind, step, words):
    document = protocol(kind, **step, duration=60) | {"safety_limits": limits}
    found = ucp.check({**document, "steps": [{"Block": document["steps"]}]})
    if words is None:
        assert found == []
        return
    (finding,) = found
    assert (finding.code, finding.severity) == ("at-safety-limit", "warning")
    assert words in finding.message
    assert finding.position.path.endswith(("value", "hold_voltage"))


@pytest.mark.parametrize(("percent", "warned"), [(0.8, True), (1, True), (0, False), (1.5, False)])
def test_a_percentage_that_looks_like_a_fraction(percent, warned):
    start = {"initial_state_type": "soc_percentage", "initial_state_value": percent}
    found = ucp.check({"global": start, "steps": [{"Rest": {"duration": 1}}]})
    assert [finding.suggestion for finding in found] == [f"initial_soc: {percent}"] * warned
    assert all((one.code, one.severity) == ("unlikely-value", "warning") for one in found)


def test_the_builder_takes_what_is_only_warned_of():
    built = ucp.Protocol(initial_soc_percent=1).charge(c_rate=1, until="Voltage < 4.2")
    assert [finding.severity for finding in built.check()] == ["warning", "warning"]
    assert built.explain().endswith("1. Charge at 1 C until Voltage < 4.2 V")


def test_experiment_strings_still_load():
    assert len(ucp.load("Charge at 1C until < 3.5V").steps) == 1
