"""Plain words: one line a step, with exact numbers and their units."""

import pytest

from ionworks import ucp


def explained(*steps, **rest):
    return ucp.explain({"steps": list(steps), **rest})


WHOLE = """
global: {initial_state_type: voltage, initial_state_value: 3.6, temperature: 25, resolution: 10}
safety_limits:
  max_voltage: 4.3
  max_charge_current: {value: 10, goto: Cool}
  goto: Park
drive_cycles:
  WLTP: {"Time [s]": [0, 1, 1800], "Power [W]": [0, 5.5, -2]}
steps:
  - Formation:
      repeat: input["n"]
      steps:
        - Charge: {mode: C-rate, value: 0.1, ends: [Voltage > 4.2]}
        - Once:
            - Rest: {duration: 3600}
  - DriveCycle: {profile: WLTP}
  - Rest: {name: Cool, duration: 60}
  - Rest: {name: Park, duration: 60}
"""


def test_a_whole_protocol():
    assert (
        ucp.explain(WHOLE)
        == """\
Start: 3.6 V, 25 degC
Store a row every 10 s
Safety: Voltage above 4.3 V: go to Park
Safety: Charge current above 10 A: go to Cool
Drive cycle WLTP: Power from -2 to 5.5 W, 3 points in 30 min

Formation, input["n"] times:
  1. Charge at 0.1 C until Voltage > 4.2 V
  Once:
    2. Rest for 1 h
3. Drive cycle WLTP
4. [Cool] Rest for 1 min
5. [Park] Rest for 1 min"""
    )


CCCV = {"mode": "C-rate", "value": 1, "hold_voltage": 4.2}


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (
            {"Charge": CCCV | {"ends": ["C-rate < 0.05"]}},
            "Charge at 1 C until Voltage > 4.2 V, then hold 4.2 V until C-rate < 0.05 C",
        ),
        (
            {
                "Discharge": CCCV
                | {"hold_voltage": 2.5, "duration": 7200, "ends": ["Current < 0.1"]}
            },
            "Discharge at 1 C until Voltage < 2.5 V, then hold 2.5 V, for 2 h in all "
            "or until Current < 0.1 A",
        ),
        (
            {"Charge": {"mode": "Voltage", "value": 4.2, "ends": ["C-rate < 0.02", "Time > 7200"]}},
            "Charge at 4.2 V until C-rate < 0.02 C or Time > 2 h",
        ),
        (
            {
                "Discharge": {
                    "mode": "Resistance",
                    "value": 4,
                    "ends": [{"SOC < 0.1": {"goto": "End"}}],
                }
            },
            "Discharge at 4 Ohm until SOC < 0.1 (end the test)",
        ),
        (
            {"Discharge": {"mode": "C-rate", "value": 1 / 3, "duration": 90}},
            "Discharge at C/3 for 90 s",
        ),
        (
            {
                "Discharge": {
                    "mode": "Power",
                    "value": "2 * input['P']",
                    "duration": "60 * Cycle + 1",
                }
            },
            'Discharge at (2 * input["P"]) W for (60 * Cycle + 1) s',
        ),
        (
            {"Rest": {"duration": 5400, "ends": ["dV/dt < 0.001", 'variable["X [K]"] > 300']}},
            'Rest for 1.5 h or until dV/dt < 0.001 V/s or variable["X [K]"] > 300',
        ),
        (
            {"Rest": {"duration": 172800, "temperature": 45, "resolution": {"voltage": 0.01}}},
            "Rest for 2 d; chamber at 45 degC; store a row at each change of 0.01 V",
        ),
        (
            {"direction[SOC - 0.5]": {"mode": "Current", "value": 1, "duration": 1}},
            "Discharge, or charge if SOC - 0.5 < 0, at 1 A for 1 s",
        ),
        (
            {"DriveCycle": {"profile": "A", "scale": "Cycle + 1", "repeat": 2, "duration": 30}},
            "Drive cycle A scaled by (Cycle + 1), 2 times for 30 s",
        ),
        (
            {
                "Waveform": {
                    "shape": "square",
                    "mode": "Power",
                    "amplitude": 1,
                    "period": 4,
                    "offset": -2,
                    "duration": 8,
                }
            },
            "Square wave of 1 W at 0.25 Hz around -2 W for 8 s",
        ),
        (
            {"EIS": {"start_frequency": 1e4, "end_frequency": 0.1, "points_per_decade": 6}},
            "Impedance spectrum from 10000 Hz to 0.1 Hz, 6 points a decade",
        ),
        (
            {
                "EIS": {
                    "start_frequency": 1e4,
                    "end_frequency": 0.1,
                    "mode": "Voltage",
                    "amplitude": 0.005,
                }
            },
            "Impedance spectrum from 10000 Hz to 0.1 Hz, amplitude 0.005 V",
        ),
        ({"Ambient temperature": {"value": -10}}, "Set the chamber to -10 degC"),
        (
            {"Control": {"advance_cycle": True, "set_variable": [{"name": "n", "eval": 1}]}},
            "Set n = 1; count a cycle",
        ),
        (
            {"Control": {"ends": [{"Cycle > 3": {"goto": "End"}}, {"1 > 2": {"goto": "Next"}}]}},
            "If Cycle > 3, end the test; if 0, go to the next step",
        ),
        (
            {
                "Rest": {
                    "name": "Relax",
                    "duration": 1,
                    "note": "two\nlines",
                    "set_variable": [{"name": "n", "eval": "Voltage"}],
                }
            },
            "[Relax] Rest for 1 s; then set n = Voltage  # two lines",
        ),
    ],
)
def test_a_line_a_step(step, line):
    assert explained(step) == f"1. {line}"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.5, "0.5 s"),
        (59, "59 s"),
        (60, "1 min"),
        (90, "90 s"),
        (3600, "1 h"),
        (3601, "3601 s"),
        (5400, "1.5 h"),
        (6000, "100 min"),
        (86400, "24 h"),
        (172800, "2 d"),
        (2592000, "30 d"),
        (1 / 3, "0.3333333333333333 s"),
    ],
)
def test_times_are_short_and_exact(seconds, words):
    assert explained({"Rest": {"duration": seconds}}) == f"1. Rest for {words}"


@pytest.mark.parametrize(
    ("soc", "words"), [(1, "100 %"), (0.07, "7 %"), ('input["s"]', 'input["s"]')]
)
def test_the_initial_soc_in_percent(soc, words):
    rest = {"Rest": {"duration": 1}}
    first = explained(rest, **{"global": {"initial_soc": soc}}).splitlines()[0]
    assert first == f"Start: SOC {words}"
    if soc == 1:
        state = {"initial_state_type": "soc_percentage", "initial_state_value": 7}
        assert explained(rest, **{"global": state}).startswith("Start: SOC 7 %\n")


def test_what_would_act_on_a_terminal_is_shown_as_a_mark():
    line = explained({"Rest": {"duration": 1, "name": "a\x1b[31m"}})
    assert line == "1. [a\ufffd[31m] Rest for 1 s"


def test_a_protocol_with_findings_is_not_explained():
    with pytest.raises(ucp.ProtocolError, match="never end"):
        explained({"Rest": {}})
