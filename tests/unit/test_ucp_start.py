"""The `global` section: initial state, temperature and resolution, in both spellings."""

import pytest

from ionworks import ucp
from ionworks.ucp.tree import Resolution, Start


def only(source):
    findings = ucp.check(source)
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


def rest_after(section):
    return f"global: {section}\nsteps: [{{Rest: {{duration: 1}}}}]"


def start(section):
    return ucp.load(rest_after(section)).start


def test_the_start_in_both_spellings():
    assert start("{}") == Start()
    fraction = start("{initial_soc: 0.5, temperature: 10}")
    assert (fraction.soc.value, fraction.soc_unit, fraction.temperature.value) == (
        *(0.5, "fraction"),
        10,
    )
    percent = start("{initial_state_type: soc_percentage, initial_state_value: 50}")
    assert (percent.soc.value, percent.soc_unit, percent.voltage) == (50, "percent", None)
    volts = start("{initial_state_type: voltage, initial_state_value: 3.65}")
    assert (volts.soc, volts.voltage.value) == (None, 3.65)


def test_the_resolution_in_both_spellings():
    assert start("{resolution: 5}").resolution.time.value == 5
    full = start("{resolution: {time: 5, voltage: 0.002, current: 'input[\"dI\"]'}}").resolution
    assert (full.time.value, full.voltage.value, full.current.name) == (5, 0.002, "dI")
    assert start("{resolution: {}}").resolution == Resolution()


def test_both_spellings_may_agree():
    section = "{initial_soc: 0.8, initial_state_type: soc_percentage, initial_state_value: 80, "
    section += "temperature: 25, initial_temperature: 25.0}"
    assert ucp.check(rest_after(section)) == []


@pytest.mark.parametrize(
    ("section", "code", "place", "words"),
    [
        ("{initial_soc: 80}", "out-of-range", "initial_soc", "soc_percentage"),
        ("{initial_soc: -0.1}", "out-of-range", "initial_soc", "between 0 and 1"),
        ("{temperature: -274}", "out-of-range", "temperature", "absolute zero"),
        ("{initial_temperature: 298.15}", "out-of-range", "initial_temperature", "kelvin"),
        (
            "{initial_soc: 0.8, initial_state_type: soc_percentage, initial_state_value: 80.5}",
            "contradiction",
            "initial_soc",
            "do not agree",
        ),
        ("{temperature: 20, initial_temperature: 25}", "contradiction", "temperature", "twice"),
        ("{resolution: 0}", "out-of-range", "resolution", "above 0"),
        ("{resolution: {tim: 5}}", "unknown-key", "resolution.tim", "time"),
        ("{resolution: {voltage: -1}}", "out-of-range", "resolution.voltage", "above 0"),
        ("{initial_sco: 1}", "unknown-key", "initial_sco", "initial_soc"),
        ("{initial_state_type: soc_percentage}", "missing-key", None, "initial_state_value"),
        ("{initial_state_value: 50}", "missing-key", None, "initial_state_type"),
        (
            "{initial_state_type: soc, initial_state_value: 5}",
            "unknown-word",
            "initial_state_type",
            "soc_percentage",
        ),
        (
            "{initial_state_type: voltage, initial_state_value: 0}",
            "out-of-range",
            "initial_state_value",
            "above 0",
        ),
        (
            "{initial_state_type: soc_percentage, initial_state_value: 101}",
            "out-of-range",
            "initial_state_value",
            "between 0 and 100",
        ),
        (
            "{initial_soc: 0.5, initial_state_type: soc_percentage, initial_state_value: 5}",
            "contradiction",
            "initial_soc",
            "do not agree",
        ),
        (
            "{initial_soc: 1, initial_state_type: voltage, initial_state_value: 4.2}",
            "contradiction",
            "initial_soc",
            "do not agree",
        ),
    ],
)
def test_wrong_starts(section, code, place, words):
    finding = only(rest_after(section))
    assert finding.code == code
    assert words in f"{finding.message} {finding.suggestion}"
    assert finding.position.line == 1
    if place:
        assert finding.position.path == f"global.{place}"
