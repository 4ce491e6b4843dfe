"""Numbers that look like millivolts or kelvin: refused where they are written or given."""

import pytest

from ionworks import ucp
from tests.robustness.ucp_oracle import VALIDATOR

HOLD = {"mode": "Voltage", "value": 4.2, "duration": 1}
CHARGE = {"mode": "Current", "value": 1, "ends": ["Voltage > 4.2"]}
WAVE = {"shape": "sine", "mode": "Voltage", "amplitude": 1, "frequency": 1, "duration": 1}
REST = {"Rest": {"duration": 1}}


def steps(*items, **head):
    return {**head, "steps": list(items)}


def profile(*volts):
    return {"Drive": {"Time [s]": [0, 1], "Voltage [V]": list(volts)}}


MILLIVOLTS = [
    (steps({"Charge": HOLD | {"value": 4200}}), "steps[0].Charge.value"),
    (steps({"Charge": CHARGE | {"hold_voltage": 4200}}), "steps[0].Charge.hold_voltage"),
    (
        steps({"Rest": {"ends": [{"variable": "Voltage", "operator": "<", "value": 2500}]}}),
        "steps[0].Rest.ends[0].value",
    ),
    (steps(REST, safety_limits={"max_voltage": 4300}), "safety_limits.max_voltage"),
    (
        steps(REST, safety_limits={"min_voltage": {"value": 2500}}),
        "safety_limits.min_voltage.value",
    ),
    (
        steps(REST, **{"global": {"initial_state_type": "voltage", "initial_state_value": 3700}}),
        "global.initial_state_value",
    ),
    (steps({"Waveform": WAVE | {"amplitude": 1001}}), "steps[0].Waveform.amplitude"),
    (steps({"Waveform": WAVE | {"offset": -3700}}), "steps[0].Waveform.offset"),
    (
        steps(
            {
                "EIS": {
                    "start_frequency": 1,
                    "end_frequency": 1,
                    "mode": "Voltage",
                    "amplitude": 5000,
                }
            }
        ),
        "steps[0].EIS.amplitude",
    ),
    (steps(REST, drive_cycles=profile(3.7, -3700)), "drive_cycles.Drive['Voltage [V]']"),
]
KELVIN = [
    (
        steps({"Rest": {"ends": [{"variable": "Temperature", "value": 318.15}]}}),
        "steps[0].Rest.ends[0].value",
    ),
    (steps(REST, safety_limits={"max_temperature": 333}), "safety_limits.max_temperature"),
    (steps(REST, safety_limits={"min_temperature": 273}), "safety_limits.min_temperature"),
    (steps({"Rest": {"duration": 1, "temperature": 298.15}}), "steps[0].Rest.temperature"),
    (steps({"Ambient temperature": {"value": 298}}, REST), "steps[0].Ambient temperature.value"),
]


@pytest.mark.parametrize(("document", "path"), [*MILLIVOLTS, *KELVIN])
def test_refuses_what_looks_like_another_unit(document, path):
    findings = ucp.check(document)
    assert [(finding.code, finding.severity) for finding in findings] == [("out-of-range", "error")]
    assert findings[0].position.path.replace('"', "'") == path
    hint = "kelvin" if (document, path) in KELVIN else "millivolts"
    assert hint in findings[0].message
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    "end", ["Voltage > 4200", "Voltage [V] < 1000.1", "Temperature > 333", "Voltage < 2.5 * 1000"]
)
def test_refuses_them_in_conditions(end):
    (finding,) = ucp.check(steps({"Rest": {"ends": [end]}}))
    assert finding.code == "out-of-range"


def test_the_bounds_themselves_may_be_written():
    document = steps({"Rest": {"ends": ["Voltage > 1000", "Temperature > 200"]}})
    assert ucp.check(document) == []
    assert ucp.check(steps(REST, drive_cycles=profile(1000, -1000))) == []


def test_what_is_worked_out_may_be_out_of_reach():
    guarded = "Voltage > ifelse({0} == 1, 4.2, 1e9)"
    rest = {"Rest": {"duration": 1, "ends": [guarded.format('input["Guard"]')]}}
    limits = {"max_voltage": 'ifelse(input["Guard"] == 1, 4.3, 1e9)'}
    document = steps(rest, safety_limits=limits)
    bound = ucp.bind(ucp.load(document), {"Guard": 0})
    assert bound.steps[0].ends[0].value.value == 1e9
    assert bound.safety.limits[0].value.value == 1e9
    assert ucp.check(steps({"Rest": {"ends": [guarded.format("SOC")]}})) == []


def test_an_input_is_judged_like_a_written_number():
    tree = ucp.load(steps({"Charge": HOLD | {"value": 'input["V"]'}}))
    assert ucp.bind(tree, {"V": 4.2}).steps[0].value.value == 4.2
    with pytest.raises(ucp.ProtocolError, match=r"input\['V'\]: .* millivolts"):
        ucp.bind(tree, {"V": 4200})
    with pytest.raises(ucp.ProtocolError, match="millivolts"):
        ucp.bind(ucp.load(steps(REST)), {"Initial voltage [V]": 3700})


def test_profiles_of_a_run_are_judged_too():
    tree = ucp.load(steps({"DriveCycle": {"profile": "Drive"}}))
    with pytest.raises(ucp.ProtocolError, match="millivolts"):
        ucp.bind(tree, {}, profile(3700, 3600))
    assert ucp.bind(tree, {}, profile(3.7, 3.6)).profiles[0].values == (3.7, 3.6)
