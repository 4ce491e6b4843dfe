"""A protocol simulates the same after it was the file of a cycler."""

import numpy as np
import pytest
from ionworks_engine import battery
from ionworks_engine.vendors import capabilities
from ionworks_engine.vendors.convert import convert, parse

from ionworks import ucp

CELL = {"quick_model": {"capacity": 2.0, "chemistry": "NMC/Graphite"}}
START = {"initial_soc": 0.5, "temperature": 25, "resolution": {"time": 10}}
MILLIVOLT = 1e-3

PROTOCOLS = {
    "CC, CV, rest and loop": """
- Cycle:
    repeat: 2
    steps:
    - Charge: {mode: C-rate, value: 0.5, ends: [Voltage > 4.1]}
    - Charge: {mode: Voltage, value: 4.1, ends: [C-rate < 0.1]}
    - Rest: {duration: 900}
    - Discharge: {mode: Current, value: 1, duration: 1800, ends: [Voltage < 3.2]}
""",
    "CC-CV in one step": """
- Charge: {mode: Current, value: 1, hold_voltage: 4.1, ends: [Current < 0.2]}
- Rest: {duration: 300}
""",
    "goto": """
- Discharge:
    {mode: Current, value: 1, duration: 7200, ends: [{"Voltage < 3.5": {goto: Back}}]}
- Rest: {duration: 3600}
- Charge: {name: Back, mode: Current, value: 0.5, duration: 900, ends: [Voltage > 4.1]}
""",
    "goto End": """
- Discharge: {mode: Current, value: 1, ends: [Voltage < 2.6, {"Voltage < 3.5": {goto: End}}]}
- Rest: {duration: 3600}
""",
}
CASES = [
    (target, name)
    for target in capabilities.TARGETS
    for name in PROTOCOLS
    if not (
        (target == "novonix" and name == "goto")
        or (
            name == "CC-CV in one step"
            and capabilities.denied(capabilities.TABLE[target]["CC-CV in one step"])
        )
    )
]


def simulated(document):
    done = battery.simulate({"cell": CELL, "protocol": {**document, "global": START}})
    assert done.error is None
    return done.time_series["Time [s]"].to_numpy(), done.time_series["Voltage [V]"].to_numpy()


@pytest.fixture(scope="module")
def straight():
    return {name: simulated(ucp.body("steps:" + text)) for name, text in PROTOCOLS.items()}


@pytest.mark.parametrize(("target", "name"), CASES)
def test_the_voltage_is_the_same(target, name, straight):
    made = convert("steps:" + PROTOCOLS[name], target, nominal_capacity_ah=2.0, verify=True)
    times, volts = simulated(ucp.body(parse(made.files.primary.content).ucp))
    expected_times, expected = straight[name]
    assert times[-1] == pytest.approx(expected_times[-1], abs=0.2)
    # Where steps meet, two rows share a time: compare between them.
    steady = np.min(np.abs(expected_times[:, None] - jumps(expected_times)), axis=1) > 1
    there = np.interp(expected_times[steady], times, volts)
    assert np.max(np.abs(there - expected[steady])) < 0.1 * MILLIVOLT


def jumps(times):
    return np.append(times[1:][np.diff(times) < 1e-6], [0.0, times[-1]])
