"""Files for cyclers against those of a public package, for protocols that both can say."""

from xml.etree import ElementTree

import pytest
from aurora_files import current, document, loop, rest, voltage, written
from ionworks_engine.vendors import neware
from ionworks_engine.vendors.compare import differences
from ionworks_engine.vendors.convert import convert
from ionworks_engine.vendors.flatten import flatten
from ionworks_engine.vendors.formats import format_of

from ionworks import ucp

CAPACITY = 0.005


HEAD = "global: {resolution: {time: 10}}\nsteps:\n"
BOTH = {
    "formation": (
        document(
            CAPACITY,
            rest(3600),
            current(4.2, rate_C=0.1),
            voltage(4.2, until_rate_C=0.05),
            current(3.0, rate_C=-0.1),
            loop(2, 3),
            current(4.2, 54000, rate_C=0.5),
            voltage(4.2, until_rate_C=0.05, until_time_s=3600),
            current(3.0, rate_C=-0.5),
        ),
        HEAD
        + """
- Rest: {duration: 3600}
- Formation:
    repeat: 3
    steps:
    - Charge: {mode: C-rate, value: 0.1, ends: [Voltage > 4.2]}
    - Charge: {mode: Voltage, value: 4.2, ends: [C-rate < 0.05]}
    - Discharge: {mode: C-rate, value: 0.1, ends: [Voltage < 3]}
- Charge: {mode: C-rate, value: 0.5, duration: 54000, ends: [Voltage > 4.2]}
- Charge: {mode: Voltage, value: 4.2, duration: 3600, ends: [C-rate < 0.05]}
- Discharge: {mode: C-rate, value: 0.5, ends: [Voltage < 3]}
""",
    ),
    "pulses": (
        document(
            CAPACITY,
            rest(1),
            current(until_time=10, current_mA=2.5),
            rest(0.5),
            current(2.8, 10, current_mA=-2.5),
            rest(600),
            loop(2, 5),
            loop(1, 2),
        ),
        HEAD
        + """
- Outer:
    repeat: 2
    steps:
    - Rest: {duration: 1}
    - Inner:
        repeat: 5
        steps:
        - Charge: {mode: Current, value: 0.0025, duration: 10}
        - Rest: {duration: 0.5}
        - Discharge: {mode: Current, value: 0.0025, duration: 10, ends: [Voltage < 2.8]}
        - Rest: {duration: 600}
""",
    ),
    "holds": (
        document(
            CAPACITY,
            current(4.1, current_mA=1.25),
            voltage(4.1, until_current_mA=0.25, until_time_s=7200),
            current(2.5, current_mA=-1.25),
            voltage(2.5, until_current_mA=-0.125),
        ),
        HEAD
        + """
- Charge: {mode: Current, value: 0.00125, ends: [Voltage > 4.1]}
- Charge: {mode: Voltage, value: 4.1, duration: 7200, ends: [Current < 0.00025]}
- Discharge: {mode: Current, value: 0.00125, ends: [Voltage < 2.5]}
- Discharge: {mode: Voltage, value: 2.5, ends: [Current < 0.000125]}
""",
    ),
    "equal limits": (
        document(
            CAPACITY,
            rest(60),
            safety={"max_voltage_V": 4.3, "max_current_mA": 10, "min_current_mA": -10},
        ),
        """
global: {resolution: {time: 10}}
safety_limits: {max_voltage: 4.3, max_charge_current: 0.01, max_discharge_current: 0.01}
steps: [{Rest: {duration: 60}}]
""",
    ),
    "limits": (
        document(
            CAPACITY,
            rest(60),
            record={"time_s": 30, "voltage_V": 0.005, "current_mA": 0.1},
            safety={
                "max_voltage_V": 4.3,
                "min_voltage_V": 2,
                "max_current_mA": 10,
                "min_current_mA": -15,
            },
        ),
        """
global: {resolution: {time: 30, voltage: 0.005, current: 0.0001}}
safety_limits:
  {max_voltage: 4.3, min_voltage: 2, max_charge_current: 0.01, max_discharge_current: 0.015}
steps: [{Rest: {duration: 60}}]
""",
    ),
}


@pytest.fixture(scope="session")
def theirs():
    """Files that the public package writes for the documents of `BOTH`, by name."""
    return written(BOTH, "neware", "mps")


def facts(text):
    """What a step file says: every value by its path, numbers as numbers."""
    root = ElementTree.fromstring(text)
    said = {}
    for path in ("config/Head_Info/MultCap", "config/Head_Info/Scale", "config/Step_Info"):
        element = root.find(path)
        said[path] = None if element is None else dict(element.items())
    for part in ("Whole_Prt", "Step_Info"):
        _collect(root.find(f"config/{part}"), part, said)
    return {key: _numbers(value) for key, value in said.items() if value}


def _collect(element, path, said):
    for child in element:
        inner = f"{path}/{child.tag}"
        said[inner] = dict(child.items())
        _collect(child, inner, said)


def _numbers(attributes):
    return {name: pytest.approx(float(text)) for name, text in attributes.items()}


@pytest.mark.parametrize("name", BOTH)
def test_step_files_say_the_same(theirs, name):
    made = convert(BOTH[name][1], "neware", nominal_capacity_ah=CAPACITY, verify=True)
    ours = facts(made.files.primary.content.decode())
    assert ours == facts(theirs[name]["neware"])


@pytest.mark.parametrize("name", BOTH)
def test_their_step_files_are_read_as_the_protocol_they_were_made_of(theirs, name):
    program = flatten(ucp.load(BOTH[name][1]), capacity=CAPACITY)
    assert differences(program, neware.read(theirs[name]["neware"].encode(), {})) == []


@pytest.mark.parametrize("name", [name for name in BOTH if name != "limits"])
def test_their_settings_files_are_read_as_the_protocol_they_were_made_of(theirs, name):
    """Such files have one limit for currents of both directions."""
    program = flatten(ucp.load(BOTH[name][1]), capacity=CAPACITY)
    read = format_of("biologic_mps").read(theirs[name]["mps"].encode("cp1252"), {})
    assert differences(program, read) == []
